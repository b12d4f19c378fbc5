"""The list of schedules: what goes out by itself, whose it is, when, what came of it, and what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.controls import text_chip
from dashapp.components.definitions import Definition
from dashapp.components.links import Links
from dashapp.components.marks import icon, level_mark
from dashapp.components.schedule_rows import run_kind
from dashapp.components.schedule_words import due_moment, due_words, next_word, run_word, trouble_words
from dashapp.components.slots import Slot
from dashapp.domain.schedules.runs import ScheduleState
from dashapp.domain.schedules.views import ListedSchedule
from dashapp.domain.views import Freshness
from dashapp.ids import ScheduleList as Names
from dashapp.ids import asof_of
from dashapp.words import _, ngettext

PAGE: Final = "schedulelist"
CARDS: Final = (Names.LIST,)
MOST_SHOWN: Final = 100
"""Of the schedules that were found; for the others the search is narrowed."""


def body() -> Component:
    """The empty page."""
    head = html.Div(
        [
            html.H1(card.skeleton(), id=Names.TITLE),
            html.P(card.skeleton("60%"), id=Names.LEAD, className="la-lead"),
        ]
    )
    reports = dcc.Link(
        _("Reports"), id=Names.REPORTS, href=Links().reports(), className="btn btn-outline-secondary la-push"
    )
    return html.Main(
        [
            html.Header([head, reports], className="la-head"),
            html.Div(html.Span(id=Names.SAID, role="status"), className="la-row la-actions la-reports-said"),
            html.Div([_list()], className="la-grid"),
            _dialog(),
            dcc.Store(id=Names.DONE),
            dcc.Store(id=Names.SHOWN),
            dcc.Store(id=Names.HANDING),
        ],
        id=Names.PAGE,
        className="la-page la-loading la-reports",
    )


def _list() -> Component:
    what = _("Reports that go out by themselves: yours, and for administrators everybody's.")
    said = Definition(what, _("Now"), _("Schedules that have ended"), _("Schedules of this organisation"))
    frame = Frame(PAGE, Names.LIST, _("What goes out by itself?"), "s12", said, None)
    search = html.Div(text_chip(Names.WORDS, _("Search"), _("Title or name")), className="la-row la-actions")
    waiting = html.Div(html.Span(className="la-sk block"), id=Names.ROWS, style={"minBlockSize": "6rem"})
    return card.card(frame, [search, waiting])


def _dialog() -> Component:
    head = f"{Names.DIALOG}-title"
    close = html.Button(
        _("Close"), type="button", className="btn btn-outline-secondary", **attributes(data_la_closes="1")
    )
    about = _("They decide about it from then on. Where they may not read its report, they get a copy of it.")
    choice = dbc.Select(id=Names.TO, options=[], value="")
    give = html.Button(
        _("Hand it over"),
        id=Names.HAND,
        type="button",
        className="btn btn-primary",
        n_clicks=0,
        **attributes(data_la_closes="1"),
    )
    return html.Dialog(
        [
            html.Div([html.H2(_("Who is to have this schedule?"), id=head), close], className="la-dialog-h"),
            html.P(html.Bdi(id=Names.WHAT), className="la-m"),
            html.P(about, className="la-small la-2"),
            html.Label([html.Span(_("New author")), choice], className="la-field la-handing", htmlFor=Names.TO),
            html.Div(give, className="la-row la-actions"),
        ],
        id=Names.DIALOG,
        className="la-dialog",
        **attributes(aria_labelledby=head),
    )


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Names.PAGE, "className"),
        "title": Slot(Names.TITLE, "children"),
        "lead": Slot(Names.LEAD, "children"),
        "reports": Slot(Names.REPORTS, "href"),
        "rows": Slot(Names.ROWS, "children"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is for a reader. `found`: those of `all` that fit what is searched for."""

    all: Sequence[ListedSchedule]
    found: Sequence[ListedSchedule]
    administers: bool


def fill(shown: Shown, links: Links, freshness: Freshness) -> Mapping[str, object]:
    """The values of the page by the names of `slots`."""
    return {
        "page": "la-page la-reports",
        "title": _title(len(shown.all)),
        "lead": _lead(shown.all),
        "reports": links.reports(),
        "rows": _rows(shown, links),
        "asof": [card.asof_words(freshness)] * len(CARDS),
    }


def _title(number: int) -> str:
    if not number:
        return _("No report goes out by itself")
    return ngettext("{number} schedule", "{number} schedules", number).format(number=words.number(number))


def _lead(found: Sequence[ListedSchedule]) -> str:
    if not found:
        return _("Open a report and press “Schedule” to have it sent again and again.")
    silent = sum(one.silent_since is not None for one in found)
    if not silent:
        return _("All of them have delivered what was due.")
    said = ngettext("{number} of them has not delivered.", "{number} of them have not delivered.", silent)
    return said.format(number=words.number(silent))


