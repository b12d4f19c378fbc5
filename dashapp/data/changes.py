"""Which data has changed: the versions that pages and caches compare, followed in the memory of the web process.

A thread listens to the writers' commits and reads what they touched. A request then reads a version from a dictionary,
without a lock and without the database.
"""

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import heappop, heappush
from selectors import EVENT_READ, DefaultSelector
from threading import Event, Thread
from time import monotonic
from typing import Any, Final, NamedTuple
from uuid import uuid4

import psycopg2
import sqlalchemy
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.pace import SILENCE, SLOWER, Pace, Said, next_turn
from dashapp.data.store.partitions import PartitionLag, read_partitions
from dashapp.data.store.scope_changes import CHANNEL, RETAINED, SLOTS
from dashapp.data.store.status import IngestState
from dashapp.domain.clock import Clock, system_clock
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.views import Freshness
from dashapp.observability.logging import get_logger

log = get_logger(__name__)

PACE_CHANNEL: Final = "la_pace"
_TURN: Final = "t"
"""How the version of a thing begins that advances in turns; by a number for each of the writers' slots it does not."""
_AWAY: Final = (IngestState.WAITING, IngestState.ALARMED)
UNTOUCHED: Final = "0"
"""The version of what nothing has touched within the retained hour."""


class _Kind(StrEnum):
    ORGANISATION = "o"
    COURSE = "c"
    PERSON = "p"


_Key = tuple[int, _Kind, int]
"""(organisation, kind, key in it); an organisation itself has the key 0."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often things happen, in seconds."""

    advance: float = 0.5
    """What readers see of a learner or a course advances at most this often."""
    advance_organisation: float = 5.0
    poll: float = 0.25
    """Changes are looked for this often even when no notification wakes us."""
    gather: float = 0.03
    """Notifications that come within this time are answered together."""
    status: float = 0.5
    """The writers' own reports are read this often."""
    writer_silent: float = 15.0
    """A writer that has not reported for so long is gone."""
    forget: float = 60.0
    """What is older than the retained hour is forgotten this often."""
    reconnect: float = 0.5
    read_by: float = 1.0
    """Seconds after a turn by which what was committed before it has been read, and may be shown."""
    late: float = 5.0
    """Behind by more than this, pages say so above all cards: the setting REAL_TIME_LAG_THRESHOLD."""


@dataclass(slots=True)
class _Touch:
    """The last change of one thing per writer slot: slot → (version, when it was committed)."""

    slots: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    published_at: float = float("-inf")
    pending: bool = False
    turn: float = 0.0
    """The last turn at which it was or will be shown, in seconds since 1970; 0: none in particular."""
    after: float | None = None
    """When it was touched first after a turn that is still to come."""

    def token(self) -> str:
        return "-".join(f"{slot}.{version}" for slot, (version, _) in sorted(self.slots.items())) or UNTOUCHED


class _Change(NamedTuple):
    """One commit, for everything that it touched."""

    slot: int
    version: tuple[int, datetime]
    instant: float
    """When it was committed, in seconds since 1970."""
    seconds: float
    """For how long a course stays as it is then."""


@dataclass(frozen=True, slots=True)
class _Watermark:
    """What the writers reported last."""

    read_at: datetime
    complete_until: datetime | None
    """Before this instant everything is counted; None: up to now."""
    away: bool
    late: bool = False
    partitions: tuple[PartitionLag, ...] = ()


