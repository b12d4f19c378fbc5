"""How the learners of a course stood 7 days before: from what has been read already, so that it costs no statement.

It is the learners of now who are looked at, those of them who were enrolled then: who has left since is not in it.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.courses import Campus
from dashapp.data.queries.standing import CourseStanding, Question, situation_of, with_results
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.indicators.handins import Deadlines, Punctuality, punctuality
from dashapp.domain.indicators.rhythm import TREND_WEEKS
from dashapp.domain.indicators.risk import Situation, assess
from dashapp.domain.indicators.scores import Marks, SubmissionRows, average_scores, marks
from dashapp.domain.views import Level

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

DAYS_BACK = 7
LEAST_RECENT_DAYS = 35
"""So many days are to be read that who was never there in them has the most points of a rule about being away."""
MOST_RECENT_DAYS = 26 * 7
"""Of a course with breaks longer than that no trend is told."""


@dataclass(frozen=True, slots=True)
class WeekBefore:
    """Arrays of the shape (learners,), by the places of the standing of now."""

    there: Flags
    """Who was enrolled then."""
    levels: tuple[Level, ...]
    """Calm for who was not there."""
    speaking: bool
    averages: Floats
    """NaN for who was not there."""
    punctuality: Punctuality


def recent_days(calendar: TeachingCalendar, today: date) -> int:
    """How many days up to today are needed for the trend and the week before."""
    weeks = calendar.teaching_weeks(today)[-2 * TREND_WEEKS :]
    asked = (today - weeks[0]).days if weeks else 0
    return max(LEAST_RECENT_DAYS, asked if asked <= MOST_RECENT_DAYS else 0)


def week_before(one: CourseStanding, question: Question, campus: Campus) -> WeekBefore:
    """The standing of 7 days before the question's as-of."""
    instant = question.as_of.instant - timedelta(days=DAYS_BACK)
    then = instant.timestamp()
    joined = one.deadlines.joined_at
    there = np.isnan(joined) | (joined <= then)
    today = campus.local.day_of(instant)
    before = one.days["day"] <= today.toordinal()
    place, day, events = one.place[before], one.days["day"][before], one.days["events"][before]
    work = [task.work for task in one.activities]
    result = marks(_known_then(one.handed, then), work, len(one.people))
    limits = replace(one.deadlines, as_of=then)
    averages = np.where(there, average_scores(work, result.percent), np.nan)
    people = {"joined_at": joined, "last_day": _last_days(place, day, len(joined))}
    situation = situation_of(one.course, replace(campus, today=today), people, (place, day, events))
    of_them = _only(there, (result, limits))
    situation = with_results(_those(situation, there), (*of_them, averages[there]), instant)
    standing = assess(situation, one.course.calendar, one.course.rules, question.audience, question.minimum_group)
    levels = np.full(len(joined), Level.CALM, dtype=object)
    levels[there] = np.array(standing.levels, dtype=object)
    return WeekBefore(
        there, tuple(levels.tolist()), standing.speaking, averages, punctuality(limits, result, one.day_precision)
    )


def _known_then(rows: SubmissionRows, then: float) -> SubmissionRows:
    when = np.where(np.isnan(rows.graded_at), rows.submitted_at, rows.graded_at)
    kept = np.where(np.isnan(when), rows.received_at, when) <= then
    return SubmissionRows(*(getattr(rows, name)[kept] for name in rows.__slots__))


def _last_days(place: Longs, day: Longs, learners: int) -> Longs:
    """The last day of each; 0: never, or before all that was read."""
    last = np.zeros(learners, dtype=np.int64)
    np.maximum.at(last, place, day)
    return last


def _those(situation: Situation, kept: Flags) -> Situation:
    """The situation of some of the learners."""
    changed = ("enrolled_day", "last_day", "week_events", "score", "missed")
    return replace(situation, **{name: getattr(situation, name)[kept] for name in changed})


def _only(kept: Flags, of_all: tuple[Marks, Deadlines]) -> tuple[Marks, Deadlines]:
    result, limits = of_all
    some = Marks(*(getattr(result, name)[kept] for name in result.__slots__))
    dates = replace(
        limits, due_at=limits.due_at[kept], closes_at=limits.closes_at[kept], joined_at=limits.joined_at[kept]
    )
    return some, dates
