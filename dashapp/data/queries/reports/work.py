"""Scores, hand-ins, progress, and who needs help: from where each learner of a course stands as of now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from dashapp.data.queries.days import OfCourses, places
from dashapp.data.queries.enrolment import one_of
from dashapp.data.queries.progress import published_of, read_done_of_courses, shares
from dashapp.data.queries.reports import reduced
from dashapp.data.queries.reports.frame import NOWHERE, Axis, Facts, Frame, pair, unlike
from dashapp.data.queries.reports.ground import Reading
from dashapp.data.queries.standing import RECENT_DAYS, CourseStanding, Question, local_ordinals, read_standings
from dashapp.data.tables import courses
from dashapp.domain.audience import FEWEST_OTHERS
from dashapp.domain.indicators.handins import Punctuality, punctuality
from dashapp.domain.indicators.spread import BINS, score_bins
from dashapp.domain.keys import CourseId
from dashapp.domain.reports.questions import Dimension
from dashapp.domain.views import Level
from dashapp.privacy.groups import all_large

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ON_TIME, LATE, MISSING = range(3)
"""Places on the axis of how work was handed in."""
FEWEST_OF_A_MEDIAN: Final = FEWEST_OTHERS + 1


@dataclass(frozen=True, slots=True)
class Standings:
    """Where the learners of the courses stand."""

    courses: Mapping[CourseId, CourseStanding]
    progress: Mapping[CourseId, Floats]
    """In %, of each learner in the order of `people`; nothing where nothing is published."""


def standings(reading: Reading, frame: Frame) -> Standings:
    """Of the frame's courses, by the rules of the pages: the whole course decides, whoever of it is shown."""
    ground = frame.ground
    today = ground.campus.today

    def read() -> Standings:
        organisation, keys = ground.scope.organisation_id, [one.course_id for one in frame.courses]
        seen = {key: frozenset(ground.people[key].tolist()) for key in keys if key in ground.limited}
        question = Question(
            organisation, ground.as_of, frame.courses, (today - timedelta(days=RECENT_DAYS), today), seen=seen,
            minimum_group=ground.scope.minimum_group,
        )  # fmt: skip
        found = read_standings(reading.connection, question, ground.campus)
        done = OfCourses(read_done_of_courses(reading.connection, organisation, keys, ground.as_of.instant))
        published = _published(reading, frame)
        by_course = {one.course.course_id: one for one in found}
        progress = {
            key: shares(one, done.of(key), published.get(key, 0), ground.as_of.instant)
            for key, one in by_course.items()
        }
        return Standings(by_course, progress)

    return reading.once(("standings", tuple(frame.keys)), read)


def _published(reading: Reading, frame: Frame) -> dict[CourseId, int]:
    ground = frame.ground
    statement = select(courses.c.course_id, published_of(ground.as_of.instant)).where(
        courses.c.organisation_id == ground.scope.organisation_id, one_of(courses.c.course_id, frame.keys)
    )
    return {CourseId(row.course_id): row.published for row in reading.connection.execute(statement)}


def _each(reading: Reading, frame: Frame) -> Iterator[tuple[int, CourseStanding, Flags]]:
    """(place, standing, who of it is asked about) of each course whose own figures may be shown: what is summed up for
    who sees groups only has no hidden ones in it."""
    found = standings(reading, frame).courses
    for place, one in enumerate(frame.courses):
        if frame.ground.grouped and frame.ground.hidden.hides(one.course_id):
            continue
        standing = found[one.course_id]
        wanted = pair(np.full(len(standing.people), place, dtype=np.int64), standing.people)
        yield place, standing, places(frame.pairs, wanted)[1]


def _facts(place: int, person: Longs, amount: Floats, codes: Mapping[Dimension, Longs] | None = None) -> Facts:
    course = np.full(len(person), place, dtype=np.int64)
    return Facts(course, person, np.zeros(len(person), dtype=np.int64), amount, dict(codes or {}))


