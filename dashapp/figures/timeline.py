"""A learner's assignments along time: one row each, when it was due, when it came, and what has become of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashapp import words
from dashapp.domain.views.content import WorkRow, WorkState
from dashapp.figures import cells
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.scores import short_labels
from dashapp.figures.summary_own import work_summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _

SHOWN = 12
"""So many fit; the table of the figure has them all."""
TO_COME = 4
"""Of the shown ones at least so many lie ahead, where there are."""
LABEL_WIDE = 30
LABEL_NARROW = 16
TICKS = 5

_SHAPES = {
    WorkState.DONE: ("circle", "good"),
    WorkState.LATE: ("triangle-up", "watch"),
    WorkState.MISSING: ("x", "help"),
    WorkState.DUE: ("diamond-open", "accent"),
    WorkState.NOT_OPEN: ("circle-open", "ink-3"),
    WorkState.EXEMPT: ("line-ew-open", "ink-3"),
}
"""The mark of each state and its colour: the shape alone tells them apart."""


def state_words(row: WorkRow, zone: str) -> str:
    """What has become of it, in words: "2 days late"."""
    if row.state is WorkState.LATE and row.submitted_at is not None:
        late = (words.local_date(row.submitted_at, zone) - words.local_date(row.due_at, zone)).days
        if late < 1:
            return _("Late, on the due day")
        return words.ngettext("{number} day late", "{number} days late", late).format(number=words.number(late))
    return _state_names()[row.state]


def _state_names() -> dict[WorkState, str]:
    return {
        WorkState.DONE: _("On time"),
        WorkState.LATE: _("Late"),
        WorkState.MISSING: _("Missing"),
        WorkState.DUE: _("Still to do"),
        WorkState.NOT_OPEN: _("Not open yet"),
        WorkState.EXEMPT: _("Exempt"),
    }


def _name(row: WorkRow) -> str:
    return f"{row.course} {row.title}".strip()


def rows_shown(work: Sequence[WorkRow], now: datetime) -> list[WorkRow]:
    """The newest that fit: some ahead, the rest just behind; by deadline."""
    ordered = sorted(work, key=lambda row: row.due_at)
    behind = [row for row in ordered if row.due_at <= now]
    ahead = ordered[len(behind) :]
    room = max(TO_COME, SHOWN - len(behind))
    chosen = ahead[:room]
    return [*behind[len(behind) - min(len(behind), SHOWN - len(chosen)) :], *chosen]


def _said(row: WorkRow, zone: str) -> str:
    due = words.day(words.local_date(row.due_at, zone))
    said = _("{activity}: due {day}, {state}").format(activity=_name(row), day=due, state=state_words(row, zone))
    if row.submitted_at is None:
        return said
    handed = words.day(words.local_date(row.submitted_at, zone))
    return _("{said}, handed in {day}").format(said=said, day=handed)


def _traces(rows: Sequence[WorkRow], screen: Screen, zone: str) -> list[Json]:
    spans: Json = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for row in rows for x in (row.due_at, row.submitted_at or row.due_at, None)],
        "y": [y for place in range(len(rows)) for y in (place, place, None)],
        "line": {"width": 1.5, "color": screen.colour("chart-others")},
        "hoverinfo": "skip",
    }
    came = [(place, row) for place, row in enumerate(rows) if row.submitted_at is not None]
    due: Json = {
        "type": "scatter",
        "mode": "markers",
        "x": [row.due_at for _place, row in came],
        "y": [place for place, _row in came],
        "marker": {"symbol": "line-ns-open", "size": 14, "color": screen.colour("chart-median"), "line": {"width": 2}},
        "hoverinfo": "skip",
    }
    marks = []
    for state, (symbol, colour) in _SHAPES.items():
        mine = [(place, row) for place, row in enumerate(rows) if row.state is state]
        if mine:
            marks.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [row.submitted_at or row.due_at for _place, row in mine],
                    "y": [place for place, _row in mine],
                    "marker": {
                        "symbol": symbol,
                        "size": 11,
                        "color": screen.colour(colour),
                        "line": {"width": 1 if state is WorkState.MISSING else 2, "color": screen.colour(colour)},
                    },
                    "customdata": [_said(row, zone) for _place, row in mine],
                    "hovertemplate": "%{customdata}<extra></extra>",
                    "cliponaxis": False,
                }
            )
    return [spans, due, *marks]


def _axis(rows: Sequence[WorkRow], now: datetime, screen: Screen, zone: str) -> Json:
    moments = [now, *(row.due_at for row in rows), *(row.submitted_at for row in rows if row.submitted_at)]
    first, last = min(moments), max(moments)
    margin = max((last - first) * 0.04, timedelta(days=1))
    number = 3 if screen.narrow else TICKS
    ticks = [first + (last - first) * place / (number - 1) for place in range(number)] if last > first else [first]
    return {
        "type": "date",
        "range": [first - margin, last + margin],
        "tickvals": ticks,
        "ticktext": [words.short_day(words.local_date(tick, zone)) for tick in ticks],
    }


def _table(work: Sequence[WorkRow], now: datetime, zone: str) -> Table:
    def day(moment: datetime | None) -> str:
        return cells.day(words.local_date(moment, zone)) if moment is not None else "–"

    rows = tuple(
        (
            _name(row),
            day(row.due_at),
            day(row.submitted_at),
            state_words(row, zone),
            cells.percent(row.score) if row.score is not None else "–",
        )
        for row in work
    )
    said = work_summary(work, _state_names(), now, zone)
    return Table((_("Activity"), _("Due"), _("Handed in"), _("State"), _("Score")), rows, summary=said)


def work_timeline(work: Sequence[WorkRow], now: datetime, screen: Screen, zone: str, revision: str = "") -> Drawing:
    """The assignments around `now`, the earliest deadline at the top; on a phone the words stand in the names."""
    if not work:
        return only_words(_("No deadline yet"), screen, revision)
    rows = rows_shown(work, now)[::-1]
    most = LABEL_NARROW if screen.narrow else LABEL_WIDE
    names = short_labels([_name(row) for row in rows], most)
    if screen.narrow:
        names = [f"{name} · {state_words(row, zone)}" for name, row in zip(names, rows, strict=True)]
    notes = [
        annotation(Note(1, place, state_words(row, zone), "ink-2"), screen, xref="paper", xshift=12)
        for place, row in enumerate(rows)
        if not screen.narrow
    ]
    notes.append(
        annotation(Note(now, len(rows) - 0.4, _("today"), "ink-3"), screen, xanchor="center", yanchor="bottom")
    )
    line: Json = {"type": "line", "xref": "x", "yref": "paper", "x0": now, "x1": now, "y0": 0, "y1": 1}
    layout: Json = {
        "margin": {"l": 4, "r": 12 if screen.narrow else 128, "t": 20, "b": 4},
        "xaxis": _axis(rows, now, screen, zone),
        "yaxis": {
            "rangemode": "normal",
            "range": [-0.6, len(rows) - 0.4],
            "tickvals": list(range(len(rows))),
            "ticktext": names,
            "tickfont": {"size": 12, "color": screen.colour("ink")},
        },
        "annotations": notes,
        "shapes": [{**line, "line": {"color": screen.colour("chart-axis"), "width": 1, "dash": "dot"}}],
    }
    return figure(_traces(rows, screen, zone), layout, screen, _table(work, now, zone), revision)
