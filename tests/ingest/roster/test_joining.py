"""The roster's people and courses are those whom the learning platform's events know, where a setting says so."""

from datetime import timedelta

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.store.granting import set_test
from dashapp.data.store.join_rules import add_rule
from dashapp.data.store.merge_records import list_merges
from dashapp.data.store.merges import split_people
from dashapp.data.store.rosters.applying import Conflicts
from dashapp.domain.events import Identifier, PersonDescribed, Role
from dashapp.domain.joins import JoinRule, Transform
from dashapp.domain.keys import PersonId
from dashapp.domain.roster_changes import Conflict, ConflictKind
from dashapp.domain.rosters import Naming, RosterSettings
from tests.data.store.conftest import course, enrolled, person, viewed
from tests.ingest.roster.archives import ISSUER, LMS, Rows, enrolment, school, user
from tests.ingest.roster.conftest import T1, T2, T3, Sis

NAMED = RosterSettings(people=Naming("username", LMS, "account"), courses=Naming("classCode", LMS, "course"))
EARLY = T1 - timedelta(days=7)


@pytest.fixture
def named(sis: Sis) -> Sis:
    """The platform knows people by `username` and courses by `classCode`."""
    sis.settings = NAMED
    return sis


def is_one(sis: Sis, name: str, known_as: str) -> bool:
    """Whether the roster's name and the platform's are the same person."""
    [(people,)] = sis.campus.rows(
        """SELECT count(DISTINCT coalesce(p.merged_into, p.person_id)) FROM person_identifiers i
        JOIN people p USING (organisation_id, person_id) WHERE i.value IN (:name, :known_as)""",
        name=name,
        known_as=known_as,
    )
    return bool(people == 1)


def test_whoever_the_platform_knows_already_is_the_rosters_person(named: Sis) -> None:
    named.campus.write(viewed("ada", EARLY, course=course("ALG-1")))
    before = named.campus.value("SELECT structure_epoch FROM organisations WHERE organisation_id = :organisation")

    applied = named.apply(school())

    assert applied.differences.joins == 1
    assert is_one(named, "u1", "ada")
    # Roles and names are those of the person who has done something, whose address stays.
    assert named.campus.rows("""SELECT p.family_name, d.events, m.role FROM learner_course_days d
        JOIN people c USING (person_id) JOIN people p ON p.person_id = coalesce(c.described_as, c.person_id)
        JOIN memberships m ON m.person_id = c.person_id AND m.scope_id = d.course_id""") == [("Ofu1", 1, "learner")]
    assert before < named.campus.value(
        "SELECT structure_epoch FROM organisations WHERE organisation_id = :organisation"
    )


def test_whoever_comes_later_is_the_rosters_person_from_the_start(named: Sis) -> None:
    named.apply(school())

    named.campus.write(viewed("bob", T1, course=course("ALG-1")))

    [(family, events)] = named.campus.rows("""SELECT p.family_name, d.events FROM learner_course_days d
        JOIN people c USING (person_id) JOIN people p ON p.person_id = coalesce(c.described_as, c.person_id)""")
    assert (family, events) == ("Ofu2", 1)
    assert named.campus.value("SELECT count(*) FROM courses") == 2


def test_two_who_were_both_known_are_merged_when_the_setting_comes_later(sis: Sis) -> None:
    sis.apply(school())
    sis.campus.write(viewed("ada", T1, course=course("ALG-9")))
    assert not is_one(sis, "u1", "ada")
    sis.settings = RosterSettings(people=NAMED.people)

    applied = sis.apply(school(), T2)

    assert applied.differences.joins == 1
    assert is_one(sis, "u1", "ada")


def test_roles_of_staff_change_what_the_roll_ups_count(named: Sis) -> None:
    for who in ("ada", "tess", "alan"):
        named.campus.write(viewed(who, T1, course=course("ALG-1")), viewed(who, T2, course=course("ALG-1")))
    counted = "SELECT day::text, learners FROM course_days ORDER BY 1"

    named.apply(school(), T2)
    assert named.campus.rows(counted) == [("2026-03-02", 2), ("2026-03-09", 2)]
    # The fixture counts everything anew at the end: by the roles that hold then.
    files = school()
    files["enrollments"][3]["role"] = "student"
    named.apply(files, T3)
    files["enrollments"].append(enrolment("e9", "c1", "u5", "teacher", beginDate="2026-03-05"))
    named.apply(files, T3 + timedelta(days=1))
    assert named.campus.rows(counted) == [("2026-03-02", 2), ("2026-03-09", 1)]


def test_test_people_stay_test_people(named: Sis) -> None:
    named.campus.write(PersonDescribed("d1", person("ada"), EARLY, "A", "Test", None, True))
    named.campus.write(viewed("ada", T1, course=course("ALG-1")))

    named.apply(school(), T2)

    assert named.campus.rows("SELECT learners FROM course_days") == []


def test_what_another_source_says_later_is_shown_and_no_repetition_pushes_it_aside(named: Sis) -> None:
    named.apply(school())
    named.campus.write(PersonDescribed("d1", person("ada"), T2, "Adelaide", "Ash"))

    found = named.plan(school(), T3)

    assert found.empty
    assert found.described_otherwise == 1
    files = school()
    files["users"][0]["givenName"] = "Augusta"
    named.apply(files, T3)
    shown = """SELECT d.given_name FROM people p JOIN people d ON d.person_id = coalesce(p.described_as, p.person_id)
        JOIN person_identifiers i ON i.person_id = p.person_id WHERE i.value = 'ada'"""
    assert named.campus.value(shown) == "Augusta"


