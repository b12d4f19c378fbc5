"""What a staged roster would change, in temporary tables: nothing real is written here.

After `compare`, `la_r_diff` (thing, name, what, key) holds what differs of units, terms, courses, sections and people,
`la_r_changes` (name, what, was) what differs of enrolments, and `la_r_known` and `la_r_courses` whom and what the names
of the learning platform lead to. `what`: added, changed, ended; of enrolments also renamed, which is no difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from psycopg2 import extensions

from dashapp.data.store.rosters.sources import ROW
from dashapp.data.store.rosters.staging import hashed
from dashapp.domain.events import Identifier
from dashapp.domain.keys import OrganisationId
from dashapp.domain.roster_changes import Change, Conflict, ConflictKind, Differences, Thing
from dashapp.domain.rosters import SOURCED_KIND, Naming, Roster, RosterSource

_NOBODY: Final = Naming("", "", "")
"""Stands for a learning platform whose names nobody has given: no identifier has an empty issuer."""

_OF_ENROLMENT: Final = ("person", "role", "begins", "ends")
"""What can be told of an enrolment before and after."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, and when: a source's roster at one instant."""

    organisation: OrganisationId
    source: RosterSource
    at: datetime
    zone: str = "UTC"
    """In which days are told."""
    shown: int = Differences.MOST_SHOWN
    """How many differences of one thing and one kind are listed."""

    def values(self, **further: Any) -> dict[str, Any]:
        """What the statements want to know."""
        people = self.source.settings.people or _NOBODY
        courses = self.source.settings.courses or _NOBODY
        return {
            "organisation": self.organisation,
            "source": self.source.source_id,
            "issuer": self.source.issuer,
            "kind": SOURCED_KIND,
            "people_issuer": people.issuer,
            "people_kind": people.kind,
            "courses_issuer": courses.issuer,
            "courses_kind": courses.kind,
            "at": self.at,
            "zone": self.zone,
            **further,
        }

    def name_of(self, name: str) -> Identifier:
        """How the source names somebody or a course."""
        return Identifier(self.source.issuer, SOURCED_KIND, name)


def compare(cursor: extensions.cursor, comparison: Comparison, roster: Roster) -> Differences:
    """The differences of a roster that has been staged in this transaction."""
    values = comparison.values(
        whole_people=roster.whole_people,
        whole_enrolments=roster.whole_enrolments,
        rows=f"{ROW}%",
        shown=comparison.shown,
    )
    with hashed(cursor):
        return _compare(cursor, values)


def _compare(cursor: extensions.cursor, values: Mapping[str, Any]) -> Differences:
    for statement in (_DIFF, _KNOWN, _COURSES, _CHANGES):
        cursor.execute(statement, values)
    conflicts = _conflicts(cursor, values)
    return Differences(
        counts=_counts(cursor),
        added=[*_things(cursor, values, "added"), *_enrolments(cursor, values, "added")],
        changed=[*_things(cursor, values, "changed"), *_enrolments(cursor, values, "changed")],
        ended=[*_things(cursor, values, "ended"), *_enrolments(cursor, values, "ended")],
        conflicts=conflicts,
        joins=_value(cursor, _JOINS, values),
        described_otherwise=_value(cursor, _OTHERWISE, values),
        granted=_value(cursor, _GRANTED, values),
        ending=_value(cursor, _ENDING, values),
        fingerprint=_fingerprint(cursor, conflicts),
    )


def _value(cursor: extensions.cursor, statement: str, values: Mapping[str, Any]) -> int:
    cursor.execute(statement, values)
    row = cursor.fetchone()
    return int(row[0]) if row is not None else 0


def _counts(cursor: extensions.cursor) -> dict[Thing, tuple[int, int, int]]:
    cursor.execute(_COUNTS)
    found: dict[Thing, list[int]] = {thing: [0, 0, 0] for thing in Thing}
    for thing, what, count in cursor.fetchall():
        found[Thing(thing)][("added", "changed", "ended").index(what)] = count
    return {thing: (added, changed, ended) for thing, (added, changed, ended) in found.items()}


