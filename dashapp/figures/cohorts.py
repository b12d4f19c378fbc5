"""Two groups of learners, week by week: which share of each was active."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashapp import words
from dashapp.figures import cells
from dashapp.figures.axes import percent_scale, week_name, week_ticks
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary_own import cohorts_summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure, plain
from dashapp.figures.theme import words as only_words
from dashapp.words import _


@dataclass(frozen=True, slots=True)
class Line:
    """One group: its name, its size, and how many of it were active in each week."""

    name: str
    learners: int
    weeks: tuple[int, ...]

    def shares(self) -> list[float]:
        """In %, per week."""
        return [100.0 * count / self.learners if self.learners else 0.0 for count in self.weeks]


def _trace(line: Line, starts: Sequence[date], screen: Screen, *, own: bool) -> Json:
    said = _("{name}, week from {day}: {share}")
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(1, len(starts) + 1)),
        "y": line.shares(),
        # Told apart by dash and mark too, never by colour alone.
        "line": {
            "width": 2.5 if own else 2,
            "color": screen.colour("chart-me" if own else "chart-median"),
            "dash": "solid" if own else "dash",
        },
        "marker": {"size": 7, "symbol": "circle" if own else "diamond-open"},
        "customdata": [
            said.format(name=line.name, day=words.short_day(start), share=words.percent(share))
            for start, share in zip(starts, line.shares(), strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def two_cohorts(
    lines: tuple[Line, Line], starts: Sequence[date], screen: Screen, *, first: int = 1, revision: str = ""
) -> Drawing:
    """The share of each group that was active in each week; the first group is the reader's choice."""
    if not starts or not any(line.learners for line in lines):
        return only_words(_("Nobody is in either of the two"), screen, revision)
    ends = [line.shares()[-1] for line in lines]
    notes = []
    for place, line in enumerate(lines):
        # The higher of two ends has its name above.
        above = ends[place] >= ends[1 - place] if place == 0 else ends[place] > ends[1 - place]
        note = Note(len(starts), ends[place], plain(_short(line.name)), "ink" if place == 0 else "ink-2")
        anchor, shift = ("bottom", 6) if above else ("top", -6)
        notes.append(annotation(note, screen, xanchor="right", yanchor=anchor, yshift=shift))
    layout: Json = {
        "margin": {"l": 4, "r": 12, "t": 20, "b": 4},
        "xaxis": {"range": [0.6, len(starts) + 0.4], **week_ticks(starts, screen.narrow, first=first)},
        "yaxis": {**percent_scale(), "range": [0, 110]},
        "annotations": notes,
    }
    traces = [_trace(line, starts, screen, own=place == 0) for place, line in enumerate(lines)]
    head = (_("Week"), *(line.name for line in lines))
    rows = tuple(
        (week_name(first + place, start), *(cells.percent(line.shares()[place]) for line in lines))
        for place, start in enumerate(starts)
    )
    said = cohorts_summary([(line.name, line.shares()) for line in lines if line.learners], [row[0] for row in rows])
    return figure(traces, layout, screen, Table(head, rows, summary=said), revision)


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"
