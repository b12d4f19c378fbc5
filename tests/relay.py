"""A relay before a server's unix socket, which can hang: it keeps all connections, takes new ones, hands on nothing."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

_PIECE = 65_536


class Relay:
    """Hands on what comes at a port of the loopback, and back, unless it hangs."""

    def __init__(self, server: Path) -> None:
        """`server`: its unix socket."""
        self._server = server
        self._flows, self._ends = Event(), Event()
        self._flows.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._threads = [Thread(target=self._accept, daemon=True)]
        self._sockets = [self._listening]

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Nothing comes through; what was sent meanwhile comes through afterwards."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    def start(self) -> None:
        """Takes connections from now on."""
        self._threads[0].start()

    def stop(self) -> None:
        """Ends all connections."""
        self._ends.set()
        self._flows.set()
        for one in self._sockets:
            # Closing alone would not wake who waits for it.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in self._sockets:
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._ends.is_set():
                client, _address = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                self._sockets += [client, server]
                server.connect(str(self._server))
                for ends in ((client, server), (server, client)):
                    thread = Thread(target=self._hand_on, args=ends, daemon=True)
                    self._threads.append(thread)
                    thread.start()

    def _hand_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(_PIECE):
                self._flows.wait()
                other.sendall(piece)
        self._flows.wait()
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)


@contextmanager
def relay_to(server: Path) -> Iterator[Relay]:
    """A relay that runs."""
    relay = Relay(server)
    relay.start()
    try:
        yield relay
    finally:
        relay.stop()
