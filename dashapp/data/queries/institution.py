"""What stands above the fold of an institution's page, from what has been read: no statement of its own."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.compared import Compared
from dashapp.data.queries.courses import Course
from dashapp.data.queries.days import Columns, OfCourses
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.activity import ACTIVE_DAYS
from dashapp.domain.indicators.enrolments import completion
from dashapp.domain.indicators.handins import handed_in_by_activity
from dashapp.domain.indicators.spread import quartiles
from dashapp.domain.keys import CourseId
from dashapp.domain.localtime import week_start
from dashapp.domain.views import ActiveSpan, CourseRow, Day, InstitutionView, Level

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
WEEK = timedelta(days=ACTIVE_DAYS)


def institution_view(read: Compared, filters: Filters) -> InstitutionView:
    """The institution's page: the courses under way compared, and their activity in whole weeks, from what was read.

    Of the filters only the dates and `unit` count: a fixed lattice of groups, so that nothing can be found by
    subtraction.
    """
    unit = read.known_unit(filters)
    today = read.campus.today
    chosen = read.chosen(unit)
    keys = [one.course_id for one in chosen]
    daily, mine = OfCourses(read.daily), _of_courses(read.daily, keys)
    hidden = read.hidden.everything if unit is None else unit in read.hidden.units
    events = [_events(mine, today - WEEK * (back + 1) + timedelta(days=1), today - WEEK * back) for back in (0, 1)]
    return InstitutionView(
        name=read.campus.name,
        units=read.campus.units,
        chosen_unit=unit,
        enrolled=None if hidden else _together(read.people, keys),
        active_7=None if hidden else _together(read.active[0], keys),
        active_7_before=None if hidden else _together(read.active[1], keys),
        events_7=0 if hidden else events[0],
        events_7_before=0 if hidden else events[1],
        courses=tuple(_row(read, one, daily.of(one.course_id)) for one in chosen),
        week_starts=read.starts,
        today=today,
        freshness=read.campus.freshness,
        hidden=hidden,
        first=read.shown[0],
        last=read.shown[1],
        under_way=all(one.calendar.is_running(today) for one in read.courses),
        unit_learners=_unit_learners(read, chosen),
        **({"days": ()} if hidden else _over_time(read, keys)),
    )


def _unit_learners(read: Compared, chosen: Sequence[Course]) -> tuple[tuple[str, int], ...]:
    open_units = sorted({one.unit for one in chosen} - read.hidden.units)
    return tuple((unit, _together(read.people, [one.course_id for one in read.chosen(unit)])) for unit in open_units)


def _together(groups: Mapping[CourseId, Longs], keys: Sequence[CourseId]) -> int:
    """Distinct people: never added up over courses."""
    return len(np.unique(np.concatenate([groups[key] for key in keys]))) if keys else 0


def _of_courses(daily: Columns, keys: Sequence[CourseId]) -> Columns:
    kept = np.isin(daily["course_id"], np.array(keys, dtype=np.int64))
    return {name: values[kept] for name, values in daily.items()}


def _between(daily: Columns, first: date, last: date) -> Columns:
    kept = (daily["day"] >= first.toordinal()) & (daily["day"] <= last.toordinal())
    return {name: values[kept] for name, values in daily.items()}


def _events(daily: Columns, first: date, last: date) -> int:
    return int(_between(daily, first, last)["events"].sum())


# ------------------------------------------------------------------ over time


def _over_time(read: Compared, keys: Sequence[CourseId]) -> dict[str, Any]:
    """Events, and distinct learners, who count once however many courses they are in, by day, week and month."""
    first, last = read.shown
    length = (last - first).days + 1
    rows = _between(_of_courses(read.daily, keys), first, last)
    events = np.bincount(rows["day"] - first.toordinal(), weights=rows["events"], minlength=length)
    there = _presence(read, keys, length)
    taught = _courses_active(read, [key for key in keys if not read.hidden.hides(key)], length)
    learners = there.sum(axis=0)
    weeks = [(start, start) for start in read.starts]
    return {
        "days": tuple(
            Day(first + timedelta(days=place), int(events[place]), learners=int(learners[place]))
            for place in range(length)
        ),
        "day_courses": tuple(int(number) for number in taught.sum(axis=0)),
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


def _span(read: Compared, mondays: tuple[date, date], there: Flags, taught: Flags) -> ActiveSpan:
    first, last = mondays[0], mondays[1] + timedelta(days=6)
    inside = slice((first - read.shown[0]).days, (last - read.shown[0]).days + 1)
    learners, number = (int(flags[:, inside].any(axis=1).sum()) for flags in (there, taught))
    return ActiveSpan(first, last, learners, number, under_way=last >= read.campus.today)


def _presence(read: Compared, keys: Sequence[CourseId], length: int) -> Flags:
    """Which learner was there on which of the shown days, in any of these courses."""
    mine = np.isin(read.present.course, np.array(keys, dtype=np.int64))
    if not mine.any():
        return np.zeros((0, length), dtype=bool)
    person = read.present.person[mine]
    order = np.argsort(person, kind="stable")
    begins = np.flatnonzero(np.r_[True, np.diff(person[order]) > 0])
    return np.logical_or.reduceat(read.present.there[mine][order], begins, axis=0)


def _courses_active(read: Compared, keys: Sequence[CourseId], length: int) -> Flags:
    """On which of the shown days any learner of a course was there."""
    taught = [read.present.of(key).any(axis=0) for key in keys]
    return np.array(taught, dtype=bool).reshape(len(keys), length)


# ------------------------------------------------------------------ one course


def _row(read: Compared, one: Course, daily: Columns) -> CourseRow:
    """`daily`: the events of the course by day."""
    key, choice = one.course_id, one.choice
    if read.hidden.hides(key):
        return CourseRow(choice.public_id, choice.code, choice.title, one.unit, None, None, None, None, hidden=True)
    today, first = read.campus.today, read.starts[0]
    rows = _between(daily, first, read.shown[1])
    weekly = np.bincount(
        (rows["day"] - first.toordinal()) // 7, weights=rows["events"], minlength=len(read.starts)
    ).astype(np.int64)
    standing, enrolments = read.standings[key], read.enrolments[key]
    listed = sum(level is Level.HELP for level in standing.standing.levels)
    return CourseRow(
        choice.public_id,
        choice.code,
        choice.title,
        one.unit,
        len(read.people[key]),
        len(read.active[0][key]),
        len(read.active[1][key]),
        _events(daily, today - WEEK + timedelta(days=1), today),
        tuple(weekly.tolist()),
        *_quartiles(read, key),
        handed=_handed(read, key),
        needs_help=listed if standing.standing.speaking else None,
        withdrawn=enrolments.left(),
        ever=len(enrolments.person),
        completed=_completed(read, key),
        progress=_median_progress(read, key),
    )


def _quartiles(read: Compared, key: CourseId) -> tuple[float | None, float | None, float | None]:
    """Median, first and third quartile of the average scores; None where fewer than k learners have one."""
    averages = read.standings[key].averages
    scores = averages[~np.isnan(averages)]
    if len(scores) < read.scope.minimum_group:
        return None, None, None
    low, middle, high = quartiles(scores)
    return middle, low, high


def _handed(read: Compared, key: CourseId) -> tuple[int, int, int]:
    one = read.standings[key]
    everybody = np.arange(len(one.people))
    on_time, late, missing, _open = handed_in_by_activity(one.deadlines, one.marks, one.day_precision, everybody)
    return int(on_time.sum()), int(late.sum()), int(missing.sum())


def _completed(read: Compared, key: CourseId) -> float | None:
    known, completed, _passed = completion(read.enrolments[key].outcome)
    return 100.0 * completed / known if known >= read.scope.minimum_group else None


def _median_progress(read: Compared, key: CourseId) -> float | None:
    known = read.progress[key]
    return float(np.median(known)) if len(known) >= read.scope.minimum_group else None
