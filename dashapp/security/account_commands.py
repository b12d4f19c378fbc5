"""The commands of sign-in: administrators and accounts, providers of OpenID Connect, and keys of services."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from dashapp.data.database import Connection, Database, DatabaseRole, act_for
from dashapp.data.migrations import check_migrated
from dashapp.data.store.accounts import enable_account, find_account, list_accounts, person_of_account
from dashapp.data.store.audit import operator, record
from dashapp.data.store.identity_providers import (
    IdentityProvider,
    list_providers,
)
from dashapp.data.store.organisations import (
    act_for_named,
    create_organisation,
    find_organisation,
    grant_administrator,
)
from dashapp.data.store.service_keys import (
    MARK,
    NewServiceKey,
    list_service_keys,
    make_service_key,
    revoke_service_key,
)
from dashapp.data.store.sessions import Ender, SessionChoice, end_sessions
from dashapp.domain.audit import Action, person_subject
from dashapp.domain.clock import Clock, system_clock
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.keys import OrganisationId
from dashapp.security.accounts import link_to_set_password, open_account
from dashapp.security.openid_pages import address_back
from dashapp.security.outgoing import Outgoing
from dashapp.security.passwords import plain_name
from dashapp.security.provider_trust import ProviderTrust, is_provider_name
from dashapp.security.service_keys import ServiceScope
from dashapp.settings import Settings

DEFAULT_DAYS: Final = 365
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with."""

    database: Database
    settings: Settings
    options: argparse.Namespace
    say: Say
    clock: Clock = system_clock


# ------------------------------------------------------------------ accounts


def create_admin(desk: Desk) -> None:
    """Makes somebody an administrator of an organisation, and shows the link with which they set their password."""
    options = desk.options
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        known = find_organisation(connection, options.organisation)
        if known is None and options.title is None:
            raise AnalyticsError(
                f"There is no organisation named {options.organisation}. With --title, this command makes one."
            )
        if known is None:
            organisation = create_organisation(connection, options.organisation, options.title, options.zone)
        else:
            organisation = known
            act_for(connection, organisation)
        person, account = open_account(connection, organisation, options.email, desk.clock, operator())
        if grant_administrator(connection, organisation, person):
            _record(connection, organisation, Action.ADMINISTRATOR_MADE, person_subject(person))
        place = (desk.settings.public_url, organisation, options.organisation)
        link = link_to_set_password(connection, place, account, operator(), desk.clock)
    desk.say(f"{account.sign_in_name} administers {options.organisation}.")
    _show_link(desk, link)


def make_link(desk: Desk) -> None:
    """Shows a link with which the owner of an account sets a new password."""
    options = desk.options
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        account = find_account(connection, organisation, plain_name(options.name))
        if account is None:
            raise AnalyticsError(f"There is no open account named {options.name}.")
        place = (desk.settings.public_url, organisation, options.organisation)
        link = link_to_set_password(connection, place, account, operator(), desk.clock)
    _show_link(desk, link)


def show_accounts(desk: Desk) -> None:
    """Lists the local accounts of an organisation."""
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        listed = list_accounts(connection, act_for_named(connection, desk.options.organisation))
    for one in listed:
        state = "open" if one.enabled else "closed"
        password = "has a password" if one.has_password else "has no password yet"
        desk.say(f"{one.sign_in_name}  {one.name}  {state}, {password}, made {one.created_at:%Y-%m-%d}")
    if not listed:
        desk.say("No accounts.")


def open_or_close(desk: Desk) -> None:
    """Closes an account and ends the sessions of its owner, or opens it again."""
    options = desk.options
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation, name = act_for_named(connection, options.organisation), plain_name(options.name)
        owner = person_of_account(connection, organisation, name)
        open_before = find_account(connection, organisation, name)
        if owner is None:
            raise AnalyticsError(f"There is no account named {options.name}.")
        enable_account(connection, organisation, name, options.enable)
        action = Action.ACCOUNT_OPENED if options.enable else Action.ACCOUNT_CLOSED
        _record(connection, organisation, action, person_subject(owner))
    if open_before is not None and not options.enable:
        with desk.database.transaction(DatabaseRole.WEB, organisation) as connection:
            theirs = SessionChoice(person_id=open_before.person_id)
            end_sessions(connection, organisation, theirs, Ender(operator()))
    desk.say(
        "The account is open again."
        if options.enable
        else "The account is closed: nobody is, or gets, signed in with it."
    )


def _show_link(desk: Desk, link: str) -> None:
    desk.say("With this link a password is set once, within three days. It is shown this once, and kept nowhere:")
    desk.say("")
    desk.say(f"  {link}")


