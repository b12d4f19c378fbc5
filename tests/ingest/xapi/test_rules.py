"""What the specification calls invalid is refused, with the rule that is broken and the place of it."""

import json
from typing import Any

import pytest

from dashapp.domain.errors import Refused
from dashapp.domain.events import Event, LearningEvent, RefusalReason, Voided
from ingest.xapi import decode
from tests.ingest.xapi.statements import ADL, ID, SOURCE, decoded, learning, refusal, statement, verb

AGENT = {"mbox": "mailto:anna@example.org"}
ANNA = {"account": {"homePage": "https://lms.example", "name": "anna"}}
REFERENCE = {"objectType": "StatementRef", "id": ID}
PAGE = {"id": "https://lms.example/page/7"}
PLAN = {"objectType": "SubStatement", "actor": AGENT, "verb": verb("attempted"), "object": PAGE}
ATTACHMENT = {
    "usageType": "http://adlnet.gov/expapi/attachments/signature",
    "display": {"en": "A signature"},
    "contentType": "application/octet-stream",
    "length": 4235,
    "sha2": "672fa5fa658017f1b72d65036f13379c6ab05d4ab3b6664908d8acf0b6a0c634",
}


def defined(**definition: Any) -> dict[str, Any]:
    return {"object": {**PAGE, "definition": definition}}


def result(**values: Any) -> dict[str, Any]:
    return {"result": values}


def context(**values: Any) -> dict[str, Any]:
    return {"context": values}


BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"actor": None}, "missing required field `actor`", "/"),
    ({"verb": None}, "missing required field `verb`", "/"),
    ({"object": None}, "missing required field `object`", "/"),
    ({"mood": "good"}, "unknown field `mood`", "/"),
    ({"Actor": AGENT}, "unknown field `Actor`", "/"),
    ({"id": "7"}, "a UUID has", "/id"),
    ({"id": 7}, "Expected `str`, got `int`", "/id"),
    ({"actor": {}}, "exactly one inverse functional identifier", "/actor"),
    ({"actor": {"name": "Anna"}}, "exactly one inverse functional identifier", "/actor"),
    ({"actor": {**AGENT, **ANNA}}, "exactly one inverse functional identifier", "/actor"),
    ({"actor": {**AGENT, "member": []}}, "only a group has members", "/actor/member"),
    ({"actor": {"mbox": "anna@example.org"}}, "an mbox is a mailto: IRI", "/actor/mbox"),
    ({"actor": {"mbox_sha1sum": "abc"}}, "40 hexadecimal digits", "/actor/mbox_sha1sum"),
    ({"actor": {"openid": "anna"}}, "an openid is a URI", "/actor/openid"),
    ({"actor": {"account": {"homePage": "lms", "name": "a"}}}, "home page is an IRL", "/actor/account/homePage"),
    ({"actor": {"account": {"homePage": "https://l", "name": ""}}}, "an account has a name", "/actor/account/name"),
    ({"actor": {"account": {"name": "a"}}}, "missing required field `homePage`", "/actor/account"),
    ({"actor": {**ANNA, "objectType": "Person"}}, "Invalid enum value", "/actor/objectType"),
    ({"actor": {"objectType": "Group"}}, "a group without an identifier has members", "/actor"),
    ({"actor": {"objectType": "Group", **AGENT, **ANNA}}, "at most one inverse functional identifier", "/actor"),
    (
        {"actor": {"objectType": "Group", "member": [{"objectType": "Group", **AGENT}]}},
        "the members of a group are agents",
        "/actor/member/0",
    ),
    (
        {"actor": {"objectType": "Group", "member": [AGENT, {}]}},
        "exactly one inverse functional identifier",
        "/actor/member/1",
    ),
    ({"verb": {"display": {"en": "did"}}}, "missing required field `id`", "/verb"),
    ({"verb": {"id": "experienced"}}, "an IRI has a scheme", "/verb/id"),
    ({"verb": {"id": f"{ADL}experienced", "display": {"not a language": "x"}}}, "RFC 5646", "/verb/display"),
    ({"verb": {"id": f"{ADL}experienced", "display": {"en": 7}}}, "Expected `str`, got `int`", "/verb/display/..."),
    ({"object": {"id": "page 7"}}, "the id of an activity is an IRI", "/object/id"),
    ({"object": {}}, "missing required field `id`", "/object"),
    ({"object": {**PAGE, "objectType": "Thing"}}, "an object is an Activity", "/object/objectType"),
    ({"object": {**PAGE, "title": "x"}}, "unknown field `title`", "/object"),
    (defined(type="page"), "an IRI has a scheme", "/object/definition/type"),
    (defined(name={"": "x"}), "RFC 5646", "/object/definition/name"),
    (defined(name="Page 7"), "Expected `object`, got `str`", "/object/definition/name"),
    (defined(moreInfo="here"), "an IRI has a scheme", "/object/definition/moreInfo"),
    (defined(extensions={"mood": 1}), "keys of extensions are IRIs", "/object/definition/extensions"),
    (defined(interactionType="guess"), "Invalid enum value", "/object/definition/interactionType"),
    (defined(correctResponsesPattern=["a"]), "need an interactionType", "/object/definition"),
    (defined(choices=[{"id": "a"}]), "need an interactionType", "/object/definition"),
    (defined(interactionType="numeric", choices=[{"id": "a"}]), "has no choices", "/object/definition/choices"),
    (
        defined(interactionType="choice", choices=[{"id": "a"}, {"id": "a"}]),
        "ids of interaction components are distinct",
        "/object/definition/choices",
    ),
    (
        defined(interactionType="likert", scale=[{"id": "a", "description": {"-": "x"}}]),
        "RFC 5646",
        "/object/definition/scale/0/description",
    ),
    (result(score={"scaled": 1.01}), "between -1 and 1", "/result/score/scaled"),
    (result(score={"scaled": "1"}), "Expected `float`, got `str`", "/result/score/scaled"),
    (result(score={"raw": 1, "min": 2}), "not less than its minimum", "/result/score/raw"),
    (result(score={"raw": 3, "max": 2}), "not greater than its maximum", "/result/score/raw"),
    (result(score={"min": 5, "max": 5}), "minimum of a score is less", "/result/score/min"),
    (result(score={"points": 5}), "unknown field `points`", "/result/score"),
    (result(success="yes"), "Expected `bool`, got `str`", "/result/success"),
    (result(completion=None), "Expected `bool`, got `null`", "/result/completion"),
    (result(response=7), "Expected `str`, got `int`", "/result/response"),
    (result(duration="90"), "written as ISO 8601", "/result/duration"),
    (result(duration="P"), "written as ISO 8601", "/result/duration"),
    (result(duration="PT"), "written as ISO 8601", "/result/duration"),
    (result(duration="P1DT"), "written as ISO 8601", "/result/duration"),
    (result(duration="P1W2D"), "written as ISO 8601", "/result/duration"),
    (result(extensions={"time": 1}), "keys of extensions are IRIs", "/result/extensions"),
    (context(registration="one"), "a UUID has", "/context/registration"),
    (context(instructor={}), "exactly one inverse", "/context/instructor"),
    (context(team=AGENT), "a team is a group", "/context/team"),
    (context(language="English (US)"), "RFC 5646", "/context/language"),
    (context(statement={"id": ID}), "missing required field `objectType`", "/context/statement"),
    (context(statement={**REFERENCE, "id": "x"}), "a UUID has", "/context/statement/id"),
    (context(mood="good"), "unknown field `mood`", "/context"),
    (context(contextActivities={"sibling": []}), "unknown field `sibling`", "/context/contextActivities"),
    (
        context(contextActivities={"parent": [PAGE, {"id": "x"}]}),
        "the id of an activity is an IRI",
        "/context/contextActivities/parent/1/id",
    ),
    (
        context(contextActivities={"category": {"id": "x"}}),
        "the id of an activity is an IRI",
        "/context/contextActivities/category/id",
    ),
    (context(extensions={"": 1}), "keys of extensions are IRIs", "/context/extensions"),
    (
        context(contextAgents=[{"objectType": "contextAgent", "agent": {}}]),
        "exactly one inverse",
        "/context/contextAgents/0/agent",
    ),
    (
        context(contextAgents=[{"objectType": "contextAgent", "agent": AGENT, "relevantTypes": []}]),
        "relevant types are not empty",
        "/context/contextAgents/0/relevantTypes",
    ),
    (
        context(contextGroups=[{"objectType": "contextGroup", "group": AGENT}]),
        "a context group is a group",
        "/context/contextGroups/0/group",
    ),
    ({**context(platform="LMS"), "object": REFERENCE}, "only a statement about an activity", "/context/platform"),
    ({**context(revision="7"), "object": {"objectType": "Agent", **AGENT}}, "about an activity", "/context/revision"),
    ({"timestamp": "yesterday"}, "a timestamp is written as ISO 8601", "/timestamp"),
    ({"timestamp": "2026-03-02"}, "a timestamp is written as ISO 8601", "/timestamp"),
    ({"timestamp": "2026-02-30T09:30:00Z"}, "a timestamp is written as ISO 8601", "/timestamp"),
    ({"timestamp": "2026-03-02T09:30:00-00:00"}, "no offset of -00:00", "/timestamp"),
    ({"timestamp": "2026-03-02T09:30:00-0000"}, "no offset of -00:00", "/timestamp"),
    ({"timestamp": "2026-03-02T09:30:00-00"}, "no offset of -00:00", "/timestamp"),
    ({"timestamp": 1772443800}, "Expected `str`, got `int`", "/timestamp"),
    ({"stored": "yesterday"}, "a timestamp is written as ISO 8601", "/stored"),
    ({"version": "0.95"}, "the version is 1.0.x or 2.0.x", "/version"),
    ({"version": "1.1.0"}, "the version is 1.0.x or 2.0.x", "/version"),
    ({"authority": {}}, "exactly one inverse", "/authority"),
    (
        {"authority": {"objectType": "Group", "member": [AGENT]}},
        "a group as authority has exactly two members",
        "/authority/member",
    ),
    ({"attachments": [{}]}, "missing required field `usageType`", "/attachments/0"),
    ({"attachments": [{**ATTACHMENT, "usageType": "x"}]}, "an IRI has a scheme", "/attachments/0/usageType"),
    ({"attachments": [{**ATTACHMENT, "fileUrl": "x"}]}, "an IRI has a scheme", "/attachments/0/fileUrl"),
    ({"verb": verb("voided")}, "the object of a voiding statement is a StatementRef", "/object"),
    ({"object": {**REFERENCE, "id": "x"}}, "a UUID has", "/object/id"),
    ({"object": {"objectType": "Agent"}}, "exactly one inverse", "/object"),
    ({"object": {**PLAN, "id": ID}}, "unknown field `id`", "/object"),
    ({"object": {**PLAN, "object": PLAN}}, "a SubStatement holds no other SubStatement", "/object/object"),
    ({"object": {**PLAN, "verb": {"id": "x"}}}, "an IRI has a scheme", "/object/verb/id"),
    ({"object": {**PLAN, "timestamp": "x"}}, "written as ISO 8601", "/object/timestamp"),
]


