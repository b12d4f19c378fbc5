"""What an institution's page needs of each course: made of its rows once, and good until they change.

A part holds what follows from the rows of one course at any instant up to `until`: who learns in it, when each was
there, who was ever enrolled, and the figures by which courses are compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select, union_all

from dashapp.data.queries.columns import or_missing, read_columns
from dashapp.data.queries.courses import Campus, Course, Work, read_work, submissions_statement
from dashapp.data.queries.days import Columns, OfCourses, counts_statement, places
from dashapp.data.queries.enrolment import joined, one_of
from dashapp.data.queries.intervals import intervals_statement
from dashapp.data.queries.presence import read_presence
from dashapp.data.queries.progress import read_done_of_courses, shares
from dashapp.data.queries.shapes import Statement, shaped
from dashapp.data.queries.standing import RECENT_DAYS, CourseStanding, Question, standing_of
from dashapp.data.tables import activities, memberships
from dashapp.domain.indicators.enrolments import Enrolments, completion, enrolments_of
from dashapp.domain.indicators.handins import handed_in_by_activity
from dashapp.domain.indicators.risk import MISSED_WINDOW_DAYS
from dashapp.domain.indicators.spread import quartiles
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.localtime import week_start
from dashapp.domain.scope import AsOf
from dashapp.domain.views import Level

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
WeekSets = NDArray[np.uint8]
"""Sets of days, a byte for each week: bit i is its day i from Monday on; shape (…, weeks)."""

AWAY_DAYS: Final = 97
"""How far back a last active day is looked for. Whoever was last there before has been away for longer than any step of
the rule, so that it makes no difference when."""
WINDOW: Final = MISSED_WINDOW_DAYS * 86_400.0
"""Seconds after its deadline for which missed work counts."""


@dataclass(frozen=True, slots=True)
class Found:
    """A course with what decides, besides its rows, whether a part of it still holds."""

    course: Course
    published: int
    """Activities."""
    first_day: date | None
    """Of anybody's activity; None: nobody was ever there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """For which organisation, as of when, and from how many learners on a figure of a course is shown."""

    organisation: OrganisationId
    as_of: AsOf
    campus: Campus
    minimum_group: int


@dataclass(frozen=True, slots=True)
class Comparable:
    """The figures by which a course is compared with others."""

    listed: int | None
    """Learners whom the rules list; None where no rule speaks."""
    handed: tuple[int, int, int]
    """Work past due: on time, late, missing."""
    scores: tuple[float | None, float | None, float | None]
    """Median, first and third quartile of the average scores; None where fewer than k learners have one."""
    completed: float | None
    """%; None where fewer than k have an outcome."""
    progress: float | None
    """The median in %; None of fewer than k learners, and where nothing has been published."""


@dataclass(frozen=True, slots=True)
class CoursePart:
    """What is known of one course; arrays of the shape (learners,) are in the order of `people`."""

    found: Found
    local: object
    """The organisation's calendar by which days were told apart."""
    since: datetime
    until: datetime
    """Good for `since`, and for later instants before `until`."""
    people: Longs
    """The learners, sorted."""
    rostered: bool
    enrolments: Enrolments
    recent: Columns
    """place, day, first_at, last_at of the learner-days of late; `place` in `people`."""
    monday: int
    """The first day of the first week of `weeks`, as an ordinal."""
    weeks: WeekSets
    """On which days each learner was there; shape (learners, weeks)."""
    daily: Columns
    """day and events of others than staff, ascending."""
    figures: Comparable

    def holds(self, found: Found, asked: Asked) -> bool:
        """Whether it would be the same if it were made anew now from the same rows."""
        instant = asked.as_of.instant
        in_time = instant == self.since or self.since <= instant < self.until
        return in_time and found == self.found and self.local is asked.campus.local


def read_parts(connection: Connection, asked: Asked, found: Sequence[Found]) -> dict[CourseId, CoursePart]:
    """The parts of these courses; eight statements, none where there is no course."""
    if not found:
        return {}
    organisation, instant, today = asked.organisation, asked.as_of.instant, asked.campus.today
    keys = [one.course.course_id for one in found]
    learners = read_columns(connection, shaped(joined, organisation, keys, instant))
    ranges = ((today - timedelta(days=RECENT_DAYS), today),)
    recent = read_columns(connection, shaped(counts_statement, organisation, keys, ranges))
    first = min((one.first_day for one in found if one.first_day is not None), default=today)
    seen, daily = read_presence(connection, organisation, keys, (min(first, today), today), (learners, recent))
    there = {"course_id": seen[0], "person_id": seen[1], "day": seen[2]}
    handed = read_columns(connection, shaped(submissions_statement, organisation, keys))
    work = read_work(connection, organisation, keys)
    done = read_done_of_courses(connection, organisation, keys, instant)
    intervals = read_columns(connection, shaped(intervals_statement, organisation, keys, instant))
    edges = read_columns(connection, shaped(edges_statement, organisation, keys, instant))
    read = _Read(
        work, OfCourses(learners), OfCourses(recent), OfCourses(there), OfCourses(daily), OfCourses(handed),
        OfCourses(done), OfCourses(intervals), OfCourses(edges),
    )  # fmt: skip
    return {one.course.course_id: _part(asked, one, read) for one in found}


