"""Enrolments, withdrawals, retention and completion, recounted by hand from a course of seven."""

import numpy as np

from dashapp.domain.events import Outcome
from dashapp.domain.indicators.enrolments import CODES, Enrolments, completion, enrolments_of, retention

DAY = 86_400.0
START = 1000 * DAY
NAN = float("nan")


def course() -> Enrolments:
    """1 and 2 from before the start; 3 left on day 10; 4 left before the start; 5 came on day 20; 6 is met only; 7 has
    no end and is no member, so is staff by now. 2 has two intervals."""
    rows = {
        "person_id": np.array([1, 2, 2, 3, 4, 5, 7]),
        "starts_at": np.array([NAN, START - DAY, START + 5 * DAY, START, START - 9 * DAY, START + 20 * DAY, START]),
        "ends_at": np.array([NAN, START + 2 * DAY, NAN, START + 10 * DAY, START - 2 * DAY, NAN, NAN]),
        "outcome": np.array([CODES[Outcome.PASS], 0, CODES[Outcome.FAIL], CODES[Outcome.WITHDRAWN], 0, 0, 0]),
    }
    return enrolments_of(rows, np.array([1, 2, 5, 6]))


def test_everybody_counts_once_whatever_their_intervals() -> None:
    one = course()
    assert one.person.tolist() == [1, 2, 3, 4, 5, 6]
    assert one.starts[1] == START - DAY
    assert one.left() == 2


def test_who_was_there_at_the_start_had_joined_by_the_end_of_its_first_week_and_not_left_before() -> None:
    one = course()
    assert one.person[one.at_start(START)].tolist() == [1, 2, 3, 6]


def test_joining_and_leaving_fall_into_their_weeks() -> None:
    one = course()
    edges = [START + 7 * DAY * week for week in range(-2, 4)]
    assert one.joined_between(edges).tolist() == [1, 1, 1, 0, 1]
    assert one.left_between(edges).tolist() == [0, 1, 0, 1, 0]


def test_those_still_enrolled_are_a_share_of_the_start() -> None:
    one = course()
    assert one.still_enrolled(START, [START, START + 10 * DAY, START + 30 * DAY]) == (100.0, 75.0, 75.0)
    assert course().still_enrolled(START - 100 * DAY, [START]) == (100.0,)


def test_completed_are_all_with_an_outcome_but_those_who_withdrew() -> None:
    assert completion(course().outcome) == (3, 2, 1)
    assert completion(np.zeros(0, dtype=np.int64)) == (0, 0, 0)


def test_retention_counts_each_of_the_cohort_once_per_period_and_nobody_else() -> None:
    person = np.array([1, 2, 3, 9, 1, 2])
    period = np.array([0, 0, 0, 0, 1, 7])
    assert retention(person, period, np.array([1, 2, 3, 4]), 3) == (75.0, 25.0, 0.0)
    assert retention(person, period, np.zeros(0, dtype=np.int64), 3) == ()
