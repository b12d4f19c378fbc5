"""Which people have been merged, and what a split of them would move: for the command of the administration."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from dashapp.data.store.merges import SPLIT_GROUP, MergeError
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


@dataclass(frozen=True, slots=True)
class Weight:
    """What a split moves: `names` with all that comes under them, and the `events` whose raw rows are kept."""

    names: tuple[str, ...]
    events: int
    older: int
    """Events that are known by their ids only: what they have counted stays with who was kept."""


def list_merges(connection: Connection, organisation: OrganisationId, value: str | None) -> list[HeldMerge]:
    """The merges in force, the newest first, at most `MOST_LISTED`; `value`: only those with a name of this value."""
    values = {"organisation": organisation, "value": value, "limit": MOST_LISTED}
    return [
        HeldMerge(row.merge_id, tuple(row.kept), tuple(row.absorbed), row.reason, row.merged_by, row.merged_at)
        for row in connection.execute(_LIST, values)
    ]


def weigh_split(connection: Connection, organisation: OrganisationId, merge_id: int) -> Weight:
    """What the split of a merge would move. Raises MergeError where there is nothing to take back."""
    values = {"organisation": organisation, "merge": merge_id}
    absorbed = connection.execute(_ABSORBED, values).scalar_one_or_none()
    if absorbed is None:
        raise MergeError("This merge does not exist, or has been taken back already.")
    row = connection.execute(_WEIGH, {"organisation": organisation, "absorbed": absorbed}).one()
    return Weight(tuple(row.names), row.events, max(0, row.known - row.events))


def _names(person: str) -> str:
    return f"""ARRAY(SELECT i.issuer || ' ' || i.kind || ' ' || i.value FROM person_identifiers i
        WHERE i.organisation_id = m.organisation_id AND i.person_id = m.{person} ORDER BY 1)"""


_LIST: Final = text(f"""
    SELECT m.*, {_names("kept_id")} AS kept, {_names("absorbed_id")} AS absorbed FROM person_merges m
    WHERE m.organisation_id = :organisation AND m.split_at IS NULL AND (CAST(:value AS text) IS NULL OR EXISTS (
        SELECT FROM person_identifiers i WHERE i.organisation_id = m.organisation_id AND i.value = :value
            AND i.person_id IN (m.kept_id, m.absorbed_id)))
    ORDER BY m.merge_id DESC LIMIT :limit""")
_ABSORBED: Final = text(
    "SELECT absorbed_id FROM person_merges"
    " WHERE organisation_id = :organisation AND merge_id = :merge AND split_at IS NULL"
)
_GROUP: Final = SPLIT_GROUP.replace("%(absorbed)s", ":absorbed").replace("%(organisation)s", ":organisation")
_WEIGH: Final = text(f"""
    WITH of_group AS ({_GROUP})
    SELECT ARRAY(SELECT i.issuer || ' ' || i.kind || ' ' || i.value FROM person_identifiers i
            WHERE i.organisation_id = :organisation AND i.person_id IN (SELECT person_id FROM of_group)
            ORDER BY 1) AS names,
        (SELECT count(*) FROM raw_events r WHERE r.organisation_id = :organisation
            AND r.person_id IN (SELECT person_id FROM of_group)) AS events,
        (SELECT count(*) FROM event_ledger l WHERE l.organisation_id = :organisation
            AND l.person_id IN (SELECT person_id FROM of_group)) AS known""")
