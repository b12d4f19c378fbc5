"""The page of learning platforms, clicked through as an administrator does, while a platform launches."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from werkzeug.test import TestResponse

from dashapp.data.database import Database
from dashapp.web.application import Application
from tests.browser.service import Service
from tests.campus import ADMINISTRATOR, ISSUER, Campus
from tests.security.lti.frame import TOOL, Frame
from tests.security.lti.platform import CLIENT, DEPLOYMENT, INSTRUCTOR, Platform, Platforms, served, server_of
from tests.security.lti.test_launches import is_refused, opened
from tests.served import application_on

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def application(module_database: Database, campus: Campus) -> Iterator[Application]:
    """The app as the tool of platforms on the loopback."""
    with application_on(module_database, campus, public_url=TOOL, outgoing_networks="127.0.0.0/8") as made:
        yield made
        made.rosters.close()


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A platform that nobody knows yet."""
    known: dict[str, Platform] = {}
    with served(server_of(known)) as url:
        yield Platforms(url, known).make()


@dataclass(frozen=True, slots=True)
class Office:
    """An administrator at the page."""

    page: Page

    def press(self, name: str, words: str) -> None:
        """A button by its id's end; then the words that stand above the cards, in view of who has pressed it."""
        self.page.locator(f"#platforms-{name}").click()
        expect(self.page.locator("#platforms-said")).to_contain_text(words)
        expect(self.page.locator("#platforms-said")).to_be_in_viewport()

    def fill(self, said: Mapping[str, str]) -> None:
        """Fields by their labels."""
        for label, value in said.items():
            self.page.get_by_label(label, exact=True).fill(value)

    def choose(self, name: str, label: str) -> None:
        """An option of a choice by its id's end, as soon as there is one whose label holds the words."""
        option = self.page.locator(f"#platforms-{name} option", has_text=label)
        expect(option).to_have_count(1)
        self.page.select_option(f"#platforms-{name}", option.get_attribute("value"))

    def look_again(self) -> None:
        """Reloads what platforms have said meanwhile."""
        self.page.reload()
        self.page.wait_for_selector(".la-page:not(.la-loading)")


@pytest.fixture
def office(open_as: Callable[..., Page], service: Service) -> Office:
    """The page as the administrator of the campus opens it."""
    return Office(open_as(ADMINISTRATOR, f"{service.organisation()}/platforms"))


@pytest.fixture
def frame(application: Application, platform: Platform) -> Frame:
    """Somebody's frame inside of the platform."""
    return Frame(application.server.test_client(), platform)


def form(platform: Platform) -> dict[str, str]:
    """What an administrator has been told of the platform; the token's address has a mistake."""
    return {
        "Name": "North College",
        "Issuer": platform.url,
        "Client id": CLIENT,
        "Authorization address": f"{platform.url}/auth",
        "Token address": "ftp://north.example/token",
        "Key set address": f"{platform.url}/keys",
        "Events name its courses by (if otherwise)": ISSUER,
    }


@pytest.mark.long
def test_an_administrator_connects_a_platform_by_hand_and_decides_what_it_may(
    office: Office, frame: Frame, platform: Platform
) -> None:
    page = office.page
    teacher: dict[str, Any] = {"sub": "t-1", "roles": [INSTRUCTOR]}
    page.get_by_text("Connect a platform by hand").click()
    office.fill(form(platform))
    office.press("add", "Token address: it has to begin with https://")
    office.fill({"Token address": f"{platform.url}/token", "Client id": ""})
    office.press("add", "The client id is missing")
    office.fill({"Client id": CLIENT})
    office.press("add", "The platform is connected and switched on.")
    expect(page.get_by_label("Token address", exact=True)).to_have_value("")
    expect(page.locator("#platforms-rows")).to_contain_text("North College")
    office.fill(form(platform) | {"Token address": f"{platform.url}/token"})
    office.press("add", "This platform is connected already")

    assert is_refused(frame.launch(**teacher))
    office.look_again()
    expect(page.locator("#platforms-rows")).to_contain_text(f"waiting: {DEPLOYMENT}")
    expect(page.locator("#platforms-rows")).to_contain_text("a deployment that nobody has confirmed")
    office.press("confirm", "Choose first what this is about.")
    office.choose("platform", "North College")
    office.press("confirm", "Enter the id of the deployment")
    assert page.locator("#platforms-waiting option").get_attribute("value") == DEPLOYMENT
    office.fill({"Deployment of this platform": DEPLOYMENT})
    office.press("confirm", "The deployment is confirmed.")
    assert opened(frame.launch(**teacher)).startswith("/embed/courses/")

    office.press("withdraw", "The deployment is withdrawn")
    assert is_refused(frame.launch(**teacher))
    office.press("confirm", "The deployment is confirmed.")
    office.press("switch-off", "The platform is switched off.")
    expect(page.locator("#platforms-rows")).to_contain_text("Waits to be switched on")
    assert is_refused(frame.login())
    office.press("switch-on", "The platform is switched on.")
    assert opened(frame.launch(**teacher))

    page.locator(".la-end summary").click()
    office.press("remove", "The platform is removed")
    expect(page.get_by_role("heading", name="No learning platform yet")).to_be_visible()
    assert is_refused(frame.login())


@pytest.mark.long
def test_an_administrator_lets_a_platform_register_and_links_who_and_what_waits(
    office: Office, frame: Frame, platform: Platform
) -> None:
    page = office.page
    learner = {"sub": "dora-9", "given_name": "Dora", "family_name": "Dean", "aud": "given", "azp": "given"}
    office.press("make-code", "The address stands below.")
    made = page.locator("#platforms-code code").inner_text()
    described = {"openid_configuration": f"{platform.url}/description", "registration_token": "the-token"}
    answer = frame.client.post(made.removeprefix(TOOL), data=described, headers=frame.own, base_url=TOOL)
    assert "The learning platform is connected" in answer.text
    office.look_again()
    expect(page.locator("#platforms-codes")).to_contain_text("used")
    office.choose("platform", "tested")
    office.press("switch-on", "The platform is switched on.")

    assert "not linked yet" in launch(frame, learner).text
    office.look_again()
    expect(page.locator("#platforms-people-words")).to_have_text("1 learner waits to be linked.")
    office.choose("person", "Dora Dean")
    office.fill({"Search the learner": "dora"})
    office.choose("learner", "Dora Dean")
    office.press("link-person", "Linked.")
    assert opened(launch(frame, learner)).startswith("/embed/me")
    # Nobody waits any more, so there is nothing to press.
    expect(page.locator("#platforms-person-link")).to_be_hidden()

    staff = {**learner, "sub": "t-7", "roles": [INSTRUCTOR], "context": {"id": "bot-2", "title": "Plants"}}
    assert "This course is not linked yet" in launch(frame, staff).text
    office.look_again()
    expect(page.locator("#platforms-course-rows")).to_contain_text("Not linked yet")
    office.choose("context", "Plants")
    office.choose("course", "Botany")
    office.press("link-course", "Linked.")
    expect(page.locator("#platforms-course-rows li", has_text="Plants")).to_contain_text("BOT 1")
    assert opened(launch(frame, staff)).startswith("/embed/courses/")


def launch(frame: Frame, claims: Mapping[str, Any]) -> TestResponse:
    """A launch by the client id that was given at the registration."""
    begun = frame.begin(client_id="given")
    return frame.post(begun, frame.platform.sign(frame.platform.claims(begun.nonce, **claims)))