@pytest.mark.parametrize(("changes", "rule", "pointer"), BROKEN, ids=[f"{n}-{b[2]}" for n, b in enumerate(BROKEN)])
def test_a_broken_rule_is_named_with_its_place(changes: dict[str, Any], rule: str, pointer: str) -> None:
    refused = refusal(**changes)
    assert refused.reason is RefusalReason.INVALID_STATEMENT
    assert rule in refused.detail
    assert refused.detail.endswith(f" - at `{pointer}`")


def test_null_is_allowed_in_extensions_only() -> None:
    inside = {"https://lms.example/mood": None}
    assert learning(**result(extensions=inside)).verb
    for place in ("actor", "verb", "object", "result", "context", "timestamp", "id", "version"):
        said = {**statement(), place: None}
        assert isinstance(decoded(said), Refused), place


VALID: list[dict[str, Any]] = [
    {"version": "1.0"},
    {"version": "1.0.3"},
    {"version": "2.0.0", "authority": {"objectType": "Group", "member": [AGENT, ANNA]}},
    {"attachments": [ATTACHMENT], "stored": "2026-03-02T09:30:01.5Z"},
    {"object": {"objectType": "Agent", **AGENT}, "context": None},
    {"object": {"objectType": "Group", "member": [AGENT]}},
    {"object": REFERENCE},
    {"object": PLAN},
    {"object": {**PLAN, "object": REFERENCE}},
    context(team={"objectType": "Group", "name": "Team", "member": [AGENT, ANNA]}),
    context(contextActivities={"parent": PAGE}),
    context(
        contextAgents=[{"objectType": "contextAgent", "agent": AGENT, "relevantTypes": ["https://lms.example/r"]}],
        contextGroups=[{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [AGENT]}}],
    ),
    context(language="zh-Hant-TW", revision="7", platform="LMS", instructor=AGENT),
    defined(interactionType="choice", correctResponsesPattern=["a[,]b"], choices=[{"id": "a"}, {"id": "b"}]),
    defined(interactionType="matching", source=[{"id": "a"}], target=[{"id": "b"}]),
    result(score={"scaled": -1, "raw": 0, "min": 0, "max": 0}),
]


