"""The first start: an empty installation is set up once, by whoever reads its log, and by nobody else."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.organisations import create_organisation
from dashapp.data.tables import audit_log, organisations, term_breaks, terms
from dashapp.security.__main__ import main
from dashapp.security.set_up import FirstStart
from dashapp.web.application import Application
from tests.served import application_on, web_settings

FORM = re.compile(r'name="form" value="([^"]+)"')
ENTERED = {
    "title": "North College",
    "name": "north",
    "zone": "Europe/Berlin",
    "language": "en",
    "given": "Robin",
    "family": "Reed",
    "email": "Robin@north.example",
    "password": "seven green lanterns",
    "again": "seven green lanterns",
    "term": "Autumn 2026",
    "starts": "2026-09-07",
    "ends": "2026-12-18",
    "from1": "2026-10-26",
    "to1": "2026-10-30",
}


@pytest.fixture
def application(database: Database) -> Iterator[Application]:
    with application_on(database) as made:
        yield made


def code_of(application: Application) -> str:
    services = application.services
    code = FirstStart(services.database, services.settings.secret_keys).code()
    assert code is not None
    return code


def post(client: FlaskClient, **values: str) -> Any:
    found = FORM.search(client.get("/set-up").get_data(as_text=True))
    return client.post("/set-up", data={"form": found[1] if found else "", **values})


def test_every_way_in_leads_to_the_set_up_while_there_is_no_organisation(application: Application) -> None:
    client = application.server.test_client()

    answers = [client.get("/me"), client.get("/sign-in")]

    assert [answer.headers["Location"] for answer in answers] == ["/sign-in?next=/me", "/set-up"]
    assert "Code of the first start" in client.get("/set-up").get_data(as_text=True)


def test_the_code_opens_the_page_and_the_page_makes_an_organisation_whose_administrator_is_signed_in(
    application: Application, database: Database
) -> None:
    client = application.server.test_client()
    code = code_of(application)

    page = post(client, code=code.lower().replace("-", " "))
    done = post(client, code=code, **ENTERED)

    assert 'id="title"' in page.get_data(as_text=True)
    assert (done.status_code, done.headers["Location"]) == (303, "/")
    assert "la_session=" in done.headers["Set-Cookie"]
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        [made] = connection.execute(select(organisations)).all()
    assert (made.name, made.title, made.language) == ("north", "North College", "en")
    with database.transaction(DatabaseRole.JOBS, made.organisation_id) as connection:
        [term] = connection.execute(select(terms)).all()
        [pause] = connection.execute(select(term_breaks)).all()
        written = set(connection.execute(select(audit_log.c.action)).scalars())
    assert (term.teaching_starts, term.teaching_ends) == (date(2026, 9, 7), date(2026, 12, 18))
    assert (pause.first_day, pause.last_day) == (date(2026, 10, 26), date(2026, 10, 30))
    assert {"organisation.made", "administrator.made", "term.set", "session.begun"} <= written
    # And signs in again with what was entered.
    form = FORM.search(client.get("/sign-in").get_data(as_text=True))
    assert form is not None
    again = {"form": form[1], "organisation": "north", "name": "robin@NORTH.example", "password": ENTERED["password"]}
    assert application.server.test_client().get("/set-up").headers["Location"] == "/sign-in"
    assert client.post("/sign-in", data=again).status_code == 303


def test_a_wrong_code_opens_nothing_and_makes_nothing(application: Application) -> None:
    client = application.server.test_client()

    answers = [post(client, code=wrong, **ENTERED) for wrong in ("", "AAAA-AAAA-AAAA", "\0", "é" * 64)]

    assert {answer.status_code for answer in answers} == {422}
    assert all("That is not the code" in answer.get_data(as_text=True) for answer in answers)
    assert code_of(application)


def test_the_code_is_another_one_in_another_installation_and_after_every_organisation(
    application: Application, database: Database
) -> None:
    first = code_of(application)
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        create_organisation(connection, "gone", "Gone", "UTC")
        connection.rollback()

    assert FirstStart(database, ("k" * 40,)).code() != first
    # The sequence went on, although nothing was made.
    assert code_of(application) != first


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"title": " "}, "Enter the name of your organisation."),
        ({"name": "North College"}, "The short name has small letters"),
        ({"name": "-north"}, "The short name has small letters"),
        ({"zone": "Mars/Olympus"}, "Choose a time zone from the list."),
        ({"language": "tlh"}, "Choose a language from the list."),
        ({"given": ""}, "Enter your name."),
        ({"email": "robin"}, "Enter your e-mail address"),
        ({"email": "robin @north.example"}, "Enter your e-mail address"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"password": "robin north college", "again": "robin north college"}, "more than your name"),
        ({"again": "another one that differs"}, "The two passwords differ."),
        ({"term": ""}, "Give the term a name"),
        ({"starts": ""}, "Enter the day on which teaching starts."),
        ({"ends": "2026-09-01"}, "Teaching ends before it starts."),
        ({"ends": "2029-09-01"}, "A term has at most two years."),
        ({"to1": ""}, "Break 1: Enter the first and the last day"),
        ({"to1": "2026-10-01"}, "Break 1: This break ends before it starts."),
        ({"from2": "2026-12-20", "to2": "2027-01-03"}, "Break 2: This break is not within the term."),
        ({"from2": "2026-10-30", "to2": "2026-11-03"}, "Break 2: This break overlaps"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_the_rest_stays(
    application: Application, changed: dict[str, str], said: str
) -> None:
    client = application.server.test_client()

    answer = post(client, code=code_of(application), **{**ENTERED, **changed})

    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in html
    assert 'value="2026-10-26"' in html
    assert ENTERED["password"] not in html
    assert code_of(application)


def test_a_term_can_be_left_for_later(application: Application, database: Database) -> None:
    left = dict.fromkeys(("term", "starts", "ends", "from1", "to1"), "")

    done = post(application.server.test_client(), code=code_of(application), **{**ENTERED, **left})

    assert done.status_code == 303


def test_of_two_who_set_up_at_once_one_does(application: Application, database: Database) -> None:
    code = code_of(application)
    clients = [application.server.test_client() for _ in range(4)]

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda client: post(client, code=code, **ENTERED), clients))

    with database.transaction(DatabaseRole.JOBS, None) as connection:
        assert connection.execute(select(organisations.c.name)).scalars().all() == ["north"]
    assert sorted(answer.headers["Location"] for answer in done) == ["/", "/sign-in", "/sign-in", "/sign-in"]


def test_another_site_cannot_send_the_form(application: Application) -> None:
    stranger = application.server.test_client()

    answer = stranger.post("/set-up", data={"form": "forged", "code": code_of(application), **ENTERED})

    assert answer.status_code == 422
    assert code_of(application)


def test_the_command_shows_the_code_until_there_is_an_organisation(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = web_settings(database)
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    said: list[str] = []

    assert main(["set-up-code"], said.append) == 0
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        create_organisation(connection, "north", "North", "UTC")

    assert re.search(r"/set-up and enter [A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}$", said[0])
    assert FirstStart(database, settings.secret_keys).code() is None
    assert main(["set-up-code"], said.append) == 1
    assert "There is an organisation already." in capsys.readouterr().err
