"""Rows with a name each: beside them on a wide screen, above them on a narrow one, where few letters would be left."""

from collections.abc import Sequence
from typing import Final

from dashapp.figures.drawing import Json
from dashapp.figures.theme import Note, Screen, annotation, plain

ABOVE: Final = 38
"""Letters of a name above its row at most: all that find room on a screen of 320 px."""
_LOWER, _THINNER = 0.22, 0.6
"""How far a row gives way to the name above it, in rows, and what is left of its thickness."""


def letters(wide: int, screen: Screen) -> int:
    """How many letters a name may have, `wide` of them where it stands beside its row."""
    return ABOVE if screen.narrow else wide


def row_places(count: int, screen: Screen) -> list[float]:
    """Where the rows stand on their axis, from the top."""
    return [place + _LOWER if screen.narrow else place for place in range(count)]


def thickness(wide: float, screen: Screen) -> float:
    """That of a bar, in rows."""
    return wide * _THINNER if screen.narrow else wide


def row_axis(names: Sequence[str], screen: Screen) -> Json:
    """The axis of the rows, with their names where these stand beside them."""
    beside = [] if screen.narrow else list(names)
    return {
        "showgrid": False,
        "rangemode": "normal",
        "range": [max(len(names), 4) - 0.4, -0.6],
        "tickvals": list(range(len(beside))),
        "ticktext": beside,
        "tickfont": {"size": 12, "color": screen.colour("ink")},
        "ticklabelstandoff": 8,
    }


def names_above(names: Sequence[str], screen: Screen) -> list[Json]:
    """The names where they stand above the rows, else nothing."""
    if not screen.narrow:
        return []
    notes = [Note(0, place, plain(name), "ink") for place, name in enumerate(names)]
    return [annotation(note, screen, xref="paper", yanchor="bottom", yshift=-2) for note in notes]
