"""The rows of a classroom's list, those who need help first."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.cohort import Named
from dashapp.data.queries.days import per_week
from dashapp.data.queries.people import name_of
from dashapp.data.queries.room import Room
from dashapp.data.queries.week_before import MOST_RECENT_DAYS
from dashapp.domain.indicators.rhythm import TREND_WEEKS, trend
from dashapp.domain.keys import PublicId
from dashapp.domain.views import LearnerRow, Level

Longs = NDArray[np.int64]

_ORDER = {Level.HELP: 0, Level.WATCH: 1, Level.CALM: 2}


def learner_rows(room: Room, named: Named) -> list[tuple[int, LearnerRow]]:
    """(place, row) of each chosen learner, those who need help first."""
    one = room.one
    weekly = room.weekly_events(room.starts)
    minutes, points, totals = room.total_minutes(), one.standing.total(), weekly.sum(axis=1)
    trends = _trends(room)
    rows = []
    for at in room.chosen.tolist():
        row = named[int(one.people[at])]
        shown_row = LearnerRow(
            public_id=PublicId(row.public_id),
            name=name_of(row),
            sections=tuple(sorted(row.sections or ())),
            level=one.standing.levels[at],
            points=int(points[at]),
            reasons=one.standing.reasons(at),
            last_active=date.fromordinal(int(one.last_day[at])) if one.last_day[at] else None,
            last_instant=_instant(float(one.last_at[at])),
            minutes=None if minutes is None else int(minutes[at]),
            events=int(totals[at]),
            weeks=tuple(weekly[at].tolist()),
            progress=float(room.progress[at]) if len(room.progress) else None,
            trend=None if trends is None else trend(trends[at].tolist()),
            contacted=None if row.contacted is None else room.campus.local.day_of(row.contacted),
            score=None if np.isnan(one.averages[at]) else float(one.averages[at]),
        )
        rows.append((at, shown_row))
    return sorted(rows, key=_rank)


def _rank(placed: tuple[int, LearnerRow]) -> tuple[int, int, int, str]:
    row = placed[1]
    return _ORDER[row.level], -row.points, -(row.last_active or date.min).toordinal(), row.name


def _instant(seconds: float) -> datetime | None:
    return None if np.isnan(seconds) else datetime.fromtimestamp(seconds, UTC)


def _trends(room: Room) -> Longs | None:
    """Events of each in the last 6 teaching weeks, whatever dates are shown; None where there are fewer yet."""
    one, today = room.one, room.campus.today
    weeks = one.course.calendar.teaching_weeks(today)[-2 * TREND_WEEKS :]
    if len(weeks) < 2 * TREND_WEEKS or (today - weeks[0]).days > MOST_RECENT_DAYS:
        return None
    every = tuple(weeks[0] + timedelta(weeks=number) for number in range((weeks[-1] - weeks[0]).days // 7 + 1))
    sums = per_week(one.place, one.days["day"], one.days["events"], (every, len(one.people)))
    return sums[:, [every.index(week) for week in weeks]]
