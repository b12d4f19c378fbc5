"""A page whose right has ended hears nothing any more, while the same person's other pages go on."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import guardians
from dashapp.data.store.caseloads import set_caseload
from dashapp.data.store.guardians import Invitation
from dashapp.domain.clock import system_clock
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import Identifier, MembershipChanged, Role
from dashapp.domain.guardians import GuardianRule
from dashapp.domain.keys import CourseId, OrganisationId, PublicId
from dashapp.domain.sessions import SignInMethod
from dashapp.security import rights as module
from dashapp.security.principals import Principals
from dashapp.security.rights import Rights
from dashapp.security.sessions import Session, Sessions
from dashapp.security.topics import Basis, Topic
from tests.campus import ADMINISTRATOR, ADVISED, ADVISER, BOTANY, GUARDIAN, SECTION_TEACHER, Campus, identifier_of

CHILD = "Ivy Ives"
Tells = Callable[..., bool | None]


@dataclass
class Watched:
    """Asks as `/live` does, and has the thread's rounds run when the test says so."""

    campus: Campus
    sessions: Sessions
    rights: Rights

    def topic(self, viewer: str, course: CourseId | None = None, person: str | None = None) -> Topic:
        about = None if person is None else self.campus.people[person].person_id
        return Topic(self.campus.organisation_id, self.campus.people[viewer].public_id, course, about)

    def session(self, viewer: str, method: SignInMethod = SignInMethod.DEMO) -> Session:
        person = self.campus.people[viewer].public_id
        session = self.sessions.read(self.sessions.issue(self.campus.organisation_id, person, method))
        assert session is not None
        return session

    def tells(self, viewer: str, topic: Topic, method: SignInMethod = SignInMethod.DEMO) -> bool | None:
        """What the page hears of the round that follows its question."""
        session = self.session(viewer, method)
        self.rights.holds(session, topic)
        self.rights.follow()
        return self.rights.holds(session, topic)

    def course(self, code: str) -> CourseId:
        with self.campus.database.transaction(DatabaseRole.WEB, self.campus.organisation_id) as connection:
            query = text("SELECT course_id FROM courses WHERE code = :code")
            return CourseId(connection.execute(query, {"code": code}).scalar_one())