def _conflicts(cursor: extensions.cursor, values: Mapping[str, Any]) -> list[Conflict]:
    cursor.execute(_CONFLICTS, values)
    return [Conflict(ConflictKind(kind), name, known_as) for kind, name, known_as in cursor.fetchall()]


def _things(cursor: extensions.cursor, values: Mapping[str, Any], what: str) -> list[Change]:
    cursor.execute(_SHOWN_THINGS, {**values, "what": what})
    found = []
    for thing, name, before, after in cursor.fetchall():
        before, after = before or {}, after or {}
        fields = [field for field in {**before, **after} if before.get(field) != after.get(field)]
        told = tuple((field, _said(before.get(field)), _said(after.get(field))) for field in fields)
        found.append(Change(Thing(thing), name, told if what == "changed" else (), _title({**before, **after})))
    return found


def _title(said: Mapping[str, object]) -> str:
    """What people call a thing, of what is said of it."""
    named = [_said(said.get(part)) for part in ("given_name", "family_name")]
    return " ".join(part for part in named if part) or _said(said.get("title")) or _said(said.get("code"))


def _enrolments(cursor: extensions.cursor, values: Mapping[str, Any], what: str) -> list[Change]:
    cursor.execute(_SHOWN_ENROLMENTS, {**values, "what": what})
    found = []
    for name, before, after, title in cursor.fetchall():
        before, after = before or {}, after or {}
        fields = list({**before, **after})
        if what == "changed":
            fields = [field for field in _OF_ENROLMENT if before.get(field) != after.get(field)]
        told = tuple((field, _said(before.get(field)), _said(after.get(field))) for field in fields)
        found.append(Change(Thing.ENROLMENT, name, told, title))
    return found


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _fingerprint(cursor: extensions.cursor, conflicts: list[Conflict]) -> str:
    """Says whether two comparisons have found the same: of every difference its kind, name and content count."""
    cursor.execute(_SUMS)
    parts = [repr(row) for row in sorted(cursor.fetchall())] + [repr(one) for one in conflicts]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


_OF_SOURCE: Final = "organisation_id = %(organisation)s AND source_id = %(source)s"
_DIFF: Final = f"""
    CREATE TEMPORARY TABLE la_r_diff ON COMMIT DROP AS
    SELECT coalesce(s.thing, r.thing) AS thing, coalesce(s.name, r.name) AS name, r.key,
        CASE WHEN r.name IS NULL THEN 'added' WHEN s.name IS NULL THEN 'ended' ELSE 'changed' END AS what
    FROM la_r_things s
    FULL JOIN (SELECT * FROM roster_records WHERE {_OF_SOURCE}) r ON r.thing = s.thing AND r.name = s.name
    LEFT JOIN la_r_gone g ON g.thing = r.thing AND g.name = r.name
    WHERE r.name IS NULL OR s.digest <> r.digest OR (s.name IS NULL
        AND (r.thing <> 'person' OR %(whole_people)s OR g.name IS NOT NULL));
    ANALYZE la_r_diff"""
