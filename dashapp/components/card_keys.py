"""The key below a chart, read from the components that show it: shapes, their colours as names of tokens, and words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

KEY: Final = "la-key"
_LEVELS: Final[Mapping[str, tuple[str, str]]] = {
    "help": ("▲", "help"),
    "watch": ("◆", "watch"),
    "calm": ("○", "ink-2"),
    "good": ("✓", "ink-2"),
}
"""The shapes of `assets/look.css` with the tokens of their colours."""
_AMOUNTS: Final = {
    "la-amount-0": "seq-0",
    "la-amount-1": "seq-1",
    "la-amount-2": "seq-3",
    "la-amount-3": "seq-4",
    "la-amount-4": "seq-5",
    "la-amount-5": "seq-6",
}
_TOKEN: Final = re.compile(r"var\(--la-([a-z0-9-]+)\)")


class Shape(StrEnum):
    """What stands before a word of a key."""

    SQUARE = "square"
    DOT = "dot"
    LINE = "line"
    LETTER = "letter"
    """A sign of the font: `KeyItem.letter`."""


@dataclass(frozen=True, slots=True)
class KeyItem:
    """One word of a key. Colours are names of tokens; an empty one is none."""

    text: str
    shape: Shape
    fill: str = ""
    edge: str = ""
    letter: str = ""


def key_of(inside: Iterable[Component]) -> tuple[KeyItem, ...]:
    """The words of the key among the components of a card; none where it has no key."""
    holder = next((one for one in inside if getattr(one, "className", None) == KEY), None)
    shown = getattr(holder, "children", None) or []
    return tuple(_item(one) for one in shown if isinstance(one, html.Span))


def _item(shown: Component) -> KeyItem:
    named = set(str(getattr(shown, "className", "") or "").split())
    level = next((name for name in _LEVELS if name in named), None)
    parts = shown.children if isinstance(shown.children, list) else [shown.children]
    text = "".join(str(one) for one in parts if isinstance(one, str)).strip()
    if level is not None:
        letter, colour = _LEVELS[level]
        return KeyItem(text, Shape.LETTER, colour, letter=letter)
    mark = next((one for one in parts if isinstance(one, html.I)), html.I())
    amount = _AMOUNTS.get(str(getattr(mark, "className", "")))
    if amount is not None:
        return KeyItem(text, Shape.SQUARE, amount, "line-strong" if amount == "seq-0" else "")
    return _drawn(text, getattr(mark, "style", None) or {})


def _drawn(text: str, style: Mapping[str, Any]) -> KeyItem:
    shape = Shape.LINE if "blockSize" in style else Shape.DOT if "borderRadius" in style else Shape.SQUARE
    return KeyItem(text, shape, _token(style.get("background")), _token(style.get("border")))


def _token(said: object) -> str:
    found = _TOKEN.search(str(said or ""))
    return found[1] if found else ""
