"""Roles of very many people at once: what `memberships.derive` does, where facts are simple within the database.

Of most people a source has said of a role in a course that it begins, or that it begins and that it ends. What that
makes is a line of SQL; whoever has more of a history goes through `memberships.derive`.
`tests/data/store/test_deriving.py` holds the two against each other.
"""

from typing import Final

from psycopg2 import extensions

from dashapp.data.store import memberships
from dashapp.data.store.rosters.staging import hashed

CONCERNED: Final = "CREATE TEMPORARY TABLE la_r_concerned (person_id bigint PRIMARY KEY) ON COMMIT DROP"
"""Whose roles are derived, by canonical key: the caller makes and fills it."""


def derive_concerned(cursor: extensions.cursor, organisation: int) -> None:
    """Replaces the roles that events have given to the people in `la_r_concerned` by what their facts say now.

    The caller has the organisation for itself.
    """
    values = {"organisation": organisation}
    cursor.execute("ANALYZE la_r_concerned")
    with hashed(cursor):
        for statement in (_GROUPS, _WANTED, _REPLACE):
            cursor.execute(statement, values)
    cursor.execute("SELECT person_id FROM la_r_storied")
    memberships.derive(cursor, organisation, [person for (person,) in cursor.fetchall()])
    cursor.execute("DROP TABLE la_r_groups, la_r_wanted, la_r_storied")


# Per person, source, role and course: one fact, or one that it begins and one that it ends, both of the same scope.
_GROUPS: Final = """
    CREATE TEMPORARY TABLE la_r_groups ON COMMIT DROP AS
    SELECT k.person_id, f.source_id, f.role, coalesce(s.course_id, g.course_id, f.scope_id) AS course_id,
        min(f.scope_kind) AS scope_kind, min(f.scope_id) AS scope_id,
        count(*) FILTER (WHERE f.active) AS begins, count(*) FILTER (WHERE NOT f.active) AS ends,
        min(f.at) FILTER (WHERE f.active) AS begins_at, min(f.ends_at) FILTER (WHERE f.active) AS ends_at,
        min(f.at) FILTER (WHERE NOT f.active) AS left_at,
        min(f.scope_kind) = max(f.scope_kind) AND min(f.scope_id) = max(f.scope_id) AS one_scope
    FROM (
        SELECT c.person_id, p.person_id AS arrived_as FROM la_r_concerned c
        JOIN people p ON p.organisation_id = %(organisation)s AND coalesce(p.merged_into, p.person_id) = c.person_id) k
    JOIN membership_facts f ON f.organisation_id = %(organisation)s AND f.person_id = k.arrived_as AND NOT f.retracted
    LEFT JOIN sections s ON f.scope_kind = 'section' AND s.organisation_id = f.organisation_id
        AND s.section_id = f.scope_id
    LEFT JOIN learner_groups g ON f.scope_kind = 'group' AND g.organisation_id = f.organisation_id
        AND g.group_id = f.scope_id
    GROUP BY 1, 2, 3, 4;
    CREATE TEMPORARY TABLE la_r_storied ON COMMIT DROP AS
    SELECT DISTINCT person_id FROM la_r_groups
    WHERE begins > 1 OR ends > 1 OR NOT one_scope OR (begins = 1 AND ends = 1 AND left_at = begins_at);
    ANALYZE la_r_groups; ANALYZE la_r_storied"""
# An end that was known beforehand holds where nothing ends the role earlier; what ends before it begins ends nothing.
_WANTED: Final = """
    CREATE TEMPORARY TABLE la_r_wanted ON COMMIT DROP AS
    WITH intervals AS (
        SELECT g.*, CASE WHEN left_at > begins_at THEN least(left_at, ends_at) ELSE ends_at END AS until
        FROM la_r_groups g LEFT JOIN la_r_storied s USING (person_id) WHERE begins = 1 AND s.person_id IS NULL)
    SELECT person_id, scope_kind, scope_id, role, source_id, begins_at AS starts_at, until AS ends_at
    FROM intervals WHERE until IS NULL OR begins_at < until
    UNION ALL
    SELECT person_id, 'course', course_id, role, source_id, begins_at, until
    FROM intervals WHERE scope_kind = 'section' AND (until IS NULL OR begins_at < until);
    ANALYZE la_r_wanted"""
_REPLACE: Final = """
    DELETE FROM memberships WHERE organisation_id = %(organisation)s AND membership_id IN (
        SELECT m.membership_id FROM memberships m
        JOIN la_r_concerned c USING (person_id)
        LEFT JOIN la_r_storied s USING (person_id)
        LEFT JOIN la_r_wanted w ON w.person_id = m.person_id AND w.scope_kind = m.scope_kind
            AND w.scope_id = m.scope_id AND w.role = m.role AND w.source_id = m.source_id AND w.starts_at = m.starts_at
            AND w.ends_at IS NOT DISTINCT FROM m.ends_at
        WHERE m.organisation_id = %(organisation)s AND m.granted_by = 'event' AND s.person_id IS NULL
            AND w.person_id IS NULL);
    INSERT INTO memberships (organisation_id, granted_by, person_id, scope_kind, scope_id, role, source_id, starts_at,
        ends_at)
    SELECT %(organisation)s, 'event', w.person_id, w.scope_kind, w.scope_id, w.role, w.source_id, w.starts_at, w.ends_at
    FROM la_r_wanted w
    LEFT JOIN memberships m ON m.organisation_id = %(organisation)s AND m.granted_by = 'event'
        AND w.person_id = m.person_id AND w.scope_kind = m.scope_kind AND w.scope_id = m.scope_id
        AND w.role = m.role AND w.source_id = m.source_id AND w.starts_at = m.starts_at
        AND w.ends_at IS NOT DISTINCT FROM m.ends_at
    WHERE m.membership_id IS NULL"""
