"""The page of connections: what has come from each sender, and what is missing in it.

In transactions of la_jobs, which may see keys and ledger.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, RowMapping, text

from dashapp.data.store.identified import newest_zone
from dashapp.domain.connections import MOST_LOOKED_AT, Arrived, ConnectionsView, Found, KeyRow, Lack, SenderRow
from dashapp.domain.events import Topic
from dashapp.domain.keys import OrganisationId, SourceId

MOST_TERMS: Final = 12
RECENT: Final = timedelta(days=7)
"""What is counted of a sender: since its first event, but no longer back than this."""


def read_connections(connection: Connection, organisation: OrganisationId, now: datetime) -> ConnectionsView:
    """The senders of an organisation in the order of their names, and what pages miss."""
    values = {"organisation": organisation}
    keys: defaultdict[int, list[KeyRow]] = defaultdict(list)
    for row in connection.execute(_KEYS, values).mappings():
        keys[row["source_id"]].append(KeyRow(**{name: row[name] for name in _KEY_COLUMNS}))
    recent = {**values, "since": now - RECENT}
    arrived = {row["source_id"]: _arrived(row) for row in connection.execute(_ARRIVED, recent).mappings()}
    senders = tuple(
        _sender(connection, organisation, row, (tuple(keys[row["source_id"]]), arrived.get(row["source_id"])))
        for row in connection.execute(_SENDERS, values).mappings()
    )
    title = connection.execute(_TITLE, values).scalar_one()
    counts = connection.execute(_FOUND, values).mappings().one()
    found = _found(counts) if any(one.arrived.last_at for one in senders) else ()
    return ConnectionsView(title, newest_zone(connection, organisation), senders, found)


def _sender(
    connection: Connection,
    organisation: OrganisationId,
    row: RowMapping,
    known: tuple[tuple[KeyRow, ...], Arrived | None],
) -> SenderRow:
    keys, arrived = known
    return SenderRow(
        SourceId(row["source_id"]),
        row["name"],
        row["issuer"],
        frozenset(Topic(kind) for kind in row["allowed"]),
        row["enabled"],
        keys,
        _looked_at(connection, organisation, SourceId(row["source_id"]), arrived) if arrived else Arrived(),
    )


def _arrived(row: RowMapping) -> Arrived:
    events, refused, courses = (int(row[name] or 0) for name in ("events", "refused", "courses"))
    return Arrived(row["first_at"], row["last_at"], events, refused, courses)


def _looked_at(connection: Connection, organisation: OrganisationId, source: SourceId, arrived: Arrived) -> Arrived:
    """With what only its single events can tell, where there are not too many of them."""
    values = {"organisation": organisation, "source": source, "most": MOST_LOOKED_AT + 1}
    looked_at, learners = connection.execute(_LEARNERS, values).one()
    if looked_at > MOST_LOOKED_AT:
        return arrived
    terms: set[str] = set()
    for body in connection.execute(_INTERACTIONS, values).scalars():
        said = _Said() if body is None else msgspec.json.decode(bytes(body), type=_Said)
        if said.term is not None:
            terms.add(said.term)
    return replace(arrived, learners=int(learners), unknown_terms=tuple(sorted(terms)[:MOST_TERMS]))


class _Said(msgspec.Struct):
    """What of a raw event is looked at here."""

    term: str | None = None


def _found(row: RowMapping) -> tuple[Found, ...]:
    return tuple(Found(lack, int(row[lack.value]), int(row[f"of_{lack.value}"])) for lack in Lack)


_KEY_COLUMNS: Final = ("prefix", "created_at", "expires_at", "revoked_at", "last_used_at")
_TITLE: Final = text("SELECT title FROM organisations WHERE organisation_id = :organisation")
_SENDERS: Final = text(
    "SELECT source_id, name, issuer, allowed, enabled FROM sources WHERE organisation_id = :organisation ORDER BY name"
)
_KEYS: Final = text(
    "SELECT source_id, prefix, created_at, expires_at, revoked_at, last_used_at FROM source_keys"
    " WHERE organisation_id = :organisation ORDER BY created_at DESC, prefix"
)
_ARRIVED: Final = text("""
    SELECT s.source_id, f.first_at, l.last_at, q.events, q.refused, q.courses FROM sources s
    LEFT JOIN LATERAL (
        SELECT min(first_received_at) AS first_at FROM quality_hours WHERE organisation_id = :organisation
            AND source_id = s.source_id AND hour = (SELECT min(hour) FROM quality_hours
                WHERE organisation_id = :organisation AND source_id = s.source_id)) f ON true
    LEFT JOIN LATERAL (
        SELECT max(last_received_at) AS last_at FROM quality_hours WHERE organisation_id = :organisation
            AND source_id = s.source_id AND hour = (SELECT max(hour) FROM quality_hours
                WHERE organisation_id = :organisation AND source_id = s.source_id)) l ON true
    LEFT JOIN LATERAL (
        SELECT sum(received) AS events, sum(refused) AS refused,
            count(DISTINCT course_id) FILTER (WHERE course_id <> 0) AS courses
        FROM quality_hours WHERE organisation_id = :organisation AND source_id = s.source_id
            AND hour > :since) q ON true
    WHERE s.organisation_id = :organisation""")
_LEARNERS: Final = text("""
    WITH looked AS MATERIALIZED (
        SELECT person_id FROM event_ledger WHERE organisation_id = :organisation AND source_id = :source LIMIT :most)
    SELECT (SELECT count(*) FROM looked), (
        SELECT count(DISTINCT coalesce(p.merged_into, p.person_id)) FROM (SELECT DISTINCT person_id FROM looked) d
        JOIN people p ON p.organisation_id = :organisation AND p.person_id = d.person_id)""")
# Found by the index over (organisation, person, instant), row by row: the ledger knows both.
_INTERACTIONS: Final = text(
    "SELECT r.body FROM event_ledger l JOIN raw_events r ON r.organisation_id = l.organisation_id"
    " AND r.person_id = l.person_id AND r.occurred_at = l.occurred_at"
    " AND r.source_id = l.source_id AND r.event_id = l.event_id"
    " WHERE l.organisation_id = :organisation AND l.source_id = :source AND r.verb = 'interacted'"
)
_FOUND: Final = text("""
    WITH seen AS MATERIALIZED (
        SELECT course_id FROM courses c WHERE organisation_id = :organisation AND EXISTS (
            SELECT 1 FROM course_days d WHERE d.organisation_id = :organisation AND d.course_id = c.course_id)),
    things AS MATERIALIZED (
        SELECT a.activity_id, a.course_id, a.title IS NOT NULL OR a.claimed_title IS NOT NULL AS titled, a.due_at,
            a.activity_type IN ('quiz', 'assignment', 'exam') AS graded, a.activity_type = 'video' AS video
        FROM activities a JOIN seen USING (course_id) WHERE a.organisation_id = :organisation),
    everybody AS MATERIALIZED (
        SELECT coalesce(given_name, family_name) IS NOT NULL OR described_as IS NOT NULL AS named FROM people
        WHERE organisation_id = :organisation AND merged_into IS NULL)
    SELECT
        (SELECT count(*) FROM seen s JOIN courses c ON c.organisation_id = :organisation AND c.course_id = s.course_id
            WHERE c.title IS NOT NULL OR c.claimed_title IS NOT NULL) AS courses,
        (SELECT count(*) FROM seen) AS of_courses,
        (SELECT count(*) FROM everybody WHERE named) AS names,
        (SELECT count(*) FROM everybody) AS of_names,
        (SELECT count(*) FROM seen s WHERE EXISTS (SELECT 1 FROM memberships m
            WHERE m.organisation_id = :organisation AND m.scope_kind = 'course' AND m.scope_id = s.course_id
                AND m.role = 'learner')) AS roster,
        (SELECT count(*) FROM seen) AS of_roster,
        (SELECT count(*) FROM seen s WHERE EXISTS (SELECT 1 FROM course_hours h
            WHERE h.organisation_id = :organisation AND h.course_id = s.course_id)) AS times,
        (SELECT count(*) FROM seen) AS of_times,
        (SELECT count(*) FROM things WHERE titled) AS titles,
        (SELECT count(*) FROM things) AS of_titles,
        (SELECT count(*) FROM things WHERE graded AND due_at IS NOT NULL) AS due_dates,
        (SELECT count(*) FROM things WHERE graded) AS of_due_dates,
        (SELECT count(*) FROM seen s WHERE EXISTS (SELECT 1 FROM submissions b
            WHERE b.organisation_id = :organisation AND b.course_id = s.course_id
                AND b.score IS NOT NULL)) AS scores,
        (SELECT count(*) FROM seen) AS of_scores,
        (SELECT count(*) FROM seen s WHERE EXISTS (SELECT 1 FROM (
            SELECT completed_at FROM learner_activities l
            WHERE l.organisation_id = :organisation AND l.course_id = s.course_id LIMIT 2000) looked
            WHERE completed_at IS NOT NULL)) AS completion,
        (SELECT count(*) FROM seen) AS of_completion,
        (SELECT count(*) FROM things t WHERE video AND EXISTS (SELECT 1 FROM video_segments v
            WHERE v.organisation_id = :organisation AND v.course_id = t.course_id
                AND v.activity_id = t.activity_id)) AS videos,
        (SELECT count(*) FROM things WHERE video) AS of_videos""")
