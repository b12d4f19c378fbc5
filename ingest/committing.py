"""One batch into the database: its events, its dead letters, what it touched and its offsets, all or nothing."""

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from threading import Lock

from msgspec.structs import replace

from dashapp.data.database import Connection, Database
from dashapp.data.store.arrivals import Arrived, Buried
from dashapp.data.store.blame import blames_an_event
from dashapp.data.store.dead_letters import bury, organisations_of, settle_replayed
from dashapp.data.store.quality import QualityKeeper
from dashapp.data.store.scope_changes import WriterSlot, claim_slot
from dashapp.data.store.writer import EventWriter, Prepared, StructureChanged, Written
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import RefusalReason
from dashapp.domain.keys import OrganisationId
from dashapp.observability.logging import get_logger
from ingest.gathering import Batch
from ingest.transports import Transport

log = get_logger(__name__)

TRIES_WHEN_STRUCTURE_CHANGES = 5
"""Somebody who merges people all the time must not keep a batch from being written for ever without a word."""

SMALL_BODY = 1_024
"""Bytes that every letter of a record may keep a copy of."""


class HeldSlot:
    """The place among all writers that this process holds, claimed when first needed. Safe to share by threads."""

    def __init__(self, database: Database) -> None:
        """Claims nothing yet."""
        self._database = database
        self._lock = Lock()
        self._stack = ExitStack()
        self._slot: WriterSlot | None = None

    def get(self) -> WriterSlot:
        """The slot. Raises Unavailable."""
        with self._lock:
            if self._slot is None:
                self._slot = self._stack.enter_context(claim_slot(self._database))
            return self._slot

    def known(self) -> WriterSlot | None:
        """The slot, if it has been claimed."""
        return self._slot

    def give_up(self) -> None:
        """Forgets the slot, since its connection may be gone; the next `get` claims one anew."""
        with self._lock:
            self._slot = None
            # A broken connection complains when it is closed.
            with suppress(Exception):
                self._stack.close()
            self._stack = ExitStack()


class SharedWriter:
    """The store's writer behind a lock around preparing: both threads may have to do it."""

    def __init__(self, writer: EventWriter) -> None:
        """Opens nothing."""
        self._writer = writer
        self._lock = Lock()

    def prepare(self, arrived: Sequence[Arrived]) -> Prepared:
        """See EventWriter.prepare."""
        with self._lock:
            return self._writer.prepare(arrived)

    def write(self, connection: Connection, prepared: Prepared) -> Written:
        """See EventWriter.write; in a savepoint, so that a failure leaves the transaction usable."""
        with connection.begin_nested():
            return self._writer.write(connection, prepared)

    def try_out(self, connection: Connection, arrived: Sequence[Arrived]) -> BaseException | None:
        """Writes and takes back again; the error that blames one of the events, None where all went well."""
        try:
            prepared = self.prepare(arrived)
            attempt = connection.begin_nested()
            try:
                self._writer.write(connection, prepared)
            finally:
                attempt.rollback()
        except Unavailable:
            raise
        except Exception as error:
            if not blames_an_event(error):
                raise
            return error
        return None


