"""The audit trail as it is read: searched by administrators, and by learners for who opened their own page.

Rows hold keys. A name stands beside one only at display, and only for a reader who may see it: administrators see those
of staff, and of the learners whom they teach themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Connection, Text, Uuid, bindparam, func, or_, select, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.described import full_name
from dashapp.data.queries.people import names_statement
from dashapp.data.store.structure import read_days
from dashapp.data.tables import audit_chains, audit_log, courses, lti_platforms
from dashapp.domain.audit import (
    Action,
    AuditFilters,
    AuditRow,
    AuditView,
    Named,
    ViewerRole,
    person_subject,
    platform_subject,
)
from dashapp.domain.errors import NotPermitted
from dashapp.domain.events import STAFF_ROLES
from dashapp.domain.keys import OrganisationId
from dashapp.domain.localtime import LocalDays
from dashapp.domain.principal import Principal
from dashapp.domain.views import Freshness

PAGE_ROWS: Final = 50
MOST_COUNTED: Final = 10_000
"""Rows that can be turned through; a narrower search finds those behind."""
MOST_FOUND: Final = 50
"""People whom a name means."""
NAMED_ROLES: Final = sorted({*STAFF_ROLES, "administrator", "adviser"})
"""Whose names administrators see."""

log = audit_log.c
Condition = Any


@dataclass(frozen=True, slots=True)
class AuditReader:
    """Reads the trail of an organisation for its administrators. Raises NotPermitted for anybody else."""

    database: Database

    def view(self, principal: Principal, filters: AuditFilters, freshness: Freshness) -> AuditView:
        """A page of the list, the latest row first; behind the last page stands the last one."""
        if not principal.administers:
            raise NotPermitted("Only administrators search the audit trail.")
        organisation = principal.organisation_id
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            days = read_days(connection, organisation)
            chosen = _chosen(connection, principal, filters, days)
            counted = select(log.audit_id).where(*chosen).limit(MOST_COUNTED).subquery()
            total = connection.execute(select(func.count()).select_from(counted)).scalar_one()
            pages = max(1, ceil(total / PAGE_ROWS))
            number = min(filters.number, pages)
            rows = connection.execute(
                select(audit_log)
                .where(*chosen)
                .order_by(log.at.desc(), log.audit_id.desc())
                .limit(PAGE_ROWS)
                .offset((number - 1) * PAGE_ROWS)
            ).all()
            sealed = select(audit_chains.c.sealed_at).where(audit_chains.c.organisation_id == organisation)
            return AuditView(
                rows=_named(connection, principal, rows),
                total=total,
                number=number,
                pages=pages,
                sealed_until=connection.execute(sealed).scalar_one_or_none(),
                freshness=replace(freshness, zone=str(days.zone_at(freshness.as_of.timestamp()))),
            )


def _chosen(
    connection: Connection, principal: Principal, filters: AuditFilters, days: LocalDays
) -> Sequence[Condition]:
    def begin(day: date) -> datetime:
        return days.first_instant(day)

    chosen: list[Condition] = [log.organisation_id == principal.organisation_id]
    if filters.action is not None:
        chosen.append(log.action == filters.action.value)
    if filters.page is not None:
        chosen.append(log.page == filters.page)
    if filters.first is not None:
        chosen.append(log.at >= begin(filters.first))
    if filters.last is not None:
        chosen.append(log.at < begin(filters.last + timedelta(days=1)))
    if filters.person:
        actors, subjects = _meant(connection, principal, filters.person)
        chosen.append(or_(log.actor.in_(actors), log.subject.in_(subjects)))
    return chosen


def _meant(connection: Connection, principal: Principal, said: str) -> tuple[list[str], list[str]]:
    """The actors and the subjects of the people whom a text means; an operator is meant by their login."""
    organisation = principal.organisation_id
    try:
        found = connection.execute(_BY_ID, {"organisation": organisation, "id": UUID(said)})
    except ValueError:
        pattern = said.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        values = {**_may_be_named(principal), "pattern": f"%{pattern}%", "limit": MOST_FOUND}
        found = connection.execute(_BY_NAME, values)
    people = found.all()
    return [str(row.public_id) for row in people] + [said], [person_subject(row.person_id) for row in people]


def _may_be_named(principal: Principal) -> dict[str, Any]:
    return {
        "organisation": principal.organisation_id,
        "roles": NAMED_ROLES,
        "teaches": sorted(principal.teaches_in),
        "self": principal.person_id,
    }


def _named(connection: Connection, principal: Principal, rows: Sequence[Any]) -> tuple[AuditRow, ...]:
    people = _people(connection, principal, rows)
    titles = _titles(connection, principal.organisation_id, rows)
    return tuple(
        AuditRow(
            audit_id=row.audit_id,
            at=row.at,
            actor=people.get(row.actor, Named(row.actor)),
            role=_member(ViewerRole, row.role),
            action=_member(Action, row.action),
            page=row.page,
            about=row.subject.partition(" ")[0],
            subject=people.get(row.subject) or titles.get(row.subject) or Named(_without_number(row.subject)),
            towards=people.get(str(row.detail.get("for"))),
            begins=row.detail.get("begins") is not False,
            origin=row.origin,
            method=row.method,
        )
        for row in rows
    )


def _titles(connection: Connection, organisation: OrganisationId, rows: Sequence[Any]) -> dict[str, Named]:
    """By the subject of the row: courses, and platforms that are still there."""
    numbers = _numbers((row.subject for row in rows), "course")
    ids = [one for kind, _, one in (row.subject.partition(" ") for row in rows) if kind == "platform" and _is_uuid(one)]
    found = {
        f"course {row.course_id}": Named(str(row.public_id), row.code or row.title)
        for row in connection.execute(
            select(courses.c.course_id, courses.c.public_id, courses.c.code, courses.c.title).where(
                courses.c.organisation_id == organisation, courses.c.course_id.in_(numbers)
            )
        )
    }
    known = select(lti_platforms.c.public_id, lti_platforms.c.title).where(
        lti_platforms.c.organisation_id == organisation, lti_platforms.c.public_id.in_(ids)
    )
    for row in connection.execute(known) if ids else ():
        found[platform_subject(row.public_id)] = Named(str(row.public_id), row.title)
    return found


def _people(connection: Connection, principal: Principal, rows: Sequence[Any]) -> dict[str, Named]:
    """By the text of the row: actor or subject."""
    organisation = principal.organisation_id
    actors = [row.actor for row in rows if _is_uuid(row.actor)]
    subjects = [said for row in rows for said in (row.subject, str(row.detail.get("for")))]
    values = {"organisation": organisation, "actors": actors, "people": _numbers(subjects, "person")}
    known = connection.execute(_KNOWN, values).all()
    keys = sorted({row.counts_as for row in known})
    described = {row.person_id: row for row in connection.execute(names_statement(organisation, keys))}
    nameable = set(connection.execute(_NAMEABLE, {**_may_be_named(principal), "people": keys}).scalars())
    found = {}
    for row in known:
        said = described[row.counts_as]
        name = full_name(said.given_name, said.family_name) if row.counts_as in nameable else ""
        named = Named(str(said.public_id), name or None)
        found[str(row.public_id)] = found[person_subject(row.person_id)] = named
    return found


def _numbers(subjects: Iterable[str], kind: str) -> list[int]:
    parts = (subject.partition(" ") for subject in subjects)
    return sorted({int(number) for name, _, number in parts if name == kind and number.isdecimal()})


def _without_number(subject: str) -> str:
    """A person or a course of which nothing is known any more; internal keys leave the server for nobody."""
    kind, _, number = subject.partition(" ")
    return kind if kind in ("person", "course") and number.isdecimal() else subject


def _is_uuid(said: str) -> bool:
    try:
        UUID(said)
    except ValueError:
        return False
    return True


def _member(kind: Any, value: str | None) -> Any:
    return next((one for one in kind if one.value == value), None)


# People who are one have one canonical key; rows from before a merge name those who were merged.
_GROUP: Final = """
    SELECT p.public_id, p.person_id FROM people p WHERE p.organisation_id = :organisation
        AND coalesce(p.merged_into, p.person_id) IN ({canonical})"""
_MAY_BE_NAMED: Final = """
    SELECT coalesce(holder.merged_into, holder.person_id) AS person_id
    FROM memberships m JOIN people holder USING (organisation_id, person_id)
    WHERE m.organisation_id = :organisation AND (m.role = ANY(:roles)
        OR (m.scope_kind = 'course' AND m.role = 'learner' AND m.scope_id = ANY(:teaches)))
    UNION SELECT CAST(:self AS bigint)"""
_RIGHTS: Final = (bindparam("roles", type_=ARRAY(Text)), bindparam("teaches", type_=ARRAY(BigInteger)))
_BY_ID: Final = text(
    _GROUP.format(
        canonical="SELECT coalesce(asked.merged_into, asked.person_id) FROM people asked"
        " WHERE asked.organisation_id = :organisation AND asked.public_id = :id"
    )
).bindparams(bindparam("id", type_=Uuid()))
_BY_NAME: Final = text(
    _GROUP.format(
        canonical="SELECT coalesce(named.merged_into, named.person_id) FROM people named"
        " WHERE named.organisation_id = :organisation"
        " AND concat_ws(' ', named.given_name, named.family_name) ILIKE :pattern"
        f" AND coalesce(named.merged_into, named.person_id) IN ({_MAY_BE_NAMED}) ORDER BY 1 LIMIT :limit"
    )
).bindparams(*_RIGHTS)
_KNOWN: Final = text(
    "SELECT public_id, person_id, coalesce(merged_into, person_id) AS counts_as FROM people"
    " WHERE organisation_id = :organisation AND (public_id = ANY(CAST(:actors AS uuid[])) OR person_id = ANY(:people))"
).bindparams(bindparam("actors", type_=ARRAY(Text)), bindparam("people", type_=ARRAY(BigInteger)))
_NAMEABLE: Final = text(f"SELECT person_id FROM ({_MAY_BE_NAMED}) AS named WHERE person_id = ANY(:people)").bindparams(
    *_RIGHTS, bindparam("people", type_=ARRAY(BigInteger))
)
