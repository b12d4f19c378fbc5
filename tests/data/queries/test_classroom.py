from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dashapp.data.queries.classroom import HEAT_ROWS
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.events import ActivityType, Role, Verb
from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, SectionId
from dashapp.domain.scope import AsOf, scope_for_classroom
from dashapp.domain.views import ClassroomView, ClassroomWorkView, LearnerRow, Level
from tests.data.queries.conftest import AS_OF, World, at, read_classroom, read_classroom_work, room


def row_of(view: ClassroomView, name: str) -> LearnerRow:
    return next(row for row in view.learners if row.name == f"{name.title()} Example")


def test_a_row_holds_what_a_learner_has_done(campus: World) -> None:
    row = row_of(room(campus), "ada")
    assert row.public_id == campus.public_id("ada")
    assert row.sections == ("a",)
    assert row.last_active == date(2026, 5, 6)
    assert row.last_instant == at("05-06 12:00")
    # 16 minutes on 28 April, 30 on the 30th, one each for two submissions and the 6th.
    assert row.minutes == 16 + 30 + 1 + 1 + 1
    assert row.events == 7
    assert row.weeks == (0, 0, 0, 0, 0, 0, 1, 0, 4, 2)
    assert row.score == 70
    assert row.level is Level.CALM


def test_who_was_never_there_comes_first_with_the_reasons(campus: World) -> None:
    view = room(campus)
    first = view.learners[0]
    assert first.name == "Fay Example"
    assert (first.last_active, first.last_instant, first.minutes, first.score) == (None, None, 0, None)
    assert first.level is Level.HELP
    assert [reason.value for reason in first.reasons] == [67, 0, None, 1]
    assert [reason.points for reason in first.reasons] == [4, 2, 0, 2]
    assert first.points == 8


def test_staff_and_test_people_and_who_has_left_are_no_learners(campus: World) -> None:
    campus.person("robot", is_test=True)
    campus.member("robot", "ALG")
    campus.seen("robot", "ALG", "05-06 12:00")
    # A learner who became an assistant.
    campus.member("ben", "ALG", Role.ASSISTANT, occurred_at=at("04-01 08:00"))
    campus.member("cho", "ALG", active=False, occurred_at=at("05-01 08:00"))
    campus.write()
    view = room(campus)
    assert {row.name for row in view.learners} == {f"{name.title()} Example" for name in ("ada", "dan", "eve", "fay")}
    assert view.enrolled == 4
    assert view.figures.active_7 == 3


def test_a_membership_counts_at_the_instant_asked_for(campus: World) -> None:
    campus.member("cho", "ALG", active=False, occurred_at=at("05-01 08:00"))
    campus.write()
    assert room(campus, as_of=AsOf(at("04-30 10:00"))).enrolled == 6
    assert room(campus).enrolled == 5


def test_people_who_were_merged_appear_as_one(campus: World) -> None:
    campus.person("cho-twin")
    campus.member("cho-twin", "ALG")
    campus.write()
    with campus.database.administration() as connection:
        connection.exec_driver_sql(
            "UPDATE analytics.people SET merged_into = %s WHERE person_id = %s",
            (campus.person_id("cho"), campus.person_id("cho-twin")),
        )
        connection.commit()
    view = room(campus)
    assert len(view.learners) == 6
    assert [row.name for row in view.learners].count("Cho Example") == 1
    assert row_of(view, "cho").sections == ("b",)


def test_a_section_narrows_rows_and_figures_but_not_the_levels(campus: World) -> None:
    view = room(campus, section="a")
    assert {row.name for row in view.learners} == {"Ada Example", "Ben Example"}
    assert (view.enrolled, view.figures.active_7) == (2, 2)
    assert [day.learners for day in view.days if day.day == date(2026, 5, 6)] == [2]
    whole = {row.name: row.level for row in room(campus).learners}
    assert all(row.level is whole[row.name] for row in view.learners)
    assert view.sections == (("a", "Section a"), ("b", "Section b"))


