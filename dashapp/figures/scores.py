"""A learner's scores, each beside its course: middle half as a bar, median as a mark, the learner as a dot."""

from collections import Counter
from collections.abc import Sequence

from dashapp import words
from dashapp.domain.audience import Comparison
from dashapp.domain.views import Score
from dashapp.figures import cells
from dashapp.figures.axes import percent_scale
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary import named, summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure, plain
from dashapp.figures.theme import words as only_words
from dashapp.words import _

SHOWN = 8
"""So many fit; the table of the figure has them all."""
LABEL_WIDE = 28
LABEL_NARROW = 18


def short_label(text: str, most: int) -> str:
    """A long name cut with an ellipsis: the whole name is in the hover text and in the table."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def short_labels(texts: Sequence[str], most: int) -> list[str]:
    """Long names cut like this; those that would look alike then are cut in the middle, so that their ends tell them
    apart ("Computer-marked assignment 34894" and "… 34895")."""
    cut = [short_label(text, most) for text in texts]
    alike = Counter(label for _text, label in set(zip(texts, cut, strict=True)))
    return [
        _cut_in_the_middle(text, most) if alike[label] > 1 else label for text, label in zip(texts, cut, strict=True)
    ]


def _cut_in_the_middle(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end].rstrip()}…{text[-end:].lstrip()}"


def _name(score: Score) -> str:
    return f"{score.course} {score.activity}" if score.course else score.activity


def against_median(score: float, median: float | None) -> str:
    """ "20 above", "27 below", "at the median"; empty where the median is not shown."""
    if median is None:
        return ""
    gap = round(score) - round(median)
    if gap == 0:
        return _("at the median")
    return (_("{points} above") if gap > 0 else _("{points} below")).format(points=words.number(abs(gap)))


def _ranges(rows: Sequence[Score], screen: Screen) -> list[Json]:
    """The middle half and the median, where the group may be shown."""
    boxes = [(place, row, row.quartile_1, row.quartile_3) for place, row in enumerate(rows)]
    known = [(place, row, low, high) for place, row, low, high in boxes if low is not None and high is not None]
    marks = [(place, row, row.median) for place, row in enumerate(rows) if row.median is not None]
    half = _("{activity}: the middle half of the course has {low} to {high}")
    middle = _("{activity}: median {median}")
    return [
        {
            "type": "bar",
            "orientation": "h",
            "y": [place for place, _row, _low, _high in known],
            "x": [high - low for _place, _row, low, high in known],
            "base": [low for _place, _row, low, _high in known],
            "width": 0.42,
            "marker": {
                "color": screen.colour("chart-band"),
                "line": {"color": screen.colour("chart-others"), "width": 1},
            },
            "customdata": [
                half.format(activity=_name(row), low=words.number(low), high=words.percent(high))
                for _place, row, low, high in known
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "y": [place for place, _row, _median in marks],
            "x": [median for _place, _row, median in marks],
            "marker": {
                "symbol": "line-ns",
                "size": 16,
                "line": {"width": 2, "color": screen.colour("chart-median")},
            },
            "customdata": [
                middle.format(activity=_name(row), median=words.percent(median)) for _place, row, median in marks
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    ]


def _dots(rows: Sequence[Score], screen: Screen) -> Json:
    said = _("{activity}: {score}")
    return {
        "type": "scatter",
        "mode": "markers",
        "y": list(range(len(rows))),
        "x": [row.score for row in rows],
        "marker": {
            "size": 11,
            "color": screen.colour("accent"),
            "line": {"width": 2, "color": screen.colour("surface")},
        },
        "customdata": [said.format(activity=_name(row), score=words.percent(row.score)) for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def _key(rows: Sequence[Score], own: str, screen: Screen) -> list[Json]:
    """Names of the marks above the first row. They share a line only where they do not touch."""
    top = len(rows) - 1
    row, edge = rows[top], top + 0.5
    if row.median is None:
        return []
    letters = len(own) + len(_("median"))
    apart = abs(row.score - row.median) * (1.9 if screen.narrow else 2.8) > letters * 3.5 + 8
    median = annotation(Note(row.median, edge, _("median")), screen, xanchor="center", yanchor="bottom")
    mine = annotation(Note(row.score, edge, own, "accent"), screen, xanchor="center", yanchor="bottom")
    if not apart:
        side = "left" if row.score >= row.median else "right"
        mine["xanchor"], median["xanchor"] = side, "right" if side == "left" else "left"
    return [median, mine]


def _ends(rows: Sequence[Score], own: str, screen: Screen) -> list[Json]:
    notes = []
    for place, row in enumerate(rows):
        text = f"<b>{words.percent(row.score)}</b>  {against_median(row.score, row.median)}"
        notes.append(annotation(Note(1, place, text, "ink"), screen, xref="paper", xshift=18))
    if any(row.median is not None for row in rows):
        head = _("{who}, against median").format(who=own)
        edge = len(rows) - 0.5
        notes.append(annotation(Note(1, edge, head, "ink-3"), screen, xref="paper", xshift=18, yanchor="bottom"))
    return notes


def why_not(score: Score) -> str:
    """Why a score stands alone."""
    if score.comparison is Comparison.NOT_SHOWN:
        return _("not shown here")
    return _("too few to compare") if score.comparison is Comparison.TOO_FEW else _("hidden for privacy")


def _table(scores: Sequence[Score], own: str) -> Table:
    rows = tuple(
        (
            _name(score),
            cells.percent(score.score),
            cells.percent(score.median) if score.median is not None else why_not(score),
            f"{words.number(score.quartile_1)}–{words.percent(score.quartile_3)}"
            if score.quartile_1 is not None and score.quartile_3 is not None
            else why_not(score),
        )
        for score in scores
    )
    said = summary(_("Score"), [(named(_name(score)), score.score) for score in scores], words.percent)
    return Table((_("Activity"), own, _("Median"), _("Middle half")), rows, summary=said)


def scores_against_course(
    scores: Sequence[Score], screen: Screen, *, own: str | None = None, revision: str = ""
) -> Drawing:
    """The latest scores, oldest at the top. `own` names the dot: "you" by default, or the learner's name."""
    own = own or _("you")
    shown_own = plain(own)
    if not scores:
        return only_words(_("No score yet"), screen, revision)
    ordered = sorted(scores, key=lambda score: score.at)
    rows = ordered[-SHOWN:][::-1]
    lowest = min(min(row.score, row.quartile_1 if row.quartile_1 is not None else row.score) for row in rows)
    most = LABEL_NARROW if screen.narrow else LABEL_WIDE
    layout: Json = {
        "margin": {"l": 4, "r": 12 if screen.narrow else 152, "t": 26, "b": 4},
        "bargap": 0.5,
        "xaxis": {
            **percent_scale(20 if lowest >= 24 else 0),
            "showgrid": True,
            "showline": False,
        },
        "yaxis": {
            "showgrid": False,
            "rangemode": "normal",
            "range": [-0.6, len(rows) - 0.4],
            "tickvals": list(range(len(rows))),
            "ticktext": short_labels([_name(row) for row in rows], most),
            "tickfont": {"size": 12, "color": screen.colour("ink")},
            "ticklabelstandoff": 8,
        },
        "annotations": _key(rows, shown_own, screen) + ([] if screen.narrow else _ends(rows, shown_own, screen)),
    }
    traces = [*_ranges(rows, screen), _dots(rows, screen)]
    return figure(traces, layout, screen, _table(ordered, own), revision)
