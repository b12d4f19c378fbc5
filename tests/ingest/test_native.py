"""The native format: what is taken, what is refused and why, and what is published about it."""

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp.domain import events as domain
from dashapp.domain.errors import Refused
from dashapp.domain.events import (
    ActivityType,
    AttemptPolicy,
    Event,
    Identifier,
    LearningEvent,
    Outcome,
    Precision,
    RefusalReason,
    Role,
    Source,
    Topic,
    Verb,
)
from dashapp.domain.keys import OrganisationId, SourceId
from ingest.gathering import kind_of
from ingest.native import decode, encode
from ingest.native.schemas import FOLDER, schemas, write, written

ISSUER = "https://lms.example"
SOURCE = Source(SourceId(1), OrganisationId(1), "campus", "campus-lms", ISSUER, frozenset(Topic))
REPOSITORY = Path(__file__).resolve().parents[2]
PERSON = Identifier(ISSUER, "account", "anna")
COURSE = Identifier(ISSUER, "course", "algebra-2026")
ACTIVITY = Identifier(ISSUER, "activity", "quiz-1")
AT = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)


def event(**fields: Any) -> bytes:
    """A good `viewed` event, with some fields replaced; those that are None are left out."""
    whole = {
        "type": "viewed",
        "id": "e-1",
        "time": "2026-03-02T10:30:00+01:00",
        "actor": {"id": "anna"},
        "course": {"id": "algebra-2026"},
        **fields,
    }
    return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()


def refusal(body: bytes, topic: Topic = Topic.LEARNING, source: Source = SOURCE) -> Refused:
    with pytest.raises(Refused) as caught:
        decode(body, topic, source)
    return caught.value


EVERY_KIND: list[Event] = [
    LearningEvent("1", Verb.VIEWED, PERSON, COURSE, AT, activity=ACTIVITY, activity_type=ActivityType.PAGE),
    LearningEvent("2", Verb.INTERACTED, PERSON, COURSE, AT, precision=Precision.DAY, count=17),
    LearningEvent("3", Verb.PLAYED, PERSON, COURSE, AT, activity=ACTIVITY, position_from=1.5),
    LearningEvent("4", Verb.PAUSED, PERSON, COURSE, AT, activity=ACTIVITY, position_from=9),
    LearningEvent("5", Verb.SEEKED, PERSON, COURSE, AT, activity=ACTIVITY, position_from=9, position_to=2),
    LearningEvent("6", Verb.WATCHED, PERSON, COURSE, AT, activity=ACTIVITY, position_from=2, position_to=9),
    LearningEvent("7", Verb.STARTED, PERSON, COURSE, AT, activity=ACTIVITY, attempt=2),
    LearningEvent(
        "8", Verb.ANSWERED, PERSON, COURSE, AT, activity=ACTIVITY, item="i1", response="42", correct=True, max_score=2
    ),
    LearningEvent("9", Verb.SUBMITTED, PERSON, COURSE, AT, activity=ACTIVITY, attempt=3, score=7.5, max_score=10),
    LearningEvent("10", Verb.GRADED, PERSON, COURSE, AT, activity=ACTIVITY, score=-1, exempt=True, banked=True),
    LearningEvent("11", Verb.COMPLETED, PERSON, COURSE, AT),
    LearningEvent("12", Verb.POSTED, PERSON, COURSE, None, activity=ACTIVITY, post="p2", reply_to="p1"),
    domain.Voided("13", "event-12", AT),
    domain.PersonDescribed("14", PERSON, AT, "Anna", "Ärmel", "anna@example.org", is_test=False),
    domain.MembershipChanged("15", PERSON, COURSE, Role.TEACHER, True, AT, "group-a", AT + timedelta(days=90)),
    domain.MembershipChanged("16", PERSON, COURSE, Role.LEARNER, False, AT),
    domain.OutcomeRecorded("17", PERSON, COURSE, Outcome.DISTINCTION, AT),
    domain.CourseDescribed(
        "18",
        COURSE,
        AT,
        "MAT-1",
        "Algebra",
        "Mathematics",
        "Spring 2026",
        date(2026, 2, 2),
        date(2026, 6, 26),
        ((date(2026, 4, 3), date(2026, 4, 12)),),
    ),
    domain.SectionDescribed("19", COURSE, "group-a", AT, "Group A"),
    domain.UnitDescribed("20", COURSE, "week-2", AT, "Week 2", "part-1", 2),
    domain.ActivityDescribed(
        "21", COURSE, ACTIVITY, AT, ActivityType.QUIZ, "Quiz 1", "week-2", AT, AT, 10, 0.2, AttemptPolicy.BEST
    ),
    domain.ExtensionGranted("22", PERSON, COURSE, ACTIVITY, AT + timedelta(days=7), AT),
]


