"""The whole way with the platform code of Open edX: login, launch, deep link and roster; and PyLTI1p3, a library for
tools, as a second opinion on the tokens that we believe."""

import html
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from pylti1p3.contrib.flask.message_launch import FlaskMessageLaunch
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.dict import ToolConfDict

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.join_rules import add_rule
from dashapp.data.store.lti.launches import contexts_of, link_course
from dashapp.data.store.lti.platforms import NewPlatform, add_platform, read_platform
from dashapp.domain.joins import JoinRule
from dashapp.domain.lti import PERSON_KIND
from dashapp.web.application import Application
from tests.campus import ISSUER, Campus
from tests.security.lti.frame import TOOL, fields_of, login_path
from tests.security.lti.openedx import CLIENT, DEPLOYMENT, OpenEdx
from tests.security.lti.platform import query_of, served
from tests.security.lti.test_launches import ADDRESS, course_id
from tests.served import serving

Launch = Callable[..., tuple[str, dict[str, str]]]
"""(user, role, message) → the page, and the message that opened it."""


@pytest.fixture(scope="module")
def open_edx(application: Application, campus: Campus) -> Iterator[OpenEdx]:
    """Open edX on the loopback, which fetches our keys from the served app."""
    with serving(application) as own:
        keys = f"{own}/lti/keys/{own_address(campus.database, campus.organisation_id)}"
        edx = OpenEdx(TOOL, keys, f"{TOOL}{login_path(campus)}")
        with served(edx.server()) as url:
            edx.start(url)
            yield edx


@pytest.fixture(scope="module")
def platform_id(campus: Campus, open_edx: OpenEdx) -> int:
    """Its registration, and the administration's rule: what it calls people is what events call them."""
    url = open_edx.url
    new = NewPlatform(
        title="Open edX",
        issuer=url,
        client_id=CLIENT,
        authorization_url=f"{url}/auth",
        token_url=f"{url}/token",
        keyset_url=f"{url}/keys",
        added_by="a test",
        added_at=datetime.now(UTC),
        enabled=True,
        deployments=(DEPLOYMENT,),
    )
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        platform = add_platform(connection, campus.organisation_id, new)
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        rule = JoinRule(url, PERSON_KIND, ISSUER, "account")
        add_rule(connection, campus.organisation_id, rule, "a test", datetime.now(UTC))
    return platform


@pytest.fixture
def launch(application: Application, open_edx: OpenEdx, platform_id: int) -> Launch:
    """Goes the whole way of a launch as a browser; gives the page and the message that opened it."""

    def go(user: str, role: str, message: str = "LtiResourceLinkRequest", **named: str) -> tuple[str, dict[str, str]]:
        client = application.server.test_client()
        begin = open_edx.preflight(user, role, message, **named)
        page = client.get(urlsplit(begin).path, query_string=query_of(begin), base_url=TOOL).text
        asked = query_of(html.unescape(page.split('data-go="')[1].split('"')[0]))
        said = open_edx.answer(asked)
        foreign = {"Origin": open_edx.url, "Sec-Fetch-Site": "cross-site"}
        answer = client.post("/lti/launch", data=said, headers=foreign, base_url=TOOL)
        return answer.text, {**said, "nonce": asked["nonce"]}

    return go


def address_in(page: str) -> str:
    """Which page was opened."""
    found = ADDRESS.search(page)
    assert found is not None, page
    return found[1]


def test_a_course_is_linked_once_and_then_opens(launch: Launch, campus: Campus, platform_id: int) -> None:
    page, _said = launch("tess.thorne", "instructor", name="Tess Thorne")
    assert "This course is not linked yet" in page
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        [context] = [one for one in contexts_of(connection, campus.organisation_id) if one.platform_id == platform_id]
        link_course(connection, campus.organisation_id, context, course_id(campus, "ALG 1"))

    page, _said = launch("tess.thorne", "instructor", name="Tess Thorne")

    assert address_in(page).startswith("/embed/courses/")


