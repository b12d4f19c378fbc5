"""How the average scores of the others of a course are spread: columns as wide as what they hold, nobody named."""

from collections.abc import Sequence
from typing import Final

from dashapp import words
from dashapp.domain.indicators.distribution import EDGES
from dashapp.domain.views.content import ScoreBin
from dashapp.figures import cells
from dashapp.figures.axes import count_scale, percent_scale
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary_own import others_summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

STEP: Final = EDGES[1] - EDGES[0]
"""Points of a column that was not put together of several."""
HEAD: Final = 1.2
"""How much taller the plot is than its tallest column where ranges stand above columns."""


def _span(one: ScoreBin) -> str:
    return _("{low} to {high}").format(low=words.number(one.low), high=words.percent(one.high))


def _merged(one: ScoreBin) -> bool:
    return one.high - one.low > STEP


def _ranges(bins: Sequence[ScoreBin], heights: Sequence[float], screen: Screen) -> list[Json]:
    """Above each column that stands for more than one step, all that it stands for; a line behind it is interrupted."""
    # On a phone the unit would not find room: the axis below has it.
    last = words.number if screen.narrow else words.percent
    notes = []
    for one, height in zip(bins, heights, strict=True):
        if _merged(one):
            text = f"{words.number(one.low)}–{last(one.high)}"
            note = Note((one.low + one.high) / 2, height, text, "ink")
            place = {"xanchor": "center", "yanchor": "bottom", "yshift": 2}
            notes.append(annotation(note, screen, bgcolor=screen.colour("surface"), borderpad=0, **place))
    return notes


def _edges(bins: Sequence[ScoreBin]) -> Json:
    """The axis of the scores, with its ticks where columns meet."""
    ends = [bins[0].low, *(one.high for one in bins)]
    texts = [*(words.number(end) for end in ends[:-1]), words.percent(ends[-1])]
    return {**percent_scale(), "tickvals": ends, "ticktext": texts}


def _learners(number: int) -> str:
    return ngettext("{number} learner", "{number} learners", number).format(number=words.number(number))


def score_spread(bins: Sequence[ScoreBin], own: float | None, screen: Screen, revision: str = "") -> Drawing:
    """Others per step of score, so that a wide bin is no taller than what it holds; `own` as a mark."""
    if not bins:
        return only_words(_("Nothing to show"), screen, revision)
    heights = [STEP * one.learners / (one.high - one.low) for one in bins]
    bars: Json = {
        "type": "bar",
        "x": [(one.low + one.high) / 2 for one in bins],
        "y": heights,
        "width": [one.high - one.low - 0.6 for one in bins],
        "marker": {"color": screen.colour("chart-band"), "line": {"color": screen.colour("chart-others"), "width": 1}},
        "customdata": [f"{_span(one)}: {_learners(one.learners)}" for one in bins],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    axis = count_scale(max(heights)).axis()
    if any(_merged(one) for one in bins):
        axis["range"] = [0, max(heights) * HEAD]
    layout: Json = {
        "margin": {"l": 4, "r": 20, "t": 22, "b": 4},
        "bargap": 0,
        "xaxis": _edges(bins),
        "yaxis": axis,
        "annotations": _ranges(bins, heights, screen),
    }
    if own is not None:
        line: Json = {"type": "line", "yref": "paper", "x0": own, "x1": own, "y0": 0, "y1": 1}
        layout["shapes"] = [{**line, "line": {"color": screen.colour("accent"), "width": 2.5}}]
        you = Note(own, 1, _("you"), "accent")
        layout["annotations"].append(annotation(you, screen, yref="paper", xanchor="center", yanchor="bottom"))
    rows = tuple((_span(one), cells.number(one.learners)) for one in bins)
    said = others_summary(bins, [_span(one) for one in bins], own)
    return figure([bars], layout, screen, Table((_("Score"), _("Others")), rows, summary=said), revision)
