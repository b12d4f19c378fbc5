"""A record of any format, of none, and of bytes that want to break something."""

import json
import tracemalloc

import pytest
from msgspec.structs import replace

from dashapp.domain.errors import Refused
from dashapp.domain.events import Event, LearningEvent, RefusalReason, Source, Topic, Verb
from ingest.formats import MAX_ITEMS, MOST_REFUSALS, Format, decode_items, decode_record, recognise
from ingest.native import MAX_EVENT_BYTES
from tests.ingest.caliper.samples import PAGE, caliper_event, envelope
from tests.ingest.xapi.statements import COURSE, QUIZ, SOURCE, statement, verb

NATIVE = {
    "type": "viewed",
    "id": "e-1",
    "time": "2026-03-02T09:30:00Z",
    "actor": {"id": "anna"},
    "course": {"id": "algebra"},
}
NATIVE_BODY = json.dumps(NATIVE).encode()
CALIPER_BODY = envelope(caliper_event("NavigationEvent", "NavigatedTo", {"id": PAGE, "type": "Page"}))
STATEMENT_BODY = json.dumps(statement()).encode()


def record(body: bytes, topic: Topic = Topic.LEARNING, source: Source = SOURCE) -> list[Event | Refused]:
    return decode_record(body, topic, source, MAX_EVENT_BYTES)


def refused(body: bytes) -> Refused:
    (outcome,) = record(body)
    assert isinstance(outcome, Refused), outcome
    return outcome


# ------------------------------------------------------------------ recognising


@pytest.mark.parametrize("body", [STATEMENT_BODY, CALIPER_BODY, b"[" + STATEMENT_BODY + b"]", b" \n" + STATEMENT_BODY])
@pytest.mark.parametrize("topic", list(Topic))
def test_xapi_and_caliper_are_known_by_their_shape_on_any_topic(body: bytes, topic: Topic) -> None:
    (outcome,) = record(body, topic)
    assert isinstance(outcome, LearningEvent)
    assert outcome.verb is Verb.VIEWED


def test_a_text_type_makes_a_record_native_whatever_else_it_has() -> None:
    both = {**NATIVE, "verb": verb("answered"), "object": QUIZ, "sensor": "s", "data": [], "dataVersion": "x"}
    (outcome,) = record(json.dumps(both).encode())
    assert isinstance(outcome, LearningEvent)
    assert outcome.id == "e-1"
    assert recognise(json.dumps({**both, "type": 7}).encode()) is Format.XAPI


def test_escapes_do_not_hide_a_format() -> None:
    escaped = STATEMENT_BODY.replace(b'"verb"', rb'"v\u0065rb"')
    (outcome,) = record(escaped)
    assert isinstance(outcome, LearningEvent)


def test_what_has_the_shape_of_nothing_is_a_native_event_without_its_type() -> None:
    for body in (b"{}", b'{"actor": 1}', b'{"data": []}'):
        assert refused(body).reason is RefusalReason.WRONG_TYPE
    assert "missing required field `type`" in refused(b"{}").detail


def test_half_a_statement_is_refused_as_a_statement() -> None:
    for name in ("actor", "verb", "object"):
        outcome = refused(json.dumps(statement(**{name: None})).encode())
        assert outcome.reason is RefusalReason.INVALID_STATEMENT
        assert f"missing required field `{name}`" in outcome.detail


def test_a_source_sends_only_the_kinds_that_it_may() -> None:
    learning_only = replace(SOURCE, allowed=frozenset({Topic.LEARNING}))
    registered = json.dumps([statement(), statement(verb=verb("registered"), object=COURSE)]).encode()
    first, second = record(registered, source=learning_only)
    assert isinstance(first, LearningEvent)
    assert isinstance(second, Refused)
    assert second.reason is RefusalReason.FORBIDDEN_KIND
    users_only = replace(SOURCE, allowed=frozenset({Topic.USER}))
    (third,) = record(STATEMENT_BODY, Topic.USER, users_only)
    assert isinstance(third, Refused)
    assert third.reason is RefusalReason.FORBIDDEN_KIND


def test_an_array_may_hold_several_formats_and_bad_items() -> None:
    items = [STATEMENT_BODY, NATIVE_BODY, b"7", CALIPER_BODY, json.dumps(statement(actor={})).encode(), NATIVE_BODY]
    outcomes = decode_items(b"[" + b",".join(items) + b"]", Topic.LEARNING, SOURCE, MAX_EVENT_BYTES)
    assert [isinstance(outcome, Refused) for outcome, _ in outcomes] == [False, False, True, False, True, False]
    assert [body for _, body in outcomes] == items
    number, broken = (outcome for outcome, _ in outcomes if isinstance(outcome, Refused))
    assert number.detail.startswith("item 2: ")
    assert broken.detail.startswith("item 4: ")
    assert broken.detail.endswith("at `/4/actor`")


