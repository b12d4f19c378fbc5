"""The data round of a classroom's page: at most eight statements, from aggregates only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Connection

from dashapp.data.queries.cohort import Named, chosen_of, groups_of, others_of
from dashapp.data.queries.cohort_figures import figures_of
from dashapp.data.queries.courses import (
    Campus,
    Course,
    course_of,
    courses_statement,
    read_campus,
    read_course_on_campus,
)
from dashapp.data.queries.days import bits_statement, first_minutes, read_bits
from dashapp.data.queries.enrolment import sizes
from dashapp.data.queries.learner_rows import learner_rows, recent_days
from dashapp.data.queries.names import NamesOf, names_and_sections, names_in_sections
from dashapp.data.queries.room import Room
from dashapp.data.queries.standing import RECENT_DAYS, CourseStanding, Question, read_standings
from dashapp.data.queries.videos import read_videos
from dashapp.data.queries.week_before import WeekBefore, week_before
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.calendar import shown_range
from dashapp.domain.indicators.cohort import asked_days, other_choice
from dashapp.domain.indicators.handins import punctuality
from dashapp.domain.indicators.minutes import time_on_task
from dashapp.domain.keys import CourseId
from dashapp.domain.localtime import week_start
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import ClassroomView, Day, Due, LearnerRow, Level, VideoViews
from dashapp.domain.views.cohort import CohortFigures, OnTime
from dashapp.privacy.groups import suppress

HEAT_ROWS = 60
"""How many learners a heat map shows: more rows than that cannot be told apart on a screen."""


def read_classroom(
    connection: Connection, scope: Scope, as_of: AsOf, filters: Filters, course: CourseId
) -> ClassroomView:
    """One course's page.

    The filters narrow it to days and to learners; a section that the course does not have is ignored.
    Staff of sections only see their learners, and figures of these.
    For Audience.AGGREGATE there are no sections and whole weeks only, and nothing at all where the course is hidden.
    Raises NotPermitted where the scope does not hold the course, NotFound where there is none.
    """
    if scope.audience not in (Audience.NAMED, Audience.AGGREGATE) or not scope.permits_course(course):
        raise NotPermitted("This course is not within the scope.")
    grouped = scope.audience is Audience.AGGREGATE
    if grouped:
        campus = read_campus(connection, scope.organisation_id, as_of)
        found, hidden = _grouped_course(connection, scope, as_of, (campus, course))
    else:
        campus, found = read_course_on_campus(connection, scope.organisation_id, course, as_of)
        hidden = False
    shown = shown_range(found.calendar, campus.today, *asked_days(filters, found.calendar, campus.today))
    if grouped:
        shown = whole_weeks(shown, campus.today)
    recent = recent_days(found.calendar, campus.today)
    question = Question(scope.organisation_id, as_of, (found,), shown, recent_days=recent)
    if hidden:
        return _hidden_view(found, campus, question)
    limited = None if grouped else scope.sections_of(course)
    other = other_choice(filters, (), ())
    asked = NamesOf(
        scope.organisation_id, course, as_of.instant, filters.activity, shown, other.activity if other else None
    )
    if limited is not None:
        # Who is seen decides with whom they are compared, so names come first.
        rows = connection.execute(names_in_sections(asked, sorted(limited))).all()
        found = replace(found, sections=tuple(each for each in found.sections if each[0] in limited))
        seen = {course: frozenset(int(row.person_id) for row in rows)}
        question = replace(question, courses=(found,), seen=seen, minimum_group=scope.minimum_group)
    (one,) = read_standings(connection, question, campus)
    shorter = replace(question, recent_days=RECENT_DAYS)
    statement = bits_statement(scope.organisation_id, [course], shorter.ranges(campus.today))
    time = time_on_task(read_bits(connection, statement), first_minutes(campus.local)) if one.recorded else None
    everybody = np.arange(len(one.people))
    room = Room(one, campus, question, everybody, everybody, time)
    if grouped:
        return _in_groups(_view(room, []), one, scope)
    if limited is None:
        rows = connection.execute(names_and_sections(asked, everybody_of(one))).all()
    view, chosen = _view_of_chosen(room, {int(row.person_id): row for row in rows}, filters)
    return replace(view, videos=_videos(connection, chosen))


def everybody_of(one: CourseStanding) -> list[int]:
    """The keys of all learners of a standing."""
    return [int(key) for key in one.people]


def _view_of_chosen(room: Room, named: Named, filters: Filters) -> tuple[ClassroomView, Room]:
    """The page of the learners whom the filters choose, without videos, and the room with these."""
    one, today = room.one, room.campus.today
    chosen = chosen_of(one, named, filters, today)
    any_level = chosen if filters.level is None else chosen_of(one, named, replace(filters, level=None), today)
    room = replace(room, chosen=chosen, any_level=any_level)
    before = week_before(one, room.question, room.campus)
    others = others_of(one, named, filters, today)
    view = replace(
        _view(room, learner_rows(room, named), before=before),
        groups=groups_of(named),
        activity_types=one.course.types,
        other=None if others is None else figures_of(room, others, before),
    )
    if not filters.learners:
        return view, room
    picked = len(filters.learners & {row.public_id for row in named.values()})
    rest = np.setdiff1d(chosen_of(one, named, replace(filters, learners=None), today), chosen)
    unpicked = tuple(row for _place, row in learner_rows(replace(room, chosen=rest), named))
    return replace(view, picked=picked, unpicked=unpicked), room


def _videos(connection: Connection, room: Room) -> tuple[VideoViews, ...]:
    question, local = room.question, room.campus.local
    first, last = question.shown
    span = local.first_instant(first), local.first_instant(last + timedelta(days=1))
    learners = room.one.people[room.chosen]
    return read_videos(connection, question.organisation, room.one.course.course_id, learners, span)


def whole_weeks(shown: tuple[date, date], today: date) -> tuple[date, date]:
    """The range widened to whole weeks: single days, taken from one another, would give single people away."""
    first, last = shown
    return week_start(first), min(week_start(last) + timedelta(days=6), today)


def _grouped_course(
    connection: Connection, scope: Scope, as_of: AsOf, asked: tuple[Campus, CourseId]
) -> tuple[Course, bool]:
    """The course, and whether it is hidden: by the same rule, over the same courses, as on the institution's page."""
    campus, course = asked
    every = [course_of(row) for row in connection.execute(courses_statement(scope.organisation_id))]
    found = next((one for one in every if one.course_id == course), None)
    if found is None:
        raise NotFound("There is no such course.")
    listed = compared(every, campus.today)
    if found not in listed:
        listed = [*listed, found]
    rows = connection.execute(sizes(scope.organisation_id, [one.course_id for one in listed], as_of.instant))
    counted = {row.course_id: row.learners for row in rows}
    members = {one.course_id: counted.get(one.course_id, 0) for one in listed}
    units = {one.course_id: one.unit for one in listed}
    return found, suppress(members, units.__getitem__, scope.minimum_group).hides(course)


