"""The loop: one thread polls, decodes and prepares the next batch while another writes the one before.

Batches are cut by size or by age. While the writer is busy the next batch grows, so a backlog makes large batches,
which are cheaper by the event, and a quiet system commits each event within tens of milliseconds.
"""

import gc
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from threading import Event as Signal
from threading import Thread
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.blame import blames_an_event
from dashapp.data.store.identities import IdentityCache
from dashapp.data.store.offsets import LostOwnership
from dashapp.data.store.partitions import PartitionState, report_partitions
from dashapp.data.store.quality import QualityKeeper
from dashapp.data.store.scope_changes import prune_changes
from dashapp.data.store.silence import end_silent_writers
from dashapp.data.store.status import IngestState, Report, report, withdraw
from dashapp.data.store.writer import EventWriter, Limits, Written
from dashapp.domain.errors import Unavailable
from dashapp.observability.logging import get_logger
from dashapp.observability.metrics import Metrics, PartitionFigures, PartitionGauges
from dashapp.settings import Settings
from ingest.committing import Committer, HeldSlot, SharedWriter
from ingest.formats import topic_of_type
from ingest.gathering import Batch, Decoder, Gathered
from ingest.handover import Handover
from ingest.letters import LetterKeeper
from ingest.sources import SourceRegistry
from ingest.transports import Transport, Waiting
from ingest.transports.inbox import InboxTransport
from ingest.transports.kafka import KafkaTransport

log = get_logger(__name__)

OLDEST_BATCH: Final = 0.02
"""Seconds that an event waits for company: a fifth of the 100 ms that are promised, so that 1,000 events/s are
committed in some twenty transactions a second instead of a thousand."""
LARGEST_BATCH: Final = 16
"""How far a batch grows while the writer is busy, in multiples of ANALYTICS_BATCH_SIZE. The larger it is, the more
events of one learner-day meet in it; but three batches are in memory at a time."""
LARGEST_BYTES: Final = 8 * 1024 * 1024
"""How many bytes of records a batch grows to: what is made of them takes some ten times as much, and three batches are
in memory at a time. 16,000 native events have half of it."""
POLLED_AT_ONCE: Final = 4_000
"""Records per poll: few enough that the writer never waits long for the reader to finish decoding."""
LONGEST_POLL: Final = 0.25
"""Seconds. Stopping and changed assignments are noticed after this."""
LONGEST_REST: Final = 2.0
"""Seconds between two signs of life to the broker while nothing is polled."""
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
"""Seconds between attempts when something fails: from the first to the second, doubled each time."""
LONGEST_ABSENCE: Final = 1.0
"""The longest pause while the broker or the database is away: asking whether it is back costs little."""
ALARM_AFTER: Final = 5
"""Failures one after the other, other than an unreachable database or broker, before an operator is called."""
REPORT_SECONDS: Final = 1.0
PRUNED_EVERY: Final = 60
"""Reports, so once a minute."""
WATCHED_EVERY: Final = 5
"""Reports between two looks for writers that fell silent."""
CLOSE_SECONDS: Final = 3.0
MIXED: Final = "mixed"
_EVENT_OF: Final = attrgetter("event")


@dataclass(frozen=True, slots=True)
class IngestStatus:
    """How it goes, for `/health`."""

    transport: str
    state: IngestState
    lag_events: int
    oldest_waiting_at: datetime | None
    detail: str
    """A sentence about what is wrong; empty when nothing is."""
    committed_events: int
    """Since the start of this process, dead letters included."""
    alive: bool
    """Whether the threads run."""