def test_a_nul_spoils_its_item_only() -> None:
    spoilt = STATEMENT_BODY.replace(b"anna", rb"an\u0000na")
    good, bad = record(b"[" + STATEMENT_BODY + b"," + spoilt + b"]")
    assert isinstance(good, LearningEvent)
    assert isinstance(bad, Refused)
    assert bad.reason is RefusalReason.NUL_CHARACTER


def test_an_array_without_items_is_refused() -> None:
    assert refused(b"[]").reason is RefusalReason.WRONG_TYPE


# ------------------------------------------------------------------ bombs

DEEP = 10_000
BOMBS: list[tuple[str, bytes, RefusalReason]] = [
    ("nested arrays", b"[" * DEEP + b"]" * DEEP, RefusalReason.TOO_LARGE),
    ("nested objects", b'{"verb":' * DEEP + b"1" + b"}" * DEEP, RefusalReason.TOO_LARGE),
    (
        "nested in an extension",
        STATEMENT_BODY[:-1] + b',"result":{"extensions":{"a:b":' + b"[" * DEEP + b"]" * DEEP + b"}}}",
        RefusalReason.TOO_LARGE,
    ),
    ("nested and open", b'{"verb":' * DEEP, RefusalReason.TOO_LARGE),
    ("larger than allowed", b" " * (MAX_EVENT_BYTES + 1), RefusalReason.TOO_LARGE),
    ("too many items", b"[" + b"1," * MAX_ITEMS + b"1]", RefusalReason.TOO_LARGE),
    ("no JSON", b"\x00\x01", RefusalReason.NOT_JSON),
    ("nothing", b"", RefusalReason.NOT_JSON),
    ("a control character", STATEMENT_BODY.replace(b"anna", b"an\x07na"), RefusalReason.NOT_JSON),
    ("NaN", STATEMENT_BODY[:-1] + b',"result":{"score":{"raw":NaN}}}', RefusalReason.NOT_JSON),
    ("a lone surrogate", STATEMENT_BODY.replace(b"anna", rb"\ud800"), RefusalReason.NOT_JSON),
    ("no UTF-8", STATEMENT_BODY.replace(b"anna", b"\xff"), RefusalReason.NOT_UTF8),
    ("a cut record", STATEMENT_BODY[:-2], RefusalReason.NOT_JSON),
]


@pytest.mark.parametrize(("body", "reason"), [bomb[1:] for bomb in BOMBS], ids=[bomb[0] for bomb in BOMBS])
def test_a_bomb_is_refused(body: bytes, reason: RefusalReason) -> None:
    outcome = refused(body)
    assert outcome.reason is reason or (reason is RefusalReason.NOT_JSON and b"\0" in body)
    assert len(outcome.detail) < 500


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"9" * 5000, b"1" + b"0" * 400, b"0." + b"1" * 5000])
def test_a_huge_number_is_refused_or_is_no_mark(number: bytes) -> None:
    body = json.dumps(statement(verb=verb("scored"), object=QUIZ)).encode()[:-1]
    (outcome,) = record(body + b',"result":{"score":{"raw":' + number + b"}}}")
    if isinstance(outcome, LearningEvent):
        assert outcome.score is None or abs(outcome.score) <= 1
    (outcome,) = record(STATEMENT_BODY[:-1] + b',"result":{"extensions":{"a:b":' + number + b"}}}")
    assert isinstance(outcome, LearningEvent | Refused)


def test_a_million_items_are_one_dead_letter_and_little_memory() -> None:
    body = b"[" + b"1," * 999_999 + b"1]"
    tracemalloc.start()
    (outcome,) = decode_record(body, Topic.LEARNING, SOURCE, len(body))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(outcome, Refused)
    assert outcome.reason is RefusalReason.TOO_LARGE
    assert peak < 120_000_000


def test_a_flood_of_bad_items_becomes_few_dead_letters_and_loses_no_good_one() -> None:
    items = [b"7"] * 5_000
    items[2_500] = STATEMENT_BODY
    outcomes = record(b"[" + b",".join(items) + b"]")
    assert [type(outcome) for outcome in outcomes].count(LearningEvent) == 1
    assert len(outcomes) == 1 + MOST_REFUSALS + 1
    last = outcomes[-1]
    assert isinstance(last, Refused)
    assert last.detail.startswith(f"{4_999 - MOST_REFUSALS} further items")
