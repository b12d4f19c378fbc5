"""The palette of the builder: questions by subject, each of them a block that can be added."""

import json
from collections.abc import Sequence
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from dashapp.components.attributes import attributes
from dashapp.components.report_words import shape_of
from dashapp.domain.audience import Audience
from dashapp.domain.reports.document import Data, Heading, Text
from dashapp.domain.reports.palette import GROUP_WORDS, OFFERS, Offer, fits
from dashapp.words import _


def questions(audience: Audience) -> list[Component]:
    """Those that make sense for the reader, under their headings."""
    fitting = [one for one in OFFERS.values() if fits(one, audience)]
    parts: list[Component] = []
    for group, offers in groupby(fitting, key=lambda one: one.group):
        parts.append(_group(_(GROUP_WORDS[group]), list(offers)))
    return parts


def _group(title: str, offers: Sequence[Offer]) -> Component:
    return html.Section([html.H3(title), *(_question(one) for one in offers)], className="la-q-group")


def _question(offer: Offer) -> Component:
    given = json.dumps(_block_of(offer))
    shape = html.I(className=f"la-icon shape-{shape_of(offer.block)}", **attributes(aria_hidden="true"))
    return html.Button(
        [shape, html.Span(_(offer.title))],
        type="button",
        className="la-q",
        draggable="true",
        **attributes(data_la_block=given, data_la_name=_(offer.title)),
    )


def _block_of(offer: Offer) -> dict[str, object]:
    """The block as the document has it, but for its id; what asks a question carries it as its title."""
    block = offer.block.model_dump(mode="json", exclude={"id"})
    if isinstance(offer.block, Data) and offer.key not in ("number", "table"):
        block["title"] = _(offer.title)
    if isinstance(offer.block, (Heading, Text)):
        block["text"] = _("A new part") if isinstance(offer.block, Heading) else _("Write here what the figures say.")
    return block
