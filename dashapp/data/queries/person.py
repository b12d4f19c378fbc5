"""Somebody's page for their administrators. In transactions of la_jobs: it tells senders' names and accounts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Connection, RowMapping, bindparam, text

from dashapp.data.queries.described import full_name
from dashapp.data.queries.people import find_person
from dashapp.data.store.merge_previews import names_of_people
from dashapp.domain.keys import OrganisationId, PublicId, SectionId
from dashapp.domain.people import (
    MOST_ADVISED,
    Advised,
    HeldBy,
    HeldName,
    HeldRole,
    OwnAccount,
    OwnMerge,
    PersonView,
)
from dashapp.domain.views import Freshness

MOST_ROLES: Final = 300
MOST_MERGES: Final = 100


def read_person(
    connection: Connection, organisation: OrganisationId, public_id: UUID, now: datetime, freshness: Freshness
) -> PersonView:
    """The person of this public id or, after a merge, the one who stands for them. Raises NotFound."""
    person = find_person(connection, organisation, public_id)
    keys = list(connection.execute(_KEYS_OF, {"organisation": organisation, "person": person}).scalars())
    values: dict[str, Any] = {"organisation": organisation, "person": person, "people": keys}
    row = connection.execute(_PERSON, {**values, "now": now}).mappings().one()
    names = tuple(names_of_people(connection, organisation, keys))
    roles = _roles(connection, values)
    advised = connection.execute(_ADVISED, {**values, "now": now, "limit": MOST_ADVISED}).mappings().all()
    return PersonView(
        person_id=person,
        public_id=PublicId(row["public_id"]),
        name=full_name(row["given_name"], row["family_name"]),
        email=row["email"],
        described=row["described"],
        is_test=row["is_test"],
        said_by_administration=row["said"],
        names=names,
        roles=roles,
        accounts=tuple(
            OwnAccount(one["sign_in_name"], one["enabled"], one["has_password"])
            for one in connection.execute(_ACCOUNTS, values).mappings()
        ),
        merges=_merges(connection, values, names),
        advised=tuple(Advised(PublicId(one["public_id"]), _name(one), one["since"]) for one in advised),
        advised_total=advised[0]["total"] if advised else 0,
        sessions=row["sessions"],
        administers=any(
            one.role == HeldBy.ADMINISTRATOR and one.scope_kind == "organisation" and one.holds(now)
            for one in roles
            if one.granted_by != "event"
        ),
        now=now,
        freshness=freshness,
    )


def sections_of(connection: Connection, organisation: OrganisationId, course: UUID) -> list[tuple[SectionId, str]]:
    """(key, what it is called) of the sections of a course."""
    rows = connection.execute(_SECTIONS, {"organisation": organisation, "course": course})
    return [(SectionId(row.section_id), row.title) for row in rows]


def _roles(connection: Connection, values: Mapping[str, Any]) -> tuple[HeldRole, ...]:
    rows = connection.execute(_ROLES, {**_of(values), "limit": MOST_ROLES}).mappings()
    return tuple(
        HeldRole(
            membership_id=row["membership_id"],
            role=row["role"],
            scope_kind=row["scope_kind"],
            place=row["title"] or _name(row),
            place_id=None if row["place_id"] is None else PublicId(row["place_id"]),
            section=row["section"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            granted_by=row["granted_by"],
            source=row["source"],
        )
        for row in rows
    )


def _merges(connection: Connection, values: Mapping[str, Any], names: tuple[HeldName, ...]) -> tuple[OwnMerge, ...]:
    rows = connection.execute(_MERGES, {**_of(values), "limit": MOST_MERGES}).mappings()
    return tuple(
        OwnMerge(
            row["merge_id"],
            row["reason"],
            row["merged_by"],
            row["merged_at"],
            tuple(name for name in names if name.merge_id == row["merge_id"]),
        )
        for row in rows
    )


def _of(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("organisation", "people")}


def _name(row: RowMapping) -> str:
    return full_name(row["given_name"], row["family_name"])


_KEYS_OF: Final = text(
    "SELECT person_id FROM people WHERE organisation_id = :organisation"
    " AND (person_id = :person OR merged_into = :person)"
)
_KEYS: Final = bindparam("people", type_=ARRAY(BigInteger))
_PERSON: Final = text("""
    SELECT p.public_id, s.given_name, s.family_name, s.email, s.is_test, p.test_override IS NOT NULL AS said,
        NOT (p.provisional AND p.described_as IS NULL) AS described,
        (SELECT count(*) FROM sessions o WHERE o.organisation_id = :organisation AND o.person_id = ANY(:people)
            AND o.ended_at IS NULL AND o.expires_at > :now
            AND o.seen_at + make_interval(secs => o.idle_seconds) > :now) AS sessions
    FROM people p JOIN people s ON s.organisation_id = p.organisation_id
        AND s.person_id = CASE WHEN p.described_as IS NULL THEN p.person_id ELSE p.described_as END
    WHERE p.organisation_id = :organisation AND p.person_id = :person""").bindparams(_KEYS)
_ACCOUNTS: Final = text("""
    SELECT sign_in_name, enabled, password_hash IS NOT NULL AS has_password FROM accounts
    WHERE organisation_id = :organisation AND person_id = ANY(:people) ORDER BY sign_in_name""").bindparams(_KEYS)
# The caseload stands in a list of its own; what only accompanies a role in a section would be said twice, and so would
# the course's role that a source's section has made.
_ROLES: Final = text("""
    SELECT m.membership_id, m.role, m.scope_kind, m.starts_at, m.ends_at, m.granted_by, src.name AS source,
        coalesce(nullif(concat_ws(' · ', c.code, c.title), ''), c.claimed_title, left(c.public_id::text, 8)) AS title,
        coalesce(c.public_id, g.public_id) AS place_id, coalesce(x.title, x.name, lg.name) AS section,
        gs.given_name, gs.family_name
    FROM memberships m
    LEFT JOIN sections x ON m.scope_kind = 'section' AND x.organisation_id = m.organisation_id
        AND x.section_id = m.scope_id
    LEFT JOIN learner_groups lg ON m.scope_kind = 'group' AND lg.organisation_id = m.organisation_id
        AND lg.group_id = m.scope_id
    LEFT JOIN courses c ON c.organisation_id = m.organisation_id
        AND c.course_id = CASE m.scope_kind WHEN 'course' THEN m.scope_id ELSE coalesce(x.course_id, lg.course_id) END
    LEFT JOIN people l ON m.scope_kind = 'learners' AND l.organisation_id = m.organisation_id
        AND l.person_id = m.scope_id
    LEFT JOIN people g ON g.organisation_id = m.organisation_id AND g.person_id = coalesce(l.merged_into, l.person_id)
    LEFT JOIN people gs ON gs.organisation_id = m.organisation_id
        AND gs.person_id = coalesce(g.described_as, g.person_id)
    LEFT JOIN sources src ON src.organisation_id = m.organisation_id AND src.source_id = m.source_id
    WHERE m.organisation_id = :organisation AND m.person_id = ANY(:people) AND m.with_id IS NULL
        AND (m.ends_at IS NULL OR m.starts_at IS NULL OR m.starts_at < m.ends_at)
        AND m.role <> 'adviser'
        AND NOT (m.scope_kind = 'course' AND m.granted_by = 'event' AND EXISTS (
            SELECT FROM memberships o JOIN sections y ON y.organisation_id = o.organisation_id
                AND y.section_id = o.scope_id
            WHERE o.organisation_id = m.organisation_id AND o.person_id = m.person_id AND o.scope_kind = 'section'
                AND o.granted_by = 'event' AND o.role = m.role AND o.source_id IS NOT DISTINCT FROM m.source_id
                AND y.course_id = m.scope_id AND o.starts_at IS NOT DISTINCT FROM m.starts_at
                AND o.ends_at IS NOT DISTINCT FROM m.ends_at))
    ORDER BY coalesce(m.ends_at, 'infinity') <= clock_timestamp(), m.scope_kind <> 'organisation',
        m.role = 'learner', title, section, m.starts_at, m.membership_id LIMIT :limit""").bindparams(_KEYS)
_MERGES: Final = text("""
    SELECT merge_id, reason, merged_by, merged_at FROM person_merges
    WHERE organisation_id = :organisation AND absorbed_id = ANY(:people) AND split_at IS NULL
    ORDER BY merge_id DESC LIMIT :limit""").bindparams(_KEYS)
_ADVISED: Final = text("""
    SELECT k.public_id, s.given_name, s.family_name, min(m.starts_at) AS since, count(*) OVER () AS total
    FROM memberships m
    JOIN people l ON l.organisation_id = m.organisation_id AND l.person_id = m.scope_id
    JOIN people k ON k.organisation_id = m.organisation_id AND k.person_id = coalesce(l.merged_into, l.person_id)
    JOIN people s ON s.organisation_id = m.organisation_id AND s.person_id = coalesce(k.described_as, k.person_id)
    WHERE m.organisation_id = :organisation AND m.person_id = ANY(:people) AND m.scope_kind = 'learners'
        AND m.role = 'adviser' AND m.granted_by <> 'event' AND k.person_id <> :person
        AND (m.starts_at IS NULL OR m.starts_at <= :now) AND (m.ends_at IS NULL OR m.ends_at > :now)
    GROUP BY k.person_id, k.public_id, s.given_name, s.family_name, s.folded
    ORDER BY s.folded COLLATE "C", k.person_id LIMIT :limit""").bindparams(_KEYS)
_SECTIONS: Final = text("""
    SELECT x.section_id, coalesce(x.title, x.name) AS title FROM sections x
    JOIN courses c ON c.organisation_id = x.organisation_id AND c.course_id = x.course_id
    WHERE x.organisation_id = :organisation AND c.public_id = :course ORDER BY x.name, x.section_id""")
