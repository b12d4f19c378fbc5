"""The inbox table: a queue in the database, for when there is no broker.

The rows of a batch are taken out by the transaction that also writes their events, so a batch carries its transaction
with it: the reader begins it, the writer ends it, and the next batch has one of its own meanwhile.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Final

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store import inbox
from dashapp.data.store.arrivals import Place
from dashapp.data.store.partitions import PartitionState
from dashapp.data.store.status import inbox_backlog
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import Topic
from dashapp.settings import Settings
from ingest.transports import Record, Waiting

NOTHING: Final[tuple[int, datetime | None]] = (0, None)
OTHER: Final = "other"
"""What is waiting under a name that the settings do not know, and will be a dead letter."""
LONGEST_WAIT: Final = 1.0
"""Seconds. A row whose writer did not wake us (its commit came before we listened) waits no longer than this."""


@dataclass(slots=True, eq=False)
class InboxReceipt:
    """The transaction that has taken rows out and will write their events."""

    stack: ExitStack
    connection: Connection
    rows: int = 0


class _Dropped(Exception):
    """Ends a transaction without a commit."""


class InboxTransport:
    """Reads the whole inbox; any number of processes share it row by row."""

    name = "inbox"

    def __init__(self, settings: Settings, database: Database) -> None:
        """Connects to nothing yet."""
        self._database = database
        self._kinds: Mapping[str, Topic] = {
            **{kind.value: kind for kind in Topic},
            **dict(zip(settings.kafka_topics, Topic, strict=False)),
        }
        self._listening = ExitStack()
        self._listener: Connection | None = None
        self._held: InboxReceipt | None = None
        self._settled_at: datetime | None = None

    def open(self) -> None:
        """Begins to listen. Raises Unavailable."""
        if self._listener is None:
            listener = self._listening.enter_context(self._database.session(DatabaseRole.INGEST))
            inbox.listen(listener)
            self._listener = listener

    def close(self, seconds: float) -> None:
        """Gives the rows in hand back and stops listening."""
        self._give_back()
        self._stop_listening()

    def poll(self, limit: int, seconds: float) -> Sequence[Record]:
        """Takes further rows out. Raises Unavailable."""
        found = self._take(limit)
        if not found and seconds > 0:
            self._await_wake(min(seconds, LONGEST_WAIT))
            found = self._take(limit)
        return found

    def must_rewind(self) -> bool:
        """Never: nobody else can have these rows."""
        return False

    def rewind(self) -> None:
        """Gives the rows in hand back. Raises Unavailable: who rewinds waits until the database is there again."""
        self._give_back()
        self.waiting()

    def rest(self) -> None:
        """Nothing to tell to anybody."""

    def cut(self) -> InboxReceipt:
        """The transaction of the rows taken since the last cut."""
        held, self._held = self._held, None
        assert held is not None, "a batch has at least one row"
        return held

    def drop(self, receipt: InboxReceipt) -> None:
        """Gives the rows back."""
        # What a broken connection says at its end does not matter: its rows are there again anyway.
        with suppress(Exception), receipt.stack:
            raise _Dropped

    @contextmanager
    def transaction(self, receipt: InboxReceipt) -> Iterator[Connection]:
        """The transaction that took the rows out."""
        with receipt.stack:
            yield receipt.connection

    def settle(self, connection: Connection, receipt: InboxReceipt) -> None:
        """The rows went out when they were taken, in this same transaction."""

    def settled(self, receipt: InboxReceipt) -> None:
        """The rows are gone; nobody else has to know."""
        self._settled_at = datetime.now(UTC)

    def waiting(self) -> Waiting:
        """All rows of the inbox, those in hand included: every reader says the same. Raises Unavailable."""
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            backlog = inbox_backlog(connection)
        now = datetime.now(UTC)
        found = dict.fromkeys((*(kind.value for kind in Topic), OTHER), NOTHING) | self._by_kind(backlog)
        states = tuple(
            PartitionState(name, 0, messages, oldest, now, self._settled_at)
            for name, (messages, oldest) in found.items()
        )
        return Waiting(sum(state.behind for state in states), (), states, dict.fromkeys(found, 1))

    # ------------------------------------------------------------------ inside

    def _by_kind(self, backlog: Mapping[str, tuple[int, datetime]]) -> dict[str, tuple[int, datetime | None]]:
        """The same by kind of event, since a sender may name the kind or the topic."""
        found: dict[str, tuple[int, datetime | None]] = {}
        for topic, (messages, oldest) in backlog.items():
            kind = self._kinds.get(topic)
            name = kind.value if kind is not None else OTHER
            before, since = found.get(name, (0, oldest))
            found[name] = (before + messages, min(since or oldest, oldest))
        return found

    def _take(self, limit: int) -> list[Record]:
        held = self._held
        if held is None:
            stack = ExitStack()
            held = InboxReceipt(stack, stack.enter_context(self._database.transaction(DatabaseRole.INGEST, None)))
            self._held = held
        try:
            rows = inbox.take(held.connection, limit)
            # Out at once, since a transaction's own locks would not hide them from its next look.
            inbox.remove(held.connection, [row.inbox_id for row in rows])
        except BaseException:
            self._give_back()
            raise
        held.rows += len(rows)
        if not held.rows:
            self._give_back()
        return [
            Record(
                Place(row.topic, None, row.inbox_id, row.body, row.received_at, letter=row.letter),
                row.received_at,
                self._kinds.get(row.topic),
                row.source_id,
            )
            for row in rows
        ]

    def _give_back(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self.drop(held)

    def _await_wake(self, seconds: float) -> None:
        """Returns when somebody has put something into the inbox, or the time is over."""
        if self._listener is None:
            raise Unavailable("The inbox is not open.")
        # The driver's own connection: its socket becomes readable when a notification comes.
        driver: Any = self._listener.connection.dbapi_connection
        try:
            if not driver.notifies:
                # Not select.select: it refuses numbers over 1,023, which a process with 10,000 open pages gives out.
                with DefaultSelector() as selector:
                    selector.register(driver, EVENT_READ)
                    selector.select(seconds)
            driver.poll()
            driver.notifies.clear()
        except Exception as error:
            self._stop_listening()
            raise Unavailable("The database closed the connection that listens to the inbox.") from error

    def _stop_listening(self) -> None:
        self._listener = None
        _close(self._listening)
        self._listening = ExitStack()


def _close(stack: ExitStack) -> None:
    """Ends what a broken connection may not let end in order."""
    with suppress(Exception):
        stack.close()
