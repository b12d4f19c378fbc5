"""The video profile: positions and stretches that one statement tells of, whatever came before it."""

import math
from typing import Any, Final

from dashapp.domain.events import Verb
from ingest.xapi.vocabulary import PLAYED_SEGMENTS, TIME, TIME_FROM, TIME_TO

LONGEST: Final = 1e7
"""Seconds; what lies beyond is no position in a video."""
MOST_SEGMENTS: Final = 1_000
"""Of one statement: a session of a day with a jump every minute has more than this only if something is broken."""

Segment = tuple[float, float]


def seconds(value: Any) -> float | None:
    """A position as some players write it, as a number or as text; None for what is no position."""
    if type(value) is float and 0 <= value <= LONGEST:
        return value
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    position = float(value) if abs(value) <= LONGEST else math.inf
    return position if 0 <= position <= LONGEST else None


def positions(extensions: dict[str, Any]) -> tuple[float | None, float | None]:
    """Where the player stood, and where it went."""
    at = seconds(extensions.get(TIME))
    if at is None:
        return seconds(extensions.get(TIME_FROM)), seconds(extensions.get(TIME_TO))
    return at, None


def segments(extensions: dict[str, Any], verb: Verb, *, ended: bool) -> tuple[Segment, ...]:
    """The stretches that a statement adds.

    `played-segments` holds everything that the session has played so far. A pause or a jump adds the last stretch of
    it; the end of a session, or of the video, states all of them, since pauses before it may never have arrived.
    """
    told = extensions.get(PLAYED_SEGMENTS)
    if not isinstance(told, str):
        return ()
    at = seconds(extensions.get(TIME))
    found = [] if at is None else _open_tail(told, at)
    if ended or verb is Verb.COMPLETED:
        found = [*_closed(told)[:MOST_SEGMENTS], *found]
    elif not found and verb in (Verb.PAUSED, Verb.SEEKED):
        found = _last_closed(told)
    return tuple(dict.fromkeys(found))


def _closed(told: str) -> list[Segment]:
    """Stretches with both ends, in the form 0[.]12.5[,]30[.]42; what has another form is left out."""
    found = []
    for piece in told.split("[,]"):
        begin, separator, end = piece.partition("[.]")
        if separator and (first := seconds(begin)) is not None and (last := seconds(end)) is not None and last > first:
            found.append((first, last))
    return found


def _last_closed(told: str) -> list[Segment]:
    """The last stretch that has both its ends, without a look at those before it."""
    middle = told.rfind("[.]")
    begin = told[:middle].rpartition("[,]")[2]
    end = told[middle + 3 :].partition("[,]")[0]
    return [] if middle < 0 else _closed(f"{begin}[.]{end}")


def _open_tail(told: str, at: float) -> list[Segment]:
    """The stretch that is still being played, which ends where the player stands."""
    begin = told.rpartition("[,]")[2]
    first = None if "[.]" in begin else seconds(begin)
    return [(first, at)] if first is not None and at > first else []
