"""The small tables that others point to, read in advance: which activity a grade is of, which course an enrolment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dashapp.domain.events import Role
from ingest.csv_files import Bad
from ingest.history.moodle.report import Courses
from ingest.history.recorded import BadValue
from ingest.history.tables import Table
from ingest.history.values import given, needed

CONTEXT_COURSE: Final = 50
ROLES: Final[Mapping[str, Role | None]] = {
    "student": Role.LEARNER,
    "teacher": Role.ASSISTANT,
    "editingteacher": Role.TEACHER,
    "coursecreator": Role.TEACHER,
    "manager": Role.TEACHER,
}
"""Archetype or short name of a role → ours. Any other role gives nothing. `teacher` is Moodle's non-editing one."""
USUAL_ROLES: Final[Mapping[int, str]] = {
    1: "manager",
    2: "coursecreator",
    3: "editingteacher",
    4: "teacher",
    5: "student",
}
"""The numbers that a new Moodle gives, where the table `role` is not at hand."""


@dataclass(frozen=True, slots=True)
class CourseModule:
    """A place of an activity in a course."""

    number: int
    course: int
    module: str
    instance: int


@dataclass(frozen=True, slots=True)
class GradeItem:
    """What a grade is for. `course_module`: None for a course's total, and for what was entered by hand."""

    course: int
    course_module: CourseModule | None
    lowest: float
    highest: float


@dataclass(slots=True)
class Lookups:
    """What is known of a Moodle's structure from the tables that are at hand."""

    courses: dict[str, int] = field(default_factory=dict)
    """Short name → course."""
    modules: dict[int, CourseModule] = field(default_factory=dict)
    """By the id of the course module."""
    places: dict[tuple[str, int], CourseModule] = field(default_factory=dict)
    """By module and instance."""
    enrols: dict[int, int] = field(default_factory=dict)
    """Enrolment method → course."""
    roles: dict[int, Role | None] = field(default_factory=dict)
    contexts: dict[int, int] = field(default_factory=dict)
    """Context → course."""
    staff: dict[tuple[int, int], Role] = field(default_factory=dict)
    """(course, person) → the role of those who are not learners."""

    def of_reports(self) -> Courses:
        """What a downloaded report needs."""
        return Courses({number: one.course for number, one in self.modules.items()}, self.courses)


def read_lookups(tables: Mapping[str, Table]) -> Lookups:
    """Reads what others point to. Rows that make no sense are met again, and noted, where they become events; those of
    tables that become none are left out: what points to them is noted."""
    found = Lookups()
    for number, shortname in _rows(tables, "course", ("id", "shortname")):
        found.courses.setdefault(shortname, int(number))
    names = {int(number): name for number, name in _rows(tables, "modules", ("id", "name"))}
    for number, course, module, instance in _rows(tables, "course_modules", ("id", "course", "module", "instance")):
        if (name := names.get(int(module))) is not None:
            place = CourseModule(int(number), int(course), name, int(instance))
            found.modules[place.number] = found.places[name, place.instance] = place
    found.enrols = {int(number): int(course) for number, course in _rows(tables, "enrol", ("id", "courseid"))}
    found.roles = {number: ROLES.get(name) for number, name in USUAL_ROLES.items()}
    for number, shortname, archetype in _rows(tables, "role", ("id", "shortname", "archetype")):
        found.roles[int(number)] = ROLES.get(archetype) or ROLES.get(shortname)
    for number, level, instance in _rows(tables, "context", ("id", "contextlevel", "instanceid")):
        if int(level) == CONTEXT_COURSE:
            found.contexts[int(number)] = int(instance)
    for role, context, person in _rows(tables, "role_assignments", ("roleid", "contextid", "userid")):
        given_role, course_of = found.roles.get(int(role)), found.contexts.get(int(context))
        if given_role is not None and given_role is not Role.LEARNER and course_of is not None:
            key = (course_of, int(person))
            if found.staff.get(key) is not Role.TEACHER:
                found.staff[key] = given_role
    return found


def grade_items(tables: Mapping[str, Table], lookups: Lookups) -> dict[int, GradeItem]:
    """What grades are for, by number."""
    columns = ("id", "courseid", "itemtype", "itemmodule", "iteminstance", "grademin", "grademax")
    found = {}
    for number, course, kind, module, instance, lowest, highest in _rows(tables, "grade_items", columns):
        place = None
        if kind == "mod" and given(module) and given(instance):
            place = lookups.places.get((module, int(instance)))
        found[int(number)] = GradeItem(int(course or 0), place, float(lowest or 0), float(highest or 0))
    return found


def _rows(tables: Mapping[str, Table], name: str, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The rows of a table whose id makes sense; nothing without the table."""
    table = tables.get(name)
    if table is None:
        return
    table.need([column for column in columns if column not in ("archetype", "grademin")])
    numeric = [place for place, column in enumerate(columns) if column in _NUMBERS]
    for row in table.rows(columns):
        if isinstance(row, Bad):
            continue
        try:
            for place in numeric:
                needed(row.values[place], columns[place])
        except BadValue:
            continue
        yield row.values


_NUMBERS: Final = frozenset(
    {"id", "course", "module", "instance", "courseid", "roleid", "contextid", "userid", "contextlevel", "instanceid"}
)
