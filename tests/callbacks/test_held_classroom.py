"""What an open classroom holds already is not sent to it again."""

from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from tests.callbacks.people import Strangers, answer_of
from tests.campus import Campus
from tests.served import Visitor, address

ROWS, NARROWED, PAGE = "classroom-learners-fresh", "classroom-learners-narrowed", "classroom-page"
CHARTS = ("classroom-heat", "classroom-time-and-score-fresh", "classroom-days")


@pytest.fixture
def tess(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, "Tess Thorne")


@pytest.fixture
def courses(campus: Campus) -> dict[str, str]:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        rows = connection.execute(text("SELECT code, public_id FROM courses"))
        return {row.code: str(row.public_id) for row in rows}


def opened(tess: Visitor, course: str, **values: object) -> dict[str, Any]:
    kinds = {"section": "classroom-section.value", "picked": "classroom-picked.data", "shown": f"{PAGE}.data-la-shown"}
    look = "la-page la-loading" if "shown" not in values else "la-page"
    given = {f"{PAGE}.className": look, **{kinds[name]: value for name, value in values.items()}}
    answer: dict[str, Any] = answer_of(tess.ask("classroom-page", {**given, **address(course)}))
    return answer


def held_by(answer: dict[str, Any]) -> Any:
    return answer[PAGE]["data-la-shown"]


def filled(answer: dict[str, Any]) -> set[str]:
    """The components that got something, but for the lines as of when and what belongs to the frame of all pages."""
    return {name for name in answer if name.startswith("classroom-")}


def test_of_the_same_data_nothing_is_sent_but_as_of_when(tess: Visitor, courses: dict[str, str]) -> None:
    first = opened(tess, courses["ALG 1"])
    assert {ROWS, *CHARTS} <= filled(first)

    again = opened(tess, courses["ALG 1"], shown=held_by(first))

    assert filled(again) == {PAGE}
    assert set(again[PAGE]) == {"data-la-shown"}
    assert held_by(again) == held_by(first)
    assert any('"asof"' in name for name in again)


def test_a_choice_in_the_chart_sends_no_rows_but_whom_the_list_shows(
    campus: Campus, tess: Visitor, courses: dict[str, str]
) -> None:
    first = opened(tess, courses["ALG 1"])
    assert first[NARROWED]["data"] == {"ids": None}
    picked = [str(campus.people[name].public_id) for name in ("Ben Brook", "Cleo Cole")]

    chosen = opened(tess, courses["ALG 1"], picked=picked, shown=held_by(first))

    assert ROWS not in chosen
    assert sorted(chosen[NARROWED]["data"]["ids"]) == sorted(picked)
    assert chosen["classroom-count"]["children"] == "2 learners"
    assert {"classroom-time-and-score-fresh", "classroom-days", "classroom-strip"} <= filled(chosen)

    all_again = opened(tess, courses["ALG 1"], shown=held_by(chosen))
    assert ROWS not in all_again
    assert all_again[NARROWED]["data"] == {"ids": None}


def test_another_filter_sends_its_rows(tess: Visitor, courses: dict[str, str]) -> None:
    first = opened(tess, courses["ALG 1"])
    narrowed = opened(tess, courses["ALG 1"], section="A", shown=held_by(first))
    assert 0 < len(narrowed[ROWS]["data"]["rows"]) < len(first[ROWS]["data"]["rows"])


def test_what_is_held_of_one_course_is_never_taken_for_that_of_another(tess: Visitor, courses: dict[str, str]) -> None:
    whole = opened(tess, courses["BOT 1"])
    held = held_by(opened(tess, courses["ALG 1"]))
    assert filled(opened(tess, courses["BOT 1"], shown=held)) == filled(whole)


@pytest.mark.parametrize(
    "forged", ["x", 7, [], "[]", "{", '{"learners": 7, "heat": null, "days": ["x"]}', "9" * 5000, {"learners": "x"}]
)
def test_a_page_that_says_nonsense_of_what_it_holds_has_all_sent(
    tess: Visitor, courses: dict[str, str], forged: object
) -> None:
    whole = opened(tess, courses["ALG 1"])
    assert filled(opened(tess, courses["ALG 1"], shown=forged)) == filled(whole)


def test_a_page_that_is_laid_out_anew_has_all_sent_whatever_reached_it_of_an_earlier_answer(
    tess: Visitor, courses: dict[str, str]
) -> None:
    whole = opened(tess, courses["ALG 1"])
    values = {f"{PAGE}.data-la-shown": held_by(whole), f"{PAGE}.className": "la-page la-loading"}
    assert filled(answer_of(tess.ask("classroom-page", {**values, **address(courses["ALG 1"])}))) == filled(whole)
