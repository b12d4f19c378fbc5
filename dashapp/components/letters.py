"""What was refused: why, a list to choose from, one letter with its bytes, and how far a replay is."""

from collections.abc import Sequence
from typing import Any, Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls, grids
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.letter_words import reason_word, state_word
from dashapp.components.slots import Slot
from dashapp.domain.letters import LetterFilters, LetterRow, LetterState, LettersView, Replay, ReplayState
from dashapp.ids import Letters, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "letters"
CARDS: Final = (Letters.REASONS, Letters.LIST, Letters.OPENED)
"""In the order in which they stand on the page."""
GRID_HEIGHT: Final = 620

MANNERS: Final = grids.Manners(grids.TICKS, "laOpenLetter(params)")


def _frame(name: str, title: str, width: str, line: str | None = None) -> Frame:
    said = Definition(
        _(
            "Events that could not be taken, each kept as it came for 30 days after it came last. The same bytes of the"
            " same source, refused for the same reason, are one entry with a count."
        ),
        _("The chosen dates, by when an entry came last"),
        _("Events of unknown sources: an operator sees them, by the command ingest.replay"),
        _("Dead letters"),
    )
    return Frame(PAGE, name, title, width, said, line)


def _button(name: str, label: str, *, accent: bool = False) -> Component:
    kind = "btn-primary" if accent else "btn-outline-secondary"
    return html.Button(label, id=name, type="button", className=f"btn btn-sm {kind}", disabled=True, n_clicks=0)


def _when_needed(name: str, label: str) -> Component:
    kind = "btn btn-sm btn-outline-secondary"
    return html.Button(label, id=name, type="button", hidden=True, className=kind, n_clicks=0)


def _hidden(name: str, value: str) -> Component:
    return html.Div(dcc.Input(id=name, type="text", value=value), hidden=True)


def _columns() -> list[dict[str, Any]]:
    return [
        {"field": "reason", "headerName": _("Reason"), "width": 150, "cellRenderer": "LaText"},
        {"field": "detail", "headerName": _("What is wrong"), "flex": 1, "minWidth": 160, "cellRenderer": "LaText"},
        grids.right_column("times", _("Times"), 66),
        {"field": "sender", "headerName": _("Source"), "width": 120, "cellRenderer": "LaText", **grids.SECONDARY},
        {"field": "topic", "headerName": _("Topic"), "width": 120, "cellRenderer": "LaText", **grids.SECONDARY},
        {"field": "seen", "headerName": _("Last seen"), "width": 136, "cellRenderer": "LaText"},
        grids.narrow_column("LaLetterCard"),
    ]


def body(filters: LetterFilters) -> Component:
    """The empty page with the controls as the address says."""
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Letters.TITLE),
                        html.P(card.skeleton("60%"), id=Letters.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            _filters(filters),
            html.Div(
                [
                    html.Div(id=Letters.PROGRESS, className="la-progress-words"),
                    _when_needed(Letters.STOP, _("Stop")),
                    _when_needed(Letters.RESUME, _("Go on")),
                ],
                className="la-progress",
                role="status",
            ),
            html.Div([_reasons(), _list(filters), _opened(filters)], className="la-grid"),
            dcc.Store(id=Letters.DECISION, data={"at": None, "number": 0}),
            dcc.Store(id=Letters.RUN),
        ],
        id=Letters.PAGE,
        className="la-page la-loading la-letters",
    )


def _filters(filters: LetterFilters) -> Component:
    states = [controls.option(state.value, state_word(state)) for state in LetterState]
    chosen = [
        controls.segments(Letters.STATE, _("State"), states),
        controls.select_chip(Letters.SOURCE, _("Source"), _options((), filters.sender)),
        controls.select_chip(Letters.TOPIC, _("Topic"), _options((), filters.topic)),
        controls.date_chip(Letters.FIRST, _("From")),
        controls.date_chip(Letters.LAST, _("To")),
    ]
    row = controls.filter_row(_("Filters"), chosen)
    for name, value in {
        Letters.STATE: filters.state.value,
        Letters.SOURCE: filters.sender or "",
        Letters.TOPIC: filters.topic or "",
        Letters.FIRST: filters.first.isoformat() if filters.first else None,
        Letters.LAST: filters.last.isoformat() if filters.last else None,
    }.items():
        row[name].value = value
    return row


