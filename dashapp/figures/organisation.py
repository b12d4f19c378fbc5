"""Enrolments and withdrawals per week, how programmes end, and which types of activity are in use."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from dashapp import words
from dashapp.domain.views import EnrolmentWeek, ProgrammeRow, TypeUse
from dashapp.figures import cells
from dashapp.figures.axes import bar_gap, count_scale, percent_scale
from dashapp.figures.calendar import stepped
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.scores import short_label
from dashapp.figures.summary_campus import adoption_summary, enrolment_summary, programme_summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _
from dashapp.words.activity_types import stored_type_word

MOST_PROGRAMMES: Final = 10
MOST_TYPES: Final = 10
USE_STEPS: Final = (0, 25, 50, 75, 100)
"""% of the courses from which on the next colour holds."""


def _week_axis(starts: Sequence[date], narrow: bool) -> Json:
    every = max(1, -(-len(starts) // (3 if narrow else 6)))
    places = list(range(0, len(starts), every))
    return {"tickvals": places, "ticktext": [words.short_day(starts[place]) for place in places]}


def enrolment_weeks(weeks: Sequence[EnrolmentWeek], screen: Screen, *, revision: str = "") -> Drawing:
    """Enrolments that began above the line, those that ended below it."""
    if not any(week.joined or week.left for week in weeks):
        return only_words(_("Nobody joined or left in these weeks"), screen, revision)
    said = _("Week from {day}: {joined} joined, {left} left")
    texts = [
        said.format(day=words.short_day(week.start), joined=words.number(week.joined), left=words.number(week.left))
        for week in weeks
    ]
    shared: Json = {
        "type": "bar",
        "x": list(range(len(weeks))),
        "customdata": texts,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    up, down = (count_scale(max(values)) for values in zip(*((week.joined, week.left) for week in weeks), strict=True))
    ticks = [(-up_down, text) for up_down, text in zip(down.values[1:][-1:], down.texts[1:][-1:], strict=True)]
    ticks += list(zip(up.values, up.texts, strict=True))
    layout: Json = {
        "margin": {"l": 4, "r": 12, "t": 16, "b": 4},
        "barmode": "overlay",
        "bargap": bar_gap(len(weeks), 0.44, narrow=screen.narrow),
        "xaxis": {
            "range": [-0.6, len(weeks) - 0.4],
            **_week_axis([week.start for week in weeks], screen.narrow),
            "showline": False,
        },
        "yaxis": {
            "range": [-down.top, up.top],
            "rangemode": "normal",
            "tickvals": [value for value, _text in ticks],
            "ticktext": [text for _value, text in ticks],
            "zeroline": True,
            "zerolinecolor": screen.colour("chart-axis"),
        },
        "annotations": [
            annotation(Note(1, 1, _("joined"), "ink-2"), screen, xref="paper", yref="paper", xanchor="right"),
            annotation(Note(1, 0.02, _("left"), "ink-2"), screen, xref="paper", yref="paper", xanchor="right"),
        ],
    }
    table = Table(
        (_("Week from"), _("Joined"), _("Left the course")),
        tuple(
            (cells.short_day(week.start), cells.number(week.joined), cells.number(week.left)) for week in weeks[::-1]
        ),
        summary=enrolment_summary(weeks),
    )
    joined: Json = {
        **shared,
        "y": [week.joined for week in weeks],
        "marker": {"color": screen.colour("chart-me")},
    }
    left: Json = {
        **shared,
        "y": [-week.left for week in weeks],
        "marker": {"color": screen.colour("chart-others")},
    }
    return figure([joined, left], layout, screen, table, revision)


def _shared_by_programme(shown: Sequence[ProgrammeRow]) -> Json:
    said = _("{programme}: {completed} completed, {passed} passed, of {known} outcomes")
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(shown))),
        "customdata": [
            said.format(
                programme=short_label(row.name, 60),
                completed=words.percent(row.completed or 0.0),
                passed=words.percent(row.passed or 0.0),
                known=words.number(row.known or 0),
            )
            for row in shown
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def programme_outcomes(rows: Sequence[ProgrammeRow], screen: Screen, *, revision: str = "") -> Drawing:
    """% completed in grey, of it passed in the accent, of the known outcomes of each programme."""
    known = [row for row in rows if row.completed is not None and row.passed is not None]
    if not known:
        return only_words(_("No programme has outcomes yet"), screen, revision)
    shown = sorted(known, key=lambda row: (row.passed or 0.0, row.name))[-MOST_PROGRAMMES:]
    shared = _shared_by_programme(shown)
    completed: Json = {
        **shared,
        "x": [row.completed for row in shown],
        "width": 0.6,
        "marker": {"color": screen.colour("chart-band")},
    }
    passed: Json = {
        **shared,
        "x": [row.passed for row in shown],
        "width": 0.28,
        "marker": {"color": screen.colour("chart-me")},
    }
    layout: Json = {
        "margin": {"l": 4, "r": 92, "t": 8, "b": 4},
        "barmode": "overlay",
        "xaxis": {**percent_scale(), "showgrid": True, "showline": False},
        "yaxis": {
            "showgrid": False,
            "rangemode": "normal",
            "range": [-0.6, len(shown) - 0.4],
            "tickvals": list(range(len(shown))),
            "ticktext": [short_label(row.name, 12 if screen.narrow else 24) for row in shown],
            "tickfont": {"size": 12, "color": screen.colour("ink")},
        },
        "annotations": [
            annotation(
                Note(1, place, f"{words.percent(row.completed or 0.0)} · {words.percent(row.passed or 0.0)}", "ink"),
                screen,
                xref="paper",
                xanchor="right",
                xshift=90,
            )
            for place, row in enumerate(shown)
        ],
    }
    table = Table(
        (_("Programme"), _("Courses"), _("Known outcomes"), _("Completed"), _("Passed")),
        tuple(_programme_cells(row) for row in rows),
        summary=programme_summary(known),
    )
    return figure([completed, passed], layout, screen, table, revision)


def _programme_cells(row: ProgrammeRow) -> tuple[str, ...]:
    hidden = _("hidden")
    if row.completed is None or row.passed is None:
        none = _("none yet") if row.known == 0 else hidden
        return row.name, cells.number(row.courses), none, "", ""
    shares = cells.percent(row.completed), cells.percent(row.passed)
    return row.name, cells.number(row.courses), cells.number(row.known or 0), *shares


def type_adoption(
    uses: Sequence[TypeUse], starts: Sequence[date], courses: int, screen: Screen, *, revision: str = ""
) -> Drawing:
    """Types of activity down, weeks across: in how many of the courses each was used."""
    if not uses or not courses:
        return only_words(_("No activity was used in these weeks"), screen, revision)
    shown = uses[:MOST_TYPES]
    colours = screen.amounts()
    said = _("{type}, week from {day}: {number} of {courses} courses")
    names = [stored_type_word(use.activity_type) for use in shown]
    drawn: Json = {
        "type": "heatmap",
        "z": [[_use_step(value, courses) for value in use.weeks] for use in shown],
        "x": list(range(len(starts))),
        "y": list(range(len(shown))),
        "zmin": -0.5,
        "zmax": len(colours) - 0.5,
        "colorscale": stepped(colours),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "customdata": [
            [
                said.format(
                    type=name, day=words.short_day(start), number=words.number(value), courses=words.number(courses)
                )
                for start, value in zip(starts, use.weeks, strict=True)
            ]
            for name, use in zip(names, shown, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    layout: Json = {
        "margin": {"l": 4, "r": 12, "t": 4, "b": 4},
        "xaxis": {"range": [-0.5, len(starts) - 0.5], **_week_axis(starts, screen.narrow), "showline": False},
        "yaxis": {
            "showgrid": False,
            "rangemode": "normal",
            "range": [len(shown) - 0.5, -0.5],
            "tickvals": list(range(len(shown))),
            "ticktext": names,
            "tickfont": {"size": 12, "color": screen.colour("ink")},
        },
    }
    table = Table(
        (_("Type"), *(words.short_day(start) for start in starts)),
        tuple((stored_type_word(use.activity_type), *(cells.number(value) for value in use.weeks)) for use in uses),
        _("Courses in which the type was used; the head of each column is its Monday"),
        adoption_summary(uses, courses),
    )
    return figure([drawn], layout, screen, table, revision)


def _use_step(value: int, courses: int) -> int:
    return 0 if value <= 0 else sum(100 * value / courses >= step for step in USE_STEPS)
