"""What administrators decide about histories: files read, brought in, paused, gone on with and cancelled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.audit import record
from dashapp.data.store.history_imports import ask_for_import, change_state, find_import, has_open_import, may_send
from dashapp.data.store.uploads import find_uploads, keep_uploads, remove_uploads
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.domain.clock import Clock
from dashapp.domain.history import (
    OPEN,
    HistoryFile,
    HistoryKind,
    HistoryRefused,
    HistoryWish,
    ImportState,
    checked_options,
)
from dashapp.domain.keys import OrganisationId
from dashapp.domain.principal import Principal
from dashapp.domain.uploads import Purpose
from dashapp.security.acting import acting

FILES_KEPT: Final = timedelta(days=30)
"""So long are the files of an open import kept."""


@dataclass(frozen=True, slots=True)
class HistoryAdministration:
    """Acts for one administrator, of their own organisation only. All raise HistoryRefused and Unavailable."""

    database: Database
    clock: Clock
    principal: Principal

    def ask(self, source: int, kind: HistoryKind, keys: Sequence[UUID], options: Mapping[str, Any]) -> UUID:
        """Has files read; nothing is brought in before somebody says so. `options` are those of `HistoryWish`."""
        said = checked_options(options)
        with self._deciding() as connection:
            files = find_uploads(connection, self._organisation, keys, Purpose.HISTORY)
            if not files or len(files) != len(set(keys)):
                raise HistoryRefused("files")
            if not may_send(connection, self._organisation, source):
                raise HistoryRefused("source")
            if has_open_import(connection, self._organisation, source):
                raise HistoryRefused("under_way")
            kept = [HistoryFile(one.key, one.name, one.bytes) for one in files]
            wish, now = HistoryWish(source, kind, kept, said), self.clock()
            made = ask_for_import(connection, self._organisation, wish, str(self.principal.public_id), now)
            keep_uploads(connection, self._organisation, keys, now + FILES_KEPT)
            self._record(connection, Action.HISTORY_ASKED, made, kind=kind.value, files=len(kept))
        return made

    def begin(self, key: UUID) -> None:
        """Has what was read brought in."""
        self._change(key, {ImportState.CHECKED}, ImportState.WAITING, Action.HISTORY_BEGUN)

    def pause(self, key: UUID) -> None:
        """Has it stop after the batch in hand; what is in stays in."""
        self._change(key, {ImportState.WAITING, ImportState.RUNNING}, ImportState.PAUSED, None)

    def go_on(self, key: UUID) -> None:
        """Has it go on where it was left."""
        self._change(key, {ImportState.PAUSED}, ImportState.WAITING, None)

    def cancel(self, key: UUID) -> None:
        """Ends it, and removes its files. What has been brought in stays: its events are counted."""
        found = self._change(key, OPEN, ImportState.CANCELLED, Action.HISTORY_CANCELLED)
        with self._deciding() as connection:
            remove_uploads(connection, self._organisation, found)

    def _change(
        self, key: UUID, before: Collection[ImportState], after: ImportState, action: Action | None
    ) -> tuple[UUID, ...]:
        with self._deciding() as connection:
            found = find_import(connection, self._organisation, key)
            if found is None or not change_state(connection, self._organisation, key, (before, after), self.clock()):
                raise HistoryRefused("gone")
            if action is not None:
                self._record(connection, action, key)
        return tuple(one.key for one in found.files)

    def _deciding(self) -> Any:
        return self.database.transaction(DatabaseRole.JOBS, self._organisation)

    @property
    def _organisation(self) -> OrganisationId:
        return self.principal.organisation_id

    def _record(self, connection: Connection, action: Action, key: UUID, **detail: object) -> None:
        actor = acting(self.principal, ViewerRole.ADMINISTRATOR)
        what = {"subject": ORGANISATION_SUBJECT, "history": str(key), **detail}
        record(connection, self._organisation, actor, action, what)
