"""What stands above the fold of a classroom's page, from the room that has been read: no statement of its own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from dashapp.data.queries.cohort import Named, chosen_of, groups_of, others_of
from dashapp.data.queries.cohort_figures import figures_of
from dashapp.data.queries.learner_rows import learner_rows
from dashapp.data.queries.room import HiddenRoom, Room
from dashapp.data.queries.week_before import WeekBefore, week_before
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.handins import punctuality
from dashapp.domain.views import ClassroomView, Day, Due, LearnerRow, Level
from dashapp.domain.views.cohort import CohortFigures, OnTime

HEAT_ROWS = 60
"""How many learners a heat map shows: more rows than that cannot be told apart on a screen."""


def classroom_view(room: Room | HiddenRoom, filters: Filters) -> ClassroomView:
    """What stands above the fold of a classroom's page; `filters`: those with which the room was read."""
    if isinstance(room, HiddenRoom):
        return _hidden_view(room)
    if room.names is None:
        return _in_groups(_view(room, []), room)
    return _view_of_chosen(room, room.names, filters)


def _view_of_chosen(room: Room, named: Named, filters: Filters) -> ClassroomView:
    """The page of the learners whom the filters choose."""
    one, today = room.one, room.campus.today
    before = week_before(one, room.question, room.campus)
    others = others_of(one, named, filters, today)
    rows, unpicked = _rows(room, named, filters)
    view = replace(
        _view(room, rows, before=before),
        level_counts=_level_counts(room, named, filters),
        groups=groups_of(named),
        activity_types=one.course.types,
        other=None if others is None else figures_of(room, others, before),
    )
    if not filters.learners:
        return view
    picked = len(filters.learners & {row.public_id for row in named.values()})
    return replace(view, picked=picked, unpicked=unpicked)


def _rows(room: Room, named: Named, filters: Filters) -> tuple[list[tuple[int, LearnerRow]], tuple[LearnerRow, ...]]:
    """(place, row) of the chosen learners; where some are picked by hand, the rows of those whom all other filters
    choose besides them."""
    if not filters.learners:
        return learner_rows(room, named), ()
    every = chosen_of(room.one, named, replace(filters, learners=None), room.campus.today)
    placed, picked = learner_rows(replace(room, chosen=every), named), set(room.chosen.tolist())
    return [one for one in placed if one[0] in picked], tuple(row for place, row in placed if place not in picked)


def _level_counts(room: Room, named: Named, filters: Filters) -> tuple[int, int, int]:
    """How many are on each level of those whom all filters but the level choose."""
    every = filters.level is None
    chosen = room.chosen if every else chosen_of(room.one, named, replace(filters, level=None), room.campus.today)
    levels = Counter(room.one.standing.levels[place] for place in chosen.tolist())
    return levels[Level.HELP], levels[Level.WATCH], levels[Level.CALM]


def _in_groups(view: ClassroomView, room: Room) -> ClassroomView:
    """Without the figures of scores and hand-ins while so few learners have any that they would tell theirs."""
    figures, k, one = view.figures, room.minimum_group, room.one
    if figures.scored < k:
        figures = replace(figures, median_score=None, scored=0)
    state = punctuality(one.deadlines, one.marks, one.day_precision)
    if int(state.past.any(axis=1).sum()) < k:
        figures = replace(figures, on_time=OnTime())
    return replace(view, figures=figures)


def _hidden_view(room: HiddenRoom) -> ClassroomView:
    course, campus, question = room.course, room.campus, room.question
    return ClassroomView(
        course=course.choice, sections=(), learners=(), week_starts=(), heat=(), heat_rows=0, heat_in_minutes=False,
        days=(), figures=CohortFigures(), next_due=None,
        today=campus.today, first=question.shown[0], last=question.shown[1], freshness=campus.freshness,
        speaking=course.calendar.is_teaching(campus.today), named=False, hidden=True,
    )  # fmt: skip


def _view(room: Room, placed: Sequence[tuple[int, LearnerRow]], *, before: WeekBefore | None = None) -> ClassroomView:
    """Without `before`: for who sees groups only."""
    one, campus, named = room.one, room.campus, before is not None
    heat = _heat(room, placed[:HEAT_ROWS])
    view = ClassroomView(
        course=one.course.choice,
        sections=tuple((name, title) for _key, name, title in one.course.sections) if named else (),
        learners=tuple(row for _place, row in placed),
        week_starts=room.starts,
        heat=heat,
        heat_rows=len(heat),
        heat_in_minutes=room.time is not None,
        days=_days(room),
        figures=figures_of(room, room.chosen, before),
        next_due=_next_due(room),
        today=campus.today,
        first=room.question.shown[0],
        last=room.question.shown[1],
        freshness=campus.freshness,
        minutes_recorded=room.time is not None,
        speaking=one.standing.speaking,
        enrolled=len(room.chosen),
        everybody=int(one.seen.sum()) if named else 0,
        unmatched=room.unmatched,
        named=named,
        first_week=one.course.calendar.week_number(room.starts[0]),
        rostered=one.rostered,
    )
    if room.to_come is None:
        return view
    return replace(view, to_come=room.to_come, week_starts=(), heat=(), heat_rows=0, days=())


def _heat(room: Room, placed: Sequence[tuple[int, LearnerRow]]) -> tuple[tuple[int | None, ...], ...]:
    """Minutes, else events, per week of these learners."""
    if room.time is None:
        return tuple(row.weeks for _place, row in placed)
    weekly = room.weekly_minutes(room.starts)
    return tuple(tuple(weekly[place].tolist()) for place, _row in placed)


def _days(room: Room) -> tuple[Day, ...]:
    """Every day of the shown range: events and active learners, of the chosen ones."""
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
