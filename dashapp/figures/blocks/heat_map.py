"""A heat map of two parts: time or the second division across, the other one down."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from dashapp.domain.reports.answers import Answer, ColumnKind
from dashapp.domain.reports.document import Data
from dashapp.figures.blocks.grid import (
    LETTER,
    Grid,
    cut,
    grid_of,
    is_time,
    name_ticks,
    scale_of,
    side_of,
    time_ticks,
    value_text,
)
from dashapp.figures.blocks.summary_blocks import cells_summary
from dashapp.figures.blocks.twin import with_table
from dashapp.figures.calendar import stepped
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.theme import Note, Screen, annotation, figure, plain
from dashapp.words import _

MOST_PRINTED: Final = 120
"""Cells whose values are printed."""
LIGHT_TEXT_FROM: Final = 4
"""From this step on, texts are light."""
LONGEST_NAME: Final = 22
MOST_ROW_NAMES: Final = 40
KEY_LINE: Final = 16
"""px of a line below the map."""
PADDING: Final = 6
"""px of a cell beside its text."""


def heat_map(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """Time runs across where there is time."""
    grid = grid_of(answer)
    colours = screen.amounts()
    steps = _steps(grid, len(colours) - 1)
    # Series are what varies along the second part: with time first, each series is a row.
    rows = grid.series
    printed, clocks = _texts(block, grid, screen)
    key = _key(block, grid, steps, screen, clocks=clocks)
    layout: Json = {
        "margin": {"l": 4, "r": 4, "t": 22, "b": 4 + KEY_LINE * len(key)},
        "xaxis": {
            "side": "top",
            "showline": False,
            "range": [-0.5, len(grid.categories) - 0.5],
            **_across(block, grid, screen),
        },
        "yaxis": {
            "showgrid": False,
            "rangemode": "normal",
            "range": [len(rows) - 0.5, -0.5],
            **_down([one.name for one in rows]),
            "tickfont": {"size": 12, "color": screen.colour("ink")},
        },
        "annotations": [*_printed(grid, printed, steps, screen), _below(key, screen)],
    }
    table = with_table(answer, cells_summary(answer))
    return figure([_map(grid, steps, colours)], layout, screen, table, str(block.id))


def _steps(grid: Grid, count: int) -> tuple[float, ...]:
    """From which value on each colour but that of zero holds: equal steps up to a round top."""
    scale = scale_of(grid.highest, grid.kind)
    top = scale.values[-1] if grid.highest <= scale.values[-1] else grid.highest
    return tuple(top * place / count for place in range(count))


def _step(value: float, steps: Sequence[float]) -> int:
    return 0 if value == 0 else max(1, sum(value >= step for step in steps))


def _map(grid: Grid, steps: Sequence[float], colours: Sequence[str]) -> Json:
    return {
        "type": "heatmap",
        "z": [[None if value is None else _step(value, steps) for value in one.values] for one in grid.series],
        "x": list(range(len(grid.categories))),
        "y": list(range(len(grid.series))),
        "zmin": -0.5,
        "zmax": len(colours) - 0.5,
        "colorscale": stepped(colours),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "customdata": [
            [
                f"{one.name}, {name}: {value_text(value, grid.kind)}"
                for name, value in zip(grid.names, one.values, strict=True)
            ]
            for one in grid.series
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
    }


Texts = tuple[tuple[str, ...], ...]
"""By row and column; empty where there is no value."""


def _texts(block: Data, grid: Grid, screen: Screen) -> tuple[Texts, bool]:
    """What is printed into the cells, and whether durations stand there as on a clock; nothing where it would run into
    the cells beside it: the table has all."""
    if len(grid.categories) * len(grid.series) > MOST_PRINTED or screen.narrow:
        return (), False
    names = LETTER * min(LONGEST_NAME, max((len(one.name) for one in grid.series), default=0))
    room = (side_of(block, screen) - names) / max(1, len(grid.categories)) - PADDING
    for clocks in (False, True) if grid.kind is ColumnKind.MINUTES else (False,):
        texts = tuple(
            tuple("" if value is None else _in_cell(value, grid.kind, clocks=clocks) for value in one.values)
            for one in grid.series
        )
        if LETTER * max((len(text) for row in texts for text in row), default=0) <= room:
            return texts, clocks
    return (), False


def _in_cell(value: float, kind: ColumnKind, *, clocks: bool) -> str:
    if not clocks:
        return value_text(value, kind)
    hours, minutes = divmod(round(value), 60)
    return f"{hours}:{minutes:02}"


def _printed(grid: Grid, texts: Texts, steps: Sequence[float], screen: Screen) -> list[Json]:
    notes = []
    for row, (one, said) in enumerate(zip(grid.series, texts, strict=False)):
        for place, (value, text) in enumerate(zip(one.values, said, strict=True)):
            if value is None:
                continue
            light = _step(value, steps) >= LIGHT_TEXT_FROM
            note = Note(place, row, text, "surface" if light else "ink")
            notes.append(annotation(note, screen, xanchor="center"))
    return notes


def _key(block: Data, grid: Grid, steps: Sequence[float], screen: Screen, *, clocks: bool) -> list[str]:
    """The lines below the map, as many as there is room for in each: what the colours mean, which grow stronger with
    the amount, lighter or darker by theme."""
    said = _("Faintest: {low}; strongest: from {high}").format(
        low=value_text(0, grid.kind), high=value_text(steps[-1], grid.kind)
    )
    if clocks:
        said = _("{key}; in hours:minutes").format(key=said)
    return wrap(said, int(side_of(block, screen) / LETTER))


def _below(key: Sequence[str], screen: Screen) -> Json:
    note = Note(0, 0, "<br>".join(map(plain, key)), "ink-3")
    return annotation(note, screen, xref="paper", yref="paper", yanchor="top", yshift=-4, align="left")


def _across(block: Data, grid: Grid, screen: Screen) -> Json:
    if is_time(grid.along):
        return time_ticks(grid, screen.narrow)
    return name_ticks(grid, side_of(block, screen), 8 if screen.narrow else 24)


def _down(names: Sequence[str]) -> Json:
    every = max(1, -(-len(names) // MOST_ROW_NAMES))
    places = list(range(0, len(names), every))
    return {"tickvals": places, "ticktext": [cut(names[place], LONGEST_NAME) for place in places]}
