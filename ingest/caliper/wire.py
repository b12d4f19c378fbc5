"""Caliper as it travels: what this service reads of envelopes, events and entities. Everything else is ignored.

An entity stands by value or by its id alone, so most fields are `struct | str`. Only what the standard requires of
events and envelopes is required here; what an entity lacks is noticed where it is needed.
"""

from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType


class _Wire(Struct, frozen=True, gc=False, rename="camel"):
    """Base of everything below."""


class Agent(_Wire, frozen=True):
    """Who acts: a person, an application, an organisation."""

    id: str = ""
    type: str = ""
    name: str | None = None


class Group(_Wire, frozen=True):
    """A course offering, a section of it, a group of its learners, or any other organisation."""

    id: str = ""
    type: str = ""
    name: str | None = None
    sub_organization_of: "Group | str | None" = None


class Membership(_Wire, frozen=True):
    """Who belongs to what, as an event refers to it."""

    organization: Group | str | None = None
    member: Agent | str | None = None


class Session(_Wire, frozen=True):
    """A stay in an application."""

    id: str = ""


class Thing(_Wire, frozen=True):
    """Any other entity: what is acted on, what comes of it, a place in it."""

    id: str = ""
    type: str = ""
    name: str | None = None
    is_part_of: "Thing | str | None" = None
    # an attempt, its score, and the result of Caliper 1.0 and 1.1
    assignee: Agent | str | None = None
    assignable: "Thing | str | None" = None
    count: int | None = None
    duration: str | None = None
    attempt: "Thing | str | None" = None
    score_given: float | None = None
    max_score: float | None = None
    result_score: float | None = None
    total_score: float | None = None
    normal_score: float | None = None
    max_result_score: float | None = None
    # a response
    value: Any = None
    values: Any = None
    selections: Any = None
    date_time_selected: str | None = None
    # a location in a medium, a message, a session
    current_time: timedelta | None = None
    reply_to: "Thing | str | None" = None
    user: Agent | str | None = None
    # an assignable resource
    date_created: str | None = None
    date_modified: str | None = None
    date_published: str | None = None
    date_to_show: str | None = None
    date_to_submit: str | None = None


class Event(_Wire, frozen=True):
    """An event of any type."""

    id: str
    type: str
    actor: Agent | str
    action: str
    object: Thing | str
    event_time: datetime
    target: Thing | str | None = None
    generated: Thing | str | None = None
    group: Group | str | None = None
    membership: Membership | str | None = None
    session: Session | str | None = None


class SystemIdentifier(_Wire, frozen=True):
    """How another system names the same entity (Caliper 1.2)."""

    identifier: str | None = None
    identifier_type: str | None = None


class Described(_Wire, frozen=True):
    """An entity that is an item of an envelope on its own."""

    id: str
    type: str
    name: str | None = None
    date_created: str | None = None
    date_modified: str | None = None
    other_identifiers: list[SystemIdentifier | str] | None = None
    # a course
    course_number: str | None = None
    academic_session: str | None = None
    # an activity
    is_part_of: Thing | str | None = None
    date_published: str | None = None
    date_to_show: str | None = None
    date_to_submit: str | None = None
    max_score: float | None = None
    # a membership
    member: Agent | str | None = None
    organization: Group | str | None = None
    roles: list[str] | None = None
    status: str | None = None


class Envelope(_Wire, frozen=True):
    """What a sensor sends: events and entities, unread."""

    sensor: str
    send_time: datetime
    data_version: str
    data: list[Raw]


class Shape(_Wire, frozen=True):
    """What tells an envelope, an event and an entity apart, unread."""

    type: Any = UNSET
    actor: Raw | UnsetType = UNSET
    action: Raw | UnsetType = UNSET
    event_time: Raw | UnsetType = UNSET
    data: Raw | UnsetType = UNSET
    data_version: Raw | UnsetType = UNSET
    send_time: Raw | UnsetType = UNSET
