"""How right the list of a course was: six statements, from aggregates and from who was ever enrolled."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Connection

from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.courses import Campus, Course, read_course_on_campus, read_work, submissions_statement
from dashapp.data.queries.days import counts_statement, places
from dashapp.data.queries.intervals import intervals_statement
from dashapp.data.queries.past_standing import Recorded, standing_at
from dashapp.data.queries.shapes import shaped
from dashapp.data.queries.standing import deadlines, submission_rows
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.indicators.enrolments import Enrolments, enrolments_of
from dashapp.domain.indicators.hindsight import checkpoint, checkpoint_days, lost
from dashapp.domain.keys import CourseId
from dashapp.domain.localtime import week_start
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views.hindsight import Checkpoint, HindsightView


@dataclass(frozen=True, slots=True)
class _Asked:
    scope: Scope
    as_of: AsOf
    campus: Campus
    course: Course


def read_hindsight(connection: Connection, scope: Scope, as_of: AsOf, course: CourseId) -> HindsightView:
    """Whom the rules listed on earlier days, and who of them has left or failed since.

    Only for who sees every learner of the course by name: from one day to the next the figures differ by single
    learners. Raises NotPermitted where the scope does not hold the course, NotFound where there is none.
    """
    if not scope.permits_course(course):
        raise NotPermitted("This course is not within the scope.")
    campus, found = read_course_on_campus(connection, scope.organisation_id, course, as_of)
    asked = _Asked(scope, as_of, campus, found)
    if scope.audience is not Audience.NAMED or scope.sections_of(course) is not None:
        return _view(asked, (), hidden=True)
    days = checkpoint_days(found.calendar, campus.today)
    if not days:
        return _view(asked, ())
    rows = read_columns(connection, shaped(intervals_statement, scope.organisation_id, [course], as_of.instant))
    enrolments = enrolments_of(rows, np.unique(rows["person_id"][np.isnan(rows["ends_at"])]))
    if not len(enrolments.person):
        return _view(asked, (), rostered=False)
    return _view(asked, _checkpoints(connection, asked, enrolments, days))


def _view(
    asked: _Asked, checkpoints: tuple[Checkpoint, ...], *, hidden: bool = False, rostered: bool = True
) -> HindsightView:
    campus, course = asked.campus, asked.course
    ended = course.calendar.ends_on is not None and course.calendar.ends_on < campus.today
    return HindsightView(course.choice, checkpoints, ended, campus.today, campus.freshness, hidden, rostered)


def _checkpoints(
    connection: Connection, asked: _Asked, enrolments: Enrolments, days: tuple[date, ...]
) -> tuple[Checkpoint, ...]:
    known, local = _recorded(connection, asked, enrolments, days), asked.campus.local
    calendar = asked.course.calendar
    end = float("inf")
    if calendar.ends_on is not None:
        end = local.first_instant(calendar.ends_on).timestamp()
    fate = lost(enrolments, end)
    found = []
    for day in days:
        instant = local.first_instant(day + timedelta(days=1)) - timedelta(seconds=1)
        then = instant.timestamp()
        there = (enrolments.starts <= then) & (enrolments.ends > then)
        past = standing_at(known, there, instant)
        if past.standing.speaking:
            week = calendar.week_number(week_start(day))
            found.append(checkpoint(day, week, past.standing.levels, fate[there]))
    return tuple(found)


def _recorded(connection: Connection, asked: _Asked, enrolments: Enrolments, days: tuple[date, ...]) -> Recorded:
    organisation, course = asked.scope.organisation_id, asked.course
    keys = [course.course_id]
    span = (course.calendar.starts_on or days[0]) - timedelta(days=7), days[-1]
    counts = read_columns(connection, shaped(counts_statement, organisation, keys, (span,)))
    handed = read_columns(connection, shaped(submissions_statement, organisation, keys))
    work = read_work(connection, organisation, keys)
    tasks = work.activities.get(course.course_id, ())
    place, enrolled = places(enrolments.person, counts["person_id"])
    joined = np.where(np.isfinite(enrolments.starts), enrolments.starts, np.nan)
    people = {"person_id": enrolments.person, "joined_at": joined}
    return Recorded(
        course, asked.campus, place[enrolled], counts["day"][enrolled], counts["events"][enrolled],
        [task.work for task in tasks],
        submission_rows(handed, enrolments.person, tasks)[0],
        deadlines(tasks, work, people, asked.campus, asked.as_of.instant),
    )  # fmt: skip
