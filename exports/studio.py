"""Pictures for who waits at a page: one warm browser, a short queue before it, and the last drawings kept.

A page's process answers everybody. So at most a few wait for a picture at the same time, nobody waits for long, and
the browser gives its memory back when nobody has wanted a picture for some minutes.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Condition, Timer
from time import monotonic
from typing import Final

from dashapp.domain.errors import AnalyticsError
from exports.pictures import Pictures, Size

MOST_AT_ONCE: Final = 4
"""Who is drawn for or waits: under half of the threads that answer pages."""
PATIENCE_SECONDS: Final = 20.0
"""For one's turn."""
DRAWING_SECONDS: Final = 15.0
OPENING_SECONDS: Final = 45.0
IDLE_SECONDS: Final = 300.0
MOST_KEPT: Final = 32
"""Drawings: a picture and a drawing of a card, or the same card for several readers, are drawn once."""
LARGEST_KEPT: Final = 1 << 20


class Busy(AnalyticsError):
    """Too many want a picture at this moment, or the same reader wants several."""


def pictures_for_pages() -> Pictures:
    """With time limits of those who wait."""
    return Pictures(drawing_seconds=DRAWING_SECONDS, opening_seconds=OPENING_SECONDS)


@dataclass(slots=True)
class Studio:
    """Safe to share between threads. Nothing is started before the first picture."""

    pictures: Pictures
    most_at_once: int = MOST_AT_ONCE
    patience_seconds: float = PATIENCE_SECONDS
    idle_seconds: float = IDLE_SECONDS
    _inside: list[Hashable] = field(default_factory=list)
    _drawing: bool = False
    _turn: Condition = field(default_factory=Condition)
    _kept: OrderedDict[tuple[str, int, int], bytes] = field(default_factory=OrderedDict)
    _rest: Timer | None = None

    def drawing(self, reader: Hashable, figure: bytes, size: Size) -> bytes:
        """The SVG of a figure for a reader, who can wait for one at a time.

        Raises Busy, NoBrowser and PictureError.
        """
        key = (sha256(figure).hexdigest(), size.width, size.height)
        with self._turn:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._served(reader):
            svg = self.pictures.drawing(figure, size)
        self._keep(key, svg)
        return svg

    def close(self) -> None:
        """Ends the browser."""
        with self._turn:
            if self._rest is not None:
                self._rest.cancel()
        self.pictures.close()

    @contextmanager
    def _served(self, reader: Hashable) -> Iterator[None]:
        """One's turn. Raises Busy at once where the queue is full, and after a while where the turn does not come."""
        with self._turn:
            if len(self._inside) >= self.most_at_once or reader in self._inside:
                raise Busy("Too many pictures are wanted at this moment.")
            self._inside.append(reader)
        try:
            self._take_turn()
            try:
                yield
            finally:
                self._end_turn()
        finally:
            with self._turn:
                self._inside.remove(reader)

    def _take_turn(self) -> None:
        with self._turn:
            until = monotonic() + self.patience_seconds
            while self._drawing:
                if not self._turn.wait(max(0.0, until - monotonic())) and self._drawing:
                    raise Busy("The turn has not come.")
            self._drawing = True
            if self._rest is not None:
                self._rest.cancel()

    def _end_turn(self) -> None:
        with self._turn:
            self._drawing = False
            self._rest = Timer(self.idle_seconds, self.pictures.rest, [self.idle_seconds])
            self._rest.daemon = True
            self._rest.start()
            self._turn.notify()

    def _keep(self, key: tuple[str, int, int], svg: bytes) -> None:
        if len(svg) > LARGEST_KEPT:
            return
        with self._turn:
            self._kept[key] = svg
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
