"""Work against score: one mark per learner, its shape says the level, only those to look at are named."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from dashapp import words
from dashapp.domain.audience import FEWEST_OTHERS
from dashapp.domain.reports.answers import ColumnKind
from dashapp.domain.views import ClassroomView, LearnerRow, Level, Listed
from dashapp.figures import cells
from dashapp.figures.axes import count_scale, minutes_scale, percent_scale
from dashapp.figures.cells import Cell
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary import ends_of, named, summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

SYMBOL = {Level.HELP: "triangle-up", Level.WATCH: "diamond", Level.CALM: "circle-open"}
LEVELS = (Level.CALM, Level.WATCH, Level.HELP)
"""In the order in which they are drawn, the last one on top."""
COLOUR = {Level.HELP: "help", Level.WATCH: "watch", Level.CALM: "ink-3"}
NAMED_WIDE, NAMED_NARROW = 14, 6
"""At most so many names: the first of the list, as far as they find room."""
MOST_MARKS = 3_000
"""Marks that a browser still draws at once: of a larger course the first of the list, whom the list shows, too."""
CROWDS_KEPT = 8
"""Of 2,000 learners one takes some 2 MB."""
UNPICKED = 0.25
"""The opacity of learners who are not among those picked."""
CHARACTER, LINE = 6.6, 15.0
"""What a name takes, in px."""


SIDES = ("middle right", "middle left", "top center", "bottom center")
"""Of a mark on which its name may stand, the best one first."""
TOGETHER = 24
"""Names for which room is looked for at once."""
GAP = "\u00a0\u00a0"
"""Between a mark and the name beside it."""


@dataclass(frozen=True, slots=True)
class _Point:
    row: LearnerRow
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    def sides(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        return self.left, self.bottom, self.right, self.top

    def meets(self, other: "_Box") -> bool:
        """Whether both share any room."""
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top


class _Taken:
    """The room that is taken: by marks, in the order of their points, then by labels."""

    def __init__(self, boxes: Sequence[_Box]) -> None:
        # As columns, since each of many names is held against each of many marks.
        self._sides = _sides(boxes)

    def met(self, boxes: Sequence[_Box], besides: Sequence[int]) -> list[bool]:
        """Whether each box shares any room with one of those taken but for its own mark, which is at this place."""
        left, bottom, right, top = self._sides
        own_left, own_bottom, own_right, own_top = (side[:, np.newaxis] for side in _sides(boxes))
        met = (own_left < right) & (left < own_right) & (own_bottom < top) & (bottom < own_top)
        met[np.arange(len(boxes)), np.array(besides, dtype=np.int64)] = False
        return [bool(each) for each in met.any(axis=1)]


def _sides(boxes: Sequence[_Box]) -> NDArray[np.float64]:
    return np.array([box.sides() for box in boxes], dtype=np.float64).reshape(-1, 4).T


def _box(point: tuple[float, float], name: str, side: str) -> _Box:
    x, y = point
    width = len(name) * CHARACTER
    if side == "middle right":
        return _Box(x + 6, y - LINE / 2, x + 10 + width, y + LINE / 2)
    if side == "middle left":
        return _Box(x - 10 - width, y - LINE / 2, x - 6, y + LINE / 2)
    shift = 6.0 if side == "top center" else -6.0 - LINE
    return _Box(x - width / 2, y + shift, x + width / 2, y + shift + LINE)


def _plot(screen: Screen) -> tuple[float, float]:
    """About as many px the plot has, across and up."""
    return (280.0, 290.0) if screen.narrow else (440.0, 450.0)


def _places(points: Sequence[_Point], width: float, screen: Screen, labels: Sequence["_Label"] = ()) -> dict[int, str]:
    """Where names stand: beside their marks, and nowhere where they would touch a mark, a label or another name."""
    plot = _plot(screen)
    at = [(point.x / width * plot[0], point.y / 103 * plot[1]) for point in points]
    taken = _Taken([*(_Box(x - 5, y - 5, x + 5, y + 5) for x, y in at), *(label.box for label in labels)])
    asked = [place for place, point in enumerate(points) if point.row.level is not Level.CALM]
    most = NAMED_NARROW if screen.narrow else NAMED_WIDE
    chosen: dict[int, str] = {}
    named: list[_Box] = []
    # Some at a time: most often the names find room long before the last one.
    for begin in range(0, len(asked), TOGETHER):
        every = [
            (place, side, _box(at[place], points[place].row.name, side))
            for place in asked[begin : begin + TOGETHER]
            for side in SIDES
        ]
        tried = [(place, side, box) for place, side, box in every if _inside(box, plot)]
        met = taken.met([box for _place, _side, box in tried], [place for place, _side, _box in tried])
        for (place, side, box), touches in zip(tried, met, strict=True):
            if len(chosen) >= most:
                return chosen
            if place not in chosen and not touches and not any(box.meets(other) for other in named):
                chosen[place] = side
                named.append(box)
    return chosen


def _inside(box: _Box, plot: tuple[float, float]) -> bool:
    return box.left >= 0 and box.right <= plot[0] and box.bottom >= 0 and box.top <= plot[1]


def _amount(value: float, minutes: bool) -> str:
    if minutes:
        return words.duration(value)
    return ngettext("{number} event", "{number} events", round(value)).format(number=words.number(value))


def _marks(chosen: Sequence[_Point], level: Level, screen: Screen, *, minutes: bool) -> Json:
    said, amount = _("{name}: {amount}, {score}"), cache(partial(_amount, minutes=minutes))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [point.x for point in chosen],
        "y": [point.y for point in chosen],
        "marker": {
            "symbol": SYMBOL[level],
            "size": 9 if level is Level.CALM else 10,
            "color": screen.colour(COLOUR[level]),
            "line": {"width": 1.5 if level is Level.CALM else 0},
        },
        "customdata": [
            said.format(name=point.row.name, amount=amount(point.x), score=words.percent(point.y)) for point in chosen
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        # By these the browser says who was picked.
        "ids": [str(point.row.public_id) for point in chosen],
        "cliponaxis": False,
        "unselected": {"marker": {"opacity": UNPICKED}},
    }


def _names(named: Sequence[tuple[_Point, str]], screen: Screen) -> Json:
    """The names and their sides, apart from the marks: plotly makes a text for each point of a trace that has texts."""
    ink = {level: screen.colour("ink" if level is Level.HELP else "ink-2") for level in Level}

    def text(name: str, side: str) -> str:
        return f"{GAP}{name}" if side.endswith("right") else f"{name}{GAP}" if side.endswith("left") else name

    return {
        "type": "scatter",
        "mode": "text",
        "x": [point.x for point, _side in named],
        "y": [point.y for point, _side in named],
        "text": [text(point.row.name, side) for point, side in named],
        "textposition": [side for _point, side in named],
        "textfont": {"size": 12, "color": [ink[point.row.level] for point, _side in named]},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _free_side(points: Sequence[_Point], right: float, up: float) -> tuple[str, int]:
    """Where the name of a line at the height `up` meets the fewest marks: (left or right end, above or below)."""

    def met(side: str, shift: int) -> int:
        near = [point for point in points if (point.x > 0.72 * right if side == "right" else point.x < 0.28 * right)]
        return sum(-1 < (point.y - up) * shift / 9 < 6 for point in near)

    choices = [("right", 9), ("right", -9), ("left", 9), ("left", -9)]
    return min(choices, key=lambda choice: met(*choice))


@dataclass(frozen=True, slots=True)
class _Label:
    """The name of a line, and the room that it takes in px of the plot."""

    note: Note
    at_right: bool
    shift: tuple[int, int]
    box: _Box


def _label(note: Note, *, at_right: bool, shift: tuple[int, int], plot: tuple[float, float], right: float) -> _Label:
    across, up = note.x / right * plot[0] + shift[0], note.y / 103 * plot[1] + shift[1]
    width = len(note.text) * CHARACTER
    left = across - width if at_right else across
    return _Label(note, at_right, shift, _Box(left, up - LINE / 2, left + width, up + LINE / 2))


def _labels(points: Sequence[_Point], right: float, minutes: bool, screen: Screen) -> list[_Label]:
    """What the lines at the medians are called, and where."""
    across, up = median(point.x for point in points), median(point.y for point in points)
    name = _("median time") if minutes else _("median events")
    at_left, plot = across > right * 0.7, _plot(screen)
    note = Note(across, 3, name, "ink-3")
    found = [_label(note, at_right=at_left, shift=(-5 if at_left else 5, 0), plot=plot, right=right)]
    if not screen.narrow:
        side, shift = _free_side(points, right, up)
        note = Note(right if side == "right" else 0, up, _("median score"), "ink-3")
        moved = -2 if side == "right" else 4
        found.append(_label(note, at_right=side == "right", shift=(moved, shift), plot=plot, right=right))
    return found


def _medians(points: Sequence[_Point], labels: Sequence[_Label], screen: Screen) -> Json:
    """Dotted lines at the medians, named where they end."""
    across, up = median(point.x for point in points), median(point.y for point in points)
    line: Json = {"color": screen.colour("chart-axis"), "width": 1, "dash": "dot"}
    return {
        "shapes": [
            {"type": "line", "x0": across, "x1": across, "yref": "paper", "y0": 0, "y1": 1, "line": line},
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": up, "y1": up, "line": line},
        ],
        "annotations": [
            annotation(
                label.note,
                screen,
                xanchor="right" if label.at_right else "left",
                xshift=label.shift[0],
                yshift=label.shift[1],
            )
            for label in labels
        ],
    }


@dataclass(frozen=True, slots=True)
class _Crowd:
    """All learners of a chart as they are drawn and told of, whoever of them is picked."""

    points: Sequence[_Point]
    rows: Sequence[tuple[str, ...]]
    """Of the table, one per point."""
    traces: Sequence[Sequence[_Point]]
    """What each trace shows."""
    drawn: Drawing


@lru_cache(maxsize=CROWDS_KEPT)
def _crowd(listed: Listed, minutes: bool, screen: Screen, revision: str, _locale: str) -> _Crowd | None:
    """None where nobody has a score. Kept, since whoever picks learners, again and again, sees the same ones."""
    points = [
        _Point(row, float((row.minutes or 0) if minutes else row.events), row.score)
        for row in listed.rows
        if row.score is not None
    ]
    if not points:
        return None
    highest = max(point.x for point in points)
    scale = minutes_scale(highest) if minutes else count_scale(highest)
    # Of so few the medians are one of them, or half-way between two.
    labels = _labels(points, scale.top, minutes, screen) if len(points) > FEWEST_OTHERS else []
    zoom = not screen.narrow
    layout: Json = {
        "margin": {"l": 4, "r": 24, "t": 8, "b": 4},
        "dragmode": "zoom" if zoom else False,
        "xaxis": {**scale.axis(), "fixedrange": not zoom},
        "yaxis": {**percent_scale(), "fixedrange": not zoom},
        **(_medians(points, labels, screen) if labels else {}),
    }
    points = points[:MOST_MARKS]
    named = [(points[place], side) for place, side in _places(points, scale.top, screen, labels).items()]
    shown = [[point for point in points if point.row.level is level] for level in LEVELS]
    marks = [_marks(part, level, screen, minutes=minutes) for level, part in zip(LEVELS, shown, strict=True)]
    drawn = figure([*marks, _names(named, screen)], layout, screen, Table(_head(minutes), ()), revision)
    return _Crowd(points, _rows(points, minutes), [*shown, [point for point, _side in named]], drawn)


def _head(minutes: bool) -> tuple[str, ...]:
    return (_("Learner"), _("Time") if minutes else _("Events"), _("Average score"))


def _rows(points: Sequence[_Point], minutes: bool) -> Sequence[tuple[str, ...]]:
    kind = ColumnKind.MINUTES if minutes else ColumnKind.COUNT
    amount = cache(partial(_amount, minutes=minutes))
    return [(point.row.name, Cell.of(amount(point.x), kind, point.x), cells.percent(point.y)) for point in points]


def _table(points: Sequence[_Point], rows: Sequence[tuple[str, ...]], minutes: bool) -> Table:
    scored = [(named(name), score) for name, score in ends_of([(point.row.name, point.y) for point in points])]
    said = summary(_("Average score"), scored, words.percent, in_time=False)
    return Table(_head(minutes), tuple(rows), summary=said)


def time_and_score(view: ClassroomView, screen: Screen, *, revision: str = "") -> Drawing:
    """Active time (events where time is not recorded) in the chosen range against the average score.

    Learners without a score are left out; where some were picked, the others stay as faint marks, and nothing else of
    the drawing depends on who was: what the browser has marked already it need not draw anew.
    Of more than `MOST_MARKS` the first are drawn, those who were picked before the others; medians and axes are those
    of all. The axes can be zoomed: in a crowd, that answers a question.
    """
    minutes = view.minutes_recorded
    many = len(view.learners) + len(view.unpicked) > MOST_MARKS
    listed = Listed((*view.learners, *view.unpicked) if many else view.with_unpicked())
    crowd = _crowd(listed, minutes, screen, revision, words.current_locale())
    if crowd is None:
        return only_words(_("No learner has a score yet"), screen, revision)
    chosen = {row.public_id.int for row in view.learners}
    picked = [
        (point, row) for point, row in zip(crowd.points, crowd.rows, strict=True) if point.row.public_id.int in chosen
    ]
    table = _table([point for point, _row in picked], [row for _point, row in picked], minutes)
    traces = crowd.drawn.traces
    if view.unpicked:
        traces = [{**trace, **_standing_out(shown, chosen)} for trace, shown in zip(traces, crowd.traces, strict=True)]
    return crowd.drawn.but(traces, meta=table.told())


def _standing_out(points: Sequence[_Point], chosen: Set[int]) -> Json:
    """Who is picked stands out: the others stay, so that another choice can be made. As plotly marks them itself: it
    says nothing of a trace without marks."""
    places = [place for place, point in enumerate(points) if point.row.public_id.int in chosen]
    return {"selectedpoints": places} if points else {}
