"""For how long people were there: active minutes, united over the courses of a cell before gaps are filled."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, func, literal, select

from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.days import Columns, bits_statement, first_minutes
from dashapp.data.queries.enrolment import one_of
from dashapp.data.queries.reports import reduced
from dashapp.data.queries.reports.frame import PERSON_LIMIT, Facts, Frame
from dashapp.data.queries.reports.ground import Reading
from dashapp.data.queries.reports.refused import Refused
from dashapp.data.tables import learner_course_days
from dashapp.domain.indicators.dictionary.terms import N_
from dashapp.domain.indicators.minutes import DayMinutes, TimePerDay, time_on_task
from dashapp.domain.reports.questions import Dimension
from dashapp.domain.reports.reasons import Reason
from dashapp.domain.reports.spans import spans_of

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_LEARNER_DAYS: Final = 600_000
"""Whose minutes one question may need: some 230 bytes each."""
TOO_MANY_DAYS: Final = N_("There are too many learners and days for this: choose fewer courses or a shorter period.")


@dataclass(frozen=True, slots=True)
class _Timed:
    """Time per group of cells, person and day."""

    group: Longs
    """The flat place on the axes of structure."""
    rows: TimePerDay


def minutes(reading: Reading, frame: Frame) -> Floats:
    """Minutes on task; of who is in several courses of a cell at once, only once. No figure where no times of day are
    recorded."""
    timed = _timed(reading, frame)
    return _summed(frame, timed, timed.rows.minutes)


def sessions(reading: Reading, frame: Frame) -> Floats:
    """Sessions begun."""
    timed = _timed(reading, frame)
    return _summed(frame, timed, timed.rows.sessions)


def _structure(frame: Frame) -> Frame:
    axes = tuple(axis for axis in frame.axes if axis.dimension is not Dimension.WEEKDAY)
    return replace(frame, spans=spans_of(frame.spans.days, None), axes=axes)


def _timed(reading: Reading, frame: Frame) -> _Timed:
    axes = tuple((axis.dimension, axis.texts) for axis in frame.axes)
    key = ("time", tuple(frame.keys), frame.spans.days, axes, frame.choice)

    def read() -> _Timed:
        found = reading.once(("bits", tuple(frame.keys), frame.spans.days), lambda: _read(reading, frame))
        once, rows = _structure(frame), np.arange(len(found["day"]))
        facts = Facts(frame.course_places(found["course_id"]), found["person_id"], rows * 0, rows.astype(np.float64))
        inside, group = once.cells(once.members(facts))
        row = inside.amount.astype(np.int64)
        bits = DayMinutes(group * PERSON_LIMIT + inside.person, found["day"][row], found["minutes"][row])
        spent = time_on_task(bits, first_minutes(frame.ground.campus.local))
        return _Timed(spent.learner // PERSON_LIMIT, spent)

    return reading.once(key, read)


def _read(reading: Reading, frame: Frame) -> Columns:
    organisation, days = frame.ground.scope.organisation_id, frame.spans.days
    courses = [one.course_id for one in frame.courses]
    held = learner_course_days.c
    some = (
        select(literal(1))
        .where(
            held.organisation_id == organisation,
            one_of(held.course_id, courses),
            and_(held.day >= days.first, held.day <= days.last),
            held.minutes.is_not(None),
        )
        .limit(MOST_LEARNER_DAYS + 1)
        .subquery("some")
    )
    if reading.connection.execute(select(func.count()).select_from(some)).scalar_one() > MOST_LEARNER_DAYS:
        raise Refused(Reason(TOO_MANY_DAYS))
    statement = bits_statement(organisation, courses, [(days.first, days.last)]).add_columns(held.course_id)
    return read_columns(reading.connection, statement)


def _summed(frame: Frame, timed: _Timed, amount: Longs) -> Floats:
    """Into cells: the span and the weekday of each day, the group of each person."""
    if not len(amount):
        return np.full(frame.shape, np.nan)
    first = frame.spans.days.first.toordinal()
    begins = np.array([day.toordinal() for day in frame.spans.begins], dtype=np.int64)
    day = timed.rows.day
    # A filled gap may reach into the day after the last one, which is not asked for.
    inside = (day >= first) & (day <= frame.spans.last.toordinal())
    span = np.searchsorted(begins, day, side="right") - 1
    codes = np.unravel_index(timed.group, _structure(frame).shape)[1:]
    cell, structure = span, iter(codes)
    for axis in frame.axes:
        code = (day - 1) % 7 if axis.dimension is Dimension.WEEKDAY else next(structure)
        cell = cell * len(axis) + code
    flat = np.bincount(cell[inside], weights=amount[inside], minlength=reduced.size_of(frame))
    return np.asarray(flat, dtype=np.float64).reshape(frame.shape)
