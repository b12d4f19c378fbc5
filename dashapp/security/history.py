"""What administrators decide about histories: files read, brought in, paused, gone on with and cancelled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import available_timezones

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.audit import record
from dashapp.data.store.history_imports import ask_for_import, change_state, find_import, has_open_import, may_send
from dashapp.data.store.uploads import find_uploads, keep_uploads, remove_uploads
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.history import OPEN, HistoryFile, HistoryKind, HistoryWish, ImportState
from dashapp.domain.keys import OrganisationId
from dashapp.domain.principal import Principal
from dashapp.domain.uploads import Purpose
from dashapp.security.acting import acting

FILES_KEPT: Final = timedelta(days=30)
"""So long are the files of an open import kept."""
PEOPLE_BY: Final = ("id", "sis", "login")
"""By which name Canvas's live feed calls people."""
LONGEST: Final = 200
"""Characters of an option."""


class HistoryRefused(AnalyticsError):
    """It cannot be done; `why`: files, source, under_way, gone, zone, until, site, number, columns,
    options."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


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


def checked_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were filled in. Raises HistoryRefused for those that cannot be."""
    said = {name: value for name, value in given.items() if value not in (None, "", {})}
    if any(not _is_plain(value) for name, value in said.items() if name != "mapping"):
        raise HistoryRefused("options")
    if said.get("people") not in (None, *PEOPLE_BY):
        raise HistoryRefused("options")
    if "zone" in said and said["zone"] not in available_timezones():
        raise HistoryRefused("zone")
    if "until" in said:
        _check_day(said["until"])
    if "site" in said and not _is_address(said["site"]):
        raise HistoryRefused("site")
    for name in ("course", "shard"):
        if name in said:
            said[name] = _whole(said[name])
    return said


def _is_plain(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and len(value) <= LONGEST and value.isprintable())


def _is_address(value: object) -> bool:
    try:
        site = urlsplit(str(value))
    except ValueError:
        return False
    return site.scheme in ("http", "https") and bool(site.netloc)


def _check_day(value: object) -> None:
    try:
        if not 1990 <= date.fromisoformat(str(value)).year <= 2200:
            raise HistoryRefused("until")
    except ValueError:
        raise HistoryRefused("until") from None


def _whole(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or not 0 < int(text) < 10**12:
        raise HistoryRefused("number")
    return int(text)
