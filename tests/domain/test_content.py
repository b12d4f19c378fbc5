from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from dashapp.domain.events import ActivityType, AttemptPolicy
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.indicators.content import (
    Item,
    Unit,
    course_progress,
    elapsed_share,
    mastery,
    unit_progress,
)
from dashapp.domain.indicators.distribution import score_bins
from dashapp.domain.indicators.next_steps import LOW_SCORE, CourseContent, next_steps
from dashapp.domain.views.content import CourseProgress, NextStep, ScoreBin, StepKind, UnitProgress, Untouched

NOW = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
QUIZ, PAGE, FORUM = ActivityType.QUIZ, ActivityType.PAGE, ActivityType.FORUM


def days(number: float) -> datetime:
    return NOW + timedelta(days=number)


def steps(*items: Item, units: tuple[Unit, ...] = (), **more: object) -> list[tuple[StepKind, str]]:
    found = next_steps([CourseContent("ALG", items, units, **more)], NOW)  # type: ignore[arg-type] # plain values
    return [(step.kind, step.title) for step in found]


def test_progress_counts_what_is_published_and_the_plan_what_is_known() -> None:
    items = [
        Item("seen page", PAGE, seen=True),
        Item("opened quiz", QUIZ, seen=True),
        Item("handed in", QUIZ, handed_in=True),
        Item("exempt", QUIZ, exempt=True),
        Item("to come", QUIZ, published_at=days(3)),
        Item("to come later", QUIZ, published_at=days(9)),
    ]
    # Half of six known activities would be three; three of four published ones are complete.
    assert course_progress("ALG", items, NOW, 0.5) == CourseProgress("ALG", done=3, published=4, planned=3)
    assert course_progress("ALG", items, NOW, 1.0).planned == 4
    assert course_progress("ALG", items, NOW, None).planned is None
    assert course_progress("ALG", [], NOW, 0.5) == CourseProgress("ALG", 0, 0, 0)


def test_the_share_that_is_over_counts_teaching_days_without_breaks() -> None:
    # Ten days, two of them a break: on the fifth, three of eight teaching days are over.
    calendar = TeachingCalendar(date(2026, 5, 1), date(2026, 5, 10), ((date(2026, 5, 2), date(2026, 5, 3)),))
    assert elapsed_share(calendar, date(2026, 5, 5)) == pytest.approx(3 / 8)
    assert elapsed_share(calendar, date(2026, 4, 1)) == 0
    assert elapsed_share(calendar, date(2026, 12, 1)) == 1
    assert elapsed_share(TeachingCalendar(date(2026, 5, 1), None), date(2026, 5, 5)) is None
    assert elapsed_share(TeachingCalendar(None, date(2026, 5, 1)), date(2026, 5, 5)) is None


def test_mastery_is_the_mean_of_the_best_scores_of_graded_work() -> None:
    assert mastery([Item("a", best=80.0, score=50.0), Item("b", best=60.0), Item("c")]) == 70
    assert mastery([Item("c"), Item("d", best=90.0, exempt=True)]) is None


def test_units_come_in_their_order_with_what_is_untouched_and_the_rest_last() -> None:
    items = [
        Item("loops", PAGE, unit=2, seen=True),
        Item("quiz", QUIZ, unit=2, address="https://lms.example/quiz", best=None),
        Item("hidden", QUIZ, unit=2, published_at=days(1)),
        Item("intro", PAGE, unit=1, seen=True),
        Item("of a unit that is gone", PAGE, unit=9),
        Item("free", QUIZ, handed_in=True, best=40.0),
    ]
    assert unit_progress("ALG", [Unit(1, "One"), Unit(2, "Two"), Unit(3, "Empty")], items, NOW) == (
        UnitProgress("ALG", "One", 1, 1, None),
        UnitProgress("ALG", "Two", 1, 2, None, (Untouched("quiz", "https://lms.example/quiz"),)),
        UnitProgress("ALG", "", 1, 2, 40.0, (Untouched("of a unit that is gone"),)),
    )


def test_steps_come_in_the_order_of_their_reasons_and_then_of_their_deadlines() -> None:
    found = steps(
        Item("low", QUIZ, handed_in=True, score=55.0, policy=AttemptPolicy.BEST),
        Item("begun", QUIZ, seen=True),
        Item("soon", QUIZ, due_at=days(8)),
        Item("sooner", QUIZ, due_at=days(2)),
        Item("overdue", QUIZ, due_at=days(-3)),
    )
    assert found == [
        (StepKind.OVERDUE, "overdue"),
        (StepKind.DUE_SOON, "sooner"),
        (StepKind.DUE_SOON, "soon"),
        (StepKind.UNFINISHED, "begun"),
    ]


def test_two_of_a_kind_stand_while_others_wait_and_more_fill_up() -> None:
    overdue = [Item(f"overdue {number}", QUIZ, due_at=days(number - 9)) for number in range(5)]
    ahead = Item("soon", QUIZ, due_at=days(2))
    assert [title for _kind, title in steps(*overdue, ahead)] == ["overdue 0", "overdue 1", "overdue 2", "soon"]
    assert [title for _kind, title in steps(*overdue)] == ["overdue 0", "overdue 1", "overdue 2", "overdue 3"]


