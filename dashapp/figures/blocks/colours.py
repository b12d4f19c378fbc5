"""Which colour each series of a block has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dashapp.domain.reports.questions import Dimension
from dashapp.figures.blocks.grid import Grid, Series
from dashapp.figures.theme import Screen

MOST_COLOURS: Final = 8
"""As many can be told apart; further series are grey."""
STATES: Final = ("chart-me", "seq-3", "chart-others")
"""On time, late, missing."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a series is drawn."""

    colour: str
    dash: str
    width: float


def strokes(grid: Grid, screen: Screen, *, one_stands_out: bool) -> tuple[Stroke, ...]:
    """One for each series: one colour where there is one, or one stands out; else a colour for each, solid and dashed
    in turn."""
    if grid.by is not None and grid.by.key == Dimension.HANDED_IN.value:
        return tuple(
            Stroke(screen.colour(STATES[min(place, len(STATES) - 1)]), "solid", 2)
            for place, _one in enumerate(grid.series)
        )
    if len(grid.series) == 1 or any(one.before for one in grid.series):
        return tuple(_own(one, screen) for one in grid.series)
    if one_stands_out:
        hero = _hero(grid.series)
        return tuple(_grey(screen) if place != hero else _me(screen) for place, _one in enumerate(grid.series))
    return tuple(
        Stroke(screen.colour(f"cat-{place + 1}"), "dash" if place % 2 else "solid", 2)
        if place < MOST_COLOURS
        else _grey(screen)
        for place, _one in enumerate(grid.series)
    )


def _me(screen: Screen) -> Stroke:
    return Stroke(screen.colour("chart-me"), "solid", 2.5)


def _grey(screen: Screen) -> Stroke:
    return Stroke(screen.colour("chart-others"), "solid", 1.5)


def _own(one: Series, screen: Screen) -> Stroke:
    return _grey(screen) if one.before else _me(screen)


def _hero(series: Sequence[Series]) -> int:
    """The one whose values are greatest on the whole."""
    sums = [sum(value or 0.0 for value in one.values) for one in series]
    return sums.index(max(sums))
