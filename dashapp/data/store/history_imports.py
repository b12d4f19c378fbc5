"""Imports of history that were asked for on a page: asked for, checked and brought in by a job. All as la_jobs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, insert, literal, select, update

from dashapp.data.store import work_queues
from dashapp.data.store.work_queues import Turn, WorkQueue, close, hold, take, turn_of
from dashapp.data.tables import history_imports, sources
from dashapp.domain.history import (
    OPEN,
    Figures,
    HistoryFile,
    HistoryImport,
    HistoryKind,
    HistoryWish,
    ImportState,
)
from dashapp.domain.keys import OrganisationId

SILENT: Final = timedelta(minutes=2)
"""An import of which nobody has heard for so long has lost its job, and is gone on with by another."""
MOST_ATTEMPTS: Final = 5
LISTED: Final = 20
_held = history_imports.c
_STAGES: Final = {
    ImportState.TO_CHECK.value: ImportState.CHECKING.value,
    ImportState.WAITING.value: ImportState.RUNNING.value,
}
_QUEUE: Final = WorkQueue(
    history_imports,
    _held.import_id,
    _held.begun_at,
    _STAGES,
    SILENT,
    MOST_ATTEMPTS,
    {"begun_bytes": _held.bytes_done},
)


def ask_for_import(
    connection: Connection, organisation: OrganisationId, wish: HistoryWish, by: str, now: datetime
) -> UUID:
    """Has files checked soon. One import at a time is open for a sender: ask `open_import` before, under its lock."""
    files = [{"key": str(one.key), "name": one.name, "bytes": one.bytes} for one in wish.files]
    values = {"source_id": wish.source_id, "kind": wish.kind.value, "files": files, "options": dict(wish.options)}
    made = connection.execute(
        insert(history_imports)
        .values(
            organisation_id=organisation,
            state=ImportState.TO_CHECK.value,
            requested_by=by,
            requested_at=now,
            **values,
        )
        .returning(_held.public_id)
    ).scalar_one()
    return UUID(str(made))


def has_open_import(connection: Connection, organisation: OrganisationId, source_id: int) -> bool:
    """Whether an import into a sender is under way; nobody begins another one before this transaction ends."""
    connection.execute(
        select(sources.c.source_id)
        .where(sources.c.organisation_id == organisation, sources.c.source_id == source_id)
        .with_for_update()
    )
    found = select(literal(1)).where(
        _held.organisation_id == organisation,
        _held.source_id == source_id,
        _held.state.in_([state.value for state in OPEN]),
    )
    return connection.execute(found).first() is not None


def may_send(connection: Connection, organisation: OrganisationId, source_id: int) -> bool:
    """Whether it is a sender of the organisation that is switched on."""
    own = sources.c.organisation_id == organisation, sources.c.source_id == source_id, sources.c.enabled
    return connection.execute(select(literal(1)).where(*own)).first() is not None


def change_state(
    connection: Connection,
    organisation: OrganisationId,
    key: UUID,
    change: tuple[Collection[ImportState], ImportState],
    now: datetime,
) -> bool:
    """From one of some states to another one; False where it is in none of them."""
    before, after = change
    ended = {"finished_at": now} if after not in OPEN else {}
    return (
        connection.execute(
            update(history_imports)
            .where(*_this(organisation, key), _held.state.in_([state.value for state in before]))
            .values(state=after.value, attempts=0, **ended)
        ).rowcount
        > 0
    )


def list_imports(connection: Connection, organisation: OrganisationId) -> tuple[HistoryImport, ...]:
    """The last ones, the newest first."""
    rows = connection.execute(
        _select().where(_held.organisation_id == organisation).order_by(_held.import_id.desc()).limit(LISTED)
    ).mappings()
    return tuple(map(_import, rows))


def find_import(connection: Connection, organisation: OrganisationId, key: UUID) -> HistoryImport | None:
    """One of the organisation's imports."""
    row = connection.execute(_select().where(*_this(organisation, key))).mappings().one_or_none()
    return None if row is None else _import(row)


# ------------------------------------------------------------------ the job


