"""The events of a backlog as xAPI statements of about 1 KB, in the shapes that players and platforms send."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from dashapp.domain.events import ActivityType, LearningEvent, Verb

_ADL: Final = "http://adlnet.gov/expapi/verbs/"
_TYPES: Final = "http://adlnet.gov/expapi/activities/"
_VIDEO: Final = "https://w3id.org/xapi/video/extensions/"
_VERBS: Final[Mapping[Verb, str]] = MappingProxyType(
    {
        Verb.VIEWED: f"{_ADL}experienced",
        Verb.INTERACTED: f"{_ADL}interacted",
        Verb.COMPLETED: f"{_ADL}completed",
        Verb.ANSWERED: f"{_ADL}answered",
        Verb.SUBMITTED: "http://activitystrea.ms/schema/1.0/submit",
        Verb.POSTED: "https://w3id.org/xapi/acrossx/verbs/posted",
    }
)
_KINDS: Final[Mapping[ActivityType | None, str]] = MappingProxyType(
    {
        ActivityType.PAGE: f"{_TYPES}lesson",
        ActivityType.VIDEO: "https://w3id.org/xapi/video/activity-type/video",
        ActivityType.QUIZ: f"{_TYPES}assessment",
        ActivityType.FORUM: "http://id.tincanapi.com/activitytype/forum",
        ActivityType.ASSIGNMENT: "http://id.tincanapi.com/activitytype/school-assignment",
    }
)
_SITE: Final = {
    "id": "https://lms.example",
    "objectType": "Activity",
    "definition": {"type": "http://id.tincanapi.com/activitytype/lms", "name": {"en": "Campus"}},
}


def statement_of(event: LearningEvent) -> bytes:
    """The statement that says what `event` says. Who writes elsewhere than in a forum only interacts."""
    assert event.activity is not None
    assert event.occurred_at is not None
    activity = {
        "objectType": "Activity",
        "id": f"https://lms.example/mod/{event.activity.value}",
        "definition": {"type": _KINDS[event.activity_type], "name": {"en": f"About {event.activity.value}"}},
    }
    course = {
        "objectType": "Activity",
        "id": f"https://lms.example/course/{event.course.value}",
        "definition": {"type": f"{_TYPES}course", "name": {"en": f"Course {event.course.value}"}},
    }
    parents = [course]
    result: dict[str, Any] = {"extensions": {f"{_VIDEO}time": 42.608, f"{_VIDEO}progress": 0.472}}
    if event.verb is Verb.SUBMITTED:
        result = {"score": {"raw": event.score, "min": 0, "max": event.max_score}, "duration": "PT4M30S"}
    about: dict[str, Any] = activity
    if event.verb is Verb.ANSWERED:
        result = {"response": "a[,]c", "success": True, "score": {"scaled": 1}}
        definition = {"type": f"{_TYPES}cmi.interaction", "interactionType": "choice"}
        about = {"objectType": "Activity", "id": f"{activity['id']}/{event.item}", "definition": definition}
        parents = [activity, course]
    account = {"homePage": "https://lms.example", "name": event.person.value}
    return msgspec.json.encode(
        {
            "id": event.id,
            "actor": {"objectType": "Agent", "account": account},
            "verb": {"id": _VERBS[event.verb], "display": {"en-US": event.verb.value}},
            "object": about,
            "result": result,
            "context": {
                "platform": "Campus",
                "language": "en",
                "contextActivities": {
                    "parent": parents,
                    "grouping": [_SITE],
                    "category": [{"id": "https://w3id.org/xapi/video"}],
                },
                "extensions": {f"{_VIDEO}session-id": "abb32c5b-ab8f-5f00-9718-267b6e6ba727"},
            },
            "timestamp": event.occurred_at,
            "version": "1.0.3",
        }
    )
