"""Copies that somebody takes back: no link and no download gives their files from then on. All as la_jobs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, case, or_, select, update

from dashapp.data.store.deliveries import WITHDRAWN
from dashapp.data.store.schedules import find_schedule
from dashapp.data.tables import deliveries, schedule_runs
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.schedules.runs import WITHDRAWABLE, CopyState, RunState, Way

copy, run = deliveries.c, schedule_runs.c


def withdraw_copy(connection: Connection, organisation: OrganisationId, public_id: UUID, now: datetime) -> PersonId:
    """Takes one back that is in nobody's hand; for whom it was. Raises NotFound where there is nothing to take back."""
    person = connection.execute(
        update(deliveries)
        .where(
            copy.organisation_id == organisation,
            copy.public_id == public_id,
            copy.state.in_(sorted(WITHDRAWABLE)),
            copy.way != Way.FOLDER,
            copy.files.is_not(None),
            copy.kept_until > now,
            copy.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, kept_until=now)
        .returning(copy.person_id)
    ).scalar_one_or_none()
    if person is None:
        raise NotFound("There is no such copy to withdraw.")
    return PersonId(person)


def withdraw_all(connection: Connection, organisation: OrganisationId, schedule: UUID, now: datetime) -> int:
    """Takes everything of a schedule back, and sends nothing more of it; how many copies. Raises NotFound."""
    found = find_schedule(connection, organisation, schedule)
    runs = (run.organisation_id == organisation, run.schedule_id == found.schedule_id)
    # A run that nobody has in hand is not begun any more.
    connection.execute(
        update(schedule_runs)
        .where(*runs, run.state == RunState.WAITING)
        .values(state=RunState.FAILED.value, trouble=WITHDRAWN, finished_at=now)
    )
    held = copy.state.in_([CopyState.WAITING, CopyState.HELD])
    going = or_(held, copy.state == CopyState.SENDING)
    return connection.execute(
        update(deliveries)
        .where(
            copy.organisation_id == organisation,
            copy.run_id.in_(select(run.run_id).where(*runs)),
            copy.withdrawn_at.is_(None),
            or_(going, copy.kept_until > now),
        )
        .values(
            withdrawn_at=now,
            kept_until=now,
            state=case((held, CopyState.FAILED.value), else_=copy.state),
            trouble=case((held, WITHDRAWN), else_=copy.trouble),
            settled_at=case((held, now), else_=copy.settled_at),
        )
    ).rowcount


def is_withdrawn(connection: Connection, organisation: OrganisationId, public_id: UUID) -> bool:
    """Whether a copy was taken back."""
    found = connection.execute(
        select(copy.withdrawn_at).where(copy.organisation_id == organisation, copy.public_id == public_id)
    ).scalar_one_or_none()
    return found is not None
