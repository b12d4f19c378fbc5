"""Demographics, for a fairness audit only: written by importers, read by no page and by no model."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

import msgspec
from sqlalchemy import ARRAY, BigInteger, bindparam, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identities import IdentityCache
from dashapp.data.store.names import Names
from dashapp.domain.events import Identifier
from dashapp.domain.keys import OrganisationId

_CHUNK: Final = 5_000
_ROWS: Final = (
    "unnest(cast(:people AS bigint[]), cast(:courses AS bigint[]), cast(:attributes AS jsonb[]))"
    " AS r (person_id, course_id, attributes)"
)
# Two statements instead of one upsert: reading what would be inserted needs the right to read the column, which
# la_ingest does not have.
_UPDATE: Final = text(
    f"UPDATE demographics d SET attributes = r.attributes FROM {_ROWS}"
    " WHERE d.organisation_id = :organisation AND d.person_id = r.person_id AND d.course_id = r.course_id"
).bindparams(bindparam("people", type_=ARRAY(BigInteger)), bindparam("courses", type_=ARRAY(BigInteger)))
_INSERT: Final = text(
    "INSERT INTO demographics (organisation_id, person_id, course_id, attributes)"
    f" SELECT :organisation, person_id, course_id, attributes FROM {_ROWS} ORDER BY person_id, course_id"
    " ON CONFLICT (organisation_id, person_id, course_id) DO NOTHING"
).bindparams(bindparam("people", type_=ARRAY(BigInteger)), bindparam("courses", type_=ARRAY(BigInteger)))


def keep_demographics(
    database: Database,
    organisation_id: OrganisationId,
    rows: Iterable[tuple[Identifier, Identifier, Mapping[str, str]]],
) -> int:
    """Keeps (person, course, attributes), replacing what was known of the same enrolment; how many rows came.

    People and courses that nobody has described yet become provisional. Raises Unavailable.
    """
    identities = IdentityCache(database)
    remaining, kept = iter(rows), 0
    while chunk := list(islice(remaining, _CHUNK)):
        names = Names({person for person, _, _ in chunk}, {course for _, course, _ in chunk})
        known = identities.resolve(organisation_id, names)
        values = {
            (known.people[person][1], known.courses[course]): msgspec.json.encode(attributes).decode()
            for person, course, attributes in chunk
        }
        parameters = {
            "organisation": organisation_id,
            "people": [person for person, _ in values],
            "courses": [course for _, course in values],
            "attributes": list(values.values()),
        }
        with database.transaction(DatabaseRole.INGEST, organisation_id) as connection:
            connection.execute(_UPDATE, parameters)
            connection.execute(_INSERT, parameters)
        kept += len(chunk)
    return kept
