"""The import as a whole: where the archive goes, how far it has come, how fast it may be."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from pathlib import Path
from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.demographics import keep_demographics
from dashapp.data.store.identified import course_starts, newest_zone, organisation_public_id
from dashapp.data.store.identities import IdentityCache
from dashapp.data.store.names import Names
from dashapp.data.store.organisations import (
    ADMINISTRATOR,
    NewSource,
    create_organisation,
    find_organisation,
    grant_administrator,
    register_source,
)
from dashapp.data.store.senders import read_senders
from dashapp.domain.clock import Clock
from dashapp.domain.events import Event, Identifier, PersonDescribed, Source
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.settings import Settings
from ingest.bulk import bulk_loader
from ingest.history import ways
from ingest.history.pace import Pace
from ingest.history.progress import Mark, ProgressFile
from ingest.history.ways import BATCH_EVENTS, WHERE, Batch, Delivery, Refusal, Reporter, Road, Through, way_of
from ingest.oulad.archive import Archive, Table
from ingest.oulad.replaying import ISSUER, Replay
from ingest.oulad.shifting import ShiftedDays, shift_to, shifted_days, start_of
from ingest.sending import sender_for

TITLE = "Open University (published data)"
ZONE = "Europe/London"
"""Where the Open University is; an organisation that exists keeps its own zone."""
DAYS_BEFORE_START = 60
"""No presentation of the archive has clicks that long before its start."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    organisation: str = "oulad"
    last_day: date | None = None
    """The day in whose week the last presentation ends; None: yesterday."""
    only: frozenset[str] = frozenset()
    speed: int | None = None
    """At most so many events a second."""
    administrator: str | None = None
    """The name of somebody who shall administer the organisation, so that there is somebody who can look at it."""
    through: Through | None = None
    """None: Kafka where brokers are configured, else here."""


@dataclass(slots=True)
class Tally(ways.Tally):
    """What has become of the import so far. `rows`: of the archive, those of modules that are left out included."""

    demographics: int = 0


