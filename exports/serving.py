"""Makes the files of reports that were asked for: what a job does for each organisation."""

import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Final, Protocol

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.audit import record
from dashapp.data.store.export_runs import (
    MadeFile,
    TakenRun,
    beat,
    expire_runs,
    fail_run,
    finish_run,
    kept_runs,
    put_back,
    take_run,
)
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, Actor
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound, NotPermitted, Unavailable
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.exports import Trouble
from dashapp.ending import Stopping
from dashapp.observability.logging import get_logger
from dashapp.security.principals import Principals
from exports.beating import BEAT_SECONDS, EndingError, Heart, NotWantedError, beating
from exports.making import Made
from exports.packing import ExportError

log = get_logger(__name__)

KEPT: Final = timedelta(days=7)
"""So long can a file be downloaded."""
LONGEST_TURN: Final = timedelta(minutes=1)
"""After that no further file of an organisation is begun before the others have had their turn."""


class Maker(Protocol):
    """Makes the file of a run."""

    extracts: ClassVar[bool]
    """Which runs it makes: of large extracts, or of reports."""

    def make(self, principal: Principal, run: TakenRun, where: Path, heart: Heart) -> Made:
        """Writes the file `where`, with the rights of the principal. Raises ExportError, NotFound, NotPermitted, and
        what the heart raises."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """Makes files for one installation."""

    database: Database
    folder: ExportFolder
    clock: Clock
    maker: Maker
    beat_seconds: float = BEAT_SECONDS

    def serve(self, organisation: OrganisationId, stopping: Stopping) -> None:
        """Makes what is to be made for an organisation, and removes what is kept no longer.

        Raises Unavailable, and NotFound where the organisation is gone.
        """
        public_id: PublicId | None = None
        until = self.clock() + LONGEST_TURN
        while not stopping.is_set() and self.clock() < until:
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                expired = expire_runs(connection, organisation, self.clock())
                run = take_run(connection, organisation, self.clock(), extracts=self.maker.extracts)
                kept = kept_runs(connection, organisation)
            if not expired and run is None:
                return
            public_id = public_id or own_address(self.database, organisation)
            self.folder.tidy(public_id, kept)
            if run is None:
                return
            self._make(organisation, run, self.folder.file(public_id, run.public_id), stopping)

    def _make(self, organisation: OrganisationId, run: TakenRun, path: Path, stopping: Stopping) -> None:
        # Where two processes believe to be the one that makes it, each has a file of its own; one of them finishes it.
        own = path.with_name(f"{path.stem}.{secrets.token_hex(4)}.made")

        def live(steps: tuple[int, int] | None) -> bool:
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                return beat(connection, run.turn, self.clock(), steps)

        try:
            with beating(live, stopping, self.beat_seconds) as heart:
                made = self.maker.make(self._principal(organisation, run), run, own, heart)
            self._finish(organisation, run, made, path)
        except EndingError:
            with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
                put_back(connection, run.turn)
        except NotWantedError:
            log.info("report_export.cancelled", organisation_id=organisation, export=str(run.public_id))
        except (NotFound, NotPermitted):
            self._fail(organisation, run, Trouble.RIGHTS)
        except ExportError as error:
            log.warning("report_export.failed", export=str(run.public_id), trouble=error.trouble.value)
            self._fail(organisation, run, error.trouble)
        except Unavailable:
            raise
        except Exception:
            # What a report makes us stumble over is ours; it must not be tried for ever, nor stop the others.
            log.exception("report_export.error", export=str(run.public_id))
            self._fail(organisation, run, Trouble.ERROR)
        finally:
            with suppress(OSError):  # it has its name by now, or there is none
                own.unlink()

    def _principal(self, organisation: OrganisationId, run: TakenRun) -> Principal:
        """Who asked, with the rights of now, but no administrator where they did not ask as one."""
        found = Principals(self.database, self.clock).of(organisation, PublicId(run.person))
        if found is None:
            raise NotFound("Who asked is gone.")
        return replace(found, administers=found.administers and run.administers)

    def _finish(self, organisation: OrganisationId, run: TakenRun, made: Made, path: Path) -> None:
        """The file gets its name in the moment in which it is said to be there."""
        now, manifest = self.clock(), made.manifest
        of = (made.name, made.media, made.bytes, manifest.rows, made.sha256, manifest.model_dump_json())
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            if not finish_run(connection, run.turn, MadeFile(*of, now, now + KEPT)):
                raise NotWantedError
            what = {
                "subject": ORGANISATION_SUBJECT,
                "export": str(run.public_id),
                "form": run.form.value,
                "rows": manifest.rows,
            }
            record(connection, organisation, Actor(str(run.person)), Action.REPORT_EXPORTED, what)
            made.path.replace(path)
        log.info("report_export.made", export=str(run.public_id), bytes=made.bytes, rows=manifest.rows)

    def _fail(self, organisation: OrganisationId, run: TakenRun, trouble: Trouble) -> None:
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            fail_run(connection, run.turn, trouble, self.clock())
