"""What stands around every page: navigation by role, live badge with its rate, theme, account, embed bar, phone tabs.

`frame(content)` depends on nobody; who is signed in comes later into `Shell.NAV`, `Shell.TAB_BAR` (both `tab_links`)
and `Shell.ACCOUNT` (`account`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import downloads, keyboard
from dashapp.components.attributes import attributes
from dashapp.components.card import asof_words
from dashapp.components.marks import icon
from dashapp.components.own_settings import dialog, opener, rate_word
from dashapp.domain.person_settings import NOTHING_CHOSEN, PAUSED, RATES, PersonSettings
from dashapp.domain.views import Freshness
from dashapp.ids import Shell
from dashapp.words import _

DEFAULT_RATE = 2_000


@dataclass(frozen=True, slots=True)
class Tab:
    """A page that the role may open."""

    label: str
    href: str
    current: bool = False
    whole: bool = False
    """Whether it is a document of its own, which the browser has to load."""


def client_words() -> str:
    """The patterns that scripts fill in while the page is open, as JSON, in the reader's language."""
    return json.dumps(
        {
            "asof": _("As of {time} · {lag} behind"),
            "late": _("Late: as of {time} · {lag} behind"),
            "live": _("Live · {lag} behind"),
            "liveLate": _("Late · {lag} behind"),
            "paused": _("Paused"),
            "offline": _("Connection lost"),
            "connecting": _("Connecting"),
            "noticeAway": _away(),
            "noticeLate": _late(),
            "seconds": _("{seconds}\u00a0s"),
            "minutes": _("{minutes}\u00a0min"),
            "hours": _("{hours}\u00a0h {minutes}\u00a0min"),
            "days": _("{number}\u00a0days"),
            "close": _("Close"),
            "overTitle": _("This page has closed"),
            "over": _("Open it again from where you came. It closes by itself after some hours, or when you sign out."),
            "aloneTitle": _("This page stands alone"),
            "alone": _("The link leads to one page only. Open the link again."),
            "locale": words.number_locale(),
            "files": downloads.client_words(),
            "keyboard": keyboard.client_words(),
        },
        ensure_ascii=False,
    )


def tab_links(tabs: Sequence[Tab]) -> list[Component]:
    """The tabs as links, for the top of the page and for the foot of a phone.

    They change pages as dcc.Link does (`assets/look.js`), which has no attribute for the current page.
    """
    return [
        html.A(
            tab.label,
            href=tab.href,
            **attributes(data_la_follow="1", **({"aria_current": "page"} if tab.current else {})),
        )
        for tab in tabs
    ]


def _initials(name: str) -> str:
    parts = [part for part in name.split() if part[0].isalnum()]
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()


def account(name: str, sign_out: str, entries: Sequence[Tab] = ()) -> Component:
    """The initials of who is signed in; a menu with the name, pages about the account, and the way out."""
    initials, signed_in = _initials(name), _("Signed in as {name}").format(name=name)
    pages = [
        html.A(each.label, href=each.href, **attributes(**({} if each.whole else {"data_la_follow": "1"})))
        for each in entries
    ]
    return html.Details(
        [
            html.Summary(
                html.Span(initials, className="la-ava"),
                title=name,
                # Who steers by voice says what is to be seen.
                **attributes(aria_label=f"{initials}: {signed_in}"),
            ),
            html.Div(
                [html.P(html.Bdi(name)), opener(_("Settings")), *pages, html.A(_("Sign out"), href=sign_out)],
                className="la-pop",
            ),
        ],
        className="la-menu",
    )


def _live(rate: int | None) -> Component:
    """The live badge; its menu chooses how often the page asks for news. `rate`: what the reader has chosen before, on
    any device; without it, it is what this browser keeps."""
    choices = dbc.RadioItems(
        id=Shell.RATE,
        options=[{"label": rate_word(each), "value": each} for each in (*RATES, PAUSED)],
        value=DEFAULT_RATE if rate is None else rate,
        persistence=rate is None,
        persistence_type="local",
        className="la-choices",
        inputClassName="btn-check",
        labelClassName="la-choice",
        labelCheckedClassName="on",
    )
    badge = html.Span(_("Connecting"), id=Shell.LIVE, className="la-live", **attributes(data_state="connecting"))
    return html.Details(
        [
            html.Summary(badge, title=_("How often the page updates")),
            html.Div([html.H3(_("Update the page")), choices], className="la-pop"),
        ],
        className="la-menu",
    )


