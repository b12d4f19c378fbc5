"""The pages of who is signed in where: one's own, and for administrators everybody's."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.domain.keys import PublicId
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"


@pytest.fixture
def organisation(campus: Campus) -> PublicId:
    return own_address(campus.database, campus.organisation_id)


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def ids_listed(answer: Any) -> list[str]:
    """The sessions that have a button, the own one's not."""
    rows = answer.get_json()["response"]["sessions-list"]["children"]["props"]["children"][1]["props"]["children"]
    buttons = [row["props"]["children"][-1]["props"]["children"]["props"] for row in rows]
    return [button["id"]["session"] for button in buttons if not button.get("disabled")]


def press(somebody: Visitor, session: str, at: PublicId | None = None) -> Any:
    """Clicks on the button that ends a session."""
    button = {"page": "sessions", "session": session, "type": "end"}
    pattern = json.dumps({"page": "sessions", "session": ["ALL"], "type": "end"}, separators=(",", ":"))
    pressed = [{"id": button, "property": "n_clicks", "value": 1}]
    changed = [f"{json.dumps(button, separators=(',', ':'), sort_keys=True)}.n_clicks"]
    return somebody.ask("sessions-said", {pattern: pressed, **address(at)}, changedPropIds=changed)


def test_one_sees_the_own_sessions_and_ends_another_one(campus: Campus, visitor: Strangers) -> None:
    here, there = (visitor().sign_in(campus, "Fay Ford") for _ in range(2))
    listed = here.ask("sessions-page", address(None))
    assert "You have 2 open sessions" in shown(listed)
    [other] = ids_listed(listed)

    assert "1 session ended" in shown(press(here, other))

    assert there.ask("student-page", address(None)).status_code == 401
    assert "You have 1 open session" in shown(here.ask("sessions-page", address(None)))
    assert "It had ended before" in shown(press(here, other))


def test_one_ends_all_others_at_once(campus: Campus, visitor: Strangers) -> None:
    here, *elsewhere = (visitor().sign_in(campus, "Gil Gray") for _ in range(3))
    clicked = {"sessions-others.n_clicks": 1, **address(None)}

    said = here.ask("sessions-said", clicked, changedPropIds=["sessions-others.n_clicks"])

    assert "2 sessions ended" in shown(said)
    assert [each.ask("student-page", address(None)).status_code for each in elsewhere] == [401, 401]
    assert here.ask("student-page", address(None)).status_code == 200


def test_nobody_ends_the_session_of_somebody_else(campus: Campus, visitor: Strangers, organisation: PublicId) -> None:
    victim = visitor().sign_in(campus, "Eli Ellis")
    administrator = visitor().sign_in(campus, ADMINISTRATOR)
    everybody = ids_listed(administrator.ask("sessions-page", address(organisation)))
    attacker = visitor().sign_in(campus, "Dora Dean")

    for session in everybody:
        assert "It had ended before" in shown(press(attacker, session))
        press(attacker, session, organisation)
    for garbage in ("", "x", None, 5, str(organisation)):
        press(attacker, garbage, None)  # type: ignore[arg-type]  # a forger sends anything

    assert victim.ask("student-page", address(None)).status_code == 200


def test_administrators_see_everybody_and_nobody_else_does(
    campus: Campus, visitor: Strangers, organisation: PublicId
) -> None:
    visitor().sign_in(campus, "Hue Hall")
    administrator = visitor().sign_in(campus, ADMINISTRATOR)

    assert "Hue Hall" in shown(administrator.ask("sessions-page", address(organisation)))
    assert NOTHING_HERE in shown(administrator.ask("sessions-page", address(campus.people["Ada Abel"].public_id)))
    for name in ("Ada Abel", "Tess Thorne"):
        answer = shown(visitor().sign_in(campus, name).ask("sessions-page", address(organisation)))
        assert NOTHING_HERE in answer
        assert "Hue Hall" not in answer


def test_an_administrator_ends_the_session_of_anybody(
    application: Application, campus: Campus, visitor: Strangers, organisation: PublicId
) -> None:
    administrator = visitor().sign_in(campus, ADMINISTRATOR)
    victim = visitor().sign_in(campus, "Cleo Cole")
    for session in ids_listed(administrator.ask("sessions-page", address(organisation))):
        press(administrator, session, organisation)

    assert victim.ask("student-page", address(None)).status_code == 401
    assert administrator.ask("sessions-page", address(None)).status_code == 200
    cleo, max_ = campus.people["Cleo Cole"], campus.people[ADMINISTRATOR]
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        query = text("SELECT DISTINCT actor, role FROM audit_log WHERE action = 'session.ended' AND subject = :subject")
        ended = connection.execute(query, {"subject": f"person {cleo.person_id}"}).all()
    assert [tuple(row) for row in ended] == [(str(max_.public_id), "administrator")]
