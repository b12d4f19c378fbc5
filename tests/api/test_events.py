"""`POST /api/v1/events` takes native events, keeps them as they came, and answers when they are safe."""

import gzip
import json
from base64 import b64encode

import orjson
import pytest

from dashapp.domain.events import Topic
from tests.api.conftest import MakeSender, Sender, viewed

EVENTS = "/api/v1/events"
NDJSON = {"Content-Type": "application/x-ndjson"}


def test_one_event_is_kept_as_it_came(sender: Sender) -> None:
    body = b' {"type": "viewed",\n "id":"e-1", "actor":{"id":"anna"}, "course":{"id":"algebra"}, "odd": "\xc3\xa4"} '
    answer = sender.post(EVENTS, content=body)

    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "refused": 0})
    assert sender.kept() == [("learning", body)]


def test_events_of_an_array_are_kept_one_by_one_by_their_kind(sender: Sender) -> None:
    events = [
        viewed(1),
        {"type": "person_described", "id": "p", "actor": {"id": "anna"}},
        {"type": "course_described", "id": "c", "course": {"id": "algebra"}, "title": "Algebra"},
        {"type": "voided", "id": "v", "target": "event-1"},
    ]
    answer = sender.post(EVENTS, json=events)

    assert (answer.status_code, answer.json()["accepted"]) == (202, 4)
    kept = [(topic, json.loads(body)) for topic, body in sender.kept()]
    assert kept == [("content", events[2]), ("learning", events[0]), ("learning", events[3]), ("user", events[1])]


def test_one_event_a_line_is_taken_too(sender: Sender) -> None:
    lines = b"\n".join(orjson.dumps(viewed(number)) for number in range(3)) + b"\r\n\n"
    answer = sender.post(EVENTS, content=lines, headers=NDJSON)

    assert (answer.status_code, answer.json()["accepted"]) == (202, 3)
    assert len(sender.kept()) == 3


def test_a_compressed_body_is_taken(sender: Sender) -> None:
    first, second = (gzip.compress(part) for part in (b"[" + orjson.dumps(viewed(1)), b"]"))
    answer = sender.post(EVENTS, content=first + second, headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 202
    assert [json.loads(body) for _, body in sender.kept()] == [viewed(1)]


def test_a_body_in_pieces_without_a_length_is_taken(sender: Sender) -> None:
    body = orjson.dumps([viewed(number) for number in range(100)])
    answer = sender.post(EVENTS, content=(body[start : start + 700] for start in range(0, len(body), 700)))

    assert answer.json()["accepted"] == 100


def test_a_batch_with_a_bad_event_is_refused_as_a_whole_and_says_where(sender: Sender) -> None:
    bad = viewed(2, actor={"id": 7})
    answer = sender.post(EVENTS, json=[viewed(1), bad, viewed(3), {"type": "dreamt", "id": "x"}])

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["detail"] == "2 of 4 events are refused, and none was taken."
    assert told["errors"] == [
        {
            "index": 1,
            "pointer": "/actor/id",
            "reason": "wrong_type",
            "detail": "Expected `str`, got `int`",
        },
        {"index": 3, "pointer": "/type", "reason": "unknown_type", "detail": "Invalid value 'dreamt'"},
    ]
    assert sender.kept() == []


def test_who_asks_for_the_good_events_gets_them_taken(sender: Sender) -> None:
    answer = sender.post(f"{EVENTS}?partial=true", json=[viewed(1), {}, viewed(3)])

    assert answer.status_code == 202
    told = answer.json()
    assert (told["accepted"], told["refused"]) == (2, 1)
    assert [error["index"] for error in told["errors"]] == [1]
    assert [json.loads(body)["id"] for _, body in sender.kept()] == ["event-1", "event-3"]


def test_a_batch_of_which_nothing_is_good_is_refused_even_then(sender: Sender) -> None:
    assert sender.post(f"{EVENTS}?partial=true", json=[{}, {}]).status_code == 422


def test_of_many_bad_events_the_first_are_listed_and_the_others_counted(sender: Sender) -> None:
    told = sender.post(EVENTS, json=[{}] * 130).json()
    assert (len(told["errors"]), told["errors_left_out"]) == (100, 30)


@pytest.mark.parametrize("content", [b"[]", b" [ ] "])
def test_an_empty_batch_is_nothing(sender: Sender, content: bytes) -> None:
    answer = sender.post(EVENTS, content=content)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 0, "refused": 0})


