"""Active learners per day: grey columns, today in the accent and written out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from math import ceil

from dashapp import words
from dashapp.domain.views import Day
from dashapp.figures import cells
from dashapp.figures.axes import bar_gap, count_scale
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary import summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

MANY_DAYS = 60
"""From so many days on, the columns touch and ticks stand at the first of a month."""


def _learners(number: int) -> str:
    return ngettext("{number} learner", "{number} learners", number).format(number=words.number(number))


def _events(number: int) -> str:
    return ngettext("{number} event", "{number} events", number).format(number=words.number(number))


def _said(shown: Sequence[Day], names: Sequence[str]) -> list[str]:
    """What each day says; `names`: what they are called."""
    learners, pattern = cache(_learners), _("{day}: {learners}, {events}")
    return [
        pattern.format(day=name, learners=learners(day.learners or 0), events=_events(day.events))
        for name, day in zip(names, shown, strict=True)
    ]


def _filled(days: Sequence[Day], last: date | None) -> list[Day]:
    """Every day of the span: one that is not given is a zero, not a gap."""
    given = {day.day: day for day in days}
    first, end = min(given), max(given)
    end = max(end, last) if last else end
    span = (first + timedelta(days=offset) for offset in range((end - first).days + 1))
    return [given.get(day, Day(day=day, events=0, learners=0)) for day in span]


def _ticks(days: Sequence[Day], narrow: bool) -> Json:
    if len(days) > MANY_DAYS:
        places = [place for place, day in enumerate(days) if day.day.day == 1]
        every = max(1, len(places) // (4 if narrow else 8))
        chosen = places[::every]
        return {"tickvals": chosen, "ticktext": [words.month(days[place].day) for place in chosen]}
    mondays = [place for place, day in enumerate(days) if day.day.weekday() == 0]
    chosen = mondays[:: max(1, round(len(mondays) / (3 if narrow else 5)))]
    return {"tickvals": chosen, "ticktext": [words.short_day(days[place].day) for place in chosen]}


def active_days(  # noqa: PLR0913 # by name
    days: Sequence[Day],
    today: date,
    screen: Screen,
    *,
    last: date | None = None,
    courses: Sequence[int] = (),
    revision: str = "",
) -> Drawing:
    """Learners with at least one event per local day, from the first of `days` to `last` (else to their own last).

    `courses`: courses with activity on each of `days`, which its table lists besides.
    """
    known = [day for day in days if day.learners is not None]
    if not known:
        return only_words(_("No day recorded yet"), screen, revision)
    shown = _filled(known, min(today, last) if last else None)
    values, names = [day.learners or 0 for day in shown], [words.day(day.day) for day in shown]
    scale = count_scale(max(values))
    me, others = screen.colour("chart-me"), screen.colour("chart-others")
    bars: Json = {
        "type": "bar",
        "x": list(range(len(shown))),
        "y": values,
        "marker": {"color": [me if day.day == today else others for day in shown]},
        "customdata": _said(shown, names),
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    # The words about today reach over the columns before it, so they stand above those too.
    beside = 1 + ceil(len(shown) * (0.2 if screen.narrow else 0.06))
    today_said = _("today")
    notes = [
        annotation(
            Note(place, max(values[-beside:]), f"<b>{words.number(day.learners or 0)}</b> {today_said}", "ink"),
            screen,
            xanchor="right",
            yanchor="bottom",
            xshift=8,
            yshift=3,
        )
        for place, day in enumerate(shown)
        if day.day == today
    ]
    layout: Json = {
        "margin": {"l": 4, "r": 12, "t": 16, "b": 4},
        "bargap": bar_gap(len(shown), 0.22 if len(shown) <= MANY_DAYS else 0.1, narrow=screen.narrow),
        "xaxis": {"range": [-0.6, len(shown) - 0.4], **_ticks(shown, screen.narrow)},
        "yaxis": scale.axis(),
        "annotations": notes,
    }
    table = replace(
        _table(shown, dict(zip((day.day for day in days), courses, strict=True)) if courses else None),
        summary=summary(_("Active learners"), list(zip(names, values, strict=True)), words.number),
    )
    return figure([bars], layout, screen, table, revision)


def _table(shown: Sequence[Day], courses: Mapping[date, int] | None) -> Table:
    """The newest day first."""
    head: tuple[str, ...] = (_("Day"), _("Active learners"), _("Events"))
    number = cache(cells.number)
    rows = [(cells.day(day.day), number(day.learners or 0), number(day.events)) for day in shown[::-1]]
    if courses is None:
        return Table(head, tuple(rows))
    taught = [cells.number(courses.get(day.day, 0)) for day in shown[::-1]]
    return Table(
        (*head, _("Courses with activity")), tuple((*row, many) for row, many in zip(rows, taught, strict=True))
    )
