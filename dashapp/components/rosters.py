"""The page of rosters: a new import from its files to what it changes, how rosters are read, and what was taken in."""

from typing import Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html, no_update
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls, roster_settings
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.links import Links
from dashapp.components.marks import level_mark
from dashapp.components.roster_imports import imports_list
from dashapp.components.roster_rows import KINDS, rows_table, strip
from dashapp.components.slots import Slot
from dashapp.components.uploads import UploadPlace, upload_place
from dashapp.data.queries.rosters import RostersView, RowChoice
from dashapp.domain.keys import PublicId
from dashapp.domain.roster_changes import Thing
from dashapp.domain.roster_runs import MOST_SHOWN, PAGE_ROWS, RosterRun, RowPart, RunState, RunTask
from dashapp.domain.uploads import Purpose
from dashapp.ids import Rosters, asof_of
from dashapp.words import _, ngettext
from dashapp.words.roster_runs import one_thing_word, part_word, state_word

PAGE: Final = "rosters"
CARDS: Final = (Rosters.IMPORT, Rosters.DIFFERENCES, Rosters.SETTINGS, Rosters.HISTORY)
"""In the order in which they stand on the page."""
ASKED_EVERY: Final = 1500
"""Milliseconds, while something is under way."""


def body(organisation: str) -> Component:
    """The empty page; `organisation` is the public id of its address, below which files are sent."""
    head = html.Div(
        [
            html.H1(card.skeleton(), id=Rosters.TITLE),
            html.P(card.skeleton("60%"), id=Rosters.LEAD, className="la-lead"),
        ]
    )
    return html.Main(
        [
            html.Header(head, className="la-head"),
            html.Div(
                controls.filter_row(_("Sender"), [controls.select_chip(Rosters.SOURCE, _("Sender"), [])]),
                id=Rosters.SENDERS,
            ),
            html.P(id=Rosters.SAID, className="la-said", role="status"),
            html.Div([_import(organisation), _differences(), _settings(), _history()], className="la-grid"),
            dcc.Store(id=Rosters.DONE, data=0),
            dcc.Store(id=Rosters.RUN),
            dcc.Interval(id=Rosters.TICK, interval=ASKED_EVERY, disabled=True),
        ],
        id=Rosters.PAGE,
        className="la-page la-loading la-platforms la-rosters",
    )


def _frame(name: str, title: str, width: str, what: str) -> Frame:
    left_out = _("Roles that no roster gives: administrators, guardians, advisers")
    return Frame(PAGE, name, title, width, Definition(what, _("Now"), left_out, _("The files of the sender")), None)


def _button(name: str | dict[str, object], label: str, *, accent: bool = False) -> Component:
    kind = "btn-primary" if accent else "btn-outline-secondary"
    return html.Button(label, id=name, type="button", className=f"btn btn-sm {kind}", n_clicks=0)


def place_for_files(organisation: str) -> Component:
    """An empty place for files."""
    return upload_place(
        UploadPlace(
            box=Rosters.UPLOAD,
            store=Rosters.SENT,
            organisation=organisation,
            purpose=Purpose.ROSTER,
            hint=_("One zip file of OneRoster, its CSV files, or one plain CSV file"),
            accept=".zip,.csv",
        )
    )


def _import(organisation: str) -> Component:
    what = _("Files that are sent here are read and compared first. Nothing changes until you take them in.")
    place = html.Div(place_for_files(organisation), id=Rosters.FILES)
    form = html.Div(
        [place, html.Div(_button(Rosters.CHECK, _("Check the files"), accent=True), className="la-row")],
        id=Rosters.FORM,
        className="la-roster-new",
    )
    return card.card(
        _frame(Rosters.IMPORT, _("What has come?"), "s12", what),
        [html.Div(id=Rosters.NOBODY), form, html.Div(id=Rosters.STATE, className="la-roster-state")],
    )


