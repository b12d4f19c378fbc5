"""What a page in a frame opens in a new tab carries no header: a ticket, once, within a minute."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dashapp.data.database import Database
from dashapp.data.store.sessions import Ender, SessionChoice
from dashapp.domain.audit import Actor
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.security.sessions import ABSOLUTE_LIMIT, Manner
from dashapp.security.tickets import LIFETIME, Tickets
from dashapp.web.application import Application
from tests.campus import Campus, build_campus
from tests.security.conftest import Watch, by_bearer
from tests.served import Visitor, address, application_on, web_settings

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


def test_a_stranger_gets_no_ticket(visitor: Strangers) -> None:
    assert visitor().client.post("/tickets", json={"path": "/me"}).status_code == 401


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


def test_a_browsers_own_sign_in_gets_no_ticket(campus: Campus, visitor: Strangers) -> None:
    signed_in = visitor().sign_in(campus, "Ada Abel")

    assert signed_in.client.post("/tickets", json={"path": "/me"}, headers=OURS).status_code == 403


def test_a_tab_lasts_no_longer_than_the_session_from_which_it_was_opened(database: Database, watch: Watch) -> None:
    campus = build_campus(web_settings(database), database)
    with application_on(database, campus, clock=watch) as made:
        text = made.guard.sessions.issue(
            campus.organisation_id, campus.people["Ada Abel"].public_id, SignInMethod.LTI, Manner(Carrier.BEARER)
        )
        framed, tab = (Visitor(made.server.test_client(), made) for _ in range(2))
        by_bearer(framed, text)
        begun = watch.now
        while watch.now - begun < ABSOLUTE_LIMIT - timedelta(hours=1):
            watch.now += timedelta(hours=1)
            assert framed.ask("student-page", address(None)).status_code == 200
        # What was seen is written every minute; a ticket is good as long as the row says that its session lasts.
        made.guard.sessions.stop()
        tab.client.post("/tab", data={"ticket": ticket_of(framed), "path": "/me"}, headers=OURS)
        assert tab.ask("student-page", address(None)).status_code == 200

        watch.now = begun + ABSOLUTE_LIMIT - timedelta(seconds=1)
        assert tab.ask("student-page", address(None)).status_code == 200
        watch.now = begun + ABSOLUTE_LIMIT
        assert tab.ask("student-page", address(None)).status_code == 401
        assert framed.ask("student-page", address(None)).status_code == 401


@pytest.mark.parametrize("ends", ["frame", "tab", "others"])
def test_a_tab_ends_with_the_session_from_which_it_was_opened_but_not_the_other_way_round(
    application: Application, campus: Campus, framed: Visitor, visitor: Strangers, ends: str
) -> None:
    """`others`: the reader ends all their other sessions from the tab, and stays in it."""
    tab, sessions = visitor(), application.guard.sessions
    tab.client.post("/tab", data={"ticket": ticket_of(framed), "path": "/me"}, headers=OURS)
    bearer = framed.client.environ_base["HTTP_AUTHORIZATION"].partition(" ")[2]
    cookie = tab.client.get_cookie("la_session")
    assert cookie is not None
    frames, tabs = sessions.read(bearer), sessions.read(cookie.value)
    assert frames is not None
    assert tabs is not None
    choice = {
        "frame": SessionChoice(digest=frames.digest),
        "tab": SessionChoice(digest=tabs.digest),
        "others": SessionChoice(person_id=campus.people["Ada Abel"].person_id, but=tabs.digest),
    }[ends]

    sessions.end(campus.organisation_id, choice, Ender(Actor("somebody")))

    asked = {"frame": framed, "tab": tab}
    answers = {name: one.ask("student-page", address(None)).status_code for name, one in asked.items()}
    assert (
        answers
        == {
            "frame": {"frame": 401, "tab": 401},
            "tab": {"frame": 200, "tab": 401},
            "others": {"frame": 401, "tab": 200},
        }[ends]
    )


def test_no_tab_opens_when_the_frames_session_ends_while_the_ticket_is_taken(
    application: Application, campus: Campus, framed: Visitor, visitor: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab, take = visitor(), Tickets.take

    def slowly(tickets: Tickets, text: str, path: str) -> object:
        taken = take(tickets, text, path)
        theirs = SessionChoice(person_id=campus.people["Ada Abel"].person_id)
        application.guard.sessions.end(campus.organisation_id, theirs, Ender(Actor("somebody")))
        return taken

    monkeypatch.setattr(Tickets, "take", slowly)
    answer = tab.client.post("/tab", data={"ticket": ticket_of(framed), "path": "/me"}, headers=OURS)

    assert (answer.status_code, answer.location) == (303, "/")
    assert tab.ask("student-page", address(None)).status_code == 401
