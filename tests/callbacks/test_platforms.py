"""The search of learners on the page of platforms: nobody is shown whom the audit trail does not name."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from callbacks import platforms
from dashapp.data.database import DatabaseRole
from dashapp.data.viewing import ViewNotes
from dashapp.domain.audit import Actor
from dashapp.domain.errors import Unavailable
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
Row = tuple[str, str, str, str]


def options(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.status_code
    return [each["label"] for each in answer.get_json()["response"]["platforms-learner"]["options"]]


def search(somebody: Visitor, words: object) -> list[str]:
    return options(somebody.ask("platforms-learner", {"platforms-search.value": words}))


@pytest.fixture
def office(visitor: Strangers, campus: Campus, application: Application) -> Visitor:
    """An administrator who has found nobody yet."""
    with campus.database.administration() as connection:
        connection.exec_driver_sql("DELETE FROM analytics.audit_log")
        connection.commit()
    # A clock that stands, so that no quarter of an hour ends within a test.
    now = datetime.now(UTC)
    object.__setattr__(application.services, "views", ViewNotes(campus.database, lambda: now))
    return visitor().sign_in(campus, ADMINISTRATOR)


def found(campus: Campus) -> list[Row]:
    query = text(
        "SELECT actor, role, subject, page FROM audit_log WHERE action = 'person.found' ORDER BY subject, audit_id"
    )
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        return [(row.actor, row.role, row.subject, row.page) for row in connection.execute(query)]


def row_of(campus: Campus, name: str) -> Row:
    own = str(campus.people[ADMINISTRATOR].public_id)
    return own, "administrator", f"person {campus.people[name].person_id}", "platforms"


def test_each_learner_who_is_found_is_in_the_trail_once_in_a_quarter_of_an_hour(
    office: Visitor, campus: Campus
) -> None:
    for _ in range(2):
        assert len(search(office, "ad")) == 2
    assert found(campus) == sorted([row_of(campus, "Ada Abel"), row_of(campus, "Jon Jade")], key=lambda row: row[2])

    assert search(office, "nobody of this name") == []
    assert len(found(campus)) == 2


def test_learners_do_not_read_a_search_as_a_visit_to_their_page(
    office: Visitor, visitor: Strangers, campus: Campus
) -> None:
    search(office, "Ivy")
    wanted = {"values": {"shell-address": address(None)["shell-address.data"]}, "update": False}
    ivy = visitor().sign_in(campus, "Ivy Ives")
    shown = ivy.ask("student-further", {"student-further-wanted.data": wanted}).text
    assert "Nobody but you has opened this page" in shown


def test_nobody_is_shown_where_the_trail_cannot_be_written(
    office: Visitor, campus: Campus, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise Unavailable("The database is away.")

    monkeypatch.setattr(type(application.services.views), "_write", broken)
    answer = office.ask("platforms-learner", {"platforms-search.value": "Ada"})
    assert "Ada Abel" not in answer.text


def test_whoever_reads_everybody_out_is_stopped_until_the_next_quarter_of_an_hour(
    office: Visitor, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platforms, "MOST_FOUND", 3)
    for words in ("Ada", "Ben", "Cleo"):
        assert len(search(office, words)) == 1

    [words] = search(office, "Dora")
    assert words.startswith("Many people were found")
    assert row_of(campus, "Dora Dean") not in found(campus)


def test_another_administrator_and_another_quarter_of_an_hour_are_counted_apart(
    office: Visitor, campus: Campus, application: Application
) -> None:
    search(office, "Ada")
    actor = Actor(str(campus.people[ADMINISTRATOR].public_id))
    later = ViewNotes(campus.database, lambda: datetime.now(UTC) + timedelta(minutes=15))
    views = application.services.views
    assert views.found_by(campus.organisation_id, actor) == 1
    assert views.found_by(campus.organisation_id, Actor("somebody else")) == 0
    assert later.found_by(campus.organisation_id, actor) == 0