def _record(connection: Connection, organisation: OrganisationId, action: Action, subject: str) -> None:
    record(connection, organisation, operator(), action, {"subject": subject})


# ------------------------------------------------------------------ providers


def add_provider(desk: Desk) -> None:
    """Registers a provider of OpenID Connect, or changes the one of this name."""
    options = desk.options
    _check_provider_name(options.name)
    if (options.administrator_claim is None) != (options.administrator_values is None):
        raise AnalyticsError("--administrator-claim and --administrator-values belong together.")
    # An address that may not be asked is refused here, not at the first sign-in.
    Outgoing(desk.settings).check(options.issuer)
    scopes = options.scopes.split()
    if "openid" not in scopes:
        raise AnalyticsError("--scopes needs openid among them.")
    values = tuple(word.strip() for word in (options.administrator_values or "").split(",") if word.strip())
    title = options.title or options.name
    provider = IdentityProvider(
        options.name,
        title,
        options.issuer,
        options.client_id,
        " ".join(scopes),
        options.join_claim,
        options.administrator_claim,
        values,
    )
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        former = ProviderTrust(connection, organisation, desk.clock, operator()).set(provider)
    secret = desk.settings.openid_client_secret(f"{options.organisation}/{options.name}")
    if former is not None:
        desk.say(f"Sessions of {former}, which it stood for until now, and what its sign-ins granted have ended.")
    desk.say(f"The sign-in page of {options.organisation} offers {title}. Register there as the address back:")
    desk.say("")
    desk.say(f"  {address_back(desk.settings.public_url, options.organisation, options.name)}")
    if secret is None:
        desk.say("")
        desk.say(
            f"Its secret, if it gives one, belongs into OPENID_CLIENT_SECRETS={options.organisation}/{options.name}=…"
        )


def show_address_back(desk: Desk) -> None:
    """Shows the address back of a provider, which it wants to know before it gives a client id."""
    options = desk.options
    _check_provider_name(options.name)
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        act_for_named(connection, options.organisation)
    desk.say(address_back(desk.settings.public_url, options.organisation, options.name))


def _check_provider_name(name: str) -> None:
    if not is_provider_name(name):
        raise AnalyticsError("A provider's name has letters, digits and hyphens only: it is a part of addresses.")


def switch_provider(desk: Desk) -> None:
    """Offers a provider on the sign-in page again, or does not any more: its sessions end."""
    options = desk.options
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        try:
            ProviderTrust(connection, organisation, desk.clock, operator()).switch(options.name, enabled=options.enable)
        except NotFound:
            raise AnalyticsError(f"There is no provider named {options.name}.") from None
    desk.say("It is offered." if options.enable else "It is not offered any more; its sessions have ended.")


def show_providers(desk: Desk) -> None:
    """Lists the providers of an organisation."""
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        listed = list_providers(connection, act_for_named(connection, desk.options.organisation))
    for one in listed:
        secret = desk.settings.openid_client_secret(f"{desk.options.organisation}/{one.name}")
        parts = [one.name, one.title, one.issuer, f"client {one.client_id}"]
        parts.append("with a secret" if secret else "without a secret")
        if one.join_claim:
            parts.append(f"joins by {one.join_claim}")
        if one.administrator_claim:
            parts.append(f"administrators: {one.administrator_claim} is {' or '.join(one.administrator_values)}")
        desk.say("  ".join(parts))
    if not listed:
        desk.say("No providers.")


def drop_provider(desk: Desk) -> None:
    """Takes a provider away, and with it its sessions and what its sign-ins have granted."""
    options = desk.options
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        try:
            ProviderTrust(connection, organisation, desk.clock, operator()).remove(options.name)
        except NotFound:
            raise AnalyticsError(f"There is no provider named {options.name}.") from None
    desk.say("The sign-in page does not offer it any more; its sessions and what its sign-ins granted have ended.")


# ------------------------------------------------------------------ keys


def create_key(desk: Desk) -> None:
    """Makes a key of a service and shows it once."""
    options = desk.options
    try:
        scopes = tuple(sorted({ServiceScope(word.strip()).value for word in options.scopes.split(",")}))
    except ValueError:
        raise AnalyticsError(f"--scopes takes {', '.join(ServiceScope)}, with commas between them.") from None
    if options.days < 1:
        raise AnalyticsError("--days should be 1 or more.")
    now = desk.clock()
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, options.organisation)
        new = NewServiceKey(options.name, scopes, operator().key, now + timedelta(days=options.days))
        prefix, whole = make_service_key(connection, organisation, new, now)
        _record(connection, organisation, Action.KEY_MADE, f"key {MARK}{prefix}")
    desk.say(f"A key of {options.name}, for {options.days} days. It is shown this once, and kept nowhere:")
    desk.say("")
    desk.say(f"  Authorization: Bearer {whole}")


