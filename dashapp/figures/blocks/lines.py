"""Lines and areas along time, with names at their ends."""

from collections.abc import Sequence
from typing import Final

from dashapp.domain.reports.answers import Answer
from dashapp.domain.reports.document import Chart, Data
from dashapp.figures.axes import Scale
from dashapp.figures.blocks.colours import MOST_COLOURS, Stroke, strokes
from dashapp.figures.blocks.grid import Grid, Number, bounded, cut, grid_of, not_drawn, scale_of, time_ticks, value_text
from dashapp.figures.blocks.summary_blocks import series_summary
from dashapp.figures.blocks.twin import with_table
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.theme import Note, Screen, annotation, figure, isolated, plain

PLOT_HEIGHT: Final = 230
"""px for which names are pushed apart."""
NAME_HEIGHT: Final = 14
MOST_NAMES: Final = 14
"""As many find room one above the other."""
LETTER: Final = 6.6
"""px of a letter of 12 px."""
LONGEST_NAME: Final = 22


def lines(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """A line per series; filled, and one on top of the other, as an area."""
    everything = grid_of(answer)
    filled = block.chart is Chart.AREA
    grid, lacking = bounded(everything, together=filled)
    look = strokes(grid, screen, one_stands_out=block.one_stands_out)
    drawn = _stacked(grid) if filled else grid
    scale = scale_of(drawn.highest, grid.kind)
    named = len(grid.series) > 1 and block.names_at_ends and not screen.narrow
    notes, longest = _names(drawn, grid, look, scale, screen) if named else ([], 0)
    layout: Json = {
        "margin": {"l": 4, "r": 20 + (int(longest * LETTER) + 12 if notes else 0), "t": 12, "b": 4},
        "xaxis": {"range": [-0.15, len(grid.categories) - 0.85], **time_ticks(grid, screen.narrow)},
        "yaxis": scale.axis(),
        "annotations": [*notes, *not_drawn(lacking, screen)],
        "hovermode": "closest",
        **({} if named or len(grid.series) == 1 else key_above(screen)),
    }
    traces = [_trace(grid, drawn, place, (look[place], filled)) for place in range(len(grid.series))]
    table = with_table(answer, series_summary(everything, in_time=True))
    return figure(traces, layout, screen, table, str(block.id))


def key_above(screen: Screen) -> Json:
    """The names of series in a row above the plot."""
    return {
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "traceorder": "normal",
            "font": {"size": 12, "color": screen.colour("ink-2")},
            "itemclick": False,
            "itemdoubleclick": False,
        },
    }


def _stacked(grid: Grid) -> Grid:
    """Each series on top of those before it."""
    under = [0.0] * len(grid.categories)
    series = []
    for one in grid.series:
        under = [below + (value or 0.0) for below, value in zip(under, one.values, strict=True)]
        series.append(type(one)(one.name, tuple(under), one.before))
    return Grid(grid.categories, grid.along, tuple(series), grid.kind, grid.by)


def _trace(grid: Grid, drawn: Grid, place: int, look: tuple[Stroke, bool]) -> Json:
    stroke, filled = look
    own, shown = grid.series[place], drawn.series[place]
    alone = len(grid.categories) == 1
    area: Json = {"fill": "tonexty" if place else "tozeroy", "fillcolor": _faint(stroke.colour)} if filled else {}
    return {
        "type": "scatter",
        "mode": "lines+markers" if alone or _has_gaps(own.values) else "lines",
        "name": plain(own.name),
        "showlegend": place < MOST_COLOURS,
        "x": list(range(len(grid.categories))),
        "y": list(shown.values),
        "line": {"width": stroke.width, "color": stroke.colour, "dash": "solid" if filled else stroke.dash},
        "marker": {"size": 6, "color": stroke.colour},
        "customdata": [
            f"{own.name}, {name}: {value_text(value, grid.kind)}"
            for name, value in zip(grid.names, own.values, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
        **area,
    }


def _has_gaps(values: Sequence[Number]) -> bool:
    """Whether a value stands between two that are not there: a line alone would not show it."""
    padded = [None, *values, None]
    return any(
        value is not None and before is None and after is None
        for before, value, after in zip(padded, padded[1:], padded[2:], strict=False)
    )


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.28)"


# ------------------------------------------------------------------ names at the ends


def _names(drawn: Grid, grid: Grid, look: Sequence[Stroke], scale: Scale, screen: Screen) -> tuple[list[Json], int]:
    """The name and the last value of each series beside its end, pushed apart where they would overlap; and the letters
    of the longest one."""
    ends = [(last, place) for place, one in enumerate(drawn.series) if (last := _last(one.values)) is not None]
    # The highest of them, where there are too many; all are in the table.
    ends = sorted(ends, reverse=True)[:MOST_NAMES]
    top = scale.top or 1.0
    notes, longest = [], 0
    # A note beyond the end of its axis is not drawn at all.
    heights = pushed_apart([value * PLOT_HEIGHT / top for value, _place in ends], ceiling=PLOT_HEIGHT - 1)
    for (_value, place), at in zip(ends, heights, strict=True):
        own = grid.series[place]
        name, said = cut(own.name, LONGEST_NAME), value_text(_last(own.values), grid.kind)
        longest = max(longest, len(name) + len(said) + 3)
        dash = f'<span style="color:{look[place].colour}">–</span> '
        text = f"{dash}{isolated(plain(name))}\u2002{said}"
        where = Note(len(grid.categories) - 1, at * top / PLOT_HEIGHT, text, "ink")
        notes.append(annotation(where, screen, xshift=8))
    return notes, longest


def _last(values: Sequence[Number]) -> Number:
    return next((value for value in reversed(values) if value is not None), None)


def pushed_apart(heights: Sequence[float], gap: float = NAME_HEIGHT, ceiling: float = float("inf")) -> list[float]:
    """Heights as near as may be to those given, none nearer to another one than `gap`; none below 0, nor above the
    ceiling, as long as all find room below it."""
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    placed = [max(0.0, heights[place]) for place in order]
    for place in range(1, len(placed)):
        placed[place] = max(placed[place], placed[place - 1] + gap)
    # What was pushed above its place gives half of it back to those below, as far as there is room.
    for place in range(len(placed) - 1, -1, -1):
        above = placed[place + 1] - gap if place + 1 < len(placed) else float("inf")
        wanted = heights[order[place]]
        floor = max(0.0, wanted - gap * len(placed) / 2)
        placed[place] = min(placed[place], above, max(floor, (placed[place] + wanted) / 2))
    for place in range(1, len(placed)):
        placed[place] = max(placed[place], placed[place - 1] + gap)
    above = ceiling + gap
    for place in range(len(placed) - 1, -1, -1):
        above = placed[place] = min(placed[place], above - gap)
    result = [0.0] * len(heights)
    for place, at in zip(order, placed, strict=True):
        result[place] = at
    return result
