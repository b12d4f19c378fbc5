"""The words of Caliper 1.1 and 1.2: which actions an event type may have, and what they are to this service."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from dashapp.domain.events import ActivityType, Role, Verb


class Reading(Enum):
    """How the parts of an event are read."""

    PLAIN = auto()
    """The object is the activity."""
    GENERIC = auto()
    """The same, where the object is something that can be an activity."""
    MEDIA = auto()
    """The target says where in the object."""
    WORK = auto()
    """The object is the activity or an attempt at it, `generated` the attempt."""
    ITEM = auto()
    """The object is an item of the activity, `generated` the response."""
    GRADE = auto()
    """The object is somebody else's attempt, `generated` its score."""
    FORUM = auto()
    """The object is a forum, a thread in it, or a message in that."""
    SESSION = auto()
    """No activity; the session is `generated`, or the target, or the object."""
    TOOL = auto()
    """The target, a link to a tool, or else the object is the activity."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the standard says about one type of event, and what it is read as."""

    actions: Mapping[str, Verb]
    """Every action that the type may have."""
    reading: Reading
    by_id: ActivityType | None = None
    """What an activity is that is named by its id alone."""


def _rule(
    reading: Reading,
    by_id: ActivityType | None,
    said: Mapping[Verb, str],
) -> Rule:
    """`said`: the actions that a verb stands for, as one text."""
    actions = {action: verb for verb, words in said.items() for action in words.split()}
    return Rule(MappingProxyType(actions), reading, by_id)


_ASSESSED: Final = {
    Verb.STARTED: "Started",
    Verb.SUBMITTED: "Submitted",
    Verb.INTERACTED: "Paused Resumed Restarted Reset",
}
_ITEM: Final = {Verb.ANSWERED: "Completed", Verb.INTERACTED: "Started Skipped Reviewed"}

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "AnnotationEvent": _rule(
            Reading.PLAIN,
            None,
            {
                Verb.INTERACTED: "Attached Bookmarked Classified Commented Described Disliked Highlighted Identified"
                " Liked Linked Questioned Recommended Shared Subscribed Tagged"
            },
        ),
        "AssessmentEvent": _rule(Reading.WORK, ActivityType.QUIZ, _ASSESSED),
        "AssessmentItemEvent": _rule(Reading.ITEM, ActivityType.QUIZ, _ITEM),
        "AssignableEvent": _rule(
            Reading.WORK,
            ActivityType.ASSIGNMENT,
            {
                Verb.STARTED: "Started",
                Verb.SUBMITTED: "Submitted",
                Verb.COMPLETED: "Completed",
                Verb.INTERACTED: "Activated Deactivated Abandoned Hid Reviewed Showed",
            },
        ),
        "FeedbackEvent": _rule(Reading.PLAIN, None, {Verb.INTERACTED: "Commented Ranked"}),
        "ForumEvent": _rule(Reading.FORUM, ActivityType.FORUM, {Verb.INTERACTED: "Subscribed Unsubscribed"}),
        "GradeEvent": _rule(Reading.GRADE, None, {Verb.GRADED: "Graded"}),
        "MediaEvent": _rule(
            Reading.MEDIA,
            ActivityType.VIDEO,
            {
                Verb.PLAYED: "Started Resumed Restarted",
                Verb.PAUSED: "Paused",
                Verb.COMPLETED: "Ended",
                Verb.SEEKED: "ForwardedTo JumpedTo",
                Verb.INTERACTED: "ChangedResolution ChangedSize ChangedSpeed ChangedVolume ClosedPopout"
                " DisabledClosedCaptioning EnabledClosedCaptioning EnteredFullScreen ExitedFullScreen Muted"
                " OpenedPopout Unmuted",
            },
        ),
        "MessageEvent": _rule(
            Reading.FORUM,
            ActivityType.FORUM,
            {Verb.POSTED: "Posted", Verb.VIEWED: "MarkedAsRead", Verb.INTERACTED: "MarkedAsUnread"},
        ),
        "NavigationEvent": _rule(Reading.PLAIN, None, {Verb.VIEWED: "NavigatedTo"}),
        "OutcomeEvent": _rule(Reading.GRADE, None, {Verb.GRADED: "Graded"}),
        "QuestionnaireEvent": _rule(
            Reading.WORK, ActivityType.OTHER, {Verb.STARTED: "Started", Verb.SUBMITTED: "Submitted"}
        ),
        "QuestionnaireItemEvent": _rule(Reading.ITEM, ActivityType.OTHER, _ITEM),
        "ReadingEvent": _rule(Reading.PLAIN, None, {Verb.VIEWED: "NavigatedTo Viewed", Verb.INTERACTED: "Searched"}),
        "ResourceManagementEvent": _rule(
            Reading.PLAIN,
            None,
            {
                Verb.VIEWED: "Downloaded Printed Retrieved",
                Verb.INTERACTED: "Archived Copied Created Deleted Described Modified Published Restored Saved"
                " Unpublished Uploaded",
            },
        ),
        "SearchEvent": _rule(Reading.GENERIC, None, {Verb.INTERACTED: "Searched"}),
        "SessionEvent": _rule(Reading.SESSION, None, {Verb.INTERACTED: "LoggedIn LoggedOut TimedOut"}),
        "SurveyEvent": _rule(Reading.PLAIN, ActivityType.OTHER, {Verb.INTERACTED: "OptedIn OptedOut"}),
        "SurveyInvitationEvent": _rule(Reading.PLAIN, ActivityType.OTHER, {Verb.INTERACTED: "Accepted Declined Sent"}),
        "ThreadEvent": _rule(
            Reading.FORUM, ActivityType.FORUM, {Verb.VIEWED: "MarkedAsRead", Verb.INTERACTED: "Created MarkedAsUnread"}
        ),
        "ToolLaunchEvent": _rule(Reading.TOOL, ActivityType.EXTERNAL_TOOL, {Verb.INTERACTED: "Launched Returned"}),
        "ToolUseEvent": _rule(Reading.TOOL, ActivityType.EXTERNAL_TOOL, {Verb.INTERACTED: "Used"}),
        "ViewEvent": _rule(Reading.PLAIN, None, {Verb.VIEWED: "Viewed"}),
    }
)
"""The events of the standard. Any other type is a generic interaction, whatever its action."""

