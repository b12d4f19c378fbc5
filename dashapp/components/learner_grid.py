"""The list of a classroom's learners: sorted, filtered and searched in the browser, since all rows are there.

A live update changes cells in place and moves no row under the pointer (`assets/classroom.js`): how many would stand
elsewhere is said beside the search, and one click sorts anew.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any, Final, Self

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import grids
from dashapp.components.attributes import attributes
from dashapp.components.grids import SECONDARY, Column, Manners, Row
from dashapp.components.links import Links
from dashapp.components.marks import level_word
from dashapp.components.reasons import reason_sentence
from dashapp.domain.filters import MOST_PICKED, Filters
from dashapp.domain.keys import PublicId
from dashapp.domain.views import ClassroomView, LearnerRow, Level, Listed
from dashapp.ids import Classroom, fresh_of, narrowed_of
from dashapp.words import _

LEVEL_RANK: Final = {Level.HELP: 0, Level.WATCH: 1, Level.CALM: 2}
NEVER: Final = 100_000
"""Sorts learners who were never active behind all others."""
ABOUT_THE_SAME: Final = 0.1
"""A trend of less than this share of the weeks before is none."""
HEIGHT: Final = 446
MOST_ROWS: Final = 3_000
"""Rows that a browser sorts and searches without a halt; of a larger course the list shows the first."""
LISTS_KEPT: Final = 4
"""Of 2,000 learners one takes some 5 MB."""
LETTER, MARK = 7.0, 34
"""px of a letter in the list, and of a mark with the room around it."""
_SEARCHED: Final[Mapping[str, Any]] = {"getQuickFilterText": {"function": "laSearched(params)"}}
_SAME_WEEKS: Final[Mapping[str, Any]] = {"valueGetter": {"function": "laWeeks(params)"}}
_UNSEARCHED: Final[Mapping[str, Any]] = {"getQuickFilterText": {"function": "''"}}
_NUMBERS: Final[Mapping[str, Any]] = {"filter": "agNumberColumnFilter"}


def grid(label: str) -> Component:
    """The empty grid, below its search."""
    manners = Manners(
        options={
            **grids.TICKS,
            "rowSelection": {**grids.TICKS["rowSelection"], "selectAll": "filtered"},
            "postSortRows": {"function": "laHoldOrder(params)"},
            "isExternalFilterPresent": {"function": "laPicks()"},
            "doesExternalFilterPass": {"function": "laIsPicked(params)"},
            "suppressMultiSort": False,
        },
        head=grids.TWO_LINES,
        words=_filter_words(),
    )
    rows = grids.grid(Classroom.LEARNERS, learner_columns(minutes=True), HEIGHT, label, manners)
    stores = [dcc.Store(id=fresh_of(Classroom.LEARNERS)), dcc.Store(id=narrowed_of(Classroom.LEARNERS))]
    return html.Div([_tools(), *stores, rows, _whole_row()])


def _whole_row() -> Component:
    """All reasons of the row that has the focus or was touched, which its cell may have to cut."""
    hint = _("All reasons of a learner stand here when their row has the focus or its reasons are touched.")
    return html.P(
        hint, className="la-small la-2 la-whole", role="status", **attributes(data_la_whole=Classroom.LEARNERS)
    )


def _tools() -> Component:
    search = dbc.Input(
        id=Classroom.SEARCH,
        type="search",
        placeholder=_("Search names and reasons"),
        autocomplete="off",
        maxLength=80,
    )
    label = html.Label([html.Span(_("Search names and reasons"), className="visually-hidden"), search])
    again = html.Button(
        "",
        type="button",
        id=Classroom.SORT_AGAIN,
        className="btn btn-sm btn-outline-secondary",
        hidden=True,
        **attributes(data_la_words=_("{number} would move · sort again"), data_la_sorts=Classroom.LEARNERS),
    )
    only = html.Button(
        _("Show only these"),
        type="button",
        id=Classroom.SHOW_ONLY,
        className="btn btn-sm btn-outline-secondary",
        disabled=True,
        **attributes(data_la_picks=Classroom.LEARNERS, data_la_most=str(MOST_PICKED)),
    )
    return html.Div(
        [label, only, html.Span(again, role="status", className="la-push")], className="la-row la-list-tools"
    )


def _filter_words() -> dict[str, str]:
    """AG Grid's words of its filters of columns."""
    return {
        "contains": _("Contains"),
        "notContains": _("Does not contain"),
        "equals": _("Equals"),
        "notEqual": _("Does not equal"),
        "startsWith": _("Begins with"),
        "endsWith": _("Ends with"),
        "blank": _("Nothing"),
        "notBlank": _("Anything"),
        "greaterThan": _("More than"),
        "greaterThanOrEqual": _("At least"),
        "lessThan": _("Less than"),
        "lessThanOrEqual": _("At most"),
        "inRange": _("Between"),
        "inRangeStart": _("From"),
        "inRangeEnd": _("To"),
        "filterOoo": _("Filter …"),
        "andCondition": _("and"),
        "orCondition": _("or"),
        "ariaFilterInput": _("Filter"),
        "ariaFilterValue": _("Value of the filter"),
        "ariaFilterFromValue": _("From"),
        "ariaFilterToValue": _("To"),
        "ariaFilteringOperator": _("How to filter"),
        "ariaFilterColumn": _("Filter the column"),
        "ariaRowSelectAll": _("Choose all rows"),
        "ariaRowToggleSelection": _("Choose the row"),
        "ariaRowSelect": _("Choose the row"),
        "ariaRowDeselect": _("Choose the row no longer"),
        "ariaChecked": _("chosen"),
        "ariaUnchecked": _("not chosen"),
        "ariaIndeterminate": _("some chosen"),
        "ariaHeaderSelection": _("Column of choices"),
        "ariaSortableColumn": _("Enter sorts"),
    }


