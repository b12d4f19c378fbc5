"""Work on rosters that was asked for on a page: asked for, done by a job, told of on the way. All as la_jobs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, text

from dashapp.data.tables import roster_run_rows, roster_runs
from dashapp.domain.keys import OrganisationId, SourceId
from dashapp.domain.roster_runs import (
    RosterRun,
    RowPart,
    RunFile,
    RunReport,
    RunRow,
    RunState,
    RunTask,
    RunTrouble,
)

SILENT: Final = timedelta(seconds=60)
"""Whoever has not been heard of for so long does it no more."""
KEPT_ROWS: Final = timedelta(days=7)
"""So long is kept what a check has found row by row."""
_PORTION: Final = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for. `by`: the public id of who does."""

    source: SourceId
    task: RunTask
    by: str
    at: datetime
    files: tuple[RunFile, ...] = ()


def start_run(connection: Connection, organisation: OrganisationId, wanted: Wanted) -> UUID | None:
    """Has something done soon; None where something is under way for this source already."""
    values = {
        "organisation": organisation,
        "source": wanted.source,
        "task": wanted.task.value,
        "by": wanted.by,
        "at": wanted.at,
        "files": msgspec.json.encode(wanted.files).decode(),
    }
    made = connection.execute(_START, values).scalar_one_or_none()
    return None if made is None else UUID(str(made))


def restart_run(
    connection: Connection,
    organisation: OrganisationId,
    run: RosterRun,
    wanted: Wanted,
    accepted: tuple[bool, bool] = (False, False),
) -> bool:
    """Has a run that is not open done again, or taken further; False where something is under way, or it is another one
    by now. `accepted`: endings, conflicts."""
    values = {
        "organisation": organisation,
        "run": run.run_id,
        "was": run.task.value,
        "state": run.state.value,
        "task": wanted.task.value,
        "by": wanted.by,
        "at": wanted.at,
        "endings": accepted[0],
        "conflicts": accepted[1],
    }
    return connection.execute(_RESTART, values).rowcount > 0


def cancel_run(connection: Connection, organisation: OrganisationId, run: UUID) -> bool:
    """Ends what waits, and a check that is being made; whether there was one. What is being written is not ended."""
    return connection.execute(_CANCEL, {"organisation": organisation, "run": run}).rowcount > 0


def find_run(connection: Connection, organisation: OrganisationId, run: UUID) -> RosterRun | None:
    """One of the organisation's."""
    held = roster_runs.c
    row = connection.execute(
        select(roster_runs).where(held.organisation_id == organisation, held.public_id == run)
    ).one_or_none()
    return None if row is None else _run(row)


