"""Schedules with their runs as their authors see them, and what was delivered to somebody. All as la_jobs."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, and_, case, func, or_, select

from dashapp.data.queries.described import described, names_of
from dashapp.data.queries.enrolment import holds_at, one_of
from dashapp.data.queries.people import ADMINISTRATOR, keys_of, name_of, selves_of
from dashapp.data.store.schedule_alerts import last_runs
from dashapp.data.tables import deliveries, memberships, people, report_schedules, schedule_runs, schedule_targets
from dashapp.data.tables.further_names import named
from dashapp.domain.events import STAFF_ROLES
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.mail import usable_address
from dashapp.domain.principal import Principal
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.runs import (
    CopyState,
    File,
    Part,
    RunState,
    ScheduleState,
    Way,
    silent_since,
)
from dashapp.domain.schedules.views import Addressee, CopyView, Received, RunView, ScheduleView, TargetView

schedule, target, run, copy = report_schedules.c, schedule_targets.c, schedule_runs.c, deliveries.c
NAMED: Final = named(people, "named")
"""Whom a row names; in `people` stands who stands for them now."""
_STANDS: Final = and_(
    people.c.organisation_id == NAMED.c.organisation_id,
    # Not coalesce(), for which no index would be used under row-level security.
    people.c.person_id == case((NAMED.c.merged_into.is_(None), NAMED.c.person_id), else_=NAMED.c.merged_into),
)
RUNS_SHOWN: Final = 12
"""Of each schedule."""
MOST_OFFERED: Final = 1_000
"""People who can be chosen."""
MOST_RECEIVED: Final = 100


def read_schedules(
    connection: Connection, reader: Principal, report_id: UUID | None, now: datetime
) -> tuple[ScheduleView, ...]:
    """The schedules of a report (None: all): one's own; administrators see everybody's."""
    organisation = reader.organisation_id
    last = last_runs(organisation)
    statement = (
        select(report_schedules, last.c.due_at, last.c.run_state)
        .outerjoin(last, last.c.schedule_id == schedule.schedule_id)
        .where(schedule.organisation_id == organisation, schedule.state != ScheduleState.ENDED)
        .order_by(schedule.schedule_id)
    )
    if report_id is not None:
        statement = statement.where(schedule.report_id == report_id)
    if not reader.administers:
        statement = statement.where(schedule.author_id.in_(selves_of(organisation, reader.person_id)))
    rows = connection.execute(statement).all()
    keys = [row.schedule_id for row in rows]
    targets, runs = _targets(connection, organisation, keys), _runs(connection, organisation, keys, now)
    authors = names_by_key(connection, organisation, {row.author_id for row in rows})
    own = keys_of(connection, organisation, reader.person_id)
    return tuple(
        ScheduleView(
            UUID(str(row.public_id)), row.document["title"], authors.get(row.author_id, ""),
            row.author_id in own, row.cron, row.time_zone,
            tuple(ExportFormat(one) for one in row.formats), ScheduleState(row.state), row.next_at,
            silent_since((RunState(row.run_state), row.due_at) if row.run_state else None, row.next_at, now),
            tuple(targets.get(row.schedule_id, ())), tuple(runs.get(row.schedule_id, ())),
        )
        for row in rows
    )  # fmt: skip


def _targets(
    connection: Connection, organisation: OrganisationId, keys: Collection[int]
) -> dict[int, list[TargetView]]:
    rows = connection.execute(
        select(schedule_targets, people.c.public_id.label("whose"), *names_of(people))
        .join(NAMED, and_(NAMED.c.organisation_id == target.organisation_id, NAMED.c.person_id == target.person_id))
        .join(people, _STANDS)
        .where(target.organisation_id == organisation, target.schedule_id.in_(keys))
        .order_by(target.target_id)
    )
    found: dict[int, list[TargetView]] = {}
    for row in rows:
        view = TargetView(Way(row.way), UUID(str(row.whose)), _name(row), row.address)
        found.setdefault(row.schedule_id, []).append(view)
    return found


def _runs(
    connection: Connection, organisation: OrganisationId, keys: Collection[int], now: datetime
) -> dict[int, list[RunView]]:
    place = func.row_number().over(partition_by=run.schedule_id, order_by=(run.due_at.desc(), run.run_id.desc()))
    ranked = (
        select(schedule_runs, place.label("place"))
        .where(run.organisation_id == organisation, run.schedule_id.in_(keys))
        .subquery()
    )
    rows = connection.execute(
        select(ranked).where(ranked.c.place <= RUNS_SHOWN).order_by(ranked.c.schedule_id, ranked.c.place)
    ).all()
    copies = _copies(connection, organisation, [row.run_id for row in rows], now)
    asked = names_by_key(connection, organisation, {row.asked_by for row in rows if row.asked_by is not None})
    found: dict[int, list[RunView]] = {}
    for row in rows:
        view = RunView(
            row.due_at, RunState(row.state), row.started_at, row.finished_at,
            asked.get(row.asked_by), row.trouble, tuple(copies.get(row.run_id, ())),
        )  # fmt: skip
        found.setdefault(row.schedule_id, []).append(view)
    return found


def _copies(
    connection: Connection, organisation: OrganisationId, keys: Collection[int], now: datetime
) -> dict[int, list[CopyView]]:
    rows = connection.execute(
        select(deliveries, people.c.public_id.label("whose"), *names_of(people))
        .join(NAMED, and_(NAMED.c.organisation_id == copy.organisation_id, NAMED.c.person_id == copy.person_id))
        .join(people, _STANDS)
        .where(copy.organisation_id == organisation, copy.run_id.in_(keys))
        .order_by(copy.delivery_id)
    )
    found: dict[int, list[CopyView]] = {}
    for row in rows:
        there = row.files is not None and row.kept_until > now and row.withdrawn_at is None
        view = CopyView(
            UUID(str(row.public_id)), Way(row.way), row.address or _name(row), CopyState(row.state),
            row.trouble, _files(row.files or ()), there, row.withdrawn_at is not None,
        )  # fmt: skip
        found.setdefault(row.run_id, []).append(view)
    return found


def _name(row: Any) -> str:
    """The name of the person of a row whose own public id is that of something else."""
    named = " ".join(part for part in (row.given_name, row.family_name) if part)
    return named or UUID(str(row.whose)).hex[:8]


def names_by_key(connection: Connection, organisation: OrganisationId, keys: Collection[int]) -> dict[int, str]:
    """What people are called, by their keys; of somebody who was merged, what the one is called who stands for them."""
    rows = connection.execute(
        select(NAMED.c.person_id, people.c.public_id, *names_of(people))
        .join(people, _STANDS)
        .where(NAMED.c.organisation_id == organisation, NAMED.c.person_id.in_(keys))
    )
    return {row.person_id: name_of(row) for row in rows}


def addressees(connection: Connection, reader: Principal, now: datetime) -> tuple[Addressee, ...]:
    """Who can be chosen: for administrators all staff and administrators, for staff those of their own courses."""
    organisation, held = reader.organisation_id, memberships.c
    staff = and_(held.role.in_([role.value for role in STAFF_ROLES]), held.scope_kind == "course")
    if not reader.administers:
        staff = and_(staff, one_of(held.scope_id, sorted(reader.teaches_in)))
    administrators = and_(held.role == ADMINISTRATOR, held.scope_kind == "organisation")
    member = people.alias("member")
    chosen = (
        select(func.coalesce(member.c.merged_into, member.c.person_id))
        .join(memberships, and_(held.organisation_id == member.c.organisation_id, held.person_id == member.c.person_id))
        .where(
            held.organisation_id == organisation,
            or_(staff, administrators) if reader.administers else staff,
            holds_at(now),
        )
    )
    rows = connection.execute(
        select(people.c.public_id, *names_of(people), described(people, "email"))
        .where(
            people.c.organisation_id == organisation,
            or_(people.c.person_id.in_(chosen), people.c.person_id == reader.person_id),
        )
        .limit(MOST_OFFERED)
    )
    found = (Addressee(UUID(str(row.public_id)), name_of(row), usable_address(row.email) is not None) for row in rows)
    return tuple(sorted(found, key=lambda one: one.name.casefold()))


def read_received(
    connection: Connection, organisation: OrganisationId, person: PersonId, now: datetime
) -> tuple[Received, ...]:
    """What has been delivered to somebody and is still there, the newest first."""
    rows = connection.execute(
        _received()
        .where(copy.organisation_id == organisation, copy.kept_until > now, copy.files.is_not(None))
        .where(copy.withdrawn_at.is_(None), copy.person_id.in_(selves_of(organisation, person)))
        .where(copy.way.in_([Way.MAIL, Way.DOWNLOAD]))
        .where(copy.state.in_([CopyState.SENT, CopyState.UNCERTAIN, CopyState.FAILED, CopyState.NO_ADDRESS]))
        .order_by(run.as_of.desc(), copy.delivery_id.desc())
        .limit(MOST_RECEIVED)
    )
    return tuple(
        Received(UUID(str(row.public_id)), row.title or "", row.as_of, row.kept_until, _files(row.files))
        for row in rows
    )


def find_received(connection: Connection, organisation: OrganisationId, delivery: UUID, now: datetime) -> Any:
    """(run_public_id, copied_as, files, person_id, way, author_id) of a copy whose files are there; None otherwise.
    `person_id` is the one who stands for its recipient now."""
    return connection.execute(
        _received().where(
            copy.organisation_id == organisation,
            copy.public_id == delivery,
            copy.kept_until > now,
            copy.files.is_not(None),
            copy.withdrawn_at.is_(None),
        )
    ).one_or_none()


def _received() -> Any:
    return (
        select(
            copy.public_id, copy.files, copy.kept_until, copy.copied_as, copy.way, run.as_of,
            func.coalesce(NAMED.c.merged_into, NAMED.c.person_id).label("person_id"),
            run.public_id.label("run_public_id"), schedule.author_id,
            func.coalesce(copy.title, schedule.document["title"].astext).label("title"),
        )
        .select_from(deliveries)
        .join(NAMED, and_(NAMED.c.organisation_id == copy.organisation_id, NAMED.c.person_id == copy.person_id))
        .join(schedule_runs, and_(run.organisation_id == copy.organisation_id, run.run_id == copy.run_id))
        .join(
            report_schedules,
            and_(schedule.organisation_id == run.organisation_id, schedule.schedule_id == run.schedule_id),
        )
    )  # fmt: skip


def _files(held: Sequence[dict[str, Any]]) -> tuple[File, ...]:
    return tuple(File(**{**one, "part": Part(one["part"])}) for one in held)