def _differences() -> Component:
    what = _("What is wrong with the files that were checked last, and what they would change; counted in all.")
    pager = controls.pager(Rosters.PLACE, (Rosters.PREVIOUS, Rosters.NEXT), (Rosters.PAGE_NUMBER, 1))
    things = [
        controls.option("", _("all")),
        *(controls.option(each.value, one_thing_word(each.value)) for each in Thing),
    ]
    filters = controls.filter_row(
        _("What is shown"),
        [controls.select_chip(Rosters.PART, _("Show"), []), controls.select_chip(Rosters.THING, _("Of"), things)],
    )
    return card.card(
        _frame(Rosters.DIFFERENCES, _("What would change?"), "s12", what),
        [
            html.Div(id=Rosters.STRIP),
            html.Div(
                [
                    html.Div(dbc.Checklist(id=Rosters.ENDINGS, options=[], value=[]), id=Rosters.ENDINGS_PLACE),
                    html.Div(dbc.Checklist(id=Rosters.CONFLICTS, options=[], value=[]), id=Rosters.CONFLICTS_PLACE),
                    html.Div(_button(Rosters.APPLY, _("Take the roster in"), accent=True), className="la-row"),
                ],
                id=Rosters.DECIDE,
                className="la-roster-decide",
                hidden=True,
            ),
            html.Div(
                [
                    html.Div([filters, html.Span(id=Rosters.FILE)], className="la-row la-roster-filters"),
                    html.Div(id=Rosters.ROWS, className="la-roster-list"),
                    pager,
                ],
                id=Rosters.LIST,
                hidden=True,
            ),
        ],
    )


def _settings() -> Component:
    what = _("How the files of this sender are read, from the next check on.")
    return card.card(
        _frame(Rosters.SETTINGS, _("How are its files read?"), "s7", what),
        [html.Div(id=Rosters.SETTINGS_STATE), roster_settings.form()],
    )


