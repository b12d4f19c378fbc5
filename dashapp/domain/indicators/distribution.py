"""How the average scores of the others of a course are spread, so coarse that no bar stands for a few."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.views.content import ScoreBin

EDGES = tuple(range(0, 101, 10))
FEWEST_BINS = 2
"""One bar alone tells nothing but how many there are."""


def score_bins(others: NDArray[np.float64], minimum_group: int) -> tuple[ScoreBin, ...]:
    """Bins of at least `minimum_group` others each, from tens of percent that are put together from below.

    What is left over at the top joins the bin below it. Empty where that leaves fewer than two.
    """
    known = others[~np.isnan(others)]
    counts, _edges = np.histogram(np.clip(known, 0, 100), bins=EDGES)
    bins: list[ScoreBin] = []
    low, held = 0, 0
    for (_first, high), count in zip(pairwise(EDGES), counts.tolist(), strict=True):
        held += count
        if held >= minimum_group:
            bins.append(ScoreBin(low, high, held))
            low, held = high, 0
    if not bins:
        return ()
    last = bins[-1]
    bins[-1] = ScoreBin(last.low, EDGES[-1], last.learners + held)
    return tuple(bins) if len(bins) >= FEWEST_BINS else ()
