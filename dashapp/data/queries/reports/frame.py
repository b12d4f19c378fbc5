"""Into which cells the figures of a question fall: spans of time, and the values of up to two dimensions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashapp import words
from dashapp.data.queries.courses import Course
from dashapp.data.queries.days import places
from dashapp.data.queries.reports.ground import Ground
from dashapp.domain.keys import CourseId
from dashapp.domain.reports import words as said
from dashapp.domain.reports.questions import Choice, Dimension
from dashapp.domain.reports.spans import Spans
from dashapp.words.reports import fixed_values

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NOWHERE: Final = -1


@dataclass(frozen=True, slots=True)
class Axis:
    """The values of one dimension in their order."""

    dimension: Dimension
    texts: tuple[str, ...]
    keys: Longs = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Of what has keys (people, sections, activities): these, in the order of the texts."""

    def __len__(self) -> int:
        """How many values."""
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted, one row for each; all arrays of the same length."""

    course: Longs
    """Its place among the courses of the frame."""
    person: Longs
    """Key; `NOWHERE` where nobody in particular is meant."""
    span: Longs
    amount: Floats
    codes: Mapping[Dimension, Longs] = field(default_factory=dict)
    """The place of each on the axis of a dimension that is no structure."""

    def take(self, kept: Longs | Flags) -> "Facts":
        """Some of them."""
        return Facts(
            self.course[kept],
            self.person[kept],
            self.span[kept],
            self.amount[kept],
            {name: codes[kept] for name, codes in self.codes.items()},
        )

    def __len__(self) -> int:
        """How many."""
        return len(self.course)


@dataclass(frozen=True, slots=True)
class Frame:
    """The cells of one question: spans × first axis × second axis."""

    ground: Ground
    courses: tuple[Course, ...]
    spans: Spans
    axes: tuple[Axis, ...]
    choice: Choice
    zone: str
    """The time zone of the report."""
    pairs: Longs
    """The learners of each course as one sorted number: see `_pair`."""
    placed: tuple[Longs, Longs]
    """(pair, section) of who is in which section, sorted by pair."""

    @property
    def keys(self) -> list[int]:
        """The keys of the courses."""
        return [int(one.course_id) for one in self.courses]

    @property
    def shape(self) -> tuple[int, ...]:
        """Spans, and the values of each axis."""
        return (len(self.spans), *(len(axis) for axis in self.axes))

    def axis(self, dimension: Dimension) -> Axis | None:
        """The axis of a dimension, if it is one here."""
        return next((axis for axis in self.axes if axis.dimension is dimension), None)

    def has(self, *dimensions: Dimension) -> bool:
        """Whether any of these is an axis."""
        return any(axis.dimension in dimensions for axis in self.axes)

    def over(self, spans: Spans) -> "Frame":
        """The same over other days."""
        return replace(self, spans=spans)

    def course_places(self, keys: Longs) -> Longs:
        """The place of each course by its key; `NOWHERE` for others."""
        known = np.array(self.keys, dtype=np.int64)
        order = np.argsort(known)
        at, there = places(known[order], keys)
        return np.where(there, order[at] if len(order) else at, NOWHERE)

    def members(self, facts: Facts) -> Facts:
        """The facts about learners of the frame's courses."""
        inside = facts.take(facts.course >= 0)
        return inside.take(places(self.pairs, pair(inside.course, inside.person))[1])

    def everybody(self) -> Facts:
        """Every learner of every course once."""
        course, person = np.divmod(self.pairs, PERSON_LIMIT)
        nothing = np.zeros(len(course), dtype=np.int64)
        return Facts(course, person, nothing, np.ones(len(course)))

    def cells(self, facts: Facts) -> tuple[Facts, Longs]:
        """The flat cell of each fact; what stands in several cells is there several times, what in none is left out."""
        if self.has(Dimension.SECTION):
            facts = self._in_sections(facts)
        cell, known = facts.span, facts.span >= 0
        for axis in self.axes:
            codes = self._codes(axis, facts)
            known = known & (codes >= 0)
            cell = cell * len(axis) + codes
        return facts.take(known), cell[known]

    def _codes(self, axis: Axis, facts: Facts) -> Longs:
        match axis.dimension:
            case Dimension.COURSE:
                return facts.course
            case Dimension.UNIT:
                places_of = {text: place for place, text in enumerate(axis.texts)}
                return np.array([places_of[unit_text(one)] for one in self.courses] or [0], dtype=np.int64)[
                    facts.course
                ]
            case Dimension.LEARNER:
                order = np.argsort(axis.keys)
                at, there = places(axis.keys[order], facts.person)
                return np.where(there, order[at] if len(order) else at, NOWHERE)
            case _:
                return facts.codes[axis.dimension]

    def _in_sections(self, facts: Facts) -> Facts:
        axis = self.axis(Dimension.SECTION)
        assert axis is not None
        pairs, section = self.placed
        wanted = pair(facts.course, facts.person)
        first, last = (np.searchsorted(pairs, wanted, side=side) for side in ("left", "right"))
        times = last - first
        rows = np.repeat(np.arange(len(facts)), times)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
        order = np.argsort(axis.keys)
        at, there = places(axis.keys[order], section[first[rows] + within])
        codes = np.where(there, order[at] if len(order) else at, NOWHERE)
        found = facts.take(rows)
        return replace(found, codes={**found.codes, Dimension.SECTION: codes})


