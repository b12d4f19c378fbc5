"""Archives of what was sent: xAPI, Caliper and native events, one a line or in arrays, packed or not.

They go through the decoders of live records, and keep their ids: what a live feed of the same source has told already,
or tells again, counts once.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import IO, Final

from dashapp.domain.errors import Refused
from dashapp.domain.events import RefusalReason, Source, Topic
from ingest.formats import Item, decode_items
from ingest.history.event_ids import origin_of
from ingest.history.recorded import History, Notes, Part, Problem, Step
from ingest.sending import Told
from ingest.text_files import BROKEN, CUT_OFF, LATIN, FileError, Looked, Opened

AGAIN: Final = (
    "Events keep the ids that they were sent with: a live feed of the same source counts none of them twice, before or"
    " after. Statements without an id get one from their content. Under another source they would count again."
)
_PIECE: Final = 1 << 20
_BETWEEN: Final = re.compile(r"[\s,\[\]\ufeff]*")
_BETWEEN_STATEMENTS: Final = re.compile(r"[\s,]*")
_RESULT: Final = re.compile(r'\s*\{\s*(?:"more"\s*:\s*"[^"]*"\s*,\s*)?"statements"\s*:\s*\[')
_LOOKED_AT: Final = 3
"""Lines of which one has to be whole for a file to have one record a line."""
_Record = tuple[int, int, bytes | None]
"""Number, line, and content; None for what cannot be read."""


class ArchivePart:
    """One archive."""

    def __init__(self, looked: Looked, source: Source, max_bytes: int) -> None:
        """`max_bytes` is the setting MAX_EVENT_BYTES. Raises FileError for an empty file."""
        # JSON is UTF-8: what seems to be Latin-1 has broken lines, which are named one by one.
        self._looked = replace(looked, encoding="utf-8") if looked.encoding == LATIN else looked
        self._opened = Opened(self._looked)
        self._source = source
        self._max_bytes = max_bytes
        self.name = looked.path.name
        self.size = looked.size
        self._by_line, self._result = self._find_form()

    def behind(self) -> int:
        """See `Part.behind`."""
        return self._opened.behind()

    def steps(self, after: int, notes: Notes) -> Iterator[Step]:
        """See `Part.steps`."""
        line = 0
        with self._opened.text() as text:
            records = self._lines(text) if self._by_line else _Items(text, self._max_bytes, result=self._result)
            try:
                for number, line, body in records:
                    if number <= after:
                        continue
                    if body is None:
                        reason = "no JSON from here on; what follows cannot be read"
                        notes.note(Problem(self.name, line, None, reason))
                        return
                    told = self._told(body, line, notes)
                    yield Step(number, line, [event for event, _ in told], [own for _, own in told])
            except BROKEN:
                notes.note(Problem(self.name, line + 1, None, CUT_OFF))

    def _told(self, body: bytes, line: int, notes: Notes) -> list[Told]:
        told = []
        for outcome, own in self._decode(body):
            if isinstance(outcome, Refused):
                notes.note(Problem(self.name, line, None, f"{outcome.reason.value}: {outcome.detail}"))
            else:
                told.append((outcome, own))
        if not told:
            notes.left_out["records in which nothing is that is counted"] += 1
        return told

    def _decode(self, body: bytes) -> Sequence[Item]:
        """A native event's topic is not in the archive, so it may be any of the three."""
        found: Sequence[Item] = ()
        for topic in Topic:
            items = decode_items(body, topic, self._source, self._max_bytes)
            if len(found) != len(items):
                found = items
            found = [new if _is_misplaced(old) else old for old, new in zip(found, items, strict=True)]
            if not any(_is_misplaced(item) for item in found):
                break
        return found

    def _find_form(self) -> tuple[bool, bool]:
        """Whether records stand one a line, and whether the file is the answer of a record store to a query."""
        begin, firsts = "", []
        with self._opened.text() as text:
            try:
                begin = text.read(4096).lstrip("\ufeff \t\r\n")
                text.seek(0)
                firsts = [line for _, line in zip(range(_LOOKED_AT), text, strict=False)] if begin[:1] == "{" else []
            except BROKEN:
                # Where it breaks is told when it is read.
                pass
        if begin[:1] not in ("[", "{"):
            raise FileError(f"{self.name} begins neither with an object nor with an array of JSON.")
        if _RESULT.match(begin) is not None:
            return False, True
        return begin[:1] == "{" and any(_is_whole(line) for line in firsts), False

    def _lines(self, text: IO[str]) -> Iterator[_Record]:
        for number, line in enumerate(text, 1):
            record = line.strip("\ufeff \t\r\n")
            if record:
                yield number, number, record.encode("utf-8", "surrogateescape")


class _Items:
    """The items of arrays, and the values beside them; read piece by piece, since an array may be of any size."""

    def __init__(self, text: IO[str], largest: int, *, result: bool) -> None:
        """An item of more than `largest` characters is none. `result`: the array stands in the answer to a query."""
        self._text = text
        self._largest = max(largest, _PIECE)
        self._decode = json.JSONDecoder().raw_decode
        self._between = _BETWEEN_STATEMENTS if result else _BETWEEN
        self._result = result
        self._buffer, self._place, self._line, self._ended = "", 0, 1, False

    def __iter__(self) -> Iterator[_Record]:
        self._read_on()
        if self._result and (found := _RESULT.match(self._buffer)) is not None:
            self._move(found.end())
        number = 0
        while True:
            gap = self._between.match(self._buffer, self._place)
            self._move(self._place if gap is None else gap.end())
            if self._result and self._buffer[self._place : self._place + 1] == "]":
                return
            try:
                _, end = self._decode(self._buffer, self._place)
            except (ValueError, RecursionError):
                left = len(self._buffer) - self._place
                if self._ended and not left:
                    return
                if self._ended or left > self._largest:
                    yield number + 1, self._line, None
                    return
                self._read_on()
                continue
            number += 1
            yield number, self._line, self._buffer[self._place : end].encode("utf-8", "surrogateescape")
            self._move(end)

    def _move(self, place: int) -> None:
        self._line += self._buffer.count("\n", self._place, place)
        self._place = place

    def _read_on(self) -> None:
        piece = self._text.read(_PIECE)
        self._ended = not piece
        self._buffer, self._place = self._buffer[self._place :] + piece, 0


def read_archives(files: Sequence[Looked], source: Source, max_bytes: int) -> History:
    """The history in these archives. Raises FileError."""
    parts: list[Part] = [ArchivePart(looked, source, max_bytes) for looked in files]
    identity = origin_of("statements", source.issuer, *(looked.digest.hex() for looked in files))
    return History("statements", parts, identity, AGAIN)


def _is_whole(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _is_misplaced(item: Item) -> bool:
    outcome = item[0]
    return isinstance(outcome, Refused) and outcome.reason is RefusalReason.FORBIDDEN_KIND
