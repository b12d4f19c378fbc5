"""Providers of OpenID Connect: registered by an operator, read by the sign-in, in transactions of la_jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import identity_providers
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """One provider of one organisation, and what its claims mean here."""

    name: str
    """Its part of addresses, and of the setting with the secret."""
    title: str
    """What people call it."""
    issuer: str
    client_id: str
    scopes: str = "openid profile email"
    join_claim: str | None = None
    """A claim that is a further identifier of the person, of the kind of the claim's name."""
    administrator_claim: str | None = None
    administrator_values: tuple[str, ...] = ()


def register_provider(
    connection: Connection, organisation: OrganisationId, provider: IdentityProvider, now: datetime, by: str
) -> str | None:
    """Registers a provider, or changes the one of this name. Raises AnalyticsError where another has its issuer.
    `by`: the public id of an administrator, or the name of an operator.

    Gives the issuer that the name stood for until now, where it was another one: nobody believes that one any more.
    """
    values = {
        "title": provider.title,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "scopes": provider.scopes,
        "join_claim": provider.join_claim,
        "administrator_claim": provider.administrator_claim,
        "administrator_values": list(provider.administrator_values),
        "enabled": True,
        "set_by": by,
    }
    other = connection.execute(
        select(identity_providers.c.name).where(
            identity_providers.c.organisation_id == organisation,
            identity_providers.c.issuer == provider.issuer,
            identity_providers.c.name != provider.name,
        )
    ).scalar_one_or_none()
    if other is not None:
        raise AnalyticsError(f"The provider {other} has this issuer already.")
    before = connection.execute(
        select(identity_providers.c.issuer)
        .where(identity_providers.c.organisation_id == organisation, identity_providers.c.name == provider.name)
        .with_for_update()
    ).scalar_one_or_none()
    connection.execute(
        insert(identity_providers)
        .values(organisation_id=organisation, name=provider.name, created_at=now, **values)
        .on_conflict_do_update(index_elements=["organisation_id", "name"], set_=values)
    )
    return None if before == provider.issuer else before


def has_provider(connection: Connection, organisation: OrganisationId, name: str) -> bool:
    """Whether there is a provider of this name, offered or not."""
    mine = (identity_providers.c.organisation_id == organisation) & (identity_providers.c.name == name)
    return connection.execute(select(identity_providers.c.name).where(mine)).first() is not None


def enable_provider(connection: Connection, organisation: OrganisationId, name: str, enabled: bool) -> str | None:
    """Offers a provider on the sign-in page, or does not; its issuer, None where there is none of this name."""
    table = identity_providers
    changed = connection.execute(
        table.update()
        .where(table.c.organisation_id == organisation, table.c.name == name)
        .values(enabled=enabled)
        .returning(table.c.issuer)
    )
    return changed.scalar_one_or_none()


def remove_provider(connection: Connection, organisation: OrganisationId, name: str) -> str | None:
    """Takes a provider away; its issuer, None where there was none of this name."""
    table = identity_providers
    gone = connection.execute(
        table.delete().where(table.c.organisation_id == organisation, table.c.name == name).returning(table.c.issuer)
    )
    return gone.scalar_one_or_none()


def list_providers(connection: Connection, organisation: OrganisationId) -> Sequence[IdentityProvider]:
    """The providers of an organisation, by title."""
    rows = connection.execute(
        select(identity_providers)
        .where(identity_providers.c.organisation_id == organisation, identity_providers.c.enabled)
        .order_by(identity_providers.c.title, identity_providers.c.name)
    )
    return [_provider_of(row) for row in rows]


def _provider_of(row: Row[object]) -> IdentityProvider:
    return IdentityProvider(
        row.name,
        row.title,
        row.issuer,
        row.client_id,
        row.scopes,
        row.join_claim,
        row.administrator_claim,
        tuple(row.administrator_values),
    )
