"""Into which organisation a history goes, and as whose events."""

from zoneinfo import ZoneInfo

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.identified import newest_zone
from dashapp.data.store.organisations import NewSource, act_for_named, register_source
from dashapp.data.store.senders import read_senders
from dashapp.domain.events import Source, Topic
from dashapp.domain.keys import OrganisationId, SourceId
from dashapp.settings import Settings
from ingest.history.ways import Refusal


def find_source(
    settings: Settings, database: Database, wanted: tuple[str, str], issuer: str | None, *, make: bool
) -> Source:
    """The source of this (organisation, name). Where there is none, `issuer` tells what it would be: it is registered
    with `make` only. Raises Refusal."""
    organisation, name = wanted
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        organisation_id = act_for_named(connection, organisation)
    known = _registered(database, name)
    if known is None:
        if issuer is None:
            raise Refusal(
                f"There is no source named {name}. Name the one of the live feed, or say --issuer with the platform's"
                " address to make it."
            )
        if not make:
            return Source(SourceId(0), organisation_id, organisation, name, issuer, frozenset(Topic))
        with database.transaction(DatabaseRole.JOBS, organisation_id) as connection:
            topics = settings.kafka_topics if settings.kafka_brokers else ()
            register_source(connection, organisation_id, NewSource(name, issuer, topics=topics))
        known = _registered(database, name)
    if known is None or known.organisation_id != organisation_id:
        raise Refusal(f"The source {name} belongs to another organisation than {organisation}, or is switched off.")
    if issuer is not None and known.issuer != issuer:
        raise Refusal(f"The source {name} has the issuer {known.issuer}, not {issuer}: leave --issuer out.")
    return known


def source_of(database: Database, organisation: OrganisationId, key: int) -> Source | None:
    """An organisation's source by its key; None where it is switched off."""
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        senders = read_senders(connection)
    found = (each.source for each in senders if each.source.organisation_id == organisation)
    return next((source for source in found if source.source_id == key), None)


def zone_of(database: Database, source: Source) -> ZoneInfo:
    """The organisation's time zone."""
    with database.transaction(DatabaseRole.INGEST, source.organisation_id) as connection:
        return ZoneInfo(newest_zone(connection, source.organisation_id))


def _registered(database: Database, name: str) -> Source | None:
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        senders = read_senders(connection)
    return next((each.source for each in senders if each.source.name == name), None)
