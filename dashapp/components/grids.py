"""Tables of many rows: dash-ag-grid with cells drawn by `assets/dashAgGridComponentFunctions.js`.

A row carries what is sorted by (numbers, ranks) and what is read (texts); the cells show the texts. Rows have ids, so
that an update changes cells in place and keeps scroll, order and selection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.components.card import hidden_words
from dashapp.components.links import Links
from dashapp.components.marks import level_word
from dashapp.components.reasons import reason_sentence
from dashapp.components.sentences import active_share
from dashapp.domain.filters import Filters
from dashapp.domain.views import ClassroomView, CourseRow, InstitutionView, LearnerRow, Level
from dashapp.words import _

Row = dict[str, Any]
Column = dict[str, Any]

THEME: Final = (
    "themeQuartz.withParams({fontFamily: 'inherit', fontSize: 13, headerFontSize: 12, headerFontWeight: 500,"
    " backgroundColor: 'var(--la-surface)', foregroundColor: 'var(--la-ink)', textColor: 'var(--la-ink)',"
    " headerBackgroundColor: 'var(--la-surface)', headerTextColor: 'var(--la-ink-3)', accentColor: 'var(--la-accent)',"
    " borderColor: 'var(--la-line)', rowBorder: {color: 'var(--la-line)'}, headerRowBorder:"
    " {color: 'var(--la-line-strong)'}, wrapperBorder: false, wrapperBorderRadius: 0, headerColumnBorder: false,"
    " columnBorder: false, oddRowBackgroundColor: 'transparent', rowHoverColor: 'var(--la-hover)',"
    " selectedRowBackgroundColor: 'var(--la-accent-soft)', cellHorizontalPadding: 8, browserColorScheme: 'inherit',"
    " headerColumnResizeHandleColor: 'transparent'})"
)
LEVEL_RANK: Final = {Level.HELP: 0, Level.WATCH: 1, Level.CALM: 2}
NEVER: Final = 100_000
"""Sorts learners who were never active behind all others."""


SECONDARY: Final[Mapping[str, Any]] = {"context": {"secondary": True}}
"""Of a column that is hidden from a middle width on."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a grid differs from the others."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """AG Grid's own options."""
    opens: str = "laOpenRow(params)"
    """What a click or Enter on a row does, in the browser."""


CHOSEN_ROWS: Final = Manners(
    {
        "rowSelection": {"mode": "multiRow", "checkboxes": True, "headerCheckbox": True, "enableClickSelection": False},
        "selectionColumnDef": {"width": 40, "suppressHeaderMenuButton": True, "sortable": False},
    }
)
"""Rows are chosen by a box in front of them."""


def grid(
    name: str,
    columns: Sequence[Column],
    height: int,
    label: str,
    manners: Manners = Manners(),  # frozen
) -> Component:
    """An empty grid of a fixed height in px."""
    inner = dag.AgGrid(
        id=name,
        columnDefs=list(columns),
        rowData=[],
        getRowId="params.data.id",
        style={"height": "100%", "width": "100%"},
        defaultColDef={"resizable": False, "sortable": True, "suppressMovable": True, "cellDataType": False},
        dashGridOptions={
            "theme": {"function": THEME},
            "rowHeight": 36,
            "headerHeight": 32,
            "suppressCellFocus": False,
            "enableCellTextSelection": True,
            "animateRows": False,
            "suppressDragLeaveHidesColumns": True,
            "localeText": {"noRowsToShow": _("There is nothing to list")},
            "rowClassRules": {"la-hidden-row": "params.data.hidden"},
            "enableRtl": words.text_direction() == "rtl",
            **manners.options,
        },
        eventListeners={"cellClicked": [manners.opens], "cellKeyDown": [manners.opens]},
        dangerously_allow_code=False,
    )
    return html.Div(
        inner,
        className="la-table-grid",
        style={"blockSize": f"{height}px"},
        role="group",
        **attributes(aria_label=label),
    )


def _wide(field: str, header: str, width: int, **more: Any) -> Column:
    """A column of a wide screen: hidden where the grid is narrow (`assets/dashAgGridFunctions.js`)."""
    return {"field": field, "headerName": header, "width": width, **more}


def _right(field: str, header: str, width: int, **more: Any) -> Column:
    number: Column = {"cellClass": "num", "headerClass": "ag-right-aligned-header", "cellRenderer": "LaText"}
    return _wide(field, header, width, **{**number, **more})


def right_column(field: str, header: str, width: int) -> Column:
    """A column of numbers."""
    return _right(field, header, width)


def narrow_column(renderer: str) -> Column:
    """The one column of a phone."""
    return _narrow(renderer)


def _narrow(renderer: str) -> Column:
    """The one column of a phone: two lines per row."""
    return {
        "colId": "narrow",
        "headerName": "",
        "flex": 1,
        "initialHide": True,
        "sortable": False,
        "cellRenderer": renderer,
    }


