"""What somebody chooses for themself: kept for them alone, and holding from the first byte of a page on."""

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import delete, select

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.person_settings import keep_settings
from dashapp.data.tables import person_settings
from dashapp.domain.clock import system_clock
from dashapp.domain.person_settings import PersonSettings, Theme, rate_of, settings_from
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.security.principals import Principals
from dashapp.security.sessions import Manner
from dashapp.web.application import Application
from dashapp.words import PSEUDO_LOCALE
from tests.campus import ADMINISTRATOR, Campus
from tests.security.conftest import by_bearer
from tests.served import Visitor

Strangers = Callable[[], Visitor]
ROUTE = "/account/settings"
NOTHING = {"theme": "", "language": "", "rate": "", "course": ""}


@pytest.fixture(autouse=True)
def nobody_has_chosen(application: Application, module_database: Database, campus: Campus) -> Iterator[None]:
    yield
    with module_database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        connection.execute(delete(person_settings))
    for name in campus.people:
        _read_anew(application, campus, name)


@pytest.fixture
def ada(campus: Campus, visitor: Strangers) -> Visitor:
    return visitor().sign_in(campus, "Ada Abel")


def _read_anew(application: Application, campus: Campus, name: str) -> None:
    """What is remembered of somebody for some seconds is older than what a test has just written."""
    principals = application.guard.find_principal
    assert isinstance(principals, Principals)
    principals.forget(campus.organisation_id, campus.people[name].public_id)


def _holds(visitor: Visitor) -> dict[str, str]:
    answer = visitor.client.get(ROUTE)
    assert answer.status_code == 200
    found: dict[str, str] = answer.get_json()["holds"]
    return found


def _rows(database: Database, campus: Campus) -> dict[int, tuple[str | None, str | None]]:
    table = person_settings.c
    with database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        rows = connection.execute(select(table.person_id, table.theme, table.language))
        return {row.person_id: (row.theme, row.language) for row in rows}


def _speak(database: Database, campus: Campus, name: str, language: str) -> None:
    own = (campus.organisation_id, campus.people[name].person_id)
    with database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        keep_settings(connection, own, {"language": language}, system_clock())


def test_a_choice_is_kept_changed_and_taken_back(ada: Visitor, courses: dict[str, str]) -> None:
    assert _holds(ada) == NOTHING
    assert ada.client.post(ROUTE, json={"theme": "dark", "rate": "10000"}).status_code == 204
    assert ada.client.post(ROUTE, json={"language": "en", "course": courses["BOT 1"]}).status_code == 204
    assert _holds(ada) == {"theme": "dark", "language": "en", "rate": "10000", "course": courses["BOT 1"]}

    ada.client.post(ROUTE, json={"theme": "system", "rate": 0, "course": "", "language": ""})
    assert _holds(ada) == {"theme": "system", "language": "", "rate": "0", "course": ""}


def test_what_cannot_be_chosen_changes_nothing(ada: Visitor, courses: dict[str, str]) -> None:
    ada.client.post(ROUTE, json={"theme": "dark"})
    for forged in (
        {"theme": "<script>", "language": "../../etc", "rate": "1", "course": "x"},
        {"theme": None, "language": ["de"], "rate": {"a": 1}, "course": 7},
        {"theme": "light\0", "rate": True, "language": "en" * 300},
        {"course": "018f6f7e-0000-7000-8000-000000000001"},
        {"nothing": "of ours"},
        ["theme", "light"],
        "light",
    ):
        assert ada.client.post(ROUTE, json=forged).status_code == 204
    assert ada.client.post(ROUTE, data=b"{", content_type="application/json").status_code == 204
    assert _holds(ada) == {**NOTHING, "theme": "dark"}


