"""What a test of the browser knows of the running service."""

from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Page
from sqlalchemy import delete

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.tables import person_settings
from dashapp.domain.events import Event
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.security.principals import Principals
from dashapp.security.sessions import COOKIE, Manner
from dashapp.web.application import Application
from ingest.sending import InboxSender
from tests.campus import ADMINISTRATOR, Campus

TODAY = "document.querySelector('#classroom-days .js-plotly-plot').data[0].y.at(-1)"
"""The last bar of a classroom's active days."""

WITHIN = 60.0
"""Seconds that a busy machine may need."""


def until(page: Page | Frame, expression: str) -> None:
    """Waits until the expression is true in the page. Playwright's own waiting evaluates texts inside of the page,
    which the page's security policy rightly refuses."""
    deadline = monotonic() + WITHIN
    while not page.evaluate(expression):
        assert monotonic() < deadline, f"it has not come true within {WITHIN} s: {expression}"
        page.wait_for_timeout(50)


def await_answer(page: Page) -> None:
    """Until the live module has been answered once more."""
    with page.expect_response(lambda answer: urlsplit(answer.url).path == "/live"):
        pass


def calm(page: Page, rounds: int = 2) -> None:
    """Until it has been answered so often."""
    for _round in range(rounds):
        await_answer(page)


@dataclass(frozen=True, slots=True)
class Service:
    """Where it answers, and what stands in it."""

    base: str
    campus: Campus
    application: Application
    sender: InboxSender | None

    def sign_in(self, page: Page, name: str) -> None:
        """Gives the browser the session of somebody."""
        person, sessions = self.campus.people[name], self.application.guard.sessions
        if self.application.guard.secure_cookies:
            # An app of an https address, reached over http here: a browser keeps no cookie of it.
            bearer = Manner(carrier=Carrier.BEARER)
            text = sessions.issue(self.campus.organisation_id, person.public_id, SignInMethod.LOCAL, bearer)
            page.context.set_extra_http_headers({"Authorization": f"Bearer {text}"})
            return
        cookie = sessions.issue(self.campus.organisation_id, person.public_id)
        page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": self.base}])

    def forget_settings(self) -> None:
        """Everybody has chosen nothing again."""
        own, principals = self.campus.organisation_id, self.application.guard.find_principal
        assert isinstance(principals, Principals)
        with self.campus.database.transaction(DatabaseRole.JOBS, own) as connection:
            connection.execute(delete(person_settings))
        for person in self.campus.people.values():
            principals.forget(own, person.public_id)

    def post(self, *events: Event) -> None:
        """Puts events into the transport."""
        assert self.sender is not None
        self.sender.send(events)

    def course(self, code: str) -> str:
        """The path of a course's page."""
        guard, person = self.application.guard, self.campus.people[ADMINISTRATOR]
        session = guard.sessions.read(guard.sessions.issue(self.campus.organisation_id, person.public_id))
        assert session is not None
        principal = guard.find_principal(session)
        assert principal is not None
        rooms = self.application.services.reader.classrooms(principal)
        return next(f"/courses/{room.public_id}" for room in rooms if room.code == code)

    def organisation(self) -> str:
        """The path of the organisation's page."""
        return f"/organisations/{own_address(self.campus.database, self.campus.organisation_id)}"
