"""Learner-days as numpy columns: counts for every row, active minutes only where a source records times of day."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Concatenate, ParamSpec

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, and_, or_, select

from dashapp.data.queries.columns import Statement, or_missing, read_columns
from dashapp.data.queries.enrolment import one_of
from dashapp.data.queries.shapes import Shaped, shaped
from dashapp.data.tables import learner_course_days
from dashapp.domain.indicators.minutes import DayMinutes, FirstMinute
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.localtime import LocalDays

Range = tuple[date, date]
"""First and last local day, both inclusive."""
P = ParamSpec("P")
OfSome = Callable[Concatenate[OrganisationId, Collection[CourseId], P], Statement]
"""What builds a statement about some courses of an organisation, of which `course_id` is a column."""
days = learner_course_days.c


def _within(ranges: Sequence[Range]) -> ColumnElement[bool]:
    return or_(*(and_(days.day >= first, days.day <= last) for first, last in ranges))


def _rows(organisation: OrganisationId, courses: Collection[CourseId], ranges: Sequence[Range]) -> ColumnElement[bool]:
    return and_(days.organisation_id == organisation, one_of(days.course_id, courses), _within(ranges))


def counts_statement(organisation: OrganisationId, courses: Collection[CourseId], ranges: Sequence[Range]) -> Statement:
    """Every learner-day of the courses in the ranges: events, whether minutes are recorded, first and last instant."""
    return select(
        days.course_id,
        days.person_id,
        days.day,
        days.events,
        days.minutes.is_not(None).label("recorded"),
        or_missing(days.first_at),
        or_missing(days.last_at),
    ).where(_rows(organisation, courses, ranges))


def bits_statement(organisation: OrganisationId, courses: Collection[CourseId], ranges: Sequence[Range]) -> Statement:
    """The active minutes of every learner-day of the courses in the ranges that has any; not of which course."""
    return select(days.person_id, days.day, days.minutes).where(
        _rows(organisation, courses, ranges), days.minutes.is_not(None)
    )


def one_learner(statement: Statement, person: PersonId) -> Statement:
    """The same of one learner only."""
    return statement.where(days.person_id == person)


def recency_statement(organisation: OrganisationId, courses: Collection[CourseId], since: date) -> Statement:
    """Every learner-day from `since` on, with its first and last instant where these are known."""
    return select(days.course_id, days.person_id, days.day, or_missing(days.first_at), or_missing(days.last_at)).where(
        days.organisation_id == organisation, days.day >= since, one_of(days.course_id, courses)
    )


def read_of_courses(
    connection: Connection,
    build: OfSome[P],
    organisation: OrganisationId,
    keys: Collection[CourseId],
    *more: P.args,
    **named: P.kwargs,
) -> "Columns":
    """The columns of the statement that `build` gives for these courses.

    Of one course alone, which every row would name, its key is not sent: each column costs PostgreSQL as much as a
    tenth of a statement with many rows.
    """
    if len(keys) != 1:
        return read_columns(connection, shaped(build, organisation, keys, *more, **named))
    found = read_columns(connection, shaped(_of_one(build), organisation, keys, *more, **named))
    (key,) = keys
    rows = len(next(iter(found.values())))
    return {"course_id": np.full(rows, key, dtype=np.int64), **found}


@cache
def _of_one(build: OfSome[P]) -> OfSome[P]:
    def built(
        organisation: OrganisationId, keys: Collection[CourseId], /, *more: P.args, **named: P.kwargs
    ) -> Statement:
        statement = build(organisation, keys, *more, **named)
        kept = [each for each in statement.selected_columns if each.key != "course_id"]
        return statement.with_only_columns(*kept, maintain_column_froms=True)

    return built


def read_bits(connection: Connection, statement: Statement | Shaped) -> DayMinutes:
    """Packed minutes for `time_on_task`; the learner is the person's key."""
    found = read_columns(connection, statement)
    return DayMinutes(found["person_id"], found["day"], found["minutes"])


def first_minutes(local: LocalDays) -> FirstMinute:
    """Where each local day begins, in minutes since 1970."""
    return lambda day: int(local.first_instant(day).timestamp()) // 60


def places(keys: NDArray[np.int64], values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The place of each value in the sorted `keys`, and whether it is there at all."""
    if not len(keys):
        return np.zeros(len(values), dtype=np.int64), np.zeros(len(values), dtype=bool)
    at = np.minimum(np.searchsorted(keys, values), len(keys) - 1)
    return at, keys[at] == values


def per_week(
    place: NDArray[np.int64], day: NDArray[np.int64], amount: NDArray[np.int64], shape: tuple[Sequence[date], int]
) -> NDArray[np.int64]:
    """Sums per learner and week: shape (learners, weeks) for `shape` = (week starts, learners)."""
    starts, learners = shape
    week = (day - starts[0].toordinal()) // 7 if starts else day
    inside = (week >= 0) & (week < len(starts))
    flat = np.bincount(
        place[inside] * len(starts) + week[inside], weights=amount[inside], minlength=learners * len(starts)
    )
    return flat.reshape(learners, len(starts)).astype(np.int64)


Columns = Mapping[str, NDArray[Any]]


class OfCourses:
    """Rows of many courses, taken apart once: each course's in the order in which they were read."""

    def __init__(self, columns: Columns) -> None:
        """`columns` has a `course_id`."""
        self._columns, courses = dict(columns), columns["course_id"]
        if (courses[1:] < courses[:-1]).any():
            order = np.argsort(courses, kind="stable")
            self._columns = {name: values[order] for name, values in columns.items()}

    def of(self, course: CourseId) -> dict[str, NDArray[Any]]:
        """The rows of one course; none where there are none."""
        first, last = np.searchsorted(self._columns["course_id"], [course, course + 1])
        return {name: values[first:last] for name, values in self._columns.items()}
