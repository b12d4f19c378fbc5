"""Keeps how good the data of each sender are, by hour and course, in the transaction of the batch that says so."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from psycopg2.extras import execute_values
from sqlalchemy import Connection, text

from dashapp.data.database import act_for
from dashapp.data.store.arrivals import Arrived, Buried
from dashapp.domain.events import LearningEvent, RefusalReason, Source
from dashapp.domain.keys import OrganisationId
from dashapp.domain.quality import (
    HISTORY_AFTER,
    WINDOW,
    Counts,
    is_incomplete,
    is_out_of_range,
    limits_of,
)

_NAMES: Final = tuple(field.name for field in fields(Counts))
_RECEIVED, _REFUSED, _REPEATED, _LEARNING, _UNKNOWN, _INCOMPLETE, _OUT_OF_RANGE, _LIVE, _LATE, _SLOW = range(10)
_COUNTED_BEFORE: Final = frozenset({RefusalReason.CONFLICT, RefusalReason.NOT_VOIDABLE})
"""Found out when the event is written: it has been counted as received by then."""
JUDGED_EVERY: Final = timedelta(seconds=30)
KEPT: Final = timedelta(days=400)
"""Hours of quality older than this are forgotten: a year can be held against the year before."""
NO_COURSE: Final = 0
_AT_ONCE: Final = timedelta()

_Key = tuple[int, int, int]
"""(source, course, hour since 1970)"""


class Tally:
    """Counts events as they are prepared, each when it first came: what is replayed has been judged before, and that
    an operator tries it again is nothing that its sender did. Not safe to share between threads."""

    __slots__ = ("_first", "_hour", "_last", "_received", "_rows", "sources")

    def __init__(self) -> None:
        """Nothing counted yet."""
        self._rows: dict[_Key, list[int]] = {}
        self._last: dict[_Key, datetime] = {}
        self._first: dict[_Key, datetime] = {}
        self._received: datetime | None = None
        self._hour = 0
        self.sources: dict[int, Source] = {}
        """Whose events were counted."""

    def _row(self, source: Source, course: int, received: datetime) -> list[int]:
        if received is not self._received:
            self._received, self._hour = received, int(received.timestamp()) // 3600
        key = (source.source_id, course, self._hour)
        row = self._rows.get(key)
        if row is None:
            self._rows[key] = row = [0] * len(_NAMES)
            self._first[key] = self._last[key] = received
            self.sources[source.source_id] = source
        elif received > self._last[key]:
            self._last[key] = received
        elif received < self._first[key]:
            self._first[key] = received
        return row

    def add_learning(self, arrival: Arrived, event: LearningEvent, course: int, *, unknown: bool) -> None:
        """One learning event. `unknown`: nobody has described its activity."""
        if arrival.place.letter is not None:
            return
        received, at = arrival.received_at, event.occurred_at
        row = self._row(arrival.source, course, received)
        row[_RECEIVED] += 1
        row[_LEARNING] += 1
        if unknown:
            row[_UNKNOWN] += 1
        if is_incomplete(event):
            row[_INCOMPLETE] += 1
        if is_out_of_range(event):
            row[_OUT_OF_RANGE] += 1
        delay = received - at if at is not None else _AT_ONCE
        if delay <= HISTORY_AFTER:
            row[_LIVE] += 1
            late, slow = limits_of(event.precision)
            if delay > slow:
                row[_SLOW] += 1
                row[_LATE] += delay > late

    def add_other(self, arrival: Arrived) -> None:
        """One event of another kind."""
        if arrival.place.letter is None:
            self._row(arrival.source, NO_COURSE, arrival.received_at)[_RECEIVED] += 1

    def add_repeated(self, arrival: Arrived, course: int, *, within_the_batch: bool) -> None:
        """One event that the ledger had already; `within_the_batch`: it has not been counted as received yet."""
        if arrival.place.letter is not None:
            return
        row = self._row(arrival.source, course, arrival.received_at)
        row[_REPEATED] += 1
        row[_RECEIVED] += within_the_batch

    def add_buried(self, letters: Iterable[Buried], organisation: OrganisationId) -> None:
        """The dead letters of one organisation's senders."""
        for letter in letters:
            source = letter.source
            judged = letter.place.letter is not None
            if not judged and source is not None and source.organisation_id == organisation:
                row = self._row(source, NO_COURSE, letter.place.received_at or datetime.now(UTC))
                row[_REFUSED] += 1
                row[_RECEIVED] += letter.reason not in _COUNTED_BEFORE

    def forget_delays(self) -> None:
        """Judges nothing as late or slow: the events were brought in on purpose, after they happened."""
        for row in self._rows.values():
            row[_LIVE] = row[_LATE] = row[_SLOW] = 0

    def rows(self) -> list[tuple[object, ...]]:
        """(source, course, hour, last and first received, the counts in the order of `Counts`), in key order."""
        return [
            (source, course, datetime.fromtimestamp(hour * 3600, UTC), self._last[key], self._first[key], *counts)
            for key, counts in sorted(self._rows.items())
            for source, course, hour in [key]
        ]


class Gauge(Protocol):
    """Where the score of a sender goes, for Prometheus."""

    def __call__(self, source: Source, score: float) -> None:
        """The score of the last day, 0 to 100; not a number where nothing came that could be judged."""


