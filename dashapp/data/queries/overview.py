"""The data round of the list of classrooms: at most six statements, from aggregates only."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Connection

from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.courses import Campus, Course, course_of, courses_statement, read_campus, read_courses
from dashapp.data.queries.days import recency_statement
from dashapp.data.queries.enrolment import learners_in_sections, members
from dashapp.data.queries.institution import active_learners
from dashapp.data.queries.room import compared
from dashapp.data.queries.standing import RECENT_DAYS, CourseStanding, Question, read_standings
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.indicators.activity import last_days
from dashapp.domain.keys import CourseId
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import CourseFigures, CoursesView, Level
from dashapp.privacy.groups import suppress


def read_overview(connection: Connection, scope: Scope, as_of: AsOf) -> CoursesView:
    """The key figures of every course of the scope that is under way, of all of them where none is.

    With levels for Audience.NAMED; for Audience.AGGREGATE in groups, hidden by the same rule, over the same courses, as
    on the institution's page. Raises NotPermitted for any other scope.
    """
    if scope.audience is Audience.AGGREGATE and scope.courses is None:
        campus = read_campus(connection, scope.organisation_id, as_of)
        every = [course_of(row) for row in connection.execute(courses_statement(scope.organisation_id))]
        figures = _in_groups(connection, scope, as_of, (campus, compared(every, campus.today)))
    elif scope.audience is Audience.NAMED and scope.courses is not None:
        campus = read_campus(connection, scope.organisation_id, as_of)
        every = list(read_courses(connection, scope.organisation_id, scope.courses))
        figures = _with_levels(connection, scope, as_of, (campus, compared(every, campus.today)))
    else:
        raise NotPermitted("Classrooms are for their staff and for administrators.")
    every.sort(key=lambda one: (one.course_id not in figures, one.choice.code, one.course_id))
    listed = (figures.get(one.course_id) or CourseFigures(one.choice, under_way=False) for one in every)
    return CoursesView(tuple(listed), campus.today, campus.freshness, named=scope.audience is Audience.NAMED)


def _in_groups(
    connection: Connection, scope: Scope, as_of: AsOf, asked: tuple[Campus, Sequence[Course]]
) -> dict[CourseId, CourseFigures]:
    campus, listed = asked
    organisation, keys = scope.organisation_id, [one.course_id for one in listed]
    enrolled = read_columns(connection, members(organisation, keys, as_of.instant))
    people = {key: np.sort(enrolled["person_id"][enrolled["course_id"] == key]) for key in keys}
    recent = read_columns(connection, recency_statement(organisation, keys, _since(campus.today)))
    active = active_learners(recent, last_days(campus.local, as_of.instant).holds(recent), people)
    units = {one.course_id: one.unit for one in listed}
    hidden = suppress({key: len(people[key]) for key in keys}, units.__getitem__, scope.minimum_group)
    figures = {}
    for one in listed:
        key, running = one.course_id, one.calendar.is_running(campus.today)
        if hidden.hides(key):
            figures[key] = CourseFigures(one.choice, under_way=running, hidden=True)
        else:
            figures[key] = CourseFigures(one.choice, running, len(people[key]), len(active[key]))
    return figures


def _with_levels(
    connection: Connection, scope: Scope, as_of: AsOf, asked: tuple[Campus, Sequence[Course]]
) -> dict[CourseId, CourseFigures]:
    campus, listed = asked
    shown = _since(campus.today), campus.today
    seen = _seen(connection, scope, as_of)
    question = Question(
        scope.organisation_id, as_of, tuple(listed), shown, seen=seen, minimum_group=scope.minimum_group
    )
    standings = read_standings(connection, question, campus)
    return {one.course.course_id: _figures(one, campus, as_of) for one in standings}


def _seen(connection: Connection, scope: Scope, as_of: AsOf) -> dict[CourseId, frozenset[int]]:
    """Of courses in which the reader is limited to sections: the learners of these."""
    if not scope.sections:
        return {}
    keys = sorted(section for _course, section in scope.sections)
    rows = connection.execute(learners_in_sections(scope.organisation_id, keys, as_of.instant)).all()
    return {
        course: frozenset(row.person_id for row in rows if row.course_id == course)
        for course in {course for course, _section in scope.sections}
    }


def _figures(one: CourseStanding, campus: Campus, as_of: AsOf) -> CourseFigures:
    recent = last_days(campus.local, as_of.instant).holds(one.days) & one.seen[one.place]
    speaking = one.standing.speaking
    levels = [level for level, seen in zip(one.standing.levels, one.seen, strict=True) if seen]
    return CourseFigures(
        one.course.choice,
        under_way=one.course.calendar.is_running(campus.today),
        enrolled=len(levels),
        active_7=len(np.unique(one.place[recent])),
        needs_help=sum(level is Level.HELP for level in levels) if speaking else None,
        watch=sum(level is Level.WATCH for level in levels) if speaking else None,
    )


def _since(today: date) -> date:
    return today - timedelta(days=RECENT_DAYS)
