"""What a row of either form of the log tells, as an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashapp.domain.events import Event, LearningEvent, Verb
from ingest.history.moodle.kinds import Meaning
from ingest.history.moodle.naming import SITE_COURSE, Names, type_of_module
from ingest.xapi.belonging import LARGEST_ATTEMPT

_OF_ACTIVITIES: Final = frozenset({Verb.STARTED, Verb.SUBMITTED, Verb.POSTED})


@dataclass(frozen=True, slots=True)
class Happened:
    """Somebody did something in a course: in a course module of this number, where there is a module."""

    meaning: Meaning
    person: int
    course: int
    module: str | None
    course_module: int

    def events(self, event_id: str, names: Names, at: datetime, number: int | None) -> Sequence[Event]:
        """The event. `number`: of the attempt or the post. The first one outside of courses brings a name for that.

        Only what native events have is said, so that the same event is told whichever way it takes.
        """
        event = self._event(event_id, names, at, number)
        if self.course > SITE_COURSE or (described := names.outside()) is None:
            return (event,)
        return described, event

    def _event(self, event_id: str, names: Names, at: datetime, number: int | None) -> LearningEvent:
        verb = self.meaning.verb
        if self.module is None and verb in _OF_ACTIVITIES:
            verb = Verb.INTERACTED
        attempt = 1
        if self.meaning.numbered and number is not None:
            # As the xAPI plugins number attempts: by their id, which rises with every attempt.
            attempt = max(1, min(number, LARGEST_ATTEMPT))
        post = None
        if verb is Verb.POSTED and number is not None:
            post = f"{self.meaning.posted}{number}"
        return LearningEvent(
            event_id,
            verb,
            names.person(self.person),
            names.course(self.course),
            at,
            activity=None if self.module is None else names.activity(self.module, self.course_module),
            activity_type=None if self.module is None else type_of_module(self.module),
            attempt=attempt,
            post=post,
        )
