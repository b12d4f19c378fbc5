"""A report goes through JSON unchanged, and what is none is refused with the place."""

import json
from typing import Any
from uuid import UUID

import pytest

from dashapp.domain.reports.document import (
    MOST_BLOCKS,
    MOST_BYTES,
    Bars,
    Chart,
    Data,
    Heading,
    NotAReport,
    PageBreak,
    Report,
    Text,
    read,
    read_given,
    written,
)
from dashapp.domain.reports.measures import MEASURES
from dashapp.domain.reports.periods import Grain, Moving
from dashapp.domain.reports.questions import Choice, Dimension, Order, Question

QUESTION = Question(
    measures=("active_learners", "share_active"),
    grain=Grain.WEEK,
    split=Dimension.COURSE,
    period=Moving(count=13),
    choice=Choice(units=("Science",), courses=(UUID(int=7),)),
    with_before=True,
    order=Order(by="active_learners"),
    limit=20,
)
REPORT = Report(
    title="Weekly report",
    locale="de",
    time_zone="Europe/Berlin",
    blocks=(
        Heading(id=UUID(int=1), text="Who is active?", level=2),
        Text(id=UUID(int=2), text="**Of all courses** <b>and</b> more"),
        Data(id=UUID(int=3), chart=Chart.BAR, question=QUESTION, bars=Bars.STACKED),
        PageBreak(id=UUID(int=4)),
    ),
)


def changed(path: tuple[str | int, ...], value: Any) -> str:
    said = json.loads(written(REPORT))
    inside = said
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return json.dumps(said)


def test_a_report_comes_back_from_json_as_it_was() -> None:
    assert read(written(REPORT)) == REPORT
    assert read(written(REPORT).encode()) == REPORT
    assert read(written(Report())) == Report()


def test_the_blocks_that_ask_for_data_are_known() -> None:
    assert [block.question for block in REPORT.questions()] == [QUESTION]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("version",), 2, "$.version"),
        (("title",), "x" * 201, "$.title"),
        (("locale",), "../de", "$.locale"),
        (("time_zone",), "Mars/Olympus", "$.time_zone"),
        (("paper",), "a5", "$.paper"),
        (("surprise",), 1, "$.surprise"),
        (("blocks", 0, "kind"), "video", "$.blocks[0]"),
        (("blocks", 0, "level"), 4, "$.blocks[0].heading.level"),
        (("blocks", 1, "id"), "1", "$.blocks[1].text.id"),
        (("blocks", 2, "question", "measures"), [], "$.blocks[2].data.question.measures"),
        (("blocks", 2, "question", "limit"), 0, "$.blocks[2].data.question.limit"),
        (("blocks", 2, "question", "period", "count"), 521, "$.blocks[2].data.question.period.moving.count"),
        (("blocks", 2, "question", "period"), {"kind": "fixed"}, "$.blocks[2].data.question.period.fixed.first"),
        (("blocks", 2, "question", "choice", "courses"), ["x"], "$.blocks[2].data.question.choice.courses[0]"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_without_its_value(
    path: tuple[str | int, ...], value: Any, place: str
) -> None:
    with pytest.raises(NotAReport) as refused:
        read(changed(path, value))
    assert str(refused.value).endswith(f" - at `{place}`")


def test_two_blocks_of_one_id_are_refused() -> None:
    with pytest.raises(NotAReport, match="same id"):
        read(changed(("blocks", 1, "id"), str(UUID(int=1))))


@pytest.mark.parametrize("said", ["", "[]", "null", '{"version": 1', b"\xff", '{"blocks": {}}'])
def test_what_is_no_report_at_all_is_refused(said: str | bytes) -> None:
    with pytest.raises(NotAReport):
        read(said)


def test_a_report_has_limits() -> None:
    with pytest.raises(NotAReport, match="bytes"):
        read(" " * (MOST_BYTES + 1))
    many = [{"kind": "page_break", "id": str(UUID(int=number))} for number in range(MOST_BLOCKS + 1)]
    with pytest.raises(NotAReport, match="100 items"):
        read(json.dumps({"blocks": many}))


def test_a_measure_that_is_gone_does_not_make_the_report_unreadable() -> None:
    path = ("blocks", 2, "question", "measures")
    assert "gone" not in MEASURES
    assert read(changed(path, ["gone"])).questions()[0].question.measures == ("gone",)


def test_what_a_browser_sends_is_read_like_a_file_and_loses_what_no_database_takes() -> None:
    given = json.loads(written(REPORT))
    assert read_given(given) == REPORT
    assert read_given({"blocks": [given["blocks"][2]]}).blocks[0] == REPORT.blocks[2]
    assert read_given({**given, "title": "a\0b\\u0000"}).title == "ab\\u0000"
    nested: Any = []
    for _level in range(100_000):
        nested = [nested]
    odds: list[object] = [None, 7, [], "x", {"title": "\ud800"}, {"title": float("nan")}, {"blocks": [nested]}]
    odds.append({1: object()})
    for odd in odds:
        with pytest.raises(NotAReport):
            read_given(odd)
    with pytest.raises(NotAReport):
        read(b"\xff")
    with pytest.raises(NotAReport):
        read_given({"blocks": [{"kind": "video"}]})
