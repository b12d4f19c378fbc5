from uuid import UUID

import pytest

from dashapp.domain.indicators.goal import Needed, Reach, Weighed, final_score, needed, outlook
from dashapp.domain.keys import PublicId
from dashapp.domain.views.content import Outlook
from dashapp.domain.views.course import CourseChoice

ALG = CourseChoice(PublicId(UUID(int=1)), "ALG", "Algebra")


def of(*works: Weighed) -> Outlook:
    return outlook(ALG, works)


HALF = (Weighed(20, 90.0), Weighed(30, 50.0), Weighed(50))
"""1,800 + 1,500 of 100; 50 are left."""


def test_the_outlook_sums_weights_of_what_is_graded_left_missing_and_repeatable() -> None:
    found = of(*HALF, Weighed(10, missing=True), Weighed(5, 40.0, repeatable=True))
    assert (found.earned, found.graded, found.rest, found.missing) == (3500, 55, 50, 10)
    assert (found.repeatable, found.repeatable_earned, found.total) == (5, 200, 115)


def test_the_needed_mean_is_what_lacks_over_what_is_left() -> None:
    # 70 × 100 - 3,300 = 3,700 over 50.
    assert needed(of(*HALF), 70) == Needed(Reach.NEEDED, 74)
    assert needed(of(*HALF), 83) == Needed(Reach.NEEDED, 100)
    assert needed(of(Weighed(40), Weighed(60)), 70) == Needed(Reach.NEEDED, 70)


def test_a_goal_is_reached_when_even_nothing_in_the_rest_keeps_it() -> None:
    assert needed(of(*HALF), 33).reach is Reach.REACHED
    assert needed(of(*HALF), 34) == Needed(Reach.NEEDED, 2)
    assert needed(of(Weighed(1, 70.0)), 70).reach is Reach.REACHED
    assert needed(of(*HALF), 0).reach is Reach.REACHED


def test_a_goal_above_what_is_left_is_out_of_reach() -> None:
    assert needed(of(*HALF), 84) == Needed(Reach.OUT_OF_REACH)
    # What is missing counts as zero: 3,300 + 5,000 of 110 are 75.45 %.
    assert needed(of(*HALF, Weighed(10, missing=True)), 76) == Needed(Reach.OUT_OF_REACH)
    assert needed(of(*HALF, Weighed(10, missing=True)), 75) == Needed(Reach.NEEDED, 99)


def test_attempts_that_are_left_bring_a_goal_back_into_reach() -> None:
    works = (Weighed(20, 90.0), Weighed(30, 50.0, repeatable=True), Weighed(50))
    # 90 × 100 - 1,800 = 7,200 over 80.
    assert needed(of(*works), 90) == Needed(Reach.REPEATING, 90)
    assert needed(of(*works), 99) == Needed(Reach.OUT_OF_REACH)
    assert needed(of(*works), 83).reach is Reach.NEEDED
    assert needed(of(Weighed(10, 40.0, repeatable=True)), 60) == Needed(Reach.REPEATING, 60)


def test_with_nothing_left_the_score_is_what_it_is() -> None:
    assert needed(of(Weighed(1, 60.0)), 70) == Needed(Reach.NOTHING_LEFT)
    assert needed(of(Weighed(1, 60.0), Weighed(1, missing=True)), 40) == Needed(Reach.NOTHING_LEFT)


@pytest.mark.parametrize("works", [(), (Weighed(0, 80.0), Weighed(0))])
def test_without_any_weight_nothing_can_be_said(works: tuple[Weighed, ...]) -> None:
    assert needed(of(*works), 70) == Needed(Reach.NO_WORK)
    assert final_score(of(*works), 50) is None


def test_what_if_gives_the_score_at_the_end() -> None:
    assert final_score(of(*HALF), 74) == pytest.approx(70)
    assert final_score(of(*HALF), 0) == pytest.approx(33)
    assert final_score(of(*HALF, Weighed(10, missing=True)), 100) == pytest.approx(8300 / 110)
    assert final_score(of(Weighed(1, 60.0)), 100) == 60
