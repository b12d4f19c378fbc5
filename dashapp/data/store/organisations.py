"""Setting up an organisation: its zones, units, senders and administrators. Events cannot do any of this, so all of it
runs in transactions of la_jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.database import act_for
from dashapp.data.store.locks import own_organisation
from dashapp.data.tables import memberships, organisation_time_zones, organisation_units, organisations, sources
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.events import Topic
from dashapp.domain.keys import OrganisationId, PersonId, SourceId
from dashapp.domain.localtime import DatedZone, LocalDays

ADMINISTRATOR = "administrator"
"""A role that only this module and verified sign-in claims can give."""
BEGINNING: Final = date(1970, 1, 1)
"""From here on holds the first zone of an organisation."""


class OrganisationError(AnalyticsError):
    """An organisation cannot be set up like that; the text says why."""


@dataclass(frozen=True, slots=True)
class NewSource:
    """A sender to be registered. The name is unique in the installation: records name it in their header `source`."""

    name: str
    issuer: str
    """The issuer of identifiers that name none."""
    allowed: frozenset[Topic] = frozenset(Topic)
    topics: tuple[str, ...] = ()
    """The Kafka topics on which it is believed."""


def create_organisation(
    connection: Connection, name: str, title: str, zone: str, language: str = "en"
) -> OrganisationId:
    """Makes an organisation whose days are those of `zone`, and lets the transaction act for it from here on.

    `name` is the short name that events may claim. Raises OrganisationError for an unknown zone or a name in use.
    """
    _check_zone(zone)
    made = connection.execute(
        insert(organisations)
        .values(name=name, title=title, language=language, created_at=datetime.now(UTC))
        .on_conflict_do_nothing(index_elements=["name"])
        .returning(organisations.c.organisation_id)
    ).scalar_one_or_none()
    if made is None:
        raise OrganisationError(f"An organisation named {name} exists already.")
    organisation = OrganisationId(made)
    act_for(connection, organisation)
    connection.execute(
        insert(organisation_time_zones).values(organisation_id=organisation, valid_from=BEGINNING, zone=zone)
    )
    return organisation


def find_organisation(connection: Connection, name: str) -> OrganisationId | None:
    """The organisation of this short name. Any role may ask, without a tenant: a sign-in begins with it."""
    found = connection.execute(text("SELECT find_organisation(:name)"), {"name": name}).scalar_one()
    return None if found is None else OrganisationId(found)


def read_short_name(connection: Connection, organisation: OrganisationId) -> str:
    """The short name of the organisation that the transaction acts for."""
    statement = select(organisations.c.name).where(organisations.c.organisation_id == organisation)
    return str(connection.execute(statement).scalar_one())


def act_for_named(connection: Connection, name: str) -> OrganisationId:
    """The organisation of a short name, for which the transaction acts from here on. Raises AnalyticsError."""
    known = find_organisation(connection, name)
    if known is None:
        raise AnalyticsError(f"There is no organisation named {name}.")
    act_for(connection, known)
    return known


def time_zones(connection: Connection, organisation: OrganisationId) -> tuple[DatedZone, ...]:
    """The zones of the organisation, each from its first local day on, the oldest first."""
    zones = organisation_time_zones.c
    rows = connection.execute(
        select(zones.valid_from, zones.zone).where(zones.organisation_id == organisation).order_by(zones.valid_from)
    )
    return tuple(DatedZone(row.valid_from, row.zone) for row in rows)


def change_time_zone(connection: Connection, organisation: OrganisationId, valid_from: date, zone: str) -> None:
    """From the local day `valid_from` on, days are those of `zone`; older days stay as they are.

    The day must be after tomorrow at the earliest: no event can belong to it yet, so nothing has to be counted anew.
    Raises OrganisationError otherwise, or for an unknown zone. A zone that was to begin later gives way.
    """
    _check_zone(zone)
    own_organisation(connection, organisation)
    today = LocalDays(list(time_zones(connection, organisation))).day_of(datetime.now(UTC))
    if (valid_from - today).days < 2:
        raise OrganisationError("A time zone can change from the day after tomorrow on, not earlier.")
    connection.execute(
        organisation_time_zones.delete().where(
            organisation_time_zones.c.organisation_id == organisation,
            organisation_time_zones.c.valid_from >= valid_from,
        )
    )
    connection.execute(
        insert(organisation_time_zones).values(organisation_id=organisation, valid_from=valid_from, zone=zone)
    )
    connection.execute(
        organisations.update()
        .where(organisations.c.organisation_id == organisation)
        .values(structure_epoch=organisations.c.structure_epoch + 1)
    )


def ensure_units(connection: Connection, organisation: OrganisationId, path: Sequence[str]) -> int:
    """The key of the last unit of a path from the root (faculty, department, …), made where missing.

    Units that are there stay where they are: the administration may have moved or renamed them.
    """
    parent: int | None = None
    unit = organisation_units.c
    for name in path:
        connection.execute(_MAKE_UNIT, {"organisation": organisation, "name": name, "parent": parent})
        parent = connection.execute(
            select(unit.organisation_unit_id).where(
                unit.organisation_id == organisation,
                or_(unit.name == name, func.array_position(unit.former_names, name).is_not(None)),
            )
        ).scalar_one()
    if parent is None:
        raise OrganisationError("A unit of an organisation needs a name.")
    return parent


_MAKE_UNIT = text(
    """INSERT INTO organisation_units (organisation_id, name, parent_id) SELECT :organisation, :name, :parent
    WHERE NOT EXISTS (SELECT FROM organisation_units
        WHERE organisation_id = :organisation AND (name = :name OR :name = ANY(former_names)))
    ON CONFLICT DO NOTHING"""
)


def register_source(connection: Connection, organisation: OrganisationId, source: NewSource) -> SourceId:
    """Registers a sender, or changes the one of this name. Raises OrganisationError where another organisation's
    sender has the name."""
    values = {
        "issuer": source.issuer,
        "allowed": sorted(topic.value for topic in source.allowed),
        "topics": list(source.topics),
        "enabled": True,
    }
    known = connection.execute(
        sources.update().where(sources.c.name == source.name).values(**values).returning(sources.c.source_id)
    ).scalar_one_or_none()
    if known is None:
        known = connection.execute(
            insert(sources)
            .values(organisation_id=organisation, name=source.name, **values)
            .on_conflict_do_nothing(index_elements=["name"])
            .returning(sources.c.source_id)
        ).scalar_one_or_none()
    if known is None:
        raise OrganisationError(f"A sender named {source.name} is registered elsewhere.")
    return SourceId(known)


def grant_administrator(connection: Connection, organisation: OrganisationId, person: PersonId) -> bool:
    """Makes a person an administrator of the whole organisation from now on; whether they were none before."""
    held = connection.execute(
        select(memberships.c.membership_id).where(
            memberships.c.organisation_id == organisation,
            memberships.c.person_id == person,
            memberships.c.scope_kind == "organisation",
            memberships.c.role == ADMINISTRATOR,
            memberships.c.ends_at.is_(None),
        )
    ).first()
    if held is None:
        connection.execute(
            insert(memberships).values(
                organisation_id=organisation,
                person_id=person,
                scope_kind="organisation",
                scope_id=organisation,
                role=ADMINISTRATOR,
                starts_at=datetime.now(UTC),
                granted_by="administration",
            )
        )
    return held is None


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise OrganisationError(f"{zone} is not a time zone: write it like Europe/Berlin.") from None
