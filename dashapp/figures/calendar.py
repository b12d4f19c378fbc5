"""A calendar: weekdays down, weeks across, one cell per day. What is to come is blank, zero has its own colour.

A column is a week as the reader's calendar has it, from its first weekday on. Totals of weeks are not drawn here: those
begin on Mondays everywhere (docs/metrics.md).
"""

from collections.abc import Sequence
from datetime import date, timedelta

from dashapp import words
from dashapp.domain.views import Day
from dashapp.figures import cells
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary import summary
from dashapp.figures.theme import Screen, Table, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

MINUTE_STEPS = (0, 15, 45, 90, 180)
"""Above each: the next colour. 0 is a true zero."""
EVENT_STEPS = (0, 5, 15, 40, 100)
MANY_WEEKS = 30


def steps_of(minutes: bool) -> tuple[int, ...]:
    """Where the calendar's colours change."""
    return MINUTE_STEPS if minutes else EVENT_STEPS


def _bin(value: int, steps: Sequence[int]) -> int:
    return sum(value > step for step in steps)


def stepped(colours: Sequence[str]) -> list[list[object]]:
    """A colour scale of flat steps, for values 0, 1, 2 … drawn from -0.5 to n - 0.5."""
    count = len(colours)
    return [[place / count, colour] for index, colour in enumerate(colours) for place in (index, index + 1)]


def _value(day: Day | None, minutes: bool) -> int:
    if day is None:
        return 0
    return (day.minutes or 0) if minutes else day.events


def _said(when: date, value: int, minutes: bool) -> str:
    amount = (
        words.duration(value)
        if minutes
        else ngettext("{number} event", "{number} events", value).format(number=words.number(value))
    )
    return f"{words.day(when)}: {amount}"


def _month_ticks(starts: Sequence[date], narrow: bool) -> Json:
    ticks = [(0, starts[0])]
    for index, start in enumerate(starts):
        if not index or start.month == starts[index - 1].month:
            continue
        if index - ticks[-1][0] >= (3 if narrow else 2):
            ticks.append((index, start))
        elif len(ticks) == 1:
            # There is no room for both: the month that begins here says more than the days before it.
            ticks = [(index, start)]
    return {"tickvals": [place for place, _monday in ticks], "ticktext": [words.month(day) for _place, day in ticks]}


def _heat(starts: Sequence[date], values: dict[date, int], screen: Screen, minutes: bool) -> Json:
    steps, colours = steps_of(minutes), screen.amounts()
    days = [[start + timedelta(days=down) for start in starts] for down in range(7)]
    return {
        "type": "heatmap",
        "z": [[_bin(values[day], steps) if day in values else None for day in row] for row in days],
        "x": list(range(len(starts))),
        "y": list(range(7)),
        "zmin": -0.5,
        "zmax": len(colours) - 0.5,
        "colorscale": stepped(colours),
        "showscale": False,
        "xgap": 2 if len(starts) > MANY_WEEKS or screen.narrow else 3,
        "ygap": 3,
        "customdata": [
            [_said(day, values[day], minutes) if day in values else words.day(day) for day in row] for row in days
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
    }


def activity_calendar(
    days: Sequence[Day], today: date, screen: Screen, *, minutes: bool, revision: str = ""
) -> Drawing:
    """One learner's days from the first of `days` to today. A day between them that is not given is a zero."""
    if not days:
        return only_words(_("No day recorded yet"), screen, revision)
    given = {day.day: day for day in days}
    first = min(given)
    values = {
        first + timedelta(days=offset): _value(given.get(first + timedelta(days=offset)), minutes)
        for offset in range(max(0, (today - first).days) + 1)
    }
    begins = words.first_weekday()
    start = first - timedelta(days=(first.weekday() - begins) % 7)
    starts = [start + timedelta(weeks=week) for week in range((max(values) - start).days // 7 + 1)]
    names = words.weekdays()
    layout: Json = {
        "margin": {"l": 4, "r": 4, "t": 22, "b": 4},
        "xaxis": {
            "side": "top",
            "showline": False,
            "range": [-0.5, len(starts) - 0.5],
            **_month_ticks(starts, screen.narrow),
        },
        "yaxis": {
            "range": [6.5, -0.5],
            "rangemode": "normal",
            "showgrid": False,
            "tickvals": [0, 2, 4, 6],
            "ticktext": [names[(begins + index) % 7] for index in (0, 2, 4, 6)],
        },
    }
    table = Table(
        (_("Day"), _("Time") if minutes else _("Events")),
        tuple(
            (cells.day(day), cells.duration(value) if minutes else cells.number(value))
            for day, value in sorted(values.items(), reverse=True)
            if value
        ),
        summary=summary(
            _("Time per active day") if minutes else _("Events per active day"),
            [(words.day(day), value) for day, value in sorted(values.items()) if value],
            lambda value: words.duration(value) if minutes else words.number(value),
        ),
    )
    return figure([_heat(starts, values, screen, minutes)], layout, screen, table, revision)
