"""Setting up an organisation."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.organisations import (
    NewSource,
    OrganisationError,
    change_time_zone,
    create_organisation,
    ensure_units,
    find_organisation,
    grant_administrator,
    register_source,
)
from dashapp.data.tables import memberships, organisation_time_zones, organisation_units, organisations, people, sources
from dashapp.domain.events import Topic
from dashapp.domain.keys import OrganisationId, PersonId
from tests.data.conftest import ZONE, make_organisation


def test_a_new_organisation_has_a_zone_from_the_beginning_and_is_found_by_its_name(database: Database) -> None:
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        made = create_organisation(connection, "north", "University of North", ZONE)
        zones = connection.execute(select(organisation_time_zones.c.valid_from, organisation_time_zones.c.zone)).all()
        assert [tuple(row) for row in zones] == [(date(1970, 1, 1), ZONE)]
    with database.transaction(DatabaseRole.WEB, None) as connection:
        assert find_organisation(connection, "north") == made


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused(database: Database, zone: str) -> None:
    with pytest.raises(OrganisationError, match="is not a time zone"):
        make_organisation(database, "north", zone)


def test_a_name_belongs_to_one_organisation(database: Database, organisation: OrganisationId) -> None:
    with pytest.raises(OrganisationError, match="exists already"):
        make_organisation(database, "north")


def test_a_time_zone_changes_from_a_day_on_and_raises_the_epoch(
    database: Database, organisation: OrganisationId
) -> None:
    soon = datetime.now(UTC).date() + timedelta(days=9)
    for zone in ("Europe/London", "Asia/Tokyo"):
        with database.transaction(DatabaseRole.JOBS, organisation) as connection:
            change_time_zone(connection, organisation, soon, zone)
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        zones = connection.execute(
            select(organisation_time_zones.c.valid_from, organisation_time_zones.c.zone).order_by("valid_from")
        )
        assert [tuple(row) for row in zones] == [(date(1970, 1, 1), ZONE), (soon, "Asia/Tokyo")]
        assert connection.execute(select(organisations.c.structure_epoch)).scalar_one() == 2


@pytest.mark.parametrize("days", [-400, 0, 1])
def test_a_time_zone_does_not_change_days_that_may_have_events(
    database: Database, organisation: OrganisationId, days: int
) -> None:
    today = datetime.now(UTC).date()
    with (
        pytest.raises(OrganisationError, match="from the day after tomorrow on"),
        database.transaction(DatabaseRole.JOBS, organisation) as connection,
    ):
        change_time_zone(connection, organisation, today + timedelta(days=days - 1), "Asia/Tokyo")


def test_units_are_a_tree_and_made_once(database: Database, organisation: OrganisationId) -> None:
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        physics = ensure_units(connection, organisation, ("Science", "Physics"))
        assert ensure_units(connection, organisation, ("Science", "Physics")) == physics
        biology = ensure_units(connection, organisation, ("Science", "Biology"))
        assert biology != physics
        rows = connection.execute(select(organisation_units.c.name, organisation_units.c.parent_id)).all()
        science = ensure_units(connection, organisation, ("Science",))
        assert {tuple(row) for row in rows} == {("Science", None), ("Physics", science), ("Biology", science)}


def test_a_unit_needs_a_name(database: Database, organisation: OrganisationId) -> None:
    with (
        pytest.raises(OrganisationError, match="needs a name"),
        database.transaction(DatabaseRole.JOBS, organisation) as connection,
    ):
        ensure_units(connection, organisation, ())


def test_a_sender_is_registered_once_and_can_be_changed(database: Database, organisation: OrganisationId) -> None:
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        first = register_source(connection, organisation, NewSource("lms", "https://lms.example"))
        changed = NewSource("lms", "https://lms.example", frozenset({Topic.LEARNING}), ("learning-events",))
        assert register_source(connection, organisation, changed) == first
        row = connection.execute(select(sources.c.allowed, sources.c.topics, sources.c.enabled)).one()
        assert tuple(row) == (["learning"], ["learning-events"], True)


def test_a_senders_name_cannot_be_taken_over_by_another_organisation(
    database: Database, organisation: OrganisationId, other_organisation: OrganisationId
) -> None:
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        register_source(connection, organisation, NewSource("lms", "https://lms.example"))
    with (
        pytest.raises(OrganisationError, match="registered elsewhere"),
        database.transaction(DatabaseRole.JOBS, other_organisation) as connection,
    ):
        register_source(connection, other_organisation, NewSource("lms", "https://lms.example"))


def test_the_administration_makes_administrators_once(
    database: Database, organisation: OrganisationId, as_superuser: Callable[[], Connection]
) -> None:
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        person = PersonId(
            connection.execute(
                people.insert().values(organisation_id=organisation).returning(people.c.person_id)
            ).scalar_one()
        )
        for _ in range(2):
            grant_administrator(connection, organisation, person)
    assert as_superuser().execute(select(func.count()).select_from(memberships)).scalar_one() == 1