class Committer:
    """Commits batches, one at a time."""

    def __init__(
        self, transport: Transport, writer: SharedWriter, slot: HeldSlot, pseudonym_key: str, quality: QualityKeeper
    ) -> None:
        """`pseudonym_key`: with it the actors of dead letters are hashed."""
        self._quality = quality
        self._transport = transport
        self._writer = writer
        self._slot = slot
        self._pseudonym_key = pseudonym_key

    def commit(self, batch: Batch) -> Written:
        """Writes and commits. Raises Unavailable or LostOwnership, or whatever else went wrong: nothing has been
        acknowledged then."""
        slot = self._slot.get()
        with self._transport.transaction(batch.receipt) as connection:
            written = self._write(connection, batch)
            letters = [*batch.records.buried, *written.buried]
            concerned = self._lay_down(connection, batch, once_each(letters))
            self._quality.keep(connection, slot.slot, written.quality, letters)
            self._transport.settle(connection, batch.receipt)
            for organisation, touched in written.touched.items():
                slot.record(connection, organisation, touched.courses, touched.people, touched.oldest_received_at)
            for organisation in sorted(concerned.difference(written.touched)):
                slot.record(connection, organisation, (), ())
        self._transport.settled(batch.receipt)
        return written

    def _lay_down(self, connection: Connection, batch: Batch, letters: Sequence[Buried]) -> set[OrganisationId]:
        """Keeps what was refused, and decides about the letters that were replayed; whose letters changed."""
        places = batch.records.replayed
        replayed = [place.letter.letter_id for place in places if place.letter is not None]
        concerned = organisations_of(connection, replayed) if replayed else set()
        letters = settle_replayed(connection, places, letters)
        return concerned | bury(connection, letters, self._pseudonym_key).organisations

    def _write(self, connection: Connection, batch: Batch) -> Written:
        """Writes the batch, without the events that the database refuses: they are found, and buried."""
        arrived: Sequence[Arrived] = batch.records.arrived
        prepared = batch.prepared
        refused: list[Buried] = []
        for _ in range(TRIES_WHEN_STRUCTURE_CHANGES):
            try:
                if prepared is None:
                    prepared = self._writer.prepare(arrived)
                written = self._writer.write(connection, prepared)
                written.buried.extend(refused)
                return written
            except StructureChanged:
                log.info("ingest.structure_changed", events=len(arrived))
            except Exception as error:
                if not blames_an_event(error):
                    raise
                found = isolate(self._writer, connection, arrived)
                if not found:
                    raise
                refused.extend(found)
                places = {id(letter.place) for letter in found}
                arrived = [one for one in arrived if id(one.place) not in places]
            prepared = None
        raise Unavailable("The structure of an organisation changes faster than its events can be written.")


def once_each(letters: Sequence[Buried]) -> list[Buried]:
    """The letters; of several about the same bytes only the first has them. A record may hold thousands of events."""
    seen: set[int] = set()
    found = []
    for letter in letters:
        place = letter.place
        if len(place.body) > SMALL_BODY and id(place.body) in seen:
            letter = replace(letter, place=replace(place, body=b""))
        seen.add(id(place.body))
        found.append(letter)
    return found


def isolate(writer: SharedWriter, connection: Connection, arrived: Sequence[Arrived]) -> list[Buried]:
    """The events that the database refuses, found by trying halves; everything tried is taken back.

    Where the halves do well alone and fail together, such as sums that grow too large, the first event with which they
    fail is the culprit.
    """
    found: list[Buried] = []
    parts = [arrived]
    while parts:
        part = parts.pop()
        error = writer.try_out(connection, part)
        if error is not None and len(part) == 1:
            found.append(_letter(part[0], error))
        elif error is not None:
            middle = len(part) // 2
            parts += [part[middle:], part[:middle]]
    return found or _first_too_many(writer, connection, arrived)


def _first_too_many(writer: SharedWriter, connection: Connection, arrived: Sequence[Arrived]) -> list[Buried]:
    """The event that ends the shortest beginning of the batch which fails; nothing if the whole of it does well."""
    error = writer.try_out(connection, arrived)
    if error is None:
        return []
    well, failing = 0, len(arrived)
    while failing - well > 1:
        middle = (well + failing) // 2
        tried = writer.try_out(connection, arrived[:middle])
        if tried is None:
            well = middle
        else:
            failing, error = middle, tried
    return [_letter(arrived[failing - 1], error)]


def _letter(arrived: Arrived, error: BaseException) -> Buried:
    """The detail names the kind of error only: what the database says may quote personal data."""
    code = getattr(getattr(error, "orig", error), "pgcode", None)
    name = type(getattr(error, "orig", None) or error).__name__
    place = arrived.place
    log.error("ingest.event_not_storable", error=name, code=code, topic=place.topic, offset=place.offset)
    detail = f"the database refuses it: {name}" if code else f"it could not be prepared: {name}"
    return Buried(place, arrived.source, RefusalReason.NOT_STORABLE, detail)