def _options(names: Sequence[str], chosen: str | None) -> list[controls.Option]:
    """The names, and the chosen one also where no letter has it any more."""
    known = [*names, *([chosen] if chosen and chosen not in names else [])]
    return [controls.option("", _("all")), *(controls.option(name, name) for name in known)]


def _reasons() -> Component:
    control = dbc.RadioItems(
        id=Letters.REASON,
        options=[{"label": _("All reasons"), "value": ""}],
        value="",
        className="la-reasons",
        inputClassName="btn-check",
        labelClassName="la-reason",
        labelCheckedClassName="on",
    )
    group = html.Div(control, role="radiogroup", **attributes(aria_label=_("Reason")))
    return card.card(_frame(Letters.REASONS, _("Why were they refused?"), "s12"), [group])


def _list(filters: LetterFilters) -> Component:
    title = _("Which events were refused?")
    actions = html.Div(
        [
            _button(Letters.REPLAY, _("Replay selected"), accent=True),
            _button(Letters.DISMISS, _("Dismiss selected")),
            _button(Letters.REPLAY_ALL, _("Replay all")),
            _button(Letters.DISMISS_ALL, _("Dismiss all")),
        ],
        className="la-row la-actions",
        role="toolbar",
        **attributes(aria_label=_("What to do with them")),
    )
    said = html.Div(
        [
            html.Span(id=Letters.SAID, role="status"),
            _when_needed(Letters.UNDO, _("Undo")),
        ],
        className="la-row la-said",
    )
    pager = html.Div(
        [
            html.Span(id=Letters.PLACE, className="la-2 la-small"),
            html.Span(className="la-push"),
            _button(Letters.PREVIOUS, _("Previous")),
            _button(Letters.NEXT, _("Next")),
            _hidden(Letters.PAGE_NUMBER, str(filters.page)),
        ],
        className="la-row la-pager",
    )
    table = grids.grid(Letters.GRID, _columns(), GRID_HEIGHT, title, MANNERS)
    plot = html.Div([table, html.Div(id=Letters.EMPTY, className="la-over")], className="la-covered")
    return card.card(_frame(Letters.LIST, title, "s7"), [actions, said, plot, pager])


def _opened(filters: LetterFilters) -> Component:
    chosen = _hidden(Letters.LETTER, str(filters.letter or ""))
    frame = _frame(Letters.OPENED, _("What was sent?"), "s5")
    return card.card(frame, [chosen, html.Div(nothing_opened(), id=Letters.DETAIL, tabIndex=-1)])


def nothing_opened() -> Component:
    """Words where no letter is looked at."""
    text = _("Open an entry of the list to see its bytes. Who looks at them is recorded: they hold personal data.")
    return card.state("none", _("No entry is open"), text)


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Letters.PAGE, "className"),
        "title": Slot(Letters.TITLE, "children"),
        "lead": Slot(Letters.LEAD, "children"),
        "sources": Slot(Letters.SOURCE, "options"),
        "topics": Slot(Letters.TOPIC, "options"),
        "reasons": Slot(Letters.REASON, "options"),
        "rows": Slot(Letters.GRID, "rowData"),
        "empty": Slot(Letters.EMPTY, "children"),
        "place": Slot(Letters.PLACE, "children"),
        "previous": Slot(Letters.PREVIOUS, "disabled"),
        "next": Slot(Letters.NEXT, "disabled"),
        "replay_all": Slot(Letters.REPLAY_ALL, "disabled"),
        "dismiss_all": Slot(Letters.DISMISS_ALL, "disabled"),
        "progress": Slot(Letters.PROGRESS, "children"),
        "stop": Slot(Letters.STOP, "hidden"),
        "resume": Slot(Letters.RESUME, "hidden"),
        "run": Slot(Letters.RUN, "data"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: LettersView, filters: LetterFilters) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    zone = view.freshness.zone
    actionable = filters.state is LetterState.OPEN and view.total > 0
    first = (view.page - 1) * len(view.rows) if view.page < view.pages else view.total - len(view.rows)
    place = _("{first} to {last} of {total}").format(
        first=words.number(first + 1), last=words.number(first + len(view.rows)), total=words.number(view.total)
    )
    return {
        "page": "la-page la-letters",
        "title": _title(view),
        "lead": _lead(view, filters),
        "sources": _options(view.senders, filters.sender),
        "topics": _options(view.topics, filters.topic),
        "reasons": _reason_options(view),
        "rows": [_row(row, zone) for row in view.rows],
        "empty": None if view.rows else _empty(view, filters),
        "place": place if view.rows else "",
        "previous": view.page <= 1,
        "next": view.page >= view.pages,
        "replay_all": not actionable,
        "dismiss_all": not actionable,
        **_progress(view.replay),
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }


