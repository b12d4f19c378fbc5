"""The room that the texts of axes take beside a plot.

Left to itself, plotly draws a chart, measures its texts, and draws all of it once more with the room that they take:
a third of the time until a chart is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from math import ceil
from typing import Any, Final

from dashapp.figures.drawing import Json
from dashapp.figures.font import LINE, SIZE, width

STANDOFF: Final = 4
"""Between an axis and its texts, in px, where an axis says nothing else."""
EDGE: Final = 4
"""Between the texts and the chart's edge, in px."""
MOST: Final = 240
"""Wider texts are left to plotly, which knows how wide the chart is."""
LEAST_WIDE, LEAST_NARROW = 280, 130
"""As many px across as all plots of a chart have on a wide and on a narrow screen, or more."""
LEAST_HIGH: Final = 180
"""The same upwards."""
_BESIDE_A_LINE: Final = 2
_OTHERWISE: Final = frozenset({"overlaying", "position", "tickangle", "title", "ticklabelposition"})
"""Properties of an axis whose texts stand elsewhere."""


@dataclass(frozen=True, slots=True)
class _Ticks:
    """The texts of an axis that is seen: how wide they are, and where on it they stand, from 0 to 1."""

    widths: Sequence[float]
    places: Sequence[float]


def beside(layout: Json, margin: Mapping[str, int], *, narrow: bool) -> Json:
    """`margin`, and the axes, of a layout so that plotly need not look for room; nothing where the texts cannot be
    measured here. `margin` is what holds where the layout says nothing."""
    axes = {name: axis for name, axis in layout.items() if name.startswith(("xaxis", "yaxis"))}
    ticks = {name: _ticks(axis) for name, axis in axes.items()}
    if not axes or None in ticks.values():
        return {}
    least = LEAST_NARROW if narrow else LEAST_WIDE
    room: dict[str, float] = {**margin, **layout.get("margin", {})}
    for name, each in ticks.items():
        if each is not None and each.widths:
            takes = _left(axes, name, each, least) if name[0] == "y" else _below(axes, name, each, least)
            room |= {side: max(room[side], taken) for side, taken in takes.items()}
    still = {name: {**axis, "automargin": False} for name, axis in axes.items()}
    return {"margin": {side: ceil(each) for side, each in room.items()}, **still}


def _left(axes: Mapping[str, Json], name: str, ticks: _Ticks, least: int) -> dict[str, float]:
    axis = axes[name]
    begins, _ends = _domain(axes, "xaxis" + axis.get("anchor", "x")[1:])
    takes = max(ticks.widths) + axis.get("ticklabelstandoff", STANDOFF) + 1 + EDGE
    return {"l": takes - begins * least, "t": _beyond(_domain(axes, name), ticks.places, [LINE / 2], LEAST_HIGH)}


def _below(axes: Mapping[str, Json], name: str, ticks: _Ticks, least: int) -> dict[str, float]:
    axis = axes[name]
    begins, ends = _domain(axes, "yaxis" + axis.get("anchor", "y")[1:])
    is_above = axis.get("side") == "top"
    takes = LINE - is_above + axis.get("ticklabelstandoff", STANDOFF) + EDGE
    takes += _BESIDE_A_LINE * axis.get("showline", True)
    halves, own = [each / 2 + EDGE for each in ticks.widths], _domain(axes, name)
    return {
        "t" if is_above else "b": takes - (1 - ends if is_above else begins) * LEAST_HIGH,
        "r": _beyond(own, ticks.places, halves, least),
        "l": _beyond((1 - own[1], 1 - own[0]), [1 - place for place in ticks.places], halves, least),
    }


def _domain(axes: Mapping[str, Json], name: str) -> tuple[float, float]:
    """Where on the chart an axis begins and ends, from 0 to 1."""
    begins, ends = axes.get(name, {}).get("domain", (0, 1))
    return begins, ends


def _beyond(domain: tuple[float, float], places: Sequence[float], halves: Sequence[float], least: int) -> float:
    """How far the half of a text reaches over the end of the chart at most, in px."""
    begins, ends = domain
    every = halves if len(halves) == len(places) else [*halves] * len(places)
    return max(half - (1 - begins - place * (ends - begins)) * least for place, half in zip(places, every, strict=True))


def _ticks(axis: Json) -> _Ticks | None:
    """None where nobody knows before it is drawn."""
    if axis.get("visible") is False:
        return _Ticks((), ())
    if _OTHERWISE & axis.keys() or axis.get("side") == "right":
        return None
    size, places = axis.get("tickfont", {}).get("size", SIZE), _places(axis)
    widths = [width(text, size) for text in axis.get("ticktext", ())]
    known = [each for each in widths if each is not None and each <= MOST]
    if places is None or len(widths) != len(places) or len(known) != len(widths):
        return None
    return _Ticks(known, places)


def _places(axis: Json) -> list[float] | None:
    values = [_number(each) for each in (*axis.get("range", ()), *axis.get("tickvals", ()))]
    known = [each for each in values if each is not None]
    if len(known) != len(values) or len(known) < 2 or known[0] == known[1]:
        return None
    first, last, *ticks = known
    return [(tick - first) / (last - first) for tick in ticks]


def _number(value: Any) -> float | None:
    """Numbers and moments on one line; None for a category."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    if isinstance(moment, datetime):
        return moment.timestamp()
    if isinstance(moment, date):
        return datetime.combine(moment, time()).timestamp()
    return float(moment) if isinstance(moment, int | float) else None
