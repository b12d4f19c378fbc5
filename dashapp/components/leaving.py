"""The page about leaving: everything as a file, what there is, and the deletion of the organisation."""

from typing import Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.links import Links
from dashapp.components.marks import level_mark
from dashapp.components.slots import Slot
from dashapp.domain.keys import PublicId
from dashapp.domain.leaving import GRACE, Export, ExportState, LeavingView, TableFigures
from dashapp.ids import Leaving, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "leaving"
CARDS: Final = (Leaving.EXPORTS, Leaving.FIGURES, Leaving.DELETION)
"""In the order in which they stand on the page."""
ASKED_EVERY: Final = 2000
"""Milliseconds, while an export is under way."""
_SHOWN: Final = 8
"""Tables that are listed at once; the others open."""
_UNITS: Final = 1000


def body() -> Component:
    """The empty page."""
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Leaving.TITLE),
                        html.P(card.skeleton("60%"), id=Leaving.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            html.P(id=Leaving.SAID, className="la-said", role="status"),
            html.Div([_exports(), _figures(), _deletion()], className="la-grid"),
            dcc.Store(id=Leaving.DONE, data=0),
            dcc.Interval(id=Leaving.TICK, interval=ASKED_EVERY, disabled=True),
        ],
        id=Leaving.PAGE,
        className="la-page la-loading la-platforms",
    )


def _frame(name: str, title: str, width: str, what: str) -> Frame:
    return Frame(PAGE, name, title, width, Definition(what, _("Now"), _("Nothing"), _("The whole organisation")), None)


def _button(name: str | dict[str, object], label: str, *, accent: bool = False) -> Component:
    kind = "btn-primary" if accent else "btn-outline-secondary"
    return html.Button(label, id=name, type="button", className=f"btn btn-sm {kind}", n_clicks=0)


def _exports() -> Component:
    what = _("Files with everything that the organisation has here, and how far those are that are being written.")
    text = _(
        "One ZIP file with all tables as CSV, all events as JSON, a manifest with hashes, and a description of every"
        " column, as of one moment. Passwords and keys are left out. It names people: keep it as you keep your records."
    )
    start = html.Div(_button(Leaving.START, _("Export everything"), accent=True), className="la-row la-actions")
    return card.card(
        _frame(Leaving.EXPORTS, _("Take everything with you"), "s7", what),
        [html.P(text, className="la-2"), start, html.Div(id=Leaving.ROWS)],
    )


def _figures() -> Component:
    what = _("Rows of each table. Up to 10,000 they are counted; larger tables are told about.")
    return card.card(_frame(Leaving.FIGURES, _("What is there?"), "s5", what), [html.Div(id=Leaving.TABLES)])


