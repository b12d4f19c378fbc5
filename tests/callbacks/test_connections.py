"""The page of connections: senders are made with a key, watched, given other keys, and switched off."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.connections import read_connections
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.senders import read_senders
from dashapp.data.store.source_keys import hash_of, read_keys
from dashapp.domain.connections import Lack
from dashapp.domain.events import ActivityType, Event, Identifier, LearningEvent, Precision, Verb
from dashapp.web.application import Application
from ingest.bulk import batches_of, bulk_loader
from tests.campus import ADMINISTRATOR, Campus, build_campus
from tests.served import Visitor, address, application_on, web_settings

KEY = re.compile(r"la_([a-z2-7]{12})_([\w-]{43})")
ISSUER = "https://moodle.north.example"
FORM = {
    "connections-system.value": "moodle",
    "connections-name.value": "Moodle",
    "connections-issuer.value": f" {ISSUER}/ ",
    "connections-kinds.value": ["learning", "user", "content"],
}
ACT = "connections-said"


@pytest.fixture
def own(studied_campus: Campus) -> Campus:
    """A campus of this test's own, since these tests change it."""
    return studied_campus


@pytest.fixture
def database(own: Campus) -> Database:
    return own.database


@pytest.fixture
def application(own: Campus) -> Iterator[Application]:
    with application_on(own.database, own) as made:
        yield made


@pytest.fixture
def administrator(application: Application, own: Campus) -> Visitor:
    return Visitor(application.server.test_client(), application).sign_in(own, ADMINISTRATOR)


def press(visitor: Visitor, button: str, **values: Any) -> dict[str, Any]:
    """Presses a button of the form."""
    given = {f"{button}.n_clicks": 1, "connections-done.data": 0, **FORM, **values}
    answer = visitor.ask(ACT, given, changedPropIds=[f"{button}.n_clicks"])
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["response"]
    return found


def press_row(visitor: Visitor, what: str, row: object) -> dict[str, Any]:
    """Presses a button of a row of the list."""
    name = f'{{"row":{row if isinstance(row, int) else chr(34) + str(row) + chr(34)},"type":"sender-{what}"}}'
    answer = visitor.ask(
        ACT, {f"sender-{what}": {row: 1}, "connections-done.data": 0}, changedPropIds=[f"{name}.n_clicks"]
    )
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()["response"]
    return found


def said(response: dict[str, Any]) -> str:
    return str(response[ACT]["children"])


def key_in(response: dict[str, Any]) -> tuple[str, str]:
    found = KEY.search(str(response["connections-steps"]["children"]))
    assert found is not None
    return found[1], found[2]


def held(database: Database) -> dict[str, bytes]:
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        return {key.prefix: key.secret_hash for key in read_keys(connection)}


def audited(own: Campus) -> list[tuple[str, str]]:
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        rows = connection.execute(
            text("SELECT action, subject FROM audit_log WHERE action ~ '^(sender|key)' ORDER BY audit_id")
        )
        return [(row.action, row.subject) for row in rows]


