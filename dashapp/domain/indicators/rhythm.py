"""How steadily somebody works, and whether more or less than before; both over teaching weeks only.

Regularity follows Boroujeni, Sharma, Kidziński, Lucignano & Dillenbourg 2016 ("How to quantify student's regularity?",
EC-TEL, doi 10.1007/978-3-319-45153-4_21): the share of weeks with activity, and how much of the activity falls onto
few weekdays, as one minus its normalised entropy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TREND_WEEKS = 3


@dataclass(frozen=True, slots=True)
class Regularity:
    """`weeks`: 0 to 100 % of the teaching weeks that are over. `concentration`: 0 all days alike, 1 one day only."""

    weeks: float | None
    concentration: float | None


def regularity(weekly: Sequence[int], weekdays: Sequence[int]) -> Regularity:
    """From events per teaching week and events per weekday (seven figures, Monday first); None: nothing to judge by."""
    weeks = 100.0 * sum(one > 0 for one in weekly) / len(weekly) if weekly else None
    total = sum(weekdays)
    if not total:
        return Regularity(weeks, None)
    shares: NDArray[np.float64] = np.array([one / total for one in weekdays if one], dtype=np.float64)
    return Regularity(weeks, float(1.0 + (shares * np.log(shares)).sum() / np.log(7)))


def trend(weekly: Sequence[int]) -> tuple[int, int] | None:
    """(activity of the last 3 teaching weeks, of the 3 before), oldest week first; None with fewer than 6."""
    if len(weekly) < 2 * TREND_WEEKS:
        return None
    return sum(weekly[-TREND_WEEKS:]), sum(weekly[-2 * TREND_WEEKS : -TREND_WEEKS])
