"""Many events of one registered sender, counted by this process: the path of the ingest loop without a queue before it.

Importers use it where no broker is configured. The ledger, the limits and the versions are those of every other event.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from dashapp.data.database import Database, DatabaseRole, act_for
from dashapp.data.store.arrivals import Arrived, Buried, Place
from dashapp.data.store.dead_letters import bury
from dashapp.data.store.identities import IdentityCache
from dashapp.data.store.quality import QualityKeeper
from dashapp.data.store.scope_changes import WriterSlot, claim_slot
from dashapp.data.store.writer import EventWriter, Limits, Prepared, StructureChanged
from dashapp.domain.clock import Clock
from dashapp.domain.events import Event, Source
from dashapp.settings import Settings
from ingest.native import encode
from ingest.sending import Told

BATCH_EVENTS = 10_000
"""Larger batches than a live system's: here nobody waits for a single event."""
PLACE = "import"
"""What the dead letters of an import name as their topic."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of a batch. Each event is in exactly one of the three."""

    new: int
    seen: int
    refused: int


class BulkLoader:
    """Prepares one batch while the one before is being written. Made by `bulk_loader`; for one thread."""

    def __init__(self, database: Database, slot: WriterSlot, limits: Limits, pseudonym_key: str) -> None:
        """Writes under `slot`, which the caller holds."""
        self._database = database
        self._slot = slot
        self._pseudonym_key = pseudonym_key
        self._writer = EventWriter(database, IdentityCache(database), limits)
        self._quality = QualityKeeper()

    def load(self, source: Source, batches: Iterable[Sequence[Event]], clock: Clock) -> Iterator[Counted]:
        """Writes the batches in their order; one result as each is committed. An empty batch is no batch.

        Raises Unavailable where the database cannot be reached: what has been given back is committed then.
        """
        return self.load_told(source, ([(event, b"") for event in batch] for batch in batches), clock)

    def load_told(self, source: Source, batches: Iterable[Sequence[Told]], clock: Clock) -> Iterator[Counted]:
        """The same for events that were told in other words than ours: dead letters hold the records as they came."""
        with ThreadPoolExecutor(1, thread_name_prefix="bulk-writer") as executor:
            pending: tuple[list[Arrived], Future[Counted]] | None = None
            for batch in batches:
                if not batch:
                    continue
                arrived = _arrive(source, batch, clock)
                prepared = self._writer.prepare(arrived)
                if pending is not None:
                    yield self._finish(*pending)
                pending = arrived, executor.submit(self._write, prepared, arrived)
            if pending is not None:
                yield self._finish(*pending)

    def _finish(self, arrived: list[Arrived], written: Future[Counted]) -> Counted:
        """The result of a batch; it is prepared anew for as long as somebody changes the structure meanwhile."""
        try:
            return written.result()
        except StructureChanged:
            while True:
                try:
                    return self._write(self._writer.prepare(arrived), arrived)
                except StructureChanged:
                    continue

    def _write(self, prepared: Prepared, arrived: Sequence[Arrived]) -> Counted:
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            written = self._writer.write(connection, prepared)
            bury(connection, _with_bodies(written.buried, arrived), self._pseudonym_key)
            for tally in written.quality.values():
                tally.forget_delays()
            self._quality.keep(connection, self._slot.slot, written.quality, written.buried)
            for organisation_id, touched in written.touched.items():
                act_for(connection, organisation_id)
                self._slot.record(
                    connection, organisation_id, touched.courses, touched.people, touched.oldest_received_at
                )
        return Counted(written.new, written.seen, len(written.buried))


@contextmanager
def bulk_loader(settings: Settings, database: Database, retention_days: int | None = None) -> Iterator[BulkLoader]:
    """A loader that counts as one writer among all. `retention_days` overrules the settings' horizon."""
    limits = Limits(
        timedelta(days=settings.data_retention_days if retention_days is None else retention_days),
        timedelta(seconds=settings.future_tolerance),
    )
    with claim_slot(database) as slot:
        yield BulkLoader(database, slot, limits, settings.pseudonym_key)


def batches_of(events: Iterable[Event], size: int = BATCH_EVENTS) -> Iterator[list[Event]]:
    """The events in their order, `size` at a time."""
    batch: list[Event] = []
    for event in events:
        batch.append(event)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def _arrive(source: Source, batch: Sequence[Told], clock: Clock) -> list[Arrived]:
    received_at = clock()
    return [Arrived(event, source, received_at, Place(PLACE, None, None, body, received_at)) for event, body in batch]


def _with_bodies(buried: Sequence[Buried], arrived: Sequence[Arrived]) -> list[Buried]:
    """The letters with the events they are about, which are only encoded where one is refused."""
    if not buried:
        return []
    events = {id(arrival.place): arrival for arrival in arrived}
    letters = []
    for letter in buried:
        if letter.place.body:
            letters.append(letter)
            continue
        arrival = events[id(letter.place)]
        body = encode(arrival.event, arrival.source.issuer)
        letters.append(replace(letter, place=replace(letter.place, body=body)))
    return letters
