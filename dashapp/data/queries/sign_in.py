"""Providers, keys of services and local accounts of an organisation, as la_jobs, which alone may read them."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, func, or_, select, text

from dashapp.data.queries.described import full_name, names_of
from dashapp.data.queries.guardians import zone_of
from dashapp.data.tables import accounts, identity_providers, organisations, people, service_keys
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.sign_in import AccountRow, ProviderRow, ServiceKeyRow, SignInView

LISTED: Final = 50
"""Accounts of a page; the others are found by searching."""
MOST_KEYS: Final = 100


def read_sign_in(connection: Connection, organisation: OrganisationId, search: str, now: datetime) -> SignInView:
    """What the page shows; `search`: a part of a name or an address, of accounts."""
    named, zone = connection.execute(
        select(organisations.c.name, func.coalesce(zone_of(organisation), "UTC")).where(
            organisations.c.organisation_id == organisation
        )
    ).one()
    rows, found = _accounts(connection, organisation, search)
    providers, keys = _providers(connection, organisation), _keys(connection, organisation, now)
    return SignInView(zone, named, providers, keys, rows, found, searched=bool(search.strip()))


def _providers(connection: Connection, organisation: OrganisationId) -> tuple[ProviderRow, ...]:
    one = identity_providers.c
    rows = connection.execute(
        select(one.name, one.title, one.issuer, one.client_id, one.enabled)
        .where(one.organisation_id == organisation)
        .order_by(one.title, one.name)
    )
    return tuple(ProviderRow(*row) for row in rows)


def _keys(connection: Connection, organisation: OrganisationId, now: datetime) -> tuple[ServiceKeyRow, ...]:
    one = service_keys.c
    ended = or_(one.revoked_at.is_not(None), one.expires_at <= now)
    rows = connection.execute(
        select(one.prefix, one.name, one.scopes, one.created_at, one.expires_at, one.revoked_at, one.last_used_at)
        .where(one.organisation_id == organisation)
        .order_by(ended, one.created_at.desc(), one.prefix)
        .limit(MOST_KEYS)
    )
    return tuple(ServiceKeyRow(row.prefix, row.name, tuple(row.scopes), *row[3:]) for row in rows)


def _accounts(connection: Connection, organisation: OrganisationId, search: str) -> tuple[tuple[AccountRow, ...], int]:
    one, named, owner = accounts.c, people.alias("named"), people.alias("owner")
    given, family = names_of(owner)
    whole = func.lower(func.concat_ws(" ", given, family, one.sign_in_name))
    statement = (
        select(
            owner.c.public_id, one.sign_in_name, given.label("given"), family.label("family"), one.enabled,
            one.password_hash.is_not(None).label("has_password"), one.created_at, func.count().over().label("found"),
        )
        .select_from(accounts)
        .join(named, and_(named.c.organisation_id == one.organisation_id, named.c.person_id == one.person_id))
        .join(
            owner,
            and_(
                owner.c.organisation_id == one.organisation_id,
                owner.c.person_id == func.coalesce(named.c.merged_into, named.c.person_id),
            ),
        )
        .where(one.organisation_id == organisation, func.strpos(whole, search.strip().lower()) > 0)
        .order_by(one.sign_in_name, text("1"))
        .limit(LISTED)
    )  # fmt: skip
    rows = connection.execute(statement).all()
    listed = tuple(
        AccountRow(
            PublicId(row.public_id),
            row.sign_in_name,
            full_name(row.given, row.family),
            row.enabled,
            row.has_password,
            row.created_at,
        )
        for row in rows
    )
    return listed, rows[0].found if rows else 0
