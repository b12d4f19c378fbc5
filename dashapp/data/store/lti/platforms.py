"""Registrations at learning platforms. Who is believed is decided in transactions of la_jobs; launches only read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Connection, and_, func, select, text
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.store.organisations import NewSource, register_source
from dashapp.data.tables import lti_deployments, lti_platforms, sources
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.events import Topic
from dashapp.domain.keys import OrganisationId, PublicId, SourceId

MOST_WAITING: Final = 20
"""Deployments of one platform that wait for the administration; more are not noted."""


class PlatformError(AnalyticsError):
    """A platform cannot be registered like that; the text says why."""


@dataclass(frozen=True, slots=True)
class NewPlatform:
    """What a registration consists of. Addresses have been checked by whoever made this."""

    title: str
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    keyset_url: str
    added_by: str
    added_at: datetime
    enabled: bool
    """Whether it is believed at once, or only when the administration has said so."""
    token_audience: str | None = None
    """Whom a platform wants its tokens to be asked of; None: the token's address."""
    pages_url: str | None = None
    """Where its pages stand, if at another host than where it signs people in."""
    events_issuer: str | None = None
    deployments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Platform:
    """A registration as a launch needs it."""

    organisation_id: OrganisationId
    platform_id: int
    public_id: PublicId
    title: str
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    token_audience: str
    keyset_url: str
    pages_url: str | None
    events_issuer: str | None
    source_id: SourceId
    enabled: bool
    deployments: frozenset[str]
    """Those that are enabled."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where its pages may stand, which show ours in a frame."""
        return tuple(filter(None, (self.authorization_url, self.issuer, self.pages_url)))


def find_platform(
    connection: Connection, organisation: OrganisationId, issuer: str, client_id: str | None
) -> tuple[OrganisationId, int] | None:
    """The registration of an organisation that a login names; None where it is unknown, switched off, or one of
    several."""
    one = lti_platforms.c
    named = and_(one.organisation_id == organisation, one.issuer == issuer, one.enabled)
    if client_id is not None:
        named = and_(named, one.client_id == client_id)
    found = connection.execute(select(one.platform_id).where(named).limit(2)).scalars().all()
    return (organisation, found[0]) if len(found) == 1 else None


def find_shared_platform(
    connection: Connection, issuer: str, client_id: str | None
) -> tuple[OrganisationId, int] | None:
    """The same for a login at the address that all organisations once had, without a tenant: what was registered then
    goes before what came later, so that nobody's logins are stopped by a registration of somebody else."""
    row = connection.execute(_FIND_SHARED, {"issuer": issuer, "client": client_id}).one_or_none()
    return None if row is None else (OrganisationId(row.organisation_id), row.platform_id)


def read_platform(connection: Connection, organisation: OrganisationId, platform_id: int) -> Platform | None:
    """A registration with its deployments, enabled or not."""
    row = connection.execute(
        select(lti_platforms).where(
            lti_platforms.c.organisation_id == organisation, lti_platforms.c.platform_id == platform_id
        )
    ).one_or_none()
    if row is None:
        return None
    deployments = connection.execute(
        select(lti_deployments.c.deployment_id).where(
            lti_deployments.c.organisation_id == organisation,
            lti_deployments.c.platform_id == platform_id,
            lti_deployments.c.enabled,
        )
    ).scalars()
    return Platform(
        organisation,
        platform_id,
        PublicId(row.public_id),
        row.title,
        row.issuer,
        row.client_id,
        row.authorization_url,
        row.token_url,
        row.token_audience or row.token_url,
        row.keyset_url,
        row.pages_url,
        row.events_issuer,
        SourceId(row.source_id),
        row.enabled,
        frozenset(deployments),
    )


