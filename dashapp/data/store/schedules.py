"""Schedules of reports: saved, paused, ended, and their runs as they come due. All as la_jobs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, Row, and_, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from dashapp.data.queries.people import selves_of
from dashapp.data.tables import deliveries, report_schedules, schedule_runs, schedule_targets
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.reports.document import Report, written
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.cron import Cron
from dashapp.domain.schedules.runs import (
    LOOKED_BACK,
    NewSchedule,
    RunState,
    ScheduleState,
    Way,
)

schedule, target, run = report_schedules.c, schedule_targets.c, schedule_runs.c
MOST_PLANNED: Final = 200
"""Schedules of an organisation in one round; the others come in the next one."""


def add_schedule(
    connection: Connection, organisation: OrganisationId, author: PersonId, new: NewSchedule, now: datetime
) -> UUID:
    """Adds a schedule, due from now on; its public id. Raises NotACron."""
    values = _values(new, now) | {"author_id": author, "created_at": now, "state": ScheduleState.ACTIVE.value}
    row = connection.execute(
        insert(report_schedules)
        .values(organisation_id=organisation, **values)
        .returning(schedule.schedule_id, schedule.public_id)
    ).one()
    _set_targets(connection, organisation, row.schedule_id, new)
    return UUID(str(row.public_id))


def schedules_of(connection: Connection, organisation: OrganisationId, author: PersonId) -> int:
    """How many schedules somebody has that have not ended."""
    mine = (
        schedule.organisation_id == organisation,
        schedule.author_id.in_(selves_of(organisation, author)),
        schedule.state != ScheduleState.ENDED,
    )
    return int(connection.execute(select(func.count()).select_from(report_schedules).where(*mine)).scalar_one())


def change_schedule(
    connection: Connection, organisation: OrganisationId, public_id: UUID, new: NewSchedule, now: datetime
) -> None:
    """Saves a schedule anew; one that is paused stays so. Raises NotFound, NotACron."""
    found = find_schedule(connection, organisation, public_id)
    values = _values(new, now)
    if found.state != ScheduleState.ACTIVE:
        values["next_at"] = None
    _update(connection, organisation, found.schedule_id, values)
    _set_targets(connection, organisation, found.schedule_id, new)


def set_schedule_state(
    connection: Connection, organisation: OrganisationId, public_id: UUID, state: ScheduleState, now: datetime
) -> None:
    """Pauses a schedule, has it go on, or ends it. What it would have done while paused is not missed.
    Raises NotFound."""
    found = find_schedule(connection, organisation, public_id)
    next_at = Cron.parse(found.cron).after(now, ZoneInfo(found.time_zone)) if state is ScheduleState.ACTIVE else None
    values = {"state": state.value, "next_at": next_at, "changed_at": now}
    _update(connection, organisation, found.schedule_id, values)


def find_schedule(connection: Connection, organisation: OrganisationId, public_id: UUID) -> Row[Any]:
    """The row of a schedule that has not ended. Raises NotFound."""
    row = connection.execute(
        select(report_schedules)
        .where(
            schedule.organisation_id == organisation,
            schedule.public_id == public_id,
            schedule.state != ScheduleState.ENDED,
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such schedule.")
    return row


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What a run makes."""

    public_id: UUID
    author: PersonId
    report_id: UUID | None
    document: str
    """As it was when it was last saved or sent, as JSON."""
    formats: tuple[ExportFormat, ...]


def scheduled(connection: Connection, organisation: OrganisationId, schedule_id: int) -> Scheduled:
    """What a run of a schedule makes."""
    row = connection.execute(
        select(schedule.public_id, schedule.author_id, schedule.report_id, schedule.document, schedule.formats).where(
            schedule.organisation_id == organisation, schedule.schedule_id == schedule_id
        )
    ).one()
    formats = tuple(ExportFormat(one) for one in row.formats)
    document = orjson.dumps(row.document).decode()
    return Scheduled(UUID(str(row.public_id)), PersonId(row.author_id), row.report_id, document, formats)


def note_document(connection: Connection, organisation: OrganisationId, schedule_id: int, report: Report) -> None:
    """The report has been changed since: its schedule is called by what it sends."""
    _update(connection, organisation, schedule_id, {"document": orjson.loads(written(report))})


