"""A web server on the loopback whose answers a test decides, with TLS by an authority of its own where asked."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUTHORITY = "a test's own authority"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request said."""

    method: str
    path: str
    """With its query."""
    headers: dict[str, str]
    body: bytes


Reply = tuple[int, dict[str, str], bytes]
Answers = Callable[[Asked], Reply]


@dataclass(slots=True)
class LoopbackHost:
    """A server that runs. `asked` is everything that it has been asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def answering(answers: Answers, tls: ssl.SSLContext | None = None) -> Iterator[LoopbackHost]:
    """A server on a free port; each request has a thread of its own."""
    host = LoopbackHost("")

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            host.asked.append(asked)
            status, answered, body = answers(asked)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **answered}.items():
                if not value:
                    continue
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _answer  # noqa: N815 - http.server finds them by these names

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    host.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certificate_for(folder: Path, *names: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate for these names, 127.0.0.1 and 127.0.0.2, by an authority of its own.

    Gives the authority's PEM file and the server's side. The folder holds `certificate.pem` and `key.pem` besides.
    """
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _named(AUTHORITY, authority_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    alternatives = [
        *(x509.DNSName(name) for name in names),
        *(x509.IPAddress(ip_address(address)) for address in ("127.0.0.1", "127.0.0.2")),
    ]
    certificate = (
        _named("a test's server", key.public_key())
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
    )
    trusted, chain, private = (folder / name for name in ("authority.pem", "certificate.pem", "key.pem"))
    trusted.write_bytes(authority.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    chain.write_bytes(certificate.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    return trusted, context


def _named(name: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    """What both certificates have in common: issued by the authority, from yesterday until tomorrow."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, AUTHORITY)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
