"""What pages say while none of the chosen days has come yet."""

from datetime import date

from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.words import _


def title() -> str:
    """The sentence that a page opens with."""
    return _("No day of the chosen dates has come yet")


def lead(first: date, today: date) -> str:
    """The line below it; `first`: the first chosen day."""
    said = _("They begin on {day}. Choose an earlier day; what does not depend on these dates is shown as it is now.")
    return said.format(day=words.day(first, today))


def state() -> Component:
    """What stands in the place of a chart of the chosen days."""
    return card.state("none", title(), _("Choose an earlier day to begin with."))


def or_else(first: date | None, other: Component, *, private: bool = False) -> Component:
    """`state` where the first chosen day lies ahead, `other` elsewhere, and where that says that figures are hidden."""
    return other if first is None or private else state()


def span(first: date, last: date, to_come: date | None, today: date) -> str:
    """The chosen days in words: those that are shown, or from when on they will be."""
    return words.date_span(first, last) if to_come is None else _("from {day}").format(day=words.day(to_come, today))
