"""Graded work of the campus: quizzes with their answers, assignments handed in early, late or not at all, and marks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random

from dashapp.domain.events import ActivityType, Event, ExtensionGranted, LearningEvent, Verb
from ingest.demo.calendar import Term, local_day, local_instant, local_seconds
from ingest.demo.campus import QUIZ_ITEMS, Activity, Campus, Enrolment, Fate, Learner
from ingest.demo.event_ids import event_id

DAY = 86_400.0
CHOICES = "ABCD"


@dataclass(frozen=True, slots=True)
class Timed:
    """An event with its instant in seconds since 1970, so that sorting needs no dates."""

    at: float
    event: Event


@dataclass(frozen=True, slots=True)
class _Task:
    learner: Learner
    enrolment: Enrolment
    activity: Activity
    rng: Random

    def due(self) -> float:
        assert self.activity.due_at is not None
        return self.activity.due_at.timestamp()

    def event(self, at: float, verb: Verb, **fields: object) -> Timed:
        """A learning event of this task at an instant."""
        event = LearningEvent(
            event_id(at, self.rng),
            verb,
            self.learner.identifier,
            self.enrolment.course.identifier,
            datetime.fromtimestamp(at, UTC),
            activity=self.activity.identifier,
            activity_type=self.activity.activity_type,
            **fields,  # type: ignore[arg-type]  # the fields of LearningEvent, written out by the callers
        )
        return Timed(at, event)


def graded_work(campus: Campus) -> Iterator[Timed]:
    """Everything that is handed in and marked in the whole term, in no order; what lies ahead is included."""
    for learner in campus.learners:
        for enrolment in learner.enrolments:
            for activity in enrolment.course.graded:
                seed = f"{campus.seed} {learner.number} {activity.identifier.value}"
                task = _Task(learner, enrolment, activity, Random(seed))
                if activity.activity_type is ActivityType.QUIZ:
                    yield from _quiz(task, campus.term)
                else:
                    yield from _assignment(task, campus.term)


def takes_part(learner: Learner, enrolment: Enrolment, term: Term, at: float) -> bool:
    """Whether a learner is enrolled and present at an instant; those who are away vanish late in the term."""
    if at < enrolment.joined_at.timestamp():
        return False
    if enrolment.leaves_at is not None and at >= enrolment.leaves_at.timestamp():
        return False
    return not (learner.away_days and at > away_from(learner, term))


def away_from(learner: Learner, term: Term) -> float:
    """From which instant nothing is heard any more of a learner who is away."""
    return term.moment(12, 0, time(0)).timestamp() - learner.away_days * DAY


def eagerness(enrolment: Enrolment, week: int) -> float:
    """How much of the usual work is done in a week: one until it fades, then less every week."""
    if enrolment.fades_in is None or week < enrolment.fades_in:
        return 1.0
    return float(max(0.0, 0.55 ** (week - enrolment.fades_in + 1) - 0.04))


def _hands_in(task: _Task) -> bool:
    base = {Fate.STRUGGLING: 0.72}.get(task.learner.fate, 0.965)
    return task.rng.random() < base * eagerness(task.enrolment, task.activity.week)


def _moment_of_work(task: _Task, term: Term) -> float | None:
    """When the work is handed in: by day, close to the deadline for most, and after it for a few."""
    rng, due = task.rng, task.due()
    draw = rng.random()
    late = 0.05 + (0.1 if task.learner.fate is Fate.STRUGGLING else 0.0)
    if draw < late:
        at = due + min(rng.expovariate(1 / 14), 70) * 3600
    elif draw < 0.55:
        at = due - min(rng.expovariate(1 / 5), 20) * 3600 - 240
    else:
        at = due - rng.uniform(0.6, 5.5) * DAY
    at = max(at, task.activity.published_at.timestamp() + 3 * 3600)
    day = local_day(datetime.fromtimestamp(at, UTC))
    clock = datetime.fromtimestamp(at, UTC).astimezone(term.moment(0, 0, time()).tzinfo).time()
    if clock.hour < 8 and not task.learner.night_owl:
        # Nobody but the night owls works then: the evening before, or in the morning where that would be late.
        at = local_seconds(day - timedelta(days=1), rng.triangular(1080, 1415, 1260)) if at < due else at + 8 * 3600
    return at if takes_part(task.learner, task.enrolment, term, at) else None


def _score(task: _Task, maximum: float) -> float:
    """A mark out of `maximum` by ability, taste of the course, fading and chance."""
    share = 68 + task.enrolment.course.text.taste + 11 * task.learner.ability + task.rng.gauss(0, 7)
    share -= 14 * (1 - eagerness(task.enrolment, task.activity.week))
    return round(min(99.0, max(12.0, share)) / 100 * maximum)


def _quiz(task: _Task, term: Term) -> Iterator[Timed]:
    if not _hands_in(task) or (at := _moment_of_work(task, term)) is None:
        return
    rng = task.rng
    chance = min(0.97, max(0.2, 0.68 + 0.13 * task.learner.ability + task.enrolment.course.text.taste / 100))
    for attempt in (1, 2):
        yield task.event(at, Verb.STARTED, attempt=attempt)
        right = 0
        for item in range(1, QUIZ_ITEMS + 1):
            at += rng.uniform(35, 170)
            # Later items are harder, and a second attempt is better.
            correct = rng.random() < chance - 0.05 * (item - 3) + 0.15 * (attempt - 1)
            right += correct
            yield task.event(
                at,
                Verb.ANSWERED,
                attempt=attempt,
                item=f"question-{item}",
                response=CHOICES[item % 4] if correct else CHOICES[(item + rng.randrange(1, 4)) % 4],
                correct=correct,
            )
        at += rng.uniform(10, 60)
        yield task.event(at, Verb.SUBMITTED, attempt=attempt, score=float(right), max_score=float(QUIZ_ITEMS))
        if right >= 4 or rng.random() > 0.45:
            return
        at += rng.uniform(300, 4000)


def _assignment(task: _Task, term: Term) -> Iterator[Timed]:
    rng = task.rng
    if rng.random() < 0.015:
        yield _extension(task)
    if rng.random() < 0.008:
        marked = _marking_time(task, task.due())
        yield task.event(marked, Verb.GRADED, exempt=True, max_score=100.0)
        return
    if not _hands_in(task) or (at := _moment_of_work(task, term)) is None:
        return
    start = at - rng.uniform(25, 75) * 60
    if takes_part(task.learner, task.enrolment, term, start):
        # The last stretch of the work: the task is opened again and again.
        while start < at - 120:
            yield task.event(start, Verb.VIEWED)
            start += rng.uniform(240, 1500)
    yield task.event(at, Verb.SUBMITTED, max_score=100.0)
    yield task.event(_marking_time(task, max(at, task.due())), Verb.GRADED, score=_score(task, 100.0), max_score=100.0)


def _marking_time(task: _Task, after: float) -> float:
    """Teachers mark by day, some days after the deadline; the fifth course is slow."""
    days = task.rng.randrange(3, 8) + (4 if task.enrolment.course.number == 4 else 0)
    day = local_day(datetime.fromtimestamp(after, UTC)) + timedelta(days=days)
    if day.weekday() > 4:
        day += timedelta(days=7 - day.weekday())
    return local_seconds(day, task.rng.uniform(545, 1050))


def _extension(task: _Task) -> Timed:
    due = local_day(datetime.fromtimestamp(task.due(), UTC))
    granted = local_seconds(due - timedelta(days=2), task.rng.uniform(600, 900))
    event = ExtensionGranted(
        event_id(granted, task.rng),
        task.learner.identifier,
        task.enrolment.course.identifier,
        task.activity.identifier,
        local_instant(due + timedelta(days=5), time(17)),
        datetime.fromtimestamp(granted, UTC),
    )
    return Timed(granted, event)
