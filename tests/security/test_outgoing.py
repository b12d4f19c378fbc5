"""What this service asks of other hosts: public ones only, whatever names resolve to, in bounds of size and time."""

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashapp.security.outgoing import AddressRefused, Outgoing, OutgoingError, Question
from tests.security.loopback import Asked, LoopbackHost, Reply, answering, certificate_for


@dataclass(frozen=True)
class Allowing:
    outgoing_networks: Sequence[str] = ()
    outgoing_ca_file: Path | None = None


LOOPBACK = Allowing(("127.0.0.0/8",))


def reply(asked: Asked) -> Reply:
    """By path: what a helpful host answers, and what a hostile one does."""
    match asked.path:
        case "/json":
            return 200, {}, json.dumps({"said": asked.body.decode()}).encode()
        case "/huge":
            return 200, {}, b"[" + b"1," * 1_000_000 + b"1]"
        case "/deep":
            return 200, {}, b"[" * 200_000
        case "/text":
            return 200, {}, b"<html>"
        case "/to-json":
            return 302, {"Location": "/json"}, b""
        case "/circle":
            return 302, {"Location": "/circle"}, b""
        case "/to-file":
            return 302, {"Location": "file:///etc/passwd"}, b""
        case "/to-metadata":
            return 302, {"Location": "http://169.254.169.254/latest/meta-data"}, b""
        case "/to-private":
            return 302, {"Location": "https://10.0.0.1/"}, b""
        case _:
            return 404, {}, b"{}"


@pytest.fixture(scope="module")
def host() -> Iterator[LoopbackHost]:
    with answering(reply) as running:
        yield running


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1:8443/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.1.2.3]/",
        "https://[2002:7f00:1::]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[ff02::1]/",
        "https://0.0.0.0/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://localhost/",
        "http://8.8.8.8/",
        "file:///etc/passwd",
        "ftp://8.8.8.8/",
        "gopher://8.8.8.8/",
        "https://user:word@8.8.8.8/",
        "https://8.8.8.8:0/",
        "https://8.8.8.8:99999/",
        "https://8.8.8.8/a b",
        "https://8.8.8.8\\@10.0.0.1/",
        "https:///path",
        "//8.8.8.8/",
        "",
    ],
)
def test_what_is_no_public_address_is_never_asked(url: str) -> None:
    with pytest.raises(AddressRefused):
        Outgoing(Allowing()).ask(Question(url))


