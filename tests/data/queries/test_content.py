from dataclasses import replace
from datetime import date

import pytest

from dashapp.data.queries.content import openable
from dashapp.data.queries.student import read_student
from dashapp.domain.events import ActivityType, AttemptPolicy, Role, UnitDescribed
from dashapp.domain.filters import Filters
from dashapp.domain.scope import scope_for_learner, scope_for_student
from dashapp.domain.views.content import (
    Content,
    CourseProgress,
    NextStep,
    ScoreBin,
    StepKind,
    UnitProgress,
    Untouched,
    WorkState,
)
from tests.data.queries.conftest import AS_OF, World, at, filled, read_classroom

CLASSMATES = tuple(f"mate-{number}" for number in range(10))


def content(world: World, name: str, **filters: object) -> Content:
    principal = world.principal(name)
    found: Content = world.read(
        read_student, scope_for_student(principal), AS_OF, Filters.parse(**filters), principal.person_id
    ).content
    return found


def unit(world: World, course: str, name: str, position: int, parent: str | None = None) -> None:
    world.events.append(
        UnitDescribed(
            world._id(), world._named("course", course), name, at("01-05 08:00"),
            title=f"Unit {name}", parent=parent, position=position,
        )
    )  # fmt: skip


@filled
def campus(world: World) -> World:
    """ALG from 2 March to 31 July with two units; today is 7 May."""
    world.course("ALG")
    for name in ("ada", *CLASSMATES):
        world.person(name)
    world.learners("ALG", "ada", *CLASSMATES)
    unit(world, "ALG", "second", 2)
    unit(world, "ALG", "first", 1)
    unit(world, "ALG", "inner", 1, "first")
    page = {"activity_type": ActivityType.PAGE, "max_score": None}
    world.task("ALG", "reading", unit="first", **page)
    world.task("ALG", "unread", unit="inner", **page)
    world.task("ALG", "sheet", "04-20 20:00", unit="first", weight=1.0)
    best = {"activity_type": ActivityType.QUIZ, "attempt_policy": AttemptPolicy.BEST}
    world.task("ALG", "quiz", unit="second", weight=2.0, **best)
    world.task("ALG", "late", "05-01 20:00", weight=1.0)
    world.task("ALG", "missed", "05-03 20:00", weight=1.0)
    world.task("ALG", "ahead", "05-12 20:00", weight=1.0)
    world.task("ALG", "closed", "06-12 20:00", weight=4.0, published_at=at("06-01 08:00"))
    world.seen("ada", "ALG", "05-06 08:00", activity=world._named("activity", "reading"))
    world.submitted("ada", "ALG", "sheet", "04-19 10:00", score=9.0)
    world.submitted("ada", "ALG", "late", "05-02 10:00", score=8.0)
    # The second grade of the first attempt takes the first one back; the second attempt is worse.
    world.submitted("ada", "ALG", "quiz", "04-20 10:00", attempt=1)
    world.graded("ada", "ALG", "quiz", "04-20 11:00", 9.0, attempt=1)
    world.graded("ada", "ALG", "quiz", "04-21 11:00", 5.0, attempt=1)
    world.submitted("ada", "ALG", "quiz", "04-22 10:00", score=4.0, attempt=2)
    for number, name in enumerate(CLASSMATES):
        world.submitted(name, "ALG", "sheet", "04-18 10:00", score=float(number))
    world.write()
    return world


def test_progress_is_completed_of_published_beside_the_plan_of_the_calendar(campus: World) -> None:
    # Seven are open, four done: the page read, and three handed in. 67 of 152 days × 8 activities: 3.5.
    (progress,) = content(campus, "ada").progress
    assert progress == CourseProgress("ALG", done=4, published=7, planned=4)


def test_next_steps_come_from_deadlines_and_scores(campus: World) -> None:
    # The deadline of a unit has passed only in the first one, which is touched.
    assert content(campus, "ada").steps == (
        NextStep(StepKind.OVERDUE, "ALG", "Task missed", at=at("05-03 20:00")),
        NextStep(StepKind.DUE_SOON, "ALG", "Task ahead", at=at("05-12 20:00")),
        NextStep(StepKind.LOW_SCORE, "ALG", "Task quiz", "Unit second", score=50.0),
    )


def test_units_stand_in_their_order_with_mastery_by_the_best_attempt(campus: World) -> None:
    assert content(campus, "ada").units == (
        UnitProgress("ALG", "Unit first", 2, 2, 90.0),
        UnitProgress("ALG", "Unit inner", 0, 1, None, (Untouched("Task unread"),)),
        UnitProgress("ALG", "Unit second", 1, 1, 50.0),
        UnitProgress("ALG", "", 1, 3, 80.0, (Untouched("Task missed"), Untouched("Task ahead"))),
    )


