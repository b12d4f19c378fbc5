"""Pictures of figures: one Chromium, kept warm, steered by kaleido; thrown away after any trouble and made anew.

with Pictures() as pictures:
    svg = pictures.picture(drawing.to_bytes(), PictureForm.SVG, Size(640, 320))
"""

import asyncio
import logging
import os
import re
import signal
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TooLate
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from threading import Lock, Thread
from time import monotonic
from typing import Any, Final, Self, TypeVar

import orjson
import psutil  # type: ignore[import-untyped]  # it ships no types
from choreographer.errors import ChromeNotFoundError
from kaleido import Kaleido

from dashapp.domain.errors import AnalyticsError
from dashapp.observability.logging import get_logger
from exports.picture_page import PicturePage
from exports.typesetting import pdf_of, png_of

log = get_logger(__name__)

T = TypeVar("T")

OPENING_SECONDS: Final = 60.0
"""Chromium's cold start takes 2 to 4 seconds on a free machine."""
DRAWING_SECONDS: Final = 30.0
"""A figure of 5,000 points takes under one."""
CLOSING_SECONDS: Final = 8.0
_RANDOM: Final = re.compile(rb'id="defs-([0-9a-f]{6})"')
ATTEMPTS: Final = 2
"""What killed the browser need not have been the figure; one that fails twice is at fault itself."""


class PictureForm(StrEnum):
    """What a figure becomes."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Size:
    """Of a picture in CSS pixels; `scale`: how many dots a PNG has for each."""

    width: int
    height: int
    scale: float = 1.0


class PictureError(AnalyticsError):
    """There is no picture; the text says why."""


class NoBrowser(PictureError):
    """Nothing on this machine draws pictures; the text says what to install."""


class Pictures:
    """Draws figures one after the other: more at once would not be quicker. Safe to share between threads.

    Connects to nothing before the first picture, and keeps some 0.7 GB from then on: `rest` gives them back.
    """

    def __init__(
        self,
        browser: str | None = None,
        *,
        drawing_seconds: float = DRAWING_SECONDS,
        opening_seconds: float = OPENING_SECONDS,
    ) -> None:
        """`browser`: the path of a Chromium or Chrome; without, the system's."""
        # What it tells of browsers that were killed on purpose is no news to anybody.
        logging.getLogger("choreographer").setLevel(logging.ERROR)
        self._browser = browser
        self._drawing_seconds = drawing_seconds
        self._opening_seconds = opening_seconds
        self._lock = Lock()
        self._painter: _Painter | None = None
        self._used_at = monotonic()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Ends the browser."""
        self.close()

    def picture(self, figure: bytes, form: PictureForm, size: Size) -> bytes:
        """The picture of a figure that is given as JSON. It must be one of ours: it may name files and addresses.

        Raises NoBrowser and PictureError.
        """
        return converted(self.drawing(figure, size), form, size)

    def drawing(self, figure: bytes, size: Size) -> bytes:
        """The SVG of a figure, always the same for the same figure. Raises as `picture` does."""
        spec = orjson.loads(figure)
        options = {"format": "svg", "width": size.width, "height": size.height, "scale": 1}
        with self._lock:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    return _named(self._draw(spec, options), figure)
                except NoBrowser:
                    raise
                except Exception as error:
                    # Whatever it was, kaleido may hang from now on.
                    self._throw_away(by_force=True)
                    log.warning("picture.failed", attempt=attempt, reason=type(error).__name__)
                    trouble = error
            raise PictureError(f"The figure could not be drawn ({type(trouble).__name__}).") from trouble

    @property
    def process_id(self) -> int | None:
        """Of the browser that is kept warm."""
        with self._lock:
            return None if self._painter is None else self._painter.process_id

    def rest(self, idle_seconds: float) -> None:
        """Ends the browser where nobody has wanted a picture for so long."""
        with self._lock:
            if self._painter is not None and monotonic() - self._used_at >= idle_seconds:
                self._throw_away()

    def close(self) -> None:
        """Ends the browser; the next picture starts another one."""
        self.rest(0.0)

    def _draw(self, spec: dict[str, Any], options: dict[str, Any]) -> bytes:
        if self._painter is None:
            self._painter = _Painter()
            self._painter.open(self._browser, self._opening_seconds)
        drawn = self._painter.draw(spec, options, self._drawing_seconds)
        self._used_at = monotonic()
        return drawn

    def _throw_away(self, *, by_force: bool = False) -> None:
        painter, self._painter = self._painter, None
        if painter is not None:
            painter.end(by_force=by_force)


def converted(svg: bytes, form: PictureForm, size: Size) -> bytes:
    """A drawing in another form. Chromium's own PNG would be written in whatever font the machine has, since a drawing
    in a canvas sees no font of the page; and so each figure is drawn once, whatever it becomes. Raises
    TypesettingError."""
    match form:
        case PictureForm.SVG:
            return svg
        case PictureForm.PNG:
            return png_of(svg, size.width, size.height, size.scale)
        case PictureForm.PDF:
            return pdf_of(svg, size.width, size.height)


def _named(svg: bytes, figure: bytes) -> bytes:
    """The drawing with names of its parts that come from the figure, in place of plotly's random ones."""
    found = _RANDOM.search(svg)
    return svg if found is None else svg.replace(found[1], sha256(figure).hexdigest()[:12].encode())


