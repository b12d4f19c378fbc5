"""The page of the ways in: providers of sign-ins, keys of other services, and local accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.links import Links
from dashapp.components.marks import level_mark
from dashapp.components.people import search_field
from dashapp.components.slots import Slot
from dashapp.domain.keys import PublicId
from dashapp.domain.sign_in import AccountRow, ProviderRow, ServiceKeyRow, SignInView
from dashapp.ids import SignIn, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "signin"
CARDS: Final = (SignIn.PROVIDERS, SignIn.KEYS, SignIn.ACCOUNTS)
"""In the order in which they stand on the page."""
KEY_MARK: Final = "las_"
"""With which every key of a service begins."""
USUAL_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Place:
    """What this service knows of a provider by itself."""

    address_back: str
    has_secret: bool
    """Whether its secret stands in the settings of the service."""


def body() -> Component:
    """The empty page."""
    head = html.Div(
        [
            html.H1(card.skeleton(), id=SignIn.TITLE),
            html.P(card.skeleton("60%"), id=SignIn.LEAD, className="la-lead"),
        ]
    )
    return html.Main(
        [
            html.Header(head, className="la-head"),
            html.P(id=SignIn.SAID, className="la-said", role="status"),
            html.Div(id=SignIn.SHOWN),
            html.Div([_providers(), _keys(), _accounts()], className="la-grid"),
            dcc.Store(id=SignIn.DONE, data=0),
        ],
        id=SignIn.PAGE,
        className="la-page la-loading la-platforms",
    )


def _frame(name: str, title: str, width: str, what: str) -> Frame:
    return Frame(PAGE, name, title, width, Definition(what, _("Now"), _("Nothing"), _("Sign-in and keys")), None)


def _field(name: str, label: str, hint: str = "", kind: str = "text") -> Component:
    control = dbc.Input(id=name, type=kind, value="", placeholder=hint, maxLength=254, autoComplete="off")
    return html.Label([html.Span(label), control], className="la-field", htmlFor=name)


def _main_button(name: str, label: str) -> Component:
    return html.Button(label, id=name, type="button", className="btn btn-sm btn-primary", n_clicks=0)


def _button(what: str, row: str, label: str, about: str) -> Component:
    """A button of a row; `about` says to whom cannot see the row what it is about."""
    return html.Button(
        label,
        id=SignIn.act(what, row),
        type="button",
        className="btn btn-sm btn-outline-secondary",
        n_clicks=0,
        **attributes(aria_label=f"{label}: {about}"),
    )


def _sure(word: str, said: str, button: Component) -> Component:
    """In two steps: what cannot be taken back."""
    inside = html.Div([html.P(said, className="la-small la-2"), button], className="la-pop")
    return html.Details([html.Summary(word), inside], className="la-menu la-end")


def _more(summary: str, fields: Sequence[Component]) -> Component:
    return html.Details([html.Summary(summary), html.Div(list(fields), className="la-form")], className="la-more")


def _providers() -> Component:
    what = _("Where people sign in whom the institution knows already, by OpenID Connect.")
    labels = (_("Name, a part of addresses"), _("What the button says"), _("Issuer"), _("Client id"))
    hints = ("campus", _("Campus account"), "https://sso.example.edu/realms/campus", "learning-analytics")
    fields = [_field(*each) for each in zip(SignIn.PROVIDER_FORM, labels, hints, strict=True)]
    note = _("Its secret, and which claims join or make administrators, are set by whoever runs the service.")
    form = [*fields, html.P(note, className="la-small la-2"), _main_button(SignIn.ADD_PROVIDER, _("Add"))]
    frame = _frame(SignIn.PROVIDERS, _("Which providers sign people in?"), "s6", what)
    return card.card(frame, [html.Div(id=SignIn.PROVIDER_ROWS), _more(_("Add a provider"), form)])


def _keys() -> Component:
    what = _("Other services read the figures of courses with a key, in groups, and never a name.")
    days = dbc.Input(id=SignIn.KEY_DAYS, type="number", value=USUAL_DAYS, min=1, max=1825, step=1)
    form = [
        _field(SignIn.KEY_NAME, _("Which service uses it?"), _("Data warehouse")),
        html.Label([html.Span(_("Days that it holds")), days], className="la-field", htmlFor=SignIn.KEY_DAYS),
        _main_button(SignIn.MAKE_KEY, _("Make a key")),
    ]
    frame = _frame(SignIn.KEYS, _("Which services read with a key?"), "s6", what)
    return card.card(frame, [html.Div(id=SignIn.KEY_ROWS), _more(_("Make a key for a service"), form)])


def _accounts() -> Component:
    what = _("Accounts with a password of this service, for whoever has no other way to sign in.")
    form = [
        _field(SignIn.ACCOUNT_NAME, _("E-mail address, or another name to sign in with")),
        html.P(
            _("For somebody who has no entry yet. Whoever has one gets an account there."), className="la-small la-2"
        ),
        _main_button(SignIn.OPEN_ACCOUNT, _("Open an account")),
    ]
    search = html.Div(search_field(SignIn.SEARCH, _("Search"), _("name or address")), className="la-row la-actions")
    frame = _frame(SignIn.ACCOUNTS, _("Who has an account with a password?"), "s12", what)
    return card.card(frame, [search, html.Div(id=SignIn.ACCOUNT_ROWS), _more(_("Open an account"), form)])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(SignIn.PAGE, "className"),
        "title": Slot(SignIn.TITLE, "children"),
        "lead": Slot(SignIn.LEAD, "children"),
        "providers": Slot(SignIn.PROVIDER_ROWS, "children"),
        "keys": Slot(SignIn.KEY_ROWS, "children"),
        "accounts": Slot(SignIn.ACCOUNT_ROWS, "children"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(
    view: SignInView, now: datetime, places: Mapping[str, Place], where: tuple[Links, PublicId]
) -> dict[str, object]:
    """The values of the page by the names of `slots`. `places`: by the names of providers; `where`: addresses, and the
    organisation in them."""
    offered = sum(one.enabled for one in view.providers)
    said = ngettext("{number} provider signs people in", "{number} providers sign people in", offered)
    return {
        "page": "la-page la-platforms",
        "title": said.format(number=words.number(offered)) if offered else _("No provider signs people in"),
        "lead": _("A sign-in proves who somebody is. What they may do comes from their roles."),
        "providers": _provider_rows(view.providers, places),
        "keys": _key_rows(view.keys, view.zone, now),
        "accounts": _account_rows(view, where),
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _provider_rows(rows: Sequence[ProviderRow], places: Mapping[str, Place]) -> Component:
    if not rows:
        text = _("Add the provider of your institution: then everybody signs in with the account that they have.")
        return card.state("none", _("No provider yet"), text)
    return html.Ul([html.Li(_provider(one, places[one.name])) for one in rows], className="la-list")


def _provider(row: ProviderRow, place: Place) -> list[Component]:
    mark = level_mark("good", _("Offered")) if row.enabled else level_mark("late", _("Switched off"))
    secret = _("with a secret") if place.has_secret else _("without a secret")
    switch = (
        _button("provider-off", row.name, _("Switch off"), row.title)
        if row.enabled
        else _button("provider-on", row.name, _("Switch on"), row.title)
    )
    remove = _button("provider-remove", row.name, _("Remove it now"), row.title)
    warning = _("Its sessions, and what its sign-ins have granted, end.")
    return [
        html.Div([html.Span(row.title, className="la-m"), mark], className="la-row"),
        html.Div(f"{row.issuer} · {row.client_id} · {secret}", className="la-small la-2 la-wrap"),
        html.Div([_("Address back"), " ", html.Code(place.address_back)], className="la-small la-wrap"),
        html.Div([switch, _sure(_("Remove"), warning, remove)], className="la-row la-actions"),
    ]


def _key_rows(rows: Sequence[ServiceKeyRow], zone: str, now: datetime) -> Component:
    if not rows:
        text = _("Make one for each service that reads: so each can be ended alone.")
        return card.state("none", _("No service has a key"), text)
    return html.Ul([html.Li(_key(one, zone, now)) for one in rows], className="la-list")


def _key(row: ServiceKeyRow, zone: str, now: datetime) -> list[Component]:
    if row.revoked_at is not None:
        mark = level_mark("late", _("Revoked"))
    else:
        mark = level_mark("good", _("Holds")) if row.holds(now) else level_mark("late", _("Expired"))
    used = (
        _("last used {when}").format(when=words.moment(row.last_used_at, zone)) if row.last_used_at else _("never used")
    )
    # A key holds for a year as a rule, so its end says the year too.
    until = _("until {when}").format(
        when=words.day(words.local_date(row.expires_at, zone), words.local_date(now, zone))
    )
    parts: list[Component] = [
        html.Div([html.Span(row.name, className="la-m"), mark], className="la-row"),
        html.Div([html.Code(f"{KEY_MARK}{row.prefix}"), f" · {until} · {used}"], className="la-small la-2 la-wrap"),
    ]
    if row.holds(now):
        revoke = _button("key-revoke", row.prefix, _("Revoke it now"), row.name)
        said = _("What shows it is refused. This cannot be taken back.")
        parts.append(html.Div(_sure(_("Revoke"), said, revoke), className="la-row la-actions"))
    return parts


def _account_rows(view: SignInView, where: tuple[Links, PublicId]) -> Component:
    if not view.accounts and view.searched:
        return card.state("none", _("No account of this name"), _("Search for another part of the name or address."))
    if not view.accounts:
        text = _("Open one for whoever has no other way to sign in: it stands here then.")
        return card.state("none", _("No account yet"), text)
    rows = html.Ul([html.Li(_account(one, view.zone, where)) for one in view.accounts], className="la-list")
    if view.found <= len(view.accounts):
        return rows
    said = _("The first {shown} of {number}. Search to find the others.")
    shown, number = words.number(len(view.accounts)), words.number(view.found)
    return html.Div([rows, html.P(said.format(shown=shown, number=number), className="la-small la-2")])


def _account(row: AccountRow, zone: str, where: tuple[Links, PublicId]) -> list[Component]:
    links, organisation = where
    if not row.enabled:
        mark = level_mark("late", _("Closed"))
    else:
        mark = level_mark("good", _("Open")) if row.has_password else level_mark("watch", _("Has no password yet"))
    name = html.A(
        html.Bdi(row.name or row.sign_in_name),
        href=links.person(organisation, row.person),
        **attributes(data_la_follow="1"),
    )
    key = f"{row.person} {row.sign_in_name}"
    actions = (
        [
            _button("account-link", key, _("Link to set a password"), row.sign_in_name),
            _button("account-close", key, _("Close the account"), row.sign_in_name),
        ]
        if row.enabled
        else [_button("account-open", key, _("Open it again"), row.sign_in_name)]
    )
    made = _("made {when}").format(when=words.moment(row.created_at, zone))
    return [
        html.Div([name, mark], className="la-row"),
        html.Div([html.Bdi(row.sign_in_name), f" · {made}"], className="la-small la-2 la-wrap"),
        html.Div(actions, className="la-row la-actions"),
    ]


def _once(text: str, secret: str) -> Component:
    return html.Div(
        [html.P(text, className="la-m"), html.P(html.Code(secret, className="la-wrap la-once"))], className="la-code"
    )


def new_key(key: str) -> Component:
    """The key that was just made."""
    return _once(_("It is shown this once, and kept nowhere. The service sends with every request:"), f"Bearer {key}")


def new_link(link: str) -> Component:
    """The link that was just made."""
    return _once(_("With this link a password is set once, within three days. It is shown this once:"), link)


def address(back: str) -> Component:
    """What has to be registered at a provider."""
    return _once(_("The provider sends people back to this address:"), back)
