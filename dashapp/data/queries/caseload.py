"""The data round of a caseload: single learners over all their courses, at most eight statements."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Connection

from dashapp.data.queries.courses import Course, read_campus, read_courses
from dashapp.data.queries.described import full_name
from dashapp.data.queries.enrolment import courses_learnt_in
from dashapp.data.queries.people import names_statement
from dashapp.data.queries.standing import RECENT_DAYS, CourseStanding, Question, read_standings
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.keys import CourseId, PersonId, PublicId
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import CaseloadRow, CaseloadView, Level, Reason

ORDER = (Level.HELP, Level.WATCH, Level.CALM)


def read_caseload(
    connection: Connection, scope: Scope, as_of: AsOf, spared: frozenset[PersonId] = frozenset()
) -> CaseloadView:
    """The learners of the scope, those who need help first, with their courses under way, or all where none is.

    Of the `spared` the reader is not told how urgent it is: they come last, without a level.

    Raises NotPermitted for a scope that names no learners.
    """
    if scope.audience is not Audience.ONE or scope.learners is None:
        raise NotPermitted("A caseload is for advisers and guardians.")
    organisation, learners = scope.organisation_id, sorted(scope.learners)
    campus = read_campus(connection, organisation, as_of)
    learnt = connection.execute(courses_learnt_in(organisation, learners, as_of.instant)).all()
    every = read_courses(connection, organisation, {CourseId(row.course_id) for row in learnt})
    running = [one for one in every if one.calendar.is_running(campus.today)]
    shown = campus.today - timedelta(days=RECENT_DAYS), campus.today
    seen = {one.course_id: scope.learners for one in every}
    question = Question(
        organisation, as_of, tuple(running), shown,
        seen=seen, minimum_group=scope.minimum_group, audience=scope.audience,
    )  # fmt: skip
    standings = {one.course.course_id: one for one in read_standings(connection, question, campus)}
    named = {row.person_id: row for row in connection.execute(names_statement(organisation, learners))}
    courses_of: dict[int, list[Course]] = {key: [] for key in learners}
    for one in every:
        for row in learnt:
            if row.course_id == one.course_id and row.person_id in courses_of:
                courses_of[row.person_id].append(one)
    rows = [
        _row(
            PersonId(key),
            (PublicId(named[key].public_id), full_name(named[key].given_name, named[key].family_name)),
            courses_of[key],
            [standings[one.course_id] for one in courses_of[key] if one.course_id in standings],
        )
        for key in learners
        if key in named and courses_of[key]
    ]
    keys = {PublicId(named[key].public_id) for key in spared if key in named}
    rows = [_spared(row) if row.public_id in keys else row for row in rows]
    rows.sort(
        key=lambda row: (
            row.public_id in keys,
            ORDER.index(row.level),
            -(row.last_active or date.min).toordinal(),
            row.name,
        )
    )
    return CaseloadView(tuple(rows), campus.today, campus.freshness)


def _row(
    person: PersonId, named: tuple[PublicId, str], courses: Sequence[Course], standings: Sequence[CourseStanding]
) -> CaseloadRow:
    mine = [(one, place) for one in standings if (place := one.place_of(person)) is not None]
    levels = [one.standing.levels[place] for one, place in mine]
    days = [int(one.last_day[place]) for one, place in mine if one.last_day[place]]
    reasons: tuple[tuple[str, tuple[Reason, ...]], ...] = tuple(
        (one.course.choice.code, one.standing.reasons(place)) for one, place in mine
    )
    averages = [float(one.averages[place]) for one, place in mine if not np.isnan(one.averages[place])]
    return CaseloadRow(
        public_id=named[0],
        name=named[1],
        courses=tuple(one.choice.code for one in courses),
        level=min(levels, key=ORDER.index, default=Level.CALM),
        speaking=any(one.standing.speaking for one, _place in mine),
        reasons=reasons,
        last_active=date.fromordinal(max(days)) if days else None,
        average_score=sum(averages) / len(averages) if averages else None,
    )


def _spared(row: CaseloadRow) -> CaseloadRow:
    return replace(row, level=Level.CALM, speaking=False, reasons=())
