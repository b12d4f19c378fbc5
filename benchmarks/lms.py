"""A learning platform for benchmarks, over HTTPS, on another site than the service: a course with a link to the tool.

It does what LTI 1.3 asks of a platform at a launch, and nothing slow: what is measured is the service. Its certificate
is its own authority. TLS of the service ends in front of it, as a proxy does in production.
"""

import asyncio
import html
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask, jsonify, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

from dashapp.domain.events import Role
from dashapp.domain.lti import CLAIM, RESOURCE_LINK, VERSION

CLIENT, DEPLOYMENT = "benchmark", "1"
_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_ROLES = {Role.TEACHER: f"{_MEMBERSHIP}#Instructor", Role.LEARNER: f"{_MEMBERSHIP}#Learner"}
_COURSE = """<!doctype html><meta charset="utf-8"><title>Course</title>
<a id="open" target="tool" href="{link}">Learning analytics</a>
<iframe name="tool" width="1000" height="800"></iframe>"""
_POST = """<!doctype html><meta charset="utf-8"><form method="post" action="{to}">
<input name="id_token" value="{token}"><input name="state" value="{state}"></form>
<script>document.forms[0].submit()</script>"""


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_request(self, *_arguments: Any) -> None:
        """Says nothing."""


@dataclass(slots=True)
class Lms:
    """The platform. Its course page is at `/course/<role>/<name of the person>`."""

    tool: str
    """The address of the service."""
    context: str
    """What it calls its one course."""
    key: RSAKey
    url: str = ""
    login: str = ""
    """The path at which it begins at the service."""

    def server(self) -> Flask:
        """Its pages and its key set."""
        server = Flask("lms")

        @server.route("/course/<role>/<sub>")
        def course(role: str, sub: str) -> str:
            said = {
                "iss": self.url,
                "login_hint": f"{role} {sub}",
                "target_link_uri": f"{self.tool}/lti/launch",
                "client_id": CLIENT,
            }
            return _COURSE.format(link=html.escape(f"{self.tool}{self.login}?{urlencode(said)}"))

        @server.route("/auth")
        def authorize() -> str:
            role, _space, sub = request.args["login_hint"].partition(" ")
            token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, self._claims(Role(role), sub), self.key)
            to = html.escape(f"{self.tool}/lti/launch")
            return _POST.format(to=to, token=token, state=html.escape(request.args["state"]))

        @server.route("/keys")
        def keys() -> Any:
            return jsonify({"keys": [self.key.as_dict(private=False)]})

        return server

    def _claims(self, role: Role, sub: str) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.url,
            "aud": CLIENT,
            "sub": sub,
            "iat": now,
            "exp": now + 60,
            "nonce": request.args["nonce"],
            f"{CLAIM}message_type": RESOURCE_LINK,
            f"{CLAIM}version": VERSION,
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": f"{self.tool}/lti/launch",
            f"{CLAIM}roles": [_ROLES[role]],
            f"{CLAIM}context": {"id": self.context, "title": "Course"},
            f"{CLAIM}resource_link": {"id": "link"},
        }


@contextmanager
def platform(tool: str, context: str, tls: ssl.SSLContext) -> Iterator[Lms]:
    """The platform, running on 127.0.0.1."""
    lms = Lms(tool, context, RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "key"}))
    server = make_server("127.0.0.1", 0, lms.server(), threaded=True, ssl_context=tls, request_handler=_Quiet)
    lms.url = f"https://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield lms
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def https_before(port: int, tls: ssl.SSLContext) -> Iterator[str]:
    """The address on 127.0.0.2 whose TLS ends here, and whose bytes go to a port of 127.0.0.1."""
    loop = asyncio.new_event_loop()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_service, to_service = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(carry(reader, to_service), carry(from_service, writer))

    server = loop.run_until_complete(asyncio.start_server(connect, "127.0.0.2", 0, ssl=tls))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.2:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of 127.0.0.1 that is its own authority: its file, and the server's side."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "benchmark")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "certificate.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private.write_bytes(key.private_bytes(*form))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    return chain, context
