from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dashapp.domain.events import AttemptPolicy
from dashapp.domain.indicators.scores import GradedWork, SubmissionRows, average_scores, earlier_score, marks

NONE = float("nan")


@dataclass(frozen=True)
class Row:
    learner: int = 0
    activity: int = 0
    attempt: int = 1
    submitted_at: float = NONE
    graded_at: float = NONE
    score: float = NONE
    max_score: float = NONE
    exempt: bool = False
    banked: bool = False
    event: int = 1


def columns(*rows: Row) -> SubmissionRows:
    def of(name: str, kind: type) -> Any:
        return np.array([getattr(row, name) for row in rows], dtype=kind)

    return SubmissionRows(
        of("learner", np.int64), of("activity", np.int64), of("attempt", np.int64), of("submitted_at", float),
        of("graded_at", float), np.zeros(len(rows)), of("score", float), of("max_score", float), of("exempt", bool),
        of("banked", bool), np.zeros(len(rows), dtype=np.uint64), of("event", np.uint64),
    )  # fmt: skip


def percent(*rows: Row, work: list[GradedWork] | None = None, learners: int = 1) -> NDArray[np.float64]:
    return marks(columns(*rows), work or [GradedWork(max_score=20)], learners).percent


ATTEMPTS = (
    Row(attempt=1, graded_at=1, score=10),
    Row(attempt=2, graded_at=2, score=16),
    Row(attempt=3, graded_at=3, score=12),
)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (AttemptPolicy.LATEST, 60.0),
        (AttemptPolicy.BEST, 80.0),
        (AttemptPolicy.FIRST, 50.0),
        (AttemptPolicy.MEAN, (50 + 80 + 60) / 3),
    ],
)
def test_the_policy_of_the_activity_decides_which_attempt_counts(policy: AttemptPolicy, expected: float) -> None:
    assert percent(*ATTEMPTS, work=[GradedWork(policy, max_score=20)])[0, 0] == pytest.approx(expected)


def test_of_one_attempt_the_grade_given_last_holds() -> None:
    rows = [Row(graded_at=5, score=11), Row(graded_at=9, score=17, event=2), Row(graded_at=7, score=2, event=3)]
    assert percent(*rows)[0, 0] == 85


def test_of_two_grades_of_the_same_moment_the_greater_event_id_holds() -> None:
    assert percent(Row(graded_at=5, score=11, event=8), Row(graded_at=5, score=17, event=3))[0, 0] == 55


def test_a_grade_that_is_taken_back_leaves_no_score() -> None:
    assert np.isnan(percent(Row(graded_at=5, score=11), Row(graded_at=6, event=2))[0, 0])


def test_a_submission_that_is_not_graded_does_not_hide_the_grade_before() -> None:
    rows = (Row(attempt=1, graded_at=5, score=10), Row(attempt=2, submitted_at=8, event=2))
    assert percent(*rows)[0, 0] == 50


def test_a_submission_may_carry_its_score() -> None:
    assert percent(Row(submitted_at=5, graded_at=5, score=15))[0, 0] == 75


def test_the_max_score_of_the_event_goes_before_that_of_the_activity() -> None:
    assert percent(Row(graded_at=5, score=15, max_score=30))[0, 0] == 50


def test_without_any_max_score_scores_are_of_a_hundred() -> None:
    assert percent(Row(graded_at=5, score=15), work=[GradedWork()])[0, 0] == 15


def test_a_share_beyond_all_numbers_is_no_score() -> None:
    assert np.isnan(percent(Row(graded_at=5, score=1e9, max_score=5e-324))[0, 0])


def test_exempt_is_left_out_and_neither_zero_nor_missing() -> None:
    result = marks(columns(Row(graded_at=5, score=0, exempt=True)), [GradedWork()], 1)
    assert np.isnan(result.percent[0, 0])
    assert result.exempt[0, 0]


def test_an_exemption_that_is_taken_back_ends() -> None:
    rows = (Row(graded_at=5, exempt=True), Row(graded_at=6, score=10, event=2))
    result = marks(columns(*rows), [GradedWork(max_score=20)], 1)
    assert (result.percent[0, 0], result.exempt[0, 0]) == (50, False)


def test_the_earliest_submission_is_when_it_came() -> None:
    rows = (Row(submitted_at=9, attempt=2), Row(submitted_at=5, attempt=1), Row(graded_at=3, score=1))
    assert marks(columns(*rows), [GradedWork()], 1).submitted_at[0, 0] == 5


