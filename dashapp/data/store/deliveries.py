"""Copies of a run: made, being sent, settled, decided about. All as la_jobs."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, and_, exists, func, select, update

from dashapp.data.queries.described import described
from dashapp.data.store.schedule_runs import hold_run
from dashapp.data.tables import accounts, deliveries, people, schedule_runs
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.mail import usable_address
from dashapp.domain.reports.document import Report
from dashapp.domain.schedules.runs import (
    FILES_KEPT,
    Copy,
    CopyState,
    File,
    Part,
    RunState,
    Settled,
    TakenRun,
    Way,
)

copy, run = deliveries.c, schedule_runs.c
WITHDRAWN: Final = "withdrawn"
"""The trouble of a copy that was taken back before it was sent."""


def due_copies(
    connection: Connection, organisation: OrganisationId, taken: TakenRun, now: datetime
) -> tuple[Copy, ...]:
    """The copies of a run in hand that wait and may be tried now. Raises LeaseLost."""
    hold_run(connection, organisation, taken, now)
    rows = connection.execute(
        select(deliveries)
        .where(
            copy.organisation_id == organisation,
            copy.run_id == taken.run_id,
            copy.state == CopyState.WAITING,
            copy.try_after <= now,
        )
        .order_by(copy.delivery_id)
    )
    return tuple(_copy(row) for row in rows)


def files_of(
    connection: Connection, organisation: OrganisationId, taken: TakenRun, copied_as: str, now: datetime
) -> tuple[File, ...] | None:
    """The files that another copy of the run has made of the same figures. Where there are none they are written next,
    for which the lease lasts anew. Raises LeaseLost."""
    hold_run(connection, organisation, taken, now)
    found = connection.execute(
        select(copy.files)
        .where(
            copy.organisation_id == organisation,
            copy.run_id == taken.run_id,
            copy.copied_as == copied_as,
            copy.files.is_not(None),
        )
        .limit(1)
    ).scalar_one_or_none()
    return None if found is None else _files(found)


def note_copy(
    connection: Connection,
    organisation: OrganisationId,
    taken: TakenRun,
    made: tuple[Copy, str, Sequence[File], Report],
    now: datetime,
) -> None:
    """The files of a copy are there: (copy, the name of their folder, files, what they are of). Raises LeaseLost."""
    one, copied_as, files, report = made
    hold_run(connection, organisation, taken, now)
    values = {
        "title": report.title,
        "locale": report.locale,
        "copied_as": copied_as,
        "files": [asdict(file) for file in files],
        "made_at": now,
        "kept_until": now + FILES_KEPT,
    }
    _write(connection, organisation, one, values)


def begin_copy(connection: Connection, organisation: OrganisationId, taken: TakenRun, one: Copy, now: datetime) -> bool:
    """Says that a copy is being sent: to be committed before anybody is told of it. False where it does not wait any
    more. Raises LeaseLost."""
    hold_run(connection, organisation, taken, now)
    return (
        connection.execute(
            update(deliveries)
            .where(
                copy.organisation_id == organisation,
                copy.delivery_id == one.delivery_id,
                copy.state == CopyState.WAITING,
            )
            .values(state=CopyState.SENDING.value, begun_at=now, lease=taken.lease, attempts=copy.attempts + 1)
        ).rowcount
        > 0
    )


def settle_copy(
    connection: Connection, organisation: OrganisationId, taken: TakenRun, came: tuple[Copy, Settled], now: datetime
) -> None:
    """Writes what became of a copy of which nobody was told, with its `attempts`. Raises LeaseLost."""
    one, settled = came
    hold_run(connection, organisation, taken, now)
    connection.execute(
        update(deliveries)
        .where(
            copy.organisation_id == organisation,
            copy.delivery_id == one.delivery_id,
            copy.state == CopyState.WAITING,
        )
        .values(**_settled(one, settled, now))
    )


def settle_told(
    connection: Connection, organisation: OrganisationId, taken: TakenRun, came: tuple[Copy, Settled], now: datetime
) -> bool:
    """Writes what came of a copy of which somebody was told, with its `attempts`; whether that still counts.

    Who has lost the run says nothing of a copy that somebody else has begun since. Of one that was left behind only
    what is certain counts: that it arrived, or was refused.
    """
    one, settled = came
    open_to = {CopyState.SENDING}
    if settled.state in (CopyState.SENT, CopyState.FAILED):
        open_to.add(CopyState.UNCERTAIN)
    if settled.state is CopyState.SENT:
        open_to.add(CopyState.WAITING)
    changed = connection.execute(
        update(deliveries)
        .where(
            copy.organisation_id == organisation,
            copy.delivery_id == one.delivery_id,
            copy.lease == taken.lease,
            copy.state.in_(sorted(open_to)),
        )
        .values(**_settled(one, settled, now))
    ).rowcount
    if settled.state is CopyState.WAITING:
        # Nobody sends again what was withdrawn while it was under way.
        _end_withdrawn(connection, organisation, one, now)
    return changed > 0


def _settled(one: Copy, came: Settled, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"state": came.state.value, "trouble": came.trouble or None, "attempts": one.attempts}
    if came.again is not None:
        return values | {"try_after": came.again, "begun_at": None}
    return values | ({"settled_at": now} if came.state.settled else {})


def _end_withdrawn(connection: Connection, organisation: OrganisationId, one: Copy, now: datetime) -> None:
    connection.execute(
        update(deliveries)
        .where(
            copy.organisation_id == organisation,
            copy.delivery_id == one.delivery_id,
            copy.state == CopyState.WAITING,
            copy.withdrawn_at.is_not(None),
        )
        .values(state=CopyState.FAILED.value, trouble=WITHDRAWN, settled_at=now)
    )


def recipient_of(
    connection: Connection, organisation: OrganisationId, person: PersonId
) -> tuple[PublicId, str | None] | None:
    """Public id and usable address of the one who stands for a person now; None where there is nobody any more, or
    where every account of theirs has been blocked."""
    named = people.alias("named")
    theirs = (accounts.c.organisation_id == people.c.organisation_id, accounts.c.person_id == people.c.person_id)
    blocked = and_(exists().where(*theirs), ~exists().where(*theirs, accounts.c.enabled))
    row = connection.execute(
        select(people.c.public_id, described(people, "email"))
        .join(
            named,
            and_(
                named.c.organisation_id == people.c.organisation_id,
                func.coalesce(named.c.merged_into, named.c.person_id) == people.c.person_id,
            ),
        )
        .where(people.c.organisation_id == organisation, named.c.person_id == person, ~blocked)
    ).first()
    return None if row is None else (PublicId(row.public_id), usable_address(row.email))


def decide_copy(
    connection: Connection, organisation: OrganisationId, public_id: UUID, by: PersonId, now: datetime
) -> Copy:
    """A person decides that a copy is sent: one of which nobody knows whether it arrived, one that has failed, or one
    that was held for approval. Raises NotFound where that cannot be done any more."""
    row = connection.execute(
        update(deliveries)
        .where(
            copy.organisation_id == organisation,
            copy.public_id == public_id,
            copy.state.in_([CopyState.UNCERTAIN, CopyState.FAILED, CopyState.HELD]),
            copy.files.is_not(None),
            copy.kept_until > now,
        )
        .values(
            state=CopyState.WAITING.value,
            attempts=0,
            try_after=now,
            settled_at=None,
            trouble=None,
            decided_by=by,
            is_approved=copy.is_approved | (copy.state == CopyState.HELD),
        )
        .returning(deliveries)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such copy to decide about.")
    connection.execute(
        update(schedule_runs)
        .where(
            run.organisation_id == organisation,
            run.run_id == row.run_id,
            run.state.in_([RunState.DONE, RunState.PARTLY, RunState.FAILED]),
        )
        .values(state=RunState.WAITING.value, try_after=now, finished_at=None, trouble=None, attempts=1)
    )
    return _copy(row)


def accept_copy(
    connection: Connection, organisation: OrganisationId, public_id: UUID, by: PersonId, now: datetime
) -> None:
    """A person decides that a copy is not sent: it has arrived after all, or is not to. Raises NotFound."""
    changed = connection.execute(
        update(deliveries)
        .where(
            copy.organisation_id == organisation,
            copy.public_id == public_id,
            copy.state.in_([CopyState.UNCERTAIN, CopyState.HELD]),
        )
        .values(state=CopyState.FAILED.value, trouble="decided", decided_by=by, settled_at=now)
    ).rowcount
    if not changed:
        raise NotFound("There is no such copy to decide about.")


def _copy(row: Any) -> Copy:
    return Copy(
        row.delivery_id, UUID(str(row.public_id)), Way(row.way), PersonId(row.person_id), row.address,
        row.attempts, row.copied_as, _files(row.files or ()), row.is_approved,
        row.decided_by is not None and not (row.way == Way.OUTSIDE and row.is_approved), row.title, row.locale,
    )  # fmt: skip


def _files(held: Sequence[dict[str, Any]]) -> tuple[File, ...]:
    return tuple(File(**{**one, "part": Part(one["part"])}) for one in held)


def _write(connection: Connection, organisation: OrganisationId, one: Copy, values: dict[str, Any]) -> None:
    connection.execute(
        update(deliveries)
        .where(copy.organisation_id == organisation, copy.delivery_id == one.delivery_id)
        .values(**values)
    )
