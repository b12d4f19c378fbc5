from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from dashapp.data.queries.institution import whole_months
from dashapp.domain.errors import NotPermitted
from dashapp.domain.events import ActivityType, Role, Verb
from dashapp.domain.filters import Filters
from dashapp.domain.scope import scope_for_institution
from dashapp.domain.views import CourseRow, InstitutionView, Level
from tests.data.queries.conftest import AS_OF, World, at, filled, read_classroom, read_institution
from tests.data.queries.conftest import room as read_room


@filled
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


def test_work_withdrawals_and_the_rules_stand_beside_each_course(campus: World) -> None:
    campus.task("ALG", "ALG-two", "05-05 20:00")
    for name in ("ada", "ben", "cho"):
        campus.submitted(name, "ALG", "ALG-two", "05-05 12:00")
    campus.submitted("dan", "ALG", "ALG-two", "05-06 12:00")
    campus.member("old", "ALG")
    campus.member("old", "ALG", active=False, occurred_at=at("04-01 08:00"))
    campus.write()
    row = rows(page(campus))["ALG"]
    # All seven were on time with the first task; three, one late and three missing with the second.
    assert row.handed == (10, 1, 3)
    assert (row.enrolled, row.ever, row.withdrawn) == (7, 8, 1)
    # A missed deadline gives 2 points, which is to be watched.
    assert (row.needs_help, row.completed) == (0, None)


def test_those_who_need_help_are_as_many_as_on_the_page_of_the_course(campus: World) -> None:
    campus.learners("ALG", "zoe", "yan", "xia")
    campus.seen("zoe", "ALG", "03-05 12:00")
    campus.write()
    scope = campus.named_scope("ALG")
    view = campus.read(read_classroom, scope, AS_OF, Filters(), campus.course_id("ALG"))
    levels = [row.level for row in view.learners]
    assert rows(page(campus))["ALG"].needs_help == levels.count(Level.HELP) > 0


def test_different_learners_of_weeks_and_months_are_counted_and_never_added_up(campus: World) -> None:
    view = page(campus)
    weeks = {span.first: (span.learners, span.courses, span.under_way) for span in view.weeks}
    assert weeks[date(2026, 4, 27)] == (2, 2, False)
    assert weeks[date(2026, 5, 4)] == (17, 3, True)
    months = {span.first: (span.last, span.learners, span.courses, span.under_way) for span in view.months}
    # The week of 27 April belongs to April, whose Thursday is the 30th.
    assert months[date(2026, 3, 30)] == (date(2026, 5, 3), 17, 3, False)
    assert months[date(2026, 5, 4)] == (date(2026, 5, 10), 17, 3, True)


def test_a_month_that_the_dates_cut_is_left_out() -> None:
    mondays = [date(2026, 3, 9) + timedelta(weeks=week) for week in range(8)]
    found = whole_months(mondays, date(2026, 6, 30))
    assert found == ((date(2026, 3, 30), date(2026, 4, 27)),)


def test_what_is_counted_is_said_where_no_course_is_under_way(world: World) -> None:
    world.course("OLD", starts_on=date(2025, 9, 1), ends_on=date(2026, 1, 31))
    world.learners("OLD", *"pqrstu", occurred_at=at("01-01 08:00"))
    world.write()
    view = page(world)
    assert (view.under_way, view.enrolled) == (False, 6)


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


def test_median_progress_is_that_of_the_learners_in_the_classroom(campus: World) -> None:
    campus.task("ALG", "ALG-page", activity_type=ActivityType.PAGE)
    for name in ("ada", "ben", "cho", "dan", "tutor"):
        campus.seen(name, "ALG", "04-30 12:00", activity=campus._named("activity", "ALG-page"))
    # Handed in as well, which is one activity.
    campus._learning("ada", "ALG", Verb.COMPLETED, "04-30 13:00", activity=campus._named("activity", "ALG-one"))
    campus._learning("ben", "ALG", Verb.COMPLETED, "04-30 13:00", activity=campus._named("activity", "ALG-open"))
    campus.task("ALG", "ALG-open", "05-30 20:00")
    campus.write()
    learners = read_room(campus, "ALG").learners
    each = [one.progress for one in learners]
    assert None not in each
    assert len(set(each)) > 1
    shown = rows(page(campus))
    assert shown["ALG"].progress == pytest.approx(float(np.median([one or 0.0 for one in each])))
    assert rows(page(campus, minimum_group=8))["ALG"].progress is None


def test_dates_that_are_to_come_have_no_day_and_no_week(campus: World) -> None:
    view = page(campus, first="2026-05-11")
    assert view.to_come == date(2026, 5, 11)
    assert (view.days, view.weeks, view.months, view.week_starts, view.day_courses) == ((), (), (), (), ())
    assert (view.first, view.last) == (None, None)
    assert not any(row.weeks for row in view.courses)
    assert (view.enrolled, view.active_7) == (17, 17), "what depends on no dates stays"
    assert page(campus, last="2026-05-11").to_come is None
