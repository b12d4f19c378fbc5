"""Files of text as people export them: packed or not, in any encoding, read line by line so that memory stays flat.

What a file is written in is found by looking at all of it, once; the same look gives its digest.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, Final

from dashapp.domain.errors import AnalyticsError

BROKEN: Final = (EOFError, zlib.error, gzip.BadGzipFile)
"""How a packed file shows that it was cut off or damaged."""
CUT_OFF: Final = "the packed file is cut off or damaged here; what follows is missing"
_PIECE: Final = 1 << 20
_MOST_PACKED: Final = 200
"""Times as large as it is packed: tables and statements are 5 to 50 times as large."""
_SMALL_FLOOD: Final = 256 << 20
"""Bytes that any packed file may have."""
_GZIP: Final = b"\x1f\x8b"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LATIN: Final = "cp1252"
"""Latin-1 as it is really written: with the quotes, dashes and the euro of Windows."""


class FileError(AnalyticsError):
    """A file cannot be read at all: its text is one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is, after a look at all of it."""

    path: Path
    encoding: str
    digest: bytes
    size: int
    """Bytes on the disk."""
    packed: bool
    doubtful: bool = False
    """Whether single places are no text in the encoding, or hold NUL: lines have to be looked at one by one."""
    guessed: bool = False
    """Whether the encoding is no more than likely: what is not UTF-8 is taken for Windows-1252."""
    longest_line: int = 0
    """Bytes, about: lines within a megabyte are not told apart."""


def look(path: Path, encoding: str | None = None) -> Looked:
    """Looks at a file. `encoding` overrules what it seems to be. Raises FileError where there is none, and for a small
    packed file that unpacks to a flood."""
    size, packed = _size_of(path), _is_packed(path)
    digest, judge, begin = blake2b(digest_size=16), _Judge(), b""
    most = max(_SMALL_FLOOD, _MOST_PACKED * size) if packed else None
    with _unpacked(path) as file:
        try:
            while piece := file.read(_PIECE):
                begin = begin or piece[:4096]
                digest.update(piece)
                judge.add(piece)
                if most is not None and judge.total > most:
                    raise FileError(f"{path.name} unpacks to more than is taken of a file of its size.")
        except BROKEN:
            # Whoever reads the lines meets the place again, and says which line it is.
            digest.update(b"cut off")
    found = encoding or _by_mark(begin) or _without_mark(begin)
    if found is not None:
        doubtful = judge.broken if found.startswith("utf-8") else True
        return Looked(path, found, digest.digest(), size, packed, doubtful or judge.has_nul, False, judge.longest)
    if judge.broken and not judge.letters:
        return Looked(path, LATIN, digest.digest(), size, packed, judge.has_nul, True, judge.longest)
    doubtful = judge.broken or judge.has_nul
    return Looked(path, "utf-8", digest.digest(), size, packed, doubtful, False, judge.longest)


class _Judge:
    """Says of pieces of a file whether they are UTF-8, and whether they hold letters that only UTF-8 writes so."""

    def __init__(self) -> None:
        self.broken = self.letters = self.has_nul = False
        self.total = self.longest = self._open = 0
        self._rest = b""

    def _measure(self, piece: bytes) -> None:
        self.total += len(piece)
        first = piece.find(b"\n")
        if first < 0:
            self._open += len(piece)
        self.longest = max(self.longest, self._open + max(first, 0))
        if first >= 0:
            self._open = len(piece) - piece.rfind(b"\n") - 1

    def add(self, piece: bytes) -> None:
        self._measure(piece)
        self.has_nul = self.has_nul or b"\0" in piece
        piece = self._rest + piece
        self._rest = b""
        if piece.isascii():
            return
        # A letter may be cut in two by the end of the piece.
        end = len(piece)
        while end and len(piece) - end < 4 and piece[end - 1] & 0xC0 == 0x80:
            end -= 1
        if end and piece[end - 1] >= 0xC0:
            piece, self._rest = piece[: end - 1], piece[end - 1 :]
        try:
            piece.decode()
        except UnicodeDecodeError:
            self.broken = True
            self.letters = self.letters or not piece.decode(errors="ignore").isascii()
        else:
            self.letters = self.letters or not piece.isascii()


def _by_mark(begin: bytes) -> str | None:
    return next((name for mark, name in _BOMS if begin.startswith(mark)), None)


def _without_mark(begin: bytes) -> str | None:
    """UTF-16 without its mark: nearly every second byte of a table is zero then."""
    half = max(1, len(begin) // 2)
    if begin[1::2].count(0) > 0.6 * half:
        return "utf-16-le"
    return "utf-16-be" if begin[::2].count(0) > 0.6 * half else None


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from None


def _is_packed(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == _GZIP
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from None


@contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as raw:
        if _is_packed(path):
            with gzip.GzipFile(fileobj=raw) as packed, io.BufferedReader(packed, _PIECE) as file:
                yield file
        else:
            yield raw


class Opened:
    """A file that is being read: its bytes, and how many of them, as they lie on the disk, are behind."""

    def __init__(self, looked: Looked) -> None:
        """Opens nothing yet."""
        self._looked = looked
        self._raw: IO[bytes] | None = None
        self._behind = 0

    def behind(self) -> int:
        """Bytes on the disk that have been read."""
        if self._raw is not None and not self._raw.closed:
            self._behind = self._raw.tell()
        return self._behind

    @contextmanager
    def bytes(self) -> Iterator[IO[bytes]]:
        """The unpacked bytes."""
        with self._looked.path.open("rb") as raw:
            self._raw = raw
            try:
                if self._looked.packed:
                    with gzip.GzipFile(fileobj=raw) as packed, io.BufferedReader(packed, _PIECE) as file:
                        yield file
                else:
                    yield raw
            finally:
                self.behind()

    @contextmanager
    def text(self) -> Iterator[IO[str]]:
        """The lines, with their own ends. What is no text stays recognisable, as single surrogates."""
        errors = "surrogateescape" if self._looked.encoding.startswith("utf-8") else "replace"
        with self.bytes() as file, io.TextIOWrapper(file, self._looked.encoding, errors, newline="") as lines:
            yield lines
