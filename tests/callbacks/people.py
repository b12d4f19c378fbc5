"""Asking the pages about people as the browser does."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.queries.people import principal_for
from dashapp.domain.principal import Principal
from tests.campus import Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"


def here(campus: Campus) -> dict[str, Any]:
    return address(own_address(campus.database, campus.organisation_id))


def answer_of(response: Any) -> Any:
    assert response.status_code == 200, response.status_code
    found = response.get_json()
    return found.get("response") or response.get_data(as_text=True)


def listed(visitor: Visitor, campus: Campus, **chosen: str) -> Any:
    controls = {f"people-{name.replace('_', '-')}.value": value for name, value in chosen.items()}
    return answer_of(visitor.ask("people-page", {**here(campus), **controls}))


def entry(visitor: Visitor, campus: Campus, who: str) -> Any:
    return answer_of(visitor.ask("person-page", {**here(campus), "person-who.data": public(campus, who)}))


def public(campus: Campus, who: str) -> str:
    return str(campus.people[who].public_id) if who in campus.people else who


def press(visitor: Visitor, campus: Campus, who: str, button: str, **given: Any) -> Any:
    """What comes of a click; `given` by the names of controls. A row's button is "end:17"."""
    kind, _, row = button.partition(":")
    values: dict[str, Any] = {"person-who.data": public(campus, who)}
    values |= {
        f"person-{name.replace('_', '-')}.data": given.pop(name) for name in ("decision", "plan") if name in given
    }
    values |= {f"person-{name.replace('_', '-')}.value": value for name, value in given.items()}
    if row:
        values["person-row.data"] = {"kind": kind, "row": row, "number": 1}
        changed = "person-row.data"
    else:
        values[f"person-{kind}.n_clicks"] = 1
        changed = f"person-{kind}.n_clicks"
    return answer_of(visitor.ask("person-said", values, changedPropIds=[changed]))


def said(answer: Any) -> str:
    return str(answer["person-said"]["children"])


def undo(visitor: Visitor, campus: Campus, who: str, answer: Any) -> str:
    assert answer["person-undo"]["hidden"] is False
    return said(press(visitor, campus, who, "undo", decision=answer["person-decision"]["data"]))


def look(
    visitor: Visitor, campus: Campus, who: str, *, other: str | None = None, stands: str = "this", merge: str = ""
) -> Any:
    values: dict[str, Any] = {"person-who.data": public(campus, who), "person-stands.value": stands}
    if merge:
        values["person-look.data"] = {"row": merge, "number": 1}
        changed = "person-look.data"
    else:
        values["person-other.value"] = None if other is None else public(campus, other)
        changed = "person-other.value"
    return answer_of(visitor.ask("person-preview", values, changedPropIds=[changed]))


def principal(campus: Campus, who: str) -> Principal:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        return principal_for(connection, campus.organisation_id, campus.people[who].public_id, datetime.now(UTC))


def trail(campus: Campus, last: int) -> list[tuple[Any, ...]]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        rows = connection.execute(
            text(
                "SELECT action, subject, role, detail FROM audit_log WHERE page IS NULL ORDER BY audit_id DESC LIMIT :n"
            ),
            {"n": last},
        )
        return [tuple(row) for row in rows][::-1]


def course(campus: Campus, code: str = "ALG 1") -> Any:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        found = connection.execute(text("SELECT course_id, public_id FROM courses WHERE code = :code"), {"code": code})
        return found.one()
