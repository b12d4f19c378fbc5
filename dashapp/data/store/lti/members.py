"""What a platform says of people, written as the events that it would otherwise have sent: the same ledger, the same
rules of joining, the same intervals of roles. So a platform ends only the roles that it gave, and a merge or a split of
people moves these roles like all others.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, select, text

from dashapp.data.database import Database, DatabaseRole, act_for
from dashapp.data.store.arrivals import Arrived, Place
from dashapp.data.store.identities import IdentityCache
from dashapp.data.store.joining import Tie, ensure_people, join
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.lookup import find_people
from dashapp.data.store.lti.launches import LinkedCourse
from dashapp.data.store.lti.platforms import Platform
from dashapp.data.store.scope_changes import claim_slot
from dashapp.data.store.sessions import NotBelieved
from dashapp.data.store.structure import read_rules
from dashapp.data.store.vouchers import is_believed
from dashapp.data.store.writer import EventWriter, Limits, StructureChanged
from dashapp.data.tables import people
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import Event, Identifier, MembershipChanged, PersonDescribed, Role, Source, Topic
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.lti import PERSON_KIND, SOURCED_KIND, Member
from dashapp.domain.sessions import Voucher

_TRIES: Final = 10
_PLACE: Final = "lti"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a platform says at one moment: of members of a course, or of people outside of any course (None)."""

    platform: Platform
    course: LinkedCourse | None
    members: Sequence[Member]
    at: datetime
    complete: bool = False
    """Whether these are all: whoever else has a role in the course from this platform has left it."""
    voucher: Voucher | None = None
    """On whose word it is written: only while that is believed. None: the administration ends what was said before."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a statement changed."""

    begun: int
    ended: int


@dataclass(slots=True)
class _Known:
    """What was known before a statement."""

    keys: dict[Identifier, tuple[int, int]]
    """Name → (key of arrival, key that counts)."""
    said: dict[int, Member]
    """Key of arrival → how the platform has described them."""
    roles: defaultdict[int, set[Role]] = field(default_factory=lambda: defaultdict(set))
    """Key that counts → roles that this platform has given in this course."""
    names: dict[int, str] = field(default_factory=dict)
    """Key that counts → a `sub`, of those who have such a role."""


def name_of(platform: Platform, sub: str) -> Identifier:
    """How the platform names somebody."""
    return Identifier(platform.issuer, PERSON_KIND, sub)


def state(database: Database, statement: Statement, limits: Limits) -> Stated:
    """Writes what is new in a statement; whoever is named in it is known afterwards.

    Raises NotBelieved where the platform, or its deployment, is not believed any more by now (then no role and no name
    is written), and Unavailable where the database cannot be reached.
    """
    _join_by_sourced_ids(database, statement)
    platform = statement.platform
    with database.transaction(DatabaseRole.INGEST, platform.organisation_id) as connection:
        known = _read(connection, statement)
    events = _events(statement, known)
    if events:
        _write(database, statement, events, limits)
    changed = [event for event in events if isinstance(event, MembershipChanged)]
    begun = sum(event.active for event in changed)
    return Stated(begun, len(changed) - begun)


def _read(connection: Connection, statement: Statement) -> _Known:
    platform = statement.platform
    organisation = platform.organisation_id
    names = [name_of(platform, member.sub) for member in statement.members]
    keys = find_people(connection, organisation, names)
    rows = connection.execute(
        select(
            people.c.person_id, people.c.given_name, people.c.family_name, people.c.email, people.c.described_test
        ).where(
            people.c.organisation_id == organisation,
            people.c.person_id.in_([key for key, _ in keys.values()]),
            people.c.described_at.is_not(None),
        )
    )
    said = {
        row.person_id: Member("", frozenset(), row.given_name, row.family_name, row.email, is_test=row.described_test)
        for row in rows
    }
    known = _Known(keys, said)
    if statement.course is not None:
        values = {
            "organisation": organisation,
            "source": platform.source_id,
            "course": statement.course.course_id,
            "issuer": platform.issuer,
            "kind": PERSON_KIND,
            "at": statement.at,
        }
        for row in connection.execute(_ROLES, values):
            known.roles[row.person].add(Role(row.role))
            known.names[row.person] = row.sub
    return known


def _events(statement: Statement, known: _Known) -> list[Event]:
    events: list[Event] = []
    present: set[int] = set()
    for member in statement.members:
        name = name_of(statement.platform, member.sub)
        arrival, person = known.keys.get(name, (0, 0))
        present.add(person)
        held = known.roles.get(person, set())
        if (described := _description(statement, name, member, known.said.get(arrival))) is not None:
            events.append(described)
        if statement.course is not None:
            events += _changes(statement, name, member.roles - held, active=True)
            events += _changes(statement, name, held - member.roles, active=False)
    if statement.complete:
        for person, roles in known.roles.items():
            if person not in present:
                gone = name_of(statement.platform, known.names[person])
                events += _changes(statement, gone, roles, active=False)
    return events


def _changes(statement: Statement, name: Identifier, roles: Collection[Role], *, active: bool) -> list[Event]:
    assert statement.course is not None
    course = statement.course.name
    return [MembershipChanged(str(uuid4()), name, course, role, active, statement.at) for role in sorted(roles)]


def _description(statement: Statement, name: Identifier, member: Member, before: Member | None) -> Event | None:
    """What is new of a person's name; what a platform leaves out once it has not taken back."""
    known = before or Member("", frozenset())
    said = (
        member.given_name or known.given_name,
        member.family_name or known.family_name,
        member.email or known.email,
        member.is_test or known.is_test,
    )
    if before is not None and said == (known.given_name, known.family_name, known.email, known.is_test):
        return None
    # Of all descriptions of one person the latest holds. What a platform repeats at a launch shall not push aside what
    # the institution's own systems say of the person, however long ago: it stands in January 1970, in its own order.
    at = _EPOCH + (statement.at - _EPOCH) / 1000
    return PersonDescribed(str(uuid4()), name, at, *said)


