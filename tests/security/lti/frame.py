"""A frame of a browser inside a platform: it keeps cookies, posts what it is told to post, and reads what comes."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashapp.data.queries.organisations import own_address
from dashapp.security.lti.places import Places
from tests.campus import Campus
from tests.security.lti.platform import CLIENT, Platform, query_of

TOOL = "https://tool.example"
_DATA = re.compile(r'data-([a-z]+)="([^"]*)"')
_FIELD = re.compile(r'name="([A-Za-z_]+)" value="([^"]*)"')


def login_path(campus: Campus) -> str:
    """Where platforms of the campus begin."""
    return Places("").login(own_address(campus.database, campus.organisation_id))


@dataclass
class Begun:
    """A login that waits for the platform's message."""

    asked: dict[str, str]
    """What we asked the platform."""
    binder: str
    name: str

    @property
    def nonce(self) -> str:
        return self.asked["nonce"]

    @property
    def state(self) -> str:
        return self.asked["state"]


@dataclass
class Frame:
    """One frame of one browser."""

    client: FlaskClient
    platform: Platform
    own: dict[str, str] = field(default_factory=lambda: {"Origin": TOOL, "Sec-Fetch-Site": "same-origin"})

    def login(self, target: str = f"{TOOL}/lti/launch", **said: str) -> TestResponse:
        """The platform begins."""
        asked = {
            "iss": self.platform.url,
            "login_hint": "42",
            "target_link_uri": target,
            "lti_message_hint": "hint",
            "client_id": CLIENT,
            **said,
        }
        named = {name: value for name, value in asked.items() if value}
        return self.client.get(self.platform.login, query_string=named, base_url=TOOL)

    def begin(self, target: str = f"{TOOL}/lti/launch", **said: str) -> Begun:
        """The platform begins, and we go on to it."""
        answer = self.login(target, **said)
        assert answer.status_code == 200, answer.text
        data = {name: html.unescape(value) for name, value in _DATA.findall(answer.text)}
        return Begun(query_of(data["go"]), data["binder"], data["name"])

    def post(self, begun: Begun, token: str, **said: str) -> TestResponse:
        """The platform's page posts its message, from another site."""
        headers = {"Origin": self.platform.url, "Sec-Fetch-Site": "cross-site"}
        form = {"id_token": token, "state": begun.state, **said}
        return self.client.post("/lti/launch", data=form, headers=headers, base_url=TOOL)

    def launch(self, target: str = f"{TOOL}/lti/launch", **claims: Any) -> TestResponse:
        """A whole launch, with claims that differ from an honest learner's."""
        begun = self.begin(target)
        return self.post(
            begun, self.platform.sign(self.platform.claims(begun.nonce, **{"target_link_uri": target, **claims}))
        )

    def forget_cookies(self) -> None:
        """As a browser that keeps none inside of other sites."""
        for cookie in list(self.client._cookies or {}):
            self.client.delete_cookie(cookie[2], domain=cookie[0], path=cookie[1])


def fields_of(answer: TestResponse) -> dict[str, str]:
    """The hidden fields of the form in a page."""
    return {name: html.unescape(value) for name, value in _FIELD.findall(answer.text)}
