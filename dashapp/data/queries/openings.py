"""Who opened a learner's page, as the learner may know it: the role of everybody, the names of staff of own courses."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from sqlalchemy import ARRAY, Text, bindparam, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.described import full_name
from dashapp.domain.audit import Action, Opening, ViewerRole
from dashapp.domain.events import STAFF_ROLES
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.principal import Principal

SHOWN_FOR: Final = timedelta(days=90)
MOST_SHOWN: Final = 12
REMEMBERED: Final = 60.0
"""Seconds. That somebody opened the page is no event of the learner's, so no version of the page tells of it."""
MOST_REMEMBERED: Final = 20_000


class Openings:
    """Reads and remembers for a minute. Safe to share between threads: at worst something is read twice."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[OrganisationId, PersonId], tuple[float, tuple[Opening, ...]]] = {}

    def of(self, principal: Principal, now: datetime) -> tuple[Opening, ...]:
        """Who opened the principal's page in the last 90 days, the latest first. Raises Unavailable."""
        key = (principal.organisation_id, principal.person_id)
        known = self._known.get(key)
        if known is not None and monotonic() - known[0] < REMEMBERED:
            return known[1]
        with self._database.transaction(DatabaseRole.WEB, principal.organisation_id) as connection:
            values = {
                "organisation": principal.organisation_id,
                "person": principal.person_id,
                "since": now - SHOWN_FOR,
                "viewed": Action.VIEWED.value,
                "staff": sorted(STAFF_ROLES),
                "limit": MOST_SHOWN,
            }
            found = _openings(connection.execute(_OPENINGS, values).all())
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = (monotonic(), found)
        return found


def _openings(rows: Sequence[Any]) -> tuple[Opening, ...]:
    return tuple(
        Opening(
            role=next((role for role in ViewerRole if role.value == row.role), None),
            name=(full_name(row.given_name, row.family_name) or None) if row.teaches else None,
            last_at=row.last_at,
            times=row.times,
        )
        for row in rows
    )


_OPENINGS: Final = text(
    """
    WITH own AS (
        SELECT person_id, public_id FROM people
        WHERE organisation_id = :organisation AND coalesce(merged_into, person_id) = :person),
    views AS (
        SELECT l.actor, max(l.at) AS last_at, count(*) AS times, (array_agg(l.role ORDER BY l.at DESC))[1] AS role
        FROM audit_log l
        WHERE l.organisation_id = :organisation AND l.subject IN (SELECT 'person ' || person_id FROM own)
            AND l.at >= :since AND l.action = :viewed AND l.actor NOT IN (SELECT public_id::text FROM own)
        GROUP BY l.actor ORDER BY 2 DESC LIMIT :limit),
    courses_of AS (
        SELECT m.scope_id FROM memberships m JOIN own USING (person_id)
        WHERE m.organisation_id = :organisation AND m.scope_kind = 'course' AND m.role = 'learner')
    SELECT v.role, v.last_at, v.times, said.given_name, said.family_name, EXISTS (
            SELECT FROM memberships m JOIN people holder USING (organisation_id, person_id)
            WHERE m.organisation_id = :organisation AND m.scope_kind = 'course' AND m.role = ANY(:staff)
                AND m.scope_id IN (SELECT scope_id FROM courses_of)
                AND coalesce(holder.merged_into, holder.person_id) = coalesce(seen.merged_into, seen.person_id)
        ) AS teaches
    FROM views v
        LEFT JOIN people seen ON seen.organisation_id = :organisation AND seen.public_id::text = v.actor
        LEFT JOIN people counts ON counts.organisation_id = :organisation
            AND counts.person_id = coalesce(seen.merged_into, seen.person_id)
        LEFT JOIN people said ON said.organisation_id = :organisation
            AND said.person_id = coalesce(counts.described_as, counts.person_id)
    ORDER BY v.last_at DESC
    """
).bindparams(bindparam("staff", type_=ARRAY(Text)))
