"""The one way in which this service asks other hosts: providers of identity, platforms of learning.

Whoever may enter an address here (an administrator, a registering platform) must not thereby reach what only this
machine can reach. So the host is resolved here, every address that it has must be a public one or one that the settings
allow, and the connection goes to the very address that was checked. An answer is bounded in bytes and in seconds, and
proxies of the environment are not used.
"""

import json
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any, Final, Protocol
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from dashapp.domain.errors import AnalyticsError

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host; raises OSError."""

LARGEST_ANSWER: Final = 1_048_576
"""Bytes, head included. Key sets and descriptions of providers are a few kilobytes."""
SECONDS: Final = 5.0
"""For one question with everything in it: name, connection, answer, and redirects."""
MOST_REDIRECTS: Final = 3
LONGEST_URL: Final = 2000
_TRANSLATED: Final = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
"""Networks behind which any IPv4 address may stand."""
_PIECE: Final = 65_536


class OutgoingError(AnalyticsError):
    """Another host could not be asked, or did not answer as it should; the text names no secret and no address.

    `status`: the answer's, where there was a whole one.
    """

    def __init__(self, words: str, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status


class AddressRefused(OutgoingError):
    """The address is none that this service may ask."""


class OutgoingSettings(Protocol):
    """What is needed of the settings."""

    @property
    def outgoing_networks(self) -> Sequence[str]:
        """Networks that may be asked although they are not public."""

    @property
    def outgoing_ca_file(self) -> Path | None:
        """Certificates that are trusted besides the system's."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request. `limit` counts bytes of the answer, `seconds` all the time that it may take."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    limit: int = LARGEST_ANSWER
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `url` is the address that answered, after redirects; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """The body as JSON. Raises OutgoingError."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise OutgoingError("The other host answered something that is no JSON.", self.status) from None


def resolve_by_system(host: str, port: int) -> list[str]:
    """The addresses of a host as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Outgoing:
    """Asks other hosts, guarded. Safe to share between threads; `resolve` is for tests."""

    def __init__(self, settings: OutgoingSettings, resolve: Resolve = resolve_by_system) -> None:
        self._networks = tuple(ip_network(word) for word in settings.outgoing_networks)
        self._ca_file = settings.outgoing_ca_file
        self._resolve = resolve

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Made at the first use: it reads the system's certificates.
        context = ssl.create_default_context()
        if self._ca_file is not None:
            context.load_verify_locations(self._ca_file)
        return context

    def get_json(self, url: str, headers: Mapping[str, str] | None = None, limit: int = LARGEST_ANSWER) -> Any:
        """The JSON at an address. Raises AddressRefused and OutgoingError."""
        return self._successful(Question(url, headers={"Accept": "application/json", **(headers or {})}, limit=limit))

    def post_form(self, url: str, values: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        """The JSON with which a form is answered. Raises AddressRefused and OutgoingError."""
        kind = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        return self._successful(Question(url, "POST", {**kind, **(headers or {})}, urlencode(values).encode("ascii")))

    def post_json(self, url: str, value: object, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON with which JSON is answered. Raises AddressRefused and OutgoingError."""
        kind = {"Accept": "application/json", "Content-Type": "application/json"}
        return self._successful(Question(url, "POST", {**kind, **(headers or {})}, json.dumps(value).encode()))

    def _successful(self, question: Question) -> Any:
        answer = self.ask(question)
        if not 200 <= answer.status < 300:
            raise OutgoingError(f"The other host answered {answer.status}.", answer.status)
        return answer.json()

    def ask(self, question: Question) -> Answer:
        """The answer, whatever its status. Raises AddressRefused and OutgoingError.

        A GET follows redirects, each to an address that is checked anew; headers go along to the same origin only.
        """
        deadline = monotonic() + question.seconds
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._ask_once(question, deadline)
            target = answer.headers.get("location")
            if answer.status not in (301, 302, 303, 307, 308) or target is None:
                return answer
            if question.method != "GET":
                raise OutgoingError("The other host wants the request to be sent elsewhere.", answer.status)
            question = _redirected(question, urljoin(question.url, target))
        raise OutgoingError("The other host leads in circles.")

    def check(self, url: str) -> None:
        """Raises AddressRefused for an address that may not be asked, as `ask` would: for what is entered."""
        parts = _parts_of(url)
        self._addresses(parts, monotonic() + SECONDS)

    def _ask_once(self, question: Question, deadline: float) -> Answer:
        parts = _parts_of(question.url)
        try:
            addresses = self._addresses(parts, deadline)
            with self._connected(parts, addresses, deadline) as connection:
                connection.settimeout(_left(deadline))
                connection.sendall(_written(question, parts))
                received = _read(connection, question, deadline)
        except OSError as error:
            words = "did not answer in time" if isinstance(error, TimeoutError) else "cannot be reached"
            raise OutgoingError(f"The other host {words}.") from error
        return _parsed(received, question)

    def _addresses(self, parts: SplitResult, deadline: float) -> list[Address]:
        """All addresses of the host. Raises AddressRefused where any of them may not be asked."""
        host, port = parts.hostname or "", _port(parts)
        found = _resolved(self._resolve, host, port, deadline)
        addresses = [ip_address(text.partition("%")[0]) for text in dict.fromkeys(found)]
        for address in addresses:
            if not (_is_public(address) or self._allows(address)):
                raise AddressRefused("This address is not a public one, so it is not asked.")
            if parts.scheme == "http" and not (address.is_loopback and self._allows(address)):
                raise AddressRefused("Only addresses that begin with https:// are asked.")
        if not addresses:
            raise OutgoingError("The other host cannot be found.")
        return addresses

    def _allows(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def _connected(self, parts: SplitResult, addresses: Sequence[Address], deadline: float) -> socket.socket:
        """A connection to one of the checked addresses, and to no other one."""
        failed: OSError = ConnectionRefusedError()
        for address in addresses:
            try:
                plain = socket.create_connection((str(address), _port(parts)), timeout=_left(deadline))
            except OSError as error:
                failed = error
                continue
            if parts.scheme == "http":
                return plain
            try:
                return self._tls.wrap_socket(plain, server_hostname=parts.hostname)
            except OSError:
                plain.close()
                raise
        raise failed


def _parts_of(url: str) -> SplitResult:
    """The parts of an address that has the right form. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        fits = bool(parts.hostname) and _port(parts) > 0 and len(url) <= LONGEST_URL
    except ValueError:
        fits = False
    if not fits or not url.isascii() or any(letter <= " " or letter == "\\" for letter in url):
        raise AddressRefused("This is not an address that can be asked.")
    if parts.scheme not in ("https", "http") or parts.username is not None or parts.password is not None:
        raise AddressRefused("Only addresses that begin with https:// are asked, without a user in them.")
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port if parts.port is not None else 443 if parts.scheme == "https" else 80


def _is_public(address: Address) -> bool:
    """Whether everybody can reach it: what stands for another address is judged by that one."""
    if isinstance(address, IPv6Address):
        if any(address in network for network in _TRANSLATED) or address.teredo is not None:
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return _is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _resolved(resolve: Resolve, host: str, port: int, deadline: float) -> Sequence[str]:
    """The addresses of a host. The system's look-up knows no time limit, so it is waited for in a thread."""
    found: list[Sequence[str]] = []

    def look_up() -> None:
        try:
            found.append(resolve(host, port))
        except (OSError, UnicodeError):
            found.append(())

    thread = Thread(target=look_up, name="outgoing-name", daemon=True)
    thread.start()
    thread.join(_left(deadline))
    if not found:
        raise OutgoingError("The other host did not answer in time.")
    return found[0]


def _left(deadline: float) -> float:
    """Seconds that are left. Raises TimeoutError when none are."""
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _redirected(question: Question, url: str) -> Question:
    before, after = urlsplit(question.url), _parts_of(url)
    same = (before.scheme, before.hostname, _port(before)) == (after.scheme, after.hostname, _port(after))
    kept = {name: value for name, value in question.headers.items() if name.lower() == "accept"}
    return replace(question, url=url, headers=question.headers if same else kept)


def _written(question: Question, parts: SplitResult) -> bytes:
    """The request as it goes over the wire; the connection ends with it."""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": parts.netloc, "Connection": "close", "Accept-Encoding": "identity", **question.headers}
    if question.body is not None:
        headers["Content-Length"] = str(len(question.body))
    if any("\r" in text or "\n" in text or not _is_latin(text) for pair in headers.items() for text in pair):
        raise AddressRefused("This is not a request that can be sent.")
    lines = [f"{question.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + (question.body or b"")


def _is_latin(text: str) -> bool:
    """Whether a header can hold it."""
    return all(letter <= "\u00ff" for letter in text)


def _read(connection: socket.socket, question: Question, deadline: float) -> bytes:
    """The whole answer as it came. Each piece may come late, all of them together may not."""
    received = bytearray()
    while not _is_whole(received):
        connection.settimeout(_left(deadline))
        piece = connection.recv(_PIECE)
        if not piece:
            break
        received += piece
        if len(received) > question.limit:
            raise OutgoingError("The other host answered more than is taken.")
    return bytes(received)


def _is_whole(received: bytearray) -> bool:
    """Whether nothing more needs to be waited for, where the head says how much there is. Looks at a large answer
    without copying it."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    begin = end + len(b"\r\n\r\n")
    for line in bytes(received[:end]).lower().split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name == b"content-length" and value.strip().isdigit():
            return len(received) - begin >= int(value)
        if name == b"transfer-encoding":
            return received.endswith(b"\r\n0\r\n\r\n") or received[begin:] == b"0\r\n\r\n"
    return False


class _Received:
    """What `HTTPResponse` needs of a socket."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self._received)


def _parsed(received: bytes, question: Question) -> Answer:
    response = HTTPResponse(_Received(received), method=question.method)  # type: ignore[arg-type]  # it only reads
    try:
        response.begin()
        body = response.read()
    except (HTTPException, ValueError):
        raise OutgoingError("The other host answered something that is no HTTP.") from None
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, body, question.url)
