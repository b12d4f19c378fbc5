"""How the average scores of the others of a course are spread: columns as wide as what they hold, nobody named."""

from collections.abc import Sequence

from dashapp import words
from dashapp.domain.views.content import ScoreBin
from dashapp.figures import cells
from dashapp.figures.axes import count_scale, percent_scale
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary_own import others_summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext


def _span(one: ScoreBin) -> str:
    return _("{low} to {high}").format(low=words.number(one.low), high=words.percent(one.high))


def _learners(number: int) -> str:
    return ngettext("{number} learner", "{number} learners", number).format(number=words.number(number))


def score_spread(bins: Sequence[ScoreBin], own: float | None, screen: Screen, revision: str = "") -> Drawing:
    """Others per 10 points of score, so that a wide bin is no taller than what it holds; `own` as a mark."""
    if not bins:
        return only_words(_("Nothing to show"), screen, revision)
    heights = [10 * one.learners / (one.high - one.low) for one in bins]
    bars: Json = {
        "type": "bar",
        "x": [(one.low + one.high) / 2 for one in bins],
        "y": heights,
        "width": [one.high - one.low - 0.6 for one in bins],
        "marker": {"color": screen.colour("chart-band"), "line": {"color": screen.colour("chart-others"), "width": 1}},
        "customdata": [f"{_span(one)}: {_learners(one.learners)}" for one in bins],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    scale = count_scale(max(heights))
    layout: Json = {
        "margin": {"l": 4, "r": 20, "t": 22, "b": 4},
        "bargap": 0,
        "xaxis": percent_scale(),
        "yaxis": scale.axis(),
    }
    if own is not None:
        line: Json = {"type": "line", "yref": "paper", "x0": own, "x1": own, "y0": 0, "y1": 1}
        layout["shapes"] = [{**line, "line": {"color": screen.colour("accent"), "width": 2.5}}]
        layout["annotations"] = [
            annotation(Note(own, 1, _("you"), "accent"), screen, yref="paper", xanchor="center", yanchor="bottom")
        ]
    rows = tuple((_span(one), cells.number(one.learners)) for one in bins)
    said = others_summary(bins, [_span(one) for one in bins], own)
    return figure([bars], layout, screen, Table((_("Score"), _("Others")), rows, summary=said), revision)
