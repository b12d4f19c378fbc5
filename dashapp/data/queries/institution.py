"""What stands above the fold of an institution's page, from what has been read: no statement of its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.compared import Compared
from dashapp.data.queries.course_parts import CoursePart, WeekSets
from dashapp.data.queries.courses import Course
from dashapp.data.queries.together import DAYS, by_day, in_weeks
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.activity import ACTIVE_DAYS
from dashapp.domain.keys import CourseId
from dashapp.domain.localtime import week_start
from dashapp.domain.views import ActiveSpan, CourseRow, Day, InstitutionView

Longs = NDArray[np.int64]


def institution_view(read: Compared, filters: Filters) -> InstitutionView:
    """The institution's page: the courses under way compared, and their activity in whole weeks, from what was read.

    Of the filters only the dates and `unit` count: a fixed lattice of groups, so that nothing can be found by
    subtraction.
    """
    unit = read.known_unit(filters)
    chosen = read.chosen(unit)
    keys = [one.course_id for one in chosen]
    together, mine = read.together, read.together.rows(set(keys))
    hidden = read.hidden.everything if unit is None else unit in read.hidden.units
    active, before = together.active
    late = [together.counts(active), together.counts(before)]
    events = [sum(_week(read, read.parts[key], back) for key in keys) for back in (0, 1)]
    view = InstitutionView(
        name=read.campus.name,
        units=read.campus.units,
        chosen_unit=unit,
        enrolled=None if hidden else together.people(mine),
        active_7=None if hidden else together.people(mine & active),
        active_7_before=None if hidden else together.people(mine & before),
        events_7=0 if hidden else events[0],
        events_7_before=0 if hidden else events[1],
        courses=tuple(_row(read, one, (late[0][one.course_id], late[1][one.course_id])) for one in chosen),
        week_starts=read.starts,
        today=read.campus.today,
        freshness=read.campus.freshness,
        hidden=hidden,
        first=read.shown[0],
        last=read.shown[1],
        under_way=all(one.calendar.is_running(read.campus.today) for one in read.courses),
        unit_learners=_unit_learners(read, chosen),
        **({"days": ()} if hidden else _over_time(read, keys)),
    )
    to_come = filters.to_come(read.campus.today)
    return view if to_come is None else _before_its_days(view, to_come)


def _before_its_days(view: InstitutionView, to_come: date) -> InstitutionView:
    """The page while none of the chosen days has come: without any day or week."""
    courses = tuple(replace(one, weeks=()) for one in view.courses)
    emptied = replace(view, to_come=to_come, courses=courses, week_starts=(), first=None, last=None)
    return replace(emptied, days=(), day_courses=(), weeks=(), months=())


def _unit_learners(read: Compared, chosen: Sequence[Course]) -> tuple[tuple[str, int], ...]:
    open_units = sorted({one.unit for one in chosen} - read.hidden.units)
    return tuple(
        (unit, read.together.people(read.together.rows({one.course_id for one in read.chosen(unit)})))
        for unit in open_units
    )


def _events(part: CoursePart, first: date, last: date) -> Longs:
    """The events of a course on each of these days."""
    begin, end = np.searchsorted(part.daily["day"], [first.toordinal(), last.toordinal() + 1])
    counted = np.zeros((last - first).days + 1, dtype=np.int64)
    counted[part.daily["day"][begin:end] - first.toordinal()] = part.daily["events"][begin:end]
    return counted


def _week(read: Compared, part: CoursePart, back: int) -> int:
    """The events of a course in the seven local days up to today, or as many weeks before."""
    last = read.campus.today - timedelta(days=ACTIVE_DAYS * back)
    return int(_events(part, last - timedelta(days=ACTIVE_DAYS - 1), last).sum())


# ------------------------------------------------------------------ over time


def _over_time(read: Compared, keys: Sequence[CourseId]) -> dict[str, Any]:
    """Events, and distinct learners, who count once however many courses they are in, by day, week and month."""
    first, last = read.shown
    length = (last - first).days + 1
    events = np.zeros(length, dtype=np.int64)
    for key in keys:
        events += _events(read.parts[key], first, last)
    there = read.together.sets(read.together.rows(set(keys)))
    taught = read.together.taught([key for key in keys if not read.hidden.hides(key)])
    learners = by_day(there, length)
    weeks = [(start, start) for start in read.starts]
    return {
        "days": tuple(
            Day(first + timedelta(days=place), int(events[place]), learners=int(learners[place]))
            for place in range(length)
        ),
        "day_courses": tuple(by_day(taught, length).tolist()),
        "weeks": tuple(_span(read, pair, there, taught) for pair in weeks),
        "months": tuple(_span(read, pair, there, taught) for pair in whole_months(read.starts, read.campus.today)),
    }


def whole_months(starts: Sequence[date], today: date) -> tuple[tuple[date, date], ...]:
    """(first Monday, last Monday) of each month all of whose weeks are among these, and of the one under way.

    A week belongs to the month of its Thursday, so that every month has four or five whole weeks.
    """
    found: dict[tuple[int, int], list[date]] = {}
    for start in starts:
        thursday = start + timedelta(days=3)
        found.setdefault((thursday.year, thursday.month), []).append(start)
    now = week_start(today) + timedelta(days=3)
    result = []
    for (year, month), mondays in found.items():
        before, after = mondays[0] - timedelta(days=4), mondays[-1] + timedelta(days=10)
        begins = (before.year, before.month) != (year, month)
        ends = (after.year, after.month) != (year, month) or mondays[-1] == week_start(today)
        if begins and (ends or (year, month) == (now.year, now.month)):
            result.append((mondays[0], mondays[-1]))
    return tuple(result)


def _span(read: Compared, mondays: tuple[date, date], there: WeekSets, taught: WeekSets) -> ActiveSpan:
    first, last = ((monday - read.shown[0]).days // DAYS for monday in mondays)
    learners, number = (in_weeks(sets, first, last) for sets in (there, taught))
    sunday = mondays[1] + timedelta(days=6)
    return ActiveSpan(mondays[0], sunday, learners, number, under_way=sunday >= read.campus.today)


# ------------------------------------------------------------------ one course


def _row(read: Compared, one: Course, active: tuple[int, int]) -> CourseRow:
    """`active`: how many of its learners have been there in the last 7 × 24 h, and in those before."""
    key, choice = one.course_id, one.choice
    if read.hidden.hides(key):
        return CourseRow(choice.public_id, choice.code, choice.title, one.unit, None, None, None, None, hidden=True)
    part = read.parts[key]
    sunday = read.starts[-1] + timedelta(days=DAYS - 1)
    daily = _events(part, read.starts[0], min(sunday, read.shown[1]))
    weekly = np.add.reduceat(daily, np.arange(0, len(daily), DAYS))
    figures = part.figures
    return CourseRow(
        choice.public_id,
        choice.code,
        choice.title,
        one.unit,
        len(part.people),
        *active,
        _week(read, part, 0),
        tuple(weekly.tolist()),
        *figures.scores,
        handed=figures.handed,
        needs_help=figures.listed,
        withdrawn=part.enrolments.left(),
        ever=len(part.enrolments.person),
        completed=figures.completed,
        progress=figures.progress,
    )
