"""Differences in words: a direction in plain words first, then against what. Never an arrow, never red or green."""

from collections.abc import Callable

from dash import html
from dash.development.base_component import Component

from dashapp.words import _

ABOUT_THE_SAME = 0.1
"""Up to this share of the reference, a difference is not worth a direction."""

Parts = tuple[str | Component, ...]


def emphasised(template: str, bold: str) -> Parts:
    """A sentence with one part in bold: `template` holds it as {bold}. Empty texts are left out."""
    before, _sep, after = template.partition("{bold}")
    return tuple(part for part in (before, html.B(bold), after) if part)


def nearly_equal(value: float, reference: float) -> bool:
    """Whether the two differ by less than a tenth of the reference."""
    return abs(value - reference) <= ABOUT_THE_SAME * max(abs(reference), 1e-9)


def amount_against(value: float, reference: float, words_of: Callable[[float], str], against: str) -> Parts:
    """ "**40 min lower** than your average", or "**About the same** as …".

    `against` is a noun phrase: "your average of 4 weeks, 3 h 10 min".
    """
    if nearly_equal(value, reference):
        return emphasised(_("{bold} as {against}").replace("{against}", against), _("About the same"))
    direction = _("{amount} higher") if value > reference else _("{amount} lower")
    bold = direction.format(amount=words_of(abs(value - reference)))
    return emphasised(_("{bold} than {against}").replace("{against}", against), bold)


def count_against(value: int, reference: int, words_of: Callable[[float], str], against: str) -> Parts:
    """ "**16 fewer** than the 7 days before", for things that are counted."""
    if value == reference:
        return emphasised(_("{bold} as {against}").replace("{against}", against), _("The same"))
    direction = _("{amount} more") if value > reference else _("{amount} fewer")
    bold = direction.format(amount=words_of(abs(value - reference)))
    return emphasised(_("{bold} than {against}").replace("{against}", against), bold)