def _title(view: LettersView) -> str:
    if not view.open_letters:
        return _("No refused event is open")
    said = ngettext("{number} refused event is open", "{number} refused events are open", view.open_letters)
    return said.format(number=words.number(view.open_letters))


def _lead(view: LettersView, filters: LetterFilters) -> str:
    if not view.reasons or not view.total:
        return _("What is refused is kept for 30 days, so that it can be replayed once its cause is mended.")
    chosen = ngettext("{number} is listed", "{number} are listed", view.total).format(number=words.number(view.total))
    came = ngettext("it came {times} time", "they came {times} times", view.times).format(
        times=words.number(view.times)
    )
    if filters.reason is not None or len(view.reasons) < 2:
        return f"{chosen}; {came}."
    reason, letters, _times = view.reasons[0]
    most = _("Most often: {reason}, {number}").format(reason=reason_word(reason), number=words.number(letters))
    return f"{chosen}; {came}. {most}."


def _reason_options(view: LettersView) -> list[dict[str, object]]:
    """A bar for each reason, which is a choice too."""
    total = sum(letters for _one, letters, _times in view.reasons)
    peak = max((letters for _one, letters, _times in view.reasons), default=1)
    options: list[dict[str, object]] = [{"label": _bar(_("All reasons"), total, None), "value": ""}]
    for reason, letters, _times in view.reasons:
        options.append({"label": _bar(reason_word(reason), letters, letters / peak), "value": reason.value})
    return options


def _bar(label: str, number: int, share: float | None) -> Component:
    drawn = [] if share is None else [html.I(style={"inlineSize": f"{100 * share:.1f}%"})]
    return html.Span(
        [
            html.Span(label, className="la-ellipsis"),
            html.Span(drawn, className="la-share", **attributes(aria_hidden="true")),
            html.Span(words.number(number), className="la-num"),
        ],
        className="la-reason-bar",
    )


def _row(row: LetterRow, zone: str) -> dict[str, object]:
    seen = words.moment(row.last_seen_at, zone)
    return {
        "id": str(row.letter_id),
        "reason": reason_word(row.reason),
        "detail": row.detail,
        "times": row.count,
        "times_text": words.number(row.count),
        "sender": row.sender or "–",
        "topic": row.topic,
        "seen": row.last_seen_at.isoformat(),
        "seen_text": seen,
    }


def _empty(view: LettersView, filters: LetterFilters) -> Component:
    narrowed = filters != LetterFilters(state=filters.state, page=filters.page, letter=filters.letter)
    if filters.state is LetterState.OPEN and not narrowed and not view.open_letters:
        return card.state("none", _("Nothing was refused"), _("Every event of your sources could be taken."))
    return card.state("none", _("Nothing fits the choice"), _("Choose other filters to see more."))


def _progress(replay: Replay | None) -> dict[str, object]:
    if replay is None:
        return {"progress": None, "stop": True, "resume": True, "run": None}
    done = replay.came_through + replay.refused
    said = {
        ReplayState.RUNNING: _("Replaying {moved} of {total}"),
        ReplayState.STOPPED: _("Replay stopped at {moved} of {total}"),
        ReplayState.DONE: _("Replaying {moved} of {total}") if replay.under_way else _("Replayed {moved}"),
    }[replay.state].format(moved=words.number(replay.moved), total=words.number(replay.total))
    outcome = _("{through} came through, {refused} refused again").format(
        through=words.number(replay.came_through), refused=words.number(replay.refused)
    )
    bar = html.Progress(value=str(done), max=str(max(1, replay.total)), **attributes(aria_label=said))
    return {
        "progress": [html.Span(said, className="la-m"), bar, html.Span(outcome, className="la-2")],
        "stop": replay.state is not ReplayState.RUNNING,
        "resume": replay.state is not ReplayState.STOPPED,
        "run": replay.replay_id,
    }
