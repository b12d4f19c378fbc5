"""Files of cards over the app's own callbacks: who gets which, what they hold, and what stands in the audit trail."""

import csv
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.domain.reports.document import Chart, Data, Report
from dashapp.domain.reports.periods import Fixed, Grain
from dashapp.domain.reports.questions import Choice, Question
from dashapp.domain.scope import AsOf
from dashapp.domain.spreadsheets import MARK
from dashapp.web.application import Application
from exports.pictures import Pictures
from exports.tables.sheets import sheet_of
from exports.tables.text_files import write_csv
from tests.callbacks.people import answer_of, here
from tests.campus import ADMINISTRATOR, SECTION_TEACHER, Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"


@pytest.fixture
def course(application: Application, campus: Campus) -> dict[str, Any]:
    """The address of the page of algebra."""
    reader, person = application.services.reader, campus.people["Tess Thorne"]
    principal = application.guard.find_principal.of(campus.organisation_id, person.public_id)  # type: ignore[attr-defined]  # the app's own
    return address(next(room.public_id for room in reader.classrooms(principal) if room.code == "ALG 1"))


def taken(visitor: Visitor, page: str, card: str, form: str = "csv", /, **values: Any) -> dict[str, Any]:
    """What the server answers to a click on an entry of a menu."""
    wanted = {"card": card, "form": form, "order": values.pop("order", []), "number": 7}
    asked = {f"{page}-card-asked.data": wanted, **values.pop("place"), **values}
    answer = answer_of(visitor.ask(f"{page}-card-file", asked, changedPropIds=[f"{page}-card-asked.data"]))
    found: dict[str, Any] = answer[f"{page}-card-file"]["data"]
    assert found["number"] == 7
    return found


def lines(found: dict[str, Any]) -> tuple[dict[str, str], list[list[str]]]:
    """What is told, and the lines below."""
    whole = b64decode(found["body"]).decode()
    rows = list(csv.reader(StringIO(whole.removeprefix(MARK), newline="")))
    blank = next(place for place, row in enumerate(rows) if not any(row))
    return {row[0]: row[1] for row in rows[:blank]}, rows[blank + 1 :]


def test_the_numbers_of_a_card_are_those_of_a_report_that_asks_the_same(
    application: Application, campus: Campus, visitor: Strangers, course: dict[str, Any], tmp_path: Any
) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")
    told, (head, *days) = lines(taken(tess, "classroom", "classroom-days", place=course))
    assert (told["Of"], told["Card"]) == ("ALG 1 Algebra", "How many are active each day?")
    assert head == ["Day", "Active learners", "Events"]
    assert len(days) > 7

    first, last = (datetime.fromisoformat(days[place][0]).date() for place in (-1, 0))
    question = Question(
        measures=("active_learners", "events"),
        grain=Grain.DAY,
        period=Fixed(first=first, last=last),
        choice=Choice(courses=(UUID(course["shell-address.data"]["id"]),)),
    )
    block = Data(id=uuid4(), chart=Chart.TABLE, question=question)
    report = Report(title="The same", time_zone="Europe/Berlin", blocks=(block,))
    principals: Any = application.guard.find_principal
    principal = principals.of(campus.organisation_id, campus.people["Tess Thorne"].public_id)
    answer = application.services.reports.answers(principal, report, AsOf(datetime.now(UTC)))[block.id]
    write_csv(sheet_of("x", "x", answer, lambda column: column.key), tmp_path / "x.csv")
    report_rows = list(csv.reader(StringIO((tmp_path / "x.csv").read_text("utf-8-sig"), newline="")))[1:]

    assert any(int(row[1]) for row in days)
    assert days == sorted(report_rows, reverse=True)


def test_everybody_gets_what_their_own_page_shows_and_the_trail_says_so(
    application: Application, campus: Campus, visitor: Strangers, course: dict[str, Any]
) -> None:
    tess, sue = (visitor().sign_in(campus, name) for name in ("Tess Thorne", SECTION_TEACHER))
    _told, (_head, *all_rows) = lines(taken(tess, "classroom", "classroom-heat", place=course))
    _told, (_head, *own_rows) = lines(taken(sue, "classroom", "classroom-heat", place=course))
    assert {row[0] for row in own_rows} < {row[0] for row in all_rows}

    chosen = {"classroom-picked.data": [str(campus.people["Ben Brook"].public_id)]}
    told, (_head, *picked) = lines(taken(tess, "classroom", "classroom-heat", place=course, **chosen))
    assert [row[0] for row in picked] == ["Ben Brook"]
    assert "Learners: 1 picked" in told["Filters"]

    dean = visitor().sign_in(campus, ADMINISTRATOR)
    assert taken(dean, "classroom", "classroom-heat", place=course)["said"] == "There is nothing to download yet"
    ada = visitor().sign_in(campus, "Ada Abel")
    _told, weeks = lines(taken(ada, "student", "student-weeks", place=address(None)))
    assert weeks[0][:2] == ["Week from", "Time (min)"]

    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        found = connection.execute(text("SELECT * FROM audit_log WHERE action = 'page.exported'")).all()
    held = [(row.detail["page"], row.detail["card"], row.detail["form"], row.detail["count"]) for row in found]
    assert ("classroom", "classroom-heat", "csv", len(all_rows)) in held
    assert ("student", "student-weeks", "csv", len(weeks) - 1) in held
    assert not any("Brook" in str(row.detail) for row in found)


@pytest.mark.parametrize("form", ["csv", "png"])
def test_nobody_gets_a_card_of_a_page_that_is_not_theirs(
    campus: Campus, visitor: Strangers, course: dict[str, Any], form: str
) -> None:
    ada, theo = (visitor().sign_in(campus, name) for name in ("Ada Abel", "Theo Tull"))
    assert taken(theo, "classroom", "classroom-heat", form, place=course)["said"] == NOTHING_HERE
    another = address(campus.people["Ben Brook"].public_id)
    assert taken(ada, "student", "student-weeks", form, place=another)["said"] == NOTHING_HERE
    tess = visitor().sign_in(campus, "Tess Thorne")
    for card in ("student-weeks", "classroom-learners-file", "", "../../etc/passwd"):
        assert taken(tess, "classroom", card, form, place=course)["said"] == NOTHING_HERE
    wanted = {"institution-card-asked.data": {"card": "institution-tree", "form": form, "order": [], "number": 1}}
    assert "body" not in tess.ask("institution-card-file", {**here(campus), **wanted}).text


@pytest.mark.parametrize("odd", [None, 7, [], {"card": 1}, {"card": "classroom-heat", "form": "pdf"}, {"form": "csv"}])
def test_an_odd_question_finds_nothing(campus: Campus, visitor: Strangers, course: dict[str, Any], odd: object) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")
    answer = tess.ask("classroom-card-file", {**course, "classroom-card-asked.data": odd})
    assert answer.status_code in (200, 204)
    assert "body" not in answer.text


def test_without_a_browser_numbers_and_tables_come_and_charts_say_what_is_missing(
    application: Application,
    campus: Campus,
    visitor: Strangers,
    course: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(application.studio, "pictures", Pictures("/nowhere/chromium"))
    tess = visitor().sign_in(campus, "Tess Thorne")
    refused = taken(tess, "classroom", "classroom-heat", "png", place=course)
    assert "Chromium" in refused["said"]
    assert "body" not in refused
    listed = taken(tess, "classroom", "classroom-learners", "png", place=course)
    assert b64decode(listed["body"]).startswith(b"\x89PNG")
    assert taken(tess, "classroom", "classroom-heat", place=course)["name"].endswith(".csv")
