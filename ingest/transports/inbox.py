"""The inbox table: a queue in the database, for when there is no broker.

The rows of a batch are locked by the transaction that also writes their events, so a batch carries its transaction with
it: the reader begins it, the writer ends it, and the next batch has one of its own meanwhile.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from select import select
from typing import Any, Final

from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import inbox
from dashapp.data.store.arrivals import Place
from dashapp.data.store.status import inbox_backlog
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import Topic
from dashapp.settings import Settings
from ingest.transports import Record, Waiting

_LISTEN: Final = text(f"LISTEN {inbox.CHANNEL}")
LONGEST_WAIT: Final = 1.0
"""Seconds. A row whose writer did not wake us (its commit came before we listened) waits no longer than this."""


@dataclass(slots=True, eq=False)
class InboxReceipt:
    """Locked rows and the transaction that holds them."""

    stack: ExitStack
    connection: Connection
    rows: list[int] = field(default_factory=list)


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

    def open(self) -> None:
        """Begins to listen. Raises Unavailable."""
        if self._listener is None:
            listener = self._listening.enter_context(self._database.session(DatabaseRole.INGEST))
            listener.execute(_LISTEN)
            self._listener = listener

    def close(self, seconds: float) -> None:
        """Gives the locked rows back and stops listening."""
        self._give_back()
        self._stop_listening()

    def poll(self, limit: int, seconds: float) -> Sequence[Record]:
        """Locks and gives further rows. Raises Unavailable."""
        found = self._take(limit)
        if not found and seconds > 0:
            self._await_wake(min(seconds, LONGEST_WAIT))
            found = self._take(limit)
        return found

    def must_rewind(self) -> bool:
        """Never: nobody can take a locked row away."""
        return False

    def rewind(self) -> None:
        """Gives the locked rows back."""
        self._give_back()

    def rest(self) -> None:
        """Nothing to tell to anybody."""

    def cut(self) -> InboxReceipt:
        """The rows locked since the last cut, and their transaction."""
        held, self._held = self._held, None
        assert held is not None, "a batch has at least one row"
        return held

    def drop(self, receipt: InboxReceipt) -> None:
        """Unlocks the rows."""
        # What a broken connection says at its end does not matter: its rows are unlocked anyway.
        with suppress(Exception), receipt.stack:
            raise _Dropped

    @contextmanager
    def transaction(self, receipt: InboxReceipt) -> Iterator[Connection]:
        """The transaction that locked the rows."""
        with receipt.stack:
            yield receipt.connection

    def settle(self, connection: Connection, receipt: InboxReceipt) -> None:
        """Takes the rows out."""
        inbox.remove(connection, sorted(receipt.rows))

    def settled(self, receipt: InboxReceipt) -> None:
        """The rows are gone; nobody else has to know."""

    def waiting(self) -> Waiting:
        """All rows of the inbox, those in hand included. Raises Unavailable."""
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            messages, _oldest = inbox_backlog(connection)
        return Waiting(messages)

    # ------------------------------------------------------------------ inside

    def _take(self, limit: int) -> list[Record]:
        held = self._held
        if held is None:
            stack = ExitStack()
            held = InboxReceipt(stack, stack.enter_context(self._database.transaction(DatabaseRole.INGEST, None)))
            self._held = held
        try:
            rows = inbox.take(held.connection, limit)
        except BaseException:
            self._give_back()
            raise
        held.rows.extend(row.inbox_id for row in rows)
        if not held.rows:
            self._give_back()
        return [
            Record(
                Place(row.topic, None, row.inbox_id, row.body, row.received_at),
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
                select([driver], [], [], seconds)
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
