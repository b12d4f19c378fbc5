"""Writes an organisation of many people straight into the tables, for measuring the pages of the administration only.

50,000 people of whom one in twenty is known from events only, 2,000 courses, 500,000 memberships, two senders' names
each. What it writes is no input of the service, and no figure that anybody is shown.
"""

from typing import Final

from sqlalchemy import Connection, text

from dashapp.domain.keys import OrganisationId

PEOPLE, COURSES, PER_PERSON = 50_000, 2_000, 10

_STATEMENTS: Final = (
    "INSERT INTO sources (organisation_id, name, issuer, allowed, topics, enabled) VALUES"
    " (:organisation, 'directory-lms', 'https://lms.example', ARRAY['user'], ARRAY[]::text[], true)",
    """INSERT INTO people (organisation_id, given_name, family_name, email, provisional, described_at, described_by)
    SELECT :organisation,
        CASE WHEN n % 20 > 0 THEN (ARRAY['Änne', 'Bertram', 'Cecilia', 'Dorothy', 'Émile', 'Fatima', 'Günther'])[
            1 + n % 7] END,
        CASE WHEN n % 20 > 0 THEN (ARRAY['Müller', 'Okonkwo', 'Smith', 'Nguyen', 'Łukasiewicz', 'García', 'Ivanova',
            'Tanaka', 'Brown', 'Öztürk', 'Schmidt'])[1 + n % 11] || '-' || n END,
        CASE WHEN n % 20 > 0 THEN 'person' || n || '@campus.example' END, n % 20 = 0, now(), n::text
    FROM generate_series(1, :people) n""",
    "INSERT INTO courses (organisation_id, code, title, provisional)"
    " SELECT :organisation, 'C' || n, 'Course ' || n, false FROM generate_series(1, :courses) n",
    "INSERT INTO sections (organisation_id, course_id, name)"
    " SELECT :organisation, course_id, 'A' FROM courses WHERE organisation_id = :organisation",
    """INSERT INTO person_identifiers SELECT :organisation, 'https://lms.example', 'account',
        'u' || (100000 + person_id), person_id FROM people WHERE organisation_id = :organisation""",
    """INSERT INTO person_identifiers SELECT :organisation, 'https://sis.example', 'sourcedId',
        md5(CAST(person_id AS text)), person_id FROM people WHERE organisation_id = :organisation""",
    """INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, starts_at, source_id,
        granted_by)
    SELECT :organisation, p.person_id, 'course', c.course_id,
        CASE WHEN n = 0 AND p.person_id % 20 = 1 THEN 'teacher' ELSE 'learner' END, now() - interval '30 days',
        (SELECT source_id FROM sources WHERE organisation_id = :organisation), 'event'
    FROM people p CROSS JOIN generate_series(0, :each - 1) n
    JOIN (SELECT course_id, row_number() OVER (ORDER BY course_id) - 1 AS k FROM courses
        WHERE organisation_id = :organisation) c ON c.k = (p.person_id * 7 + n * 211) % :courses
    WHERE p.organisation_id = :organisation""",
    """INSERT INTO learner_course_days (organisation_id, course_id, person_id, day, events, clicks)
    SELECT :organisation, m.scope_id, m.person_id, CURRENT_DATE - d, 3, 3
    FROM memberships m CROSS JOIN generate_series(1, 2) d
    WHERE m.organisation_id = :organisation AND m.role = 'learner'""",
)


def write_large_directory(connection: Connection, organisation: OrganisationId) -> None:
    """Writes the organisation within the connection's transaction, as la_jobs."""
    values = {"organisation": organisation, "people": PEOPLE, "courses": COURSES, "each": PER_PERSON}
    for statement in _STATEMENTS:
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        connection.execute(text(statement), used)
