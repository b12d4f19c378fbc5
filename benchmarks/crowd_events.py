"""The events of `benchmarks.crowd`: put into the inbox at a steady rate by those who study now, seven in a row each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from threading import Event as Signal
from threading import Thread
from time import perf_counter
from typing import Final
from uuid import uuid4

from benchmarks.backlog import ISSUER, KINDS, SESSION, VERBS
from benchmarks.crowd_campus import LEARNERS, courses_of
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import inbox
from dashapp.domain.events import Identifier, LearningEvent, Topic, Verb
from dashapp.domain.keys import SourceId
from ingest.native import encode

OPEN_SESSIONS: Final = 3_000
ACTIVITIES: Final = 20
"""Of each course."""
BATCHES_A_SECOND: Final = 20


@dataclass(slots=True)
class Studying:
    """Who studies: of `share` of the events those who have their own page open, the learners below `watching`; of all
    others those who have not."""

    watching: int
    share: float
    _chance: Random = field(default_factory=lambda: Random(7), init=False)
    _open: list[tuple[int, int, int]] = field(default_factory=list, init=False)
    """Learner, course, how many events are left."""

    def bodies(self, count: int) -> list[bytes]:
        """The next events, which happen now."""
        now = datetime.now(UTC)
        return [encode(self._next(now), ISSUER) for _ in range(count)]

    def _next(self, now: datetime) -> LearningEvent:
        chance = self._chance
        while len(self._open) < OPEN_SESSIONS:
            watches = chance.random() < self.share
            learner = chance.randrange(self.watching) if watches else chance.randrange(self.watching, LEARNERS)
            self._open.append((learner, chance.choice(courses_of(learner)), SESSION))
        place = chance.randrange(OPEN_SESSIONS)
        learner, course, left = self._open[place]
        if left > 1:
            self._open[place] = (learner, course, left - 1)
        else:
            self._open[place] = self._open[-1]
            self._open.pop()
        activity, verb = chance.randrange(ACTIVITIES), chance.choice(VERBS)
        return LearningEvent(
            # Never one of an earlier run on the same campus, which would count as a repetition.
            id=str(uuid4()),
            verb=verb,
            person=Identifier(ISSUER, "account", f"learner-{learner}"),
            course=Identifier(ISSUER, "course", f"course-{course}"),
            occurred_at=now,
            activity=Identifier(ISSUER, "activity", f"activity-{course}-{activity}"),
            activity_type=KINDS[activity % len(KINDS)],
            score=chance.randrange(11) if verb is Verb.SUBMITTED else None,
            max_score=10 if verb is Verb.SUBMITTED else None,
            item=f"item-{chance.randrange(9)}" if verb is Verb.ANSWERED else None,
        )


@dataclass(slots=True)
class Stream:
    """Events at a steady rate, from a thread."""

    database: Database
    source: SourceId
    studying: Studying
    rate: int
    pseudonym_key: str
    sent: int = 0
    _stopping: Signal = field(default_factory=Signal, init=False)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """While the block runs."""
        thread = Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()

    def _run(self) -> None:
        begun = perf_counter()
        while not self._stopping.is_set():
            bodies = self.studying.bodies(self.rate // BATCHES_A_SECOND)
            with self.database.transaction(DatabaseRole.INGEST, None) as connection:
                inbox.put(connection, self.source, Topic.LEARNING, bodies, self.pseudonym_key)
            self.sent += len(bodies)
            self._stopping.wait(max(0.0, begun + self.sent / self.rate - perf_counter()))
