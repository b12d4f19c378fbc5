"""What administrators have done about rosters: checks, taking in, taking back, and how each source is read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.audit import record
from dashapp.data.store.rosters.runs import Wanted, cancel_run, find_run, restart_run, start_run
from dashapp.data.store.rosters.sources import find_roster_source, imports_of, save_settings
from dashapp.data.store.uploads import find_uploads
from dashapp.domain.audit import Action, ViewerRole
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId
from dashapp.domain.principal import Principal
from dashapp.domain.roster_runs import RosterRun, RunFile, RunTask
from dashapp.domain.rosters import RosterSettings, checked_settings
from dashapp.domain.uploads import Purpose
from dashapp.security.acting import acting


class RosterRefused(AnalyticsError):
    """It is not done; `why`: under_way, files, gone, endings or conflicts."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class RosterAdministration:
    """Acts for one administrator, of their own organisation only. What takes long is left to a job.

    All raise RosterRefused, RosterError where there is no such sender, and Unavailable.
    """

    database: Database
    clock: Clock
    principal: Principal

    @property
    def _organisation(self) -> OrganisationId:
        return self.principal.organisation_id

    def check(self, source: str, keys: Sequence[UUID]) -> UUID:
        """Has files checked that were sent before."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            found = find_uploads(connection, self._organisation, keys, Purpose.ROSTER)
            if not found or len(found) != len(keys):
                raise RosterRefused("files")
            files = tuple(RunFile(each.key, each.name) for each in found)
            return self._start(connection, source, RunTask.CHECK, files)

    def check_again(self, run: UUID) -> None:
        """Has the same files checked once more: with other settings, or against what has changed since."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            found = self._find(connection, run)
            if not found.can_be_checked:
                raise RosterRefused("gone")
            self._restart(connection, found, RunTask.CHECK)

    def apply(self, run: UUID, *, accept_endings: bool, accept_conflicts: bool) -> None:
        """Has the files of a check taken in, as it was looked at."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            found = self._find(connection, run)
            if not found.can_be_applied or found.report is None:
                raise RosterRefused("gone")
            if found.report.ends_too_much and not accept_endings:
                raise RosterRefused("endings")
            if found.report.conflicts and not accept_conflicts:
                raise RosterRefused("conflicts")
            self._restart(connection, found, RunTask.APPLY, (accept_endings, accept_conflicts))

    def undo(self, source: str, import_id: int) -> UUID:
        """Has the last import of a source taken back, if it is this one."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            held = find_roster_source(connection, self._organisation, source)
            imports = imports_of(connection, self._organisation, held.source_id)
            last = next((one for one in imports if one.state in ("applied", "undone")), None)
            if last is None or (last.import_id, last.state) != (import_id, "applied"):
                raise RosterRefused("gone")
            return self._start(connection, source, RunTask.UNDO, ())

    def cancel(self, run: UUID) -> None:
        """Ends what waits, or a check."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            if not cancel_run(connection, self._organisation, run):
                raise RosterRefused("gone")

    def save(self, source: str, settings: RosterSettings) -> None:
        """Says how the rosters of a source are read from now on. Raises WrongSettings."""
        settings = checked_settings(settings)
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            held = find_roster_source(connection, self._organisation, source)
            by, now = str(self.principal.public_id), self.clock()
            save_settings(connection, self._organisation, replace(held, settings=settings), by, now)
            actor = acting(self.principal, ViewerRole.ADMINISTRATOR)
            record(connection, self._organisation, actor, Action.ROSTER_SET, {"subject": f"sender {held.name}"})

    def _find(self, connection: Connection, run: UUID) -> RosterRun:
        found = find_run(connection, self._organisation, run)
        if found is None:
            raise RosterRefused("gone")
        return found

    def _start(self, connection: Connection, source: str, task: RunTask, files: tuple[RunFile, ...]) -> UUID:
        held = find_roster_source(connection, self._organisation, source)
        wanted = Wanted(held.source_id, task, str(self.principal.public_id), self.clock(), files)
        made = start_run(connection, self._organisation, wanted)
        if made is None:
            raise RosterRefused("under_way")
        return made

    def _restart(
        self, connection: Connection, run: RosterRun, task: RunTask, accepted: tuple[bool, bool] = (False, False)
    ) -> None:
        wanted = Wanted(run.source_id, task, str(self.principal.public_id), self.clock())
        if not restart_run(connection, self._organisation, run, wanted, accepted):
            raise RosterRefused("under_way")