def edges_statement(organisation: OrganisationId, courses: Sequence[CourseId], instant: datetime) -> Statement:
    """(course_id, next_at): the instants still to come at which somebody joins or leaves a course or something in it
    is published, the first of each kind."""
    kinds = [
        select(memberships.c.scope_id.label("course_id"), func.min(at).label("next_at"))
        .where(
            memberships.c.organisation_id == organisation,
            memberships.c.scope_kind == "course",
            one_of(memberships.c.scope_id, courses),
            at >= instant,
        )
        .group_by(memberships.c.scope_id)
        for at in (memberships.c.starts_at, memberships.c.ends_at)
    ]
    published = (
        select(activities.c.course_id, func.min(activities.c.published_at))
        .where(
            activities.c.organisation_id == organisation,
            one_of(activities.c.course_id, courses),
            activities.c.published_at >= instant,
        )
        .group_by(activities.c.course_id)
    )
    found = union_all(*kinds, published).subquery("edges")
    return select(found.c.course_id, or_missing(found.c.next_at))


# ------------------------------------------------------------------ one course


@dataclass(frozen=True, slots=True)
class _Read:
    """Everything that was read of the courses."""

    work: Work
    learners: OfCourses
    recent: OfCourses
    there: OfCourses
    daily: OfCourses
    handed: OfCourses
    done: OfCourses
    intervals: OfCourses
    edges: OfCourses


def _part(asked: Asked, found: Found, read: _Read) -> CoursePart:
    key, instant, campus = found.course.course_id, asked.as_of.instant, asked.campus
    learners = read.learners.of(key)
    order = np.argsort(learners["person_id"])
    learners = {name: values[order] for name, values in learners.items()}
    monday, weeks, last_day = _weeks_of(read.there.of(key), learners["person_id"], found.first_day or campus.today)
    away = campus.today.toordinal() - AWAY_DAYS
    learners["last_day"] = np.where(last_day >= away, last_day, 0)
    learners["last_at"] = np.full(len(order), np.nan)
    of_course = (learners, read.recent.of(key), read.handed.of(key))
    question = Question(
        asked.organisation, asked.as_of, (found.course,), (campus.today,) * 2, minimum_group=asked.minimum_group
    )
    standing = standing_of(found.course, question, campus, of_course, read.work)
    enrolments = enrolments_of(read.intervals.of(key), standing.people)
    progress = shares(standing, read.done.of(key), found.published, instant)
    days = read.daily.of(key)
    by_day = np.argsort(days["day"])
    return CoursePart(
        found, campus.local, instant, _until(asked, standing, read.edges.of(key)["next_at"]),
        standing.people, standing.rostered, enrolments,
        {"place": standing.place, **{name: standing.days[name] for name in ("day", "first_at", "last_at")}},
        monday, weeks, {name: days[name][by_day] for name in ("day", "events")},
        _comparable(standing, enrolments, progress, asked.minimum_group),
    )  # fmt: skip


def _weeks_of(there: Mapping[str, NDArray[Any]], people: Longs, first: date) -> tuple[int, WeekSets, Longs]:
    """The Monday of the first week, the set of days of each learner, and the last of these days, 0 without any."""
    monday = week_start(first).toordinal()
    at, learns = places(people, there["person_id"])
    at, day = at[learns], there["day"][learns]
    length = int((day.max() - monday) // 7 + 1) if len(day) else 0
    weeks = np.zeros((len(people), length), dtype=np.uint8)
    np.bitwise_or.at(weeks, (at, (day - monday) // 7), np.left_shift(1, (day - monday) % 7).astype(np.uint8))
    last = np.zeros(len(people), dtype=np.int64)
    np.maximum.at(last, at, day)
    return monday, weeks, last


def _until(asked: Asked, standing: CourseStanding, edges: Floats) -> datetime:
    """The first instant from the as-of on at which something follows otherwise from the same rows: the day ends,
    somebody joins or leaves, something is published or due, or what is missing has been so for long."""
    campus, instant = asked.campus, asked.as_of.instant
    limits = standing.deadlines.due_at[~np.isnan(standing.deadlines.due_at)]
    every = np.concatenate([edges, limits, limits + WINDOW])
    tomorrow = campus.local.first_instant(campus.today + timedelta(days=1))
    coming = every[every >= instant.timestamp()]
    return min(tomorrow, datetime.fromtimestamp(float(coming.min()), instant.tzinfo)) if len(coming) else tomorrow


def _comparable(one: CourseStanding, enrolments: Enrolments, progress: Floats, k: int) -> Comparable:
    everybody = np.arange(len(one.people))
    on_time, late, missing, _open = handed_in_by_activity(one.deadlines, one.marks, one.day_precision, everybody)
    listed = sum(level is Level.HELP for level in one.standing.levels)
    known, completed, _passed = completion(enrolments.outcome)
    return Comparable(
        listed if one.standing.speaking else None,
        (int(on_time.sum()), int(late.sum()), int(missing.sum())),
        _quartiles(one.averages[~np.isnan(one.averages)], k),
        100.0 * completed / known if known >= k else None,
        float(np.median(progress)) if len(progress) >= k else None,
    )


def _quartiles(scores: Floats, k: int) -> tuple[float | None, float | None, float | None]:
    if len(scores) < k:
        return None, None, None
    low, middle, high = quartiles(scores)
    return middle, low, high
