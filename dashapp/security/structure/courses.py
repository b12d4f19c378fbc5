"""What administrators decide about courses and sections. It goes before what sources say, until it is released."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.course_list import course_keys, plan_of
from dashapp.data.queries.courses import find_course
from dashapp.data.store.structure_images import Image, Thing
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, course_subject
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import CourseId
from dashapp.domain.structure import LONGEST_TITLE, Assignment, CourseChoice, Decisions, Field, Plan, plain_text
from dashapp.security.structure.desk import MOST_NAMED, Decision, Desk
from dashapp.security.structure.units import checked_name


@dataclass(frozen=True, slots=True)
class CourseAdministration:
    """Decisions about courses. Each gives the change by which it can be taken back, None where nothing has changed."""

    desk: Desk

    def decide(self, course: UUID, decisions: Decisions) -> int | None:
        """Decides fields of a course. Raises NotFound."""
        with self.desk.deciding() as decision:
            key = find_course(decision.connection, self.desk.organisation, course)
            self._put(decision, [key], decisions)
            decision.note(Action.COURSES_SET, course_subject(key), fields=sorted(decisions))
        return decision.change

    def release(self, course: UUID, fields: Collection[Field]) -> int | None:
        """Lets what the source says hold again. Raises NotFound."""
        with self.desk.deciding() as decision:
            key = find_course(decision.connection, self.desk.organisation, course)
            before = decision.changes.read(Thing.COURSE, key)["decided"]
            decided = {name: value for name, value in before.items() if name not in fields}
            decision.changes.put(Thing.COURSE, {key: {"decided": decided}})
            decision.note(Action.COURSES_RELEASED, course_subject(key), fields=sorted(fields))
        return decision.change

    def plan(self, choice: CourseChoice, assignment: Assignment) -> Plan:
        """What an assignment would do. Raises NotFound where it gives something that is not there."""
        with self.desk.database.transaction(DatabaseRole.WEB, self.desk.organisation) as connection:
            return plan_of(connection, self.desk.organisation, choice, assignment)

    def assign(self, choice: CourseChoice, assignment: Assignment) -> tuple[int, int | None]:
        """Gives many courses the same term, unit or programme: of how many, and the change. Raises NotFound."""
        with self.desk.deciding() as decision:
            keys = course_keys(decision.connection, self.desk.organisation, choice)
            self._put(decision, keys, assignment.decisions)
            detail: dict[str, object] = {"fields": sorted(assignment.decisions), "number": len(keys)}
            if len(keys) <= MOST_NAMED:
                detail["courses"] = [int(key) for key in keys]
            subject = course_subject(keys[0]) if len(keys) == 1 else ORGANISATION_SUBJECT
            decision.note(Action.COURSES_SET, subject, **detail)
        return len(keys), decision.change

    @staticmethod
    def _put(decision: Decision, keys: Collection[CourseId], decisions: Mapping[Field, Any]) -> None:
        written = {field.value: _written(value) for field, value in decisions.items()}
        images: dict[int, Image | None] = {
            key: {"decided": {**image["decided"], **written}}
            for key, image in decision.changes.read_all(Thing.COURSE, keys).items()
        }
        decision.changes.put(Thing.COURSE, images)


@dataclass(frozen=True, slots=True)
class SectionAdministration:
    """Decisions about sections of courses, in the same way. A section's short id is the name by which sources know it,
    so it never changes: what can be changed is the title."""

    desk: Desk

    def add(self, course: UUID, name: str, title: str) -> int | None:
        """Makes a section. Raises NameMissing, NameTaken and NotFound."""
        with self.desk.deciding() as decision:
            key = find_course(decision.connection, self.desk.organisation, course)
            image = {"course_id": key, "name": checked_name(name), "decided": _titled(title)}
            section = decision.changes.add(Thing.SECTION, image)
            decision.note(Action.SECTION_SET, f"section {section}", course=int(key))
        return decision.change

    def rename(self, course: UUID, section: int, title: str) -> int | None:
        """Gives a section another title; without one, that of its source holds again. Raises NotFound."""
        with self.desk.deciding() as decision:
            before = self._of_course(decision, course, section)
            decision.changes.put(Thing.SECTION, {section: {**before, "decided": _titled(title)}})
            decision.note(Action.SECTION_SET, f"section {section}", course=before["course_id"])
        return decision.change

    def remove(self, course: UUID, section: int) -> int | None:
        """Forgets a section. Raises NotFound, and InUse where anybody is or was in it."""
        with self.desk.deciding() as decision:
            before = self._of_course(decision, course, section)
            decision.changes.put(Thing.SECTION, {section: None})
            decision.note(Action.SECTION_REMOVED, f"section {section}", course=before["course_id"])
        return decision.change

    def _of_course(self, decision: Decision, course: UUID, section: int) -> dict[str, Any]:
        key = find_course(decision.connection, self.desk.organisation, course)
        found = decision.changes.read(Thing.SECTION, section)
        if found["course_id"] != key:
            raise NotFound("There is no such section in this course.")
        return found


def _titled(title: str) -> dict[str, str]:
    plain = plain_text(title, LONGEST_TITLE)
    return {"title": plain} if plain else {}


def _written(value: Any) -> Any:
    """A decision as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [[first.isoformat(), last.isoformat()] for first, last in value]
    return value
