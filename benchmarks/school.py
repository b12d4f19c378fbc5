"""How fast an institution's roster is taken in: `python -m benchmarks.school [--people 50000] [--enrolments 500000]`.

A OneRoster 1.2 archive (zip) is read, checked, compared and applied to an organisation that is new; then the same
again; then with a tenth of the learners gone; then that is taken back. Yardstick of the same run: the files are parsed
and their rows copied into a temporary table, and nothing else.
"""

import argparse
import csv
import io
import resource
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from benchmarks.machine import machine
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store.audit import operator
from dashapp.data.store.organisations import NewSource, create_organisation, register_source
from dashapp.data.store.rosters.sources import find_roster_source
from dashapp.domain.events import Topic
from dashapp.domain.keys import OrganisationId
from dashapp.domain.rosters import Naming, RosterSettings, RosterSource
from ingest.roster.importing import Importer, Outcome, Reporter, Wishes
from ingest.roster.rules import FILES, OTHERS

TARGET = 60.0
"""Seconds for 50,000 people and 500,000 enrolments."""
CLASS_SIZE = 200
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class School:
    """The rows of the archive. Every twentieth person teaches."""

    def __init__(self, people: int, enrolments: int) -> None:
        self.people = people
        self.enrolments = enrolments
        self.classes = max(1, enrolments // CLASS_SIZE)

    def rows(self, file: str, gone: int = 0) -> Iterator[dict[str, str]]:
        """Of one file; without every `gone`th learner's enrolments."""
        if file == "orgs":
            yield {"sourcedId": "o0", "name": "University", "type": "district"}
            for number in range(1, 21):
                faculty = {"sourcedId": f"o{number}", "name": f"Faculty {number}", "type": "department"}
                yield {**faculty, "parentSourcedId": "o0"}
        elif file == "academicSessions":
            term = {"sourcedId": "t1", "title": "Spring 2026", "type": "term", "schoolYear": "2026"}
            yield {**term, "startDate": "2026-02-01", "endDate": "2026-08-01"}
        elif file == "courses":
            for number in range(self.classes):
                yield {"sourcedId": f"k{number}", "title": f"Course {number}", "orgSourcedId": f"o{1 + number % 20}"}
        elif file == "classes":
            for number in range(self.classes):
                row = {"sourcedId": f"c{number}", "title": f"Class {number}", "courseSourcedId": f"k{number}"}
                place = {"schoolSourcedId": f"o{1 + number % 20}", "termSourcedIds": "t1", "classType": "scheduled"}
                yield {**row, **place, "classCode": f"CLASS-{number}"}
        elif file == "users":
            yield from map(self._user, range(self.people))
        elif file == "roles":
            for number in range(self.people):
                role = {"sourcedId": f"r{number}", "userSourcedId": f"u{number:07}", "roleType": "primary"}
                yield {**role, "role": "student" if number % 20 else "teacher", "orgSourcedId": "o0"}
        else:
            yield from self._enrolments(gone)

    def _user(self, number: int) -> dict[str, str]:
        names = {"givenName": f"Zoë{number}", "familyName": f"Müller{number}", "username": f"user{number}"}
        return {"sourcedId": f"u{number:07}", "enabledUser": "true", **names, "email": f"user{number}@uni.example"}

    def _enrolments(self, gone: int) -> Iterator[dict[str, str]]:
        for number in range(self.enrolments):
            person = (number * 7919) % self.people
            of_class = (number // self.people + number * 31) % self.classes
            if gone and person % gone == 1:
                continue
            role = "student" if person % 20 else "teacher"
            row = {"sourcedId": f"e{number:08}", "classSourcedId": f"c{of_class}", "userSourcedId": f"u{person:07}"}
            yield {**row, "schoolSourcedId": f"o{1 + of_class % 20}", "role": role, "beginDate": "2026-02-01"}

    def write(self, path: Path, gone: int = 0) -> Path:
        """The archive."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened:
            modes = dict.fromkeys(OTHERS, "absent") | dict.fromkeys(FILES["1.2"], "bulk")
            said = {"manifest.version": "1.0", "oneroster.version": "1.2"}
            said |= {f"file.{name}": mode for name, mode in modes.items()}
            rows = ({"propertyName": name, "value": value} for name, value in said.items())
            self._add(opened, "manifest.csv", ("propertyName", "value"), rows)
            for file, columns in FILES["1.2"].items():
                self._add(opened, f"{file}.csv", [column.name for column in columns], self.rows(file, gone))
        return path

    def _add(self, opened: zipfile.ZipFile, name: str, heads: Sequence[str], rows: Iterator[dict[str, str]]) -> None:
        with opened.open(name, "w") as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
            writer = csv.DictWriter(text, heads, restval="")
            writer.writeheader()
            writer.writerows(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the machine and the figures; 1 where the first import is over its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.school", description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--enrolments", type=int, default=500_000)
    parser.add_argument("--known-as", action="store_true", help="join everybody with a name of the learning platform")
    chosen = parser.parse_args(arguments)
    print(machine(), flush=True)
    school = School(chosen.people, chosen.enrolments)
    with tempfile.TemporaryDirectory(prefix="school-") as folder:
        Path(folder).chmod(0o755)
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            return _measure(database, school, Path(folder), known_as=chosen.known_as)
        finally:
            database.close()


def _measure(database: Database, school: School, folder: Path, *, known_as: bool) -> int:
    organisation, source = _registered(database, known_as=known_as)
    whole, fewer = school.write(folder / "whole.zip"), school.write(folder / "fewer.zip", gone=10)
    yardstick = _yardstick(database, whole)
    print(f"yardstick (parsed and copied only): {yardstick:.1f} s", flush=True)
    first = 0.0
    for number, (name, path) in enumerate((("first", whole), ("again", whole), ("a tenth gone", fewer))):
        taken, outcome, steps = _take(database, organisation, source, path, NOW + timedelta(days=number))
        first = first or taken
        assert outcome.applied is not None
        counts = outcome.applied.differences.counts
        total = [sum(each[place] for each in counts.values()) for place in range(3)]
        said = f"{total[0]:,} added, {total[1]:,} changed, {total[2]:,} ended"
        waited = f"events wait for {outcome.applied.waited:.1f} s"
        print(f"{name}: {taken:.1f} s, {taken / yardstick:.1f} × the yardstick ({said}; {waited})", flush=True)
        print("  " + ", ".join(f"{step} {seconds:.1f} s" for step, seconds in steps), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory at most: {peak:,.0f} MB", flush=True)
    return 0 if first <= TARGET else 1


def _take(
    database: Database, organisation: OrganisationId, source: RosterSource, path: Path, at: datetime
) -> tuple[float, Outcome, list[tuple[str, float]]]:
    """Seconds, what became of it, and the seconds of each step."""
    began = perf_counter()
    marks = [("read", began)]
    reporter = Reporter(step=lambda name: marks.append((name, perf_counter())))
    importer = Importer(database, organisation, source, reporter)
    outcome = importer.apply(path, Wishes(operator("benchmark"), at, accept_endings=True))
    ended = perf_counter()
    ends = [mark for _, mark in marks[1:]] + [ended]
    steps = [(name, end - start) for (name, start), end in zip(marks, ends, strict=True)]
    return ended - began, outcome, steps


def _registered(database: Database, *, known_as: bool) -> tuple[OrganisationId, RosterSource]:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = create_organisation(connection, "north", "North", "Europe/Berlin")
        register_source(connection, organisation, NewSource("sis", "https://sis.example", frozenset({Topic.USER})))
        source = find_roster_source(connection, organisation, "sis")
    naming = Naming("username", "https://lms.example", "account") if known_as else None
    return organisation, RosterSource(source.source_id, source.name, source.issuer, RosterSettings(people=naming))


def _yardstick(database: Database, path: Path) -> float:
    """Parses the two large files and copies their rows, as they are, into a temporary table."""
    began = perf_counter()
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        cursor = cast(Any, connection.connection.cursor())
        cursor.execute("CREATE TEMPORARY TABLE plain (name text, a text, b text, c text, d text) ON COMMIT DROP")
        for file in ("users.csv", "enrollments.csv"):
            with zipfile.ZipFile(path) as opened, io.TextIOWrapper(opened.open(file), "utf-8", newline="") as text:
                lines = "".join("\t".join((row[0], *row[3:7])) + "\n" for row in csv.reader(text))
            cursor.copy_expert("COPY plain FROM STDIN", io.StringIO(lines))
        cursor.close()
    return perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
