"""Which parts of a video are watched, and watched again, from the stretches that players tell of."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

PARTS = 40
"""At most so many parts along the time line: more columns than that cannot be told apart in a small panel."""
LEAST_STEP = 1.0
"""Seconds."""

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


def views_along(person: Longs, first: Floats, last: Floats) -> tuple[float, Longs, Longs]:
    """(seconds per part, learners per part, views per part beyond each learner's first) of stretches of one video.

    A part counts as watched by a stretch that covers at least half of it, or lies within it wholly.
    """
    length = float(last.max()) if len(last) else 0.0
    step = max(LEAST_STEP, float(ceil(length / PARTS)))
    parts = max(1, ceil(length / step))
    start = np.clip(np.floor(first / step + 0.5).astype(np.int64), 0, parts - 1)
    end = np.clip(np.ceil(last / step - 0.5).astype(np.int64), 1, parts)
    width = np.maximum(end - start, 1)
    covered = np.repeat(start, width) + _counting(width)
    who = np.repeat(person, width)
    views = np.bincount(covered, minlength=parts)[:parts]
    known, place = np.unique(who, return_inverse=True)
    # Whoever watched a part, once each: a flag per learner and part is far cheaper than sorting all views.
    watched = np.zeros((len(known), parts), dtype=bool)
    watched[place, covered] = True
    learners = watched.sum(axis=0)
    return step, learners, views - learners


def once(person: Longs, first: Floats, last: Floats, session: Longs) -> tuple[Longs, Floats, Floats]:
    """The stretches (person, first, last) of one video, those that a session has told of twice once only.

    A session is a number; 0 stands for none, and what was told without one counts every time.
    """
    told = np.flatnonzero(session != 0)
    rows = np.rec.fromarrays([session[told], person[told], first[told], last[told]])
    _rows, at = np.unique(rows, return_index=True)
    kept = np.concatenate([np.flatnonzero(session == 0), told[at]])
    return person[kept], first[kept], last[kept]


def _counting(widths: Longs) -> Longs:
    """0, 1, … for each width, one behind the other."""
    total = int(widths.sum())
    begins = np.repeat(np.cumsum(widths) - widths, widths)
    return np.arange(total, dtype=np.int64) - begins
