"""What both rounds of a classroom's page begin with: the course, its standing, and which of its learners are shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from dashapp.data.kept import Kept
from dashapp.data.queries.cohort import Named, chosen_of
from dashapp.data.queries.courses import (
    Campus,
    Course,
    course_of,
    courses_statement,
    read_campus,
    read_course_on_campus,
)
from dashapp.data.queries.days import bits_statement, first_minutes, per_week, places, read_bits
from dashapp.data.queries.enrolment import sizes
from dashapp.data.queries.names import NamesOf, names_and_sections, names_in_sections
from dashapp.data.queries.planned import rows_of
from dashapp.data.queries.progress import Floats, read_progress
from dashapp.data.queries.shapes import Shaped, planned_once, shaped
from dashapp.data.queries.standing import RECENT_DAYS, CourseStanding, Question, read_standings
from dashapp.data.queries.week_before import recent_days
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.calendar import shown_range, week_starts
from dashapp.domain.indicators.cohort import asked_days, other_choice
from dashapp.domain.indicators.minutes import TimePerDay, time_on_task
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.localtime import week_start
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import LearnerRow
from dashapp.privacy.groups import suppress

MOST_HELD: Final = 10_000
"""Learners of the rooms that are kept; one takes some 5 KB."""
ROOM_BY_ITSELF: Final = 50
"""What a room takes besides its learners, as so many of them."""

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Room:
    """A course with its standing, who of it is shown, and their time on task."""

    one: CourseStanding
    campus: Campus
    question: Question
    chosen: Longs
    """Places of the learners whom the filters choose."""
    time: TimePerDay | None
    """Of all learners of the course, by person; None where no minutes are recorded."""
    minimum_group: int
    names: Named | None
    """None for who may not see each member by name."""
    progress: Floats
    """Of everybody in %, in the order of `one.people`; empty where nothing is published, and for who may not see each
    member by name."""
    to_come: date | None = None
    """The first chosen day where it lies after today."""
    rows: dict[int, LearnerRow] = field(default_factory=dict, compare=False)
    """Of the list, by the learner's place, as far as they have been asked for: no filter changes a row."""

    @property
    def course(self) -> Course:
        """The course, with the sections that the reader may choose from."""
        return self.one.course

    @property
    def unmatched(self) -> bool:
        """Whether there are learners whom the reader sees, but the filters choose none of them. For who sees groups
        only: never, since what chooses among learners is not theirs."""
        return self.names is not None and not len(self.chosen) and bool(self.one.seen.any())

    @property
    def starts(self) -> tuple[date, ...]:
        """The Mondays of the shown weeks."""
        return week_starts(*self.question.shown)

    def weekly_minutes(self, starts: Sequence[date]) -> Longs:
        """Per learner of the course and week; only where minutes are recorded."""
        assert self.time is not None
        place, enrolled = places(self.one.people, self.time.learner)
        shape = (starts, len(self.one.people))
        return per_week(place[enrolled], self.time.day[enrolled], self.time.minutes[enrolled], shape)

    def total_minutes(self) -> Longs | None:
        """Per learner of the course, on the shown days; None where no minutes are recorded."""
        if self.time is None:
            return None
        first, last = (day.toordinal() for day in self.question.shown)
        place, enrolled = places(self.one.people, self.time.learner)
        inside = enrolled & (self.time.day >= first) & (self.time.day <= last)
        sums = np.bincount(place[inside], weights=self.time.minutes[inside], minlength=len(self.one.people))
        return sums.astype(np.int64)

    def weekly_events(self, starts: Sequence[date]) -> Longs:
        """Per learner of the course and week, on the shown days."""
        one, (first, last) = self.one, (day.toordinal() for day in self.question.shown)
        shown = (one.days["day"] >= first) & (one.days["day"] <= last)
        return per_week(one.place[shown], one.days["day"][shown], one.days["events"][shown], (starts, len(one.people)))


@dataclass(frozen=True, slots=True)
class HiddenRoom:
    """A course that is too small to be shown to who sees groups only, or would give a smaller one away."""

    course: Course
    campus: Campus
    question: Question


class Rooms(Kept[Room | HiddenRoom]):
    """The rooms read last, since the rounds of one page ask for the same one. Safe to share between threads."""

    def __init__(self) -> None:
        super().__init__(MOST_HELD, _size)


def _size(room: Room | HiddenRoom) -> int:
    return ROOM_BY_ITSELF + (0 if isinstance(room, HiddenRoom) else len(room.one.people))


def read_room(
    connection: Connection, scope: Scope, as_of: AsOf, filters: Filters, course: CourseId
) -> Room | HiddenRoom:
    """One course and its learners; at most nine statements.

    The filters narrow it to days and to learners; a section that the course does not have is ignored.
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
    shown = shown_range(found.calendar, campus.today, *asked_days(filters, found.calendar, campus.today))
    shown, recent = whole_weeks(shown, campus.today) if grouped else shown, recent_days(found.calendar, campus.today)
    question = Question(scope.organisation_id, as_of, (found,), shown, recent_days=recent)
    if hidden:
        return HiddenRoom(found, campus, question)
    limited = None if grouped else scope.sections_of(course)
    names: Named | None = None
    asked = names_of_course(scope.organisation_id, question, filters)
    if limited is not None:
        # Who is seen decides with whom they are compared, so names come first.
        names = _by_person(connection, planned_once(names_in_sections, asked, sorted(limited)))
        found = replace(found, sections=tuple(each for each in found.sections if each[0] in limited))
        seen = {course: frozenset(names)}
        question = replace(question, courses=(found,), seen=seen, minimum_group=scope.minimum_group)
    (one,) = read_standings(connection, question, campus)
    shorter = replace(question, recent_days=RECENT_DAYS)
    statement = shaped(bits_statement, scope.organisation_id, [course], shorter.ranges(campus.today))
    time = time_on_task(read_bits(connection, statement), first_minutes(campus.local)) if one.recorded else None
    if not grouped and limited is None:
        keys = [int(key) for key in one.people]
        names = _by_person(connection, planned_once(names_and_sections, asked, keys))
    progress = np.zeros(0) if grouped else read_progress(connection, scope.organisation_id, one, as_of.instant)
    everybody, to_come = np.arange(len(one.people)), filters.to_come(campus.today)
    room = Room(one, campus, question, everybody, time, scope.minimum_group, names, progress, to_come)
    return choose(room, filters)


def read_by(filters: Filters) -> Filters:
    """What of the filters decides which rows are read: days, and types of activities that learners are chosen by."""
    kept = replace(filters, section=None, level=None, group=None, seen=None, score=None, learners=None)
    return kept if other_choice(filters, (), ()) else replace(kept, against=None)


def choose(room: Room | HiddenRoom, filters: Filters) -> Room | HiddenRoom:
    """The same room with the learners whom the filters choose; it was read with filters that `read_by` makes alike."""
    if isinstance(room, HiddenRoom) or room.names is None:
        return room
    return replace(room, chosen=chosen_of(room.one, room.names, filters, room.campus.today))


def _by_person(connection: Connection, statement: Shaped) -> Named:
    return {int(row.person_id): row for row in rows_of(connection, statement)}


def names_of_course(organisation: OrganisationId, question: Question, filters: Filters) -> NamesOf:
    """Which names are asked for, and what else the choices of the page need of each."""
    (course,), other = question.courses, other_choice(filters, (), ())
    used = (filters.activity, other.activity if other else None)
    return NamesOf(organisation, course.course_id, question.as_of.instant, used[0], question.shown, used[1])


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
