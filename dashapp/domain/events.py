"""The one internal form of an event. Every wire format (native, xAPI, Caliper) is decoded into it.

Identifiers are those of the sender; the store resolves them to internal keys. Nothing in an event may grant power
or depend on the order in which events arrive.
"""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from dashapp.domain.keys import OrganisationId, SourceId


class Topic(StrEnum):
    """The three kinds of event, which are also the kinds that a source can be allowed to send."""

    LEARNING = "learning"
    USER = "user"
    CONTENT = "content"


class Verb(StrEnum):
    """What a learner did; the words follow xAPI and Caliper."""

    VIEWED = "viewed"
    INTERACTED = "interacted"
    PLAYED = "played"
    PAUSED = "paused"
    SEEKED = "seeked"
    WATCHED = "watched"
    STARTED = "started"
    ANSWERED = "answered"
    SUBMITTED = "submitted"
    GRADED = "graded"
    COMPLETED = "completed"
    POSTED = "posted"


PASSIVE_VERBS = frozenset({Verb.GRADED})
"""Verbs that somebody else performs on the learner's work: they feed submissions, never activity of the learner."""


class ActivityType(StrEnum):
    """What an activity is. `UNKNOWN` is a provisional activity of which no event has said more."""

    UNKNOWN = "unknown"
    PAGE = "page"
    RESOURCE = "resource"
    VIDEO = "video"
    QUIZ = "quiz"
    ASSIGNMENT = "assignment"
    EXAM = "exam"
    FORUM = "forum"
    COLLABORATION = "collaboration"
    EXTERNAL_TOOL = "external_tool"
    COURSE_HOME = "course_home"
    OTHER = "other"


class Precision(StrEnum):
    """How exactly the time is known. `DAY` feeds counts and active days, never minutes, sessions or hours."""

    INSTANT = "instant"
    DAY = "day"


class Role(StrEnum):
    """Roles that events and rosters can give. Administrators and guardians come from verified sign-in only."""

    LEARNER = "learner"
    TEACHER = "teacher"
    ASSISTANT = "assistant"


STAFF_ROLES = frozenset({Role.TEACHER, Role.ASSISTANT})


class AttemptPolicy(StrEnum):
    """Which attempt of an activity counts towards the score."""

    LATEST = "latest"
    BEST = "best"
    FIRST = "first"
    MEAN = "mean"


class Outcome(StrEnum):
    """How a course ended for a learner."""

    DISTINCTION = "distinction"
    PASS = "pass"
    FAIL = "fail"
    WITHDRAWN = "withdrawn"


class RefusalReason(StrEnum):
    """Why an event became a dead letter."""

    NOT_JSON = "not_json"
    NOT_UTF8 = "not_utf8"
    NUL_CHARACTER = "nul_character"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_TYPE = "unknown_type"
    TOO_LARGE = "too_large"
    IN_THE_FUTURE = "in_the_future"
    TOO_OLD = "too_old"
    CONFLICT = "conflict"
    FOREIGN_ORGANISATION = "foreign_organisation"
    FORBIDDEN_ROLE = "forbidden_role"
    FORBIDDEN_KIND = "forbidden_kind"
    UNKNOWN_SOURCE = "unknown_source"
    INVALID_STATEMENT = "invalid_statement"
    """An xAPI statement, or a Caliper envelope or event, that breaks a rule of its specification."""
    GROUP_ACTOR = "group_actor"
    """What a group did as a whole is not counted for anybody."""
    NOT_VOIDABLE = "not_voidable"
    NOT_STORABLE = "not_storable"
    """The database refuses it, although it has the right form: a mistake of ours that must not stop the others."""


