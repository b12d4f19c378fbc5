"""A roster taken in: what holds afterwards, what a second one changes, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.store.rosters.applying import PlanChanged, TooManyEndings
from dashapp.data.store.rosters.sources import find_roster_source, imports_of
from dashapp.domain.roster_changes import Thing
from dashapp.domain.rosters import Classes, RosterError, RosterSettings
from tests.data.conftest import make_source
from tests.ingest.roster.archives import deltas, enrolment, school, texts, user
from tests.ingest.roster.conftest import T1, T2, T3, Sis, make_roster_source

WHOLE = {("u1", "c1", None, "learner"), ("u2", "c1", None, "learner"), ("u3", "c2", None, "learner"),
         ("u4", "c1", None, "teacher")}  # fmt: skip
TERM = datetime(2026, 1, 31, 23, tzinfo=UTC)
"""The first instant of the term in Berlin."""


def test_a_first_roster_makes_people_courses_and_roles(sis: Sis) -> None:
    applied = sis.apply(school())

    assert sis.roles(T1) == WHOLE
    assert applied.differences.counts[Thing.ENROLMENT] == (4, 0, 0)
    assert sis.campus.rows("SELECT given_name, family_name, email FROM people ORDER BY 1")[0] == (
        "Ada", "Ofu1", "ada@north.example"
    )  # fmt: skip
    [course, _] = (
        sis.campus.rows("""SELECT c.code, c.title, u.name, t.name, starts_on::text, ends_on::text FROM courses c
        JOIN organisation_units u USING (organisation_unit_id) JOIN terms t USING (term_id) ORDER BY 1""")
    )
    assert course == ("ALG-1", "Algebra, first class", "North School", "Spring", "2026-02-01", "2026-07-31")
    # Without days of its own an enrolment holds since its course has begun.
    assert sis.intervals("u1") == [(TERM, None)]


def test_classes_as_sections_give_the_role_in_the_section_and_in_the_course(sis: Sis) -> None:
    sis.settings = RosterSettings(classes=Classes.SECTION)
    sis.apply(school())

    assert ("u3", "alg@t1", "c2", "learner") in sis.roles(T1)
    assert ("u3", "alg@t1", None, "learner") in sis.roles(T1)
    assert len(sis.roles(T1)) == 8


def test_the_same_files_again_write_nothing_but_that_they_were_looked_at(sis: Sis) -> None:
    sis.apply(school())
    before = sis.state()
    epoch = sis.campus.value("SELECT structure_epoch FROM organisations WHERE organisation_id = :organisation")
    told = sis.campus.value("SELECT count(*) FROM scope_changes")

    assert sis.plan(school(), T2).empty
    applied = sis.apply(school(), T2)

    assert applied.differences.empty
    assert sis.state() == before
    assert epoch == sis.campus.value("SELECT structure_epoch FROM organisations WHERE organisation_id = :organisation")
    assert told == sis.campus.value("SELECT count(*) FROM scope_changes")
    assert sis.campus.value("SELECT count(*) FROM audit_log WHERE action = 'roster.applied'") == 1
    with sis.campus.database.transaction(DatabaseRole.JOBS, sis.campus.organisation) as connection:
        held = imports_of(connection, sis.campus.organisation, sis.source.source_id)
    assert [one.state for one in held] == ["unchanged", "applied"]


def test_a_dry_run_writes_nothing(sis: Sis) -> None:
    before = sis.state()

    found = sis.plan(school())

    assert found.counts == {
        Thing.UNIT: (2, 0, 0), Thing.TERM: (2, 0, 0), Thing.COURSE: (2, 0, 0), Thing.SECTION: (0, 0, 0),
        Thing.PERSON: (5, 0, 0), Thing.ENROLMENT: (4, 0, 0),
    }  # fmt: skip
    assert sis.state() == before
    assert sis.campus.value("SELECT count(*) FROM roster_imports") == 0


def test_the_differences_say_what_was_and_what_will_be(sis: Sis) -> None:
    sis.apply(school())
    files = school()
    files["users"][0]["familyName"] = "Lovelace"
    files["classes"][0]["title"] = "Algebra I"
    files["enrollments"][0]["role"] = "teacher"
    del files["enrollments"][1]
    files["users"].append(user("u9", "Zoe"))

    found = sis.plan(files, T2)

    assert [(one.thing, one.name) for one in found.added] == [(Thing.PERSON, "u9")]
    changed = {(one.thing, one.name): one.what for one in found.changed}
    assert changed == {
        (Thing.PERSON, "u1"): (("family_name", "Ofu1", "Lovelace"),),
        (Thing.COURSE, "c1"): (("title", "Algebra, first class", "Algebra I"),),
        (Thing.ENROLMENT, "e1"): (("role", "learner", "teacher"), ("begins", "2026-02-01", "")),
    }
    [ended] = found.ended
    assert (ended.name, {field: before for field, before, _ in ended.what}["person"]) == ("e2", "u2")


def test_people_who_are_missing_end_and_never_vanish(sis: Sis) -> None:
    sis.apply(school())
    files = school()
    files["users"] = [row for row in files["users"] if row["sourcedId"] != "u1"]
    files["roles"] = [row for row in files["roles"] if row["userSourcedId"] != "u1"]
    files["enrollments"] = files["enrollments"][1:]

    applied = sis.apply(files, T2, accept_endings=True)

    assert applied.differences.counts[Thing.PERSON] == (0, 0, 1)
    assert sis.intervals("u1") == [(TERM, T2)]
    assert sis.roles(T2) == WHOLE - {("u1", "c1", None, "learner")}
    assert sis.campus.value("SELECT given_name FROM people WHERE family_name = 'Ofu1'") == "Ada"


def test_whoever_comes_back_begins_anew_and_was_away_meanwhile(sis: Sis) -> None:
    sis.apply(school())
    files = school()
    files["enrollments"] = files["enrollments"][1:]
    sis.apply(files, T2, accept_endings=True)

    sis.apply(school(), T3)

    moment = timedelta(microseconds=1)
    assert sis.intervals("u1") == [(TERM, T2), (T3 + moment, None)]


def test_an_end_that_is_known_beforehand_needs_no_further_import(sis: Sis) -> None:
    files = school()
    files["enrollments"][0] |= {"beginDate": "2026-02-09", "endDate": "2026-03-05"}
    sis.apply(files)

    begins, ends = datetime(2026, 2, 8, 23, tzinfo=UTC), datetime(2026, 3, 4, 23, tzinfo=UTC)
    assert sis.intervals("u1") == [(begins, ends)]
    # What is over already is not in the way of the brake, and ends nothing.
    del files["enrollments"][0]
    applied = sis.apply(files, T2)
    assert (applied.differences.ending, sis.intervals("u1")) == (0, [(begins, ends)])


def test_days_that_are_put_right_are_as_if_they_had_always_been_right(sis: Sis) -> None:
    files = school()
    files["enrollments"][0] |= {"beginDate": "2026-02-09"}
    sis.apply(files)
    files["enrollments"][0] |= {"beginDate": "2026-02-16", "endDate": "2026-06-01"}

    sis.apply(files, T2)

    assert sis.intervals("u1") == [(datetime(2026, 2, 15, 23, tzinfo=UTC), datetime(2026, 5, 31, 22, tzinfo=UTC))]


def test_an_enrolment_whose_first_day_is_taken_back_holds_since_its_course_has_begun(sis: Sis) -> None:
    files = school()
    files["enrollments"][0]["beginDate"] = "2026-05-01"
    sis.apply(files)
    assert ("u1", "c1", None, "learner") not in sis.roles(T2)

    sis.apply(school(), T2)

    assert sis.intervals("u1") == [(TERM, None)]


def test_what_has_not_begun_and_is_gone_has_never_begun(sis: Sis) -> None:
    files = school()
    files["enrollments"][0] |= {"beginDate": "2026-04-01"}
    sis.apply(files)
    del files["enrollments"][0]

    sis.apply(files, T2, accept_endings=True)

    assert sis.intervals("u1") == []


def test_a_role_that_changes_changes_now(sis: Sis) -> None:
    sis.apply(school())
    files = school()
    files["enrollments"][0]["role"] = "teacher"

    sis.apply(files, T2)

    assert (sis.intervals("u1"), sis.intervals("u1", "teacher")) == ([(TERM, T2)], [(T2, None)])


def test_enrolments_with_new_ids_are_the_same_enrolments(sis: Sis) -> None:
    sis.apply(school())
    before = sis.campus.rows("SELECT * FROM memberships ORDER BY membership_id")
    files = school()
    names = {"e1": "e2", "e2": "x2", "e3": "x3", "e4": "e1"}
    for row in files["enrollments"]:
        row["sourcedId"] = names[row["sourcedId"]]

    assert sis.plan(files, T2).empty
    sis.apply(files, T2)

    assert sis.campus.rows("SELECT * FROM memberships ORDER BY membership_id") == before
    assert {name for (name,) in sis.campus.rows("SELECT name FROM roster_enrolments")} == set(names.values())
    # The new ids are those that later changes speak of.
    sis.apply(deltas({"enrollments": [{"sourcedId": "x3", "status": "tobedeleted"}]}), T3, accept_endings=True)
    assert sis.roles(T3) == WHOLE - {("u3", "c2", None, "learner")}


# ------------------------------------------------------------------ changes only


def test_files_of_changes_say_what_they_say_and_end_nobody_else(sis: Sis) -> None:
    sis.apply(school())

    sis.apply(deltas({
        "users": [user("u9", "Zoe"), {"sourcedId": "u2", "status": "tobedeleted"}],
        "enrollments": [enrolment("e9", "c2", "u9"), {"sourcedId": "e1", "status": "tobedeleted"}],
    }), T2, accept_endings=True)  # fmt: skip

    # Who is deleted takes along what was not named.
    assert sis.roles(T2) == {
        ("u3", "c2", None, "learner"),
        ("u4", "c1", None, "teacher"),
        ("u9", "c2", None, "learner"),
    }


def test_a_class_that_is_deleted_takes_its_enrolments_along(sis: Sis) -> None:
    sis.apply(school())

    sis.apply(deltas({"classes": [{"sourcedId": "c1", "status": "tobedeleted"}]}), T2, accept_endings=True)

    assert sis.roles(T2) == {("u3", "c2", None, "learner")}


def test_a_teacher_whose_account_is_closed_teaches_nobody_any_more(sis: Sis) -> None:
    sis.apply(school())

    sis.apply(deltas({"users": [user("u4", "Tess", enabledUser="false")]}), T2, accept_endings=True)

    assert ("u4", "c1", None, "teacher") not in sis.roles(T2)


# ------------------------------------------------------------------ what is refused


def test_what_has_changed_since_the_plan_is_not_applied(sis: Sis) -> None:
    sis.apply(school())
    files = school()
    files["users"][0]["givenName"] = "Ida"
    looked_at = sis.plan(files, T2).fingerprint
    files["users"][1]["givenName"] = "Rob"

    with pytest.raises(PlanChanged):
        sis.apply(files, T2, fingerprint=looked_at)
    files["users"][1]["givenName"] = "Bob"
    assert sis.plan(files, T3).fingerprint == looked_at
    sis.apply(files, T3, fingerprint=looked_at)
    # The same files change nothing any more: that is another plan.
    with pytest.raises(PlanChanged):
        sis.apply(files, T3, fingerprint=looked_at)


def test_more_endings_than_usual_have_to_be_meant(sis: Sis) -> None:
    sis.apply(school())
    before = sis.state()
    files = school()
    del files["enrollments"][0]

    with pytest.raises(TooManyEndings, match="1 of 4 enrolments would end, which is more than 20 %"):
        sis.apply(files, T2)
    assert sis.state() == before
    sis.settings = RosterSettings(most_ended=25)
    sis.apply(files, T2)


def test_what_ends_with_its_course_is_no_surprise(sis: Sis) -> None:
    sis.apply(school())
    files = school()
    files["enrollments"] = []

    found = sis.plan(files, datetime(2026, 9, 1, tzinfo=UTC))

    assert (found.counts[Thing.ENROLMENT], found.ending) == ((0, 0, 4), 0)


def test_files_with_an_error_change_nothing(sis: Sis) -> None:
    before = sis.state()
    files = school()
    files["enrollments"][3]["userSourcedId"] = "nobody"

    with pytest.raises(AssertionError, match="unknown_reference"):
        sis.apply(files)
    assert sis.state() == before


def test_a_sender_that_may_not_speak_of_people_has_no_rosters(sis: Sis) -> None:
    make_source(sis.campus.database, sis.campus.organisation, "videos", allowed=frozenset())
    with sis.campus.database.transaction(DatabaseRole.JOBS, sis.campus.organisation) as connection:
        with pytest.raises(RosterError, match="allow it the kind user"):
            find_roster_source(connection, sis.campus.organisation, "videos")
        with pytest.raises(RosterError, match="no sender named nobody"):
            find_roster_source(connection, sis.campus.organisation, "nobody")


def test_row_level_security_refuses_what_no_roster_may_give(sis: Sis) -> None:
    sis.apply(school())
    for statement in (
        "INSERT INTO membership_facts (organisation_id, source_id, event_id, person_id, scope_kind, scope_id, role,"
        " active, at) VALUES (:organisation, 1, gen_random_uuid(), 1, 'course', 1, 'administrator', true, now())",
        "UPDATE memberships SET role = 'administrator'",
    ):
        with (
            pytest.raises(Exception, match="row-level security"),
            sis.campus.database.transaction(DatabaseRole.INGEST, sis.campus.organisation) as connection,
        ):
            connection.execute(text(statement.replace(":organisation", str(int(sis.campus.organisation)))))


def test_units_of_two_sources_never_make_a_circle(sis: Sis) -> None:
    sis.apply(school())
    other = school()
    other["orgs"][0], other["orgs"][1] = (
        {"sourcedId": "x", "name": "North School", "type": "school"},
        {"sourcedId": "s1", "name": "District", "type": "district", "parentSourcedId": "x"},
    )
    second = Sis(sis.campus, sis.folder, make_roster_source(sis.campus, "second", "https://second.example"))
    before = sis.state()

    with pytest.raises(RosterError, match="above itself"):
        second.apply(other)
    assert sis.state() == before


def test_versions_are_alike(sis: Sis) -> None:
    sis.apply(texts(school("1.1"), "1.1"))

    assert sis.roles(T1) == WHOLE
    assert sis.plan(school(), T2).empty
