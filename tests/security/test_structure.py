"""Terms, units and programmes hold against what sources call them, are whole after every change, and come back."""

import pytest

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.unit_tree import read_choices, read_units
from dashapp.data.store.organisations import ensure_units
from dashapp.domain.errors import NotFound
from dashapp.domain.structure import Assignment, CourseChoice, CourseFilters, Field
from dashapp.domain.terms import Term
from dashapp.security.structure.courses import CourseAdministration
from dashapp.security.structure.desk import Circle, Desk, InUse, NameTaken
from dashapp.security.structure.terms import TermAdministration
from dashapp.security.structure.units import NameMissing, ProgrammeAdministration, UnitAdministration
from tests.campus import Campus
from tests.security.deciding import AUTUMN, SPRING, algebra, desk_of, key_of, one, rows, said


@pytest.fixture
def campus(new_campus: Campus) -> Campus:
    return new_campus


@pytest.fixture
def database(campus: Campus) -> Database:
    return campus.database


@pytest.fixture
def desk(campus: Campus) -> Desk:
    return desk_of(campus)


# ------------------------------------------------------------------ terms


def test_sources_go_on_to_call_a_renamed_term_by_its_old_name(campus: Campus, desk: Desk) -> None:
    campus.load([said(1, term="2026/1")])
    key = key_of(campus, "terms", "2026/1")
    change = TermAdministration(desk).change(key, AUTUMN)

    campus.load([said(2, term="2026/1")])

    assert algebra(campus, "t.term_id, t.name") == (key, "Autumn")
    assert one(campus, "SELECT count(*) FROM terms") == 1
    with pytest.raises(NameTaken):
        TermAdministration(desk).add(Term("2026/1", AUTUMN.starts_on, AUTUMN.ends_on))
    assert change is not None
    desk.take_back(change)
    assert one(campus, "SELECT name, former_names, teaching_starts FROM terms") == ("2026/1", [], None)


@pytest.mark.parametrize("decided", [False, True])
def test_a_term_that_goes_into_another_one_takes_its_courses_along(campus: Campus, desk: Desk, decided: bool) -> None:
    campus.load([said(1, term="Autum")])
    terms = TermAdministration(desk)
    terms.add(AUTUMN)
    old, new = key_of(campus, "terms", "Autum"), key_of(campus, "terms", "Autumn")
    if decided:
        CourseAdministration(desk).decide(algebra(campus, "c.public_id"), {Field.TERM: old})
    with pytest.raises(InUse) as refused:
        terms.remove(old)

    change = terms.remove(old, new)

    assert refused.value.users == {"courses": 1}
    assert algebra(campus, "t.term_id") == new
    campus.load([said(2, term="Autum")])
    assert (algebra(campus, "t.term_id"), one(campus, "SELECT count(*) FROM terms")) == (new, 1)
    assert change is not None
    desk.take_back(change)
    assert algebra(campus, "t.term_id") == old
    assert one(campus, "SELECT former_names FROM terms WHERE term_id = :key", key=new) == []


def test_a_term_does_not_go_into_itself_or_into_one_that_is_not_there(campus: Campus, desk: Desk) -> None:
    TermAdministration(desk).add(AUTUMN)
    key = key_of(campus, "terms", "Autumn")

    for into in (key, key + 1000):
        with pytest.raises(NotFound):
            TermAdministration(desk).remove(key, into)
    assert one(campus, "SELECT count(*) FROM terms") == 1


def test_what_needs_a_term_that_went_since_is_not_taken_back(campus: Campus, desk: Desk) -> None:
    terms, course = TermAdministration(desk), algebra(campus, "c.public_id")
    terms.add(AUTUMN)
    terms.add(SPRING)
    autumn, spring = key_of(campus, "terms", "Autumn"), key_of(campus, "terms", "Spring")
    CourseAdministration(desk).decide(course, {Field.TERM: autumn})
    change = CourseAdministration(desk).decide(course, {Field.TERM: spring})
    terms.remove(autumn)

    assert change is not None
    with pytest.raises(NotFound):
        desk.take_back(change)
    assert algebra(campus, "t.name") == "Spring"


