"""What stands below the fold of an institution's page: four statements besides those of what it compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Integer, and_, func, literal_column, select

from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.compared import Compared
from dashapp.data.queries.courses import Course
from dashapp.data.queries.days import Columns, OfCourses
from dashapp.data.queries.enrolment import one_of
from dashapp.data.queries.intervals import intervals_statement
from dashapp.data.queries.presence import read_periods
from dashapp.data.queries.shapes import shaped
from dashapp.data.tables import activities, activity_days, quality_hours, sources
from dashapp.domain.filters import Filters
from dashapp.domain.indicators.enrolments import (
    DAYS_OF_PERIOD,
    Enrolments,
    completion,
    enrolments_of,
    retention,
)
from dashapp.domain.keys import CourseId
from dashapp.domain.localtime import week_start
from dashapp.domain.quality import Counts, Part
from dashapp.domain.views import (
    CourseStory,
    EnrolmentWeek,
    InstitutionFurtherView,
    ProgrammeRow,
    SourceCheck,
    TypeUse,
)
from dashapp.privacy.groups import differ_by_few

Longs = NDArray[np.int64]

MOST_STORIES: Final = 12
"""Courses of the triangle: more rows are thinner than their names."""
QUALITY_DAYS: Final = 14
SILENT_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Past:
    """The newest courses that have begun, with everybody who was ever enrolled in them."""

    courses: tuple[Course, ...]
    """The oldest first."""
    enrolments: Mapping[CourseId, Enrolments]
    periods: Columns
    """(course_id, person_id, period) of every active learner and period."""


def read_institution_further(connection: Connection, read: Compared, filters: Filters) -> InstitutionFurtherView:
    """Retention, enrolments, outcomes, adoption and data quality, of the courses that may be shown."""
    unit = read.known_unit(filters)
    past = _read_past(connection, read)
    shown = [one for one in read.chosen(unit) if not read.hidden.hides(one.course_id)]
    uses = _read_uses(connection, read, [one.course_id for one in shown])
    total, checks = _read_checks(connection, read)
    punctual = total.share(Part.PUNCTUAL)
    view = InstitutionFurtherView(
        stories=tuple(_story(read, past, one) for one in past.courses if unit is None or one.unit == unit),
        week_starts=read.starts,
        enrolments=_weeks(read, [one for one in shown if one.calendar.is_running(read.campus.today)]),
        programmes=_programmes(read, past),
        uses=uses,
        courses=len(shown),
        score=total.score(),
        sources=checks,
        today=read.campus.today,
        freshness=read.campus.freshness,
        chosen_unit=unit,
        late=None if punctual is None else 100.0 - punctual,
        private=bool(read.chosen(unit)) and not shown,
    )
    to_come = filters.to_come(read.campus.today)
    return view if to_come is None else replace(view, to_come=to_come, week_starts=(), enrolments=(), uses=())


# ------------------------------------------------------------------ who stays


def _read_past(connection: Connection, read: Compared) -> _Past:
    today, organisation = read.campus.today, read.scope.organisation_id
    begun = [one for one in read.every if one.calendar.starts_on and one.calendar.starts_on <= today]
    begun.sort(key=lambda one: (_start(one), one.choice.code), reverse=True)
    newest = [
        one for one in begun[:MOST_STORIES] if one.course_id not in read.parts or read.parts[one.course_id].rostered
    ][::-1]
    others = [one.course_id for one in newest if one.course_id not in read.parts]
    rows = OfCourses(read_columns(connection, shaped(intervals_statement, organisation, others, read.as_of.instant)))
    enrolments = {key: _of_past(rows.of(key)) for key in others}
    firsts = {one.course_id: week_start(_start(one)) for one in newest}
    periods = read_periods(connection, organisation, firsts, today)
    compared = {key: part.enrolments for key, part in read.parts.items()}
    return _Past(tuple(newest), {**compared, **enrolments}, periods)


def _of_past(rows: Mapping[str, NDArray[Any]]) -> Enrolments:
    """Of a course that is not compared: whose enrolment has no end is its learner still."""
    return enrolments_of(rows, np.unique(rows["person_id"][np.isnan(rows["ends_at"])]))


def _start(one: Course) -> date:
    return one.calendar.starts_on or date.min


def _story(read: Compared, past: _Past, one: Course) -> CourseStory:
    key, start, today = one.course_id, _start(one), read.campus.today
    running = one.calendar.is_running(today)
    enrolments = past.enrolments[key]
    starts_at = read.campus.local.first_instant(start).timestamp()
    there = enrolments.person[enrolments.at_start(starts_at)]
    if len(there) < read.scope.minimum_group or read.hidden.hides(key) or _tells_of_few(read, enrolments, one, there):
        return CourseStory(one.choice.public_id, one.choice.code, start, running, None, hidden=True)
    monday = week_start(start)
    last = min(today, one.calendar.ends_on or today)
    mine = past.periods["course_id"] == key
    person, period = past.periods["person_id"][mine], past.periods["period"][mine]
    over = ((last - monday).days + (0 if running else 1)) // DAYS_OF_PERIOD
    edges = [monday + timedelta(days=7 * week) for week in range(1, (last - monday).days // 7 + 1)]
    instants = [starts_at, *(read.campus.local.first_instant(day).timestamp() for day in edges)]
    return CourseStory(
        one.choice.public_id,
        one.choice.code,
        start,
        running,
        len(there),
        retention(person, period, there, over),
        enrolments.still_enrolled(starts_at, instants),
    )


def _tells_of_few(read: Compared, enrolments: Enrolments, one: Course, there: Longs) -> bool:
    """Whether the activity of those enrolled now, which the page of the course shows by day and week, would tell that
    of few who have left or joined since."""
    now = read.people.get(one.course_id, enrolments.person[np.isposinf(enrolments.ends)])
    return differ_by_few(set(now.tolist()), set(there.tolist()), read.scope.minimum_group)


def _weeks(read: Compared, running: Sequence[Course]) -> tuple[EnrolmentWeek, ...]:
    if not running:
        return ()
    starts = read.starts
    local = read.campus.local
    days = [*starts, starts[-1] + timedelta(days=7)]
    edges = [local.first_instant(day).timestamp() for day in days]
    joined, left = np.zeros(len(starts), dtype=np.int64), np.zeros(len(starts), dtype=np.int64)
    for one in running:
        enrolments = read.parts[one.course_id].enrolments
        joined += enrolments.joined_between(edges)
        left += enrolments.left_between(edges)
    return tuple(
        EnrolmentWeek(start, int(joined[place]), int(left[place]), read.campus.today < days[place + 1])
        for place, start in enumerate(starts)
    )


# ------------------------------------------------------------------ how it ended


def _programmes(read: Compared, past: _Past) -> tuple[ProgrammeRow, ...]:
    """Of the same courses whatever unit is chosen, so that no two answers differ by a few."""
    k = read.scope.minimum_group
    named: dict[str, list[CourseId]] = {}
    for key in dict.fromkeys([*(one.course_id for one in past.courses), *read.parts]):
        if key in read.programmes:
            named.setdefault(read.programmes[key], []).append(key)
    rows = []
    for name, keys in sorted(named.items()):
        outcomes = np.concatenate([past.enrolments[key].outcome for key in keys])
        known, completed, passed = completion(outcomes)
        alone = [key for key in keys if _is_shown_alone(read, key)]
        rest = _with_outcome(past, [key for key in keys if key not in alone])
        hidden = len(_with_outcome(past, keys)) < k or 0 < len(rest) < k
        if not known or hidden:
            rows.append(ProgrammeRow(name, len(keys), 0 if not known else None, None, None))
        else:
            rows.append(ProgrammeRow(name, len(keys), known, 100.0 * completed / known, 100.0 * passed / known))
    return tuple(rows)


def _is_shown_alone(read: Compared, key: CourseId) -> bool:
    """Whether the comparison of courses shows how many completed this one."""
    if key not in read.parts or read.hidden.hides(key):
        return False
    return completion(read.parts[key].enrolments.outcome)[0] >= read.scope.minimum_group


def _with_outcome(past: _Past, keys: Sequence[CourseId]) -> set[int]:
    """Different people of whom any of the courses has an outcome."""
    return {int(person) for key in keys for person in past.enrolments[key].person[past.enrolments[key].outcome > 0]}


# ------------------------------------------------------------------ what is used


def _read_uses(connection: Connection, read: Compared, keys: Sequence[CourseId]) -> tuple[TypeUse, ...]:
    starts = read.starts
    # A day is no text that anybody has written.
    week = literal_column(f"(activity_days.day - DATE '{starts[0].isoformat()}') / 7", Integer).label("week")
    rows = connection.execute(
        select(activities.c.activity_type, week, func.count(activity_days.c.course_id.distinct()).label("courses"))
        .join(
            activities,
            and_(
                activities.c.organisation_id == activity_days.c.organisation_id,
                activities.c.activity_id == activity_days.c.activity_id,
            ),
        )
        .where(
            activity_days.c.organisation_id == read.scope.organisation_id,
            one_of(activity_days.c.course_id, keys),
            activity_days.c.day >= starts[0],
            activity_days.c.day <= read.shown[1],
        )
        .group_by(activities.c.activity_type, literal_column("week"))
    )
    counted: dict[str, list[int]] = {}
    for row in rows:
        counted.setdefault(row.activity_type, [0] * len(starts))[row.week] = row.courses
    ordered = sorted(counted.items(), key=lambda pair: (-sum(pair[1]), pair[0]))
    return tuple(TypeUse(kind, tuple(weeks)) for kind, weeks in ordered)


# ------------------------------------------------------------------ whether the figures can be trusted


def _read_checks(connection: Connection, read: Compared) -> tuple[Counts, tuple[SourceCheck, ...]]:
    """What came in the last days, all of it together, and every sender, the worst first."""
    now: datetime = read.as_of.instant
    hours = quality_hours.c
    summed = [func.coalesce(func.sum(hours[one.name]), 0).label(one.name) for one in fields(Counts)]
    rows = connection.execute(
        select(sources.c.name, func.max(hours.last_received_at).label("last"), *summed)
        .select_from(
            sources.outerjoin(
                quality_hours,
                and_(
                    hours.organisation_id == sources.c.organisation_id,
                    hours.source_id == sources.c.source_id,
                    hours.hour >= now - timedelta(days=QUALITY_DAYS),
                ),
            )
        )
        .where(sources.c.organisation_id == read.scope.organisation_id)
        .group_by(sources.c.source_id, sources.c.name)
    )
    total, checks = Counts(), []
    for row in rows:
        counts = Counts(*(int(value) for value in tuple(row)[2:]))
        total += counts
        silent = row.last is None or now - row.last > SILENT_AFTER
        checks.append(SourceCheck(row.name, counts.score(), counts.received, counts.refused, row.last, silent))
    checks.sort(key=lambda one: (101.0 if one.score is None else one.score, one.name))
    return total, tuple(checks)
