"""From xAPI statements to the domain's events. What is valid is never dropped: what nobody knows is an interaction."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

import msgspec
from msgspec import UNSET, Raw, UnsetType

from dashapp.domain.errors import Refused
from dashapp.domain.events import (
    ActivityType,
    Event,
    Identifier,
    LearningEvent,
    MembershipChanged,
    Role,
    Source,
    Verb,
    Voided,
)
from ingest.bodies import refuse_unreadable
from ingest.xapi import parts, video
from ingest.xapi.belonging import Place, place_of
from ingest.xapi.forms import moment_of, seconds_of
from ingest.xapi.parts import StatementParts, Unusual, check
from ingest.xapi.people import is_same, person_of
from ingest.xapi.statements import Object, inner_object, read
from ingest.xapi.vocabulary import ASSESSMENTS, MEANINGS, SESSIONS, SIMPLE, Meaning
from ingest.xapi.wire import Activity, Context, ContextActivities, Extensions, Result, StatementRef, SubStatement

LONGEST_RESPONSE: Final = 4_000
LONGEST_NAME: Final = 255
LONGEST_TERM: Final = 1_000
LARGEST_MARK: Final = 1e9
_NAMESPACE: Final = UUID("8a0c0c35-2d0b-5f4c-9a3e-6f4f6a1f7d11")
"""Of the ids of statements that came without one."""
_NO_RESULT: Final = Result()
_NO_CONTEXT: Final = Context()
_PARTS: Final = msgspec.json.Decoder(StatementParts)
_ARRAY: Final = msgspec.json.Decoder(list[Raw])


class _Around(NamedTuple):
    """Of a statement and its context, what every event takes over."""

    statement_id: str
    at: datetime | None
    person: Identifier
    extensions: Extensions | UnsetType
    registration: str | UnsetType
    verb: bytes | str
    """As it was sent, or its IRI: looked at only where the verb is none of ours."""


def decode(body: bytes, source: Source) -> list[Event | Refused]:
    """The events of one statement, or of an array of them, in their order; each bad one as what it was refused for.

    Whether `source` may send the kinds of these events is the caller's to ask.
    """
    if body.lstrip()[:1] != b"[":
        return [_decode(body, source)]
    try:
        raws: Sequence[Any] = _ARRAY.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        try:
            refuse_unreadable(error)
        except Refused as refused:
            return [refused]
    found: list[Event | Refused] = []
    for index, raw in enumerate(raws):
        outcome = _decode(bytes(raw), source)
        if isinstance(outcome, Refused):
            detail = f"item {index}: {outcome.detail.replace('at `/', f'at `/{index}/')}"
            outcome = Refused(outcome.reason, detail, bytes(raw))
        found.append(outcome)
    return found


def decode_statement(body: bytes, source: Source) -> Event:
    """The event of one statement. Raises Refused, with the rule that it breaks and the place as a JSON pointer."""
    try:
        return _decode_parts(_PARTS.decode(body), body, source.issuer)
    except (Unusual, Refused, msgspec.DecodeError, RecursionError, ValueError):
        return _decode_whole(body, source.issuer)


def _decode_parts(said: StatementParts, body: bytes, issuer: str) -> Event:
    """The event of a usual statement. Raises what stands above for all others."""
    check(said)
    meaning = parts.meaning(bytes(said.verb))
    if meaning is Meaning.VOID:
        raise Unusual
    context = said.context
    if context is UNSET:
        place = parts.place(bytes(said.about), b"", None, meaning, issuer)
        extensions: Extensions | UnsetType = UNSET
        registration: str | UnsetType = UNSET
    else:
        around = b"" if context.context_activities is UNSET else bytes(context.context_activities)
        language = None if context.language is UNSET else context.language
        place = parts.place(bytes(said.about), around, language, meaning, issuer)
        extensions, registration = context.extensions, context.registration
    head = _Around(
        uuid_of(body) if said.id is UNSET else said.id.lower(),
        None if said.timestamp is UNSET else moment_of(said.timestamp, "/timestamp"),
        parts.person(bytes(said.actor)),
        extensions,
        registration,
        bytes(said.verb),
    )
    return _event(head, said.result, place, meaning, is_own=True)


def _decode_whole(body: bytes, issuer: str) -> Event:
    """The event of any statement. Raises Refused."""
    statement, about = read(body)
    context = _NO_CONTEXT if statement.context is UNSET else statement.context
    statement_id = uuid_of(body) if statement.id is UNSET else statement.id.lower()
    at = None if statement.timestamp is UNSET else moment_of(statement.timestamp, "/timestamp")
    meaning = MEANINGS.get(statement.verb.id, Meaning.INTERACT)
    if meaning is Meaning.VOID:
        assert isinstance(about, StatementRef)
        return Voided(statement_id, about.id.lower(), at)
    activities = ContextActivities() if context.context_activities is UNSET else context.context_activities
    language = None if context.language is UNSET else context.language
    place = place_of(_activity_of(about), activities, language, meaning, issuer)
    verb = statement.verb.id
    head = _Around(statement_id, at, person_of(statement.actor), context.extensions, context.registration, verb)
    # What is marked by its own instructor is not the actor's work.
    is_own = context.instructor is UNSET or not is_same(statement.actor, context.instructor)
    return _event(head, statement.result, place, meaning, is_own=is_own)


def _decode(body: bytes, source: Source) -> Event | Refused:
    try:
        return decode_statement(body, source)
    except Refused as refused:
        return refused


def _activity_of(about: Object) -> Activity | None:
    """The activity that a statement is about: of a plan, the activity that is planned."""
    if isinstance(about, SubStatement):
        about = inner_object(about)
    return about if isinstance(about, Activity) else None


def uuid_of(body: bytes) -> str:
    """The id of a statement that has none: the same for the same content, however it is written."""
    content = msgspec.json.encode(msgspec.json.decode(body), order="deterministic")
    return str(uuid5(_NAMESPACE, sha256(content).hexdigest()))


def mark_of(result: Result) -> tuple[float | None, float | None]:
    """(score, highest score) of a result.

    Raw points of a maximum where points are counted from 0; else the scaled score, of 1; else points counted from the
    minimum. A maximum of 0 is no mark, nor is one that is beyond all measure.
    """
    if result.score is UNSET:
        return None, None
    said = result.score
    lowest = 0.0 if said.min is UNSET else said.min
    score: float | None = None
    highest: float | None = None
    if said.raw is not UNSET and said.max is not UNSET and said.max > 0 and lowest == 0:
        score, highest = said.raw, said.max
    elif said.scaled is not UNSET:
        score, highest = (None, None) if said.max == 0 else (said.scaled, 1.0)
    elif said.raw is not UNSET and said.max is not UNSET and said.max > lowest:
        score, highest = said.raw - lowest, said.max - lowest
    elif said.raw is not UNSET and said.max is UNSET:
        score = said.raw
    if score is None or abs(score) > LARGEST_MARK or (highest is not None and highest > LARGEST_MARK):
        return None, None
    return score, highest


def _verb(meaning: Meaning, result: Result, place: Place, *, marked: bool) -> Verb:
    """Which event a statement is: its verb, seen with its object and its result."""
    work = place.activity is not None
    assessed = place.activity_type in ASSESSMENTS
    match meaning:
        case Meaning.COMPLETE | Meaning.PASS if marked and work and place.activity_type is not ActivityType.VIDEO:
            verb = Verb.SUBMITTED
        case Meaning.PASS:
            verb = Verb.COMPLETED
        case Meaning.FAIL if work:
            verb = Verb.SUBMITTED
        case Meaning.GRADE if marked and work:
            verb = Verb.GRADED
        case Meaning.ATTEMPT if work:
            verb = Verb.SUBMITTED if marked else Verb.STARTED
        case Meaning.LAUNCH:
            verb = Verb.STARTED if work and assessed else Verb.VIEWED
        case Meaning.END if place.activity_type is ActivityType.VIDEO:
            verb = Verb.PAUSED
        case Meaning.POST if place.activity_type is ActivityType.FORUM:
            verb = Verb.POSTED
        case _:
            verb = SIMPLE.get(meaning, Verb.INTERACTED)
    if result.completion is True and verb in (Verb.INTERACTED, Verb.VIEWED) and meaning is not Meaning.GRADE:
        return Verb.COMPLETED
    if not work and verb not in (Verb.VIEWED, Verb.COMPLETED):
        return Verb.INTERACTED
    return verb


def _event(head: _Around, result: Result | UnsetType, place: Place, meaning: Meaning, *, is_own: bool) -> Event:
    """A statement that is an activity of a learner, a mark for one, or the begin or the end of being one."""
    if place.is_course and (meaning is Meaning.ENROL or meaning is Meaning.UNENROL):
        begins = meaning is Meaning.ENROL
        return MembershipChanged(head.statement_id, head.person, place.course, Role.LEARNER, begins, head.at)
    if result is UNSET:
        result = _NO_RESULT
    score, max_score = mark_of(result)
    verb = _verb(meaning, result, place, marked=score is not None and is_own)
    position_from = position_to = None
    segments: tuple[video.Segment, ...] = ()
    if result.extensions is not UNSET and place.activity is not None:
        position_from, position_to = video.positions(result.extensions)
        segments = video.segments(result.extensions, verb, ended=meaning is Meaning.END)
    answered = verb is Verb.ANSWERED
    if not (answered or verb is Verb.SUBMITTED or verb is Verb.GRADED):
        score = max_score = None
    return LearningEvent(
        id=head.statement_id,
        verb=verb,
        person=head.person,
        course=place.course,
        occurred_at=head.at,
        activity=place.activity,
        activity_type=place.activity_type,
        attempt=place.attempt,
        score=score,
        max_score=max_score,
        item=place.item if answered else None,
        response=result.response[:LONGEST_RESPONSE] if answered and result.response is not UNSET else None,
        correct=result.success if answered and result.success is not UNSET else None,
        position_from=position_from,
        position_to=position_to,
        post=place.item if verb is Verb.POSTED else None,
        activity_title=place.activity_title,
        course_title=place.course_title,
        session=None if head.extensions is UNSET else _session(head.extensions),
        registration=None if head.registration is UNSET else head.registration.lower(),
        duration=None if result.duration is UNSET else seconds_of(result.duration, "/result/duration"),
        term=_term(head.verb) if verb is Verb.INTERACTED else None,
        segments=segments,
    )


def _term(verb: bytes | str) -> str:
    return (verb if isinstance(verb, str) else parts.term(verb))[:LONGEST_TERM]


def _session(extensions: Extensions) -> str | None:
    """The session of the player or of the content."""
    for name in SESSIONS:
        told = extensions.get(name)
        if isinstance(told, str) and told:
            return told[:LONGEST_NAME]
    return None
