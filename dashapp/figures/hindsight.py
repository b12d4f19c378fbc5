"""How it went on with those whom the rules had listed, beside the others."""

from collections.abc import Callable, Sequence
from typing import Final

from dashapp import words
from dashapp.domain.views.hindsight import Checkpoint
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary import sentences
from dashapp.figures.theme import Note, Screen, Table, annotation, figure
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

WIDTH: Final = 0.36
LEAST_ROOM: Final = 5
"""So many checkpoints find room at least: two bars alone would be walls."""
MOST_COUNTS: Final = 6
"""Up to so many checkpoints the labels say of how many learners they are, where the screen is wide."""
NARROW_LABELS: Final = 6
"""More checkpoints than this on a phone, and the numbers stand in the table only."""


def hindsight_names() -> tuple[str, str]:
    """The two groups that are compared."""
    return _("Listed then"), _("All others")


def _week(one: Checkpoint) -> str:
    return _("week {number}").format(number=words.number(one.week))


def _said(one: Checkpoint, group: str, lost: int, of: int) -> str:
    text = ngettext(
        "{week}, {group}: {lost} of {number} learner has left or failed since",
        "{week}, {group}: {lost} of {number} learners have left or failed since",
        of,
    )
    return text.format(week=_week(one), group=group, lost=words.number(lost), number=words.number(of))


def _bars(
    shown: Sequence[Checkpoint], colour: str, offset: float, of: Callable[[Checkpoint], tuple[float | None, str]]
) -> Json:
    values = [of(one) for one in shown]
    return {
        "type": "bar",
        "x": [place + offset for place in range(len(shown))],
        "y": [value for value, _text in values],
        "width": WIDTH,
        "marker": {"color": colour},
        "customdata": [text for _value, text in values],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _notes(shown: Sequence[Checkpoint], screen: Screen) -> list[Json]:
    if screen.narrow and len(shown) > NARROW_LABELS:
        return []
    spelt = _spelt(screen, len(shown))
    # Spelt out, the label of the second bar begins with its bar: in the middle it would reach into the first one.
    return [
        annotation(
            Note(place if spelt and offset > 0 else place + offset, value, _label(value, counts, spelt=spelt), colour),
            screen, xanchor="left" if spelt and offset > 0 else "center", yanchor="bottom", yshift=2,
        )
        for place, one in enumerate(shown)
        for offset, value, counts, colour in (
            (-WIDTH / 2, one.of_listed, (one.listed_lost, one.listed), "ink"),
            (WIDTH / 2, one.of_others, (one.others_lost, one.others), "ink-2"),
        )
        if value is not None
    ]  # fmt: skip


def _spelt(screen: Screen, shown: int) -> bool:
    """Whether there is room to say of how many learners a share is."""
    return not screen.narrow and shown <= MOST_COUNTS


def _label(share: float, counts: tuple[int, int], *, spelt: bool) -> str:
    lost, of = map(words.number, counts)
    if not spelt:
        return words.percent(share)
    return _("{share} ({lost} of {number})").format(share=words.percent(share), lost=lost, number=of)


def hindsight(checkpoints: Sequence[Checkpoint], screen: Screen, *, revision: str = "") -> Drawing:
    """Two bars per checkpoint: % of those listed then who have left or failed since, and of all others."""
    if not checkpoints:
        return only_words(_("No day lies far enough back yet"), screen, revision)
    listed, others = hindsight_names()
    shown = list(checkpoints)
    traces = [
        _bars(
            shown, screen.colour("chart-me"), -WIDTH / 2,
            lambda one: (one.of_listed, _said(one, listed, one.listed_lost, one.listed)),
        ),
        _bars(
            shown, screen.colour("chart-others"), WIDTH / 2,
            lambda one: (one.of_others, _said(one, others, one.others_lost, one.others)),
        ),
    ]  # fmt: skip
    highest = max((max(one.of_listed or 0.0, one.of_others or 0.0) for one in shown), default=0.0)
    top = next(step for step in (10, 20, 40, 60, 80, 100) if highest <= step)
    ticks = [0, top / 2, top]
    step = 2 if screen.narrow and len(shown) > NARROW_LABELS else 1
    places = list(range(0, len(shown), step))
    layout: Json = {
        "margin": {"l": 4, "r": 8, "t": 18, "b": 4},
        "xaxis": {
            "range": [-0.6, max(len(shown), LEAST_ROOM) - 0.4],
            "tickvals": places,
            "ticktext": [
                words.number(shown[place].week) if place else _week(shown[place]) for place in places
            ],
        },
        "yaxis": {"range": [0, top * 1.12], "tickvals": ticks, "ticktext": [words.percent(tick) for tick in ticks]},
        "annotations": _notes(shown, screen),
    }  # fmt: skip
    return figure(traces, layout, screen, _table(shown), revision)


def _table(shown: Sequence[Checkpoint]) -> Table:
    head = (
        _("Week"), _("Day"), _("Listed then"), _("of them left or failed since"), _("All others"),
        _("of them left or failed since"), _("Share of all who left or failed that was listed"),
    )  # fmt: skip
    rows = tuple(
        (
            words.number(one.week), words.day(one.day), words.number(one.listed), _share(one.of_listed),
            words.number(one.others), _share(one.of_others), _share(one.found),
        )
        for one in shown
    )  # fmt: skip
    return Table(head, rows, summary=_summary(shown))


def _share(value: float | None) -> str:
    return "–" if value is None else words.percent(value)


def _summary(shown: Sequence[Checkpoint]) -> str:
    known = [one for one in shown if one.of_listed is not None and one.of_others is not None]
    if not known:
        return _("Nobody was listed on the days that lie far enough back")
    best = max(known, key=lambda one: (one.of_listed or 0.0) - (one.of_others or 0.0))
    last = known[-1]
    said = _("{week}: {listed} of those listed, and {others} of the others, have left or failed since")
    parts = [
        said.format(week=_week(one), listed=_share(one.of_listed), others=_share(one.of_others))
        for one in dict.fromkeys((best, last))
    ]
    return sentences(*parts)
