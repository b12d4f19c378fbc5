"""Who was there, what they did, and for how long: by spans of local days, counted in the database where it can be."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import BIT

from dashapp.data.queries.columns import Statement, read_columns
from dashapp.data.queries.days import Columns
from dashapp.data.queries.enrolment import one_of
from dashapp.data.queries.presence import people_of
from dashapp.data.queries.reports import reduced
from dashapp.data.queries.reports.frame import NOWHERE, Facts, Frame
from dashapp.data.queries.reports.ground import Reading
from dashapp.data.queries.reports.refused import Refused
from dashapp.data.tables import course_day_people, course_days, course_hours, learner_course_day_types
from dashapp.data.tables import learner_course_days as learner_days
from dashapp.data.tables.aggregates import PEOPLE_PER_BLOCK
from dashapp.domain.events import ActivityType
from dashapp.domain.indicators.dictionary.terms import N_
from dashapp.domain.reports.periods import Grain
from dashapp.domain.reports.questions import Dimension
from dashapp.domain.reports.reasons import Reason
from dashapp.domain.reports.spans import Spans, spans_of

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

TYPES: Final = tuple(ActivityType)
HOURS_OF_SECTIONS: Final = N_("Hours are counted for whole courses, and you see sections of some.")


# ------------------------------------------------------------------ spans in the database


def span_of(day: ColumnElement[Any], spans: Spans) -> ColumnElement[int]:
    """The place of the span in which a day lies."""
    begins = bindparam(None, list(spans.begins), type_=ARRAY(Date), unique=True)
    return (func.width_bucket(day, begins, type_=Integer) - 1).label("span")


def _within(day: ColumnElement[Any], spans: Spans) -> ColumnElement[bool]:
    return and_(day >= spans.days.first, day <= spans.days.last)


def _fine(frame: Frame) -> Spans:
    """The spans in which facts are read: days where weekdays are asked for."""
    return spans_of(frame.spans.days, Grain.DAY) if frame.has(Dimension.WEEKDAY) else frame.spans


def _placed(frame: Frame, span: Longs) -> tuple[Longs, dict[Dimension, Longs]]:
    """(span of the frame, weekday) of each span that was read."""
    if not frame.has(Dimension.WEEKDAY):
        return span, {}
    fine = _fine(frame)
    place = np.array([_none(frame.spans.place(day)) for day in fine.begins], dtype=np.int64)
    weekday = np.array([day.weekday() for day in fine.begins], dtype=np.int64)
    return place[span], {Dimension.WEEKDAY: weekday[span]}


def _none(place: int | None) -> int:
    return NOWHERE if place is None else place


def _facts(frame: Frame, found: Columns, person: Longs, amount: Floats) -> Facts:
    span, codes = _placed(frame, found["span"])
    if "kind" in found:
        codes[Dimension.ACTIVITY_TYPE] = found["kind"]
    return Facts(frame.course_places(found["course_id"]), person, span, amount, codes)


# ------------------------------------------------------------------ who was there


def _people_statement(frame: Frame, spans: Spans) -> Statement:
    held, organisation = course_day_people.c, frame.ground.scope.organisation_id
    together = func.bit_or(held.people, type_=BIT(PEOPLE_PER_BLOCK))
    return (
        select(held.course_id, span_of(held.day, spans), held.block, together.label("people"))
        .where(held.organisation_id == organisation, one_of(held.course_id, frame.keys), _within(held.day, spans))
        .group_by(held.course_id, literal_column("span"), held.block)
    )


def present(reading: Reading, frame: Frame) -> Facts:
    """Each learner once per course and span in which they were there; by type of activity where that is asked for."""
    if frame.has(Dimension.ACTIVITY_TYPE) or frame.choice.activity_types:
        return _by_type(reading, frame)
    spans = _fine(frame)
    key = ("people", tuple(frame.keys), spans)

    def read() -> tuple[Columns, Longs]:
        found = read_columns(reading.connection, _people_statement(frame, spans))
        row, people = people_of(found["block"], found["people"])
        return {name: found[name][row] for name in ("course_id", "span")}, people

    found, people = reading.once(key, read)
    return frame.members(_facts(frame, found, people, np.ones(len(people))))


def active(reading: Reading, frame: Frame) -> Floats:
    """Different learners with an event."""
    return reduced.distinct(frame, present(reading, frame))


def share_active(reading: Reading, frame: Frame) -> Floats:
    """Of all learners, in %."""
    return reduced.shares(active(reading, frame), everybody(frame))


def everybody(frame: Frame) -> Floats:
    """Different learners of each cell at the as-of, whatever they did; to be broadcast over spans and what is no
    structure."""
    structure = tuple(axis for axis in frame.axes if axis.dimension not in (Dimension.WEEKDAY, Dimension.ACTIVITY_TYPE))
    once = replace(frame, spans=spans_of(frame.spans.days, None), axes=structure)
    counted = reduced.distinct(once, frame.everybody())
    shape = [1] + [len(axis) if axis in structure else 1 for axis in frame.axes]
    return counted.reshape(shape)


# ------------------------------------------------------------------ what they did


def events(reading: Reading, frame: Frame) -> Floats:
    """For who sees groups only those of everybody but staff, as the institution's page counts them; else those of the
    learners, as the classroom's page does."""
    if frame.has(Dimension.HOUR):
        return reduced.sums(frame, _by_hour(reading, frame))
    if frame.has(Dimension.ACTIVITY_TYPE) or frame.choice.activity_types:
        return reduced.sums(frame, _by_type(reading, frame))
    spans = _fine(frame)
    grouped = frame.ground.grouped
    statement = _course_events(frame, spans) if grouped else _learner_events(frame, spans)
    key = ("events", grouped, tuple(frame.keys), spans)
    found = reading.once(key, lambda: read_columns(reading.connection, statement))
    if grouped:
        facts = _facts(frame, found, np.full(len(found["span"]), NOWHERE), found["events"].astype(np.float64))
        return reduced.sums(frame, facts.take(facts.course >= 0))
    return reduced.sums(
        frame, frame.members(_facts(frame, found, found["person_id"], found["events"].astype(np.float64)))
    )


