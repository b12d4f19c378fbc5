"""What a figure shows, in one sentence: for who hears the page instead of seeing it."""

from collections.abc import Callable, Sequence

from dashapp.words import _

Point = tuple[str, float]
"""What a value is of (a week, a day, a learner), and the value."""


def summary(what: str, points: Sequence[Point], said: Callable[[float], str], *, in_time: bool = True) -> str:
    """ "Time: highest 4 h in the week from 2 Mar, lowest 0 min in …, last 2 h": from the data, in their unit.

    `points` in order of time, oldest first; not `in_time`: no point is the last one. Empty where there is no point.
    """
    if not points:
        return ""
    low, high = min(points, key=lambda point: point[1]), max(points, key=lambda point: point[1])
    last = points[-1]
    if len(points) == 1:
        return _("{what}: {value} ({where})").format(what=what, value=said(last[1]), where=last[0])
    if low[1] == high[1]:
        return _("{what}: {value} throughout").format(what=what, value=said(high[1]))
    ends = _("{what}: highest {high} ({high_at}), lowest {low} ({low_at})").format(
        what=what, high=said(high[1]), high_at=high[0], low=said(low[1]), low_at=low[0]
    )
    if not in_time:
        return ends
    return _("{ends}, last {last} ({last_at})").format(ends=ends, last=said(last[1]), last_at=last[0])
