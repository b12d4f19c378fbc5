"""From the domain's Event to the bytes of a native event: what importers, the demo and the tests send."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from dashapp.domain import events as domain
from dashapp.domain.events import Event, Identifier, Precision, Verb
from ingest.native import wire
from ingest.native.wire import ACTIVITY_KIND, COURSE_KIND, PERSON_KIND

_VERBS: Final[Mapping[Verb, type[Any]]] = MappingProxyType(
    {
        Verb.VIEWED: wire.Viewed,
        Verb.INTERACTED: wire.Interacted,
        Verb.PLAYED: wire.Played,
        Verb.PAUSED: wire.Paused,
        Verb.SEEKED: wire.Seeked,
        Verb.WATCHED: wire.Watched,
        Verb.STARTED: wire.Started,
        Verb.ANSWERED: wire.Answered,
        Verb.SUBMITTED: wire.Submitted,
        Verb.GRADED: wire.Graded,
        Verb.COMPLETED: wire.Completed,
        Verb.POSTED: wire.Posted,
    }
)
_EXTRAS: Final = (
    ("attempt", 1),
    ("score", None),
    ("max_score", None),
    ("exempt", False),
    ("banked", False),
    ("item", None),
    ("response", None),
    ("correct", None),
    ("position_from", None),
    ("position_to", None),
    ("post", None),
    ("reply_to", None),
)
"""The fields of a learning event that only some verbs carry, with the value that need not be written."""


def encode(event: Event, default_issuer: str) -> bytes:
    """The event as native JSON; identifiers of `default_issuer` and of the default kinds are written short.

    Raises ValueError for a learning event that carries a field which its verb does not have, or lacks one that its
    verb needs: nothing is lost silently.
    """
    return msgspec.json.encode(_to_wire(event, default_issuer))


def _person(identifier: Identifier, issuer: str) -> wire.PersonName:
    return wire.PersonName(
        identifier.value,
        None if identifier.issuer == issuer else identifier.issuer,
        None if identifier.kind == PERSON_KIND else identifier.kind,
    )


def _course(identifier: Identifier, issuer: str) -> wire.CourseName:
    return wire.CourseName(
        identifier.value,
        None if identifier.issuer == issuer else identifier.issuer,
        None if identifier.kind == COURSE_KIND else identifier.kind,
    )


def _activity(identifier: Identifier, kind: domain.ActivityType | None, issuer: str) -> wire.ActivityName:
    return wire.ActivityName(
        identifier.value,
        None if identifier.issuer == issuer else identifier.issuer,
        None if identifier.kind == ACTIVITY_KIND else identifier.kind,
        kind,
    )


def _learning(event: domain.LearningEvent, issuer: str) -> wire.WireEvent:
    struct = _VERBS[event.verb]
    fields: dict[str, Any] = {
        "id": event.id,
        "time": event.occurred_at,
        "actor": _person(event.person, issuer),
        "course": _course(event.course, issuer),
        "precision": "instant" if event.precision is Precision.INSTANT else "day",
        "count": event.count,
    }
    if event.activity is not None:
        fields["activity"] = _activity(event.activity, event.activity_type, issuer)
    elif event.activity_type is not None:
        raise ValueError("a type of activity without an activity cannot be written")
    for name, default in _EXTRAS:
        value = getattr(event, name)
        if value != default:
            fields[name] = value
    try:
        encoded: wire.WireEvent = struct(**fields)
    except TypeError as error:
        raise ValueError(f"a {event.verb.value} event cannot be written: {error}") from None
    return encoded


def _to_wire(event: Event, issuer: str) -> wire.WireEvent:
    if isinstance(event, domain.LearningEvent):
        return _learning(event, issuer)
    if isinstance(event, domain.Voided):
        return wire.Voided(event.id, event.occurred_at, target=event.target)
    if isinstance(event, domain.PersonDescribed | domain.MembershipChanged | domain.OutcomeRecorded):
        return _user_to_wire(event, issuer)
    return _content_to_wire(event, issuer)


def _user_to_wire(event: domain.UserEvent, issuer: str) -> wire.WireEvent:
    person = _person(event.person, issuer)
    if isinstance(event, domain.PersonDescribed):
        return wire.PersonDescribed(
            event.id,
            event.occurred_at,
            actor=person,
            given_name=event.given_name,
            family_name=event.family_name,
            email=event.email,
            is_test=event.is_test,
        )
    course = _course(event.course, issuer)
    if isinstance(event, domain.OutcomeRecorded):
        return wire.OutcomeRecorded(event.id, event.occurred_at, actor=person, course=course, outcome=event.outcome)
    if not event.active:
        if event.ends_at is not None:
            raise ValueError("the end of a membership cannot have an end of its own")
        return wire.Unenrolled(
            event.id,
            event.occurred_at,
            role=event.role,
            actor=person,
            course=course,
            section=event.section,
            group=event.group,
        )
    return wire.Enrolled(
        event.id,
        event.occurred_at,
        role=event.role,
        actor=person,
        course=course,
        section=event.section,
        group=event.group,
        ends_at=event.ends_at,
    )


def _content_to_wire(event: domain.ContentEvent, issuer: str) -> wire.WireEvent:
    course = _course(event.course, issuer)
    if isinstance(event, domain.CourseDescribed):
        return wire.CourseDescribed(
            event.id,
            event.occurred_at,
            course=course,
            code=event.code,
            title=event.title,
            organisation_unit=event.organisation_unit,
            term=event.term,
            starts_on=event.starts_on,
            ends_on=event.ends_on,
            breaks=event.breaks,
        )
    if isinstance(event, domain.SectionDescribed):
        return wire.SectionDescribed(
            event.id, event.occurred_at, course=course, section=event.section, title=event.title
        )
    if isinstance(event, domain.UnitDescribed):
        return wire.UnitDescribed(
            event.id,
            event.occurred_at,
            course=course,
            unit=event.unit,
            title=event.title,
            parent=event.parent,
            position=event.position,
        )
    if isinstance(event, domain.ExtensionGranted):
        return wire.ExtensionGranted(
            event.id,
            event.occurred_at,
            actor=_person(event.person, issuer),
            course=course,
            activity=_activity(event.activity, None, issuer),
            due_at=event.due_at,
        )
    return wire.ActivityDescribed(
        event.id,
        event.occurred_at,
        course=course,
        activity=_activity(event.activity, event.activity_type, issuer),
        title=event.title,
        unit=event.unit,
        published_at=event.published_at,
        due_at=event.due_at,
        max_score=event.max_score,
        weight=event.weight,
        attempt_policy=event.attempt_policy,
    )
