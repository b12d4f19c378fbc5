"""Odd courses, names and questions through the whole application: words and figures, and never a failure."""

import csv
from base64 import b64decode
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest

from dashapp.domain.spreadsheets import MARK
from dashapp.web.application import Application
from tests.callbacks.people import answer_of, here
from tests.campus import ADMINISTRATOR, Campus
from tests.odd_campus import NAMED, SPARSE, TEACHER, odd_events
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067")
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def courses(application: Application, campus: Campus) -> dict[str, str]:
    """The public ids of all courses by their codes, the odd ones among them."""
    campus.load(list(odd_events()))
    sessions = application.guard.sessions
    cookie = sessions.issue(campus.organisation_id, campus.people[ADMINISTRATOR].public_id)
    principal = application.guard.find_principal(sessions.read(cookie))
    return {room.code: str(room.public_id) for room in application.services.reader.classrooms(principal)}


@pytest.fixture(autouse=True)
def nothing_fails(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    written = capsys.readouterr()
    assert "Traceback" not in written.out + written.err


def opened(visitor: Visitor, course: str, **controls: object) -> dict[str, Any]:
    values = {f"classroom-{name}.value": value for name, value in controls.items()}
    answer = visitor.ask("classroom-page", {**address(course), **values})
    assert answer.status_code == 200
    assert "Reference" not in answer.text
    return answer_of(answer)


def texts_in(value: object) -> Iterator[str]:
    """Every text of an answer, wherever it stands."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)


@pytest.mark.parametrize("name", [TEACHER, ADMINISTRATOR])
@pytest.mark.parametrize("code", [course.code for course in SPARSE])
def test_a_card_of_a_course_with_hardly_anything_has_a_figure_or_words(
    visitor: Strangers, campus: Campus, courses: dict[str, str], code: str, name: str
) -> None:
    page = opened(visitor().sign_in(campus, name), courses[code])
    assert page["classroom-title"]["children"]
    for card in ("heat", "time-and-score", "days"):
        state = page[f"classroom-{card}-state"]["children"]
        figure = page.get(f"classroom-{card}", page.get(f"classroom-{card}-fresh"))
        drawn = (figure.get("figure") or figure.get("data") or {}).get("data")
        assert state or drawn, card


def test_no_name_turns_what_stands_beside_it(visitor: Strangers, campus: Campus, courses: dict[str, str]) -> None:
    page = opened(visitor().sign_in(campus, TEACHER), courses[NAMED.code])
    rows = page["classroom-learners-fresh"]["data"]["rows"]
    assert {"left right to left inner left right to left inner"} <= {row["name"] for row in rows}
    assert all(row["name"].strip("\u00ad\u200b\u200d") for row in rows), "somebody without a visible name has an id"
    drawn = [page["classroom-heat"]["figure"], page["classroom-time-and-score-fresh"]["data"], rows]
    assert [text for text in texts_in(drawn) if TURNING & set(text)] == []


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("9999-12-31", "0001-01-01"),
        ("0001-01-01", "9999-12-31"),
        ("1970-01-01", "2199-12-31"),
        ("2199-12-31", "1970-01-01"),
        ("1926-01-01", "2026-01-01"),
        ("2026-02-30", "x"),
        ([], {}),
        (0, -1),
    ],
)
def test_absurd_days_are_ignored_or_answered(
    visitor: Strangers, campus: Campus, courses: dict[str, str], first: object, last: object
) -> None:
    days = {"first": first, "last": last}
    for code in ("ALG 1", "GAPS", "FUTURE"):
        assert opened(visitor().sign_in(campus, TEACHER), courses[code], **days)["classroom-title"]["children"]
    max_ = visitor().sign_in(campus, ADMINISTRATOR)
    given = {f"institution-{name}.value": value for name, value in days.items()}
    assert answer_of(max_.ask("institution-page", {**here(campus), **given}))["institution-title"]["children"]


@pytest.mark.parametrize(
    "query",
    [
        "section=%27&" * 1000,
        "section=" + "x" * 20_000,
        "from=9999-12-31&to=0001-01-01&section=%00%ff",
        "course=x&level=zz&seen=zz&score=zz&activity=unknown&range=zz&compare=%00:%00",
    ],
)
def test_absurd_questions_of_an_address_get_a_page_and_a_file(
    visitor: Strangers, campus: Campus, courses: dict[str, str], query: str
) -> None:
    tess = visitor().sign_in(campus, TEACHER)
    assert tess.client.get(f"/courses/{courses[NAMED.code]}?{query}").status_code == 200
    assert tess.client.get(f"/courses/{courses[NAMED.code]}/learners.csv?{query}").status_code == 200
    assert tess.client.get(f"/courses/{UNKNOWN}/learners.csv?{query}").status_code == 404


@pytest.mark.parametrize("page", ["courses", "learners", "organisations", "reports"])
@pytest.mark.parametrize("asked", ["x", "0", "-1", "%00", "%ff", "..%2f..", "a" * 300, "%E2%80%AE"])
def test_what_is_no_id_leads_nowhere(visitor: Strangers, campus: Campus, page: str, asked: str) -> None:
    answer = visitor().sign_in(campus, ADMINISTRATOR).client.get(f"/{page}/{asked}")
    assert answer.status_code == 404


def test_no_cell_of_a_file_is_a_formula_and_every_line_has_all_its_cells(
    visitor: Strangers, campus: Campus, courses: dict[str, str]
) -> None:
    tess = visitor().sign_in(campus, TEACHER)
    whole = tess.client.get(f"/courses/{courses[NAMED.code]}/learners.csv").get_data(as_text=True)
    wanted = {"classroom-card-asked.data": {"card": "classroom-heat", "form": "csv", "order": [], "number": 1}}
    asked = {**address(courses[NAMED.code]), **wanted}
    card = tess.ask("classroom-card-file", asked, changedPropIds=["classroom-card-asked.data"])
    body = b64decode(answer_of(card)["classroom-card-file"]["data"]["body"]).decode()
    listed = list(csv.reader(StringIO(whole.removeprefix(MARK), newline="")))
    assert len({len(line) for line in listed}) == 1
    assert len(listed) == 17
    for line in [*listed, *csv.reader(StringIO(body.removeprefix(MARK), newline=""))]:
        assert not [cell for cell in line if cell[:1] in ("=", "+", "@", "\t", "\r")], line
