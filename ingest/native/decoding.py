"""From the bytes of a native event to the domain's Event. Whatever is wrong becomes a Refused with its reason."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final, NoReturn, get_args

import msgspec

from dashapp.domain import events as domain
from dashapp.domain.errors import Refused
from dashapp.domain.events import Event, Identifier, RefusalReason, Source, Topic
from ingest.bodies import LONGEST_DETAIL, check_size, check_text, refuse_unreadable
from ingest.native import wire
from ingest.native.wire import ACTIVITY_KIND, COURSE_KIND, PERSON_KIND

MAX_EVENT_BYTES: Final = 1_048_576
"""The default of the setting MAX_EVENT_BYTES."""
EARLIEST_YEAR: Final = 1970
LATEST_YEAR: Final = 2199
"""A time outside of these years is a mistake; near the ends of the calendar a change of time zone would overflow."""

_ROLE_ERROR: Final = re.compile(r"^Invalid enum value .*`\$(\.actor)?\.role`$", re.DOTALL)

_DECODERS: Final[Mapping[Topic, msgspec.json.Decoder[Any]]] = MappingProxyType(
    {
        Topic.LEARNING: msgspec.json.Decoder(wire.WireLearning),
        Topic.USER: msgspec.json.Decoder(wire.WireUser),
        Topic.CONTENT: msgspec.json.Decoder(wire.WireContent),
    }
)


class _Typed(msgspec.Struct):
    type: Any = None


_TYPED: Final = msgspec.json.Decoder(_Typed)
_TYPES: Final = frozenset(str(struct.__struct_config__.tag) for struct in get_args(wire.WireEvent))


def decode(body: bytes, topic: Topic, source: Source, max_bytes: int = MAX_EVENT_BYTES) -> Event:
    """The event in `body`, as `source` may send it on `topic`. Raises Refused; its detail names the JSON path.

    Organisation and permission come from `source`: a claim inside the event is only held against it.
    """
    check_size(body, max_bytes)
    if topic not in source.allowed:
        raise Refused(RefusalReason.FORBIDDEN_KIND, f"this source may not send {topic.value} events")
    check_text(body)
    try:
        event = _DECODERS[topic].decode(body)
    except msgspec.ValidationError as error:
        _refuse_invalid(str(error), body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        refuse_unreadable(error)
    if event.organisation is not None and event.organisation != source.organisation:
        raise Refused(RefusalReason.FOREIGN_ORGANISATION, "not the organisation of this source - at `$.organisation`")
    return _CONVERTERS[type(event)](event, source.issuer)


def _refuse_invalid(message: str, body: bytes) -> NoReturn:
    """The reason behind a message of msgspec about JSON that is well-formed but no event of the topic."""
    reason = RefusalReason.WRONG_TYPE
    if message.startswith("Invalid value ") and message.endswith("`$.type`"):
        reason = RefusalReason.UNKNOWN_TYPE
        if _said_type(body) in _TYPES:
            reason, message = RefusalReason.FORBIDDEN_KIND, "this type belongs to another topic - at `$.type`"
    elif _ROLE_ERROR.match(message):
        reason = RefusalReason.FORBIDDEN_ROLE
    raise Refused(reason, message[:LONGEST_DETAIL])


def _said_type(body: bytes) -> str:
    """The type that is said. The decoder stops at one that it does not know: what follows may be no JSON at all, and is
    refused for that."""
    try:
        said = _TYPED.decode(body).type
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        refuse_unreadable(error)
    return said if isinstance(said, str) else ""


def _person(name: wire.PersonName, issuer: str) -> Identifier:
    return Identifier(name.issuer or issuer, name.kind or PERSON_KIND, name.id)


def _course(name: wire.CourseName, issuer: str) -> Identifier:
    return Identifier(name.issuer or issuer, name.kind or COURSE_KIND, name.id)


def _activity(name: wire.ActivityName, issuer: str) -> Identifier:
    return Identifier(name.issuer or issuer, name.kind or ACTIVITY_KIND, name.id)


def _time(moment: datetime | None) -> datetime | None:
    """The event's own time in UTC. Times that no calendar needs are refused as what they are."""
    if moment is None:
        return None
    if moment.year < EARLIEST_YEAR:
        raise Refused(RefusalReason.TOO_OLD, f"before the year {EARLIEST_YEAR} - at `$.time`")
    if moment.year > LATEST_YEAR:
        raise Refused(RefusalReason.IN_THE_FUTURE, f"after the year {LATEST_YEAR} - at `$.time`")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _check_year(day: date | None, path: str) -> None:
    if day is not None and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise Refused(RefusalReason.WRONG_TYPE, f"Expected a year from {EARLIEST_YEAR} to {LATEST_YEAR} - at `{path}`")


