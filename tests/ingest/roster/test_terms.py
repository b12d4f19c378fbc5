"""What files say, in our terms: units, terms, courses, sections, people, roles; and files of changes."""

from pathlib import Path
from typing import Any

import pytest

from dashapp.domain.roster_checks import Reason, unique_names
from dashapp.domain.rosters import Classes, Naming, RosterSettings
from tests.ingest.roster.archives import LMS, class_, deltas, enrolment, found, read, school, texts


def test_units_terms_and_courses_are_those_of_the_files(tmp_path: Path) -> None:
    roster, _ = read(tmp_path, texts(school()))

    assert [(one.name, one.parent) for one in roster.units] == [("District", None), ("North School", "District")]
    assert [f"{one.name} {one.starts_on} {one.ends_on}" for one in roster.terms][1] == "Spring 2026-02-01 2026-07-31"
    one = roster.courses[0]
    assert (one.name, one.code, one.title, one.unit) == ("c1", "ALG-1", "Algebra, first class", "North School")
    assert (one.term, str(one.starts_on), str(one.ends_on)) == ("Spring", "2026-02-01", "2026-07-31")


def test_classes_can_be_sections_of_their_course_in_a_term(tmp_path: Path) -> None:
    roster, _ = read(tmp_path, texts(school()), RosterSettings(classes=Classes.SECTION))

    assert [(one.name, one.code, one.title) for one in roster.courses] == [("alg@t1", "ALG", "Algebra")]
    assert [(one.course, one.name) for one in roster.sections] == [("alg@t1", "c1"), ("alg@t1", "c2")]
    assert {(one.course, one.section) for one in roster.enrolments} == {("alg@t1", "c1"), ("alg@t1", "c2")}


def test_a_class_of_several_terms_lasts_from_the_first_to_the_last(tmp_path: Path) -> None:
    files = school()
    files["academicSessions"].append(
        {"sourcedId": "t2", "title": "Summer", "type": "term", "startDate": "2026-08-01", "endDate": "2026-10-01",
         "schoolYear": "2026"}
    )  # fmt: skip
    files["classes"][0]["termSourcedIds"] = "t2, t1"

    roster, _ = read(tmp_path, texts(files))

    assert (roster.courses[0].term, str(roster.courses[0].ends_on)) == ("Spring", "2026-09-30")


def test_units_of_one_name_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    files = school()
    files["orgs"] += [{"sourcedId": f"m{n}", "name": "Science", "type": "department"} for n in (1, 2)]

    roster, _ = read(tmp_path, texts(files))

    assert [one.name for one in roster.units][2:] == ["Science (m1)", "Science (m2)"]
    assert unique_names([("a", "x"), ("b", "y")]) == {"a": "x", "b": "y"}


PRIVILEGED = ["administrator", "proctor"]


@pytest.mark.parametrize("role", PRIVILEGED)
def test_a_role_that_no_roster_gives_is_counted_and_left_out(tmp_path: Path, role: str) -> None:
    files = school()
    files["enrollments"].append(enrolment("e9", "c1", "u5", role))

    roster, findings = read(tmp_path, texts(files))

    assert roster.left_out == {role: 1}
    assert "u5" not in {one.person for one in roster.enrolments}
    assert not findings.counts


def test_guardians_and_administrators_of_the_user_files_are_counted_and_left_out(tmp_path: Path) -> None:
    files = school("1.1")
    files["users"][4]["role"] = "guardian"
    newer = school()
    newer["roles"] += [
        {**newer["roles"][0], "sourcedId": "r9", "role": "systemAdministrator"},
        {**newer["roles"][0], "sourcedId": "r8", "role": "ext:dean"},
    ]

    assert read(tmp_path, texts(files, "1.1"))[0].left_out == {"guardian": 1}
    assert read(tmp_path, texts(newer))[0].left_out == {"ext:dean": 1, "systemAdministrator": 1}


def test_whose_account_is_not_in_use_teaches_nobody_and_stays_a_learner(tmp_path: Path) -> None:
    files = school()
    files["users"][0]["enabledUser"] = files["users"][3]["enabledUser"] = "false"

    roster, _ = read(tmp_path, texts(files))

    assert [one.name for one in roster.enrolments] == ["e1", "e2", "e3"]
    assert roster.left_out == {"disabled": 1}