def test_each_assignment_has_one_row_along_time_with_what_became_of_it(campus: World) -> None:
    rows = {row.title.removeprefix("Task "): row for row in content(campus, "ada").work}
    assert {title: row.state for title, row in rows.items()} == {
        "sheet": WorkState.DONE,
        "late": WorkState.LATE,
        "missed": WorkState.MISSING,
        "ahead": WorkState.DUE,
        "closed": WorkState.NOT_OPEN,
    }
    assert list(rows) == ["sheet", "late", "missed", "ahead", "closed"]
    assert (rows["late"].submitted_at, rows["late"].score) == (at("05-02 10:00"), 80.0)


def test_an_extension_counts_and_what_was_due_before_joining_does_not(campus: World) -> None:
    campus.extended("ada", "ALG", "missed", "05-20 20:00")
    campus.person("new")
    campus.learners("ALG", "new", occurred_at=at("05-02 08:00"))
    campus.write()
    mine = {row.title: row.state for row in content(campus, "ada").work}
    assert mine["Task missed"] is WorkState.DUE
    theirs = content(campus, "new")
    assert [row.title for row in theirs.work] == ["Task missed", "Task ahead", "Task closed"]
    assert "Task late" not in [step.title for step in theirs.steps]


def test_the_outlook_is_by_the_weights_of_the_course(campus: World) -> None:
    (found,) = content(campus, "ada").outlooks
    # 1 × 90 + 1 × 80 + 2 × 50; the weights 1 and 4 are to come, 1 is missing; the quiz can be tried again.
    assert (found.earned, found.graded, found.rest, found.missing) == (270, 4, 5, 1)
    assert (found.repeatable, found.repeatable_earned, found.weighted) == (2, 100, True)
    assert found.public_id == campus.public_id("ALG")


def test_a_course_without_weights_is_weighed_by_its_maximum_scores(world: World) -> None:
    world.course("ALG")
    world.person("ada")
    world.learners("ALG", "ada")
    world.task("ALG", "one", max_score=30.0)
    world.task("ALG", "two", max_score=10.0)
    world.task("ALG", "reading", activity_type=ActivityType.PAGE, max_score=None)
    world.submitted("ada", "ALG", "one", "05-01 10:00", score=15.0)
    world.write()
    (found,) = content(world, "ada").outlooks
    assert (found.earned, found.graded, found.rest, found.weighted) == (1500, 30, 10, False)


def test_the_distribution_is_of_the_others_in_bins_of_at_least_k_and_for_the_learner_alone(campus: World) -> None:
    # The ten others have 0, 10 … 90 % (Ada is not among them).
    assert content(campus, "ada").distribution == (ScoreBin(0, 50, 5), ScoreBin(50, 100, 5))
    campus.person("tutor")
    campus.member("tutor", "ALG", Role.TEACHER)
    campus.write()
    ada = campus.person_id("ada")
    scope = scope_for_learner(campus.principal("tutor"), ada)
    assert campus.read(read_student, scope, AS_OF, Filters(), ada).content.distribution == ()
    narrow = replace(scope_for_student(campus.principal("ada")), minimum_group=6)
    assert campus.read(read_student, narrow, AS_OF, Filters(), ada).content.distribution == ()


def test_a_course_without_activities_or_units_and_a_learner_without_a_course_are_empty(world: World) -> None:
    world.course("ALG", ends_on=date(2026, 5, 30))
    world.person("ada")
    world.learners("ALG", "ada")
    world.write()
    found = content(world, "ada")
    assert found.progress == (CourseProgress("ALG", 0, 0, 0),)
    assert (found.steps, found.work, found.units, found.distribution) == ((), (), (), ())
    assert found.outlooks[0].total == 0
    scope, person = scope_for_student(world.principal("ada")), world.person_id("ada")
    world.member("ada", "ALG", active=False, occurred_at=at("05-01 08:00"))
    world.write()
    assert world.read(read_student, scope, AS_OF, Filters(), person).content == Content()


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("https://lms.example/mod/quiz/view.php?id=3", True),
        ("https://", False),
        ("https://[broken", False),
        ("https://user:secret@lms.example/", False),
        ("https://lms.example/a b", False),
        ("https://lms.example/\nx", False),
        ("javascript:alert(1)", False),
        ("http://lms.example/", False),
        ("https://lms.example/" + "x" * 2000, False),
        (None, False),
    ],
)
def test_only_plain_https_addresses_are_links(address: str | None, opened: bool) -> None:
    assert openable(address) == (address if opened else None)


def test_an_activity_that_is_named_by_its_address_can_be_opened(world: World) -> None:
    world.course("ALG")
    world.person("ada")
    world.learners("ALG", "ada")
    world.task("ALG", "https://lms.example/quiz/3", "05-10 20:00")
    world.write()
    assert [step.address for step in content(world, "ada").steps] == ["https://lms.example/quiz/3"]


def test_a_classroom_says_the_same_progress_of_each_learner(campus: World) -> None:
    room = campus.read(read_classroom, campus.named_scope("ALG"), AS_OF, Filters(), campus.course_id("ALG"))
    said = {row.public_id: row.progress for row in room.learners}

    for name in ("ada", *CLASSMATES):
        (own,) = content(campus, name).progress
        assert said[campus.public_id(name)] == pytest.approx(100 * own.done / own.published), name
