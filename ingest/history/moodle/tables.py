"""Moodle's tables besides its log: what there is, who belongs where, and what they have got for it."""

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from dashapp.domain.events import (
    ActivityDescribed,
    CourseDescribed,
    Event,
    LearningEvent,
    MembershipChanged,
    PersonDescribed,
    Role,
    Verb,
)
from ingest.history.enrolments import Span
from ingest.history.event_ids import named_id
from ingest.history.moodle.lookups import GradeItem, Lookups
from ingest.history.moodle.naming import GUEST, LONG_AGO, SITE_COURSE, Names, type_of_module
from ingest.history.recorded import BadValue
from ingest.history.values import decimal, given, local_day, needed, seconds, whole

COURSE: Final = ("id", "shortname", "fullname", "startdate", "enddate", "timemodified")
USER: Final = ("id", "firstname", "lastname", "email", "deleted", "timemodified", "timecreated")
ENROLMENT: Final = ("id", "enrolid", "userid", "status", "timestart", "timeend", "timecreated", "timemodified")
ASSIGNMENT: Final = ("id", "roleid", "contextid", "userid", "timemodified")
GRADE: Final = ("id", "itemid", "userid", "finalgrade", "excluded", "timecreated", "timemodified")
COMPLETION: Final = ("id", "coursemoduleid", "userid", "completionstate", "timemodified")
INSTANCE: Final = (
    *("id", "course", "name", "timemodified", "grade", "duedate", "timeclose", "deadline", "submissionend"),
    *("allowsubmissionsfromdate", "timeopen", "available", "submissionstart"),
)
"""Of the tables of activities, such as `quiz` and `assign`: each has some of them."""
_NO_GRADE = "grades that have not been given yet"
_OF_NO_ACTIVITY = "grades of whole courses, of categories and of what was entered by hand"
_NOT_DONE = "activities that are not completed, or completed without passing"
_SUSPENDED = "enrolments that are suspended and say no time"
_NO_ROLE = "roles that give nothing here"
_ELSEWHERE = "roles that are not held in a course"
_GONE = "deleted accounts, and those of guests and the system"
_FRONT_PAGE = "Moodle's front page"


class Structure:
    """Reads rows of what there is and who belongs to it."""

    def __init__(self, names: Names, lookups: Lookups, zone: ZoneInfo) -> None:
        """`zone`: in which Moodle's course dates are days."""
        self._names = names
        self._lookups = lookups
        self._zone = zone

    def course(self, values: Sequence[str]) -> Sequence[Event] | str:
        """A course."""
        number = needed(values[0], "id")
        if number <= SITE_COURSE:
            return _FRONT_PAGE
        starts, ends = (
            local_day(seconds(values[3], "startdate"), self._zone),
            local_day(seconds(values[4], "enddate"), self._zone),
        )
        if starts is not None and ends is not None and ends < starts:
            raise BadValue("enddate", "the course ends before it starts")
        at = seconds(values[5], "timemodified") or LONG_AGO
        event_id = named_id("moodle-course", self._names.site, *values)
        course = self._names.course(number)
        return (
            CourseDescribed(
                event_id, course, at, code=given(values[1]), title=given(values[2]), starts_on=starts, ends_on=ends
            ),
        )

    def activity(self, module: str, values: Sequence[str]) -> Sequence[Event] | str:
        """A quiz, a page, …: one row of the module's own table."""
        number = needed(values[0], "id")
        place = self._lookups.places.get((module, number))
        if place is None:
            raise BadValue("id", f"no row of course_modules places {module} {number} in a course")
        due = next((at for at in (seconds(values[i], INSTANCE[i]) for i in (5, 6, 7, 8)) if at is not None), None)
        opens = next((at for at in (seconds(values[i], INSTANCE[i]) for i in (9, 10, 11, 12)) if at is not None), None)
        # A negative grade is the number of a scale.
        highest = decimal(values[4], "grade")
        return (
            ActivityDescribed(
                named_id("moodle-activity", self._names.site, place.number, place.course, module, *values),
                self._names.course(place.course),
                self._names.activity(module, place.number),
                seconds(values[3], "timemodified") or LONG_AGO,
                activity_type=type_of_module(module),
                title=given(values[2]),
                published_at=opens,
                due_at=due,
                max_score=highest if highest is not None and highest > 0 else None,
            ),
        )

    def user(self, values: Sequence[str]) -> Sequence[Event] | str:
        """An account."""
        number = needed(values[0], "id")
        if number <= GUEST or values[4] == "1":
            return _GONE
        at = seconds(values[5], "timemodified") or seconds(values[6], "timecreated") or LONG_AGO
        event_id = named_id("moodle-user", self._names.site, *values)
        given_name, family_name, email = (given(value) for value in values[1:4])
        return (PersonDescribed(event_id, self._names.person(number), at, given_name, family_name, email),)

    def enrolment(self, values: Sequence[str]) -> Span | Sequence[Event] | str:
        """A row of `user_enrolments`."""
        number, method, person = (needed(values[i], ENROLMENT[i]) for i in (0, 1, 2))
        course = self._lookups.enrols.get(method)
        if course is None:
            raise BadValue("enrolid", f"no row of enrol says which course {method} belongs to")
        begins = seconds(values[4], "timestart") or seconds(values[6], "timecreated")
        ends = seconds(values[5], "timeend")
        if whole(values[3], "status"):
            # Suspended: nobody has noted when, so it is the row's last change.
            ends = seconds(values[7], "timemodified") or ends
            if begins is None or ends is None:
                return _SUSPENDED
        if begins is None:
            raise BadValue("timestart", "no time says when it began")
        role = self._lookups.staff.get((course, person), Role.LEARNER)
        origin = ("moodle-enrolment", self._names.site, number, course, person)
        return Span(origin, self._names.person(person), self._names.course(course), role, begins, ends)

    def assignment(self, values: Sequence[str]) -> Sequence[Event] | str:
        """A row of `role_assignments`, where enrolments are not at hand: it began when it was changed last."""
        number, role_number, context, person = (needed(values[i], ASSIGNMENT[i]) for i in range(4))
        role, course = self._lookups.roles.get(role_number), self._lookups.contexts.get(context)
        if course is None or course <= SITE_COURSE:
            return _ELSEWHERE
        if role is None:
            return _NO_ROLE
        begins = seconds(values[4], "timemodified")
        if begins is None:
            raise BadValue("timemodified", "no time says when it began")
        event_id = named_id("moodle-role", self._names.site, number, course, person, role.value, begins)
        whom, where = self._names.person(person), self._names.course(course)
        return (MembershipChanged(event_id, whom, where, role, True, begins),)


