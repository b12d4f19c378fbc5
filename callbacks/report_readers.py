"""As whom a report is looked at while it is built: oneself, or what somebody with less would see. Never more."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from dashapp.components.report_builder import OWN
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.report_choices import read_report_choices
from dashapp.domain.audience import Audience
from dashapp.domain.keys import PublicId
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Principal
from dashapp.domain.reports.questions import Choice, Question
from dashapp.domain.scope import scope_for_courses
from dashapp.security.callbacks import Asked
from dashapp.words import _
from dashapp.words.activity_types import type_word

MOST_READERS: Final = 100
_TEACHER: Final = "teacher"


@dataclass(frozen=True, slots=True)
class Seen:
    """As whom somebody looks: with their own rights or fewer, and at one course only where one is named."""

    principal: Principal
    course: PublicId | None = None

    def limited(self, question: Question) -> Question:
        """The question as it stands for who sees the one course."""
        if self.course is None:
            return question
        choice = question.choice
        # A course that somebody else chose is none of theirs: they would find nothing.
        courses = (self.course,) if not choice.courses or self.course in choice.courses else choice.courses
        return question.model_copy(update={"choice": choice.model_copy(update={"courses": courses, "units": ()})})

    def audience(self, asked: Asked) -> Audience:
        """In which form they see figures of everything."""
        return asked.services.reports.audience(self.principal, Choice())


def looked_at_as(asked: Asked, chosen: str) -> Seen:
    """What the browser has chosen; what it may not choose is oneself."""
    principal = asked.principal
    if chosen == _TEACHER and principal.administers and principal.teaches_in:
        return Seen(replace(principal, administers=False))
    key = uuid_of(chosen.removeprefix("course:")) if chosen.startswith("course:") else None
    known = {one.public_id for one in asked.services.reader.classrooms(principal)} if key else set()
    return Seen(principal, PublicId(key)) if key in known and key is not None else Seen(principal)


def reader_options(asked: Asked) -> list[dict[str, str]]:
    """The choices of the select; for a teacher each of their courses, for an administrator what its staff would see."""
    principal = asked.principal
    options = [{"label": _("Administrator") if principal.administers else _("Yourself"), "value": OWN}]
    if principal.administers and principal.teaches_in:
        options.append({"label": _("Teacher of your courses"), "value": _TEACHER})
    rooms = asked.services.reader.classrooms(principal)[:MOST_READERS]
    if len(rooms) > 1 or principal.administers:
        said = _("Teacher of {course}")
        named = ((one.code or one.title, one.public_id) for one in rooms)
        options += [{"label": said.format(course=name), "value": f"course:{key}"} for name, key in named]
    return options


def choices_of(asked: Asked) -> Mapping[str, list[dict[str, Any]]]:
    """What can be chosen of: the reader's courses, units, sections, and the types of activities."""
    principal, services = asked.principal, asked.services
    scope = scope_for_courses(principal, services.settings.minimum_group_size)
    with services.database.transaction(DatabaseRole.WEB, principal.organisation_id) as connection:
        found = read_report_choices(connection, scope)
    return {
        "courses": [{"value": str(key), "label": name} for key, name in found.courses],
        "units": [{"value": name, "label": name} for name in found.units],
        "sections": [{"value": name, "label": name} for name in found.sections],
        "activity_types": [{"value": each.value, "label": type_word(each)} for each in found.types],
    }
