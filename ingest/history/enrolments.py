"""Enrolments as roles that begin and end. Somebody may be enrolled in one course by several rows at once, by hand and
by a cohort, or in two sections: the role ends when the last of them does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dashapp.domain.events import Event, Identifier, MembershipChanged, Role
from ingest.history.event_ids import named_id
from ingest.history.recorded import BadValue

AHEAD = "enrolments that begin later"


@dataclass(frozen=True, slots=True)
class Span:
    """What one row says. An end that lies ahead is none: it is told when it has come."""

    origin: tuple[object, ...]
    """What identifies the row."""
    person: Identifier
    course: Identifier
    role: Role
    begins: datetime
    ends: datetime | None

    @property
    def place(self) -> tuple[Identifier, Identifier, Role]:
        """What is held."""
        return self.person, self.course, self.role


Understand = Callable[[Sequence[str]], Span | Sequence[Event] | str]
"""From the values of a row to what it says; or to other events, or the reason for which it is left out."""


@dataclass(slots=True)
class Enrolments:
    """Reads rows of enrolments. `prepare` has to have seen all of them."""

    understand: Understand
    now: datetime
    _several: dict[tuple[Identifier, Identifier, Role], list[Span]] = field(default_factory=dict)

    def prepare(self, rows: Callable[[], Iterable[Sequence[str]]]) -> None:
        """Looks for places that are held by several rows. Only those are remembered: there are few."""
        seen, again = set[int](), set[int]()
        for span in self._spans(rows()):
            key = hash(span.place)
            (again if key in seen else seen).add(key)
        if not again:
            return
        found = defaultdict(list)
        for span in self._spans(rows()):
            if hash(span.place) in again:
                found[span.place].append(span)
        self._several = {place: spans for place, spans in found.items() if len(spans) > 1}

    def read(self, values: Sequence[str]) -> Sequence[Event] | str:
        """The begin of a row, and its end, unless another row goes on. May raise BadValue."""
        span = self.understand(values)
        if not isinstance(span, Span):
            return span
        if span.begins > self.now:
            return AHEAD
        began = self._event(span, span.begins, active=True)
        if span.ends is None or span.ends > self.now or self._goes_on(span, span.ends):
            return (began,)
        return began, self._event(span, span.ends, active=False)

    def _goes_on(self, span: Span, at: datetime) -> bool:
        """Whether another row of the same place covers an instant."""
        return any(
            other.origin != span.origin and other.begins <= at and (other.ends is None or other.ends > at)
            for other in self._several.get(span.place, ())
        )

    def _event(self, span: Span, at: datetime, *, active: bool) -> MembershipChanged:
        event_id = named_id(*span.origin, span.role.value, "begins" if active else "ends", at)
        # A row that ends before it begins held for no time at all.
        return MembershipChanged(
            event_id, span.person, span.course, span.role, active, max(at, span.begins) if not active else at
        )

    def _spans(self, rows: Iterable[Sequence[str]]) -> Iterable[Span]:
        for values in rows:
            try:
                span = self.understand(values)
            except BadValue:
                # Whoever reads it meets it again, and notes it.
                continue
            if isinstance(span, Span) and span.begins <= self.now:
                yield span
