"""Schedules that go from one author to another. All as la_jobs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, exists, select, update

from dashapp.data.tables import report_schedules, schedule_targets
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.schedules.runs import TO_ACCOUNTS

schedule, target = report_schedules.c, schedule_targets.c
_OF_ACCOUNTS = sorted(TO_ACCOUNTS)


@dataclass(frozen=True, slots=True)
class NewAuthor:
    """To whom a schedule goes. `report_id`: the report that it belongs to from then on."""

    person: PersonId
    report_id: UUID | None
    administers: bool


def leaves_accounts(connection: Connection, organisation: OrganisationId, schedule_id: int) -> bool:
    """Whether copies of a schedule go to programs, folders or people without an account."""
    found = exists().where(
        target.organisation_id == organisation, target.schedule_id == schedule_id, target.way.not_in(_OF_ACCOUNTS)
    )
    return bool(connection.execute(select(found)).scalar_one())


def hand_over(
    connection: Connection, organisation: OrganisationId, schedule_id: int, to: NewAuthor, now: datetime
) -> None:
    """Gives a schedule to somebody. What goes to no account is made with the rights of an administrator, who is the new
    author where that one is one."""
    connection.execute(
        update(report_schedules)
        .where(schedule.organisation_id == organisation, schedule.schedule_id == schedule_id)
        .values(author_id=to.person, report_id=to.report_id, changed_at=now)
    )
    if to.administers:
        connection.execute(
            update(schedule_targets)
            .where(
                target.organisation_id == organisation,
                target.schedule_id == schedule_id,
                target.way.not_in(_OF_ACCOUNTS),
            )
            .values(person_id=to.person)
        )
