"""How long ago learners were last seen, counted in local days."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]

BOUNDS: Final = (0, 1, 3, 7, 14, 21)
"""Days ago, inclusive: today, 1, 2 to 3, 4 to 7, 8 to 14, 15 to 21; then longer, then never."""


def last_seen(last_day: Longs, today: int) -> Longs:
    """Learners per group; shape (8,).

    `last_day`: the ordinal of each learner's last active day, 0 where there was none. A day that lies after `today`, as
    clocks of senders may say, is today.
    """
    never = last_day == 0
    ago = np.maximum(today - last_day[~never], 0)
    counted = np.bincount(np.searchsorted(np.array(BOUNDS), ago, side="left"), minlength=len(BOUNDS) + 1)
    return np.append(counted, int(never.sum())).astype(np.int64)
