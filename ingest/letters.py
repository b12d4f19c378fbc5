"""What ingest does for dead letters besides laying them down: it moves replays on, and tells the dead-letter topic."""

from collections.abc import Callable, Sequence
from threading import Event as Signal
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store import inbox
from dashapp.data.store.announcing import announce_portion
from dashapp.data.store.arrivals import Letter
from dashapp.data.store.letter_replays import ToReplay, move_portion, running_replays
from dashapp.domain.errors import Refused, Unavailable
from dashapp.domain.events import RefusalReason, Source, Topic
from dashapp.domain.keys import SourceId
from dashapp.observability.logging import get_logger
from dashapp.settings import Settings
from ingest.formats import decode_record
from ingest.letter_seal import LETTER_HEADER, seal
from ingest.sending import SOURCE_HEADER
from ingest.sources import SourceRegistry

log = get_logger(__name__)

Header = tuple[str, bytes]
ROUND_SECONDS: Final = 1.0
"""Between two looks for work; of a replay one portion goes at each, so that it fits between the events of the day."""
LONGEST_SEND: Final = 10_000
"""Milliseconds that a record may wait for its acknowledgement."""
NOBODY: Final = 0
"""The key of no source: a letter whose sender is still unknown is refused for it once more."""


class Producer:
    """Puts records onto topics as they are. Connects at the first send."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: Any = None

    def send(self, records: Sequence[tuple[str, bytes, list[Header]]]) -> None:
        """(topic, value, headers); when this returns they are safe. Raises Unavailable: then any number of them are."""
        try:
            if self._producer is None:
                self._producer = KafkaProducer(
                    **self._settings.kafka_client_options(),
                    acks="all",
                    linger_ms=5,
                    max_request_size=self._settings.max_event_bytes + 65_536,
                    bootstrap_timeout_ms=LONGEST_SEND // 2,
                    max_block_ms=LONGEST_SEND // 2,
                    delivery_timeout_ms=LONGEST_SEND,
                    request_timeout_ms=LONGEST_SEND // 2,
                )
            sent = [self._producer.send(topic, value=value, headers=headers) for topic, value, headers in records]
            self._producer.flush(timeout=LONGEST_SEND / 1000)
            for each in sent:
                each.get(timeout=0)
        except (KafkaError, OSError) as error:
            self.close()
            raise Unavailable(f"The broker did not take the letters: {type(error).__name__}.") from error

    def close(self) -> None:
        """Gives the connection back."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=1)


class LetterMover:
    """Puts dead letters back into the transport of the settings."""

    def __init__(self, settings: Settings, database: Database, producer: Producer) -> None:
        """Opens nothing."""
        self._settings = settings
        self._registry = SourceRegistry(database)
        self._producer = producer
        self._topics = {kind.value: name for kind, name in zip(Topic, settings.kafka_topics, strict=True)}

    def move(self, connection: Connection, portion: Sequence[ToReplay]) -> None:
        """See `dashapp.data.store.letter_replays.Move`."""
        if self._settings.kafka_brokers:
            self._producer.send([self._record(letter) for letter in portion])
            return
        returned = []
        for letter in portion:
            source = self._source(letter)
            key = source.source_id if source is not None else _claimed_key(letter)
            origin = Letter(letter.letter_id, letter.first_seen_at)
            returned.append(inbox.Returned(key, self._topic(letter, source), letter.body, origin))
        inbox.put_back(connection, returned, self._settings.pseudonym_key)

    def _record(self, letter: ToReplay) -> tuple[str, bytes, list[Header]]:
        source = self._source(letter)
        topic = self._topic(letter, source)
        sealed = seal(Letter(letter.letter_id, letter.first_seen_at), letter.body, self._settings.pseudonym_key)
        headers = [(LETTER_HEADER, sealed)]
        if (name := source.name if source is not None else letter.sender) is not None:
            headers.append((SOURCE_HEADER, name.encode()))
        named = topic if topic in self._topics.values() else self._topics.get(topic, self._topics[Topic.LEARNING])
        return named, letter.body, headers

    def _source(self, letter: ToReplay) -> Source | None:
        """The registered sender of a letter, as it stands now."""
        try:
            if letter.source_id is not None:
                return self._registry.of_id(SourceId(letter.source_id))
            return self._registry.of_topic(letter.topic, letter.sender)
        except Refused:
            return None

    def _topic(self, letter: ToReplay, source: Source | None) -> str:
        """The topic of a letter. An import has none; there it is the first that takes what the letter says."""
        if letter.topic in self._topics or letter.topic in self._topics.values() or source is None:
            return letter.topic
        for kind in Topic:
            outcome = decode_record(letter.body, kind, source, self._settings.max_event_bytes)[0]
            if not isinstance(outcome, Refused) or outcome.reason is not RefusalReason.FORBIDDEN_KIND:
                return kind.value
        return letter.topic


def _claimed_key(letter: ToReplay) -> int:
    """The key that a row of the inbox named, which may belong to a sender by now."""
    claimed = letter.sender or ""
    return int(claimed) if letter.transport == "inbox" and claimed.isdecimal() and len(claimed) < 10 else NOBODY


class LetterKeeper:
    """Works for the dead letters while an ingest runs, in a thread of its own."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Opens nothing."""
        self._topic = settings.kafka_dead_letter_topic
        self._database = database
        self._producer = Producer(settings)
        self._mover = LetterMover(settings, database, self._producer)

    def run(self, stopping: Signal) -> None:
        """One round after the other until it is to stop."""
        while not stopping.wait(ROUND_SECONDS):
            self._try(self._move)
            if self._topic is not None:
                self._try(self._announce)
        self._producer.close()

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Unavailable as error:
            # Whoever takes events says so too; the next round tries again.
            log.info("letters.waiting", reason=str(error))
        except Exception:
            log.exception("letters.failed")

    def _move(self) -> None:
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            running = running_replays(connection)
        for replay_id in running:
            move_portion(self._database, DatabaseRole.INGEST, replay_id, self._mover.move)

    def _announce(self) -> None:
        topic = self._topic
        assert topic is not None
        announce_portion(
            self._database, lambda told: self._producer.send([(topic, one.body, one.headers()) for one in told])
        )
