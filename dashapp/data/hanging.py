"""Connections whose server keeps them and does not answer: neither its own time-outs nor those of TCP end the waiting.

PostgreSQL ends a statement that takes too long, and TCP a connection whose other end is gone. A server that is stopped,
or a proxy before it that is, does neither. So a thread ends what has waited for too long; who waits hears that the
connection broke.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any, Final
from weakref import WeakSet

import psycopg2
from psycopg2.extensions import connection as PlainConnection  # noqa: N812  # psycopg2 writes its classes small
from psycopg2.extensions import cursor as PlainCursor  # noqa: N812

from dashapp.observability.logging import get_logger

LOOK_EVERY: Final = 1.0
"""Seconds."""

log = get_logger(__name__)


class WatchedConnection(PlainConnection):
    """One whose waiting for the server ends after `patience` seconds."""

    def __init__(self, dsn: str, patience: float) -> None:
        """Connects; how long that may take says libpq's `connect_timeout`."""
        super().__init__(dsn)
        self.patience = patience
        self._since = float("inf")
        self._lock = Lock()
        _WATCH.add(self)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around whatever waits for the server."""
        self._since = monotonic()
        try:
            yield
        finally:
            # Not while the thread ends it: the number of its socket could be another one's a moment later.
            with self._lock:
                self._since = float("inf")

    def commit(self) -> None:
        """See psycopg2."""
        with self.waiting():
            super().commit()

    def rollback(self) -> None:
        """See psycopg2."""
        with self.waiting():
            super().rollback()

    def end_if_overdue(self) -> None:
        """Breaks the connection where the server has been silent for too long."""
        with self._lock:
            if monotonic() - self._since <= self.patience:
                return
            self._since = float("inf")
            log.warning("database.hangs", seconds=self.patience)
            # A socket of our own on the same connection: psycopg2's stays open until who waits closes it.
            with suppress(psycopg2.Error, OSError), socket.socket(fileno=os.dup(self.fileno())) as same:
                same.shutdown(socket.SHUT_RDWR)


class WatchedCursor(PlainCursor):
    """The cursors of such connections."""

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002  # psycopg2 names it so
        """See psycopg2."""
        assert isinstance(self.connection, WatchedConnection)
        with self.connection.waiting():
            super().execute(query, vars)

    def copy_expert(self, sql: Any, file: Any, size: int = 8_192) -> None:
        """See psycopg2."""
        assert isinstance(self.connection, WatchedConnection)
        with self.connection.waiting():
            super().copy_expert(sql, file, size)


def watched(patience: float) -> dict[str, Any]:
    """What psycopg2's `connect` is to be given for connections that wait so many seconds at most."""
    connect: Callable[..., WatchedConnection] = lambda dsn, **_named: WatchedConnection(dsn, patience)  # noqa: E731
    return {"connection_factory": connect, "cursor_factory": WatchedCursor}


class _Watch:
    """The thread that looks after all watched connections of this process; it ends with the last of them."""

    def __init__(self) -> None:
        self._connections: WeakSet[WatchedConnection] = WeakSet()
        self._lock = Lock()
        self._thread: Thread | None = None

    def add(self, connection: WatchedConnection) -> None:
        """Watches one more."""
        with self._lock:
            self._connections.add(connection)
            # Not alive: ended, or left behind in the process that this one was forked from.
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="hanging", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            sleep(LOOK_EVERY)
            with self._lock:
                open_ones = [one for one in self._connections if not one.closed]
                if not open_ones:
                    self._thread = None
                    return
            for one in open_ones:
                one.end_if_overdue()
            del open_ones


_WATCH = _Watch()
