"""The rows of a classroom's list, those who need help first."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from math import isnan

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.cohort import Named
from dashapp.data.queries.days import per_week
from dashapp.data.queries.people import name_of
from dashapp.data.queries.room import Room
from dashapp.data.queries.week_before import MOST_RECENT_DAYS
from dashapp.domain.indicators.trend import TREND_WEEKS, trend
from dashapp.domain.keys import PublicId
from dashapp.domain.views import LearnerRow

Longs = NDArray[np.int64]


def learner_rows(room: Room, named: Named) -> list[tuple[int, LearnerRow]]:
    """(place, row) of each chosen learner, those who need help first."""
    chosen = room.chosen.tolist()
    lacking = [place for place in chosen if place not in room.rows]
    if lacking:
        room.rows.update(_written(room, named, np.array(lacking, dtype=np.int64)))
    return sorted(((place, room.rows[place]) for place in chosen), key=lambda placed: placed[1].rank())


def _written(room: Room, named: Named, chosen: Longs) -> Iterator[tuple[int, LearnerRow]]:
    one, nobody = room.one, [None] * len(chosen)
    weekly = room.weekly_events(room.starts)[chosen]
    minutes, trends = room.total_minutes(), _trends(room)
    # Columns as plain values first: one by one numpy's cost five times as much.
    columns = zip(
        chosen.tolist(),
        one.people[chosen].tolist(),
        one.standing.total()[chosen].tolist(),
        one.standing.reasons_of(chosen),
        one.last_day[chosen].tolist(),
        one.last_at[chosen].tolist(),
        nobody if minutes is None else minutes[chosen].tolist(),
        weekly.sum(axis=1).tolist(),
        weekly.tolist(),
        room.progress[chosen].tolist() if len(room.progress) else nobody,
        nobody if trends is None else trends[chosen].tolist(),
        one.averages[chosen].tolist(),
        strict=True,
    )
    for at, person, points, reasons, last_day, last_at, spent, events, weeks, progress, lately, average in columns:
        row = named[person]
        yield (
            at,
            LearnerRow(
                public_id=PublicId(row.public_id),
                name=name_of(row),
                sections=tuple(sorted(row.sections or ())),
                level=one.standing.levels[at],
                points=points,
                reasons=reasons,
                last_active=date.fromordinal(last_day) if last_day else None,
                last_instant=_instant(last_at),
                minutes=spent,
                events=events,
                weeks=tuple(weeks),
                progress=progress,
                trend=None if lately is None else trend(lately),
                contacted=None if row.contacted is None else room.campus.local.day_of(row.contacted),
                score=None if isnan(average) else average,
            ),
        )


def _instant(seconds: float) -> datetime | None:
    return None if isnan(seconds) else datetime.fromtimestamp(seconds, UTC)


def _trends(room: Room) -> Longs | None:
    """Events of each in the last 6 teaching weeks, whatever dates are shown; None where there are fewer yet."""
    one, today = room.one, room.campus.today
    weeks = one.course.calendar.teaching_weeks(today)[-2 * TREND_WEEKS :]
    if len(weeks) < 2 * TREND_WEEKS or (today - weeks[0]).days > MOST_RECENT_DAYS:
        return None
    every = tuple(weeks[0] + timedelta(weeks=number) for number in range((weeks[-1] - weeks[0]).days // 7 + 1))
    sums = per_week(one.place, one.days["day"], one.days["events"], (every, len(one.people)))
    return sums[:, [every.index(week) for week in weeks]]
