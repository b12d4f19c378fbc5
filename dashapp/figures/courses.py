"""Courses side by side: small panels of activity per week, and ranges of scores."""

from collections.abc import Sequence
from datetime import date
from math import ceil

from dashapp import words
from dashapp.domain.views import CourseRow
from dashapp.figures import cells
from dashapp.figures.axes import count_scale, percent_scale
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.scores import short_label
from dashapp.figures.summary import ends_of, named, summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure, plain
from dashapp.figures.theme import words as only_words
from dashapp.words import _

PANELS = 9
"""Beyond so many courses a panel is too small to be read; the largest are shown, the table has all."""
SCORES = 12
DAYS_OF_WEEK = 7


def _per_learner(course: CourseRow) -> list[float]:
    """Events per enrolled learner and week, so that large and small courses can stand on one axis."""
    enrolled = max(1, course.enrolled or 1)
    return [events / enrolled for events in course.weeks]


def _columns(count: int, narrow: bool) -> int:
    return min(count, 2 if narrow or count in (2, 4) else 3)


def _lines(shown: Sequence[CourseRow], place: int, starts: Sequence[date], screen: Screen) -> list[Json]:
    """The panel's own course in the accent before all others in grey."""
    suffix = str(place + 1) if place else ""
    x = list(range(1, len(starts) + 1))
    said = _("{course}, week from {day}: {number} events per learner")
    own = shown[place]
    # One week makes no line.
    mode = "lines" if len(x) > 1 else "markers"
    shared: Json = {"type": "scatter", "mode": mode, "x": x, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    grey, accent = screen.colour("line-strong"), screen.colour("accent")
    quiet: Json = {"line": {"width": 1, "color": grey}, "marker": {"size": 7, "color": grey}, "hoverinfo": "skip"}
    others = [{**shared, **quiet, "y": _per_learner(course)[: len(x)]} for course in shown if course is not own]
    values = _per_learner(own)[: len(x)]
    return [
        *others,
        {
            **shared,
            "y": values,
            "line": {"width": 2.25, "color": accent},
            "marker": {"size": 9, "color": accent},
            "customdata": [
                said.format(course=own.code, day=words.short_day(start), number=words.number(value, 1))
                for start, value in zip(starts, values, strict=False)
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    ]


def _panel(
    shown: Sequence[CourseRow], place: int, starts: Sequence[date], highest: float, screen: Screen
) -> tuple[Json, Json]:
    """Axes and title of one panel: (axes by name, annotation)."""
    suffix = str(place + 1) if place else ""
    columns = _columns(len(shown), screen.narrow)
    rows = ceil(len(shown) / columns)
    column, row = place % columns, place // columns
    width, height = 1 / columns, 1 / rows
    gap = 0.035 if columns > 1 else 0
    bottom = 1 - (row + 1) * height
    scale = count_scale(highest)
    last_row = place + columns >= len(shown)
    axes = {
        f"xaxis{suffix}": {
            "domain": [column * width + (gap if column else 0), (column + 1) * width],
            "anchor": f"y{suffix}",
            "range": [1, len(starts)] if len(starts) > 1 else [0, 2],
            "tickvals": [1, len(starts)],
            "ticktext": [words.short_day(starts[0]) if column == 0 else "", words.short_day(starts[-1])]
            if last_row
            else ["", ""],
        },
        f"yaxis{suffix}": {
            "domain": [bottom + 0.04 * (rows > 1), bottom + height - 0.13],
            "anchor": f"x{suffix}",
            "range": [0, scale.top],
            "tickvals": [0, scale.values[-1]],
            "ticktext": [words.number(0), scale.texts[-1]] if column == 0 else ["", ""],
        },
    }
    value = words.number(_per_learner(shown[place])[len(starts) - 1], 1)
    note = annotation(
        Note(0, 1, f"<b>{plain(shown[place].code)}</b>  {value}", "ink"),
        screen,
        xref=f"x{suffix} domain",
        yref=f"y{suffix} domain",
        yanchor="bottom",
        yshift=2,
    )
    return axes, note


def courses_by_week(
    courses: Sequence[CourseRow], week_starts: Sequence[date], today: date, screen: Screen, *, revision: str = ""
) -> Drawing:
    """Events per enrolled learner and week, one panel per course, the others behind it in grey.

    The number beside a course's name is that of the last week. Hidden courses, and the week under way, which would look
    like a fall, are left out.
    """
    starts = [start for start in week_starts if (today - start).days >= DAYS_OF_WEEK]
    open_courses = [course for course in courses if not course.hidden and len(course.weeks) >= max(1, len(starts))]
    shown = sorted(open_courses, key=lambda course: -(course.enrolled or 0))[:PANELS]
    shown = [course for course in courses if course in shown]
    if not shown or not starts:
        return only_words(_("No week recorded yet"), screen, revision)
    highest = max(max(_per_learner(course)[: len(starts)], default=0.0) for course in shown)
    traces: list[Json] = []
    layout: Json = {"margin": {"l": 4, "r": 12, "t": 4, "b": 4}, "annotations": []}
    for place in range(len(shown)):
        traces += _lines(shown, place, starts, screen)
        axes, note = _panel(shown, place, starts, highest, screen)
        layout |= axes
        layout["annotations"].append(note)
    table = Table(
        (_("Course"), *(words.short_day(start) for start in week_starts)),
        tuple((course.code, *(cells.number(events) for events in course.weeks)) for course in open_courses),
        summary=_summary(open_courses, week_starts),
    )
    return figure(traces, layout, screen, table, revision)


def _summary(courses: Sequence[CourseRow], week_starts: Sequence[date]) -> str:
    where = _("{course}, week from {day}")
    points: list[tuple[tuple[str, date], int]] = []
    for course in courses:
        weeks = course.weeks[: len(week_starts)]
        points += [((course.code, week_starts[weeks.index(end)]), end) for end in (min(weeks), max(weeks))]
    ends = [
        (where.format(course=named(code), day=words.short_day(start)), events)
        for (code, start), events in ends_of(points)
    ]
    return summary(_("Events per week"), ends, words.number, in_time=False)


def _score_traces(rows: Sequence[CourseRow], screen: Screen) -> list[Json]:
    said = _("{course}: median {median}, middle half {low} to {high}")
    known = [
        (place, row.code, row.score_median, row.score_quartile_1 or row.score_median, row.score_quartile_3)
        for place, row in enumerate(rows)
        if row.score_median is not None
    ]
    boxes = [
        (place, low, median, high if high is not None else median, code) for place, code, median, low, high in known
    ]
    texts = [
        said.format(course=code, median=words.percent(median), low=words.number(low), high=words.percent(high))
        for _place, low, median, high, code in boxes
    ]
    hover: Json = {"customdata": texts, "hovertemplate": "%{customdata}<extra></extra>"}
    places = [place for place, *_rest in boxes]
    return [
        {
            "type": "bar",
            "orientation": "h",
            "y": places,
            "x": [high - low for _place, low, _median, high, _code in boxes],
            "base": [low for _place, low, _median, _high, _code in boxes],
            "width": 0.42,
            "marker": {
                "color": screen.colour("chart-band"),
                "line": {"color": screen.colour("chart-others"), "width": 1},
            },
            **hover,
        },
        {
            "type": "scatter",
            "mode": "markers",
            "y": places,
            "x": [median for _place, _low, median, _high, _code in boxes],
            "marker": {"symbol": "line-ns", "size": 18, "line": {"width": 2, "color": screen.colour("ink")}},
            **hover,
        },
    ]


def scores_by_course(courses: Sequence[CourseRow], screen: Screen, *, revision: str = "") -> Drawing:
    """Median and middle half of the learners' average scores per course, highest median at the top."""
    known = [course for course in courses if course.score_median is not None and not course.hidden]
    if not known:
        return only_words(_("No course has scores yet"), screen, revision)
    rows = sorted(known, key=lambda course: course.score_median or 0.0)[-SCORES:]
    layout: Json = {
        "margin": {"l": 4, "r": 52, "t": 8, "b": 4},
        "xaxis": {**percent_scale(), "showgrid": True, "showline": False},
        "yaxis": {
            "showgrid": False,
            "rangemode": "normal",
            "range": [-0.6, len(rows) - 0.4],
            "tickvals": list(range(len(rows))),
            "ticktext": [short_label(row.code, 14) for row in rows],
            "tickfont": {"size": 12, "color": screen.colour("ink")},
            "ticklabelstandoff": 8,
        },
        "annotations": [
            annotation(
                Note(1, place, words.percent(row.score_median or 0.0), "ink"),
                screen,
                xref="paper",
                xanchor="right",
                xshift=50,
            )
            for place, row in enumerate(rows)
        ],
    }
    table = Table(
        (_("Course"), _("Median"), _("Lower quartile"), _("Upper quartile")),
        tuple(
            (
                row.code,
                cells.percent(row.score_median or 0.0),
                cells.percent(row.score_quartile_1) if row.score_quartile_1 is not None else _("hidden"),
                cells.percent(row.score_quartile_3) if row.score_quartile_3 is not None else _("hidden"),
            )
            for row in reversed(rows)
        ),
        summary=summary(
            _("Median score"),
            [(named(row.code), row.score_median or 0.0) for row in rows],
            words.percent,
            in_time=False,
        ),
    )
    return figure(_score_traces(rows, screen), layout, screen, table, revision)
