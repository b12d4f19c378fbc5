"""Schedules that have not delivered: found, and told of once. All as la_jobs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Subquery, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from dashapp.data.store.deliveries import recipient_of
from dashapp.data.tables import report_schedules, schedule_runs
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.schedules.runs import RunState, ScheduleState, silent_since

schedule, run = report_schedules.c, schedule_runs.c


@dataclass(frozen=True, slots=True)
class Silence:
    """A schedule that has not delivered, for its author."""

    schedule_id: int
    title: str
    locale: str
    time_zone: str
    due_at: datetime
    address: str | None
    """Of the author's mail."""


def take_silent(connection: Connection, organisation: OrganisationId, now: datetime) -> tuple[Silence, ...]:
    """The schedules of which their authors have to be told now; each is told of once for each time that it was due."""
    last = last_runs(organisation)
    rows = connection.execute(
        select(report_schedules, last.c.due_at, last.c.run_state, last.c.finished_at)
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
            to = recipient_of(connection, organisation, PersonId(row.author_id))
            report = row.document
            found.append(
                Silence(row.schedule_id, report["title"], report["locale"], row.time_zone, since, to[1] if to else None)
            )
    _note(connection, organisation, [one.schedule_id for one in found], now)
    return tuple(found)


def last_runs(organisation: OrganisationId) -> Subquery:
    """(schedule_id, due_at, run_state, finished_at) of the last run of each schedule that was not missed."""
    return (
        select(run.schedule_id, run.due_at, run.state.label("run_state"), run.finished_at)
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
