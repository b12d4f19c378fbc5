"""The audit trail as it is written: rows are added only, by whoever does something, in the transaction of what is done.

What pages show is noted by `dashapp.data.viewing`; the rows are sealed by `dashapp.data.store.sealing`.
"""

from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from getpass import getuser
from typing import Final

from sqlalchemy import Connection, insert, text

from dashapp.data.tables import audit_log
from dashapp.domain.audit import Action, Actor, ViewerRole
from dashapp.domain.keys import OrganisationId

__all__ = ["Action", "Actor", "operator", "record"]

OPERATOR: Final = "operator:"
"""Begins the key of somebody who acts by a command on the machine itself."""


def record(
    connection: Connection,
    organisation: OrganisationId | None,
    actor: Actor | str,
    action: StrEnum,
    what: Mapping[str, object],
) -> None:
    """Adds a row, in the transaction in which it is done. `actor` as text: only the key is known.

    `what["subject"]`: what it was done to. `what["for"]`: the person who came to see the subject's data by it or, where
    `what["begins"]` is False, sees them no more. The rest of the detail: keys and counts, never a body, never a name.
    """
    acting = actor if isinstance(actor, Actor) else _from_key(actor)
    detail = {name: value for name, value in what.items() if name != "subject"}
    connection.execute(
        insert(audit_log).values(
            organisation_id=organisation,
            at=text("clock_timestamp()"),
            actor=acting.key,
            action=action.value,
            subject=str(what.get("subject", "")),
            detail=detail,
            role=acting.role.value if acting.role is not None else None,
            origin=acting.origin,
            method=acting.method,
        )
    )


def operator(by: str = "") -> Actor:
    """Whoever runs a command on the machine itself. `by`: who decided it; without that, the login."""
    with suppress(OSError, KeyError):
        by = by or getuser()
    return Actor(OPERATOR + (by or "unknown"), ViewerRole.OPERATOR)


def _from_key(key: str) -> Actor:
    return Actor(key, ViewerRole.OPERATOR if key.startswith(OPERATOR) else None)