def _navigation(home: str, rate: int | None) -> Component:
    mark = html.Span([html.I(), html.I(), html.I()], className="la-brandmark", **attributes(aria_hidden="true"))
    name = html.Span(_("Learning analytics"))
    theme = _("Switch between light and dark")
    return html.Header(
        [
            html.A(_("To the content"), href=f"#{Shell.CONTENT}", className="la-skip"),
            html.A(
                [mark, name],
                href=home,
                className="la-brand",
                title=_("Learning analytics"),
                **attributes(data_la_follow="1"),
            ),
            html.Nav(id=Shell.NAV, className="la-tabs hide-phone", **attributes(aria_label=_("Main"))),
            html.Div(
                [
                    _live(rate),
                    keyboard.search_button(),
                    html.Button(
                        icon("theme"),
                        id=Shell.THEME,
                        type="button",
                        className="la-iconbtn",
                        title=theme,
                        **attributes(aria_label=theme),
                    ),
                    html.Div(id=Shell.ACCOUNT),
                ],
                className="la-tools",
            ),
        ],
        className="la-nav",
    )


def _embed_bar() -> Component:
    return html.Header(
        [
            html.B(id=Shell.EMBED_TITLE, className="la-m"),
            html.Span(_("Connecting"), className="la-live", **attributes(data_state="connecting", data_la_live="1")),
            html.A(_("Open in a new tab"), id=Shell.EMBED_OPEN, target="_blank", rel="noopener", className="la-push"),
            opener(icon("settings"), "la-iconbtn"),
        ],
        className="la-embedbar",
    )


def frame(content: Component, home: str = "/", holds: PersonSettings = NOTHING_CHOSEN) -> list[Component]:
    """All that stands around `content`; `home` is the address of the reader's first page, `holds` what they have chosen
    for themself, as far as it is known who they are."""
    return [
        html.Div(id=Shell.WORDS, hidden=True, **attributes(data_words=client_words())),
        html.Div(id=Shell.ABOUT, hidden=True),
        html.Div(id=Shell.SAID, className="la-said", role="status"),
        dcc.Store(id=Shell.SCREEN),
        _embed_bar(),
        _navigation(home, holds.rate),
        html.Div(id=Shell.NOTICE, className="la-notice", role="status"),
        html.Div(content, id=Shell.CONTENT, tabIndex=-1),
        *keyboard.dialogs(),
        dialog(holds),
        html.Nav(id=Shell.TAB_BAR, className="la-tabbar", **attributes(aria_label=_("Main, at the foot"))),
    ]


def message(title: str, text: str, link: tuple[str, str] | None = None) -> Component:
    """A page that is only words: not found, not permitted, failed. `link` is (words, address)."""
    parts: list[Component] = [html.H1(title, className="h5"), html.P(text, className="la-2")]
    if link is not None:
        parts.append(html.P(html.A(link[0], href=link[1], **attributes(data_la_follow="1"))))
    return html.Main(parts, className="la-narrow")


def notice(freshness: Freshness) -> list[Component | str]:
    """The line above all cards while no new events can arrive, or while they arrive late; empty otherwise.

    The live module moves the time in it on, as it does at the foot of the cards, and shows and takes away the line as
    ticks tell of it.
    """
    if not freshness.transport_away and not freshness.late:
        return []
    said = _away() if freshness.transport_away else _late()
    return [html.Span(said), " ", html.Span(asof_words(freshness), className="la-asof")]


def _away() -> str:
    return _("New activity cannot be received at the moment. The last known state is shown; it catches up by itself.")


def _late() -> str:
    return _("New activity arrives late at the moment. What is shown may be incomplete; it catches up by itself.")