def _rows(shown: Shown, links: Links) -> Component:
    if not shown.all:
        return card.state("none", _("No schedule yet"), _("What is scheduled stands here until it is ended."))
    if not shown.found:
        return card.state("none", _("Nothing fits"), _("No title and no name has these words."))
    heads = [
        html.Th(_("Report"), scope="col"),
        html.Th(_("Whose"), scope="col", className="hide-phone"),
        html.Th(_("How it stands"), scope="col"),
        html.Th(html.Span(_("Actions"), className="visually-hidden"), scope="col"),
    ]
    rows = [_row(one, links, administers=shown.administers) for one in shown.found[:MOST_SHOWN]]
    table = html.Table(
        [html.Thead(html.Tr(heads)), html.Tbody(rows)], className="la-table la-courses la-schedules-of-all"
    )
    more = len(shown.found) - len(rows)
    if not more:
        return table
    said = ngettext("{number} more: search for its title.", "{number} more: search for a title or a name.", more)
    return html.Div([table, html.P(said.format(number=words.number(more)), className="la-small la-2")])


def name_of(one: ListedSchedule) -> str:
    """What a schedule is called: by its report."""
    return one.title or _("A report without a title")


def _row(one: ListedSchedule, links: Links, *, administers: bool) -> Component:
    named = html.Bdi(name_of(one), className="la-m")
    title = dcc.Link(named, href=links.report(one.report_id)) if one.report_id else named
    reach = ngettext("{number} recipient", "{number} recipients", one.recipients)
    about = [due_words(one.cron), one.time_zone, reach.format(number=words.number(one.recipients))]
    whose = html.Bdi(_whose(one))
    return html.Tr(
        [
            html.Td(
                [
                    title,
                    html.Div(" · ".join(about), className="la-small la-2"),
                    html.Div(whose, className="la-small la-2 only-phone"),
                ]
            ),
            html.Td(html.Bdi(_whose(one)), className="la-2 hide-phone"),
            html.Td(_standing(one)),
            html.Td(_menu(one, administers=administers), className="fit"),
        ]
    )


def _whose(one: ListedSchedule) -> str:
    return _("you") if one.is_own else one.author


def _standing(one: ListedSchedule) -> list[Component]:
    """When it is due next, what came of it last, and whether that has reached everybody."""
    said: list[Component] = [html.Div(next_word(one.next_at, one.time_zone), className="la-m")]
    last = one.last
    # What has failed says so by itself.
    if one.silent_since is not None and (last is None or last.state.open or last.due_at != one.silent_since):
        since = due_moment(one.silent_since, one.time_zone)
        said.append(html.Div(level_mark("late", _("Not delivered: it was due on {moment}").format(moment=since))))
    if last is None:
        return [*said, html.Div(_("It has not gone out yet."), className="la-small la-2")]
    came = [level_mark(run_kind(last.state), run_word(last.state))]
    came.append(html.Span(due_moment(last.due_at, one.time_zone), className="la-small la-2"))
    said.append(html.Div(came, className="la-row"))
    if last.trouble:
        said.append(html.Div(trouble_words(last.trouble), className="la-small la-2"))
    if last.unclear:
        waits = ngettext("{number} copy waits for a decision", "{number} copies wait for a decision", last.unclear)
        said.append(html.Div(waits.format(number=words.number(last.unclear)), className="la-small"))
    return said


def _menu(one: ListedSchedule, *, administers: bool) -> Component:
    label = _("Menu: {title}").format(title=name_of(one))
    goes = one.state is ScheduleState.ACTIVE
    entries = [_button("pause", one, _("Pause")) if goes else _button("resume", one, _("Go on"))]
    if administers:
        if not one.is_own:
            entries.append(_button("take", one, _("Take it over")))
        opens = attributes(data_la_opens=Names.DIALOG, aria_haspopup="dialog")
        entries.append(_button("choose", one, _("Hand it over to …"), opens))
    sure = html.Details(
        [
            html.Summary(_("End …")),
            _button("end", one, _("End it")),
            _button("undo", one, _("End it and withdraw its copies")),
        ],
        className="la-sure",
    )
    return html.Details(
        [
            html.Summary(icon("menu"), title=label, **attributes(aria_label=label)),
            html.Div([*entries, sure], className="la-pop"),
        ],
        className="la-menu la-end",
    )


def _button(what: str, one: ListedSchedule, label: str, more: Mapping[str, Any] | None = None) -> Component:
    return html.Button(label, id=Names.act(what, str(one.public_id)), type="button", n_clicks=0, **(more or {}))