def last_run(connection: Connection, organisation: OrganisationId, source: SourceId) -> RosterRun | None:
    """The newest one of a source."""
    held = roster_runs.c
    row = connection.execute(
        select(roster_runs)
        .where(held.organisation_id == organisation, held.source_id == source)
        .order_by(held.asked_at.desc(), held.run_id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _run(row)


def read_rows(
    connection: Connection, organisation: OrganisationId, run: int, part: RowPart, place: tuple[str, int, int]
) -> tuple[int, list[RunRow]]:
    """How many rows of a part there are, and some of them; `place`: of which thing (empty: all), from where, how
    many."""
    thing, first, most = place
    held = roster_run_rows.c
    chosen = [held.organisation_id == organisation, held.run_id == run, held.part == part.value]
    if thing:
        chosen.append(held.thing == thing)
    total = connection.execute(select(func.count()).where(*chosen)).scalar_one()
    rows = connection.execute(select(held.content).where(*chosen).order_by(held.place).offset(first).limit(most))
    return total, [msgspec.convert(row.content, RunRow) for row in rows]


# ------------------------------------------------------------------ the job


def take_run(connection: Connection, organisation: OrganisationId, now: datetime) -> RosterRun | None:
    """What is to be done now; None: nothing. What somebody did who has been silent is given up first: if it was done
    after all, that is noted, else that nothing has changed."""
    values = {"organisation": organisation, "now": now, "silent": now - SILENT}
    for statement in (_WAS_APPLIED, _WAS_UNDONE, _GIVE_UP):
        connection.execute(statement, values)
    row = connection.execute(_TAKE, values).one_or_none()
    return None if row is None else _run(row)


def note_beat(connection: Connection, run: RosterRun, organisation: OrganisationId, at: tuple[str, int]) -> bool:
    """Whoever does it is at work; False where it is not wanted any more. `at`: the step, and rows so far."""
    values = {"organisation": organisation, "run": run.run_id, "step": at[0], "rows": at[1], "began": run.started_at}
    return connection.execute(_BEAT, values).rowcount > 0


def put_back(connection: Connection, organisation: OrganisationId, run: RosterRun) -> None:
    """Has another process do it: this one ends."""
    connection.execute(_PUT_BACK, {"organisation": organisation, "run": run.run_id, "began": run.started_at})


@dataclass(frozen=True, slots=True)
class Ended:
    """How something has ended."""

    state: RunState
    report: RunReport | None = None
    import_id: int | None = None
    trouble: RunTrouble | None = None
    detail: str = ""


def end_run(connection: Connection, organisation: OrganisationId, run: RosterRun, ended: Ended) -> bool:
    """Notes how it has ended; False where it is not wanted any more."""
    values = {
        "organisation": organisation,
        "run": run.run_id,
        "began": run.started_at,
        "state": ended.state.value,
        "report": None if ended.report is None else msgspec.json.encode(ended.report).decode(),
        "import": ended.import_id,
        "trouble": None if ended.trouble is None else ended.trouble.value,
        "detail": ended.detail[:500],
    }
    return connection.execute(_END, values).rowcount > 0


def _storable(content: dict[str, Any]) -> dict[str, Any]:
    """Texts of files as JSON can hold them: without NUL and halves of letters."""
    return {
        name: value.encode("utf-8", "replace").decode().replace("\0", "\ufffd") if isinstance(value, str) else value
        for name, value in content.items()
    }


def write_rows(
    connection: Connection, organisation: OrganisationId, run: int, parts: Iterable[tuple[RowPart, Sequence[RunRow]]]
) -> None:
    """What a check has found, in place of what was found before."""
    drop_rows(connection, organisation, run)
    for part, rows in parts:
        for begin in range(0, len(rows), _PORTION):
            connection.execute(
                insert(roster_run_rows),
                [
                    {
                        "organisation_id": organisation,
                        "run_id": run,
                        "part": part.value,
                        "place": begin + place,
                        "thing": row.thing,
                        "content": _storable(msgspec.to_builtins(row)),
                    }
                    for place, row in enumerate(rows[begin : begin + _PORTION])
                ],
            )


def drop_rows(connection: Connection, organisation: OrganisationId, run: int) -> None:
    """Nobody is to look at what a check has found any more."""
    held = roster_run_rows.c
    connection.execute(delete(roster_run_rows).where(held.organisation_id == organisation, held.run_id == run))


def drop_old_rows(connection: Connection, organisation: OrganisationId, now: datetime) -> None:
    """The same of checks that are a week old."""
    connection.execute(_DROP_OLD, {"organisation": organisation, "before": now - KEPT_ROWS})


def _run(row: Row[Any]) -> RosterRun:
    return RosterRun(
        run_id=row.run_id,
        key=UUID(str(row.public_id)),
        source_id=SourceId(row.source_id),
        task=RunTask(row.task),
        state=RunState(row.state),
        by=row.asked_by,
        asked_at=row.asked_at,
        started_at=row.started_at,
        beat_at=row.beat_at,
        step=row.step,
        rows=row.rows_done,
        files=msgspec.convert(row.files, tuple[RunFile, ...]),
        report=None if row.report is None else msgspec.convert(row.report, RunReport),
        accept_endings=row.accept_endings,
        accept_conflicts=row.accept_conflicts,
        import_id=row.import_id,
        trouble=None if row.trouble is None else RunTrouble(row.trouble),
        detail=row.detail,
    )


_MINE: Final = "organisation_id = :organisation AND run_id = :run"
_RUNNING: Final = f"{_MINE} AND state = 'running' AND started_at = :began"
_SILENT: Final = "r.organisation_id = :organisation AND r.state = 'running' AND r.beat_at < :silent"
_START: Final = text(
    "INSERT INTO roster_runs (organisation_id, source_id, task, state, asked_by, asked_at, files)"
    " VALUES (:organisation, :source, :task, 'waiting', :by, :at, CAST(:files AS jsonb))"
    " ON CONFLICT DO NOTHING RETURNING public_id"
)
_RESTART: Final = text(
    "UPDATE roster_runs r SET task = :task, state = 'waiting', asked_by = :by, asked_at = :at, started_at = NULL,"
    " beat_at = NULL, step = '', rows_done = 0, trouble = NULL, detail = '', accept_endings = :endings,"
    " accept_conflicts = :conflicts"
    f" WHERE {_MINE} AND task = :was AND state = :state AND state NOT IN ('waiting', 'running')"
    " AND NOT EXISTS (SELECT FROM roster_runs o WHERE o.organisation_id = r.organisation_id"
    " AND o.source_id = r.source_id AND o.state IN ('waiting', 'running'))"
)
_CANCEL: Final = text(
    "UPDATE roster_runs SET state = 'cancelled' WHERE organisation_id = :organisation AND public_id = :run"
    " AND (state = 'waiting' OR (state = 'running' AND task = 'check'))"
)
# An import bears the moment and the name of the run that it was made by.
_WAS_APPLIED: Final = text(
    "UPDATE roster_runs r SET state = 'done', import_id = i.import_id FROM roster_imports i"
    f" WHERE {_SILENT} AND r.task = 'apply' AND i.organisation_id = r.organisation_id AND i.source_id = r.source_id"
    " AND i.imported_at = r.started_at AND i.imported_by = r.asked_by"
)
_WAS_UNDONE: Final = text(
    "UPDATE roster_runs r SET state = 'done', import_id = i.import_id FROM roster_imports i"
    f" WHERE {_SILENT} AND r.task = 'undo' AND i.organisation_id = r.organisation_id AND i.source_id = r.source_id"
    " AND i.undone_at = r.started_at AND i.undone_by = r.asked_by"
)
_GIVE_UP: Final = text(f"UPDATE roster_runs r SET state = 'failed', trouble = 'stopped' WHERE {_SILENT}")
_TAKE: Final = text(
    "UPDATE roster_runs SET state = 'running', started_at = :now, beat_at = :now, step = 'begun', rows_done = 0"
    " WHERE run_id = (SELECT run_id FROM roster_runs WHERE organisation_id = :organisation AND state = 'waiting'"
    " ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED) AND organisation_id = :organisation RETURNING *"
)
_BEAT: Final = text(
    f"UPDATE roster_runs SET beat_at = clock_timestamp(), step = :step, rows_done = :rows WHERE {_RUNNING}"
)
_PUT_BACK: Final = text(f"UPDATE roster_runs SET state = 'waiting', beat_at = NULL WHERE {_RUNNING}")
_END: Final = text(
    "UPDATE roster_runs SET state = :state, report = coalesce(CAST(:report AS jsonb), report),"
    f" import_id = :import, trouble = :trouble, detail = :detail WHERE {_RUNNING}"
)
_DROP_OLD: Final = text(
    "DELETE FROM roster_run_rows w USING roster_runs r WHERE w.organisation_id = :organisation"
    " AND r.organisation_id = w.organisation_id AND r.run_id = w.run_id AND r.asked_at < :before"
)