@pytest.fixture
def watched(module_database: Database, campus: Campus, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(module, "READ_AGAIN", -1.0)
    # However long a machine takes from one step of a test to the next.
    monkeypatch.setattr(module, "REMEMBERED", 3600.0)
    sessions = Sessions(("k" * 40,), system_clock, module_database)
    return Watched(campus, sessions, Rights(module_database, system_clock, Principals(module_database, system_clock)))


@pytest.fixture
def guardian(campus: Campus) -> Iterator[PublicId]:
    """The guardian of the child, who has agreed; the public id of the invitation."""
    organisation, child = campus.organisation_id, campus.people[CHILD].person_id
    now = datetime.now(UTC)
    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        guardians.set_rule(connection, organisation, GuardianRule(False, True, 18), now)
        asked = Invitation(child, None, campus.people[ADMINISTRATOR].public_id)
        code = guardians.invite(connection, organisation, asked, now)
        row, _learner = guardians.accept(connection, organisation, code, campus.people[GUARDIAN].person_id, now)
        guardians.answer_of_learner(connection, organisation, (row, child), True, now)
    yield row
    with campus.database.administration() as connection:
        connection.exec_driver_sql("TRUNCATE analytics.guardianships; TRUNCATE analytics.guardian_rules")
        connection.exec_driver_sql("DELETE FROM analytics.memberships WHERE role = 'guardian'")
        connection.commit()


def test_what_is_asked_for_the_first_time_is_not_told_before_the_right_is_read(watched: Watched) -> None:
    session, topic = watched.session("Ada Abel"), watched.topic("Ada Abel", person="Ada Abel")

    assert watched.rights.holds(session, topic) is None
    watched.rights.follow()
    assert watched.rights.holds(session, topic) is True


def test_what_could_not_be_read_again_in_time_is_not_told(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = watched.topic("Theo Tull", watched.course("BOT 1"))
    assert watched.tells("Theo Tull", topic) is True

    monkeypatch.setattr(module, "REMEMBERED", -2.0)

    assert watched.tells("Theo Tull", topic) is None


@pytest.mark.parametrize("how", ["ended", "consent", "rule"])
def test_a_guardian_hears_of_the_child_until_it_is_ended_and_of_their_own_pages_on_and_on(
    watched: Watched, campus: Campus, guardian: PublicId, how: str
) -> None:
    of_child, own = watched.topic(GUARDIAN, person=CHILD), watched.topic(GUARDIAN, person=GUARDIAN)
    assert (watched.tells(GUARDIAN, of_child), watched.tells(GUARDIAN, own)) == (True, True)

    organisation, now = campus.organisation_id, datetime.now(UTC)
    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        if how == "ended":
            guardians.end(connection, organisation, guardian, "administration", now)
        elif how == "consent":
            of_whom = (guardian, campus.people[CHILD].person_id)
            guardians.answer_of_learner(connection, organisation, of_whom, False, now)
        else:
            guardians.set_rule(connection, organisation, GuardianRule(False, False, 18), now)

    assert (watched.tells(GUARDIAN, of_child), watched.tells(GUARDIAN, own)) == (False, True)


def test_a_guardian_who_also_teaches_the_child_hears_that_the_page_is_another_one_now(
    watched: Watched, campus: Campus
) -> None:
    organisation, child, theo = campus.organisation_id, campus.people[CHILD].person_id, "Theo Tull"
    page = watched.topic(theo, person=CHILD)
    as_staff, as_guardian = replace(page, basis=Basis.STAFF), replace(page, basis=Basis.GUARDIAN)
    assert [watched.tells(theo, each) for each in (page, as_staff, as_guardian)] == [True, True, False]
    now = datetime.now(UTC)
    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        guardians.set_rule(connection, organisation, GuardianRule(False, True, 18), now)
        asked = Invitation(child, None, campus.people[ADMINISTRATOR].public_id)
        code = guardians.invite(connection, organisation, asked, now)
        row, _learner = guardians.accept(connection, organisation, code, campus.people[theo].person_id, now)
        guardians.answer_of_learner(connection, organisation, (row, child), True, now)
    assert [watched.tells(theo, each) for each in (page, as_staff, as_guardian)] == [True, False, True]

    with campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        guardians.end(connection, organisation, row, "administration", now)

    assert [watched.tells(theo, each) for each in (page, as_staff, as_guardian)] == [True, True, False]


def test_who_teaches_a_course_no_more_hears_neither_of_it_nor_of_its_learners(watched: Watched, campus: Campus) -> None:
    role = (identifier_of("Theo Tull"), Identifier(BOTANY.issuer, "course", "botany"), Role.TEACHER)
    room, list_of_rooms = watched.topic("Theo Tull", watched.course("BOT 1")), watched.topic("Theo Tull")
    learner, stranger = (watched.topic("Theo Tull", person=name) for name in (CHILD, "Ben Brook"))
    own = watched.topic("Theo Tull", person="Theo Tull")
    pages = (room, learner, stranger, list_of_rooms, own)
    assert [watched.tells("Theo Tull", page) for page in pages] == [True, True, False, True, True]

    campus.load([MembershipChanged(f"ends-{uuid4()}", *role, False, datetime.now(UTC) - timedelta(minutes=1))])

    assert [watched.tells("Theo Tull", page) for page in pages] == [False, False, False, False, True]
    campus.load([MembershipChanged(f"begins-{uuid4()}", *role, True, datetime.now(UTC) - timedelta(seconds=30))])
    assert [watched.tells("Theo Tull", page) for page in pages] == [True, True, False, True, True]


def test_a_learner_who_leaves_the_course_is_not_told_of_to_its_teacher(watched: Watched, campus: Campus) -> None:
    role = (identifier_of("Jon Jade"), Identifier(BOTANY.issuer, "course", "botany"), Role.LEARNER)
    page = watched.topic("Theo Tull", person="Jon Jade")
    assert watched.tells("Theo Tull", page) is True

    campus.load([MembershipChanged(f"ends-{uuid4()}", *role, False, datetime.now(UTC) - timedelta(minutes=1))])

    assert watched.tells("Theo Tull", page) is False
    campus.load([MembershipChanged(f"begins-{uuid4()}", *role, True, datetime.now(UTC) - timedelta(seconds=30))])
    assert watched.tells("Theo Tull", page) is True


def test_a_teacher_of_a_section_hears_of_its_learners_only(watched: Watched) -> None:
    """Section A has those in even places of the list."""
    told = {
        name: watched.tells(SECTION_TEACHER, watched.topic(SECTION_TEACHER, person=name))
        for name in ("Ada Abel", "Ben Brook", "Cleo Cole", CHILD)
    }

    assert told == {"Ada Abel": True, "Ben Brook": False, "Cleo Cole": True, CHILD: False}


def test_a_learner_who_left_the_caseload_is_not_told_of_to_the_adviser(watched: Watched, campus: Campus) -> None:
    pages = [watched.topic(ADVISER, person=name) for name in ADVISED]
    assert [watched.tells(ADVISER, page) for page in pages] == [True, True]
    adviser, keys = campus.people[ADVISER].person_id, [campus.people[name].person_id for name in ADVISED]
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        set_caseload(connection, campus.organisation_id, adviser, keys[:1], datetime.now(UTC))

    assert [watched.tells(ADVISER, page) for page in pages] == [True, False]
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        set_caseload(connection, campus.organisation_id, adviser, keys, datetime.now(UTC))


def test_an_administrator_who_was_launched_hears_of_no_whole_organisation(watched: Watched) -> None:
    page = watched.topic(ADMINISTRATOR)

    assert watched.tells(ADMINISTRATOR, page) is True
    assert watched.tells(ADMINISTRATOR, page, SignInMethod.LTI) is False


def test_an_organisation_whose_reading_fails_keeps_no_other_from_being_read(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, page = watched.session("Ada Abel"), watched.topic("Ada Abel", person="Ada Abel")
    elsewhere = replace(page, organisation_id=OrganisationId(page.organisation_id + 1))
    read_all = Principals.read_all

    def fail_there(of: Principals, organisation: OrganisationId, people: Collection[PublicId]) -> object:
        if organisation == elsewhere.organisation_id:
            raise Unavailable("It cannot be read.")
        return read_all(of, organisation, people)

    monkeypatch.setattr(Principals, "read_all", fail_there)
    for topic in (elsewhere, page):
        watched.rights.holds(session, topic)
    with pytest.raises(Unavailable):
        watched.rights.follow()

    assert [watched.rights.holds(session, topic) for topic in (elsewhere, page)] == [None, True]
    monkeypatch.undo()
    watched.rights.follow()
    assert watched.rights.holds(session, elsewhere) is False


def test_pages_that_nobody_asks_for_are_forgotten(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OWN_READ_AGAIN", -1.0)
    page = watched.topic("Ada Abel", person="Ada Abel")
    assert watched.tells("Ada Abel", page) is True

    monkeypatch.setattr(module, "KEPT", -1.0)
    watched.rights.follow()

    assert watched.rights.holds(watched.session("Ada Abel"), page) is None


def test_the_thread_reads_what_is_asked_for_without_waiting_for_its_round(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 3600.0)
    session, page = watched.session("Ada Abel"), watched.topic("Ada Abel", person="Ada Abel")
    watched.rights.start()
    try:
        while watched.rights.holds(session, page) is None:
            pass
        assert watched.rights.holds(session, page) is True
    finally:
        watched.rights.stop()
