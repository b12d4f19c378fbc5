from datetime import UTC, date, datetime

import pytest

from dashapp.data.queries.institution import read_institution
from dashapp.domain.errors import NotPermitted
from dashapp.domain.events import Role
from dashapp.domain.filters import Filters
from dashapp.domain.scope import scope_for_institution
from dashapp.domain.views import CourseRow, InstitutionView
from tests.data.queries.conftest import AS_OF, World, at


@pytest.fixture
def campus(world: World) -> World:
    """ALG and BIO of science with 7 and 6 learners, ART of arts with 6; Ada is in all three."""
    members = {
        "ALG": ("ada", "ben", "cho", "dan", "eve", "fay", "guy"),
        "BIO": ("ada", "gus", "hal", "ida", "sky", "tom"),
        "ART": ("ada", "jan", "kim", "lea", "mia", "nia"),
    }
    for code, names in members.items():
        world.course(code, "Arts" if code == "ART" else "Science")
        world.learners(code, *names)
        world.task(code, f"{code}-one", "04-20 20:00")
        for name in names:
            world.seen(name, code, "05-04 12:00", "05-04 12:10")
            world.submitted(name, code, f"{code}-one", "04-18 10:00", score=8.0)
    world.seen("ada", "ALG", "04-28 12:00")
    world.seen("jan", "ART", "04-28 12:00")
    world.person("tutor")
    world.member("tutor", "ALG", Role.TEACHER)
    world.seen("tutor", "ALG", "05-04 12:00")
    world.write()
    return world


def page(world: World, minimum_group: int = 5, **filters: object) -> InstitutionView:
    view: InstitutionView = world.read(
        read_institution, world.everything(minimum_group), AS_OF, Filters.parse(**filters)
    )
    return view


def rows(view: InstitutionView) -> dict[str, CourseRow]:
    return {row.code: row for row in view.courses}


def test_people_count_once_however_many_courses_they_are_in(campus: World) -> None:
    view = page(campus)
    assert view.name == "University of North"
    assert (view.enrolled, view.active_7, view.active_7_before) == (17, 17, 2)


def test_events_leave_out_staff(campus: World) -> None:
    view = page(campus)
    assert (view.events_7, view.events_7_before) == (2 * 19, 2)


def test_courses_stand_side_by_side(campus: World) -> None:
    row = rows(page(campus))["ALG"]
    assert (row.unit, row.enrolled, row.active_7, row.active_7_before, row.events_7) == ("Science", 7, 7, 1, 14)
    assert row.weeks == (0, 0, 0, 0, 0, 0, 7, 0, 1, 14)
    assert (row.score_quartile_1, row.score_median, row.score_quartile_3) == (80, 80, 80)


def test_a_unit_narrows_the_page_to_its_courses(campus: World) -> None:
    view = page(campus, unit="Arts")
    assert view.chosen_unit == "Arts"
    assert view.units == ("Arts", "Science")
    assert [row.code for row in view.courses] == ["ART"]
    assert (view.enrolled, view.active_7_before, view.events_7) == (6, 1, 12)


def test_on_each_day_distinct_learners_count_without_staff(campus: World) -> None:
    days = {day.day: day for day in page(campus).days}
    assert (days[date(2026, 5, 4)].events, days[date(2026, 5, 4)].learners) == (38, 17)
    assert days[date(2026, 4, 28)].learners == 2
    assert days[date(2026, 5, 5)].learners == 0
    assert {day.day: day.learners for day in page(campus, unit="Arts").days}[date(2026, 5, 4)] == 6


def test_an_unknown_unit_is_ignored(campus: World) -> None:
    assert page(campus, unit="Alchemy").chosen_unit is None


def test_days_are_shown_in_whole_weeks_up_to_today(campus: World) -> None:
    view = page(campus, first="2026-04-29", last="2026-05-05")
    assert (view.first, view.last) == (date(2026, 4, 27), date(2026, 5, 7))
    assert [day.events for day in view.days][:8] == [0, 2, 0, 0, 0, 0, 0, 38]
    assert view.week_starts == (date(2026, 4, 27), date(2026, 5, 4))