# Whom the names lead to, of people of whom something is new; `…_as`: the key that counts.
_KNOWN: Final = """
    CREATE TEMPORARY TABLE la_r_known ON COMMIT DROP AS
    SELECT s.name, s.said ->> 'known_as' AS known_as,
        o.person_id AS own, coalesce(p.merged_into, o.person_id) AS own_as, l.person_id AS met,
        coalesce(q.merged_into, l.person_id) AS met_as, NULL::text AS conflict
    FROM la_r_diff d JOIN la_r_things s ON s.thing = d.thing AND s.name = d.name
    LEFT JOIN person_identifiers o ON o.organisation_id = %(organisation)s AND o.issuer = %(issuer)s
        AND o.kind = %(kind)s AND o.value = s.name
    LEFT JOIN people p ON p.organisation_id = %(organisation)s AND p.person_id = o.person_id
    LEFT JOIN person_identifiers l ON l.organisation_id = %(organisation)s AND l.issuer = %(people_issuer)s
        AND l.kind = %(people_kind)s AND l.value = s.said ->> 'known_as'
    LEFT JOIN people q ON q.organisation_id = %(organisation)s AND q.person_id = l.person_id
    WHERE d.thing = 'person';
    ANALYZE la_r_known;
    CREATE TEMPORARY TABLE la_r_names ON COMMIT DROP AS
    SELECT i.issuer, i.kind, i.value, coalesce(p.merged_into, p.person_id) AS person
    FROM person_identifiers i JOIN people p ON p.organisation_id = i.organisation_id AND p.person_id = i.person_id
    WHERE i.organisation_id = %(organisation)s AND coalesce(p.merged_into, p.person_id) IN (
        SELECT met_as FROM la_r_known WHERE met_as IS DISTINCT FROM own_as
        UNION SELECT own_as FROM la_r_known WHERE met_as IS DISTINCT FROM own_as);
    ANALYZE la_r_names;
    UPDATE la_r_known k SET conflict = 'split' WHERE own_as <> met_as AND EXISTS (
        SELECT FROM person_merges m
        JOIN people a ON a.organisation_id = m.organisation_id AND a.person_id = m.kept_id
        JOIN people b ON b.organisation_id = m.organisation_id AND b.person_id = m.absorbed_id
        WHERE m.organisation_id = %(organisation)s AND m.split_at IS NOT NULL
            AND coalesce(a.merged_into, a.person_id) IN (k.own_as, k.met_as)
            AND coalesce(b.merged_into, b.person_id) IN (k.own_as, k.met_as));
    UPDATE la_r_known k SET conflict = 'name_of_another' FROM la_r_names n
    WHERE k.conflict IS NULL AND n.person = k.met_as AND k.met_as IS DISTINCT FROM k.own_as
        AND n.issuer = %(issuer)s AND n.kind = %(kind)s AND n.value <> k.name;
    UPDATE la_r_known k SET conflict = 'other_name' FROM la_r_names n
    WHERE k.conflict IS NULL AND n.person = k.own_as AND k.met_as <> k.own_as
        AND n.issuer = %(people_issuer)s AND n.kind = %(people_kind)s AND n.value <> k.known_as"""
_COURSES: Final = """
    CREATE TEMPORARY TABLE la_r_courses ON COMMIT DROP AS
    SELECT s.name, s.said ->> 'known_as' AS known_as, o.course_id AS own, l.course_id AS met,
        CASE WHEN o.course_id <> l.course_id OR EXISTS (
            SELECT FROM course_identifiers t WHERE t.organisation_id = %(organisation)s AND t.course_id = l.course_id
                AND t.issuer = %(issuer)s AND t.kind = %(kind)s AND t.value <> s.name)
            THEN 'course_of_another' END AS conflict
    FROM la_r_diff d JOIN la_r_things s ON s.thing = d.thing AND s.name = d.name
    LEFT JOIN course_identifiers o ON o.organisation_id = %(organisation)s AND o.issuer = %(issuer)s
        AND o.kind = %(kind)s AND o.value = s.name
    LEFT JOIN course_identifiers l ON l.organisation_id = %(organisation)s AND l.issuer = %(courses_issuer)s
        AND l.kind = %(courses_kind)s AND l.value = s.said ->> 'known_as'
    WHERE d.thing = 'course';
    ANALYZE la_r_courses"""
