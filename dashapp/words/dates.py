"""Local days and instants in words. The patterns are messages of their own, so each language orders its parts."""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_day_names

from dashapp.words.catalogue import PSEUDO_LOCALE, _, babel_locale, current_locale, ngettext, pgettext
from dashapp.words.quantities import number

NEAR_DAYS = 300
"""Further away than this, a date without its year can be mistaken."""
MOST_DATES = 4_096
"""Whose texts are kept, of all patterns and languages together."""


def _formatted(value: date, pattern: str) -> str:
    return _written(value, pattern, current_locale())


# A page holds hundreds of dates, and those of the next page are the same.
@lru_cache(maxsize=MOST_DATES)
def _written(value: date, pattern: str, locale: str) -> str:
    text = str(format_date(value, format=pattern, locale=babel_locale()))
    # Names of months come from Babel's own data; the pseudo-locale marks them as translated too.
    return f"[{text}]" if locale == PSEUDO_LOCALE else text


def local_date(instant: datetime, zone: str) -> date:
    """The day on which an instant falls in a time zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def clock(instant: datetime, zone: str) -> str:
    """The time of day in a time zone: "10:42:07". Of 24 hours in every language, as clocks of machines are read."""
    return str(format_time(instant.astimezone(ZoneInfo(zone)), format="HH:mm:ss", locale=babel_locale()))


def hour_of_day(value: time) -> str:
    """ "07:30", of any day."""
    return str(format_time(value, format="HH:mm", locale=babel_locale()))


def moment(instant: datetime, zone: str) -> str:
    """ "15 May, 10:42:07" in a time zone."""
    at = short_day(local_date(instant, zone))
    return _("{day}, {time}").format(day=at, time=clock(instant, zone))


def day(value: date, today: date | None = None) -> str:
    """ "Fri 15 May"; with its year where it is far from `today`."""
    if today is not None and abs((value - today).days) > NEAR_DAYS:
        return _formatted(value, pgettext("date pattern", "d MMM y"))
    return _formatted(value, pgettext("date pattern", "EEE d MMM"))


def short_day(value: date) -> str:
    """ "15 May"."""
    return _formatted(value, pgettext("date pattern", "d MMM"))


def month(value: date) -> str:
    """ "May"."""
    return _formatted(value, pgettext("date pattern", "LLL"))


def date_span(first: date, last: date) -> str:
    """ "2 Feb to 15 May"."""
    return _("{first} to {last}").format(first=short_day(first), last=short_day(last))


def weekdays() -> tuple[str, ...]:
    """ "Mon" to "Sun"."""
    names = get_day_names("abbreviated", context="stand-alone", locale=babel_locale())
    texts = tuple(str(names[index]) for index in range(7))
    return tuple(f"[{text}]" for text in texts) if current_locale() == PSEUDO_LOCALE else texts


def ago(value: date, today: date) -> str:
    """A past day from today: "today", "yesterday", "11 days ago"."""
    days = (today - value).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return ngettext("{number} day ago", "{number} days ago", days).format(number=number(days))


def in_days(value: date, today: date) -> str:
    """A day to come from today: "today", "tomorrow", "in 8 days"; a past one as in `ago`."""
    days = (value - today).days
    if days < 0:
        return ago(value, today)
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return ngettext("in {number} day", "in {number} days", days).format(number=number(days))


def day_with_distance(value: date, today: date) -> str:
    """ "Fri 15 May, in 8 days"."""
    return _("{day}, {distance}").format(day=day(value, today), distance=in_days(value, today))
