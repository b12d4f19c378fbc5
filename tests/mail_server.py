"""A mail server for tests: real SMTP over a real socket, with STARTTLS or TLS, that can refuse, hang up, or take."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

HANG_UP = ""
"""In the place of an answer."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail as it came."""

    sender: str
    recipients: tuple[str, ...]
    mail: EmailMessage
    encrypted: bool


@dataclass
class MailBox:
    """What has come, and how the server answers."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    replies: dict[str, list[str]] = field(default_factory=dict)
    """By address: the answers to RCPT, one per try, before it is taken."""
    after_data: dict[str, str] = field(default_factory=dict)
    """By address: the answer to the whole mail; "" hangs up without one, after the mail was taken."""
    before_answer: Callable[[str], None] = lambda address: None
    logins: list[str] = field(default_factory=list)

    def to(self, address: str) -> list[Taken]:
        return [one for one in self.taken if address in one.recipients]


class _Handler(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self) -> None:
        server = cast("_Server", self.server)
        server.box.connections += 1
        self.box, self.encrypted, self.sender, self.to = server.box, server.tls_at_once, "", list[str]()
        if server.tls_at_once:
            try:
                self._encrypt()
            except (ssl.SSLError, OSError):
                return
        self._say("220 mail.test ready")
        while line := self.rfile.readline():
            words = line.decode().strip()
            if not self._answer(words.partition(" ")[0].upper(), words):
                return

    def _answer(self, verb: str, line: str) -> bool:
        """Whether the connection goes on."""
        server = cast("_Server", self.server)
        if verb == "EHLO":
            offered = ["mail.test", "8BITMIME", "AUTH PLAIN"]
            if server.context is not None and not self.encrypted:
                offered.append("STARTTLS")
            for place, word in enumerate(offered):
                self._say(f"250{'-' if place < len(offered) - 1 else ' '}{word}")
        elif verb == "STARTTLS":
            self._say("220 go on")
            try:
                self._encrypt()
            except (ssl.SSLError, OSError):
                return False
        elif verb == "AUTH":
            self.box.logins.append(line)
            self._say("235 welcome")
        elif verb == "MAIL":
            self.sender = line.partition(":")[2].partition(">")[0].strip().lstrip("<")
            self._say("250 ok")
        elif verb == "RCPT":
            return self._recipient(line.partition(":")[2].partition(">")[0].strip().lstrip("<"))
        elif verb == "DATA":
            return self._data()
        elif verb == "QUIT":
            self._say("221 bye")
            return False
        else:
            self.to = []
            self._say("250 ok")
        return True

    def _recipient(self, address: str) -> bool:
        """Whether the connection goes on."""
        waiting = self.box.replies.get(address)
        if not waiting:
            self.to.append(address)
            self._say("250 ok")
            return True
        if waiting[0] != HANG_UP:
            self._say(waiting[0])
        return waiting.pop(0) != HANG_UP

    def _data(self) -> bool:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=default)
        address = self.to[0]
        said = self.box.after_data.get(address, "250 taken")
        if said in ("", "250 taken"):
            self.box.taken.append(Taken(self.sender, tuple(self.to), mail, self.encrypted))
        self.box.before_answer(address)
        self.to = []
        if not said:
            return False
        self._say(said)
        return True

    def _encrypt(self) -> None:
        context = cast("_Server", self.server).context
        assert context is not None
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.encrypted = True

    def finish(self) -> None:
        """An encrypted connection is another socket than the one that the server knows."""
        super().finish()
        self.connection.close()

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, box: MailBox, options: Mapping[str, Any]) -> None:
        self.box = box
        self.context: ssl.SSLContext | None = options.get("context")
        self.tls_at_once = bool(options.get("tls_at_once"))
        super().__init__(("127.0.0.1", 0), _Handler)


@contextmanager
def mail_server(**options: Any) -> Iterator[MailBox]:
    """Runs one; `context`: its certificate, for STARTTLS; `tls_at_once`: TLS from the first byte."""
    box = MailBox()
    with _Server(box, options) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