def test_the_average_weighs_by_the_weights_and_leaves_out_what_is_not_graded() -> None:
    work = [GradedWork(weight=10), GradedWork(weight=30), GradedWork(weight=60)]
    assert average_scores(work, np.array([[50.0, 90.0, NONE]]))[0] == pytest.approx((10 * 50 + 30 * 90) / 40)


def test_without_weights_the_max_scores_weigh() -> None:
    work = [GradedWork(max_score=10), GradedWork(max_score=30)]
    assert average_scores(work, np.array([[50.0, 90.0]]))[0] == pytest.approx((10 * 50 + 30 * 90) / 40)


def test_where_only_the_exam_has_a_weight_the_max_scores_weigh_until_it_is_graded() -> None:
    course_work = [GradedWork(weight=0, max_score=100), GradedWork(weight=0, max_score=50)]
    work = [*course_work, GradedWork(weight=100, max_score=100)]
    assert average_scores(work, np.array([[60.0, 90.0, NONE]]))[0] == pytest.approx(70)
    assert average_scores(work, np.array([[60.0, 90.0, 40.0]]))[0] == 40


def test_nothing_graded_is_no_score() -> None:
    assert np.isnan(average_scores([GradedWork()], np.array([[NONE]]))[0])
    assert np.isnan(average_scores([], np.zeros((2, 0)))).all()
    assert marks(columns(), [GradedWork()], 2).percent.shape == (2, 1)


def test_the_score_before_an_instant_is_of_what_was_graded_until_then_by_the_same_weights() -> None:
    work = [GradedWork(weight=1.0), GradedWork(weight=3.0), GradedWork(weight=4.0)]
    rows = [
        Row(activity=0, graded_at=5, score=90),
        Row(activity=1, graded_at=7, score=50),
        Row(activity=2, graded_at=9, score=10),
    ]
    result = marks(columns(*rows), work, 2)
    assert earlier_score(work, result, 0, 9) == pytest.approx((1 * 90 + 3 * 50) / 4)
    assert earlier_score(work, result, 0, 7) == 90
    assert earlier_score(work, result, 0, 5) is None
    assert earlier_score(work, result, 1, 9) is None
    assert earlier_score([], marks(columns(), [], 1), 0, 9) is None


GRADES = st.builds(
    Row,
    learner=st.integers(0, 2),
    activity=st.integers(0, 2),
    attempt=st.integers(1, 3),
    submitted_at=st.one_of(st.just(NONE), st.integers(0, 5).map(float)),
    graded_at=st.one_of(st.just(NONE), st.integers(0, 5).map(float)),
    score=st.one_of(st.just(NONE), st.integers(0, 20).map(float)),
    exempt=st.booleans(),
)


@given(st.lists(GRADES, max_size=25), st.lists(st.sampled_from(AttemptPolicy), min_size=3, max_size=3), st.randoms())
def test_it_equals_a_plain_reading_of_the_rule_in_any_order_of_rows(
    rows: list[Row], policies: list[AttemptPolicy], random: Random
) -> None:
    rows = [replace(row, event=number) for number, row in enumerate(rows)]
    work = [GradedWork(policy, max_score=20) for policy in policies]
    shuffled = random.sample(rows, len(rows))
    found = percent(*shuffled, work=work, learners=3)
    for learner in range(3):
        for activity in range(3):
            mine = [row for row in rows if (row.learner, row.activity) == (learner, activity)]
            assert found[learner, activity] == pytest.approx(plain(mine, policies[activity]), nan_ok=True)


def plain(rows: list[Row], policy: AttemptPolicy) -> float:
    def when(row: Row) -> float:
        for moment in (row.graded_at, row.submitted_at, 0.0):
            if moment == moment:
                return moment
        raise AssertionError

    told = [row for row in rows if row.graded_at == row.graded_at or row.score == row.score or row.exempt]
    values = []
    for attempt in (1, 2, 3):
        graded = sorted((row for row in told if row.attempt == attempt), key=lambda row: (when(row), row.event))
        if graded and not graded[-1].exempt and graded[-1].score == graded[-1].score:
            values.append(graded[-1].score * 5)
    if not values:
        return NONE
    return {
        AttemptPolicy.LATEST: values[-1],
        AttemptPolicy.FIRST: values[0],
        AttemptPolicy.BEST: max(values),
        AttemptPolicy.MEAN: sum(values) / len(values),
    }[policy]