def schedule_of_copy(connection: Connection, organisation: OrganisationId, copy: UUID) -> tuple[UUID, Way]:
    """The public id of the schedule that a copy belongs to, and how the copy goes. Raises NotFound."""
    row = connection.execute(
        select(schedule.public_id, deliveries.c.way)
        .join(
            schedule_runs,
            and_(run.organisation_id == schedule.organisation_id, run.schedule_id == schedule.schedule_id),
        )
        .join(
            deliveries,
            and_(deliveries.c.organisation_id == run.organisation_id, deliveries.c.run_id == run.run_id),
        )
        .where(deliveries.c.organisation_id == organisation, deliveries.c.public_id == copy)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such copy.")
    return UUID(str(row.public_id)), Way(row.way)


def _values(new: NewSchedule, now: datetime) -> dict[str, Any]:
    return {
        "report_id": new.report_id,
        "document": orjson.loads(written(new.report)),
        "cron": new.cron,
        "time_zone": new.time_zone,
        "formats": [one.value for one in new.formats],
        "next_at": Cron.parse(new.cron).after(now, ZoneInfo(new.time_zone)),
        "changed_at": now,
    }


def _set_targets(connection: Connection, organisation: OrganisationId, key: int, new: NewSchedule) -> None:
    """Those that stay keep their keys, by which copies are told apart."""
    rows = connection.execute(
        select(schedule_targets).where(target.organisation_id == organisation, target.schedule_id == key)
    ).all()
    held = {(row.way, row.person_id, row.address): row.target_id for row in rows}
    wanted = {(one.way.value, int(one.person), one.address) for one in new.targets}
    gone = [number for what, number in held.items() if what not in wanted]
    connection.execute(
        delete(schedule_targets).where(target.organisation_id == organisation, target.target_id.in_(gone))
    )
    added = [
        {"organisation_id": organisation, "schedule_id": key, "way": way, "person_id": person, "address": address}
        for way, person, address in sorted(wanted - set(held), key=str)
    ]
    if added:
        connection.execute(insert(schedule_targets), added)


def _update(connection: Connection, organisation: OrganisationId, key: int, values: dict[str, Any]) -> None:
    connection.execute(
        update(report_schedules)
        .where(schedule.organisation_id == organisation, schedule.schedule_id == key)
        .values(**values)
    )


# ------------------------------------------------------------------ what comes due


def plan_due(connection: Connection, organisation: OrganisationId, now: datetime) -> int:
    """Writes the runs that have come due; how many are to be made. Of several of one schedule the last one is made,
    the others are written down as missed."""
    rows = connection.execute(
        select(report_schedules)
        .where(
            schedule.organisation_id == organisation,
            schedule.state == ScheduleState.ACTIVE,
            schedule.next_at <= now,
        )
        .order_by(schedule.next_at)
        .limit(MOST_PLANNED)
        .with_for_update(skip_locked=True)
    ).all()
    made = 0
    for row in rows:
        cron, zone = Cron.parse(row.cron), ZoneInfo(row.time_zone)
        due = cron.between(max(row.next_at, now - LOOKED_BACK), now, zone) or (row.next_at,)
        planned = [
            {
                "organisation_id": organisation,
                "schedule_id": row.schedule_id,
                "due_at": one,
                "state": (RunState.WAITING if one == due[-1] else RunState.MISSED).value,
                "finished_at": None if one == due[-1] else now,
            }
            for one in due
        ]
        # A process that has lost the lead without knowing may plan the same.
        connection.execute(insert_or(schedule_runs).on_conflict_do_nothing(), planned)
        _update(connection, organisation, row.schedule_id, {"next_at": cron.after(now, zone)})
        made += 1
    return made


def ask_now(
    connection: Connection, organisation: OrganisationId, public_id: UUID, by: PersonId, now: datetime
) -> UUID | None:
    """Has a run made now; None where one is under way. Raises NotFound."""
    found = find_schedule(connection, organisation, public_id)
    open_one = connection.execute(
        select(run.run_id).where(
            run.organisation_id == organisation,
            run.schedule_id == found.schedule_id,
            run.state.in_([RunState.WAITING, RunState.RUNNING]),
        )
    ).first()
    if open_one is not None:
        return None
    made = connection.execute(
        insert(schedule_runs)
        .values(
            organisation_id=organisation,
            schedule_id=found.schedule_id,
            due_at=now,
            asked_by=by,
            state=RunState.WAITING.value,
        )
        .returning(run.public_id)
    ).scalar_one()
    return UUID(str(made))


def forget_runs(connection: Connection, organisation: OrganisationId, before: datetime) -> int:
    """Removes what is known of runs from before an instant, and ended schedules without any."""
    gone = connection.execute(
        delete(schedule_runs).where(
            run.organisation_id == organisation, run.finished_at < before, run.finished_at.is_not(None)
        )
    ).rowcount
    left = exists().where(run.organisation_id == organisation, run.schedule_id == schedule.schedule_id)
    connection.execute(
        delete(report_schedules).where(
            schedule.organisation_id == organisation,
            schedule.state == ScheduleState.ENDED,
            schedule.changed_at < before,
            ~left,
        )
    )
    return gone