PERSON_LIMIT: Final = 2**40
"""More than any key of a person: a course's place and a key make one number."""


def pair(course: Longs, person: Longs) -> Longs:
    """A learner of a course as one number."""
    return course * PERSON_LIMIT + person


def unit_text(course: Course) -> str:
    """What a course's unit is called."""
    return course.unit or words._(said.NO_UNIT)


def unlike(texts: Sequence[str], fuller: Sequence[str]) -> tuple[str, ...]:
    """The texts, or where several are the same the fuller ones, or with a number: no two are alike."""
    counted = Counter(texts)
    chosen = [full if counted[text] > 1 else text for text, full in zip(texts, fuller, strict=True)]
    seen: Counter[str] = Counter()
    result = []
    for text in chosen:
        seen[text] += 1
        result.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return tuple(result)


def frame_of(ground: Ground, choice: Choice, zone: str, spans: Spans) -> Frame:
    """The frame without axes: the chosen courses and their chosen learners."""
    named = set(choice.courses)
    courses = tuple(
        one
        for one in ground.courses
        if (one.choice.public_id in named if named else one.course_id in ground.listed)
        and (not choice.units or one.unit in choice.units)
    )
    place = {one.course_id: number for number, one in enumerate(courses)}
    pairs = [pair(np.full(len(ground.people[key]), at), ground.people[key]) for key, at in place.items()]
    every = np.concatenate([np.zeros(0, dtype=np.int64), *pairs]).astype(np.int64)
    frame = Frame(ground, courses, spans, (), choice, zone, every, _placed(ground, place))
    return _of_sections(frame) if choice.sections else frame


def _placed(ground: Ground, place: Mapping[CourseId, int]) -> tuple[Longs, Longs]:
    none = np.zeros(0, dtype=np.int64)
    if not len(ground.placed.get("course_id", none)):
        return none, none
    course = np.array([place.get(CourseId(int(key)), NOWHERE) for key in ground.placed["course_id"]], dtype=np.int64)
    pairs, section = pair(course, ground.placed["person_id"])[course >= 0], ground.placed["section_id"][course >= 0]
    order = np.lexsort((section, pairs))
    return pairs[order], section[order]


def _of_sections(frame: Frame) -> Frame:
    """Only who is in a chosen section."""
    chosen = [key for one in frame.courses for key, name, _title in one.sections if name in frame.choice.sections]
    pairs, section = frame.placed
    kept = np.isin(section, np.array(chosen, dtype=np.int64))
    return replace(frame, pairs=np.intersect1d(frame.pairs, pairs[kept]), placed=(pairs[kept], section[kept]))


def course_axis(frame: Frame) -> Axis:
    """The courses, by unit and code."""
    codes = [one.choice.code for one in frame.courses]
    return Axis(Dimension.COURSE, unlike(codes, [f"{one.choice.code} {one.choice.title}" for one in frame.courses]))


def unit_axis(frame: Frame) -> Axis:
    """The units of the courses, by name."""
    return Axis(Dimension.UNIT, tuple(dict.fromkeys(unit_text(one) for one in frame.courses)))


def section_axis(frame: Frame) -> Axis:
    """The sections that the reader may see, course by course."""
    held = set(frame.placed[1].tolist())
    limited = frame.ground.scope.sections
    found = [
        (key, title, f"{one.choice.code} {title}")
        for one in frame.courses
        for key, name, title in one.sections
        if (key in held or not frame.choice.sections)
        and (not frame.choice.sections or name in frame.choice.sections)
        and (one.course_id not in frame.ground.limited or (one.course_id, key) in limited)
    ]
    alone = len(frame.courses) == 1
    texts = [title if alone else fuller for _key, title, fuller in found]
    return Axis(
        Dimension.SECTION, unlike(texts, texts), np.array([key for key, _title, _fuller in found], dtype=np.int64)
    )


def fixed_axis(dimension: Dimension) -> Axis:
    """The axis of a dimension whose values are always the same."""
    values = fixed_values(dimension)
    assert values is not None
    return Axis(dimension, values)
