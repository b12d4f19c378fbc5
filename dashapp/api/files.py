"""Files of what pages show, asked for by plain links: a ticket stands for the header that these cannot carry."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort, request

from dashapp import ids
from dashapp.components.marks import level_word
from dashapp.components.reasons import reasons_words
from dashapp.data.database import DatabaseRole
from dashapp.data.store import audit
from dashapp.domain.audit import Action, ViewerRole, course_subject
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.domain.spreadsheets import MARK, harmless
from dashapp.domain.views import ClassroomView, LearnerRow, Level
from dashapp.security.acting import acting
from dashapp.security.guard import Access, Guard, current_principal, permits
from dashapp.services import Services
from dashapp.words import _


@dataclass(frozen=True, slots=True)
class ClassroomFile:
    """`GET /courses/<id>/learners.csv`: the list of a classroom, with the filters of its page in the query."""

    guard: Guard
    services: Services

    def install(self, server: Flask) -> None:
        """Adds the route below the path of the public address."""
        prefix = urlsplit(self.guard.public_url).path
        rule = f"{prefix}/courses/<uuid:course>/learners.csv"
        server.add_url_rule(rule, "learners_file", self._answer, methods=["GET"])
        self.guard.open_route("learners_file", Access.FILE)

    def _answer(self, course: UUID) -> Response:
        principal, given = current_principal(), request.args
        filters = Filters.parse(
            section=given.get("section"), first=given.get("from"), last=given.get("to"), level=given.get("level")
        )
        try:
            if not permits(principal, Permission.CLASSROOM_PAGE):
                raise NotPermitted("Classrooms are for their staff.")
            view = self.services.reader.classroom(principal, course, filters)
            if not view.named:
                raise NotPermitted("The list names people.")
        except (NotFound, NotPermitted):
            abort(404)
        rows = [row for row in view.learners if filters.level in (None, row.level)]
        self._record(course, len(rows))
        name = f"{ids.Classroom.LEARNERS}-{view.today.isoformat()}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(
            _text(view, rows, _told(view, filters)), content_type="text/csv; charset=utf-8", headers=headers
        )

    def _record(self, course: UUID, count: int) -> None:
        """What leaves the service always stands in the audit trail; where that cannot be, nothing leaves."""
        principal = current_principal()
        key = self.services.reader.find_course(principal, course)
        what = {"subject": course_subject(key), "page": "classroom", "count": count}
        with self.services.database.transaction(DatabaseRole.WEB, principal.organisation_id) as connection:
            actor = acting(principal, ViewerRole.STAFF)
            audit.record(connection, principal.organisation_id, actor, Action.EXPORTED, what)


def _told(view: ClassroomView, filters: Filters) -> dict[str, str]:
    """What the list is of, by which filters, and as of when: the last columns of its file."""
    level = next((level_word(one) for one in Level if one.value == filters.level), _("All"))
    section = dict(view.sections).get(filters.section or "", _("all"))
    chosen = (
        (_("Section"), section),
        (_("From"), view.first.isoformat()),
        (_("To"), view.last.isoformat()),
        (_("Level"), level),
    )
    return {
        _("Course"): f"{view.course.code} {view.course.title}".strip(),
        _("Filters"): " · ".join(f"{name}: {value}" for name, value in chosen),
        _("As of"): view.freshness.as_of.isoformat(timespec="seconds"),
    }


def _text(view: ClassroomView, rows: Iterable[LearnerRow], told: Mapping[str, str]) -> str:
    """The file: a line of heads, a line per learner; numbers in plain digits, minutes only where they are recorded.
    What is `told` of the whole list stands behind each of them."""
    written = StringIO()
    lines = csv.writer(written)
    minutes = [_("Minutes")] if view.minutes_recorded else []
    who, why = (_("Name"), _("Sections"), _("Level")), (_("Points"), _("Reasons"))
    lines.writerow([*who, *why, _("Last active"), _("Events"), *minutes, _("Score"), *told])
    for row in rows:
        spent = [row.minutes if row.minutes is not None else ""] if view.minutes_recorded else []
        cells: list[object] = [row.name, ", ".join(row.sections), level_word(row.level), row.points]
        cells.append(reasons_words(row.reasons))
        cells += [row.last_active.isoformat() if row.last_active else "", row.events, *spent]
        cells.append(round(row.score, 1) if row.score is not None else "")
        cells += told.values()
        lines.writerow([harmless(cell) for cell in cells])
    return MARK + written.getvalue()
