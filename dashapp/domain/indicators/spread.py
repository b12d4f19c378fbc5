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


def quartiles(known: Floats) -> tuple[float, float, float]:
    """First quartile, median and third quartile of at least one value, none of them NaN: what numpy's `percentile` says
    to the last bit, without what it looks at before, which takes ten times as long."""
    ordered = np.sort(known).tolist()
    low, middle, high = (_between(ordered, share) for share in (0.25, 0.5, 0.75))
    return low, middle, high


def _between(ordered: list[float], share: float) -> float:
    """The value at a share of the way through ordered ones, by the line between the two beside it."""
    place = share * (len(ordered) - 1)
    before = int(place)
    one, other = ordered[before], ordered[min(before + 1, len(ordered) - 1)]
    along = place - before
    # From the nearer end, as numpy does.
    return other - (other - one) * (1 - along) if along >= 0.5 else one + (other - one) * along
