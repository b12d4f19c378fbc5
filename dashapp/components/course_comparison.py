"""The table in which an institution compares its courses: a row per course, a click opens it with the same dates."""

from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from dashapp import words
from dashapp.components.card import hidden_words
from dashapp.components.grids import (
    SECONDARY,
    Column,
    Row,
    narrow_column,
    right_column,
    room_for,
    two_line_heads,
    wide_column,
)
from dashapp.components.links import Links
from dashapp.components.sentences import active_share
from dashapp.domain.filters import Filters
from dashapp.domain.reports.answers import ColumnKind
from dashapp.domain.views import CourseRow, InstitutionView
from dashapp.words import _

SHOWN_OF_HIDDEN: Final = 2
"""Columns of a hidden course that say something: its name, and that it is hidden."""
NONE: Final = "–"
MANY: Final = 9_999
"""Learners of a course, for the room of what is said of them."""
MOST_ROWS: Final = 2_048
"""That are kept, in all languages together."""


KINDS: Final = MappingProxyType(
    {
        **dict.fromkeys(("enrolled", "change"), ColumnKind.COUNT),
        **dict.fromkeys(("share", "median", "on_time", "help", "progress", "completed", "left"), ColumnKind.PERCENT),
    }
)
"""What the values of columns are, for files; all others are texts."""


def course_columns() -> list[Column]:
    """The columns of the comparison of courses."""
    columns = [
        wide_column("code", _("Course"), 170, flex=3, minWidth=170, cellRenderer="LaCourse"),
        wide_column("share", _("Active in 7 days"), 120, cellRenderer="LaShare"),
        right_column("enrolled", _("Enrolled"), 88),
        {**right_column("change", _("Week before"), room_for(*_changes())), **SECONDARY},
        wide_column("weeks", _("Events per week"), 112, sortable=False, cellRenderer="LaWeeks", **SECONDARY),
        wide_column("median", _("Score: median, middle half"), 124, cellRenderer="LaRange"),
        wide_column("on_time", _("Handed in on time"), 124, cellRenderer="LaHanded", **SECONDARY),
        right_column("help", _("Need help"), room_for(_with_share(MANY, MANY))),
        {**right_column("progress", _("Median progress"), 84), **SECONDARY},
        {**right_column("completed", _("Completed"), 92), **SECONDARY},
        {**right_column("left", _("Withdrawals"), room_for(_with_share(MANY, MANY))), **SECONDARY},
    ]
    for column in columns:
        kind = KINDS.get(column["field"])
        if kind is not None:
            column["context"] = {**column.get("context", {}), "kind": kind.value}
    columns[1]["colSpan"] = {"function": f"params.data.hidden ? {len(columns) - SHOWN_OF_HIDDEN + 1} : 1"}
    return [*two_line_heads(columns), narrow_column("LaCourseCard")]


def _changes() -> Sequence[str]:
    """The longest words about a change."""
    number = words.number(MANY)
    return _("the same"), _("{number} more").format(number=number), _("{number} fewer").format(number=number)


def _change(course: CourseRow) -> str:
    if course.active_7 is None or course.active_7_before is None:
        return NONE
    gap = course.active_7 - course.active_7_before
    if gap == 0:
        return _("the same")
    said = _("{number} more") if gap > 0 else _("{number} fewer")
    return said.format(number=words.number(abs(gap)))


def _of(number: int | None, whole: int | None) -> float | None:
    return 100 * number / whole if number is not None and whole else None


def _with_share(number: int | None, whole: int | None) -> str:
    """ "278, 23 %"."""
    share = _of(number, whole)
    if number is None or share is None:
        return NONE
    return _("{number}, {share}").format(number=words.number(number), share=words.percent(share))


def _percent(value: float | None) -> str:
    return words.percent(value) if value is not None else NONE


def handed_words(handed: tuple[int, int, int] | None) -> str:
    """ "On time 1,308, late 120, missing 40": for who cannot see the bar."""
    if handed is None or not sum(handed):
        return _("Nothing was due yet")
    on_time, late, missing = (words.number(value) for value in handed)
    return _("On time {on_time}, late {late}, missing {missing}").format(on_time=on_time, late=late, missing=missing)


def _handed(course: CourseRow) -> Row:
    handed = course.handed
    due = sum(handed) if handed else 0
    shares = [100 * value / due for value in handed] if handed and due else []
    return {
        "on_time": shares[0] if shares else None,
        "on_time_text": _percent(shares[0] if shares else None),
        "handed": shares,
        "handed_text": handed_words(handed),
    }


# Between two looks at a large institution most of its courses stay as they are. Nobody changes a row.
@lru_cache(maxsize=MOST_ROWS)
def _course(course: CourseRow, peak: int, href: str | None, _locale: str) -> Row:
    named = {"id": str(course.public_id), "code": course.code, "title": course.title}
    if course.hidden:
        return {**named, "hidden": True, "hidden_text": hidden_words()}
    share = active_share(course)
    return {
        **named,
        "href": href,
        "enrolled": course.enrolled,
        "enrolled_text": words.number(course.enrolled or 0),
        "share": share,
        "share_text": _percent(share),
        "change": (course.active_7 or 0) - (course.active_7_before or 0),
        "change_text": _change(course),
        "weeks": list(course.weeks),
        "peak": peak,
        "weeks_open": True,
        "weeks_text": words.listing([words.number(value) for value in course.weeks]),
        "median": course.score_median,
        "low": course.score_quartile_1,
        "high": course.score_quartile_3,
        "median_text": _percent(course.score_median),
        **_handed(course),
        "help": _of(course.needs_help, course.enrolled),
        "help_text": _with_share(course.needs_help, course.enrolled),
        "progress": course.progress,
        "progress_text": _percent(course.progress),
        "completed": course.completed,
        "completed_text": _percent(course.completed),
        "left": _of(course.withdrawn, course.ever),
        "left_text": _with_share(course.withdrawn, course.ever),
    }


def course_rows(view: InstitutionView, links: Links, filters: Filters | None = None) -> list[Row]:
    """The courses, in the order of the view, hidden ones last: such a row says so and shows nothing else.

    A row's link keeps the dates of `filters`.
    """
    kept = Filters(first=filters.first, last=filters.last) if filters else None
    peak = max((value for course in view.courses for value in course.weeks), default=1)
    ordered = sorted(view.courses, key=lambda course: course.hidden)
    address = links.each_course(kept)
    locale = words.current_locale()
    return [_course(one, peak, None if links.alone else address(one.public_id), locale) for one in ordered]
