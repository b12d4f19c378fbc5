"""What a page in a frame opens in a new tab carries no header: a ticket, once, within a minute."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dashapp.data.store.sessions import Ender, SessionChoice
from dashapp.domain.audit import Actor
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.security.sessions import Manner
from dashapp.security.tickets import LIFETIME, Tickets
from dashapp.web.application import Application
from tests.campus import Campus
from tests.security.conftest import Watch, by_bearer
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]


@pytest.fixture
def framed(application: Application, campus: Campus, visitor: Strangers) -> Visitor:
    """A page in a frame, launched by a learner."""
    text = application.guard.sessions.issue(
        campus.organisation_id, campus.people["Ada Abel"].public_id, SignInMethod.LTI, Manner(Carrier.BEARER)
    )
    return by_bearer(visitor(), text)


OURS = {"Origin": "http://localhost"}


def ticket_of(framed: Visitor, path: str = "/me") -> str:
    answer = framed.client.post("/tickets", json={"path": path})
    assert answer.status_code == 200
    return str(answer.get_json()["ticket"])


def test_a_ticket_opens_one_tab_once_with_a_session_of_its_own(framed: Visitor, visitor: Strangers) -> None:
    form = {"ticket": ticket_of(framed), "path": "/me"}
    tab, again = visitor(), visitor()

    answer = tab.client.post("/tab", data=form, headers=OURS)
    second = again.client.post("/tab", data=form, headers=OURS)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")
    assert tab.ask("student-page", address(None)).status_code == 200
    assert "Set-Cookie" not in second.headers
    assert again.ask("student-page", address(None)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {**OURS, "Sec-Fetch-Site": "cross-site"}],
)
def test_no_other_site_signs_a_browser_in_by_a_ticket_of_its_own(
    framed: Visitor, visitor: Strangers, headers: dict[str, str]
) -> None:
    answer = visitor().client.post("/tab", data={"ticket": ticket_of(framed), "path": "/me"}, headers=headers)

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_a_ticket_is_for_its_path_only_and_no_garbage_is_one(framed: Visitor, visitor: Strangers) -> None:
    ticket = ticket_of(framed)
    for form in (
        {"ticket": ticket, "path": "/courses"},
        {"ticket": f"{ticket}x", "path": "/me"},
        {"ticket": "é.é"},
        {},
    ):
        answer = visitor().client.post("/tab", data=form, headers=OURS)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", [None, 5, "", "me", "//elsewhere.example", "/\\elsewhere", "https://elsewhere.example", "/" + "x" * 2000]
)
def test_a_ticket_leads_to_this_service_only(framed: Visitor, path: object) -> None:
    assert framed.client.post("/tickets", json={"path": path}).status_code == 400


def test_a_stranger_gets_no_ticket(visitor: Strangers, campus: Campus) -> None:
    assert visitor().client.post("/tickets", json={"path": "/me"}).status_code == 401
    foreign = {"Origin": "https://elsewhere.example"}
    signed_in = visitor().sign_in(campus, "Ada Abel")
    assert signed_in.client.post("/tickets", json={"path": "/me"}, headers=foreign).status_code == 403


def test_the_session_of_a_link_leads_to_no_new_tab(
    application: Application, campus: Campus, visitor: Strangers
) -> None:
    manner = Manner(Carrier.BEARER, page="/embed/courses")
    text = application.guard.sessions.issue(
        campus.organisation_id, campus.people["Tess Thorne"].public_id, SignInMethod.LINK, manner
    )

    assert by_bearer(visitor(), text).client.post("/tickets", json={"path": "/courses"}).status_code == 403


def test_a_ticket_is_good_for_a_minute_and_as_long_as_its_session_lasts(
    application: Application, campus: Campus
) -> None:
    watch, sessions = Watch(), application.guard.sessions
    tickets = Tickets(application.services.settings.secret_keys, watch, campus.database)
    session = sessions.read(sessions.issue(campus.organisation_id, campus.people["Ada Abel"].public_id))
    assert session is not None
    late, early, orphan = (tickets.give(session, "/me") for _ in range(3))
    watch.now += LIFETIME - timedelta(seconds=1)
    assert tickets.take(early, "/me") is not None
    watch.now += timedelta(seconds=1)
    assert tickets.take(late, "/me") is None
    watch.now -= LIFETIME
    sessions.end(session.organisation_id, SessionChoice(digest=session.digest), Ender(Actor("somebody")))
    assert tickets.take(orphan, "/me") is None