class Importer:
    """One archive into one organisation. `stop` ends it after the batch in hand; it may be set by a signal."""

    def __init__(self, settings: Settings, database: Database, archive: Archive, wishes: Wishes, clock: Clock) -> None:
        """Sets the organisation and its sender up. Raises Refusal and Unavailable."""
        self.stop = Signal()
        self.tally = Tally()
        self._settings = settings
        self._database = database
        self._archive = archive
        self._wishes = wishes
        self._clock = clock
        self._now = clock().astimezone(UTC)
        self._through = way_of(settings, wishes.through)
        # Whatever can be wrong with the archive is found before anything is written.
        self._replay_of(shifted_days(archive, timedelta(), ZONE))
        self._organisation_id, self._source = self._set_up()
        self.days = self._find_days()
        self._replay = self._replay_of(self.days)
        self._retention = self._find_retention()
        self._progress = self._find_progress()
        self._counts = {table: archive.count(table) for table in Table}

    def rows(self) -> int:
        """The number of rows in the archive."""
        return sum(self._counts.values())

    def rows_done(self) -> int:
        """Those of them that an earlier run has brought to safety."""
        mark = self._progress.read()
        return 0 if mark is None else self._rows_up_to(mark)

    def run(self, reporter: Reporter) -> Tally:
        """Imports what is left. Raises ArchiveError and Unavailable; what was shown as done stays done."""
        done = self._progress.read()
        reporter.say(self._what_is_done())
        if self._wishes.administrator is not None:
            self._appoint(self._wishes.administrator)
        road = Road(self._settings, self._database, self._clock, self._source, self._through, self._retention)
        for batch in Delivery(road, self.tally, self.stop).deliver(self._batches(done), reporter):
            self._progress.write(batch.mark)
            self.tally.rows = self._rows_up_to(batch.mark)
            self.tally.held_back = self._replay.held_back
            reporter.advance(self.tally)
        if not self.stop.is_set():
            rows = self._replay.demographics()
            self.tally.demographics = keep_demographics(self._database, self._organisation_id, rows)
            self.tally.finished = True
            self.tally.rows = self.rows()
            reporter.advance(self.tally)
        return self.tally

    def _rows_up_to(self, mark: Mark) -> int:
        tables = list(Table)
        return sum(self._counts[table] for table in tables[: tables.index(Table(mark.part))]) + mark.position

    # -------------------------------------------------------------- before

    def _replay_of(self, days: ShiftedDays) -> Replay:
        return Replay(self._archive, days, self._now, self._wishes.only)

    def _set_up(self) -> tuple[OrganisationId, Source]:
        name = self._wishes.organisation
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            organisation_id = find_organisation(connection, name)
            if organisation_id is None:
                organisation_id = create_organisation(connection, name, TITLE, ZONE)
        with self._database.transaction(DatabaseRole.JOBS, organisation_id) as connection:
            # Believed on the topics only where it uses them: a sender more makes records without a header ambiguous.
            topics = self._settings.kafka_topics if self._settings.kafka_brokers else ()
            new = NewSource(f"oulad-{name}", ISSUER, topics=topics)
            source_id = register_source(connection, organisation_id, new)
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            senders = read_senders(connection)
        return organisation_id, next(each.source for each in senders if each.source.source_id == source_id)

    def _appoint(self, name: str) -> None:
        """A person of this name, who is no student of the archive, becomes an administrator."""
        person = Identifier(ISSUER, ADMINISTRATOR, name)
        resolved = IdentityCache(self._database).resolve(self._organisation_id, Names({person}))
        described = PersonDescribed(f"{ADMINISTRATOR} {name}", person, given_name=name)
        if self._through is Through.HERE:
            with bulk_loader(self._settings, self._database) as loader:
                for _counted in loader.load(self._source, [[described]], self._clock):
                    pass
        else:
            with closing(sender_for(self._settings, self._database, self._source)) as sender:
                sender.send([described])
        with self._database.transaction(DatabaseRole.JOBS, self._organisation_id) as connection:
            grant_administrator(connection, self._organisation_id, PersonId(resolved.people[person][1]))

    def _find_days(self) -> ShiftedDays:
        """The shift of an import that was begun stays, whatever day it is: the events are the same ones."""
        with self._database.transaction(DatabaseRole.INGEST, self._organisation_id) as connection:
            starts = course_starts(connection, self._organisation_id, ISSUER)
            zone = newest_zone(connection, self._organisation_id)
        yesterday = self._now.date() - timedelta(days=1)
        if self._wishes.last_day is not None and self._wishes.last_day > yesterday:
            raise Refusal(f"--shift-to {self._wishes.last_day} lies ahead: events of the future are not taken.")
        wished = None if self._wishes.last_day is None else shift_to(self._archive, self._wishes.last_day)
        known = {start - start_of(value.rpartition("-")[2]) for value, start in starts.items()}
        if not known:
            return shifted_days(self._archive, wished or shift_to(self._archive, yesterday), zone)
        shift = known.pop()
        if wished not in (None, shift) or known:
            raise Refusal(
                f"The organisation {self._source.organisation} holds the archive shifted by {shift.days} days already;"
                " leave --shift-to out to go on with it, or name another --organisation."
            )
        return shifted_days(self._archive, shift, zone)

    def _find_retention(self) -> int:
        """The horizon for this import. Who counts elsewhere has a horizon of their own, which we cannot widen."""
        first = min(run.starts_on for run in self.days.runs.values()) - timedelta(days=DAYS_BEFORE_START)
        needed = (self._now.date() - first).days + 1
        held = self._settings.data_retention_days
        if needed > held and self._through is not Through.HERE:
            raise Refusal(
                f"The archive reaches {needed} days back, but DATA_RETENTION_DAYS is {held}: the service would refuse"
                f" its events as too old. Set DATA_RETENTION_DAYS to {needed} here and there, or use --through here."
            )
        return max(needed, held)

    def _find_progress(self) -> ProgressFile:
        only = "-".join(sorted(self._wishes.only)) or "all"
        with self._database.transaction(DatabaseRole.WEB, self._organisation_id) as connection:
            public_id = organisation_public_id(connection, self._organisation_id)
        name = f"oulad-{self._archive.identity().hex()[:12]}-{public_id}-{self._through}-{only}"
        return ProgressFile(Path(self._settings.data_dir) / "imports", name)

    def _what_is_done(self) -> str:
        ends = max(run.ends_on for run in self.days.runs.values())
        return (
            f"The archive is shifted by {self.days.shift.days} days, whole weeks: its last presentation ends on"
            f" {ends}. It records days, no times of day. Its events are {WHERE[self._through]}."
        )

    # -------------------------------------------------------------- on the way

    def _batches(self, done: Mark | None) -> Iterator[Batch]:
        tables = list(Table)
        size = BATCH_EVENTS if self._wishes.speed is None else max(1, min(BATCH_EVENTS, self._wishes.speed))
        pace = Pace(self._wishes.speed, self.stop)
        events: list[Event] = []
        mark = done
        for table in tables if done is None else tables[tables.index(Table(done.part)) :]:
            after = done.position if done is not None and done.part == table else 0
            for replayed in self._replay.events(table, after):
                events.extend(replayed.events)
                mark = Mark(table.value, replayed.position)
                if len(events) >= size:
                    if not pace.await_turn(len(events)):
                        return
                    yield Batch(events, mark)
                    events = []
        if mark is not None and events and pace.await_turn(len(events)):
            yield Batch(events, mark)