def _write(database: Database, statement: Statement, events: Sequence[Event], limits: Limits) -> None:
    platform = statement.platform
    source = Source(
        platform.source_id, platform.organisation_id, "", platform.title, platform.issuer, frozenset({Topic.USER})
    )
    place = Place(_PLACE, None, None, b"", statement.at)
    arrived = [Arrived(event, source, statement.at, place) for event in events]
    writer = EventWriter(database, IdentityCache(database), limits)
    with claim_slot(database) as slot:
        for _ in range(_TRIES):
            prepared = writer.prepare(arrived)
            try:
                with database.transaction(DatabaseRole.INGEST, None) as connection:
                    written = writer.write(connection, prepared)
                    for organisation, touched in written.touched.items():
                        act_for(connection, organisation)
                        slot.record(connection, organisation, touched.courses, touched.people)
                    _check_believed(connection, statement)
            except StructureChanged:
                continue
            return
    raise Unavailable("The structure of the organisation changes faster than its members can be written.")


def _check_believed(connection: Connection, statement: Statement) -> None:
    """Keeps the platform from being switched off or removed until the transaction has ended, and raises NotBelieved
    where it has been, so that whoever removes it ends what was written before, and nothing is written after. Asked
    for after the lock of the organisation."""
    voucher, organisation = statement.voucher, statement.platform.organisation_id
    if voucher is None:
        return
    act_for(connection, organisation)
    if not is_believed(connection, organisation, voucher):
        raise NotBelieved("The platform is not believed any more.")


def _join_by_sourced_ids(database: Database, statement: Statement) -> None:
    """Joins those whom a rule of the organisation names by what the student system calls them.

    The platform vouches for both names, of which the rule speaks of one: without a rule nobody is joined.
    """
    platform = statement.platform
    organisation = platform.organisation_id
    with database.transaction(DatabaseRole.INGEST, organisation) as connection:
        rules = read_rules(connection, organisation)
        others: dict[Identifier, Identifier] = {}
        for member in statement.members:
            if member.sourced_id is not None:
                other = rules.other_name(Identifier(platform.issuer, SOURCED_KIND, member.sourced_id))
                if other is not None:
                    others[name_of(platform, member.sub)] = other
        if not others or _are_one(connection, statement, others):
            return
    # A place among the writers: pages that show the people whom this joins are to hear of it.
    with claim_slot(database) as slot, database.transaction(DatabaseRole.INGEST, organisation) as connection:
        own_organisation(connection, organisation)
        _check_believed(connection, statement)
        found, made = ensure_people(connection, organisation, {*others, *others.values()})
        reason = f"rule for ({platform.issuer}, {SOURCED_KIND})"
        ties = [Tie(found[name][0], found[other][0], reason) for name, other in others.items()]
        joined = join(connection, organisation, ties, datetime.now(UTC), made)
        slot.record(connection, organisation, joined.courses, joined.people)


def _are_one(connection: Connection, statement: Statement, others: Mapping[Identifier, Identifier]) -> bool:
    names = {*others, *others.values()}
    keys = find_people(connection, statement.platform.organisation_id, names)
    return names <= keys.keys() and all(keys[name][1] == keys[other][1] for name, other in others.items())


def is_linked(connection: Connection, organisation: OrganisationId, person: PersonId) -> bool:
    """Whether events know this person (canonical key): by another name than a platform's, or by having done something.

    In a transaction of la_ingest: names of senders are closed to the web.
    """
    values = {"organisation": organisation, "person": person, "kinds": [PERSON_KIND, SOURCED_KIND]}
    return bool(connection.execute(_LINKED, values).scalar_one())


def limits_from(retention_days: int, future_tolerance: int) -> Limits:
    """The limits that hold for every event."""
    return Limits(timedelta(days=retention_days), timedelta(seconds=future_tolerance))


_LINKED: Final = text("""
    SELECT EXISTS (
        SELECT 1 FROM people p
        JOIN person_identifiers i ON i.organisation_id = p.organisation_id AND i.person_id = p.person_id
        WHERE p.organisation_id = :organisation AND (p.person_id = :person OR p.merged_into = :person)
            AND i.kind <> ALL(:kinds)
    ) OR EXISTS (
        SELECT 1 FROM learner_course_days WHERE organisation_id = :organisation AND person_id = :person)""")
# Everybody who is one is looked up by key: a condition with OR over both columns would compare each with each.
_ROLES: Final = text("""
    WITH held AS MATERIALIZED (
        SELECT m.role, coalesce(p.merged_into, p.person_id) AS person FROM memberships m
        JOIN people p ON p.organisation_id = m.organisation_id AND p.person_id = m.person_id
        WHERE m.organisation_id = :organisation AND m.source_id = :source AND m.scope_kind = 'course'
            AND m.scope_id = :course AND (m.ends_at IS NULL OR m.ends_at > :at)),
    one AS MATERIALIZED (
        SELECT person, person AS key FROM held
        UNION SELECT h.person, q.person_id FROM held h
            JOIN people q ON q.organisation_id = :organisation AND q.merged_into = h.person)
    SELECT h.role, h.person, min(i.value) AS sub FROM held h
    JOIN one USING (person)
    JOIN person_identifiers i ON i.organisation_id = :organisation AND i.person_id = one.key
        AND i.issuer = :issuer AND i.kind = :kind
    GROUP BY h.role, h.person""")
