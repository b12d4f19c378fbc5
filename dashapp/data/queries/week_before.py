"""How the learners of a course stood 7 days before: from what has been read already, so that it costs no statement.

It is the learners of now who are looked at, those of them who were enrolled then: who has left since is not in it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.courses import Campus
from dashapp.data.queries.past_standing import Recorded, standing_at
from dashapp.data.queries.standing import CourseStanding, Question
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.indicators.handins import Punctuality, punctuality
from dashapp.domain.indicators.trend import TREND_WEEKS
from dashapp.domain.views import Level

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

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
    joined = one.deadlines.joined_at
    there = np.isnan(joined) | (joined <= instant.timestamp())
    known = Recorded(
        one.course, campus, one.place, one.days["day"], one.days["events"],
        [task.work for task in one.activities], one.handed, one.deadlines, question.audience, question.minimum_group,
    )  # fmt: skip
    past = standing_at(known, there, instant)
    levels = np.full(len(joined), Level.CALM, dtype=object)
    levels[there] = np.array(past.standing.levels, dtype=object)
    handed = punctuality(past.deadlines, past.marks, one.day_precision)
    return WeekBefore(there, tuple(levels.tolist()), past.standing.speaking, past.averages, handed)
