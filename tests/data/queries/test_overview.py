"""The list of classrooms: the figures of each page, and nothing of who may not see them."""

from datetime import date

import pytest

from dashapp.components.sentences import courses_lead
from dashapp.data.queries.overview import read_overview
from dashapp.domain.errors import NotPermitted
from dashapp.domain.events import Role
from dashapp.domain.filters import Filters
from dashapp.domain.scope import scope_for_courses, scope_for_student
from dashapp.domain.views import CoursesView, Level
from tests.data.queries.conftest import AS_OF, World, filled, read_classroom, read_institution

LEARNERS = ("ada", "ben", "cho", "dan", "eve", "fay")


@filled
def campus(world: World) -> World:
    """ALG and BIO under way, OLD long over, all taught by one tutor; TINY, of two learners, by somebody else."""
    world.course("ALG")
    world.course("BIO")
    world.course("OLD", starts_on=date(2025, 3, 3), ends_on=date(2025, 7, 31))
    world.course("TINY", "Arts")
    for name in (*LEARNERS, "tutor", "other"):
        world.person(name)
    for code in ("ALG", "BIO", "OLD"):
        world.learners(code, *LEARNERS)
        world.member("tutor", code, Role.TEACHER)
    world.learners("TINY", "ada", "ben")
    world.member("other", "TINY", Role.TEACHER)
    for name in LEARNERS[:4]:
        world.seen(name, "ALG", "04-28 12:00", "05-06 12:00")
    world.seen("eve", "ALG", "04-01 12:00")
    world.write()
    return world


def listed(world: World, name: str) -> CoursesView:
    view: CoursesView = world.read(read_overview, scope_for_courses(world.principal(name)), AS_OF)
    return view


def test_a_teacher_reads_the_figures_that_each_classroom_shows(campus: World) -> None:
    view = listed(campus, "tutor")

    assert [each.course.code for each in view.courses] == ["ALG", "BIO", "OLD"]
    for each in view.courses[:2]:
        code = each.course.code
        room = campus.read(read_classroom, campus.named_scope(code), AS_OF, Filters(), campus.course_id(code))
        levels = [row.level for row in room.learners]
        assert (each.enrolled, each.active_7) == (room.enrolled, room.figures.active_7)
        assert (each.needs_help, each.watch) == (levels.count(Level.HELP), levels.count(Level.WATCH))
    assert view.courses[0].active_7 == 4


def test_of_a_course_that_is_not_under_way_only_its_name_is_read(campus: World) -> None:
    old = listed(campus, "tutor").courses[-1]
    assert (old.under_way, old.enrolled, old.active_7, old.needs_help) == (False, None, None, None)


def test_where_no_course_is_under_way_all_are_shown_and_none_is_called_so(world: World) -> None:
    world.course("OLD", starts_on=date(2025, 3, 3), ends_on=date(2025, 7, 31))
    for name in (*LEARNERS, "tutor"):
        world.person(name)
    world.learners("OLD", *LEARNERS)
    world.member("tutor", "OLD", Role.TEACHER)
    world.write()
    for view in (listed(world, "tutor"), world.read(read_overview, world.everything(), AS_OF)):
        (old,) = view.courses
        assert (old.under_way, old.enrolled, old.hidden) == (False, len(LEARNERS), False)
        row = "".join(str(part) for part in courses_lead(view))
        assert row.startswith("No course is under way.")


def test_two_teachers_see_their_own_courses(campus: World) -> None:
    assert [each.course.code for each in listed(campus, "other").courses] == ["TINY"]


def test_administrators_see_groups_hidden_as_on_the_page_of_the_institution(campus: World) -> None:
    view: CoursesView = campus.read(read_overview, campus.everything(), AS_OF)
    institution = campus.read(read_institution, campus.everything(), AS_OF, Filters())

    found = {each.course.code: (each.enrolled, each.active_7, each.hidden) for each in view.courses if each.under_way}
    assert found == {each.code: (each.enrolled, each.active_7, each.hidden) for each in institution.courses}
    assert found["TINY"] == (None, None, True)
    assert not view.named
    assert all(each.needs_help is None and each.watch is None for each in view.courses)


def test_who_neither_teaches_nor_administers_has_no_list(campus: World) -> None:
    ada = campus.principal("ada")
    with pytest.raises(NotPermitted):
        scope_for_courses(ada)
    with pytest.raises(NotPermitted):
        campus.read(read_overview, scope_for_student(ada), AS_OF)
