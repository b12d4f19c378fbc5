"""Anything at all into the decoders: no exception leaves them, nothing invalid is counted, nothing valid is lost."""

import json
import random
from typing import Any, get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dashapp.data.store.keys import encode
from dashapp.domain.errors import Refused
from dashapp.domain.events import Event, LearningEvent, MembershipChanged, RefusalReason, Topic
from ingest.formats import decode_record, kind_of
from ingest.native import MAX_EVENT_BYTES, decode, wire
from ingest.xapi.vocabulary import MEANINGS, Meaning
from tests.ingest.test_formats import CALIPER_BODY, NATIVE
from tests.ingest.valid import a_caliper_envelope, a_caliper_event, a_native_event
from tests.ingest.xapi.statements import COURSE, ID, QUESTION, QUIZ, SCORED, SOURCE, VIDEO, statement, verb, within


def record(body: bytes, topic: Topic = Topic.LEARNING) -> list[Event | Refused]:
    """What is in a record, by both ways in: the ingest tries every record as a native event first."""
    found = decode_record(body, topic, SOURCE, MAX_EVENT_BYTES)
    try:
        native = decode(body, topic, SOURCE)
    except Refused as refused:
        hold([refused])
    else:
        assert found == [native]
    return found


def hold(outcomes: list[Event | Refused]) -> None:
    """What is true of everything that leaves the decoders: it can be kept, or says why not."""
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            assert outcome.detail
            assert isinstance(outcome.reason, RefusalReason)
            continue
        assert b"\\u0000" not in encode(outcome)
        assert kind_of(outcome) in SOURCE.allowed
        assert 0 < len(outcome.id) <= 255
        if isinstance(outcome, LearningEvent):
            assert outcome.person.value
            assert outcome.course.value
            assert outcome.count >= 1
            assert outcome.attempt >= 1
            for name in (outcome.person, outcome.course, *filter(None, [outcome.activity])):
                assert len((name.issuer + name.kind + name.value).encode()) < 2_600


# ------------------------------------------------------------------ mutations

