"""What a figure shows, in one sentence: for who hears the page instead of seeing it."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final, TypeVar

from dashapp.domain.names import legible
from dashapp.words import _

Point = tuple[str, float]
"""What a value is of (a week, a day, a learner), and the value."""
Where = TypeVar("Where")
LONGEST_NAME: Final = 60
"""Characters of a name in a sentence; the table has all of it."""
FEWEST_POINTS: Final = 6
"""Of fewer points nothing is said of where they go."""
LEVEL: Final = 0.1
"""Less of a change than this share of the greater value is none."""


def named(text: str) -> str:
    """A name as it stands in a sentence: cut where it is longer than anybody would listen to."""
    text = legible(text)
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rstrip() + "…"


def ends_of(points: Sequence[tuple[Where, float]]) -> Sequence[tuple[Where, float]]:
    """Those of many points that a summary tells, where it is not about time: so that only these need a name."""
    if len(points) < 2:
        return points
    return [min(points, key=itemgetter(1)), max(points, key=itemgetter(1)), points[-1]]


def direction(values: Sequence[float]) -> int:
    """Where a row of values goes: 1 up, -1 down, 0 neither, or too few of them.

    The mean of the last third against that of the first; neither where it differs by less than `LEVEL`.
    """
    if len(values) < FEWEST_POINTS:
        return 0
    third = len(values) // 3
    before, after = sum(values[:third]) / third, sum(values[-third:]) / third
    most = max(abs(before), abs(after))
    if not most or abs(after - before) < LEVEL * most:
        return 0
    return 1 if after > before else -1


def _gone(said: str, values: Sequence[float]) -> str:
    """The sentence with the direction of the values, where they have one."""
    way = direction(values)
    if way > 0:
        return _("{said}; rising on the whole").format(said=said)
    if way < 0:
        return _("{said}; falling on the whole").format(said=said)
    return said


def summary(
    what: str, points: Sequence[Point], said: Callable[[float], str], *, in_time: bool = True, under_way: bool = False
) -> str:
    """ "Time: highest 4 h in the week from 2 Mar, lowest 0 min in …, last 2 h": from the data, in their unit.

    `points` in order of time, oldest first; not `in_time`: no point is the last one. `under_way`: the last point is not
    over, so it neither is the lowest nor counts for where they go. Empty where there is no point.
    """
    if not points:
        return ""
    last, over = points[-1], points[:-1] if under_way and len(points) > 1 else points
    if len(points) == 1:
        return _("{what}: {value} ({where})").format(what=what, value=said(last[1]), where=last[0])
    low, high = min(over, key=lambda point: point[1]), max(points, key=lambda point: point[1])
    if low[1] == high[1] == last[1]:
        return _("{what}: {value} throughout").format(what=what, value=said(high[1]))
    ends = _("{what}: highest {high} ({high_at}), lowest {low} ({low_at})").format(
        what=what, high=said(high[1]), high_at=high[0], low=said(low[1]), low_at=low[0]
    )
    if not in_time:
        return ends
    pattern = _("{ends}, so far {last} ({last_at})") if under_way else _("{ends}, last {last} ({last_at})")
    return _gone(pattern.format(ends=ends, last=said(last[1]), last_at=last[0]), [value for _at, value in over])


def sentences(*parts: str) -> str:
    """Sentences one after the other, without the empty ones."""
    return ". ".join(part for part in parts if part)