_NEW_CHANGES = text(
    "SELECT c.slot, c.version, c.organisation_id, c.courses, c.people, c.committed_at"
    " FROM unnest(CAST(:versions AS bigint[])) WITH ORDINALITY AS seen (version, number)"
    " CROSS JOIN LATERAL (SELECT * FROM scope_changes"
    "   WHERE slot = seen.number - 1 AND version > seen.version ORDER BY version LIMIT 1000) c"
    " ORDER BY c.slot, c.version"
)
# One row per thing and slot, however many commits touched it: what a process reads when it starts.
_ALL_CHANGES = text(
    "SELECT organisation_id, kind, key, slot, max(version) AS version, max(committed_at) AS committed_at FROM ("
    " SELECT organisation_id, 'o' AS kind, 0 AS key, slot, version, committed_at FROM scope_changes"
    " UNION ALL SELECT organisation_id, 'c', unnest(courses), slot, version, committed_at FROM scope_changes"
    " UNION ALL SELECT organisation_id, 'p', unnest(people), slot, version, committed_at FROM scope_changes) t"
    " WHERE committed_at > clock_timestamp() - :retained GROUP BY 1, 2, 3, 4"
)
_NEWEST = text("SELECT slot, max(version) AS version FROM scope_changes GROUP BY slot")
_STATUS = text("SELECT state, oldest_waiting_at, reported_at > clock_timestamp() - :silent AS alive FROM ingest_status")
_SAY = text("SELECT pg_notify(:channel, :said)")
_SNAPSHOT = text("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


class ChangeWatcher:
    """Follows the changes of a database in a thread of its own. Reading is safe from any thread and never waits.

    Every web process has one; all of them come to the same versions, so that they can share a cache.
    """

    def __init__(
        self, database: Database, clock: Clock = system_clock, rhythm: Rhythm | None = None, pace: Pace | None = None
    ) -> None:
        """Nothing is read before `start`. `pace`: what this process says to all others, and hears of them."""
        self._database = database
        self._clock = clock
        self._rhythm = rhythm or Rhythm()
        self._pace = pace or Pace()
        self._paced, self._lowers_at, self._said = 0.0, 0.0, SILENCE
        # Before the first reading no version is known: one that nobody else has keeps such answers out of caches.
        self._unknown = f"unknown-{uuid4().hex}"
        self._published: dict[_Key, str] | None = None
        self._watermark = _Watermark(clock(), None, away=True)
        self._touches: dict[_Key, _Touch] = {}
        self._due: list[tuple[float, _Key]] = []
        self._newest = [0] * SLOTS
        self._stopping = False
        self._reachable = True
        self._loaded = Event()
        self._woken, self._wake = os.pipe()
        self._thread = Thread(target=self._run, name="change-watcher", daemon=True)

    def start(self, wait: float = 5.0) -> None:
        """Starts following; waits up to `wait` seconds for the first reading, and goes on without it after that."""
        self._thread.start()
        self._loaded.wait(wait)

    def stop(self) -> None:
        """Ends the thread, and waits for its end."""
        if not self._stopping:
            self._stopping = True
            os.write(self._wake, b"x")
            if self._thread.ident is not None:
                self._thread.join()
            os.close(self._wake)
            os.close(self._woken)

    def versions(
        self, organisation: OrganisationId, course: CourseId | None = None, person: PersonId | None = None
    ) -> str:
        """The version of a course, of a person, of both together, or of the whole organisation where neither is given.

        It changes when a commit has touched it, at most every half second, an organisation's every five seconds, and
        less often where pages cannot be made as fast (`pace`). It is good for caching for less than the retained hour.
        """
        published = self._published
        if published is None:
            return self._unknown
        if course is None and person is None:
            return published.get((organisation, _Kind.ORGANISATION, 0), UNTOUCHED)
        tokens = []
        if course is not None:
            tokens.append(published.get((organisation, _Kind.COURSE, course), UNTOUCHED))
        if person is not None:
            tokens.append(published.get((organisation, _Kind.PERSON, person), UNTOUCHED))
        return "_".join(tokens)

    def freshness(self) -> Freshness:
        """Until when the data is complete: now where nothing waits, else the time of the oldest event that waits.

        Over all partitions: one that stalls, or that nobody reads, holds it back although the others go on. While the
        database cannot be reached, until the last time it could. Where readers see courses advance less often, until
        the last time that any of them may have. `transport_away`: a writer waits for its broker, or no writer is at
        work at all.
        """
        now, watermark = self._clock(), self._watermark
        unread = watermark.read_at if (now - watermark.read_at).total_seconds() > self._overdue else now
        complete = min(now, unread, watermark.complete_until or now)
        late = watermark.late or (now - complete).total_seconds() > self._rhythm.late
        as_of = complete - timedelta(seconds=self.kept_back)
        return Freshness(as_of, (now - as_of).total_seconds(), watermark.away, late=late)

    @property
    def kept_back(self) -> float:
        """Seconds for which readers may not see what has been counted, where pages are not made as fast as it comes."""
        return self._paced + self._rhythm.read_by if self._paced else 0.0

    def partitions(self) -> tuple[PartitionLag, ...]:
        """How each partition of the transport stood when the writers' reports were last read."""
        return self._watermark.partitions

    @property
    def _overdue(self) -> float:
        """Seconds after which a report that was not renewed means that the database is away."""
        return 3.0 * self._rhythm.status + 1.0

    # ------------------------------------------------------------------ the thread

    def _run(self) -> None:
        while not self._stopping:
            try:
                with self._database.session(DatabaseRole.WEB) as connection:
                    self._follow(connection)
            except (Unavailable, sqlalchemy.exc.DBAPIError, psycopg2.Error) as error:
                if self._reachable:
                    log.warning("changes.database_away", error=type(error).__name__)
                self._reachable = False
                self._pause(None, self._rhythm.reconnect)
            except Exception as error:
                # The thread goes on: without it, no page would hear of anything.
                log.error("changes.failed", exc_info=error)
                self._pause(None, self._rhythm.reconnect)

    def _follow(self, connection: Connection) -> None:
        """Reads everything anew, then what comes, until the watcher is stopped. Raises when the database goes away."""
        connection.execute(text("SET statement_timeout = '60s'"))  # an hour of a busy system is read in one statement
        connection.execute(text(f"LISTEN {CHANNEL}"))
        connection.execute(text(f"LISTEN {PACE_CHANNEL}"))
        self._load(connection)
        self._loaded.set()
        if not self._reachable:
            log.info("changes.database_back")
        self._reachable = True
        next_status = next_forgetting = monotonic()
        while not self._stopping:
            now = monotonic()
            self._read_changes(connection)
            if now >= next_status:
                self._read_status(connection)
                self._agree_on_pace(connection)
                next_status = now + self._rhythm.status
            if now >= next_forgetting:
                self._forget()
                next_forgetting = now + self._rhythm.forget
            self._publish()
            self._wait(connection)

    def _load(self, connection: Connection) -> None:
        """Takes over the changes of the retained hour, as they stand in one snapshot."""
        connection.execute(_SNAPSHOT)
        newest = {row.slot: row.version for row in connection.execute(_NEWEST)}
        rows = connection.execute(_ALL_CHANGES, {"retained": RETAINED}).all()
        connection.execute(text("COMMIT"))
        touches: dict[_Key, _Touch] = {}
        for row in rows:
            key = (row.organisation_id, _Kind(row.kind), row.key)
            touches.setdefault(key, _Touch()).slots[row.slot] = (row.version, row.committed_at)
        self._touches, self._due = touches, []
        self._newest = [newest.get(slot, 0) for slot in range(SLOTS)]
        self._published = {key: touch.token() for key, touch in touches.items()}

    def _read_changes(self, connection: Connection) -> None:
        for row in connection.execute(_NEW_CHANGES, {"versions": self._newest}):
            self._newest[row.slot] = row.version
            instant = row.committed_at.timestamp()
            change = _Change(row.slot, (row.version, row.committed_at), instant, self._pace.seconds_at(instant))
            self._touch((row.organisation_id, _Kind.ORGANISATION, 0), change)
            for course in row.courses:
                self._touch((row.organisation_id, _Kind.COURSE, course), change)
            for person in row.people:
                self._touch((row.organisation_id, _Kind.PERSON, person), change)

    def _touch(self, key: _Key, change: _Change) -> None:
        touch = self._touches.get(key)
        if touch is None:
            touch = self._touches[key] = _Touch()
        touch.slots[change.slot] = change.version
        if not touch.pending:
            self._plan(key, change.instant, change.seconds)
        elif touch.turn and touch.after is None and change.instant >= touch.turn:
            touch.after = change.instant

    def _plan(self, key: _Key, instant: float, seconds: float) -> None:
        """Notes when a thing that was touched at an instant is shown, courses staying as they are for so many seconds.
        Where it has turns, these follow from nothing but when it was touched, so that all processes show the same."""
        touch, kind = self._touches[key], key[1]
        interval = self._rhythm.advance_organisation if kind is _Kind.ORGANISATION else self._rhythm.advance
        paced = seconds / (1 if kind is _Kind.COURSE else SLOWER)
        touch.pending, touch.after, touch.turn = True, None, 0.0
        due = touch.published_at + interval
        if paced > interval:
            touch.turn = next_turn(key[0] + key[2], paced, instant)
            # This machine's clock may be behind the database's.
            until = min(touch.turn - self._clock().timestamp(), paced)
            due = monotonic() + until + self._rhythm.read_by
        heappush(self._due, (due, key))

    def _agree_on_pace(self, connection: Connection) -> None:
        """Says to all processes what this one needs, and follows what was heard of them and of itself."""
        said = self._pace.look()
        if said != SILENCE or self._said != SILENCE:
            connection.execute(_SAY, {"channel": PACE_CHANNEL, "said": said.to_text()})
        if said.seconds != self._said.seconds:
            log.info("pace.changed", seconds=said.seconds)
        self._said, paced = said, self._pace.seconds
        # What was touched before the interval became shorter is still shown at the turn that it had then.
        if paced >= self._paced:
            self._paced, self._lowers_at = paced, monotonic() + paced
        elif monotonic() >= self._lowers_at:
            self._paced = paced

    def _publish(self) -> None:
        """Shows readers what is due. A thing that was quiet before is due at once."""
        now, published = monotonic(), self._published
        assert published is not None
        while self._due and self._due[0][0] <= now:
            key = heappop(self._due)[1]
            touch = self._touches[key]
            touch.pending, touch.published_at = False, now
            published[key] = f"{_TURN}{touch.turn:.3f}" if touch.turn else touch.token()
            if touch.after is not None:
                self._plan(key, touch.after, self._pace.seconds_at(touch.after))

    def _forget(self) -> None:
        """Forgets changes older than the retained hour, as a process that starts now would not know them either."""
        published, horizon = self._published, self._clock() - RETAINED
        assert published is not None
        for key, touch in list(self._touches.items()):
            old = [slot for slot, (_, committed_at) in touch.slots.items() if committed_at < horizon]
            for slot in old:
                del touch.slots[slot]
            if touch.pending or not old:
                continue
            if touch.slots:
                if not published.get(key, "").startswith(_TURN):
                    published[key] = touch.token()
            else:
                del self._touches[key]
                published.pop(key, None)

    def _read_status(self, connection: Connection) -> None:
        rows = connection.execute(_STATUS, {"silent": timedelta(seconds=self._rhythm.writer_silent)}).all()
        partitions = read_partitions(connection)
        # A writer that was killed leaves its row behind. It counts only while no other one is at work.
        alive = [row for row in rows if row.alive]
        waiting = [row.oldest_waiting_at for row in alive or rows if row.oldest_waiting_at is not None]
        waiting += [each.complete_until for each in partitions if each.complete_until is not None]
        away = not alive or any(row.state in _AWAY for row in alive)
        now, complete_until = self._clock(), min(waiting, default=None)
        behind = (now - complete_until).total_seconds() if complete_until is not None else 0.0
        # Once late, until clearly not: a lag that swings about the limit must not make every page ask at every swing.
        late = behind > self._rhythm.late * (0.5 if self._watermark.late else 1.0)
        self._watermark = _Watermark(now, complete_until, away, late, partitions)

    def _wait(self, connection: Connection) -> None:
        """Until a commit notifies, something is due, or it is time to look by ourselves."""
        due = self._due[0][0] - monotonic() if self._due else self._rhythm.poll
        socket = connection.connection.dbapi_connection
        self._pause(socket, max(0.0, min(due, self._rhythm.poll)))

    def _pause(self, socket: Any, seconds: float) -> None:
        """Waits for a notification on a psycopg2 connection (or None), for `stop`, or for so many seconds."""
        # Not select.select: it refuses numbers over 1,023, which a process with 10,000 open pages gives out.
        with DefaultSelector() as selector:
            selector.register(self._woken, EVENT_READ)
            if socket is not None:
                selector.register(socket, EVENT_READ)
                if not socket.notifies and not selector.select(seconds):
                    return
                socket.poll()
                for told in socket.notifies:
                    if told.channel == PACE_CHANNEL:
                        self._pace.hear(told.pid, Said.from_text(told.payload))
                del socket.notifies[:]
                # Commits of the same moment are read together.
                selector.unregister(socket)
                seconds = self._rhythm.gather
            selector.select(seconds)
