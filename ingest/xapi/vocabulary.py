"""What the verbs and the activity types of the xAPI profiles mean here. Unknown ones are kept as what they are not."""

from collections.abc import Mapping
from enum import IntEnum, auto
from types import MappingProxyType
from typing import Final

from dashapp.domain.events import ActivityType, Verb

_ADL: Final = "http://adlnet.gov/expapi/verbs/"
_ADL_2: Final = "https://w3id.org/xapi/adl/verbs/"
_VIDEO: Final = "https://w3id.org/xapi/video/verbs/"
_TINCAN: Final = "http://id.tincanapi.com/verb/"
_STREAMS: Final = "http://activitystrea.ms/schema/1.0/"
_STREAMS_2: Final = "http://activitystrea.ms/"
_DOD: Final = "https://w3id.org/xapi/dod-isd/verbs/"
_ACROSSX: Final = "https://w3id.org/xapi/acrossx/verbs/"
_OPENEDX: Final = "https://w3id.org/xapi/openedx/verb/"
_XAPI_FR: Final = "http://vocab.xapi.fr/verbs/"

VOIDED: Final = f"{_ADL}voided"


class Meaning(IntEnum):
    """What a verb says; which event it becomes depends on its object and its result, too."""

    VIEW = auto()
    INTERACT = auto()
    LAUNCH = auto()
    """Something is opened: of an assessment it is the start of an attempt."""
    ATTEMPT = auto()
    """An attempt begins, or with a score has been made."""
    ANSWER = auto()
    COMPLETE = auto()
    PASS = auto()
    FAIL = auto()
    SUBMIT = auto()
    GRADE = auto()
    """Somebody or something has marked the actor's work."""
    PLAY = auto()
    PAUSE = auto()
    SEEK = auto()
    END = auto()
    """What was opened is closed: of a video it is a pause."""
    POST = auto()
    ENROL = auto()
    UNENROL = auto()
    VOID = auto()


_VERBS: Final[Mapping[Meaning, tuple[str, ...]]] = MappingProxyType(
    {
        Meaning.VIEW: (
            f"{_ADL}experienced",
            f"{_ADL}attended",
            f"{_TINCAN}viewed",
            f"{_ACROSSX}viewed",
            f"{_STREAMS}open",
            f"{_STREAMS_2}open",
            f"{_STREAMS_2}read",
            f"{_STREAMS}read",
            f"{_STREAMS}consume",
            f"{_STREAMS}access",
            f"{_STREAMS}watch",
            f"{_STREAMS}listen",
            "https://w3id.org/xapi/netc/verbs/viewed",
        ),
        Meaning.LAUNCH: (
            f"{_ADL}launched",
            f"{_ADL}initialized",
            f"{_ADL}resumed",
            f"{_STREAMS}start",
            f"{_STREAMS_2}start",
        ),
        Meaning.ATTEMPT: (f"{_ADL}attempted",),
        Meaning.ANSWER: (f"{_ADL}answered", f"{_ADL}responded"),
        Meaning.COMPLETE: (
            f"{_ADL}completed",
            f"{_ADL}mastered",
            f"{_STREAMS}complete",
            f"{_STREAMS_2}complete",
            "https://w3id.org/xapi/adl/verbs/satisfied",
            f"{_ADL}satisfied",
            f"{_ADL_2}waived",
            f"{_XAPI_FR}marked-completion",
        ),
        Meaning.PASS: (f"{_ADL}passed",),
        Meaning.FAIL: (f"{_ADL}failed",),
        Meaning.SUBMIT: (f"{_STREAMS}submit", f"{_STREAMS_2}submit", f"{_TINCAN}submitted"),
        Meaning.GRADE: (
            f"{_ADL}scored",
            f"{_ADL}graded",
            f"{_ADL}attained",
            f"{_STREAMS}receive",
            f"{_TINCAN}earned",
            f"{_ACROSSX}evaluated",
            f"{_TINCAN}rated-work",
            f"{_DOD}assessed",
        ),
        Meaning.PLAY: (f"{_VIDEO}played", f"{_STREAMS}play"),
        Meaning.PAUSE: (f"{_VIDEO}paused", f"{_TINCAN}paused"),
        Meaning.SEEK: (f"{_VIDEO}seeked", f"{_TINCAN}skipped"),
        Meaning.END: (
            f"{_ADL}terminated",
            f"{_ADL}suspended",
            f"{_ADL}exited",
            f"{_ADL_2}abandoned",
        ),
        Meaning.POST: (
            f"{_ADL}commented",
            f"{_ACROSSX}posted",
            f"{_STREAMS}post",
            f"{_STREAMS_2}post",
            f"{_STREAMS}create",
            f"{_STREAMS_2}create",
            f"{_TINCAN}replied",
            f"{_TINCAN}replied-to",
            f"{_DOD}created",
            "https://w3id.org/xapi/acrossx/verbs/replied",
        ),
        Meaning.ENROL: (
            f"{_ADL}registered",
            "http://www.tincanapi.co.uk/verbs/enrolled_onto_learning_plan",
        ),
        Meaning.UNENROL: (
            f"{_TINCAN}unregistered",
            f"{_ADL}unregistered",
            "http://www.tincanapi.co.uk/verbs/unenrolled_from_learning_plan",
        ),
        Meaning.VOID: (VOIDED,),
        # Said here so that their ids need no look at their form; unknown verbs mean the same.
        Meaning.INTERACT: (
            f"{_ADL}interacted",
            f"{_ADL}progressed",
            f"{_ADL}asked",
            f"{_ADL}shared",
            f"{_ADL}preferred",
            f"{_ADL}imported",
            f"{_TINCAN}downloaded",
            f"{_ADL_2}logged-in",
            f"{_ADL_2}logged-out",
            "https://brindlewaye.com/xAPITerms/verbs/loggedin/",
            "https://brindlewaye.com/xAPITerms/verbs/loggedout/",
            f"{_DOD}navigated",
            f"{_XAPI_FR}navigated-in",
            f"{_OPENEDX}voted",
        ),
    }
)
MEANINGS: Final[Mapping[str, Meaning]] = MappingProxyType(
    {verb: meaning for meaning, verbs in _VERBS.items() for verb in verbs}
)
"""Verb → what it says; a verb that is missing is an interaction."""

