"""Refused events: only administrators of the organisation see them, looks are recorded, decisions can be undone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.store.arrivals import Buried, Place
from dashapp.data.store.dead_letters import bury
from dashapp.domain.events import RefusalReason
from tests.campus import ADMINISTRATOR, Campus, build_campus
from tests.served import Visitor, address, web_settings

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"
SECRET = "a secret that was sent"


def lay_down(campus: Campus, numbers: range, reason: RefusalReason = RefusalReason.NOT_JSON) -> None:
    buried = [
        Buried(
            Place("learning", None, number, f'{{"said": "{SECRET}", "number": {number}}}'.encode(), datetime.now(UTC)),
            campus.source,
            reason,
            "wrong - at `$.said`",
        )
        for number in numbers
    ]
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        bury(connection, buried, "k" * 32)


@pytest.fixture(autouse=True)
def letters(campus: Campus) -> list[int]:
    """Sixty refused events, and nothing that an earlier test has left."""
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        for table in ("dead_letters", "dead_letter_replays"):
            connection.execute(text(f"DELETE FROM {table}"))
    lay_down(campus, range(55))
    lay_down(campus, range(5), RefusalReason.WRONG_TYPE)
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        return list(connection.execute(text("SELECT dead_letter_id FROM dead_letters ORDER BY 1")).scalars())


def here(campus: Campus) -> dict[str, Any]:
    return address(own_address(campus.database, campus.organisation_id))


def page(visitor: Visitor, campus: Campus, **chosen: str) -> Any:
    """The answer of the page's callback, or its text where it is a refusal."""
    controls = {f"letters-{name.replace('_', '-')}.value": value for name, value in chosen.items()}
    answer = visitor.ask("letters-page", {**here(campus), **controls})
    assert answer.status_code == 200
    return answer.get_json()["response"] if "response" in answer.get_json() else answer.get_data(as_text=True)


def look(visitor: Visitor, campus: Campus, letter: object) -> str:
    return str(visitor.ask("letters-detail", {**here(campus), "letters-letter.value": letter}).get_data(as_text=True))


def press(visitor: Visitor, button: str, **given: Any) -> Any:
    """What comes of a click on a button."""
    named = {
        "letters-grid.selectedRows": given.pop("selected", None),
        "letters-decision.data": given.pop("decision", None),
        "letters-run.data": given.pop("run", None),
        **{f"letters-{name}.value": value for name, value in given.items()},
    }
    asked = {**named, f"letters-{button}.n_clicks": 1}
    answer = visitor.ask("letters-said", asked, changedPropIds=[f"letters-{button}.n_clicks"])
    assert answer.status_code == 200
    return answer.get_json()["response"]


def states(campus: Campus) -> dict[str, int]:
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        rows = connection.execute(text("SELECT state, count(*) FROM dead_letters GROUP BY state"))
        return {str(state): int(found) for state, found in rows}


def audited(campus: Campus) -> list[tuple[str, str]]:
    """(actor, action) of all rows."""
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        rows = connection.execute(
            text("SELECT actor, action FROM audit_log WHERE action <> 'page.viewed' ORDER BY audit_id")
        )
        return [(row.actor, row.action) for row in rows]


@pytest.fixture
def max_moor(campus: Campus, visitor: Strangers) -> Visitor:
    return visitor().sign_in(campus, ADMINISTRATOR)


def test_an_administrator_sees_a_page_of_them(campus: Campus, max_moor: Visitor) -> None:
    shown = page(max_moor, campus)
    assert shown["letters-title"]["children"] == "60 refused events are open"
    assert len(shown["letters-grid"]["rowData"]) == 50
    assert SECRET not in str(shown)
    second = page(max_moor, campus, page_number="2")
    assert len(second["letters-grid"]["rowData"]) == 10
    narrowed = page(max_moor, campus, reason="wrong_type", source=campus.source.name, first="2020-01-01")
    assert len(narrowed["letters-grid"]["rowData"]) == 5
    assert page(max_moor, campus, topic="other")["letters-grid"]["rowData"] == []


@pytest.mark.parametrize("name", ["Ada Abel", "Tess Thorne"])
def test_nobody_else_does(campus: Campus, visitor: Strangers, letters: list[int], name: str) -> None:
    somebody = visitor().sign_in(campus, name)
    before = audited(campus)

    assert NOTHING_HERE in str(somebody.ask("letters-page", here(campus)).get_data(as_text=True))
    assert SECRET not in look(somebody, campus, letters[0])
    refused = somebody.ask(
        "letters-said", {"letters-dismiss-all.n_clicks": 1}, changedPropIds=["letters-dismiss-all.n_clicks"]
    )

    assert refused.status_code != 200 or "dismissed" not in refused.get_data(as_text=True)
    assert states(campus) == {"open": 60}
    assert audited(campus) == before


