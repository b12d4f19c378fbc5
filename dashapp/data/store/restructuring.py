"""User and content events, and retractions: what an organisation's structure says after a batch.

Where it changes who counts or which events count, the roll-ups follow: what the people concerned contributed is taken
out, what they contribute afterwards is put in. That needs the organisation for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from psycopg2 import extensions
from sqlalchemy import Connection

from dashapp.data.store import (
    activity_types,
    canonical,
    descriptions,
    groups,
    joining,
    memberships,
    retraction,
    roll_ups,
)
from dashapp.data.store.deltas import ACTIVE_VERBS
from dashapp.data.store.preparing import PreparedOrganisation, Taken
from dashapp.data.store.recount import LearnerDay, recount_learner_days
from dashapp.data.store.structure import Exclusions, raise_epoch, read_exclusions
from dashapp.domain.events import STAFF_ROLES, ActivityDescribed, MembershipChanged, PersonDescribed

_ACTIVE = frozenset(ACTIVE_VERBS)


@dataclass(slots=True)
class Restructured:
    """What holds after the structural events of a batch: whom roll-ups leave out, the types of its activities."""

    exclusions: Exclusions
    types: dict[int, str]
    courses: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    """Of whom something was said or has changed, by canonical key."""
    epoch_raised: bool = False


class Restructuring:
    """The structural part of one organisation's batch, before its own events are counted."""

    def __init__(
        self, connection: Connection, cursor: extensions.cursor, part: PreparedOrganisation, named: Sequence[Taken]
    ) -> None:
        """The caller holds the organisation's lock, alone where `part.exclusive` says so. What the events in `named`
        name becomes a row, also where they have been taken back before they came."""
        self._connection = connection
        self._cursor = cursor
        self._part = part
        self._organisation = part.organisation_id
        self._named = named
        self._canonical: dict[int, int] = {}
        """Of the people whose events are taken back: the key of arrival → the key that counts."""

    def apply(
        self, taken: Sequence[Taken], claims: Sequence[tuple[int, str]], targets: Sequence[retraction.Target]
    ) -> Restructured:
        """`taken`: the new user and content events; `claims`: types that new learning events claim for activities;
        `targets`: earlier events to be taken back."""
        part, cursor, organisation = self._part, self._cursor, self._organisation
        result = Restructured(part.remembered.exclusions, part.types)
        if not (self._named or claims or targets):
            return result
        self._canonical = retraction.canonical_of(cursor, organisation, targets)
        concerned = self._concerned(taken, targets) if part.exclusive else set()
        before = roll_ups.contributions(cursor, organisation, concerned, result.exclusions)
        changed = self._say(taken, claims, targets)
        self._take_back(targets)
        if part.exclusive:
            result.exclusions = read_exclusions(self._connection, part.organisation_id, part.remembered.days)
            after = roll_ups.contributions(cursor, organisation, concerned, result.exclusions)
            roll_ups.add(cursor, organisation, after.minus(before))
            if changed or result.exclusions != part.remembered.exclusions:
                raise_epoch(self._connection, organisation)
                result.epoch_raised = True
        result.types = {**part.types, **changed}
        result.people = concerned.union(one.counts_as for one in taken if one.counts_as is not None)
        result.courses = {one.course for one in taken if one.course is not None}
        result.courses.update(one.course for one in targets if one.course is not None)
        return result

    def _concerned(self, taken: Sequence[Taken], targets: Sequence[retraction.Target]) -> set[int]:
        """Canonical keys of those whose contribution to roll-ups may change."""
        concerned = {self._canonical[one.person] for one in targets if one.person is not None}
        test_people = self._part.remembered.exclusions.test_people
        for one in taken:
            if one.counts_as is None:
                continue
            match one.event:
                case MembershipChanged(role=role) if role in STAFF_ROLES:
                    concerned.add(one.counts_as)
                case PersonDescribed(is_test=is_test) if is_test or one.counts_as in test_people:
                    concerned.add(one.counts_as)
        return concerned

    def _say(
        self, taken: Sequence[Taken], claims: Sequence[tuple[int, str]], targets: Sequence[retraction.Target]
    ) -> dict[int, str]:
        """Roles, descriptions and claims; gives the types of activities that have changed."""
        cursor, organisation = self._cursor, self._organisation
        facts = [one for one in taken if isinstance(one.event, MembershipChanged)]
        voided = [one for one in targets if one.kind == retraction.MEMBERSHIP]
        derived = {one.counts_as for one in facts if one.counts_as is not None}
        derived.update(self._canonical[one.person] for one in voided if one.person is not None)
        described = {one.person for one in taken if isinstance(one.event, PersonDescribed) and one.person is not None}
        links = descriptions.link(cursor, organisation, self._named)
        counted = {one.counts_as for one in taken if one.person in described and one.counts_as is not None}
        memberships.lock_people(cursor, organisation, derived | described | counted)
        activities = {activity for activity, _ in claims}
        activities.update(
            one.activity for one in taken if isinstance(one.event, ActivityDescribed) and one.activity is not None
        )
        descriptions.describe(cursor, organisation, taken, links, activities)
        joining.note_mailboxes(cursor, organisation, taken)
        groups.settle_descriptions(cursor, organisation, canonical.in_groups(cursor, organisation, counted))
        activity_types.claim(cursor, organisation, claims)
        memberships.add_facts(cursor, organisation, facts, links.sections, links.groups)
        memberships.take_back_facts(cursor, organisation, [(one.source_id, one.key) for one in voided])
        memberships.derive(cursor, organisation, derived)
        before, after = self._part.types, activity_types.types_of(cursor, organisation, activities)
        changed = {activity: kind for activity, kind in after.items() if before[activity] != kind}
        activity_types.move_counts(
            cursor, organisation, {activity: (before[activity], kind) for activity, kind in changed.items()}
        )
        return changed

    def _take_back(self, targets: Sequence[retraction.Target]) -> None:
        """Marks the raw rows of targets, and recounts the learner-days that they were counted in."""
        retraction.mark(self._cursor, self._organisation, targets)
        days: set[LearnerDay] = {
            (self._canonical[one.person], one.course, one.day)
            for one in targets
            if one.kind in _ACTIVE and one.person is not None and one.course is not None and one.day is not None
        }
        recount_learner_days(self._cursor, self._organisation, days)
