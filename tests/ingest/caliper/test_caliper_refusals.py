"""What the Caliper standard calls invalid, and what breaks decoders: refused with the rule, never an exception."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashapp.domain.errors import Refused
from dashapp.domain.events import Event, LearningEvent, RefusalReason, Topic
from ingest.caliper import decode
from ingest.caliper.decoding import MAX_ITEMS
from ingest.formats import Format, decode_record, recognise
from tests.ingest.caliper.samples import (
    ANNA,
    EVENT_ID,
    LEARNING_ONLY,
    PAGE,
    QUIZ,
    SECTION,
    SOURCE,
    V1P2,
    attempt,
    caliper_event,
    envelope,
)
from tests.ingest.caliper.talk import TALK
from tests.ingest.caliper.work import WORK

GOOD = caliper_event("ViewEvent", "Viewed", {"id": PAGE, "type": "Page"})
EVENTS = [sample.event for sample in (*WORK, *TALK)]
LARGE = 1_048_576


def refusal(body: bytes) -> Refused:
    (found,) = decode(body, SOURCE)
    assert isinstance(found, Refused), found
    return found


@pytest.mark.parametrize("missing", ["id", "type", "actor", "action", "object", "eventTime"])
def test_an_event_has_all_that_the_standard_requires(missing: str) -> None:
    found = refusal(envelope({**GOOD, missing: None}))
    assert found.detail.endswith(f" - at `/data/0/{missing}`")
    found = refusal(envelope({name: value for name, value in GOOD.items() if name != missing}))
    assert found.detail == f"item 0: Object missing required field `{missing}` - at `/data/0/{missing}`"
    assert found.reason is RefusalReason.INVALID_STATEMENT


@pytest.mark.parametrize(
    ("fields", "pointer", "rule"),
    [
        ({"id": "urn:uuid:9r34jdfj-a0d8-4430-95bd-783ffae4d916"}, "/id", "UUID"),
        ({"id": "https://lms.example/events/1"}, "/id", "UUID"),
        ({"action": "NavigatedTo"}, "/action", "is one of Viewed"),
        ({"type": "Event", "action": ""}, "/action", "`action`"),
        ({"actor": "anna"}, "/actor", "IRI"),
        ({"actor": {"type": "Person"}}, "/actor/id", "IRI"),
        ({"actor": {"id": 5}}, "/actor/id", "Expected `str`"),
        ({"object": {"id": "page 7", "type": "Page"}}, "/object/id", "IRI"),
        ({"object": 7}, "/object", "Expected"),
        ({"group": {"id": "7", "type": "CourseSection"}}, "/group/id", "IRI"),
        ({"eventTime": "2026-03-02T09:30:15.250"}, "/eventTime", "UTC"),
        ({"eventTime": "2026-03-02T10:30:15.250+01:00"}, "/eventTime", "UTC"),
        ({"eventTime": "2026-03-02"}, "/eventTime", "Invalid"),
        ({"eventTime": 1772443815}, "/eventTime", "Expected"),
        ({"eventTime": "1066-10-14T09:00:00.000Z"}, "/eventTime", "years"),
        (
            {"type": "MediaEvent", "action": "Paused", "target": {"currentTime": "11:50"}},
            "/target/currentTime",
            "Invalid",
        ),
        (
            {"type": "MediaEvent", "action": "Paused", "target": {"currentTime": "-PT5S"}},
            "/target/currentTime",
            "from 0",
        ),
        ({"type": "GradeEvent", "action": "Graded"}, "/object/assignee", "assignee"),
        ({"type": "GradeEvent", "action": "Graded", "object": "urn:attempt:1"}, "/object", "by its id alone"),
        (
            {"type": "AssessmentEvent", "action": "Started", "generated": {"duration": "a while"}},
            "/generated/duration",
            "ISO",
        ),
        ({"type": "AssessmentEvent", "action": "Started", "generated": attempt(QUIZ, 0)}, "/generated/count", "from 1"),
        (
            {"type": "GradeEvent", "action": "Graded", "object": attempt(QUIZ), "generated": {"scoreGiven": 1e200}},
            "/generated/scoreGiven",
            "score",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused_with_it(fields: dict[str, Any], pointer: str, rule: str) -> None:
    found = refusal(envelope({**GOOD, **fields}))
    assert found.reason is RefusalReason.INVALID_STATEMENT
    assert rule in found.detail
    assert found.detail.endswith(f" - at `/data/0{pointer}`")
    alone = refusal(json.dumps({**GOOD, **fields}).encode())
    assert alone.detail.endswith(f" - at `{pointer}`")
    assert alone.body is None


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"sensor": None}, "/sensor"),
        ({"sensor": ""}, "/sensor"),
        ({"sendTime": None}, "/sendTime"),
        ({"sendTime": "yesterday"}, "/sendTime"),
        ({"sendTime": "2026-03-02T09:31:00"}, "/sendTime"),
        ({"dataVersion": None}, "/dataVersion"),
        ({"dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p0"}, "/dataVersion"),
        ({"dataVersion": "https://example.org/v1p2"}, "/dataVersion"),
        ({"data": []}, "/data"),
        ({"data": None}, "/data"),
        ({"data": GOOD}, "/data"),
    ],
)
def test_an_envelope_has_all_that_the_standard_requires(fields: dict[str, Any], pointer: str) -> None:
    found = refusal(envelope(GOOD, **fields))
    assert found.reason is RefusalReason.INVALID_STATEMENT
    assert found.detail.endswith(f" - at `{pointer}`")


def test_extended_versions_are_known() -> None:
    assert isinstance(
        decode(envelope(GOOD, version=f"{V1P2}/ToolUseProfile-extension"), LEARNING_ONLY)[0], LearningEvent
    )


def test_a_source_that_may_send_no_learning_events_is_told_so() -> None:
    (found,) = decode(envelope(GOOD), msgspec.structs.replace(SOURCE, allowed=frozenset({Topic.USER})))
    assert isinstance(found, Refused)
    assert found.reason is RefusalReason.FORBIDDEN_KIND


@pytest.mark.parametrize("topic", Topic)
def test_envelopes_and_events_are_recognised_on_any_topic(topic: Topic) -> None:
    assert recognise(envelope(GOOD)) is Format.CALIPER
    assert recognise(json.dumps(GOOD).encode()) is Format.CALIPER
    assert recognise(envelope(GOOD, sendTime=None)) is Format.CALIPER
    for body in (envelope(GOOD), json.dumps(GOOD).encode(), json.dumps([GOOD]).encode()):
        (found,) = decode_record(body, topic, LEARNING_ONLY, LARGE)
        assert isinstance(found, LearningEvent)
        assert found.id == EVENT_ID


def test_a_nul_spoils_its_item_only() -> None:
    bad = {**GOOD, "object": {"id": PAGE, "type": "Page", "name": "a\0b"}}
    first, second = decode_record(envelope(bad, GOOD), Topic.LEARNING, LEARNING_ONLY, LARGE)
    assert isinstance(first, Refused)
    assert first.reason is RefusalReason.NUL_CHARACTER
    assert isinstance(second, LearningEvent)


def deep(depth: int) -> bytes:
    return b'{"id":"urn:a:b","type":"Page","isPartOf":' * depth + b'"urn:a:c"' + b"}" * depth


BOMBS = {
    "deep objects": envelope({**GOOD, "object": 0}).replace(b'"object": 0', b'"object": ' + deep(10_000)),
    "deep arrays that nobody reads": envelope({**GOOD, "extensions": 0}).replace(
        b'"extensions": 0', b'"extensions": ' + b"[" * 10_000 + b"]" * 10_000
    ),
    "a million items": envelope(0).replace(b"[0]", b"[" + b"0," * 999_999 + b"0]"),
    "a huge number": envelope({**GOOD, "object": attempt(QUIZ, 1)}).replace(b'"count": 1', b'"count": ' + b"9" * 5000),
    "an endless number": envelope({**GOOD, "object": {"id": PAGE, "maxScore": 0}}).replace(
        b'"maxScore": 0', b'"maxScore": 1e999999'
    ),
    "not a number": envelope(GOOD, sensor=float("nan")),
    "a lone surrogate": envelope({**GOOD, "object": {"id": PAGE, "type": "Page", "name": "x"}}).replace(
        b'"name": "x"', b'"name": "\\ud800"'
    ),
    "control characters": envelope(GOOD).replace(b"Viewed", b"View\x01ed"),
    "no UTF-8": envelope(GOOD).replace(b"Viewed", b"View\xffed"),
    "half": envelope(GOOD)[:200],
    "nothing": b"",
    "a number": b"5",
    "a text": b'"envelope"',
    "an array": b"[]",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(name: str) -> None:
    for outcomes in (decode(BOMBS[name], SOURCE), decode_record(BOMBS[name], Topic.LEARNING, SOURCE, 1 << 30)):
        assert outcomes
        assert all(isinstance(each, Refused) for each in outcomes)
        assert len(outcomes) == 1


def test_as_many_items_as_are_taken_are_taken() -> None:
    assert len(decode(envelope(*[0] * MAX_ITEMS), SOURCE)) == MAX_ITEMS
    assert refusal(envelope(*[0] * (MAX_ITEMS + 1))).reason is RefusalReason.TOO_LARGE


LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
KEY = st.sampled_from(sorted(GOOD)) | st.text()
JSON = st.recursive(
    LEAF | st.sampled_from([ANNA, SECTION, QUIZ, "_:b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=4),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A good event with something else in one place, or in several, or with a part of it left out."""
    event = json.loads(json.dumps(draw(st.sampled_from(EVENTS))))
    for _ in range(draw(st.integers(1, 3))):
        place: Any = event
        while True:
            keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and draw(st.booleans()):
                place = place[key]
            elif draw(st.integers(0, 3)) == 0:
                del place[key]
                break
            else:
                place[key] = draw(JSON)
                break
    return event


