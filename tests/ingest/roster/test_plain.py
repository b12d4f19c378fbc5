"""Plain CSV: columns that are guessed or named, one line per enrolment."""

from pathlib import Path
from typing import Any

import pytest

from dashapp.domain.roster_checks import Findings, Reason
from dashapp.domain.rosters import Known, Naming, Roster, RosterError, RosterSettings
from ingest.roster.archive import open_archive
from ingest.roster.plain import FIELDS, PlainReader, guess_columns
from tests.ingest.roster.archives import LMS, found, write_folder

HEADS = "Student ID,First name,Last name,E-mail,Class,Class name,Group,Role,Start date,End date,Semester,Faculty"
TABLE = f"""{HEADS}
7,Ada,Ash,ada@x.example,ALG,Algebra,,Student,2026-02-01,,Spring,Arts
8,Bob,Birch,,ALG,Algebra,A,student,01.02.2026,31.07.2026,Spring,Arts
9,Tess,Thorne,,ALG,Algebra,,Lecturer,,,Spring,Arts
10,Nobody,Yet,,,,,,,,,
"""


def read_plain(
    folder: Path, content: str, settings: RosterSettings | None = None, **known: Any
) -> tuple[Roster, Findings, PlainReader]:
    findings = Findings()
    archive = open_archive(write_folder(folder, {"people.csv": content}) / "people.csv")
    reader = PlainReader(archive, settings or RosterSettings(), Known(**known), findings, lambda _rows: None)
    return reader.read(), findings, reader


def test_the_heads_of_a_file_are_understood(tmp_path: Path) -> None:
    roster, findings, reader = read_plain(tmp_path, TABLE)

    assert found(findings) == []
    assert set(reader.columns) == set(FIELDS) - {"section_title"}
    assert [one[:4] for one in roster.people][:2] == [("7", "Ada", "Ash", "ada@x.example"), ("8", "Bob", "Birch", None)]
    assert len(roster.people) == 4
    assert [one[1:] for one in roster.enrolments] == [
        ("7", "ALG", "", "learner", "2026-02-01", ""),
        ("8", "ALG", "A", "learner", "2026-02-01", "2026-08-01"),
        ("9", "ALG", "", "teacher", "", ""),
    ]
    assert [(one.name, one.title, one.unit, one.term) for one in roster.courses] == [
        ("ALG", "Algebra", "Arts", "Spring")
    ]
    assert [(one.course, one.name) for one in roster.sections] == [("ALG", "A")]
    assert ([one.name for one in roster.units], [one.name for one in roster.terms]) == (["Arts"], ["Spring"])


def test_no_head_is_taken_for_two_things() -> None:
    assert guess_columns(["id", "class", "title"]) == {"person": "id", "course": "class", "course_title": "title"}
    assert guess_columns(["colour"]) == {}


def test_the_settings_name_columns_and_roles(tmp_path: Path) -> None:
    settings = RosterSettings(
        columns={"person": "Nr", "course": "Kurs", "role": "Art"},
        roles={"D": "teacher", "S": "learner"},
        people=Naming("Login", LMS, "account"),
        courses=Naming("Kurs", LMS, "course"),
    )

    roster, findings, _ = read_plain(
        tmp_path, "Nr;Login;Kurs;Art\n1;ada;ALG;S\n2;tess;ALG;D\n3;x;ALG;Leiter\n", settings
    )

    assert [(one.name, one.known_as) for one in roster.people] == [("1", "ada"), ("2", "tess"), ("3", "x")]
    assert [(one.person, one.role) for one in roster.enrolments] == [("1", "learner"), ("2", "teacher")]
    assert roster.courses[0].known_as == "ALG"
    assert roster.left_out == {"Leiter": 1}
    assert findings.counts == {Reason.UNKNOWN_ROLE: 1}
    assert not findings.stop


@pytest.mark.parametrize("role", ["administrator", "guardian", "admin", "adviser"])
def test_no_word_makes_an_administrator_or_a_guardian(tmp_path: Path, role: str) -> None:
    for settings in (RosterSettings(), RosterSettings(roles={role: role})):
        roster, _, _ = read_plain(tmp_path, f"id,course,role\n1,ALG,{role}\n", settings)
        assert (roster.enrolments, roster.left_out) == ([], {role: 1})


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        ("name,course\nAda,ALG\n", Reason.MISSING_COLUMN, 1),
        ("id,course\n,ALG\n", Reason.MISSING_VALUE, 2),
        ("id,course,start\n1,ALG,02/01/2026\n", Reason.WRONG_DATE, 2),
        ("id,course,start,end\n1,ALG,2026-02-01,2026-01-01\n", Reason.REVERSED_DATES, 2),
        ("id,first name,course\n1,Ada,ALG\n1,Ida,LOG\n", Reason.CONTRADICTION, 3),
        ("id,course,class name\n1,ALG,Algebra\n2,ALG,Logic\n", Reason.CONTRADICTION, 3),
        ("id,course\n1,A\x07\n", Reason.CONTROL_CHARACTER, 2),
        (f"id,course\n1,{'x' * 256}\n", Reason.TOO_LONG, 2),
    ],
)
def test_what_is_wrong_is_found_by_line(tmp_path: Path, content: str, reason: Reason, line: int) -> None:
    _, findings, _ = read_plain(tmp_path, content)

    assert findings.stop
    assert [(one.reason, one.line) for one in findings.kept] == [(reason, line)]


def test_what_a_later_line_leaves_out_is_not_contradicted(tmp_path: Path) -> None:
    roster, findings, _ = read_plain(
        tmp_path, "id,first name,course,class name\n1,Ada,ALG,Algebra\n1,,LOG,\n2,B,ALG,\n"
    )

    assert found(findings) == []
    assert (roster.people[0].given_name, roster.courses[0].title) == ("Ada", "Algebra")


def test_the_same_line_twice_is_said_and_taken_once(tmp_path: Path) -> None:
    roster, findings, _ = read_plain(tmp_path, "id,course\n1,ALG\n1,ALG\n")

    assert (len(roster.enrolments), findings.counts) == (1, {Reason.REPEATED_ROW: 1})


def test_two_people_with_one_name_of_the_platform_stop(tmp_path: Path) -> None:
    settings = RosterSettings(people=Naming("login", LMS, "account"))

    _, findings, _ = read_plain(tmp_path, "id,login,course\n1,ada,ALG\n2,ada,ALG\n", settings)

    assert found(findings) == [("people.csv", 3, "login")]


def test_a_file_of_changes_keeps_the_courses_that_are_known(tmp_path: Path) -> None:
    whole, _, _ = read_plain(tmp_path, TABLE)

    roster, findings, _ = read_plain(
        tmp_path,
        "id,course,class name\n11,LOG,Logic\n12,ALG,Algebra II\n",
        RosterSettings(whole=False),
        rows=whole.rows,
    )

    assert found(findings) == []
    assert [(one.name, one.title, one.term) for one in roster.courses] == [
        ("ALG", "Algebra II", "Spring"),
        ("LOG", "Logic", None),
    ]
    assert (roster.whole_people, roster.whole_enrolments) == (False, False)


def test_a_plain_roster_is_one_file(tmp_path: Path) -> None:
    archive = open_archive(write_folder(tmp_path, {"a.csv": "id\n1\n", "b.csv": "id\n1\n"}))
    with pytest.raises(RosterError, match="one CSV file"):
        PlainReader(archive, RosterSettings(), Known(), Findings(), lambda _rows: None).read()
