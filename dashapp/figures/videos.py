"""Along the time line of each video: who watched a part, and how often it was watched again; one small panel each."""

from collections.abc import Sequence
from math import ceil

from dashapp import words
from dashapp.domain.views import VideoViews
from dashapp.figures import cells
from dashapp.figures.axes import count_scale
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary import named, summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure, plain
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

WIDE, NARROW = 3, 1
"""Panels beside each other."""
LONGEST_TITLE = 44
"""Characters; on a phone there is about as much room."""
GAP_ACROSS, GAP_DOWN = 0.05, 0.24
"""Of the plot, between panels."""


def panels_shown(videos: Sequence[VideoViews], screen: Screen) -> Sequence[VideoViews]:
    """The videos that find room: all of the view, on a phone the first three."""
    return videos[:3] if screen.narrow else videos


def position(seconds: float) -> str:
    """A place in a video as players show it: "4:05"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _title(video: VideoViews) -> str:
    title = video.title or _("Video without a title")
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"


def _said(video: VideoViews, place: int) -> str:
    learners, again = video.learners[place], video.again[place]
    return _("{first} to {last}: {learners}, {again}").format(
        first=position(place * video.step),
        last=position((place + 1) * video.step),
        learners=ngettext("{number} learner", "{number} learners", learners).format(number=words.number(learners)),
        again=ngettext("watched again {number} time", "watched again {number} times", again).format(
            number=words.number(again)
        ),
    )


def _bars(video: VideoViews, number: int, screen: Screen) -> list[Json]:
    suffix = str(number) if number > 1 else ""
    shared: Json = {
        "type": "bar",
        "x": list(range(len(video.learners))),
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
        "customdata": [_said(video, place) for place in range(len(video.learners))],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return [
        {**shared, "y": list(video.learners), "marker": {"color": screen.colour("chart-others")}},
        {**shared, "y": list(video.again), "marker": {"color": screen.colour("chart-me")}},
    ]


def _axes(video: VideoViews, number: int, area: tuple[float, float, float, float]) -> Json:
    """The two axes of a panel that takes (left, right, bottom, top) of the plot."""
    suffix = str(number) if number > 1 else ""
    left, right, bottom, top = area
    parts = len(video.learners)
    ticks = sorted({0, parts // 2, parts - 1})
    highest = max((one + more for one, more in zip(video.learners, video.again, strict=True)), default=1)
    scale = count_scale(highest)
    shown = scale.values[:: max(1, ceil(len(scale.values) / 3))]
    return {
        f"xaxis{suffix}": {
            "domain": [left, right],
            "anchor": f"y{suffix}",
            "range": [-0.6, parts - 0.4],
            "tickvals": ticks,
            "ticktext": [position(tick * video.step) for tick in ticks],
        },
        f"yaxis{suffix}": {
            "domain": [bottom, top],
            "anchor": f"x{suffix}",
            "range": [0, scale.top],
            "tickvals": list(shown),
            "ticktext": [words.compact(tick) for tick in shown],
        },
    }


def _areas(count: int, screen: Screen) -> list[tuple[float, float, float, float]]:
    across = min(count, NARROW if screen.narrow else WIDE)
    down = ceil(count / across)
    width = (1 - GAP_ACROSS * (across - 1)) / across
    height = (1 - GAP_DOWN * (down - 1)) / down
    found = []
    for place in range(count):
        left = (place % across) * (width + GAP_ACROSS)
        top = 1 - (place // across) * (height + GAP_DOWN)
        found.append((left, min(1.0, left + width), max(0.0, top - height), top))
    return found


def video_views(videos: Sequence[VideoViews], screen: Screen, *, revision: str = "") -> Drawing:
    """A panel for each video, in the given order."""
    shown = panels_shown(videos, screen)
    if not shown:
        return only_words(_("No video watched yet"), screen, revision)
    areas = _areas(len(shown), screen)
    layout: Json = {"margin": {"l": 4, "r": 12, "t": 30, "b": 4}, "barmode": "stack", "bargap": 0, "annotations": []}
    traces: list[Json] = []
    for number, (video, area) in enumerate(zip(shown, areas, strict=True), 1):
        traces += _bars(video, number, screen)
        layout |= _axes(video, number, area)
        said = f"<b>{plain(_title(video))}</b>"
        place = Note(area[0], area[3], said, "ink")
        layout["annotations"].append(
            annotation(place, screen, xref="paper", yref="paper", yanchor="bottom", yshift=6, xanchor="left")
        )
    rows = tuple(
        (
            _title(video),
            _("{first} to {last}").format(first=position(part * video.step), last=position((part + 1) * video.step)),
            cells.number(video.learners[part]),
            cells.number(video.again[part]),
        )
        for video in shown
        for part in range(len(video.learners))
    )
    points = [
        (_("{video}, part {number}").format(video=named(_title(video)), number=words.number(part + 1)), learners)
        for video in shown
        for part, learners in enumerate(video.learners)
    ]
    said = summary(_("Learners"), points, words.number, in_time=False)
    table = Table((_("Video"), _("Part"), _("Learners"), _("Watched again")), rows, summary=said)
    return figure(traces, layout, screen, table, revision)