def learner_columns(*, minutes: bool) -> list[Column]:
    """The columns of the list of learners; time, or events where the sources record no time."""
    amount = _("Time") if minutes else _("Events")
    return [
        _wide("name", _("Learner"), 150, cellRenderer="LaLink", flex=2, maxWidth=260),
        _wide("level", _("Level"), 118, cellRenderer="LaLevel"),
        _wide("why", _("Why"), 200, flex=5, sortable=False, cellRenderer="LaText", cellClass="why"),
        _wide("weeks", _("Events per week"), 118, sortable=False, cellRenderer="LaWeeks", context={"secondary": True}),
        _right("amount", amount, 104, context={"secondary": True}),
        _right("score", _("Score"), 74),
        _right("last", _("Last active"), 112),
        _narrow("LaLearnerCard"),
    ]


def _last_active(row: LearnerRow, today: date) -> str:
    return words.ago(row.last_active, today) if row.last_active else _("never")


def _learner(row: LearnerRow, view: ClassroomView, peak: int, href: str | None) -> Row:
    minutes = view.minutes_recorded
    amount = (row.minutes or 0) if minutes else row.events
    return {
        "id": str(row.public_id),
        "name": row.name,
        "href": href,
        "level": LEVEL_RANK[row.level],
        "level_kind": row.level.value,
        "level_text": level_word(row.level),
        "why": reason_sentence(*row.reasons),
        "weeks": list(row.weeks),
        "peak": peak,
        "weeks_text": words.listing([words.number(value) for value in row.weeks]),
        "amount": amount,
        "amount_text": words.duration(amount) if minutes else words.number(amount),
        "score": row.score,
        "score_text": words.percent(row.score) if row.score is not None else "–",
        "last": (view.today - row.last_active).days if row.last_active else NEVER,
        "last_text": _last_active(row, view.today),
    }


def learner_rows(view: ClassroomView, links: Links, level: str | None = None) -> list[Row]:
    """The learners, in the order of the view; `level` keeps one level only."""
    filters = Filters(course=view.course.public_id)
    peak = max((value for row in view.learners for value in row.weeks), default=1)
    return [
        _learner(row, view, peak, None if links.alone else links.learner(row.public_id, filters))
        for row in view.learners
        if level is None or row.level.value == level
    ]


def course_columns() -> list[Column]:
    """The columns of the comparison of courses."""
    return [
        _wide("code", _("Course"), 220, flex=3, cellRenderer="LaCourse"),
        _right("enrolled", _("Enrolled"), 90),
        _wide(
            "share",
            _("Active in 7 days"),
            160,
            cellRenderer="LaShare",
            colSpan={"function": "params.data.hidden ? 5 : 1"},
        ),
        _right("change", _("Week before"), 110, context={"secondary": True}),
        _wide("weeks", _("Events per week"), 130, sortable=False, cellRenderer="LaWeeks", context={"secondary": True}),
        _right("events", _("Events in 7 days"), 130, context={"secondary": True}),
        _wide("median", _("Score: median, middle half"), 200, cellRenderer="LaRange", flex=2, maxWidth=220),
        _narrow("LaCourseCard"),
    ]


def _change(course: CourseRow) -> str:
    if course.active_7 is None or course.active_7_before is None:
        return "–"
    gap = course.active_7 - course.active_7_before
    if gap == 0:
        return _("the same")
    said = _("{number} more") if gap > 0 else _("{number} fewer")
    return said.format(number=words.number(abs(gap)))


def _course(course: CourseRow, links: Links, peak: int) -> Row:
    if course.hidden:
        return {
            "id": str(course.public_id),
            "code": course.code,
            "title": course.title,
            "hidden": True,
            "hidden_text": hidden_words(),
        }
    share = active_share(course)
    return {
        "id": str(course.public_id),
        "code": course.code,
        "title": course.title,
        "href": None if links.alone else links.course(course.public_id),
        "enrolled": course.enrolled,
        "enrolled_text": words.number(course.enrolled or 0),
        "share": share,
        "share_text": words.percent(share) if share is not None else "–",
        "change": (course.active_7 or 0) - (course.active_7_before or 0),
        "change_text": _change(course),
        "weeks": list(course.weeks),
        "peak": peak,
        "weeks_open": True,
        "weeks_text": words.listing([words.number(value) for value in course.weeks]),
        "events": course.events_7,
        "events_text": words.number(course.events_7 or 0),
        "median": course.score_median,
        "low": course.score_quartile_1,
        "high": course.score_quartile_3,
        "median_text": words.percent(course.score_median) if course.score_median is not None else "–",
    }


def course_rows(view: InstitutionView, links: Links) -> list[Row]:
    """The courses, in the order of the view, hidden ones last: such a row says so and shows nothing else."""
    peak = max((value for course in view.courses for value in course.weeks), default=1)
    ordered = sorted(view.courses, key=lambda course: course.hidden)
    return [_course(course, links, peak) for course in ordered]
