"""What a source says now, and the imports that have said so: kept beside what has become of it."""

from collections.abc import Sequence
from typing import Any, Final

from psycopg2 import extensions

from dashapp.data.store.rosters.staging import hashed


def begin_import(cursor: extensions.cursor, values: dict[str, Any]) -> int:
    """Notes that files were looked at to be taken; gives the key. What the import before needed to be taken back is
    forgotten where this one changes something."""
    if values["state"] == "applied":
        cursor.execute(_FORGET, values)
    cursor.execute(_BEGIN, values)
    row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def note_made(
    cursor: extensions.cursor,
    values: dict[str, Any],
    people: Sequence[int],
    courses: Sequence[int],
    merges: Sequence[int],
) -> None:
    """Which people, courses and merges an import has made."""
    cursor.execute(
        """UPDATE roster_imports SET made_people = %(people)s::bigint[], made_courses = %(courses)s::bigint[],
            merges = %(merges)s::bigint[]
        WHERE organisation_id = %(organisation)s AND import_id = %(import)s""",
        {**values, "people": list(people), "courses": list(courses), "merges": list(merges)},
    )


def keep_records(cursor: extensions.cursor, values: dict[str, Any]) -> None:
    """Remembers what the roster says now, and what it said before where that is another thing."""
    with hashed(cursor):
        for statement in (_KEEP, _DROP, _ADD):
            cursor.execute(statement, values)


_FORGET: Final = """
    DELETE FROM roster_before b USING roster_imports i WHERE b.organisation_id = %(organisation)s
        AND i.organisation_id = b.organisation_id AND i.import_id = b.import_id AND i.source_id = %(source)s;
    UPDATE roster_imports SET made_people = '{}', made_courses = '{}', merges = '{}'
    WHERE organisation_id = %(organisation)s AND source_id = %(source)s
        AND (made_people <> '{}' OR made_courses <> '{}' OR merges <> '{}')"""
_BEGIN: Final = """
    INSERT INTO roster_imports (organisation_id, source_id, state, imported_by, imported_at, files, counts, findings,
        fingerprint)
    VALUES (%(organisation)s, %(source)s, %(state)s, %(by)s, %(at)s, %(files)s::jsonb, %(counts)s::jsonb,
        %(findings)s::jsonb, %(fingerprint)s) RETURNING import_id"""
_KEEP: Final = """
    INSERT INTO roster_before (organisation_id, import_id, thing, name, before)
    SELECT r.organisation_id, %(import)s, 'record:' || r.thing, r.name, jsonb_build_object('key', r.key,
        'digest', r.digest, 'said', r.said, 'import_id', r.import_id)
    FROM roster_records r JOIN la_r_diff d ON d.thing = r.thing AND d.name = r.name
    WHERE r.organisation_id = %(organisation)s AND r.source_id = %(source)s AND d.what <> 'added'"""
_DROP: Final = """
    DELETE FROM roster_records r USING la_r_diff d WHERE r.organisation_id = %(organisation)s
        AND r.source_id = %(source)s AND d.thing = r.thing AND d.name = r.name AND d.what <> 'added'"""
_ADD: Final = """
    INSERT INTO roster_records (organisation_id, source_id, thing, name, key, digest, said, import_id)
    SELECT %(organisation)s, %(source)s, s.thing, s.name,
        CASE s.thing WHEN 'person' THEN k.own WHEN 'course' THEN i.course_id WHEN 'section' THEN x.section_id
            WHEN 'unit' THEN u.organisation_unit_id WHEN 'term' THEN t.term_id END,
        s.digest,
        CASE WHEN s.thing <> 'person' THEN s.said WHEN s.said ->> 'enabled' = 'false' THEN '{"disabled": true}' END,
        %(import)s
    FROM la_r_diff d JOIN la_r_things s ON s.thing = d.thing AND s.name = d.name
    LEFT JOIN la_r_known k ON s.thing = 'person' AND k.name = s.name
    LEFT JOIN course_identifiers i ON i.organisation_id = %(organisation)s AND i.issuer = %(issuer)s
        AND i.kind = %(kind)s AND i.value = CASE s.thing WHEN 'course' THEN s.name
            WHEN 'section' THEN s.said ->> 'course' END
    LEFT JOIN sections x ON s.thing = 'section' AND x.organisation_id = i.organisation_id
        AND x.course_id = i.course_id AND x.name = s.said ->> 'name'
    LEFT JOIN organisation_units u ON s.thing = 'unit' AND u.organisation_id = %(organisation)s AND u.name = s.name
    LEFT JOIN terms t ON s.thing = 'term' AND t.organisation_id = %(organisation)s AND t.name = s.name
    WHERE d.what <> 'ended'"""
