"""Ticks: few, round, with the unit once, at the last one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, log10

from dashapp import words
from dashapp.figures.drawing import Json

MOST_TICKS = 5
HEADROOM = 1.06
"""A bar's top stays this much under the top of its plot."""

WIDEST, WIDEST_NARROW = 0.06, 0.12
"""As much of a plot's width one column takes at most, on a wide and on a narrow screen."""


def bar_gap(count: int, gap: float, *, narrow: bool) -> float:
    """What stays free between `count` columns over time, as a share of their distance: `gap`, or more where they are
    few and would be walls."""
    return max(gap, 1 - count * (WIDEST_NARROW if narrow else WIDEST))


@dataclass(frozen=True, slots=True)
class Scale:
    """A value axis that starts at 0: where its ticks are, what they say, and where it ends."""

    values: tuple[float, ...]
    texts: tuple[str, ...]
    top: float

    def axis(self) -> Json:
        """As properties of a plotly axis."""
        return {"tickvals": list(self.values), "ticktext": list(self.texts), "range": [0, self.top]}

    def thinned(self) -> "Scale":
        """With its first and its last tick and, if there is one, that in the middle: where there is little room."""
        last = len(self.values) - 1
        places = sorted({0, last, last // 2 if last % 2 == 0 else last})
        return Scale(tuple(self.values[each] for each in places), tuple(self.texts[each] for each in places), self.top)


def _step(highest: float, whole: bool) -> float:
    rough = highest / (MOST_TICKS - 1)
    power = 10.0 ** floor(log10(rough))
    factors = (1, 2, 5, 10) if whole and power <= 1 else (1, 2, 2.5, 5, 10)
    step = next(factor * power for factor in factors if factor * power >= rough * 0.999)
    return max(1.0, step) if whole else step


def count_scale(highest: float) -> Scale:
    """For counts: whole numbers from 0."""
    step = _step(max(highest, 1), whole=True)
    ticks = [step * index for index in range(int(max(highest, 1) // step) + 1)]
    return Scale(tuple(ticks), tuple(words.compact(tick) for tick in ticks), max(highest, 1) * HEADROOM)


def minutes_scale(highest: float) -> Scale:
    """For minutes: ticks in minutes under two hours, in hours above; the unit at the last tick."""
    if highest < 120:
        step = next((size for size in (5, 10, 15, 30) if highest / size < MOST_TICKS), 30)
        per_unit, texts_of = 1, words.duration
    else:
        hours = highest / 60
        step = max(1, int(_step(hours, whole=True))) * 60
        per_unit, texts_of = 60, words.duration
    ticks = [step * index for index in range(int(max(highest, step) // step) + 1)]
    texts = [words.number(tick / per_unit) for tick in ticks[:-1]] + [texts_of(ticks[-1])]
    return Scale(tuple(ticks), tuple(texts), max(highest, step) * HEADROOM)


def percent_scale(first: float = 0) -> Json:
    """An axis of percentages up to 100, with ticks every 20 or 25."""
    size = 20 if first > 0 else 25
    start = int(first // size) * size
    ticks = list(range(start, 101, size))
    texts = [words.number(tick) for tick in ticks[:-1]] + [words.percent(100)]
    return {"tickvals": ticks, "ticktext": texts, "range": [start - 3 if start else 0, 103]}


def week_name(number: int, start: date) -> str:
    """A teaching week by its number; a week before the first by its Monday."""
    return words.number(number) if number > 0 else words.short_day(start)


def week_ticks(starts: Sequence[date], narrow: bool, side_now: bool = False, *, first: int = 1) -> Json:
    """Ticks of an axis whose positions are 1, 2, 3 … for weeks: "week 1", 2, 3; thinned out where there are many.

    `side_now`: the last tick says "now" instead of its number. `first`: the number of the first of these weeks.
    """
    count = len(starts)
    every = 1
    room = 5 if narrow else 16
    while count / every > room:
        every += 1 if every == 1 else 3 if every == 2 else 5
    ticks = [index for index in range(1, count + 1) if index == 1 or index % every == 0]
    if ticks and ticks[-1] != count and side_now:
        if count - ticks[-1] < max(1, every / 2) and len(ticks) > 1:
            ticks.pop()
        ticks.append(count)
    texts = [week_name(tick - 1 + first, starts[tick - 1]) for tick in ticks]
    named = next((place for place, tick in enumerate(ticks) if tick - 1 + first > 0), None)
    if named is not None:
        texts[named] = words._("week {number}").format(number=texts[named])
    if side_now and len(texts) > 1:
        texts[-1] = words._("now")
    return {"tickvals": ticks, "ticktext": texts}
