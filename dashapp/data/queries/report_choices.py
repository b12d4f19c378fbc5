"""What reports can be limited to by who reads them: courses, units, sections and types of activities."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from dashapp.data.queries.courses import course_of, courses_statement, read_courses
from dashapp.domain.audience import Audience
from dashapp.domain.events import ActivityType
from dashapp.domain.keys import PublicId
from dashapp.domain.scope import Scope

MOST: Final = 1_000
"""Of each kind: what is more nobody chooses from a list."""


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """In the order of lists."""

    courses: tuple[tuple[PublicId, str], ...]
    """(public id, code and title)"""
    units: tuple[str, ...]
    sections: tuple[str, ...]
    """Short ids; none for who sees groups only."""
    types: tuple[ActivityType, ...]


def read_report_choices(connection: Connection, scope: Scope) -> ReportChoices:
    """The choices within a scope, in one statement."""
    if scope.courses is None:
        found = [course_of(row) for row in connection.execute(courses_statement(scope.organisation_id))]
    else:
        found = list(read_courses(connection, scope.organisation_id, scope.courses))
    found.sort(key=lambda one: (one.choice.code, one.course_id))
    named = [(one.choice.public_id, " · ".join(filter(None, (one.choice.code, one.choice.title)))) for one in found]
    units = sorted({one.unit for one in found if one.unit})
    grouped = scope.audience is Audience.AGGREGATE
    allowed = {section for _course, section in scope.sections}
    limited = {course for course, _section in scope.sections}
    sections = sorted(
        {
            name
            for one in found
            for key, name, _title in one.sections
            if not grouped and (one.course_id not in limited or key in allowed)
        }
    )
    types = () if grouped else tuple(ActivityType)
    return ReportChoices(tuple(named[:MOST]), tuple(units[:MOST]), tuple(sections[:MOST]), types)
