"""What an import has described is as before, and what it has made goes where nobody else has used it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from psycopg2 import extensions

_BEFORE: Final = "b.organisation_id = %(organisation)s AND b.import_id = %(import)s"
_OURS: Final = "t.described_at = %(at)s AND t.described_by LIKE %(described_by)s"
"""Rows whose description that holds is the import's: what others have said since stays."""


def _given_back(
    table: str, key: str, thing: str, columns: dict[str, str], decidable: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Puts back what a description has replaced; a column that is decided (`decidable`: by which name) stays."""
    cast = {name: f"(b.before ->> '{name}'){kind and f'::{kind}'}" for name, kind in columns.items()}
    for column, name in decidable.items():
        cast[column] = f"CASE WHEN t.decided ? '{name}' THEN t.{column} ELSE {cast[column]} END"
    return f"""
    UPDATE {table} t SET {", ".join(f"{name} = {value}" for name, value in cast.items())}
    FROM roster_before b WHERE {_BEFORE} AND b.thing = '{thing}' AND NOT b.before ? 'made'
        AND t.organisation_id = %(organisation)s AND t.{key} = (b.before ->> 'key')::bigint"""


_DESCRIBED: Final = {"described_at": "timestamptz", "described_by": ""}
_OF_PERSON: Final = {
    "given_name": "",
    "family_name": "",
    "email": "",
    "is_test": "boolean",
    "described_test": "boolean",
    **_DESCRIBED,
}
_OF_COURSE: Final = {
    "code": "",
    "title": "",
    "organisation_unit_id": "bigint",
    "term_id": "bigint",
    "starts_on": "date",
    "ends_on": "date",
    "said": "jsonb",
    "provisional": "boolean",
    **_DESCRIBED,
}
_DECIDABLE: Final = {
    **{name: name for name in ("code", "title", "starts_on", "ends_on")},
    "organisation_unit_id": "unit",
    "term_id": "term",
}
_UNSAID: Final = ", ".join(
    f"{column} = CASE WHEN t.decided ? '{name}' THEN t.{column} END" for column, name in _DECIDABLE.items()
)
_OF_SECTION: Final = {"title": "", "said_title": "", **_DESCRIBED}
_NOBODYS: Final = "described_at = NULL, described_by = NULL"

DESCRIPTIONS: Final = (
    _given_back("people", "person_id", "person", _OF_PERSON) + f" AND {_OURS}",
    f"""UPDATE people t SET given_name = NULL, family_name = NULL, email = NULL, described_test = false,
        is_test = coalesce(t.test_override, false), provisional = true, {_NOBODYS}
    FROM la_r_described d WHERE d.thing = 'person' AND t.organisation_id = %(organisation)s AND t.person_id = d.key
        AND {_OURS}""",
)
"""People are described as before, and who was not described is not."""

STRUCTURE: Final = (
    _given_back("courses", "course_id", "course", _OF_COURSE, _DECIDABLE) + f" AND {_OURS}",
    f"""UPDATE courses t SET {_UNSAID}, said = NULL, provisional = true, {_NOBODYS}
    WHERE t.organisation_id = %(organisation)s AND t.course_id = ANY(%(courses)s) AND {_OURS}""",
    _given_back("sections", "section_id", "section", _OF_SECTION, {"title": "title"}) + f" AND {_OURS}",
    f"""DELETE FROM sections t USING roster_before b WHERE {_BEFORE} AND b.thing = 'section' AND b.before ? 'made'
        AND t.organisation_id = %(organisation)s AND t.section_id = (b.before ->> 'key')::bigint AND {_OURS}
        AND NOT EXISTS (SELECT FROM membership_facts f WHERE f.organisation_id = t.organisation_id
            AND f.scope_kind = 'section' AND f.scope_id = t.section_id)
        AND NOT EXISTS (SELECT FROM memberships m WHERE m.organisation_id = t.organisation_id
            AND m.scope_kind = 'section' AND m.scope_id = t.section_id)""",
)
"""The same for courses and sections."""


def _unused(what: str, table: str, condition: str) -> str:
    return f"NOT EXISTS (SELECT FROM {table} u WHERE u.organisation_id = {what}.organisation_id AND {condition})"


OF_PEOPLE: Final = (
    *("raw_events", "learner_course_days", "learner_activities", "submissions", "item_responses", "video_segments"),
    *("forum_posts", "outcomes", "activity_extensions", "membership_facts", "memberships", "accounts", "sessions"),
    "embed_link_epochs",
    *("demographics", "message_recipients", "schedule_targets", "deliveries"),
)
"""Tables with a `person_id`: somebody who stands in one of them is used."""
_UNUSED_PERSON: Final = " AND ".join(
    [
        *(_unused("p", table, "u.person_id = p.person_id") for table in OF_PEOPLE),
        _unused("p", "memberships", "u.scope_kind = 'learners' AND u.scope_id = p.person_id"),
        _unused("p", "guardianships", "u.learner_id = p.person_id"),
        _unused("p", "guardianships", "u.guardian_id = p.person_id"),
        _unused("p", "messages", "u.author_id = p.person_id"),
        _unused("p", "report_schedules", "u.author_id = p.person_id"),
        _unused("p", "schedule_runs", "u.asked_by = p.person_id"),
        _unused("p", "deliveries", "u.decided_by = p.person_id"),
    ]
)
_UNUSED_COURSE: Final = " AND ".join(
    [
        *(
            _unused("c", table, "u.course_id = c.course_id")
            for table in ("raw_events", "learner_course_days", "activities", "sections", "units", "learner_groups")
        ),
        *(_unused("c", table, "u.course_id = c.course_id") for table in ("outcomes", "demographics", "lti_contexts")),
        _unused("c", "messages", "u.course_id = c.course_id"),
        *(
            _unused("c", table, "u.scope_kind = 'course' AND u.scope_id = c.course_id")
            for table in ("membership_facts", "memberships")
        ),
    ]
)


def remove_people(cursor: extensions.cursor, values: dict[str, Any]) -> set[int]:
    """Removes those made people whom nobody else has used; gives their keys."""
    cursor.execute(_GOING, values)
    # Whom somebody is merged into who stays stays, too.
    cursor.execute(_STAYING, values)
    cursor.execute("SELECT person_id FROM la_r_going")
    gone = {person for (person,) in cursor.fetchall()}
    for statement in _REMOVE:
        cursor.execute(statement, values)
    return gone


_GOING: Final = f"""
    CREATE TEMPORARY TABLE la_r_going ON COMMIT DROP AS
    SELECT p.person_id FROM people p
    WHERE p.organisation_id = %(organisation)s AND p.person_id = ANY(%(people)s) AND p.described_at IS NULL
        AND (SELECT count(*) FROM person_identifiers i WHERE i.organisation_id = p.organisation_id
            AND i.person_id = p.person_id) < 2
        AND {_UNUSED_PERSON};
    ANALYZE la_r_going"""
_STAYING: Final = """
    DELETE FROM la_r_going g USING people p WHERE p.organisation_id = %(organisation)s AND p.merged_into = g.person_id
        AND p.person_id NOT IN (SELECT person_id FROM la_r_going)"""
_REMOVE: Final = (
    """DELETE FROM person_merges m WHERE m.organisation_id = %(organisation)s
        AND m.absorbed_id IN (SELECT person_id FROM la_r_going)""",
    *(
        f"DELETE FROM {table} t WHERE t.organisation_id = %(organisation)s"
        " AND t.person_id IN (SELECT person_id FROM la_r_going)"
        for table in ("described_mailboxes", "person_identifiers", "people")
    ),
)


def remove_courses(cursor: extensions.cursor, values: dict[str, Any]) -> set[int]:
    """Removes those made courses that nobody else has used, and the names that were given to others."""
    cursor.execute(_GOING_COURSES, values)
    gone = {course for (course,) in cursor.fetchall()}
    for statement in _REMOVE_COURSES:
        cursor.execute(statement, {**values, "gone": list(gone)})
    return gone


_GOING_COURSES: Final = f"""
    SELECT c.course_id FROM courses c WHERE c.organisation_id = %(organisation)s AND c.course_id = ANY(%(courses)s)
        AND c.described_at IS NULL AND {_UNUSED_COURSE}
        AND NOT EXISTS (
            SELECT FROM course_identifiers i WHERE i.organisation_id = c.organisation_id AND i.course_id = c.course_id
                AND NOT EXISTS (SELECT FROM roster_before b WHERE {_BEFORE} AND b.thing = 'course_identifier'
                    AND b.name = i.issuer || E'\\n' || i.kind || E'\\n' || i.value))"""
# A course that was made and stays keeps its names: it has no others.
_REMOVE_COURSES: Final = (
    f"""DELETE FROM course_identifiers i USING roster_before b WHERE {_BEFORE} AND b.thing = 'course_identifier'
        AND i.organisation_id = %(organisation)s AND i.issuer = b.before ->> 'issuer' AND i.kind = b.before ->> 'kind'
        AND i.value = b.before ->> 'value'
        AND (i.course_id = ANY(%(gone)s) OR i.course_id <> ALL(%(courses)s))""",
    """DELETE FROM course_breaks WHERE organisation_id = %(organisation)s AND course_id = ANY(%(gone)s)""",
    """DELETE FROM courses WHERE organisation_id = %(organisation)s AND course_id = ANY(%(gone)s)""",
)

PLACES: Final = (
    _given_back("terms", "term_id", "term", {"teaching_starts": "date", "teaching_ends": "date"}),
    _given_back("organisation_units", "organisation_unit_id", "unit", {"parent_id": "bigint"}),
    f"""DELETE FROM terms t USING roster_before b WHERE {_BEFORE} AND b.thing = 'term' AND b.before ? 'made'
        AND t.organisation_id = %(organisation)s AND t.term_id = (b.before ->> 'key')::bigint
        AND {_unused("t", "courses", "u.term_id = t.term_id")}""",
    f"""UPDATE organisation_units t SET parent_id = NULL FROM roster_before b
    WHERE {_BEFORE} AND b.thing = 'unit' AND b.before ? 'made' AND t.organisation_id = %(organisation)s
        AND t.organisation_unit_id = (b.before ->> 'key')::bigint""",
    f"""DELETE FROM organisation_units t USING roster_before b
    WHERE {_BEFORE} AND b.thing = 'unit' AND b.before ? 'made' AND t.organisation_id = %(organisation)s
        AND t.organisation_unit_id = (b.before ->> 'key')::bigint
        AND {_unused("t", "courses", "u.organisation_unit_id = t.organisation_unit_id")}
        AND {_unused("t", "programmes", "u.organisation_unit_id = t.organisation_unit_id")}
        AND {_unused("t", "organisation_units", "u.parent_id = t.organisation_unit_id")}
        AND {_unused("t", "memberships", "u.scope_kind = 'organisation_unit' AND u.scope_id = t.organisation_unit_id")}
    """,
)
"""Terms and units as they were, and without those that nobody else uses."""
