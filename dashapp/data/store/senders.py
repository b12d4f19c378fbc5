"""The registered senders, as ingest reads them: who may send what, and for which organisation."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from dashapp.data.tables import organisations, sources
from dashapp.domain.events import Source, Topic
from dashapp.domain.keys import OrganisationId, SourceId


@dataclass(frozen=True, slots=True)
class RegisteredSource:
    """A sender, and the Kafka topics on which it is believed."""

    source: Source
    topics: frozenset[str]


def read_senders(connection: Connection) -> list[RegisteredSource]:
    """All senders that are enabled, of all organisations. For la_ingest, which needs no tenant for it."""
    rows = connection.execute(
        select(
            sources.c.source_id,
            sources.c.organisation_id,
            sources.c.name,
            sources.c.issuer,
            sources.c.allowed,
            sources.c.topics,
            organisations.c.name.label("organisation"),
        )
        .join(organisations, organisations.c.organisation_id == sources.c.organisation_id)
        .where(sources.c.enabled)
        .order_by(sources.c.source_id)
    )
    return [
        RegisteredSource(
            Source(
                source_id=SourceId(row.source_id),
                organisation_id=OrganisationId(row.organisation_id),
                organisation=row.organisation,
                name=row.name,
                issuer=row.issuer,
                allowed=frozenset(Topic(kind) for kind in row.allowed),
            ),
            frozenset(row.topics),
        )
        for row in rows
    ]
