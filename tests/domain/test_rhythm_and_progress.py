import pytest

from dashapp.domain.events import ActivityType
from dashapp.domain.indicators.progress import ActivityState, progress
from dashapp.domain.indicators.rhythm import Regularity, regularity, trend


def test_regularity_is_the_share_of_teaching_weeks_with_activity() -> None:
    assert regularity([3, 0, 1, 5], [1, 1, 1, 1, 1, 1, 1]).weeks == 75


def test_work_on_one_weekday_is_concentrated_and_on_all_alike_it_is_not() -> None:
    assert regularity([9], [9, 0, 0, 0, 0, 0, 0]).concentration == pytest.approx(1)
    assert regularity([7], [1, 1, 1, 1, 1, 1, 1]).concentration == pytest.approx(0)


def test_without_weeks_or_activity_there_is_nothing_to_judge_by() -> None:
    assert regularity([], [0] * 7) == Regularity(None, None)


def test_the_trend_compares_three_weeks_with_the_three_before() -> None:
    assert trend([9, 1, 2, 3, 4, 5, 6]) == (15, 6)
    assert trend([1, 2, 3, 4, 5]) is None


def test_progress_counts_completions_submissions_and_resources_that_were_seen() -> None:
    states = [
        ActivityState(ActivityType.QUIZ, completed=True),
        ActivityState(ActivityType.ASSIGNMENT, submitted=True, viewed=True),
        ActivityState(ActivityType.RESOURCE, viewed=True),
        ActivityState(ActivityType.ASSIGNMENT, viewed=True),
        ActivityState(ActivityType.PAGE),
    ]
    assert progress(states) == (3, 5)
