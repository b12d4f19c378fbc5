"""Senders whose rosters are taken: how each is read, when its schedule has looked, and what its imports were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import roster_imports, roster_sources, sources
from dashapp.domain.events import Topic
from dashapp.domain.keys import OrganisationId, SourceId
from dashapp.domain.rosters import Known, RosterError, RosterSettings, RosterSource

MOST_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class Schedule:
    """What the schedule of a source has found. `looked_etag` is the other host's own mark of the file."""

    source: RosterSource
    looked_at: datetime | None
    looked_etag: str | None
    looked_hash: str | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class HeldImport:
    """One time that files were looked at to be taken."""

    import_id: int
    state: str
    by: str
    at: datetime
    undone_at: datetime | None
    counts: Mapping[str, list[int]]
    findings: Mapping[str, int]


def find_roster_source(connection: Connection, organisation: OrganisationId, name: str) -> RosterSource:
    """The sender of this name, with how its rosters are read; the defaults where nobody has said. Raises RosterError
    where there is none, or where it may not speak of people."""
    row = connection.execute(
        select(sources.c.source_id, sources.c.issuer, sources.c.allowed, sources.c.enabled).where(
            sources.c.organisation_id == organisation, sources.c.name == name
        )
    ).one_or_none()
    if row is None:
        raise RosterError(f"There is no sender named {name}.")
    if Topic.USER.value not in row.allowed or not row.enabled:
        raise RosterError(f"{name} may not say anything about people: allow it the kind user first.")
    chosen = select(roster_sources.c.settings).where(
        roster_sources.c.organisation_id == organisation, roster_sources.c.source_id == row.source_id
    )
    held = connection.execute(chosen).scalar_one_or_none()
    settings = RosterSettings() if held is None else msgspec.convert(held, RosterSettings)
    return RosterSource(SourceId(row.source_id), name, row.issuer, settings)


def roster_senders(connection: Connection, organisation: OrganisationId) -> tuple[RosterSource, ...]:
    """The senders that may speak of people, in the order of their names, those whose rosters are taken first; each with
    how its rosters are read. For la_jobs."""
    held = roster_sources
    rows = connection.execute(
        select(sources.c.source_id, sources.c.name, sources.c.issuer, held.c.settings)
        .outerjoin(
            held, (held.c.source_id == sources.c.source_id) & (held.c.organisation_id == sources.c.organisation_id)
        )
        .where(
            sources.c.organisation_id == organisation, sources.c.enabled, sources.c.allowed.any_() == Topic.USER.value
        )
        .order_by(held.c.settings.is_(None), sources.c.name)
    )
    return tuple(
        RosterSource(
            SourceId(row.source_id),
            row.name,
            row.issuer,
            RosterSettings() if row.settings is None else msgspec.convert(row.settings, RosterSettings),
        )
        for row in rows
    )


def save_settings(
    connection: Connection, organisation: OrganisationId, source: RosterSource, by: str, at: datetime
) -> None:
    """How the rosters of a source are read from now on; for la_jobs."""
    settings = msgspec.to_builtins(source.settings)
    values: dict[str, Any] = {"settings": settings, "changed_by": by, "changed_at": at}
    statement = insert(roster_sources).values(organisation_id=organisation, source_id=source.source_id, **values)
    # What was found by the old settings says nothing about the new ones.
    fresh = {"looked_etag": None, "looked_hash": None, "looked_at": None, "trouble": None}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["organisation_id", "source_id"], set_={**values, **fresh})
    )


def schedules(connection: Connection, organisation: OrganisationId) -> list[Schedule]:
    """The sources of an organisation that have settings, in the order of their names; for la_jobs."""
    rows = connection.execute(
        select(roster_sources, sources.c.name, sources.c.issuer)
        .join(sources, sources.c.source_id == roster_sources.c.source_id)
        .where(roster_sources.c.organisation_id == organisation, sources.c.enabled)
        .order_by(sources.c.name)
    )
    return [
        Schedule(
            RosterSource(SourceId(row.source_id), row.name, row.issuer, msgspec.convert(row.settings, RosterSettings)),
            row.looked_at,
            row.looked_etag,
            row.looked_hash,
            row.trouble,
        )
        for row in rows
    ]


def note_look(connection: Connection, organisation: OrganisationId, looked: Schedule) -> None:
    """What the schedule has found this time; for la_jobs."""
    connection.execute(
        roster_sources.update()
        .where(
            roster_sources.c.organisation_id == organisation,
            roster_sources.c.source_id == looked.source.source_id,
        )
        .values(
            looked_at=looked.looked_at,
            looked_etag=looked.looked_etag,
            looked_hash=looked.looked_hash,
            trouble=looked.trouble,
        )
    )


def known_of(connection: Connection, organisation: OrganisationId, source: SourceId) -> Known:
    """What a source has said before, for files that hold changes only."""
    rows: dict[str, dict[str, Mapping[str, str]]] = {}
    people, disabled = set[str](), set[str]()
    for row in connection.execute(_KNOWN, {"organisation": organisation, "source": source}):
        if row.thing == "person":
            people.add(row.name)
            if row.said is not None:
                disabled.add(row.name)
        else:
            rows.setdefault(row.thing.removeprefix(ROW), {})[row.name] = row.said
    return Known(rows, frozenset(people), frozenset(disabled))


ROW: Final = "row:"
"""Begins the `thing` of rows of small files."""
_KNOWN: Final = text(
    "SELECT thing, name, said FROM roster_records WHERE organisation_id = :organisation AND source_id = :source"
    f" AND (thing = 'person' OR thing LIKE '{ROW}%')"
)


def imports_of(connection: Connection, organisation: OrganisationId, source: SourceId) -> list[HeldImport]:
    """The newest imports of a source, the newest first."""
    rows = connection.execute(
        select(roster_imports)
        .where(roster_imports.c.organisation_id == organisation, roster_imports.c.source_id == source)
        .order_by(roster_imports.c.import_id.desc())
        .limit(MOST_LISTED)
    )
    return [
        HeldImport(row.import_id, row.state, row.imported_by, row.imported_at, row.undone_at, row.counts, row.findings)
        for row in rows
    ]
