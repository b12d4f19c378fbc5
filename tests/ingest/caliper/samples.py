"""Caliper as platforms send it: events of one learner in one course, in envelopes."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from dashapp.domain.events import ActivityType, Identifier, LearningEvent, Source, Topic, Verb
from dashapp.domain.keys import OrganisationId, SourceId

ISSUER: Final = "https://lms.example"
SOURCE: Final = Source(SourceId(1), OrganisationId(1), "campus", "campus-lms", ISSUER, frozenset(Topic))
LEARNING_ONLY: Final = Source(
    SourceId(1), OrganisationId(1), "campus", "campus-lms", ISSUER, frozenset({Topic.LEARNING})
)
V1P1: Final = "http://purl.imsglobal.org/ctx/caliper/v1p1"
V1P2: Final = "http://purl.imsglobal.org/ctx/caliper/v1p2"
EVENT_ID: Final = "7e10e4f3-a0d8-4430-95bd-783ffae4d916"
AT: Final = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
ANNA: Final = "https://lms.example/users/anna"
TEACHER: Final = "https://lms.example/users/berta"
SECTION: Final = "https://lms.example/courses/7/sections/1"
APPLICATION: Final = "https://lms.example/"
PERSON: Final = Identifier(ISSUER, "caliper", ANNA)
COURSE: Final = Identifier(ISSUER, "course", SECTION)
PAGE: Final = f"{SECTION}/pages/2"
GROUP: Final = {"id": SECTION, "type": "CourseSection", "name": "Algebra, section 1", "courseNumber": "MAT-101-01"}


def caliper_event(kind: str, action: str, thing: Any, **more: Any) -> dict[str, Any]:
    """An event of Anna in section 1; fields that are None are left out."""
    whole = {
        "@context": V1P2,
        "id": f"urn:uuid:{EVENT_ID}",
        "type": kind,
        "actor": {"id": ANNA, "type": "Person"},
        "action": action,
        "object": thing,
        "eventTime": "2026-03-02T09:30:15.250Z",
        "edApp": {"id": APPLICATION, "type": "SoftwareApplication", "name": "Campus"},
        "group": GROUP,
        "membership": {
            "id": f"{SECTION}/rosters/1",
            "type": "Membership",
            "member": {"id": ANNA, "type": "Person"},
            "organization": {"id": SECTION, "type": "CourseSection"},
            "roles": ["Learner"],
            "status": "Active",
            "dateCreated": "2026-02-01T06:00:00.000Z",
        },
        "session": {"id": "https://lms.example/sessions/s-1", "type": "Session"},
        **more,
    }
    return {name: value for name, value in whole.items() if value is not None}


def envelope(*items: Any, version: str = V1P2, **fields: Any) -> bytes:
    """An envelope with these items; fields that are None are left out."""
    whole = {
        "sensor": "https://lms.example/sensors/1",
        "sendTime": "2026-03-02T09:31:00.000Z",
        "dataVersion": version,
        "data": list(items),
        **fields,
    }
    return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()


def activity(value: str) -> Identifier:
    return Identifier(ISSUER, "activity", value)


@dataclass(frozen=True)
class Sample:
    """An event, and what is expected of it besides what all of them have in common."""

    name: str
    event: dict[str, Any]
    verb: Verb
    more: dict[str, Any] = field(default_factory=dict)

    def expected(self) -> LearningEvent:
        common = {"course_title": "Algebra, section 1", "session": "https://lms.example/sessions/s-1"}
        own = f"{self.event['type']} {self.event['action']}"
        term = {"term": own} if self.verb is Verb.INTERACTED else {}
        return LearningEvent(EVENT_ID, self.verb, PERSON, COURSE, AT, **(common | term | self.more))


QUIZ: Final = f"{SECTION}/assess/1"
ITEM: Final = f"{QUIZ}/items/3"
ESSAY: Final = f"{SECTION}/assignments/4"
VIDEO: Final = f"{SECTION}/videos/1"
FORUM: Final = f"{SECTION}/forums/2"
THREAD: Final = f"{FORUM}/topics/1"
MESSAGE: Final = f"{THREAD}/messages/3"
TOOL: Final = "https://tool.example"
SURVEY: Final = f"{SECTION}/surveys/1"

A_FORUM: Final = {"id": FORUM, "type": "Forum", "name": "Questions", "isPartOf": GROUP}
A_THREAD: Final = {"id": THREAD, "type": "Thread", "name": "Week 1", "isPartOf": A_FORUM}
A_QUIZ: Final = {"id": QUIZ, "type": "Assessment", "name": "Quiz 1"}
AN_ITEM: Final = {"id": ITEM, "type": "AssessmentItem", "isPartOf": A_QUIZ}
A_LOCATION: Final = {"id": f"{VIDEO}#t=710", "type": "MediaLocation", "currentTime": "PT11M50S"}
A_VIDEO: Final = {"id": VIDEO, "type": "VideoObject", "name": "Vectors", "duration": "PT1H12M27S"}


def attempt(of: Any, number: int | None = 2) -> dict[str, Any]:
    """Anna's attempt at something."""
    said = {"id": f"{QUIZ}/users/anna/attempts/2", "type": "Attempt", "assignee": ANNA, "assignable": of}
    return said if number is None else {**said, "count": number}


def known(kind: ActivityType, value: str, name: str | None = None) -> dict[str, Any]:
    return {"activity": activity(value), "activity_type": kind, "activity_title": name}


THE_QUIZ: Final = known(ActivityType.QUIZ, QUIZ, "Quiz 1")
THE_VIDEO: Final = known(ActivityType.VIDEO, VIDEO, "Vectors")


def sample(name: str, verb: Verb, kind: str, action: str, thing: Any, becomes: dict[str, Any], **more: Any) -> Sample:
    return Sample(name, caliper_event(kind, action, thing, **more), verb, becomes)
