"""Bars: standing or lying, one kind, several side by side, or one on top of the other."""

from typing import Final

from dashapp.domain.reports.answers import Answer
from dashapp.domain.reports.document import Bars, Data, Width
from dashapp.figures.blocks.colours import MOST_COLOURS, Stroke, strokes
from dashapp.figures.blocks.grid import (
    Grid,
    adds_up,
    bounded,
    cut,
    grid_of,
    is_time,
    name_ticks,
    not_drawn,
    scale_of,
    side_of,
    tick_text,
    time_ticks,
    value_text,
)
from dashapp.figures.blocks.lines import key_above
from dashapp.figures.blocks.summary_blocks import bars_summary
from dashapp.figures.blocks.twin import with_table
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.theme import Screen, figure, plain

LONGEST_LYING: Final = 26
MOST_LABELLED: Final = 16
"""Bars of one series whose values are printed at their ends."""
MOST_TICKS: Final = 40
"""Names below standing bars, or beside lying ones."""


def bars(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """A bar per category and series."""
    everything = grid_of(answer)
    lying = block.bars is Bars.HORIZONTAL
    # Lying bars of several series are stacked where their parts add up, so that each category is one line.
    stacked = len(everything.series) > 1 and (
        block.bars is Bars.STACKED or (lying and everything.by is not None and adds_up(answer))
    )
    grid, lacking = bounded(everything, together=stacked)
    look = strokes(grid, screen, one_stands_out=block.one_stands_out)
    highest = _highest(grid, stacked=stacked)
    scale = scale_of(highest, grid.kind)
    labelled = len(grid.series) == 1 and len(grid.categories) <= MOST_LABELLED
    room = 1.12 if labelled and lying else 1.0
    beside = lying and block.width in (Width.HALF, Width.THIRD)
    value_axis: Json = {**(scale.thinned() if beside else scale).axis(), "range": [0, scale.top * room]}
    names = _lying_names(grid) if lying else _standing_names(block, grid, screen)
    layout: Json = {
        "margin": {"l": 4, "r": 20, "t": 18 if labelled and not lying else 10, "b": 4},
        "barmode": "stack" if stacked else "group",
        "bargap": 0.44 if is_time(grid.along) and len(grid.series) == 1 else 0.28,
        "bargroupgap": 0.08,
        "annotations": not_drawn(lacking, screen),
        **({} if len(grid.series) == 1 else key_above(screen)),
    }
    if lying:
        across: Json = {"showgrid": False, "autorange": "reversed", "rangemode": "normal", **names}
        layout |= {"xaxis": {**value_axis, "showgrid": True, "showline": False}, "yaxis": across}
    else:
        layout |= {"xaxis": {"range": [-0.6, len(grid.categories) - 0.4], **names}, "yaxis": value_axis}
    traces = [_trace(grid, place, look[place], (lying, labelled)) for place in range(len(grid.series))]
    table = with_table(answer, bars_summary(answer))
    return figure(traces, layout, screen, table, str(block.id))


def _highest(grid: Grid, *, stacked: bool) -> float:
    if not stacked:
        return grid.highest
    return max(sum(one.values[place] or 0.0 for one in grid.series) for place in range(len(grid.categories)))


def _trace(grid: Grid, place: int, stroke: Stroke, how: tuple[bool, bool]) -> Json:
    lying, labelled = how
    one = grid.series[place]
    at, values = list(range(len(grid.categories))), list(one.values)
    printed: Json = {
        "text": [value_text(value, grid.kind) for value in one.values],
        "textposition": "outside",
        "cliponaxis": False,
    }
    several = len(grid.series) > 1
    return {
        "type": "bar",
        "name": plain(one.name),
        "showlegend": place < MOST_COLOURS,
        "orientation": "h" if lying else "v",
        "x": values if lying else at,
        "y": at if lying else values,
        "marker": {"color": stroke.colour},
        "customdata": [
            f"{name}, {one.name}: {value_text(value, grid.kind)}"
            if several
            else f"{name}: {value_text(value, grid.kind)}"
            for name, value in zip(grid.names, one.values, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        **(printed if labelled else {}),
    }


def _standing_names(block: Data, grid: Grid, screen: Screen) -> Json:
    if is_time(grid.along):
        return time_ticks(grid, screen.narrow)
    return name_ticks(grid, side_of(block, screen), 8 if screen.narrow else MOST_TICKS)


def _lying_names(grid: Grid) -> Json:
    every = max(1, -(-len(grid.categories) // MOST_TICKS))
    places = list(range(0, len(grid.categories), every))
    texts = [cut(tick_text(grid.categories[place], grid.along), LONGEST_LYING) for place in places]
    return {"tickvals": places, "ticktext": texts}
