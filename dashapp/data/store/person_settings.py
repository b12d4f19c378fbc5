"""Keeps what people have chosen for themselves; the web writes it, each time for the one who asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from dashapp.data.tables import person_settings
from dashapp.domain.keys import OrganisationId, PersonId

COLUMNS: Final = ("theme", "language", "rate", "default_course_id")


def keep_settings(
    connection: Connection, person: tuple[OrganisationId, PersonId], chosen: Mapping[str, object], at: datetime
) -> None:
    """Keeps the named settings of a person (`COLUMNS`; None: as the browser decides); the others stay as they are."""
    organisation, key = person
    values = {**{name: chosen[name] for name in COLUMNS if name in chosen}, "changed_at": at}
    connection.execute(
        insert(person_settings)
        .values(organisation_id=organisation, person_id=key, **values)
        .on_conflict_do_update(index_elements=["organisation_id", "person_id"], set_=values)
    )
