"""The page of rosters: senders, what is under way, and what was taken in. As la_jobs: nothing of it is read by pages
that others may open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, text

from dashapp.data.store.rosters.runs import SILENT, last_run, read_rows
from dashapp.data.store.rosters.sources import HeldImport, Schedule, imports_of, roster_senders, schedules
from dashapp.data.tables import people
from dashapp.domain.keys import OrganisationId
from dashapp.domain.parsing import uuid_of
from dashapp.domain.roster_runs import PAGE_ROWS, RosterRun, RowPart, RunRow, RunState
from dashapp.domain.rosters import RosterSource


@dataclass(frozen=True, slots=True)
class RowChoice:
    """Which rows of a check are looked at. `thing`: empty for all; `number`: of the page, from 1."""

    part: RowPart | None = None
    thing: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True)
class RostersView:
    """Everything on the page. `part`: whose rows these are; `silent`: whether whoever does the work is not heard of;
    `names`: public id → name, of who has taken something in."""

    senders: tuple[RosterSource, ...]
    chosen: RosterSource | None
    schedule: Schedule | None
    run: RosterRun | None
    silent: bool
    part: RowPart
    thing: str
    number: int
    total: int
    rows: tuple[RunRow, ...]
    part_totals: dict[RowPart, int]
    imports: tuple[HeldImport, ...]
    files: dict[int, list[str]]
    names: dict[str, str]


def read_rosters(
    connection: Connection, organisation: OrganisationId, source: str, choice: RowChoice, now: datetime
) -> RostersView:
    """The page of one sender; of the first one where `source` is none."""
    senders = roster_senders(connection, organisation)
    chosen = next((each for each in senders if each.name == source), senders[0] if senders else None)
    if chosen is None:
        part = choice.part or RowPart.FINDING
        return RostersView((), None, None, None, False, part, "", 1, 0, (), {}, (), {}, {})
    run = last_run(connection, organisation, chosen.source_id)
    totals = _totals(connection, organisation, run)
    part = choice.part if choice.part in totals else _first(totals)
    total, rows = 0, list[RunRow]()
    if run is not None and totals:
        thing = choice.thing if part in _OF_THINGS else ""
        place = (thing, (choice.number - 1) * PAGE_ROWS, PAGE_ROWS)
        total, rows = read_rows(connection, organisation, run.run_id, part, place)
    imports = tuple(imports_of(connection, organisation, chosen.source_id))[:_LISTED]
    schedule = next((one for one in schedules(connection, organisation) if one.source.name == chosen.name), None)
    silent = run is not None and run.state is RunState.RUNNING and run.beat_at is not None
    return RostersView(
        senders=senders,
        chosen=chosen,
        schedule=schedule,
        run=run,
        silent=silent and run is not None and run.beat_at is not None and now - run.beat_at > SILENT,
        part=part,
        thing=choice.thing,
        number=choice.number,
        total=total,
        rows=tuple(rows),
        part_totals=totals,
        imports=imports,
        files=_files(connection, organisation, imports),
        names=_names(connection, organisation, [one.by for one in imports]),
    )


def _totals(connection: Connection, organisation: OrganisationId, run: RosterRun | None) -> dict[RowPart, int]:
    if run is None:
        return {}
    found = connection.execute(_TOTALS, {"organisation": organisation, "run": run.run_id})
    counted = {RowPart(row.part): int(row.rows) for row in found}
    return {part: counted[part] for part in RowPart if part in counted}


def _first(totals: dict[RowPart, int]) -> RowPart:
    """What is looked at where nothing is chosen: conflicts and findings need a decision, so they come first."""
    order = (RowPart.FINDING, RowPart.CONFLICT, RowPart.ADDED, RowPart.CHANGED, RowPart.ENDED)
    return next((part for part in order if part in totals), RowPart.FINDING)


def _files(
    connection: Connection, organisation: OrganisationId, imports: tuple[HeldImport, ...]
) -> dict[int, list[str]]:
    rows = connection.execute(_FILES, {"organisation": organisation, "imports": [one.import_id for one in imports]})
    return {row.import_id: list(row.names) for row in rows}


def _names(connection: Connection, organisation: OrganisationId, keys: list[str]) -> dict[str, str]:
    ids = [found for found in (uuid_of(key) for key in set(keys)) if found is not None]
    rows = connection.execute(
        select(people.c.public_id, people.c.given_name, people.c.family_name).where(
            people.c.organisation_id == organisation, people.c.public_id.in_(ids)
        )
    )
    return {str(row.public_id): " ".join(part for part in (row.given_name, row.family_name) if part) for row in rows}


_LISTED: Final = 20
_OF_THINGS: Final = frozenset((RowPart.ADDED, RowPart.CHANGED, RowPart.ENDED))
_TOTALS: Final = text(
    "SELECT part, count(*) AS rows FROM roster_run_rows WHERE organisation_id = :organisation AND run_id = :run"
    " GROUP BY part"
)
_FILES: Final = text(
    "SELECT import_id, ARRAY(SELECT f ->> 'name' FROM jsonb_array_elements(files) f) AS names FROM roster_imports"
    " WHERE organisation_id = :organisation AND import_id = ANY(:imports)"
)
