"""One organisation's trouble does not keep the others from their turn."""

from threading import Event as Signal

import pytest

from dashapp.data.database import Database
from dashapp.domain.errors import NotFound, Unavailable
from dashapp.domain.keys import OrganisationId
from dashapp.jobs.each import for_each_organisation
from tests.data.conftest import make_organisation
from tests.shared import REPOSITORY


@pytest.fixture
def organisations(database: Database) -> list[OrganisationId]:
    """Four of them."""
    return [make_organisation(database, name) for name in ("north", "east", "south", "west")]


def test_all_have_their_turn_and_the_first_trouble_is_told(
    database: Database, organisations: list[OrganisationId]
) -> None:
    troubles = {
        organisations[0]: NotFound("gone"),
        organisations[1]: ValueError("one"),
        organisations[2]: KeyError("two"),
    }
    served = []

    def work(organisation: OrganisationId) -> None:
        served.append(organisation)
        if organisation in troubles:
            raise troubles[organisation]

    with pytest.raises(ValueError, match="one"):
        for_each_organisation(database, work, Signal())
    assert sorted(served) == sorted(organisations)


def test_an_absent_database_ends_the_round(database: Database, organisations: list[OrganisationId]) -> None:
    served = []

    def work(organisation: OrganisationId) -> None:
        served.append(organisation)
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        for_each_organisation(database, work, Signal())
    assert len(served) == 1


def test_nobody_is_served_once_it_is_to_stop(database: Database, organisations: list[OrganisationId]) -> None:
    stopping, served = Signal(), list[OrganisationId]()

    def work(organisation: OrganisationId) -> None:
        served.append(organisation)
        stopping.set()

    for_each_organisation(database, work, stopping)
    assert len(served) == 1 < len(organisations)


def test_no_job_goes_through_the_organisations_in_a_way_of_its_own() -> None:
    jobs = (REPOSITORY / "dashapp" / "jobs").glob("*.py")
    assert [path.name for path in jobs if "all_organisations" in path.read_text()] == ["each.py"]
