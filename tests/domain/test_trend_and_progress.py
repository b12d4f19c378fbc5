from dashapp.domain.events import ActivityType
from dashapp.domain.indicators.progress import ActivityState, is_complete
from dashapp.domain.indicators.trend import trend


def test_the_trend_compares_three_weeks_with_the_three_before() -> None:
    assert trend([9, 1, 2, 3, 4, 5, 6]) == (15, 6)
    assert trend([1, 2, 3, 4, 5]) is None


def test_completions_submissions_and_resources_that_were_seen_are_complete() -> None:
    states = [
        ActivityState(ActivityType.QUIZ, completed=True),
        ActivityState(ActivityType.ASSIGNMENT, submitted=True, viewed=True),
        ActivityState(ActivityType.RESOURCE, viewed=True),
        ActivityState(ActivityType.ASSIGNMENT, viewed=True),
        ActivityState(ActivityType.PAGE),
    ]
    assert [is_complete(state) for state in states] == [True, True, True, False, False]
