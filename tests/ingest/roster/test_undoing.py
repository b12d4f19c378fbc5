"""The last import taken back: everything is as before, and what others have done since holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert

from dashapp.data.database import DatabaseRole
from dashapp.data.store.audit import operator
from dashapp.data.store.rosters.undoing import Undone, undo
from dashapp.data.store.rosters.unmaking import OF_PEOPLE
from dashapp.data.tables import embed_link_epochs, metadata
from dashapp.domain.events import PersonDescribed, Role
from dashapp.domain.rosters import Classes, RosterError, RosterSettings
from tests.data.store.conftest import course, enrolled, person, viewed
from tests.ingest.roster.archives import Rows, class_, enrolment, school, user
from tests.ingest.roster.conftest import T1, T2, T3, Sis
from tests.ingest.roster.test_joining import EARLY, NAMED, is_one

Undo = Callable[[], Undone]


@pytest.fixture
def taken_back(sis: Sis) -> Undo:
    """Takes the last import back."""
    return lambda: undo(sis.campus.database, sis.campus.organisation, sis.source, operator("test"), T3)


def changed() -> dict[str, Rows]:
    """The school with something of everything added, changed and ended."""
    files = school()
    files["orgs"].append({"sourcedId": "s2", "name": "South School", "type": "school", "parentSourcedId": "d1"})
    files["academicSessions"][1]["endDate"] = "2026-07-01"
    files["classes"][0]["title"] = "Algebra I"
    files["classes"].append(class_("c3", title="Algebra, third class", classCode="ALG-3", schoolSourcedId="s2"))
    files["users"][0]["familyName"] = "Lovelace"
    files["users"].append(user("u9", "Zoe"))
    files["enrollments"][0]["role"] = "teacher"
    files["enrollments"][1]["endDate"] = "2026-06-01"
    files["enrollments"][2]["sourcedId"] = "x3"
    files["enrollments"][3] = enrolment("e9", "c3", "u9")
    return files


@pytest.mark.parametrize("settings", [RosterSettings(), NAMED, RosterSettings(classes=Classes.SECTION)])
def test_a_first_import_leaves_nothing_behind(sis: Sis, taken_back: Undo, settings: RosterSettings) -> None:
    sis.settings = settings
    before = sis.state()
    sis.apply(school())

    done = taken_back()

    assert sis.state() == before
    assert (done.kept_people, done.kept_courses) == (0, 0)
    assert sis.campus.value("SELECT count(*) FROM roster_before") == 0


@pytest.mark.parametrize("settings", [RosterSettings(), NAMED, RosterSettings(classes=Classes.SECTION)])
def test_a_second_import_is_as_if_it_had_never_been(sis: Sis, taken_back: Undo, settings: RosterSettings) -> None:
    sis.settings = settings
    sis.apply(school())
    before = sis.state()
    sis.apply(changed(), T2, accept_endings=True)
    assert sis.state() != before

    taken_back()

    assert sis.state() == before
    assert sis.plan(school(), T3).empty


def test_it_can_be_taken_in_again_afterwards(sis: Sis, taken_back: Undo) -> None:
    sis.settings = NAMED
    sis.campus.write(viewed("ada", EARLY, course=course("ALG-1")))
    sis.apply(school())
    roles = sis.roles(T2)
    taken_back()

    sis.apply(school(), T2)

    assert sis.roles(T2 + timedelta(seconds=1)) == roles
    assert is_one(sis, "u1", "ada")


def test_whom_the_platform_knew_before_stays_as_it_was(sis: Sis, taken_back: Undo) -> None:
    sis.settings = NAMED
    sis.campus.write(viewed("ada", EARLY, course=course("ALG-1")), viewed("tess", EARLY, course=course("ALG-1")))
    sis.campus.write(PersonDescribed("d1", person("ada"), EARLY, "Adelaide", "Ash"))
    before = sis.state()
    sis.apply(school())
    assert sis.campus.rows("SELECT learners FROM course_days") != [(2,)]

    taken_back()

    assert sis.state() == before


def test_people_who_were_joined_are_two_again_and_may_be_joined_later(sis: Sis, taken_back: Undo) -> None:
    sis.apply(school())
    sis.campus.write(viewed("ada", T1, course=course("ALG-9")))
    before = sis.state()
    sis.settings = RosterSettings(people=NAMED.people)
    sis.apply(school(), T2)
    assert is_one(sis, "u1", "ada")

    taken_back()

    assert sis.state() == before
    assert not sis.plan(school(), T3).conflicts


def test_whom_others_use_meanwhile_stays_without_a_description(sis: Sis, taken_back: Undo) -> None:
    sis.settings = NAMED
    sis.apply(school())
    sis.campus.write(viewed("ada", T1, course=course("ALG-1")))
    sis.campus.write(enrolled("bob", T1, Role.LEARNER, course=course("ALG-2")))

    done = taken_back()

    assert (done.kept_courses, done.gone_courses) == (2, 0)
    assert done.kept_people == 2
    assert sis.campus.rows("SELECT count(*), count(given_name) FROM people") == [(2, 0)]
    assert sis.campus.rows("SELECT count(*), count(title) FROM courses") == [(2, 0)]
    # Nobody but the platform says anything of roles now, and its events go on to be counted for the same people.
    assert sis.campus.rows("SELECT role FROM memberships") == [("learner",)]
    sis.campus.write(viewed("ada", T1 + timedelta(minutes=1), course=course("ALG-1")))
    assert sis.campus.rows("SELECT events FROM learner_course_days") == [(2,)]


def test_what_others_have_said_since_holds(sis: Sis, taken_back: Undo) -> None:
    sis.settings = NAMED
    sis.apply(school())
    sis.campus.write(PersonDescribed("d1", person("ada"), T2, "Adelaide", "Ash"))

    taken_back()

    assert sis.campus.rows("SELECT given_name FROM people WHERE given_name IS NOT NULL") == [("Adelaide",)]


def test_only_the_last_import_can_be_taken_back_and_only_once(sis: Sis, taken_back: Undo) -> None:
    with pytest.raises(RosterError, match="no import of sis"):
        taken_back()
    sis.apply(school())
    sis.apply(changed(), T2, accept_endings=True)
    # A look at files that change nothing is no import.
    sis.apply(changed(), T2 + timedelta(hours=1))
    taken_back()

    with pytest.raises(RosterError, match="no import of sis"):
        taken_back()
    assert sis.campus.rows("SELECT action FROM audit_log ORDER BY audit_id") == [
        ("roster.applied",), ("roster.applied",), ("roster.undone",)
    ]  # fmt: skip


def test_whoever_is_held_by_another_table_is_known_to_the_undo() -> None:
    held = {
        table.name
        for table in metadata.sorted_tables
        for one in table.foreign_key_constraints
        if one.referred_table.name == "people" and [column.name for column in one.columns][-1] == "person_id"
    }
    removed_with_them = {"person_identifiers", "described_mailboxes"}
    assert held - removed_with_them <= set(OF_PEOPLE)


def test_an_import_is_taken_back_though_somebody_of_it_has_ended_all_their_links(sis: Sis, taken_back: Undo) -> None:
    sis.apply(school())
    [(person,)] = sis.campus.rows("SELECT person_id FROM people WHERE given_name = 'Ada'")
    with sis.campus.database.transaction(DatabaseRole.JOBS, sis.campus.organisation) as connection:
        row = {"organisation_id": sis.campus.organisation, "person_id": person, "epoch": 1}
        connection.execute(insert(embed_link_epochs).values(**row))

    done = taken_back()

    assert done.kept_people == 1
