"""Who may be said to be whom on the page of platforms, and that nobody gets at somebody's pages or roles by it."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.learning_platforms import find_learners
from dashapp.data.queries.people import principal_for
from dashapp.data.store.accounts import create_account, create_person
from dashapp.data.store.organisations import grant_administrator
from dashapp.domain.keys import PersonId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.security.sessions import Manner
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, ADVISER, Campus
from tests.security.conftest import by_bearer
from tests.security.lti.frame import TOOL, Frame
from tests.security.lti.platform import INSTRUCTOR
from tests.security.lti.test_administration import view
from tests.served import Visitor, body_of

NUMBERS = count(1)
Link = Callable[[PublicId, PublicId], str]
Waiting = Callable[..., PublicId]


@pytest.fixture
def link(application: Application, campus: Campus) -> Link:
    """Presses the button as somebody whose browser names whom they like; gives the answer. By default the
    administrator of the campus."""

    def press(known_to_platform: PublicId, known_to_events: PublicId, by: PublicId | None = None) -> str:
        who, bearer = by or campus.people[ADMINISTRATOR].public_id, Manner(Carrier.BEARER)
        held = application.guard.sessions.issue(campus.organisation_id, who, SignInMethod.LOCAL, bearer)
        office = by_bearer(Visitor(application.server.test_client(), application), held)
        values = {
            "platforms-link-person.n_clicks": 1,
            "platforms-person.value": str(known_to_platform),
            "platforms-learner.value": str(known_to_events),
        }
        body = {**body_of(application, "platforms-said", values), "changedPropIds": ["platforms-link-person.n_clicks"]}
        answer = office.client.post("/_dash-update-component", json=body, base_url=TOOL, headers={"Origin": TOOL})
        assert answer.status_code == 200
        return str(answer.text)

    return press


@pytest.fixture
def waiting(frame: Callable[[], Frame], campus: Campus, application: Application) -> Waiting:
    """Somebody new whom a platform has launched, and whom nobody has linked."""

    def launch(**claims: Any) -> PublicId:
        name = f"Newcomer {next(NUMBERS)}"
        given, family = name.split()
        frame().launch(sub=name, given_name=given, family_name=family, **claims)
        query = text("SELECT public_id FROM people WHERE given_name = :given AND family_name = :family")
        with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
            return PublicId(connection.execute(query, {"given": given, "family": family}).scalar_one())

    return launch


@pytest.fixture
def boss(campus: Campus) -> Principal:
    """An administrator with a local account whom no event knows."""
    organisation, name = campus.organisation_id, f"boss.{next(NUMBERS)}"
    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        person = create_person(connection, organisation, ("Boss", None), None)
        create_account(connection, organisation, person, name, datetime.now(UTC))
        grant_administrator(connection, organisation, person)
        query = text("SELECT public_id FROM people WHERE person_id = :person")
        public_id = connection.execute(query, {"person": person}).scalar_one()
    return now(campus, public_id)


def now(campus: Campus, public_id: PublicId) -> Principal:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        return principal_for(connection, campus.organisation_id, public_id, datetime.now(UTC))


def linked(campus: Campus) -> list[object]:
    query = text("SELECT subject FROM audit_log WHERE action = 'person.linked' ORDER BY audit_id")
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        return list(connection.execute(query).scalars())


def key(campus: Campus, public_id: PublicId) -> PersonId:
    return now(campus, public_id).person_id


@pytest.mark.parametrize("victim", ["Ada Abel", "Tess Thorne"])
def test_an_administrator_links_neither_themself_nor_another_account_with_anybody(
    link: Any, campus: Campus, boss: Principal, victim: str
) -> None:
    before, known = now(campus, campus.people[victim].public_id), linked(campus)

    for by in (boss.public_id, campus.people[ADMINISTRATOR].public_id):
        assert "cannot be linked" in link(boss.public_id, before.public_id, by)

    assert now(campus, boss.public_id) == boss
    assert now(campus, before.public_id) == before
    assert linked(campus) == known


def test_an_administrator_is_nobody_as_whom_a_platform_may_launch_by_a_link_of_their_own(
    link: Any, waiting: Waiting, campus: Campus
) -> None:
    stranger = waiting()
    assert "cannot be linked" in link(stranger, campus.people[ADMINISTRATOR].public_id)
    assert key(campus, stranger) != campus.people[ADMINISTRATOR].person_id


@pytest.mark.parametrize("holder", [ADMINISTRATOR, ADVISER])
def test_whoever_holds_what_the_administration_grants_is_neither_found_nor_linked(
    link: Any, waiting: Waiting, campus: Campus, boss: Principal, holder: str
) -> None:
    stranger = waiting()
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        assert find_learners(connection, campus.organisation_id, holder) == {}

    assert "cannot be linked" in link(stranger, campus.people[holder].public_id, boss.public_id)
    assert key(campus, stranger) != campus.people[holder].person_id


def test_somebody_with_an_account_or_a_role_beyond_learner_is_not_linked_away(
    link: Any, waiting: Waiting, campus: Campus, application: Application
) -> None:
    teacher, owner = waiting(roles=[INSTRUCTOR]), waiting()
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        name = f"owner.{next(NUMBERS)}"
        create_account(connection, campus.organisation_id, key(campus, owner), name, datetime.now(UTC))
    offered = {one.public_id for one in view(campus, application).people}

    for one in (teacher, owner):
        assert one not in offered
        assert "cannot be linked" in link(one, campus.people["Ben Brook"].public_id)
        assert key(campus, one) != campus.people["Ben Brook"].person_id


def test_two_whom_events_know_are_not_merged_by_a_link_nor_two_whom_nobody_knows(
    link: Any, waiting: Waiting, campus: Campus
) -> None:
    ada, ben = (campus.people[name].public_id for name in ("Ada Abel", "Ben Brook"))
    one, other = waiting(), waiting()
    for pair in ((ada, ben), (one, other), (ada, one), (one, one)):
        assert "cannot be linked" in link(*pair)
    assert key(campus, ada) != key(campus, ben)
    assert key(campus, one) != key(campus, other)


def test_a_learner_who_waits_is_linked_with_one_whom_events_know(
    link: Any, waiting: Waiting, campus: Campus, application: Application
) -> None:
    one = waiting()
    assert one in {each.public_id for each in view(campus, application).people}
    assert "Linked." in link(one, campus.people["Eli Ellis"].public_id)
    assert key(campus, one) == campus.people["Eli Ellis"].person_id