def test_a_course_of_fewer_than_k_learners_is_hidden_and_another_with_it(campus: World) -> None:
    campus.course("TINY", "Science")
    campus.learners("TINY", "ada", "ben", "cho")
    campus.seen("ada", "TINY", "05-04 12:00")
    campus.write()
    view = page(campus)
    shown = rows(view)
    assert {code for code, row in shown.items() if row.hidden} == {"TINY", "BIO"}
    for code in ("TINY", "BIO"):
        row = shown[code]
        assert (row.enrolled, row.active_7, row.active_7_before, row.events_7, row.score_median) == (None,) * 5
        assert row.weeks == ()
    assert view.enrolled == 17
    assert not view.hidden


def test_a_total_that_tells_of_the_few_outside_of_a_visible_course_is_hidden(campus: World) -> None:
    campus.course("MIX", "Arts")
    campus.learners("MIX", "jan", "kim", "lea", "mia", "nia", "ada", "zoe")
    campus.seen("zoe", "MIX", "05-04 12:00")
    campus.write()
    view, arts = page(campus), page(campus, unit="Arts")
    # The unit without ART would be Zoe alone, and so would the whole without ART and Science.
    assert (arts.hidden, arts.enrolled, arts.active_7, arts.days) == (True, None, None, ())
    assert (view.hidden, view.enrolled, view.active_7, view.days) == (True, None, None, ())
    assert rows(view)["ART"].enrolled == 6


def test_an_institution_of_fewer_than_k_learners_shows_no_figure(world: World) -> None:
    world.course("ALG")
    world.learners("ALG", "ada", "ben")
    world.seen("ada", "ALG", "05-04 12:00")
    world.write()
    view = page(world)
    assert view.hidden
    assert (view.enrolled, view.active_7, view.active_7_before, view.events_7) == (None, None, None, 0)
    assert view.days == ()
    assert all(row.hidden for row in view.courses)


def test_scores_of_fewer_than_k_learners_are_hidden(campus: World) -> None:
    campus.course("NEW", "Arts")
    campus.learners("NEW", *"pqrstu")
    campus.task("NEW", "NEW-one", "05-01 10:00")
    for name in "pqr":
        campus.submitted(name, "NEW", "NEW-one", "04-30 10:00", score=5.0)
    campus.write()
    row = rows(page(campus))["NEW"]
    assert (row.hidden, row.enrolled, row.score_median) == (False, 6, None)


def test_the_minimum_group_is_the_scopes(campus: World) -> None:
    assert {row.code for row in page(campus, minimum_group=8).courses if row.hidden} == {"ALG", "ART", "BIO"}


def test_courses_that_are_over_are_compared_only_where_none_is_under_way(campus: World) -> None:
    campus.course("OLD", "Arts", starts_on=date(2025, 9, 1), ends_on=date(2026, 1, 31))
    campus.learners("OLD", *"pqrstu", occurred_at=at("01-01 08:00"))
    campus.write()
    assert "OLD" not in rows(page(campus))


def test_an_empty_organisation_has_an_empty_page(world: World) -> None:
    view = page(world)
    assert view.courses == ()
    assert (view.enrolled, view.active_7, view.events_7) == (0, 0, 0)


def test_only_administrators_open_the_page(campus: World) -> None:
    for name in ("ada", "tutor"):
        with pytest.raises(NotPermitted):
            scope_for_institution(campus.principal(name))
    campus.make_administrator("tutor")
    assert scope_for_institution(campus.principal("tutor", datetime.now(UTC))).audience == "aggregate"


def test_a_scope_for_some_courses_is_not_enough(campus: World) -> None:
    with pytest.raises(NotPermitted):
        campus.read(read_institution, campus.named_scope("ALG"), AS_OF, Filters())


def test_another_organisation_stays_apart(campus: World, other_world: World) -> None:
    other_world.course("SOUTH")
    other_world.learners("SOUTH", *"pqrstu")
    other_world.write()
    assert "SOUTH" not in rows(page(campus))
    assert [row.code for row in page(other_world).courses] == ["SOUTH"]