KEYS = ["id", "name", "objectType", "mbox", "account", "type", "verb", "extensions", "x"]
TEXTS = ["https://a.example/b", "mailto:a@b.example", ID, "2026-03-02T09:30:00Z", "PT1H", "en-US", "", "\x07", "é😀"]
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=6,
)
SEEDS: list[Any] = [
    NATIVE,
    {**NATIVE, "type": "answered", "activity": {"id": "q", "type": "quiz"}, "item": "i", "score": 1, "max_score": 2},
    statement(),
    statement(verb=verb("completed"), object=QUIZ, result={**SCORED, "success": True, "duration": "PT1H"}),
    statement(verb=verb("answered"), object=QUESTION, context=within(QUIZ, COURSE, registration=ID, language="de")),
    statement(
        verb=verb("terminated"),
        object=VIDEO,
        result={"extensions": {"https://w3id.org/xapi/video/extensions/played-segments": "0[.]3[,]9"}},
    ),
    statement(verb=verb("voided"), object={"objectType": "StatementRef", "id": ID}),
    statement(actor={"objectType": "Group", "member": [{"mbox": "mailto:a@b.example"}]}),
    json.loads(CALIPER_BODY),
    [statement(), NATIVE],
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a message, the message itself included."""
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


def changed(value: Any, path: tuple[Any, ...], change: Any) -> Any:
    """The message with something else at a place; `Ellipsis` takes it out."""
    if not path:
        return None if change is ... else change
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if key != path[0] or change is not ... or len(path) > 1}
        if path[0] in kept:
            kept[path[0]] = changed(value[path[0]], path[1:], change)
        return kept
    return [changed(inner, path[1:], change) if index == path[0] else inner for index, inner in enumerate(value)]


@given(st.data())
def test_no_change_of_a_message_breaks_a_decoder(data: st.DataObject) -> None:
    message = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(message)))
        message = changed(message, path, data.draw(JSON | st.just(...)))
    hold(record(json.dumps(message).encode(), data.draw(st.sampled_from(list(Topic)))))


@given(st.data())
def test_no_change_of_bytes_breaks_a_decoder(data: st.DataObject) -> None:
    body = bytearray(json.dumps(data.draw(st.sampled_from(SEEDS)), ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(body) - 1)))
        match data.draw(st.integers(0, 2)):
            case 0:
                body[at : at + 1] = bytes([data.draw(st.integers(0, 255))])
            case 1:
                del body[at : at + data.draw(st.integers(1, 30))]
            case _:
                body[at:at] = data.draw(st.binary(max_size=8) | st.sampled_from([b'"', b"{", b"[", b"\\u", b"1e309"]))
    hold(record(bytes(body)))


@given(st.binary(max_size=200))
def test_no_bytes_break_a_decoder(body: bytes) -> None:
    hold(record(body))


@given(JSON)
def test_no_json_breaks_a_decoder(message: Any) -> None:
    hold(record(json.dumps(message).encode()))


def test_a_whole_corpus_of_mutations_breaks_no_decoder() -> None:
    """Ten thousand changes from a fixed seed, so that every run sees the same ones."""
    chance = random.Random(20_260_302)
    odd: list[Any] = [
        None,
        True,
        -1,
        1e308,
        10**30,
        "",
        "x",
        "\x07",
        "😀",
        "-00:00",
        [],
        {},
        [[]],
        {"": ""},
        {"en": None},
    ]
    for _ in range(10_000):
        message = chance.choice(SEEDS)
        for _ in range(chance.randint(1, 4)):
            message = changed(message, chance.choice(places(message)), chance.choice([..., *odd]))
        hold(record(json.dumps(message).encode()))


# ------------------------------------------------------------------ nothing valid lost, nothing invalid counted

NAMES: list[Any] = [{}, {"en": "a"}, {"de-CH-1996": "é", "zh-Hant": "x"}, {"x-own": "\u2028"}]
EXTENSIONS: list[Any] = [
    {},
    {"https://x.example/e": None},
    {"https://x.example/e": [{"": [None, 1e300]}], "urn:x": {"a": True}},
    {"https://w3id.org/xapi/video/extensions/time": {"not": "a number"}},
    {"https://w3id.org/xapi/video/extensions/played-segments": "[,][.][,]", "a:b": -(10**40)},
]
TYPES = [
    QUIZ["definition"]["type"],
    COURSE["definition"]["type"],
    QUESTION["definition"]["type"],
    "https://x.example/t",
]
VERBS = [iri for iri in (*MEANINGS, "https://x.example/juggled") if MEANINGS.get(iri) is not Meaning.VOID]
DURATIONS = ["PT0S", "P1Y2M3DT4H5M6.789S", "P3W", "PT36H", "P0.5D", "PT1,5H"]
BREACHES: list[tuple[tuple[str, ...], Any]] = [
    (("actor",), {}),
    (("verb", "id"), "did"),
    (("object", "id"), "here"),
    (("object", "definition", "type"), "page"),
    (("result", "score", "scaled"), 1.5),
    (("result", "duration"), "an hour"),
    (("result", "success"), None),
    (("timestamp",), "2026-03-02T09:30:00-00:00"),
    (("version",), "0.9"),
    (("id",), "x"),
    (("context", "extensions"), {"mood": 1}),
    (("context",), {"registration": "x"}),
]
SEED = st.integers(0, 2**32)


def a_person(chance: random.Random) -> dict[str, Any]:
    number = chance.randrange(10**6)
    people: list[dict[str, Any]] = [
        {"account": {"homePage": f"https://x.example/{number}", "name": chance.choice(["a", "é", " ", "x" * 300])}},
        {"mbox": f"mailto:a.{number}+b@x.example", "name": "A"},
        {"mbox_sha1sum": f"{number:040x}"},
        {"openid": f"https://x.example/{number}", "objectType": "Agent"},
    ]
    return chance.choice(people)


def an_activity(chance: random.Random) -> dict[str, Any]:
    definition = {"type": chance.choice(TYPES), "name": chance.choice(NAMES), "extensions": chance.choice(EXTENSIONS)}
    return {"objectType": "Activity", "id": f"https://x.example/{chance.randrange(9)}", "definition": definition}


def a_statement(seed: int) -> dict[str, Any]:
    """A valid statement, another for each seed."""
    chance = random.Random(seed)
    return {
        "id": str(UUID(int=chance.getrandbits(128))),
        "actor": a_person(chance),
        "verb": {"id": chance.choice(VERBS), "display": chance.choice(NAMES)},
        "object": an_activity(chance),
        "result": {
            "score": {"scaled": chance.uniform(-1, 1), "raw": chance.choice([0, -3.5, 1e300])},
            "success": chance.random() < 0.5,
            "completion": chance.random() < 0.5,
            "response": chance.choice(["", "a", "\u2028é😀" * 2000]),
            "duration": chance.choice(DURATIONS),
            "extensions": chance.choice(EXTENSIONS),
        },
        "context": {
            "contextActivities": {"grouping": [an_activity(chance) for _ in range(chance.randrange(3))]},
            "extensions": chance.choice(EXTENSIONS),
        },
        "timestamp": f"{chance.randint(1990, 2030)}-03-02T09:30:00.5{chance.choice(['Z', '+05:45', '-12:00', ''])}",
        "version": chance.choice(["1.0", "1.0.3", "2.0.0"]),
    }


@given(SEED)
def test_no_valid_statement_is_lost(seed: int) -> None:
    said = a_statement(seed)
    (outcome,) = record(json.dumps(said).encode())
    assert not isinstance(outcome, Refused), outcome
    assert outcome.id == said["id"]
    hold([outcome])


@given(st.lists(st.tuples(SEED, st.none() | st.sampled_from(BREACHES)), min_size=1, max_size=6))
def test_of_an_array_the_valid_statements_are_counted_and_no_others(
    items: list[tuple[int, tuple[tuple[str, ...], Any] | None]],
) -> None:
    sent = [a_statement(seed) for seed, _ in items]
    sent = [changed(said, *breach) if breach else said for said, (_, breach) in zip(sent, items, strict=True)]
    outcomes = record(json.dumps(sent).encode())
    assert len(outcomes) == len(sent)
    for outcome, (_, breach) in zip(outcomes, items, strict=True):
        assert isinstance(outcome, Refused) == (breach is not None)


TOPICS = {
    str(struct.__struct_config__.tag): topic
    for topic, union in (
        (Topic.CONTENT, wire.WireContent),
        (Topic.USER, wire.WireUser),
        (Topic.LEARNING, wire.WireLearning),
    )
    for struct in get_args(union)
}


@given(SEED)
def test_no_valid_native_event_is_lost(seed: int) -> None:
    said = a_native_event(seed)
    (outcome,) = record(json.dumps(said).encode(), TOPICS[said["type"]])
    assert not isinstance(outcome, Refused), (outcome, said)
    assert outcome.id == said["id"]
    hold([outcome])


@given(SEED)
def test_no_valid_caliper_event_is_lost(seed: int) -> None:
    said, ids = a_caliper_envelope(seed)
    outcomes = record(json.dumps(said).encode())
    assert [one for one in outcomes if isinstance(one, Refused)] == []
    assert [one.id for one in outcomes if isinstance(one, LearningEvent)] == ids
    hold(outcomes)


def an_item(seed: int) -> tuple[Any, list[str] | None]:
    """Something that an array may hold, and the ids of what people do in it; None: it is refused."""
    statement_, event, (envelope_, ids) = a_statement(seed), a_caliper_event(seed), a_caliper_envelope(seed)
    of_caliper = event["id"].lower().removeprefix("urn:uuid:")
    items: list[tuple[Any, list[str] | None]] = [
        (statement_, [statement_["id"]]),
        ({**NATIVE, "id": str(seed)}, [str(seed)]),
        (event, [of_caliper]),
        (envelope_, ids),
        ({**statement_, "actor": {}}, None),
        ({**NATIVE, "count": 0}, None),
        ({**event, "eventTime": "yesterday"}, None),
        ([statement_], None),
        (10**40, None),
        ({}, None),
    ]
    return random.Random(seed).choice(items)


@given(st.lists(SEED, min_size=1, max_size=8))
def test_of_an_array_of_all_formats_the_valid_events_are_counted_and_no_others(seeds: list[int]) -> None:
    items = [an_item(seed) for seed in seeds]
    outcomes = record(json.dumps([said for said, _ in items]).encode())
    # Who is registered for a course is a learner there.
    counted = [one.id for one in outcomes if isinstance(one, LearningEvent | MembershipChanged)]
    assert counted == [one for _, ids in items if ids is not None for one in ids]
    assert sum(isinstance(one, Refused) for one in outcomes) == sum(ids is None for _, ids in items)
    hold(outcomes)
