"""`POST /caliper` is the end that a Caliper sensor expects."""

from typing import Any

import orjson
import pytest

from tests.api.conftest import Sender

VERSION = "http://purl.imsglobal.org/ctx/caliper/v1p2"


def event(number: int, **more: Any) -> dict[str, Any]:
    """A Caliper event, unlike every other of another number."""
    return {
        "@context": VERSION,
        "id": f"urn:uuid:00000000-0000-4000-8000-{number:012}",
        "type": "MediaEvent",
        "actor": {"id": "https://lms.example/users/anna", "type": "Person"},
        "action": "Paused",
        "object": {"id": "https://lms.example/videos/3", "type": "VideoObject"},
        "group": {"id": "https://lms.example/courses/7", "type": "CourseSection"},
        "eventTime": "2026-03-02T09:30:15.250Z",
        **more,
    }


def envelope(*data: Any, **more: Any) -> dict[str, Any]:
    """An envelope around events."""
    head = {"sensor": "https://lms.example/sensor", "sendTime": "2026-03-02T09:31:00.000Z", "dataVersion": VERSION}
    return {**head, "data": list(data), **more}


def test_an_envelope_is_kept_as_it_came(sender: Sender) -> None:
    body = orjson.dumps(envelope(event(1), event(2)))
    answer = sender.post("/caliper", content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert sender.kept() == [("learning", body)]


def test_several_envelopes_may_come_at_once(sender: Sender) -> None:
    answer = sender.post("/caliper", json=[envelope(event(1)), envelope(event(2))])
    assert (answer.status_code, len(sender.kept())) == (200, 2)


@pytest.mark.parametrize(
    "body",
    [
        event(1),
        {},
        {"data": [event(1)]},
        envelope(),
        {name: value for name, value in envelope(event(1)).items() if name != "sendTime"},
        {name: value for name, value in envelope(event(1)).items() if name != "sensor"},
        envelope(event(1), data=event(1)),
        envelope(event(1), dataVersion=7),
    ],
    ids=["an event", "nothing", "no head", "no data", "no sendTime", "no sensor", "no array", "a number"],
)
def test_what_is_no_envelope_is_a_bad_request(sender: Sender, body: dict[str, Any]) -> None:
    answer = sender.post("/caliper", json=body)
    assert (answer.status_code, len(answer.json()["errors"])) == (400, 1)


def test_what_cannot_be_taken_in_an_envelope_is_named(sender: Sender) -> None:
    answer = sender.post("/caliper", json=envelope(event(1), event(2, action="Flew"), 7, event(4, eventTime="x")))

    assert answer.status_code == 422
    places = [(error["index"], error["pointer"]) for error in answer.json()["errors"]]
    assert places == [(0, "/data/1"), (0, "/data/2"), (0, "/data/3/eventTime")]
    assert sender.kept() == []


def test_another_version_of_caliper_cannot_be_processed(sender: Sender) -> None:
    answer = sender.post("/caliper", json=envelope(event(1), dataVersion="http://purl.imsglobal.org/ctx/caliper/v9"))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/dataVersion")


def test_another_media_type_is_not_taken(sender: Sender) -> None:
    answer = sender.post("/caliper", content=b"{}", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415


def test_an_envelope_with_too_many_events_is_too_large(sender: Sender) -> None:
    assert sender.post("/caliper", json=envelope(*([1] * 5_001))).status_code == 413
