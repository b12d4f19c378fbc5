"""The sign-in page in a browser: with a password, and by way of a provider."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.audit import operator
from dashapp.domain.clock import system_clock
from dashapp.security.accounts import link_to_set_password, open_account
from tests.campus import Campus
from tests.security.provider import SECRET, Provider, running_provider, trust
from tests.served import application_on, serving
from tests.servers import free_port

pytestmark = pytest.mark.browser
PASSWORD = "seven quiet green lamps"


@dataclass(frozen=True)
class Entrance:
    base: str
    provider: Provider
    link: str
    """With which `rosa` sets her password."""


@pytest.fixture(scope="module")
def entrance(module_database: Database, campus: Campus) -> Iterator[Entrance]:
    """The service at an address that it knows, with a provider and an account."""
    port, organisation = free_port(), campus.organisation_id
    base = f"http://127.0.0.1:{port}"
    settings: dict[str, Any] = {"outgoing_networks": "127.0.0.0/8", "openid_client_secrets": f"small/campus={SECRET}"}
    with ExitStack() as stack:
        provider = stack.enter_context(running_provider())
        trust(provider, module_database, organisation)
        with module_database.transaction(DatabaseRole.JOBS, organisation) as connection:
            _person, account = open_account(connection, organisation, "rosa", system_clock, operator("a test"))
            link = link_to_set_password(
                connection, (base, organisation, "small"), account, operator("a test"), system_clock
            )
        made = application_on(module_database, campus, public_url=base, demo_sign_in=False, **settings)
        stack.enter_context(serving(stack.enter_context(made), port))
        yield Entrance(base, provider, link)


def test_a_person_goes_to_the_provider_and_comes_back_signed_in(
    entrance: Entrance, new_page: Callable[..., Page]
) -> None:
    entrance.provider.claims = {
        "given_name": "Nora",
        "family_name": "Niels",
        "realm_access": {"roles": ["analytics-admin"]},
    }
    page = new_page()
    page.goto(f"{entrance.base}/sign-in")
    page.get_by_role("link", name="Continue with Campus account").click()
    page.get_by_role("button", name="Enter the campus").click()
    page.wait_for_url(f"{entrance.base}/**")

    expect(page.get_by_label("Signed in as Nora Niels")).to_be_visible(timeout=20_000)


def test_a_password_is_chosen_by_keyboard_and_signs_in(
    entrance: Entrance, new_page: Callable[..., Page], page_errors: list[str]
) -> None:
    page = new_page()
    page.goto(entrance.link)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Name or e-mail address").fill("rosa")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong wrong wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    # The browser tells the console of the answer 401.
    page_errors[:] = [error for error in page_errors if "401" not in error]

    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Signed in as rosa").click(timeout=20_000)
    page.get_by_role("link", name="Your password").click()
    expect(page.get_by_role("heading", name="Change your password")).to_be_visible()