def test_a_key_sends_only_what_its_sender_may_send(make_sender: MakeSender) -> None:
    sender = make_sender(frozenset({Topic.USER}))
    answer = sender.post(EVENTS, json=viewed(1))
    assert (answer.status_code, answer.json()["errors"][0]["reason"]) == (403, "forbidden_kind")
    assert sender.post(EVENTS, json={"type": "voided", "id": "v", "target": "enrol-1"}).status_code == 202
    assert [topic for topic, _ in sender.kept()] == ["user"]


def test_an_event_cannot_claim_another_organisation(sender: Sender) -> None:
    answer = sender.post(EVENTS, json=viewed(1, organisation="another"))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (403, "/organisation")


def test_a_key_may_come_as_user_and_password(sender: Sender) -> None:
    for user, password in (
        (f"la_{sender.key.prefix}", sender.key.secret),
        (sender.key.prefix, sender.key.secret),
        ("anything", sender.key.whole),
    ):
        basic = b64encode(f"{user}:{password}".encode()).decode()
        answer = sender.post(EVENTS, json=viewed(1), headers={"Authorization": f"Basic {basic}"})
        assert answer.status_code == 202


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 202),
        ("application/json; charset=utf-8", 202),
        ("Application/JSON; Charset=UTF-8", 202),
        ("application/json; charset=latin-1", 415),
        ("application/xml", 415),
        ("text/plain", 415),
        ("multipart/form-data; boundary=x", 415),
    ],
)
def test_only_json_in_utf_8_is_taken(sender: Sender, content_type: str, status: int) -> None:
    answer = sender.post(EVENTS, content=orjson.dumps(viewed(1)), headers={"Content-Type": content_type})
    assert answer.status_code == status


def test_another_compression_is_refused_with_the_one_that_is_taken(sender: Sender) -> None:
    answer = sender.post(EVENTS, content=b"{}", headers={"Content-Encoding": "br"})
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "gzip")


def test_nothing_can_be_read(sender: Sender) -> None:
    answer = sender.send("GET", EVENTS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
    assert sender.send("DELETE", EVENTS).status_code == 405


def test_what_was_taken_and_refused_is_counted(sender: Sender, collector: tuple[object, MakeSender]) -> None:
    before = sender.client.get("/metrics").text
    sender.post(f"{EVENTS}?partial=true", json=[viewed(1), viewed(2), {}])
    after = sender.client.get("/metrics").text

    def count(text: str, outcome: str) -> float:
        name = f'analytics_collector_events_total{{collector="events",outcome="{outcome}"}}'
        return next((float(line.split()[-1]) for line in text.splitlines() if line.startswith(name)), 0.0)

    assert count(after, "accepted") - count(before, "accepted") == 2
    assert count(after, "refused") - count(before, "refused") == 1
    assert 'analytics_collector_requests_total{collector="events",status="202"}' in after
    assert 'analytics_api_response_time_seconds_count{method="POST",route="/api/v1/events",status="2xx"}' in after


def test_lines_that_are_sent_as_one_document_are_told_how(sender: Sender) -> None:
    lines = b'{"type":"viewed","id":"1"}\n{"type":"viewed","id":"2"}'
    told = sender.post("/api/v1/events", content=lines, headers={"Content-Type": "application/json"}).json()
    assert told["detail"] == "The event is refused. Events that stand one a line are sent as application/x-ndjson."


def test_an_empty_body_is_said_to_be_empty(sender: Sender) -> None:
    answer = sender.post("/api/v1/events", content=b"", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "The body is empty.")
