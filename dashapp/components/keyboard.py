"""What is reached by keyboard from every page: a palette that goes anywhere, and the list of shortcuts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.components.marks import icon
from dashapp.domain.views.found import MOST_WORDS
from dashapp.ids import Keyboard
from dashapp.words import _, ngettext


@dataclass(frozen=True, slots=True)
class Goal:
    """Somewhere to go. `whole`: a document of its own, which the browser has to load."""

    label: str
    href: str
    detail: str = ""
    whole: bool = False


def search_button() -> Component:
    """Opens the palette, in the bar at the top."""
    return html.Button(
        [
            icon("search"),
            html.Span(_("Search"), className="hide-md"),
            html.Kbd(_("Ctrl K"), className="hide-md", **attributes(aria_hidden="true")),
        ],
        id=Keyboard.OPEN,
        type="button",
        className="la-find",
        title=_("Go to a page, a course or a learner"),
        **attributes(aria_haspopup="dialog"),
    )


def dialogs() -> list[Component]:
    """The palette and the list of shortcuts, closed."""
    return [dcc.Store(id=Keyboard.ASKED), _palette(), _help()]


def _palette() -> Component:
    label = _("Go to a page, a course or a learner")
    field = dcc.Input(
        id=Keyboard.FIELD, type="text", autoComplete="off", placeholder=label, maxLength=MOST_WORDS, spellCheck="false"
    )
    listed = html.Div(id=Keyboard.LIST, role="listbox", **attributes(aria_label=label))
    foot = html.Div(
        [
            html.Span(id=Keyboard.COUNT, role="status", className="la-push"),
            html.Button(_("Keyboard shortcuts"), type="button", **attributes(data_la_shortcuts="1")),
        ],
        className="la-palette-foot",
    )
    named = html.Label(label, htmlFor=Keyboard.FIELD, className="visually-hidden")
    return html.Dialog(
        [html.Div([icon("search"), named, field], className="la-palette-field"), listed, foot],
        id=Keyboard.PALETTE,
        className="la-dialog la-palette",
        **attributes(aria_label=label),
    )


def shortcuts() -> tuple[tuple[tuple[str, ...], str], ...]:
    """(keys, what they do), in the order of the list. Keys of several are pressed one after the other."""
    return (
        (("?",), _("Show the shortcuts")),
        (("/",), _("Go to the search field of the page, else to the palette")),
        (("g", "m"), _("Go to my page")),
        (("g", "c"), _("Go to the classrooms")),
        (("g", "i"), _("Go to the institution")),
        (("g", "r"), _("Go to the reports")),
        (("t",), _("Switch between light and dark")),
    )


def _help() -> Component:
    title = f"{Keyboard.HELP}-title"
    close = html.Button(
        _("Close"), type="button", className="btn btn-outline-secondary", **attributes(data_la_closes="1")
    )
    always = (
        ((_("Ctrl"), "K"), _("Open the palette")),
        ((_("Esc"),), _("Close what is open")),
        (tuple("↑↓←→"), _("Go about in a list; Enter opens a row, Space ticks it, Tab leaves the list")),
    )
    switch = html.Button(
        [html.I(**attributes(aria_hidden="true")), _("Shortcuts of a single key")],
        id=Keyboard.SWITCH,
        type="button",
        role="switch",
        className="la-switch",
        **attributes(aria_checked="true"),
    )
    return html.Dialog(
        [
            html.Div([html.H2(_("Keyboard shortcuts"), id=title), close], className="la-dialog-h"),
            switch,
            _keys(shortcuts()),
            html.P(_("These always work:"), className="la-2 la-small"),
            _keys(always),
        ],
        id=Keyboard.HELP,
        className="la-dialog",
        **attributes(aria_labelledby=title),
    )


def _keys(listed: Sequence[tuple[tuple[str, ...], str]]) -> Component:
    return html.Dl(
        [
            part
            for keys, said in listed
            for part in (html.Dt([html.Kbd(key) for key in keys], className="la-shortcut"), html.Dd(said))
        ]
    )


def options(groups: Mapping[str, Sequence[Goal]]) -> list[Component]:
    """The groups that have anything, each under its name; the number of an option is its place in the whole list."""
    made: list[Component] = []
    place = 0
    for name, goals in groups.items():
        if not goals:
            continue
        title = f"{Keyboard.LIST}-group-{len(made)}"
        parts: list[Component] = [html.Div(name, id=title, className="la-option-group", role="presentation")]
        for goal in goals:
            parts.append(_option(goal, place))
            place += 1
        made.append(html.Div(parts, role="group", **attributes(aria_labelledby=title)))
    return made


def _option(goal: Goal, place: int) -> Component:
    whole = {"data_la_whole": "1"} if goal.whole else {}
    address = attributes(data_la_href=goal.href, aria_selected="false", **whole)
    detail = [html.Span(html.Bdi(goal.detail), className="la-2")] if goal.detail else []
    return html.Div([html.Bdi(goal.label), *detail], id=f"{Keyboard.LIST}-{place}", role="option", **address)


def counted(number: int) -> str:
    """How many there are to choose from."""
    if number == 0:
        return _("Nothing found that you may open")
    return ngettext("{number} result", "{number} results", number).format(number=words.number(number))


def client_words() -> Mapping[str, str]:
    """What the script says about shortcuts."""
    return {
        "on": _("Shortcuts of a single key are on"),
        "off": _("Shortcuts of a single key are off"),
    }