class _Painter:
    """One browser with the thread whose event loop steers it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # What kaleido leaves behind of a browser that was killed is told to nobody: it was thrown away on purpose.
        self._loop.set_exception_handler(lambda _loop, _context: None)
        self._thread = Thread(target=self._loop.run_forever, name="pictures", daemon=True)
        self._thread.start()
        self._kaleido: Any = None

    @property
    def process_id(self) -> int | None:
        """Of the browser, which kaleido starts through a process of its own."""
        process = getattr(self._kaleido, "subprocess", None)
        try:
            return None if process is None else int(psutil.Process(process.pid).children()[0].pid)
        except (psutil.Error, IndexError):
            return None

    def open(self, browser: str | None, seconds: float) -> None:
        """Starts the browser. Raises NoBrowser, TimeoutError and what kaleido raises."""
        try:
            self._wait(self._open(browser), seconds)
        except ChromeNotFoundError:
            raise NoBrowser(
                "Pictures need Chromium or Chrome, and this machine has none: install it (on Debian: apt-get install "
                "chromium), or ask for a format without pictures."
            ) from None

    def draw(self, spec: dict[str, Any], options: dict[str, Any], seconds: float) -> bytes:
        """The picture. Raises TimeoutError and what kaleido raises."""
        drawn = self._wait(self._kaleido.calc_fig(spec, opts=options), seconds)
        if not isinstance(drawn, bytes) or not drawn:
            raise PictureError("The browser gave no picture.")
        return drawn

    def end(self, *, by_force: bool) -> None:
        """Ends the browser, by force also where it does not answer, then the thread."""
        if self._kaleido is not None:
            process = getattr(self._kaleido, "subprocess", None)
            if by_force:
                _kill(process)
            with suppress(Exception, CancelledError):
                self._wait(self._kaleido.close(), CLOSING_SECONDS)
            _kill(process)
        with suppress(Exception, CancelledError):
            self._wait(_cancel_rest(), CLOSING_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSING_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    async def _open(self, browser: str | None) -> None:
        self._kaleido = Kaleido(path=browser, page_generator=PicturePage(), timeout=None)
        await self._kaleido.open()

    def _wait(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds)
        except TooLate:
            future.cancel()
            raise


def _kill(process: Any) -> None:
    """Ends the browser with all its processes, which are a group of their own."""
    if process is not None and process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(CLOSING_SECONDS)


async def _cancel_rest() -> None:
    """Ends what still waits for the browser."""
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@dataclass(slots=True)
class Gallery:
    """The pictures of one run: each figure is drawn once in a size, for all formats and all recipients."""

    pictures: Pictures
    drawn: int = 0
    """How many had to be drawn."""
    _kept: dict[tuple[str, int, int], bytes] = field(default_factory=dict)

    def picture(self, figure: bytes, form: PictureForm, size: Size) -> bytes:
        """As `Pictures.picture`; the same bytes for the same figure."""
        key = (sha256(figure).hexdigest(), size.width, size.height)
        if key not in self._kept:
            self._kept[key] = self.pictures.drawing(figure, size)
            self.drawn += 1
        return converted(self._kept[key], form, size)
