"""The data round of an institution's page: at most eight statements, from aggregates only, in groups of at least k."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from dashapp.data.queries.columns import Statement, read_columns
from dashapp.data.queries.courses import (
    Campus,
    Course,
    course_of,
    courses_statement,
    read_campus,
    read_work,
    submissions_statement,
)
from dashapp.data.queries.days import Columns, places, presence_statement, recency_statement, unpacked
from dashapp.data.queries.enrolment import members, one_of
from dashapp.data.queries.room import compared, whole_weeks
from dashapp.data.queries.standing import submission_rows
from dashapp.data.tables import course_days
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.activity import ACTIVE_DAYS, last_days
from dashapp.domain.indicators.calendar import TeachingCalendar, shown_range, week_starts
from dashapp.domain.indicators.scores import average_scores, marks
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import CourseRow, Day, InstitutionView
from dashapp.privacy.groups import Hidden, suppress, without_thin_remainders

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Read:
    """Everything that has been read, of all compared courses."""

    campus: Campus
    courses: tuple[Course, ...]
    shown: tuple[date, date]
    people: Mapping[CourseId, Longs]
    """The learners of each course, sorted."""
    active: tuple[Mapping[CourseId, Longs], Mapping[CourseId, Longs]]
    """Those of them with an event in the last 7 × 24 h, and in the 7 × 24 h before."""
    daily: Columns
    """Events per course and day."""
    present: Sequence[tuple[CourseId, date, Longs]]
    """(course, day, people) of everybody who was active on a day of the shown weeks."""
    averages: Mapping[CourseId, Floats]
    hidden: Hidden[CourseId]
    minimum_group: int

    @property
    def starts(self) -> tuple[date, ...]:
        return week_starts(*self.shown)


def course_days_statement(organisation: OrganisationId, keys: Sequence[CourseId], first: date) -> Statement:
    """Events per course and day from `first` on, staff and test people left out; for `read_columns`."""
    return select(course_days.c.course_id, course_days.c.day, course_days.c.events).where(
        course_days.c.organisation_id == organisation, one_of(course_days.c.course_id, keys), course_days.c.day >= first
    )


def read_institution(connection: Connection, scope: Scope, as_of: AsOf, filters: Filters) -> InstitutionView:
    """The institution's page: the courses under way compared, and their activity in whole weeks.

    Of the filters only the dates and `unit` count: a fixed lattice of groups, so that nothing can be found by
    subtraction. Raises NotPermitted for a scope that does not hold every course.
    """
    if scope.courses is not None or scope.audience is not Audience.AGGREGATE:
        raise NotPermitted("The institution's page shows all courses, in groups.")
    campus = read_campus(connection, scope.organisation_id, as_of)
    every = [course_of(row) for row in connection.execute(courses_statement(scope.organisation_id))]
    listed = sorted(compared(every, campus.today), key=lambda course: (course.unit, course.choice.code))
    read = _read(connection, scope, as_of, (campus, tuple(listed), filters))
    return _view(read, filters.unit if filters.unit in campus.units else None)


def _read(
    connection: Connection, scope: Scope, as_of: AsOf, asked: tuple[Campus, tuple[Course, ...], Filters]
) -> _Read:
    campus, listed, filters = asked
    organisation, keys = scope.organisation_id, [one.course_id for one in listed]
    starts = [one.calendar.starts_on for one in listed if one.calendar.starts_on]
    calendar = TeachingCalendar(min(starts, default=None), None)
    shown = whole_weeks(shown_range(calendar, campus.today, filters.first, filters.last), campus.today)
    enrolled = read_columns(connection, members(organisation, keys, as_of.instant))
    people = {key: np.sort(enrolled["person_id"][enrolled["course_id"] == key]) for key in keys}
    since = campus.today - timedelta(days=2 * ACTIVE_DAYS + 1)
    recent = read_columns(connection, recency_statement(organisation, keys, since))
    active = tuple(
        active_learners(recent, last_days(campus.local, as_of.instant, back).holds(recent), people) for back in (0, 1)
    )
    first = min(shown[0], campus.today - timedelta(days=2 * ACTIVE_DAYS))
    daily = read_columns(connection, course_days_statement(organisation, keys, first))
    present = [
        (CourseId(row.course_id), row.day, unpacked(row.people))
        for row in connection.execute(presence_statement(organisation, keys, shown))
    ]
    units = {one.course_id: one.unit for one in listed}
    hidden = without_thin_remainders(
        suppress({key: len(people[key]) for key in keys}, units.__getitem__, scope.minimum_group),
        {key: frozenset(people[key].tolist()) for key in keys},
        units.__getitem__,
        scope.minimum_group,
    )
    averages = _averages(connection, organisation, people)
    return _Read(
        campus, listed, shown, people, (active[0], active[1]), daily, present, averages, hidden, scope.minimum_group
    )


def active_learners(
    recent: Columns, inside: NDArray[np.bool_], people: Mapping[CourseId, Longs]
) -> dict[CourseId, Longs]:
    """The learners of each course who have a row of `recency_statement` that counts."""
    result = {}
    course, person = recent["course_id"][inside], recent["person_id"][inside]
    for key, members_of_it in people.items():
        seen = np.unique(person[course == key])
        result[key] = seen[places(members_of_it, seen)[1]]
    return result


def _averages(
    connection: Connection, organisation: OrganisationId, people: Mapping[CourseId, Longs]
) -> dict[CourseId, Floats]:
    """The learners' average scores in each course, without those who have none."""
    keys = list(people)
    handed = read_columns(connection, submissions_statement(organisation, keys))
    work = read_work(connection, organisation, keys)
    result = {}
    for key, members_of_it in people.items():
        mine = handed["course_id"] == key
        tasks = [one for one in work.activities if one.course_id == key]
        rows, _precision = submission_rows(
            {name: values[mine] for name, values in handed.items()}, members_of_it, tasks
        )
        graded = [one.work for one in tasks]
        scores = average_scores(graded, marks(rows, graded, len(members_of_it)).percent)
        result[key] = scores[~np.isnan(scores)]
    return result