def learner_columns(*, minutes: bool) -> list[Column]:
    """The columns; time, or events where the sources record no time."""
    amount = _("Time") if minutes else _("Events")
    number, wide = grids.right_column, grids.wide_column
    columns = [
        wide(
            "name",
            _("Learner"),
            140,
            cellRenderer="LaLink",
            flex=2,
            minWidth=120,
            maxWidth=260,
            filter=True,
            **_SEARCHED,
        ),
        wide("level", _("Level"), _room(118, *map(level_word, LEVEL_RANK)), cellRenderer="LaLevel", **_SEARCHED),
        wide("why", _("Why"), 170, flex=4, sortable=False, cellRenderer="LaText", cellClass="why", **_SEARCHED),
        wide(
            "weeks",
            _("Events per week"),
            104,
            sortable=False,
            cellRenderer="LaWeeks",
            **_SAME_WEEKS,
            **SECONDARY,
            **_UNSEARCHED,
        ),
        number(
            "trend",
            _("3-week trend"),
            _room(96, *_trends(100.0)),
            headerTooltip=_trend_words(),
            **SECONDARY,
            **_NUMBERS,
            **_UNSEARCHED,
        ),
        number("amount", amount, 92, **SECONDARY, **_NUMBERS, **_UNSEARCHED),
        number("progress", _("Progress"), 88, **SECONDARY, **_NUMBERS, **_UNSEARCHED),
        number("score", _("Score"), 76, **_NUMBERS, **_UNSEARCHED),
        number("last", _("Last active"), 112, **_NUMBERS, **_UNSEARCHED),
        number("contacted", _("Contacted"), 104, headerTooltip=_contacted_words(), **_NUMBERS, **_UNSEARCHED),
    ]
    return [*grids.two_line_heads(columns), grids.narrow_column("LaLearnerCard", **_SEARCHED)]


def _contacted_words() -> str:
    return _("When the last mail from this list went to the learner; filtered by days since then")


def _room(least: int, *texts: str) -> int:
    """px of a column in which each of these words stands whole, in whatever language, beside its mark."""
    return max(least, round(MARK + LETTER * max(map(len, texts))))


def _trend_words() -> str:
    return _("Events of the last 3 teaching weeks against the 3 before")


def trend_of(trend: tuple[int, int] | None) -> tuple[float | None, str]:
    """(share of change to sort by, words) of what was done in 3 weeks and in the 3 before. Words, never an arrow."""
    if trend is None:
        return None, "–"
    now, before = trend
    if not now and not before:
        return 0.0, _("none")
    if not before:
        return float(NEVER), _("new")
    change = (now - before) / before
    if abs(change) < ABOUT_THE_SAME:
        return change, _("the same")
    more, less = _trends(100 * abs(change))
    return change, more if change > 0 else less


def _trends(share: float) -> tuple[str, str]:
    shown = words.percent(share)
    return _("{share} more").format(share=shown), _("{share} less").format(share=shown)


