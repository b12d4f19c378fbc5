"""What the tests of guardians do on the pages, and a campus on which nothing has been decided."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from tests.campus import ADMINISTRATOR, Campus, identifier_of
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"
CHILD = "Ivy Ives"


@pytest.fixture(autouse=True)
def nothing_decided(campus: Campus) -> Iterator[None]:
    """No test finds what another one has decided."""
    yield
    with campus.database.administration() as connection:
        for table in ("guardianships", "guardian_rules", "audit_log"):
            connection.exec_driver_sql(f"DELETE FROM analytics.{table}")
        connection.exec_driver_sql("DELETE FROM analytics.memberships WHERE role = 'guardian'")
        connection.commit()


@pytest.fixture
def organisation(campus: Campus) -> str:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return str(connection.execute(text("SELECT public_id FROM organisations")).scalar_one())


def said(answer: Any) -> str:
    assert answer.status_code in (200, 204), answer.status_code
    return str(answer.get_data(as_text=True)).replace("\\u002f", "/")


def press(somebody: Visitor, organisation: str, button: str, **given: Any) -> str:
    values = {f"guardians-{name}.value": value for name, value in given.items()}
    pressed = {f"guardians-{button}.n_clicks": 1, **values, **address(organisation)}
    return said(somebody.ask("guardians-rule-said", pressed, changedPropIds=[f"guardians-{button}.n_clicks"]))


def press_row(somebody: Visitor, output: str, kind: str, row: str, values: dict[str, Any]) -> str:
    changed = json.dumps({"row": row, "type": kind}, separators=(",", ":"))
    return said(somebody.ask(output, {**values, kind: {row: 1}}, changedPropIds=[f"{changed}.n_clicks"]))


def rows(campus: Campus) -> list[str]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return [str(each) for each in connection.execute(text("SELECT public_id FROM guardianships")).scalars()]


def code_in(answer: str) -> str:
    return answer.partition('"la-once"')[0].rpartition('"children":"')[2].partition('"')[0]


def accepted(somebody: Visitor, code: str) -> str:
    values = {"invitation-accept.n_clicks": 1, "invitation-code.value": code}
    return said(somebody.ask("invitation-said", values))


def invited(visitor: Strangers, campus: Campus, organisation: str, rule: str = "age") -> str:
    """The code for a guardian of the child."""
    somebody = visitor().sign_in(campus, ADMINISTRATOR)
    press(somebody, organisation, "save", rule=[rule], age="18")
    until = (datetime.now(UTC) + timedelta(days=400)).date().isoformat() if rule == "age" else ""
    answer = press(somebody, organisation, "invite", account=identifier_of(CHILD).value, until=until)
    return code_in(answer)


def child_page(visitor: Strangers, campus: Campus, name: str = GUARDIAN) -> str:
    return said(visitor().sign_in(campus, name).ask("student-page", address(campus.people[CHILD].public_id)))
