"""Imports of history as a list: what was found in the files, how far it is, what came of it, and what can be done."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.leaving import size_words
from dashapp.components.marks import level_mark, spark
from dashapp.domain.history import HistoryImport, HistoryKind, HistoryView, ImportState
from dashapp.ids import History
from dashapp.words import _, ngettext

ProblemsAddress = Callable[[UUID], str]
"""Where the file of an import's problems lies, by the key of the import."""
SHOWN: Final = 50
"""Problems that are listed."""
_NAMED: Final = 4
"""Files that are named."""


def kind_word(kind: HistoryKind) -> str:
    """What the files are."""
    return {
        HistoryKind.MOODLE: _("Moodle: its log, grades, completion and enrolments"),
        HistoryKind.CANVAS: _("Canvas Data 2: web logs, submissions and enrolments"),
        HistoryKind.CSV: _("Any other table"),
        HistoryKind.STATEMENTS: _("An archive of xAPI, Caliper or native events"),
    }[kind]


def again_words(kind: HistoryKind) -> str:
    """What becomes of events that a live feed tells, too."""
    if kind is HistoryKind.STATEMENTS:
        return _(
            "A live feed of the same counts nothing twice, if it comes from the same sender: events keep their ids."
        )
    if kind is HistoryKind.CSV:
        return _(
            "A live feed of the same counts nothing twice only if it sends the ids of the rows. Otherwise say on which"
            " day it began."
        )
    return _(
        "A live feed of the same gives its events other ids, so both would count. Say on which day it began, if there"
        " is one."
    )


def import_rows(view: HistoryView, now: datetime, problems: ProblemsAddress) -> Component:
    """All imports, the newest first."""
    if not view.imports:
        text = _("Choose where the files come from, drop them, and have them read. Nothing is written by that.")
        return card.state("none", _("Nothing has been brought in yet"), text)
    return html.Ul([html.Li(_row(one, view.zone, now, problems)) for one in view.imports], className="la-list")


def _row(one: HistoryImport, zone: str, now: datetime, problems: ProblemsAddress) -> list[Component]:
    head = html.Div(
        [html.Span(words.moment(one.requested_at, zone), className="la-m"), _mark(one.state)], className="la-row"
    )
    names = [file.name for file in one.files[:_NAMED]]
    if len(one.files) > _NAMED:
        more = len(one.files) - _NAMED
        names.append(ngettext("{number} more", "{number} more", more).format(number=words.number(more)))
    said = f"{one.source_name} · {kind_word(one.kind)}"
    files = html.Div(f"{words.listing(names)} · {size_words(one.bytes)}", className="la-small la-2 la-wrap")
    return [head, html.Div(said, className="la-small"), files, *_state_of(one, zone, now, problems(one.public_id))]


def _state_of(one: HistoryImport, zone: str, now: datetime, file: str) -> list[Component]:
    match one.state:
        case ImportState.TO_CHECK | ImportState.CHECKING:
            return [_progress(one, now), _buttons(one, "cancel")]
        case ImportState.CHECKED:
            return [*_found(one, zone), *_problems(one, file), _buttons(one, "begin", "cancel")]
        case ImportState.WAITING | ImportState.RUNNING:
            return [_progress(one, now), _buttons(one, "pause", "cancel")]
        case ImportState.PAUSED:
            return [_progress(one, now), _buttons(one, "go-on", "cancel")]
        case ImportState.DONE:
            return [html.Div(_outcome(one), className="la-small"), *_problems(one, file)]
        case ImportState.FAILED:
            return [html.Div(_trouble(one.trouble), className="la-small")]
        case ImportState.CANCELLED:
            return [html.Div(_outcome(one), className="la-small")] if one.figures.rows else []


def _mark(state: ImportState) -> Component:
    word = {
        ImportState.TO_CHECK: ("watch", _("Waits to be read")),
        ImportState.CHECKING: ("watch", _("Is being read")),
        ImportState.CHECKED: ("watch", _("Read: waits for you")),
        ImportState.WAITING: ("watch", _("Waits")),
        ImportState.RUNNING: ("watch", _("Is being brought in")),
        ImportState.PAUSED: ("late", _("Paused")),
        ImportState.DONE: ("good", _("Is in")),
        ImportState.FAILED: ("help", _("Failed")),
        ImportState.CANCELLED: ("late", _("Cancelled")),
    }[state]
    return level_mark(*word)


def _buttons(one: HistoryImport, *what: str) -> Component:
    said = {
        "begin": _("Bring it in"),
        "pause": _("Pause"),
        "go-on": _("Go on"),
        "cancel": _("Cancel"),
    }
    kinds = {"begin": "btn-primary", "go-on": "btn-primary"}
    return html.Div(
        [
            html.Button(
                said[name],
                id=History.act(name, str(one.public_id)),
                type="button",
                className=f"btn btn-sm {kinds.get(name, 'btn-outline-secondary')}",
                n_clicks=0,
            )
            for name in what
        ],
        className="la-row la-actions",
    )


def _progress(one: HistoryImport, now: datetime) -> Component:
    share = 1.0 if not one.bytes else min(1.0, one.figures.bytes_done / one.bytes)
    parts = [words.percent(share), _("{number} records").format(number=words.number(one.figures.rows))]
    seconds = (now - one.begun_at).total_seconds() if one.begun_at is not None else 0.0
    if one.figures.rows and seconds > 1 and one.worked_on:
        rate = round(one.figures.rows / seconds)
        parts.append(_("{number} a second").format(number=words.number(rate)))
    left = one.seconds_left(now)
    if left is not None:
        parts.append(_("{time} left").format(time=words.lag(left)))
    said = " · ".join(parts)
    bar = html.Progress(value=str(one.figures.bytes_done), max=str(max(1, one.bytes)), **attributes(aria_label=said))
    return html.Div([bar, html.Span(said, className="la-small la-num")], className="la-progress")


