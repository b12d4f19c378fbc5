"""One question answered: the frame of its cells, the figures of each measure in them, and the rows that are shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from math import prod
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashapp import words
from dashapp.data.queries.people import name_of, names_statement
from dashapp.data.queries.reports import activity, enrolled, reduced, time, work
from dashapp.data.queries.reports.frame import (
    PERSON_LIMIT,
    Axis,
    Frame,
    course_axis,
    fixed_axis,
    frame_of,
    section_axis,
    unit_axis,
    unlike,
)
from dashapp.data.queries.reports.ground import Ground, Reading
from dashapp.data.queries.reports.refused import Refused
from dashapp.data.queries.reports.rows import Asked, Figures, answer_from
from dashapp.data.queries.reports.visible import hidden_cells, hidden_courses
from dashapp.domain.indicators.dictionary.terms import N_
from dashapp.domain.keys import PersonId
from dashapp.domain.reports.answers import Answer, AnswerState
from dashapp.domain.reports.measures import MEASURES
from dashapp.domain.reports.periods import Days, Grain
from dashapp.domain.reports.questions import Dimension, Question
from dashapp.domain.reports.reasons import Reason
from dashapp.domain.reports.sense import WORK
from dashapp.domain.reports.spans import Spans, spans_of, until, whole_months_of, whole_weeks_of
from dashapp.words import ngettext
from dashapp.words.reports import measure_word

Floats = NDArray[np.float64]
Read = Callable[[Reading, Frame], Floats]

MOST_CELLS: Final = 2_000_000
"""A cell and a person make one number of 63 bits."""
TOO_MANY_CELLS: Final = N_("These are too many figures: choose a coarser division, a shorter period or fewer courses.")
NO_WHOLE_MONTH: Final = N_(
    "No whole month lies in the period. Months have whole weeks, those whose Thursday they have."
)

_READ: Final[Mapping[str, Read]] = MappingProxyType(
    {
        "enrolled": enrolled.enrolled,
        "joined": enrolled.joined,
        "withdrawn": enrolled.withdrawn,
        "completion": enrolled.completion,
        "active_learners": activity.active,
        "share_active": activity.share_active,
        "events": activity.events,
        "minutes": time.minutes,
        "sessions": time.sessions,
        "score_median": work.score_median,
        "scores": work.scores,
        "handed_in": work.handed_in,
        "share_on_time": work.share_on_time,
        "progress_median": work.progress_median,
        "at_risk": work.at_risk,
    }
)
"""How the figures of each measure are read."""


class Nothing(Enum):
    """A comparison that is asked for, with what there is not."""

    BEFORE = "before"


NOTHING_BEFORE: Final = Nothing.BEFORE


@dataclass(frozen=True, slots=True)
class When:
    """The day on which a question is asked, in the time zone of its report."""

    today: date
    zone: str


def answer(reading: Reading, ground: Ground, question: Question, when: When) -> Answer:
    """The answer to a question that makes sense for the ground's reader. Raises Refused where it cannot be given."""
    reading.withheld.clear()
    days = _days(question, ground, question.period.days(when.today), when.today)
    if days is None:
        return Answer(AnswerState.NO_DATA, notes=_notes(question))
    spans = _spans(question, ground, days, when.today)
    bare = frame_of(ground, question.choice, when.zone, spans)
    if not bare.courses:
        return Answer(AnswerState.NO_DATA, days=spans.days, notes=_notes(question))
    frame = replace(bare, axes=_axes(reading, bare, question))
    if prod(frame.shape) > MOST_CELLS:
        raise Refused(Reason(TOO_MANY_CELLS))
    before = _before(question, ground, frame, when.today)
    figures = tuple(_figures(reading, key, frame, before) for key in question.measures)
    found = answer_from(Asked(question, frame, _there(frame)), figures)
    notes = (*_notes(question), *_privacy_notes(reading, frame, question), *_time_notes(question, figures))
    if found.state is AnswerState.NO_DATA and reading.withheld:
        found = replace(found, state=AnswerState.HIDDEN)
    return replace(found, notes=notes)


def _figures(reading: Reading, key: str, frame: Frame, before: Frame | Nothing | None) -> Figures:
    measure = MEASURES[key]
    now = np.broadcast_to(_READ[key](reading, frame), frame.shape)
    hidden = np.broadcast_to(hidden_cells(reading, frame, measure), frame.shape)
    if before is None:
        return Figures(measure, now, hidden)
    if isinstance(before, Nothing):
        return Figures(measure, now, hidden, np.full(frame.shape, np.nan))
    earlier = np.broadcast_to(_READ[key](reading, before), before.shape)
    covered = np.broadcast_to(hidden_cells(reading, before, measure), before.shape)
    return Figures(measure, now, hidden, _aligned(np.where(covered, np.nan, earlier), len(frame.spans)))


def _aligned(before: Floats, spans: int) -> Floats:
    """The first span before beside the first one; where there are fewer before, no figure."""
    lacking = spans - before.shape[0]
    if lacking <= 0:
        return before[:spans]
    return np.concatenate([before, np.full((lacking, *before.shape[1:]), np.nan)])


