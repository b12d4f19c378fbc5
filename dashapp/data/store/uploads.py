"""Files that administrators have sent: kept for a while, found by their keys. All as la_jobs."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, delete, insert, select, update

from dashapp.data.tables import uploads
from dashapp.domain.keys import OrganisationId
from dashapp.domain.uploads import Purpose, Upload

_FIELDS: Final = ("name", "bytes", "sha256", "sent_by", "received_at", "kept_until")


def add_upload(connection: Connection, organisation: OrganisationId, upload: Upload) -> None:
    """Says that a file is there."""
    values = {**asdict(upload), "public_id": upload.key, "purpose": upload.purpose.value}
    del values["key"]
    connection.execute(insert(uploads).values(organisation_id=organisation, **values))


def find_uploads(
    connection: Connection, organisation: OrganisationId, keys: Collection[UUID], purpose: Purpose
) -> tuple[Upload, ...]:
    """Those of the files that are the organisation's, were sent for this, and are there; in the order of `keys`."""
    held = uploads.c
    rows = connection.execute(
        _select().where(held.organisation_id == organisation, held.public_id.in_(keys), held.purpose == purpose.value)
    )
    found = {each.key: each for each in map(_upload, rows.mappings())}
    return tuple(found[key] for key in dict.fromkeys(keys) if key in found)


def keep_uploads(connection: Connection, organisation: OrganisationId, keys: Collection[UUID], until: datetime) -> None:
    """Keeps files until a later moment, for work on them that is not done yet. Nothing is kept for less."""
    held = uploads.c
    connection.execute(
        update(uploads)
        .where(held.organisation_id == organisation, held.public_id.in_(keys), held.kept_until < until)
        .values(kept_until=until)
    )


def remove_uploads(connection: Connection, organisation: OrganisationId, keys: Collection[UUID]) -> None:
    """Files that are needed no more; the files themselves go by `UploadFolder.tidy`."""
    held = uploads.c
    connection.execute(delete(uploads).where(held.organisation_id == organisation, held.public_id.in_(keys)))


def expire_uploads(connection: Connection, organisation: OrganisationId, now: datetime) -> frozenset[UUID]:
    """Takes away what is kept no longer; the keys of what still is."""
    held = uploads.c
    connection.execute(delete(uploads).where(held.organisation_id == organisation, held.kept_until <= now))
    rows = connection.execute(select(held.public_id).where(held.organisation_id == organisation))
    return frozenset(UUID(str(row.public_id)) for row in rows)


def _select() -> Select[Any]:
    return select(uploads.c.public_id.label("key"), uploads.c.purpose, *(uploads.c[name] for name in _FIELDS))


def _upload(row: Any) -> Upload:
    return Upload(**{**row, "key": UUID(str(row["key"])), "purpose": Purpose(row["purpose"])})