def test_nobody_can_begin_in_a_course_that_is_not_theirs(
    campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    ben = visitor().sign_in(campus, "Ben Brook")
    offered = {each["value"] for each in ben.client.get(ROUTE).get_json()["courses"]}
    ben.client.post(ROUTE, json={"course": courses["BOT 1"]})
    assert offered == {courses["ALG 1"]}
    assert _holds(ben) == NOTHING


def test_a_forged_choice_reaches_the_own_row_only(
    ada: Visitor, campus: Campus, visitor: Strangers, module_database: Database
) -> None:
    ben = campus.people["Ben Brook"]
    named = {"person_id": ben.person_id, "person": str(ben.public_id), "organisation_id": 0}
    ada.client.post(f"{ROUTE}?person={ben.public_id}", json={"theme": "dark", **named})
    assert _rows(module_database, campus) == {campus.people["Ada Abel"].person_id: ("dark", None)}
    assert _holds(visitor().sign_in(campus, "Ben Brook")) == NOTHING


def test_only_a_page_of_this_service_changes_them(ada: Visitor, visitor: Strangers) -> None:
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert ada.client.post(ROUTE, json={"theme": "dark"}, headers=foreign).status_code == 403
    assert visitor().client.post(ROUTE, json={"theme": "dark"}).status_code == 401
    assert visitor().client.get(ROUTE).status_code == 401
    assert _holds(ada) == NOTHING


def test_whoever_looks_at_a_page_that_was_opened_alone_has_no_settings(
    visitor: Strangers, campus: Campus, module_database: Database
) -> None:
    _speak(module_database, campus, "Tess Thorne", PSEUDO_LOCALE)
    manner = Manner(Carrier.BEARER, "/embed/courses")
    person = campus.people["Tess Thorne"].public_id
    sessions = visitor().application.guard.sessions
    alone = by_bearer(visitor(), sessions.issue(campus.organisation_id, person, SignInMethod.LTI, manner))
    assert alone.client.get(ROUTE).status_code == 401
    assert alone.client.post(ROUTE, json={"theme": "dark"}).status_code == 401
    assert "[" not in alone.ask("shell-nav", {"_pages_location.pathname": "/embed/courses"}).get_json()["response"]


def test_a_page_is_in_the_chosen_theme_and_language_from_its_first_byte(
    ada: Visitor, campus: Campus, module_database: Database
) -> None:
    ada.client.post(ROUTE, json={"theme": "dark", "rate": "30000"})
    _speak(module_database, campus, "Ada Abel", PSEUDO_LOCALE)
    _read_anew(ada.application, campus, "Ada Abel")
    english = {"Accept-Language": "en-GB"}
    document = ada.client.get("/me", headers=english).get_data(as_text=True)
    assert '<html lang="en-XA" dir="ltr" data-bs-theme="light" data-la-theme="dark">' in document

    layout = json.dumps(ada.client.get("/_dash-layout", headers=english).get_json(), ensure_ascii=False)
    assert '"data-theme": "dark"' in layout
    assert '"value": 30000' in layout
    assert "[Šéttíñğš]" in layout

    named = ada.client.get("/me?locale=en").get_data(as_text=True)
    assert '<html lang="en" ' in named


def test_the_settings_of_one_reader_are_not_those_of_the_next(ada: Visitor, campus: Campus, visitor: Strangers) -> None:
    ada.client.post(ROUTE, json={"theme": "dark"})
    ben = visitor().sign_in(campus, "Ben Brook").client
    assert "data-la-theme" not in ben.get("/me").get_data(as_text=True)
    assert "data-la-theme" not in visitor().client.get("/sign-in").get_data(as_text=True)


def test_the_start_leads_to_the_chosen_course(
    ada: Visitor, campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    def home(somebody: Visitor) -> str:
        return json.dumps(somebody.ask("home-location", {"home-asked.data": True}).get_json())

    ada.client.post(ROUTE, json={"course": courses["BOT 1"]})
    assert f'"/me?course={courses["BOT 1"]}"' in home(ada)
    nav = json.dumps(ada.ask("shell-nav", {"_pages_location.pathname": "/me"}).get_json())
    assert f'"/me?course={courses["BOT 1"]}"' in nav
    assert '"aria-current": "page"' in nav

    tess = visitor().sign_in(campus, "Tess Thorne")
    tess.client.post(ROUTE, json={"course": courses["ALG 1"]})
    assert f'"/courses/{courses["ALG 1"]}"' in home(tess)
    assert '"/organisations/' in home(visitor().sign_in(campus, ADMINISTRATOR))


def test_what_another_version_has_written_counts_as_not_chosen() -> None:
    row = {"theme": "sepia", "language": "en", "rate": 17, "course_id": 4, "course_public_id": None}
    assert settings_from(row) == PersonSettings(language="en")
    assert settings_from({**row, "theme": "dark", "rate": 0}) == PersonSettings(Theme.DARK, "en", 0)
    known: list[object] = [0, "0", "2000", 2000]
    unknown: list[object] = [1.5, "", None, False, [], "9" * 5000]
    assert [rate_of(value) for value in (*known, *unknown)] == [0, 0, 2000, 2000, *(None for _each in unknown)]


@pytest.mark.parametrize("body", ["[" * 5_000 + "]" * 5_000, '{"theme":' + "[" * 990 + "]" * 990 + "}", "{", "7"])
def test_a_body_that_says_nothing_changes_nothing(ada: Visitor, body: str) -> None:
    answer = ada.client.post(ROUTE, data=body, content_type="application/json")
    assert answer.status_code == 204
    assert _holds(ada) == NOTHING
