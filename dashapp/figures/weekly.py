"""A learner's weeks: own columns, the median of the course as a mark on each, the week under way outlined."""

from collections.abc import Sequence

from dashapp import words
from dashapp.domain.reports.answers import ColumnKind
from dashapp.domain.views import Week
from dashapp.figures import cells
from dashapp.figures.axes import Scale, bar_gap, count_scale, minutes_scale, week_ticks
from dashapp.figures.cells import Cell
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary import summary
from dashapp.figures.theme import CLEAR, Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext


def _amount(value: float, minutes: bool) -> str:
    if minutes:
        return words.duration(value)
    return ngettext("{number} event", "{number} events", round(value)).format(number=words.number(value))


def _cell(value: float, minutes: bool) -> Cell:
    return Cell.of(_amount(value, minutes), ColumnKind.MINUTES if minutes else ColumnKind.COUNT, value)


def _own(week: Week, minutes: bool) -> float:
    return float(week.minutes or 0) if minutes else float(week.events)


def _median(week: Week, minutes: bool) -> float | None:
    return week.median_minutes if minutes else week.median_events


def _label(index: int, week: Week) -> str:
    return _("Week {number}, from {day}").format(number=words.number(index), day=words.short_day(week.start))


def _bars(weeks: Sequence[Week], screen: Screen, minutes: bool) -> Json:
    open_edge, full = screen.colour("accent"), screen.colour("chart-me")
    return {
        "type": "bar",
        "x": list(range(1, len(weeks) + 1)),
        "y": [_own(week, minutes) for week in weeks],
        "marker": {
            "color": [CLEAR if week.under_way else full for week in weeks],
            "line": {"color": open_edge, "width": [1.5 if week.under_way else 0 for week in weeks]},
        },
        "customdata": [
            f"{_label(index, week)}: {_amount(_own(week, minutes), minutes)}" for index, week in enumerate(weeks, 1)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _medians(weeks: Sequence[Week], screen: Screen, minutes: bool) -> list[Json]:
    """A dark mark on a light halo, so that it reads on a column and beside one."""
    known = [(index, week) for index, week in enumerate(weeks, 1) if _median(week, minutes) is not None]
    if not known:
        return []
    size = max(7, min(48, (170 if screen.narrow else 640) // len(weeks)))
    values = [_median(week, minutes) or 0.0 for _index, week in known]
    texts = [
        _("{week}: course median {amount}").format(week=_label(index, week), amount=_amount(value, minutes))
        for (index, week), value in zip(known, values, strict=True)
    ]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [index for index, _week in known],
            "y": values,
            "marker": {
                "symbol": "line-ew",
                "size": size + extra,
                "line": {"width": width, "color": screen.colour(colour)},
            },
            "customdata": texts,
            "hovertemplate": "%{customdata}<extra></extra>",
            "cliponaxis": False,
        }
        for colour, width, extra in (("surface", 5, 1), ("ink", 2, 0))
    ]


def _notes(weeks: Sequence[Week], screen: Screen, scale: Scale, minutes: bool) -> list[Json]:
    notes = []
    for index, week in enumerate(weeks, 1):
        value = _own(week, minutes)
        if week.under_way:
            # On a phone the words reach over the weeks before, so they stand above those too.
            beside = weeks[max(0, index - 4) : index] if screen.narrow else [week]
            top = max(max(_own(each, minutes), _median(each, minutes) or 0.0) for each in beside)
            note = Note(index, top, _("until now"))
        elif value == 0 and _median(week, minutes) is None:
            # Where the median has a mark, a zero beside it would be taken for the median's.
            note = Note(index, 0, words.number(0), "ink-3")
        else:
            continue
        anchor = "right" if week.under_way and screen.narrow else "center"
        notes.append(annotation(note, screen, xanchor=anchor, yanchor="bottom", yshift=4))
    return notes if scale.top else []


def _table(weeks: Sequence[Week], minutes: bool) -> Table:
    with_median = any(_median(week, minutes) is not None for week in weeks)
    head = (_("Week from"), _("Time") if minutes else _("Events"), _("Active days"))
    rows = []
    for week in weeks:
        row = (cells.day(week.start), _cell(_own(week, minutes), minutes), cells.number(week.active_days))
        median = _median(week, minutes)
        rows.append((*row, _("hidden") if median is None else _cell(median, minutes)) if with_median else row)
    said = summary(
        head[1],
        [(_("week from {day}").format(day=words.day(week.start)), _own(week, minutes)) for week in weeks],
        lambda value: _amount(value, minutes),
        under_way=weeks[-1].under_way,
    )
    return Table((*head, _("Course median")) if with_median else head, tuple(rows), summary=said)


def weekly_activity(weeks: Sequence[Week], screen: Screen, *, minutes: bool, revision: str = "") -> Drawing:
    """Minutes per week, or events where minutes are not recorded; marks where the course's median may be shown."""
    if not weeks:
        return only_words(_("No teaching week has begun yet"), screen, revision)
    highest = max(max(_own(week, minutes), _median(week, minutes) or 0.0) for week in weeks)
    scale = minutes_scale(highest) if minutes else count_scale(highest)
    layout: Json = {
        "margin": {"l": 4, "r": 8, "t": 20, "b": 4},
        "bargap": bar_gap(len(weeks), 0.44, narrow=screen.narrow),
        "xaxis": {"range": [0.4, len(weeks) + 0.6], **week_ticks([week.start for week in weeks], screen.narrow)},
        "yaxis": scale.axis(),
        "annotations": _notes(weeks, screen, scale, minutes),
    }
    traces = [_bars(weeks, screen, minutes), *_medians(weeks, screen, minutes)]
    return figure(traces, layout, screen, _table(weeks, minutes), revision)
