"""What schedules, runs and copies are called, and when something is due, in words."""

from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from dashapp import words
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.cron import Cron
from dashapp.domain.schedules.rhythm import WEEKDAYS, Every, rhythm_of
from dashapp.domain.schedules.runs import CopyState, RunState, Way
from dashapp.domain.schedules.views import RunView, ScheduleView
from dashapp.words import _

_MONDAY_FIRST: Final = (1, 2, 3, 4, 5, 6, 0)


def every_word(every: Every) -> str:
    """How often, as a choice."""
    return {
        Every.DAY: _("Every day"),
        Every.WEEK: _("On days of the week"),
        Every.MONTH: _("On a day of the month"),
        Every.OTHERWISE: _("Otherwise (cron)"),
    }[every]


def weekday_options() -> list[tuple[str, str]]:
    """(value, short name), Monday first."""
    return [(str(day), words.weekdays()[(day - 1) % 7]) for day in _MONDAY_FIRST]


def _on_weekday(day: int) -> str:
    return {
        0: _("Sundays"),
        1: _("Mondays"),
        2: _("Tuesdays"),
        3: _("Wednesdays"),
        4: _("Thursdays"),
        5: _("Fridays"),
        6: _("Saturdays"),
    }[day]


def due_words(said: str) -> str:
    """When a cron is due: "Mondays, 07:00"."""
    rhythm = rhythm_of(Cron.parse(said))
    at = words.hour_of_day(rhythm.at or time())
    match rhythm.every:
        case Every.DAY:
            return _("Every day, {time}").format(time=at)
        case Every.WEEK if rhythm.weekdays == WEEKDAYS:
            return _("Monday to Friday, {time}").format(time=at)
        case Every.WEEK:
            named = [_on_weekday(day) for day in _MONDAY_FIRST if day in rhythm.weekdays]
            return _("{days}, {time}").format(days=words.listing(named), time=at)
        case Every.MONTH:
            return _("Day {day} of every month, {time}").format(day=words.number(rhythm.day or 0), time=at)
        case Every.OTHERWISE:
            return _("By cron: {cron}").format(cron=said)


def way_word(way: Way) -> str:
    """How a copy goes."""
    return {
        Way.MAIL: _("E-mail"),
        Way.DOWNLOAD: _("To be downloaded"),
        Way.WEBHOOK: _("Webhook"),
        Way.FOLDER: _("Folder"),
        Way.STORE: _("Store"),
        Way.OUTSIDE: _("E-mail to somebody without an account"),
    }[way]


def format_word(one: ExportFormat) -> str:
    """The format of a file."""
    return {
        ExportFormat.PDF: _("PDF document"),
        ExportFormat.XLSX: _("Excel workbook"),
        ExportFormat.CSV: _("CSV"),
        ExportFormat.JSON: _("JSON"),
        ExportFormat.PARQUET: _("Parquet"),
        ExportFormat.HTML: _("Charts in the mail itself"),
    }[one]


def run_word(state: RunState) -> str:
    """How a run stands."""
    return {
        RunState.WAITING: _("Waits"),
        RunState.RUNNING: _("Is being made"),
        RunState.DONE: _("Delivered"),
        RunState.PARTLY: _("Not delivered to everybody"),
        RunState.FAILED: _("Failed"),
        RunState.MISSED: _("Missed; a later one was made up"),
    }[state]


def copy_word(state: CopyState) -> str:
    """How a copy stands."""
    return {
        CopyState.WAITING: _("waits"),
        CopyState.SENDING: _("is being sent"),
        CopyState.SENT: _("delivered"),
        CopyState.UNCERTAIN: _("uncertain: it may have arrived"),
        CopyState.FAILED: _("failed"),
        CopyState.NO_ACCESS: _("sees nothing of it any more"),
        CopyState.NO_ADDRESS: _("has no e-mail address"),
        CopyState.HELD: _("waits for your approval"),
    }[state]


def trouble_words(trouble: str | None) -> str:
    """Why something failed, as a sentence; empty where nothing did."""
    if not trouble:
        return ""
    known = {
        "address": _("The address is inside a network that may not be asked."),
        "browser": _("Charts cannot be drawn: no browser for that is installed."),
        "decided": _("Somebody decided that it is not sent."),
        "author": _("It is paused: who scheduled it may have no reports any more. Administrators can take it over."),
        "error": _("Something went wrong while it was made."),
        "full": _("The files could not be written. The disk may be full."),
        "gone": _("The report is not there any more, or not shared with who scheduled it."),
        "no_store": _("No store is set, or its secret cannot be read any more. Enter it anew."),
        "nobody": _("There was nobody to send it to."),
        "nothing": _("There was nothing to send."),
        "rows": _("There are more rows than a document can hold. Choose Excel or CSV."),
        "report": _("The report cannot be read by this version of the service."),
        "stopped": _("The process that worked on it ended in the middle."),
        "store_answer": _("What answers there is no store."),
        "store_bucket": _("The store has no bucket of that name."),
        "store_clock": _("The clocks of this server and of the store differ too much."),
        "store_forbidden": _("The key may not write there."),
        "store_full": _("The store is full."),
        "store_key": _("The store does not know the key, or its secret is another one."),
        "store_region": _("The bucket is in another region."),
        "store_taken": _("Something else stands in the store by that name."),
        "too_long": _("It took too long."),
        "unavailable": _("The database could not be reached."),
        "unreachable": _("The other side cannot be reached."),
        "withdrawn": _("It was withdrawn before it was sent."),
        "unwritable": _("The mail could not be written."),
    }
    return known.get(trouble) or _("The other side answered {code}.").format(code=trouble)


def next_words(view: ScheduleView) -> str:
    """When it goes out next."""
    return next_word(view.next_at, view.time_zone)


def next_word(at: datetime | None, zone: str) -> str:
    """The same, by the instant; None: it is paused."""
    return _("Paused") if at is None else _("Next: {moment}").format(moment=due_moment(at, zone))


def due_moment(at: datetime, zone: str) -> str:
    """A day and a time to the minute: nothing is due between two of them."""
    local = at.astimezone(ZoneInfo(zone))
    return _("{day}, {time}").format(day=words.short_day(local.date()), time=words.hour_of_day(local.time()))


def took_words(run: RunView) -> str:
    """How long a run took; empty while it has not ended."""
    return "" if run.seconds is None else _("took {time}").format(time=words.lag(run.seconds))