# An enrolment is what it says: the same content under another id is the same enrolment, since some systems give out
# new ids with every export. Of files that hold changes only, people and courses that are gone take theirs along.
_CHANGES: Final = f"""
    CREATE TEMPORARY TABLE la_r_changes ON COMMIT DROP AS
    WITH held AS MATERIALIZED (
        SELECT name, digest, person_id, scope_kind, scope_id, role FROM roster_enrolments WHERE {_OF_SOURCE}),
    ended AS (SELECT thing, key FROM la_r_diff WHERE what = 'ended'),
    disabled AS (
        SELECT r.key FROM la_r_things s JOIN roster_records r ON r.thing = s.thing AND r.name = s.name
        WHERE r.organisation_id = %(organisation)s AND r.source_id = %(source)s
            AND s.thing = 'person' AND s.said ->> 'enabled' = 'false'),
    fresh AS MATERIALIZED (
        SELECT s.name, s.digest FROM la_r_enrolments s LEFT JOIN held r ON r.digest = s.digest WHERE r.name IS NULL),
    stale AS MATERIALIZED (
        SELECT r.* FROM held r LEFT JOIN la_r_enrolments s ON s.digest = r.digest WHERE s.name IS NULL)
    SELECT s.name, 'renamed' AS what, r.name AS was, s.digest
    FROM la_r_enrolments s JOIN held r ON r.digest = s.digest WHERE r.name <> s.name
    UNION ALL
    SELECT coalesce(s.name, r.name),
        CASE WHEN r.name IS NULL THEN 'added' WHEN s.name IS NULL THEN 'ended' ELSE 'changed' END,
        NULL, coalesce(s.digest, r.digest)
    FROM fresh s FULL JOIN stale r ON r.name = s.name
    LEFT JOIN la_r_gone g ON g.thing = 'enrolment' AND g.name = r.name
    WHERE s.name IS NOT NULL OR %(whole_enrolments)s OR g.name IS NOT NULL
        OR r.person_id IN (SELECT key FROM ended WHERE thing = 'person')
        OR r.scope_id IN (SELECT key FROM ended WHERE thing = r.scope_kind)
        OR (r.role <> 'learner' AND r.person_id IN (SELECT key FROM disabled));
    ANALYZE la_r_changes"""
_COUNTS: Final = f"""
    SELECT thing, what, count(*) FROM la_r_diff WHERE thing NOT LIKE '{ROW}%' GROUP BY 1, 2
    UNION ALL SELECT 'enrolment', what, count(*) FROM la_r_changes WHERE what <> 'renamed' GROUP BY 1, 2"""
_SUMS: Final = """
    SELECT d.thing, d.what, count(*), sum(hashtextextended(d.name || ' ' || coalesce(s.digest::text, ''), 0)::numeric)
    FROM la_r_diff d LEFT JOIN la_r_things s ON s.thing = d.thing AND s.name = d.name GROUP BY 1, 2
    UNION ALL
    SELECT 'enrolment', what, count(*), sum(hashtextextended(name || ' ' || digest::text, 0)::numeric)
    FROM la_r_changes GROUP BY 1, 2
    UNION ALL
    SELECT 'join', 'added', count(*), sum(hashtextextended(name || ' ' || known_as || ' ' || met_as::text, 0)::numeric)
    FROM la_r_known WHERE met_as IS DISTINCT FROM own_as AND conflict IS NULL"""
_CONFLICTS: Final = """
    SELECT conflict, name, known_as FROM la_r_known WHERE conflict IS NOT NULL
    UNION ALL SELECT conflict, name, known_as FROM la_r_courses WHERE conflict IS NOT NULL ORDER BY 1, 2"""
_JOINS: Final = (
    "SELECT count(*) FROM la_r_known WHERE met_as IS DISTINCT FROM own_as AND met IS NOT NULL AND conflict IS NULL"
)
_OTHERWISE: Final = """
    SELECT count(*) FROM la_r_things s
    JOIN roster_records r ON r.organisation_id = %(organisation)s AND r.source_id = %(source)s AND r.thing = s.thing
        AND r.name = s.name AND r.digest = s.digest
    JOIN people o ON o.organisation_id = r.organisation_id AND o.person_id = r.key
    JOIN people c ON c.organisation_id = o.organisation_id AND c.person_id = coalesce(o.merged_into, o.person_id)
    JOIN people h ON h.organisation_id = c.organisation_id AND h.person_id = coalesce(c.described_as, c.person_id)
    WHERE s.thing = 'person' AND h.described_at IS NOT NULL
        AND (s.said ->> 'given_name', s.said ->> 'family_name') IS DISTINCT FROM (h.given_name, h.family_name)"""