def take_import(
    connection: Connection, organisation: OrganisationId, now: datetime
) -> tuple[Turn, HistoryImport, HistoryWish] | None:
    """What is to be worked on now: what waits, or what has lost its job. None: there is nothing.

    One that has been tried often enough is given up.
    """
    row = take(connection, _QUEUE, organisation, now)
    if row is None:
        return None
    turn = turn_of(_QUEUE, row)
    taken = find_import(connection, organisation, turn.key)
    assert taken is not None
    return turn, taken, HistoryWish(row.source_id, taken.kind, taken.files, taken.options)


def note_figures(connection: Connection, turn: Turn, figures: Figures, now: datetime) -> bool:
    """Tells how far it is, also where it was paused or cancelled meanwhile; False where it is not wanted any more, or
    another process has it."""
    state = connection.execute(
        update(history_imports)
        .where(*_this(turn.organisation, turn.key), _held.begun_at == turn.begun_at)
        .values(beat_at=now, **_columns(figures))
        .returning(_held.state)
    ).scalar_one_or_none()
    return state is not None and state in _STAGES.values()


def note_begin(connection: Connection, turn: Turn, done: int, now: datetime) -> Turn:
    """The present run begins with so many bytes behind it, from which its pace is reckoned; by what it is known from
    now on."""
    begins = {"begun_at": now, "begun_bytes": done, "bytes_done": done}
    return replace(turn, begun_at=now) if hold(connection, _QUEUE, turn, now, begins) else turn


def put_back(connection: Connection, turn: Turn) -> None:
    """Has another process go on: this one ends. That is no attempt that failed."""
    work_queues.put_back(connection, _QUEUE, turn)


def note_found(
    connection: Connection, turn: Turn, found: Mapping[str, Any], problems: Sequence[Mapping[str, Any]]
) -> bool:
    """The check is done; False where nobody wants it any more."""
    values = {"found": dict(found), "problems": list(problems), **_columns(Figures())}
    return close(connection, _QUEUE, turn, {"state": ImportState.CHECKED.value, **values})


def finish_import(connection: Connection, turn: Turn, figures: Figures, now: datetime) -> bool:
    """Everything is in; False where nobody wants it any more."""
    values = {"state": ImportState.DONE.value, "finished_at": now, **_columns(figures)}
    return close(connection, _QUEUE, turn, values)


def fail_import(connection: Connection, turn: Turn, trouble: str, now: datetime) -> None:
    """It cannot be done; `trouble` is a sentence about the files."""
    close(connection, _QUEUE, turn, {"state": ImportState.FAILED.value, "trouble": trouble, "finished_at": now})


# ------------------------------------------------------------------ rows


def _this(organisation: OrganisationId, key: UUID) -> tuple[Any, ...]:
    return _held.organisation_id == organisation, _held.public_id == key


def _columns(figures: Figures) -> dict[str, int]:
    return {
        "bytes_done": figures.bytes_done,
        "rows_read": figures.rows,
        "events_new": figures.new,
        "events_seen": figures.seen,
        "events_refused": figures.refused,
        "events_sent": figures.sent,
    }


def _select() -> Select[Any]:
    return select(history_imports, sources.c.name.label("source_name")).join(
        sources,
        (sources.c.organisation_id == _held.organisation_id) & (sources.c.source_id == _held.source_id),
    )


def _import(row: Any) -> HistoryImport:
    return HistoryImport(
        public_id=UUID(str(row["public_id"])),
        source_name=row["source_name"],
        kind=HistoryKind(row["kind"]),
        files=tuple(HistoryFile(UUID(one["key"]), one["name"], one["bytes"]) for one in row["files"]),
        options=row["options"],
        state=ImportState(row["state"]),
        requested_at=row["requested_at"],
        requested_by=row["requested_by"],
        begun_at=row["begun_at"],
        begun_bytes=row["begun_bytes"],
        beat_at=row["beat_at"],
        finished_at=row["finished_at"],
        figures=Figures(
            row["bytes_done"],
            row["rows_read"],
            row["events_new"],
            row["events_seen"],
            row["events_refused"],
            row["events_sent"],
        ),
        found=row["found"],
        problems=row["problems"],
        trouble=row["trouble"],
    )
