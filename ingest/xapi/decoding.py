"""From xAPI statements to the domain's events. What is valid is never dropped: what nobody knows is an interaction."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha1, sha256
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
    RefusalReason,
    Role,
    Source,
    Verb,
    Voided,
)
from ingest.bodies import refuse_unreadable
from ingest.native.wire import ACTIVITY_KIND, COURSE_KIND, PERSON_KIND
from ingest.xapi import video
from ingest.xapi.belonging import Belonging, belonging
from ingest.xapi.forms import moment_of, seconds_of
from ingest.xapi.statements import Object, Statement, inner_object, read
from ingest.xapi.vocabulary import ASSESSMENTS, MEANINGS, SESSIONS, SIMPLE, Meaning
from ingest.xapi.wire import Activity, Actor, Context, Result, StatementRef, SubStatement

MAILBOX_ISSUER: Final = "mailto"
MAILBOX_KIND: Final = "mbox_sha1sum"
OPENID_ISSUER: Final = "openid"
OPENID_KIND: Final = "openid"
LONGEST_IDENTIFIER: Final = 1_000
"""Bytes of an issuer or a value; three times this fits into a row of an index."""
LONGEST_RESPONSE: Final = 4_000
LONGEST_NAME: Final = 255
LARGEST_MARK: Final = 1e9
_NAMESPACE: Final = UUID("8a0c0c35-2d0b-5f4c-9a3e-6f4f6a1f7d11")
"""Of the ids of statements that came without one."""
_NO_RESULT: Final = Result()
_ARRAY: Final = msgspec.json.Decoder(list[Raw])


class _Head(NamedTuple):
    """Who, when and by which id."""

    statement_id: str
    at: datetime | None
    person: Identifier
    issuer: str


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
    said = read(body)
    statement = said.statement
    statement_id = uuid_of(body) if statement.id is UNSET else statement.id.lower()
    at = None if statement.timestamp is UNSET else moment_of(statement.timestamp, "/timestamp")
    meaning = MEANINGS.get(statement.verb.id, Meaning.INTERACT)
    if meaning is Meaning.VOID:
        assert isinstance(said.object, StatementRef)
        return Voided(statement_id, said.object.id.lower(), at)
    person = person_of(statement.actor)
    place = belonging(_activity_of(said.object), statement.context, meaning)
    if place.is_course and (meaning is Meaning.ENROL or meaning is Meaning.UNENROL):
        course = Identifier(source.issuer, COURSE_KIND, bounded(place.course))
        return MembershipChanged(statement_id, person, course, Role.LEARNER, meaning is Meaning.ENROL, at)
    return _learning(statement, place, meaning, _Head(statement_id, at, person, source.issuer))


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


def bounded(value: str) -> str:
    """An identifier that fits into an index: one that is too long ends in its digest."""
    if len(value) <= LONGEST_IDENTIFIER // 4 or len(encoded := value.encode()) <= LONGEST_IDENTIFIER:
        return value
    return f"{value[:200]}#sha256-{sha256(encoded).hexdigest()}"


def person_of(actor: Actor) -> Identifier:
    """Who an actor is. Raises Refused for a group, unless it has one member only and that is all that it says."""
    if actor.object_type == "Group":
        if actor.member is UNSET or len(actor.member) != 1:
            detail = (
                "what a group did is not counted for its members: it could not be taken back for each - at `/actor`"
            )
            raise Refused(RefusalReason.GROUP_ACTOR, detail)
        actor = actor.member[0]
    if actor.account is not UNSET:
        return Identifier(bounded(actor.account.home_page), PERSON_KIND, bounded(actor.account.name))
    if actor.mbox is not UNSET:
        digest = sha1(actor.mbox.lower().encode(), usedforsecurity=False).hexdigest()
        return Identifier(MAILBOX_ISSUER, MAILBOX_KIND, digest)
    if actor.mbox_sha1sum is not UNSET:
        return Identifier(MAILBOX_ISSUER, MAILBOX_KIND, actor.mbox_sha1sum.lower())
    assert actor.openid is not UNSET
    return Identifier(OPENID_ISSUER, OPENID_KIND, bounded(actor.openid))


def _is_own_instructor(statement: Statement) -> bool:
    """Whether the actor is named as the instructor: what is marked is then not the actor's work."""
    if statement.context is UNSET or statement.context.instructor is UNSET:
        return False
    one, other = statement.actor, statement.context.instructor
    return (one.account, one.mbox, one.mbox_sha1sum, one.openid) == (
        other.account,
        other.mbox,
        other.mbox_sha1sum,
        other.openid,
    )


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


def _verb(meaning: Meaning, result: Result, place: Belonging, *, marked: bool) -> Verb:
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


def _learning(statement: Statement, place: Belonging, meaning: Meaning, head: _Head) -> LearningEvent:
    """A statement that is an activity of a learner, or a mark for one."""
    result = _NO_RESULT if statement.result is UNSET else statement.result
    context = statement.context
    score, max_score = mark_of(result)
    verb = _verb(meaning, result, place, marked=score is not None and not _is_own_instructor(statement))
    position_from = position_to = None
    segments: tuple[video.Segment, ...] = ()
    if result.extensions is not UNSET and place.activity is not None:
        position_from, position_to = video.positions(result.extensions)
        segments = video.segments(result.extensions, verb, ended=meaning is Meaning.END)
    answered = verb is Verb.ANSWERED
    item = None if place.item is None else bounded(place.item)
    if not (answered or verb is Verb.SUBMITTED or verb is Verb.GRADED):
        score = max_score = None
    return LearningEvent(
        id=head.statement_id,
        verb=verb,
        person=head.person,
        course=Identifier(head.issuer, COURSE_KIND, bounded(place.course)),
        occurred_at=head.at,
        activity=None if place.activity is None else Identifier(head.issuer, ACTIVITY_KIND, bounded(place.activity)),
        activity_type=place.activity_type,
        attempt=place.attempt,
        score=score,
        max_score=max_score,
        item=item if answered else None,
        response=result.response[:LONGEST_RESPONSE] if answered and result.response is not UNSET else None,
        correct=result.success if answered and result.success is not UNSET else None,
        position_from=position_from,
        position_to=position_to,
        post=item if verb is Verb.POSTED else None,
        activity_title=place.activity_title,
        course_title=place.course_title,
        session=_session(context),
        registration=None if context is UNSET or context.registration is UNSET else context.registration.lower(),
        duration=None if result.duration is UNSET else seconds_of(result.duration, "/result/duration"),
        segments=segments,
    )


def _session(context: Context | UnsetType) -> str | None:
    """The session of the player or of the content."""
    if context is UNSET or context.extensions is UNSET:
        return None
    for name in SESSIONS:
        told = context.extensions.get(name)
        if isinstance(told, str) and told:
            return told[:LONGEST_NAME]
    return None
