"""A learner's scores in time with their running average, and the goal that they have set."""

from collections.abc import Sequence
from datetime import timedelta

from dashapp import words
from dashapp.domain.views import Score
from dashapp.figures import cells
from dashapp.figures.axes import percent_scale
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary_own import trend_summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _


def running_means(scores: Sequence[Score]) -> list[float]:
    """The mean of the last three scores at each of them: where it goes, not what the course makes of it."""
    values = [score.score for score in scores]
    return [sum(values[max(0, place - 2) : place + 1]) / min(3, place + 1) for place in range(len(values))]


def score_trend(scores: Sequence[Score], goal: int | None, screen: Screen, zone: str, revision: str = "") -> Drawing:
    """Dots for the scores, a line for the mean of the last three, a dashed line for the goal."""
    if not scores:
        return only_words(_("No score yet"), screen, revision)
    ordered = sorted(scores, key=lambda score: score.at)
    days = [words.local_date(score.at, zone) for score in ordered]
    means = running_means(ordered)
    said = [
        _("{activity}, {day}: {score}").format(
            activity=f"{score.course} {score.activity}".strip(),
            day=words.short_day(day),
            score=words.percent(score.score),
        )
        for score, day in zip(ordered, days, strict=True)
    ]
    dots: Json = {
        "type": "scatter",
        "mode": "markers",
        "x": days,
        "y": [score.score for score in ordered],
        "marker": {
            "size": 10,
            "color": screen.colour("accent"),
            "line": {"width": 2, "color": screen.colour("surface")},
        },
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    line: Json = {
        "type": "scatter",
        "mode": "lines",
        "x": days,
        "y": means,
        "line": {"width": 2, "color": screen.colour("chart-me")},
        "hoverinfo": "skip",
    }
    first, last = days[0], days[-1]
    margin = max((last - first) * 0.05, timedelta(days=1))
    ticks = sorted({first, first + (last - first) / 2, last}) if (last - first).days > 20 else sorted({first, last})
    layout: Json = {
        "margin": {"l": 4, "r": 20, "t": 12, "b": 4},
        "xaxis": {
            "type": "date",
            "range": [first - margin, last + margin],
            "tickvals": ticks,
            "ticktext": [words.short_day(tick) for tick in ticks],
        },
        "yaxis": {**percent_scale(), "showgrid": True},
    }
    if goal is not None:
        layout |= _goal(goal, screen)
    rows = tuple(
        (f"{score.course} {score.activity}".strip(), cells.day(day), cells.percent(score.score), cells.percent(mean))
        for score, day, mean in zip(ordered, days, means, strict=True)
    )
    in_words = trend_summary(ordered, means[-1], goal)
    table = Table((_("Activity"), _("Day"), _("Score"), _("Mean of the last three")), rows, summary=in_words)
    return figure([line, dots], layout, screen, table, revision)


def _goal(goal: int, screen: Screen) -> Json:
    """A dashed line across the plot, named at its beginning."""
    across: Json = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": goal, "y1": goal}
    name = _("goal {goal}").format(goal=words.percent(goal))
    named = annotation(Note(0, goal, name, "ink"), screen, xref="paper", xanchor="left", yanchor="bottom")
    line = {"color": screen.colour("ink-2"), "width": 1.5, "dash": "dash"}
    return {"shapes": [{**across, "line": line}], "annotations": [named]}
