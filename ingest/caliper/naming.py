"""Who and what a Caliper event names: IRIs become identifiers of the sender's issuer."""

import re
from typing import Final, NoReturn

from dashapp.domain.errors import Refused
from dashapp.domain.events import Identifier, RefusalReason
from ingest.caliper.vocabulary import COURSES, GROUPS, PERSONS
from ingest.caliper.wire import Agent, Event, Group, Session, Thing
from ingest.native.wire import ACTIVITY_KIND, COURSE_KIND
from ingest.xapi.belonging import OUTSIDE, OUTSIDE_TITLE
from ingest.xapi.people import bounded

PERSON_KIND: Final = "caliper"
"""The kind of a person's identifier: the IRI of a Caliper actor."""
LONGEST_TITLE: Final = 1000

_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_BLANK: Final = "_:"
_ANONYMOUS: Final = re.compile(r"https?://purl\.imsglobal\.org/caliper/")
"""The IRI of a type stands for an entity that the sender does not want to name."""


def refuse(rule: str, pointer: str) -> NoReturn:
    """Raises Refused for what the standard calls invalid. `pointer`: where it stands, within the item."""
    raise Refused(RefusalReason.INVALID_STATEMENT, f"{rule} - at `{pointer}`")


def iri(text: str, pointer: str) -> str | None:
    """The IRI as it is kept; None for a blank node and for an anonymous entity. Raises Refused for what is none."""
    if text.startswith(_BLANK) or _ANONYMOUS.match(text):
        return None
    if not _IRI.fullmatch(text):
        refuse("an entity's `id` is an IRI", pointer)
    return bounded(text)


def entity_iri(entity: Thing | Group | Agent | str, pointer: str) -> str | None:
    """The same for an entity by value or by id."""
    return iri(entity, pointer) if isinstance(entity, str) else iri(entity.id, f"{pointer}/id")


def reference(entity: Session | Thing | str) -> str | None:
    """The id of a session or an attempt, in whatever form; None for an anonymous one."""
    said = entity if isinstance(entity, str) else entity.id
    return None if not said or said.startswith(_BLANK) or _ANONYMOUS.match(said) else bounded(said)


def title(name: str | None) -> str | None:
    """A name as a title: not empty, not longer than titles are."""
    return name[:LONGEST_TITLE].strip() or None if name else None


def person(entity: Agent | str, issuer: str, pointer: str) -> Identifier | None:
    """The person; None for one that is anonymous and for an application. Raises Refused for a group."""
    if not isinstance(entity, str) and entity.type not in PERSONS:
        if entity.type in GROUPS:
            raise Refused(
                RefusalReason.GROUP_ACTOR, f"a group acts as a whole, not any of its members - at `{pointer}`"
            )
        return None
    found = entity_iri(entity, pointer)
    return None if found is None else Identifier(issuer, PERSON_KIND, found)


def activity(entity: Thing | str, issuer: str, pointer: str) -> Identifier | None:
    """The activity; None for one that is anonymous."""
    found = entity_iri(entity, pointer)
    return None if found is None else Identifier(issuer, ACTIVITY_KIND, found)


def course(event: Event, issuer: str) -> tuple[Identifier, str | None]:
    """Where the event belongs, and what it is called: a course, else `OUTSIDE`.

    The course is the group, the organisation of the membership, or what the object is part of, whichever of them is
    a course section or offering first. By what stands in the event alone, so that it is the same however the event
    comes, and the same for a group by value and by id: a section's offering plays no part.
    """
    found = None
    if event.group is not None:
        found = course_in_group(event.group, issuer, "/group")
    if found is None and event.membership is not None and not isinstance(event.membership, str):
        organization = event.membership.organization
        if organization is not None:
            found = course_in_group(organization, issuer, "/membership/organization")
    if found is None and not isinstance(event.object, str):
        found = course_around(event.object, issuer, "/object")
    return found or (Identifier(issuer, COURSE_KIND, OUTSIDE), OUTSIDE_TITLE)


def course_in_group(group: Group | str, issuer: str, pointer: str) -> tuple[Identifier, str | None] | None:
    """The course that a group is, or that it is a part of. A group by its id alone is taken for a course."""
    node: Group | str | None = group
    while node is not None:
        if isinstance(node, str) or not node.type or node.type in COURSES:
            found = entity_iri(node, pointer)
            name = None if isinstance(node, str) else title(node.name)
            return None if found is None else (Identifier(issuer, COURSE_KIND, found), name)
        if node.type != "Group" and node.sub_organization_of is None:
            return None
        node, pointer = node.sub_organization_of, f"{pointer}/subOrganizationOf"
    return None


def course_around(thing: Thing, issuer: str, pointer: str) -> tuple[Identifier, str | None] | None:
    """The course that a thing by value is, or is a part of, where it says so."""
    node: Thing | str | None = thing
    while node is not None and not isinstance(node, str):
        if node.type in COURSES:
            found = entity_iri(node, pointer)
            return None if found is None else (Identifier(issuer, COURSE_KIND, found), title(node.name))
        node, pointer = node.is_part_of or node.assignable, f"{pointer}/isPartOf"
    return None