def test_a_learner_opens_the_own_page(launch: Launch) -> None:
    page, _said = launch("ada.abel", "student", name="Ada Abel")

    assert address_in(page).startswith("/embed/me")


def test_a_teacher_chooses_a_page_and_its_link_opens(
    launch: Launch, application: Application, open_edx: OpenEdx
) -> None:
    page, _said = launch("tess.thorne", "instructor", "LtiDeepLinkingRequest")
    choosing = html.unescape(page.split('name="choosing" value="')[1].split('"')[0])
    own = {"Origin": TOOL, "Sec-Fetch-Site": "same-origin"}
    form = {"choosing": choosing, "page": "courses"}
    sent = application.server.test_client().post("/lti/chosen", data=form, headers=own, base_url=TOOL)

    items = open_edx.consumer.check_and_decode_deep_linking_token(fields_of(sent)["JWT"])

    [item] = items
    assert (item["type"], item["url"]) == ("ltiResourceLink", f"{TOOL}/lti/open/courses")
    open_edx.open_item(item)
    page, _said = launch("tess.thorne", "instructor")
    open_edx.open_item({"url": f"{TOOL}/lti/launch", "custom": {"none": "none"}})
    assert address_in(page) == "/embed/courses"


def test_the_roster_gives_roles_and_takes_them_from_who_has_left(
    application: Application, campus: Campus, open_edx: OpenEdx, platform_id: int
) -> None:
    organisation = campus.organisation_id
    with campus.database.transaction(DatabaseRole.WEB, organisation) as connection:
        platform = read_platform(connection, organisation, platform_id)
        [context] = [one for one in contexts_of(connection, organisation) if one.platform_id == platform_id]
    assert platform is not None
    open_edx.members = [
        {"external_id": "tess.thorne", "roles": ["instructor"], "name": "Tess Thorne"},
        {"external_id": "new-1", "roles": ["student"], "name": "New One", "email": "new@one.example"},
        {"external_id": "new-2", "roles": ["student"], "name": "New Two"},
    ]
    first = application.rosters.sync(platform, context)
    open_edx.members = open_edx.members[:2]
    second = application.rosters.sync(platform, context)

    assert first is not None
    assert second is not None
    assert first.begun == 2
    assert (second.begun, second.ended) == (0, 1)


def test_a_second_library_believes_the_token_that_we_believe(launch: Launch, open_edx: OpenEdx) -> None:
    page, said = launch("tess.thorne", "instructor")
    assert address_in(page)

    judged = second_opinion(open_edx, said)

    assert judged["sub"] == "tess.thorne"


class _Asked(Request):
    """A request as PyLTI1p3 reads it: the message's fields, and a session."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields
        self._session: dict[str, object] = {}

    @property
    def session(self) -> dict[str, object]:
        return self._session

    def is_secure(self) -> bool:
        return True

    def get_param(self, key: str) -> str:
        return self._fields[key]


def second_opinion(open_edx: OpenEdx, said: dict[str, str]) -> dict[str, object]:
    """The claims of a message that PyLTI1p3 believes, too. Raises LtiException."""
    url = open_edx.url
    registration: Any = {
        "default": True,
        "client_id": CLIENT,
        "auth_login_url": f"{url}/auth",
        "auth_token_url": f"{url}/token",
        "key_set_url": f"{url}/keys",
        "key_set": None,
        "deployment_ids": [DEPLOYMENT],
    }
    asked = _Asked(said)
    session: Any = SessionService(asked)
    session.save_nonce(said["nonce"])
    library: Any = FlaskMessageLaunch
    judged = library(asked, ToolConfDict({url: [registration]}), session, object())
    judged.set_auto_validation(False).validate_jwt_format().validate_nonce().validate_registration()
    judged.validate_jwt_signature().validate_deployment().validate_message()
    claims: dict[str, object] = judged._get_jwt_body()
    return claims
