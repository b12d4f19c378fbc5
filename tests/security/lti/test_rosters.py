"""Rosters: roles follow them; what is wrong with one changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event as Signal
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.lti.launches import KnownContext, contexts_of
from dashapp.data.store.lti.members import Stated
from dashapp.data.store.lti.platforms import read_platform
from dashapp.jobs.rosters import RosterReading
from dashapp.security.lti import rosters
from dashapp.security.lti.administration import PlatformAdministration
from dashapp.security.lti.services import PlatformServices
from dashapp.web.application import Application
from tests.campus import Campus
from tests.security.lti.frame import Frame
from tests.security.lti.platform import CLIENT, DEPLOYMENT, INSTRUCTOR, Platform
from tests.security.lti.test_administration import acting
from tests.security.lti.test_launches import course_id, principal_of

__all__ = ["acting"]

Sync = Callable[[], Stated | None]


def member(sub: str, *roles: str, **said: Any) -> dict[str, Any]:
    """An entry of a roster, with Moodle's short names of roles."""
    return {"status": "Active", "user_id": sub, "roles": list(roles or ("Learner",)), "name": f"Name {sub}", **said}


@pytest.fixture
def sync(
    application: Application, campus: Campus, platform: Platform, frame: Callable[[], Frame], registered: int
) -> Sync:
    """Reads the roster of algebra, from which somebody has launched."""
    organisation = campus.organisation_id
    platform.roster = [member("teacher", "Instructor")]
    frame().launch(sub="teacher", roles=[INSTRUCTOR])
    application.rosters.close()
    with campus.database.transaction(DatabaseRole.WEB, organisation) as connection:
        known = read_platform(connection, organisation, registered)
        [context] = [one for one in contexts_of(connection, organisation) if one.platform_id == registered]
    assert known is not None

    def read() -> Stated | None:
        return application.rosters.sync(known, context)

    return read


def test_members_get_the_roles_of_the_roster_and_lose_them_when_they_are_removed(
    sync: Sync, campus: Campus, platform: Platform
) -> None:
    algebra = course_id(campus, "ALG 1")
    platform.roster += [member("l-1"), member("l-2"), member("a-1", "TeachingAssistant")]
    assert sync() == Stated(3, 0)
    assert principal_of(campus, platform, "l-1").learns_in == {algebra}
    assert principal_of(campus, platform, "a-1").teaches_in == {algebra}
    assert principal_of(campus, platform, "l-1").name == "Name l-1"

    platform.roster = [member("teacher", "Instructor"), member("l-2", status="Inactive"), member("a-1", "Learner")]
    assert sync() == Stated(1, 3)

    assert principal_of(campus, platform, "l-1").learns_in == frozenset()
    assert principal_of(campus, platform, "l-2").learns_in == frozenset()
    assert principal_of(campus, platform, "a-1").teaches_in == frozenset()
    assert sync() == Stated(0, 0)


def test_a_roster_makes_no_administrator_and_no_guardian(sync: Sync, campus: Campus, platform: Platform) -> None:
    roles = [
        "Administrator",
        "Mentor",
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
        "guardian",
    ]
    platform.roster += [member("x-1", *roles)]

    sync()

    found = principal_of(campus, platform, "x-1")
    assert (found.administers, found.teaches_in, found.learns_in) == (False, frozenset(), frozenset())


def test_a_roster_on_many_pages_is_read_whole(sync: Sync, platform: Platform) -> None:
    platform.roster += [member(f"p-{number}") for number in range(25)]
    platform.roster_page = 10

    assert sync() == Stated(25, 0)


def break_status(platform: Platform) -> None:
    platform.roster_status = 500


def break_empty(platform: Platform) -> None:
    platform.roster = []


def break_course(platform: Platform) -> None:
    platform.roster_context = "botany"


def break_people(platform: Platform) -> None:
    platform.roster = [{"roles": ["Learner"]}, "x", {"user_id": 7}]  # type: ignore[list-item]  # as a broken one is


@pytest.mark.parametrize("harm", [break_status, break_empty, break_course, break_people])
def test_a_roster_that_cannot_be_read_takes_nobodys_role(
    sync: Sync, campus: Campus, platform: Platform, harm: Callable[[Platform], None]
) -> None:
    platform.roster += [member("k-1")]
    sync()
    harm(platform)

    assert sync() is None
    assert principal_of(campus, platform, "k-1").learns_in == {course_id(campus, "ALG 1")}


def test_the_tool_asks_with_a_signed_assertion(
    sync: Sync, application: Application, campus: Campus, platform: Platform
) -> None:
    sync()

    client = application.server.test_client()
    keys = client.get(f"/lti/keys/{own_address(campus.database, campus.organisation_id)}").json
    assert keys is not None
    claims = jwt.decode(platform.assertions[-1], KeySet.import_key_set(keys), algorithms=["RS256"]).claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT, CLIENT, f"{platform.url}/token")
    assert claims["exp"] - claims["iat"] <= 300


def test_a_context_without_a_course_is_not_asked_for(
    application: Application, campus: Campus, registered: int, platform: Platform
) -> None:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        known = read_platform(connection, campus.organisation_id, registered)
    assert known is not None
    context = KnownContext(registered, "deployment-1", "physics", None, f"{platform.url}/roster", None)

    assert application.rosters.sync(known, context) is None
    assert platform.assertions == []


def test_the_jobs_read_the_rosters_that_are_an_hour_old(
    sync: Sync, application: Application, campus: Campus, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = application.services
    reading = RosterReading(services.settings, campus.database, services.clock)
    platform.roster += [member("j-1")]
    sync()
    asked = len(platform.assertions)
    reading.run(Signal())
    assert len(platform.assertions) == asked

    monkeypatch.setattr(rosters, "WITHOUT_LAUNCH", timedelta(0))
    platform.roster.pop()
    reading.run(Signal())

    assert principal_of(campus, platform, "j-1").learns_in == frozenset()


@pytest.mark.parametrize("how", ["removed", "switched off", "withdrawn"])
def test_a_roster_gives_no_role_when_its_platform_is_believed_no_more_while_it_answers(
    sync: Sync, campus: Campus, platform: Platform, acting: PlatformAdministration, registered: int, how: str
) -> None:
    late = f"late-{how}"
    platform.roster += [member(late, "Instructor")]
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        known = read_platform(connection, campus.organisation_id, registered)
    assert known is not None
    read, public_id = PlatformServices.roster, known.public_id

    def slowly(*asked: Any) -> Any:
        members = read(*asked)
        if how == "withdrawn":
            acting.confirm(public_id, DEPLOYMENT, enabled=False)
        elif how == "removed":
            acting.remove(public_id)
        else:
            acting.switch(public_id, enabled=False)
        return members

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlatformServices, "roster", slowly)
        assert sync() is None

    somebody = principal_of(campus, platform, late)
    assert (somebody.teaches_in, somebody.name) == (frozenset(), "")
    if how == "removed":
        assert not principal_of(campus, platform, "teacher").teaches_in
