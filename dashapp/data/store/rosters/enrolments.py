"""Enrolments of a roster as membership facts: what is new begins, what is gone ends, what was wrong is put right.

- An enrolment without a first day holds from the first day of its course, or from now on where that is later.
- One whose days have changed is stated anew, and the former statement taken back: it was wrong.
- One that is gone ends now. If it has not begun, its statement is taken back; if it is over, nothing is said.
- A role or a place that has changed ends now, and the new one begins now. So does what begins again after an end.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from psycopg2 import extensions
from psycopg2.extras import execute_values

from dashapp.data.store.rosters.staging import hashed
from dashapp.domain.localtime import LocalDays


def write_enrolments(cursor: extensions.cursor, values: dict[str, Any], days: LocalDays) -> None:
    """Writes facts and what the roster says now. Fills `la_r_touched` (person, course, role) with whom it concerns,
    by the key of arrival."""
    cursor.execute(_DAYS)
    cursor.execute(
        """SELECT begins_on FROM la_r_enrolments UNION SELECT ends_on FROM la_r_enrolments
        UNION SELECT starts_on FROM courses WHERE organisation_id = %(organisation)s""",
        values,
    )
    _fill_days(cursor, days, (day for (day,) in cursor.fetchall() if day is not None))
    with hashed(cursor):
        for statement in (_WRITE, _OLD, _END, _AGAIN, _BEGIN, _KEEP, _STATE, _TOUCHED):
            cursor.execute(statement, values)


def _fill_days(cursor: extensions.cursor, local: LocalDays, days: Iterable[date]) -> None:
    rows = [(day, local.first_instant(day)) for day in days]
    if rows:
        execute_values(cursor, "INSERT INTO la_r_days (day, begins) VALUES %s", rows, page_size=1_000)
    cursor.execute("ANALYZE la_r_days")


_DAYS: Final = "CREATE TEMPORARY TABLE la_r_days (day date, begins timestamptz) ON COMMIT DROP"
_HELD: Final = "r.organisation_id = %(organisation)s AND r.source_id = %(source)s"
# What has to be there from now on. `same`: the same role of the same person in the same place as before.
_WRITE: Final = f"""
    CREATE TEMPORARY TABLE la_r_write ON COMMIT DROP AS
    SELECT w.what, w.name, w.digest, w.person_id, w.scope_kind, w.scope_id, w.course_id, w.role,
        coalesce(b.begins, least(f.begins, %(at)s)) AS begins_at, e.begins AS ends_at, b.begins IS NULL AS undated,
        gen_random_uuid() AS event_id, r.begins_at AS began_at,
        coalesce((r.person_id, r.scope_kind, r.scope_id, r.role) = (w.person_id, w.scope_kind, w.scope_id, w.role),
            false) AS same
    FROM (
        SELECT c.what, s.*, i.person_id, k.course_id,
            CASE WHEN x.section_id IS NULL THEN 'course' ELSE 'section' END AS scope_kind,
            coalesce(x.section_id, k.course_id) AS scope_id
        FROM la_r_changes c JOIN la_r_enrolments s ON s.name = c.name
        JOIN person_identifiers i ON i.organisation_id = %(organisation)s AND i.issuer = %(issuer)s
            AND i.kind = %(kind)s AND i.value = s.person
        JOIN course_identifiers k ON k.organisation_id = %(organisation)s AND k.issuer = %(issuer)s
            AND k.kind = %(kind)s AND k.value = s.course
        LEFT JOIN sections x ON x.organisation_id = %(organisation)s AND x.course_id = k.course_id
            AND x.name = s.section AND s.section <> ''
        WHERE c.what IN ('added', 'changed')) w
    JOIN courses o ON o.organisation_id = %(organisation)s AND o.course_id = w.course_id
    LEFT JOIN la_r_days b ON b.day = w.begins_on
    LEFT JOIN la_r_days e ON e.day = w.ends_on
    LEFT JOIN la_r_days f ON f.day = o.starts_on
    LEFT JOIN roster_enrolments r ON {_HELD} AND r.name = w.name AND w.what = 'changed';
    ANALYZE la_r_write"""
_OLD: Final = f"""
    CREATE TEMPORARY TABLE la_r_old ON COMMIT DROP AS
    SELECT c.what, r.*, coalesce(x.course_id, r.scope_id) AS course_id,
        coalesce(w.same, false) OR r.begins_at > %(at)s AS retract,
        CASE WHEN NOT coalesce(w.same, false) AND r.begins_at <= %(at)s AND (r.ends_at IS NULL OR r.ends_at > %(at)s)
            THEN gen_random_uuid() END AS ended_by
    FROM la_r_changes c JOIN roster_enrolments r ON {_HELD} AND r.name = c.name
    LEFT JOIN la_r_write w ON w.name = c.name
    LEFT JOIN sections x ON r.scope_kind = 'section' AND x.organisation_id = r.organisation_id
        AND x.section_id = r.scope_id
    WHERE c.what IN ('changed', 'ended');
    ANALYZE la_r_old"""
_END: Final = """
    UPDATE membership_facts f SET retracted = true FROM la_r_old o
    WHERE o.retract AND f.organisation_id = %(organisation)s AND f.source_id = %(source)s AND f.event_id = o.event_id;
    INSERT INTO membership_facts (organisation_id, source_id, event_id, person_id, scope_kind, scope_id, role, active,
        at)
    SELECT %(organisation)s, %(source)s, ended_by, person_id, scope_kind, scope_id, role, false, %(at)s FROM la_r_old
    WHERE ended_by IS NOT NULL"""
# What is over, or has been ended, has its place in time: what begins again begins behind it, a moment later than an end
# of this import, since what ends at an instant and what begins at it have no order.
_AGAIN: Final = f"""
    UPDATE la_r_write SET begins_at = CASE WHEN NOT same THEN greatest(begins_at, %(at)s) WHEN undated
        THEN least(began_at, begins_at) ELSE begins_at END WHERE what = 'changed';
    UPDATE la_r_write w SET begins_at = CASE WHEN w.same AND w.began_at > h.at THEN w.began_at
        ELSE %(at)s::timestamptz + interval '1 microsecond' END
    FROM (
        SELECT n.name, max(f.at) AS at FROM la_r_write n
        JOIN membership_facts f ON f.organisation_id = %(organisation)s AND f.source_id = %(source)s
            AND NOT f.retracted AND f.person_id = n.person_id AND f.scope_kind = n.scope_kind
            AND f.scope_id = n.scope_id AND f.role = n.role
        LEFT JOIN roster_enrolments r ON {_HELD} AND r.event_id = f.event_id
        LEFT JOIN la_r_old o ON o.event_id = f.event_id
        WHERE r.name IS NULL OR o.name IS NOT NULL GROUP BY 1) h
    WHERE h.name = w.name AND h.at >= w.begins_at"""
_BEGIN: Final = """
    INSERT INTO membership_facts (organisation_id, source_id, event_id, person_id, scope_kind, scope_id, role, active,
        at, ends_at)
    SELECT %(organisation)s, %(source)s, event_id, person_id, scope_kind, scope_id, role, true, begins_at, ends_at
    FROM la_r_write"""
_ROW: Final = """jsonb_build_object('name', r.name, 'digest', r.digest, 'person_id', r.person_id,
    'scope_kind', r.scope_kind, 'scope_id', r.scope_id, 'role', r.role, 'begins_at', r.begins_at, 'ends_at', r.ends_at,
    'event_id', r.event_id, 'import_id', r.import_id)"""
_KEEP: Final = f"""
    INSERT INTO roster_before (organisation_id, import_id, thing, name, before)
    SELECT %(organisation)s, %(import)s, 'enrolment', r.name, {_ROW} || jsonb_strip_nulls(jsonb_build_object(
        'ended_by', r.ended_by, 'retracted', nullif(r.retract, false))) FROM la_r_old r
    UNION ALL
    SELECT %(organisation)s, %(import)s, 'enrolment', r.name, {_ROW} || jsonb_build_object('renamed', c.name)
    FROM la_r_changes c JOIN roster_enrolments r ON {_HELD} AND r.name = c.was"""
_STATE: Final = f"""
    DELETE FROM roster_enrolments r USING la_r_old o WHERE {_HELD} AND r.name = o.name;
    UPDATE roster_enrolments r SET name = E'\\n' || c.name, import_id = %(import)s FROM la_r_changes c
    WHERE {_HELD} AND r.name = c.was;
    UPDATE roster_enrolments r SET name = substr(r.name, 2) WHERE {_HELD} AND r.name LIKE E'\\n%%';
    INSERT INTO roster_enrolments (organisation_id, source_id, name, digest, person_id, scope_kind, scope_id, role,
        begins_at, ends_at, event_id, import_id)
    SELECT %(organisation)s, %(source)s, name, digest, person_id, scope_kind, scope_id, role, begins_at, ends_at,
        event_id, %(import)s FROM la_r_write"""
_TOUCHED: Final = """
    CREATE TEMPORARY TABLE la_r_touched ON COMMIT DROP AS
    SELECT DISTINCT person_id, course_id, role FROM la_r_write
    UNION SELECT person_id, course_id, role FROM la_r_old;
    ANALYZE la_r_touched"""