@pytest.mark.parametrize(
    "item",
    [
        Item("long overdue", QUIZ, due_at=days(-15)),
        Item("due in eleven days", QUIZ, due_at=days(11)),
        Item("handed in", QUIZ, due_at=days(1), handed_in=True),
        Item("not open", QUIZ, due_at=days(5), published_at=days(1)),
        Item("exempt", QUIZ, due_at=days(-1), exempt=True),
        Item("due before they joined", QUIZ, due_at=days(-1), theirs=False),
        Item("read page", PAGE, seen=True),
        Item("forum of a source that tells no completion", FORUM, seen=True),
        Item("at the limit", QUIZ, handed_in=True, score=LOW_SCORE, policy=AttemptPolicy.BEST),
        Item("first attempt counts", QUIZ, handed_in=True, score=10.0, policy=AttemptPolicy.FIRST),
        Item("closed", QUIZ, handed_in=True, score=10.0, policy=AttemptPolicy.BEST, due_at=days(-1)),
        Item("no quiz", ActivityType.ASSIGNMENT, handed_in=True, score=10.0, policy=AttemptPolicy.BEST),
    ],
    ids=lambda item: item.title,
)
def test_what_cannot_or_need_not_be_done_is_no_step(item: Item) -> None:
    assert steps(item) == []


def test_a_low_quiz_whose_best_attempt_counts_is_a_step_with_its_score_and_address() -> None:
    quiz = Item(
        "quiz", QUIZ, unit=1, handed_in=True, score=55.0, policy=AttemptPolicy.BEST, address="https://lms.example/q"
    )
    (step,) = next_steps([CourseContent("ALG", [quiz], [Unit(1, "One")])], NOW)
    assert step == NextStep(StepKind.LOW_SCORE, "ALG", "quiz", "One", None, 55.0, "https://lms.example/q")


def test_what_is_opened_is_unfinished_where_the_source_tells_when_things_are_finished() -> None:
    other = Item("finished", FORUM, completed=True)
    assert steps(Item("forum", FORUM, seen=True), other) == [(StepKind.UNFINISHED, "forum")]


UNITS = tuple(Unit(key, f"Unit {key}") for key in (1, 2, 3, 4))


def test_a_unit_is_passed_by_the_deadlines_of_it_and_of_those_behind_it() -> None:
    pages = [Item(f"page {key}", PAGE, unit=key) for key in (1, 2, 3, 4)]
    passed = Item("quiz 2", QUIZ, unit=2, due_at=days(-20))
    ahead = Item("quiz 3", QUIZ, unit=3, due_at=days(30))
    # Of unit 2 the quiz was missed long ago; unit 3 has its deadline still to come.
    assert steps(*pages, passed, ahead, units=UNITS) == [
        (StepKind.UNIT_UNTOUCHED, "Unit 1"),
        (StepKind.UNIT_UNTOUCHED, "Unit 2"),
    ]
    touched = Item("page 1", PAGE, unit=1, seen=True)
    assert steps(touched, *pages, passed, ahead, units=UNITS) == [(StepKind.UNIT_UNTOUCHED, "Unit 2")]


def test_without_deadlines_a_unit_is_passed_by_the_calendar_and_never_more_than_two_are_named() -> None:
    pages = [Item(f"page {key}", PAGE, unit=key) for key in (1, 2, 3, 4)]
    assert steps(*pages, units=UNITS, elapsed=0.24) == []
    assert steps(*pages, units=UNITS, elapsed=0.25) == [(StepKind.UNIT_UNTOUCHED, "Unit 1")]
    assert len(steps(*pages, units=UNITS, elapsed=1.0)) == 2
    assert steps(*pages, units=UNITS) == []


def test_a_course_that_is_over_has_no_step() -> None:
    assert steps(Item("overdue", QUIZ, due_at=days(-3)), running=False) == []


def test_bins_hold_at_least_k_others_and_lose_nobody() -> None:
    scores = np.array([5.0, 12.0, 15.0, 33.0, 38.0, 39.0, 52.0, 55.0, 58.0, 59.0, 60.0, 95.0, np.nan])
    # 0-40 holds six, 40-70 five, and the one above 90 joins the last.
    assert score_bins(scores, 5) == (ScoreBin(0, 40, 6), ScoreBin(40, 100, 6))
    assert sum(one.learners for one in score_bins(scores, 3)) == 12
    assert all(one.learners >= 3 for one in score_bins(scores, 3))


def test_one_bin_alone_is_no_distribution() -> None:
    assert score_bins(np.array([50.0] * 9), 5) == ()
    assert score_bins(np.array([10.0] * 5 + [90.0] * 4), 5) == ()
    assert score_bins(np.array([]), 5) == ()
    assert score_bins(np.array([10.0] * 5 + [100.0, 140.0] * 3), 5) == (ScoreBin(0, 20, 5), ScoreBin(20, 100, 6))
