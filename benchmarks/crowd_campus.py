"""A campus with 300 courses under way for `benchmarks.crowd`, written straight into the aggregates, and who is on it.

15,000 learners in three courses each (150 in a course), three teachers of every course, a hundred administrators; eight
weeks with minutes, submissions and pages. What it writes is no input of the service, and no figure that anybody is
shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from benchmarks.backlog import ISSUER
from benchmarks.large_campus import write_work
from benchmarks.sets_of_people import write_sets
from dashapp.data.database import Database, DatabaseRole, act_for
from dashapp.data.store.organisations import NewSource, create_organisation, register_source
from dashapp.domain.keys import OrganisationId, PublicId, SourceId

COURSES, LEARNERS, COURSES_EACH, TEACHERS_EACH, ADMINISTRATORS = 300, 15_000, 3, 3, 100
COURSE_DAYS, TASKS, PAGES = 56, 9, 20

_STRUCTURE = (
    "INSERT INTO organisation_units (organisation_id, name) SELECT :organisation, 'Faculty ' || n"
    " FROM generate_series(1, 12) n",
    "INSERT INTO courses (organisation_id, code, title, organisation_unit_id, starts_on, ends_on, provisional)"
    " SELECT :organisation, 'C' || lpad(n::text, 3, '0'), 'Course ' || n, (SELECT min(organisation_unit_id)"
    " FROM organisation_units WHERE organisation_id = :organisation) + (n % 12),"
    " CAST(:today AS date) - :length, CAST(:today AS date) + 50, false FROM generate_series(0, :courses - 1) n",
    "INSERT INTO course_identifiers SELECT :organisation, :issuer, 'course', 'course-' || substr(code, 2)::int,"
    " course_id FROM courses WHERE organisation_id = :organisation",
    "INSERT INTO people (organisation_id, given_name, family_name, provisional) SELECT :organisation, who || ' ' || n,"
    " 'Family ' || n, false FROM (VALUES ('Learner', CAST(:learners AS int)), ('Teacher', :courses * :teachers),"
    " ('Administrator', :administrators)) kinds (who, count), LATERAL generate_series(0, count - 1) n",
    "CREATE TEMP TABLE crowd ON COMMIT DROP AS SELECT person_id, split_part(given_name, ' ', 1) AS who,"
    " split_part(given_name, ' ', 2)::int AS n FROM people WHERE organisation_id = :organisation",
    "INSERT INTO person_identifiers SELECT :organisation, :issuer, 'account', 'learner-' || n, person_id FROM crowd"
    " WHERE who = 'Learner'",
    "CREATE TEMP TABLE large_courses ON COMMIT DROP AS SELECT course_id, starts_on, ends_on,"
    " substr(code, 2)::int AS number FROM courses WHERE organisation_id = :organisation",
    # The same three courses as `courses_of` says: what arrives comes from members.
    "CREATE TEMP TABLE large_enrolments ON COMMIT DROP AS SELECT c.course_id, c.starts_on, c.ends_on, p.person_id,"
    " random() AS diligence, (random() * 50)::int AS stops_after, random() < 0.2 AS stops FROM crowd p"
    " CROSS JOIN generate_series(0, :each - 1) k JOIN large_courses c ON c.number = (p.n * 7 + k * 101) % :courses"
    " WHERE p.who = 'Learner'",
    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, starts_at, granted_by)"
    " SELECT :organisation, person_id, 'course', course_id, 'learner', starts_on - 20, 'event' FROM large_enrolments",
    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, starts_at, granted_by)"
    " SELECT :organisation, p.person_id, 'course', c.course_id, 'teacher', c.starts_on - 20, 'event' FROM crowd p"
    " JOIN large_courses c ON c.number = p.n % :courses WHERE p.who = 'Teacher'",
    "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, starts_at, granted_by)"
    " SELECT :organisation, person_id, 'organisation', :organisation, 'administrator', now(), 'administration'"
    " FROM crowd WHERE who = 'Administrator'",
)


Known = tuple[int, PublicId]
"""Key and public id."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who is on the campus, each in the order of their numbers."""

    organisation: OrganisationId
    source: SourceId
    """Whose events are counted."""
    learners: Sequence[Known]
    teachers: Sequence[Known]
    administrators: Sequence[Known]
    courses: Sequence[Known]


def courses_of(learner: int) -> list[int]:
    """The numbers of a learner's courses."""
    return [(learner * 7 + each * 101) % COURSES for each in range(COURSES_EACH)]


def write_crowd(database: Database) -> Crowd:
    """Writes the campus into a migrated database."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, "crowd", "Crowded campus", "Europe/Berlin")
        source = register_source(connection, organisation, NewSource("crowd", ISSUER))
    values = {
        "organisation": organisation, "today": datetime.now(UTC).date(), "length": COURSE_DAYS, "tasks": TASKS,
        "pages": PAGES, "minutes": True, "courses": COURSES, "learners": LEARNERS, "teachers": TEACHERS_EACH,
        "administrators": ADMINISTRATORS, "each": COURSES_EACH, "issuer": ISSUER,
    }  # fmt: skip
    with database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        act_for(connection, organisation)
        connection.execute(text("SELECT setseed(0.42)"))
        for statement in _STRUCTURE:
            connection.execute(text(statement), {name: one for name, one in values.items() if f":{name}" in statement})
        write_work(connection, values)
        write_sets(connection, organisation)
        crowd = _read(connection, organisation, source)
        connection.commit()
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    return crowd


def read_crowd(database: Database) -> Crowd | None:
    """The campus of an earlier run; None where there is none."""
    with database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        found = connection.execute(text("SELECT organisation_id, source_id FROM sources WHERE name = 'crowd'")).first()
        return None if found is None else _read(connection, OrganisationId(found[0]), SourceId(found[1]))


def _read(connection: Connection, organisation: OrganisationId, source: SourceId) -> Crowd:
    def people(who: str) -> Sequence[Known]:
        found = connection.execute(text(_PEOPLE), {"organisation": organisation, "who": f"{who} %"})
        return [(row.person_id, PublicId(row.public_id)) for row in found]

    found = connection.execute(text(_COURSES), {"organisation": organisation})
    courses = [(row.course_id, PublicId(row.public_id)) for row in found]
    return Crowd(organisation, source, people("Learner"), people("Teacher"), people("Administrator"), courses)


_PEOPLE = """SELECT person_id, public_id FROM people WHERE organisation_id = :organisation AND given_name LIKE :who
  ORDER BY split_part(given_name, ' ', 2)::int"""
_COURSES = "SELECT course_id, public_id FROM courses WHERE organisation_id = :organisation ORDER BY code"
