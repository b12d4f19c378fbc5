"""The figures of some learners of a course, from what a room has read: of the strip, and of two cohorts together."""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.room import Room
from dashapp.data.queries.week_before import DAYS_BACK, WeekBefore
from dashapp.domain.audience import FEWEST_OTHERS
from dashapp.domain.indicators.activity import last_days
from dashapp.domain.indicators.handins import Punctuality, punctuality
from dashapp.domain.localtime import week_start
from dashapp.domain.views import Level
from dashapp.domain.views.cohort import Before, CohortFigures, OnTime

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

MOST_DEADLINES = 12
"""How many of the newest deadlines are told one by one."""


def figures_of(room: Room, chosen: Longs, before: WeekBefore | None = None) -> CohortFigures:
    """Of the learners at these places. Without `before`, for those who see groups only, nothing tells of single ones:
    no level, nobody who joined, nothing to subtract from a week earlier."""
    one = room.one
    state = punctuality(one.deadlines, one.marks, one.day_precision)
    scores = one.averages[chosen]
    speaking = before is not None and one.standing.speaking
    return CohortFigures(
        learners=len(chosen),
        joined=None if before is None else _joined(room, chosen),
        active_7=_active(room, chosen, 0),
        active_7_before=_active(room, chosen, 1),
        at_risk=_at_risk(one.standing.levels, chosen) if speaking else None,
        median_score=median_of(scores),
        scored=int((~np.isnan(scores)).sum()),
        median_minutes=_median_week(room, chosen),
        on_time=_on_time(state, chosen),
        deadlines=() if before is None else _deadlines(room, state, chosen),
        weeks=_weeks(room, chosen),
        before=None if before is None else _before(before, chosen),
    )


def median_of(values: Floats) -> float | None:
    """Of what is known; None where so few are that the median would be one of theirs, or half-way between two."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) > FEWEST_OTHERS else None


def _before(before: WeekBefore, chosen: Longs) -> Before:
    there = chosen[before.there[chosen]]
    return Before(
        _at_risk(before.levels, there) if before.speaking else None,
        median_of(before.averages[there]),
        _on_time(before.punctuality, there),
    )


def _at_risk(levels: tuple[Level, ...], chosen: Longs) -> int:
    return sum(levels[place] is Level.HELP for place in chosen.tolist())


def _joined(room: Room, chosen: Longs) -> int | None:
    joined = room.one.deadlines.joined_at[chosen]
    if np.isnan(joined).all():
        return None
    since = room.question.as_of.instant - timedelta(days=DAYS_BACK)
    with np.errstate(invalid="ignore"):
        return int((joined > since.timestamp()).sum())


def _active(room: Room, chosen: Longs, back: int) -> int:
    """With an event in the 7 × 24 h, `back` weeks ago."""
    window = last_days(room.campus.local, room.question.as_of.instant, back)
    return int(np.isin(np.unique(room.one.place[window.holds(room.one.days)]), chosen).sum())


def _median_week(room: Room, chosen: Longs) -> float | None:
    """Of the last full week."""
    if room.time is None:
        return None
    monday = week_start(room.campus.today) - timedelta(days=7)
    return median_of(room.weekly_minutes([monday])[chosen, 0].astype(np.float64))


def _on_time(state: Punctuality, chosen: Longs) -> OnTime:
    return OnTime(int(state.past[chosen].sum()), int(state.on_time[chosen].sum()))


def _deadlines(room: Room, state: Punctuality, chosen: Longs) -> tuple[OnTime, ...]:
    """Activities come ordered by their deadlines."""
    due, on_time = state.past[chosen].sum(axis=0), state.on_time[chosen].sum(axis=0)
    counted = [OnTime(int(each), int(came)) for each, came in zip(due, on_time, strict=True) if each]
    return tuple(counted[-MOST_DEADLINES:])


def _weeks(room: Room, chosen: Longs) -> tuple[int, ...]:
    active = room.weekly_events(room.starts)[chosen] > 0
    return tuple(int(count) for count in active.sum(axis=0))
