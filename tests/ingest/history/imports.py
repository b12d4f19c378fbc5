"""What tests of histories share: a campus, an import into it, and what then stands in the database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashapp.domain.clock import system_clock
from dashapp.settings import Settings
from ingest.history import ways
from ingest.history.archives import read_archives
from ingest.history.importing import Found, Importer, Tally
from ingest.history.moodle.files import Moodle, read_moodle
from ingest.history.recorded import History, Notes
from ingest.history.sieve import Wishes
from ingest.history.tables import look_at
from ingest.history.ways import Through
from ingest.text_files import Looked
from tests.ingest.conftest import ISSUER, Campus
from tests.ingest.history.moodles import ZONE

Reading = Callable[[list[tuple[str | None, Looked]], Notes], History]


@dataclass
class Silent:
    """Notes what is said, and stops the import after some records."""

    importer: Importer | None = None
    stop_after: int | None = None
    said: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def advance(self, tally: ways.Tally) -> None:
        if self.importer is not None and self.stop_after is not None and tally.rows >= self.stop_after:
            self.importer.stop.set()


@dataclass
class Imported:
    """What an import has told."""

    importer: Importer
    tally: Tally
    said: list[str]

    @property
    def notes(self) -> Notes:
        return self.importer.notes

    def problems(self) -> list[str]:
        return [str(problem) for problem in self.notes.problems]


def importer_of(settings: Settings, campus: Campus, paths: list[Path], read: Reading) -> Importer:
    notes = Notes()
    files: list[tuple[str | None, Looked]] = [(None, looked) for looked in look_at(paths)]
    history = read(files, notes)
    return Importer(settings, campus.database, system_clock, campus.source, history, notes)


def bring_in(
    settings: Settings, campus: Campus, paths: list[Path], read: Reading, stop_after: int | None = None, **wishes: Any
) -> Imported:
    importer = importer_of(settings, campus, paths, read)
    silent = Silent(importer, stop_after)
    wished = Wishes(**{"through": Through.HERE, "now": datetime.now(UTC), **wishes})
    return Imported(importer, importer.run(wished, silent), silent.said)


def check(settings: Settings, campus: Campus, paths: list[Path], read: Reading, **wishes: Any) -> Found:
    importer = importer_of(settings, campus, paths, read)
    return importer.check(Wishes(**{"through": Through.HERE, "now": datetime.now(UTC), **wishes}), Silent())


def moodle(**wish: Any) -> Reading:
    return lambda files, notes: read_moodle(files, Moodle(ISSUER, ISSUER, ZONE, **wish), notes, datetime.now(UTC))


def archive(campus: Campus) -> Reading:
    return lambda files, _: read_archives([looked for _, looked in files], campus.source, 1_048_576)
