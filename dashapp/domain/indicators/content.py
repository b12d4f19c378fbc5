"""How far somebody is through the content of a course: progress and plan, units, mastery, and what is untouched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashapp.domain.events import ActivityType, AttemptPolicy
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.indicators.progress import ActivityState, is_complete
from dashapp.domain.views.content import CourseProgress, UnitProgress, Untouched

REPEATABLE = frozenset({AttemptPolicy.BEST, AttemptPolicy.LATEST})
"""Policies by which a further attempt can raise the score alone."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a course. Units are ordered as they are taught, those within others behind what holds them."""

    key: int
    title: str


@dataclass(frozen=True, slots=True)
class Item:
    """One activity of a course, and what the learner has done with it."""

    title: str
    activity_type: ActivityType = ActivityType.UNKNOWN
    unit: int | None = None
    published_at: datetime | None = None
    due_at: datetime | None = None
    """Extensions respected."""
    submitted_at: datetime | None = None
    score: float | None = None
    """The score that counts, 0 to 100."""
    best: float | None = None
    """The best of all attempts, 0 to 100."""
    seen: bool = False
    completed: bool = False
    """By a completion event."""
    handed_in: bool = False
    """Submitted, graded, or carried over from an earlier run."""
    exempt: bool = False
    theirs: bool = True
    """False: it was due before the learner joined."""
    policy: AttemptPolicy = AttemptPolicy.LATEST
    address: str | None = None

    def is_published(self, now: datetime) -> bool:
        """Whether the learner can open it; what names no day of publication always can be."""
        return self.published_at is None or self.published_at <= now

    @property
    def done(self) -> bool:
        """Whether it is complete, as progress has it."""
        return is_complete(
            ActivityState(
                self.activity_type, completed=self.completed, submitted=self.handed_in or self.exempt, viewed=self.seen
            )
        )

    @property
    def touched(self) -> bool:
        """Whether the learner has done anything with it."""
        return self.seen or self.completed or self.handed_in

    def is_repeatable(self, now: datetime) -> bool:
        """Whether a further attempt could raise the score: by the policy, and while it is open."""
        return self.policy in REPEATABLE and (self.due_at is None or self.due_at > now)


def elapsed_share(calendar: TeachingCalendar, today: date) -> float | None:
    """Which share of the teaching days is over, today included; None without a start, an end or any teaching day."""
    first, last = calendar.starts_on, calendar.ends_on
    if first is None or last is None or last < first:
        return None
    before = date.fromordinal(first.toordinal() - 1)
    whole = calendar.teaching_days(before, last)
    return calendar.teaching_days(before, min(max(today, before), last)) / whole if whole else None


def course_progress(course: str, items: Sequence[Item], now: datetime, elapsed: float | None) -> CourseProgress:
    """Completed of published. The plan spreads all known activities evenly over the teaching days; what is not yet
    published cannot be planned."""
    published = [item for item in items if item.is_published(now)]
    planned = None if elapsed is None else min(len(published), int(elapsed * len(items) + 0.5))
    return CourseProgress(course, sum(item.done for item in published), len(published), planned)


def mastery(items: Sequence[Item]) -> float | None:
    """The mean of the best scores of what is graded, 0 to 100; None where nothing is."""
    best = [item.best for item in items if item.best is not None and not item.exempt]
    return sum(best) / len(best) if best else None


def unit_progress(course: str, units: Sequence[Unit], items: Sequence[Item], now: datetime) -> tuple[UnitProgress, ...]:
    """Each unit with anything published in it, in its order; last what stands in no unit."""
    rows = []
    known = {unit.key for unit in units}
    for unit in (*units, None):
        inside = [
            item
            for item in items
            if item.is_published(now)
            and (item.unit == unit.key if unit is not None else item.unit is None or item.unit not in known)
        ]
        if inside:
            left = tuple(Untouched(item.title, item.address) for item in inside if not item.touched and not item.exempt)
            done = sum(item.done for item in inside)
            title = unit.title if unit is not None else ""
            rows.append(UnitProgress(course, title, done, len(inside), mastery(inside), left))
    return tuple(rows)
