"""How right the list was, in words and numbers."""

import pytest

from dashapp.components import look_back
from dashapp.domain.indicators.looking_back import Now
from dashapp.domain.views import Level
from dashapp.domain.views.look_back import LookBackRow
from tests.components import samples_further
from tests.components.test_downloads import listed, plain
from tests.components.test_pages import plain as said


def test_the_answer_holds_who_was_named_against_everybody_else() -> None:
    filled = look_back.fill(samples_further.look_back())

    assert "Of 28 learners who needed help then, 3 (11 %) have left since" in said(filled["list"])
    assert "of the 133 others 1 (1 %)" in said(filled["list"])
    assert "2 Mar" in said(filled["line"])


@pytest.mark.parametrize(
    ("now", "heads", "cells"),
    [
        (Now.RULES, ["Listed now", "On course now"], ["3, 11 %", "18, 64 %", "7, 25 %"]),
        (Now.OVER, ["Passed", "No result known"], ["3, 11 %", "18, 64 %", "7, 25 %"]),
        (Now.SILENT, ["Still there"], ["3, 11 %", "25, 89 %"]),
    ],
)
def test_the_table_says_what_is_known_of_those_who_stay(now: Now, heads: list[str], cells: list[str]) -> None:
    table = look_back.fill(samples_further.look_back(now=now))["list"]
    rows = listed(table)  # type: ignore[arg-type]

    assert plain(rows["head"]) == ["Level then", "Learners", "Left, or did not pass", *heads]
    assert plain(rows["rows"][0]) == ["Needs help", "28", *cells]


def test_a_list_that_named_nobody_says_so_and_divides_by_nothing() -> None:
    rows = tuple(LookBackRow(level, number, 0, 0) for level, number in zip(Level, (0, 0, 9), strict=True))
    text = said(look_back.fill(samples_further.look_back(rows))["list"])

    assert "Nobody was listed as needing help then." in text
    assert "–" in text


def test_before_there_is_a_list_it_is_said_when_it_comes() -> None:
    assert "after six weeks of teaching" in said(look_back.fill(samples_further.look_back(()))["list"])
