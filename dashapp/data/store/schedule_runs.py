"""Runs of schedules in hand: taken under a lease, put back, finished. All as la_jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import deliveries, report_schedules, schedule_runs, schedule_targets
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId
from dashapp.domain.schedules.runs import GIVEN_UP, LEASE, MOST_ATTEMPTS, CopyState, RunState, TakenRun, Way, outcome_of

run, copy = schedule_runs.c, deliveries.c
_ASKED_ONCE = (Way.MAIL.value, Way.OUTSIDE.value)
"""Of these nobody can tell whether they arrived. Whoever gets another one twice sees the same key of the delivery."""


class LeaseLost(AnalyticsError):
    """Somebody else works on the run now: whoever hears this must leave it alone."""

    def __init__(self) -> None:
        super().__init__("The run is in other hands.")


def take_run(connection: Connection, organisation: OrganisationId, now: datetime) -> TakenRun | None:
    """Takes a run in hand that is due, or whose worker has fallen silent; None where there is none.

    One that was taken too often is given up. Of mails that a silent worker was sending nobody knows whether they
    arrived, so they are not sent again.
    """
    _give_up(connection, organisation, now)
    due = or_(
        and_(run.state == RunState.WAITING, func.coalesce(run.try_after, run.due_at) <= now),
        and_(run.state == RunState.RUNNING, run.leased_until < now),
    )
    chosen = (
        select(run.run_id)
        .where(run.organisation_id == organisation, due)
        .order_by(run.due_at, run.run_id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    row = connection.execute(
        update(schedule_runs)
        .where(run.organisation_id == organisation, run.run_id == chosen.c.run_id)
        .values(
            state=RunState.RUNNING.value,
            lease=uuid4(),
            leased_until=now + LEASE,
            attempts=run.attempts + 1,
            started_at=func.coalesce(run.started_at, now),
            as_of=func.coalesce(run.as_of, now),
            try_after=None,
        )
        .returning(run.run_id, run.public_id, run.schedule_id, run.due_at, run.as_of, run.lease, run.attempts)
    ).first()
    if row is None:
        return None
    _settle_hanging(connection, copy.organisation_id == organisation, copy.run_id == row.run_id, now)
    _add_copies(connection, organisation, row, now)
    return TakenRun(*row)


def _give_up(connection: Connection, organisation: OrganisationId, now: datetime) -> None:
    gone = list(
        connection.execute(
            update(schedule_runs)
            .where(
                run.organisation_id == organisation,
                run.state == RunState.RUNNING,
                run.leased_until < now,
                run.attempts >= MOST_ATTEMPTS,
            )
            .values(state=RunState.FAILED.value, trouble="stopped", finished_at=now, lease=None, leased_until=None)
            .returning(run.run_id)
        ).scalars()
    )
    if not gone:
        return
    mine, these = copy.organisation_id == organisation, copy.run_id.in_(gone)
    _settle_hanging(connection, mine, these, now)
    connection.execute(
        update(deliveries)
        .where(mine, these, copy.state == CopyState.WAITING)
        .values(state=CopyState.FAILED.value, trouble="stopped", settled_at=now)
    )


def _settle_hanging(connection: Connection, mine: ColumnElement[bool], of: ColumnElement[bool], now: datetime) -> None:
    """Copies that a silent worker was sending."""
    hanging = (mine, of, copy.state == CopyState.SENDING)
    connection.execute(
        update(deliveries)
        .where(*hanging, copy.way.in_(_ASKED_ONCE))
        .values(state=CopyState.UNCERTAIN.value, trouble="stopped", settled_at=now)
    )
    connection.execute(
        update(deliveries)
        .where(*hanging, copy.withdrawn_at.is_not(None))
        .values(state=CopyState.FAILED.value, trouble="withdrawn", settled_at=now)
    )
    connection.execute(update(deliveries).where(*hanging).values(state=CopyState.WAITING.value, try_after=now))


def _add_copies(connection: Connection, organisation: OrganisationId, taken: Any, now: datetime) -> None:
    """A copy for each target of the moment at which the run began."""
    if taken.attempts > 1:
        return
    target = schedule_targets.c
    found = connection.execute(
        select(target.target_id, target.way, target.person_id, target.address).where(
            target.organisation_id == organisation, target.schedule_id == taken.schedule_id
        )
    ).all()
    if found:
        rows = [
            {
                "organisation_id": organisation,
                "run_id": taken.run_id,
                "state": CopyState.WAITING.value,
                "try_after": now,
                **one._mapping,
            }
            for one in found
        ]
        connection.execute(insert(deliveries).on_conflict_do_nothing(), rows)


def hold_run(connection: Connection, organisation: OrganisationId, taken: TakenRun, now: datetime) -> None:
    """Makes the lease last longer, and keeps others from the run until the transaction ends. Raises LeaseLost."""
    _write(connection, organisation, taken, {"leased_until": now + LEASE})


def put_run_back(
    connection: Connection, organisation: OrganisationId, taken: TakenRun, again: datetime, *, failed: bool
) -> None:
    """Has the run taken up again at an instant; only what `failed` counts as an attempt. Raises LeaseLost."""
    values = {"state": RunState.WAITING.value, "try_after": again, "lease": None, "leased_until": None}
    # One attempt is kept, by which it is known that the copies are there.
    _write(
        connection, organisation, taken, values | ({} if failed else {"attempts": func.greatest(1, run.attempts - 1)})
    )


def close_run(connection: Connection, organisation: OrganisationId, taken: TakenRun, now: datetime) -> RunState | None:
    """Finishes the run where all its copies are settled, otherwise puts it back until the first of them is due again;
    None then. Raises LeaseLost."""
    mine = (copy.organisation_id == organisation, copy.run_id == taken.run_id)
    found = connection.execute(select(copy.state, copy.try_after).where(*mine)).all()
    outcome = outcome_of([CopyState(row.state) for row in found])
    if outcome is None:
        waiting = min((row.try_after for row in found if row.state == CopyState.WAITING), default=now + GIVEN_UP)
        put_run_back(connection, organisation, taken, waiting, failed=False)
        return None
    trouble = None if found else "nobody"
    values = {"state": outcome.value, "finished_at": now, "lease": None, "leased_until": None, "trouble": trouble}
    _write(connection, organisation, taken, values)
    if outcome is RunState.DONE:
        connection.execute(
            update(report_schedules)
            .where(
                report_schedules.c.organisation_id == organisation,
                report_schedules.c.schedule_id == taken.schedule_id,
            )
            .values(delivered_at=now, alerted_at=None)
        )
    return outcome


def fail_run(
    connection: Connection, organisation: OrganisationId, taken: TakenRun, trouble: str, now: datetime
) -> None:
    """It cannot be made at all; `trouble` is a word for the page. Raises LeaseLost."""
    values = {"state": RunState.FAILED.value, "finished_at": now, "lease": None, "leased_until": None}
    _write(connection, organisation, taken, values | {"trouble": trouble})
    connection.execute(
        update(deliveries)
        .where(
            copy.organisation_id == organisation,
            copy.run_id == taken.run_id,
            copy.state.in_([CopyState.WAITING, CopyState.SENDING]),
        )
        .values(state=CopyState.FAILED.value, trouble=trouble, settled_at=now)
    )


def kept_copies(connection: Connection, organisation: OrganisationId, now: datetime) -> frozenset[UUID]:
    """The runs of which files are kept: by their public ids."""
    rows = connection.execute(
        select(run.public_id)
        .distinct()
        .join(deliveries, and_(copy.organisation_id == run.organisation_id, copy.run_id == run.run_id))
        .where(
            run.organisation_id == organisation,
            or_(run.state.in_([RunState.WAITING, RunState.RUNNING]), copy.kept_until > now),
        )
    )
    return frozenset(UUID(str(row.public_id)) for row in rows)


def _write(connection: Connection, organisation: OrganisationId, taken: TakenRun, values: dict[str, Any]) -> None:
    changed = connection.execute(
        update(schedule_runs)
        .where(run.organisation_id == organisation, run.run_id == taken.run_id, run.lease == taken.lease)
        .values(**values)
    ).rowcount
    if not changed:
        raise LeaseLost
