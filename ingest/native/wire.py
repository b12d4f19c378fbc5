"""The native events as they travel: one struct per type, told apart by the field `type`.

Fields that are not named here are ignored, so that a newer sender can talk to an older service. The JSON Schemas in
docs/schemas/native/v1 are generated from these structs.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from dashapp.domain.events import ActivityType, AttemptPolicy, Outcome, Role

PERSON_KIND = "account"
"""The kind of a person's identifier that names none."""
COURSE_KIND = "course"
"""The kind of a course's identifier that names none."""
ACTIVITY_KIND = "activity"
"""The kind of an activity's identifier that names none."""

Id = Annotated[str, Meta(min_length=1, max_length=255)]
Kind = Annotated[str, Meta(min_length=1, max_length=64)]
Title = Annotated[str, Meta(max_length=1000)]
Name = Annotated[str, Meta(max_length=255)]
Email = Annotated[str, Meta(max_length=320)]
Response = Annotated[str, Meta(max_length=4000)]
Moment = Annotated[
    datetime, Meta(tz=True, description="RFC 3339 with an offset, for example 2026-02-03T09:30:00+01:00")
]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Attempt = Annotated[int, Meta(ge=1, le=100_000)]
Score = Annotated[float, Meta(ge=-1e9, le=1e9)]
MaxScore = Annotated[float, Meta(gt=0, le=1e9)]
Weight = Annotated[float, Meta(ge=0, le=1e9)]
Seconds = Annotated[float, Meta(ge=0, le=1e7)]
Position = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
Breaks = Annotated[tuple[tuple[date, date], ...], Meta(max_length=100)]


class _Wire(Struct, frozen=True, omit_defaults=True, gc=False):
    """Base of everything below."""


class PersonName(_Wire, frozen=True):
    """How the sender names a person. `issuer` defaults to the source's own, `kind` to "account"."""

    id: Id
    issuer: Id | None = None
    kind: Kind | None = None
    role: Role | None = None
    """Gives nothing: it is read only so that a claim of a role that no event can give is refused."""


class CourseName(_Wire, frozen=True):
    """How the sender names a course. `issuer` defaults to the source's own, `kind` to "course"."""

    id: Id
    issuer: Id | None = None
    kind: Kind | None = None


class ActivityName(_Wire, frozen=True):
    """How the sender names an activity within its course, and what it takes it for."""

    id: Id
    issuer: Id | None = None
    kind: Kind | None = None
    type: ActivityType | None = None


class _Envelope(_Wire, tag_field="type", frozen=True):
    """What every event has. `organisation` is a claim that is held against the source, `role` one that gives nothing
    except in `enrolled` and `unenrolled`."""

    id: Id
    time: Moment | None = None
    organisation: Name | None = None
    role: Role | None = None


# ------------------------------------------------------------------ learning events


class _Learning(_Envelope, kw_only=True, frozen=True):
    actor: PersonName
    course: CourseName
    activity: ActivityName | None = None
    precision: Literal["instant", "day"] = "instant"
    count: Count = 1


class _Work(_Learning, kw_only=True, frozen=True):
    """Something done with one activity, which has to be named."""

    activity: ActivityName
    attempt: Attempt = 1


class _Marked(_Work, kw_only=True, frozen=True):
    score: Score | None = None
    max_score: MaxScore | None = None
    exempt: bool = False
    banked: bool = False


class _Played(_Learning, kw_only=True, frozen=True):
    activity: ActivityName
    position_from: Seconds | None = None
    position_to: Seconds | None = None


class Viewed(_Learning, tag="viewed", frozen=True):
    """A page, a resource or a whole course was opened."""


class Interacted(_Learning, tag="interacted", frozen=True):
    """Something was done that no other type says better: a click, a tool used."""


class Played(_Played, tag="played", frozen=True):
    """A video or a recording began to run at `position_from`."""


class Paused(_Played, tag="paused", frozen=True):
    """A video stopped running at `position_from`."""


class Seeked(_Played, tag="seeked", frozen=True):
    """The learner jumped from `position_from` to `position_to`."""


class Watched(_Played, tag="watched", frozen=True):
    """The stretch from `position_from` to `position_to` was played."""