SIMPLE: Final[Mapping[Meaning, Verb]] = MappingProxyType(
    {
        Meaning.VIEW: Verb.VIEWED,
        Meaning.INTERACT: Verb.INTERACTED,
        Meaning.PLAY: Verb.PLAYED,
        Meaning.PAUSE: Verb.PAUSED,
        Meaning.SEEK: Verb.SEEKED,
        Meaning.ANSWER: Verb.ANSWERED,
        Meaning.SUBMIT: Verb.SUBMITTED,
        Meaning.COMPLETE: Verb.COMPLETED,
    }
)
"""Meanings that are always the same event, as long as there is the activity that it needs."""

_ACTIVITIES: Final = "http://adlnet.gov/expapi/activities/"
_TYPES: Final = "http://id.tincanapi.com/activitytype/"
_TYPES_FR: Final = "http://vocab.xapi.fr/activities/"

COURSE_TYPES: Final = frozenset(
    {
        f"{_ACTIVITIES}course",
        f"{_TYPES}lms/course",
        f"{_TYPES_FR}course",
        "https://w3id.org/xapi/cmi5/activitytype/course",
        "http://www.adlnet.gov/expapi/activities/course",
        "https://w3id.org/xapi/acrossx/activities/course",
    }
)
PLATFORM_TYPES: Final = frozenset(
    {
        f"{_TYPES}lms",
        f"{_TYPES}site",
        f"{_TYPES_FR}system",
        f"{_TYPES_FR}course-category",
        f"{_TYPES}source",
        f"{_ACTIVITIES}profile",
        f"{_TYPES_FR}granularity-level",
        "https://w3id.org/xapi/acrossx/activities/site",
    }
)
"""What is no part of a course."""
ATTEMPT_TYPES: Final = frozenset(
    {
        f"{_ACTIVITIES}attempt",
        "https://w3id.org/xapi/openedx/activity/proctored-assessment-attempt",
        "https://w3id.org/xapi/openedx/activity/exam-attempt",
    }
)
"""One try at an assessment."""
PART_TYPES: Final = frozenset(
    {
        f"{_ACTIVITIES}cmi.interaction",
        f"{_ACTIVITIES}interaction",
        f"{_ACTIVITIES}question",
        f"{_TYPES}question",
        f"{_TYPES}solution",
    }
)
"""One question of an assessment."""
POST_TYPES: Final = frozenset(
    {
        f"{_TYPES}discussion",
        f"{_TYPES}forum-topic",
        f"{_TYPES}forum-reply",
        f"{_STREAMS}comment",
        f"{_STREAMS}note",
        f"{_TYPES_FR}forum-discussion",
        f"{_TYPES}comment",
        "https://w3id.org/xapi/acrossx/activities/message",
    }
)
"""Something that was written in a forum."""

