"""Deep links: a teacher chooses a page, and nobody else does, and the choice goes where the platform has said."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.test import TestResponse

from dashapp.data.queries.organisations import own_address
from dashapp.domain.lti import CLAIM, DEEP_LINKING_CLAIM
from tests.campus import Campus
from tests.security.lti.frame import TOOL, Frame, fields_of
from tests.security.lti.platform import CLIENT, DEPLOYMENT, LEARNER, Platform
from tests.security.lti.test_launches import is_refused, opened

Frames = Callable[[], Frame]
ACTION = re.compile(r'action="([^"]*)"')


def choose(one: Frame, **changed: Any) -> TestResponse:
    """The page with the choice, of a teacher unless a test wants somebody else."""
    begun = one.begin()
    return one.post(begun, one.platform.sign(one.platform.deep_link(begun.nonce, **{"sub": "tess.thorne", **changed})))


def send(one: Frame, choosing: str, page: str, **headers: str) -> TestResponse:
    """Presses one of its buttons."""
    form = {"choosing": choosing, "page": page}
    return one.client.post("/lti/chosen", data=form, headers={**one.own, **headers}, base_url=TOOL)


def offered(answer: TestResponse) -> list[str]:
    return re.findall(r'name="page" value="([^"]+)"', answer.text)


def test_the_choice_goes_back_signed_and_its_link_opens_the_page(
    frame: Frames, campus: Campus, platform: Platform, joined: None
) -> None:
    one = frame()
    page = choose(one)
    answer = send(one, fields_of(page)["choosing"], "courses")

    assert ACTION.findall(answer.text) == [f"{platform.url}/return"]
    keys = one.client.get(f"/lti/keys/{own_address(campus.database, campus.organisation_id)}", base_url=TOOL).json
    assert keys is not None
    token = jwt.decode(fields_of(answer)["JWT"], KeySet.import_key_set(keys), algorithms=["RS256"])
    said = token.claims
    assert (said["iss"], said["aud"]) == (CLIENT, [platform.url])
    assert said[f"{CLAIM}deployment_id"] == DEPLOYMENT
    assert said[f"{DEEP_LINKING_CLAIM}data"] == "what-was-asked"
    [item] = said[f"{DEEP_LINKING_CLAIM}content_items"]
    assert opened(one.launch(item["url"], sub="tess.thorne", roles=["Instructor"])) == "/embed/courses"


def test_a_teacher_is_offered_their_other_courses_only(frame: Frames, joined: None) -> None:
    pages = offered(choose(frame(), context={"id": "botany"}))

    assert pages[:2] == ["start", "courses"]
    assert [page.partition(".")[0] for page in pages[2:]] == ["classroom"]


@pytest.mark.parametrize(
    "roles", [[LEARNER], [], ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]]
)
def test_nobody_but_staff_of_the_course_begins_a_deep_link(frame: Frames, roles: list[str]) -> None:
    answer = choose(frame(), roles=roles)

    assert is_refused(answer)
    assert "choosing" not in answer.text


@pytest.mark.parametrize(
    "page", ["", "unknown", "classroom", "start.x", "classroom.00000000-0000-0000-0000-000000000000"]
)
def test_a_page_that_was_not_offered_is_not_sent(frame: Frames, page: str) -> None:
    one = frame()

    assert is_refused(send(one, fields_of(choose(one))["choosing"], page))


def test_where_a_choice_goes_cannot_be_changed(frame: Frames) -> None:
    one = frame()
    choosing = fields_of(choose(one))["choosing"]
    altered = choosing[:40] + ("A" if choosing[40] != "A" else "B") + choosing[41:]

    for forged in (altered, "", "x", choosing + "x"):
        assert is_refused(send(one, forged, "start"))


def test_another_site_cannot_press_the_button(frame: Frames) -> None:
    one = frame()
    choosing = fields_of(choose(one))["choosing"]

    assert is_refused(send(one, choosing, "start", Origin="https://evil.example"))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", None, "//evil.example", 7])
def test_a_choice_goes_to_an_address_of_the_web_only(frame: Frames, url: Any) -> None:
    one = frame()
    begun = one.begin()
    said = one.platform.deep_link(begun.nonce)
    said[f"{DEEP_LINKING_CLAIM}deep_linking_settings"]["deep_link_return_url"] = url

    assert is_refused(one.post(begun, one.platform.sign(said)))


def test_only_the_return_address_may_be_sent_the_form(frame: Frames, platform: Platform) -> None:
    one = frame()
    policy = send(one, fields_of(choose(one))["choosing"], "start").headers["Content-Security-Policy"]
    origin = platform.url.rpartition("/")[0]

    assert f"form-action 'self' {origin};" in policy


def test_hostile_titles_stay_titles(frame: Frames) -> None:
    title = "<script>alert(1)</script>"
    answer = choose(frame(), context={"id": "algebra", "title": title})

    assert title not in answer.text
    assert html.escape(title) in answer.text
