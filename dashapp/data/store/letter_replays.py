"""Dead letters on their way back: asked for by somebody, moved in portions by whoever runs, decided about by ingest.

A replay is a row. Any ingest process, and the operator's command, moves its next portion; the row's lock keeps two from
moving the same one. A portion is marked, handed to the transport, and only then passed in the row: who dies between
does it again, and the ledger of ids makes that harmless.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, func, insert, or_, select, text, update

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import audit
from dashapp.data.store.letter_choice import can_be_replayed, conditions, from_json, to_json
from dashapp.data.store.locks import own_dead_letters
from dashapp.data.tables import dead_letter_replays, dead_letters
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId
from dashapp.domain.letters import LetterChoice, LetterState, Replay, ReplayState

PORTION: Final = 500
"""Letters moved at once, so that a replay fits between the events of the day."""

letters, replays = dead_letters.c, dead_letter_replays.c


@dataclass(frozen=True, slots=True)
class ToReplay:
    """A letter that goes back into the transport."""

    letter_id: int
    source_id: int | None
    sender: str | None
    """The name of its sender, or what the record claimed."""
    transport: str
    topic: str
    body: bytes
    first_seen_at: datetime


Move = Callable[[Connection, Sequence[ToReplay]], None]
"""Puts letters into the transport; within the given transaction, or at once. Raises Unavailable."""


def request_replay(connection: Connection, choice: LetterChoice, actor: audit.Actor | str) -> int | None:
    """Asks for a replay of those of the chosen letters that can be replayed; gives its key, None where there is none.

    Open letters only. Any role may, a page within its organisation.
    """
    chosen = replace(choice, state=LetterState.OPEN)
    found = connection.execute(
        select(func.count(), func.max(letters.dead_letter_id)).where(*conditions(chosen), can_be_replayed())
    ).one()
    total, until = found[0], found[1]
    if not total:
        return None
    now = datetime.now(UTC)
    statement = insert(dead_letter_replays).values(
        organisation_id=choice.organisation_id,
        chosen=to_json(replace(choice, state=None)),
        state=ReplayState.RUNNING.value,
        total=total,
        until_id=until,
        requested_by=str(actor),
        requested_at=now,
        changed_at=now,
    )
    replay_id = int(connection.execute(statement.returning(replays.replay_id)).scalar_one())
    what = {"subject": f"replay {replay_id}", "letters": total, "chosen": to_json(chosen)}
    audit.record(connection, choice.organisation_id, actor, audit.Action.REPLAYED, what)
    return replay_id


def stop_replay(connection: Connection, replay_id: int, actor: audit.Actor | str) -> bool:
    """Keeps a running replay from moving further letters; whether it was running."""
    return _switch(connection, replay_id, actor, (ReplayState.RUNNING, ReplayState.STOPPED, audit.Action.STOPPED))


def resume_replay(connection: Connection, replay_id: int, actor: audit.Actor | str) -> bool:
    """Lets a replay that was stopped go on where it was; whether it had been stopped."""
    return _switch(connection, replay_id, actor, (ReplayState.STOPPED, ReplayState.RUNNING, audit.Action.RESUMED))


def _switch(
    connection: Connection,
    replay_id: int,
    actor: audit.Actor | str,
    change: tuple[ReplayState, ReplayState, audit.Action],
) -> bool:
    before, after, action = change
    row = connection.execute(
        update(dead_letter_replays)
        .where(replays.replay_id == replay_id, replays.state == before.value)
        .values(state=after.value, changed_at=func.clock_timestamp())
        .returning(replays.organisation_id)
    ).one_or_none()
    if row is None:
        return False
    organisation = None if row.organisation_id is None else OrganisationId(row.organisation_id)
    audit.record(connection, organisation, actor, action, {"subject": f"replay {replay_id}"})
    return True


def running_replays(connection: Connection) -> list[int]:
    """The replays that have letters to be moved, the oldest first."""
    chosen = select(replays.replay_id).where(replays.state == ReplayState.RUNNING.value).order_by(replays.replay_id)
    return [int(row.replay_id) for row in connection.execute(chosen)]


def move_portion(database: Database, role: DatabaseRole, replay_id: int, move: Move, limit: int = PORTION) -> int:
    """Moves the next letters of a replay; how many. 0: nothing is left, it is stopped, or another process is at it.

    Raises Unavailable where the transport does not take them; they are open again then.
    """
    with database.transaction(role, None) as passing:
        replay = passing.execute(_RUNNING, {"id": replay_id}).one_or_none()
        if replay is None:
            return 0
        with database.transaction(role, None) as connection:
            own_dead_letters(connection)
            portion = _mark(connection, replay_id, replay, limit)
            if portion:
                # Whoever reads them from the transport waits for the lock before it decides about these letters.
                move(connection, portion)
        values = {"id": replay_id, "last": portion[-1].letter_id if portion else replay.last_id, "moved": len(portion)}
        passing.execute(_PASS, {**values, "state": (ReplayState.RUNNING if portion else ReplayState.DONE).value})
    return len(portion)


def _mark(connection: Connection, replay_id: int, replay: object, limit: int) -> list[ToReplay]:
    """The next letters, marked as under way. Those of this replay that are marked and not passed are taken again."""
    last_id, until_id, chosen = replay.last_id, replay.until_id, replay.chosen  # type: ignore[attr-defined]  # a row
    of_this = (letters.state == LetterState.REPLAYING.value) & (letters.replay_id == replay_id)
    rows = connection.execute(
        select(
            letters.dead_letter_id,
            letters.source_id,
            letters.sender,
            letters.transport,
            letters.topic,
            letters.body,
            letters.first_seen_at,
        )
        .where(
            letters.dead_letter_id > last_id,
            letters.dead_letter_id <= until_id,
            or_(letters.state == LetterState.OPEN.value, of_this),
            can_be_replayed(),
            *conditions(from_json(chosen)),
        )
        .order_by(letters.dead_letter_id)
        .limit(limit)
        .with_for_update()
    ).all()
    portion = [
        ToReplay(
            row.dead_letter_id, row.source_id, row.sender, row.transport, row.topic, bytes(row.body), row.first_seen_at
        )
        for row in rows
    ]
    connection.execute(
        update(dead_letters)
        .where(letters.dead_letter_id.in_([one.letter_id for one in portion]))
        .values(state=LetterState.REPLAYING.value, replay_id=replay_id, decided_at=func.clock_timestamp())
    )
    return portion


def read_replay(connection: Connection, replay_id: int) -> Replay:
    """A replay and how far it is. Raises NotFound."""
    row = connection.execute(select(dead_letter_replays).where(replays.replay_id == replay_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such replay.")
    counted = connection.execute(
        select(letters.state, func.count()).where(letters.replay_id == replay_id).group_by(letters.state)
    )
    states = {state: int(count) for state, count in counted}
    through = states.get(LetterState.REPLAYED.value, 0)
    refused = states.get(LetterState.OPEN.value, 0) + states.get(LetterState.DISMISSED.value, 0)
    return Replay(
        replay_id=int(row.replay_id),
        state=ReplayState(row.state),
        total=int(row.total),
        moved=int(row.moved),
        came_through=through,
        refused=refused,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
    )


def latest_replay(connection: Connection, organisation: OrganisationId) -> Replay | None:
    """An organisation's replay that is running, was stopped, or whose letters were on their way within the hour."""
    found = connection.execute(_LATEST, {"organisation": organisation}).scalar_one_or_none()
    return None if found is None else read_replay(connection, int(found))


_RUNNING: Final = text(
    "SELECT last_id, until_id, chosen FROM dead_letter_replays WHERE replay_id = :id AND state = 'running'"
    " FOR UPDATE SKIP LOCKED"
)
_PASS: Final = text(
    "UPDATE dead_letter_replays SET last_id = :last, moved = moved + :moved, changed_at = clock_timestamp(),"
    " state = :state WHERE replay_id = :id"
)
_LATEST: Final = text(
    "SELECT replay_id FROM dead_letter_replays WHERE organisation_id = :organisation"
    " AND (state <> 'done' OR changed_at > clock_timestamp() - interval '1 hour') ORDER BY replay_id DESC LIMIT 1"
)
