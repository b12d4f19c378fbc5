"""The campus as content and user events: what exists, who takes part. Small, and sent again at every start."""

from collections.abc import Iterator
from datetime import time, timedelta
from random import Random

from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    AttemptPolicy,
    ContentEvent,
    CourseDescribed,
    Event,
    MembershipChanged,
    PersonDescribed,
    Role,
    SectionDescribed,
    UnitDescribed,
    UserEvent,
)
from ingest.demo.calendar import READING_WEEK, WEEKS
from ingest.demo.campus import Activity, Administrator, Campus, Course, Learner, Teacher
from ingest.demo.event_ids import event_id


def content_events(campus: Campus) -> Iterator[ContentEvent]:
    """Courses with their sections, units and activities."""
    told = campus.term.moment(-3, 0, time(9))
    for course in campus.courses:
        ids = _Ids(f"{campus.seed} {course.identifier.value} content", told.timestamp())
        yield CourseDescribed(
            ids.next(),
            course.identifier,
            told,
            code=course.text.code,
            title=course.text.title,
            organisation_unit=course.text.faculty,
            term=campus.term.name,
            starts_on=campus.term.first_day,
            ends_on=campus.term.last_day,
            breaks=(campus.term.reading_week,),
        )
        for section in course.text.sections:
            yield SectionDescribed(ids.next(), course.identifier, section.name, told, section.title)
        weeks = [week for week in range(WEEKS) if week != READING_WEEK]
        for position, (week, title) in enumerate(zip(weeks, course.text.topics, strict=True), start=1):
            yield UnitDescribed(
                ids.next(),
                course.identifier,
                f"unit-{position:02}",
                told,
                f"Week {week + 1}: {title}",
                position=position,
            )
        for activity in course.activities():
            yield _describe(activity, course, ids)


def user_events(campus: Campus) -> Iterator[UserEvent]:
    """People, then who learns and who teaches where, up to the end of the term: the future ones are not yet true."""
    told = campus.term.moment(-3, 1, time(9))
    ids = _Ids(f"{campus.seed} people", told.timestamp())
    people: tuple[Learner | Teacher | Administrator, ...] = (
        *campus.learners,
        *campus.teachers,
        *campus.administrators,
    )
    for person in people:
        yield PersonDescribed(
            ids.next(),
            person.identifier,
            told,
            given_name=person.given_name,
            family_name=person.family_name,
            email=person.email,
            is_test=False,
        )
    for number, teacher in enumerate(campus.teachers):
        for course in teacher.courses:
            yield MembershipChanged(ids.next(), teacher.identifier, course.identifier, Role.TEACHER, True, told)
        if number == len(campus.teachers) - 1:
            # The last teacher also helps in the first course, so that both staff roles are there.
            first = campus.courses[0].identifier
            yield MembershipChanged(ids.next(), teacher.identifier, first, Role.ASSISTANT, True, told)
    for learner in campus.learners:
        yield from _enrolments(campus, learner)
    for course in campus.courses:
        yield from _teams(campus, course)


def _teams(campus: Campus, course: Course) -> Iterator[MembershipChanged]:
    """The groups of a course that has any: formed in its second week, of who is in it then, dealt out like cards."""
    formed = campus.term.moment(1, 2, time(10))
    ids = _Ids(f"{campus.seed} {course.identifier.value} teams", formed.timestamp())
    there = [
        learner
        for learner in campus.learners
        for enrolment in learner.enrolments
        if enrolment.course is course and enrolment.joined_at <= formed
    ]
    Random(f"{campus.seed} {course.identifier.value} seats").shuffle(there)
    for place, learner in enumerate(there if course.text.teams else ()):
        team = f"Team {place % course.text.teams + 1}"
        yield MembershipChanged(
            ids.next(), learner.identifier, course.identifier, Role.LEARNER, True, formed, group=team
        )


def _enrolments(campus: Campus, learner: Learner) -> Iterator[MembershipChanged]:
    ids = _Ids(f"{campus.seed} {learner.number} enrolments", campus.term.moment(-2, 0, time(9)).timestamp())
    for enrolment in learner.enrolments:
        course = enrolment.course.identifier
        yield MembershipChanged(
            ids.next(),
            learner.identifier,
            course,
            Role.LEARNER,
            True,
            enrolment.joined_at,
            section=enrolment.section,
        )
        leaves = ids.next()
        if enrolment.leaves_at is not None:
            yield MembershipChanged(
                leaves,
                learner.identifier,
                course,
                Role.LEARNER,
                False,
                enrolment.leaves_at,
                section=enrolment.section,
            )


def _describe(activity: Activity, course: Course, ids: "_Ids") -> ActivityDescribed:
    return ActivityDescribed(
        ids.next(),
        course.identifier,
        activity.identifier,
        activity.published_at - timedelta(days=10),
        activity_type=activity.activity_type,
        title=activity.title,
        unit=activity.unit,
        published_at=activity.published_at,
        due_at=activity.due_at,
        max_score=activity.max_score,
        weight=activity.weight,
        attempt_policy=AttemptPolicy.BEST if activity.activity_type is ActivityType.QUIZ else AttemptPolicy.LATEST,
    )


class _Ids:
    """Ids in the order of asking, the same at every start."""

    def __init__(self, seed: str, epoch: float) -> None:
        self._rng = Random(seed)
        self._epoch = epoch

    def next(self) -> str:
        return event_id(self._epoch, self._rng)


def describing_events(campus: Campus) -> Iterator[Event]:
    """All content events, then all user events that have happened or are known beforehand."""
    yield from content_events(campus)
    yield from user_events(campus)
