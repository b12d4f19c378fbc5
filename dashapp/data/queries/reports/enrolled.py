"""Who was enrolled at the end of each span, who joined and who left in it, and how courses ended."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.compared import hidden_of
from dashapp.data.queries.days import OfCourses
from dashapp.data.queries.intervals import intervals_statement
from dashapp.data.queries.reports import reduced
from dashapp.data.queries.reports.frame import Facts, Frame
from dashapp.data.queries.reports.ground import Reading
from dashapp.data.queries.reports.refused import Refused
from dashapp.domain.indicators.dictionary.terms import N_
from dashapp.domain.indicators.enrolments import CODES, COMPLETED, Enrolments, enrolments_of
from dashapp.domain.keys import CourseId
from dashapp.domain.reports.questions import Dimension
from dashapp.domain.reports.reasons import Reason
from dashapp.privacy.groups import Hidden, all_large

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_WEIGHED = 2_500_000
"""Enrolments × spans for which is found what would give somebody away: a microsecond each."""
TOO_MANY_ENDS = N_("These are too many enrolments over time: choose months, or a shorter period.")
LEFT_OF_SECTIONS = N_("Who has left is in no section any more, and of some courses you see sections only.")


def enrolments(reading: Reading, frame: Frame) -> Mapping[CourseId, Enrolments]:
    """Everybody who was ever enrolled, of each course of the frame; of sections only who is in them now."""
    ground, keys = frame.ground, [one.course_id for one in frame.courses]

    def read() -> dict[CourseId, Enrolments]:
        statement = intervals_statement(ground.scope.organisation_id, keys, ground.as_of.instant)
        rows = OfCourses(read_columns(reading.connection, statement))
        return {key: _of(rows.of(key), ground.people[key], key in ground.limited) for key in keys}

    return reading.once(("enrolments", tuple(frame.keys)), read)


def _of(rows: Mapping[str, NDArray[np.float64]], members: Longs, limited: bool) -> Enrolments:
    if limited:
        seen = np.isin(rows["person_id"], members)
        rows = {name: values[seen] for name, values in rows.items()}
    return enrolments_of(rows, members)


def _edges(frame: Frame) -> list[float]:
    """The instants at which the spans begin, and the end of the last one; none lies behind the as-of."""
    local, spans = frame.ground.campus.local, frame.spans
    instants = [local.first_instant(day) for day in (*spans.begins, spans.ends()[-1])]
    return [min(each, frame.ground.as_of.instant).timestamp() for each in instants]


def _facts(place: int, person: Longs, span: Longs, amount: Floats | None = None) -> Facts:
    amounts = np.ones(len(person)) if amount is None else amount
    return Facts(np.full(len(person), place, dtype=np.int64), person, span, amounts)


def enrolled(reading: Reading, frame: Frame) -> Floats:
    """Different learners at the end of each span, or at the as-of while it is under way."""
    held, edges = enrolments(reading, frame), _edges(frame)[1:]
    parts = []
    for place, one in enumerate(frame.courses):
        each = held[one.course_id]
        for span, edge in enumerate(edges):
            there = each.person[(each.starts <= edge) & (each.ends > edge)]
            parts.append(_facts(place, there, np.full(len(there), span, dtype=np.int64)))
    facts = reduced.joined(parts)
    if frame.choice.sections or frame.has(Dimension.SECTION):
        facts = frame.members(facts)
    return reduced.distinct(frame, facts)


def hidden_at_ends(reading: Reading, frame: Frame) -> tuple[Hidden[CourseId], ...]:
    """What is hidden of the lattice's courses by who was enrolled at the end of each span, besides what is hidden now.

    `frame` has all courses of the ground; of those besides the lattice, which are in no total, each counts by itself.
    Spans in which nobody came or left share what is hidden."""
    held, k = enrolments(reading, frame), frame.ground.scope.minimum_group
    if len(frame.spans) * sum(len(each.person) for each in held.values()) > MOST_WEIGHED:
        raise Refused(Reason(TOO_MANY_ENDS))
    inside = [one for one in frame.courses if one.course_id in frame.ground.listed]
    known: dict[tuple[bytes, ...], Hidden[CourseId]] = {}
    found = []
    for edge in _edges(frame)[1:]:
        people = {
            one.course_id: held[one.course_id].person[
                (held[one.course_id].starts <= edge) & (held[one.course_id].ends > edge)
            ]
            for one in frame.courses
        }
        key = tuple(each.tobytes() for each in people.values())
        if key not in known:
            hidden = hidden_of(inside, {one.course_id: people[one.course_id] for one in inside}, k)
            small = {course for course, there in people.items() if len(there) < k}
            known[key] = replace(hidden, groups=hidden.groups | small)
        found.append(known[key])
    return tuple(found)


def joined(reading: Reading, frame: Frame) -> Floats:
    """Learners who joined a course; those without a known start in no span. Who joined two counts twice."""
    return _moved(reading, frame, "starts")


def withdrawn(reading: Reading, frame: Frame) -> Floats:
    """Learners who were enrolled in a course and left it."""
    if any(one.course_id in frame.ground.limited for one in frame.courses):
        raise Refused(Reason(LEFT_OF_SECTIONS))
    return _moved(reading, frame, "ends")


def _moved(reading: Reading, frame: Frame, which: str) -> Floats:
    held, edges = enrolments(reading, frame), np.array(_edges(frame))
    parts = []
    for place, one in _shown(frame):
        instants: Floats = getattr(held[one], which)
        # As `Enrolments.joined_between`: the last span has its end.
        span = np.searchsorted(edges, instants, side="right") - 1
        span = np.where(instants == edges[-1], len(edges) - 2, span)
        inside = np.isfinite(instants) & (span >= 0) & (span < len(edges) - 1)
        parts.append(_facts(place, held[one].person[inside], span[inside]))
    return reduced.sums(frame, reduced.joined(parts))


def _shown(frame: Frame) -> list[tuple[int, CourseId]]:
    """The courses whose own figures may be shown: sums for who sees groups only have no hidden ones in them."""
    hidden = frame.ground.hidden
    return [
        (place, one.course_id)
        for place, one in enumerate(frame.courses)
        if not frame.ground.grouped or not hidden.hides(one.course_id)
    ]


def completion(reading: Reading, frame: Frame) -> Floats:
    """Of those of whom an outcome is known, in %: who did not withdraw; or by outcome, who had it."""
    held, k = enrolments(reading, frame), frame.ground.scope.minimum_group
    axis = frame.axis(Dimension.OUTCOME)
    known, right = [], []
    for place, one in _shown(frame):
        outcome = held[one].outcome
        told = outcome > 0
        if frame.ground.grouped and not _safe(outcome[told], k, by_outcome=axis is not None):
            reading.withheld.update({one} if told.any() else ())
            continue
        person, codes = held[one].person[told], outcome[told] - 1
        facts = _facts(place, person, np.zeros(len(person), dtype=np.int64))
        if axis is None:
            known.append(facts)
            right.append(facts.take(np.isin(outcome[told], COMPLETED)))
            continue
        right.append(Facts(facts.course, person, facts.span, facts.amount, {Dimension.OUTCOME: codes}))
        for code in range(len(axis)):
            same = {Dimension.OUTCOME: np.full(len(person), code, dtype=np.int64)}
            known.append(Facts(facts.course, person, facts.span, facts.amount, same))
    return reduced.shares(_sums(frame, right), _sums(frame, known))


def _sums(frame: Frame, parts: list[Facts]) -> Floats:
    return reduced.sums(frame, reduced.joined(parts)) if parts else np.zeros(frame.shape)


def _safe(outcome: Longs, k: int, *, by_outcome: bool) -> bool:
    if len(outcome) < k:
        return False
    counted = np.bincount(outcome, minlength=len(CODES) + 1)[1:]
    return not by_outcome or all_large(counted.tolist(), k)
