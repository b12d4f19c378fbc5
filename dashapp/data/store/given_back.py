"""Outcomes and extensions of two people that have been split: each holds what came under its own keys."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from psycopg2 import extensions
from psycopg2.extras import execute_values

from dashapp.data.store.canonical import keys_of
from dashapp.data.store.preparing import KINDS
from dashapp.domain.events import ExtensionGranted, OutcomeRecorded

_TABLES = {
    KINDS[OutcomeRecorded]: ("outcomes", "course_id", "outcome"),
    KINDS[ExtensionGranted]: ("activity_extensions", "activity_id", "due_at"),
}


def give_back(cursor: extensions.cursor, organisation: int, people: tuple[int, int], group: Collection[int]) -> None:
    """`people`: who was kept and who is a person again, both canonical; `group`: the second one's keys.

    Where what the kept one holds came under a key of the group, it falls back to what came under its own.
    """
    keys = keys_of(cursor, organisation, people)
    for kind, (table, thing, said) in _TABLES.items():
        latest = _latest(cursor, organisation, list(keys), kind)
        held: dict[tuple[int, int], tuple[datetime, str, Any]] = {}
        theirs = {by for (key, _), rows in latest.items() if key in group for _, by, _ in rows}
        for (key, about), rows in latest.items():
            owner = keys[key], about
            held[owner] = max([*rows, *([held[owner]] if owner in held else [])], key=lambda row: row[:2])
        cursor.execute(
            f"""DELETE FROM {table} WHERE organisation_id = %s AND person_id = %s AND described_by = ANY(%s)""",
            (organisation, people[0], list(theirs)),
        )
        if held:
            execute_values(
                cursor,
                f"""INSERT INTO {table} AS t (organisation_id, person_id, {thing}, described_at, described_by, {said})
                VALUES %s ON CONFLICT DO NOTHING""",
                [(organisation, *owner, *row) for owner, row in sorted(held.items())],
            )


def _latest(
    cursor: extensions.cursor, organisation: int, keys: list[int], kind: str
) -> dict[tuple[int, int], list[tuple[datetime, str, Any]]]:
    """(key of arrival, course or activity) → (described_at, described_by, value) of every raw row of that kind."""
    _, thing, said = _TABLES[kind]
    cursor.execute(
        f"""SELECT person_id, {thing}, occurred_at, source_id, body FROM raw_events
        WHERE organisation_id = %s AND person_id = ANY(%s) AND verb = %s""",
        (organisation, keys, kind),
    )
    found: dict[tuple[int, int], list[tuple[datetime, str, Any]]] = {}
    for key, about, at, source, body in cursor.fetchall():
        event = msgspec.json.decode(bytes(body))
        # The row of an event of long ago stands where it arrived; the event itself says when it was.
        at = datetime.fromisoformat(event["occurred_at"]) if event.get("occurred_at") else at
        found.setdefault((key, about), []).append((at, f"{event['id']} {source}", event[said]))
    return found