def test_a_source_ends_only_what_it_has_granted(named: Sis) -> None:
    named.campus.write(enrolled("ada", EARLY, Role.LEARNER, course=course("ALG-1")))
    named.apply(school())
    files = school()
    del files["enrollments"][0]

    named.apply(files, T2, accept_endings=True)

    assert ("u1", "c1", None, "learner") in named.roles(T2)
    assert len(named.intervals("u1")) == 2


# ------------------------------------------------------------------ conflicts


def conflicts(sis: Sis, files: dict[str, Rows]) -> list[Conflict]:
    """The conflicts of files that are not taken in because of them, and then are, without what is in conflict."""
    before = sis.state()
    found = sis.plan(files, T2)
    with pytest.raises(Conflicts):
        sis.apply(files, T2, accept_endings=True)
    assert sis.state() == before
    sis.apply(files, T2, accept_endings=True, accept_conflicts=True)
    return list(found.conflicts)


def test_a_name_that_went_to_somebody_else_joins_nobody(named: Sis) -> None:
    named.apply(school())
    files = school()
    files["users"][0]["username"] = "ada-old"
    files["users"].append(user("u9", "Ada", username="ada"))

    assert conflicts(named, files) == [Conflict(ConflictKind.NAME_OF_ANOTHER, "u9", "ada")]
    assert not is_one(named, "u9", "ada")
    assert is_one(named, "u1", "ada-old")


def test_a_new_name_that_was_met_as_somebody_else_joins_nobody(named: Sis) -> None:
    named.apply(school())
    named.campus.write(viewed("ada-new", T1))
    files = school()
    files["users"][0]["username"] = "ada-new"

    assert conflicts(named, files) == [Conflict(ConflictKind.OTHER_NAME, "u1", "ada-new")]
    assert not is_one(named, "u1", "ada-new")


def test_a_new_name_that_nobody_has_met_is_one_name_more(named: Sis) -> None:
    named.apply(school())
    files = school()
    files["users"][0]["username"] = "ada-new"

    named.apply(files, T2)

    assert is_one(named, "u1", "ada-new")
    assert is_one(named, "u1", "ada")


def test_whom_an_administrator_has_split_the_roster_does_not_join(sis: Sis) -> None:
    sis.apply(school())
    sis.campus.write(viewed("ada", T1))
    sis.settings = RosterSettings(people=NAMED.people)
    sis.apply(school(), T1 + timedelta(hours=1))
    database, organisation = sis.campus.database, sis.campus.organisation
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        [merge] = [one for one in list_merges(connection, organisation, "ada") if any("ada" in n for n in one.absorbed)]
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        split_people(connection, organisation, merge.merge_id, "test", T1)
    assert sis.plan(school(), T2).empty
    files = school()
    files["users"][0]["givenName"] = "Ida"

    assert conflicts(sis, files) == [Conflict(ConflictKind.SPLIT, "u1", "ada")]
    assert not is_one(sis, "u1", "ada")


def test_courses_are_never_merged(named: Sis) -> None:
    sis = named
    sis.settings = RosterSettings()
    sis.apply(school())
    sis.campus.write(viewed("ada", T1, course=course("ALG-1")))
    sis.settings = RosterSettings(courses=NAMED.courses)

    assert conflicts(sis, school()) == [Conflict(ConflictKind.COURSE_OF_ANOTHER, "c1", "ALG-1")]
    assert sis.campus.value("SELECT count(*) FROM courses") == 3


# ------------------------------------------------------------------ rules of the organisation


@pytest.mark.parametrize("first", ["rule", "roster"])
def test_join_rules_hold_for_the_rosters_names(sis: Sis, first: str) -> None:
    rule = JoinRule(ISSUER, "sourcedId", LMS, "account", Transform.SAME)
    sis.campus.write(viewed("u1", EARLY))

    def make_rule() -> None:
        with sis.campus.database.transaction(DatabaseRole.JOBS, None) as connection:
            add_rule(connection, sis.campus.organisation, rule, "test", T1)

    for step in (make_rule, lambda: sis.apply(school()))[:: 1 if first == "rule" else -1]:
        step()

    [(people,)] = sis.campus.rows("""SELECT count(DISTINCT coalesce(p.merged_into, p.person_id)) FROM people p
        JOIN person_identifiers i USING (organisation_id, person_id) WHERE i.value = 'u1'""")
    assert people == 1


@pytest.mark.parametrize("first", ["rule", "roster"])
def test_addresses_join_where_a_rule_names_the_roster(sis: Sis, first: str) -> None:
    rule = JoinRule(ISSUER, "email", LMS, "mail", Transform.MAILBOX_HASH)
    sis.campus.write(PersonDescribed("d1", Identifier(ISSUER, "account", "x"), EARLY, "X", "Y", "Ada@north.example"))

    def make_rule() -> None:
        with sis.campus.database.transaction(DatabaseRole.JOBS, None) as connection:
            add_rule(connection, sis.campus.organisation, rule, "test", T1)

    for step in (make_rule, lambda: sis.apply(school()))[:: 1 if first == "rule" else -1]:
        step()

    assert is_one(sis, "u1", "x")


def test_who_is_a_test_person_by_the_platform_or_by_an_administrator_stays_one(named: Sis) -> None:
    named.campus.write(
        *(viewed(name, EARLY, course=course("ALG-1")) for name in ("ada", "bob")),
        PersonDescribed("said-ada", person("ada"), EARLY, "Ada", "Byron", is_test=True),
    )
    organisation, bob = named.campus.organisation, PersonId(named.campus.key_of("bob"))
    with named.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        set_test(connection, organisation, bob, True)

    named.apply(school())

    assert named.campus.rows("SELECT * FROM course_days") == []
    with named.campus.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        set_test(connection, organisation, bob, None)
    assert named.campus.rows("SELECT learners FROM course_days") == [(1,)]
