"""What both rounds of an institution's page begin with: the courses it compares, their learners, and what is hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.courses import (
    Campus,
    Course,
    campus_columns,
    campus_of,
    course_of,
    courses_statement,
    read_campus,
    read_work,
    submissions_statement,
)
from dashapp.data.queries.days import Columns, OfCourses, Range, counts_statement, places
from dashapp.data.queries.enrolment import joined
from dashapp.data.queries.intervals import intervals_statement
from dashapp.data.queries.presence import Presence, read_presence
from dashapp.data.queries.progress import published_of, read_done_of_courses, shares
from dashapp.data.queries.room import compared, whole_weeks
from dashapp.data.queries.shapes import shaped
from dashapp.data.queries.standing import RECENT_DAYS, CourseStanding, Question, standing_of
from dashapp.data.tables import courses, organisations, programmes
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.activity import last_days
from dashapp.domain.indicators.calendar import TeachingCalendar, shown_range, week_starts
from dashapp.domain.indicators.enrolments import Enrolments, enrolments_of
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.scope import AsOf, Scope
from dashapp.privacy.groups import Hidden, suppress, without_thin_remainders

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_HIDINGS: Final = 8
"""Of organisations, or of choices of courses; 45,000 enrolments take 360 KB."""
AWAY_DAYS = 97
"""How far back a last active day is looked for. Whoever was last there before has been away for longer than any step of
the rule, so that it makes no difference when."""


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
    standings: Mapping[CourseId, CourseStanding]
    active: tuple[Mapping[CourseId, Longs], Mapping[CourseId, Longs]]
    """The learners of each course with an event in the last 7 × 24 h, and in the 7 × 24 h before."""
    daily: Columns
    """Events per course and day."""
    present: Presence
    """Of the days of the shown weeks."""
    enrolments: Mapping[CourseId, Enrolments]
    hidden: Hidden[CourseId]
    progress: Mapping[CourseId, Floats]
    """In %, of each learner in the order of `people`; nothing where nothing has been published."""

    @property
    def starts(self) -> tuple[date, ...]:
        """The Mondays of the shown weeks."""
        return week_starts(*self.shown)

    @property
    def people(self) -> Mapping[CourseId, Longs]:
        """The learners of each course, sorted."""
        return {key: one.people for key, one in self.standings.items()}

    def chosen(self, unit: str | None) -> tuple[Course, ...]:
        """The compared courses of a unit; all of them for None."""
        return tuple(one for one in self.courses if unit is None or one.unit == unit)

    def known_unit(self, filters: Filters) -> str | None:
        """The unit that the filters name, if it is one."""
        return filters.unit if filters.unit in self.campus.units else None


def read_compared(connection: Connection, scope: Scope, as_of: AsOf, filters: Filters) -> Compared:
    """The courses under way and their learners; at most eight statements.

    Of the filters only the dates count. Raises NotPermitted for a scope that does not hold every course.
    """
    if scope.courses is not None or scope.audience is not Audience.AGGREGATE:
        raise NotPermitted("The institution's page shows all courses, in groups.")
    organisation = scope.organisation_id
    campus, every, named, published = _read_courses(connection, organisation, as_of)
    listed = sorted(compared(every, campus.today), key=lambda course: (course.unit, course.choice.code))
    keys = [one.course_id for one in listed]
    shown = _shown(listed, campus, filters)
    ranges = shown, (_since(campus, AWAY_DAYS), campus.today)
    learners = read_columns(connection, shaped(joined, organisation, keys, as_of.instant))
    recently = ((_since(campus, RECENT_DAYS), campus.today),)
    recent = read_columns(connection, shaped(counts_statement, organisation, keys, recently))
    present, daily = read_presence(connection, organisation, keys, ranges, (learners, recent))
    question = Question(organisation, as_of, tuple(listed), shown, minimum_group=scope.minimum_group)
    standings = _standings(connection, question, campus, (learners, present, recent))
    people = {key: one.people for key, one in standings.items()}
    active = tuple(
        active_learners(recent, last_days(campus.local, as_of.instant, back).holds(recent), people) for back in (0, 1)
    )
    done = _progress(connection, question, standings, published)
    intervals = OfCourses(read_columns(connection, shaped(intervals_statement, organisation, keys, as_of.instant)))
    return Compared(
        scope, as_of, campus, tuple(every), named, tuple(listed), shown, standings, (active[0], active[1]), daily,
        present.within(shown),
        {key: enrolments_of(intervals.of(key), people[key]) for key in keys},
        hidden_of(listed, people, scope.minimum_group), done,
    )  # fmt: skip


def _since(campus: Campus, days: int) -> date:
    return campus.today - timedelta(days=days)


def _shown(listed: Sequence[Course], campus: Campus, filters: Filters) -> Range:
    starts = [one.calendar.starts_on for one in listed if one.calendar.starts_on]
    calendar = TeachingCalendar(min(starts, default=None), None)
    return whole_weeks(shown_range(calendar, campus.today, filters.first, filters.last), campus.today)


def _read_courses(
    connection: Connection, organisation: OrganisationId, as_of: AsOf
) -> tuple[Campus, list[Course], dict[CourseId, str], dict[CourseId, int]]:
    """The organisation, its courses, the programmes of these, and how many activities each has published.

    One statement, two where there is no course yet.
    """
    programme = (
        select(programmes.c.name)
        .where(
            programmes.c.organisation_id == courses.c.organisation_id,
            programmes.c.programme_id == courses.c.programme_id,
        )
        .correlate(courses)
        .scalar_subquery()
    )
    titled = organisations.c.title.label("organisation_title")
    statement = (
        courses_statement(organisation)
        .add_columns(titled, *campus_columns(organisation), programme.label("programme"), published_of(as_of.instant))
        .where(organisations.c.organisation_id == courses.c.organisation_id)
    )
    rows = connection.execute(statement).all()
    if not rows:
        return read_campus(connection, organisation, as_of), [], {}, {}
    named = {CourseId(row.course_id): row.programme for row in rows if row.programme}
    campus = campus_of(rows[0], rows[0].organisation_title, "", as_of)
    return campus, [course_of(row) for row in rows], named, {CourseId(row.course_id): row.published for row in rows}


def _progress(
    connection: Connection,
    question: Question,
    standings: Mapping[CourseId, CourseStanding],
    published: Mapping[CourseId, int],
) -> dict[CourseId, Floats]:
    """How far each learner of each course has come, in the order of its people."""
    keys = [one.course_id for one in question.courses]
    done = OfCourses(read_done_of_courses(connection, question.organisation, keys, question.as_of.instant))
    return {key: shares(one, done.of(key), published[key], question.as_of.instant) for key, one in standings.items()}


def _standings(
    connection: Connection, question: Question, campus: Campus, read: tuple[Columns, Presence, Columns]
) -> dict[CourseId, CourseStanding]:
    """By the same rules as on the page of each course; `read`: learners, when they were there, and recent days."""
    organisation, keys = question.organisation, [one.course_id for one in question.courses]
    learners, present, recent = OfCourses(read[0]), read[1], OfCourses(read[2])
    handed = OfCourses(read_columns(connection, shaped(submissions_statement, organisation, keys)))
    work = read_work(connection, organisation, keys)
    result = {}
    for one in question.courses:
        key = one.course_id
        mine = learners.of(key)
        order = np.argsort(mine["person_id"])
        mine = {name: values[order] for name, values in mine.items()}
        mine["last_day"] = _last_days(present, key)
        mine["last_at"] = np.full(len(order), np.nan)
        result[key] = standing_of(one, question, campus, (mine, recent.of(key), handed.of(key)), work)
    return result


def _last_days(present: Presence, course: CourseId) -> Longs:
    """The ordinal of each learner's last active day; 0: not within the days that were read."""
    there = present.of(course)
    if not there.size:
        return np.zeros(len(there), dtype=np.int64)
    last = there.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1)
    return np.where(there.any(axis=1), present.days[last], 0)


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