# ------------------------------------------------------------------ the days


def _is_timeless(question: Question, ground: Ground) -> bool:
    """Whether everything in it is told as of now, whatever the period."""
    return all(not MEASURES[key].grains or (ground.grouped and key in WORK) for key in question.measures)


def _days(question: Question, ground: Ground, asked: Days, today: date) -> Days | None:
    """The days that are answered; None where none of them has come."""
    if _is_timeless(question, ground):
        return Days(today, today)
    # Work that is to come may have been handed in already.
    came = asked if all(key in WORK for key in question.measures) else until(asked, today)
    if came is None or not ground.grouped:
        return came
    return until(whole_weeks_of(came), today)


def _spans(question: Question, ground: Ground, days: Days, today: date) -> Spans:
    if question.grain is Grain.MONTH and ground.grouped:
        months = whole_months_of(days, today)
        if months is None:
            raise Refused(Reason(NO_WHOLE_MONTH))
        return months
    return spans_of(days, question.grain)


def _before(question: Question, ground: Ground, frame: Frame, today: date) -> Frame | Nothing | None:
    if not question.with_before:
        return None
    days = _days(question, ground, question.period.before(today), today)
    assert days is not None
    try:
        return frame.over(_spans(question, ground, days, today))
    except Refused:
        # A month under way has no whole month before it by as many days.
        return NOTHING_BEFORE


# ------------------------------------------------------------------ the axes


def _axes(reading: Reading, frame: Frame, question: Question) -> tuple[Axis, ...]:
    return tuple(_axis(reading, frame, each) for each in (question.split, question.across) if each is not None)


def _axis(reading: Reading, frame: Frame, dimension: Dimension) -> Axis:
    match dimension:
        case Dimension.COURSE:
            return course_axis(frame)
        case Dimension.UNIT:
            return unit_axis(frame)
        case Dimension.SECTION:
            return section_axis(frame)
        case Dimension.LEARNER:
            return _learner_axis(reading, frame)
        case Dimension.ACTIVITY:
            return work.activity_axis(reading, frame)
        case _:
            return fixed_axis(dimension)


def _learner_axis(reading: Reading, frame: Frame) -> Axis:
    """By name; a number tells people of the same name apart."""
    people = [PersonId(key) for key in set((frame.pairs % PERSON_LIMIT).tolist())]
    rows = reading.connection.execute(names_statement(frame.ground.scope.organisation_id, people))
    named = [(name_of(row), int(row.person_id)) for row in rows]
    named.sort(key=lambda pair: (pair[0].casefold(), pair[1]))
    texts = [name for name, _key in named]
    return Axis(Dimension.LEARNER, unlike(texts, texts), np.array([key for _name, key in named], dtype=np.int64))


def _there(frame: Frame) -> NDArray[np.bool_]:
    """Which combinations of what belongs to the structure of courses there are; to be broadcast over the rest."""
    structure = tuple(axis for axis in frame.axes if axis.dimension in STRUCTURE)
    once = replace(frame, spans=spans_of(frame.spans.days, None), axes=structure)
    if frame.has(Dimension.SECTION, Dimension.LEARNER):
        counted = reduced.distinct(once, frame.everybody())
    else:
        places = np.arange(len(frame.courses))
        counted = reduced.sums(once, work.course_facts(places))
    shape = [1] + [len(axis) if axis in structure else 1 for axis in frame.axes]
    return np.asarray(counted > 0).reshape(shape)


STRUCTURE: Final = frozenset({Dimension.UNIT, Dimension.COURSE, Dimension.SECTION, Dimension.LEARNER})


# ------------------------------------------------------------------ what is said below


def _notes(question: Question) -> tuple[str, ...]:
    said = words._("“{measure}” is as of now, whatever the period.")
    notes = [said.format(measure=measure_word(key)) for key in question.measures if not MEASURES[key].grains]
    if Dimension.HOUR in (question.split, question.across):
        notes.append(words._("Hours count what everybody but staff did, in the time zone of the report."))
    return tuple(notes)


def _privacy_notes(reading: Reading, frame: Frame, question: Question) -> tuple[str, ...]:
    if not frame.ground.grouped:
        return ()
    notes = []
    if any(key in WORK for key in question.measures):
        notes.append(words._("Hand-ins are counted up to now, whatever the period."))
    covered = hidden_courses(frame.ground, frame)
    if covered:
        said = ngettext("{number} course is hidden for privacy", "{number} courses are hidden for privacy", covered)
        notes.append(said.format(number=words.number(covered)))
    if reading.withheld:
        said = ngettext(
            "{number} course has too few learners for this figure",
            "{number} courses have too few learners for this figure",
            len(reading.withheld),
        )
        notes.append(said.format(number=words.number(len(reading.withheld))))
    return tuple(notes)


def _time_notes(question: Question, figures: tuple[Figures, ...]) -> tuple[str, ...]:
    timed = [one for one in figures if one.measure.key in ("minutes", "sessions")]
    if timed and all(np.isnan(one.now).all() for one in timed):
        return (words._("The sources record no times of day in these days, so there is no time on task."),)
    return ()
