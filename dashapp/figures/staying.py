"""Who stays: the retention triangle, and those still enrolled with one course in front."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from dashapp import words
from dashapp.domain.views import CourseStory
from dashapp.figures import cells
from dashapp.figures.axes import week_ticks
from dashapp.figures.calendar import stepped
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.scores import short_label
from dashapp.figures.summary_campus import retention_summary, staying_summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure, plain
from dashapp.figures.theme import words as only_words
from dashapp.words import _

RETENTION_STEPS: Final = (0, 40, 55, 70, 85)
"""% active from which on the next colour holds; 0 is a true zero."""
LIGHT_TEXT_FROM: Final = 4
WEEKS: Final = 4
ROOM: Final = 9
"""Points of an axis up to 100 that a name at the end of a line needs between itself and the next."""


def _step(share: float) -> int:
    return 0 if share <= 0 else sum(share >= step for step in RETENTION_STEPS)


def _period(place: int) -> str:
    """ "5–8": the weeks of a period."""
    return _("{first}–{last}").format(first=words.number(place * WEEKS + 1), last=words.number(place * WEEKS + WEEKS))


def _row_name(story: CourseStory, screen: Screen) -> str:
    return f"{short_label(story.code, 8 if screen.narrow else 14)}  {words.month(story.starts_on)}"


def _said(story: CourseStory, place: int) -> str:
    return _("{course}, weeks {weeks}: {share} of {learners}").format(
        course=story.code,
        weeks=_period(place),
        share=words.percent(story.retention[place]),
        learners=words.number(story.at_start or 0),
    )


def _cells(shown: Sequence[CourseStory], most: int, screen: Screen) -> Json:
    colours = screen.amounts()
    rows = [list(story.retention) + [None] * (most - len(story.retention)) for story in shown]
    return {
        "type": "heatmap",
        "z": [[None if value is None else _step(value) for value in row] for row in rows],
        "x": list(range(most)),
        "y": list(range(len(shown))),
        "zmin": -0.5,
        "zmax": len(colours) - 0.5,
        "colorscale": stepped(colours),
        "showscale": False,
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "customdata": [
            [_said(story, place) if place < len(story.retention) else "" for place in range(most)] for story in shown
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _numbers(shown: Sequence[CourseStory], screen: Screen) -> list[Json]:
    notes = []
    for row, story in enumerate(shown):
        for place, share in enumerate(story.retention):
            light = _step(share) >= LIGHT_TEXT_FROM
            note = Note(place, row, words.number(share), "surface" if light else "ink")
            notes.append(annotation(note, screen, xanchor="center"))
        if story.hidden:
            notes.append(annotation(Note(-0.45, row, _("Hidden for privacy"), "ink-3"), screen))
    return notes


def _gaps(shown: Sequence[CourseStory], screen: Screen) -> list[Json]:
    """A line where courses of one start end and those of the next begin."""
    line: Json = {"color": screen.colour("line-strong"), "width": 1}
    return [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": place - 0.5, "y1": place - 0.5, "line": line}
        for place in range(1, len(shown))
        if _month(shown[place]) != _month(shown[place - 1])
    ]


def _month(story: CourseStory) -> tuple[int, int]:
    return story.starts_on.year, story.starts_on.month


def retention_triangle(stories: Sequence[CourseStory], screen: Screen, *, revision: str = "") -> Drawing:
    """A row per course by its start, a column per four weeks; what is to come is blank."""
    most = max((len(story.retention) for story in stories), default=0)
    if not most:
        return only_words(_("No course has four full weeks yet"), screen, revision)
    layout: Json = {
        "margin": {"l": 4, "r": 4, "t": 22, "b": 2},
        "xaxis": {
            "side": "top",
            "showline": False,
            "range": [-0.5, most - 0.5],
            "tickvals": list(range(0, most, 2 if screen.narrow and most > 5 else 1)),
            "ticktext": [_period(place) for place in range(0, most, 2 if screen.narrow and most > 5 else 1)],
        },
        "yaxis": {
            "showgrid": False,
            "rangemode": "normal",
            "range": [len(stories) - 0.5, -0.5],
            "tickvals": list(range(len(stories))),
            "ticktext": [_row_name(story, screen) for story in stories],
            "tickfont": {"size": 11 if screen.narrow else 12, "color": screen.colour("ink")},
        },
        "annotations": _numbers(stories, screen),
        "shapes": _gaps(stories, screen),
    }
    table = Table(
        (_("Course"), _("Start"), _("At the start"), *(_period(place) for place in range(most))),
        tuple(
            (
                story.code,
                cells.day(story.starts_on),
                _("hidden") if story.hidden else cells.number(story.at_start or 0),
                *(
                    cells.percent(story.retention[place])
                    if place < len(story.retention)
                    else _("hidden")
                    if story.hidden
                    else _("to come")
                    if story.running
                    else ""
                    for place in range(most)
                ),
            )
            for story in stories
        ),
        _("% of those enrolled at the start who were active; columns: weeks of the course"),
        retention_summary(stories),
    )
    return figure([_cells(stories, most, screen)], layout, screen, table, revision)


# ------------------------------------------------------------------ still enrolled


def front_course(stories: Sequence[CourseStory]) -> CourseStory | None:
    """The running course that has lost the greatest share since its start."""
    known = [story for story in stories if story.running and len(story.still_enrolled) > 1]
    return min(known, key=lambda story: (story.still_enrolled[-1], story.code), default=None)


def _spread(values: Sequence[float], room: float) -> list[float]:
    """The same places, pushed apart so that names do not lie on each other; from the highest down."""
    result = list(values)
    order = sorted(range(len(values)), key=lambda place: -values[place])
    for before, place in pairwise(order):
        result[place] = min(result[place], result[before] - room)
    return result


def _shares(bottom: float) -> Json:
    """Ticks from the bottom up to 100 %, at most five."""
    size = next(step for step in (1, 2, 5, 10, 25) if (100 - bottom) / step <= 5)
    ticks = list(range(100, int(bottom) - 1, -size))[::-1]
    texts = [words.number(tick) for tick in ticks[:-1]] + [words.percent(ticks[-1])]
    return {"tickvals": ticks, "ticktext": texts}


def _line(story: CourseStory, front: bool, screen: Screen) -> Json:
    said = _("{course}, week {week}: {share} still enrolled")
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(range(1, len(story.still_enrolled) + 1)),
        "y": list(story.still_enrolled),
        "line": {"width": 2.5 if front else 1.5, "color": screen.colour("accent" if front else "chart-others")},
        "customdata": [
            said.format(course=story.code, week=words.number(week), share=words.percent(share))
            for week, share in enumerate(story.still_enrolled, 1)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def still_enrolled(stories: Sequence[CourseStory], screen: Screen, *, revision: str = "") -> Drawing:
    """% of those enrolled at the start of each running course who still are, week by week; one course in front."""
    shown = [story for story in stories if story.running and len(story.still_enrolled) > 1]
    front = front_course(shown)
    if front is None:
        return only_words(_("No running course has a full week yet"), screen, revision)
    lowest = min(min(story.still_enrolled) for story in shown)
    bottom = max(0.0, 5 * ((lowest - 1) // 5))
    ordered = [story for story in shown if story is not front] + [front]
    weeks = max(len(story.still_enrolled) for story in shown)
    traces = [_line(story, story is front, screen) for story in ordered]
    ends = [story.still_enrolled[-1] for story in ordered]
    places = _spread(ends, ROOM * (100 - bottom) / 100)
    names = [f"{plain(short_label(story.code, 10))} {words.percent(story.still_enrolled[-1])}" for story in ordered]
    longest = max(story.starts_on for story in shown)
    starts = [longest] * weeks
    layout: Json = {
        "margin": {"l": 4, "r": 108, "t": 8, "b": 4},
        "xaxis": {"range": [1, weeks], **week_ticks(starts, screen.narrow)},
        "yaxis": {**_shares(bottom), "range": [min(bottom, *places) - 1, 101.5], "rangemode": "normal"},
        "annotations": [
            annotation(
                Note(1, place, f"<b>{name}</b>" if story is front else name, "accent" if story is front else "ink-2"),
                screen,
                xref="paper",
                xshift=6,
            )
            for story, place, name in zip(ordered, places, names, strict=True)
        ],
    }
    if bottom:
        text = _("axis starts at {share}").format(share=words.percent(bottom))
        note = annotation(Note(0, 0, text, "ink-3"), screen, xref="paper", yref="paper", yanchor="bottom", xshift=4)
        layout["annotations"].append(note)
    table = Table(
        (_("Course"), *(words.number(week) for week in range(1, weeks + 1))),
        tuple(
            (
                story.code,
                *(cells.percent(share) for share in story.still_enrolled),
                *("" for _week in range(weeks - len(story.still_enrolled))),
            )
            for story in shown
        ),
        _("% still enrolled at the start of each week"),
        staying_summary(shown),
    )
    return figure(traces, layout, screen, table, revision)
