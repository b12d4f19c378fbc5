"""How learners spend a day: sessions at the times of day when people study, minutes between two clicks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from dashapp.domain.events import ActivityType, LearningEvent, Verb
from ingest.demo.calendar import READING_WEEK, WEEKS, local_seconds
from ingest.demo.campus import Activity, Campus, Course, Enrolment, Fate, Learner, Teacher
from ingest.demo.event_ids import event_id
from ingest.demo.work import DAY, Timed, eagerness, takes_part

WEEKDAYS = (1.15, 1.2, 1.1, 1.0, 0.72, 0.42, 0.85)
"""From Monday on: how much is done on a day, against a mean day."""
SESSIONS_PER_DAY = 0.3
"""Of a learner of mean diligence, in one course, on a mean day of teaching."""
CLASS_DAYS = {"A": 0, "B": 1, "C": 3, "E": 2}
"""The weekday on which each section meets."""
LIVELINESS = (
    *(0.12, 0.06, 0.04, 0.03, 0.03, 0.04, 0.1, 0.25, 0.5, 0.7, 0.8, 0.9),
    *(1.0, 0.95, 0.85, 0.8, 0.85, 0.85, 0.8, 0.95, 1.0, 0.9, 0.6, 0.3),
)
"""By the hour of the local day: how lively the campus is, against its peak."""


@dataclass(frozen=True, slots=True)
class Study:
    """One session: who studies what, in which week of the term, and the chance that it draws from."""

    learner: Learner | Teacher
    course: Course
    week: int
    taught: int
    """The newest week whose content is open, as an index into the course's weeks."""
    rng: Random

    def event(self, at: float, verb: Verb, activity: Activity, **fields: Any) -> Timed:
        """A learning event of this session at an instant."""
        event = LearningEvent(
            event_id(at, self.rng),
            verb,
            self.learner.identifier,
            self.course.identifier,
            datetime.fromtimestamp(at, UTC),
            activity=activity.identifier,
            activity_type=activity.activity_type,
            **fields,
        )
        return Timed(at, event)


def day_of_study(campus: Campus, day: date) -> list[Timed]:
    """Everything that is read, watched and written on a local day, in no order. Pure: a day is always the same."""
    rng = Random(f"{campus.seed} {day.isoformat()}")
    week = campus.term.week(day)
    if not -1 <= week < WEEKS:
        return []
    noon = local_seconds(day, 720)
    season = {-1: 0.15, 0: 1.2, READING_WEEK: 0.22}.get(week, 1.0) * (1 - 0.012 * max(0, week))
    factor = SESSIONS_PER_DAY * WEEKDAYS[day.weekday()] * season
    pull = [_pull_of_deadlines(course, noon) for course in campus.courses]
    events: list[Timed] = []
    for learner in campus.learners:
        free_from = 0.0
        for enrolment in learner.enrolments:
            chance = factor * learner.diligence * pull[enrolment.course.number] * eagerness(enrolment, week)
            # On the day of the class most do something for it, which gives everybody's weeks their rhythm.
            chance *= 1.9 if CLASS_DAYS[enrolment.section] == day.weekday() else 0.85
            draw = rng.random()
            if draw >= chance or not takes_part(learner, enrolment, campus.term, noon):
                continue
            for _ in range(1 + (draw < chance * 0.18)):
                at = max(local_seconds(day, _clock(learner, rng)), free_from)
                session = Study(learner, enrolment.course, week, _open_week(week), rng)
                events.extend(one_session(session, at))
                free_from = events[-1].at + 400
    for teacher in campus.teachers:
        for course in teacher.courses:
            if rng.random() < 0.5 * season and day.weekday() < 5:
                at = local_seconds(day, rng.uniform(540, 1020))
                events.extend(one_session(Study(teacher, course, week, _open_week(week), rng), at))
    return events


def one_session(study: Study, at: float, pace: float = 1.0) -> Iterator[Timed]:
    """The events of one session in order, the first at `at`. `pace` scales the pauses; at least one event comes."""
    rng = study.rng
    if rng.random() < 0.6:
        yield study.event(at, Verb.VIEWED, study.course.home)
        at += rng.uniform(8, 70) * pace
    for _ in range(1 + min(5, int(rng.expovariate(1.2)))):
        draw = rng.random()
        if draw < 0.12:
            steps = _discuss(study, at, pace)
        else:
            activity = _choose(study)
            steps = _watch(study, activity, at, pace) if activity.seconds else _read(study, activity, at, pace)
        for timed in steps:
            at = timed.at
            yield timed
        at += rng.uniform(20, 200) * pace


