"""A classroom's list as a file: for who teaches it, by a plain link or a ticket, and always in the audit trail."""

import csv
import re
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import func, select

from dashapp.data.database import DatabaseRole
from dashapp.data.tables import audit_log
from dashapp.domain.sessions import Carrier, SignInMethod
from dashapp.domain.spreadsheets import harmless
from dashapp.security.sessions import Manner
from dashapp.web.application import Application
from tests.campus import ADMINISTRATOR, LEARNERS, Campus
from tests.security.conftest import by_bearer
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]


def exports(campus: Campus) -> int:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        counted = select(func.count()).select_from(audit_log).where(audit_log.c.action == "page.exported")
        return int(connection.execute(counted).scalar_one())


@pytest.fixture
def framed(application: Application, campus: Campus, visitor: Strangers) -> Callable[..., Visitor]:
    """A page in a frame, by a bearer."""

    def open_frame(name: str, page: str | None = None) -> Visitor:
        text = application.guard.sessions.issue(
            campus.organisation_id, campus.people[name].public_id, SignInMethod.LTI, Manner(Carrier.BEARER, page)
        )
        return by_bearer(visitor(), text)

    return open_frame


def test_a_teacher_downloads_the_list_of_the_own_classroom(
    campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    before = exports(campus)

    answer = visitor().sign_in(campus, "Tess Thorne").client.get(f"/courses/{courses['ALG 1']}/learners.csv?section=")

    rows = list(csv.DictReader(StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert {row["Name"] for row in rows} == set(LEARNERS["algebra"])
    assert {row["Course"] for row in rows} == {"ALG 1 Algebra"}
    assert all(re.fullmatch(r"From: \S+ · To: \S+", row["Filters"]) for row in rows)
    assert all(datetime.fromisoformat(row["As of"]).tzinfo for row in rows)
    told = answer.headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="classroom-learners-\d{4}-\d\d-\d\d\.csv"', told)
    assert answer.headers["Cache-Control"] == "no-store"
    assert exports(campus) == before + 1


@pytest.mark.parametrize("name", [None, "Ada Abel", "Theo Tull", ADMINISTRATOR])
def test_nobody_else_does_and_hears_that_there_is_none(
    campus: Campus, visitor: Strangers, courses: dict[str, str], name: str | None
) -> None:
    somebody, before = visitor(), exports(campus)
    if name:
        somebody.sign_in(campus, name)

    answer = somebody.client.get(f"/courses/{courses['ALG 1']}/learners.csv")
    missing = somebody.client.get("/courses/018f6f7e-0000-7000-8000-000000000001/learners.csv")

    assert (answer.status_code, answer.data) == (missing.status_code, missing.data)
    assert answer.status_code == 404
    assert exports(campus) == before


def test_a_frame_downloads_by_a_ticket_that_is_good_once_and_for_this_file_only(
    visitor: Strangers, framed: Callable[..., Visitor], courses: dict[str, str]
) -> None:
    path = f"/courses/{courses['ALG 1']}/learners.csv?level=calm"
    somebody = framed("Tess Thorne")
    ticket, other = (somebody.client.post("/tickets", json={"path": path}).get_json()["ticket"] for _ in range(2))

    assert visitor().client.get(f"{path}&ticket={ticket}").status_code == 200
    assert visitor().client.get(f"{path}&ticket={ticket}").status_code == 404
    assert visitor().client.get(f"{path.replace('calm', 'help')}&ticket={other}").status_code == 404
    assert visitor().client.get(f"/me?ticket={other}").status_code == 302
    for garbage in ("", "x", "1.2.3", "%00", "\u00e9"):
        assert visitor().client.get(f"{path}&ticket={garbage}").status_code == 404


def test_a_page_that_was_opened_alone_gives_its_own_file_only(
    framed: Callable[..., Visitor], courses: dict[str, str]
) -> None:
    somebody = framed("Tess Thorne", f"/embed/courses/{courses['ALG 1']}")

    def asked(path: str) -> int:
        return int(somebody.client.post("/tickets", json={"path": path}).status_code)

    assert asked(f"/courses/{courses['ALG 1']}/learners.csv?section=A") == 200
    assert asked(f"/courses/{courses['BOT 1']}/learners.csv") == 403
    assert asked(f"/courses/{courses['ALG 1']}") == 403


@pytest.mark.parametrize("page", ["/embed/me", "/embed/courses"])
def test_a_page_without_a_file_gives_none_when_it_was_opened_alone(
    framed: Callable[..., Visitor], courses: dict[str, str], page: str
) -> None:
    somebody, path = framed("Tess Thorne", page), f"/courses/{courses['ALG 1']}/learners.csv"

    assert somebody.client.post("/tickets", json={"path": path}).status_code == 403
    assert somebody.client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "written"),
    [
        *((name, f"'{name}") for name in ("=1+1", "+1", "-1", "@cmd", " =1+1", "\u200b=1", "\ufeff\u2060 +1", "\tAda")),
        *((name, f"'{name}") for name in ("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20cmd")),
        ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"),
        ("x, =1", "x,' =1"),
        ("x\t=1", "x\t'=1"),
        ("x\n=1;-2", "x\n'=1;'-2"),
        ("\t=1", "'\t'=1"),
    ],
)
def test_a_name_is_no_formula(name: str, written: str) -> None:
    assert harmless(name) == written


@pytest.mark.parametrize("name", ["Ada Abel", "Jean-Luc Picard", "O'Neill; Abel, Ada", "a=b", "x @ y", "", "Ann + Bo"])
def test_what_is_no_formula_stays_as_it_is(name: str) -> None:
    assert harmless(name) == name
    assert harmless(-1) == -1


def test_a_page_that_was_opened_alone_gives_files_of_its_own_cards_only(
    application: Application, campus: Campus, framed: Callable[..., Visitor]
) -> None:
    reader, person = application.services.reader, campus.people["Tess Thorne"]
    principals: Any = application.guard.find_principal
    rooms = reader.classrooms(principals.of(campus.organisation_id, person.public_id))
    own = next(room.public_id for room in rooms if room.code == "ALG 1")
    alone = framed("Tess Thorne", f"/embed/courses/{own}")
    wanted = {"card": "classroom-days", "form": "csv", "order": [], "number": 1}

    def asked(page: str, where: object) -> Any:
        values = {f"{page}-card-asked.data": {**wanted, "card": f"{page}-days"}, **address(str(where), embedded=True)}
        return alone.ask(f"{page}-card-file", values)

    assert '"body":' in asked("classroom", own).text
    assert asked("classroom", person.public_id).status_code == 403
    assert asked("student", own).status_code == 403
    assert asked("institution", own).status_code == 403
