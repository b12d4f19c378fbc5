"""What follows from changed facts: roles, and roll-ups where staff have come or gone."""

from dataclasses import dataclass, field
from typing import Final

from psycopg2 import extensions
from sqlalchemy import Connection

from dashapp.data.store import roll_ups
from dashapp.data.store.rosters.deriving import CONCERNED, derive_concerned
from dashapp.data.store.structure import read_exclusions
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.localtime import LocalDays


@dataclass(slots=True)
class Touched:
    """Whom changes have touched, by the keys that count."""

    people: set[PersonId] = field(default_factory=set)
    courses: set[CourseId] = field(default_factory=set)


def follow(connection: Connection, cursor: extensions.cursor, organisation: OrganisationId, days: LocalDays) -> Touched:
    """Derives the roles of everybody in `la_r_touched`. What the staff among them contribute to roll-ups is taken out
    by the old roles and put in by the new ones. The caller has the organisation for itself."""
    cursor.execute(CONCERNED)
    cursor.execute(_CONCERNED, {"organisation": organisation})
    cursor.execute(_STAFF, {"organisation": organisation})
    staff = [person for (person,) in cursor.fetchall()]
    if staff:
        before = roll_ups.contributions(cursor, organisation, staff, read_exclusions(connection, organisation, days))
    derive_concerned(cursor, organisation)
    if staff:
        after = roll_ups.contributions(cursor, organisation, staff, read_exclusions(connection, organisation, days))
        roll_ups.add(cursor, organisation, after.minus(before))
    touched = Touched()
    cursor.execute("SELECT person_id FROM la_r_concerned")
    touched.people = {PersonId(person) for (person,) in cursor.fetchall()}
    cursor.execute("SELECT DISTINCT course_id FROM la_r_touched")
    touched.courses = {CourseId(course) for (course,) in cursor.fetchall()}
    return touched


_CONCERNED: Final = """
    INSERT INTO la_r_concerned SELECT DISTINCT coalesce(p.merged_into, p.person_id) FROM la_r_touched t
    JOIN people p ON p.organisation_id = %(organisation)s AND p.person_id = t.person_id"""
# Of whom nothing has been counted, nothing has to be counted anew.
_STAFF: Final = """
    SELECT DISTINCT coalesce(p.merged_into, p.person_id) FROM la_r_touched t
    JOIN people p ON p.organisation_id = %(organisation)s AND p.person_id = t.person_id
    JOIN learner_course_days d ON d.organisation_id = p.organisation_id AND d.course_id = t.course_id
        AND d.person_id = coalesce(p.merged_into, p.person_id)
    WHERE t.role <> 'learner'"""
