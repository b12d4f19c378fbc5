"""A card: a question or a statement as its title, what is drawn and in which unit, the body, and as of when.

Its menu opens the definition of what it shows and, for a chart, the same numbers as a table; `assets/look.js` opens
both without asking the server. Charts and grids can be taken along (`dashapp.components.downloads`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids, words
from dashapp.components import downloads
from dashapp.components.attributes import attributes
from dashapp.components.defined import definition_list
from dashapp.components.definitions import Definition
from dashapp.components.marks import icon
from dashapp.domain.views import Freshness
from dashapp.words import _

LATE_SECONDS = 5.0
"""Further behind than this, the as-of line says "late" (the promise of the service)."""

Children = Component | str | Sequence[Component | str]
"""What Dash accepts as children, as far as it is used here."""

PLOT_CONFIG: Final[Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "responsive": True,
    "doubleClick": "reset",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a card's body. `page` and `card` are ids; `width` is a class of the 12-column grid."""

    page: str
    card: str
    title: str
    width: str
    definition: Definition
    line: str | None = ""
    """None: the card has no line below its title; "": filled later through `ids.line_of`."""
    table: bool = False
    """Whether the body is a chart, which has its numbers as a table."""
    zoom: bool = False
    """Whether the axes of the chart can be zoomed, which they can on a wide screen only."""
    file: bool = False
    """Whether its numbers can be downloaded; the address is filled in later through `ids.file_of`."""
    listed: bool = False
    """Whether the body is a list or a table of words, whose rows can be taken along (`downloads.listed`)."""


def asof_words(freshness: Freshness | None) -> Children:
    """ "As of 10:42:07 · 0.4 s behind"; in amber with a clock from 5 s on. Empty before the first data."""
    if freshness is None:
        return html.Span("\u00a0")
    late = freshness.transport_away or freshness.behind_seconds > LATE_SECONDS
    text = _("Late: as of {time} · {lag} behind") if late else _("As of {time} · {lag} behind")
    moment = attributes(data_zone=freshness.zone, data_as_of=freshness.as_of.isoformat())
    said = text.format(time=words.clock(freshness.as_of, freshness.zone), lag=words.lag(freshness.behind_seconds))
    return html.Span(said, className="late" if late else None, **moment)


def asof_line(page: str, card: str) -> Component:
    """The foot of a card, filled by the slot `asof` of its page and moved on by the live module."""
    return html.Footer(asof_words(None), id=ids.asof_of(page, card), className="la-asof")


def _menu(frame: Frame, body: Sequence[Component]) -> Component:
    entries: list[Component] = [
        html.Button(_("Definition"), type="button", **attributes(data_la_opens=f"{frame.card}-definition")),
    ]
    if frame.table:
        labels = attributes(data_la_table=frame.card, data_la_title=frame.title, data_la_close=_("Close"))
        empty = attributes(data_la_empty=_("There is nothing to list yet"))
        entries.append(html.Button(_("Data table"), type="button", **labels, **empty))
    if frame.table or frame.file or downloads.holds_grid(body):
        entries += downloads.entries(frame.card, file=frame.file)
    elif frame.listed:
        entries += downloads.entries_of_list(frame.card)
    if frame.zoom:
        hint = _("Drag over the chart to zoom, double click to see all of it again")
        entries.append(html.P(hint, className="la-hint hide-phone"))
    label = _("Menu: {title}").format(title=frame.title)
    return html.Details(
        [
            html.Summary(icon("menu"), title=label, **attributes(aria_label=label)),
            html.Div(entries, className="la-pop"),
        ],
        className="la-menu",
    )


def _definition(frame: Frame) -> Component:
    title = f"{frame.card}-definition-title"
    close = html.Button(
        _("Close"), type="button", className="btn btn-outline-secondary", **attributes(data_la_closes="1")
    )
    return html.Dialog(
        [
            html.Div([html.H2(frame.title, id=title), close], className="la-dialog-h"),
            definition_list(frame.definition),
        ],
        id=f"{frame.card}-definition",
        className="la-dialog",
        **attributes(aria_labelledby=title),
    )


def card(frame: Frame, body: Sequence[Component]) -> Component:
    """The card with its title, menu, line, body and as-of line."""
    title = f"{frame.card}-title"
    head: list[Component] = [html.H2(frame.title, id=title), _menu(frame, body)]
    if frame.line is not None:
        head.append(html.P(frame.line, id=ids.line_of(frame.card)))
    return html.Article(
        [
            html.Header(head, className="la-card-h"),
            html.Div(list(body), className="la-body"),
            asof_line(frame.page, frame.card),
            _definition(frame),
        ],
        className=f"la-card {frame.width}",
        **attributes(aria_labelledby=title),
    )


def chart(frame: Frame, height: int, key: Component | None = None, *, phone: int | None = None) -> Component:
    """A card whose body is one plot of a fixed height in px (another on a phone), and a key below it."""
    plot = html.Div(
        [
            dcc.Graph(id=frame.card, config=PLOT_CONFIG, responsive=True, style={"height": "100%"}),
            html.Div(id=ids.state_of(frame.card), className="la-over"),
        ],
        className="la-plot",
        style={"--tall": f"{height}px", "--tall-phone": f"{phone or height}px"},
        role="group",
        **attributes(aria_label=frame.title),
    )
    return card(frame, [plot, key] if key is not None else [plot])


def state(kind: str, title: str, text: str, more: Component | None = None) -> Component:
    """Words in the place of a figure. `kind`: none (no data yet), private (hidden) or failed; they never look alike."""
    said: list[Component] = [html.B(title), html.Span(text)]
    if more is not None:
        said.append(more)
    return html.Div(html.Div(said), className=f"la-state {kind}")


def no_data(text: str) -> Component:
    """Nothing has come yet: what is awaited, and when."""
    return state("none", _("No data yet"), text)


def hidden(minimum: int = 5) -> Component:
    """The group is too small to be shown to this reader."""
    said = words.ngettext("Fewer than {number} learner", "Fewer than {number} learners", minimum)
    return state("private", _("Hidden for privacy"), said.format(number=words.number(minimum)))


def hidden_words(minimum: int = 5) -> str:
    """The same in a row of a table."""
    said = words.ngettext(
        "Hidden for privacy: fewer than {number} learner", "Hidden for privacy: fewer than {number} learners", minimum
    )
    return said.format(number=words.number(minimum))


def failed(reference: str) -> Component:
    """This could not be read: what the reader can do, and what to name when asking for help."""
    text = _("The rest of the page is up to date. Reference {reference}").format(reference=reference)
    again = html.Button(
        _("Try again"), type="button", className="btn btn-outline-secondary", **attributes(data_la_retry="1")
    )
    return state("failed", _("This card could not be read"), text, again)


def skeleton(width: str | None = None) -> Component:
    """A grey line in the place of words that are on their way; it shows after 200 ms."""
    return html.Span(className="la-sk line", style={"inlineSize": width} if width else None)