class Ingest:
    """The ingest of one process. `start` returns at once, whether or not broker and database can be reached."""

    def __init__(self, settings: Settings, database: Database, metrics: Metrics, transport: Transport) -> None:
        """Connects to nothing yet."""
        self._settings = settings
        self._database = database
        self._metrics = metrics
        self._transport = transport
        limits = Limits(timedelta(days=settings.data_retention_days), timedelta(seconds=settings.future_tolerance))
        self._writer = SharedWriter(EventWriter(database, IdentityCache(database), limits))
        self._slot = HeldSlot(database)
        score = metrics.data_quality_score
        quality = QualityKeeper(lambda source, found: score.labels(source.organisation, source.name).set(found))
        self._committer = Committer(transport, self._writer, self._slot, settings.pseudonym_key, quality)
        self._decoder = Decoder(SourceRegistry(database), settings.max_event_bytes)
        self._largest = LARGEST_BATCH * settings.analytics_batch_size
        self._letters = LetterKeeper(settings, database)
        self._handover = Handover()
        self._gathered, self._gathered_bytes = Gathered(), 0
        self._stopping = Signal()
        self._behind = True
        self._started = False
        self._trouble = ""
        self._failures = 0
        self._committed = 0
        self._waiting = Waiting(0)
        self._gauges = PartitionGauges(metrics)
        self._threads = [
            Thread(target=run, name=f"ingest-{name}", daemon=True)
            for name, run in (
                ("read", self._read),
                ("write", self._write),
                ("report", self._report),
                ("letters", self._keep_letters),
            )
        ]

    # ------------------------------------------------------------------ from outside

    def start(self) -> None:
        """Starts the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 10.0) -> bool:
        """Ends after the batch that is being written; whether everything ended within the time.

        What was read and not written is read again by whoever comes next.
        """
        deadline = time.monotonic() + seconds
        self._stopping.set()
        self._handover.close()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def status(self) -> IngestStatus:
        """How it goes right now; never waits."""
        batch = self._handover.current()
        waits = [batch.records.oldest if batch is not None else self._gathered.oldest]
        waits += [each.oldest_waiting_at for each in self._waiting.partitions]
        oldest = min((each for each in waits if each is not None), default=None)
        state, detail = self._verdict()
        return IngestStatus(
            transport=self._transport.name,
            state=state,
            lag_events=self._waiting.events,
            oldest_waiting_at=oldest,
            detail=detail,
            committed_events=self._committed,
            alive=all(thread.is_alive() for thread in self._threads),
        )

    def _verdict(self) -> tuple[IngestState, str]:
        if self._failures >= ALARM_AFTER:
            return IngestState.ALARMED, self._trouble or "The same batch fails again and again; the log says why."
        if self._trouble:
            return IngestState.WAITING, self._trouble
        if self._waiting.alarms:
            return IngestState.ALARMED, " ".join(self._waiting.alarms)
        return (IngestState.RUNNING if self._started else IngestState.STARTING), ""

    # ------------------------------------------------------------------ the reading thread

    def _read(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            longest = LONGEST_PAUSE
            try:
                self._transport.open()
                self._read_on()
                pause, self._trouble = FIRST_PAUSE, ""
                self._started = True
                continue
            except Unavailable as error:
                longest = LONGEST_ABSENCE
                self._note_trouble(str(error))
            except Exception:
                log.exception("ingest.reading_failed")
                self._failures += 1
                self._note_trouble("Reading events fails; the log says why.")
            self._behind = True
            self._stopping.wait(min(longest, pause))
            pause = min(LONGEST_PAUSE, pause * 2)
        self._let_go()
        # The batch that is being written still belongs to the partitions that we are about to give back.
        self._handover.await_idle(CLOSE_SECONDS)
        self._transport.close(CLOSE_SECONDS)

    def _read_on(self) -> None:
        """One round: poll and decode, or rewind; hands a batch over when it is time."""
        if self._behind or self._handover.has_failed() or self._transport.must_rewind():
            self._behind = True
            self._rewind()
            return
        room = self._largest - len(self._gathered) if self._gathered_bytes < LARGEST_BYTES else 0
        if room > 0:
            records = self._transport.poll(min(self._decoder.records_for(room), POLLED_AT_ONCE), self._patience())
            if records:
                self._decoder.add(records, self._gathered)
                self._gathered_bytes += sum(len(record.place.body) for record in records)
            elif self._gathered and not self._handover.is_free():
                # An old batch does not wait for records any more, and has nowhere to go: polling on would only spin.
                self._handover.await_free(OLDEST_BATCH)
        elif not self._handover.await_free(LONGEST_REST):
            self._transport.rest()
        if self._is_time():
            self._hand_over()

    def _patience(self) -> float:
        """How many seconds a poll may wait for records."""
        return max(0.0, OLDEST_BATCH - self._gathered.age()) if self._gathered else LONGEST_POLL

    def _is_time(self) -> bool:
        """Whether to hand over what there is.

        A batch that is old enough, while little comes, is prepared and waits for the writer even if that is busy: so it
        is written at once afterwards. One that is large already is part of a backlog, and grows as long as the writer
        is busy.
        """
        size = len(self._gathered)
        if not size or not self._handover.is_free():
            return False
        full, old = size >= self._settings.analytics_batch_size, self._gathered.age() >= OLDEST_BATCH
        largest = size >= self._largest or self._gathered_bytes >= LARGEST_BYTES
        return (full or old) if self._handover.is_idle() else (largest or (old and not full))

    def _hand_over(self) -> None:
        gathered, self._gathered, self._gathered_bytes = self._gathered, Gathered(), 0
        receipt = self._transport.cut()
        try:
            prepared = self._writer.prepare(gathered.arrived)
        except Exception as error:
            if not blames_an_event(error):
                self._transport.drop(receipt)
                raise
            # The writer finds the event that cannot be prepared, and buries it.
            prepared = None
        if not self._handover.offer(Batch(gathered, prepared, receipt)):
            self._transport.drop(receipt)

    def _rewind(self) -> None:
        """Drops everything that was read, and begins again where the database says that we are."""
        self._let_go()
        while not self._handover.await_idle(LONGEST_REST):
            self._transport.rest()
            if self._stopping.is_set():
                return
        if self._failures:
            self._stopping.wait(min(LONGEST_PAUSE, FIRST_PAUSE * 2**self._failures))
        gc.collect()  # errors of a batch that was given up hold each other, and it, and are seldom looked for otherwise
        self._transport.rewind()
        self._handover.forgive()
        self._behind = False

    def _let_go(self) -> None:
        """Forgets what nobody has begun to write."""
        batch = self._handover.withdraw()
        if batch is not None:
            self._transport.drop(batch.receipt)
        if self._gathered:
            self._transport.drop(self._transport.cut())
            self._gathered, self._gathered_bytes = Gathered(), 0

    def _note_trouble(self, sentence: str) -> None:
        if sentence != self._trouble:
            log.warning("ingest.waiting", reason=sentence)
        self._trouble = sentence

    # ------------------------------------------------------------------ the writing thread

    def _write(self) -> None:
        while (batch := self._handover.take()) is not None:
            failed = True
            try:
                written = self._committer.commit(batch)
                failed = False
                self._failures = 0
                self._count(batch, written)
            except Unavailable as error:
                self._slot.give_up()
                log.warning("ingest.commit_failed", reason=str(error))
            except LostOwnership as error:
                log.info("ingest.lost_ownership", reason=str(error))
            except Exception:
                self._failures += 1
                log.exception("ingest.commit_failed", failures=self._failures)
            finally:
                self._handover.done(failed=failed)

    def _count(self, batch: Batch, written: Written) -> None:
        """The figures of a committed batch."""
        records, metrics = batch.records, self._metrics
        self._committed += len(records)
        metrics.processing_time.observe(records.age())
        for (kind, outcome), events in outcomes(records, written).items():
            metrics.events_processed.labels(kind, outcome).inc(events)
        for letter in (*written.buried, *records.buried):
            metrics.dead_letters.labels(letter.reason.value).inc()
        if records.arrived:
            age = datetime.now(UTC) - records.arrived[-1].received_at
            metrics.ingest_lag.set(max(0.0, age.total_seconds()))

    # ------------------------------------------------------------------ the reporting thread

    def _report(self) -> None:
        """Says each second how it goes, to the pages and to Prometheus, and tidies up behind this writer."""
        rounds = 0
        while not self._stopping.wait(REPORT_SECONDS):
            rounds += 1
            with self._telling():
                self._tell()
                if rounds % WATCHED_EVERY == 0 and (ended := end_silent_writers(self._database)):
                    log.warning("ingest.silent_writers_ended", sessions=ended)
                if rounds % PRUNED_EVERY == 0:
                    with self._database.transaction(DatabaseRole.INGEST, None) as connection:
                        prune_changes(connection)
        self._say_goodbye()

    def _tell(self) -> None:
        """What there is to say now. Raises Unavailable."""
        waiting = self._waiting = self._transport.waiting()
        self._metrics.events_waiting.set(waiting.events)
        self._gauges.show(_figures(state) for state in waiting.partitions)
        slot, status = self._slot.get(), self.status()
        said = Report(status.transport, status.state, status.lag_events, status.oldest_waiting_at)
        # Who cannot reach the broker knows nothing new: what was said of its partitions grows old, and looks it.
        known = waiting.partitions if status.state is not IngestState.WAITING else ()
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            report(connection, slot.slot, said)
            report_partitions(connection, slot.slot, status.transport, known, waiting.topics)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """While the database is away there is nobody to tell; the reading thread says so in the log."""
        try:
            yield
        except Unavailable:
            # The session that holds the slot may be gone as well.
            self._slot.give_up()
        except Exception:
            log.exception("ingest.reporting_failed")

    def _keep_letters(self) -> None:
        self._letters.run(self._stopping)

    def _say_goodbye(self) -> None:
        slot = self._slot.known()
        if slot is not None:
            with self._telling(), self._database.transaction(DatabaseRole.INGEST, None) as connection:
                withdraw(connection, slot.slot)


def _figures(state: PartitionState) -> PartitionFigures:
    oldest = state.oldest_waiting_at
    waiting = max(0.0, (datetime.now(UTC) - oldest).total_seconds()) if oldest is not None else 0.0
    return PartitionFigures(state.topic, state.partition, state.behind, waiting, state.committed_at)


def outcomes(records: Gathered, written: Written) -> Counter[tuple[str, str]]:
    """(kind of event, outcome) -> events of a committed batch; the kind is "mixed" where it is not known of each."""
    found: Counter[tuple[str, str]] = Counter()
    for kind, refused in records.refused.items():
        found[kind.value if kind is not None else MIXED, "refused"] += refused
    # By type first: that is counted without a line of Python per event.
    kinds: Counter[str] = Counter()
    for event_type, events in Counter(map(type, map(_EVENT_OF, records.arrived))).items():
        kinds[topic_of_type(event_type).value] += events
    if len(kinds) > 1 and (written.seen or written.buried):
        kinds = Counter({MIXED: len(records.arrived)})
    for name, events in kinds.items():
        alone = len(kinds) == 1
        found[name, "repeated"] += written.seen if alone else 0
        found[name, "refused"] += len(written.buried) if alone else 0
        found[name, "counted"] += events - (written.seen + len(written.buried) if alone else 0)
    return found


def ingest_from(settings: Settings, database: Database, metrics: Metrics, instance: str | None = None) -> Ingest:
    """The ingest that the settings ask for: from Kafka where brokers are named, else from the inbox.

    `instance`: see KafkaTransport.
    """
    if settings.kafka_brokers:
        return Ingest(settings, database, metrics, KafkaTransport(settings, database, instance))
    return Ingest(settings, database, metrics, InboxTransport(settings, database))
