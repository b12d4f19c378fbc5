"""A session that was begun on a platform's word ends with the trust in it, and none is begun after that."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.store.lti.platforms import set_deployment
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.sessions import SignInMethod
from dashapp.security.lti import launching
from dashapp.security.lti.administration import PlatformAdministration
from dashapp.security.principals import as_signed_in
from dashapp.web.application import Application
from tests.campus import ADVISER, Campus
from tests.security.conftest import by_bearer, given_in
from tests.security.lti.frame import TOOL, Frame
from tests.security.lti.platform import DEPLOYMENT, INSTRUCTOR
from tests.security.lti.test_administration import acting
from tests.security.lti.test_launches import is_refused, opened
from tests.served import Visitor, address

__all__ = ["acting"]

Frames = Callable[[], Frame]
OTHER = "another-deployment"
Ending = Callable[[PlatformAdministration, UUID], None]
ENDINGS: dict[str, Ending] = {
    "switched off": lambda acting, platform: acting.switch(platform, enabled=False),
    "removed": lambda acting, platform: acting.remove(platform),
    "its deployment withdrawn": lambda acting, platform: acting.confirm(platform, DEPLOYMENT, enabled=False),
}


@pytest.fixture
def public_id(campus: Campus, registered: int) -> UUID:
    """The platform's, of which a second deployment is believed."""
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        now = connection.execute(text("SELECT now()")).scalar_one()
        set_deployment(connection, campus.organisation_id, (registered, OTHER), now, enabled=True)
        query = text("SELECT public_id FROM lti_platforms WHERE platform_id = :platform")
        return UUID(str(connection.execute(query, {"platform": registered}).scalar_one()))


@pytest.fixture
def launched(frame: Frames, application: Application) -> Callable[..., tuple[Visitor, str]]:
    """Somebody whom the platform has launched, and the page that opened."""

    def launch(**claims: Any) -> tuple[Visitor, str]:
        answer = frame().launch(**claims)
        bearer = given_in(answer.text)["held"]["bearer"]
        somebody = Visitor(application.server.test_client(), application)
        return by_bearer(somebody, bearer), opened(answer)

    return launch


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_sessions_of_a_platform_end_with_the_trust_in_it(
    launched: Callable[..., tuple[Visitor, str]],
    acting: PlatformAdministration,
    application: Application,
    joined: None,
    public_id: UUID,
    ending: str,
) -> None:
    teacher, page = launched(sub="t-trust", roles=[INSTRUCTOR])
    learner, _own = launched(sub="ada.abel")
    tab = Visitor(application.server.test_client(), application)
    ticket = learner.client.post("/tickets", json={"path": "/me"}, base_url=TOOL).get_json()["ticket"]
    tab.client.post("/tab", data={"ticket": ticket, "path": "/me"}, headers={"Origin": TOOL}, base_url=TOOL)
    elsewhere, _page = launched(sub="t-elsewhere", roles=[INSTRUCTOR], deployment_id=OTHER)
    file = f"/courses/{page.rsplit('/', 1)[1]}/learners.csv"
    assert teacher.client.get(file, base_url=TOOL).status_code == 200
    cookie = {"base_url": TOOL, "follow_redirects": False}
    assert tab.client.get("/me", **cookie).status_code == 200

    ENDINGS[ending](acting, public_id)
    application.guard.sessions.follow()

    assert teacher.client.get(file, base_url=TOOL).status_code == 404
    assert learner.ask("student-page", address(None)).status_code == 401
    assert tab.client.get("/me", **cookie).status_code == 302
    lasts = ending == "its deployment withdrawn"
    assert (elsewhere.ask("courses-page", address(None)).status_code == 200) is lasts


@pytest.mark.parametrize("moment", [(launching, "verify"), (launching.Launches, "settle")], ids=["keys", "settling"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_launch_on_its_way_gets_no_session_when_the_trust_ends_meanwhile(
    frame: Frames,
    acting: PlatformAdministration,
    public_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
    moment: tuple[Any, str],
    ending: str,
) -> None:
    step = getattr(*moment)

    def slowly(*given: Any) -> Any:
        """A step that takes long enough for a decision of the administration."""
        done = step(*given)
        ENDINGS[ending](acting, public_id)
        return done

    monkeypatch.setattr(*moment, slowly)

    assert is_refused(frame().launch(sub="t-late", roles=[INSTRUCTOR]))


def test_an_ended_session_of_a_platform_stands_in_the_trail_by_who_ended_the_trust(
    launched: Callable[..., tuple[Visitor, str]], acting: PlatformAdministration, campus: Campus, public_id: UUID
) -> None:
    launched(sub="t-trail", roles=[INSTRUCTOR])

    acting.switch(public_id, enabled=False)

    query = text("SELECT actor, role FROM audit_log WHERE action = 'session.ended' ORDER BY audit_id DESC LIMIT 1")
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        found = connection.execute(query).one()
    assert tuple(found) == (str(campus.people["Max Moor"].public_id), "administrator")


def test_an_adviser_is_none_inside_a_platform(
    launched: Callable[..., tuple[Visitor, str]], application: Application, campus: Campus, joined: None
) -> None:
    """Whoever runs a platform can launch anybody there: a caseload reaches further than its courses."""
    framed, _page = launched(sub=ADVISER.lower().replace(" ", "."), roles=[INSTRUCTOR])
    own = Visitor(application.server.test_client(), application).sign_in(campus, ADVISER)
    at = address(campus.people["Ivy Ives"].public_id)

    answers = {
        who: [one.ask("caseload-page", address(None)).text, one.ask("student-page", at).text]
        for who, one in (("own", own), ("framed", framed))
    }

    assert all("Ivy Ives" in text for text in answers["own"])
    assert not any("Ivy Ives" in text for text in answers["framed"])


@pytest.mark.parametrize("method", SignInMethod)
def test_a_platform_vouches_for_courses_only(method: SignInMethod) -> None:
    learner, course = frozenset({PersonId(1)}), frozenset({CourseId(2)})
    everything = Principal(
        organisation_id=OrganisationId(1),
        person_id=PersonId(3),
        public_id=PublicId(UUID(int=4)),
        name="Amy Ash",
        learns_in=course,
        teaches_in=course,
        administers=True,
        advises=learner,
        guards=learner,
    )
    of_courses = replace(everything, administers=False, advises=frozenset(), guards=frozenset())

    found = as_signed_in(everything, method)

    assert found == (of_courses if method is SignInMethod.LTI else everything)