def _outcome(one: HistoryImport) -> str:
    figures = one.figures
    parts = [_("{number} records read").format(number=words.number(figures.rows))]
    if figures.sent:
        parts.append(_("{number} events sent").format(number=words.number(figures.sent)))
    elif not figures.new and not figures.refused:
        parts.append(_("nothing new: everything was known already"))
    else:
        parts.append(_("{number} new events").format(number=words.number(figures.new)))
        if figures.seen:
            parts.append(_("{number} known already").format(number=words.number(figures.seen)))
    if figures.refused:
        parts.append(_("{number} refused, see Refused events").format(number=words.number(figures.refused)))
    return " · ".join(parts)


def _found(one: HistoryImport, zone: str) -> list[Component]:
    found: Mapping[str, Any] = one.found or {}
    events, people, courses = found.get("events", 0), found.get("people", 0), found.get("courses", 0)
    said = _("{events}, of {people} in {courses}, would be counted").format(
        events=ngettext("{number} event", "{number} events", events).format(number=words.number(events)),
        people=ngettext("{number} person", "{number} people", people).format(number=words.number(people)),
        courses=ngettext("{number} course", "{number} courses", courses).format(number=words.number(courses)),
    )
    parts: list[Component] = [html.Div(said, className="la-m")]
    if found.get("done"):
        text = _("An earlier import of the same files has brought a part of them in.")
        parts.append(html.Div(text, className="la-small"))
    months = found.get("months") or []
    if months:
        parts.append(_months(months, found, zone))
    parts += [_counted(_("What the events say"), found.get("kinds"))] if found.get("kinds") else []
    if found.get("guessed"):
        text = _("Read as Windows-1252, since it is no UTF-8: {names}").format(names=words.listing(found["guessed"]))
        parts.append(html.Div(text, className="la-small"))
    for title, name in ((_("Left out"), "left_out"), (_("Not known by kind"), "unknown")):
        if found.get(name):
            parts.append(_counted(title, found[name]))
    notes = [*found.get("remarks", []), again_words(one.kind)]
    parts.append(html.Div([html.P(note, className="la-small la-2") for note in notes if note]))
    return parts


def _months(months: list[Any], found: Mapping[str, Any], zone: str) -> Component:
    """Small columns, one a month."""
    first, last = (datetime.fromisoformat(found[end]) for end in ("first", "last"))
    ends = f"{words.day(words.local_date(first, zone))} – {words.day(words.local_date(last, zone))}"
    label = _("Activity by month, {days}").format(days=ends)
    drawn = html.Div(spark([number for _month, number in months]), role="img", **attributes(aria_label=label))
    return html.Div([drawn, html.Span(ends, className="la-small la-num")], className="la-row")


def _said_kind(name: str) -> str:
    """What an event of a kind says; other kinds by their own name."""
    said = {
        "PersonDescribed": _("who somebody is"),
        "CourseDescribed": _("what a course is called"),
        "SectionDescribed": _("what a section is called"),
        "UnitDescribed": _("what a part of a course is called"),
        "ActivityDescribed": _("what an activity is, and when it is due"),
        "MembershipChanged": _("who has a role in a course"),
    }
    return said.get(name, name)


def _counted(title: str, counts: Mapping[str, int] | None) -> Component:
    rows = sorted(((_said_kind(name), number) for name, number in (counts or {}).items()), key=lambda pair: -pair[1])
    lines = [html.Tr([html.Td(name), html.Td(words.number(number), className="la-num fit")]) for name, number in rows]
    total = words.number(sum(number for _name, number in rows))
    return html.Details(
        [html.Summary(f"{title} · {total}"), html.Table(html.Tbody(lines), className="la-table")], className="la-small"
    )


def _problems(one: HistoryImport, file: str) -> list[Component]:
    count = (one.found or {}).get("problem_count", len(one.problems))
    if not count:
        return []
    said = ngettext("{number} record cannot be taken", "{number} records cannot be taken", count)
    head = html.Thead(html.Tr([html.Th(_("File")), html.Th(_("Line")), html.Th(_("Column")), html.Th(_("Reason"))]))
    lines = [
        html.Tr(
            [
                html.Td(problem["file"]),
                html.Td(words.number(problem["line"]), className="la-num"),
                html.Td(problem["column"] or ""),
                html.Td(problem["reason"]),
            ]
        )
        for problem in one.problems[:SHOWN]
    ]
    table = html.Div(html.Table([head, html.Tbody(lines)], className="la-table"), className="la-scroll", tabIndex="0")
    more = html.P(_("The first {number} of them.").format(number=words.number(SHOWN))) if count > SHOWN else None
    kind = "btn btn-sm btn-outline-secondary"
    link = html.A(_("Problems as CSV"), href=file, className=kind, **attributes(data_la_file="1", download=""))
    summary = html.Summary(said.format(number=words.number(count)))
    return [html.Details([summary, table, more, link], className="la-small")]


def _trouble(trouble: str | None) -> str:
    if trouble in (None, "stopped"):
        return _("It was stopped several times. Try again, or ask the operators of the service.")
    return str(trouble)
