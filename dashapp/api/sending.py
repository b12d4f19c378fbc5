"""Files that are larger than a web process has memory: a handler names one, and the server sends it in pieces."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from flask import Response, request

SEND: Final = "la.send_file"
"""Where the WSGI environment has what takes the opened file, below a server that sends files by itself."""
PIECE: Final = 1 << 18
"""Bytes that are read at once."""


def send_file_whole(path: Path, name: str, kind: str) -> Response:
    """The answer with a file of this size from here to its end; ranges are not answered.

    Raises OSError where it cannot be opened.
    """
    # Opened now: a file that is removed meanwhile is sent to its end all the same.
    file = path.open("rb")
    size = path.stat().st_size
    take = request.environ.get(SEND)
    response = Response(_pieces(file) if take is None else b"", content_type=kind)
    if take is not None:
        take(file)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    # After the body is set, which counts its own bytes.
    response.headers["Content-Length"] = str(size)
    response.headers["Accept-Ranges"] = "none"
    response.headers["Cache-Control"] = "no-store"
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