_ADD: Final = f"""
INSERT INTO quality_hours AS q
(organisation_id, slot, source_id, course_id, hour, last_received_at, first_received_at, {", ".join(_NAMES)})
VALUES %s ON CONFLICT (organisation_id, hour, source_id, course_id, slot) DO UPDATE SET
last_received_at = greatest(q.last_received_at, excluded.last_received_at),
first_received_at = least(q.first_received_at, excluded.first_received_at),
{", ".join(f"{name} = q.{name} + excluded.{name}" for name in _NAMES)}"""

_SUMS: Final = text(f"""
SELECT source_id, {", ".join(f"sum({name})::bigint AS {name}" for name in _NAMES)} FROM quality_hours
WHERE organisation_id = :organisation AND hour > :since GROUP BY source_id ORDER BY source_id""")
_SUMS_OF_ALERTS: Final = text(f"""
SELECT a.source_id, {", ".join(f"coalesce(sum(q.{name}), 0)::bigint AS {name}" for name in _NAMES)}
FROM quality_alerts a LEFT JOIN quality_hours q
    ON q.organisation_id = a.organisation_id AND q.source_id = a.source_id AND q.hour > :since
WHERE a.organisation_id = :organisation AND a.closed_at IS NULL GROUP BY a.source_id ORDER BY a.source_id""")
_OPEN: Final = text("""
INSERT INTO quality_alerts AS a (organisation_id, source_id, opened_at, lowest_score)
VALUES (:organisation, :source, :now, :score)
ON CONFLICT (organisation_id, source_id) WHERE closed_at IS NULL
DO UPDATE SET lowest_score = excluded.lowest_score WHERE a.lowest_score > excluded.lowest_score""")
_CLOSE: Final = text("""
UPDATE quality_alerts SET closed_at = :now
WHERE organisation_id = :organisation AND source_id = :source AND closed_at IS NULL""")
_FORGET: Final = text("DELETE FROM quality_hours WHERE organisation_id = :organisation AND hour < :before")


class QualityKeeper:
    """Writes the tallies of one writer, and judges each sender now and then. One thread at a time."""

    def __init__(self, tell: Gauge | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`tell` gets each score that was judged."""
        self._tell = tell
        self._clock = clock
        self._judged: dict[OrganisationId, datetime] = {}
        self._forgot: dict[OrganisationId, datetime] = {}
        self._sources: dict[int, Source] = {}
        self._told: dict[int, datetime] = {}

    def keep(
        self, connection: Connection, slot: int, tallies: Mapping[OrganisationId, Tally], letters: Sequence[Buried]
    ) -> None:
        """Adds what one batch said, within its transaction, which acts for another organisation afterwards."""
        found = dict(tallies)
        for letter in letters:
            if letter.source is not None:
                found.setdefault(letter.source.organisation_id, Tally())
        for organisation in sorted(found):
            tally = found[organisation]
            tally.add_buried(letters, organisation)
            self._sources.update(tally.sources)
            act_for(connection, organisation)
            self._add(connection.connection.cursor(), organisation, slot, tally)
            now = self._clock()
            if now - self._judged.get(organisation, datetime.min.replace(tzinfo=UTC)) >= JUDGED_EVERY:
                self._judge(connection, organisation, now)

    @staticmethod
    def _add(cursor: Any, organisation: OrganisationId, slot: int, tally: Tally) -> None:
        rows = [(organisation, slot, *row) for row in tally.rows()]
        if rows:
            execute_values(cursor, _ADD, rows, page_size=500)

    def _judge(self, connection: Connection, organisation: OrganisationId, now: datetime) -> None:
        judged: set[int] = set()
        for row in connection.execute(_SUMS, {"organisation": organisation, "since": now - WINDOW}).all():
            counts = Counts(*row[1:])
            values = {"organisation": organisation, "source": row.source_id, "now": now, "score": counts.score()}
            if counts.ends_alert():
                connection.execute(_CLOSE, values)
            elif counts.raises_alert():
                connection.execute(_OPEN, values)
            if (score := counts.score()) is not None:
                judged.add(row.source_id)
                self._show(row.source_id, score, now)
        self._take_back(organisation, judged, now)
        if now - self._forgot.get(organisation, now - timedelta(days=2)) >= timedelta(days=1):
            connection.execute(_FORGET, {"organisation": organisation, "before": now - KEPT})
            self._forgot[organisation] = now
        self._judged[organisation] = now

    def _show(self, source_id: int, score: float, now: datetime) -> None:
        source = self._sources.get(source_id)
        if self._tell is not None and source is not None:
            self._tell(source, score)
            self._told[source_id] = now

    def _take_back(self, organisation: OrganisationId, judged: Set[int], now: datetime) -> None:
        """A score that was told and stands for nothing any more would be an alert for ever to whoever watches it."""
        for source_id, told_at in list(self._told.items()):
            source = self._sources[source_id]
            silent = source.organisation_id == organisation and source_id not in judged
            if self._tell is not None and (silent or now - told_at >= WINDOW):
                self._tell(source, math.nan)
                del self._told[source_id]


def close_alerts(connection: Connection, organisation: OrganisationId, now: datetime) -> int:
    """Ends the open alerts that nothing holds any more, also of senders of whom nothing comes; gives how many.

    In a transaction that acts for the organisation.
    """
    values = {"organisation": organisation, "since": now - WINDOW}
    over = [row.source_id for row in connection.execute(_SUMS_OF_ALERTS, values) if Counts(*row[1:]).ends_alert()]
    for source in over:
        connection.execute(_CLOSE, {"organisation": organisation, "source": source, "now": now})
    return len(over)
