"""Imports that were asked for on a page: what a job does for each organisation."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Event as Signal
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.audit import record
from dashapp.data.store.history_imports import (
    fail_import,
    finish_import,
    note_begin,
    note_figures,
    note_found,
    put_back,
    take_import,
)
from dashapp.data.store.uploads import remove_uploads
from dashapp.data.store.work_queues import Turn
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.audit import JOBS, ORGANISATION_SUBJECT, Action
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound, Unavailable
from dashapp.domain.history import Figures, HistoryFile, HistoryImport, HistoryKind, HistoryWish, ImportState
from dashapp.domain.keys import OrganisationId
from dashapp.domain.uploads import file_name
from dashapp.ending import Stopping
from dashapp.observability.logging import get_logger
from dashapp.settings import Settings
from ingest.history import ways
from ingest.history.canvas.naming import PeopleBy
from ingest.history.importing import Found, Importer, Tally
from ingest.history.mapped import mapping_of
from ingest.history.opening import How, open_history
from ingest.history.recorded import Notes, Problem
from ingest.history.sieve import Wishes
from ingest.history.tables import look_at
from ingest.history.target import source_of, zone_of
from ingest.history.values import instant_of, moment_said
from ingest.history.ways import Refusal, way_of
from ingest.text_files import FileError

log = get_logger(__name__)

TOLD_EVERY: Final = 1.0
"""Seconds."""
LONGEST: Final = 500
"""Characters of a sentence about a file."""
MOST_KINDS: Final = 50
"""Kinds of event, of what was left out and of what is unknown, that the page is told of."""


@dataclass(slots=True)
class _Watch:
    """Tells the page how far it is, and stops the import where nobody wants it any more, or the process ends."""

    work: "HistoryWork"
    turn: Turn
    taken: HistoryImport
    stopping: Stopping
    stop: Signal = field(default_factory=Signal)
    unwanted: bool = False
    _told: float = 0.0

    def say(self, sentence: str) -> None:
        """The page has words of its own."""

    def advance(self, tally: ways.Tally) -> None:
        """Further records are safe."""
        if self.stopping.is_set():
            self.stop.set()
        if monotonic() - self._told < TOLD_EVERY:
            return
        self._told = monotonic()
        if not self.tell(tally):
            self.unwanted = True
            self.stop.set()

    def tell(self, tally: ways.Tally) -> bool:
        """Whether it is wanted."""
        with self.work.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            return note_figures(connection, self.turn, self.figures(tally), self.work.clock())

    @property
    def organisation(self) -> OrganisationId:
        """Whose import it is."""
        return self.turn.organisation

    def figures(self, tally: ways.Tally) -> Figures:
        """How far it is: rows and events of earlier runs are counted, too."""
        before = self.taken.figures if self.taken.state is ImportState.RUNNING else Figures()
        done = tally.bytes_read if isinstance(tally, Tally) else 0
        return Figures(
            done,
            before.rows + tally.rows,
            before.new + tally.new,
            before.seen + tally.seen,
            before.refused + tally.refused,
            before.sent + tally.sent,
        )


@dataclass(frozen=True, slots=True)
class HistoryWork:
    """Works on imports for one installation."""

    settings: Settings
    database: Database
    clock: Clock

    def serve(self, organisation: OrganisationId, stopping: Stopping) -> bool:
        """Does what is to be done next for an organisation; whether there was anything.

        Raises Unavailable, and NotFound where the organisation is gone.
        """
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            found = take_import(connection, organisation, self.clock())
        if found is None:
            return False
        turn, taken, wish = found
        watch = _Watch(self, turn, taken, stopping)
        try:
            self._work(watch, wish)
        except (FileError, Refusal) as error:
            self._fail(watch, error, _shown(str(error)))
        except (Unavailable, NotFound):
            raise
        except Exception as error:
            # Nobody has thought of it: others' imports go on, and the page says that it was stopped.
            self._fail(watch, error, "stopped")
        return True

    def _fail(self, watch: _Watch, error: Exception, trouble: str) -> None:
        # The words of an error may hold what files say, so only its kind is logged.
        key = watch.taken.public_id
        log.warning("history.failed", organisation_id=watch.organisation, history=str(key), error=type(error).__name__)
        with self.database.transaction(DatabaseRole.JOBS, watch.organisation) as connection:
            fail_import(connection, watch.turn, trouble, self.clock())

    def _work(self, watch: _Watch, wish: HistoryWish) -> None:
        source = source_of(self.database, watch.organisation, wish.source_id)
        if source is None:
            raise Refusal("The sender is switched off. Switch it on, then try again.")
        zone = ZoneInfo(str(wish.options["zone"])) if wish.options.get("zone") else zone_of(self.database, source)
        public_id = own_address(self.database, watch.organisation)
        folder = UploadFolder.below(self.settings.data_dir)
        with _named([(folder.file(public_id, one.key), one) for one in wish.files]) as paths:
            looked = look_at(paths, wish.options.get("encoding"))
            notes, now = Notes(), self.clock()
            how = _how(wish, How(source, zone, self.settings.max_event_bytes))
            history = open_history(wish.kind, [(None, one) for one in looked], how, notes, now)
            importer = Importer(self.settings, self.database, self.clock, source, history, notes, watch.stop)
            wishes = Wishes(way_of(self.settings, None), now, _until(wish.options.get("until"), zone))
            if watch.taken.state is ImportState.CHECKING:
                guessed = [one.path.name for one in looked if one.guessed]
                self._check(watch, importer, wishes, guessed)
            else:
                self._run(watch, importer, wishes)

    def _check(self, watch: _Watch, importer: Importer, wishes: Wishes, guessed: Sequence[str]) -> None:
        found = importer.check(wishes, watch)
        if self._has_ended(watch):
            return
        told = {**_told(found, importer), "guessed": list(guessed), "done": importer.done(wishes)}
        with self.database.transaction(DatabaseRole.JOBS, watch.organisation) as connection:
            note_found(connection, watch.turn, told, _problems(importer.notes))

    def _run(self, watch: _Watch, importer: Importer, wishes: Wishes) -> None:
        organisation, key = watch.organisation, watch.taken.public_id
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            watch.turn = note_begin(connection, watch.turn, importer.done(wishes), self.clock())
        tally = importer.run(wishes, watch)
        if not tally.finished:
            watch.tell(tally)
        if self._has_ended(watch):
            return
        figures, now = watch.figures(tally), self.clock()
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            if finish_import(connection, watch.turn, figures, now):
                remove_uploads(connection, organisation, [one.key for one in watch.taken.files])
                what = {"history": str(key), "new": figures.new, "seen": figures.seen, "sent": figures.sent}
                record(
                    connection,
                    organisation,
                    JOBS,
                    Action.HISTORY_IMPORTED,
                    {"subject": ORGANISATION_SUBJECT, **what, "refused": figures.refused},
                )
        log.info("history.imported", organisation_id=organisation, history=str(key), events=figures.new)

    def _has_ended(self, watch: _Watch) -> bool:
        """Whether it was stopped half-way: by somebody, which its row says already, or since the process ends."""
        if not watch.stop.is_set():
            return False
        if not watch.unwanted:
            with self.database.transaction(DatabaseRole.JOBS, watch.organisation) as connection:
                put_back(connection, watch.turn)
        return True


@contextmanager
def _named(files: Sequence[tuple[Path, HistoryFile]]) -> Iterator[list[Path]]:
    """The files under the names that their sender's machine gave them, since these tell tables apart. Raises FileError
    where one is not there any more."""
    with tempfile.TemporaryDirectory(prefix="history-") as folder:
        paths = []
        for number, (path, file) in enumerate(files):
            if not path.is_file():
                raise FileError(f"{file.name} is not there any more. Send the files again.")
            place = Path(folder) / str(number)
            place.mkdir()
            paths.append(place / file_name(file.name))
            paths[-1].symlink_to(path.resolve())
        yield paths


def _how(wish: HistoryWish, how: How) -> How:
    """What was chosen on the page. Raises FileError for a mapping that is none."""
    options = wish.options
    changes: dict[str, Any] = {name: options[name] for name in ("site", "course", "time_format") if options.get(name)}
    if wish.kind is HistoryKind.CANVAS:
        changes = {"shard": options.get("shard"), "people": PeopleBy(options.get("people") or PeopleBy.ID)}
    if wish.kind is HistoryKind.CSV:
        said = options.get("mapping")
        content = msgspec.json.encode(said, order="sorted")
        changes = {"mapping": mapping_of("The choice of columns", said, content, how.zone)}
    return replace(how, **changes)


def _until(said: object, zone: ZoneInfo) -> datetime | None:
    """The beginning of a day, or an instant, in the organisation's zone where it says none."""
    return instant_of(moment_said(said), zone) if isinstance(said, str) and said else None


def _told(found: Found, importer: Importer) -> dict[str, Any]:
    notes = importer.notes
    return {
        "kinds": _counts(found.kinds),
        "events": found.kinds.total(),
        "months": [[f"{year:04}-{month:02}", number] for (year, month), number in sorted(found.months.items())],
        "people": len(found.people),
        "courses": len(found.courses),
        "first": found.first and found.first.isoformat(),
        "last": found.last and found.last.isoformat(),
        "left_out": _counts(notes.left_out),
        "unknown": _counts(notes.unknown),
        "problem_count": notes.problem_count,
        "remarks": [_shown(one) for one in importer.history.remarks],
    }


def _problems(notes: Notes) -> list[dict[str, Any]]:
    return [_plain(problem) for problem in notes.problems]


def _plain(problem: Problem) -> dict[str, Any]:
    column = None if problem.column is None else _shown(problem.column)
    return {"file": problem.file, "line": problem.line, "column": column, "reason": _shown(problem.reason)}


def _counts(counted: Counter[str]) -> dict[str, int]:
    return {_shown(name): number for name, number in counted.most_common(MOST_KINDS)}


def _shown(text: str) -> str:
    """What files say, as far as it can be stored and shown."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)[:LONGEST]
