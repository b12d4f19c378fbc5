"""Files as downloads. One that is larger than a web process has memory is named, and the server sends it in pieces."""

from collections.abc import Iterable, Iterator
from io import RawIOBase, StringIO
from pathlib import Path
from typing import IO, Final

from flask import Response, request

from dashapp.domain.spreadsheets import write_lines

SEND: Final = "la.send_file"
"""Where the WSGI environment has what takes the opened file, below a server that sends files by itself."""
PIECE: Final = 1 << 18
"""Bytes that are read at once."""


def send_rows(rows: Iterable[Iterable[object]], name: str) -> Response:
    """The answer with these rows as CSV, the head first."""
    text = StringIO()
    write_lines(text, rows)
    return _attached(Response(text.getvalue(), content_type="text/csv; charset=utf-8"), name)


def send_file_from(path: Path, name: str, kind: str, version: str) -> Response:
    """The answer with a file, or with the part of it that is asked for: a download that broke off goes on where it
    stood.

    `version`: a digest of the file; a part of another one is answered by the whole. Raises OSError.
    """
    size = path.stat().st_size
    asked = request.if_range
    same = asked.date is None and asked.etag in (None, version)
    wanted = request.range if same else None
    found = None if wanted is None or len(wanted.ranges) != 1 else wanted.range_for_length(size)
    if wanted is not None and found is None and len(wanted.ranges) == 1:
        response = Response(status=416)
        response.headers["Content-Range"] = f"bytes */{size}"
        return response
    first, end = found or (0, size)
    # Opened now: a file that is removed meanwhile is sent to its end all the same.
    file = path.open("rb")
    file.seek(first)
    response = _answer(_Part(file, end - first), kind)
    if found is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    # After the body is set, which counts its own bytes.
    response.headers["Content-Length"] = str(end - first)
    response.headers["Accept-Ranges"] = "bytes"
    response.set_etag(version)
    return _attached(response, name)


def send_bytes(body: bytes, name: str, kind: str) -> Response:
    """The answer with a file that is made for it, and small enough to be held."""
    return _attached(Response(body, content_type=kind), name)


class _Part(RawIOBase):
    """So many bytes of a file, from where it stands."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file = file
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """At most so many of those that are left; none at the end."""
        piece = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
        super().close()


def _answer(file: IO[bytes] | _Part, kind: str) -> Response:
    """The file goes out by the server that takes it, or in pieces from here."""
    take = request.environ.get(SEND)
    response = Response(_pieces(file) if take is None else b"", content_type=kind)
    if take is not None:
        take(file)
    return response


def _attached(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _pieces(file: IO[bytes] | _Part) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