def _history() -> Component:
    what = _("Every time that files were taken in, by whom, and what they changed. The last one can be taken back.")
    return card.card(_frame(Rosters.HISTORY, _("What was taken in?"), "s5", what), [html.Div(id=Rosters.IMPORTS)])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Rosters.PAGE, "className"),
        "title": Slot(Rosters.TITLE, "children"),
        "lead": Slot(Rosters.LEAD, "children"),
        "sources": Slot(Rosters.SOURCE, "options"),
        "source": Slot(Rosters.SOURCE, "value"),
        "nobody": Slot(Rosters.NOBODY, "children"),
        "form": Slot(Rosters.FORM, "hidden"),
        "senders": Slot(Rosters.SENDERS, "hidden"),
        "settings_form": Slot(Rosters.SETTINGS_FORM, "hidden"),
        "settings_state": Slot(Rosters.SETTINGS_STATE, "children"),
        "state": Slot(Rosters.STATE, "children"),
        "tick": Slot(Rosters.TICK, "disabled"),
        "run": Slot(Rosters.RUN, "data"),
        "strip": Slot(Rosters.STRIP, "children"),
        "decide": Slot(Rosters.DECIDE, "hidden"),
        "endings": Slot(Rosters.ENDINGS, "options"),
        "endings_place": Slot(Rosters.ENDINGS_PLACE, "hidden"),
        "conflicts": Slot(Rosters.CONFLICTS, "options"),
        "conflicts_place": Slot(Rosters.CONFLICTS_PLACE, "hidden"),
        "parts": Slot(Rosters.PART, "options"),
        "part": Slot(Rosters.PART, "value"),
        "list": Slot(Rosters.LIST, "hidden"),
        "file": Slot(Rosters.FILE, "children"),
        "rows": Slot(Rosters.ROWS, "children"),
        "place": Slot(Rosters.PLACE, "children"),
        "previous": Slot(Rosters.PREVIOUS, "disabled"),
        "next": Slot(Rosters.NEXT, "disabled"),
        "imports": Slot(Rosters.IMPORTS, "children"),
        **roster_settings.column_slots(),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(
    view: RostersView, links: Links, place: tuple[PublicId, str], chosen: tuple[str, RowChoice]
) -> dict[str, object]:
    """The values of the page by the names of `slots`. `place`: the organisation and its time zone; `chosen`: the sender
    and the rows that the page has asked for, which need not be there."""
    (organisation, zone), (source, choice) = place, chosen
    run, report = view.run, view.run.report if view.run is not None else None
    decides = run is not None and run.can_be_applied
    ending = report.ending if report is not None and report.ends_too_much else 0
    conflicts = report.conflicts if report is not None else 0
    return {
        "page": "la-page la-platforms la-rosters",
        "title": _title(view),
        "lead": _lead(view, zone),
        "sources": [controls.option(one.name, one.name) for one in view.senders],
        # What is chosen stays: the form would be filled anew.
        "source": no_update if view.chosen is None or view.chosen.name == source else view.chosen.name,
        "nobody": None if view.chosen is not None else _nobody(links, organisation),
        **dict.fromkeys(("form", "senders", "settings_form"), view.chosen is None),
        "settings_state": None if view.chosen is not None else _nothing_to_set(),
        "state": _state(view, zone),
        "tick": run is None or not run.open,
        "run": str(run.key) if run is not None else None,
        "strip": strip(report) if report is not None else _nothing_checked(),
        "decide": not decides,
        "endings": [_accepted(_endings_words(ending))] if ending else [],
        "endings_place": not ending,
        "conflicts": [_accepted(_conflicts_words(conflicts))] if conflicts else [],
        "conflicts_place": not conflicts,
        "parts": _parts(view),
        "part": no_update if choice.part is view.part or not view.part_totals else view.part.value,
        "list": not view.part_totals,
        "file": _file(view, links, organisation),
        **_rows(view),
        "imports": imports_list(view, zone),
        **roster_settings.column_options(
            view.chosen.settings if view.chosen is not None else None, report.heads if report is not None else ()
        ),
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _title(view: RostersView) -> str:
    run = view.run
    if view.chosen is None:
        return _("No sender can give a roster yet")
    if run is not None and run.open:
        return {
            RunTask.CHECK: _("The roster of {sender} is being checked"),
            RunTask.APPLY: _("The roster of {sender} is being taken in"),
            RunTask.UNDO: _("The last roster of {sender} is being taken back"),
        }[run.task].format(sender=view.chosen.name)
    if run is not None and run.can_be_applied:
        return _("A roster of {sender} waits for you to look at it").format(sender=view.chosen.name)
    if run is not None and run.report is not None and run.report.stops:
        return _("The files of {sender} have errors").format(sender=view.chosen.name)
    if not view.imports:
        return _("No roster of {sender} has been taken in yet").format(sender=view.chosen.name)
    return _("Rosters of {sender}").format(sender=view.chosen.name)


def _lead(view: RostersView, zone: str) -> str:
    if view.chosen is None:
        return _("A roster belongs to a sender that may speak of people.")
    look = view.schedule
    said = _("Who is in which course, from files of your own system. People who are missing end, and stay known.")
    if look is None or look.looked_at is None:
        return said
    looked = _("The schedule looked last {when}: {found}").format(
        when=words.moment(look.looked_at, zone), found=look.trouble or _("nothing is in the way.")
    )
    return f"{said} {looked}"


def _nobody(links: Links, organisation: PublicId) -> Component:
    text = _("Make a sender first, such as your student system, and let it send news of people.")
    link = html.A(_("To the connections"), href=links.connections(organisation), **attributes(data_la_follow="1"))
    return html.Div([card.state("none", _("Nobody can give a roster yet"), text), html.P(link, className="la-row")])


def _nothing_to_set() -> Component:
    return card.state("none", _("Nothing to set yet"), _("Each sender has settings of its own."))


def _nothing_checked() -> Component:
    return card.state("none", _("Nothing has been checked yet"), _("Send files above, then have them checked."))


def _accepted(label: str) -> controls.Option:
    return controls.option("yes", label)


def _endings_words(ending: int) -> str:
    said = ngettext("{number} enrolment ends: that is meant", "{number} enrolments end: that is meant", ending)
    return said.format(number=words.number(ending))


def _conflicts_words(conflicts: int) -> str:
    said = ngettext(
        "{number} conflict stays as it is: that is meant",
        "{number} conflicts stay as they are: that is meant",
        conflicts,
    )
    return said.format(number=words.number(conflicts))


# ------------------------------------------------------------------ how the work stands


def _state(view: RostersView, zone: str) -> list[Component]:
    run = view.run
    if run is None:
        return []
    names = [html.Li(html.Bdi(each.name)) for each in run.files]
    when = html.Span(words.moment(run.asked_at, zone), className="la-2 la-small")
    parts: list[Component] = [html.Div([_mark(run), when], className="la-row")]
    parts.append(html.P(state_word(run), className="la-m"))
    if run.detail:
        # The technical reason, as the command says it.
        parts.append(html.P(run.detail, className="la-small la-2 la-wrap"))
    if view.silent:
        words_of = _(
            "Nothing has been heard for a minute. If it was ended, nothing has changed, and this page says so."
        )
        parts.append(html.P(words_of, className="la-small"))
    if run.state is RunState.RUNNING:
        parts.append(_progress(run))
    if names:
        parts.append(html.Ul(names, className="la-small la-2"))
    parts.append(html.Div(_run_buttons(run), className="la-row la-actions"))
    return parts


def _mark(run: RosterRun) -> Component:
    if run.open:
        return level_mark("watch", _("Under way"))
    if run.state is RunState.DONE:
        return level_mark("good", _("Done"))
    return level_mark("help", _("Not done")) if run.state is RunState.FAILED else level_mark("late", _("Cancelled"))


def _progress(run: RosterRun) -> Component:
    said = ngettext("{number} row read", "{number} rows read", run.rows).format(number=words.number(run.rows))
    steps = ("begun", "read", "staged", "compared", "people", "courses", "enrolments", "roles")
    done = steps.index(run.step) if run.step in steps else 1
    bar = html.Progress(value=str(done), max=str(len(steps)), **attributes(aria_label=state_word(run)))
    return html.Div([bar, html.Span(said, className="la-small la-num")], className="la-progress")


def _run_buttons(run: RosterRun) -> list[Component]:
    key = str(run.key)
    buttons = []
    if run.state is RunState.WAITING or (run.state is RunState.RUNNING and run.task is RunTask.CHECK):
        buttons.append(_button(Rosters.act("cancel", key), _("Cancel")))
    if run.can_be_checked:
        buttons.append(_button(Rosters.act("again", key), _("Check the same files again")))
    return buttons


# ------------------------------------------------------------------ rows


def _parts(view: RostersView) -> list[controls.Option]:
    return [
        controls.option(part.value, f"{part_word(part)} ({words.number(_counted(view, part, rows))})")
        for part, rows in view.part_totals.items()
    ]


def _counted(view: RostersView, part: RowPart, rows: int) -> int:
    """How many there are of a part, listed or not; `rows`: how many are listed."""
    report = view.run.report if view.run is not None else None
    if report is None or part.value not in KINDS:
        return rows
    return sum(each[KINDS.index(part.value)] for each in report.counts.values())


def _file(view: RostersView, links: Links, organisation: PublicId) -> Component | None:
    if view.run is None or RowPart.FINDING not in view.part_totals:
        return None
    href = links.roster_findings(organisation, view.run.key)
    kind = "btn btn-sm btn-outline-secondary"
    return html.A(_("Findings as CSV"), href=href, className=kind, **attributes(data_la_file="1", download=""))


def _rows(view: RostersView) -> dict[str, object]:
    first = (view.number - 1) * PAGE_ROWS
    last = first + len(view.rows)
    if not view.rows:
        text = _("Choose something else to look at.") if view.part_totals else _("A check writes it down here.")
        none = card.state("none", _("Nothing to show"), text)
        return {"rows": none, "place": "", "previous": view.number <= 1, "next": True}
    place = _("{first} to {last} of {total}").format(
        first=words.number(first + 1), last=words.number(last), total=words.number(view.total)
    )
    shown = _("{part}: {place}").format(part=part_word(view.part), place=place)
    if view.part in (RowPart.ADDED, RowPart.CHANGED, RowPart.ENDED) and view.total >= MOST_SHOWN:
        shown = _("{place}; of each thing the first {most}").format(place=shown, most=words.number(MOST_SHOWN))
    return {
        "rows": rows_table(view.part, view.rows),
        "place": shown,
        "previous": view.number <= 1,
        "next": last >= view.total,
    }
