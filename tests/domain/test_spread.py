"""Quartiles are those of numpy to the last bit; they are what pages have shown and keep showing."""

import numpy as np
import pytest

from dashapp.domain.indicators.spread import quartiles


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7, 8, 31, 150, 151, 152, 153])
def test_quartiles_are_those_of_numpy(number: int) -> None:
    drawn = np.random.default_rng(number)
    for given in (drawn.random(number) * 100, drawn.integers(0, 5, number) * 12.5, np.full(number, 61.3)):
        values = np.asarray(given, dtype=np.float64)
        assert quartiles(values) == tuple(np.percentile(values, (25, 50, 75)).tolist())


def test_quartiles_of_a_few_scores_by_hand() -> None:
    assert quartiles(np.array([40.0, 10.0, 30.0, 20.0])) == (17.5, 25.0, 32.5)