def _open_week(week: int) -> int:
    return max(0, week - (week == READING_WEEK))


def _pull_of_deadlines(course: Course, noon: float) -> float:
    """More is done in the three days before something is due, by its weight."""
    pull = 1.0
    for activity in course.graded:
        if activity.due_at is not None and 0 <= activity.due_at.timestamp() - noon < 3 * DAY:
            pull += 0.04 * (activity.weight or 0)
    return min(pull, 1.9)


def _clock(learner: Learner, rng: Random) -> float:
    """Minutes after midnight at which a session begins: morning, lunch, afternoon, evening; or at night."""
    draw = rng.random()
    if learner.night_owl and draw < 0.7:
        return rng.gauss(1500, 75)
    if draw < 0.18:
        return max(400.0, rng.gauss(600, 55))
    if draw < 0.4:
        return rng.gauss(765, 35)
    if draw < 0.58:
        return rng.gauss(950, 70)
    return min(1425.0, rng.gauss(1215, 70))


def _choose(study: Study) -> Activity:
    """Mostly this week's content, then last week's, then any earlier one."""
    rng, newest = study.rng, study.taught
    draw = rng.random()
    week = newest if draw < 0.68 else newest - 1 if draw < 0.87 else rng.randrange(newest + 1)
    content = study.course.weeks[max(0, week)] or study.course.weeks[max(0, week - 1)]
    return rng.choice(content)


def _read(study: Study, activity: Activity, at: float, pace: float) -> Iterator[Timed]:
    rng = study.rng
    tool = activity.activity_type is ActivityType.EXTERNAL_TOOL
    yield study.event(at, Verb.INTERACTED if tool else Verb.VIEWED, activity)
    while rng.random() < 0.3:
        at += rng.uniform(60, 420) * pace
        yield study.event(at, Verb.INTERACTED if tool else Verb.VIEWED, activity, count=rng.randrange(1, 4))
    if isinstance(study.learner, Learner) and rng.random() < _thoroughness(study.learner):
        at += rng.uniform(30, 240) * pace
        yield study.event(at, Verb.COMPLETED, activity)


def _thoroughness(learner: Learner) -> float:
    return 0.35 if learner.fate is Fate.STRUGGLING else min(0.9, 0.62 + 0.1 * learner.ability)


def _watch(study: Study, activity: Activity, at: float, pace: float) -> Iterator[Timed]:
    """A video in stretches, with pauses; some stop early, some go back to see a stretch again."""
    rng = study.rng
    position = 0.0 if rng.random() < 0.8 else float(rng.randrange(activity.seconds // 2))
    yield study.event(at, Verb.PLAYED, activity, position_from=position)
    while position < activity.seconds - 5:
        end = min(float(activity.seconds), position + rng.triangular(120, 700, 380))
        at += (end - position) * pace
        yield study.event(at, Verb.WATCHED, activity, position_from=position, position_to=end)
        position = end
        draw = rng.random()
        if draw < 0.2:
            yield study.event(at + 1, Verb.PAUSED, activity, position_from=position)
            return
        if draw < 0.28:
            back = max(0.0, position - float(rng.randrange(40, 200)))
            yield study.event(at + 1, Verb.SEEKED, activity, position_from=position, position_to=back)
            position = back
            at += 2
    yield study.event(at + 1, Verb.COMPLETED, activity)


def _discuss(study: Study, at: float, pace: float) -> Iterator[Timed]:
    rng, forum = study.rng, study.course.forum
    yield study.event(at, Verb.VIEWED, forum)
    if rng.random() < 0.3:
        at += rng.uniform(90, 500) * pace
        # Threads are numbered per week; a reply names the first post of one.
        thread = f"{study.course.identifier.value}-{study.week}-{rng.randrange(12)}"
        first = rng.random() < 0.2
        post = thread if first else f"{thread}-{rng.getrandbits(32):08x}"
        yield study.event(at, Verb.POSTED, forum, post=post, reply_to=None if first else thread)


def study_of(learner: Learner, enrolment: Enrolment, campus: Campus, day: date, rng: Random) -> Study:
    """A session of the present, for the live stream."""
    week = min(max(campus.term.week(day), 0), WEEKS - 1)
    return Study(learner, enrolment.course, week, _open_week(week), rng)