@pytest.mark.parametrize("changes", VALID, ids=str)
def test_what_the_specification_allows_is_counted(changes: dict[str, Any]) -> None:
    assert isinstance(learning(**changes), LearningEvent)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-02T09:30:00Z", "2026-03-02T09:30:00+00:00"),
        ("2026-03-02T09:30:00.123456789+05:45", "2026-03-02T03:45:00.123456+00:00"),
        ("2026-03-02t09:30:00z", "2026-03-02T09:30:00+00:00"),
        ("20260302T093000+0100", "2026-03-02T08:30:00+00:00"),
        ("2026-03-02T09:30:00-12", "2026-03-02T21:30:00+00:00"),
        ("2026-03-02T09:30:00", "2026-03-02T09:30:00+00:00"),
        ("2026-06-30T23:59:60Z", "2026-07-01T00:00:00+00:00"),
    ],
)
def test_a_timestamp_is_taken_in_every_form_of_the_standard(text: str, utc: str) -> None:
    at = learning(timestamp=text).occurred_at
    assert at is not None
    assert at.isoformat() == utc


def test_a_time_that_no_calendar_needs_is_refused_as_what_it_is() -> None:
    assert refusal(timestamp="1066-10-14T09:00:00Z").reason is RefusalReason.TOO_OLD
    assert refusal(timestamp="9999-12-31T23:59:59Z").reason is RefusalReason.IN_THE_FUTURE


def test_a_bad_statement_of_an_array_does_not_spoil_the_others() -> None:
    bad = statement(actor={})
    outcomes: list[Event | Refused] = decode(json.dumps([statement(), bad, statement()]).encode(), SOURCE)
    assert [isinstance(outcome, Refused) for outcome in outcomes] == [False, True, False]
    assert isinstance(outcomes[1], Refused)
    assert outcomes[1].detail.startswith("item 1: an agent has exactly one")
    assert outcomes[1].detail.endswith("at `/1/actor`")
    assert json.loads(outcomes[1].body or b"") == bad


def test_a_voiding_statement_takes_back_another() -> None:
    target = "0195E1C4-8A51-7C3E-9D0A-5B7A2F6C1E01"
    outcome = decoded(verb=verb("voided"), object={"objectType": "StatementRef", "id": target})
    assert outcome == Voided(ID, target.lower(), learning().occurred_at)
