"""From facts to one figure per cell of a frame; NaN: there is none."""

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.reports.frame import PERSON_LIMIT, Facts, Frame

Floats = NDArray[np.float64]

ALONE = 1


def size_of(frame: Frame) -> int:
    """How many cells."""
    return prod(frame.shape)


def sums(frame: Frame, facts: Facts) -> Floats:
    """The sum of the amounts in each cell; 0 where nothing is."""
    inside, cell = frame.cells(facts)
    summed = np.bincount(cell, weights=inside.amount, minlength=size_of(frame))
    return np.asarray(summed, dtype=np.float64).reshape(frame.shape)


def sums_where_told(frame: Frame, facts: Facts) -> Floats:
    """The same, but no figure where nothing is."""
    inside, cell = frame.cells(facts)
    told = np.bincount(cell, minlength=size_of(frame))
    summed = np.bincount(cell, weights=inside.amount, minlength=size_of(frame))
    return np.where(told > 0, summed, np.nan).reshape(frame.shape)


def distinct(frame: Frame, facts: Facts) -> Floats:
    """Different people in each cell."""
    inside, cell = frame.cells(facts)
    # Sorted as one number, which is far cheaper than numpy's own way to different ones.
    both = np.sort(cell * PERSON_LIMIT + inside.person)
    fresh = np.ones(len(both), dtype=bool)
    fresh[1:] = both[1:] != both[:-1]
    counted = np.bincount(both[fresh] // PERSON_LIMIT, minlength=size_of(frame))
    return counted.astype(np.float64).reshape(frame.shape)


def medians(frame: Frame, facts: Facts, fewest: int = ALONE) -> Floats:
    """The median of the amounts in each cell; no figure of fewer than so many."""
    inside, cell = frame.cells(facts)
    order = np.lexsort((inside.amount, cell))
    cell, amount = cell[order], inside.amount[order]
    result = np.full(size_of(frame), np.nan)
    which, begins, many = np.unique(cell, return_index=True, return_counts=True)
    if len(which):
        low, high = begins + (many - 1) // 2, begins + many // 2
        result[which] = np.where(many >= fewest, (amount[low] + amount[high]) / 2, np.nan)
    return result.reshape(frame.shape)


def shares(part: Floats, whole: Floats) -> Floats:
    """In %; no figure of nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, 100.0 * part / whole, np.nan)


def joined(parts: Sequence[Facts]) -> Facts:
    """All facts together; of none: no fact. All have the same dimensions."""
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Facts(none, none, none, none.astype(np.float64))
    return Facts(
        np.concatenate([part.course for part in parts]),
        np.concatenate([part.person for part in parts]),
        np.concatenate([part.span for part in parts]),
        np.concatenate([part.amount for part in parts]),
        {name: np.concatenate([part.codes[name] for part in parts]) for name in parts[0].codes},
    )
