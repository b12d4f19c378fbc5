"""Small marks in a line of text: level, columns, key. Drawn by CSS, so that they follow the theme."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.domain.views import Level
from dashapp.words import _


def level_word(level: Level) -> str:
    """The word that always stands beside the shape of a level."""
    return {Level.HELP: _("Needs help"), Level.WATCH: _("Watch"), Level.CALM: _("On course")}[level]


def level_mark(kind: str, word: str) -> Component:
    """A shape and a word. `kind` is help, watch, calm, good or late: the shapes of assets/look.css."""
    return html.Span(word, className=f"la-level {kind}")


def level(value: Level) -> Component:
    """The level of a learner: ▲ needs help, ◆ watch, ○ on course."""
    return level_mark(value.value, level_word(value))


def icon(name: str) -> Component:
    """A drawing without a word of its own; whoever holds it carries the label."""
    return html.I(className=f"la-icon {name}", **attributes(aria_hidden="true"))


def spark(
    values: Sequence[float], *, peak: float | None = None, last_open: bool = False, hero: bool = True
) -> Component:
    """Small columns, the last one in the accent (`hero`) or outlined while its week is under way (`last_open`).

    `peak`: the value of full height, so that several rows can share one scale.
    """
    highest = max(peak or max(values, default=0), 1)
    columns = []
    for place, value in enumerate(values):
        name = "zero" if value <= 0 else "open" if last_open and place == len(values) - 1 else ""
        share = min(100.0, value / highest * 100)
        columns.append(html.I(className=name or None, style={"--v": f"{share:.1f}%"}))
    said = _("Values, oldest first: {values}").format(values=words.listing([words.number(value) for value in values]))
    return html.Span(
        columns, className="la-spark hero" if hero else "la-spark", role="img", **attributes(aria_label=said)
    )


def amount_key(zero: str, steps: Sequence[str]) -> Component:
    """The key of a map of amounts: words for zero and for each step above."""
    parts = [html.Span([html.I(className="la-amount-0"), zero])]
    parts += [html.Span([html.I(className=f"la-amount-{place}"), text]) for place, text in enumerate(steps, 1)]
    return html.Div(parts, className="la-key")


def level_key() -> Component:
    """The key of shapes."""
    return html.Div([level(value) for value in Level], className="la-key")