def test_an_unknown_section_is_ignored(campus: World) -> None:
    assert room(campus, section="z") == room(campus)


def test_filters_that_choose_nobody_are_told_from_a_course_without_learners(campus: World) -> None:
    nobody = room(campus, seen="never", score="80-100")
    assert (nobody.learners, nobody.unmatched) == ((), True)
    assert not room(campus).unmatched
    assert not room(campus, section="a").unmatched
    course = campus.course_id("ALG")
    empty = replace(campus.named_scope("ALG"), sections=frozenset({(course, SectionId(10_000))}), minimum_group=1)
    view = campus.read(read_classroom, empty, AS_OF, Filters(), course)
    assert (view.learners, view.unmatched) == ((), False)


def test_weeks_are_numbered_from_where_teaching_begins_whatever_dates_are_chosen(campus: World) -> None:
    assert room(campus).first_week == 1
    assert room(campus, first="2026-04-27").first_week == 9
    assert room(campus, first="2026-02-20").first_week == -1


def test_dates_narrow_weeks_days_and_minutes(campus: World) -> None:
    view = room(campus, first="2026-04-27", last="2026-04-29")
    assert view.week_starts == (date(2026, 4, 27),)
    assert [day.day for day in view.days] == [date(2026, 4, 27), date(2026, 4, 28), date(2026, 4, 29)]
    assert [day.learners for day in view.days] == [0, 5, 0]
    assert row_of(view, "ada").minutes == 16
    assert (view.first, view.last) == (date(2026, 4, 27), date(2026, 4, 29))
    # What the rules say does not depend on the dates that are looked at, nor does who was active lately.
    assert (view.figures.active_7, view.learners[0].points) == (5, 8)


def test_the_heat_map_has_minutes_per_week_in_the_order_of_the_list(campus: World) -> None:
    view = room(campus)
    assert view.heat_in_minutes
    assert view.heat_rows == len(view.heat) == 6
    place = [row.name for row in view.learners].index("Ada Example")
    assert view.heat[place] == (0, 0, 0, 0, 0, 0, 1, 0, 46, 2)


def test_the_heat_map_of_a_large_course_shows_the_first_rows_only(world: World) -> None:
    world.course("BIG")
    world.learners("BIG", *[f"p{number}" for number in range(HEAT_ROWS + 5)])
    world.seen("p1", "BIG", "05-06 12:00")
    world.write()
    view = room(world, "BIG")
    assert (len(view.learners), view.heat_rows, len(view.heat)) == (HEAT_ROWS + 5, HEAT_ROWS, HEAT_ROWS)


def test_activity_counts_by_hours_not_by_days(campus: World) -> None:
    # As of Thursday noon: Thursday the week before at 9 is out of the 7 × 24 h, at 13 it is in.
    campus.seen("fay", "ALG", "04-30 09:00")
    campus.write()
    assert room(campus).figures.active_7 == 5
    assert room(campus).figures.active_7_before == 6
    campus.seen("fay", "ALG", "04-30 10:01")
    campus.write()
    assert room(campus).figures.active_7 == 6


def test_days_without_times_count_the_last_seven_local_days(world: World) -> None:
    world.course("ALG")
    world.learners("ALG", "ada", "ben", "cho")
    world.seen_on("ada", "ALG", "05-01")
    world.seen_on("ben", "ALG", "04-30")
    world.seen_on("cho", "ALG", "04-23")
    world.write()
    view = room(world)
    assert (view.figures.active_7, view.figures.active_7_before) == (1, 1)
    assert not view.minutes_recorded
    assert not view.heat_in_minutes
    assert view.figures.median_minutes is None
    assert all(row.minutes is None and row.last_instant is None for row in view.learners)
    assert sorted(sum(value or 0 for value in row) for row in view.heat) == [1, 1, 1]


