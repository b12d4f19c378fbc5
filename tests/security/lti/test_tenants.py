"""Organisations of one installation may have the same learning platform, and none gets in the way of another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.lti.platforms import NewPlatform, PlatformError, add_platform
from dashapp.data.store.organisations import create_organisation
from dashapp.domain.keys import OrganisationId
from dashapp.security.lti.administration import PlatformAdministration
from dashapp.security.lti.places import Places
from dashapp.web.application import Application
from tests.campus import Campus
from tests.security.lti.frame import TOOL, Frame
from tests.security.lti.platform import CLIENT, DEPLOYMENT, INSTRUCTOR, Platform
from tests.security.lti.test_administration import acting
from tests.security.lti.test_launches import course_id, is_refused, opened, principal_of

__all__ = ["acting"]

NUMBERS = count(1)
Frames = Callable[[], Frame]
SHARED = "/lti/login"


@pytest.fixture
def other(campus: Campus) -> OrganisationId:
    """Another organisation of the installation."""
    name = f"other-{next(NUMBERS)}"
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        return create_organisation(connection, name, name, "Europe/Berlin")


def theirs(platform: Platform, client_id: str = CLIENT) -> NewPlatform:
    """The platform as another organisation registers it, with addresses of its own."""
    url = "https://squatter.example"
    return NewPlatform(
        "Theirs", platform.url, client_id, f"{url}/auth", f"{url}/token", f"{url}/keys",
        "a test", datetime.now(UTC), True, deployments=(DEPLOYMENT,),
    )  # fmt: skip


def add(campus: Campus, organisation: OrganisationId, new: NewPlatform) -> int:
    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        return add_platform(connection, organisation, new)


def asked(answer: Any) -> str:
    """The address at which a login asks who is there."""
    assert answer.status_code == 200
    return str(answer.text).partition('data-go="')[2].partition("?")[0]


def login_of(campus: Campus, organisation: OrganisationId) -> str:
    return urlsplit(Places(TOOL).login(own_address(campus.database, organisation))).path


def at(path: str, frame: Frame) -> Frame:
    """The same platform, which begins at another address."""
    return replace(frame, platform=replace(frame.platform, login=path))


@pytest.mark.parametrize("client", [CLIENT, "another-client"])
def test_a_registration_of_another_organisation_stops_nobodys_logins(
    frame: Frames, campus: Campus, platform: Platform, registered: int, other: OrganisationId, client: str
) -> None:
    add(campus, other, theirs(platform, client))

    for said in ({}, {"client_id": ""}):
        assert asked(frame().login(**said)) == f"{platform.url}/auth"
    page = opened(frame().launch(roles=[INSTRUCTOR], sub="t-1"))
    assert page.startswith("/embed/courses/")
    assert principal_of(campus, platform, "t-1").teaches_in == {course_id(campus, "ALG 1")}


def test_what_another_organisation_has_registered_first_can_be_registered_all_the_same(
    application: Application, campus: Campus, platform: Platform, other: OrganisationId
) -> None:
    new = replace(theirs(platform), authorization_url=f"{platform.url}/auth", keyset_url=f"{platform.url}/keys")
    add(campus, other, theirs(platform))
    add(campus, campus.organisation_id, new)

    one = Frame(application.server.test_client(), platform)
    assert asked(at(login_of(campus, campus.organisation_id), one).login()) == f"{platform.url}/auth"
    assert asked(at(login_of(campus, other), one).login()) == "https://squatter.example/auth"


def test_one_organisation_registers_a_client_once(campus: Campus, platform: Platform, other: OrganisationId) -> None:
    add(campus, other, theirs(platform))
    with pytest.raises(PlatformError):
        add(campus, other, theirs(platform))


def test_a_login_at_the_address_of_another_organisation_finds_nothing(
    frame: Frames, campus: Campus, registered: int, other: OrganisationId
) -> None:
    for name in (str(own_address(campus.database, other)), str(uuid4()), "x", "0"):
        assert is_refused(at(f"{SHARED}/{name}", frame()).login())


def test_the_address_that_all_once_had_works_where_it_is_clear_who_is_meant(
    frame: Frames, campus: Campus, platform: Platform, registered: int, other: OrganisationId
) -> None:
    one = at(SHARED, frame())
    assert opened(one.launch(roles=[INSTRUCTOR], sub="t-2")).startswith("/embed/courses/")

    add(campus, other, theirs(platform))
    assert is_refused(one.login())


def test_at_that_address_nobody_who_came_later_gets_in_the_way_of_who_used_it_before(
    frame: Frames, campus: Campus, platform: Platform, registered: int, other: OrganisationId
) -> None:
    # As the migration has left every registration of that time.
    with campus.database.administration() as connection:
        connection.exec_driver_sql(
            f"UPDATE analytics.lti_platforms SET shared_login = true WHERE platform_id = {registered}"
        )
        connection.commit()
    for client in (CLIENT, "another-client"):
        add(campus, other, theirs(platform, client))

    one = at(SHARED, frame())
    for said in ({}, {"client_id": ""}):
        assert asked(one.login(**said)) == f"{platform.url}/auth"
    assert asked(one.login(client_id="another-client")) == "https://squatter.example/auth"


def test_administrators_are_told_the_address_of_their_organisation(
    acting: PlatformAdministration, application: Application, campus: Campus, platform: Platform
) -> None:
    code, client = acting.make_code(), application.server.test_client()
    described = {"openid_configuration": f"{platform.url}/description", "registration_token": "the-token"}
    client.post(code.removeprefix(TOOL), data=described, headers={"Origin": TOOL}, base_url=TOOL)
    [told] = platform.registered
    assert told["initiate_login_uri"] == f"{TOOL}{login_of(campus, campus.organisation_id)}"
