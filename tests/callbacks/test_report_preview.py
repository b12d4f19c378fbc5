"""The live preview of a report: of what the browser holds already nothing is sent again, and nobody is told by it what
is not theirs."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from callbacks.report_preview import MOST_HELD, ONE_MOMENT, Held
from tests.callbacks.people import Strangers
from tests.callbacks.reports import BY_COURSE, document, holds, preview
from tests.campus import Campus
from tests.served import Visitor

OTHER = BY_COURSE.model_copy(update={"id": uuid4(), "title": "Other"})
BOTH = document(BY_COURSE, OTHER)
NOW = datetime(2026, 5, 7, 9, 30, tzinfo=UTC)


@pytest.fixture
def tess(visitor: Strangers, campus: Campus) -> Visitor:
    return visitor().sign_in(campus, "Tess Thorne")


def given(answer: Any) -> Any:
    return answer["report-sheet"]["given"]


def named(answer: Any) -> dict[str, str]:
    """The names of the parts that are shown, by block."""
    return {block: part for page in given(answer)["pages"] for block, _question, part in page["blocks"]}


def test_of_a_report_that_is_edited_only_the_block_that_has_changed_is_sent(tess: Visitor) -> None:
    first = preview(tess, BOTH)
    assert set(given(first)["parts"]) == set(named(first).values())
    changed = document(BY_COURSE, OTHER.model_copy(update={"title": "Another"}))

    second = preview(tess, changed, held=holds(first))

    assert given(second)["moment"] == given(first)["moment"]
    assert "Another" in json.dumps(list(given(second)["parts"].values()))
    assert list(given(second)["parts"]) == [named(second)[str(OTHER.id)]]
    assert named(second)[str(BY_COURSE.id)] == named(first)[str(BY_COURSE.id)]


def test_what_has_only_moved_or_stands_there_again_is_neither_read_nor_sent(tess: Visitor) -> None:
    first = preview(tess, BOTH)

    moved = preview(tess, document(OTHER, BY_COURSE), held=holds(first))

    assert given(moved)["parts"] == {}
    assert list(named(moved)) == [str(OTHER.id), str(BY_COURSE.id)]
    assert "report-foot" in first
    assert "report-foot" not in moved


def test_news_have_everything_read_anew_and_what_looks_the_same_is_not_sent(tess: Visitor) -> None:
    first = preview(tess, BOTH)

    news = preview(tess, BOTH, held=holds(first), changedPropIds=["shell-version.data"])

    assert given(news)["moment"] > given(first)["moment"]
    assert "report-foot" in news
    assert (given(news)["parts"], named(news)) == ({}, named(first))


@pytest.mark.parametrize(
    "held",
    [
        None,
        7,
        [],
        {"moment": "soon", "answers": [], "parts": {}},
        {"moment": "2026-05-07T09:30:00", "answers": {"x": ["y"]}, "parts": [[], None, 7]},
        {"moment": 10**30, "answers": {"x": "y"}, "parts": ["y"] * (MOST_HELD + 1)},
    ],
)
def test_whatever_a_browser_says_that_it_holds_the_rest_is_sent(tess: Visitor, held: object) -> None:
    answer = preview(tess, BOTH, held=held)

    assert set(given(answer)["parts"]) == set(named(answer).values())


def test_what_somebody_else_holds_stands_for_nothing_of_ones_own(
    tess: Visitor, visitor: Strangers, campus: Campus
) -> None:
    theirs = holds(preview(tess, BOTH))

    mine = preview(visitor().sign_in(campus, "Theo Tull"), BOTH, held=theirs)

    assert "BOT 1" in json.dumps(given(mine))
    assert not set(named(mine).values()) & set(theirs["parts"])


def test_a_report_is_edited_as_of_one_moment_for_some_minutes_and_never_of_one_to_come() -> None:
    assert Held(NOW - ONE_MOMENT).moment_at(NOW) == NOW - ONE_MOMENT
    for other in (None, NOW - ONE_MOMENT - timedelta(seconds=1), NOW + timedelta(seconds=1)):
        assert Held(other).moment_at(NOW) == NOW
