"""A roster from its files to the database: read and checked, compared, taken in. Nothing here prints."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.rosters.applying import Applied, Order, apply, plan
from dashapp.data.store.rosters.sources import known_of
from dashapp.domain.audit import Actor
from dashapp.domain.keys import OrganisationId
from dashapp.domain.roster_changes import Differences
from dashapp.domain.roster_checks import Findings
from dashapp.domain.rosters import FileRead, Known, Roster, RosterForm, RosterSource
from ingest.roster.archive import open_archive
from ingest.roster.oneroster import OneRosterReader
from ingest.roster.plain import PlainReader


@dataclass(frozen=True, slots=True)
class Reporter:
    """Is told how far a roster has come: rows that have been read, and what is being done in the database."""

    advance: Callable[[int], object] = lambda _rows: None
    step: Callable[[str], object] = lambda _name: None


@dataclass(frozen=True, slots=True)
class Reading:
    """What files say, and what is wrong with them. With a finding that stops, the roster is not to be used."""

    roster: Roster
    findings: Findings
    files: tuple[FileRead, ...]
    columns: dict[str, str] = field(default_factory=dict)
    """Of plain CSV: our field → the file's column."""
    heads: tuple[str, ...] = ()
    """Of plain CSV: all columns of the file."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Who takes a roster in, and what they have agreed to. `fingerprint`: of the plan that they have looked at."""

    by: Actor
    at: datetime
    fingerprint: str | None = None
    accept_endings: bool = False
    accept_conflicts: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of files: what they say, what they would change, and what became of it where it was done."""

    reading: Reading
    differences: Differences | None = None
    applied: Applied | None = None


def read_roster(path: Path, source: RosterSource, known: Known, reporter: Reporter) -> Reading:
    """Reads and checks. Raises RosterError for what cannot be read at all."""
    archive, findings = open_archive(path), Findings()
    reader: OneRosterReader | PlainReader
    if source.settings.form is RosterForm.CSV:
        reader = PlainReader(archive, source.settings, known, findings, reporter.advance)
    else:
        reader = OneRosterReader(archive, source.settings, known, findings, reporter.advance)
    roster = reader.read()
    columns, heads = (reader.columns, tuple(reader.heads)) if isinstance(reader, PlainReader) else ({}, ())
    return Reading(roster, findings, tuple(reader.files), columns, heads)


@dataclass(frozen=True, slots=True)
class Importer:
    """Takes the rosters of one source in."""

    database: Database
    organisation: OrganisationId
    source: RosterSource
    reporter: Reporter = field(default_factory=Reporter)
    shown: int = Differences.MOST_SHOWN
    """How many differences of one thing and one kind are listed."""

    def check(self, path: Path) -> Reading:
        """What the files say. Raises RosterError, Unavailable."""
        with self.database.transaction(DatabaseRole.INGEST, self.organisation) as connection:
            known = known_of(connection, self.organisation, self.source.source_id)
        return read_roster(path, self.source, known, self.reporter)

    def plan(self, path: Path, wishes: Wishes) -> Outcome:
        """What the files would change; nothing, where something in them stops. Raises RosterError, Unavailable."""
        reading = self.check(path)
        if reading.findings.stop:
            return Outcome(reading)
        return Outcome(reading, plan(self.database, self._order(reading, wishes)))

    def apply(self, path: Path, wishes: Wishes) -> Outcome:
        """Takes the files in, all or nothing; nothing, where something in them stops. Raises as `applying.apply`."""
        reading = self.check(path)
        if reading.findings.stop:
            return Outcome(reading)
        applied = apply(self.database, self._order(reading, wishes), self.reporter.step)
        return Outcome(reading, applied.differences, applied)

    def _order(self, reading: Reading, wishes: Wishes) -> Order:
        return Order(
            self.organisation,
            self.source,
            reading.roster,
            wishes.at,
            wishes.by,
            reading.files,
            reading.findings.summary(),
            wishes.fingerprint,
            wishes.accept_endings,
            wishes.accept_conflicts,
            self.shown,
        )
