"""All schedules of an organisation with what came of them last, without their runs. As la_jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from dashapp.data.queries.people import keys_of, selves_of
from dashapp.data.queries.report_readers import readable
from dashapp.data.queries.schedules import names_by_key
from dashapp.data.store.schedule_alerts import last_runs
from dashapp.data.tables import deliveries, report_schedules, schedule_targets
from dashapp.domain.principal import Principal
from dashapp.domain.reports.keeping import ReportReader
from dashapp.domain.schedules.runs import CopyState, RunState, ScheduleState, silent_since
from dashapp.domain.schedules.views import LastRun, ListedSchedule

schedule, target, copy = report_schedules.c, schedule_targets.c, deliveries.c


def list_schedules(connection: Connection, reader: Principal, now: datetime) -> tuple[ListedSchedule, ...]:
    """One's own, for administrators everybody's: first those that have not delivered, then by when they are due."""
    organisation = reader.organisation_id
    last = last_runs(organisation)
    recipients = select(func.count()).where(
        target.organisation_id == organisation, target.schedule_id == schedule.schedule_id
    )
    unclear = select(func.count()).where(
        copy.organisation_id == organisation,
        copy.run_id == last.c.run_id,
        copy.state.in_([CopyState.UNCERTAIN, CopyState.HELD]),
    )
    statement = (
        select(
            *(schedule.public_id, schedule.report_id, schedule.document["title"].astext.label("title")),
            *(schedule.author_id, schedule.cron, schedule.time_zone, schedule.state, schedule.next_at),
            *(last.c.due_at, last.c.run_state, last.c.trouble),
            recipients.scalar_subquery().label("recipients"),
            unclear.scalar_subquery().label("unclear"),
        )
        .outerjoin(last, last.c.schedule_id == schedule.schedule_id)
        .where(schedule.organisation_id == organisation, schedule.state != ScheduleState.ENDED)
    )
    if not reader.administers:
        statement = statement.where(schedule.author_id.in_(selves_of(organisation, reader.person_id)))
    rows = connection.execute(statement).all()
    authors = names_by_key(connection, organisation, {row.author_id for row in rows})
    own = keys_of(connection, organisation, reader.person_id)
    opens = readable(connection, ReportReader.of(reader), [row.report_id for row in rows if row.report_id])
    found = [
        ListedSchedule(
            UUID(str(row.public_id)), row.report_id if row.report_id in opens else None, row.title or "",
            authors.get(row.author_id, ""), row.author_id in own, row.cron, row.time_zone, ScheduleState(row.state),
            row.next_at, _silent(row, now),
            row.recipients,
            LastRun(RunState(row.run_state), row.due_at, row.trouble, row.unclear) if row.run_state else None,
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=_place))


def _silent(row: Any, now: datetime) -> datetime | None:
    return silent_since((RunState(row.run_state), row.due_at) if row.run_state else None, row.next_at, now)


def _place(one: ListedSchedule) -> tuple[bool, bool, float, str]:
    due = one.next_at.timestamp() if one.next_at else 0.0
    return one.silent_since is None, one.state is not ScheduleState.ACTIVE, due, one.title.casefold()
