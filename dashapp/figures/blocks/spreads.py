"""How single values are spread: a histogram, or a box for each group."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from dashapp import words
from dashapp.domain.reports.answers import Answer, ColumnKind
from dashapp.domain.reports.document import Data
from dashapp.domain.reports.questions import Dimension
from dashapp.figures.axes import count_scale
from dashapp.figures.blocks.bars import bars
from dashapp.figures.blocks.grid import MOST_SERIES, cut, not_drawn, parts_of, scale_of, value_text
from dashapp.figures.blocks.summary_blocks import spread_summary
from dashapp.figures.blocks.twin import with_table
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary import sentences
from dashapp.figures.theme import Screen, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _
from dashapp.words.reports import column_word

MOST_STEPS: Final = 12
"""Columns of a histogram."""
MINUTES: Final = (5, 10, 15, 30, 60, 120, 180, 300, 600, 1200, 3000, 6000)
MOST_SAID: Final = 3
LONGEST_NAME: Final = 24


def histogram(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """How many values lie in each step of the scale; scores come in tenths of theirs already."""
    (part, *_more), (place, *_others) = parts_of(answer)
    if answer.columns[part].key == Dimension.SCORE_BAND.value:
        drawn = bars(block, answer, screen)
        ends = list(range(len(answer.rows) + 1))
        texts = [words.number(10 * end) for end in ends[:-1]] + [words.percent(10 * ends[-1])]
        drawn.own_layout["bargap"] = 0.02
        # The edges of the columns, in place of a name for each.
        drawn.own_layout["xaxis"] |= {"tickvals": [end - 0.5 for end in ends], "ticktext": texts}
        return drawn
    values = _values(answer, place)
    if not values:
        return only_words(_("Nothing was recorded in this time"), screen, str(block.id))
    kind = answer.columns[place].kind
    edges = edges_of(values, kind)
    counts = [
        sum(low <= value < high or (high == edges[-1] and value == high) for value in values)
        for low, high in pairwise(edges)
    ]
    shown = edges[:: max(1, len(edges) // 6)]
    layout: Json = {
        "margin": {"l": 4, "r": 24, "t": 12, "b": 4},
        "bargap": 0,
        "xaxis": {
            "range": [edges[0], edges[-1]],
            "tickvals": shown,
            "ticktext": [value_text(each, kind) for each in shown],
        },
        "yaxis": count_scale(max(counts)).axis(),
    }
    said = spread_summary(column_word(answer.columns[place]), values, kind)
    trace = _columns(edges, counts, kind, screen)
    return figure([trace], layout, screen, with_table(answer, said), str(block.id))


def _columns(edges: Sequence[float], counts: Sequence[int], kind: ColumnKind, screen: Screen) -> Json:
    spans = [
        _("{low} to {high}").format(low=value_text(low, kind), high=value_text(high, kind))
        for low, high in pairwise(edges)
    ]
    return {
        "type": "bar",
        "x": [(low + high) / 2 for low, high in pairwise(edges)],
        "y": list(counts),
        "width": [0.97 * (high - low) for low, high in pairwise(edges)],
        "marker": {"color": screen.colour("chart-me")},
        "customdata": [f"{span}: {words.number(count)}" for span, count in zip(spans, counts, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def edges_of(values: Sequence[float], kind: ColumnKind) -> list[float]:
    """Round steps from 0 over the greatest value, a dozen at most."""
    if kind is ColumnKind.PERCENT:
        return [float(each) for each in range(0, 101, 10)]
    most = max(values)
    rough = most / MOST_STEPS
    round_ones = MINUTES if kind is ColumnKind.MINUTES else ()
    step = next((each for each in round_ones if each >= rough), None) or _round(rough)
    return [float(step * number) for number in range(int(most // step) + 2)]


def _round(rough: float) -> int:
    """1, 2 or 5 with noughts, not less than this."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if factor * size >= rough:
                return factor * size
        size *= 10


def _values(answer: Answer, place: int) -> list[float]:
    return [float(value) for row in answer.rows if isinstance(value := row[place], int | float)]


def boxes(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """Middle half, median and reach of the values of each group; of all where there is no group."""
    parts, (place, *_others) = parts_of(answer)
    groups: dict[str, list[float]] = {}
    for row in answer.rows:
        value = row[place]
        if isinstance(value, int | float):
            group = str(row[parts[1]]) if len(parts) > 1 else _("all")
            groups.setdefault(group, []).append(float(value))
    if not groups:
        return only_words(_("Nothing was recorded in this time"), screen, str(block.id))
    kind = answer.columns[place].kind
    scale = scale_of(max(max(values) for values in groups.values()), kind)
    names = sorted(groups, key=lambda name: -median(groups[name]))
    lacking = len(names) - MOST_SERIES
    names = names[:MOST_SERIES]
    layout: Json = {
        "margin": {"l": 4, "r": 24, "t": 16 if lacking > 0 else 8, "b": 4},
        "annotations": not_drawn(max(0, lacking), screen),
        "xaxis": {**scale.axis(), "showgrid": True, "showline": False},
        "yaxis": {
            "showgrid": False,
            "rangemode": "normal",
            "range": [len(names) - 0.5, -0.5],
            "tickvals": list(range(len(names))),
            "ticktext": [cut(name, LONGEST_NAME) for name in names],
        },
    }
    traces = [_box(name, number, groups[name], screen) for number, name in enumerate(names)]
    said = sentences(*(spread_summary(name, groups[name], kind) for name in names[:MOST_SAID]))
    return figure(traces, layout, screen, with_table(answer, said), str(block.id))


def _box(name: str, number: int, values: Sequence[float], screen: Screen) -> Json:
    return {
        "type": "box",
        "orientation": "h",
        "name": name.replace("<", "&lt;"),
        "x": list(values),
        "y": [number] * len(values),
        "boxpoints": "outliers",
        "width": 0.5,
        "fillcolor": screen.colour("chart-band"),
        "line": {"color": screen.colour("chart-me"), "width": 1.5},
        "marker": {"color": screen.colour("chart-others"), "size": 5},
        "hoverinfo": "x",
    }
