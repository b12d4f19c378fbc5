"""What the ledger says about ids, for who asks before an event is on its way."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import ARRAY, Connection, Text, bindparam, text

from dashapp.domain.keys import OrganisationId, SourceId


def known_contents(
    connection: Connection, organisation: OrganisationId, source: SourceId, keys: Collection[str]
) -> dict[str, int]:
    """The digests of what a sender said under those of these keys (`event_key_text`) that it has used before.

    In a transaction of la_ingest that acts for the organisation.
    """
    rows = connection.execute(_KNOWN, {"organisation": organisation, "source": source, "keys": list(keys)})
    return {row.key: row.content for row in rows}


_KNOWN: Final = text(
    "SELECT event_id::text AS key, content FROM event_ledger"
    " WHERE organisation_id = :organisation AND source_id = :source AND event_id = ANY(CAST(:keys AS uuid[]))"
).bindparams(bindparam("keys", type_=ARRAY(Text)))
