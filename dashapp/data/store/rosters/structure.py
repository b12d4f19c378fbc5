"""Units, terms, courses and sections of a roster, of those of which something is new.

What a roster does not speak of stays as it is: breaks, and days and terms that others have given to a course. What was
said before is kept in `roster_before`; what is made here is noted there, too, so that it can go again. What the
administration has decided of a course or section goes before what the roster says, which is kept as said.
"""

from typing import Any, Final

from psycopg2 import extensions

from dashapp.data.store.rosters.staging import hashed
from dashapp.domain.roster_checks import cycle_in
from dashapp.domain.rosters import RosterError


def write_structure(cursor: extensions.cursor, values: dict[str, Any]) -> list[int]:
    """Writes everything; gives the keys of the courses that were made. Raises RosterError for units in a circle."""
    with hashed(cursor):
        for statement in (*_UNITS, *_TERMS):
            cursor.execute(statement, values)
        _refuse_circles(cursor, values)
        for statement in (_MAKE_COURSES, *_COURSES, *_SECTIONS):
            cursor.execute(statement, values)
    cursor.execute("SELECT own FROM la_r_courses WHERE made")
    return [course for (course,) in cursor.fetchall()]


def _refuse_circles(cursor: extensions.cursor, values: dict[str, Any]) -> None:
    """Two sources may each have a tree without a circle, and one together."""
    cursor.execute(
        """SELECT u.name, p.name FROM organisation_units u JOIN organisation_units p
            ON p.organisation_id = u.organisation_id AND p.organisation_unit_id = u.parent_id
        WHERE u.organisation_id = %(organisation)s""",
        values,
    )
    if (circle := cycle_in(dict(cursor.fetchall()))) is not None:
        raise RosterError(f"The unit {circle} would be above itself, together with what another source says.")


_NEW: Final = """la_r_diff d JOIN la_r_things s ON s.thing = d.thing AND s.name = d.name
    WHERE d.what <> 'ended' AND d.thing ="""


def _made(thing: str, table: str, key: str) -> str:
    """Makes what has a name only, and notes what has not been there."""
    return f"""
    WITH made AS (
        INSERT INTO {table} (organisation_id, name)
        SELECT %(organisation)s, d.name FROM {_NEW} '{thing}' AND NOT EXISTS (SELECT FROM {table} f
            WHERE f.organisation_id = %(organisation)s AND d.name = ANY(f.former_names)) ORDER BY d.name
        ON CONFLICT DO NOTHING RETURNING name, {key})
    INSERT INTO roster_before (organisation_id, import_id, thing, name, before)
    SELECT %(organisation)s, %(import)s, '{thing}', name, jsonb_build_object('key', {key}, 'made', true) FROM made"""


def _kept(thing: str, table: str, key: str, columns: str) -> str:
    """Keeps the row of what was there before."""
    fields = ", ".join(f"'{column}', t.{column}" for column in columns.split())
    return f"""
    INSERT INTO roster_before (organisation_id, import_id, thing, name, before)
    SELECT %(organisation)s, %(import)s, '{thing}', t.name, jsonb_build_object('key', t.{key}, {fields})
    FROM {table} t WHERE t.organisation_id = %(organisation)s AND t.name IN (SELECT d.name FROM {_NEW} '{thing}')
    ON CONFLICT DO NOTHING"""


_UNITS: Final = (
    _made("unit", "organisation_units", "organisation_unit_id"),
    _kept("unit", "organisation_units", "organisation_unit_id", "parent_id"),
    f"""UPDATE organisation_units u SET parent_id = p.organisation_unit_id
    FROM (SELECT d.name, s.said ->> 'parent' AS parent FROM {_NEW} 'unit') w
    JOIN organisation_units p ON p.organisation_id = %(organisation)s
        AND (p.name = w.parent OR w.parent = ANY(p.former_names))
    WHERE u.organisation_id = %(organisation)s AND u.name = w.name
        AND u.parent_id IS DISTINCT FROM p.organisation_unit_id""",
)
# Days that no roster has given are the administration's, and hold.
_TERMS: Final = (
    _made("term", "terms", "term_id"),
    _kept("term", "terms", "term_id", "teaching_starts teaching_ends"),
    f"""UPDATE terms t SET teaching_starts = coalesce(w.first, t.teaching_starts),
        teaching_ends = coalesce(w.last, t.teaching_ends)
    FROM (SELECT d.name, (s.said ->> 'starts_on')::date AS first, (s.said ->> 'ends_on')::date AS last
        FROM {_NEW} 'term') w
    WHERE t.organisation_id = %(organisation)s AND t.name = w.name AND (t.teaching_starts IS NULL OR EXISTS (
        SELECT FROM roster_records r WHERE r.organisation_id = t.organisation_id AND r.thing = 'term'
            AND r.name = t.name AND (r.said ->> 'starts_on')::date = t.teaching_starts
            AND (r.said ->> 'ends_on')::date = t.teaching_ends))""",
)
_MAKE_COURSES: Final = """
    ALTER TABLE la_r_courses ADD made boolean NOT NULL DEFAULT false;
    UPDATE la_r_courses SET met = NULL, known_as = NULL WHERE conflict IS NOT NULL;
    UPDATE la_r_courses c SET own = w.course_id, made = true FROM (
        SELECT name, nextval(pg_get_serial_sequence('courses', 'course_id')) AS course_id FROM (
            SELECT name FROM la_r_courses WHERE own IS NULL AND met IS NULL ORDER BY name) new) w
    WHERE c.name = w.name;
    INSERT INTO courses (organisation_id, course_id) SELECT %(organisation)s, own FROM la_r_courses WHERE made;
    WITH named AS (
        INSERT INTO course_identifiers (organisation_id, issuer, kind, value, course_id)
        SELECT %(organisation)s, %(issuer)s, %(kind)s, name, coalesce(own, met) FROM la_r_courses
        UNION ALL SELECT %(organisation)s, %(courses_issuer)s, %(courses_kind)s, known_as, own FROM la_r_courses
        WHERE known_as IS NOT NULL AND met IS NULL
        ON CONFLICT DO NOTHING RETURNING issuer, kind, value)
    INSERT INTO roster_before (organisation_id, import_id, thing, name, before)
    SELECT %(organisation)s, %(import)s, 'course_identifier', issuer || E'\\n' || kind || E'\\n' || value,
        jsonb_build_object('issuer', issuer, 'kind', kind, 'value', value) FROM named;
    UPDATE la_r_courses SET own = coalesce(own, met)"""
