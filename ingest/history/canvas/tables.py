"""Canvas's tables besides its web logs: what there is, who belongs where, what was handed in and what it got."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    CourseDescribed,
    Event,
    Identifier,
    LearningEvent,
    PersonDescribed,
    Role,
    Verb,
)
from ingest.history.canvas.naming import Names
from ingest.history.canvas.requests import DELETED, NAMELESS
from ingest.history.enrolments import Span
from ingest.history.event_ids import named_id
from ingest.history.recorded import BadValue
from ingest.history.values import decimal, given, local_day, moment, needed, whole
from ingest.xapi.belonging import LARGEST_ATTEMPT

COURSE: Final = ("id", "name", "course_code", "start_at", "conclude_at", "updated_at", "workflow_state", "meta.action")
USER: Final = ("id", "name", "sortable_name", "updated_at", "workflow_state", "meta.action")
ASSIGNMENT: Final = (
    *("id", "context_id", "title", "due_at", "unlock_at", "points_possible", "submission_types"),
    *("updated_at", "workflow_state", "context_type", "meta.action"),
)
ENROLMENT: Final = (
    *("id", "user_id", "course_id", "type", "workflow_state", "created_at", "start_at", "end_at"),
    *("completed_at", "updated_at", "meta.action"),
)
SUBMISSION: Final = (
    *("id", "assignment_id", "user_id", "attempt", "submitted_at", "graded_at", "score", "excused"),
    *("workflow_state", "course_id", "meta.action"),
)
ROLES: Final[Mapping[str, Role]] = {
    "StudentEnrollment": Role.LEARNER,
    "TeacherEnrollment": Role.TEACHER,
    "DesignerEnrollment": Role.TEACHER,
    "TaEnrollment": Role.ASSISTANT,
}
TEST_STUDENT: Final = "StudentViewEnrollment"
_ENDED: Final = frozenset({"completed", "inactive", "deleted"})
_NEVER: Final = frozenset({"invited", "creation_pending", "rejected"})
_NOTHING_DONE = "submissions without anything handed in or marked"
_NO_ROLE = "enrolments whose role gives nothing here"
_NOT_ACCEPTED = "enrolments that were never accepted"
_LONG_AGO: Final = datetime(1990, 1, 1, tzinfo=UTC)


class Structure:
    """Reads rows of what there is and who belongs to it."""

    def __init__(self, names: Names, origin: str, zone: ZoneInfo, now: datetime) -> None:
        """`zone`: in which the first and the last day of a course are days."""
        self._names = names
        self._origin = origin
        self._zone = zone
        self._now = now

    def course(self, values: Sequence[str]) -> Sequence[Event] | str:
        """A course."""
        number, name, code, starts, ends, updated, state, change = values
        if change == "D" or state == "deleted":
            return DELETED
        first = local_day(moment(starts, "start_at"), self._zone)
        last = local_day(moment(ends, "conclude_at"), self._zone)
        if first is not None and last is not None and last < first:
            raise BadValue("conclude_at", "the course ends before it starts")
        event_id = named_id("canvas-course", self._origin, *values[:6])
        course = self._names.course(needed(number, "id"))
        at = moment(updated, "updated_at") or _LONG_AGO
        return (CourseDescribed(event_id, course, at, given(code), given(name), starts_on=first, ends_on=last),)

    def user(self, values: Sequence[str]) -> Sequence[Event] | str:
        """An account. `sortable_name` is the family name, a comma, and the others."""
        number, name, sortable, updated, state, change = values
        if change == "D" or state == "deleted":
            return DELETED
        person = self._names.person(needed(number, "id"))
        if person is None:
            return NAMELESS
        family, comma, first = sortable.partition(",")
        if not comma:
            first, _, family = name.rpartition(" ")
        at = moment(updated, "updated_at") or _LONG_AGO
        event_id = named_id("canvas-user", self._origin, *values[:4])
        return (PersonDescribed(event_id, person, at, given(first.strip()), given(family.strip())),)

    def assignment(self, values: Sequence[str]) -> Sequence[Event] | str:
        """An assignment, which may be a quiz or a discussion by the way in which it is handed in."""
        number, course, title, due, unlock, points, ways, updated, state, context, change = values
        if change == "D" or state == "deleted":
            return DELETED
        if context not in ("", "Course"):
            raise BadValue("context_type", f"an assignment belongs to a course, not to {context[:40]!r}")
        highest = decimal(points, "points_possible")
        return (
            ActivityDescribed(
                named_id("canvas-assignment", self._origin, *values[:9]),
                self._names.course(needed(course, "context_id")),
                self._names.activity("assignment", needed(number, "id")),
                moment(updated, "updated_at") or _LONG_AGO,
                activity_type=_type_of(ways),
                title=given(title),
                published_at=moment(unlock, "unlock_at"),
                due_at=moment(due, "due_at"),
                max_score=highest if highest is not None and highest > 0 else None,
            ),
        )

    def enrolment(self, values: Sequence[str]) -> Span | Sequence[Event] | str:
        """An enrolment, of which somebody has one for each section."""
        number, user, course, kind, state, created, start, end, completed, updated, change = values
        if change == "D":
            return DELETED
        person = self._names.person(needed(user, "user_id"))
        if person is None:
            return NAMELESS
        if kind == TEST_STUDENT:
            event_id = named_id("canvas-test-student", self._origin, user)
            return (PersonDescribed(event_id, person, _LONG_AGO, family_name="Test student", is_test=True),)
        role = ROLES.get(kind)
        if role is None:
            return _NO_ROLE
        if state in _NEVER:
            return _NOT_ACCEPTED
        begins = moment(start, "start_at") or moment(created, "created_at")
        if begins is None:
            raise BadValue("created_at", "no time says when it began")
        ends = moment(end, "end_at") or moment(completed, "completed_at")
        if state in _ENDED:
            ends = ends if ends is not None and ends <= self._now else moment(updated, "updated_at") or begins
        origin = ("canvas-enrolment", self._origin, needed(number, "id"), user, course)
        return Span(origin, person, self._names.course(needed(course, "course_id")), role, begins, ends)


class Submissions:
    """Reads rows of `submissions`. Each holds the last attempt: earlier ones are not in Canvas Data."""

    def __init__(self, names: Names, origin: str, courses: Mapping[int, int]) -> None:
        """`courses`: assignment → course, for files in which submissions do not say it."""
        self._names = names
        self._origin = origin
        self._courses = courses

    def read(self, values: Sequence[str]) -> Sequence[Event] | str:
        """What was handed in, and its mark: two events, since others mark later."""
        number, work, user, attempt, handed, graded, score, excused, state, course, change = values
        if change == "D" or state == "deleted":
            return DELETED
        assignment = needed(work, "assignment_id")
        where = whole(course, "course_id") or self._courses.get(assignment)
        if where is None:
            raise BadValue("course_id", f"no row of assignments says which course {assignment} belongs to")
        person = self._names.person(needed(user, "user_id"))
        if person is None:
            return NAMELESS
        count = max(1, min(whole(attempt, "attempt") or 1, LARGEST_ATTEMPT))
        mark, exempt = decimal(score, "score"), excused.lower() in ("true", "t", "1")
        submitted, marked = moment(handed, "submitted_at"), moment(graded, "graded_at")
        course_name, activity = self._names.course(where), self._names.activity("assignment", assignment)
        ids = ("canvas-submission", self._origin, needed(number, "id"), count)
        found: list[Event] = []
        if submitted is not None:
            event_id = named_id(*ids, "handed-in", submitted)
            found.append(_work(event_id, Verb.SUBMITTED, (person, course_name, activity), submitted, count))
        if mark is not None or exempt:
            at = marked or submitted
            if at is None:
                raise BadValue("graded_at", "no time says when it was marked")
            event_id = named_id(*ids, "marked", at, mark, exempt)
            event = _work(event_id, Verb.GRADED, (person, course_name, activity), at, count)
            found.append(_marked(event, mark, exempt=exempt))
        return found or _NOTHING_DONE


def _work(
    event_id: str, verb: Verb, who: tuple[Identifier, Identifier, Identifier], at: datetime, attempt: int
) -> LearningEvent:
    person, course, activity = who
    return LearningEvent(event_id, verb, person, course, at, activity=activity, attempt=attempt)


def _marked(event: LearningEvent, score: float | None, *, exempt: bool) -> LearningEvent:
    return LearningEvent(
        event.id,
        event.verb,
        event.person,
        event.course,
        event.occurred_at,
        activity=event.activity,
        attempt=event.attempt,
        score=score,
        exempt=exempt,
    )


def _type_of(ways: str) -> ActivityType:
    if "quiz" in ways:
        return ActivityType.QUIZ
    if "discussion" in ways:
        return ActivityType.FORUM
    return ActivityType.EXTERNAL_TOOL if "external_tool" in ways else ActivityType.ASSIGNMENT