def test_the_median_is_of_the_last_full_week(campus: World) -> None:
    # 16 minutes each, Ada 46, Fay none.
    assert room(campus).figures.median_minutes == 16
    # Of two there is no median that means anything.
    assert room(campus, section="a").figures.median_minutes is None


def test_the_next_deadline_is_told(campus: World) -> None:
    due = room(campus).next_due
    assert due is not None
    assert (due.activity, due.due_at) == ("Task three", at("05-20 20:00"))
    assert room(campus, as_of=AsOf(at("06-01 10:00"))).next_due is None


def test_in_a_break_no_rule_speaks(world: World) -> None:
    world.course("ALG", breaks=((date(2026, 5, 4), date(2026, 5, 17)),))
    world.learners("ALG", "ada")
    world.write()
    view = room(world)
    assert not view.speaking
    assert view.learners[0].level is Level.CALM


def test_a_provisional_course_is_taught_from_its_first_activity_on(world: World) -> None:
    world.learners("NEW", "ada")
    world.seen("ada", "NEW", "05-04 12:00")
    world.write()
    with world.database.administration() as connection:
        connection.exec_driver_sql("UPDATE analytics.courses SET code = 'NEW'")
        connection.commit()
    view = room(world, "NEW")
    assert view.speaking
    assert view.first == date(2026, 5, 4)


def test_another_course_is_not_within_the_scope(campus: World) -> None:
    campus.course("BIO")
    campus.write()
    with pytest.raises(NotPermitted):
        campus.read(read_classroom, campus.named_scope("ALG"), AS_OF, Filters(), campus.course_id("BIO"))


def test_only_staff_and_administrators_open_a_classroom(campus: World) -> None:
    campus.make_administrator("dean")
    course = campus.course_id("ALG")
    assert scope_for_classroom(campus.principal("tutor"), course).audience == "named"
    assert scope_for_classroom(campus.principal("dean", datetime.now(UTC)), course).audience == "aggregate"
    with pytest.raises(NotPermitted):
        scope_for_classroom(campus.principal("ada"), course)


def test_a_course_of_another_organisation_is_not_found_even_with_a_forged_scope(
    campus: World, other_world: World
) -> None:
    other_world.course("SOUTH")
    other_world.write()
    foreign = other_world.course_id("SOUTH")
    forged = campus.everything()
    with pytest.raises(NotFound):
        campus.read(read_classroom, forged, AS_OF, Filters(), foreign)
    with pytest.raises(NotFound):
        # Row-level security shows nothing of the other organisation, whatever the scope says.
        campus.read(read_classroom, other_world.named_scope("SOUTH"), AS_OF, Filters(), foreign)
    with pytest.raises(NotFound):
        campus.read(read_classroom, forged, AS_OF, Filters(), CourseId(999_999))


def test_an_administrator_sees_groups_in_whole_weeks_and_no_names(campus: World) -> None:
    course = campus.course_id("ALG")
    filters = Filters.parse(section="a", first="2026-04-28", last="2026-04-29")
    view: ClassroomView = campus.read(read_classroom, campus.everything(), AS_OF, filters, course)
    assert not view.named
    assert (view.learners, view.heat, view.sections) == ((), (), ())
    assert (view.enrolled, view.figures.active_7) == (6, 5)
    assert (view.first, view.last) == (date(2026, 4, 27), date(2026, 5, 3))


def test_a_median_of_few_scores_is_not_told_to_those_who_see_groups_only(campus: World) -> None:
    course = campus.course_id("ALG")
    by_name = campus.read(read_classroom, campus.named_scope("ALG"), AS_OF, Filters(), course).figures
    assert (by_name.scored, by_name.learners) == (5, 6)
    few = campus.read(read_classroom, replace(campus.everything(), minimum_group=6), AS_OF, Filters(), course).figures
    assert (few.median_score, few.scored, few.on_time) == (None, 0, by_name.on_time)
    enough = campus.read(read_classroom, campus.everything(), AS_OF, Filters(), course).figures
    assert enough.median_score == by_name.median_score
    # No figure that tells of single people, or from which a week earlier could be subtracted.
    assert (enough.joined, enough.at_risk, enough.before, enough.deadlines) == (None, None, None, ())


