"""A Moodle's tables besides its log: what they become, and what is said of rows that make no sense."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    LearningEvent,
    MembershipChanged,
    PersonDescribed,
    Role,
    Verb,
)
from ingest.text_files import FileError
from tests.ingest.history.moodles import week, write_log
from tests.ingest.history.test_moodle_log import SITE, history_of, read
from tests.ingest.history.written_out import write_table

MAY = 1_746_057_600
"""1 May 2025, 0:00 UTC."""


def at(days: float) -> datetime:
    return datetime.fromtimestamp(MAY + days * 86_400, UTC)


def seconds(days: float) -> int:
    return int(MAY + days * 86_400)


def placed(directory: Path) -> list[Path]:
    """The tables that say where a quiz, number 7, stands: in course 3 as course module 20."""
    places = ("id", "course", "module", "instance", "added")
    return [
        write_table(directory / "mdl_modules.csv", ("id", "name"), [(1, "assign"), (2, "quiz")]),
        write_table(directory / "mdl_course_modules.csv", places, [(20, 3, 2, 7, 0), (21, 3, 1, 4, 0)]),
    ]


def test_courses_have_local_days(tmp_path: Path) -> None:
    # Berlin is two hours ahead in May: the course starts on the first local day.
    row = (3, "ALG", "Algebra", MAY - 7200, seconds(60), MAY)
    columns = ("id", "shortname", "fullname", "startdate", "enddate", "timemodified")
    path = write_table(tmp_path / "mdl_course.csv", columns, [(1, "site", "Front page", 0, 0, 0), row])
    (event,), notes = read([path])
    assert isinstance(event, CourseDescribed)
    assert (event.code, event.title, event.starts_on) == ("ALG", "Algebra", date(2025, 5, 1))
    assert event.occurred_at == at(0)
    assert notes.left_out == {"Moodle's front page": 1}


def test_a_course_that_ends_before_it_starts_is_named(tmp_path: Path) -> None:
    columns = ("id", "shortname", "fullname", "startdate", "enddate", "timemodified")
    path = write_table(tmp_path / "mdl_course.csv", columns, [(3, "ALG", "Algebra", seconds(60), MAY, MAY)])
    events, notes = read([path])
    assert events == []
    assert str(notes.problems[0]) == "mdl_course.csv, line 2, column enddate: the course ends before it starts"


def test_activities_are_described_with_dates_and_points(tmp_path: Path) -> None:
    columns = ("id", "course", "name", "timeopen", "timeclose", "grade", "timemodified")
    quiz = write_table(tmp_path / "mdl_quiz.csv", columns, [(7, 3, "Quiz 1", seconds(1), seconds(9), 20, MAY)])
    (event,), _ = read([*placed(tmp_path), quiz])
    assert isinstance(event, ActivityDescribed)
    assert event.activity.value == f"{SITE}/mod/quiz/view.php?id=20"
    assert (event.activity_type, event.title, event.max_score) == (ActivityType.QUIZ, "Quiz 1", 20.0)
    assert (event.published_at, event.due_at) == (at(1), at(9))


def test_a_scale_is_no_number_of_points(tmp_path: Path) -> None:
    columns = ("id", "course", "name", "duedate", "grade", "timemodified")
    work = write_table(tmp_path / "mdl_assign.csv", columns, [(4, 3, "Essay", 0, -2, MAY)])
    (event,), _ = read([*placed(tmp_path), work])
    assert isinstance(event, ActivityDescribed)
    assert (event.due_at, event.max_score) == (None, None)


def test_people_are_described_but_not_the_deleted_ones(tmp_path: Path) -> None:
    columns = ("id", "firstname", "lastname", "email", "deleted", "timemodified")
    rows = [
        (1, "Guest", "User", "", 0, MAY),
        (5, "=cmd()", "Ärmel", "a@example.org", 0, MAY),
        (6, "Gone", "By", "", 1, MAY),
    ]
    (event,), notes = read([write_table(tmp_path / "mdl_user.csv", columns, rows)])
    assert isinstance(event, PersonDescribed)
    assert (event.given_name, event.family_name, event.email) == ("=cmd()", "Ärmel", "a@example.org")
    assert event.person.value == "5"
    assert notes.left_out.total() == 2


def enrolled(directory: Path, rows: Sequence[Sequence[object]]) -> list[Path]:
    columns = ("id", "status", "enrolid", "userid", "timestart", "timeend", "timecreated", "timemodified")
    return [
        write_table(directory / "mdl_enrol.csv", ("id", "enrol", "courseid"), [(9, "manual", 3)]),
        write_table(directory / "mdl_user_enrolments.csv", columns, rows),
    ]


def test_enrolments_begin_and_end_and_staff_are_known_by_their_roles(tmp_path: Path) -> None:
    ahead = int(datetime.now(UTC).timestamp()) + 86_400
    rows = [
        (1, 0, 9, 5, seconds(0), seconds(30), 1, 1),
        (2, 0, 9, 6, 0, ahead, seconds(2), 1),
        (3, 0, 9, 2, seconds(0), 0, 1, 1),
        (4, 1, 9, 7, seconds(0), 0, 1, seconds(5)),
        (5, 0, 9, 8, ahead, 0, 1, 1),
        (6, 0, 99, 8, MAY, 0, 1, 1),
    ]
    contexts = write_table(tmp_path / "mdl_context.csv", ("id", "contextlevel", "instanceid"), [(30, 50, 3)])
    columns = ("id", "roleid", "contextid", "userid", "timemodified")
    roles = write_table(tmp_path / "mdl_role_assignments.csv", columns, [(1, 3, 30, 2, MAY), (2, 5, 30, 5, MAY)])
    events, notes = read([*enrolled(tmp_path, rows), contexts, roles])
    found = [(e.person.value, e.role, e.active, e.occurred_at) for e in events if isinstance(e, MembershipChanged)]
    assert found == [
        ("5", Role.LEARNER, True, at(0)),
        ("5", Role.LEARNER, False, at(30)),
        ("6", Role.LEARNER, True, at(2)),
        ("2", Role.TEACHER, True, at(0)),
        ("7", Role.LEARNER, True, at(0)),
        ("7", Role.LEARNER, False, at(5)),
    ]
    assert notes.left_out == {"enrolments that begin later": 1}
    (problem,) = notes.problems
    assert str(problem).endswith("line 7, column enrolid: no row of enrol says which course 99 belongs to")


def test_a_role_goes_on_for_as_long_as_one_of_several_enrolments_does(tmp_path: Path) -> None:
    rows = [
        (1, 0, 9, 5, seconds(0), seconds(30), 1, 1),
        (2, 0, 9, 5, seconds(20), 0, 1, 1),
        (3, 0, 9, 6, seconds(0), seconds(10), 1, 1),
        (4, 0, 9, 6, seconds(5), seconds(30), 1, 1),
        (5, 0, 9, 7, seconds(0), seconds(10), 1, 1),
        (6, 0, 9, 7, seconds(20), seconds(30), 1, 1),
    ]
    events, _ = read(enrolled(tmp_path, rows))
    ends = [(e.person.value, e.occurred_at) for e in events if isinstance(e, MembershipChanged) and not e.active]
    assert ends == [("6", at(30)), ("7", at(10)), ("7", at(30))]


def test_roles_alone_tell_who_belongs_where_too(tmp_path: Path) -> None:
    contexts = [(30, 50, 3), (31, 70, 20)]
    rows = [(1, 3, 30, 2, MAY), (2, 5, 30, 5, MAY), (3, 77, 30, 6, MAY), (4, 5, 31, 5, MAY)]
    columns = ("id", "roleid", "contextid", "userid", "timemodified")
    events, notes = read(
        [
            write_table(tmp_path / "mdl_context.csv", ("id", "contextlevel", "instanceid"), contexts),
            write_table(tmp_path / "mdl_role_assignments.csv", columns, rows),
        ]
    )
    assert [(e.person.value, e.role) for e in events if isinstance(e, MembershipChanged)] == [
        ("2", Role.TEACHER),
        ("5", Role.LEARNER),
    ]
    assert notes.left_out.total() == 2


def graded(directory: Path, rows: Sequence[Sequence[object]]) -> list[Path]:
    items = ("id", "courseid", "itemtype", "itemmodule", "iteminstance", "grademin", "grademax")
    columns = ("id", "itemid", "userid", "finalgrade", "excluded", "timecreated", "timemodified")
    told = [(1, 3, "course", "", 1, 0, 100), (2, 3, "mod", "quiz", 7, "5.00000", "25.00000")]
    return [
        *placed(directory),
        write_table(directory / "mdl_grade_items.csv", items, told),
        write_table(directory / "mdl_grade_grades.csv", columns, rows),
    ]


def test_grades_are_marks_of_their_activity(tmp_path: Path) -> None:
    rows: list[Sequence[object]] = [
        (1, 2, 5, "15.00000", 0, MAY, seconds(1)),
        (2, 2, 6, "NULL", 0, MAY, MAY),
        (3, 1, 5, "61.5", 0, MAY, MAY),
        (4, 2, 7, "", seconds(2), MAY, "NULL"),
        (5, 2, 8, "12", 0, "", ""),
        (6, 2, 9, "much", 0, MAY, MAY),
    ]
    events, notes = read(graded(tmp_path, rows))
    marks = [
        (
            e.verb,
            e.person.value,
            e.activity.value if e.activity else None,
            e.score,
            e.max_score,
            e.exempt,
            e.occurred_at,
        )
        for e in events
        if isinstance(e, LearningEvent)
    ]
    quiz = f"{SITE}/mod/quiz/view.php?id=20"
    assert marks == [
        (Verb.GRADED, "5", quiz, 10.0, 20.0, False, at(1)),
        (Verb.GRADED, "7", quiz, None, 20.0, True, at(0)),
    ]
    assert sorted(notes.left_out.values()) == [1, 1]
    assert [(problem.line, problem.column) for problem in notes.problems] == [(6, "timemodified"), (7, "finalgrade")]


def test_a_changed_grade_is_another_event_and_the_same_one_is_the_same(tmp_path: Path) -> None:
    def grade(score: str, days: float) -> str:
        (event,), _ = read(graded(tmp_path, [(1, 2, 5, score, 0, MAY, seconds(days))]))
        return event.id

    assert grade("15.00000", 1) == grade("15.0", 1)
    assert len({grade("15", 1), grade("16", 1), grade("15", 2)}) == 3


def test_completion_is_told_by_its_own_table(tmp_path: Path) -> None:
    columns = ("id", "coursemoduleid", "userid", "completionstate", "timemodified")
    rows = [(1, 20, 5, 1, MAY), (2, 20, 6, 2, MAY), (3, 20, 7, 0, MAY), (4, 20, 8, 3, MAY), (5, 99, 5, 1, MAY)]
    path = write_table(tmp_path / "mdl_course_modules_completion.csv", columns, rows)
    events, notes = read([*placed(tmp_path), path])
    assert [(e.verb, e.person.value) for e in events if isinstance(e, LearningEvent)] == [
        (Verb.COMPLETED, "5"),
        (Verb.COMPLETED, "6"),
    ]
    assert notes.left_out.total() == 2
    assert str(notes.problems[0]).endswith("column coursemoduleid: no row of course_modules says what 99 is")


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("mdl_grade_grades.csv", "grade_items"),
        ("mdl_course_modules_completion.csv", "course_modules"),
        ("mdl_user_enrolments.csv", "enrol"),
        ("mdl_role_assignments.csv", "context"),
        ("mdl_quiz.csv", "tables course_modules and modules"),
    ],
)
def test_a_table_that_needs_another_one_says_which(tmp_path: Path, name: str, beside: str) -> None:
    path = write_table(tmp_path / name, ("id", "enrolid", "userid", "roleid", "contextid"), [])
    with pytest.raises(FileError, match=rf"^{name} needs the (?:table )?{beside}"):
        read([path])


def test_a_file_that_nobody_knows_is_named_with_its_columns(tmp_path: Path) -> None:
    path = write_table(tmp_path / "numbers.csv", ("a", "b"), [])
    with pytest.raises(FileError, match=r"^numbers\.csv is no table that is known here.*Its columns: a, b\.$"):
        read([path])


def test_what_the_pages_will_lack_is_said(tmp_path: Path) -> None:
    remarks = " ".join(history_of([write_log(tmp_path / "log.csv", week())]).remarks)
    assert "there are no grades" in remarks
    assert "everybody who did something counts as a learner" in remarks
