"""One measure against another: a dot per value of the division."""

from typing import Final

from dashapp.domain.reports.answers import Answer, ColumnKind
from dashapp.domain.reports.document import Data
from dashapp.figures.blocks.grid import LETTER, category_text, cut, parts_of, scale_of, value_text
from dashapp.figures.blocks.summary_blocks import dots_summary
from dashapp.figures.blocks.twin import with_table
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.theme import Note, Screen, annotation, figure, plain
from dashapp.figures.theme import words as only_words
from dashapp.words import _
from dashapp.words.reports import column_word

MOST_NAMED: Final = 14
"""Dots that bear a name: of more, names would hide each other."""
TURN: Final = 0.75
"""From this part of the width on, names stand left of their dots."""
PLOT_WIDTH: Final = 480
NAME_HEIGHT: Final = 0.07
"""Of the height of a plot."""
Point = tuple[str, float, float]


def dots(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """The first measure across, the second one up. What lacks one of both has no dot."""
    (part, *_more), (across, up) = parts_of(answer)[0], parts_of(answer)[1][:2]
    points = [
        (category_text(row[part], answer.columns[part]), float(one), float(other))
        for row in answer.rows
        if isinstance(one := row[across], int | float) and isinstance(other := row[up], int | float)
    ]
    if not points:
        return only_words(_("Nothing has both figures"), screen, str(block.id))
    kinds = answer.columns[across].kind, answer.columns[up].kind
    scales = (
        scale_of(max(point[1] for point in points), kinds[0]),
        scale_of(max(point[2] for point in points), kinds[1]),
    )
    heads = [column_word(answer.columns[place]) for place in (across, up)]
    trace: Json = {
        "type": "scatter",
        "mode": "markers",
        "x": [point[1] for point in points],
        "y": [point[2] for point in points],
        "marker": {
            "size": 10 if len(points) <= 200 else 7,
            "color": screen.colour("chart-me"),
            "opacity": 1 if len(points) <= 200 else 0.6,
            "line": {"width": 2 if len(points) <= 200 else 1, "color": screen.colour("surface")},
        },
        "customdata": [_said(point, heads, kinds) for point in points],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    layout: Json = {
        "margin": {"l": 4, "r": 24, "t": 22, "b": 40},
        "xaxis": {**scales[0].axis(), "showgrid": True},
        "yaxis": scales[1].axis(),
        "annotations": [*_names(points, (scales[0].top, scales[1].top), screen), *_heads(heads, screen)],
    }
    return figure([trace], layout, screen, with_table(answer, dots_summary(answer)), str(block.id))


def _said(point: tuple[str, float, float], heads: list[str], kinds: tuple[ColumnKind, ColumnKind]) -> str:
    values = [f"{head}: {value_text(value, kind)}" for head, value, kind in zip(heads, point[1:], kinds, strict=True)]
    return f"{point[0]}: {', '.join(values)}"


def _names(points: list[Point], tops: tuple[float, float], screen: Screen) -> list[Json]:
    """Beside each dot, on the side where there is room; no name where it would lie on another one."""
    if len(points) > MOST_NAMED:
        return []
    notes: list[Json] = []
    taken: list[tuple[float, float, float]] = []
    for name, across, up in points:
        text = cut(name, 16)
        left = across > tops[0] * TURN
        width = len(text) * LETTER / PLOT_WIDTH
        first = across / tops[0] - (width if left else 0.0)
        place = first, first + width, up / tops[1]
        if any(_overlap(place, other) for other in taken):
            continue
        taken.append(place)
        note = Note(across, up, plain(text), "ink")
        notes.append(annotation(note, screen, xanchor="right" if left else "left", xshift=-8 if left else 8, yshift=-1))
    return notes


def _overlap(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and abs(one[2] - other[2]) < NAME_HEIGHT


def _heads(heads: list[str], screen: Screen) -> list[Json]:
    """What runs across and what up, at the ends of both axes."""
    ends: Json = {"xref": "paper", "yref": "paper"}
    return [
        annotation(
            Note(1, 0, f"{plain(heads[0])} →", "ink-3"), screen, **ends, xanchor="right", yanchor="top", yshift=-21
        ),
        annotation(Note(0, 1, f"↑ {plain(heads[1])}", "ink-3"), screen, **ends, yanchor="bottom", yshift=4),
    ]
