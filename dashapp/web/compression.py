"""Answers travel compressed: scripts and styles once and kept, JSON as it comes.

Brotli at quality 9 takes 0.1 s for the largest script and is within a tenth of what quality 11 reaches in 2.4 s, so
scripts are compressed at their first request instead of in a build step.
"""

import gzip
from hashlib import blake2b
from typing import Final

import brotli
from flask import Flask, Response, request

SMALLEST: Final = 1000
"""Bytes; below that, compression saves no packet."""
KEPT_QUALITY: Final = 9
PASSING_QUALITY: Final = 4
"""150 kB of JSON in 2 ms."""
MOST_KEPT: Final = 400
"""Files; there are some sixty."""
COMPRESSIBLE: Final = ("application/json", "application/javascript", "image/svg+xml", "text/")


class Compression:
    """Compresses the answers of one server. Safe to share between threads: at worst a file is compressed twice."""

    def __init__(self, kept_below: tuple[str, ...]) -> None:
        """`kept_below`: paths of files, whose answers are the same for everybody."""
        self._kept_below = kept_below
        self._kept: dict[tuple[bytes, str], bytes] = {}

    def install(self, server: Flask) -> None:
        """Compresses what this server answers from now on."""
        server.after_request(self._compress)

    def _compress(self, response: Response) -> Response:
        compressible = (response.mimetype or "").startswith(COMPRESSIBLE)
        if response.status_code != 200 or not compressible or "Content-Encoding" in response.headers:
            return response
        response.direct_passthrough = False  # files come as a stream of their own kind
        response.vary.add("Accept-Encoding")
        encoding = _best_encoding()
        body = response.get_data()
        if encoding is None or len(body) < SMALLEST:
            return response
        response.set_data(self._encoded(body, encoding))
        response.headers["Content-Encoding"] = encoding
        if "ETag" in response.headers:
            response.set_etag(f"{response.get_etag()[0]}-{encoding}", weak=True)
            response.make_conditional(request)
        return response

    def _encoded(self, body: bytes, encoding: str) -> bytes:
        if not request.path.startswith(self._kept_below):
            return _squeeze(body, encoding, PASSING_QUALITY)
        # By the content: addresses of one file are endlessly many, since fingerprints and queries may say anything.
        key = (blake2b(body, digest_size=20).digest(), encoding)
        kept = self._kept.get(key)
        if kept is None:
            kept = _squeeze(body, encoding, KEPT_QUALITY)
            if len(self._kept) < MOST_KEPT:
                self._kept[key] = kept
        return kept


def _best_encoding() -> str | None:
    for encoding in ("br", "gzip"):
        if request.accept_encodings[encoding]:
            return encoding
    return None


def _squeeze(body: bytes, encoding: str, quality: int) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=quality))
    return gzip.compress(body, compresslevel=6)
