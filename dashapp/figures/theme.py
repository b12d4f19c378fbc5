"""The look in plotly's terms: colours read from `assets/tokens.css`, one template per theme, and parts of figures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

import orjson
from markupsafe import Markup

from dashapp.domain.names import legible
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.room import STANDOFF, beside
from dashapp.words import text_direction

TOKENS: Final = Path(__file__).parents[2] / "assets" / "tokens.css"
DARK_STARTS: Final = '[data-bs-theme="dark"] {'
FONT: Final = '"IBM Plex Sans Variable", "IBM Plex Sans", system-ui, sans-serif'
_TEXTS: Final = ("customdata", "text")
"""Of traces."""
_APART, _TOGETHER = "\u2068", "\u2069"
"""First strong isolate, and its end."""
_ROOM: Final = " \u00a0\u2003"
"""Spaces that keep a text from its mark."""
CLEAR: Final = "rgba(0,0,0,0)"
MARGIN: Final = {"l": 4, "r": 20, "t": 8, "b": 4}
"""Beside a chart and its texts, in px."""
_COLOUR = re.compile(r"--la-([a-z0-9-]+):\s*(#[0-9a-f]{6});")


class Theme(StrEnum):
    """Light or dark, as the page's `data-bs-theme`."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Screen:
    """For what a figure is drawn: a theme, and whether the screen is narrow (a phone, under 576 px)."""

    theme: Theme = Theme.LIGHT
    narrow: bool = False

    @classmethod
    def parse(cls, stored: object) -> Self:
        """From what the browser keeps in a Store; anything that cannot be understood is the light, wide screen."""
        if not isinstance(stored, Mapping):
            return cls()
        theme = Theme.DARK if stored.get("theme") == "dark" else Theme.LIGHT
        return cls(theme=theme, narrow=stored.get("narrow") is True)

    def colour(self, name: str) -> str:
        """The colour of a token without its prefix: `colour("chart-me")`."""
        return palette(self.theme)[name]

    def amounts(self) -> tuple[str, ...]:
        """The six steps of an amount, from a true zero up."""
        return tuple(self.colour(f"seq-{step}") for step in (0, 1, 3, 4, 5, 6))


@cache
def palette(theme: Theme) -> Mapping[str, str]:
    """All colours of a theme by the names of their tokens."""
    light, dark = TOKENS.read_text(encoding="utf-8").split(DARK_STARTS, maxsplit=1)
    return MappingProxyType(dict(_COLOUR.findall(light if theme is Theme.LIGHT else dark)))


@cache
def template(theme: Theme) -> orjson.Fragment:
    """All that figures of one theme share, as JSON of plotly's `layout.template`."""
    colours = palette(theme)
    axis: Json = {
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "tickfont": {"size": 12, "color": colours["ink-3"]},
        "gridcolor": colours["chart-grid"],
        "gridwidth": 1,
        "linecolor": colours["chart-axis"],
        "fixedrange": True,
        "ticklabelstandoff": STANDOFF,
        "ticklabeloverflow": "allow",
        "tickangle": 0,
    }
    hover: Json = {
        "bgcolor": colours["raised"],
        "bordercolor": colours["line-strong"],
        "align": "left",
        "namelength": -1,
        "font": {"family": FONT, "size": 12, "color": colours["ink"]},
    }
    layout: Json = {
        "font": {"family": FONT, "size": 12, "color": colours["ink-2"]},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "margin": {**MARGIN, "pad": 0},
        "colorway": [colours[f"cat-{number}"] for number in range(1, 9)],
        "showlegend": False,
        "xaxis": {**axis, "showline": True},
        "yaxis": {**axis, "showgrid": True, "rangemode": "tozero"},
        "hovermode": "closest",
        "hoverdistance": 24,
        "hoverlabel": hover,
        "bargap": 0.28,
        "barcornerradius": 2,
        "dragmode": False,
        "annotationdefaults": {"font": {"size": 12, "color": colours["ink-2"]}, "showarrow": False},
    }
    return orjson.Fragment(orjson.dumps({"layout": layout}))