_BY_TYPE: Final[Mapping[ActivityType, tuple[str, ...]]] = MappingProxyType(
    {
        ActivityType.PAGE: (
            f"{_TYPES_FR}web-page",
            f"{_TYPES_FR}web-content",
            f"{_TYPES}chapter",
            f"{_TYPES}book",
            f"{_STREAMS}article",
            f"{_STREAMS}page",
            "https://w3id.org/xapi/acrossx/activities/webpage",
            f"{_ACTIVITIES}lesson",
            f"{_ACTIVITIES}module",
            "https://w3id.org/xapi/cmi5/activitytype/block",
        ),
        ActivityType.RESOURCE: (
            f"{_TYPES}resource",
            f"{_ACTIVITIES}file",
            f"{_ACTIVITIES}link",
            f"{_ACTIVITIES}media",
            f"{_TYPES_FR}resources",
            f"{_TYPES_FR}web-link",
            f"{_STREAMS}file",
            f"{_STREAMS}audio",
            f"{_STREAMS}image",
            f"{_TYPES}document",
        ),
        ActivityType.VIDEO: (
            "https://w3id.org/xapi/video/activity-type/video",
            f"{_STREAMS}video",
        ),
        ActivityType.QUIZ: (
            f"{_ACTIVITIES}assessment",
            f"{_TYPES_FR}quiz",
            "http://xapi.jisc.ac.uk/activities/quiz",
            f"{_TYPES}quiz",
            f"{_TYPES}school-assignment/quiz",
            *sorted(PART_TYPES),
            *sorted(ATTEMPT_TYPES),
            "https://w3id.org/xapi/openedx/activity/practice-assessment",
        ),
        ActivityType.ASSIGNMENT: (
            f"{_TYPES}school-assignment",
            f"{_TYPES_FR}assignment",
            f"{_TYPES_FR}workshop",
            f"{_TYPES}assign",
            f"{_ACTIVITIES}performance",
            f"{_TYPES}submission",
        ),
        ActivityType.EXAM: (
            "https://w3id.org/xapi/openedx/activity/timed-assessment",
            "https://w3id.org/xapi/openedx/activity/proctored-assessment",
            "http://www.tincanapi.co.uk/activitytypes/exam",
        ),
        ActivityType.FORUM: (
            f"{_TYPES_FR}forum",
            f"{_TYPES}forum",
            f"{_TYPES}lms/forum",
            *sorted(POST_TYPES),
        ),
        ActivityType.COLLABORATION: (
            f"{_TYPES_FR}collaborative-content",
            f"{_TYPES_FR}chat-room",
            f"{_TYPES}chat-channel",
            f"{_ACTIVITIES}meeting",
            f"{_TYPES}conversation",
        ),
        ActivityType.EXTERNAL_TOOL: (
            f"{_ACTIVITIES}external-activity",
            f"{_ACTIVITIES}simulation",
            f"{_TYPES}external-tool",
        ),
    }
)
ACTIVITY_TYPES: Final[Mapping[str, ActivityType]] = MappingProxyType(
    {iri: kind for kind, types in _BY_TYPE.items() for iri in types}
)
"""Activity type → ours; one that is missing is `other`."""
ASSESSMENTS: Final = frozenset({ActivityType.QUIZ, ActivityType.ASSIGNMENT, ActivityType.EXAM})

_EXTENSION: Final = "https://w3id.org/xapi/video/extensions/"
TIME: Final = f"{_EXTENSION}time"
TIME_FROM: Final = f"{_EXTENSION}time-from"
TIME_TO: Final = f"{_EXTENSION}time-to"
PLAYED_SEGMENTS: Final = f"{_EXTENSION}played-segments"
PROGRESS: Final = f"{_EXTENSION}progress"
SESSIONS: Final = (
    f"{_EXTENSION}session-id",
    "https://w3id.org/xapi/cmi5/context/extensions/sessionid",
    "https://w3id.org/xapi/openedx/extensions/session-id",
)
"""The session of the player or of the content, the first that is there."""
ATTEMPT_NUMBER: Final = "http://id.tincanapi.com/extension/attempt-id"
CMI5_CATEGORY: Final = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
H5P_LIBRARY: Final = "http://h5p.org/libraries/"

KNOWN_IRIS: Final = frozenset(
    {
        *MEANINGS,
        *ACTIVITY_TYPES,
        *COURSE_TYPES,
        *PLATFORM_TYPES,
        *SESSIONS,
        *(f"{_EXTENSION}{name}" for name in ("length", "completion-threshold", "full-screen", "screen-size")),
        *(f"{_EXTENSION}{name}" for name in ("cc-enabled", "cc-subtitle-enabled", "cc-subtitle-lang", "speed")),
        *(f"{_EXTENSION}{name}" for name in ("frame-rate", "quality", "volume", "user-agent", "track")),
        TIME,
        TIME_FROM,
        TIME_TO,
        PLAYED_SEGMENTS,
        PROGRESS,
        ATTEMPT_NUMBER,
        CMI5_CATEGORY,
        "https://w3id.org/xapi/video",
        "https://w3id.org/xapi/cmi5/context/categories/moveon",
        "https://w3id.org/xapi/cmi5/context/extensions/masteryscore",
        "https://w3id.org/xapi/cmi5/context/extensions/launchmode",
        "https://w3id.org/xapi/cmi5/result/extensions/progress",
        "https://w3id.org/xapi/openedx/extension/transformer-version",
    }
)
"""IRIs that need no look at their form."""