class _Value(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Base of the value types below: immutable, compared by content, hashable; what is not said is not encoded."""


class Identifier(_Value, frozen=True):
    """How a sender names a person, a course or an activity: (issuer, kind, value) is unique in an organisation."""

    issuer: str
    kind: str
    value: str


class Source(_Value, frozen=True):
    """A registered sender: it alone decides the organisation and the kinds of event that are allowed."""

    source_id: SourceId
    organisation_id: OrganisationId
    organisation: str
    """The organisation's own short name, against which a claim inside an event is held."""
    name: str
    issuer: str
    """The issuer of identifiers that name none."""
    allowed: frozenset[Topic]


class LearningEvent(_Value, frozen=True):
    """A learner did something in a course."""

    id: str
    verb: Verb
    person: Identifier
    course: Identifier
    occurred_at: datetime | None = None
    """Aware; None where the sender gave no time: it is filled once, at first receipt."""
    precision: Precision = Precision.INSTANT
    count: int = 1
    """How many clicks or interactions the event stands for."""
    activity: Identifier | None = None
    activity_type: ActivityType | None = None
    attempt: int = 1
    score: float | None = None
    max_score: float | None = None
    exempt: bool = False
    banked: bool = False
    """The mark was carried over from an earlier run of the course."""
    item: str | None = None
    response: str | None = None
    correct: bool | None = None
    position_from: float | None = None
    """Seconds into the video."""
    position_to: float | None = None
    post: str | None = None
    reply_to: str | None = None
    activity_title: str | None = None
    """What the event calls the activity: good for a provisional row only, a description overrules it."""
    course_title: str | None = None
    """The same for the course."""
    session: str | None = None
    """The sender's id of the session of the player or the tool."""
    registration: str | None = None
    """The sender's id of the attempt or the launch that the event belongs to, where attempts have no numbers."""
    duration: float | None = None
    """Seconds that the sender says it took. No figure of time comes from it: minutes do."""
    term: str | None = None
    """The sender's own word for what was done, where it is no more to us than an interaction: the IRI of an xAPI verb,
    the type and action of a Caliper event."""
    segments: tuple[tuple[float, float], ...] = ()
    """Stretches of the video that were played, as seconds from and to: what a single event tells of several."""


class Voided(_Value, frozen=True):
    """The sender takes back an earlier learning or membership event of its own."""

    id: str
    target: str
    occurred_at: datetime | None = None


class PersonDescribed(_Value, frozen=True):
    """Who a person is. The latest description by (occurred_at, id) holds, whatever the order of arrival."""

    id: str
    person: Identifier
    occurred_at: datetime | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    is_test: bool | None = None


class MembershipChanged(_Value, frozen=True):
    """A role begins (`active`) or ends (not `active`) at `occurred_at` in a course, or in a section or group of it."""

    id: str
    person: Identifier
    course: Identifier
    role: Role
    active: bool
    occurred_at: datetime | None = None
    section: str | None = None
    ends_at: datetime | None = None
    """An end that is known beforehand; None for an open one."""
    group: str | None = None
    """A group of learners within the course, by the name that pages show; never together with a section. Being in a
    group enrols nobody."""


class OutcomeRecorded(_Value, frozen=True):
    """How a course ended for a learner."""

    id: str
    person: Identifier
    course: Identifier
    outcome: Outcome
    occurred_at: datetime | None = None


class CourseDescribed(_Value, frozen=True):
    """What a course is: one run in one term. Dates are local days of the organisation, `ends_on` inclusive."""

    id: str
    course: Identifier
    occurred_at: datetime | None = None
    code: str | None = None
    title: str | None = None
    organisation_unit: str | None = None
    """The name of the faculty or department that offers it."""
    term: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    breaks: tuple[tuple[date, date], ...] = ()
    """Days without teaching, first and last inclusive."""


class SectionDescribed(_Value, frozen=True):
    """A class of people within a course; `section` is the sender's short id, unique in the course."""

    id: str
    course: Identifier
    section: str
    occurred_at: datetime | None = None
    title: str | None = None


class UnitDescribed(_Value, frozen=True):
    """A part of the content of a course; `unit` is the sender's short id, unique in the course."""

    id: str
    course: Identifier
    unit: str
    occurred_at: datetime | None = None
    title: str | None = None
    parent: str | None = None
    position: int = 0


class ActivityDescribed(_Value, frozen=True):
    """What an activity is, when it is due and what it is worth."""

    id: str
    course: Identifier
    activity: Identifier
    occurred_at: datetime | None = None
    activity_type: ActivityType | None = None
    title: str | None = None
    unit: str | None = None
    published_at: datetime | None = None
    due_at: datetime | None = None
    max_score: float | None = None
    weight: float | None = None
    attempt_policy: AttemptPolicy = AttemptPolicy.LATEST


class ExtensionGranted(_Value, frozen=True):
    """One learner has until `due_at` for one activity; the latest by (occurred_at, id) holds."""

    id: str
    person: Identifier
    course: Identifier
    activity: Identifier
    due_at: datetime
    occurred_at: datetime | None = None


UserEvent = PersonDescribed | MembershipChanged | OutcomeRecorded
ContentEvent = CourseDescribed | SectionDescribed | UnitDescribed | ActivityDescribed | ExtensionGranted
Event = LearningEvent | Voided | UserEvent | ContentEvent
