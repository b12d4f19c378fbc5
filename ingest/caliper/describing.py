"""From Caliper entities that a sender describes to the user and content events that they are.

Their ids are digests of what they say, so that the same description sent again is the same event.
"""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from dashapp.domain.errors import Refused
from dashapp.domain.events import (
    ActivityDescribed,
    CourseDescribed,
    Event,
    Identifier,
    MembershipChanged,
    PersonDescribed,
    RefusalReason,
    Role,
    Source,
    Topic,
)
from ingest.caliper.naming import (
    activity,
    course_around,
    course_in_group,
    iri,
    person,
    refuse,
    title,
)
from ingest.caliper.vocabulary import ACTIVITY_TYPES, COURSES, DESCRIBED_ACTIVITIES, POWERS, ROLES
from ingest.caliper.wire import Described, Thing
from ingest.caliper.wire import Event as WireEvent
from ingest.native.decoding import EARLIEST_YEAR, LATEST_YEAR
from ingest.native.wire import COURSE_KIND

LONGEST_NAME: Final = 255
LONGEST_EMAIL: Final = 320
_HIGHEST_SCORE: Final = 1e9
_ENCODE: Final = msgspec.json.Encoder().encode


def described_events(entity: Described, source: Source, sent_at: datetime | None) -> list[Event]:
    """What an entity that came on its own describes, none where the sender may not say it. Raises Refused.

    `sent_at`: when the envelope was sent, which is the time of a description that has none.
    """
    if entity.type in COURSES:
        found: Event | None = _course(entity, source, sent_at)
    elif entity.type == "Person":
        found = _person(entity, source, sent_at)
    elif entity.type == "Membership":
        return [_identified(each) for each in _memberships(entity, source, sent_at)]
    elif entity.type in DESCRIBED_ACTIVITIES:
        found = _activity(entity, source, sent_at)
    else:
        found = None
    return [] if found is None else [_identified(found)]


def described_in_passing(event: WireEvent, course: Identifier, source: Source) -> Event | None:
    """The description of the work that an event is about, where it says when it was written and the sender may."""
    if Topic.CONTENT not in source.allowed or isinstance(event.object, str):
        return None
    thing: Thing | str | None = event.object
    pointer = "/object"
    if isinstance(thing, Thing) and thing.type == "Attempt":
        thing, pointer = thing.assignable, "/object/assignable"
    if not isinstance(thing, Thing) or thing.type not in DESCRIBED_ACTIVITIES:
        return None
    if thing.date_to_submit is None and thing.max_score is None:
        return None
    written = thing.date_modified or thing.date_created
    found = activity(thing, source.issuer, pointer)
    if written is None or found is None:
        return None
    return _identified(_activity_of(thing, course, found, _moment(written, f"{pointer}/dateModified"), pointer))


def _course(entity: Described, source: Source, sent_at: datetime | None) -> Event | None:
    found = iri(entity.id, "/id")
    if Topic.CONTENT not in source.allowed or found is None:
        return None
    return CourseDescribed(
        id="",
        course=Identifier(source.issuer, COURSE_KIND, found),
        occurred_at=_written(entity, sent_at),
        code=_name(entity.course_number),
        title=title(entity.name),
        term=_name(entity.academic_session),
    )


def _activity(entity: Described, source: Source, sent_at: datetime | None) -> Event | None:
    """An activity belongs to a course: one that does not say to which cannot be described."""
    found = activity(entity.id, source.issuer, "/id")
    if Topic.CONTENT not in source.allowed or found is None or not isinstance(entity.is_part_of, Thing):
        return None
    around = course_around(entity.is_part_of, source.issuer, "/isPartOf")
    return None if around is None else _activity_of(entity, around[0], found, _written(entity, sent_at), "")


def _activity_of(
    entity: Described | Thing, course: Identifier, found: Identifier, at: datetime | None, pointer: str
) -> Event:
    most = entity.max_score
    published = entity.date_published or entity.date_to_show
    return ActivityDescribed(
        id="",
        course=course,
        activity=found,
        occurred_at=at,
        activity_type=ACTIVITY_TYPES[entity.type],
        title=title(entity.name),
        published_at=None if published is None else _moment(published, f"{pointer}/datePublished"),
        due_at=None if entity.date_to_submit is None else _moment(entity.date_to_submit, f"{pointer}/dateToSubmit"),
        max_score=most if most is not None and 0 < most <= _HIGHEST_SCORE else None,
    )


def _person(entity: Described, source: Source, sent_at: datetime | None) -> Event | None:
    """A person without a name and an address describes nobody: it must not wipe out what a roster said."""
    found = person(entity.id, source.issuer, "/id")
    email = next(
        (
            each.identifier
            for each in entity.other_identifiers or ()
            if not isinstance(each, str) and each.identifier_type == "EmailAddress" and each.identifier
        ),
        None,
    )
    if Topic.USER not in source.allowed or found is None or not (entity.name or email):
        return None
    if email is not None and len(email) > LONGEST_EMAIL:
        refuse(f"an address has at most {LONGEST_EMAIL} characters", "/otherIdentifiers")
    # The standard knows one name, not its parts.
    return PersonDescribed("", found, _written(entity, sent_at), given_name=_name(entity.name), email=email)


def _memberships(entity: Described, source: Source, sent_at: datetime | None) -> list[Event]:
    if Topic.USER not in source.allowed:
        return []
    if entity.member is None or entity.organization is None:
        refuse("a Membership has a `member` and an `organization`", "/member")
    said = {each.replace("#", "/").rsplit("/", 1)[-1] for each in entity.roles or ()}
    roles: set[Role] = {ROLES[each] for each in said if each in ROLES}
    if not roles and said & POWERS:
        raise Refused(RefusalReason.FORBIDDEN_ROLE, "no event can make an administrator - at `/roles`")
    who = person(entity.member, source.issuer, "/member")
    where = course_in_group(entity.organization, source.issuer, "/organization")
    if who is None or where is None:
        return []
    active = entity.status != "Inactive"
    at = _written(entity, sent_at)
    return [MembershipChanged("", who, where[0], role, active, at) for role in sorted(roles)]


def _written(entity: Described, sent_at: datetime | None) -> datetime | None:
    """When the description was written, by itself, else when it was sent."""
    if entity.date_modified is not None:
        return _moment(entity.date_modified, "/dateModified")
    if entity.date_created is not None:
        return _moment(entity.date_created, "/dateCreated")
    return sent_at


def _moment(said: str, pointer: str) -> datetime:
    try:
        moment: Any = msgspec.convert(said, datetime)
    except msgspec.ValidationError:
        refuse("a time is written as ISO 8601 in UTC", pointer)
    if moment.tzinfo is None or not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        refuse("a time is written as ISO 8601 in UTC", pointer)
    found: datetime = moment.astimezone(UTC)
    return found


def _name(text: str | None) -> str | None:
    return text[:LONGEST_NAME] if text else None


def _identified(event: Event) -> Event:
    """The event with a digest of what it says as its id."""
    return replace(event, id=f"caliper-{blake2b(_ENCODE(event), digest_size=16).hexdigest()}")
