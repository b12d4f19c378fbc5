"""What a writer remembers of one organisation while its structure epoch stands still.

An epoch rises with everything that would make this wrong: merges and splits, join rules, time zones, staff, test
people, types of activities. A writer that remembers an old epoch finds out under the organisation's lock, before it
counts anything.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from dashapp.domain.events import STAFF_ROLES, Identifier
from dashapp.domain.joins import JoinRule, JoinRules, Transform
from dashapp.domain.keys import OrganisationId
from dashapp.domain.localtime import DatedZone, LocalDays

Interval = tuple[str, str]
"""First and last local day, both inclusive, as ISO texts, which compare as the days do."""

_EVER: Final = ("0001-01-01", "9999-12-31")
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Whom the roll-ups leave out: test people always, staff of a course on the days of their role."""

    test_people: frozenset[int] = frozenset()
    staff: Mapping[tuple[int, int], tuple[Interval, ...]] = field(default_factory=dict)
    """(course, person) → the days on which the person is staff of that course."""
    people: frozenset[int] = frozenset()
    """Everybody who is left out anywhere: the quick answer for all others."""

    def leaves_out(self, course: int, person: int, day: str) -> bool:
        """Whether that learner-day is not in the roll-ups. `person` is a canonical key, `day` an ISO text."""
        if person not in self.people:
            return False
        if person in self.test_people:
            return True
        return any(first <= day <= last for first, last in self.staff.get((course, person), ()))


class Remembered:
    """Identifiers and their keys under one epoch. Filled by the identity cache, read by the preparation."""

    __slots__ = (
        "activities",
        "activity_titles",
        "course_titles",
        "courses",
        "days",
        "epoch",
        "exclusions",
        "older_people",
        "organisation_id",
        "people",
        "rules",
    )

    def __init__(
        self,
        organisation_id: OrganisationId,
        epoch: int,
        days: LocalDays,
        exclusions: Exclusions,
        rules: JoinRules,
    ) -> None:
        """Remembers nobody yet."""
        self.organisation_id = organisation_id
        self.epoch = epoch
        self.days = days
        self.exclusions = exclusions
        self.rules = rules
        self.people: dict[Identifier, tuple[int, int]] = {}
        """→ (the key under which events arrive, the key under which they count)."""
        self.older_people: dict[Identifier, tuple[int, int]] = {}
        self.courses: dict[Identifier, int] = {}
        self.activities: dict[tuple[int, Identifier], KnownActivity] = {}
        self.course_titles: dict[int, str] = {}
        """→ a title that has been claimed: the row's own is this one, or smaller."""
        self.activity_titles: dict[int, str] = {}

    def grow_older(self, capacity: int) -> None:
        """Keeps what was used last: of two generations the older one goes when the younger one is full."""
        if len(self.people) > capacity:
            self.older_people, self.people = self.people, {}
        if len(self.activities) > capacity:
            self.activities, self.activity_titles = {}, {}
        if len(self.courses) > capacity:
            self.courses, self.course_titles = {}, {}

    def knows_person(self, name: Identifier) -> bool:
        """Whether `people` has the name, after fetching it from the older generation where it stands there."""
        if name in self.people:
            return True
        if (keys := self.older_people.get(name)) is None:
            return False
        self.people[name] = keys
        return True


@dataclass(frozen=True, slots=True)
class KnownActivity:
    """An activity's key and what is said of its type; `described_type` None: no description that holds names one."""

    activity_id: int
    claimed_type: str
    described_type: str | None

    @property
    def activity_type(self) -> str:
        """The type that holds."""
        return self.described_type or self.claimed_type


_RAISE = text("UPDATE organisations SET structure_epoch = structure_epoch + 1 WHERE organisation_id = :organisation")
_EPOCH = text("SELECT structure_epoch FROM organisations WHERE organisation_id = :organisation")
_ZONES = text("SELECT valid_from, zone FROM organisation_time_zones WHERE organisation_id = :organisation")
# Of people that are one the latest description holds, which need not be that of the one who stands for them.
_TEST = text(
    "SELECT person_id FROM people"
    " WHERE organisation_id = :organisation AND is_test AND merged_into IS NULL AND described_as IS NULL"
    " UNION SELECT p.person_id FROM people d"
    " JOIN people p ON p.organisation_id = d.organisation_id AND p.person_id = d.merged_into"
    " WHERE d.organisation_id = :organisation AND d.is_test AND p.described_as = d.person_id"
)
_RULES = text(
    "SELECT issuer, kind, same_issuer, same_kind, transform, prefix FROM join_rules"
    " WHERE organisation_id = :organisation"
)
_STAFF = text(
    "SELECT m.scope_id, coalesce(p.merged_into, m.person_id) AS person_id, m.starts_at, m.ends_at"
    " FROM memberships m JOIN people p USING (organisation_id, person_id)"
    " WHERE organisation_id = :organisation AND m.scope_kind = 'course' AND m.role = ANY(:roles)"
)


def read_structure(connection: Connection, organisation_id: OrganisationId) -> Remembered:
    """What holds now, with an epoch that is never newer than the rest: a change in between is found out later."""
    organisation = {"organisation": organisation_id}
    epoch = connection.execute(_EPOCH, organisation).scalar_one()
    days = read_days(connection, organisation_id)
    exclusions = read_exclusions(connection, organisation_id, days)
    return Remembered(organisation_id, epoch, days, exclusions, read_rules(connection, organisation_id))


def read_rules(connection: Connection, organisation_id: OrganisationId) -> JoinRules:
    """The join rules of an organisation."""
    rows = connection.execute(_RULES, {"organisation": organisation_id})
    return JoinRules(
        JoinRule(row.issuer, row.kind, row.same_issuer, row.same_kind, Transform(row.transform), row.prefix)
        for row in rows
    )


def raise_epoch(connection: Connection, organisation: int) -> None:
    """Tells every writer that what it remembers of the organisation no longer holds."""
    connection.execute(_RAISE, {"organisation": organisation})


def read_days(connection: Connection, organisation_id: OrganisationId) -> LocalDays:
    """The local days of an organisation by its dated time zones."""
    zones = connection.execute(_ZONES, {"organisation": organisation_id})
    return LocalDays([DatedZone(row.valid_from, row.zone) for row in zones])


def read_exclusions(connection: Connection, organisation_id: OrganisationId, days: LocalDays) -> Exclusions:
    """Whom the roll-ups leave out now."""
    organisation = {"organisation": organisation_id}
    test = frozenset(connection.execute(_TEST, organisation).scalars())
    staff: defaultdict[tuple[int, int], list[Interval]] = defaultdict(list)
    for row in connection.execute(_STAFF, {**organisation, "roles": [str(role) for role in STAFF_ROLES]}):
        if (interval := _local_interval(row.starts_at, row.ends_at, days)) is not None:
            staff[row.scope_id, row.person_id].append(interval)
    people = test.union(person for _course, person in staff)
    return Exclusions(test, {key: tuple(intervals) for key, intervals in staff.items()}, people)


def _local_interval(starts_at: datetime | None, ends_at: datetime | None, days: LocalDays) -> Interval | None:
    """The local days that [starts_at, ends_at) overlaps; an end at midnight leaves the next day out."""
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        return None
    first = _EVER[0] if starts_at is None else days.day_of(starts_at).isoformat()
    last = _EVER[1] if ends_at is None else days.day_of(ends_at - _INSTANT).isoformat()
    return first, last