def _deletion() -> Component:
    what = _("What a deletion takes, what it does not reach, and when it begins.")
    field = html.Label(
        [
            html.Span(_("Short name of the organisation, to be sure")),
            dbc.Input(id=Leaving.NAME, type="text", value="", maxLength=80, autoComplete="off"),
        ],
        className="la-field",
        htmlFor=Leaving.NAME,
    )
    form = html.Div(
        [field, _button(Leaving.DELETE, _("Delete the organisation"))], id=Leaving.ASKING, className="la-form"
    )
    keep = html.Div(_button(Leaving.KEEP, _("Cancel the deletion"), accent=True), className="la-row la-actions")
    return card.card(
        _frame(Leaving.DELETION, _("Delete the organisation"), "s12", what),
        [html.Div(id=Leaving.STATE), form, html.Div(keep, id=f"{Leaving.KEEP}-row", hidden=True)],
    )


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Leaving.PAGE, "className"),
        "title": Slot(Leaving.TITLE, "children"),
        "lead": Slot(Leaving.LEAD, "children"),
        "rows": Slot(Leaving.ROWS, "children"),
        "start": Slot(Leaving.START, "disabled"),
        "tick": Slot(Leaving.TICK, "disabled"),
        "tables": Slot(Leaving.TABLES, "children"),
        "state": Slot(Leaving.STATE, "children"),
        "asking": Slot(Leaving.ASKING, "hidden"),
        "keep": Slot(f"{Leaving.KEEP}-row", "hidden"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: LeavingView, links: Links, organisation: PublicId) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    under_way = any(one.open for one in view.exports)
    asked = view.due_at is not None
    return {
        "page": "la-page la-platforms",
        "title": _title(view),
        "lead": _lead(view),
        "rows": _rows(view, links, organisation),
        "start": under_way or view.running,
        "tick": not (under_way or view.running),
        "tables": _tables(view.tables),
        "state": _state(view),
        "asking": asked,
        "keep": not asked or view.running,
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _title(view: LeavingView) -> str:
    if view.running:
        return _("{name} is being deleted").format(name=view.title)
    if view.due_at is not None:
        day = words.day(words.local_date(view.due_at, view.zone))
        return _("{name} will be deleted on {day}").format(name=view.title, day=day)
    people = ngettext("{number} person", "{number} people", view.extent.people)
    courses = ngettext("{number} course", "{number} courses", view.extent.courses)
    parts = [people.format(number=words.number(view.extent.people))]
    parts.append(courses.format(number=words.number(view.extent.courses)))
    return _("Everything of {name}: {parts}").format(name=view.title, parts=words.listing(parts))


def _lead(view: LeavingView) -> str:
    if view.extent.first_day is None or view.extent.last_day is None:
        return _("Nobody has learned here yet.")
    first, last = words.day(view.extent.first_day), words.day(view.extent.last_day)
    return _("Learning from {first} to {last}.").format(first=first, last=last)


# ------------------------------------------------------------------ exports


def _rows(view: LeavingView, links: Links, organisation: PublicId) -> Component:
    if not view.exports:
        return card.state("none", _("Nothing has been exported yet"), _("A finished file stands here for 3 days."))
    return html.Ul([html.Li(_row(one, view, links, organisation)) for one in view.exports], className="la-list")


def _row(one: Export, view: LeavingView, links: Links, organisation: PublicId) -> list[Component]:
    when = words.moment(one.requested_at, view.zone)
    head = html.Div([html.Span(when, className="la-m"), _mark(one.state)], className="la-row")
    if one.open:
        return [head, _progress(one), html.Div(_button(Leaving.cancel(str(one.public_id)), _("Cancel")))]
    if one.state is ExportState.DONE and one.bytes is not None:
        link = html.A(
            _("Download"),
            href=links.organisation_file(organisation, one.public_id),
            className="btn btn-sm btn-outline-secondary",
            **attributes(data_la_file="1", download="", aria_label=_("Download: {when}").format(when=when)),
        )
        rows = ngettext("{number} row", "{number} rows", one.rows_done)
        said = [size_words(one.bytes), rows.format(number=words.number(one.rows_done))]
        if one.expires_at is not None:
            said.append(_("until {when}").format(when=words.moment(one.expires_at, view.zone)))
        digest = html.Div([html.Span("SHA-256 "), html.Code(one.sha256)], className="la-small la-2 la-wrap")
        return [head, html.Div(" · ".join(said), className="la-small"), digest, html.Div(link)]
    said_of = _trouble(one.trouble) if one.state is ExportState.FAILED else ""
    return [head, html.Div(said_of, className="la-small")] if said_of else [head]


def _mark(state: ExportState) -> Component:
    return {
        ExportState.WAITING: level_mark("watch", _("Waits")),
        ExportState.RUNNING: level_mark("watch", _("Is being written")),
        ExportState.DONE: level_mark("good", _("Ready")),
        ExportState.FAILED: level_mark("help", _("Failed")),
        ExportState.CANCELLED: level_mark("late", _("Cancelled")),
        ExportState.EXPIRED: level_mark("late", _("Removed, its time is over")),
    }[state]


def _progress(one: Export) -> Component:
    if one.rows_expected is None:
        return html.Div(_("It begins within seconds."), className="la-small")
    said = _("{done} of about {total} rows").format(
        done=words.number(one.rows_done), total=words.number(one.rows_expected)
    )
    total = str(max(1, one.rows_expected))
    bar = html.Progress(value=str(one.rows_done), max=total, **attributes(aria_label=said))
    now = html.Code(one.table_name) if one.table_name else None
    return html.Div([bar, html.Span(said, className="la-small la-num"), now], className="la-progress")


def _trouble(trouble: str | None) -> str:
    not_written = _("The file could not be written. Ask the operators of the service, then try again.")
    return {
        "space": _("There was not enough space on the disk of the service. Ask its operators, then try again."),
        "folder": _("The service may not write to its folder. Ask its operators, then try again."),
        "error": not_written,
        # What former versions called it.
        "file": not_written,
    }.get(trouble or "", _("It was stopped several times. Try again, or ask the operators of the service."))


def size_words(size: int) -> str:
    """ "1.4 GB": a size in decimal units, as file managers tell it."""
    units = (_("{number} bytes"), _("{number} kB"), _("{number} MB"), _("{number} GB"))
    step = min(len(units) - 1, (len(str(size)) - 1) // 3)
    return units[step].format(number=words.number(size / _UNITS**step, 1 if step else 0))


# ------------------------------------------------------------------ figures


def _tables(found: tuple[TableFigures, ...]) -> Component:
    shown, others = found[:_SHOWN], found[_SHOWN:]
    parts: list[Component] = [_table(shown)]
    if others:
        more = ngettext("{number} more table", "{number} more tables", len(others))
        parts.append(html.Details([html.Summary(more.format(number=words.number(len(others)))), _table(others)]))
    return html.Div(parts)


def _table(found: tuple[TableFigures, ...]) -> Component:
    rows = [html.Tr([html.Td(html.Code(one.name)), html.Td(_count(one), className="la-num fit")]) for one in found]
    head = html.Thead(html.Tr([html.Th(_("Table")), html.Th(_("Rows"), className="la-num")]))
    return html.Table([head, html.Tbody(rows)], className="la-table")


def _count(one: TableFigures) -> str:
    number = words.number(one.rows)
    return number if one.exact else _("about {number}").format(number=number)


# ------------------------------------------------------------------ the deletion


def _state(view: LeavingView) -> Component:
    if view.running:
        text = _("It is under way and cannot be taken back. Nobody can send events or sign in any more.")
        return card.state("none", _("The organisation is being deleted"), text)
    if view.due_at is not None:
        when = words.moment(view.due_at, view.zone)
        text = _("Until then everything goes on as before, and every administrator can cancel it here.")
        return card.state("none", _("It begins on {when}").format(when=when), text)
    days = words.number(GRACE.days)
    rows = sum(one.rows for one in view.tables)
    goes = _("About {rows} rows go: people, courses, events, senders with their keys, accounts, the audit trail.")
    return html.Div(
        [
            html.P(_dry_run(view, goes.format(rows=words.number(rows)))),
            html.P(
                _("It begins {days} days after you ask for it, and can be cancelled until then.").format(days=days)
                + " "
                + _("What stays is one row without a name: when it was done, and the hash of the last export."),
            ),
            html.P(_("What it does not reach:"), className="la-m"),
            html.Ul([html.Li(each) for each in _not_reached()], className="la-small la-2"),
        ]
    )


def _dry_run(view: LeavingView, goes: str) -> str:
    """What would go, with the first and the last day of it."""
    return f"{goes} {_lead(view)}"


def _not_reached() -> list[str]:
    return [
        _("Records in Kafka: they end by the retention of its topics."),
        _("Backups of the database and of the files: they end by the plan of your operators."),
        _("Answers in the cache: they end within 10 minutes."),
        _("Files that somebody has downloaded, and the data of other organisations."),
    ]
