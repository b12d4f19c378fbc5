"""Learners down, weeks across: who was active when. The rows stand in the order of the list beside the map."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache, partial

from markupsafe import Markup

from dashapp import words
from dashapp.domain.views import ClassroomView, LearnerRow, Level
from dashapp.figures import cells
from dashapp.figures.axes import week_name, week_ticks
from dashapp.figures.calendar import stepped
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.scores import short_label
from dashapp.figures.summary import ends_of, named, summary
from dashapp.figures.theme import Screen, Table, figure, plain
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

MINUTE_STEPS = (0, 60, 120, 240, 360)
"""From each on: the next colour; 0 is a true zero."""
EVENT_STEPS = (0, 10, 30, 75, 150)
MOST_ROWS = 40
"""More rows than that are thinner than their names, which take 12 px each."""
GLYPH = {Level.HELP: "▲", Level.WATCH: "◆", Level.CALM: "○"}
GLYPH_COLOUR = {Level.HELP: "help", Level.WATCH: "watch", Level.CALM: "ink-3"}


def steps_of(minutes: bool) -> tuple[int, ...]:
    """Where the map's colours change."""
    return MINUTE_STEPS if minutes else EVENT_STEPS


def rows_shown(view: ClassroomView) -> int:
    """How many learners the map shows, from the top of the list."""
    return min(view.heat_rows, len(view.learners), MOST_ROWS)


def _ends_with_this_week(view: ClassroomView) -> bool:
    """Chosen dates may end earlier; the last column is no "now" then."""
    return timedelta(0) <= view.today - view.week_starts[-1] < timedelta(days=7)


def _bin(value: int, steps: Sequence[int]) -> int:
    return 0 if value == 0 else 1 + sum(value >= step for step in steps[1:])


def _amount(value: int | None, minutes: bool) -> str:
    if value is None:
        return _("to come")
    if value == 0:
        return _("no activity")
    if minutes:
        return words.duration(value)
    return ngettext("{number} event", "{number} events", value).format(number=words.number(value))


def _name(row: LearnerRow, screen: Screen) -> str:
    name = short_label(row.name, 14 if screen.narrow else 22)
    colour = screen.colour(GLYPH_COLOUR[row.level])
    return Markup(f'{plain(name)}  <span style="color:{colour}">{GLYPH[row.level]}</span>')


def _week_said(number: int, start: date) -> tuple[str, str]:
    """How a week is said of somebody: the sentence with places for its parts, and what the week is called in it."""
    pattern = _("{name}, week {number}: {amount}") if number > 0 else _("{name}, week from {day}: {amount}")
    return pattern, week_name(number, start)


def _map(view: ClassroomView, screen: Screen) -> Json:
    steps, colours = steps_of(view.heat_in_minutes), screen.amounts()
    shown = view.learners[: rows_shown(view)]
    # Of hundreds of cells many say the same, and each week is called alike in all of them.
    amount, step = cache(partial(_amount, minutes=view.heat_in_minutes)), cache(partial(_bin, steps=steps))
    weeks = [_week_said(view.first_week + place, start) for place, start in enumerate(view.week_starts)]
    return {
        "type": "heatmap",
        "z": [[None if value is None else step(value) for value in row] for row in view.heat[: len(shown)]],
        "x": list(range(1, len(view.week_starts) + 1)),
        "y": list(range(len(shown))),
        "zmin": -0.5,
        "zmax": len(colours) - 0.5,
        "colorscale": stepped(colours),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "customdata": [
            [
                pattern.format(name=row.name, number=week, day=week, amount=amount(value))
                for (pattern, week), value in zip(weeks, values, strict=True)
            ]
            for row, values in zip(shown, view.heat, strict=False)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
    }


def _gaps(shown: Sequence[LearnerRow], screen: Screen) -> list[Json]:
    """A wider gap where one level ends and the next begins."""
    line: Json = {"color": screen.colour("surface"), "width": 5}
    return [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": place - 0.5, "y1": place - 0.5, "line": line}
        for place in range(1, len(shown))
        if shown[place].level is not shown[place - 1].level
    ]


def _table(view: ClassroomView, shown: Sequence[LearnerRow]) -> Table:
    weeks = tuple(words.short_day(start) for start in view.week_starts)
    cell = cache(cells.number)
    rows = tuple(
        (row.name, *("" if value is None else cell(value) for value in values))
        for row, values in zip(shown, view.heat, strict=False)
    )
    unit = _("Minutes per learner and week") if view.heat_in_minutes else _("Events per learner and week")
    points = [
        ((row.name, week), value)
        for row, values in zip(shown, view.heat, strict=False)
        for week, value in zip(weeks, values, strict=False)
        if value is not None
    ]
    where = _("{learner}, week from {day}")
    ends = [(where.format(learner=named(name), day=week), value) for (name, week), value in ends_of(points)]
    said = summary(unit, ends, words.number, in_time=False)
    head = _("{unit}; the head of each column is its Monday").format(unit=unit)
    return Table((_("Learner"), *weeks), rows, head, said)


def learner_weeks(view: ClassroomView, screen: Screen, *, revision: str = "") -> Drawing:
    """The first `heat_rows` learners by week: time where the sources record it, else events."""
    shown = view.learners[: rows_shown(view)]
    if not shown or not view.week_starts:
        return only_words(_("No learner and no week to show yet"), screen, revision)
    layout: Json = {
        "margin": {"l": 4, "r": 4, "t": 22, "b": 2},
        "xaxis": {
            "side": "top",
            "showline": False,
            "range": [0.5, len(view.week_starts) + 0.5],
            **week_ticks(view.week_starts, screen.narrow, side_now=_ends_with_this_week(view), first=view.first_week),
        },
        "yaxis": {
            "showgrid": False,
            "rangemode": "normal",
            "range": [len(shown) - 0.5, -0.5],
            "tickvals": list(range(len(shown))),
            "ticktext": [_name(row, screen) for row in shown],
            "tickfont": {"size": 11 if screen.narrow else 12, "color": screen.colour("ink")},
        },
        "shapes": _gaps(shown, screen),
    }
    return figure([_map(view, screen)], layout, screen, _table(view, shown), revision)
