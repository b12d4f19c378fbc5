"""The tool's own keys as they are kept: public halves in clear, private halves as somebody else has sealed them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import lti_keys
from dashapp.domain.keys import OrganisationId, PublicId


@dataclass(frozen=True, slots=True)
class KeptKey:
    """`public_key`: a JWK as JSON. `private_key`: sealed text."""

    key_id: str
    public_key: str
    private_key: str
    made_at: datetime
    retired_at: datetime | None


def own_keys(connection: Connection, organisation: OrganisationId) -> None:
    """Keeps everybody else from making or retiring keys of the organisation, to the end of the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(7331, :key)"), {"key": organisation & 0x7FFFFFFF})


def read_keys(connection: Connection, organisation: OrganisationId, retired_after: datetime) -> list[KeptKey]:
    """The keys that sign or can still be verified, newest first."""
    rows = connection.execute(
        select(lti_keys)
        .where(
            lti_keys.c.organisation_id == organisation,
            or_(lti_keys.c.retired_at.is_(None), lti_keys.c.retired_at > retired_after),
        )
        .order_by(lti_keys.c.made_at.desc(), lti_keys.c.key_id)
    )
    return [KeptKey(row.key_id, row.public_key, row.private_key, row.made_at, row.retired_at) for row in rows]


def keep_key(connection: Connection, organisation: OrganisationId, key: KeptKey) -> None:
    """Adds a key."""
    connection.execute(
        insert(lti_keys).values(
            organisation_id=organisation,
            key_id=key.key_id,
            public_key=key.public_key,
            private_key=key.private_key,
            made_at=key.made_at,
        )
    )


def retire_older_keys(connection: Connection, organisation: OrganisationId, kept: KeptKey, at: datetime) -> None:
    """Has the keys that are older than one sign no more."""
    connection.execute(
        lti_keys.update()
        .where(
            lti_keys.c.organisation_id == organisation,
            lti_keys.c.key_id != kept.key_id,
            lti_keys.c.made_at <= kept.made_at,
            lti_keys.c.retired_at.is_(None),
        )
        .values(retired_at=at)
    )


def find_organisation_by_public_id(connection: Connection, public_id: PublicId) -> OrganisationId | None:
    """The organisation whose keys an address names. Without a tenant: a platform that asks for keys has none."""
    found = connection.execute(
        text("SELECT find_organisation_by_public_id(:wanted)"), {"wanted": public_id}
    ).scalar_one_or_none()
    return None if found is None else OrganisationId(found)
