"""The score of the data per day, with the limit under which it is an alert."""

from collections.abc import Sequence
from datetime import date

from dashapp import words
from dashapp.domain.quality import ALERT_UNDER
from dashapp.figures import cells
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary import summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

LOWEST_FLOOR = 80
"""% at which the axis begins, unless a score is lower: a fall from 98 to 94 is what the page is for."""


def _said(when: date, score: float | None, received: int) -> str:
    events = ngettext("{number} event", "{number} events", received).format(number=words.number(received))
    if score is None:
        return _("{day}: nothing came").format(day=words.day(when))
    return _("{day}: {score}, {events}").format(day=words.day(when), score=words.percent(score, 1), events=events)


def _limit(screen: Screen) -> Json:
    """The dotted line under which a day's score is an alert, with its words."""
    said = _("alert under {limit}").format(limit=words.percent(ALERT_UNDER))
    line = {"color": screen.colour("chart-axis"), "width": 1, "dash": "dot"}
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": ALERT_UNDER, "y1": ALERT_UNDER, "line": line}
    note = annotation(Note(0, ALERT_UNDER, said), screen, xref="paper", yanchor="top", yshift=-2)
    return {"shapes": [across], "annotations": [note]}


def quality_by_day(
    days: Sequence[tuple[date, float | None, int]], today: date, screen: Screen, *, revision: str = ""
) -> Drawing:
    """One point per local day; days without events have none."""
    scores = [score for _day, score, _received in days if score is not None]
    if not scores:
        return only_words(_("No day recorded yet"), screen, revision)
    floor = max(0, min(LOWEST_FLOOR, int(min(scores) // 10 * 10)))
    ticks = list(range(floor, 101, 5 if floor >= LOWEST_FLOOR else 20))
    me = screen.colour("chart-me")
    line: Json = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(days))),
        "y": [score for _day, score, _received in days],
        "connectgaps": False,
        "line": {"color": me, "width": 2},
        "marker": {"color": me, "size": 6},
        "customdata": [_said(*one) for one in days],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    every = 4 if screen.narrow else 2
    places = [place for place in range(len(days)) if (len(days) - 1 - place) % every == 0]
    layout: Json = {
        "margin": {"l": 4, "r": 12, "t": 12, "b": 4},
        "xaxis": {
            "range": [-0.5, len(days) - 0.5],
            "tickvals": places,
            "ticktext": [
                _("today") if when == today else words.short_day(when) for when in (days[at][0] for at in places)
            ],
        },
        "yaxis": {
            "range": [floor, 100.6],
            "tickvals": ticks,
            "ticktext": [words.percent(tick) if tick == ticks[-1] else words.number(tick) for tick in ticks],
        },
        **_limit(screen),
    }
    table = Table(
        (_("Day"), _("Score"), _("Events")),
        tuple(
            (cells.day(when), cells.percent(score, 1) if score is not None else "–", cells.number(received))
            for when, score, received in reversed(days)
        ),
        summary=summary(
            _("Score"),
            [(words.day(when), score) for when, score, _received in days if score is not None],
            lambda score: words.percent(score, 1),
        ),
    )
    return figure([line], layout, screen, table, revision)