class Results:
    """Reads rows of grades and completion."""

    def __init__(self, names: Names, lookups: Lookups, items: Mapping[int, GradeItem]) -> None:
        """`items`: what grades are for."""
        self._names = names
        self._lookups = lookups
        self._items = items

    def grade(self, values: Sequence[str]) -> Sequence[Event] | str:
        """A row of `grade_grades`. A grade that was changed is another event, and the later one holds."""
        number, item_number, person = (needed(values[i], GRADE[i]) for i in range(3))
        item = self._items.get(item_number)
        if item is None:
            raise BadValue("itemid", f"no row of grade_items says what {item_number} is")
        place = item.course_module
        if place is None:
            return _OF_NO_ACTIVITY
        score, exempt = decimal(values[3], "finalgrade"), bool(whole(values[4], "excluded"))
        if score is None and not exempt:
            return _NO_GRADE
        at = seconds(values[6], "timemodified") or seconds(values[5], "timecreated")
        if at is None:
            raise BadValue("timemodified", "no time says when it was given")
        highest = item.highest - item.lowest
        event_id = named_id("moodle-grade", self._names.site, number, at, score, exempt, item.lowest, item.highest)
        return (
            LearningEvent(
                event_id,
                Verb.GRADED,
                self._names.person(person),
                self._names.course(place.course),
                at,
                activity=self._names.activity(place.module, place.number),
                activity_type=type_of_module(place.module),
                score=None if score is None else score - item.lowest,
                max_score=highest if highest > 0 else None,
                exempt=exempt,
            ),
        )

    def completion(self, values: Sequence[str]) -> Sequence[Event] | str:
        """A row of `course_modules_completion`."""
        number, module_number, person = (needed(values[i], COMPLETION[i]) for i in range(3))
        if whole(values[3], "completionstate") not in (1, 2):
            return _NOT_DONE
        place = self._lookups.modules.get(module_number)
        if place is None:
            raise BadValue("coursemoduleid", f"no row of course_modules says what {module_number} is")
        at = seconds(values[4], "timemodified")
        if at is None:
            raise BadValue("timemodified", "no time says when it was")
        return (
            LearningEvent(
                named_id("moodle-completion", self._names.site, number, module_number, person, at),
                Verb.COMPLETED,
                self._names.person(person),
                self._names.course(place.course),
                at,
                activity=self._names.activity(place.module, place.number),
                activity_type=type_of_module(place.module),
            ),
        )
