"""Statements to begin with in tests: whole, valid, and easily made wrong in one place."""

import json
from typing import Any

from dashapp.domain.errors import Refused
from dashapp.domain.events import Event, Identifier, LearningEvent, Source, Topic
from dashapp.domain.keys import OrganisationId, SourceId
from ingest.xapi import decode

ISSUER = "https://lms.example"
SOURCE = Source(SourceId(1), OrganisationId(1), "campus", "campus-lms", ISSUER, frozenset(Topic))
ID = "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"
ADL = "http://adlnet.gov/expapi/verbs/"
ACTIVITIES = "http://adlnet.gov/expapi/activities/"
COURSE: dict[str, Any] = {"id": "https://lms.example/courses/algebra", "definition": {"type": f"{ACTIVITIES}course"}}
TYPES = "http://id.tincanapi.com/activitytype/"
STREAMS = "http://activitystrea.ms/schema/1.0/"
SITE: dict[str, Any] = {"id": "https://lms.example", "definition": {"type": f"{TYPES}lms"}}
FORUM: dict[str, Any] = {"id": "https://lms.example/forum/1", "definition": {"type": f"{TYPES}forum"}}
QUESTION: dict[str, Any] = {
    "id": "https://lms.example/quiz/1/q4",
    "definition": {"type": f"{ACTIVITIES}cmi.interaction"},
}
VIDEO: dict[str, Any] = {
    "id": "https://lms.example/video/3",
    "definition": {"type": "https://w3id.org/xapi/video/activity-type/video"},
}
SCORED: dict[str, Any] = {"score": {"raw": 7, "min": 0, "max": 10, "scaled": 0.7}}
QUIZ: dict[str, Any] = {"id": "https://lms.example/quiz/1", "definition": {"type": f"{ACTIVITIES}assessment"}}


def statement(**changes: Any) -> dict[str, Any]:
    """A statement about a page of a course; a change to None leaves a property out."""
    whole = {
        "id": ID,
        "actor": {"account": {"homePage": "https://lms.example", "name": "anna"}},
        "verb": {"id": f"{ADL}experienced", "display": {"en-US": "experienced"}},
        "object": {"id": "https://lms.example/page/7"},
        "context": {"contextActivities": {"parent": [COURSE]}},
        "timestamp": "2026-03-02T09:30:00Z",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def within(*parents: dict[str, Any], grouping: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """A context with these activities around the one that a statement is about."""
    activities: dict[str, Any] = {"parent": list(parents)}
    if grouping is not None:
        activities["grouping"] = grouping
    return {"contextActivities": activities, **more}


def activity(value: str) -> Identifier:
    """An activity as the source names it."""
    return Identifier(ISSUER, "activity", value)


def verb(name: str) -> dict[str, Any]:
    """A verb by its whole id, or by its name in ADL's list."""
    return {"id": name if ":" in name else f"{ADL}{name}"}


def decoded(said: dict[str, Any] | None = None, **changes: Any) -> Event | Refused:
    """What becomes of a statement."""
    (outcome,) = decode(json.dumps(said or statement(**changes)).encode(), SOURCE)
    return outcome


def learning(**changes: Any) -> LearningEvent:
    """The learning event that a statement becomes."""
    outcome = decoded(**changes)
    assert isinstance(outcome, LearningEvent), outcome
    return outcome


def refusal(**changes: Any) -> Refused:
    """What a statement is refused for."""
    outcome = decoded(**changes)
    assert isinstance(outcome, Refused), outcome
    return outcome