GENERIC: Final = Rule(MappingProxyType({}), Reading.GENERIC)
"""`Event` itself, and types that the standard does not know."""

COURSES: Final = frozenset({"CourseOffering", "CourseSection"})
"""Entities that are a run of a course."""
GROUPS: Final = COURSES | {"Group", "Organization"}
"""Entities that are several people."""
PERSONS: Final = frozenset({"", "Person"})
"""Entities that can be a learner; one without a type is what its place says."""

_TYPES: Final = {
    ActivityType.VIDEO: "AudioObject MediaObject VideoObject",
    ActivityType.QUIZ: "Assessment AssessmentItem",
    ActivityType.ASSIGNMENT: "AssignableDigitalResource",
    ActivityType.PAGE: "Frame Page WebPage",
    ActivityType.RESOURCE: "Chapter DigitalResource DigitalResourceCollection Document EpubChapter EpubPart"
    " EpubSubChapter EpubVolume ImageObject Link PhysicalResource Reading",
    ActivityType.FORUM: "Forum Message Thread",
    ActivityType.EXTERNAL_TOOL: "LtiLink SoftwareApplication",
}
ACTIVITY_TYPES: Final[Mapping[str, ActivityType]] = MappingProxyType(
    {entity: kind for kind, words in _TYPES.items() for entity in words.split()}
)
"""What an entity is as an activity. Types that the standard does not know are `other`."""

NO_ACTIVITIES: Final = COURSES | frozenset(
    {
        "Agent",
        "Attempt",
        "Group",
        "Instructor",
        "Learner",
        "LtiSession",
        "Membership",
        "Organization",
        "Person",
        "Query",
        "Result",
        "Score",
        "Session",
        "SoftwareApplication",
        "Student",
    }
)
"""Entities that nobody learns with: an event about one has no activity."""

DESCRIBED_ACTIVITIES: Final = frozenset(ACTIVITY_TYPES) - {
    "AssessmentItem",
    "Frame",
    "Message",
    "SoftwareApplication",
    "Thread",
}
"""Entities that describe an activity when they come on their own."""

ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {"Learner": Role.LEARNER, "Instructor": Role.TEACHER, "TeachingAssistant": Role.ASSISTANT}
)
"""Roles of LIS that an event can give. The others give nothing."""
POWERS: Final = frozenset({"Administrator"})
"""Roles that no event can give."""
