"""Rosters that a schedule fetches: from a folder below a fixed one, or from an address; taken in when nothing is in
the way, else left with the reason why."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event as Signal
from typing import Final, Protocol

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.audit import operator
from dashapp.data.store.organisations import read_short_name
from dashapp.data.store.rosters.applying import Busy
from dashapp.data.store.rosters.sources import Schedule, note_look, schedules
from dashapp.domain.clock import Clock
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import OrganisationId
from dashapp.domain.rosters import RosterError
from dashapp.observability.logging import get_logger
from dashapp.security.outgoing import Answer, Outgoing, OutgoingError, Question
from ingest.roster.archive import open_archive
from ingest.roster.importing import Importer, Wishes

LARGEST_DOWNLOAD: Final = 256 * 1024 * 1024
DOWNLOAD_SECONDS: Final = 300.0
SETTLED: Final = timedelta(minutes=1)
"""Files that have changed within this time may still be written."""
_BY: Final = "schedule"

log = get_logger(__name__)


class PullSettings(Protocol):
    """What is needed of the settings."""

    @property
    def roster_folder(self) -> Path | None:
        """The folder below which the folders of sources lie."""

    @property
    def roster_secrets(self) -> Sequence[str]:
        """`organisation/source=secret`: what the hosts of rosters want to be shown."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Files to look at; `etag`: the other host's mark of them."""

    path: Path
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Pulling:
    """Looks for the rosters of organisations. Safe to share between threads."""

    database: Database
    settings: PullSettings
    outgoing: Outgoing
    clock: Clock

    def look(self, organisation: OrganisationId, stopping: Signal) -> None:
        """Looks for the rosters of an organisation that are due. Raises Unavailable."""
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            held, name = schedules(connection, organisation), read_short_name(connection, organisation)
        for schedule in held:
            if stopping.is_set():
                return
            if self._is_due(schedule):
                self._look(organisation, name, schedule)

    def _is_due(self, schedule: Schedule) -> bool:
        how = schedule.source.settings
        if how.folder is None and how.address is None:
            return False
        last = schedule.looked_at
        return last is None or self.clock() - last >= timedelta(minutes=how.every_minutes)

    def _look(self, organisation: OrganisationId, name: str, schedule: Schedule) -> None:
        looked = replace(schedule, looked_at=self.clock())
        with tempfile.TemporaryDirectory(prefix="roster-") as folder:
            try:
                found = self._fetch(name, schedule, Path(folder))
                if found is not None:
                    looked = self._take(organisation, looked, found)
            except (RosterError, OutgoingError) as error:
                looked = replace(looked, trouble=str(error))
            except OSError as error:
                looked = replace(looked, trouble=f"The files cannot be read: {error.strerror}.")
        if looked.trouble is not None:
            log.warning("roster.not_taken", organisation_id=organisation, source_id=schedule.source.source_id)
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            note_look(connection, organisation, looked)

    def _fetch(self, name: str, schedule: Schedule, folder: Path) -> _Found | None:
        """The files; None where there are none to look at yet, or none that are new. Raises RosterError."""
        how = schedule.source.settings
        if how.folder is not None:
            return self._in_folder(how.folder)
        assert how.address is not None
        headers = {"Accept": "application/zip, text/csv"}
        secrets = dict(word.split("=", 1) for word in self.settings.roster_secrets)
        secret = secrets.get(f"{name}/{schedule.source.name}")
        if secret is not None:
            headers["Authorization"] = f"Bearer {secret}"
        if schedule.looked_etag is not None:
            headers["If-None-Match"] = schedule.looked_etag
        question = Question(how.address, headers=headers, limit=LARGEST_DOWNLOAD, seconds=DOWNLOAD_SECONDS)
        return _kept(self.outgoing.ask(question), folder)

    def _in_folder(self, name: str) -> _Found | None:
        base = self.settings.roster_folder
        if base is None:
            raise RosterError("No folder for rosters is set: ROSTER_FOLDER.")
        path = (base / name).resolve()
        # Links lead nowhere else either.
        if not path.is_relative_to(base.resolve()) or path == base.resolve() or not path.is_dir():
            raise RosterError(f"There is no folder {name} below ROSTER_FOLDER.")
        files = [each for each in path.iterdir() if each.is_file() and each.suffix.lower() in (".csv", ".zip")]
        if any(not each.resolve().is_relative_to(path) for each in files):
            raise RosterError(f"The folder {name} has links to files elsewhere.")
        youngest = max((each.stat().st_mtime for each in files), default=None)
        if youngest is None or self.clock() - datetime.fromtimestamp(youngest, UTC) < SETTLED:
            return None
        zipped = [each for each in files if each.suffix.lower() == ".zip"]
        if len(zipped) > 1 or (zipped and len(files) > len(zipped)):
            raise RosterError(f"The folder {name} has more than one roster in it.")
        return _Found(zipped[0] if zipped else files[0] if len(files) == 1 else path)

    def _take(self, organisation: OrganisationId, looked: Schedule, found: _Found) -> Schedule:
        """Takes files in that are other ones than last time; what came of it."""
        content = _hash(open_archive(found.path).hashes())
        fresh = replace(looked, looked_etag=found.etag, looked_hash=content, trouble=None)
        if content == looked.looked_hash:
            return replace(looked, looked_etag=found.etag)
        importer = Importer(self.database, organisation, looked.source)
        try:
            outcome = importer.apply(found.path, Wishes(operator(_BY), self.clock()))
        except (Busy, Unavailable):
            # The same files are looked at again next time.
            return replace(looked, trouble=looked.trouble)
        except RosterError as error:
            return replace(fresh, trouble=str(error))
        if outcome.applied is None:
            counts = outcome.reading.findings.summary()
            said = ", ".join(f"{reason} {count}" for reason, count in counts.items())
            return replace(fresh, trouble=f"The files have errors: {said}.")
        log.info("roster.taken", organisation_id=organisation, import_id=outcome.applied.import_id)
        return fresh


def _kept(answer: Answer, folder: Path) -> _Found | None:
    if answer.status == 304:
        return None
    if answer.status != 200:
        raise RosterError(f"The other host answered {answer.status}.")
    # A zip file begins with these letters, whatever the host calls it.
    path = folder / ("roster.zip" if answer.body.startswith(b"PK") else "roster.csv")
    path.write_bytes(answer.body)
    return _Found(path, answer.headers.get("etag"))


def _hash(hashes: Mapping[str, tuple[str, int]]) -> str:
    return sha256(repr(sorted(hashes.items())).encode()).hexdigest()