# ------------------------------------------------------------------ units and programmes


def tree(campus: Campus) -> list[tuple[str, int, int, int]]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        view = read_units(connection, campus.organisation_id)
    return [(unit.name, unit.depth, unit.courses, unit.courses_below) for unit in view.units]


def test_units_are_made_moved_and_renamed_and_courses_are_counted_up_the_tree(campus: Campus, desk: Desk) -> None:
    units = UnitAdministration(desk)
    units.add("Faculty")
    faculty, science = key_of(campus, "organisation_units", "Faculty"), key_of(campus, "organisation_units", "Science")
    units.change(science, "Natural science", faculty)

    assert tree(campus) == [("Faculty", 0, 0, 2), ("Natural science", 1, 2, 2)]
    campus.load([said(1, organisation_unit="Science")])
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        assert ensure_units(connection, campus.organisation_id, ["Science"]) == science
        choices = read_choices(connection, campus.organisation_id)
    assert tree(campus) == [("Faculty", 0, 0, 2), ("Natural science", 1, 2, 2)]
    assert [name for _key, name in choices.units] == ["Faculty", "Faculty / Natural science"]


def test_no_unit_stands_below_itself(campus: Campus, desk: Desk) -> None:
    units = UnitAdministration(desk)
    top = key_of(campus, "organisation_units", "Science")
    units.add("Middle", top)
    middle = key_of(campus, "organisation_units", "Middle")
    units.add("Bottom", middle)
    bottom = key_of(campus, "organisation_units", "Bottom")

    for below in (top, middle, bottom):
        with pytest.raises(Circle):
            units.change(top, "Science", below)
    assert [depth for _name, depth, *_counts in tree(campus)] == [0, 1, 2]


def test_taking_moves_back_makes_no_circle(campus: Campus, desk: Desk) -> None:
    units = UnitAdministration(desk)
    science = key_of(campus, "organisation_units", "Science")
    units.add("Arts", science)
    arts = key_of(campus, "organisation_units", "Arts")
    change = units.change(arts, "Arts", None)
    units.change(science, "Science", arts)

    assert change is not None
    with pytest.raises(Circle):
        desk.take_back(change)


def test_a_unit_to_which_anything_belongs_stays(campus: Campus, desk: Desk) -> None:
    units, programmes = UnitAdministration(desk), ProgrammeAdministration(desk)
    science = key_of(campus, "organisation_units", "Science")
    units.add("Physics", science)
    programmes.add("Physics, bachelor", science)

    with pytest.raises(InUse) as refused:
        units.remove(science)

    assert refused.value.users == {"courses": 2, "units": 1, "programmes": 1}
    assert len(tree(campus)) == 2
    change = units.remove(key_of(campus, "organisation_units", "Physics"))
    assert change is not None
    desk.take_back(change)
    assert tree(campus) == [("Science", 0, 2, 2), ("Physics", 1, 0, 0)]


def test_names_are_needed_and_not_shared(campus: Campus, desk: Desk) -> None:
    units, programmes = UnitAdministration(desk), ProgrammeAdministration(desk)
    programmes.add("Physics")

    for name in ("", " \0 "):
        with pytest.raises(NameMissing):
            units.add(name)
    with pytest.raises(NameTaken):
        units.add("Science")
    with pytest.raises(NameTaken):
        programmes.add(" Physics ")
    with pytest.raises(NotFound):
        programmes.add("Chemistry", 2**62)
    assert rows(campus, "SELECT name FROM programmes") == [("Physics",)]


def test_a_programme_with_courses_stays(campus: Campus, desk: Desk) -> None:
    programmes = ProgrammeAdministration(desk)
    programmes.add("Physics")
    key = key_of(campus, "programmes", "Physics")
    CourseAdministration(desk).assign(CourseChoice(filters=CourseFilters()), Assignment(programme=key))

    with pytest.raises(InUse) as refused:
        programmes.remove(key)

    assert refused.value.users == {"courses": 2}
