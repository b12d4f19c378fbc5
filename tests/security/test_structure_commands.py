"""Terms, units, programmes, courses and sections from a terminal: on the same functions as the pages."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from dashapp.data.database import Database
from dashapp.security.structure.__main__ import main
from tests.campus import Campus
from tests.security.deciding import NOW, algebra, one, rows

Run = Callable[..., list[str]]


@pytest.fixture
def campus(new_campus: Campus) -> Campus:
    return new_campus


@pytest.fixture
def database(campus: Campus) -> Database:
    return campus.database


@pytest.fixture
def run(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command that has to work, and gives what it tells."""
    monkeypatch.setenv("DATABASE_URL", campus.database.url.render_as_string(hide_password=False))

    def make(*arguments: str, status: int = 0) -> list[str]:
        told: list[str] = []
        assert main(["--organisation", "small", *arguments], told.append) == status
        return told

    return make


def test_terms_are_set_listed_moved_and_removed(run: Run, campus: Campus) -> None:
    run("terms", "set", "Autum", "--starts", "2026-09-07", "--ends", "2026-12-18", "--break", "2026-10-26..2026-10-30")
    run("terms", "set", "Spring", "--starts", "2027-01-11", "--ends", "2027-05-28")
    run("terms", "set", "Autum", "--rename", "Autumn", "--starts", "2026-09-07", "--ends", "2026-12-19")

    assert run("terms", "list") == [
        "Spring  2027-01-11 to 2027-05-28  0 courses",
        "Autumn  2026-09-07 to 2026-12-19  0 courses",
    ]
    run("courses", "assign", "--term", "Autumn", "--yes")
    run("terms", "remove", "Autumn", status=1)
    [told] = run("terms", "remove", "Autumn", "--into", "Spring")
    assert algebra(campus, "t.name") == "Spring"
    run("undo", re.findall(r"\d+", told)[0])
    assert algebra(campus, "t.name") == "Autumn"


def test_what_cannot_be_is_a_sentence_and_a_status(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("terms", "set", "Autumn", "--starts", "2026-09-07", "--ends", "2026-01-01", status=1)
    run("units", "set", "Science", "--below", "Science", status=1)
    run("units", "remove", "Nothing", status=1)
    run("units", "remove", "Science", status=1)
    run("undo", "4711", status=1)

    assert capsys.readouterr().err.splitlines() == [
        "Teaching ends before it starts. Exchange the two days.",
        "A unit cannot stand below itself.",
        "There is nothing named Nothing.",
        "2 courses belong to it.",
        "There is no such change, or it was taken back already.",
    ]


def test_units_and_programmes_are_set_and_removed(run: Run, campus: Campus) -> None:
    run("units", "set", "Faculty")
    run("units", "set", "Science", "--below", "Faculty")
    run("programmes", "set", "Physics", "--unit", "Science")
    run("programmes", "set", "Physics", "--rename", "Biology")

    assert run("units", "list") == [
        "Faculty  0 courses, 2 with all below",
        "  Science  2 courses, 2 with all below",
    ]
    assert run("programmes", "list") == ["Biology  Science  0 courses"]
    run("programmes", "remove", "Biology")
    run("units", "set", "Science", "--below", "none")
    run("units", "remove", "Faculty")
    assert rows(campus, "SELECT name FROM organisation_units") == [("Science",)]


def test_courses_are_listed_decided_and_released(run: Run, campus: Campus) -> None:
    course = str(algebra(campus, "c.public_id"))
    listed = run("courses", "list", "--search", "alg", "--where-unit", "Science")
    run("courses", "set", course, "--title", "Linear algebra", "--unit", "none", "--break", f"{NOW:%Y-%m-%d}")

    assert listed == [f"{course}  ALG 1  Algebra  -  Science  -  8 learners", "1 courses; page 1 of 1, 50 each."]
    assert algebra(campus, "c.title, u.name") == ("Linear algebra", None)
    run("courses", "set", course, "--use-source", "title", "unit", "breaks")
    assert algebra(campus, "c.title, u.name, c.decided") == ("Algebra", "Science", {})
    run("courses", "set", course, "--starts", "2026-03-02", "--ends", "2026-03-01", status=1)
    run("courses", "set", course, "--starts", "none", "--ends", "2026-03-01")
    assert algebra(campus, "c.starts_on, c.ends_on") == (None, date(2026, 3, 1))


def test_many_courses_are_counted_first_and_given_only_with_yes(run: Run, campus: Campus) -> None:
    run("programmes", "set", "Physics")

    counted = run("courses", "assign", "--programme", "Physics", "--search", "alg")

    assert counted == ["1 courses; for 1 of them that is new.", "Nothing has been changed. With --yes, it is done."]
    assert one(campus, "SELECT count(programme_id) FROM courses") == 0
    run("courses", "assign", "--programme", "Physics", "--search", "alg", "--yes")
    assert one(campus, "SELECT count(programme_id) FROM courses") == 1
    run("courses", "assign", status=1)


def test_sections_are_set_listed_and_removed(run: Run, campus: Campus) -> None:
    course = str(algebra(campus, "c.public_id"))
    run("sections", "set", course, "C", "--title", "Evening group")
    run("sections", "set", course, "A", "--title", "Monday group")

    assert run("sections", "list", course) == [
        "C  Evening group  0 learners, 0 of staff",
        "A  Monday group  4 learners, 1 of staff",
        "B  Section B  4 learners, 0 of staff",
    ]
    run("sections", "remove", course, "C")
    run("sections", "remove", course, "A", status=1)
    assert len(run("sections", "list", course)) == 2


def test_the_time_zone_changes_from_a_day_to_come_on_and_the_trail_says_so(
    run: Run, campus: Campus, capsys: pytest.CaptureFixture[str]
) -> None:
    (first,) = run("time-zone")
    assert first.endswith("  from the beginning")
    soon = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    assert run("time-zone", "Asia/Tokyo", "--from", soon) == [first, f"Asia/Tokyo  from {soon}"]
    assert run("time-zone", "Asia/Seoul", "--from", soon) == [first, f"Asia/Seoul  from {soon}"]
    trail = rows(campus, "SELECT detail FROM audit_log WHERE action = 'organisation.time_zone_set' ORDER BY audit_id")
    assert [(what["zone"], what["from"]) for (what,) in trail] == [("Asia/Tokyo", soon), ("Asia/Seoul", soon)]
    for wrong in (("Asia/Tokyo",), ("Asia/Tokyo", "--from", "2026-01-01"), ("Nowhere/Land", "--from", soon)):
        assert run("time-zone", *wrong, status=1) == []
    said = capsys.readouterr().err
    assert all(word in said for word in ("Say both", "the day after tomorrow", "is not a time zone"))