def _course_events(frame: Frame, spans: Spans) -> Statement:
    held = course_days.c
    return (
        select(held.course_id, span_of(held.day, spans), func.sum(held.events, type_=BigInteger).label("events"))
        .where(
            held.organisation_id == frame.ground.scope.organisation_id,
            one_of(held.course_id, frame.keys),
            _within(held.day, spans),
        )
        .group_by(held.course_id, literal_column("span"))
    )


def _learner_events(frame: Frame, spans: Spans) -> Statement:
    held = learner_days.c
    return (
        select(
            held.course_id,
            held.person_id,
            span_of(held.day, spans),
            func.sum(held.events, type_=BigInteger).label("events"),
        )
        .where(
            held.organisation_id == frame.ground.scope.organisation_id,
            one_of(held.course_id, frame.keys),
            _within(held.day, spans),
        )
        .group_by(held.course_id, held.person_id, literal_column("span"))
    )


def _by_type(reading: Reading, frame: Frame) -> Facts:
    """Events of each learner, span and chosen type of activity."""
    spans, held = _fine(frame), learner_course_day_types.c
    kind = cast(case(*((held.activity_type == each, place) for place, each in enumerate(TYPES)), else_=0), Integer)
    chosen: Collection[str] = frame.choice.activity_types or TYPES
    statement = (
        select(
            held.course_id,
            held.person_id,
            span_of(held.day, spans),
            kind.label("kind"),
            func.sum(held.events, type_=BigInteger).label("events"),
        )
        .where(
            held.organisation_id == frame.ground.scope.organisation_id,
            one_of(held.course_id, frame.keys),
            _within(held.day, spans),
            held.activity_type.in_(sorted(chosen)),
        )
        .group_by(held.course_id, held.person_id, literal_column("span"), literal_column("kind"))
    )
    key = ("types", tuple(frame.keys), spans, tuple(sorted(chosen)))
    found = reading.once(key, lambda: read_columns(reading.connection, statement))
    return frame.members(_facts(frame, found, found["person_id"], found["events"].astype(np.float64)))


def _by_hour(reading: Reading, frame: Frame) -> Facts:
    """Events per hour of the day in the report's time zone, of sources that know the time; without staff."""
    if any(one.course_id in frame.ground.limited for one in frame.courses):
        raise Refused(Reason(HOURS_OF_SECTIONS))
    held, days, local = course_hours.c, frame.spans.days, frame.ground.campus.local
    zone = bindparam(None, frame.zone, type_=Text, unique=True)
    clock = func.timezone(zone, held.hour)
    day = cast(clock, Date)
    spans = _fine(frame)
    # A day more at both ends, since days begin at other instants in another zone.
    first, end = (local.first_instant(each) for each in (days.first - timedelta(days=1), days.last + timedelta(days=2)))
    statement = (
        select(
            held.course_id,
            span_of(day, spans),
            cast(func.extract("hour", clock), Integer).label("hour"),
            func.sum(held.events, type_=BigInteger).label("events"),
        )
        .where(
            held.organisation_id == frame.ground.scope.organisation_id,
            one_of(held.course_id, frame.keys),
            *(held.hour >= first, held.hour < end),
            _within(day, spans),
        )
        .group_by(held.course_id, literal_column("span"), literal_column("hour"))
    )
    found = read_columns(reading.connection, statement)
    facts = _facts(frame, found, np.full(len(found["span"]), NOWHERE), found["events"].astype(np.float64))
    facts = replace(facts, codes={**facts.codes, Dimension.HOUR: found["hour"]})
    return facts.take(facts.course >= 0)
