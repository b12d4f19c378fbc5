"""Writes the exports that were asked for on a page: what a job does for each organisation."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.audit import record
from dashapp.data.store.leaving.exports import (
    Finished,
    Progress,
    expire_exports,
    fail_export,
    finish_export,
    kept_exports,
    note_progress,
    put_back,
    take_export,
)
from dashapp.data.store.work_queues import Turn
from dashapp.domain.audit import JOBS, ORGANISATION_SUBJECT, Action
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId
from dashapp.ending import Stopping
from dashapp.observability.logging import get_logger
from exports.beating import EndingError, NotWantedError, beating
from exports.leaving.archive import Step, WrittenExport, write_export
from exports.packing import ExportError

log = get_logger(__name__)

KEPT: Final = timedelta(days=3)
"""So long can an export be downloaded."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """Writes exports for one installation."""

    database: Database
    folder: ExportFolder
    clock: Clock

    def serve(self, organisation: OrganisationId, stopping: Stopping) -> None:
        """Writes what is to be written for an organisation, and removes what is kept no longer.

        Raises Unavailable, and NotFound where the organisation is gone.
        """
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            expired = expire_exports(connection, organisation, self.clock())
            turn = take_export(connection, organisation, self.clock())
            kept = kept_exports(connection, organisation)
        if not expired and turn is None:
            return
        public_id = own_address(self.database, organisation)
        self.folder.tidy(public_id, kept)
        if turn is not None:
            self._write(turn, public_id, stopping)

    def _write(self, turn: Turn, public_id: UUID, stopping: Stopping) -> None:
        organisation, export, table = turn.organisation, turn.key, ""
        path = self.folder.file(public_id, export)
        # Where two processes believe to be the one that writes it, each has a file of its own; one of them finishes it.
        own = path.with_name(f"{path.stem}.{secrets.token_hex(4)}.made")

        def live(steps: tuple[int, int] | None) -> bool:
            at = None if steps is None else Progress(table, *steps)
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                return note_progress(connection, turn, at, self.clock())

        def watch(step: Step) -> None:
            nonlocal table
            table = step.table
            heart.step(step.rows, step.expected)

        try:
            # However long the database sorts a large table before its first row: it is known to be at work.
            with beating(live, stopping) as heart:
                written = write_export(self.database, organisation, own, watch)
            self._finish(turn, written, path)
        except EndingError:
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                put_back(connection, turn)
        except NotWantedError:
            log.info("export.cancelled", organisation_id=organisation, export=str(export))
        except ExportError as error:
            log.warning("export.failed", organisation_id=organisation, export=str(export), reason=str(error))
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                fail_export(connection, turn, error.trouble.value, self.clock())
        finally:
            with suppress(OSError):  # it has its name by now, or the folder is none
                own.unlink()

    def _finish(self, turn: Turn, written: WrittenExport, path: Path) -> None:
        """The file gets its name in the moment in which it is said to be there."""
        organisation, now = turn.organisation, self.clock()
        file = Finished(written.manifest.rows, written.bytes, written.sha256, now, now + KEPT)
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            if not finish_export(connection, turn, file):
                raise NotWantedError
            what = {"subject": ORGANISATION_SUBJECT, "sha256": written.sha256, "rows": written.manifest.rows}
            record(connection, organisation, JOBS, Action.EXPORT_WRITTEN, what)
            written.path.replace(path)
        log.info("export.written", organisation_id=organisation, export=str(turn.key), bytes=written.bytes)
