"""What both rounds of an institution's page begin with: the courses it compares, their learners, and what is hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, func, select

from dashapp.data.queries.course_parts import Asked, CoursePart, Found
from dashapp.data.queries.courses import (
    Campus,
    Course,
    campus_columns,
    campus_of,
    course_of,
    courses_statement,
    read_campus,
)
from dashapp.data.queries.days import Columns, OfCourses, Range, places
from dashapp.data.queries.kept_parts import Held, KeptParts
from dashapp.data.queries.progress import published_of
from dashapp.data.queries.room import compared, whole_weeks
from dashapp.data.queries.together import Together, put_together
from dashapp.data.tables import course_day_people, courses, organisations, programmes
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.activity import last_days
from dashapp.domain.indicators.calendar import TeachingCalendar, shown_range, week_starts
from dashapp.domain.keys import CourseId
from dashapp.domain.scope import AsOf, Scope
from dashapp.privacy.groups import Hidden, suppress, without_thin_remainders

Longs = NDArray[np.int64]

MOST_HIDINGS: Final = 8
"""Of organisations, or of choices of courses; 45,000 enrolments take 360 KB."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything that has been read, of all compared courses."""

    scope: Scope
    as_of: AsOf
    campus: Campus
    every: tuple[Course, ...]
    """All courses of the organisation, compared or not."""
    programmes: Mapping[CourseId, str]
    """The programme of each course that has one."""
    courses: tuple[Course, ...]
    shown: Range
    parts: Mapping[CourseId, CoursePart]
    """In the order of `courses`."""
    together: Together
    """The learners of all compared courses, on the shown weeks."""
    hidden: Hidden[CourseId]

    @property
    def starts(self) -> tuple[date, ...]:
        """The Mondays of the shown weeks."""
        return week_starts(*self.shown)

    @property
    def people(self) -> Mapping[CourseId, Longs]:
        """The learners of each course, sorted."""
        return {key: one.people for key, one in self.parts.items()}

    def chosen(self, unit: str | None) -> tuple[Course, ...]:
        """The compared courses of a unit; all of them for None."""
        return tuple(one for one in self.courses if unit is None or one.unit == unit)

    def known_unit(self, filters: Filters) -> str | None:
        """The unit that the filters name, if it is one."""
        return filters.unit if filters.unit in self.campus.units else None


def read_compared(
    connection: Connection, scope: Scope, as_of: AsOf, filters: Filters, kept: KeptParts | None = None
) -> Compared:
    """The courses under way and their learners; at most nine statements, one where no course has changed.

    Of the filters only the dates count. `kept`: where parts of courses are kept between questions; None: nowhere.
    Raises NotPermitted for a scope that does not hold every course.
    """
    if scope.courses is not None or scope.audience is not Audience.AGGREGATE:
        raise NotPermitted("The institution's page shows all courses, in groups.")
    with (kept or KeptParts()).held(scope.organisation_id, scope.minimum_group) as held:
        rows = connection.execute(_every_course(held, as_of)).all()
        if rows:
            campus = campus_of(rows[0], rows[0].organisation_title, "", as_of)
            held.follow(next(row.changes for row in rows if row.changes is not None))
        else:
            campus = read_campus(connection, scope.organisation_id, as_of)
        every = {CourseId(row.course_id): (course_of(row), row) for row in rows}
        listed = compared([course for course, _row in every.values()], campus.today)
        listed.sort(key=lambda course: (course.unit, course.choice.code))
        found = [_found(*every[one.course_id]) for one in listed]
        asked = Asked(scope.organisation_id, as_of, campus, scope.minimum_group)
        parts = held.of(connection, asked, found)
    parts = {one.course_id: parts[one.course_id] for one in listed}
    shown = _shown(listed, campus, filters)
    windows = last_days(campus.local, as_of.instant), last_days(campus.local, as_of.instant, 1)
    named = {key: row.programme for key, (_course, row) in every.items() if row.programme}
    return Compared(
        scope, as_of, campus, tuple(course for course, _row in every.values()), named, tuple(listed), shown, parts,
        put_together(parts, windows, week_starts(*shown)),
        hidden_of(listed, {key: one.people for key, one in parts.items()}, scope.minimum_group),
    )  # fmt: skip


def _found(course: Course, row: Row[Any]) -> Found:
    return Found(course, row.published, row.first_day)


def _shown(listed: Sequence[Course], campus: Campus, filters: Filters) -> Range:
    starts = [one.calendar.starts_on for one in listed if one.calendar.starts_on]
    calendar = TeachingCalendar(min(starts, default=None), None)
    return whole_weeks(shown_range(calendar, campus.today, filters.first, filters.last), campus.today)


def _every_course(held: Held, as_of: AsOf) -> Any:
    """The courses with their organisation, the programme of each, how many activities it has published, the first day
    on which anybody was there, and what has changed."""
    programme = (
        select(programmes.c.name)
        .where(
            programmes.c.organisation_id == courses.c.organisation_id,
            programmes.c.programme_id == courses.c.programme_id,
        )
        .correlate(courses)
        .scalar_subquery()
    )
    day = course_day_people.c
    first = (
        select(func.min(day.day))
        .where(day.organisation_id == courses.c.organisation_id, day.course_id == courses.c.course_id)
        .correlate(courses)
        .scalar_subquery()
    )
    return (
        courses_statement(held.organisation)
        .add_columns(
            organisations.c.title.label("organisation_title"),
            *campus_columns(held.organisation),
            programme.label("programme"),
            published_of(as_of.instant),
            first.label("first_day"),
            held.changes(),
        )
        .where(organisations.c.organisation_id == courses.c.organisation_id)
    )


def active_learners(
    recent: Columns, inside: NDArray[np.bool_], people: Mapping[CourseId, Longs]
) -> dict[CourseId, Longs]:
    """The learners of each course who have a learner-day that counts."""
    result = {}
    then = OfCourses({name: recent[name][inside] for name in ("course_id", "person_id")})
    for key, members_of_it in people.items():
        seen = np.unique(then.of(key)["person_id"])
        result[key] = seen[places(members_of_it, seen)[1]]
    return result


def hidden_of(listed: Sequence[Course], people: Mapping[CourseId, Longs], k: int) -> Hidden[CourseId]:
    """What is hidden of the courses compared, from who learns in each."""
    units = {one.course_id: one.unit for one in listed}
    return _hidden(tuple((key, units[key], inside.astype(np.int64).tobytes()) for key, inside in people.items()), k)


@lru_cache(maxsize=MOST_HIDINGS)
def _hidden(groups: tuple[tuple[CourseId, str, bytes], ...], k: int) -> Hidden[CourseId]:
    """The same for the same people: who is enrolled changes seldom, and the search over hundreds of courses is long."""
    people = {key: frozenset(np.frombuffer(inside, dtype=np.int64).tolist()) for key, _unit, inside in groups}
    units = {key: unit for key, unit, _inside in groups}
    sizes = {key: len(inside) for key, inside in people.items()}
    return without_thin_remainders(suppress(sizes, units.__getitem__, k), people, units.__getitem__, k)
