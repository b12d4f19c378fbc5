"""The times of reports in words."""

from dashapp.domain.reports.periods import Fixed, Moving, Period, Unit
from dashapp.words.catalogue import _, ngettext
from dashapp.words.dates import date_span
from dashapp.words.quantities import number


def period_word(period: Period) -> str:
    """ "last 4 full weeks", "this month so far", "1 Mar to 3 Apr 2026"."""
    if isinstance(period, Fixed):
        return date_span(period.first, period.last)
    return _whole(period) if period.whole else _so_far(period)


def _whole(period: Moving) -> str:
    said = {
        Unit.DAY: ngettext("yesterday", "last {number} full days", period.count),
        Unit.WEEK: ngettext("last full week", "last {number} full weeks", period.count),
        Unit.MONTH: ngettext("last full month", "last {number} full months", period.count),
    }
    return said[period.unit].format(number=number(period.count))


def _so_far(period: Moving) -> str:
    if period.count == 1:
        said = {Unit.DAY: _("today"), Unit.WEEK: _("this week so far"), Unit.MONTH: _("this month so far")}
        return said[period.unit]
    said = {
        Unit.DAY: _("last {number} days with today"),
        Unit.WEEK: _("last {number} weeks with this one"),
        Unit.MONTH: _("last {number} months with this one"),
    }
    return said[period.unit].format(number=number(period.count))
