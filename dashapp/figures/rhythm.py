"""When learners are there: how long ago, at which hours of the week, and how much they write per week."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from dashapp import words
from dashapp.domain.indicators.last_seen import BOUNDS
from dashapp.domain.views import ClassroomWorkView
from dashapp.domain.views.classroom_work import ForumWeek
from dashapp.figures import cells
from dashapp.figures.axes import bar_gap, count_scale, week_name, week_ticks
from dashapp.figures.calendar import stepped
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary_work import forum_summary, hours_summary, last_seen_summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

STEPS: Final = 5
"""Colours above a true zero."""


# ------------------------------------------------------------------ last seen


def last_seen_names() -> tuple[str, ...]:
    """Days since learners were last seen: "today", "1", "2–3" …, then longer, then never."""
    spans = [
        words.number(high) if high == low + 1 else f"{words.number(low + 1)}–{words.number(high)}"
        for low, high in pairwise(BOUNDS)
    ]
    return (_("today"), *spans, _("longer"), _("never"))


def _said_seen(name: str, count: int) -> str:
    said = ngettext("{number} learner", "{number} learners", count).format(number=words.number(count))
    return f"{name}: {said}"


def last_seen(counts: Sequence[int], screen: Screen, *, revision: str = "") -> Drawing:
    """Learners by the days since they were last seen; whoever never came stands apart."""
    if not sum(counts):
        return only_words(_("No learner to show yet"), screen, revision)
    names = last_seen_names()
    scale = count_scale(max(counts) * 1.12)
    places = [*range(len(counts) - 1), len(counts) - 0.5]
    bars: Json = {
        "type": "bar",
        "x": places,
        "y": list(counts),
        "width": 0.72,
        "marker": {"color": screen.colour("chart-others")},
        "customdata": [_said_seen(name, count) for name, count in zip(names, counts, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    layout: Json = {
        "margin": {"l": 4, "r": 8, "t": 14, "b": 4},
        "xaxis": {"range": [-0.6, len(counts) + 0.1], "tickvals": places, "ticktext": list(names)},
        "yaxis": scale.axis(),
        "annotations": [
            annotation(
                Note(place, count, words.number(count), "ink" if count else "ink-3"),
                screen, xanchor="center", yanchor="bottom", yshift=2,
            )
            for place, count in zip(places, counts, strict=True)
        ],
    }  # fmt: skip
    if screen.narrow:
        layout["xaxis"] |= {
            "tickfont": {"size": 11, "color": screen.colour("ink-3")},
            "ticktext": [*names[:-2], f"> {words.number(BOUNDS[-1])}", names[-1]],
        }
    rows = tuple(zip(names, map(cells.number, counts), strict=True))
    table = Table((_("Days ago"), _("Learners")), rows, summary=last_seen_summary(counts, names))
    return figure([bars], layout, screen, table, revision)


# ------------------------------------------------------------------ hours


def hour_steps(hours: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Upper ends of the colours above zero."""
    highest = max(max(day) for day in hours) if hours else 0.0
    return tuple(highest * step / STEPS for step in range(1, STEPS + 1))


def _colour(value: float, steps: Sequence[float]) -> int:
    return 0 if value <= 0 else 1 + sum(value > step for step in steps[:-1])


def _hour(hour: int) -> str:
    return f"{hour:02d}:00"


def _said_hours(hours: Sequence[Sequence[float]]) -> list[list[str]]:
    said = _("{weekday}, {first} to {last}: {number} learners on average")
    return [
        [
            said.format(weekday=weekday, first=_hour(hour), last=_hour((hour + 1) % 24), number=words.number(value, 1))
            for hour, value in enumerate(day)
        ]
        for weekday, day in zip(words.weekdays(), hours, strict=True)
    ]


