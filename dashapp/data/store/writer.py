"""Batches of events into the database: prepared outside of any transaction, written within the caller's."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, cast

from psycopg2 import errors, extensions
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole, act_for
from dashapp.data.store import stages
from dashapp.data.store.arrivals import Arrived
from dashapp.data.store.identities import IdentityCache
from dashapp.data.store.locks import own_organisation, share_organisations
from dashapp.data.store.names import names_of
from dashapp.data.store.part import PartWriter
from dashapp.data.store.preparing import Limits, Prepared, admit, prepare_organisation
from dashapp.data.store.written import Touched, Written
from dashapp.domain.errors import AnalyticsError

__all__ = ["EventWriter", "Limits", "Prepared", "StructureChanged", "Touched", "Written"]


_RAW_EVENTS: Final = "raw_events"


class StructureChanged(AnalyticsError):
    """Between preparing and writing somebody changed what the preparation relied on: roll back, prepare anew."""


class EventWriter:
    """Counts each event exactly once. `prepare` and `write` may run in different threads, each in one at a time."""

    def __init__(self, database: Database, identities: IdentityCache, limits: Limits) -> None:
        """Opens nothing."""
        self._database = database
        self._identities = identities
        self._limits = limits
        self._months: frozenset[str] = frozenset()

    def prepare(self, arrived: Sequence[Arrived]) -> Prepared:
        """Resolves, dates and sums a batch. May commit provisional rows; no transaction is open afterwards.

        Raises Unavailable where the database cannot be reached.
        """
        admitted, buried = admit(arrived, self._limits)
        parts = []
        for organisation_id in sorted(admitted):
            arrivals = admitted[organisation_id]
            remembered = self._identities.resolve(organisation_id, names_of(arrivals))
            part = prepare_organisation(arrivals, remembered, self._limits.retention)
            self._ensure_months(part.months - self._months, arrivals[0].received_at - self._limits.retention)
            parts.append(part)
        return Prepared(tuple(parts), tuple(buried), len(arrived))

    def write(self, connection: Connection, prepared: Prepared) -> Written:
        """Writes a prepared batch within the caller's transaction, which the caller commits with its offsets.

        One batch per transaction: a second one could ask for an organisation alone that the first one shares.

        The connection acts for another organisation afterwards. Raises StructureChanged; then the caller rolls back,
        prepares the same arrivals anew and writes again.
        """
        written = Written(buried=list(prepared.buried))
        self._lock(connection, prepared)
        cursor = cast(extensions.cursor, connection.connection.cursor())
        try:
            for part in prepared.organisations:
                act_for(connection, part.organisation_id)
                stages.ensure(cursor)
                if PartWriter(connection, cursor, part, written).write():
                    # Whoever prepares before the commit remembers the old epoch, and finds out when it writes.
                    self._identities.forget(part.organisation_id)
        except errors.CheckViolation as error:
            if error.diag.table_name != _RAW_EVENTS or error.diag.constraint_name is not None:
                raise
            # The month of an event has been dropped since we made it, because it is older than the retention.
            self._months = frozenset()
            raise StructureChanged("A month of raw events was dropped while a batch was prepared.") from error
        finally:
            cursor.close()
        return written

    def _lock(self, connection: Connection, prepared: Prepared) -> None:
        """Takes every organisation's lock in ascending order, then looks whether the preparation still holds."""
        for part in prepared.organisations:
            if part.exclusive:
                own_organisation(connection, part.organisation_id)
            else:
                share_organisations(connection, [part.organisation_id])
        for part in prepared.organisations:
            epoch = connection.execute(_EPOCH, {"organisation": part.organisation_id}).scalar_one()
            if epoch != part.remembered.epoch:
                self._identities.forget(part.organisation_id)
                raise StructureChanged("The structure of an organisation changed while a batch was prepared.")

    def _ensure_months(self, months: set[str], horizon: datetime) -> None:
        """Makes the partitions of raw events that a batch needs, in a transaction of their own.

        A month before the horizon may be dropped at any time, so that it is not remembered.
        """
        if not months:
            return
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            for month in sorted(months):
                first = date.fromisoformat(f"{month}-01")
                connection.execute(_ENSURE_MONTH, {"first": first})
        self._months = frozenset(month for month in self._months | months if month > f"{horizon:%Y-%m}")


_EPOCH: Final = text("SELECT structure_epoch FROM organisations WHERE organisation_id = :organisation")
_ENSURE_MONTH: Final = text("SELECT ensure_raw_partitions(:first, :first)")
