"""What the administration decides of courses and sections holds against what sources say later, and comes back."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.domain.errors import NotFound
from dashapp.domain.events import Event, SectionDescribed
from dashapp.domain.structure import NONE, Assignment, CourseChoice, CourseFilters, Field, Plan
from dashapp.security.structure.courses import CourseAdministration, SectionAdministration
from dashapp.security.structure.desk import ChangedMeanwhile, Desk, InUse, NameTaken
from dashapp.security.structure.terms import TermAdministration
from tests.campus import ALGEBRA, Campus, build_campus
from tests.security.deciding import ALG, AUTUMN, NOW, algebra, desk_of, key_of, one, rows, said
from tests.served import web_settings


@pytest.fixture
def campus(new_campus: Campus) -> Campus:
    return new_campus


@pytest.fixture
def database(campus: Campus) -> Database:
    return campus.database


@pytest.fixture
def desk(campus: Campus) -> Desk:
    return desk_of(campus)


# ------------------------------------------------------------------ courses


def test_what_is_decided_of_a_course_holds_until_it_is_released(campus: Campus, desk: Desk) -> None:
    TermAdministration(desk).add(AUTUMN)
    deciding, course = CourseAdministration(desk), algebra(campus, "c.public_id")
    autumn = key_of(campus, "terms", "Autumn")
    pause = ((date(2026, 11, 2), date(2026, 11, 3)),)
    decisions = {Field.TITLE: "Linear algebra", Field.TERM: autumn, Field.STARTS: None, Field.BREAKS: pause}
    deciding.decide(course, decisions)

    breaks = ((date(2026, 3, 1), date(2026, 3, 2)),)
    campus.load([said(1, title="Algebra II", code="ALG 2", term="Fall", starts_on=date(2026, 9, 1), breaks=breaks)])

    assert algebra(campus, "c.title, c.code, t.name, c.starts_on") == ("Linear algebra", "ALG 2", "Autumn", None)
    assert rows(campus, "SELECT first_day, last_day FROM course_breaks") == list(pause)
    deciding.release(course, [Field.TITLE, Field.TERM, Field.BREAKS])
    assert algebra(campus, "c.title, t.name, c.starts_on") == ("Algebra II", "Fall", None)
    assert rows(campus, "SELECT first_day, last_day FROM course_breaks") == list(breaks)
    deciding.release(course, list(Field))
    assert algebra(campus, "c.starts_on, c.decided") == (date(2026, 9, 1), {})


@pytest.mark.parametrize("released", [False, True])
def test_the_order_of_decisions_and_descriptions_makes_no_difference(
    campus: Campus, desk: Desk, released: bool
) -> None:
    course, deciding = algebra(campus, "c.public_id"), CourseAdministration(desk)
    expected = ("Second", "Law", None) if released else ("Ours", None, None)
    for round_, order in enumerate(permutations(("decide", "first", "second"))):
        deciding.release(course, list(Field))
        first = said(round_ * 10, title="First", ends_on=date(2026, 6, 1), organisation_unit="Arts")
        second = said(round_ * 10 + 1, title="Second", organisation_unit="Law")
        for step in order:
            if step == "decide":
                deciding.decide(course, {Field.TITLE: "Ours", Field.UNIT: None})
            else:
                campus.load([first if step == "first" else second])
        if released:
            deciding.release(course, list(Field))

        assert algebra(campus, "c.title, u.name, c.ends_on") == expected, order


def test_many_courses_get_a_term_at_once_counted_before_and_taken_back_whole(campus: Campus, desk: Desk) -> None:
    TermAdministration(desk).add(AUTUMN)
    autumn = key_of(campus, "terms", "Autumn")
    every, own = CourseChoice(filters=CourseFilters()), CourseChoice((algebra(campus, "c.public_id"),))
    deciding = CourseAdministration(desk)
    deciding.assign(own, Assignment(term=autumn))

    assert deciding.plan(every, Assignment(term=autumn)) == Plan(2, 1)
    assert deciding.plan(every, Assignment(term=autumn, follow=True)) == Plan(2, 2)
    number, change = deciding.assign(every, Assignment(term=autumn, unit=NONE, follow=True))

    now = "SELECT count(*) FROM courses WHERE term_id = :term AND organisation_unit_id IS NULL AND starts_on IS NULL"
    assert (number, one(campus, now, term=autumn)) == (2, 2)
    assert change is not None
    desk.take_back(change)
    before = (
        "SELECT count(*) FILTER (WHERE term_id = :term), count(organisation_unit_id), count(starts_on) FROM courses"
    )
    assert one(campus, before, term=autumn) == (1, 2, 2)
    with pytest.raises(NotFound):
        desk.take_back(change)


def test_what_was_changed_again_meanwhile_is_not_taken_back(campus: Campus, desk: Desk) -> None:
    deciding, course = CourseAdministration(desk), algebra(campus, "c.public_id")
    first = deciding.decide(course, {Field.TITLE: "One"})
    deciding.decide(course, {Field.TITLE: "Two"})

    assert first is not None
    with pytest.raises(ChangedMeanwhile):
        desk.take_back(first)
    assert algebra(campus, "c.title") == "Two"


def test_a_decision_that_changes_nothing_leaves_no_trace(campus: Campus, desk: Desk) -> None:
    deciding, course = CourseAdministration(desk), algebra(campus, "c.public_id")
    deciding.decide(course, {Field.TITLE: "One"})
    before = rows(campus, "SELECT count(*) FROM audit_log")

    assert deciding.decide(course, {Field.TITLE: "One"}) is None
    assert rows(campus, "SELECT count(*) FROM audit_log") == before


def test_a_course_is_given_nothing_that_is_not_there(campus: Campus, desk: Desk, database: Database) -> None:
    other = build_campus(web_settings(database), database, "other", studied=False)
    TermAdministration(desk_of(other)).add(AUTUMN)
    theirs = key_of(other, "terms", "Autumn")
    deciding, every = CourseAdministration(desk), CourseChoice(filters=CourseFilters())

    for term in (theirs, 2**62):
        with pytest.raises(NotFound):
            deciding.assign(every, Assignment(term=term))
        with pytest.raises(NotFound):
            deciding.plan(every, Assignment(term=term))
    with pytest.raises(NotFound):
        deciding.decide(one(other, ALG.format("c.public_id")), {Field.TITLE: "Stolen"})
    assert deciding.assign(CourseChoice((one(other, ALG.format("c.public_id")),)), Assignment(unit=NONE)) == (0, None)
    assert one(other, ALG.format("c.title, c.decided")) == ("Algebra", {})


def test_pages_of_the_courses_hear_of_it(campus: Campus, desk: Desk) -> None:
    CourseAdministration(desk).decide(algebra(campus, "c.public_id"), {Field.TITLE: "Ours"})

    with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
        newest = text("SELECT courses FROM scope_changes ORDER BY committed_at DESC LIMIT 1")
        assert connection.execute(newest).scalar_one() == [algebra(campus, "c.course_id")]


def test_the_audit_trail_has_keys_and_no_names(campus: Campus, desk: Desk) -> None:
    CourseAdministration(desk).decide(algebra(campus, "c.public_id"), {Field.TITLE: "Secret title"})

    action, subject, detail = one(
        campus, "SELECT action, subject, detail FROM audit_log WHERE action ~ '^courses' ORDER BY audit_id"
    )
    assert (action, subject) == ("courses.set", f"course {algebra(campus, 'c.course_id')}")
    assert detail["fields"] == ["title"]
    assert "Secret" not in str(detail)


# ------------------------------------------------------------------ sections


def section(campus: Campus, name: str) -> Any:
    query = ALG.format("s.section_id, s.title").replace(
        "FROM courses c", "FROM sections s JOIN courses c USING (organisation_id, course_id)"
    )
    return one(campus, f"{query} AND s.name = :name", name=name)


def test_the_title_of_a_section_holds_until_it_is_given_back(campus: Campus, desk: Desk) -> None:
    sections, course = SectionAdministration(desk), algebra(campus, "c.public_id")
    key, _title = section(campus, "A")
    sections.rename(course, key, "Monday group")
    described: list[Event] = [SectionDescribed("later", ALGEBRA, "A", NOW, "Section Alpha")]
    campus.load(described)

    assert section(campus, "A") == (key, "Monday group")
    sections.rename(course, key, "")
    assert section(campus, "A") == (key, "Section Alpha")


def test_sections_are_made_and_go_while_nobody_is_in_them(campus: Campus, desk: Desk) -> None:
    sections, course = SectionAdministration(desk), algebra(campus, "c.public_id")
    sections.add(course, "C", "Evening group")
    key, title = section(campus, "C")
    with pytest.raises(NameTaken):
        sections.add(course, "C", "")
    with pytest.raises(InUse) as refused:
        sections.remove(course, section(campus, "A")[0])

    change = sections.remove(course, key)

    assert title == "Evening group"
    assert refused.value.users == {"members": 5}
    assert change is not None
    desk.take_back(change)
    assert section(campus, "C") == (key, "Evening group")


def test_a_section_of_another_course_is_out_of_reach(campus: Campus, desk: Desk) -> None:
    sections, botany = SectionAdministration(desk), one(campus, ALG.replace("algebra", "botany").format("c.public_id"))
    key, title = section(campus, "A")

    with pytest.raises(NotFound):
        sections.rename(botany, key, "Theirs")
    with pytest.raises(NotFound):
        sections.remove(botany, key)
    assert section(campus, "A") == (key, title)