def _together(groups: Mapping[CourseId, Longs], keys: Sequence[CourseId]) -> int:
    """Distinct people: never added up over courses."""
    return len(np.unique(np.concatenate([groups[key] for key in keys]))) if keys else 0


def _between(daily: Columns, keys: Sequence[CourseId], first: date, last: date) -> Columns:
    kept = (daily["day"] >= first.toordinal()) & (daily["day"] <= last.toordinal())
    kept &= np.isin(daily["course_id"], np.array(keys, dtype=np.int64))
    return {name: values[kept] for name, values in daily.items()}


def _view(read: _Read, unit: str | None) -> InstitutionView:
    today = read.campus.today
    keys = [one.course_id for one in read.courses if unit is None or one.unit == unit]
    hidden = read.hidden.everything if unit is None else unit in read.hidden.units
    week = timedelta(days=ACTIVE_DAYS)
    events = [
        int(
            _between(read.daily, keys, today - week * (back + 1) + timedelta(days=1), today - week * back)[
                "events"
            ].sum()
        )
        for back in (0, 1)
    ]
    return InstitutionView(
        name=read.campus.name,
        units=read.campus.units,
        chosen_unit=unit,
        enrolled=None if hidden else _together(read.people, keys),
        active_7=None if hidden else _together(read.active[0], keys),
        active_7_before=None if hidden else _together(read.active[1], keys),
        events_7=0 if hidden else events[0],
        events_7_before=0 if hidden else events[1],
        courses=tuple(_row(read, one) for one in read.courses if one.course_id in keys),
        week_starts=read.starts,
        days=() if hidden else _days(read, keys),
        today=today,
        freshness=read.campus.freshness,
        hidden=hidden,
        first=read.shown[0],
        last=read.shown[1],
    )


def _days(read: _Read, keys: Sequence[CourseId]) -> tuple[Day, ...]:
    """Every day of the shown weeks: events, and distinct learners, who count once however many courses they are in."""
    first, last = read.shown
    rows = _between(read.daily, keys, first, last)
    length = (last - first).days + 1
    events = np.bincount(rows["day"] - first.toordinal(), weights=rows["events"], minlength=length)
    learners = _learners_per_day(read, keys, length)
    return tuple(
        Day(first + timedelta(days=index), int(events[index]), learners=int(learners[index])) for index in range(length)
    )


def _learners_per_day(read: _Read, keys: Sequence[CourseId], length: int) -> Longs:
    """Distinct learners on each day of the shown weeks, those who are not enrolled left out."""
    everybody = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(read.people[key] for key in keys)]))
    # A table of learners by days: marking a learner twice changes nothing, so nothing has to be sorted.
    there = np.zeros((len(everybody), length), dtype=bool)
    for course, day, people in read.present:
        if course in keys:
            enrolled = places(read.people[course], people)[1]
            there[np.searchsorted(everybody, people[enrolled]), (day - read.shown[0]).days] = True
    return np.asarray(there.sum(axis=0), dtype=np.int64)


def _row(read: _Read, one: Course) -> CourseRow:
    key, choice = one.course_id, one.choice
    if read.hidden.hides(key):
        return CourseRow(choice.public_id, choice.code, choice.title, one.unit, None, None, None, None, hidden=True)
    today, first = read.campus.today, read.starts[0]
    rows = _between(read.daily, [key], first, read.shown[1])
    weekly = np.bincount(
        (rows["day"] - first.toordinal()) // 7, weights=rows["events"], minlength=len(read.starts)
    ).astype(np.int64)
    newest = _between(read.daily, [key], today - timedelta(days=ACTIVE_DAYS - 1), today)
    return CourseRow(
        choice.public_id,
        choice.code,
        choice.title,
        one.unit,
        len(read.people[key]),
        len(read.active[0][key]),
        len(read.active[1][key]),
        int(newest["events"].sum()),
        tuple(weekly.tolist()),
        *_quartiles(read, key),
    )


def _quartiles(read: _Read, key: CourseId) -> tuple[float | None, float | None, float | None]:
    """Median, first and third quartile of the average scores; None where fewer than k learners have one."""
    scores = read.averages[key]
    if len(scores) < read.minimum_group:
        return None, None, None
    low, middle, high = (float(value) for value in np.percentile(scores, (25, 50, 75)))
    return middle, low, high
