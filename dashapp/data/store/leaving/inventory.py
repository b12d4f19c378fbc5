"""What belongs to an organisation: every table of the service, with how its rows are found, or why it is left out.

The list follows from the tables themselves, so that a new one cannot be forgotten: what is named nowhere here and has
an organisation's key is exported and deleted; what has none has to be named below with its reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Dialect, Table
from sqlalchemy.dialects.postgresql import dialect

from dashapp.data.tables import metadata

_POSTGRESQL: Final[Dialect] = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
OWN: Final = "organisation_id = :organisation"
OF_OWN_SENDERS: Final = "source_id = ANY(:sources)"
ROWS: Final[Mapping[str, str]] = {
    "inbox": OF_OWN_SENDERS,
    # What could not be attributed when it came may still name its sender.
    "dead_letters": f"({OWN} OR (organisation_id IS NULL AND {OF_OWN_SENDERS}))",
}
"""Where the rows of an organisation are found otherwise than by its key."""

OF_NOBODY: Final[Mapping[str, str]] = {
    "departures": "what stays of organisations that have left: keys, counts and hashes, no names",
    "ingest_partitions": "how far behind the transport is, for all organisations together",
    "ingest_status": "how the writers are, for all organisations together",
    "job_status": "how the jobs go, for all organisations together",
    "transport_offsets": "how far the transport has been read, for all organisations together",
}
"""Tables that hold nothing of any organisation: neither exported nor deleted."""

NOT_EXPORTED: Final[Mapping[str, str]] = {
    "ended_sessions": "digests of sessions, by which processes hear that these have ended",
    "lti_used_states": "hashes of logins that have been completed, by which they cannot be repeated",
    "roster_run_rows": "what a check of a roster has found in files, until they are taken in",
    "scope_changes": "versions by which open pages hear of news, kept for an hour",
    "session_tickets": "digests of permissions that last a minute",
    "sign_in_tries": "tries to sign in by a keyed hash of the name, kept for two days",
}
"""Tables whose rows are an organisation's and mean nothing outside of this installation: deleted, not exported."""

SECRETS: Final[Mapping[str, Mapping[str, str]]] = {
    "accounts": {"password_hash": "the hash of a password"},
    "dead_letters": {"actor_hashes": "hashes with a key of this installation"},
    "guardianships": {"code_hash": "the hash of a one-time code"},
    "inbox": {"actor_hashes": "hashes with a key of this installation"},
    "lti_keys": {"private_key": "the private key, sealed with a key of this installation"},
    "lti_registration_codes": {"code_hash": "the hash of a one-time code"},
    "password_links": {"secret_hash": "the hash of a one-time link"},
    "report_stores": {"sealed_secret": "the secret of the store, sealed with a key of this installation"},
    "service_keys": {"secret_hash": "the hash of a key"},
    "sessions": {
        "digest": "the digest of what a browser holds",
        "parent": "the digest of the session that it was opened from",
    },
    "source_keys": {"secret_hash": "the hash of a key"},
}
"""Columns that are left out of an export, each with what it holds."""

EVENTS: Final = "raw_events"
"""Exported as a file of its own kind: one JSON object in a line."""


@dataclass(frozen=True, slots=True)
class HeldColumn:
    """A column of an export. `kind` is PostgreSQL's name of its type."""

    name: str
    kind: str
    nullable: bool
    is_key: bool


@dataclass(frozen=True, slots=True)
class HeldTable:
    """A table with rows of organisations."""

    name: str
    rows: str
    """The condition that finds those of one, on the parameters `organisation` and `sources`."""
    columns: tuple[HeldColumn, ...]
    left_out: tuple[str, ...]

    @property
    def exported(self) -> bool:
        """Whether its rows mean anything outside of this installation."""
        return self.name not in NOT_EXPORTED


def held_tables() -> tuple[HeldTable, ...]:
    """Every table with rows of organisations; a table stands behind those that its rows point to."""
    return tuple(_held(table) for table in metadata.sorted_tables if table.name not in OF_NOBODY)


def exported_tables() -> tuple[HeldTable, ...]:
    """Those of them that an export consists of."""
    return tuple(table for table in held_tables() if table.exported)


def _held(table: Table) -> HeldTable:
    if table.name not in ROWS and "organisation_id" not in table.c:
        raise LookupError(f"Nobody has said whose rows {table.name} holds: name it in {__name__}.")
    secrets = SECRETS.get(table.name, {})
    columns = tuple(
        HeldColumn(column.name, column.type.compile(_POSTGRESQL), bool(column.nullable), column.primary_key)
        for column in table.c
        if column.name not in secrets
    )
    return HeldTable(table.name, ROWS.get(table.name, OWN), columns, tuple(secrets))
