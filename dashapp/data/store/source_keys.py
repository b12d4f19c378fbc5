"""The keys of senders: made and revoked by la_jobs, read by the collectors as la_ingest."""

import secrets
from base64 import b32encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import ARRAY, ColumnElement, Connection, Text, bindparam, insert, or_, select, text

from dashapp.data.store.senders import RegisteredSource
from dashapp.data.tables import organisations, source_keys, sources
from dashapp.domain.events import Source, Topic
from dashapp.domain.keys import OrganisationId, SourceId

MARK: Final = "la_"
"""Begins every key, so that whoever finds one somewhere knows what it is, as do scanners for secrets."""
PREFIX_LENGTH: Final = 12
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key at its birth, the only moment at which its secret is known."""

    prefix: str
    secret: str

    @property
    def whole(self) -> str:
        """What a sender shows as its bearer token."""
        return f"{MARK}{self.prefix}_{self.secret}"


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key that may be used now, or from a moment on may not any more."""

    prefix: str
    secret_hash: bytes
    expires_at: datetime | None
    holder: RegisteredSource


@dataclass(frozen=True, slots=True)
class KnownSource:
    """A sender as the administration knows it."""

    source_id: SourceId
    name: str
    issuer: str
    allowed: frozenset[Topic]
    topics: frozenset[str]
    """The Kafka topics on which it is believed."""


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key as its administrator sees it."""

    prefix: str
    source: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    """Exact to the hour."""


def hash_of(secret: str) -> bytes:
    """What is kept of a secret. It holds 256 random bits, so a slow hash would only slow the collectors."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def find_source(connection: Connection, organisation: OrganisationId, name: str) -> KnownSource | None:
    """The sender of this name, if the organisation has one."""
    return _find_source(connection, organisation, sources.c.name == name)


def source_of_id(connection: Connection, organisation: OrganisationId, source: SourceId) -> KnownSource | None:
    """The sender of this key, if it is the organisation's."""
    return _find_source(connection, organisation, sources.c.source_id == source)


def _find_source(
    connection: Connection, organisation: OrganisationId, which: ColumnElement[bool]
) -> KnownSource | None:
    row = connection.execute(
        select(sources.c.source_id, sources.c.name, sources.c.issuer, sources.c.allowed, sources.c.topics).where(
            sources.c.organisation_id == organisation, which
        )
    ).one_or_none()
    if row is None:
        return None
    allowed = frozenset(Topic(kind) for kind in row.allowed)
    return KnownSource(SourceId(row.source_id), row.name, row.issuer, allowed, frozenset(row.topics))


def enable_source(connection: Connection, organisation: OrganisationId, source: SourceId, *, enabled: bool) -> None:
    """Whether a sender is believed from now on; for la_jobs. Every process has heard of it within 30 s."""
    connection.execute(
        sources.update()
        .where(sources.c.organisation_id == organisation, sources.c.source_id == source)
        .values(enabled=enabled)
    )


def change_source(
    connection: Connection, known: KnownSource, allowed: Collection[Topic], topics: Collection[str]
) -> None:
    """What a sender may send from now on, and on which further Kafka topics it is believed; for la_jobs."""
    connection.execute(
        sources.update()
        .where(sources.c.source_id == known.source_id)
        .values(allowed=sorted(allowed), topics=sorted(known.topics.union(topics)))
    )


def make_key(
    connection: Connection,
    organisation: OrganisationId,
    source: SourceId,
    now: datetime,
    expires_at: datetime | None = None,
) -> MadeKey:
    """A new key of a sender, in a transaction of la_jobs that acts for the organisation."""
    made = MadeKey(
        b32encode(secrets.token_bytes(8)).decode().lower()[:PREFIX_LENGTH], secrets.token_urlsafe(_SECRET_BYTES)
    )
    connection.execute(
        insert(source_keys).values(
            organisation_id=organisation,
            prefix=made.prefix,
            source_id=source,
            secret_hash=hash_of(made.secret),
            created_at=now,
            expires_at=expires_at,
        )
    )
    return made


def revoke_key(connection: Connection, organisation: OrganisationId, prefix: str, now: datetime) -> bool:
    """Ends a key; whether there was one to end."""
    ended = connection.execute(
        source_keys.update()
        .where(
            source_keys.c.organisation_id == organisation,
            source_keys.c.prefix == prefix,
            source_keys.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    return ended.rowcount > 0


def expire_keys(connection: Connection, organisation: OrganisationId, source: SourceId, at: datetime) -> None:
    """Lets the keys of a sender that would hold longer end at an instant."""
    connection.execute(
        source_keys.update()
        .where(
            source_keys.c.organisation_id == organisation,
            source_keys.c.source_id == source,
            source_keys.c.revoked_at.is_(None),
            or_(source_keys.c.expires_at.is_(None), source_keys.c.expires_at > at),
        )
        .values(expires_at=at)
    )


def list_keys(connection: Connection, organisation: OrganisationId) -> list[ListedKey]:
    """All keys that an organisation ever made, the oldest first."""
    rows = connection.execute(
        select(source_keys, sources.c.name)
        .join(sources, sources.c.source_id == source_keys.c.source_id)
        .where(source_keys.c.organisation_id == organisation)
        .order_by(source_keys.c.created_at, source_keys.c.prefix)
    )
    return [
        ListedKey(row.prefix, row.name, row.created_at, row.expires_at, row.revoked_at, row.last_used_at)
        for row in rows
    ]


def read_keys(connection: Connection) -> list[HeldKey]:
    """The keys, of all organisations, that are not revoked and whose sender is enabled.

    For la_ingest, which needs no tenant for it. Whether one has expired is for the caller's clock to say. Gives up
    after some seconds, since requests wait for it.
    """
    connection.execute(_HURRY)
    rows = connection.execute(
        select(
            source_keys.c.prefix,
            source_keys.c.secret_hash,
            source_keys.c.expires_at,
            sources.c.source_id,
            sources.c.organisation_id,
            sources.c.name,
            sources.c.issuer,
            sources.c.allowed,
            sources.c.topics,
            organisations.c.name.label("organisation"),
        )
        .join(sources, sources.c.source_id == source_keys.c.source_id)
        .join(organisations, organisations.c.organisation_id == sources.c.organisation_id)
        .where(source_keys.c.revoked_at.is_(None), sources.c.enabled)
    )
    return [
        HeldKey(
            row.prefix,
            bytes(row.secret_hash),
            row.expires_at,
            RegisteredSource(
                Source(
                    source_id=SourceId(row.source_id),
                    organisation_id=OrganisationId(row.organisation_id),
                    organisation=row.organisation,
                    name=row.name,
                    issuer=row.issuer,
                    allowed=frozenset(Topic(kind) for kind in row.allowed),
                ),
                frozenset(row.topics),
            ),
        )
        for row in rows
    ]


def note_use(connection: Connection, prefixes: Collection[str]) -> None:
    """Notes that keys have been used within this hour. Gives up as `read_keys` does."""
    connection.execute(_HURRY)
    connection.execute(_NOTE_USE, {"prefixes": list(prefixes)})


_HURRY: Final = text("SET LOCAL statement_timeout = 5000")
_NOTE_USE: Final = text(
    "UPDATE source_keys SET last_used_at = date_trunc('hour', now()) WHERE prefix = ANY(:prefixes)"
    " AND last_used_at IS DISTINCT FROM date_trunc('hour', now())"
).bindparams(bindparam("prefixes", type_=ARRAY(Text)))
