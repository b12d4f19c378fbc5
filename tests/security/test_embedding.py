"""Pages for frames: signed links that open one page, bearers that are in no address, tickets for what has no header."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from dashapp.data.database import DatabaseRole
from dashapp.data.store.sessions import Ender, SessionChoice
from dashapp.data.tables import audit_log, sessions
from dashapp.domain.audit import Actor
from dashapp.domain.errors import NotFound, NotPermitted, Unavailable
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.security.__main__ import main
from dashapp.security.embed_links import EmbedLinks
from dashapp.security.reach import Reach
from dashapp.security.sessions import Manner
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, Campus
from tests.security.conftest import Watch, by_bearer, framers, given_in, links_of, path_of, principal_of
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"


@pytest.fixture
def opened(application: Application, campus: Campus, visitor: Strangers) -> Callable[[str, str], Visitor]:
    """Opens a signed link of somebody to a page, as a browser with no cookies."""

    def open_link(name: str, page: str) -> Visitor:
        somebody = visitor()
        link = links_of(application).make(principal_of(application, campus, name), page)
        answer = somebody.client.get(path_of(link))
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        return by_bearer(somebody, given_in(answer.get_data(as_text=True))["held"]["bearer"])

    return open_link


# ---------------------------------------------------------------------- one page, one scope


def test_a_link_opens_its_page_as_whoever_had_it_made(
    campus: Campus, opened: Callable[[str, str], Visitor], courses: dict[str, str]
) -> None:
    page = f"/embed/courses/{courses['ALG 1']}"

    answer = opened("Tess Thorne", page).ask("classroom-page", address(courses["ALG 1"], embedded=True))

    assert NOTHING_HERE not in answer.get_data(as_text=True)
    assert "Ada Abel" in answer.get_data(as_text=True)
    # Nothing leads to a page that the link does not open.
    assert "/learners/" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("output", "values"),
    [
        ("classroom-page", lambda courses: address(courses["BOT 1"])),
        ("classroom-page", lambda _: address(None)),
        ("classroom-page", lambda _: {"shell-address.data": [1]}),
        ("courses-page", lambda courses: address(courses["ALG 1"])),
        ("student-page", lambda courses: address(courses["ALG 1"])),
        ("home-location", lambda _: {}),
        ("sessions-page", lambda _: address(None)),
        ("sessions-said", lambda _: address(None)),
        ("_pages_content", lambda _: {"_pages_location.pathname": "/embed/courses"}),
        ("_pages_content", lambda _: {"_pages_location.pathname": None}),
        ("shell-nav", lambda _: {"_pages_location.pathname": "/courses"}),
    ],
)
def test_a_link_opens_nothing_else(
    opened: Callable[[str, str], Visitor], courses: dict[str, str], output: str, values: Callable[..., dict[str, Any]]
) -> None:
    somebody = opened("Tess Thorne", f"/embed/courses/{courses['ALG 1']}")

    answer = somebody.ask(output, values(courses))

    assert (answer.status_code, answer.data) == (403, b"")


def test_a_link_names_nobody_and_no_other_course_around_the_page(
    opened: Callable[[str, str], Visitor], courses: dict[str, str]
) -> None:
    page = f"/embed/courses/{courses['ALG 1']}"

    answer = opened("Tess Thorne", page).ask("shell-nav", {"_pages_location.pathname": page})

    assert answer.status_code == 200
    assert "Tess" not in answer.get_data(as_text=True)
    assert "/courses/" not in answer.get_data(as_text=True)


def test_an_administrators_link_shows_no_more_than_the_administrator_sees(
    opened: Callable[[str, str], Visitor], courses: dict[str, str]
) -> None:
    page = f"/embed/courses/{courses['ALG 1']}"

    answer = opened(ADMINISTRATOR, page).ask("classroom-page", address(courses["ALG 1"], embedded=True))

    assert "Ada Abel" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "page", "wrong"),
    [
        ("Ada Abel", "/embed/me", NotPermitted),
        ("Tess Thorne", "/courses", NotFound),
        ("Tess Thorne", "/embed/courses/all", NotFound),
        ("Tess Thorne", "/embed/me/../courses", NotFound),
        ("Tess Thorne", "https://elsewhere.example/embed/me", NotFound),
    ],
)
def test_links_are_made_by_staff_for_pages_that_can_stand_alone(
    application: Application, campus: Campus, name: str, page: str, wrong: type[Exception]
) -> None:
    with pytest.raises(wrong):
        links_of(application).make(principal_of(application, campus, name), page)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(seconds=-5), timedelta(days=2)])
def test_a_link_can_be_opened_for_a_day_at_most(application: Application, campus: Campus, lifetime: timedelta) -> None:
    with pytest.raises(NotFound):
        links_of(application).make(principal_of(application, campus, "Tess Thorne"), "/embed/courses", lifetime)


def test_an_expired_a_changed_and_a_made_up_link_get_the_same_answer(
    application: Application, campus: Campus, visitor: Strangers
) -> None:
    watch = Watch()
    watch.now -= timedelta(minutes=11)
    principal = principal_of(application, campus, "Tess Thorne")
    expired = path_of(links_of(application, watch).make(principal, "/embed/courses"))
    good = path_of(links_of(application).make(principal, "/embed/courses"))

    answers = [visitor().client.get(path) for path in (expired, f"{good}x", "/embed-link/x", "/embed-link/1.2.3.4.5")]

    assert {(each.status_code, each.data) for each in answers} == {(answers[0].status_code, answers[0].data)}
    assert answers[0].status_code == 404
    assert len({framers(each) for each in answers}) == 1


def test_what_refuses_to_open_in_a_frame_says_so_there(
    application: Application, visitor: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    ask = visitor().client.get

    ended, refused = ask("/embed-link/x", headers=by_browser), ask("/lti/login", headers=by_browser)
    monkeypatch.setattr(EmbedLinks, "read", _without_database)
    away = ask("/embed-link/x", headers=by_browser)

    said = [(each.status_code, framers(each), each.mimetype) for each in (ended, refused, away)]
    assert said == [(status, "'self' *", "text/html") for status in (404, 403, 503)]
    assert "ask for a new link" in ended.text
    assert "Reference" in away.text
    assert not any("<a " in each.text or "<button" in each.text for each in (ended, refused, away))


def _without_database(*_arguments: object) -> None:
    raise Unavailable("The database is away.")


@pytest.mark.parametrize("others", [False, True], ids=["all sessions", "all others"])
def test_links_open_nothing_any_more_when_their_maker_has_ended_every_session(
    application: Application, campus: Campus, visitor: Strangers, others: bool
) -> None:
    guard, maker = application.guard, principal_of(application, campus, "Tess Thorne")
    path = path_of(links_of(application).make(maker, "/embed/courses", timedelta(hours=24)))
    anothers = path_of(links_of(application).make(principal_of(application, campus, "Theo Tull"), "/embed/courses"))
    before = visitor().client.get(path)
    by_link = by_bearer(visitor(), given_in(before.text)["held"]["bearer"])
    own = guard.sessions.read(guard.sessions.issue(campus.organisation_id, maker.public_id))
    assert own is not None

    choice = SessionChoice(person_id=maker.person_id, but=own.digest if others else None)
    guard.sessions.end(campus.organisation_id, choice, Ender(Actor("somebody"), maker.person_id))

    after, made_up = visitor().client.get(path), visitor().client.get("/embed-link/x")
    assert (after.status_code, after.data) == (made_up.status_code, made_up.data)
    assert by_link.ask("courses-page", address(None)).status_code == 401
    assert visitor().client.get(anothers).status_code == 200
    assert visitor().client.get(path_of(links_of(application).make(maker, "/embed/courses"))).status_code == 200


def test_one_session_ends_without_the_links(application: Application, campus: Campus, visitor: Strangers) -> None:
    guard, maker = application.guard, principal_of(application, campus, "Tess Thorne")
    path = path_of(links_of(application).make(maker, "/embed/courses"))
    own = guard.sessions.read(guard.sessions.issue(campus.organisation_id, maker.public_id))
    assert own is not None

    guard.sessions.end(campus.organisation_id, SessionChoice(digest=own.digest), Ender(Actor("somebody")))

    assert visitor().client.get(path).status_code == 200


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
def test_a_link_is_opened_by_get_only_and_nothing_else_begins_a_session(
    application: Application, campus: Campus, visitor: Strangers, method: str
) -> None:
    path = path_of(links_of(application).make(principal_of(application, campus, "Tess Thorne"), "/embed/courses"))

    def begun() -> int:
        with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
            return int(connection.execute(select(func.count()).select_from(sessions)).scalar_one())

    before = begun()
    assert visitor().client.open(path, method=method).status_code == 405
    assert begun() == before


def test_a_view_by_a_link_stands_in_the_trail_beside_one_of_its_makers_own(
    campus: Campus, visitor: Strangers, opened: Callable[[str, str], Visitor], courses: dict[str, str]
) -> None:
    at = address(courses["ALG 1"], embedded=True)
    visitor().sign_in(campus, "Tess Thorne").ask("classroom-page", at)

    opened("Tess Thorne", f"/embed/courses/{courses['ALG 1']}").ask("classroom-page", at)

    who = str(campus.people["Tess Thorne"].public_id)
    asked = select(audit_log.c.method).where(audit_log.c.page == "classroom", audit_log.c.actor == who)
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        assert {"demo", "link"} <= set(connection.execute(asked).scalars())


def test_the_session_of_a_link_is_no_cookie(
    application: Application, campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    text = application.guard.sessions.issue(
        campus.organisation_id, campus.people["Ada Abel"].public_id, SignInMethod.LTI, Manner(Carrier.BEARER)
    )
    planted, proper = visitor(), by_bearer(visitor(), text)
    planted.client.set_cookie("la_session", text)

    assert planted.ask("student-page", address(None)).status_code == 401
    assert proper.ask("student-page", address(None)).status_code == 200


def test_a_bearer_goes_before_the_browsers_own_sign_in(
    application: Application, campus: Campus, visitor: Strangers
) -> None:
    somebody = visitor().sign_in(campus, "Ada Abel")

    assert by_bearer(somebody, "forged").ask("student-page", address(None)).status_code == 401


def test_a_bearer_needs_no_origin_and_a_cookie_does(
    application: Application, campus: Campus, visitor: Strangers
) -> None:
    text = application.guard.sessions.issue(
        campus.organisation_id, campus.people["Ada Abel"].public_id, SignInMethod.LTI, Manner(Carrier.BEARER)
    )
    cookie = visitor().sign_in(campus, "Ada Abel")
    for somebody in (cookie, bearer := by_bearer(visitor(), text)):
        somebody.client.environ_base["HTTP_ORIGIN"] = "https://elsewhere.example"

    assert bearer.ask("student-page", address(None)).status_code == 200
    assert cookie.ask("student-page", address(None)).status_code == 403


def test_every_page_that_can_stand_alone_has_its_reach() -> None:
    some = "018f6f7e-0000-7000-8000-000000000001"
    assert [
        (reach.name, reach.public_id)
        for path in ("/embed/me", f"/embed/courses/{some}", f"/embed/organisations/{some}/data-quality")
        if (reach := Reach.of(path)) is not None
    ] == [("student", None), ("classroom", some), ("quality", some)]


def test_links_and_origins_are_made_from_a_terminal(
    application: Application, campus: Campus, visitor: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", campus.database.url.render_as_string(hide_password=False))
    said: list[str] = []
    name = ["--organisation", "small"]
    person = str(campus.people["Tess Thorne"].public_id)

    assert main(["frame-origin", *name, "--add", "https://portal.example.edu/start"], said.append) == 0
    assert main(["frame-origin", *name], said.append) == 0
    assert main(["frame-origin", *name, "--remove", "https://portal.example.edu"], said.append) == 0
    assert main(["embed-link", *name, "--person", person, "--page", "/embed/courses"], said.append) == 0
    assert main(["embed-link", *name, "--person", "Tess", "--page", "/embed/courses"], said.append) == 1

    link = path_of(said[-1])
    assert visitor().client.get(link).status_code == 200
    assert main(["embed-link", *name, "--person", person, "--end"], said.append) == 0
    assert visitor().client.get(link).status_code == 404
    assert said[-1].startswith("Links that were made for them open nothing any more; ")
    assert said[1] == "https://portal.example.edu  (by hand: https://portal.example.edu)"
