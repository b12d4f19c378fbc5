"""`/live` over real connections: answered by the connection itself, in the order of the questions."""

import http.client
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dashapp.data.database import Database
from dashapp.domain.clock import system_clock
from dashapp.observability.metrics import build_metrics
from dashapp.security.sessions import Sessions
from dashapp.security.topics import Topic, Topics
from dashapp.settings import load_settings
from dashapp.web.connections import MOST_AT_ONCE
from dashapp.web.live import LiveApp
from dashapp.web.serve import QuietServer, server_config
from dashapp.web.ticks import ticking
from tests.campus import Campus
from tests.waiting import await_that

ALIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
"""What the application itself answers, in a task."""


@dataclass(frozen=True)
class Page:
    """An open page's own words."""

    port: int
    app: LiveApp
    address: str
    cookie: str

    def raw(self, method: str = "GET", more: str = "", body: bytes = b"") -> bytes:
        return f"{method} {self.address} HTTP/1.1\r\nHost: x\r\nCookie: {self.cookie}\r\n{more}\r\n".encode() + body

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)


@pytest.fixture(scope="module")
def page(module_database: Database, campus: Campus) -> Iterator[Page]:
    settings = load_settings(_env_file=None, public_url="http://127.0.0.1")
    college, ada = campus.organisation_id, campus.people["Ada Abel"]
    session = Sessions(settings.secret_keys, system_clock, module_database).issue(college, ada.public_id)
    topic = Topics(settings.secret_keys).sign(Topic(college, ada.public_id, person=ada.person_id))
    with ticking(settings, module_database, build_metrics()) as app, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = QuietServer(server_config(app, settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        page = Page(listening.getsockname()[1], app, f"/live?topic={topic}", f"la_session={session}")
        await_that(lambda: asked(page)[0] == 200)
        yield page
        server.should_exit = True
        thread.join()


def asked(page: Page, etag: str = "") -> tuple[int, str]:
    """Status and version, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=60)
    connection.request("GET", page.address, headers={"Cookie": page.cookie, "If-None-Match": etag})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers["etag"]


def heads(told: bytes) -> list[bytes]:
    """The first lines of answers, in their order. A body has no end of line."""
    return re.findall(rb"HTTP/1\.1 [^\r]+", told)


def said(connection: socket.socket) -> bytes:
    """Everything until the connection is ended."""
    told = b""
    while piece := connection.recv(65_536):
        told += piece
    return told


def test_a_kept_connection_is_answered_again_and_again(page: Page) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=60)
    known, told = "", []
    for method in ("GET", "GET", "HEAD", "GET", "POST", "GET"):
        connection.request(method, page.address, headers={"Cookie": page.cookie, "If-None-Match": known})
        answer = connection.getresponse()
        told.append((answer.status, len(answer.read()) > 0))
        known = answer.headers["etag"] or known
        assert answer.headers["date"]
        assert answer.headers["cache-control"] == "no-store" or answer.status == 405
    connection.close()

    assert told == [(200, True), (304, False), (304, False), (304, False), (405, False), (304, False)]


def test_head_says_what_get_would_without_its_body(page: Page) -> None:
    with page.connect() as connection:
        connection.sendall(page.raw() + page.raw("HEAD") + page.raw(more="Connection: close\r\n"))
        told = said(connection)

    assert heads(told) == [b"HTTP/1.1 200 OK"] * 3
    assert told.count(b"content-length: ") == 3
    assert told.count(b'{"version"') == 2
    assert told.count(b"connection: close") == 1


@pytest.mark.parametrize("more", ["Content-Length: 5\r\n", "Content-Length: 5\r\nExpect: 100-continue\r\n"])
def test_a_body_that_nobody_wants_is_passed_over(page: Page, more: str) -> None:
    with page.connect() as connection:
        connection.sendall(page.raw() + page.raw(more=more, body=b"GET /"))
        connection.sendall(page.raw(more="Connection: close\r\n"))
        told = said(connection)

    assert heads(told) == [b"HTTP/1.1 200 OK"] * 3


def test_an_old_client_s_connection_ends_with_its_answer(page: Page) -> None:
    with page.connect() as connection:
        connection.sendall(page.raw() + page.raw().replace(b"HTTP/1.1", b"HTTP/1.0"))
        told = said(connection)

    assert heads(told) == [b"HTTP/1.1 200 OK"] * 2
    assert told.count(b"connection: close") == 1


def test_questions_are_answered_in_their_order(page: Page) -> None:
    many = MOST_AT_ONCE // 2 - 1
    with page.connect() as connection:
        connection.sendall(page.raw() + (ALIVE + page.raw("POST")) * many + page.raw(more="Connection: close\r\n"))
        told = said(connection)

    assert heads(told)[1:-1] == [b"HTTP/1.1 200 OK", b"HTTP/1.1 405 Method Not Allowed"] * many


def test_who_asks_without_waiting_for_answers_is_ended(page: Page) -> None:
    with page.connect() as connection:
        connection.sendall(page.raw())
        assert connection.recv(65_536)
        connection.settimeout(60)
        sent, asking = 0, page.raw() * 1_000
        with pytest.raises(ConnectionError):
            while True:
                sent += connection.send(asking)
                assert sent < 50_000_000
    assert asked(page)[0] == 200


def test_too_many_questions_at_once_are_refused_in_words(page: Page) -> None:
    with page.connect() as connection:
        connection.sendall(b"GET /live HTTP/1.1\r\n\r\n" * (MOST_AT_ONCE + 1))
        told = said(connection)

    assert heads(told)[-1] == b"HTTP/1.1 429 Too Many Requests"
    assert told.endswith(b"These are too many requests at once.")


def test_who_fetches_no_answers_is_not_answered_without_end(page: Page) -> None:
    with page.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.sendall(page.raw())
        assert connection.recv(65_536)
        connection.settimeout(2)
        sent, asking = 0, page.raw() * (MOST_AT_ONCE // 2)
        with pytest.raises((TimeoutError, ConnectionError)):
            while True:
                sent += connection.send(asking)
                assert sent < 50_000_000
    assert asked(page)[0] == 200


def test_what_goes_wrong_is_not_taken_for_the_client_s_error(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object) -> None:
        raise RuntimeError

    with page.connect() as connection:
        connection.sendall(page.raw())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        monkeypatch.setattr(LiveApp, "_tell", fail)
        connection.sendall(page.raw())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 500 ")


def test_another_address_and_another_spelling_are_the_application_s(page: Page) -> None:
    with page.connect() as connection:
        connection.sendall(page.raw() + ALIVE + page.raw().replace(b"/live?", b"/lives?"))
        connection.sendall(page.raw(more="Connection: close\r\n").replace(b"/live?", b"/l%69ve?"))
        told = said(connection)

    assert heads(told) == [b"HTTP/1.1 200 OK", b"HTTP/1.1 200 OK", b"HTTP/1.1 404 Not Found", b"HTTP/1.1 200 OK"]


def test_each_answer_is_counted(page: Page) -> None:
    timed = page.app.timed._timers
    before = {key: sum(bucket.get() for bucket in timer._buckets) for key, timer in timed.items()}  # type: ignore[attr-defined]  # Prometheus' own
    with page.connect() as connection:
        connection.sendall(page.raw() * 4 + page.raw(more="Connection: close\r\n"))
        said(connection)
    after = {key: sum(bucket.get() for bucket in timer._buckets) for key, timer in timed.items()}  # type: ignore[attr-defined]  # Prometheus' own

    assert after["GET", 2] - before["GET", 2] == 5
