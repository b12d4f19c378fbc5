"""Whether staff may still see a learner's page: for many pages at once, as the page's own query decides it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from dashapp.data.queries.enrolment import courses_learnt_in, courses_met_without_roster
from dashapp.data.queries.planned import rows_of
from dashapp.data.queries.student import learner_courses
from dashapp.domain.errors import NotPermitted
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.principal import Principal
from dashapp.domain.scope import AsOf, scope_for_learner

Pair = tuple[Principal, PersonId]


def taught_still(
    connection: Connection, organisation: OrganisationId, asked: Collection[Pair], at: datetime
) -> set[Pair]:
    """Those of the pairs (staff, learner) in which the learner is in a course, and a section, of the staff's."""
    persons = sorted({person for _principal, person in asked})
    learnt: dict[PersonId, set[CourseId]] = {}
    for statement in (
        courses_learnt_in(organisation, persons, at),
        courses_met_without_roster(organisation, persons),
    ):
        for row in connection.execute(statement):
            learnt.setdefault(PersonId(row.person_id), set()).add(CourseId(row.course_id))
    held = set()
    for principal, person in asked:
        shared = principal.teaches_in & learnt.get(person, set())
        limited = {course for course, _section in principal.sections}
        if shared - limited or (shared and _by_section(connection, (principal, person), at)):
            held.add((principal, person))
    return held


def _by_section(connection: Connection, pair: Pair, at: datetime) -> bool:
    """Staff of sections only are few: each is asked for alone."""
    try:
        scope = scope_for_learner(*pair)
    except NotPermitted:
        return False
    return rows_of(connection, learner_courses(scope, pair[1], AsOf(at))).first() is not None
