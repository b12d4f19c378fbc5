"""What administrators decide about people: the same for the page and for the commands."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.queries.people import find_person
from dashapp.data.store import granting
from dashapp.data.store.accounts import (
    accounts_of,
    create_account,
    enable_account,
    find_account,
    person_of_account,
)
from dashapp.data.store.audit import record
from dashapp.data.store.groups import Merge
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.lti.launches import find_course_by_public_id
from dashapp.data.store.merge_previews import merge_state, preview_merge, preview_split
from dashapp.data.store.merges import MergeError, merge_people, split_people
from dashapp.data.store.organisations import read_short_name
from dashapp.data.store.scope_changes import claim_slot
from dashapp.data.store.sessions import Ender, SessionChoice, end_sessions
from dashapp.data.store.structure import read_days
from dashapp.domain.audit import Action, Actor, course_subject, person_subject
from dashapp.domain.clock import Clock
from dashapp.domain.keys import CourseId, OrganisationId, PersonId, SectionId
from dashapp.domain.people import CannotChange, Grant, MergePreview, Refusal, SplitPreview, WantedRole
from dashapp.security.accounts import link_to_set_password
from dashapp.security.passwords import LONGEST_NAME, plain_name


@dataclass(slots=True)
class _Change:
    """A change under way, and what pages are to hear of it when it is done."""

    connection: Connection
    people: set[PersonId]
    courses: set[CourseId]


@dataclass(frozen=True, slots=True)
class PeopleAdministration:
    """Acts for one administrator, or for an operator. Every action is done when it returns.

    All raise Unavailable, NotFound where a public id is nobody's here, and CannotChange with the reason.
    """

    database: Database
    clock: Clock
    public_url: str
    organisation: OrganisationId
    actor: Actor
    own: PersonId | None = None
    """Who acts; None: an operator."""

    @contextmanager
    def _changing(self) -> Iterator[_Change]:
        """A transaction in which people change, with a place among the writers: open pages are to hear of it."""
        with (
            claim_slot(self.database, DatabaseRole.JOBS) as slot,
            self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection,
        ):
            own_organisation(connection, self.organisation)
            change = _Change(connection, set(), set())
            yield change
            slot.record(connection, self.organisation, change.courses, change.people)

    def _record(self, change: _Change, action: Action, subject: PersonId, **detail: object) -> None:
        what = {"subject": person_subject(subject), **detail}
        record(change.connection, self.organisation, self.actor, action, what)

    def _person(self, change: _Change, public_id: UUID) -> PersonId:
        person = find_person(change.connection, self.organisation, public_id)
        change.people.add(person)
        return person

    # ------------------------------------------------------------------ test people

    def set_test(self, public_id: UUID, is_test: bool | None) -> bool | None:
        """Says whether somebody is a test person; None: as sources say. Gives what the administration said before."""
        with self._changing() as change:
            person = self._person(change, public_id)
            before, courses = granting.set_test(change.connection, self.organisation, person, is_test)
            change.courses.update(courses)
            self._record(change, Action.TEST_PERSON, person, test=is_test)
        return before

    # ------------------------------------------------------------------ roles

    def grant(self, public_id: UUID, wanted: WantedRole) -> int:
        """Gives a role in a course or in one of its sections; the key of it."""
        with self._changing() as change:
            person = self._person(change, public_id)
            new = self._grant_of(change.connection, wanted)
            membership = granting.grant(change.connection, self.organisation, person, new)
            change.courses.add(new.course)
            course = course_subject(new.course)
            self._record(change, Action.ROLE_GRANTED, person, role=new.role.value, course=course, membership=membership)
        return membership

    def _grant_of(self, connection: Connection, wanted: WantedRole) -> Grant:
        course = find_course_by_public_id(connection, self.organisation, wanted.course)
        if course is None:
            raise CannotChange(Refusal.NO_PLACE)
        days = read_days(connection, self.organisation)
        starts_at = self.clock() if wanted.first is None else days.first_instant(wanted.first)
        ends_at = None if wanted.last is None else days.first_instant(wanted.last + timedelta(days=1))
        section = None if wanted.section is None else SectionId(wanted.section)
        return Grant(wanted.role, course, section, starts_at, ends_at)

    def change_end(self, public_id: UUID, membership: int, ends_at: datetime | None) -> datetime | None:
        """Lets a role end at another time; when it was to end before. None: it does not end by itself."""
        with self._changing() as change:
            person = self._person(change, public_id)
            changed = granting.change_end(change.connection, self.organisation, person, membership, ends_at)
            change.courses.update([changed.course] if changed.course is not None else [])
            self._record(change, Action.ROLE_ENDED, person, role=changed.role, membership=membership)
        return changed.before

    def end(self, public_id: UUID, membership: int) -> datetime | None:
        """Ends a role now; when it was to end before."""
        return self.change_end(public_id, membership, self.clock())

    def withdraw(self, public_id: UUID, membership: int) -> None:
        """Takes a role back as if it had never been given."""
        self.change_end(public_id, membership, datetime.min.replace(tzinfo=self.clock().tzinfo))

    def make_administrator(self, public_id: UUID) -> bool:
        """Makes somebody an administrator; whether they were none before."""
        with self._changing() as change:
            person = self._person(change, public_id)
            made = granting.make_administrator(change.connection, self.organisation, person, self.clock())
            if made:
                self._record(change, Action.ADMINISTRATOR_MADE, person)
        return made

    def end_administrator(self, public_id: UUID) -> None:
        """Ends somebody's role of an administrator; never one's own, and never the last one's."""
        with self._changing() as change:
            person = self._person(change, public_id)
            if person == self.own:
                raise CannotChange(Refusal.OWN_ROLE)
            granting.end_administrator(change.connection, self.organisation, person, self.clock())
            self._record(change, Action.ADMINISTRATOR_ENDED, person)

    def advise(self, adviser: UUID, learner: UUID, *, advised: bool) -> bool:
        """Puts a learner into somebody's caseload or takes them out; whether that changed anything."""
        with self._changing() as change:
            pair = self._person(change, adviser), self._person(change, learner)
            changed = granting.change_caseload(
                change.connection, self.organisation, pair, self.clock(), advised=advised
            )
            if changed:
                counts: dict[str, object] = {"added": int(advised), "ended": int(not advised)}
                self._record(change, Action.CASELOAD, pair[0], **counts)
                # A row of the learner, too: who asks later who could see somebody looks for that somebody.
                towards: dict[str, object] = {"for": person_subject(pair[0]), "begins": advised}
                self._record(change, Action.CASELOAD, pair[1], **towards)
        return changed

    # ------------------------------------------------------------------ accounts

    def open_account(self, public_id: UUID, sign_in_name: str) -> None:
        """Gives somebody an account without a password, or opens the one of this name that they have."""
        name = plain_name(sign_in_name)
        if not name or len(sign_in_name.strip()) > LONGEST_NAME or any(letter.isspace() for letter in name):
            raise CannotChange(Refusal.NAME)
        with self._changing() as change:
            connection, organisation = change.connection, self.organisation
            person = self._person(change, public_id)
            held = accounts_of(connection, organisation, person)
            if any(held.values()):
                raise CannotChange(Refusal.HAS_ACCOUNT)
            if name in held:
                enable_account(connection, organisation, name, enabled=True)
            elif person_of_account(connection, organisation, name) is not None:
                raise CannotChange(Refusal.NAME_TAKEN)
            else:
                create_account(connection, organisation, person, name, self.clock())
            self._record(change, Action.ACCOUNT_OPENED, person)

    def close_account(self, public_id: UUID) -> list[str]:
        """Closes somebody's accounts and ends their sessions; the names of what was closed. Never one's own."""
        with self._changing() as change:
            connection, organisation = change.connection, self.organisation
            person = self._person(change, public_id)
            if person == self.own:
                raise CannotChange(Refusal.OWN_ACCOUNT)
            closed = [name for name, enabled in accounts_of(connection, organisation, person).items() if enabled]
            if not closed:
                raise CannotChange(Refusal.NO_ACCOUNT)
            for name in closed:
                enable_account(connection, organisation, name, enabled=False)
            self._record(change, Action.ACCOUNT_CLOSED, person)
        with self.database.transaction(DatabaseRole.WEB, organisation) as connection:
            end_sessions(connection, organisation, SessionChoice(person_id=person), Ender(self.actor, self.own))
        return closed

    def password_link(self, public_id: UUID) -> str:
        """An address at which somebody sets their password once; it is kept nowhere."""
        organisation = self.organisation
        with self.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            held = accounts_of(connection, organisation, find_person(connection, organisation, public_id))
            name = next((name for name, enabled in held.items() if enabled), None)
            account = None if name is None else find_account(connection, organisation, name)
            if account is None:
                raise CannotChange(Refusal.NO_ACCOUNT)
            place = (self.public_url, organisation, read_short_name(connection, organisation))
            return link_to_set_password(connection, place, account, self.actor, self.clock)

    # ------------------------------------------------------------------ merging and splitting

    def preview_merge(self, kept: UUID, absorbed: UUID) -> MergePreview:
        """What a merge would move."""
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            pair = self._pair(connection, kept, absorbed)
            return preview_merge(connection, self.organisation, *pair, self.clock())

    def merge(self, kept: UUID, absorbed: UUID, state: str | None, reason: str) -> int:
        """Merges two people, `kept` standing for both; the key of the merge. `state`: of the preview that was looked
        at; None: whatever it is now."""
        with self._changing() as change:
            pair = self._pair(change.connection, kept, absorbed)
            if state is not None and state != merge_state(change.connection, self.organisation, *pair):
                raise CannotChange(Refusal.MEANWHILE)
            one = Merge(*pair, reason, self.actor.key, self.clock())
            try:
                merge_id = merge_people(change.connection, self.organisation, one)
            except MergeError:
                raise CannotChange(Refusal.MEANWHILE) from None
            self._touch(change, pair)
            self._record(change, Action.MERGED, pair[0], merged=person_subject(pair[1]), merge=merge_id)
        return merge_id

    def preview_split(self, merge_id: int) -> SplitPreview:
        """What a split would move."""
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            return preview_split(connection, self.organisation, merge_id, self.clock())

    def split(self, merge_id: int, state: str | None = None) -> SplitPreview:
        """Takes a merge back, and says what has moved. `state` as that of `merge`."""
        with self._changing() as change:
            preview = preview_split(change.connection, self.organisation, merge_id, self.clock())
            if state is not None and state != preview.state:
                raise CannotChange(Refusal.MEANWHILE)
            if self.own in (preview.staying.person_id, preview.moving.person_id):
                raise CannotChange(Refusal.OWN_MERGE)
            done = split_people(change.connection, self.organisation, merge_id, self.actor.key, self.clock())
            change.courses.update(done.courses)
            self._touch(change, (done.kept, done.absorbed))
            detail: dict[str, object] = {"from": int(done.kept), "merge": merge_id}
            self._record(change, Action.SPLIT, done.absorbed, **detail)
        return preview

    def _pair(self, connection: Connection, kept: UUID, absorbed: UUID) -> tuple[PersonId, PersonId]:
        pair = (
            find_person(connection, self.organisation, kept),
            find_person(connection, self.organisation, absorbed),
        )
        if pair[0] == pair[1]:
            raise CannotChange(Refusal.SAME)
        if self.own in pair:
            raise CannotChange(Refusal.OWN_MERGE)
        return pair

    def _touch(self, change: _Change, people: Collection[PersonId]) -> None:
        change.people.update(people)
        change.courses.update(granting.courses_of(change.connection, self.organisation, people))
