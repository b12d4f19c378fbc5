"""The keys with which other services read from the API: made and revoked by an operator, in transactions of la_jobs."""

import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select, text

from dashapp.data.tables import service_keys
from dashapp.domain.keys import OrganisationId

MARK: Final = "las_"
"""Begins every key, so that whoever finds one somewhere knows what it is, as do scanners for secrets."""
PREFIX_LENGTH: Final = 12
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class NewServiceKey:
    """A key to be made. `scopes`: what it opens."""

    name: str
    scopes: tuple[str, ...]
    created_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """A key without its secret."""

    organisation_id: OrganisationId
    prefix: str
    name: str
    scopes: tuple[str, ...]
    secret_hash: bytes
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    """Exact to the hour."""


def hash_of(secret: str) -> bytes:
    """What is kept of a secret of 256 random bits."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def make_service_key(
    connection: Connection, organisation: OrganisationId, new: NewServiceKey, now: datetime
) -> tuple[str, str]:
    """Makes a key: its prefix, by which it is listed, and the whole of it, which is known at this moment only."""
    prefix = b32encode(secrets.token_bytes(8)).decode().lower()[:PREFIX_LENGTH]
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    connection.execute(
        insert(service_keys).values(
            organisation_id=organisation,
            prefix=prefix,
            name=new.name,
            scopes=list(new.scopes),
            secret_hash=hash_of(secret),
            created_by=new.created_by,
            created_at=now,
            expires_at=new.expires_at,
        )
    )
    return prefix, f"{MARK}{prefix}_{secret}"


def find_service_key(connection: Connection, prefix: str) -> ServiceKey | None:
    """The key of a prefix, of any organisation: for la_jobs, which needs no tenant for it."""
    found = _read(connection, service_keys.c.prefix == prefix)
    return found[0] if found else None


def list_service_keys(connection: Connection, organisation: OrganisationId) -> Sequence[ServiceKey]:
    """All keys that an organisation ever made, the oldest first."""
    return _read(connection, service_keys.c.organisation_id == organisation)


def revoke_service_key(connection: Connection, organisation: OrganisationId, prefix: str, now: datetime) -> bool:
    """Ends a key; whether there was one to end."""
    ended = connection.execute(
        service_keys.update()
        .where(
            service_keys.c.organisation_id == organisation,
            service_keys.c.prefix == prefix,
            service_keys.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    return ended.rowcount > 0


def note_use(connection: Connection, key: ServiceKey, now: datetime) -> None:
    """Notes that a key has been used within this hour."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    if key.last_used_at != hour:
        values = {"organisation": key.organisation_id, "prefix": key.prefix, "hour": hour}
        connection.execute(_NOTE_USE, values)


def _read(connection: Connection, condition: ColumnElement[bool]) -> list[ServiceKey]:
    rows = connection.execute(
        select(service_keys).where(condition).order_by(service_keys.c.created_at, service_keys.c.prefix)
    )
    return [
        ServiceKey(
            OrganisationId(row.organisation_id),
            row.prefix,
            row.name,
            tuple(row.scopes),
            bytes(row.secret_hash),
            row.created_at,
            row.expires_at,
            row.revoked_at,
            row.last_used_at,
        )
        for row in rows
    ]


_NOTE_USE: Final = text(
    "UPDATE service_keys SET last_used_at = :hour WHERE organisation_id = :organisation AND prefix = :prefix"
)