def test_an_administrator_of_another_organisation_does_not_either(
    campus: Campus, visitor: Strangers, letters: list[int], application: Any
) -> None:
    other = build_campus(web_settings(campus.database), campus.database, "other", studied=False)
    stranger = visitor()
    cookie = application.guard.sessions.issue(other.organisation_id, other.people[ADMINISTRATOR].public_id)
    stranger.client.set_cookie("la_session", cookie)

    assert NOTHING_HERE in str(stranger.ask("letters-page", here(campus)).get_data(as_text=True))
    own = address(own_address(campus.database, other.organisation_id))
    answer = stranger.ask("letters-detail", {**own, "letters-letter.value": str(letters[0])}).get_data(as_text=True)
    assert "This entry is gone" in answer
    press(stranger, "dismiss", selected=[{"id": str(letters[0])}])
    press(stranger, "replay-all")
    assert states(campus) == {"open": 60}


def test_a_look_shows_the_bytes_and_is_recorded(campus: Campus, max_moor: Visitor, letters: list[int]) -> None:
    first = look(max_moor, campus, str(letters[0]))
    again = look(max_moor, campus, str(letters[0]))

    assert SECRET in first
    assert "by nobody" in first
    assert "Max Moor" in again
    public_id = str(campus.people[ADMINISTRATOR].public_id)
    assert audited(campus)[-2:] == [(public_id, "dead_letter.looked_at")] * 2
    assert "No entry is open" in look(max_moor, campus, "nonsense")
    assert "This entry is gone" in look(max_moor, campus, "99999999")


def test_dismissing_can_be_undone_by_who_did_it(campus: Campus, max_moor: Visitor, letters: list[int]) -> None:
    chosen = [{"id": str(one)} for one in letters[:3]]

    done = press(max_moor, "dismiss", selected=chosen)

    assert done["letters-said"]["children"] == "3 events dismissed"
    assert done["letters-undo"]["hidden"] is False
    assert states(campus) == {"open": 57, "dismissed": 3}
    back = press(max_moor, "undo", decision=done["letters-decision"]["data"])
    assert back["letters-said"]["children"] == "3 events are open again"
    assert states(campus) == {"open": 60}
    nothing = press(max_moor, "undo", decision={"at": "2020-01-01T00:00:00+00:00", "number": "x"})
    assert nothing["letters-said"]["children"] == "0 events are open again"


def test_all_of_the_filters_choice_are_dismissed(campus: Campus, max_moor: Visitor) -> None:
    press(max_moor, "dismiss-all", reason="wrong_type")
    assert states(campus) == {"open": 55, "dismissed": 5}


def test_a_replay_is_asked_for_stopped_and_goes_on(campus: Campus, max_moor: Visitor) -> None:
    said = press(max_moor, "replay-all", reason="wrong_type")
    assert "begun" in said["letters-said"]["children"]
    shown = page(max_moor, campus)
    run = shown["letters-run"]["data"]
    assert "0 of 5" in str(shown["letters-progress"]["children"])

    assert press(max_moor, "stop", run=run)["letters-said"]["children"] == "The replay is stopped."
    assert press(max_moor, "stop", run=run)["letters-said"]["children"] == "There is no replay to change."
    assert press(max_moor, "resume", run=run)["letters-said"]["children"] == "The replay goes on."
    assert [action for _, action in audited(campus)][-3:] == [
        "dead_letters.replayed",
        "dead_letters.replay_stopped",
        "dead_letters.replay_resumed",
    ]


@pytest.mark.parametrize("forged", [None, 7, "x", [7], {"id": 7}, [{"id": "1; DROP"}], [{}], [{"id": None}]])
def test_forged_choices_choose_nothing(campus: Campus, max_moor: Visitor, forged: Any) -> None:
    press(max_moor, "dismiss", selected=forged)
    press(max_moor, "replay", selected=forged)
    press(max_moor, "undo", decision=forged)
    press(max_moor, "stop", run=forged)
    assert states(campus) == {"open": 60}


def test_an_empty_organisation_says_that_nothing_was_refused(campus: Campus, max_moor: Visitor) -> None:
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        connection.execute(text("DELETE FROM dead_letters"))
    assert "Nothing was refused" in str(page(max_moor, campus))
