"""What the dialog of a card says about it: in its own words, and in those of the metrics that it shows."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp.components.definitions import Definition
from dashapp.domain.indicators.dictionary import SOURCES
from dashapp.words import _

Text = str | list[str | Component]


def definition_list(said: Definition) -> Component:
    """What it shows, how that is counted, over which time, what is left out, and the tables it is read from."""
    terms = [each.term for each in said.terms()]
    pairs: list[tuple[str, Sequence[Text]]] = [
        (_("What it says"), [said.what]),
        (_("Metrics"), [_named(term.name, term.definition) for term in terms]),
        (_("Formula"), [_named(term.name, term.formula) for term in terms]),
        (_("Time range"), [said.span]),
        (_("As of"), [_("The time at the foot of the card; it moves with every new event")]),
        (_("Left out"), _once([said.left_out, *(_(term.left_out) for term in terms if term.left_out)])),
        (_("Read from"), [*([said.source] if said.source else []), *_tables(said)]),
    ]
    return html.Dl(
        [part for name, texts in pairs if texts for part in (html.Dt(name), *(html.Dd(text) for text in texts))]
    )


def _named(name: str, text: str) -> Text:
    return [html.B(_(name)), ": ", _(text)]


def _once(texts: Sequence[str]) -> list[Text]:
    return list(dict.fromkeys(texts))


def _tables(said: Definition) -> list[Text]:
    """Each table once, in words where there are any, with its name in the database."""
    names = dict.fromkeys(table for each in said.terms() for table in each.tables)
    return [[*([_(SOURCES[name]), " "] if name in SOURCES else []), html.Code(name)] for name in names]
