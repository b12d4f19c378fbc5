"""Whether somebody works more or less than before, over teaching weeks only."""

from collections.abc import Sequence

TREND_WEEKS = 3


def trend(weekly: Sequence[int]) -> tuple[int, int] | None:
    """(activity of the last 3 teaching weeks, of the 3 before), oldest week first; None with fewer than 6."""
    if len(weekly) < 2 * TREND_WEEKS:
        return None
    return sum(weekly[-TREND_WEEKS:]), sum(weekly[-2 * TREND_WEEKS : -TREND_WEEKS])