@dataclass(frozen=True, slots=True)
class Table:
    """The accessible twin of a figure. Cells are texts, ready to be read; those that know their value are `Cell`s."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    unit: str = ""
    """What the cells count and in which unit, where neither they nor the heads say so."""
    summary: str = ""
    """The figure in one sentence from its data (`dashapp.figures.summary`)."""

    def told(self) -> Json:
        """As a figure carries it (`table_of`)."""
        rows = [list(row) for row in self.rows]
        return {"head": list(self.head), "rows": rows, "unit": self.unit, "summary": self.summary}


def figure(traces: Sequence[Json], layout: Json, screen: Screen, table: Table, revision: str) -> Drawing:
    """A figure of the look. `revision` names page and filters: while it stays, a zoom stays.

    The texts of traces and ticks are shown as they are, whatever they hold.
    """
    axes = {name: _plain_ticks(part) for name, part in layout.items() if name.startswith(("xaxis", "yaxis"))}
    notes = [{**note, "text": isolated(note["text"])} for note in layout.get("annotations", ())]
    placed = {**layout, **axes}
    return Drawing(
        [{**trace, **{name: _plain(trace[name]) for name in _TEXTS if name in trace}} for trace in traces],
        {
            "uirevision": revision,
            "meta": table.told(),
            **placed,
            **beside(placed, MARGIN, narrow=screen.narrow),
            **({"annotations": notes} if notes else {}),
        },
        template(screen.theme),
    )


def isolated(text: str) -> str:
    """A text as it is drawn for who reads from right to left: plots run from left to right, whatever the page does, so
    each text is set apart in its own direction, and a number at its end stays there."""
    if text_direction() == "ltr":
        return text
    core = text.strip(_ROOM)
    return text.replace(core, f"{_APART}{core}{_TOGETHER}", 1) if core else text


def plain(text: str) -> str:
    """A text as plotly has to be given it, which takes names such as `<a href=…>` or `a<b` for its own small HTML, and
    draws boxes for signs of control or lets them turn what stands beside them."""
    return legible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(texts: Any) -> Any:
    """Texts, or lists of lists of them; what is markup already, made by a figure of ours, stays."""
    if isinstance(texts, list | tuple):
        if text_direction() == "ltr":
            # A figure has thousands of texts: without a step of its own for each.
            return [plain(each) if type(each) is str else _plain(each) for each in texts]
        return [_plain(each) for each in texts]
    if isinstance(texts, Markup):
        return isolated(str(texts))
    return isolated(plain(texts)) if isinstance(texts, str) else texts


def _plain_ticks(axis: Json) -> Json:
    return {**axis, "ticktext": _plain(axis["ticktext"])} if "ticktext" in axis else axis


def words(text: str, screen: Screen, revision: str = "") -> Drawing:
    """The figure of an empty input: one sentence, no axes."""
    hidden: Json = {"visible": False, "fixedrange": True, "range": [0, 1]}
    layout: Json = {
        "xaxis": hidden,
        "yaxis": hidden,
        "annotations": [
            {
                "text": text,
                "x": 0.5,
                "y": 0.5,
                "xref": "paper",
                "yref": "paper",
                "showarrow": False,
                "font": {"size": 13, "color": screen.colour("ink-2")},
            }
        ],
    }
    return figure([], layout, screen, Table((), ()), revision)


def table_of(drawn: Drawing) -> Table:
    """The accessible twin that a figure carries; empty where the figure is words."""
    meta = drawn.own_layout["meta"]
    rows = tuple(tuple(row) for row in meta.get("rows", ()))
    return Table(tuple(meta.get("head", ())), rows, meta.get("unit", ""), meta.get("summary", ""))


@dataclass(frozen=True, slots=True)
class Note:
    """A text in a figure, at data coordinates unless `xref` or `yref` say "paper"."""

    x: Any
    y: Any
    text: str
    colour: str = "ink-2"


def annotation(note: Note, screen: Screen, **more: Any) -> Json:
    """A note as plotly's annotation; `more` are further properties of it."""
    return {
        "x": note.x,
        "y": note.y,
        "text": note.text,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "font": {"size": 12, "color": screen.colour(note.colour)},
        **more,
    }