def _last_active(day: date | None, today: date) -> tuple[int, str]:
    return ((today - day).days, words.ago(day, today)) if day else (NEVER, _("never"))


def _contacted(day: date | None, today: date) -> tuple[int | None, str]:
    """Without a value where nobody has written: the column's filter knows "nothing" and "anything"."""
    return ((today - day).days, words.day(day, today)) if day else (None, "–")


def _share(value: float | None) -> tuple[float | None, str]:
    return (None, "–") if value is None else (round(value, 1), words.percent(value))


@dataclass(frozen=True, slots=True)
class _About:
    """What else their rows depend on."""

    links: Links
    course: PublicId
    today: date
    minutes: bool
    locale: str


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all rows of a list have in common. What is said of a value is said once, however many rows have it."""

    minutes: bool
    peak: int
    levels: Mapping[Level, str]
    link: Callable[[str], str] | None
    share: Callable[[float | None], tuple[float | None, str]]
    trend: Callable[[tuple[int, int] | None], tuple[float | None, str]]
    last: Callable[[date | None], tuple[int, str]]
    contacted: Callable[[date | None], tuple[int | None, str]]

    @classmethod
    def of(cls, listed: Listed, about: _About) -> Self:
        """What the list says."""
        filters = Filters(course=about.course)
        return cls(
            about.minutes,
            max((value for row in listed.rows for value in row.weeks), default=1),
            {level: level_word(level) for level in Level},
            None if about.links.alone else about.links.each_learner(filters),
            cache(_share),
            cache(trend_of),
            cache(partial(_last_active, today=about.today)),
            cache(partial(_contacted, today=about.today)),
        )


def _learner(row: LearnerRow, shared: _Shared) -> Row:
    key, amount = str(row.public_id), (row.minutes or 0) if shared.minutes else row.events
    trend, trend_text = shared.trend(row.trend)
    progress, progress_text = shared.share(row.progress)
    score, score_text = shared.share(row.score)
    last, last_text = shared.last(row.last_active)
    contacted, contacted_text = shared.contacted(row.contacted)
    return {
        "id": key,
        "name": row.name,
        "href": shared.link(key) if shared.link else None,
        "level": LEVEL_RANK[row.level],
        "level_kind": row.level.value,
        "level_text": shared.levels[row.level],
        "why": reason_sentence(*row.reasons),
        "weeks": list(row.weeks),
        "peak": shared.peak,
        "trend": None if trend is None else round(trend, 3),
        "trend_text": trend_text,
        "amount": amount,
        "amount_text": words.duration(amount) if shared.minutes else words.number(amount),
        "progress": progress,
        "progress_text": progress_text,
        "score": score,
        "score_text": score_text,
        "last": last,
        "last_text": last_text,
        "contacted": contacted,
        "contacted_text": contacted_text,
    }


def cut_words(line: str, learners: int) -> str:
    """The line of a card, with what it leaves out and how that is found, where a course is larger than its list."""
    if learners <= MOST_ROWS:
        return line
    said = _("{line}. Shown are the first {most} of the list; the filters bring the others")
    return said.format(line=line, most=words.number(MOST_ROWS))


def learner_rows(view: ClassroomView, links: Links) -> list[Row]:
    """The learners, in the order of the view: at most `MOST_ROWS`.

    Where some are picked by hand, the others are among them as long as there is room: another choice changes no row,
    and the browser shows those of `narrowed_to`.
    """
    about = _About(links, view.course.public_id, view.today, view.minutes_recorded, words.current_locale())
    return [*_written(Listed(_listed(view)), about)]


@lru_cache(maxsize=LISTS_KEPT)
def _written(listed: Listed, about: _About) -> Sequence[Row]:
    """Kept, since whoever picks learners in the chart, again and again, gets the same list each time."""
    shared = _Shared.of(listed, about)
    return [_learner(row, shared) for row in listed.rows[:MOST_ROWS]]


def narrowed_to(view: ClassroomView) -> dict[str, list[str] | None]:
    """`{"ids": …}`: the ids of those rows that are shown, None for all."""
    return {"ids": [str(row.public_id) for row in view.learners] if _holds_others(view) else None}


def _listed(view: ClassroomView) -> tuple[LearnerRow, ...]:
    return view.with_unpicked() if _holds_others(view) else view.learners


def _holds_others(view: ClassroomView) -> bool:
    return bool(view.unpicked) and len(view.learners) + len(view.unpicked) <= MOST_ROWS