LONGEST = 400
"""Letters of what is said of an event: the longest names all actions of a media event."""


def check(outcomes: list[Event | Refused]) -> None:
    """Whatever came out is refused with words, or can be kept."""
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            assert 0 < len(outcome.detail) <= LONGEST
        else:
            assert outcome.id
            assert b"\\u0000" not in msgspec.json.encode(outcome)
            assert outcome.occurred_at is None or outcome.occurred_at.utcoffset() is not None


@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
@given(mutated(), mutated())
def test_no_mutation_of_an_event_makes_an_exception_or_spoils_another(first: Any, second: Any) -> None:
    check(decode(json.dumps(first).encode(), SOURCE))
    outcomes = decode(envelope(first, GOOD, second), SOURCE)
    check(outcomes)
    assert [each.id for each in outcomes if isinstance(each, LearningEvent)].count(EVENT_ID) >= 1


@settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.sampled_from(EVENTS), st.data())
def test_no_mutation_of_the_bytes_makes_an_exception(event: dict[str, Any], data: st.DataObject) -> None:
    body = bytearray(envelope(event))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.integers(0, 2)):
            case 0:
                body[at] = data.draw(st.integers(0, 255))
            case 1:
                del body[at : at + data.draw(st.integers(1, 40))]
            case _:
                body[at:at] = data.draw(st.binary(max_size=8))
        if not body:
            break
    check(decode(bytes(body), SOURCE))
    check(decode_record(bytes(body), Topic.LEARNING, SOURCE, LARGE))


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(JSON)
def test_no_json_makes_an_exception(value: Any) -> None:
    check(decode(json.dumps(value).encode(), SOURCE))
    check(decode(envelope(value), SOURCE))


@given(st.binary())
def test_no_bytes_make_an_exception(body: bytes) -> None:
    check(decode(body, SOURCE))
