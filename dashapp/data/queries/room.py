"""What both rounds of a classroom's page begin with: the course, its standing, and which of its learners are shown."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from dashapp.data.cache import Question as Asked
from dashapp.data.queries.courses import (
    Campus,
    Course,
    course_of,
    courses_statement,
    read_campus,
    read_course_on_campus,
)
from dashapp.data.queries.days import bits_statement, first_minutes, read_bits
from dashapp.data.queries.enrolment import names_and_sections, names_in_sections, sizes
from dashapp.data.queries.standing import CourseStanding, Question, read_standings
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.calendar import shown_range, week_starts
from dashapp.domain.indicators.minutes import TimePerDay, time_on_task
from dashapp.domain.keys import CourseId
from dashapp.domain.localtime import week_start
from dashapp.domain.scope import AsOf, Scope
from dashapp.privacy.groups import suppress

MOST_ROOMS: Final = 4
"""A course of 2,300 learners takes some 10 MB."""

Longs = NDArray[np.int64]
Names = Mapping[int, Row[*tuple[Any, ...]]]
"""Name, public id and sections by the key of each learner."""


@dataclass(frozen=True, slots=True)
class Room:
    """A course with its standing, who of it is shown, and their time on task."""

    one: CourseStanding
    campus: Campus
    question: Question
    chosen: Longs
    """Places of the learners who are shown."""
    time: TimePerDay | None
    """Of all learners of the course, by person; None where no minutes are recorded."""
    minimum_group: int
    names: Names | None
    """None for who may not see each member by name."""

    @property
    def course(self) -> Course:
        """The course, with the sections that the reader may choose from."""
        return self.one.course

    @property
    def starts(self) -> tuple[date, ...]:
        """The Mondays of the shown weeks."""
        return week_starts(*self.question.shown)


@dataclass(frozen=True, slots=True)
class HiddenRoom:
    """A course that is too small to be shown to who sees groups only, or would give a smaller one away."""

    course: Course
    campus: Campus
    question: Question


class Rooms:
    """The rooms read last, since the rounds of one page ask for the same one. Safe to share between threads.

    What is kept is as old as its question's version and minute, like every answer of the cache.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Room | HiddenRoom] = OrderedDict()
        self._lock = Lock()

    def of(self, question: Asked, read: Callable[[], Room | HiddenRoom]) -> Room | HiddenRoom:
        """The room of the question's scope, filters, subject, version and minute: kept, or read now."""
        key = replace(question, name="room").key("")
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None:
            return kept
        room = read()
        with self._lock:
            self._kept[key] = room
            while len(self._kept) > MOST_ROOMS:
                self._kept.popitem(last=False)
        return room


def read_room(
    connection: Connection, scope: Scope, as_of: AsOf, filters: Filters, course: CourseId
) -> Room | HiddenRoom:
    """One course and its learners; at most eight statements.

    `filters.section` and dates narrow it; a section that the course does not have is ignored, and so is
    `filters.level`, since the page shows how many are on each level.
    Staff of sections only see their learners, and figures of these.
    For Audience.AGGREGATE there are no sections and whole weeks only, and nothing at all where the course is hidden.
    Raises NotPermitted where the scope does not hold the course, NotFound where there is none.
    """
    if scope.audience not in (Audience.NAMED, Audience.AGGREGATE) or not scope.permits_course(course):
        raise NotPermitted("This course is not within the scope.")
    grouped = scope.audience is Audience.AGGREGATE
    if grouped:
        campus = read_campus(connection, scope.organisation_id, as_of)
        found, hidden = _grouped_course(connection, scope, as_of, (campus, course))
    else:
        campus, found = read_course_on_campus(connection, scope.organisation_id, course, as_of)
        hidden = False
    shown = shown_range(found.calendar, campus.today, filters.first, filters.last)
    question = Question(scope.organisation_id, as_of, (found,), whole_weeks(shown, campus.today) if grouped else shown)
    if hidden:
        return HiddenRoom(found, campus, question)
    limited = None if grouped else scope.sections_of(course)
    names: Names | None = None
    if limited is not None:
        # Who is seen decides with whom they are compared, so names come first.
        names = _by_person(connection, names_in_sections(scope.organisation_id, sorted(limited), as_of.instant))
        found = replace(found, sections=tuple(each for each in found.sections if each[0] in limited))
        seen = {course: frozenset(names)}
        question = replace(question, courses=(found,), seen=seen, minimum_group=scope.minimum_group)
    (one,) = read_standings(connection, question, campus)
    statement = bits_statement(scope.organisation_id, [course], question.ranges(campus.today))
    time = time_on_task(read_bits(connection, statement), first_minutes(campus.local)) if one.recorded else None
    if not grouped and limited is None:
        everybody = [int(key) for key in one.people]
        names = _by_person(connection, names_and_sections(scope.organisation_id, course, everybody, as_of.instant))
    chosen = _chosen(one, names, filters)
    return Room(one, campus, question, chosen, time, scope.minimum_group, names)


def _by_person(connection: Connection, statement: Any) -> Names:
    return {int(row.person_id): row for row in connection.execute(statement)}


def _chosen(one: CourseStanding, names: Names | None, filters: Filters) -> Longs:
    """Places of the learners of the chosen section: all of them for who sees groups only."""
    if names is None:
        return np.arange(len(one.people))
    known = any(filters.section == name for _key, name, _title in one.course.sections)
    section = filters.section if known else None
    places = [
        place
        for place, key in enumerate(one.people)
        if int(key) in names and (section is None or section in (names[int(key)].sections or ()))
    ]
    return np.array(places, dtype=np.int64)


def whole_weeks(shown: tuple[date, date], today: date) -> tuple[date, date]:
    """The range widened to whole weeks: single days, taken from one another, would give single people away."""
    first, last = shown
    return week_start(first), min(week_start(last) + timedelta(days=6), today)


def _grouped_course(
    connection: Connection, scope: Scope, as_of: AsOf, asked: tuple[Campus, CourseId]
) -> tuple[Course, bool]:
    """The course, and whether it is hidden: by the same rule, over the same courses, as on the institution's page."""
    campus, course = asked
    every = [course_of(row) for row in connection.execute(courses_statement(scope.organisation_id))]
    found = next((one for one in every if one.course_id == course), None)
    if found is None:
        raise NotFound("There is no such course.")
    listed = compared(every, campus.today)
    if found not in listed:
        listed = [*listed, found]
    rows = connection.execute(sizes(scope.organisation_id, [one.course_id for one in listed], as_of.instant))
    counted = {row.course_id: row.learners for row in rows}
    members = {one.course_id: counted.get(one.course_id, 0) for one in listed}
    units = {one.course_id: one.unit for one in listed}
    return found, suppress(members, units.__getitem__, scope.minimum_group).hides(course)


def compared(every: Sequence[Course], today: date) -> list[Course]:
    """The courses that an institution compares: those under way; all of them where none is."""
    running = [one for one in every if one.calendar.is_running(today)]
    return running or list(every)
