import numpy as np
import pytest

from dashapp.domain.indicators.videos import PARTS, once, views_along


def along(*stretches: tuple[int, float, float]) -> tuple[float, list[int], list[int]]:
    person, first, last = zip(*stretches, strict=True) if stretches else ((), (), ())
    step, learners, again = views_along(
        np.array(person, dtype=np.int64), np.array(first, dtype=float), np.array(last, dtype=float)
    )
    return step, learners.tolist(), again.tolist()


def test_a_short_video_is_cut_into_seconds() -> None:
    assert along((1, 0, 4)) == (1.0, [1, 1, 1, 1], [0, 0, 0, 0])


def test_who_watches_a_part_twice_is_one_learner_and_watched_again_once() -> None:
    assert along((1, 0, 4), (1, 2, 4), (2, 2, 3)) == (1.0, [1, 1, 2, 1], [0, 0, 1, 1])


def test_a_long_video_is_cut_into_at_most_forty_parts() -> None:
    step, learners, _again = along((1, 0, 4000), (2, 0, 50))
    assert step == 100.0
    assert len(learners) == PARTS
    assert learners[:2] == [2, 1]


def test_a_part_counts_when_half_of_it_was_watched() -> None:
    _step, learners, _again = along((1, 0, 400), (2, 106, 126))
    assert learners[9:14] == [1, 1, 2, 2, 1]


def test_a_glance_within_one_part_counts_there() -> None:
    _step, learners, _again = along((1, 0, 400), (2, 101, 102))
    assert learners[10] == 2
    assert sum(learners) == 41


@pytest.mark.parametrize("stretch", [(1, 0.0, 0.0), (1, 399.9, 400.0)])
def test_a_stretch_at_an_end_stays_inside(stretch: tuple[int, float, float]) -> None:
    step, learners, again = along((2, 0, 400), stretch)
    assert (step, len(learners), sum(learners) + sum(again)) == (10.0, 40, 41)


def test_nothing_watched_is_one_empty_part() -> None:
    assert along() == (1.0, [0], [0])


def test_a_stretch_told_twice_by_a_session_counts_once_and_without_a_session_each_time() -> None:
    person, first, last = once(
        np.array([1, 1, 1, 2, 1]),
        np.array([0.0, 0.0, 0.0, 0.0, 5.0]),
        np.array([4.0, 4.0, 4.0, 4.0, 9.0]),
        np.array([7, 7, 0, 0, 7]),
    )
    assert sorted(zip(person.tolist(), first.tolist(), last.tolist(), strict=True)) == [
        (1, 0.0, 4.0), (1, 0.0, 4.0), (1, 5.0, 9.0), (2, 0.0, 4.0),
    ]  # fmt: skip
