"""Parts of a page that are about single learners, and what stands in their place for who sees groups only."""

from dash.development.base_component import Component

from dashapp.components import card
from dashapp.words import _

NAMED = "la-named"
"""A part that shows or chooses among single learners; `GROUPED` on the page hides it from who sees groups only."""
GROUPED = "la-grouped"


def single_learners() -> str:
    """Who sees single learners."""
    return _("Single learners are shown to those who teach the course.")


def nobody_matches() -> Component:
    """Why all is empty where filters are set that no learner of the course matches."""
    return card.state("none", _("No learner matches these filters"), _("Change one of them, or clear all."))


def without_learners(named: bool, awaited: str) -> Component:
    """Why a chart of single learners is empty: they are still to come, or not for this reader to see."""
    return card.no_data(awaited) if named else card.state("private", _("Hidden for privacy"), single_learners())