@pytest.mark.parametrize("original", EVERY_KIND, ids=lambda each: f"{type(each).__name__}-{each.id}")
def test_every_kind_of_event_survives_the_way_there_and_back(original: Event) -> None:
    assert decode(encode(original, ISSUER), kind_of(original), SOURCE) == original


@pytest.mark.parametrize("original", EVERY_KIND, ids=lambda each: f"{type(each).__name__}-{each.id}")
def test_identifiers_of_another_issuer_are_written_in_full(original: Event) -> None:
    assert decode(encode(original, "https://elsewhere.example"), kind_of(original), SOURCE) == original


def test_a_membership_event_can_be_voided_on_its_own_topic() -> None:
    voided = domain.Voided("1", "enrolment-1", AT)
    assert decode(encode(voided, ISSUER), Topic.USER, SOURCE) == voided


@given(st.text(min_size=1, max_size=255), st.text(min_size=1, max_size=255))
def test_any_text_without_nul_can_be_an_identifier(name: str, id_text: str) -> None:
    original = LearningEvent(id_text, Verb.VIEWED, Identifier(ISSUER, "account", name), COURSE)
    body = encode(original, ISSUER)
    if "\0" in name + id_text:
        assert refusal(body).reason is RefusalReason.NUL_CHARACTER
    else:
        assert decode(body, Topic.LEARNING, SOURCE) == original


def test_the_encoder_loses_nothing_silently() -> None:
    with pytest.raises(ValueError, match="score"):
        encode(LearningEvent("1", Verb.VIEWED, PERSON, COURSE, score=1), ISSUER)
    with pytest.raises(ValueError, match="activity"):
        encode(LearningEvent("1", Verb.SUBMITTED, PERSON, COURSE), ISSUER)
    with pytest.raises(ValueError, match="without an activity"):
        encode(LearningEvent("1", Verb.VIEWED, PERSON, COURSE, activity_type=ActivityType.QUIZ), ISSUER)
    with pytest.raises(ValueError, match="end of its own"):
        encode(domain.MembershipChanged("1", PERSON, COURSE, Role.LEARNER, False, AT, ends_at=AT), ISSUER)


def test_fields_that_nobody_knows_are_ignored() -> None:
    plain = decode(event(), Topic.LEARNING, SOURCE)
    assert decode(event(mood="good", actor={"id": "anna", "roles": ["administrator"]}), Topic.LEARNING, SOURCE) == plain


def test_times_are_taken_in_any_zone_and_kept_in_utc() -> None:
    taken = decode(event(time="2026-03-02T10:30:00.5+01:00"), Topic.LEARNING, SOURCE)
    assert isinstance(taken, LearningEvent)
    assert taken.occurred_at == datetime(2026, 3, 2, 9, 30, 0, 500_000, tzinfo=UTC)
    assert taken.occurred_at.tzinfo is UTC
    far = LearningEvent("1", Verb.VIEWED, PERSON, COURSE, AT.astimezone(timezone(timedelta(hours=-11))))
    assert decode(encode(far, ISSUER), Topic.LEARNING, SOURCE).occurred_at == AT