def _moment(moment: datetime, path: str) -> datetime:
    _check_year(moment, path)
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _maybe_moment(moment: datetime | None, path: str) -> datetime | None:
    return None if moment is None else _moment(moment, path)


def _check_order(first: Any, last: Any, path: str) -> None:
    if first is not None and last is not None and last < first:
        raise Refused(RefusalReason.WRONG_TYPE, f"Expected an end that is not before its start - at `{path}`")


def _learning(
    event: Any, issuer: str, verb: domain.Verb, read: Callable[[Any], dict[str, Any]] | None = None
) -> domain.LearningEvent:
    activity = event.activity
    more = read(event) if read is not None else {}
    return domain.LearningEvent(
        id=event.id,
        verb=verb,
        person=_person(event.actor, issuer),
        course=_course(event.course, issuer),
        occurred_at=_time(event.time),
        precision=domain.Precision.INSTANT if event.precision == "instant" else domain.Precision.DAY,
        count=event.count,
        activity=None if activity is None else _activity(activity, issuer),
        activity_type=None if activity is None else activity.type,
        **more,
    )


def _read_attempt(event: wire.Started) -> dict[str, Any]:
    return {"attempt": event.attempt}


def _read_mark(event: wire.Submitted | wire.Graded) -> dict[str, Any]:
    return {
        "attempt": event.attempt,
        "score": event.score,
        "max_score": event.max_score,
        "exempt": event.exempt,
        "banked": event.banked,
    }


def _read_answer(event: wire.Answered) -> dict[str, Any]:
    return {
        "attempt": event.attempt,
        "item": event.item,
        "response": event.response,
        "correct": event.correct,
        "score": event.score,
        "max_score": event.max_score,
    }


def _read_position(event: wire.Played | wire.Paused | wire.Seeked | wire.Watched) -> dict[str, Any]:
    return {"position_from": event.position_from, "position_to": event.position_to}


def _read_stretch(event: wire.Watched) -> dict[str, Any]:
    _check_order(event.position_from, event.position_to, "$.position_to")
    return _read_position(event)


def _read_post(event: wire.Posted) -> dict[str, Any]:
    return {"post": event.post, "reply_to": event.reply_to}


def _learning_converter(
    verb: domain.Verb, read: Callable[[Any], dict[str, Any]] | None = None
) -> Callable[[Any, str], Event]:
    def convert(event: Any, issuer: str) -> Event:
        return _learning(event, issuer, verb, read)

    return convert


def _voided(event: wire.Voided, _issuer: str) -> Event:
    return domain.Voided(event.id, event.target, _time(event.time))


def _person_described(event: wire.PersonDescribed, issuer: str) -> Event:
    return domain.PersonDescribed(
        id=event.id,
        person=_person(event.actor, issuer),
        occurred_at=_time(event.time),
        given_name=event.given_name,
        family_name=event.family_name,
        email=event.email,
        is_test=event.is_test,
    )


def _membership(event: wire.Enrolled | wire.Unenrolled, issuer: str) -> Event:
    ends_at = _maybe_moment(event.ends_at, "$.ends_at") if isinstance(event, wire.Enrolled) else None
    occurred_at = _time(event.time)
    _check_order(occurred_at, ends_at, "$.ends_at")
    if event.section is not None and event.group is not None:
        raise Refused(RefusalReason.WRONG_TYPE, "Expected a section or a group, not both - at `$.group`")
    return domain.MembershipChanged(
        id=event.id,
        person=_person(event.actor, issuer),
        course=_course(event.course, issuer),
        role=event.role or domain.Role.LEARNER,
        active=isinstance(event, wire.Enrolled),
        occurred_at=occurred_at,
        section=event.section,
        ends_at=ends_at,
        group=event.group,
    )


