"""How scores are spread, and which part of a whole each share is."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

BINS: Final = 10


def score_bins(percent: Floats) -> Longs:
    """Learners per tenth of the scale; shape (10,). NaN is nobody; 100 and more is in the last tenth."""
    known = percent[~np.isnan(percent)]
    return np.bincount(np.clip(known // (100 / BINS), 0, BINS - 1).astype(np.int64), minlength=BINS)


def shares(amounts: Longs) -> Floats:
    """Each amount in % of its column's sum, 0 in an empty column; shape (kinds, weeks)."""
    totals = amounts.sum(axis=0, keepdims=True)
    return np.where(totals > 0, 100.0 * amounts / np.maximum(totals, 1), 0.0)
