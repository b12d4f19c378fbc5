"""What a learner did in the 7 days before somebody wrote to them, in the 7 days after, and in the 7 after those.

The day of the message counts on neither side: what stood before it and what came after it are one row of the
aggregates. A span says nothing until it is over. None of it says why something changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Span:
    """Seven local days of one learner in one course."""

    active_days: int
    events: int


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Before a message and after it; None: these days are not over."""

    before: Span
    after_7: Span | None
    after_14: Span | None
    """The eighth to the fourteenth day."""


def follow_up(events: Mapping[date, int], written: date, today: date) -> FollowUp:
    """From the events of each local day; days without any may be missing."""

    def span(first: int) -> Span:
        found = [events.get(written + timedelta(days=first + day), 0) for day in range(DAYS)]
        return Span(sum(number > 0 for number in found), sum(found))

    passed = (today - written).days
    return FollowUp(span(-DAYS), span(1) if passed > DAYS else None, span(DAYS + 1) if passed > 2 * DAYS else None)