def _activity_codes(frame: Frame, one: CourseStanding) -> Longs:
    """The place of each activity of the course on the axis of activities."""
    axis = frame.axis(Dimension.ACTIVITY)
    assert axis is not None
    known = {int(key): place for place, key in enumerate(axis.keys)}
    return np.array([known.get(int(task.activity_id), NOWHERE) for task in one.activities], dtype=np.int64)


def activity_axis(reading: Reading, frame: Frame) -> Axis:
    """What is published of the courses and due or graded, course by course and by deadline."""
    instant = frame.ground.as_of.instant
    found = [
        (int(task.activity_id), task.title, f"{one.choice.code} {task.title}")
        for one in frame.courses
        for task in standings(reading, frame).courses[one.course_id].activities
        if task.published_at is None or task.published_at <= instant
    ]
    alone = len(frame.courses) == 1
    texts = [title if alone else fuller for _key, title, fuller in found]
    return Axis(
        Dimension.ACTIVITY, unlike(texts, texts), np.array([key for key, _title, _more in found], dtype=np.int64)
    )


# ------------------------------------------------------------------ scores


def _scores(reading: Reading, frame: Frame) -> list[Facts]:
    """The score of each learner, or of each learner and activity, with its tenth of the scale."""
    k, result = frame.ground.scope.minimum_group, []
    for place, one, wanted in _each(reading, frame):
        if frame.has(Dimension.ACTIVITY):
            learner, task = np.nonzero(~np.isnan(one.marks.percent) & wanted[:, None])
            values = one.marks.percent[learner, task]
            codes = {Dimension.ACTIVITY: _activity_codes(frame, one)[task]}
        else:
            learner = np.flatnonzero(~np.isnan(one.averages) & wanted)
            values, codes = one.averages[learner], {}
        in_bands = frame.has(Dimension.SCORE_BAND)
        if frame.ground.grouped and _tells(values, k, in_bands=in_bands):
            reading.withheld.update({one.course.course_id} if len(values) else ())
            continue
        if in_bands:
            codes[Dimension.SCORE_BAND] = np.clip(values // (100 / BINS), 0, BINS - 1).astype(np.int64)
        result.append(_facts(place, one.people[learner], values, codes))
    return result


def _tells(values: Floats, k: int, *, in_bands: bool) -> bool:
    """Whether scores are of so few learners, or so few in a tenth of the scale, that they would tell of single ones."""
    return len(values) < k or (in_bands and not all_large(score_bins(values).tolist(), k))


def scores(reading: Reading, frame: Frame) -> Floats:
    """How many have a score."""
    parts = _scores(reading, frame)
    ones = [replace(part, amount=np.ones(len(part))) for part in parts]
    counted = reduced.sums(frame, reduced.joined(ones)) if ones else np.zeros(frame.shape)
    told = [int(part.course[0]) for part in parts if len(part)]
    return _without_untold(frame, counted, told) if frame.ground.grouped else counted


def score_median(reading: Reading, frame: Frame) -> Floats:
    """Of average scores, or of those of an activity; no figure of so few that it would be one of theirs."""
    single = frame.has(Dimension.ACTIVITY, Dimension.LEARNER)
    fewest = reduced.ALONE if single else FEWEST_OF_A_MEDIAN
    return _median(frame, _scores(reading, frame), fewest)


def _median(frame: Frame, parts: Sequence[Facts], fewest: int) -> Floats:
    fewest = max(fewest, frame.ground.scope.minimum_group) if frame.ground.grouped else fewest
    return reduced.medians(frame, reduced.joined(parts), fewest) if parts else np.full(frame.shape, np.nan)


def _without_untold(frame: Frame, counted: Floats, told: Sequence[int]) -> Floats:
    """No figure where no course is that may be counted, in place of a zero. `told`: places of those that are."""
    inner = (Dimension.SCORE_BAND, Dimension.HANDED_IN)
    structure = tuple(axis for axis in frame.axes if axis.dimension not in inner)
    there = reduced.sums(replace(frame, axes=structure), course_facts(np.array(told, dtype=np.int64)))
    shape = [len(frame.spans)] + [1 if axis.dimension in inner else len(axis) for axis in frame.axes]
    return np.where(np.broadcast_to(there.reshape(shape), frame.shape) > 0, counted, np.nan)


def course_facts(place: Longs) -> Facts:
    """A fact for each of these courses."""
    return Facts(place, place * 0, place * 0, np.ones(len(place)))


# ------------------------------------------------------------------ hand-ins


def handed_in(reading: Reading, frame: Frame) -> Floats:
    """Work that was due: by default all of it; by how it came, on time, late and missing."""
    parts, told = [], []
    for place, one, wanted in _each(reading, frame):
        told.append(place)
        state = punctuality(one.deadlines, one.marks, one.day_precision)
        kinds = (state.theirs & state.came & ~state.late, state.theirs & state.late, state.past & ~state.came)
        for kind, flags in enumerate(kinds):
            parts.append(_due(frame, place, one, flags & wanted[:, None], kind))
    counted = reduced.sums(frame, reduced.joined(parts)) if parts else np.zeros(frame.shape)
    return _without_untold(frame, counted, told) if frame.ground.grouped else counted


def share_on_time(reading: Reading, frame: Frame) -> Floats:
    """Of what was due by now, what came on time; in %."""
    due, came = [], []
    for place, one, wanted in _each(reading, frame):
        state = punctuality(one.deadlines, one.marks, one.day_precision)
        if frame.ground.grouped and not _due_of_many(frame, state):
            reading.withheld.update({one.course.course_id} if state.past.any() else ())
            continue
        due.append(_due(frame, place, one, state.past & wanted[:, None], 0))
        came.append(_due(frame, place, one, state.on_time & wanted[:, None], 0))
    if not due:
        return np.full(frame.shape, np.nan)
    return reduced.shares(*(reduced.sums(frame, reduced.joined(parts)) for parts in (came, due)))


def _due_of_many(frame: Frame, state: Punctuality) -> bool:
    return int(state.past.any(axis=1).sum()) >= frame.ground.scope.minimum_group


def _due(frame: Frame, place: int, one: CourseStanding, flags: Flags, kind: int) -> Facts:
    """A fact for each learner and piece of work, in the span of the day on which it was due for them.

    For who sees groups only there is no time: all of it."""
    learner, task = np.nonzero(flags)
    codes: dict[Dimension, Longs] = {}
    if frame.has(Dimension.HANDED_IN):
        codes[Dimension.HANDED_IN] = np.full(len(learner), kind, dtype=np.int64)
    if frame.has(Dimension.ACTIVITY):
        codes[Dimension.ACTIVITY] = _activity_codes(frame, one)[task]
    facts = _facts(place, one.people[learner], np.ones(len(learner)), codes)
    if frame.ground.grouped:
        return facts
    day = local_ordinals(one.deadlines.due_at[learner, task], frame.ground.campus)
    begins = np.array([each.toordinal() for each in frame.spans.begins], dtype=np.int64)
    span = np.searchsorted(begins, day, side="right") - 1
    inside = (span >= 0) & (day <= frame.spans.last.toordinal())
    return replace(facts, span=span).take(inside)


# ------------------------------------------------------------------ how far, and who needs help


def progress_median(reading: Reading, frame: Frame) -> Floats:
    """Of the shares of what is published that each has completed."""
    found, parts = standings(reading, frame).progress, []
    for place, one, wanted in _each(reading, frame):
        values = found[one.course.course_id]
        if len(values):
            parts.append(_facts(place, one.people[wanted], values[wanted]))
    return _median(frame, parts, reduced.ALONE if frame.has(Dimension.LEARNER) else FEWEST_OF_A_MEDIAN)


def at_risk(reading: Reading, frame: Frame) -> Floats:
    """Learners on the level of those who need help; no figure of a course in which the rules do not speak."""
    parts = []
    for place, one, wanted in _each(reading, frame):
        if not one.standing.speaking:
            continue
        listed = np.array([level is Level.HELP for level in one.standing.levels], dtype=np.float64)
        parts.append(_facts(place, one.people[wanted], listed[wanted]))
    return reduced.sums_where_told(frame, reduced.joined(parts)) if parts else np.full(frame.shape, np.nan)