@pytest.mark.parametrize("addresses", [["10.0.0.7"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["fe80::1%eth0"]])
def test_a_name_that_leads_to_a_private_address_is_not_asked(addresses: list[str]) -> None:
    outgoing = Outgoing(Allowing(), resolve=lambda _host, _port: addresses)

    with pytest.raises(AddressRefused):
        outgoing.get_json("https://provider.example/keys")
    with pytest.raises(AddressRefused):
        outgoing.check("https://provider.example/keys")


def test_a_name_is_resolved_once_and_that_very_address_is_asked(tmp_path: Path) -> None:
    trusted, tls = certificate_for(tmp_path, "provider.example")
    resolved: list[str] = []

    def resolve(name: str, _port: int) -> list[str]:
        resolved.append(name)
        return ["127.0.0.1"] if len(resolved) == 1 else ["10.0.0.1"]

    with answering(reply, tls) as host:
        port = host.url.rpartition(":")[2]
        outgoing = Outgoing(Allowing(("127.0.0.0/8",), trusted), resolve=resolve)
        assert outgoing.get_json(f"https://provider.example:{port}/json") == {"said": ""}

    assert resolved == ["provider.example"]
    assert host.asked[0].headers["host"] == f"provider.example:{port}"


def test_a_certificate_of_another_name_or_of_nobody_known_is_refused(tmp_path: Path) -> None:
    trusted, tls = certificate_for(tmp_path, "provider.example")
    with answering(reply, tls) as host:
        port = host.url.rpartition(":")[2]
        for settings, name in ((LOOPBACK, "provider.example"), (Allowing(("127.0.0.0/8",), trusted), "other.example")):
            outgoing = Outgoing(settings, resolve=lambda _host, _port: ["127.0.0.1"])
            with pytest.raises(OutgoingError):
                outgoing.get_json(f"https://{name}:{port}/json")
    assert host.asked == []


def test_an_allowed_loopback_is_asked_without_tls_and_nothing_else_is(host: LoopbackHost) -> None:
    outgoing = Outgoing(LOOPBACK)

    assert outgoing.get_json(f"{host.url}/json") == {"said": ""}
    assert outgoing.post_form(f"{host.url}/json", {"code": "a b&c"}) == {"said": "code=a+b%26c"}
    assert outgoing.post_json(f"{host.url}/json", [1]) == {"said": "[1]"}
    with pytest.raises(AddressRefused):
        Outgoing(Allowing(("10.0.0.0/8",))).get_json("http://10.0.0.1/")


def test_a_redirect_is_followed_to_an_address_that_is_checked_anew(host: LoopbackHost) -> None:
    outgoing = Outgoing(LOOPBACK)

    assert outgoing.get_json(f"{host.url}/to-json") == {"said": ""}
    for path in ("/to-file", "/to-metadata", "/to-private"):
        with pytest.raises(AddressRefused):
            outgoing.get_json(f"{host.url}{path}")
    with pytest.raises(OutgoingError, match="circles"):
        outgoing.get_json(f"{host.url}/circle")
    with pytest.raises(OutgoingError, match="elsewhere"):
        outgoing.post_form(f"{host.url}/to-json", {})


def test_a_secret_in_a_header_does_not_follow_to_another_origin(host: LoopbackHost) -> None:
    def elsewhere(_asked: Asked) -> Reply:
        return 302, {"Location": f"{host.url}/json"}, b""

    with answering(elsewhere) as other:
        Outgoing(LOOPBACK).get_json(f"{other.url}/", {"Authorization": "Bearer secret"})

    assert other.asked[-1].headers["authorization"] == "Bearer secret"
    assert "authorization" not in host.asked[-1].headers


def test_answers_that_are_too_large_or_make_no_sense_are_given_up(host: LoopbackHost) -> None:
    outgoing = Outgoing(LOOPBACK)

    with pytest.raises(OutgoingError, match="more than is taken"):
        outgoing.get_json(f"{host.url}/huge")
    for path in ("/deep", "/text"):
        with pytest.raises(OutgoingError, match="no JSON"):
            outgoing.get_json(f"{host.url}{path}")
    with pytest.raises(OutgoingError, match="404") as failed:
        outgoing.get_json(f"{host.url}/missing")
    assert failed.value.status == 404
    with pytest.raises(AddressRefused):
        outgoing.get_json(f"{host.url}/json", {"X": "a\r\nY: b"})


def test_an_answer_that_drips_in_is_given_up_when_its_time_is_over() -> None:
    stopping = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            # Each byte comes in time for a limit that begins anew with every byte.
            while not stopping.wait(0.02):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,), daemon=True)
        thread.start()
        try:
            with pytest.raises(OutgoingError, match="in time"):
                Outgoing(LOOPBACK).ask(Question(f"http://127.0.0.1:{listening.getsockname()[1]}/", seconds=0.3))
        finally:
            stopping.set()
            thread.join()


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    released = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        released.wait()
        return ["8.8.8.8"]

    try:
        with pytest.raises(OutgoingError, match="in time"):
            Outgoing(Allowing(), resolve=resolve).ask(Question("https://provider.example/", seconds=0.1))
    finally:
        released.set()


def test_a_body_in_pieces_is_put_together() -> None:
    def in_pieces(_asked: Asked) -> Reply:
        body = b"4\r\n[1,2\r\n3\r\n,3]\r\n0\r\n\r\n"
        return 200, {"Content-Length": "", "Transfer-Encoding": "chunked"}, body

    with answering(in_pieces) as host:
        assert Outgoing(LOOPBACK).get_json(f"{host.url}/") == [1, 2, 3]


def test_a_proxy_of_the_environment_is_not_used(host: LoopbackHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")

    assert Outgoing(LOOPBACK).get_json(f"{host.url}/json") == {"said": ""}
