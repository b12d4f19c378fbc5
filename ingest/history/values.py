"""Values of exported rows: numbers, times, and nothing. Databases write nothing as NULL or \\N, too."""

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from ingest.history.recorded import BadValue

_NOTHING: Final = frozenset({"", "NULL", "null", "\\N"})
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""No learning platform has recorded anything before: an older time is a mistake of the export."""
LARGEST: Final = 2**59
"""Ids and seconds are less: ids of events have no more room."""
_EARLIEST: Final = EARLIEST.timestamp()
_LATEST: Final = datetime(2199, 12, 31, tzinfo=UTC).timestamp()


def given(value: str) -> str | None:
    """The value; None where nothing stands there."""
    return None if value in _NOTHING else value


def whole(value: str, column: str) -> int | None:
    """A whole number. Raises BadValue for anything else."""
    # Nearly every value is one, so that is tried first.
    try:
        number = int(value)
    except ValueError:
        if value in _NOTHING:
            return None
        raise BadValue(column, f"no whole number: {value[:40]!r}") from None
    if -LARGEST < number < LARGEST:
        return number
    raise BadValue(column, f"beyond all measure: {value[:40]!r}")


def needed(value: str, column: str) -> int:
    """A whole number that has to be there."""
    number = whole(value, column)
    if number is None:
        raise BadValue(column, "nothing stands there")
    return number


def decimal(value: str, column: str) -> float | None:
    """A number. Raises BadValue for what is none, or is infinite."""
    if value in _NOTHING:
        return None
    try:
        number = float(value)
    except ValueError:
        raise BadValue(column, f"no number: {value[:40]!r}") from None
    if not abs(number) <= 1e9:
        raise BadValue(column, f"beyond all measure: {value[:40]!r}")
    return number


def seconds(value: str, column: str) -> datetime | None:
    """An instant from seconds since 1970; 0 is none. Raises BadValue."""
    number = whole(value, column)
    if not number:
        return None
    if not _EARLIEST <= number <= _LATEST:
        raise BadValue(column, f"no time that can be right: {value[:40]!r}")
    return datetime.fromtimestamp(number, UTC)


def moment(value: str, column: str) -> datetime | None:
    """An instant from ISO 8601; without an offset it is UTC. Raises BadValue."""
    if value in _NOTHING:
        return None
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        raise BadValue(column, f"no time: {value[:40]!r}") from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        raise BadValue(column, f"no time that can be right: {value[:40]!r}") from None
    if not at >= EARLIEST or at.timestamp() > _LATEST:
        raise BadValue(column, f"no time that can be right: {value[:40]!r}")
    return at


def moment_said(word: str) -> datetime:
    """A moment as people write it: a day begins at midnight. Raises ValueError."""
    return datetime.combine(date.fromisoformat(word), time()) if len(word) == 10 else datetime.fromisoformat(word)


def instant_of(said: datetime, zone: ZoneInfo) -> datetime:
    """A moment as an instant; without an offset it is local."""
    return (said.replace(tzinfo=zone) if said.tzinfo is None else said).astimezone(UTC)


def local_day(at: datetime | None, zone: ZoneInfo) -> date | None:
    """The local day of an instant."""
    return None if at is None else at.astimezone(zone).date()
