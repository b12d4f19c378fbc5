"""Which events of a history can be counted. Why the others cannot is noted, each with its line or with a count."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dashapp.domain.events import Event, LearningEvent, Topic
from dashapp.settings import Settings
from ingest.formats import kind_of
from ingest.history.recorded import Notes, Problem, Step
from ingest.history.ways import Through

FEED_BEGAN: Final = "what happened since the live feed began (--until)"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    through: Through
    now: datetime
    """What happens later than that has not happened yet."""
    until: datetime | None = None
    """Only what happened before this instant: a live feed tells the rest."""
    speed: int | None = None
    """At most so many events a second."""


class Sieve:
    """Lets through what the service would count."""

    def __init__(self, settings: Settings, allowed: frozenset[Topic], wishes: Wishes, notes: Notes) -> None:
        """`allowed`: the kinds of event that the source may send."""
        self._notes = notes
        self._allowed = allowed
        self._all_kinds = allowed == frozenset(Topic)
        now = wishes.now
        self._latest = now + timedelta(seconds=settings.future_tolerance)
        self._until = wishes.until
        self._retention = settings.data_retention_days
        # Who counts elsewhere has a horizon of their own, which we cannot widen.
        self._oldest = None if wishes.through is Through.HERE else now - timedelta(days=self._retention)

    def sieved(self, file: str, step: Step) -> Step:
        """The step with those of its events that can be counted."""
        let = [self._lets_through(event, file, step) for event in step.events]
        if all(let):
            return step
        events = [event for event, kept in zip(step.events, let, strict=True) if kept]
        bodies = [body for body, kept in zip(step.bodies, let, strict=False) if kept]
        return Step(step.position, step.line, events, bodies)

    def _lets_through(self, event: Event, file: str, step: Step) -> bool:
        at = event.occurred_at
        if not self._all_kinds and (kind := kind_of(event)) not in self._allowed:
            self._notes.left_out[f"{kind.value} events, which this source may not send"] += 1
            return False
        if at is None:
            return True
        if at > self._latest:
            self._notes.note(Problem(file, step.line, None, f"lies in the future: {at:%Y-%m-%d %H:%M} UTC"))
            return False
        if type(event) is not LearningEvent:
            return True
        if self._until is not None and at >= self._until:
            self._notes.left_out[FEED_BEGAN] += 1
            return False
        if self._oldest is not None and at < self._oldest:
            reason = f"older than DATA_RETENTION_DAYS ({self._retention}); --through here takes it"
            self._notes.left_out[reason] += 1
            return False
        return True