def add_platform(connection: Connection, organisation: OrganisationId, new: NewPlatform) -> int:
    """Registers a platform; gives its key. Raises PlatformError where it is known, or claims a known issuer."""
    known = connection.execute(
        select(lti_platforms.c.keyset_url).where(
            lti_platforms.c.organisation_id == organisation, lti_platforms.c.issuer == new.issuer
        )
    ).scalars()
    # People are known by (issuer, sub): whoever could bring other keys for a known issuer could become anybody of it.
    if any(keyset != new.keyset_url for keyset in known):
        raise PlatformError("This issuer is registered with another key set: remove that registration first.")
    source = NewSource(f"lti-{uuid4()}", new.issuer, frozenset({Topic.USER}))
    values = {
        name: getattr(new, name)
        for name in (
            *("title", "issuer", "client_id", "authorization_url", "token_url", "keyset_url"),
            *("token_audience", "pages_url", "events_issuer", "enabled", "added_by", "added_at"),
        )
    }
    made = connection.execute(
        insert(lti_platforms)
        .values(
            organisation_id=organisation,
            **values,
            source_id=register_source(connection, organisation, source),
        )
        .on_conflict_do_nothing(index_elements=["organisation_id", "issuer", "client_id"])
        .returning(lti_platforms.c.platform_id)
    ).scalar_one_or_none()
    if made is None:
        raise PlatformError("This client id of this issuer is registered already.")
    for deployment in new.deployments:
        set_deployment(connection, organisation, (made, deployment), new.added_at, enabled=True)
    return int(made)


def set_enabled(connection: Connection, organisation: OrganisationId, platform_id: int, *, enabled: bool) -> None:
    """Switches a registration on or off."""
    connection.execute(
        lti_platforms.update()
        .where(lti_platforms.c.organisation_id == organisation, lti_platforms.c.platform_id == platform_id)
        .values(enabled=enabled)
    )


def find_by_public_id(connection: Connection, organisation: OrganisationId, public_id: UUID) -> Platform | None:
    """A registration by the id in an address."""
    found = connection.execute(
        select(lti_platforms.c.platform_id).where(
            lti_platforms.c.organisation_id == organisation, lti_platforms.c.public_id == public_id
        )
    ).scalar_one_or_none()
    return None if found is None else read_platform(connection, organisation, found)


def remove_platform(connection: Connection, organisation: OrganisationId, platform_id: int) -> None:
    """Forgets a registration and where it was used. The roles that it gave have been ended before."""
    source = connection.execute(
        lti_platforms.delete()
        .where(lti_platforms.c.organisation_id == organisation, lti_platforms.c.platform_id == platform_id)
        .returning(lti_platforms.c.source_id)
    ).scalar_one_or_none()
    # What the source has said stays, and its name with it.
    connection.execute(sources.update().where(sources.c.source_id == source).values(enabled=False))


def set_deployment(
    connection: Connection, organisation: OrganisationId, deployment: tuple[int, str], at: datetime, *, enabled: bool
) -> None:
    """Believes a deployment (platform, id) from now on, or no longer."""
    statement = insert(lti_deployments).values(
        organisation_id=organisation,
        platform_id=deployment[0],
        deployment_id=deployment[1],
        enabled=enabled,
        seen_at=at,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "platform_id", "deployment_id"], set_={"enabled": enabled}
        )
    )


def note_deployment(connection: Connection, platform: Platform, deployment_id: str, at: datetime) -> None:
    """Keeps that a signed launch named a deployment that nobody has confirmed, for the administration page."""
    mine = and_(
        lti_deployments.c.organisation_id == platform.organisation_id,
        lti_deployments.c.platform_id == platform.platform_id,
    )
    waiting = connection.execute(
        select(func.count()).select_from(lti_deployments).where(mine, ~lti_deployments.c.enabled)
    ).scalar_one()
    if waiting < MOST_WAITING:
        connection.execute(
            insert(lti_deployments)
            .values(
                organisation_id=platform.organisation_id,
                platform_id=platform.platform_id,
                deployment_id=deployment_id,
                enabled=False,
                seen_at=at,
            )
            .on_conflict_do_nothing()
        )


def note_refusal(connection: Connection, platform: Platform, why: str, at: datetime) -> None:
    """Keeps why the last launch of a platform was refused, for the administration page."""
    connection.execute(
        lti_platforms.update()
        .where(
            lti_platforms.c.organisation_id == platform.organisation_id,
            lti_platforms.c.platform_id == platform.platform_id,
        )
        .values(last_refusal=why, last_refusal_at=at)
    )


_FIND_SHARED: Final = text("SELECT organisation_id, platform_id FROM find_lti_platform(:issuer, :client)")
