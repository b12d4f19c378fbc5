"""The page of the ways in: providers, keys of services and accounts, and what administrators decide about them."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from callbacks.administration import own_organisation
from callbacks.answering import (
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    answered,
    freshness_of,
    links_for,
    outputs_of,
    refused,
    version_of,
    was_pressed,
)
from callbacks.person_decisions import administration as people_administration
from dashapp import ids
from dashapp.components import sign_in
from dashapp.components.people_words import refusal_words
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.sign_in import read_sign_in
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import PublicId
from dashapp.domain.parsing import uuid_of
from dashapp.domain.people import CannotChange
from dashapp.domain.principal import Permission
from dashapp.domain.sign_in import SignInRefused
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.openid_pages import address_back
from dashapp.security.sign_in_administration import SignInAdministration
from dashapp.security.topics import Topic
from dashapp.words import _

Names: Final = ids.SignIn
ROWS: Final = (
    *("provider-on", "provider-off", "provider-remove"),
    *("key-revoke", "account-link", "account-close", "account-open"),
)
LONGEST: Final = 300
_EMPTIED: Final = {
    Names.MAKE_KEY: ("name",),
    Names.OPEN_ACCOUNT: ("account",),
    Names.ADD_PROVIDER: Names.PROVIDER_FORM,
}
"""The fields that are empty again once their button has done what it says."""
Done = tuple[str, Component | None]
"""(words, what is shown once)"""


def show_sign_in(asked: Asked, done: object, search: object, page: Mapping[str, object]) -> Any:
    """Everything on the page."""
    del done  # it only says that something has been decided
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        own_organisation(asked, at)
        services, organisation = asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version, now = version_of(asked, topic), services.clock()
        with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            view = read_sign_in(connection, organisation, _text(search), now)
        settings = services.settings
        places = {
            one.name: sign_in.Place(
                address_back(settings.public_url, view.organisation, one.name),
                settings.openid_client_secret(f"{view.organisation}/{one.name}") is not None,
            )
            for one in view.providers
        }
        own = PublicId(at.required_id())
        filled = sign_in.fill(view, now, places, (links_for(asked, at), own))
        return PageAnswer(filled, topic, version, freshness_of(asked))

    return answered(asked, Names.PAGE, read)


def decide(asked: Asked, pressed: Mapping[str, object], form: Mapping[str, object], done: object) -> dict[str, Any]:
    """Does what the pressed button says; the words say what came of it."""
    del pressed  # which one it was, and whether it was, says the context
    quiet: dict[str, Any] = dict.fromkeys(("said", "shown", "done", "name", "account", *Names.PROVIDER_FORM), no_update)
    button = ctx.triggered_id
    if button is None or not was_pressed():
        return quiet
    kept: dict[str, Any] = {}
    try:
        said, shown = _act(asked, button, form)
        kept = dict.fromkeys(_EMPTIED.get(str(button), ()), "")
    except SignInRefused as error:
        said, shown = _refusal(error), None
    except CannotChange as error:
        said, shown = refusal_words(error.refusal), None
    except NotFound:
        said, shown = _("That is not there any more. The list shows what is."), None
    number = done + 1 if isinstance(done, int) and 0 <= done < 2**31 else 1
    return {**quiet, "said": said, "shown": shown, "done": number, **kept}


def _act(asked: Asked, button: object, form: Mapping[str, object]) -> Done:
    services = asked.services
    deciding = SignInAdministration(services.database, services.clock, services.settings, asked.principal)
    if button == Names.ADD_PROVIDER:
        name, title, issuer, client = (_text(form.get(each)) for each in Names.PROVIDER_FORM)
        address = deciding.add_provider(name, title, issuer, client)
        return _("The sign-in page offers it. Register the address below at the provider."), sign_in.address(address)
    if button == Names.MAKE_KEY:
        days = form.get("days")
        key = deciding.make_key(_text(form.get("name")), days if isinstance(days, int) else 0)
        return _("The key is made. It stands below, this once."), sign_in.new_key(key)
    if button == Names.OPEN_ACCOUNT:
        link = deciding.open_account(_text(form.get("account")))
        return _("The account is open. Hand the link on: with it its owner sets a password."), sign_in.new_link(link)
    kind = str(button.get("type", "")).removeprefix("signin-") if isinstance(button, dict) else ""
    row = button.get("row") if isinstance(button, dict) else None
    if not isinstance(row, str):
        raise NotFound("No row was named.")
    if kind.startswith("account-"):
        return _on_account(asked, kind, row)
    return _on_row(deciding, kind, row)


def _on_row(deciding: SignInAdministration, kind: str, row: str) -> Done:
    match kind:
        case "provider-on":
            deciding.switch_provider(row, enabled=True)
            return _("The sign-in page offers it again."), None
        case "provider-off":
            deciding.switch_provider(row, enabled=False)
            return _("It is not offered any more. Its sessions have ended."), None
        case "provider-remove":
            deciding.remove_provider(row)
            return _("It is removed. Its sessions, and what its sign-ins have granted, have ended."), None
        case "key-revoke":
            deciding.revoke_key(row)
            return _("The key is revoked. It is refused from now on."), None
    raise NotFound("There is no such button.")


def _on_account(asked: Asked, kind: str, row: str) -> Done:
    key, _space, name = row.partition(" ")
    person, deciding = uuid_of(key), people_administration(asked)
    if person is None:
        raise NotFound("No person was named.")
    match kind:
        case "account-link":
            link = deciding.password_link(person)
            return _("The link stands below, this once. It holds for three days."), sign_in.new_link(link)
        case "account-close":
            deciding.close_account(person)
            return _("The account is closed, and its owner is signed out."), None
        case "account-open":
            deciding.open_account(person, name)
            return _("The account is open again."), None
    raise NotFound("There is no such button.")


def _refusal(error: SignInRefused) -> str:
    return {
        "name": _("Give the provider a name of letters, digits and hyphens: it is a part of addresses."),
        "issuer": _("Enter the provider's issuer: a public address that begins with https://."),
        "client": _("Enter the client id that the provider has given this service."),
        "taken": _("There is a provider of this name or with this issuer already. Remove it first."),
        "key": _("Give the key a name: which service uses it."),
        "days": _("A key holds for a day at least, and for five years at most."),
        "account": _("A name to sign in with has no spaces in it, and at most 254 characters."),
        "account-taken": _("There is an account of this name already. The list shows it."),
    }[error.field]


def _text(given: object) -> str:
    if not isinstance(given, str):
        return ""
    return given[:LONGEST].replace("\0", "").encode("utf-8", "replace").decode().strip()


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.ADMINISTRATION_PAGE
    shown = Wiring(
        output=outputs_of(sign_in.slots()),
        inputs={"done": Input(Names.DONE, "data"), "search": Input(Names.SEARCH, "value"), "page": PAGE_INPUTS},
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(permission, show_sign_in, shown)
    buttons = (Names.ADD_PROVIDER, Names.MAKE_KEY, Names.OPEN_ACCOUNT)
    decided = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "shown": Output(Names.SHOWN, "children"),
            "done": Output(Names.DONE, "data"),
            "name": Output(Names.KEY_NAME, "value"),
            "account": Output(Names.ACCOUNT_NAME, "value"),
            **{name: Output(name, "value") for name in Names.PROVIDER_FORM},
        },
        inputs={
            "pressed": {
                **{name: Input(name, "n_clicks") for name in buttons},
                **{what: Input(Names.act(what, ALL), "n_clicks") for what in ROWS},
            },
            "form": {
                **{name: State(name, "value") for name in Names.PROVIDER_FORM},
                "name": State(Names.KEY_NAME, "value"),
                "days": State(Names.KEY_DAYS, "value"),
                "account": State(Names.ACCOUNT_NAME, "value"),
            },
            "done": State(Names.DONE, "data"),
        },
    )
    registry.register(permission, decide, decided)