REFUSALS: list[tuple[str, bytes, RefusalReason, str]] = [
    ("nothing", b"", RefusalReason.NOT_JSON, "truncated"),
    ("truncated JSON", event()[:-9], RefusalReason.NOT_JSON, "truncated"),
    ("JSON and more", event() + b" x", RefusalReason.NOT_JSON, "trailing"),
    ("a byte order mark", b"\xef\xbb\xbf" + event(), RefusalReason.NOT_JSON, "byte 0"),
    ("NaN", event(count="?").replace(b'"?"', b"NaN"), RefusalReason.NOT_JSON, "malformed"),
    ("Infinity", event(count="?").replace(b'"?"', b"Infinity"), RefusalReason.NOT_JSON, "malformed"),
    ("a list", b"[1]", RefusalReason.WRONG_TYPE, "object"),
    ("null", b"null", RefusalReason.WRONG_TYPE, "object"),
    ("invalid UTF-8", event(id="?").replace(b"?", b"\xff\xfe"), RefusalReason.NOT_UTF8, "byte"),
    ("invalid UTF-8 in an unknown field", event(x="?").replace(b"?", b"\xc3\x28"), RefusalReason.NOT_UTF8, "byte"),
    ("UTF-16", event().decode().encode("utf-16"), RefusalReason.NOT_UTF8, "byte 0"),
    ("NUL", event(id="a\0b"), RefusalReason.NUL_CHARACTER, "escaped"),
    ("NUL after a backslash", event(id="a\\\0b"), RefusalReason.NUL_CHARACTER, "escaped"),
    ("NUL in an unknown field", event(x=["\0"]), RefusalReason.NUL_CHARACTER, "escaped"),
    ("a NUL byte", event(id="a?").replace(b"?", b"\0"), RefusalReason.NUL_CHARACTER, "byte"),
    ("half a surrogate pair", event(id="?").replace(b"?", b"\\ud800"), RefusalReason.NOT_JSON, ""),
    ("the other half", event(id="?").replace(b"?", b"\\udc00"), RefusalReason.NOT_JSON, ""),
    ("two first halves", event(id="?").replace(b"?", b"\\ud800\\ud800"), RefusalReason.NOT_JSON, ""),
    ("half a pair in an unknown field", event(x="?").replace(b"?", b"\\ud800 x"), RefusalReason.NOT_JSON, ""),
    ("half a pair in an unknown name", event(x="").replace(b'"x"', b'"\\udc00"'), RefusalReason.NOT_JSON, "surrogate"),
    ("half a pair as type", event(type="?").replace(b"?", b"\\udfff"), RefusalReason.NOT_JSON, "surrogate"),
    ("half a pair as encoded bytes", event(id="?").replace(b"?", b"\xed\xa0\x80"), RefusalReason.NOT_UTF8, "byte"),
    ("deep nesting", event(x="?").replace(b'"?"', b"[" * 200_000 + b"]" * 200_000), RefusalReason.TOO_LARGE, "deep"),
    ("ten megabytes", event(x="y" * 10_000_000), RefusalReason.TOO_LARGE, "10000"),
    ("no type", event(type=None), RefusalReason.WRONG_TYPE, "`type`"),
    ("a number as type", event(type=5), RefusalReason.WRONG_TYPE, "$.type"),
    ("an unknown type", event(type="danced"), RefusalReason.UNKNOWN_TYPE, "$.type"),
    ("an unknown type, cut off", b'{"type":"danced"', RefusalReason.NOT_JSON, "truncated"),
    ("an unknown type before no JSON", b'{"type":"danced",x}', RefusalReason.NOT_JSON, "malformed"),
    ("an unknown type before half a pair", b'{"type":"danced","x":"\\ud800 x"}', RefusalReason.NOT_JSON, ""),
    ("an unknown type before depth", b'{"type":"danced","x":' + b"[" * 200_000, RefusalReason.TOO_LARGE, "deep"),
    ("an unknown type before digits", b'{"type":"danced","x":' + b"9" * 9_999 + b"}", RefusalReason.UNKNOWN_TYPE, ""),
    ("an unknown type and a list as type", b'{"type":"danced","type":[]}', RefusalReason.UNKNOWN_TYPE, "$.type"),
    ("a type of another topic", event(type="enrolled"), RefusalReason.FORBIDDEN_KIND, "$.type"),
    ("no id", event(id=None), RefusalReason.WRONG_TYPE, "`id`"),
    ("an empty id", event(id=""), RefusalReason.WRONG_TYPE, "$.id"),
    ("a long id", event(id="x" * 256), RefusalReason.WRONG_TYPE, "$.id"),
    ("a number as id", event(id=7), RefusalReason.WRONG_TYPE, "$.id"),
    ("no actor", event(actor=None), RefusalReason.WRONG_TYPE, "`actor`"),
    ("a text as actor", event(actor="anna"), RefusalReason.WRONG_TYPE, "$.actor"),
    ("an actor without id", event(actor={}), RefusalReason.WRONG_TYPE, "$.actor"),
    ("a list as course", event(course=[]), RefusalReason.WRONG_TYPE, "$.course"),
    ("an unknown kind of activity", event(activity={"id": "a", "type": "q"}), RefusalReason.WRONG_TYPE, "$.activity.t"),
    ("work without an activity", event(type="submitted"), RefusalReason.WRONG_TYPE, "`activity`"),
    ("a fraction as count", event(count=1.5), RefusalReason.WRONG_TYPE, "$.count"),
    ("no count at all", event(count=0), RefusalReason.WRONG_TYPE, "$.count"),
    ("a huge count", event(count=10**30), RefusalReason.WRONG_TYPE, "$.count"),
    ("a count of 5,000 digits", event(count="?").replace(b'"?"', b"9" * 5000), RefusalReason.WRONG_TYPE, "$.count"),
    ("a truth as count", event(count=True), RefusalReason.WRONG_TYPE, "$.count"),
    ("a score beyond all numbers", event(type="graded", activity={"id": "a"}, score="?").replace(b'"?"', b"1e999"),
     RefusalReason.WRONG_TYPE, "$.score"),
    ("a time without an offset", event(time="2026-03-02T10:30:00"), RefusalReason.WRONG_TYPE, "$.time"),
    ("a date as time", event(time="2026-03-02"), RefusalReason.WRONG_TYPE, "$.time"),
    ("seconds as time", event(time=1_772_000_000), RefusalReason.WRONG_TYPE, "$.time"),
    ("a time in words", event(time="yesterday"), RefusalReason.WRONG_TYPE, "$.time"),
    ("hour 24", event(time="2026-03-02T24:00:00Z"), RefusalReason.WRONG_TYPE, "$.time"),
    ("the 30th of February", event(time="2026-02-30T10:00:00Z"), RefusalReason.WRONG_TYPE, "$.time"),
    ("the year 1", event(time="0001-01-01T00:00:00+14:00"), RefusalReason.TOO_OLD, "$.time"),
    ("the year 9999", event(time="9999-12-31T23:59:59-12:00"), RefusalReason.IN_THE_FUTURE, "$.time"),
    ("another organisation", event(organisation="elsewhere"), RefusalReason.FOREIGN_ORGANISATION, "$.organisation"),
    ("an administrator", event(role="administrator"), RefusalReason.FORBIDDEN_ROLE, "$.role"),
    ("a guardian", event(actor={"id": "anna", "role": "guardian"}), RefusalReason.FORBIDDEN_ROLE, "$.actor.role"),
    ("a number as role", event(role=5), RefusalReason.WRONG_TYPE, "$.role"),
    ("a stretch that ends before it begins",
     event(type="watched", activity={"id": "a"}, position_from=9, position_to=2), RefusalReason.WRONG_TYPE,
     "$.position_to"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "reason", "detail"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_bad_input_is_refused_with_its_reason(body: bytes, reason: RefusalReason, detail: str) -> None:
    refused = refusal(body)
    assert refused.reason is reason
    assert detail in refused.detail
    assert len(refused.detail) <= 300


@pytest.mark.parametrize(
    ("fields", "topic", "reason", "detail"),
    [
        ({"type": "enrolled", "role": "administrator"}, Topic.USER, RefusalReason.FORBIDDEN_ROLE, "$.role"),
        ({"type": "enrolled", "ends_at": "2020-01-01T00:00:00Z"}, Topic.USER, RefusalReason.WRONG_TYPE, "$.ends_at"),
        ({"type": "outcome_recorded", "outcome": "eaten"}, Topic.USER, RefusalReason.WRONG_TYPE, "$.outcome"),
        ({"type": "course_described", "starts_on": "2026-2-2"}, Topic.CONTENT, RefusalReason.WRONG_TYPE, "$.starts_on"),
        ({"type": "course_described", "starts_on": "0026-02-02"}, Topic.CONTENT, RefusalReason.WRONG_TYPE, "$.starts"),
        (
            {"type": "course_described", "starts_on": "2026-02-02", "ends_on": "2026-01-01"},
            Topic.CONTENT,
            RefusalReason.WRONG_TYPE,
            "$.ends_on",
        ),
        (
            {"type": "course_described", "breaks": [["2026-04-12", "2026-04-03"]]},
            Topic.CONTENT,
            RefusalReason.WRONG_TYPE,
            "$.breaks[0]",
        ),
        (
            {"type": "activity_described", "activity": {"id": "a"}, "due_at": "9999-12-31T23:59:59Z"},
            Topic.CONTENT,
            RefusalReason.WRONG_TYPE,
            "$.due_at",
        ),
        ({"type": "unit_described", "unit": "u", "position": 1e9}, Topic.CONTENT, RefusalReason.WRONG_TYPE, "$.pos"),
    ],
)
def test_bad_descriptions_are_refused(fields: Any, topic: Topic, reason: RefusalReason, detail: str) -> None:
    refused = refusal(event(**fields), topic)
    assert refused.reason is reason
    assert detail in refused.detail


def test_a_backslash_before_u0000_is_no_nul() -> None:
    assert decode(event(id="\\u0000"), Topic.LEARNING, SOURCE).id == "\\u0000"


def test_a_source_may_send_only_what_it_is_allowed_to() -> None:
    narrow = Source(SourceId(2), OrganisationId(1), "campus", "sensor", ISSUER, frozenset({Topic.LEARNING}))
    assert refusal(event(type="enrolled"), Topic.USER, narrow).reason is RefusalReason.FORBIDDEN_KIND


def test_the_own_organisation_may_be_claimed() -> None:
    assert decode(event(organisation="campus"), Topic.LEARNING, SOURCE).id == "e-1"


def test_the_published_schemas_are_those_of_the_code(tmp_path: Path) -> None:
    """After a change of the format: `python -m ingest.native.schemas`."""
    assert {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")} == {
        tag: written(schema) for tag, schema in schemas().items()
    }
    (tmp_path / "danced.json").touch()
    assert write(tmp_path) == len(list(tmp_path.glob("*.json")))


@pytest.mark.parametrize("original", EVERY_KIND, ids=lambda each: f"{type(each).__name__}-{each.id}")
def test_what_is_encoded_obeys_the_published_schema(original: Event) -> None:
    body = json.loads(encode(original, ISSUER))
    jsonschema.validate(body, schemas()[body["type"]], format_checker=jsonschema.FormatChecker())


def documented() -> list[dict[str, Any]]:
    """The examples of docs/events.md: every JSON block that is an event."""
    text = (REPOSITORY / "docs" / "events.md").read_text(encoding="utf-8")
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def test_every_documented_example_obeys_its_schema_and_is_taken() -> None:
    kinds = {tag: kind for kind, tags in TYPES_OF.items() for tag in tags}
    examples = documented()
    for example in examples:
        jsonschema.validate(example, schemas()[example["type"]], format_checker=jsonschema.FormatChecker())
        decode(json.dumps(example).encode(), kinds[example["type"]], SOURCE)
    assert {example["type"] for example in examples} == set(schemas())


def test_every_reason_for_a_refusal_is_documented() -> None:
    text = (REPOSITORY / "docs" / "events.md").read_text(encoding="utf-8")
    assert [reason.value for reason in RefusalReason if f"`{reason.value}`" not in text] == []


TYPES_OF = {
    Topic.LEARNING: [verb.value for verb in Verb] + ["voided"],
    Topic.USER: ["person_described", "enrolled", "unenrolled", "outcome_recorded"],
    Topic.CONTENT: [
        "course_described",
        "section_described",
        "unit_described",
        "activity_described",
        "extension_granted",
    ],
}
