"""The data round of a classroom's page: at most eight statements, from aggregates only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from dashapp.data.queries.cohort import chosen_of, groups_of
from dashapp.data.queries.courses import (
    Campus,
    Course,
    course_of,
    courses_statement,
    read_campus,
    read_course_on_campus,
)
from dashapp.data.queries.days import bits_statement, first_minutes, per_week, places, read_bits
from dashapp.data.queries.enrolment import sizes
from dashapp.data.queries.names import NamesOf, names_and_sections, names_in_sections
from dashapp.data.queries.people import name_of
from dashapp.data.queries.standing import CourseStanding, Question, read_standings
from dashapp.data.queries.videos import read_videos
from dashapp.domain.audience import FEWEST_OTHERS, Audience
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.activity import last_days
from dashapp.domain.indicators.calendar import shown_range, week_starts
from dashapp.domain.indicators.cohort import asked_days
from dashapp.domain.indicators.minutes import TimePerDay, time_on_task
from dashapp.domain.keys import CourseId, PublicId
from dashapp.domain.localtime import week_start
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import ClassroomView, Day, Due, LearnerRow, Level, VideoViews
from dashapp.privacy.groups import suppress

HEAT_ROWS = 60
"""How many learners a heat map shows: more rows than that cannot be told apart on a screen."""
_ORDER = {Level.HELP: 0, Level.WATCH: 1, Level.CALM: 2}

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Room:
    """What has been read: the course's standing, who of it is shown, and their time on task."""

    one: CourseStanding
    campus: Campus
    question: Question
    chosen: Longs
    """Places of the chosen learners."""
    any_level: Longs
    """Places of those whom all filters but the level choose."""
    time: TimePerDay | None
    """Of all learners of the course, by person; None where no minutes are recorded."""

    @property
    def starts(self) -> tuple[date, ...]:
        return week_starts(*self.question.shown)


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
    question = Question(scope.organisation_id, as_of, (found,), shown)
    if hidden:
        return _hidden_view(found, campus, question)
    limited = None if grouped else scope.sections_of(course)
    asked = NamesOf(scope.organisation_id, course, as_of.instant, filters.activity, shown)
    if limited is not None:
        # Who is seen decides with whom they are compared, so names come first.
        rows = connection.execute(names_in_sections(asked, sorted(limited))).all()
        found = replace(found, sections=tuple(each for each in found.sections if each[0] in limited))
        seen = {course: frozenset(int(row.person_id) for row in rows)}
        question = replace(question, courses=(found,), seen=seen, minimum_group=scope.minimum_group)
    (one,) = read_standings(connection, question, campus)
    statement = bits_statement(scope.organisation_id, [course], question.ranges(campus.today))
    time = time_on_task(read_bits(connection, statement), first_minutes(campus.local)) if one.recorded else None
    if grouped:
        everybody = np.arange(len(one.people))
        return _in_groups(_view(_Room(one, campus, question, everybody, everybody, time), [], named=False), one, scope)
    if limited is None:
        keys = [int(key) for key in one.people]
        rows = connection.execute(names_and_sections(asked, keys)).all()
    named = {int(row.person_id): row for row in rows}
    chosen = chosen_of(one, named, filters, campus.today)
    any_level = chosen if filters.level is None else chosen_of(one, named, replace(filters, level=None), campus.today)
    room = _Room(one, campus, question, chosen, any_level, time)
    view = _view(room, _rows(room, named), named=True)
    picked = len(filters.learners & {row.public_id for row in named.values()}) if filters.learners else 0
    return replace(
        view, groups=groups_of(named), activity_types=found.types, picked=picked, videos=_videos(connection, room)
    )


def _videos(connection: Connection, room: _Room) -> tuple[VideoViews, ...]:
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
    """Without the average while so few learners have a score that it would tell theirs."""
    graded = int((~np.isnan(one.averages)).sum())
    return view if graded >= scope.minimum_group else replace(view, average_score=None)


def _hidden_view(course: Course, campus: Campus, question: Question) -> ClassroomView:
    return ClassroomView(
        course=course.choice, sections=(), learners=(), week_starts=(), heat=(), heat_rows=0, heat_in_minutes=False,
        days=(), active_7=0, active_7_before=0, median_minutes_week=None, average_score=None, next_due=None,
        today=campus.today, first=question.shown[0], last=question.shown[1], freshness=campus.freshness,
        speaking=course.calendar.is_teaching(campus.today), named=False, hidden=True,
    )  # fmt: skip


def _view(room: _Room, placed: Sequence[tuple[int, LearnerRow]], *, named: bool) -> ClassroomView:
    one, campus = room.one, room.campus
    scores = one.averages[room.chosen]
    scores = scores[~np.isnan(scores)]
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


def _weekly_minutes(room: _Room, starts: Sequence[date]) -> Longs:
    assert room.time is not None
    place, enrolled = places(room.one.people, room.time.learner)
    shape = (starts, len(room.one.people))
    return per_week(place[enrolled], room.time.day[enrolled], room.time.minutes[enrolled], shape)


def _total_minutes(room: _Room) -> Longs | None:
    """Per learner of the course, in the shown range."""
    if room.time is None:
        return None
    first, last = (day.toordinal() for day in room.question.shown)
    place, enrolled = places(room.one.people, room.time.learner)
    inside = enrolled & (room.time.day >= first) & (room.time.day <= last)
    sums = np.bincount(place[inside], weights=room.time.minutes[inside], minlength=len(room.one.people))
    return sums.astype(np.int64)


def _rows(room: _Room, named: dict[int, Row[*tuple[Any, ...]]]) -> list[tuple[int, LearnerRow]]:
    """(place, row) of each chosen learner, those who need help first."""
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


def _heat(room: _Room, placed: Sequence[tuple[int, LearnerRow]]) -> tuple[tuple[int | None, ...], ...]:
    """Minutes, else events, per week of these learners."""
    if room.time is None:
        return tuple(row.weeks for _place, row in placed)
    weekly = _weekly_minutes(room, room.starts)
    return tuple(tuple(weekly[place].tolist()) for place, _row in placed)


def _days(room: _Room) -> tuple[Day, ...]:
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


def _active(room: _Room, back: int) -> int:
    """Chosen learners with an event in the 7 × 24 h, `back` weeks ago."""
    window = last_days(room.campus.local, room.question.as_of.instant, back)
    return int(np.isin(np.unique(room.one.place[window.holds(room.one.days)]), room.chosen).sum())


def _median_week(room: _Room) -> float | None:
    """Of the last full week; None where there are too few to have a median that means something."""
    if room.time is None or len(room.chosen) <= FEWEST_OTHERS:
        return None
    monday = week_start(room.campus.today) - timedelta(days=7)
    return float(np.median(_weekly_minutes(room, [monday])[room.chosen, 0]))


def _next_due(room: _Room) -> Due | None:
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
