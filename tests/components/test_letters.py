"""The page of refused events: slots and values fit, bytes are text with the place of the error, nothing is markup."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashapp import ids
from dashapp.components import letters
from dashapp.components.letter_text import MOST_LINES, lines_of
from dashapp.components.letter_words import opened, reason_word, state_word
from dashapp.domain.events import RefusalReason
from dashapp.domain.letters import (
    Letter,
    LetterFilters,
    LetterRow,
    LetterState,
    LettersView,
    Replay,
    ReplayState,
)
from dashapp.domain.views import Freshness
from tests.components.test_components import text_of

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ROW = LetterRow(7, RefusalReason.WRONG_TYPE, "why", "lms", "learning", LetterState.OPEN, 3, 0, NOW, NOW)
VIEW = LettersView(
    rows=(ROW,),
    total=51,
    times=1204,
    page=2,
    pages=2,
    reasons=((RefusalReason.WRONG_TYPE, 40, 1000), (RefusalReason.NOT_JSON, 11, 204)),
    senders=("lms",),
    topics=("learning",),
    replay=None,
    open_letters=51,
    freshness=Freshness(NOW, 0.0, zone="Europe/Berlin"),
)
EMPTY = replace(VIEW, rows=(), total=0, times=0, page=1, pages=1, reasons=(), senders=(), topics=(), open_letters=0)
REPLAY = Replay(4, ReplayState.RUNNING, 100, 40, 30, 5, "somebody", NOW)


def marked(body: bytes, detail: str) -> list[str]:
    return [line.marked for line in lines_of(body, detail) if line.marked]


def shown(body: bytes, detail: str = "") -> list[str]:
    return [line.before + line.marked + line.after for line in lines_of(body, detail)]


@pytest.mark.parametrize(
    ("body", "detail", "place"),
    [
        (b'{"a": 1, "count": "many"}', "Expected `int`, got `str` - at `$.count`", '"count": "many"'),
        (b'{"a": {"b": [1, {"c": 2.50}]}}', "wrong - at `$.a.b[1].c`", '"c": 2.50'),
        (b'{"actor": {"mbox": "x"}}', "rule 4 - at `/actor/mbox`", '"mbox": "x"'),
        (b'{"actor": {"mbox": "x"}}', "item 3: rule 4 - at `/3/actor/mbox`", '"mbox": "x"'),
        (b'{"a": 1}', "missing required field `id` - at `$`", "{"),
        (b'{"a": {"x": 1}}', "missing - at `$.a.name`", '"a": {'),
        (b'[{"a": 1}, {"a": 2}]', "item 1: wrong - at `/1/a`", '"a": 2'),
    ],
)
def test_the_place_that_the_detail_names_is_marked(body: bytes, detail: str, place: str) -> None:
    assert marked(body, detail) == [place]


def test_what_is_no_json_is_shown_as_it_came_with_the_byte_marked() -> None:
    assert marked('{"ä": x}'.encode(), "JSON is malformed: invalid character (byte 7)") == ["x"]
    assert shown(b"a\nb") == ["a", "b"]
    assert marked(b'{"a"', "Input data was truncated at byte 4") == ["…"]
    assert shown(b"\xff\xfe") == ["\\xff\\xfe"]


def test_a_detail_without_a_place_marks_nothing() -> None:
    assert marked(b'{"a": 1}', "2882 days old") == []


def test_characters_that_could_do_harm_are_escapes() -> None:
    said = "".join(shown(b'{"a": "<script>\xe2\x80\xae\x1b[2J", "b": "\\u0000"}') + shown(b"x\x00\x1b"))
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "<script>" in said


def test_bombs_are_shown_as_far_as_that_makes_sense() -> None:
    assert len(lines_of(b"[" * 60_000, "too deep")) == 1
    assert len(lines_of(b'{"a":' * 900 + b"1" + b"}" * 900, "")) <= MOST_LINES
    long = b"[" + b",".join(b"%d" % number for number in range(9_000)) + b"]"
    lines = lines_of(long, "wrong - at `$[8000]`")
    assert len(lines) == MOST_LINES
    assert [line.marked for line in lines if line.marked] == ["8000,"]


def test_numbers_and_repeated_names_stand_as_they_were_written() -> None:
    assert shown(b'{"a": 1e400, "a": 0.10}') == ["{", '  "a": 1e400,', '  "a": 0.10', "}"]


@pytest.mark.parametrize("view", [VIEW, EMPTY, replace(VIEW, replay=REPLAY)])
def test_the_values_have_the_names_of_the_slots(view: LettersView) -> None:
    values = letters.fill(view, LetterFilters())
    assert set(values) == set(letters.slots())
    assert "la-loading" not in str(values["page"])


def test_every_slot_points_to_a_component_of_the_empty_page() -> None:
    body = letters.body(LetterFilters())
    known = {str(each.id) for each in body._traverse() if hasattr(each, "id")} | {ids.Letters.PAGE}
    assert {slot.id for name, slot in letters.slots().items() if name != "asof"} <= known
    asof = [each for each in body._traverse() if getattr(each, "className", "") == "la-asof"]
    assert [each.id["card"] for each in asof] == list(letters.CARDS)


def test_the_words_say_what_there_is() -> None:
    full, empty = letters.fill(VIEW, LetterFilters()), letters.fill(EMPTY, LetterFilters())
    assert full["title"] == "51 refused events are open"
    assert str(full["place"]).startswith("51 to 51 of 51")
    assert "Nothing was refused" in text_of(empty["empty"])
    assert full["empty"] is None
    narrowed = letters.fill(EMPTY, LetterFilters(sender="lms"))
    assert "Nothing fits the choice" in text_of(narrowed["empty"])


def test_a_replay_can_be_stopped_and_goes_on() -> None:
    running = letters.fill(replace(VIEW, replay=REPLAY), LetterFilters())
    stopped = letters.fill(replace(VIEW, replay=replace(REPLAY, state=ReplayState.STOPPED)), LetterFilters())
    ended = letters.fill(replace(VIEW, replay=replace(REPLAY, state=ReplayState.DONE)), LetterFilters())
    assert [(one["stop"], one["resume"]) for one in (running, stopped, ended)] == [
        (False, True),
        (True, False),
        (True, True),
    ]
    assert "Replaying 40 of 100" in text_of(running["progress"])


def test_every_reason_and_state_has_words() -> None:
    words = {reason_word(reason) for reason in RefusalReason}
    assert len(words) == len(RefusalReason)
    assert len({state_word(state) for state in LetterState}) == len(LetterState)


def test_an_opened_letter_tells_what_was_not_kept() -> None:
    letter = Letter(ROW, "kafka", 1, 7, b'{"a"', 100_000, None, None)
    said = text_of(opened(letter, {"first": "then", "last": "now", "looks": ""}))
    assert "partition 1, offset 7" in said
    assert "cannot be replayed" in said
    assert "by nobody" in said


def test_filters_of_the_address_are_parsed_and_written() -> None:
    given = {"reason": "not_json", "source": "lms", "state": "dismissed", "from": "2026-03-09", "to": "2026-03-02"}
    filters = LetterFilters.parse({**given, "page": "3", "letter": "12", "topic": ""})
    assert (filters.page, filters.letter, filters.topic) == (3, 12, None)
    assert filters.to_query() == "reason=not_json&source=lms&state=dismissed&from=2026-03-02&to=2026-03-09"
    assert LetterFilters.parse({"page": "-1", "letter": "9" * 30, "reason": ["x"], "state": {}}) == LetterFilters()