def compared(every: Sequence[Course], today: date) -> list[Course]:
    """The courses that an institution compares: those under way; all of them where none is."""
    running = [one for one in every if one.calendar.is_running(today)]
    return running or list(every)


def _in_groups(view: ClassroomView, one: CourseStanding, scope: Scope) -> ClassroomView:
    """Without the figures of scores and hand-ins while so few learners have any that they would tell theirs."""
    figures, k = view.figures, scope.minimum_group
    if figures.scored < k:
        figures = replace(figures, median_score=None, scored=0)
    state = punctuality(one.deadlines, one.marks, one.day_precision)
    if int(state.past.any(axis=1).sum()) < k:
        figures = replace(figures, on_time=OnTime())
    return replace(view, figures=figures)


def _hidden_view(course: Course, campus: Campus, question: Question) -> ClassroomView:
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
    levels = Counter(one.standing.levels[place] for place in room.any_level.tolist() if named)
    counts = (levels[Level.HELP], levels[Level.WATCH], levels[Level.CALM])
    return ClassroomView(
        course=one.course.choice,
        sections=tuple((name, title) for _key, name, title in one.course.sections) if named else (),
        learners=tuple(row for _place, row in placed),
        week_starts=room.starts,
        heat=heat,
        heat_rows=len(heat),
        level_counts=counts,
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
        named=named,
        first_week=one.course.calendar.week_number(room.starts[0]),
        rostered=one.rostered,
    )


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
