"""Schedules that have not delivered: found, and told of once. All as la_jobs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Subquery, distinct, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from dashapp.data.queries.people import administrators_of
from dashapp.data.store.deliveries import recipient_of
from dashapp.data.tables import deliveries, report_schedules, schedule_runs
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.schedules.runs import AUTHOR, CopyState, RunState, ScheduleState, silent_since

schedule, run = report_schedules.c, schedule_runs.c


@dataclass(frozen=True, slots=True)
class Silence:
    """A schedule that has not delivered, for its author."""

    schedule_id: int
    title: str
    locale: str
    time_zone: str
    due_at: datetime
    addresses: tuple[str, ...]
    """Of the author's mail; of the administrators' where the author is not here any more."""
    without_author: bool = False


def take_silent(connection: Connection, organisation: OrganisationId, now: datetime) -> tuple[Silence, ...]:
    """The schedules of which their authors have to be told now; each is told of once for each time that it was due."""
    last = last_runs(organisation)
    rows = connection.execute(
        select(report_schedules, last.c.due_at, last.c.run_state, last.c.finished_at, last.c.trouble)
        .outerjoin(last, last.c.schedule_id == schedule.schedule_id)
        .where(schedule.organisation_id == organisation, schedule.state != ScheduleState.ENDED)
        .with_for_update(of=report_schedules, skip_locked=True)
    ).all()
    found = []
    for row in rows:
        came = (RunState(row.run_state), row.due_at) if row.run_state is not None else None
        since = silent_since(came, row.next_at, now)
        told = row.alerted_at
        if since is not None and (told is None or told < max(since, row.finished_at or since)):
            alone, report = row.trouble == AUTHOR, row.document
            to = administrators_of(connection, organisation, now) if alone else [PersonId(row.author_id)]
            known = (recipient_of(connection, organisation, person) for person in to)
            addresses = tuple(dict.fromkeys(one[1] for one in known if one is not None and one[1] is not None))
            found.append(
                Silence(row.schedule_id, report["title"], report["locale"], row.time_zone, since, addresses, alone)
            )
    _note(connection, organisation, [one.schedule_id for one in found], now)
    return tuple(found)


def count_overdue(connection: Connection, organisation: OrganisationId, now: datetime) -> int:
    """How many schedules that go on were due and have not delivered."""
    last = last_runs(organisation)
    rows = connection.execute(
        select(schedule.next_at, last.c.due_at, last.c.run_state)
        .select_from(report_schedules)
        .outerjoin(last, last.c.schedule_id == schedule.schedule_id)
        .where(schedule.organisation_id == organisation, schedule.state == ScheduleState.ACTIVE)
    )
    came = ((row, (RunState(row.run_state), row.due_at) if row.run_state is not None else None) for row in rows)
    return sum(silent_since(last_one, row.next_at, now) is not None for row, last_one in came)


def count_uncertain(connection: Connection, organisation: OrganisationId, now: datetime) -> int:
    """How many runs have copies of which nobody knows whether they arrived, and can still decide about."""
    counted = select(func.count(distinct(deliveries.c.run_id))).where(
        deliveries.c.organisation_id == organisation,
        deliveries.c.state == CopyState.UNCERTAIN,
        deliveries.c.kept_until > now,
    )
    return int(connection.execute(counted).scalar_one())


def last_runs(organisation: OrganisationId) -> Subquery:
    """(schedule_id, due_at, run_state, finished_at, trouble, run_id) of each schedule's last run that was made."""
    return (
        select(run.schedule_id, run.due_at, run.state.label("run_state"), run.finished_at, run.trouble, run.run_id)
        .ext(distinct_on(run.schedule_id))
        .where(run.organisation_id == organisation, run.state != RunState.MISSED)
        .order_by(run.schedule_id, run.due_at.desc(), run.run_id.desc())
        .subquery()
    )


def forget_alert(connection: Connection, organisation: OrganisationId, schedule_id: int) -> None:
    """Nobody could be told: it is tried again."""
    _note(connection, organisation, [schedule_id], None)


def _note(connection: Connection, organisation: OrganisationId, keys: list[int], at: datetime | None) -> None:
    connection.execute(
        update(report_schedules)
        .where(schedule.organisation_id == organisation, schedule.schedule_id.in_(keys))
        .values(alerted_at=at)
    )
