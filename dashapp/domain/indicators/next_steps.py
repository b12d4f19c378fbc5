"""What a learner could do next, each with the plain reason that puts it there: deadlines, gaps, unfinished work."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashapp.domain.events import ActivityType
from dashapp.domain.indicators.content import Item, Unit
from dashapp.domain.views.content import NextStep, StepKind

MOST_STEPS = 4
MOST_OF_A_KIND = 2
"""While others wait: four missed deadlines would leave no place for the one that can still be met."""
OVERDUE_DAYS = 14
"""After so many days late work is most often not taken any more."""
SOON_DAYS = 10
LOW_SCORE = 60.0
"""%"""

_ORDER = {kind: place for place, kind in enumerate(StepKind)}
_HANDED_IN = frozenset({ActivityType.QUIZ, ActivityType.ASSIGNMENT})


@dataclass(frozen=True, slots=True)
class CourseContent:
    """The activities of one course with what the learner did, and its units in the order in which they are taught."""

    course: str
    items: Sequence[Item]
    units: Sequence[Unit] = ()
    elapsed: float | None = None
    """Which share of the course is over, where it has a start and an end."""
    running: bool = True


def next_steps(courses: Sequence[CourseContent], now: datetime) -> tuple[NextStep, ...]:
    """At most four, the most pressing first: overdue, due soon and not started, opened and not finished, a unit that
    the course has passed untouched, a low score that another attempt can raise. Of each kind two while others wait;
    within a kind the earliest deadline comes first, what has none last. A course that is not under way has none."""
    found: list[NextStep] = []
    for course in courses:
        if course.running:
            found += _of_course(course, now)
    found.sort(key=lambda step: (_ORDER[step.kind], step.at is None, step.at or now, step.score or 0.0))
    of_kind = Counter[StepKind]()
    places = []
    for place, step in enumerate(found):
        of_kind[step.kind] += 1
        # Untouched units never fill up: two of them say what there is to say.
        if of_kind[step.kind] <= MOST_OF_A_KIND or step.kind is not StepKind.UNIT_UNTOUCHED:
            places.append((of_kind[step.kind] > MOST_OF_A_KIND, place))
    chosen = sorted(place for _more, place in sorted(places)[:MOST_STEPS])
    return tuple(found[place] for place in chosen)


def _of_course(course: CourseContent, now: datetime) -> list[NextStep]:
    names = {unit.key: unit.title for unit in course.units}
    tells_completion = any(item.completed for item in course.items)
    steps = []
    for item in course.items:
        kind = _kind(item, now, tells_completion)
        if kind is not None:
            unit = names.get(item.unit, "") if item.unit is not None else ""
            score = item.score if kind is StepKind.LOW_SCORE else None
            steps.append(NextStep(kind, course.course, item.title, unit, item.due_at, score, item.address))
    return steps + _units(course, now)


def _kind(item: Item, now: datetime, tells_completion: bool) -> StepKind | None:
    """Why this activity is a next step, None: it is none."""
    if item.exempt or not item.is_published(now) or not item.theirs:
        return None
    if item.handed_in or item.completed:
        low = item.score is not None and item.score < LOW_SCORE and item.is_repeatable(now)
        return StepKind.LOW_SCORE if low and item.activity_type is ActivityType.QUIZ else None
    if item.due_at is not None and item.due_at <= now:
        return StepKind.OVERDUE if now - item.due_at <= timedelta(days=OVERDUE_DAYS) else None
    if item.done:
        return None
    if item.seen:
        # Of what no completion is ever told, nobody can say that it is not finished.
        known = item.activity_type in _HANDED_IN or item.due_at is not None or tells_completion
        return StepKind.UNFINISHED if known else None
    soon = item.due_at is not None and item.due_at - now <= timedelta(days=SOON_DAYS)
    return StepKind.DUE_SOON if soon else None


def _units(course: CourseContent, now: datetime) -> list[NextStep]:
    """The units that the course is past and of which the learner has touched nothing."""
    steps = []
    for place, unit in enumerate(course.units):
        inside = [item for item in course.items if item.unit == unit.key and item.is_published(now)]
        untouched = inside and not any(item.touched or item.exempt for item in inside)
        if untouched and _is_past(course, place, now):
            address = next((item.address for item in inside if item.address), None)
            steps.append(NextStep(StepKind.UNIT_UNTOUCHED, course.course, unit.title, address=address))
    return steps


def _is_past(course: CourseContent, place: int, now: datetime) -> bool:
    """By the deadlines of this unit and those behind it; by the calendar where the course has no deadline at all."""
    later = {unit.key for unit in course.units[place:]}
    due = [(item.unit, item.due_at) for item in course.items if item.due_at is not None]
    if due:
        return any(unit in later and at <= now for unit, at in due)
    return course.elapsed is not None and (place + 1) / len(course.units) <= course.elapsed
