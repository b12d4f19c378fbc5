"""Which people have been merged: for the command of the administration."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from dashapp.domain.keys import OrganisationId

MOST_LISTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class HeldMerge:
    """A merge that is in force. The names are (issuer kind value), of who was kept and of who was absorbed."""

    merge_id: int
    kept: tuple[str, ...]
    absorbed: tuple[str, ...]
    reason: str
    by: str
    at: datetime


def list_merges(connection: Connection, organisation: OrganisationId, value: str | None) -> list[HeldMerge]:
    """The merges in force, the newest first, at most `MOST_LISTED`; `value`: only those with a name of this value."""
    values = {"organisation": organisation, "value": value, "limit": MOST_LISTED}
    return [
        HeldMerge(row.merge_id, tuple(row.kept), tuple(row.absorbed), row.reason, row.merged_by, row.merged_at)
        for row in connection.execute(_LIST, values)
    ]


def _names(person: str) -> str:
    return f"""ARRAY(SELECT i.issuer || ' ' || i.kind || ' ' || i.value FROM person_identifiers i
        WHERE i.organisation_id = m.organisation_id AND i.person_id = m.{person} ORDER BY 1)"""


_LIST: Final = text(f"""
    SELECT m.*, {_names("kept_id")} AS kept, {_names("absorbed_id")} AS absorbed FROM person_merges m
    WHERE m.organisation_id = :organisation AND m.split_at IS NULL AND (CAST(:value AS text) IS NULL OR EXISTS (
        SELECT FROM person_identifiers i WHERE i.organisation_id = m.organisation_id AND i.value = :value
            AND i.person_id IN (m.kept_id, m.absorbed_id)))
    ORDER BY m.merge_id DESC LIMIT :limit""")