def test_an_administrator_sees_no_figure_of_a_small_course(campus: World) -> None:
    campus.course("BIO")
    campus.learners("BIO", "ada", "ben")
    campus.write()
    for code in ("BIO", "ALG"):
        # ALG is hidden too: with the organisation's totals it would give BIO away.
        view = campus.read(read_classroom, campus.everything(), AS_OF, Filters(), campus.course_id(code))
        assert view.hidden
        assert view.enrolled is None
        assert view.days == ()


def test_a_small_course_that_is_over_is_hidden_too(campus: World) -> None:
    campus.course("OLD", starts_on=date(2025, 9, 1), ends_on=date(2026, 1, 31))
    campus.learners("OLD", "ada", occurred_at=at("01-01 08:00"))
    campus.write()
    view = campus.read(read_classroom, campus.everything(), AS_OF, Filters(), campus.course_id("OLD"))
    assert view.hidden


def work(world: World, **filters: object) -> ClassroomWorkView:
    view: ClassroomWorkView = world.read(
        read_classroom_work, world.named_scope("ALG"), AS_OF, Filters.parse(**filters), world.course_id("ALG")
    )
    return view


def test_the_videos_are_those_of_learners_of_the_section_within_the_dates(campus: World) -> None:
    campus.task("ALG", "intro", activity_type=ActivityType.VIDEO, title="Introduction")

    def watched(name: str, first: float, last: float, moment: str = "05-06 12:00", **values: object) -> None:
        video = campus._named("activity", str(values.pop("video", "intro")))
        campus._learning(
            name, "ALG", Verb.WATCHED, moment, activity=video, position_from=first, position_to=last, **values
        )

    watched("ada", 0, 40)
    watched("ada", 20, 40)
    watched("cho", 0, 20, video="unnamed", activity_title="Second")
    watched("ben", 0, 40, "03-10 12:00")
    watched("tutor", 0, 40)
    # Players say again in later statements what they said before.
    watched("eve", 0, 10, session="s", video="intro")
    watched("eve", 0, 10, session="s", video="intro")
    campus.write()

    intro, second = work(campus).videos or ()
    assert (intro.title, intro.viewers, intro.step) == ("Introduction", 3, 1.0)
    assert intro.learners == (3,) * 10 + (2,) * 30
    assert intro.again == (0,) * 20 + (1,) * 20
    assert (second.title, second.viewers) == ("Second", 1)
    (of_the_section,) = work(campus, section="a").videos or ()
    assert of_the_section.viewers == 2
    (of_the_days,) = work(campus, section="a", first="2026-05-01", last="2026-05-07").videos or ()
    assert of_the_days.viewers == 1


def test_groups_see_no_videos_of_single_learners(campus: World) -> None:
    campus._learning(
        "ada", "ALG", Verb.WATCHED, "05-06 12:00", activity=campus._named("activity", "intro"), position_from=0.0,
        position_to=9.0,
    )  # fmt: skip
    campus.write()
    course = campus.course_id("ALG")
    scope = replace(campus.named_scope("ALG"), audience=Audience.AGGREGATE, minimum_group=2)
    view: ClassroomWorkView = campus.read(read_classroom_work, scope, AS_OF, Filters(), course)
    assert view.videos is None


def test_dates_that_are_to_come_have_no_day_and_no_week(campus: World) -> None:
    view = room(campus, first="2026-06-01")
    assert view.to_come == date(2026, 6, 1)
    assert (view.days, view.week_starts, view.heat) == ((), (), ())
    assert len(view.learners) == len(room(campus).learners)
    assert room(campus).to_come is None
