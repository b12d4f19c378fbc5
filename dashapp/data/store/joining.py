"""Names that are the same person by the organisation's rules: joined when they are met, whichever comes first.

A name that is new to a joined group becomes a row of its own that is merged into the group from the start: nothing has
been counted under it, so no writer has to prepare anew; and a split can take it out again like any other. Two people of
whom both have been met before are merged, with the organisation for oneself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple, cast

from psycopg2 import extensions
from psycopg2.extras import execute_values
from sqlalchemy import Connection, text

from dashapp.data.store.groups import Merge, record_merges
from dashapp.data.store.locks import own_organisation, share_organisations
from dashapp.data.store.lookup import create_people, find_people
from dashapp.data.store.merges import merge_many
from dashapp.data.store.preparing import Taken
from dashapp.domain.events import Identifier, PersonDescribed
from dashapp.domain.joins import JoinRules, Pair, mailbox_hash
from dashapp.domain.keys import CourseId, OrganisationId, PersonId

BY_RULE: Final = "join rules"
"""Who decided it, for the audit of merges."""


class Tie(NamedTuple):
    """Two keys of arrival that are one person, and why."""

    one: int
    other: int
    reason: str


@dataclass(slots=True)
class Joined:
    """Whom joining has touched, by the keys that count, and where they have been."""

    people: set[PersonId] = field(default_factory=set)
    courses: set[CourseId] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Met:
    """People by name → (key of arrival, key that counts); `open`: ties between people who were met before."""

    people: dict[Identifier, tuple[int, int]]
    open: list[Tie]


def meet(
    connection: Connection,
    organisation_id: OrganisationId,
    rules: JoinRules,
    names: Collection[Identifier],
    at: datetime,
) -> Met:
    """Finds or makes the people behind names, and joins those that are made here with whom the rules name.

    In a transaction that holds no lock yet. What stays open is for `join`.
    """
    # Whoever merges people, or notes an address, waits until the names made here can be seen, and the other way round.
    share_organisations(connection, [organisation_id])
    others = {name: other for name in names if (other := rules.other_name(name)) is not None}
    found, made = ensure_people(connection, organisation_id, {*names, *others.values()})
    ties = _ties_of_names(found, others)
    ties += _ties_of_mailboxes(connection, organisation_id, rules, found)
    groups = _groups(connection, organisation_id, ties)
    counts_as = _attach(connection, organisation_id, groups, made, at)
    still_open = any(len(group.people - made) > 1 for group in groups)
    people = {name: (key, counts_as.get(canonical, canonical)) for name, (key, canonical) in found.items()}
    return Met(people, ties if still_open else [])


def join(
    connection: Connection,
    organisation_id: OrganisationId,
    ties: Sequence[Tie],
    at: datetime,
    made: Collection[int] = frozenset(),
) -> Joined:
    """Merges people who are tied, and raises the epoch where there were any. The one who was met first is kept.

    `made`: keys that this transaction has made. Takes the organisation for itself, which the caller either has already
    or has not asked for at all. People whom somebody has split are not joined again.
    """
    own_organisation(connection, organisation_id)
    joined = Joined()
    merges: list[Merge] = []
    groups = _groups(connection, organisation_id, ties)
    fresh = set(made)
    _attach(connection, organisation_id, groups, fresh, at)
    for group in groups:
        old = sorted(group.people - fresh)
        merges += [group.merge(old[0], absorbed, at) for absorbed in old[1:]]
    if merges:
        merge_many(connection, organisation_id, merges)
        joined.people = {person for one in merges for person in (one.kept, one.absorbed)}
        values = {"organisation": organisation_id, "people": sorted({one.kept for one in merges})}
        joined.courses = {CourseId(course) for course in connection.execute(_COURSES, values).scalars()}
    return joined


def ensure_people(
    connection: Connection, organisation_id: OrganisationId, names: Collection[Identifier]
) -> tuple[dict[Identifier, tuple[int, int]], set[int]]:
    """The people behind names, and the keys of those that had to be made."""
    found = find_people(connection, organisation_id, names)
    made: set[int] = set()
    if missing := [name for name in names if name not in found]:
        made = create_people(connection, organisation_id, missing)
        found.update(find_people(connection, organisation_id, missing))
    return found, made


def tie_names(
    connection: Connection, organisation_id: OrganisationId, rules: JoinRules, keys: Mapping[Identifier, int]
) -> tuple[list[Tie], set[int]]:
    """The ties of names that are known already, and the keys of the other names that had to be made."""
    others = {name: other for name in keys if (other := rules.other_name(name)) is not None}
    found, made = ensure_people(connection, organisation_id, set(others.values()))
    return _ties_of_names({**found, **{name: (key, key) for name, key in keys.items()}}, others), made


def tie_mailboxes(
    connection: Connection,
    organisation_id: OrganisationId,
    rules: JoinRules,
    pair: Pair,
    mailboxes: Collection[str] | None = None,
) -> list[Tie]:
    """The ties between all who are described with the same one of these mailboxes (None: any), and its own name."""
    of_mailbox: defaultdict[str, list[int]] = defaultdict(list)
    values = {"organisation": organisation_id, "issuers": rules.attesting(pair)}
    statement = _DESCRIBED if mailboxes is None else _DESCRIBED_AS
    named = values if mailboxes is None else {**values, "mailboxes": sorted(mailboxes)}
    for mailbox, person in connection.execute(statement, named):
        of_mailbox[mailbox].append(person)
    names = [Identifier(*pair, mailbox) for mailbox in of_mailbox]
    for name, (key, _) in find_people(connection, organisation_id, names).items():
        of_mailbox[name.value].append(key)
    reason = f"described with the mailbox of ({pair[0]}, {pair[1]})"
    return [Tie(keys[0], other, reason) for keys in of_mailbox.values() for other in keys[1:]]


def note_mailboxes(cursor: extensions.cursor, organisation: int, taken: Iterable[Taken]) -> None:
    """Keeps which mailboxes people are described with, as hashes. The caller holds the locks of the people."""
    noted = set()
    for one in taken:
        event = one.event
        if isinstance(event, PersonDescribed) and event.email and (mailbox := mailbox_hash(event.email)):
            noted.add((organisation, mailbox, event.person.issuer, one.person))
    if noted:
        execute_values(
            cursor,
            """INSERT INTO described_mailboxes (organisation_id, mailbox, issuer, person_id) VALUES %s
            ON CONFLICT DO NOTHING""",
            sorted(noted),
            page_size=1000,
        )


def join_described(
    connection: Connection, organisation_id: OrganisationId, rules: JoinRules, taken: Iterable[Taken], at: datetime
) -> Joined:
    """Joins by the addresses that people are described with in a batch, after everything in it has been counted."""
    mailboxes: defaultdict[Pair, set[str]] = defaultdict(set)
    for one in taken:
        if isinstance(one.event, PersonDescribed) and one.event.email:
            pair, mailbox = rules.mailboxes.get(one.event.person.issuer), mailbox_hash(one.event.email)
            if pair is not None and mailbox is not None:
                mailboxes[pair].add(mailbox)
    ties = [
        tie
        for pair, wanted in sorted(mailboxes.items())
        for tie in tie_mailboxes(connection, organisation_id, rules, pair, wanted)
    ]
    return join(connection, organisation_id, ties, at) if ties else Joined()


# ------------------------------------------------------------------ who is one


@dataclass(slots=True)
class _Group:
    """People (keys that count) who are one, and why each of them is."""

    people: set[int]
    reasons: dict[int, str] = field(default_factory=dict)

    def merge(self, kept: int, absorbed: int, at: datetime) -> Merge:
        return Merge(PersonId(kept), PersonId(absorbed), self.reasons[absorbed], BY_RULE, at)


def _groups(connection: Connection, organisation_id: OrganisationId, ties: Sequence[Tie]) -> list[_Group]:
    """Who is one by the ties and is not one yet, as it stands now."""
    if not ties:
        return []
    keys = sorted({key for tie in ties for key in tie[:2]})
    values = {"organisation": organisation_id, "people": keys}
    canonical = {row.person_id: row.counts_as for row in connection.execute(_CANONICAL, values)}
    wanted = sorted(
        {
            (canonical[tie.one], canonical[tie.other], tie.reason)
            for tie in ties
            if canonical[tie.one] != canonical[tie.other]
        }
    )
    if not wanted:
        return []
    apart = {(one, other) for one, other in connection.execute(_APART, {"organisation": organisation_id})}
    group_of: dict[int, _Group] = {}
    for one, other, reason in wanted:
        here = group_of.setdefault(one, _Group({one}))
        there = group_of.setdefault(other, _Group({other}))
        if here is there or _are_apart(here.people, there.people, apart):
            continue
        if len(here.people) < len(there.people):
            here, there = there, here
        here.people |= there.people
        here.reasons = {one: reason, other: reason, **here.reasons, **there.reasons}
        group_of.update(dict.fromkeys(there.people, here))
    return [group for group in {id(group): group for group in group_of.values()}.values() if len(group.people) > 1]


def _are_apart(here: set[int], there: set[int], apart: set[tuple[int, int]]) -> bool:
    return any((a in here and b in there) or (a in there and b in here) for a, b in apart)


def _attach(
    connection: Connection, organisation_id: OrganisationId, groups: Iterable[_Group], made: set[int], at: datetime
) -> dict[int, int]:
    """Merges people that this transaction has made into their groups; gives whom they count as."""
    merges = []
    for group in groups:
        kept = min(group.people - made, default=min(group.people))
        merges += [group.merge(kept, new, at) for new in sorted(group.people & made) if new != kept]
    if merges:
        cursor = cast(extensions.cursor, connection.connection.cursor())
        try:
            execute_values(
                cursor,
                """UPDATE people p SET merged_into = w.kept FROM (VALUES %s) AS w (organisation_id, kept, absorbed)
                WHERE p.organisation_id = w.organisation_id AND p.person_id = w.absorbed""",
                [(organisation_id, one.kept, one.absorbed) for one in merges],
                page_size=1000,
            )
            record_merges(cursor, organisation_id, merges)
        finally:
            cursor.close()
    return {one.absorbed: one.kept for one in merges}


def _ties_of_names(found: Mapping[Identifier, tuple[int, int]], others: Mapping[Identifier, Identifier]) -> list[Tie]:
    return [
        Tie(found[name][0], found[other][0], f"rule for ({name.issuer}, {name.kind})") for name, other in others.items()
    ]


def _ties_of_mailboxes(
    connection: Connection,
    organisation_id: OrganisationId,
    rules: JoinRules,
    found: Mapping[Identifier, tuple[int, int]],
) -> list[Tie]:
    """The ties of names that are mailboxes with those who have been described with them."""
    mailboxes: defaultdict[Pair, set[str]] = defaultdict(set)
    for name in found:
        if rules.attesting((name.issuer, name.kind)):
            mailboxes[name.issuer, name.kind].add(name.value)
    return [
        tie
        for pair, wanted in sorted(mailboxes.items())
        for tie in tie_mailboxes(connection, organisation_id, rules, pair, wanted)
    ]


_CANONICAL = text(
    "SELECT person_id, coalesce(merged_into, person_id) AS counts_as FROM people"
    " WHERE organisation_id = :organisation AND person_id = ANY(:people)"
)
_APART = text(
    "SELECT coalesce(k.merged_into, k.person_id) AS kept, coalesce(a.merged_into, a.person_id) AS absorbed"
    " FROM person_merges m"
    " JOIN people k ON k.organisation_id = m.organisation_id AND k.person_id = m.kept_id"
    " JOIN people a ON a.organisation_id = m.organisation_id AND a.person_id = m.absorbed_id"
    " WHERE m.organisation_id = :organisation AND m.split_at IS NOT NULL"
)
_DESCRIBED = text(
    "SELECT mailbox, person_id FROM described_mailboxes"
    " WHERE organisation_id = :organisation AND issuer = ANY(:issuers) ORDER BY mailbox, person_id"
)
_DESCRIBED_AS = text(
    "SELECT mailbox, person_id FROM described_mailboxes WHERE organisation_id = :organisation"
    " AND issuer = ANY(:issuers) AND mailbox = ANY(:mailboxes) ORDER BY mailbox, person_id"
)
_COURSES = text(
    "SELECT course_id FROM learner_course_days WHERE organisation_id = :organisation AND person_id = ANY(:people)"
    " UNION SELECT scope_id FROM memberships WHERE organisation_id = :organisation AND person_id = ANY(:people)"
    " AND scope_kind = 'course'"
)
