from datetime import date, timedelta

import numpy as np
import pytest

from dashapp.domain.audience import Audience, Comparison
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.indicators.risk import RULES, RiskRules, Situation, Standing, Step, assess, levels
from dashapp.domain.views import Level, Reason, Rule

START, END = date(2026, 2, 2), date(2026, 6, 28)
BREAK = (date(2026, 4, 6), date(2026, 4, 19))
CALENDAR = TeachingCalendar(START, END, (BREAK,))
TODAY = date(2026, 3, 19)
"""A Thursday in the seventh teaching week."""
NONE = float("nan")


def ordinals(*days: date | None) -> np.ndarray:
    return np.array([day.toordinal() if day else 0 for day in days], dtype=np.int64)


def situation(today: date = TODAY, **changes: object) -> Situation:
    """Five learners who are all well: seen yesterday, 20 events in the week, 70 %, nothing missed."""
    values = {
        "enrolled_day": np.zeros(5, dtype=np.int64),
        "last_day": ordinals(*[today - timedelta(days=1)] * 5),
        "week_events": np.full(5, 20.0),
        "score": np.full(5, 70.0),
        "missed": np.zeros(5, dtype=np.int64),
        "due": True,
        **changes,
    }
    return Situation(today=today, **values)  # type: ignore[arg-type]  # the arrays above, by name


def judged(today: date = TODAY, calendar: TeachingCalendar = CALENDAR, **changes: object) -> Standing:
    return assess(situation(today, **changes), calendar, RiskRules())


def reason(standing: Standing, learner: int, rule: Rule) -> Reason:
    return standing.reasons(learner)[RULES.index(rule)]


def test_a_course_in_which_all_are_well_lists_nobody() -> None:
    standing = judged()
    assert standing.levels == (Level.CALM,) * 5
    assert standing.total().tolist() == [0] * 5


def test_being_away_counts_teaching_days_with_today() -> None:
    standing = judged(last_day=ordinals(TODAY - timedelta(days=8), *[TODAY] * 4))
    assert reason(standing, 0, Rule.AWAY) == Reason(Rule.AWAY, 8, 7, 2)
    assert reason(standing, 1, Rule.AWAY).value == 0


def test_seven_days_are_not_yet_away() -> None:
    assert reason(judged(last_day=ordinals(*[TODAY - timedelta(days=7)] * 5)), 0, Rule.AWAY).points == 0


def test_a_break_is_no_time_away() -> None:
    after = date(2026, 4, 22)
    standing = judged(after, last_day=ordinals(*[BREAK[0] - timedelta(days=1)] * 5))
    assert reason(standing, 0, Rule.AWAY).value == 3


def test_somebody_who_never_came_is_away_since_the_start_or_since_they_joined() -> None:
    joined = TODAY - timedelta(days=3)
    standing = judged(last_day=np.zeros(5, dtype=np.int64), enrolled_day=ordinals(None, joined, None, None, None))
    assert reason(standing, 0, Rule.AWAY).value == (TODAY - START).days + 1
    assert reason(standing, 1, Rule.AWAY).value == 4


def test_a_visit_before_the_course_began_counts_as_away_since_the_start() -> None:
    standing = judged(last_day=ordinals(*[START - timedelta(days=30)] * 5))
    assert reason(standing, 0, Rule.AWAY).value == (TODAY - START).days + 1


def test_little_activity_is_held_against_the_median_of_the_course() -> None:
    standing = judged(week_events=np.array([3.0, 20, 20, 20, 20]))
    assert reason(standing, 0, Rule.LITTLE_ACTIVITY) == Reason(Rule.LITTLE_ACTIVITY, 15, 20, 1)
    assert reason(standing, 1, Rule.LITTLE_ACTIVITY) == Reason(Rule.LITTLE_ACTIVITY, 100, 20, 0)


def test_where_half_of_a_course_did_nothing_little_activity_says_nothing() -> None:
    assert reason(judged(week_events=np.array([0.0, 0, 0, 20, 20])), 0, Rule.LITTLE_ACTIVITY).value is None


def test_who_joined_within_the_week_is_not_judged_by_it() -> None:
    standing = judged(week_events=np.array([NONE, 20, 20, 20, 20]))
    assert reason(standing, 0, Rule.LITTLE_ACTIVITY).value is None


def test_a_low_score_is_a_quarter_under_the_mean() -> None:
    standing = judged(score=np.array([40.0, 70, 70, 70, 70]))
    assert reason(standing, 0, Rule.LOW_SCORE) == Reason(Rule.LOW_SCORE, 40, 48, 2)


def test_a_score_of_one_learner_alone_is_held_against_nothing() -> None:
    standing = judged(score=np.array([10.0, NONE, NONE, NONE, NONE]))
    assert reason(standing, 0, Rule.LOW_SCORE) == Reason(Rule.LOW_SCORE, None, None, 0, Comparison.TOO_FEW)
    assert reason(standing, 1, Rule.LOW_SCORE) == Reason(Rule.LOW_SCORE, None, None, 0), "nothing to go by yet"


