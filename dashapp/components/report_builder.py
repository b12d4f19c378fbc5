"""The builder of a report: questions, canvas, live preview, inspector, and the bar above them.

The document is held by scripts (`assets/report_*.js`) while it is edited: they draw the canvas and the inspector, and
ask the server for the preview and for what the inspector offers. What the server is sent it reads as if a stranger had
sent it.
"""

import json

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp.components import report_downloads, schedules
from dashapp.components.attributes import attributes
from dashapp.components.card import asof_line
from dashapp.components.report_pages import Pages
from dashapp.components.report_sharing import dialogs
from dashapp.ids import Report as Names
from dashapp.words import _, number_locale, pgettext

PAGE = "report"
CARDS = (Names.ASOF,)
OWN = "own"
"""As whom one looks at a report: oneself."""
LARGEST = 200_000
"""Bytes of a document that a request can carry besides all else."""


def client_words() -> str:
    """The patterns that the scripts of the builder fill in, as JSON, in the reader's language."""
    return json.dumps(
        {
            "locale": number_locale(),
            "largest": LARGEST,
            "saved": _("Saved at {time}"),
            "saving": _("Saving"),
            "unsaved": _("Not saved yet"),
            "failed": _("Not saved: the service cannot be reached. It is tried again."),
            "tooLarge": _("This report is too large to be saved: take a text or a block away."),
            "readOnly": _("You may read this report. Duplicate it to change it."),
            "blocks": _("Blocks of the report"),
            "page": _("Page {number}"),
            "layout": _("12 columns, {paper}"),
            "papers": {
                "a4-portrait": _("A4 upright"),
                "a4-landscape": _("A4 across"),
                "letter-portrait": _("Letter upright"),
                "letter-landscape": _("Letter across"),
            },
            "empty": _("Choose a question on the left: press Enter on it, or drag it here."),
            "drop": _("Drop here: {name}"),
            "added": _("{name} added, place {place} of {total}"),
            "moved": _("{name} moved, place {place} of {total}"),
            "removed": _("{name} removed. Undo brings it back."),
            "changed": _("{name} changed"),
            "undone": _("Undone"),
            "redone": _("Done again"),
            "restored": _("The version is restored. Undo goes back."),
            "nothingFits": _("No question has these words."),
            "found": _("{number} questions"),
            "choose": _("Choose a block to change it, or change the report itself."),
            "report": _("The report"),
            "add": _("Add"),
            "remove": _("Take away: {name}"),
            "definition": _("Definition"),
            "whyNot": _("Not offered here"),
            "up": _("Move up"),
            "down": _("Move down"),
            "duplicate": _("Duplicate"),
            "delete": _("Remove"),
            "gone": _("no longer there"),
            "conflict": _("Somebody else has saved this report meanwhile."),
            "theirs": _("Show theirs"),
            "mine": _("Keep mine"),
            "leave": _("There are changes that are not saved yet."),
            "everyone": _("All that you see"),
        },
        ensure_ascii=False,
    )


def body() -> Component:
    """The empty builder."""
    return html.Main(
        [
            html.Div(id=Names.WORDS, hidden=True, **attributes(data_words=client_words())),
            _bar(),
            html.Div([_questions(), _canvas(), _preview(), _inspector()], className="la-four"),
            html.Div(className="visually-hidden la-report-live", role="status"),
            *dialogs(),
            schedules.dialog(),
            *report_downloads.dialog(),
            *(dcc.Store(id=name) for name in (Names.OPENED, Names.WANTED, Names.OFFERS, Names.SAVING, Names.SAVED)),
            *(dcc.Store(id=name) for name in (Names.VERSION_READ, Names.HELD)),
        ],
        id=Names.PAGE,
        className="la-page la-loading la-report",
    )


def _button(text: str, name: str, style: str = "outline-secondary", **more: str) -> Component:
    return html.Button(text, type="button", className=f"btn btn-{style} {name}", **attributes(**more))


def _bar() -> Component:
    name = html.Button(type="button", className="la-report-name", title=_("Change title, language and paper"))
    title = html.H1(name, id=Names.TITLE)
    said = html.Span(className="la-small la-3 la-saved", role="status")
    conflict = html.Span(className="la-row la-conflict", hidden=True)
    share = html.Button(
        pgettext("verb", "Share"),
        id=Names.SHARE_OPEN,
        type="button",
        className="btn btn-outline-secondary hide-phone",
        n_clicks=0,
        hidden=True,
    )
    versions = html.Button(
        _("Versions"),
        id=Names.VERSION_OPEN,
        type="button",
        className="btn btn-outline-secondary hide-phone",
        n_clicks=0,
        hidden=True,
    )
    tools = html.Div(
        [
            _button(_("Undo"), "la-undo hide-phone", aria_keyshortcuts="Control+Z"),
            _button(_("Redo"), "la-redo hide-phone", aria_keyshortcuts="Control+Shift+Z"),
            versions,
            share,
            schedules.opener(),
            _button(_("Export as JSON"), "la-export hide-phone"),
            html.Button(_("Download"), id=Names.DOWNLOAD_OPEN, type="button", className="btn btn-primary", n_clicks=0),
        ],
        className="la-row la-push",
    )
    return html.Header([title, said, conflict, tools], className="la-report-bar")


def _questions() -> Component:
    search = html.Label(
        [
            html.Span(_("Search questions"), className="visually-hidden"),
            dbc.Input(
                type="search",
                className="la-q-search",
                placeholder=_("Search questions"),
                id=Names.SEARCH,
                autocomplete="off",
            ),
        ],
        htmlFor=Names.SEARCH,
    )
    none = html.P(_("No question has these words."), className="la-small la-2 la-q-none", hidden=True)
    return html.Aside(
        [html.H2(_("Questions")), search, html.Div(id=Names.PALETTE, className="la-palette"), none],
        className="la-pane la-side la-questions",
        **attributes(aria_label=_("Questions")),
    )


def _canvas() -> Component:
    return html.Section(
        [
            html.H2([html.Span(_("Canvas")), html.Span(className="la-push la-small la-2 la-paper")]),
            html.Div(id=Names.CANVAS, className="la-canvas"),
            html.Div(
                [
                    _button(_("Add a page"), "la-add-page"),
                    html.Span(_("Alt and the arrow keys move a block, Delete removes it"), className="la-small la-2"),
                ],
                className="la-row la-canvas-foot",
            ),
        ],
        className="la-pane la-canvas-pane",
        **attributes(aria_label=_("Canvas")),
    )


def _preview() -> Component:
    chosen = dbc.Select(id=Names.AS, options=[{"label": _("Yourself"), "value": OWN}], value=OWN)
    label = html.Label([html.Span(_("as")), chosen], className="la-chip la-push", htmlFor=Names.AS)
    waiting = html.Div(html.Span(className="la-sk block", style={"minBlockSize": "24rem"}), className="la-sheet")
    return html.Section(
        [
            html.H2([html.Span(_("Live preview")), label]),
            Pages(waiting, Names.SHEET),
            html.P(
                [asof_line(PAGE, Names.ASOF), html.Span(id=Names.FOOT, className="la-cap la-3")],
                className="la-row la-sheet-asof",
            ),
        ],
        className="la-pane la-report-preview",
        **attributes(aria_label=_("Live preview")),
    )


def _inspector() -> Component:
    return html.Aside(
        html.Div(id=Names.INSPECTOR, className="la-inspector"),
        className="la-pane la-side la-inspector-pane",
        **attributes(aria_label=_("Inspector")),
    )
