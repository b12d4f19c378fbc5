"""`/xapi/statements` answers as those who write to a learning record store expect."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from dashapp.data.database import Database
from dashapp.domain.events import Topic
from dashapp.observability.metrics import build_metrics
from ingest.loop import ingest_from
from tests.api.conftest import ISSUER, XAPI, MakeSender, Sender, collecting
from tests.served import web_settings
from tests.waiting import await_that

STATEMENTS = "/xapi/statements"


def statement(number: int, **more: Any) -> dict[str, Any]:
    """A statement, unlike every other of another number."""
    return {
        "id": str(uuid.UUID(int=number + (4 << 76) + (8 << 60))),
        "actor": {"account": {"homePage": ISSUER, "name": "anna"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": f"{ISSUER}/pages/{number}"},
        "context": {"contextActivities": {"grouping": [{"id": f"{ISSUER}/courses/algebra"}]}},
        "timestamp": "2026-03-02T10:30:00+01:00",
        **more,
    }


def put(sender: Sender, body: dict[str, Any], **more: Any) -> Any:
    """PUTs a statement under its own id, or another one."""
    named = more.pop("named", body.get("id"))
    return sender.send("PUT", f"{STATEMENTS}?statementId={named}", json=body, headers=XAPI | more)


def without_id(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "id"}


def test_a_post_is_answered_with_the_id(sender: Sender) -> None:
    body = orjson.dumps(statement(1))
    answer = sender.post(STATEMENTS, content=body, headers=XAPI)

    assert (answer.status_code, answer.json()) == (200, [statement(1)["id"]])
    assert sender.kept() == [("learning", body)]


def test_a_batch_is_answered_with_its_ids_in_their_order(sender: Sender) -> None:
    batch = [statement(number) for number in (3, 1, 2)]
    answer = sender.post(STATEMENTS, json=batch, headers=XAPI)

    assert answer.json() == [each["id"] for each in batch]
    assert [orjson.loads(body) for _, body in sender.kept()] == batch


def test_a_put_is_answered_without_a_body(sender: Sender) -> None:
    answer = put(sender, statement(1))
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_statement_without_an_id_gets_the_one_of_the_put(sender: Sender) -> None:
    named = str(uuid.uuid4())
    assert put(sender, without_id(statement(1)), named=named).status_code == 204
    assert orjson.loads(sender.kept()[0][1]) == statement(1) | {"id": named}


def test_a_statement_without_an_id_gets_one_that_stays_the_same_when_it_is_sent_again(sender: Sender) -> None:
    batch = [without_id(statement(1)), without_id(statement(1)), without_id(statement(2))]
    first = sender.post(STATEMENTS, json=batch, headers=XAPI).json()

    assert len(set(first)) == 3
    assert [uuid.UUID(each).version for each in first] == [5, 5, 5]
    assert sender.post(STATEMENTS, json=batch, headers=XAPI).json() == first
    assert {orjson.loads(body)["id"] for _, body in sender.kept()} == set(first)


def test_a_statement_without_id_and_time_is_another_one_each_time(sender: Sender) -> None:
    body = without_id(statement(1))
    del body["timestamp"]
    first, second = (sender.post(STATEMENTS, json=body, headers=XAPI).json() for _ in range(2))
    assert first != second


def test_the_same_statement_again_is_no_conflict(sender: Sender) -> None:
    assert [put(sender, statement(1)).status_code for _ in range(2)] == [204, 204]
    assert sender.post(STATEMENTS, json=statement(1), headers=XAPI).status_code == 200


def test_another_statement_under_the_same_id_is_one(sender: Sender) -> None:
    other = statement(1, verb={"id": "http://adlnet.gov/expapi/verbs/completed"})
    assert put(sender, statement(1)).status_code == 204

    assert put(sender, other).status_code == 409
    answer = sender.post(STATEMENTS, json=[statement(2), other], headers=XAPI)
    assert answer.status_code == 409
    assert [(error["index"], error["pointer"]) for error in answer.json()["errors"]] == [(1, "/id")]
    assert [orjson.loads(body)["id"] for _, body in sender.kept()] == [statement(1)["id"]]


def test_what_another_sender_uses_an_id_for_is_no_conflict(make_sender: MakeSender) -> None:
    other = statement(1, verb={"id": "http://adlnet.gov/expapi/verbs/completed"})
    assert put(make_sender(), statement(1)).status_code == 204
    assert put(make_sender(), other).status_code == 204


def test_a_conflict_with_what_has_been_counted_is_told_by_any_process(database: Database) -> None:
    settings = web_settings(database, data_retention_days=36_500, aggregate_retention_days=36_500)
    ingest = ingest_from(settings, database, build_metrics())
    with collecting(database) as (_, make):
        sender = make()
        assert put(sender, statement(1)).status_code == 204
        ingest.start()
        try:
            await_that(lambda: sender.kept() == [], "the statement has been counted")
        finally:
            assert ingest.stop(30)
    with collecting(database) as (_, make):
        again = Sender(database, sender.organisation_id, sender.source_id, sender.key, make().client)
        assert put(again, statement(1)).status_code == 204
        assert put(again, statement(1, verb={"id": "http://x.example/else"})).status_code == 409


def test_two_statements_of_one_request_with_one_id_are_refused(sender: Sender) -> None:
    answer = sender.post(STATEMENTS, json=[statement(1), statement(1)], headers=XAPI)
    assert (answer.status_code, answer.json()["errors"][0]["index"]) == (400, 1)
    assert sender.kept() == []


def test_a_batch_with_an_invalid_statement_is_refused_as_a_whole(sender: Sender) -> None:
    bad = statement(2, actor={"name": "Anna"})
    answer = sender.post(STATEMENTS, json=[statement(1), bad, {"type": "viewed"}], headers=XAPI)

    assert answer.status_code == 400
    told = answer.json()
    assert told["detail"] == "2 of 3 statements are refused, so that none was taken."
    assert [error["index"] for error in told["errors"]] == [1, 2]
    assert told["errors"][0]["pointer"].startswith("/actor")
    assert sender.kept() == []


@pytest.mark.parametrize(
    ("version", "status", "told"),
    [
        ("1.0", 200, "1.0.3"),
        ("1.0.0", 200, "1.0.3"),
        ("1.0.3", 200, "1.0.3"),
        ("2.0.0", 200, "2.0.0"),
        ("2.0.1", 200, "2.0.0"),
        ("0.95", 400, "1.0.3"),
        ("1.1.0", 400, "1.0.3"),
        ("3", 400, "1.0.3"),
        ("", 400, "1.0.3"),
    ],
)
def test_the_version_is_looked_at_and_told(sender: Sender, version: str, status: int, told: str) -> None:
    answer = sender.post(STATEMENTS, json=statement(1), headers={"X-Experience-API-Version": version})
    assert (answer.status_code, answer.headers["x-experience-api-version"]) == (status, told)


def test_a_request_without_a_version_is_refused(sender: Sender) -> None:
    answer = sender.post(STATEMENTS, json=statement(1))
    assert (answer.status_code, answer.headers["x-experience-api-version"]) == (400, "1.0.3")


def test_every_answer_says_up_to_when_all_has_been_counted(sender: Sender) -> None:
    for answer in (sender.post(STATEMENTS, json=statement(1), headers=XAPI), sender.client.get(STATEMENTS)):
        assert answer.headers["x-experience-api-consistent-through"].endswith("Z")


@pytest.mark.parametrize(
    ("method", "query"),
    [
        ("PUT", ""),
        ("PUT", "?statementId="),
        ("PUT", "?statementId=7"),
        ("PUT", "?StatementId=00000000-0000-4000-8000-000000000001"),
        ("PUT", "?statementId=00000000-0000-4000-8000-000000000002"),
        ("PUT", "?statementId=00000000-0000-4000-8000-000000000001&more=1"),
        ("POST", "?statementId=00000000-0000-4000-8000-000000000001"),
        ("POST", "?method=GET"),
    ],
)
def test_other_parameters_are_refused(sender: Sender, method: str, query: str) -> None:
    answer = sender.send(method, f"{STATEMENTS}{query}", json=statement(1), headers=XAPI)
    assert answer.status_code == 400
    assert sender.kept() == []


def test_a_put_of_an_array_is_refused(sender: Sender) -> None:
    named = statement(1)["id"]
    body = orjson.dumps([statement(1)])
    for content in (body, b" " + body, b"\xef\xbb\xbf" + body):
        answer = sender.send("PUT", f"{STATEMENTS}?statementId={named}", content=content, headers=XAPI)
        assert answer.status_code == 400
    assert sender.kept() == []


def test_an_empty_batch_has_no_ids(sender: Sender) -> None:
    answer = sender.post(STATEMENTS, json=[], headers=XAPI)
    assert (answer.status_code, answer.json()) == (200, [])


def test_a_sender_who_may_not_tell_what_learners_do_is_refused(make_sender: MakeSender) -> None:
    sender = make_sender(frozenset({Topic.CONTENT}))
    assert sender.post(STATEMENTS, json=statement(1), headers=XAPI).status_code == 403


def test_attachments_are_refused_in_a_sentence(sender: Sender) -> None:
    headers = XAPI | {"Content-Type": "multipart/mixed; boundary=abc"}
    answer = sender.post(STATEMENTS, content=b"--abc", headers=headers)
    assert answer.status_code == 415
    assert answer.json()["detail"].startswith("Attachments are not taken.")


def test_statements_cannot_be_read(sender: Sender) -> None:
    answer = sender.send("GET", STATEMENTS, headers=XAPI)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, PUT, OPTIONS")
    assert answer.json()["detail"] == "Nothing can be read here: events are only taken."


def test_anybody_may_ask_for_the_versions(sender: Sender) -> None:
    answer = sender.client.get("/xapi/about")
    assert (answer.status_code, answer.json()) == (200, {"version": ["1.0.3", "2.0.0"]})


@pytest.mark.parametrize("path", ["/xapi/activities/state", "/xapi/agents/profile", "/xapi/", "/xapi/statements/"])
def test_what_else_a_learning_record_store_has_is_not_there(sender: Sender, path: str) -> None:
    answer = sender.send("GET", path, headers=XAPI)
    assert answer.status_code == 404
    assert answer.json()["detail"] == "Only statements are taken here: states, profiles and documents are not kept."


@pytest.fixture(scope="module")
def browser_sender(module_database: Database) -> Iterator[Callable[[], Sender]]:
    """Makes senders for a service that lets pages of one origin post."""
    with collecting(module_database, collector_origins="https://lms.example") as (_, make):
        yield make


def test_a_page_of_a_named_origin_may_post(browser_sender: Callable[[], Sender]) -> None:
    client = browser_sender().client
    asked = {"Origin": "https://lms.example", "Access-Control-Request-Method": "POST"}
    answer = client.options(STATEMENTS, headers=asked)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://lms.example"
    assert "x-experience-api-version" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    refused = client.options(STATEMENTS, headers=asked | {"Origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in refused.headers