@pytest.mark.parametrize(
    ("audience", "learners", "expected"),
    [
        (Audience.SELF, 5, Comparison.HIDDEN),
        (Audience.ONE, 5, Comparison.HIDDEN),
        (Audience.SELF, 6, Comparison.SHOWN),
        (Audience.NAMED, 3, Comparison.TOO_FEW),
        (Audience.NAMED, 4, Comparison.SHOWN),
    ],
)
def test_rules_that_compare_speak_only_among_enough_others(
    audience: Audience, learners: int, expected: Comparison
) -> None:
    given: dict[str, object] = {
        "enrolled_day": np.zeros(learners, dtype=np.int64),
        "last_day": ordinals(TODAY - timedelta(days=9), *[TODAY] * (learners - 1)),
        "week_events": np.array([1.0, *[20.0] * (learners - 1)]),
        "score": np.array([10.0, *[90.0] * (learners - 1)]),
        "missed": np.zeros(learners, dtype=np.int64),
    }

    standing = assess(situation(TODAY, **given), CALENDAR, RiskRules(), audience, 5)

    compared = [reason(standing, 0, rule) for rule in (Rule.LITTLE_ACTIVITY, Rule.LOW_SCORE)]
    assert {one.comparison for one in compared} == {expected}
    assert all((one.value is not None) == (expected is Comparison.SHOWN) for one in compared)
    assert all((one.points > 0) == (expected is Comparison.SHOWN) for one in compared)
    assert reason(standing, 0, Rule.AWAY).points == 2, "what compares with nobody goes on"


def test_missed_deadlines_count_and_say_nothing_where_nothing_was_due() -> None:
    missed = np.array([2, 1, 0, 0, 0])
    standing = judged(missed=missed)
    assert [reason(standing, learner, Rule.MISSED_DEADLINE).points for learner in range(3)] == [3, 2, 0]
    assert reason(judged(missed=missed * 0, due=False), 0, Rule.MISSED_DEADLINE).value is None


@pytest.mark.parametrize("today", [START - timedelta(days=1), date(2026, 4, 10), END + timedelta(days=1)])
def test_no_rule_speaks_before_the_start_in_breaks_or_after_the_end(today: date) -> None:
    standing = judged(today, last_day=np.zeros(5, dtype=np.int64), missed=np.full(5, 3))
    assert not standing.speaking
    assert standing.levels == (Level.CALM,) * 5
    assert all(reason.value is None and reason.points == 0 for reason in standing.reasons(0))


def test_a_course_without_a_calendar_is_not_judged() -> None:
    assert not judged(calendar=TeachingCalendar(None, None)).speaking


def test_at_most_a_fifth_of_a_course_is_listed_and_as_many_to_watch() -> None:
    points = np.array([9, 8, 7, 6, 5, 4, 3, 3, 3, 3])
    found = levels(points, np.zeros(10, dtype=np.int64), RiskRules())
    assert found == (Level.HELP,) * 2 + (Level.WATCH,) * 2 + (Level.CALM,) * 6


def test_of_equal_points_those_who_were_here_most_recently_come_first() -> None:
    points, last = np.full(10, 5), np.arange(10)
    found = levels(points, last, RiskRules())
    assert [index for index, level in enumerate(found) if level is Level.HELP] == [8, 9]


def test_few_points_never_list_anybody() -> None:
    found = levels(np.array([2, 2, 0, 0, 0]), np.zeros(5, dtype=np.int64), RiskRules())
    assert found[:2] == (Level.WATCH, Level.WATCH)


def test_in_a_very_small_course_one_may_be_listed() -> None:
    assert levels(np.array([6, 0]), np.zeros(2, dtype=np.int64), RiskRules())[0] is Level.HELP


def test_a_course_may_switch_a_rule_off_and_move_another() -> None:
    rules = RiskRules(away=(Step(2, 5),), little_activity=())
    standing = assess(
        situation(last_day=ordinals(*[TODAY - timedelta(days=3)] * 5), week_events=np.array([0.0, 20, 20, 20, 20])),
        CALENDAR,
        rules,
    )
    assert standing.points[0].tolist() == [5, 0, 0, 0]
    assert reason(standing, 0, Rule.LITTLE_ACTIVITY).limit is None


def test_an_empty_course_has_no_levels() -> None:
    nobody = np.zeros(0)
    empty = Situation(TODAY, nobody.astype(int), nobody.astype(int), nobody, nobody, nobody.astype(int), due=True)
    assert assess(empty, CALENDAR, RiskRules()).levels == ()


def test_reasons_of_several_learners_are_those_of_each() -> None:
    """Read together, in any order of places."""
    found = judged(last_day=ordinals(*(TODAY - timedelta(days=away) for away in (30, 3, 9, 1, 1))))
    places = np.array([2, 0, 4])
    assert found.reasons_of(places) == [found.reasons(int(place)) for place in places]
