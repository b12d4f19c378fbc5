"""What stands above the fold of a classroom's page, from the room that has been read: no statement of its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.days import per_week, places
from dashapp.data.queries.people import name_of
from dashapp.data.queries.room import HiddenRoom, Names, Room
from dashapp.domain.audience import FEWEST_OTHERS
from dashapp.domain.indicators.activity import last_days
from dashapp.domain.keys import PublicId
from dashapp.domain.localtime import week_start
from dashapp.domain.views import ClassroomView, Day, Due, LearnerRow, Level

HEAT_ROWS = 60
"""How many learners a heat map shows: more rows than that cannot be told apart on a screen."""
_ORDER = {Level.HELP: 0, Level.WATCH: 1, Level.CALM: 2}

Longs = NDArray[np.int64]


def classroom_view(room: Room | HiddenRoom) -> ClassroomView:
    """What stands above the fold of a classroom's page."""
    if isinstance(room, HiddenRoom):
        return _hidden_view(room)
    if room.names is None:
        return _in_groups(_view(room, [], named=False), room)
    return _view(room, _rows(room, room.names), named=True)


def _in_groups(view: ClassroomView, room: Room) -> ClassroomView:
    """Without the average while so few learners have a score that it would tell theirs."""
    graded = int((~np.isnan(room.one.averages)).sum())
    return view if graded >= room.minimum_group else replace(view, average_score=None)


def _hidden_view(room: HiddenRoom) -> ClassroomView:
    course, campus, question = room.course, room.campus, room.question
    return ClassroomView(
        course=course.choice, sections=(), learners=(), week_starts=(), heat=(), heat_rows=0, heat_in_minutes=False,
        days=(), active_7=0, active_7_before=0, median_minutes_week=None, average_score=None, next_due=None,
        today=campus.today, first=question.shown[0], last=question.shown[1], freshness=campus.freshness,
        speaking=course.calendar.is_teaching(campus.today), named=False, hidden=True,
    )  # fmt: skip


def _view(room: Room, placed: Sequence[tuple[int, LearnerRow]], *, named: bool) -> ClassroomView:
    one, campus = room.one, room.campus
    scores = one.averages[room.chosen]
    scores = scores[~np.isnan(scores)]
    heat = _heat(room, placed[:HEAT_ROWS])
    return ClassroomView(
        course=one.course.choice,
        sections=tuple((name, title) for _key, name, title in one.course.sections) if named else (),
        learners=tuple(row for _place, row in placed),
        week_starts=room.starts,
        heat=heat,
        heat_rows=len(heat),
        heat_in_minutes=room.time is not None,
        days=_days(room),
        active_7=_active(room, 0),
        active_7_before=_active(room, 1),
        median_minutes_week=_median_week(room),
        average_score=float(scores.mean()) if len(scores) else None,
        next_due=_next_due(room),
        today=campus.today,
        first=room.question.shown[0],
        last=room.question.shown[1],
        freshness=campus.freshness,
        minutes_recorded=room.time is not None,
        speaking=one.standing.speaking,
        enrolled=len(room.chosen),
        named=named,
        first_week=one.course.calendar.week_number(room.starts[0]),
        rostered=one.rostered,
    )


def _weekly_minutes(room: Room, starts: Sequence[date]) -> Longs:
    assert room.time is not None
    place, enrolled = places(room.one.people, room.time.learner)
    shape = (starts, len(room.one.people))
    return per_week(place[enrolled], room.time.day[enrolled], room.time.minutes[enrolled], shape)


def _total_minutes(room: Room) -> Longs | None:
    """Per learner of the course, in the shown range."""
    if room.time is None:
        return None
    first, last = (day.toordinal() for day in room.question.shown)
    place, enrolled = places(room.one.people, room.time.learner)
    inside = enrolled & (room.time.day >= first) & (room.time.day <= last)
    sums = np.bincount(place[inside], weights=room.time.minutes[inside], minlength=len(room.one.people))
    return sums.astype(np.int64)


def _rows(room: Room, named: Names) -> list[tuple[int, LearnerRow]]:
    """(place, row) of each learner of the chosen section, those who need help first."""
    one = room.one
    first, last = (day.toordinal() for day in room.question.shown)
    shown = (one.days["day"] >= first) & (one.days["day"] <= last)
    place, day, events = one.place[shown], one.days["day"][shown], one.days["events"][shown]
    weekly = per_week(place, day, events, (room.starts, len(one.people)))
    minutes, points = _total_minutes(room), one.standing.total()
    totals = np.bincount(place, weights=events, minlength=len(one.people))
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
            score=None if np.isnan(one.averages[at]) else float(one.averages[at]),
        )
        rows.append((at, shown_row))
    return sorted(rows, key=_rank)


def _rank(placed: tuple[int, LearnerRow]) -> tuple[int, int, int, str]:
    row = placed[1]
    return _ORDER[row.level], -row.points, -(row.last_active or date.min).toordinal(), row.name


def _instant(seconds: float) -> datetime | None:
    return None if np.isnan(seconds) else datetime.fromtimestamp(seconds, UTC)


def _heat(room: Room, placed: Sequence[tuple[int, LearnerRow]]) -> tuple[tuple[int | None, ...], ...]:
    """Minutes, else events, per week of these learners."""
    if room.time is None:
        return tuple(row.weeks for _place, row in placed)
    weekly = _weekly_minutes(room, room.starts)
    return tuple(tuple(weekly[place].tolist()) for place, _row in placed)


def _days(room: Room) -> tuple[Day, ...]:
    """Every day of the shown range: events and learners active, of the chosen section."""
    one = room.one
    first, last = (day.toordinal() for day in room.question.shown)
    within = np.zeros(len(one.people), dtype=bool)
    within[room.chosen] = True
    kept = (one.days["day"] >= first) & (one.days["day"] <= last) & (within[one.place] if len(one.place) else False)
    offset, length = one.days["day"][kept] - first, last - first + 1
    events = np.bincount(offset, weights=one.days["events"][kept], minlength=length)
    learners = np.bincount(offset, minlength=length)
    return tuple(
        Day(date.fromordinal(first + index), int(events[index]), learners=int(learners[index]))
        for index in range(length)
    )


def _active(room: Room, back: int) -> int:
    """Learners of the chosen section with an event in the 7 × 24 h, `back` weeks ago."""
    window = last_days(room.campus.local, room.question.as_of.instant, back)
    return int(np.isin(np.unique(room.one.place[window.holds(room.one.days)]), room.chosen).sum())


def _median_week(room: Room) -> float | None:
    """Of the last full week; None where there are too few to have a median that means something."""
    if room.time is None or len(room.chosen) <= FEWEST_OTHERS:
        return None
    monday = week_start(room.campus.today) - timedelta(days=7)
    return float(np.median(_weekly_minutes(room, [monday])[room.chosen, 0]))


def _next_due(room: Room) -> Due | None:
    as_of = room.question.as_of.instant
    coming = [task for task in room.one.activities if task.due_at and task.due_at >= as_of]
    if not coming:
        return None
    task = min(coming, key=lambda one: one.due_at or as_of)
    assert task.due_at is not None
    total = sum(one.work.weight or 0.0 for one in room.one.activities)
    share = 100.0 * task.work.weight / total if task.work.weight and total else None
    state = "not_open" if task.published_at and task.published_at > as_of else "not_started"
    return Due(room.one.course.choice.code, task.title, task.due_at, share, state)
