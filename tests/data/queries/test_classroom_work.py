"""What stands below the fold of a classroom's page, of a small course whose figures can be counted by hand.

Six learners of ALG, Ada and Ben in section a, the others in b; Thursday 7 May 2026, 12:00 in Berlin.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.classroom_work import read_classroom_work as read_work
from dashapp.data.queries.room import read_room
from dashapp.domain.events import ActivityType, Precision, Role, UnitDescribed, Verb
from dashapp.domain.filters import Filters
from dashapp.domain.scope import Scope
from dashapp.domain.views import ClassroomWorkView
from dashapp.domain.views.classroom_work import AssignmentWork, ForumWeek, UnitEngagement
from dashapp.settings import load_settings
from tests.data.queries.conftest import AS_OF, World, at, counted_statements, make_world, read_classroom_work

LEARNERS = ("ada", "ben", "cho", "dan", "eve", "fay")
SPAN = {"first": "2026-04-20", "last": "2026-05-07"}


def units_of(world: World) -> None:
    """Sets holds Subsets, Maps comes before it and is empty; a page without a unit stands beside them."""
    named = world._named("course", "ALG")
    for name, title, parent, position in (
        ("sets", "Sets", None, 2), ("subsets", "Subsets", "sets", 1), ("maps", "Maps", None, 1),
    ):  # fmt: skip
        world.events.append(
            UnitDescribed(world._id(), named, name, at("01-05 08:00"), title, parent=parent, position=position)
        )
    world.task("ALG", "page", activity_type=ActivityType.PAGE, unit="sets", max_score=None)
    world.task("ALG", "film", activity_type=ActivityType.VIDEO, unit="subsets", max_score=None)
    world.task("ALG", "later", activity_type=ActivityType.PAGE, unit="sets", published_at=at("06-01 08:00"))
    for name in ("ada", "ben"):
        did(world, name, Verb.VIEWED, "04-21 10:00", "page")
    did(world, "ben", Verb.PLAYED, "04-21 11:00", "film", position_from=0.0)
    did(world, "cho", Verb.COMPLETED, "04-21 11:00", "film")


def did(world: World, name: str, verb: Verb, moment: str, activity: str, **values: Any) -> None:
    world._learning(name, "ALG", verb, moment, activity=world._named("activity", activity), **values)


def work_of(world: World) -> None:
    """One is over, with an extension for Fay; two is due on the 20th; three is not published yet."""
    world.task("ALG", "one", "04-20 20:00")
    world.task("ALG", "two", "05-20 20:00", max_score=None)
    world.task("ALG", "three", "06-20 20:00", published_at=at("06-01 08:00"))
    world.submitted("ada", "ALG", "one", "04-18 10:00", score=8.0)
    world.submitted("ben", "ALG", "one", "04-21 10:00", score=5.0)
    # Only the day is known: the whole due day is on time.
    world.submitted("cho", "ALG", "one", "04-20 21:30", score=9.5, precision=Precision.DAY)
    world.extended("fay", "ALG", "one", "05-30 20:00")
    world.submitted("dan", "ALG", "two", "05-06 10:00")


def quiz_of(world: World) -> None:
    """Ada is right at once, Ben at the second attempt, Cho never; a second question that everybody gets right."""
    world.task("ALG", "quiz", activity_type=ActivityType.QUIZ, title="Quiz", max_score=2.0)
    for name, attempt, moment, right in (
        ("ada", 1, "04-22 10:00", True), ("ben", 1, "04-22 10:00", False), ("ben", 2, "04-23 10:00", True),
        ("cho", 1, "04-22 10:00", False), ("tutor", 1, "04-22 10:00", False),
    ):  # fmt: skip
        did(world, name, Verb.ANSWERED, moment, "quiz", item="q1", attempt=attempt, correct=right)
    # Nobody says whether it is right, but it has the full score.
    did(world, "ada", Verb.ANSWERED, "04-22 10:05", "quiz", item="q2", score=1.0, max_score=1.0)


def forum_of(world: World) -> None:
    """Ada's thread is answered by the tutor; Eve's of two weeks ago is not; Dan's is of yesterday."""
    for name, moment, post, reply_to in (
        ("ada", "04-21 10:00", "t1", None), ("tutor", "04-22 10:00", "r1", "t1"), ("ben", "04-22 11:00", "r2", "t1"),
        ("eve", "04-23 10:00", "t2", None), ("eve", "04-23 10:00", "t2", None), ("dan", "05-06 10:00", "t3", None),
    ):  # fmt: skip
        did(world, name, Verb.POSTED, moment, "forum", post=post, reply_to=reply_to, activity_type=ActivityType.FORUM)


