"""How much of each video one learner has watched."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def seconds_watched(first: Floats, last: Floats) -> float:
    """The length of the union of the stretches [first, last]; what overlaps, or was watched again, counts once."""
    if not len(first):
        return 0.0
    start, end = np.minimum(first, last), np.maximum(first, last)
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    reached = np.concatenate([[-np.inf], np.maximum.accumulate(end)[:-1]])
    return float(np.maximum(0.0, end - np.maximum(start, reached)).sum())


def share_watched(seconds: float, length: float | None) -> float | None:
    """0 to 100 % of a length; None where the length is not known."""
    return min(100.0, 100.0 * seconds / length) if length else None