_GRANTED: Final = f"""
    SELECT count(*) FROM roster_enrolments WHERE {_OF_SOURCE} AND (ends_at IS NULL OR ends_at > %(at)s)"""
# What ends with its course is no surprise.
_ENDING: Final = """
    SELECT count(*) FROM la_r_changes c
    JOIN roster_enrolments r ON r.organisation_id = %(organisation)s AND r.source_id = %(source)s AND r.name = c.name
    LEFT JOIN sections s ON s.organisation_id = r.organisation_id AND r.scope_kind = 'section'
        AND s.section_id = r.scope_id
    LEFT JOIN courses o ON o.organisation_id = r.organisation_id AND o.course_id = coalesce(s.course_id, r.scope_id)
    WHERE c.what = 'ended' AND (r.ends_at IS NULL OR r.ends_at > %(at)s)
        AND (o.ends_on IS NULL OR o.ends_on >= (%(at)s::timestamptz AT TIME ZONE %(zone)s)::date)"""
_SHOWN_THINGS: Final = """
    SELECT thing, name, before, after FROM (
        SELECT d.thing, d.name, s.said - 'enabled' AS after,
            CASE WHEN d.thing <> 'person' THEN r.said ELSE jsonb_strip_nulls(jsonb_build_object(
                'given_name', p.given_name, 'family_name', p.family_name, 'email', p.email,
                'known_as', s.said ->> 'known_as')) END AS before,
            row_number() OVER (PARTITION BY d.thing ORDER BY d.name) AS number
        FROM la_r_diff d LEFT JOIN la_r_things s ON s.thing = d.thing AND s.name = d.name
        LEFT JOIN roster_records r ON r.organisation_id = %(organisation)s AND r.source_id = %(source)s
            AND r.thing = d.thing AND r.name = d.name
        LEFT JOIN people p ON d.thing = 'person' AND p.organisation_id = %(organisation)s AND p.person_id = d.key
        WHERE d.what = %(what)s AND d.thing NOT LIKE %(rows)s) numbered
    WHERE number <= %(shown)s ORDER BY thing, name"""
_SHOWN_ENROLMENTS: Final = """
    WITH chosen AS (
        SELECT name, coalesce(was, name) AS held FROM la_r_changes WHERE what = %(what)s ORDER BY name LIMIT %(shown)s)
    SELECT c.name,
        CASE WHEN r.name IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object('person', o.name, 'role', r.role,
            'begins', (r.begins_at AT TIME ZONE %(zone)s)::date, 'ends', (r.ends_at AT TIME ZONE %(zone)s)::date,
            'course', (SELECT min(q.name) FROM roster_records q WHERE q.organisation_id = r.organisation_id
                AND q.source_id = r.source_id AND q.thing = r.scope_kind AND q.key = r.scope_id))) END,
        CASE WHEN s.name IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object('person', s.person, 'role', s.role,
            'begins', s.begins_on, 'ends', s.ends_on, 'course', s.course, 'section', nullif(s.section, ''))) END,
        CASE WHEN t.name IS NOT NULL THEN concat_ws(' ', t.said ->> 'given_name', t.said ->> 'family_name')
            ELSE concat_ws(' ', p.given_name, p.family_name) END
    FROM chosen c LEFT JOIN la_r_enrolments s ON s.name = c.name
    LEFT JOIN roster_enrolments r ON r.organisation_id = %(organisation)s AND r.source_id = %(source)s
        AND r.name = c.held
    LEFT JOIN roster_records o ON o.organisation_id = %(organisation)s AND o.source_id = %(source)s
        AND o.thing = 'person' AND o.key = r.person_id
    LEFT JOIN la_r_things t ON t.thing = 'person' AND t.name = s.person
    LEFT JOIN people p ON p.organisation_id = %(organisation)s AND p.person_id = r.person_id
    ORDER BY c.name"""
