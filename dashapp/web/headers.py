"""What every answer tells the browser: where scripts may come from, who may frame the page, what may be kept."""

from collections.abc import Sequence
from typing import Final

from flask import Flask, Response, request

from dashapp.security.assets import JOINED
from dashapp.security.frames import framed_by, sent_to
from dashapp.web.versions import SUITES, is_this_version, names_a_version

FINGERPRINTED: Final = "public, max-age=31536000, immutable"
"""For addresses that change with their content."""
UNNAMED: Final = "public, max-age=86400"
"""For files that somebody asks for by their bare names."""
ASKED_AGAIN: Final = "public, no-cache"
"""Kept, but only used when the server says that it is still the same."""
OF_ANOTHER_VERSION: Final = "no-store"
"""For addresses that name another content than the one that lies here."""


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Only own scripts, and the inline ones with these hashes. Styles: Dash and plotly set them inline.

    Who may frame an answer, and where its forms may go, is added to each.
    """
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(("'self'", *script_hashes)),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def sources(rule: str, others: Sequence[str]) -> str:
    """A rule that allows this service, and other origins."""
    return " ".join((rule, "'self'", *others))


def _kept(path: str, mark: str | None) -> str:
    """For how long a file may be kept. A hash of the content stands in the address of our own files, a version in that
    of components; but not in that of the parts which a component loads later."""
    if f"/assets/{JOINED}/" in path:
        return FINGERPRINTED  # under any other name than that of its content it would not be there
    if names_a_version(path, mark):
        return FINGERPRINTED if is_this_version(path, mark) else OF_ANOTHER_VERSION
    return ASKED_AGAIN if SUITES in path else UNNAMED


class SecurityHeaders:
    """Sets the headers on every answer of one server."""

    def __init__(self, kept_below: tuple[str, ...], *, strict_transport: bool) -> None:
        self.policy = content_security_policy(())
        """Replaced when all inline scripts are known."""
        self._kept_below = kept_below
        self._strict_transport = strict_transport

    def install(self, server: Flask) -> None:
        """Sets the headers from now on."""
        server.after_request(self._set)

    def _set(self, response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = "; ".join(
            (self.policy, sources("form-action", sent_to()), sources("frame-ancestors", framed_by()))
        )
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if self._strict_transport:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.path.startswith(self._kept_below) and response.status_code in (200, 304):
            headers["Cache-Control"] = _kept(request.path, request.args.get("m"))
        elif "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        own = request.host_url
        if headers.get("Location", "").startswith(own):
            # The router answers a missing slash with the name by which it was asked; the browser may know another one.
            headers["Location"] = "/" + headers["Location"].removeprefix(own).lstrip("/")
        return response