def show_keys(desk: Desk) -> None:
    """Lists the keys of services of an organisation, without their secrets."""
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        listed = list_service_keys(connection, act_for_named(connection, desk.options.organisation))
    now = desk.clock()
    for key in listed:
        if key.revoked_at is not None:
            state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC"
        else:
            state = f"{'expired' if key.expires_at <= now else 'until'} {key.expires_at:%Y-%m-%d %H:%M} UTC"
        used = "never used" if key.last_used_at is None else f"last used {key.last_used_at:%Y-%m-%d, hour %H} UTC"
        desk.say(f"{MARK}{key.prefix}  {key.name}  {', '.join(key.scopes)}  {state}, {used}")
    if not listed:
        desk.say("No keys.")


def revoke_key(desk: Desk) -> None:
    """Ends a key of a service."""
    prefix = desk.options.key.removeprefix(MARK).partition("_")[0]
    with desk.database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation = act_for_named(connection, desk.options.organisation)
        if not revoke_service_key(connection, organisation, prefix, desk.clock()):
            raise AnalyticsError(f"There is no key {MARK}{prefix} to revoke.")
        _record(connection, organisation, Action.KEY_REVOKED, f"key {MARK}{prefix}")
    desk.say("Revoked. It is refused from now on.")


# ------------------------------------------------------------------ the command line


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _at_desk(run: Callable[[Desk], None]) -> Callable[[Settings, Database, argparse.Namespace, Say], None]:
    def command(settings: Settings, database: Database, options: argparse.Namespace, say: Say) -> None:
        check_migrated(database, DatabaseRole.JOBS)
        run(Desk(database, settings, options, say))

    return command


def add_account_commands(commands: Commands) -> None:
    """Adds `create-admin`, those of accounts, `providers` and `keys`.

    Each sets `run(settings, database, options, say)`.
    """

    def command(name: str, run: Callable[[Desk], None], where: Commands = commands) -> argparse.ArgumentParser:
        made = where.add_parser(name, help=(run.__doc__ or "").partition(".")[0])
        made.add_argument("--organisation", required=True, help="its short name")
        made.set_defaults(run=_at_desk(run))
        return made

    admin = command("create-admin", create_admin)
    admin.add_argument("--email", required=True, help="the address, or another name, with which they sign in")
    admin.add_argument("--title", help="makes the organisation where there is none of this name")
    admin.add_argument("--zone", default="UTC", help="the time zone of an organisation that is made: Europe/Berlin")
    command("accounts", show_accounts)
    command("password-link", make_link).add_argument("--name", required=True, help="with which they sign in")
    for name, enable in (("close-account", False), ("open-account", True)):
        made = command(name, open_or_close)
        made.add_argument("--name", required=True, help="with which they sign in")
        made.set_defaults(enable=enable)
    providers = commands.add_parser("providers", help="providers of OpenID Connect").add_subparsers(required=True)
    add = command("add", add_provider, providers)
    add.add_argument("--name", required=True, help="its part of addresses and of OPENID_CLIENT_SECRETS")
    add.add_argument("--title", help="what the button says; without it, the name")
    add.add_argument("--issuer", required=True, help="what /.well-known/openid-configuration stands behind")
    add.add_argument("--client-id", required=True)
    add.add_argument("--scopes", default="openid profile email")
    add.add_argument("--join-claim", help="a claim that join rules may use: preferred_username, email, …")
    add.add_argument("--administrator-claim", help="a claim that makes administrators: roles, realm_access.roles, …")
    add.add_argument("--administrator-values", help="with commas between them: who has one of them is one")
    command("address", show_address_back, providers).add_argument("--name", required=True, help="as for add")
    command("list", show_providers, providers)
    for name, enable in (("off", False), ("on", True)):
        made = command(name, switch_provider, providers)
        made.add_argument("--name", required=True)
        made.set_defaults(enable=enable)
    command("remove", drop_provider, providers).add_argument("--name", required=True)
    keys = commands.add_parser("keys", help="keys of services that read from the API").add_subparsers(required=True)
    create = command("create", create_key, keys)
    create.add_argument("--name", required=True, help="of the service")
    create.add_argument("--scopes", default=ServiceScope.READ_COURSES.value, help=", ".join(ServiceScope))
    create.add_argument("--days", type=int, default=DEFAULT_DAYS, help="how long it holds")
    command("list", show_keys, keys)
    command("revoke", revoke_key, keys).add_argument("key", help=f"its beginning, as the list shows it: {MARK}…")
