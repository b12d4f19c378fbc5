"""A gentle stream of live demo events, so that charts move while somebody watches: about one event a second by day."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from threading import Event as Signal
from threading import Thread

from dashapp.data.database import Database
from dashapp.domain.clock import Clock
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import LearningEvent
from dashapp.observability.logging import get_logger
from dashapp.settings import Settings
from ingest.demo.calendar import local_day, local_hour
from ingest.demo.campus import Campus, Enrolment, Learner
from ingest.demo.loading import DemoCampus
from ingest.demo.study import LIVELINESS, one_session, study_of
from ingest.demo.work import Timed, eagerness, takes_part
from ingest.sending import Sender, sender_for

PEAK_SESSIONS = 60
"""How many learners study at the same time when the campus is liveliest."""
QUIET_SESSIONS = 12
"""The same in the middle of the night: enough that something moves."""
PACE = 0.35
"""Pauses are shorter than in the history, so that few learners make a stream worth watching."""
LONGEST_WAIT = 5.0

log = get_logger(__name__)


@dataclass(order=True, slots=True)
class _Open:
    """A session that goes on: its next event, and the rest."""

    at: float
    number: int
    next: Timed = field(compare=False)
    rest: Iterator[Timed] = field(compare=False)
    learner: int = field(compare=False)


class LiveSessions:
    """Who studies now. Has no clock of its own: `due` gives what has happened until an instant."""

    def __init__(self, campus: Campus, rng: Random) -> None:
        """`rng`: seeded by the caller, or not."""
        self._campus = campus
        self._rng = rng
        self._open: list[_Open] = []
        self._begun = 0

    def due(self, now: datetime) -> list[LearningEvent]:
        """The events whose time has come, in order, with the times at which they happened: never after `now`."""
        instant = now.timestamp()
        happened: list[LearningEvent] = []
        while self._open and self._open[0].at <= instant:
            session = heapq.heappop(self._open)
            if isinstance(session.next.event, LearningEvent):
                happened.append(session.next.event)
            if (following := next(session.rest, None)) is not None:
                self._push(following, session.rest, session.learner)
        wanted = self._wanted(now)
        for _ in range(2 * wanted):
            if len(self._open) >= wanted:
                break
            self._begin(now)
        return happened

    def seconds_to_next(self, now: datetime) -> float:
        """How long nothing happens, at most `LONGEST_WAIT`."""
        if not self._open:
            return LONGEST_WAIT
        return min(LONGEST_WAIT, max(0.05, self._open[0].at - now.timestamp()))

    def _wanted(self, now: datetime) -> int:
        return round(QUIET_SESSIONS + (PEAK_SESSIONS - QUIET_SESSIONS) * LIVELINESS[local_hour(now)])

    def _begin(self, now: datetime) -> None:
        """One more learner sits down, unless the one that chance names is busy or has left."""
        learner = self._rng.choice(self._campus.learners)
        enrolment = self._rng.choice(learner.enrolments)
        if any(session.learner == learner.number for session in self._open) or not self._present(
            learner, enrolment, now
        ):
            return
        # Those who are found at work when the stream starts are somewhere in their session.
        at = now.timestamp() + self._rng.uniform(0, 25)
        study = study_of(learner, enrolment, self._campus, local_day(now), self._rng)
        session = one_session(study, at, PACE)
        if (first := next(session, None)) is not None:
            self._push(first, session, learner.number)

    def _present(self, learner: Learner, enrolment: Enrolment, now: datetime) -> bool:
        week = self._campus.term.week(local_day(now))
        keen = self._rng.random() < learner.diligence * eagerness(enrolment, week)
        return keen and takes_part(learner, enrolment, self._campus.term, now.timestamp())

    def _push(self, timed: Timed, rest: Iterator[Timed], learner: int) -> None:
        self._begun += 1
        heapq.heappush(self._open, _Open(timed.at, self._begun, timed, rest, learner))


class DemoStream:
    """The stream as a thread. While the transport is away events are dropped: they are only a demo."""

    def __init__(self, campus: Campus, sender: Sender, clock: Clock, rng: Random | None = None) -> None:
        """Nothing happens before `start`; the sender is closed with the stream."""
        self._sessions = LiveSessions(campus, rng or Random())
        self._sender = sender
        self._clock = clock
        self._stopping = Signal()
        self._thread = Thread(target=self._run, name="demo-stream", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and waits for it."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._sender.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            now = self._clock().astimezone(UTC)
            if events := self._sessions.due(now):
                try:
                    self._sender.send(events)
                except Unavailable:
                    log.warning("demo.transport_away", dropped=len(events))
            self._stopping.wait(self._sessions.seconds_to_next(now))


def demo_stream(settings: Settings, database: Database, campus: DemoCampus, clock: Clock) -> DemoStream:
    """The stream into the configured transport: Kafka where there are brokers, else the inbox."""
    return DemoStream(campus.campus, sender_for(settings, database, campus.source), clock)