def _outcome(event: wire.OutcomeRecorded, issuer: str) -> Event:
    return domain.OutcomeRecorded(
        event.id, _person(event.actor, issuer), _course(event.course, issuer), event.outcome, _time(event.time)
    )


def _course_described(event: wire.CourseDescribed, issuer: str) -> Event:
    for path, day in (("$.starts_on", event.starts_on), ("$.ends_on", event.ends_on)):
        _check_year(day, path)
    _check_order(event.starts_on, event.ends_on, "$.ends_on")
    for number, (first, last) in enumerate(event.breaks):
        _check_year(first, f"$.breaks[{number}][0]")
        _check_year(last, f"$.breaks[{number}][1]")
        _check_order(first, last, f"$.breaks[{number}]")
    return domain.CourseDescribed(
        id=event.id,
        course=_course(event.course, issuer),
        occurred_at=_time(event.time),
        code=event.code,
        title=event.title,
        organisation_unit=event.organisation_unit,
        term=event.term,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        breaks=event.breaks,
    )


def _section_described(event: wire.SectionDescribed, issuer: str) -> Event:
    return domain.SectionDescribed(
        event.id, _course(event.course, issuer), event.section, _time(event.time), event.title
    )


def _unit_described(event: wire.UnitDescribed, issuer: str) -> Event:
    return domain.UnitDescribed(
        id=event.id,
        course=_course(event.course, issuer),
        unit=event.unit,
        occurred_at=_time(event.time),
        title=event.title,
        parent=event.parent,
        position=event.position,
    )


def _activity_described(event: wire.ActivityDescribed, issuer: str) -> Event:
    return domain.ActivityDescribed(
        id=event.id,
        course=_course(event.course, issuer),
        activity=_activity(event.activity, issuer),
        occurred_at=_time(event.time),
        activity_type=event.activity.type,
        title=event.title,
        unit=event.unit,
        published_at=_maybe_moment(event.published_at, "$.published_at"),
        due_at=_maybe_moment(event.due_at, "$.due_at"),
        max_score=event.max_score,
        weight=event.weight,
        attempt_policy=event.attempt_policy,
    )


def _extension(event: wire.ExtensionGranted, issuer: str) -> Event:
    return domain.ExtensionGranted(
        id=event.id,
        person=_person(event.actor, issuer),
        course=_course(event.course, issuer),
        activity=_activity(event.activity, issuer),
        due_at=_moment(event.due_at, "$.due_at"),
        occurred_at=_time(event.time),
    )


_CONVERTERS: Final[Mapping[type, Callable[[Any, str], Event]]] = MappingProxyType(
    {
        wire.Viewed: _learning_converter(domain.Verb.VIEWED),
        wire.Interacted: _learning_converter(domain.Verb.INTERACTED),
        wire.Played: _learning_converter(domain.Verb.PLAYED, _read_position),
        wire.Paused: _learning_converter(domain.Verb.PAUSED, _read_position),
        wire.Seeked: _learning_converter(domain.Verb.SEEKED, _read_position),
        wire.Watched: _learning_converter(domain.Verb.WATCHED, _read_stretch),
        wire.Started: _learning_converter(domain.Verb.STARTED, _read_attempt),
        wire.Answered: _learning_converter(domain.Verb.ANSWERED, _read_answer),
        wire.Submitted: _learning_converter(domain.Verb.SUBMITTED, _read_mark),
        wire.Graded: _learning_converter(domain.Verb.GRADED, _read_mark),
        wire.Completed: _learning_converter(domain.Verb.COMPLETED),
        wire.Posted: _learning_converter(domain.Verb.POSTED, _read_post),
        wire.Voided: _voided,
        wire.PersonDescribed: _person_described,
        wire.Enrolled: _membership,
        wire.Unenrolled: _membership,
        wire.OutcomeRecorded: _outcome,
        wire.CourseDescribed: _course_described,
        wire.SectionDescribed: _section_described,
        wire.UnitDescribed: _unit_described,
        wire.ActivityDescribed: _activity_described,
        wire.ExtensionGranted: _extension,
    }
)
