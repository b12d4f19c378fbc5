"""Codes by which a platform may register itself, once each. Transactions of la_jobs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from dashapp.data.tables import lti_registration_codes
from dashapp.domain.keys import OrganisationId


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that has just been made, by its digest."""

    digest: bytes
    made_by: str
    made_at: datetime
    expires_at: datetime


def keep_code(connection: Connection, organisation: OrganisationId, code: NewCode) -> None:
    """Keeps a code."""
    connection.execute(
        insert(lti_registration_codes).values(
            organisation_id=organisation,
            code_hash=code.digest,
            made_by=code.made_by,
            made_at=code.made_at,
            expires_at=code.expires_at,
        )
    )


def code_holds(connection: Connection, organisation: OrganisationId, digest: bytes, at: datetime) -> bool:
    """Whether a code can still be used."""
    codes = lti_registration_codes.c
    chosen = lti_registration_codes.select().where(
        codes.organisation_id == organisation,
        codes.code_hash == digest,
        codes.used_at.is_(None),
        codes.expires_at > at,
    )
    return connection.execute(chosen).first() is not None


def use_code(connection: Connection, organisation: OrganisationId, digest: bytes, at: datetime) -> str | None:
    """Uses a code up; who made it, or None where it cannot be used. Of two at the same time one is the first."""
    codes = lti_registration_codes.c
    found: str | None = connection.execute(
        lti_registration_codes.update()
        .where(
            codes.organisation_id == organisation,
            codes.code_hash == digest,
            codes.used_at.is_(None),
            codes.expires_at > at,
        )
        .values(used_at=at)
        .returning(codes.made_by)
    ).scalar_one_or_none()
    return found


def note_registered(
    connection: Connection, organisation: OrganisationId, digest: bytes, platform_id: int | None
) -> None:
    """Keeps which platform came of a code; None: none."""
    codes = lti_registration_codes.c
    connection.execute(
        lti_registration_codes.update()
        .where(codes.organisation_id == organisation, codes.code_hash == digest)
        .values(platform_id=platform_id, failed=platform_id is None)
    )
