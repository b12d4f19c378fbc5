"""A campus whose platform sends events and whose student system gives rosters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.audit import operator
from dashapp.data.store.organisations import NewSource, register_source
from dashapp.data.store.rosters.applying import Applied
from dashapp.data.store.rosters.sources import find_roster_source, save_settings
from dashapp.domain.events import Topic
from dashapp.domain.roster_changes import Differences
from dashapp.domain.rosters import RosterSettings, RosterSource
from ingest.roster.importing import Importer, Wishes
from tests.data.store.conftest import Campus
from tests.data.store.snapshots import snapshot
from tests.ingest.roster.archives import ISSUER, Rows, texts, write_folder

T1 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
T2 = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
T3 = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class Sis:
    """A student system: it writes files, and has them taken in."""

    campus: Campus
    folder: Path
    source: RosterSource
    settings: RosterSettings = field(default_factory=RosterSettings)

    @property
    def importer(self) -> Importer:
        return Importer(self.campus.database, self.campus.organisation, replace(self.source, settings=self.settings))

    def keep(self, settings: RosterSettings) -> None:
        """Keeps settings, as the command does."""
        self.settings = settings
        with self.campus.database.transaction(DatabaseRole.JOBS, self.campus.organisation) as connection:
            save_settings(connection, self.campus.organisation, replace(self.source, settings=settings), "test", T1)

    def plan(self, files: Mapping[str, Rows] | Mapping[str, str], at: datetime = T1) -> Differences:
        outcome = self.importer.plan(self.write(files), Wishes(operator("test"), at))
        assert outcome.differences is not None, outcome.reading.findings.kept
        return outcome.differences

    def apply(self, files: Mapping[str, Rows] | Mapping[str, str], at: datetime = T1, **wishes: Any) -> Applied:
        outcome = self.importer.apply(self.write(files), Wishes(operator("test"), at, **wishes))
        assert outcome.applied is not None, outcome.reading.findings.kept
        return outcome.applied

    def write(self, files: Mapping[str, Rows] | Mapping[str, str]) -> Path:
        written = texts(files) if not any(name.endswith(".csv") for name in files) else files  # type: ignore[arg-type]
        return write_folder(self.folder, written)  # type: ignore[arg-type]  # texts by now

    def roles(self, at: datetime | None = None) -> set[tuple[str, str, str | None, str]]:
        """(person, course, section, role) of the roles in force, by the roster's names; of all, without an instant."""
        return {
            tuple(row)
            for row in self.campus.rows(
                """SELECT DISTINCT i.value, coalesce(k.value, l.value), s.name, m.role FROM memberships m
                JOIN people p ON coalesce(p.merged_into, p.person_id) = m.person_id
                JOIN person_identifiers i ON i.person_id = p.person_id AND i.issuer = :issuer
                LEFT JOIN sections s ON m.scope_kind = 'section' AND s.section_id = m.scope_id
                LEFT JOIN course_identifiers k ON k.course_id = s.course_id AND k.issuer = :issuer
                LEFT JOIN course_identifiers l ON m.scope_kind = 'course' AND l.course_id = m.scope_id
                    AND l.issuer = :issuer
                WHERE CAST(:at AS timestamptz) IS NULL
                    OR (m.starts_at <= :at AND (m.ends_at IS NULL OR m.ends_at > :at))""",
                issuer=ISSUER,
                at=at,
            )
        }

    def intervals(self, person: str, role: str = "learner") -> list[tuple[Any, ...]]:
        """(starts_at, ends_at) of somebody's roles in courses, in their order."""
        return self.campus.rows(
            """SELECT m.starts_at, m.ends_at FROM memberships m
            JOIN people p ON coalesce(p.merged_into, p.person_id) = m.person_id
            JOIN person_identifiers i ON i.person_id = p.person_id AND i.issuer = :issuer AND i.value = :person
            WHERE m.scope_kind = 'course' AND m.role = :role ORDER BY 1""",
            issuer=ISSUER,
            person=person,
            role=role,
        )

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that events and rosters have made, and everything that the roster remembers."""
        found = snapshot(self.campus)
        for name, query in STATE.items():
            found[name] = sorted(self.campus.rows(query), key=repr)
        return found


STATE = {
    "names": """SELECT i.issuer, i.value, p.given_name, p.family_name, p.email, p.provisional,
            p.merged_into IS NULL AS own, p.described_at
        FROM person_identifiers i JOIN people p USING (organisation_id, person_id)""",
    "course_names": """SELECT i.issuer, i.value, c.code, c.title, c.provisional, c.starts_on, c.ends_on
        FROM course_identifiers i JOIN courses c USING (organisation_id, course_id)""",
    "unnamed": "SELECT count(*) FROM people WHERE person_id NOT IN (SELECT person_id FROM person_identifiers)",
    "terms": "SELECT name, teaching_starts, teaching_ends FROM terms",
    "organisation_units": """SELECT u.name, p.name FROM organisation_units u
        LEFT JOIN organisation_units p ON p.organisation_unit_id = u.parent_id""",
    "facts": "SELECT person_id, scope_kind, scope_id, role, active, at, ends_at, retracted FROM membership_facts",
    "merges": "SELECT kept_id, absorbed_id, split_at FROM person_merges",
    "records": "SELECT thing, name, key, digest, said FROM roster_records",
    "enrolments": "SELECT name, digest, person_id, scope_id, role, begins_at, ends_at, event_id FROM roster_enrolments",
}


@pytest.fixture
def campus(database: Database) -> Iterator[Campus]:
    """Its aggregates equal a recount at the end of every test."""
    made = Campus(database)
    yield made
    assert made.differences() == {}


@pytest.fixture
def sis(campus: Campus, tmp_path: Path) -> Sis:
    """The student system of the campus, of which nothing has been taken in yet."""
    return Sis(campus, tmp_path / "files", make_roster_source(campus, "sis", ISSUER))


def make_roster_source(campus: Campus, name: str, issuer: str) -> RosterSource:
    """A sender of the campus that may speak of people only."""
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        register_source(connection, campus.organisation, NewSource(name, issuer, frozenset({Topic.USER})))
        return find_roster_source(connection, campus.organisation, name)