def test_a_new_connection_gets_a_key_that_the_collectors_take_and_the_steps_of_its_system(
    administrator: Visitor, own: Campus
) -> None:
    response = press(administrator, "connections-add")

    prefix, secret = key_in(response)
    steps = str(response["connections-steps"]["children"])
    assert said(response).startswith("small-moodle is connected.")
    assert "Logstore xAPI" in steps
    assert "/xapi" in steps
    assert held(own.database)[prefix] == hash_of(secret)
    with own.database.transaction(DatabaseRole.INGEST, None) as connection:
        [made] = [one.source for one in read_senders(connection) if one.source.name == "small-moodle"]
    assert (made.issuer, made.organisation_id, len(made.allowed)) == (ISSUER, own.organisation_id, 3)
    assert audited(own) == [("sender.set", "sender small-moodle"), ("key.made", f"key la_{prefix}")]
    assert response["connections-name"]["value"] == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"connections-name.value": "  "}, "Give the system a name"),
        ({"connections-name.value": "日本"}, "Give the system a name"),
        ({"connections-name.value": None}, "Give the system a name"),
        ({"connections-issuer.value": ""}, "Enter the address of the system"),
        ({"connections-issuer.value": "https://a b"}, "Enter the address of the system"),
        ({"connections-issuer.value": "\0"}, "Enter the address of the system"),
        ({"connections-kinds.value": []}, "Choose at least one kind"),
        ({"connections-kinds.value": "learning"}, "Choose at least one kind"),
        ({"connections-kinds.value": ["power"]}, "Choose at least one kind"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(
    administrator: Visitor, own: Campus, changed: dict[str, Any], words: str
) -> None:
    assert said(press(administrator, "connections-add", **changed)).startswith(words)
    assert audited(own) == []


def test_a_name_that_is_taken_is_refused_here_and_where_it_is_another_organisations(
    administrator: Visitor, own: Campus
) -> None:
    press(administrator, "connections-add")

    assert said(press(administrator, "connections-add")).startswith("There is a sender of this name already.")
    assert len(audited(own)) == 2


def test_a_key_is_replaced_with_time_to_enter_the_new_one_and_revoked_at_once(
    administrator: Visitor, own: Campus
) -> None:
    old, _secret = key_in(press(administrator, "connections-add"))
    source = next(one for one in view_of(own).senders if one.name == "small-moodle").source_id

    new, _secret = key_in(press_row(administrator, "rotate", int(source)))
    keys = {key.prefix: key for one in view_of(own).senders for key in one.keys}

    assert keys[new].expires_at is None
    ends = keys[old].expires_at
    assert ends is not None
    assert abs(ends - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=5)
    assert "revoked" in said(press_row(administrator, "revoke", new))
    assert set(held(own.database)) == {old}
    assert said(press_row(administrator, "revoke", new)).startswith("That is not there any more.")


def test_a_sender_that_is_switched_off_is_not_believed_until_it_is_switched_on_again(
    administrator: Visitor, own: Campus
) -> None:
    source = int(own.source.source_id)

    assert said(press_row(administrator, "off", source)) == "lms-small is switched off."
    with own.database.transaction(DatabaseRole.INGEST, None) as connection:
        assert read_senders(connection) == []
    assert said(press_row(administrator, "on", source)) == "lms-small is switched on."
    with own.database.transaction(DatabaseRole.INGEST, None) as connection:
        assert [one.source.name for one in read_senders(connection)] == ["lms-small"]


def test_the_senders_and_keys_of_another_organisation_are_out_of_reach(
    administrator: Visitor, own: Campus, database: Database
) -> None:
    other = build_campus(web_settings(database), database, "other", studied=False)
    source = int(other.source.source_id)

    for what in ("key", "rotate", "off", "on"):
        assert said(press_row(administrator, what, source)).startswith("That is not there any more.")
    assert audited(own) == audited(other) == []
    shown = administrator.ask("connections-page", address(own_address(database, own.organisation_id)))
    assert "lms-other" not in shown.get_data(as_text=True)
    foreign = administrator.ask("connections-page", address(own_address(database, other.organisation_id)))
    assert "There is nothing here for you" in foreign.get_data(as_text=True)


def test_nobody_but_an_administrator_decides(application: Application, own: Campus) -> None:
    for name in ("Ada Abel", "Tess Thorne"):
        visitor = Visitor(application.server.test_client(), application).sign_in(own, name)
        answer = visitor.ask(ACT, {"connections-add.n_clicks": 1, **FORM}, changedPropIds=["connections-add.n_clicks"])
        assert KEY.search(answer.get_data(as_text=True)) is None
    assert audited(own) == []


# ------------------------------------------------------------------ what has come


def view_of(own: Campus) -> Any:
    with own.database.transaction(DatabaseRole.JOBS, own.organisation_id) as connection:
        return read_connections(connection, own.organisation_id, datetime.now(UTC))


def test_what_comes_from_a_sender_is_told_from_the_first_event_on(own: Campus, administrator: Visitor) -> None:
    press(administrator, "connections-add")
    with own.database.transaction(DatabaseRole.INGEST, None) as connection:
        source = next(one.source for one in read_senders(connection) if one.source.name == "small-moodle")
    before = next(one for one in view_of(own).senders if one.name == "small-moodle")
    assert before.arrived.events == 0

    at = datetime.now(UTC).replace(microsecond=0)
    events: list[Event] = [
        LearningEvent(
            f"e-{number}",
            Verb.INTERACTED,
            Identifier(ISSUER, "account", person),
            Identifier(ISSUER, "course", course),
            occurred_at=at,
            term=term,
        )
        for number, (person, course, term) in enumerate(
            [("1", "a", "http://verbs.example/pondered"), ("2", "a", None), ("2", "b", "http://verbs.example/pondered")]
        )
    ]
    with bulk_loader(own.settings, own.database) as loader:
        list(loader.load(source, batches_of(events), lambda: at))

    arrived = next(one for one in view_of(own).senders if one.name == "small-moodle").arrived
    assert (arrived.first_at, arrived.last_at) == (at, at)
    assert (arrived.events, arrived.learners, arrived.courses, arrived.refused) == (3, 2, 2, 0)
    assert arrived.unknown_terms == ("http://verbs.example/pondered",)
    shown = administrator.ask("connections-page", address(own_address(own.database, own.organisation_id)))
    assert "2 people · 2 courses · 1 unknown verb: http://verbs.example/pondered" in str(shown.get_json())


def test_what_is_missing_is_counted_by_what_it_is_missing_from(own: Campus) -> None:
    found = {one.lack: (one.there, one.total) for one in view_of(own).found}

    assert found[Lack.COURSES] == (2, 2)
    assert found[Lack.ROSTER] == (2, 2)
    assert found[Lack.DUE_DATES] == (2, 2)
    assert found[Lack.SCORES] == (2, 2)
    assert found[Lack.TITLES] == (2, 4)
    assert found[Lack.NAMES][0] == found[Lack.NAMES][1] > 0
    stranger = LearningEvent(
        "day",
        Verb.VIEWED,
        Identifier(ISSUER, "account", "9"),
        Identifier(ISSUER, "course", "c"),
        datetime.now(UTC) - timedelta(hours=1),
        Precision.DAY,
        activity=Identifier(ISSUER, "activity", "q"),
        activity_type=ActivityType.QUIZ,
    )
    own.load([stranger])

    after = {one.lack: (one.there, one.total) for one in view_of(own).found}
    assert after[Lack.ROSTER] == after[Lack.TIMES] == after[Lack.COURSES] == (2, 3)
    assert after[Lack.DUE_DATES] == (2, 3)
    assert after[Lack.NAMES] == (found[Lack.NAMES][0], found[Lack.NAMES][1] + 1)