@pytest.mark.parametrize(
    ("column", "known_as"),
    [("username", "ada"), ("email", "ada@north.example"), ("sourcedId", "u1"), ("userIds:Fed", "77"),
     ("userIds", "12"), ("identifier", None)],
)  # fmt: skip
def test_a_column_says_by_which_name_the_platform_knows_somebody(
    tmp_path: Path, column: str, known_as: str | None
) -> None:
    files = school()
    files["users"][0]["userIds"] = "{State:12},{Fed:77}"

    roster, _ = read(tmp_path, texts(files), RosterSettings(people=Naming(column, LMS, "account")))

    assert roster.people[0].known_as == known_as


def test_two_people_or_courses_of_one_name_stop(tmp_path: Path) -> None:
    files = school()
    files["users"][1]["username"] = "ada"
    files["classes"][1]["classCode"] = "ALG-1"
    settings = RosterSettings(people=Naming("username", LMS, "account"), courses=Naming("classCode", LMS, "course"))

    _, findings = read(tmp_path, texts(files), settings)

    assert found(findings) == [("classes.csv", None, "classCode"), ("users.csv", 3, "username")]
    assert findings.counts == {Reason.NAME_TAKEN: 2}


def test_the_preferred_name_is_shown(tmp_path: Path) -> None:
    files = school()
    files["users"][0] |= {"preferredGivenName": "Addie", "preferredFamilyName": "Lovelace"}

    roster, _ = read(tmp_path, texts(files))

    assert roster.people[0][1:3] == ("Addie", "Lovelace")


def test_formulas_are_data(tmp_path: Path) -> None:
    files = school()
    files["users"][0]["givenName"] = '=HYPERLINK("http://evil.example","x")'

    roster, findings = read(tmp_path, texts(files))

    assert roster.people[0].given_name == '=HYPERLINK("http://evil.example","x")'
    assert not findings.counts


# ------------------------------------------------------------------ changes only


def test_changes_are_understood_by_what_was_said_before(tmp_path: Path) -> None:
    whole, _ = read(tmp_path, texts(school()))
    known: dict[str, Any] = {"rows": whole.rows, "people": frozenset(one.name for one in whole.people)}
    changes = deltas(
        {"classes": [class_("c3")], "enrollments": [enrolment("e9", "c3", "u1"), enrolment("e8", "c1", "u5")]}
    )

    roster, findings = read(tmp_path, changes, **known)

    assert found(findings) == []
    assert [one.name for one in roster.courses] == ["c1", "c2", "c3"]
    assert [one.name for one in roster.enrolments] == ["e9", "e8"]
    assert not roster.whole_people


def test_what_refers_to_something_deleted_refers_to_nobody(tmp_path: Path) -> None:
    whole, _ = read(tmp_path, texts(school()))
    known: dict[str, Any] = {"rows": whole.rows, "people": frozenset(one.name for one in whole.people)}
    gone = {"sourcedId": "u1", "status": "tobedeleted"}
    org = {"sourcedId": "s1", "status": "tobedeleted"}

    _, findings = read(tmp_path, deltas({"orgs": [org], "users": [gone], "enrollments": [enrolment("e9", "c1", "u1")]}),
                       **known)  # fmt: skip

    files = {file for file, _, _ in found(findings, Reason.UNKNOWN_REFERENCE)}
    assert files == {"courses.csv", "classes.csv", "enrollments.csv"}


def test_an_enrolment_that_gives_nothing_any_more_is_over(tmp_path: Path) -> None:
    whole, _ = read(tmp_path, texts(school()))
    known: dict[str, Any] = {"rows": whole.rows, "people": frozenset(one.name for one in whole.people)}
    changes = [
        enrolment("e1", "c1", "u1", "proctor"),
        {"sourcedId": "e2", "status": "tobedeleted"},
    ]

    roster, findings = read(tmp_path, deltas({"enrollments": changes}), **known)

    assert (found(findings), roster.gone_enrolments) == ([], ["e1", "e2"])