_OF_COURSE: Final = {
    "code": ("code", "s.said ->> 'code'"),
    "title": ("title", "s.said ->> 'title'"),
    "organisation_unit_id": ("unit", "u.organisation_unit_id"),
    "term_id": ("term", "t.term_id"),
    "starts_on": ("starts_on", "(s.said ->> 'starts_on')::date"),
    "ends_on": ("ends_on", "(s.said ->> 'ends_on')::date"),
}
"""Column → what a decision about it is called, and what the roster says."""
_TOLD: Final = ", ".join(f"'{name}', s.said ->> '{name}'" for name, _value in _OF_COURSE.values())
_UNDECIDED: Final = ", ".join(
    f"'{column}', CASE WHEN NOT c.decided ? '{name}' THEN c.{column} END" for column, (name, _) in _OF_COURSE.items()
)
_TAKEN: Final = ", ".join(
    f"{column} = CASE WHEN c.decided ? '{name}' THEN c.{column} ELSE coalesce({value}, c.{column}) END"
    for column, (name, value) in _OF_COURSE.items()
)
_COURSES: Final = (
    f"""INSERT INTO roster_before (organisation_id, import_id, thing, name, before)
    SELECT %(organisation)s, %(import)s, 'course', n.name, jsonb_build_object('key', c.course_id, {_UNDECIDED},
        'said', c.said, 'provisional', c.provisional, 'described_at', c.described_at, 'described_by', c.described_by)
    FROM la_r_courses n JOIN courses c ON c.organisation_id = %(organisation)s AND c.course_id = n.own
    WHERE NOT n.made""",
    f"""UPDATE courses c SET {_TAKEN},
        said = coalesce(c.said, '{{}}') || jsonb_strip_nulls(jsonb_build_object({_TOLD})),
        provisional = false, described_at = %(at)s, described_by = %(by)s
    FROM la_r_courses n JOIN la_r_things s ON s.thing = 'course' AND s.name = n.name
    LEFT JOIN organisation_units u ON u.organisation_id = %(organisation)s
        AND (u.name = s.said ->> 'unit' OR s.said ->> 'unit' = ANY(u.former_names))
    LEFT JOIN terms t ON t.organisation_id = %(organisation)s
        AND (t.name = s.said ->> 'term' OR s.said ->> 'term' = ANY(t.former_names))
    WHERE c.organisation_id = %(organisation)s AND c.course_id = n.own AND (c.described_at IS NULL
        OR (c.described_at, c.described_by COLLATE "C") < (%(at)s::timestamptz, %(by)s COLLATE "C"))""",
)
_SECTIONS: Final = (
    """CREATE TEMPORARY TABLE la_r_sections ON COMMIT DROP AS
    SELECT d.name AS thing_name, i.course_id, s.said ->> 'name' AS name, s.said ->> 'title' AS title
    FROM la_r_diff d JOIN la_r_things s ON s.thing = d.thing AND s.name = d.name
    JOIN course_identifiers i ON i.organisation_id = %(organisation)s AND i.issuer = %(issuer)s AND i.kind = %(kind)s
        AND i.value = s.said ->> 'course'
    WHERE d.what <> 'ended' AND d.thing = 'section'""",
    """INSERT INTO roster_before (organisation_id, import_id, thing, name, before)
    SELECT %(organisation)s, %(import)s, 'section', n.thing_name, jsonb_build_object('key', c.section_id,
        'title', CASE WHEN NOT c.decided ? 'title' THEN c.title END, 'said_title', c.said_title,
        'described_at', c.described_at, 'described_by', c.described_by)
    FROM la_r_sections n JOIN sections c ON c.organisation_id = %(organisation)s AND c.course_id = n.course_id
        AND c.name = n.name""",
    """WITH written AS (
        INSERT INTO sections AS t (organisation_id, course_id, name, title, said_title, described_at, described_by)
        SELECT %(organisation)s, course_id, name, title, title, %(at)s, %(by)s FROM la_r_sections
        ORDER BY course_id, name
        ON CONFLICT (organisation_id, course_id, name) DO UPDATE SET said_title = excluded.said_title,
            title = CASE WHEN t.decided ? 'title' THEN t.title ELSE excluded.title END,
            described_at = excluded.described_at, described_by = excluded.described_by
        WHERE t.described_at IS NULL OR (t.described_at, t.described_by COLLATE "C")
            < (excluded.described_at, excluded.described_by COLLATE "C")
        RETURNING t.course_id, t.name, t.section_id)
    INSERT INTO roster_before (organisation_id, import_id, thing, name, before)
    SELECT %(organisation)s, %(import)s, 'section', n.thing_name,
        jsonb_build_object('key', w.section_id, 'made', true)
    FROM written w JOIN la_r_sections n ON n.course_id = w.course_id AND n.name = w.name
    ON CONFLICT DO NOTHING""",
)
