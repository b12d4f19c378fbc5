import numpy as np
import pytest

from dashapp.domain.indicators.watched import seconds_watched, share_watched


@pytest.mark.parametrize(
    ("stretches", "seconds"),
    [
        ([], 0),
        ([(0, 60)], 60),
        ([(0, 60), (30, 90)], 90),
        ([(0, 60), (90, 120)], 90),
        # Watched again, and a stretch within another.
        ([(0, 60), (0, 60), (10, 20)], 60),
        ([(100, 120), (0, 10), (5, 105)], 120),
        # A player that names the end first.
        ([(60, 0)], 60),
    ],
)
def test_what_was_watched_at_least_once_counts_once(stretches: list[tuple[float, float]], seconds: float) -> None:
    ends = np.array(stretches, dtype=np.float64).reshape(-1, 2)
    assert seconds_watched(ends[:, 0], ends[:, 1]) == seconds


def test_the_share_is_of_a_length_that_is_known_and_never_more_than_all() -> None:
    assert share_watched(90.0, 120.0) == 75
    assert share_watched(130.0, 120.0) == 100
    assert share_watched(90.0, None) is None