@pytest.fixture(scope="module")
def made_world(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> World:
    settings = load_settings(_env_file=None, data_dir=tmp_path_factory.mktemp("data"), demo=False)
    world = make_world(module_database, settings, "north")
    world.course("ALG")
    world.course("NEW")
    for section in ("a", "b", "c"):
        world.section("ALG", section)
    for name in (*LEARNERS, "tutor"):
        world.person(name)
    for name in LEARNERS:
        world.member(name, "ALG", section="a" if name in ("ada", "ben") else "b")
    world.member("tutor", "ALG", Role.TEACHER)
    for part in (units_of, work_of, quiz_of, forum_of):
        part(world)
    world.write()
    return world


def work(world: World, scope: Scope | None = None, **filters: object) -> ClassroomWorkView:
    asked = Filters.parse(**{**SPAN, **filters})
    scope = scope or world.named_scope("ALG")
    view: ClassroomWorkView = world.read(read_classroom_work, scope, AS_OF, asked, world.course_id("ALG"))
    return view


def test_assignments_say_who_was_on_time_late_missing_or_has_time(made_world: World) -> None:
    found = work(made_world).assignments
    assert found is not None
    assert [(row.title, row.on_time, row.late, row.missing, row.not_yet_due) for row in found] == [
        ("Task two", 1, 0, 0, 5),
        # Ada, and Cho within the day; Ben late; Dan and Eve missing; Fay has an extension.
        ("Task one", 2, 1, 2, 1),
    ]
    one = found[1]
    assert (one.graded, one.median, one.mean) == (3, 80, 75)
    assert one.scores == (0, 0, 0, 0, 0, 1, 0, 0, 1, 1)
    assert found[0] == AssignmentWork("Task two", at("05-20 20:00"), 1, 0, 0, 5, (0,) * 10, 0, None, None)


def test_the_chosen_section_narrows_every_card(made_world: World) -> None:
    view = work(made_world, section="a")
    assert view.learners == 2
    assert view.assignments is not None
    assert [(row.on_time, row.late, row.missing) for row in view.assignments] == [(0, 0, 0), (1, 1, 0)]
    assert view.questions is not None
    assert [one.learners for one in view.questions] == [2, 1]
    assert view.forum is not None
    assert (view.forum.threads, view.forum.unanswered) == (1, 0)
    assert view.units is not None
    assert [unit.touched for unit in view.units] == [0, 2, 1]
    assert sum(view.last_seen or ()) == 2
    assert view.types is not None
    assert {one.activity_type: sum(one.events) for one in view.types} == {
        "assignment": 1, "forum": 2, "page": 2, "quiz": 4, "video": 1,
    }  # fmt: skip


def test_learners_are_counted_by_when_they_were_last_seen(made_world: World) -> None:
    # Dan yesterday; Ada, Ben, Cho and Eve on 22 or 23 April, 14 or 15 days ago; Fay never.
    found = work(made_world).last_seen
    assert found is not None
    assert sum(found) == 6
    assert (found[1], found[4], found[5], found[7]) == (1, 2, 2, 1)


def test_units_have_what_was_touched_and_completed_in_course_order(made_world: World) -> None:
    found = work(made_world).units
    assert found is not None
    # Sets has its page and the film below it: 2 + 1 completed of 6 × 2. What is not published yet does not count.
    assert found == (
        UnitEngagement("Maps", 0, 0, 0, 0.0, None),
        UnitEngagement("Sets", 0, 2, 3, 50.0, 25.0),
        UnitEngagement("Subsets", 1, 1, 2, 100 * 2 / 6, 100 * 1 / 6),
    )


def test_questions_have_first_and_eventual_tries_the_hardest_first(made_world: World) -> None:
    found = work(made_world).questions
    assert found is not None
    assert [(one.quiz, one.item, one.learners, one.answers) for one in found] == [
        ("Quiz", "q1", 3, 4),
        ("Quiz", "q2", 1, 1),
    ]
    assert [(one.first_right, one.eventually_right) for one in found] == [(1, 2), (1, 1)]
    # What came after the last chosen day is not known yet: Ben's second attempt.
    (early, _other) = work(made_world, last="2026-04-22").questions or ()
    assert (early.first_right, early.eventually_right) == (1, 1)


def test_a_thread_is_answered_by_whoever_replies_and_told_of_twice_it_is_one(made_world: World) -> None:
    found = work(made_world).forum
    assert found is not None
    assert (found.threads, found.unanswered) == (3, 1)
    assert found.weeks == (
        ForumWeek(date(2026, 4, 20), 2, 1, 3), ForumWeek(date(2026, 4, 27), 0, 0, 0),
        ForumWeek(date(2026, 5, 4), 1, 0, 1),
    )  # fmt: skip


def test_hours_are_those_of_the_organisations_clocks(made_world: World) -> None:
    view = work(made_world)
    assert view.hours_recorded
    assert view.hours is not None
    # Three Wednesdays lie in the range: 10:00 UTC on 22 April is noon there, for Ada, Ben and Cho; Dan on 6 May.
    assert view.hours[2][12] == pytest.approx(4 / 3)
    assert view.hours[2][10] == 0
    # Ben's post of 11:00.
    assert view.hours[2][13] == pytest.approx(1 / 3)


def test_types_share_the_events_of_each_week(made_world: World) -> None:
    found = work(made_world).types
    assert found is not None
    quiz = next(one for one in found if one.activity_type == "quiz")
    assert quiz.events == (5, 0, 0)
    for week in range(3):
        assert sum(one.shares[week] for one in found) == pytest.approx(
            100 if any(one.events[week] for one in found) else 0
        )
    assert [sum(one.clicks) for one in found] == [sum(one.events) for one in found]


def test_groups_see_no_card_in_which_a_few_would_be_told(made_world: World) -> None:
    view = work(made_world, made_world.everything())
    assert not view.named
    assert (view.assignments, view.last_seen, view.units, view.questions) == (None, None, None, None)
    assert (view.forum, view.hours, view.types, view.videos) == (None, None, None, None)
    # Of groups of one person each everything is large enough, but single learners stay hidden.
    shown = work(made_world, made_world.everything(1))
    assert shown.assignments == work(made_world).assignments
    hidden = work(made_world, made_world.everything(7))
    assert hidden.hidden
    assert hidden.assignments is None


def test_groups_see_a_card_whose_every_count_is_large_enough(made_world: World) -> None:
    scope = replace(made_world.everything(), minimum_group=2)
    view = work(made_world, scope)
    # Nobody, three and two of six touched the units; one learner alone was late.
    assert view.units == work(made_world).units
    assert view.assignments is None
    # From 4 May on Dan alone was there.
    view = work(made_world, scope, first="2026-05-04")
    assert (view.types, view.forum) == (None, None)


def test_groups_see_nothing_by_days_and_no_sum_that_another_week_can_be_taken_from(made_world: World) -> None:
    one = replace(made_world.everything(), minimum_group=2)
    assert (work(made_world, one).last_seen, work(made_world, one).hours) == (None, None)
    early, late = (work(made_world, one, last=last).questions for last in ("2026-04-22", "2026-05-07"))
    assert early == late


def test_the_part_needs_three_statements_besides_the_room_and_all_name_the_organisation(made_world: World) -> None:
    course = made_world.course_id("ALG")
    with made_world.database.transaction(DatabaseRole.WEB, made_world.organisation) as connection:
        room = read_room(connection, made_world.named_scope("ALG"), AS_OF, Filters(), course)
        with counted_statements(connection) as statements:
            read_work(connection, room)
    assert len(statements) == 3
    assert all("organisation_id" in one for one in statements)


def test_a_course_or_a_section_without_learners_has_empty_cards(made_world: World) -> None:
    course = made_world.course_id("NEW")
    nobody: ClassroomWorkView = made_world.read(
        read_classroom_work, made_world.named_scope("NEW"), AS_OF, Filters(), course
    )
    assert (nobody.learners, nobody.assignments, nobody.units, nobody.questions) == (0, (), (), ())
    assert (nobody.types, nobody.hours, nobody.videos) == ((), (), ())
    empty = work(made_world, section="c")
    assert (empty.learners, empty.assignments, empty.last_seen) == (0, (), (0,) * 8)
    assert {unit.touched for unit in empty.units or ()} == {0}
    assert empty.forum is not None
    assert (empty.forum.threads, empty.forum.unanswered) == (0, 0)


def test_nothing_that_was_done_anywhere_else_is_counted(made_world: World) -> None:
    before = work(made_world)
    made_world.course("GEO")
    made_world.member("ada", "GEO")
    made_world._learning(
        "ada", "GEO", Verb.POSTED, "04-21 10:00", activity=made_world._named("activity", "forum"), post="t9"
    )
    made_world.write()
    with made_world.database.transaction(DatabaseRole.JOBS, made_world.organisation) as connection:
        assert connection.execute(text("SELECT count(DISTINCT course_id) FROM forum_posts")).scalar_one() == 2
    assert work(made_world) == before


def test_dates_that_are_to_come_leave_what_is_told_by_days_empty(made_world: World) -> None:
    view, usual = work(made_world, first="2026-06-01", last="2026-06-30"), work(made_world)
    assert (view.to_come, usual.to_come) == (date(2026, 6, 1), None)
    assert (view.forum and view.forum.weeks, view.hours, view.types, view.videos) == ((), (), (), ())
    assert (view.assignments, view.units) == (usual.assignments, usual.units)