class Started(_Work, tag="started", frozen=True):
    """An attempt at a quiz, an exam or an assignment began."""


class Answered(_Work, tag="answered", kw_only=True, frozen=True):
    """One item of a quiz was answered."""

    item: Id | None = None
    response: Response | None = None
    correct: bool | None = None
    score: Score | None = None
    max_score: MaxScore | None = None


class Submitted(_Marked, tag="submitted", frozen=True):
    """An attempt was handed in; it may carry its score already."""


class Graded(_Marked, tag="graded", frozen=True):
    """Somebody marked an attempt of the learner. Not an activity of the learner's own."""


class Completed(_Learning, tag="completed", frozen=True):
    """An activity, or without one the course, was completed."""


class Posted(_Learning, tag="posted", kw_only=True, frozen=True):
    """The learner wrote in a forum; `reply_to` is the post that was answered."""

    activity: ActivityName
    post: Id | None = None
    reply_to: Id | None = None


class Voided(_Envelope, tag="voided", kw_only=True, frozen=True):
    """The sender takes back its own event with the id `target`."""

    target: Id


# ------------------------------------------------------------------ user events


class PersonDescribed(_Envelope, tag="person_described", kw_only=True, frozen=True):
    """Who a person is. The latest description holds as a whole."""

    actor: PersonName
    given_name: Name | None = None
    family_name: Name | None = None
    email: Email | None = None
    is_test: bool | None = None


class Enrolled(_Envelope, tag="enrolled", kw_only=True, frozen=True):
    """A role in a course, or in a section or a group of it, begins at `time`. Without `role`: learner."""

    actor: PersonName
    course: CourseName
    section: Id | None = None
    group: Id | None = None
    ends_at: Moment | None = None


class Unenrolled(_Envelope, tag="unenrolled", kw_only=True, frozen=True):
    """A role in a course, or in a section or a group of it, ends at `time`. Without `role`: learner."""

    actor: PersonName
    course: CourseName
    section: Id | None = None
    group: Id | None = None


class OutcomeRecorded(_Envelope, tag="outcome_recorded", kw_only=True, frozen=True):
    """How a course ended for a learner."""

    actor: PersonName
    course: CourseName
    outcome: Outcome


# ------------------------------------------------------------------ content events


class CourseDescribed(_Envelope, tag="course_described", kw_only=True, frozen=True):
    """What a course is: one run in one term. Days are local to the organisation, `ends_on` is inclusive."""

    course: CourseName
    code: Name | None = None
    title: Title | None = None
    organisation_unit: Name | None = None
    term: Name | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    breaks: Breaks = ()


class SectionDescribed(_Envelope, tag="section_described", kw_only=True, frozen=True):
    """A class of people within a course."""

    course: CourseName
    section: Id
    title: Title | None = None


class UnitDescribed(_Envelope, tag="unit_described", kw_only=True, frozen=True):
    """A part of the content of a course."""

    course: CourseName
    unit: Id
    title: Title | None = None
    parent: Id | None = None
    position: Position = 0


class ActivityDescribed(_Envelope, tag="activity_described", kw_only=True, frozen=True):
    """What an activity is, when it is due and what it is worth. Its type stands in `activity.type`."""

    course: CourseName
    activity: ActivityName
    title: Title | None = None
    unit: Id | None = None
    published_at: Moment | None = None
    due_at: Moment | None = None
    max_score: MaxScore | None = None
    weight: Weight | None = None
    attempt_policy: AttemptPolicy = AttemptPolicy.LATEST


class ExtensionGranted(_Envelope, tag="extension_granted", kw_only=True, frozen=True):
    """One learner has until `due_at` for one activity."""

    actor: PersonName
    course: CourseName
    activity: ActivityName
    due_at: Moment


WireLearning = (
    Viewed
    | Interacted
    | Played
    | Paused
    | Seeked
    | Watched
    | Started
    | Answered
    | Submitted
    | Graded
    | Completed
    | Posted
    | Voided
)
WireUser = PersonDescribed | Enrolled | Unenrolled | OutcomeRecorded | Voided
WireContent = CourseDescribed | SectionDescribed | UnitDescribed | ActivityDescribed | ExtensionGranted
WireEvent = WireLearning | WireUser | WireContent
