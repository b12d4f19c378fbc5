"""The settings of a person: a dialog on every page, in frames too. What holds, and what there is to choose, comes when
it is opened (`assets/settings.js`)."""

import json
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.domain.person_settings import PAUSED, RATES, PersonSettings, Theme
from dashapp.ids import Shell
from dashapp.words import _, pgettext


def rate_word(milliseconds: int) -> str:
    """How often a page asks for news."""
    if milliseconds == PAUSED:
        return pgettext("rate of updates", "Paused")
    return _("every {seconds}\u00a0s").format(seconds=words.number(milliseconds / 1000))


def opener(content: str | Component, class_name: str = "") -> Component:
    """A button that opens the settings."""
    said = _("Settings")
    return html.Button(
        content,
        type="button",
        className=f"la-opens-settings {class_name}".strip(),
        title=said,
        **attributes(data_la_opens=Shell.SETTINGS, aria_label=said),
    )


def dialog(holds: PersonSettings) -> Component:
    """The empty dialog. `holds`: what the reader has chosen; a page in a frame hears of it here only."""
    themes = [(each.value, _theme_word(each)) for each in Theme]
    rates = [(str(each), rate_word(each)) for each in (*RATES, PAUSED)]
    title = f"{Shell.SETTINGS}-title"
    close = html.Button(
        _("Close"), type="button", className="btn btn-outline-secondary", **attributes(data_la_closes="1")
    )
    return html.Dialog(
        [
            html.Div([html.H2(_("Settings"), id=title), close], className="la-dialog-h"),
            _choice("language", _("Language"), [("", _("As the browser says"))]),
            _choice("theme", _("Light or dark"), themes),
            _choice("rate", _("Update the page"), rates),
            _choice("course", _("Start with"), [("", _("My usual first page"))]),
            html.P(_("Kept for you, on every device."), className="la-2 la-small"),
            html.P(id=f"{Shell.SETTINGS}-said", className="la-small", role="status"),
        ],
        id=Shell.SETTINGS,
        className="la-dialog la-settings",
        **attributes(
            aria_labelledby=title,
            data_theme=holds.theme.value if holds.theme else "",
            data_words=json.dumps(
                {"kept": _("Kept"), "failed": _("It could not be kept. Try again.")}, ensure_ascii=False
            ),
        ),
    )


def _theme_word(theme: Theme) -> str:
    return {
        Theme.SYSTEM: _("As the system"),
        Theme.LIGHT: pgettext("brightness", "Light"),
        Theme.DARK: pgettext("brightness", "Dark"),
    }[theme]


def _choice(name: str, label: str, options: Sequence[tuple[str, str]]) -> Component:
    control = f"{Shell.SETTINGS}-{name}"
    return html.Div(
        [
            html.Label(label, htmlFor=control),
            html.Select(
                [html.Option(text, value=value) for value, text in options],
                id=control,
                className="form-select form-select-sm",
                **attributes(data_setting=name),
            ),
        ],
        className="la-setting",
    )