def hours_of_week(hours: Sequence[Sequence[float]], screen: Screen, *, revision: str = "") -> Drawing:
    """Weekdays down, hours across: how many learners are active in that hour, on average."""
    if not any(any(day) for day in hours):
        return only_words(_("No activity between these dates."), screen, revision)
    steps, colours, weekdays = hour_steps(hours), screen.amounts(), words.weekdays()
    shown: Json = {
        "type": "heatmap",
        "z": [[_colour(value, steps) for value in day] for day in hours],
        "x": list(range(24)),
        "y": list(range(7)),
        "zmin": -0.5,
        "zmax": len(colours) - 0.5,
        "colorscale": stepped(colours),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "customdata": _said_hours(hours),
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    ticks = list(range(0, 24, 6 if screen.narrow else 3))
    layout: Json = {
        "margin": {"l": 4, "r": 4, "t": 4, "b": 4},
        "xaxis": {
            "showline": False, "range": [-0.5, 23.5], "tickvals": ticks, "ticktext": [_hour(hour) for hour in ticks],
        },
        "yaxis": {
            "showgrid": False, "rangemode": "normal", "range": [6.5, -0.5], "tickvals": list(range(7)),
            "ticktext": list(weekdays), "tickfont": {"size": 12, "color": screen.colour("ink")},
        },
    }  # fmt: skip
    table = Table(
        (_("Hour"), *weekdays),
        tuple((_hour(hour), *(cells.number(day[hour], 1) for day in hours)) for hour in range(24)),
        _("Learners active in the hour, on average"),
        hours_summary(hours, weekdays),
    )
    return figure([shown], layout, screen, table, revision)


# ------------------------------------------------------------------ the forum


def _written(weeks: Sequence[ForumWeek], names: Sequence[str], screen: Screen) -> list[Json]:
    said = _("Week {week}: {threads} posts that begin a thread, {replies} replies, by {learners} learners")
    texts = [
        said.format(
            week=name,
            threads=words.number(week.threads),
            replies=words.number(week.replies),
            learners=words.number(week.learners),
        )
        for name, week in zip(names, weeks, strict=True)
    ]
    shared: Json = {
        "x": list(range(1, len(weeks) + 1)), "customdata": texts, "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip
    marks: Json = {**shared, "type": "scatter", "mode": "markers", "y": [week.learners for week in weeks]}
    size = max(7, min(30, (170 if screen.narrow else 400) // max(1, len(weeks))))
    return [
        {
            **shared,
            "type": "bar",
            "y": [week.threads for week in weeks],
            "marker": {"color": screen.colour("chart-me")},
        },
        {
            **shared,
            "type": "bar",
            "y": [week.replies for week in weeks],
            "marker": {"color": screen.colour("chart-others")},
        },
        *(
            {
                **marks,
                "marker": {
                    "symbol": "line-ew",
                    "size": size + more,
                    "line": {"width": width, "color": screen.colour(colour)},
                },
            }
            for colour, width, more in (("surface", 5, 1), ("ink", 2, 0))
        ),
    ]


def forum_weeks(view: ClassroomWorkView, screen: Screen, *, revision: str = "") -> Drawing:
    """Posts and replies per week as columns, and as a mark how many learners wrote them."""
    weeks = view.forum.weeks if view.forum else ()
    if not any(week.threads + week.replies for week in weeks):
        return only_words(_("Nobody has written between these dates"), screen, revision)
    names = [week_name(view.first_week + place, week.start) for place, week in enumerate(weeks)]
    layout: Json = {
        "margin": {"l": 4, "r": 8, "t": 8, "b": 4},
        "barmode": "stack",
        "bargap": bar_gap(len(weeks), 0.44, narrow=screen.narrow),
        "xaxis": {
            "range": [0.4, len(weeks) + 0.6],
            **week_ticks(view.week_starts, screen.narrow, first=view.first_week),
        },
        "yaxis": count_scale(max(week.threads + week.replies for week in weeks)).axis(),
    }
    rows = tuple(
        (cells.day(week.start), cells.number(week.threads), cells.number(week.replies), cells.number(week.learners))
        for week in weeks
    )
    head = (_("Week from"), _("Threads begun"), _("Replies"), _("Learners who wrote"))
    table = Table(head, rows, summary=forum_summary(weeks, names))
    return figure(_written(weeks, names, screen), layout, screen, table, revision)
