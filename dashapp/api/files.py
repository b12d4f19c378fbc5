"""Files of what pages show, asked for by plain links: a ticket stands for the header that these cannot carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort, request

from dashapp import ids
from dashapp.components.classroom_filters import told_filters
from dashapp.components.marks import level_word
from dashapp.components.reasons import reasons_words
from dashapp.data.database import DatabaseRole
from dashapp.data.store import audit
from dashapp.domain.audit import Action, ViewerRole, course_subject
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.domain.reports.answers import ColumnKind
from dashapp.domain.spreadsheets import MARK
from dashapp.domain.views import ClassroomView
from dashapp.security.acting import acting
from dashapp.security.guard import Access, Guard, current_principal, permits
from dashapp.services import Services
from dashapp.words import _
from exports.tables.sheets import Head, Sheet
from exports.tables.text_files import write_rows


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
        principal, filters = current_principal(), Filters.of_query(request.args)
        try:
            if not permits(principal, Permission.CLASSROOM_PAGE):
                raise NotPermitted("Classrooms are for their staff.")
            view = self.services.reader.classroom(principal, course, filters)
            if not view.named:
                raise NotPermitted("The list names people.")
        except (NotFound, NotPermitted):
            abort(404)
        self._record(course, len(view.learners))
        name = f"{ids.Classroom.LEARNERS}-{view.today.isoformat()}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(_text(view, _told(view, filters)), content_type="text/csv; charset=utf-8", headers=headers)

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
    chosen = {
        _("From"): view.first.isoformat(),
        _("To"): view.last.isoformat(),
        **{name: word for name, word in told_filters(view, filters).items() if word},
    }
    return {
        _("Course"): f"{view.course.code} {view.course.title}".strip(),
        _("Filters"): " · ".join(f"{name}: {value}" for name, value in chosen.items()),
        _("As of"): view.freshness.as_of.isoformat(timespec="seconds"),
    }


def _text(view: ClassroomView, told: Mapping[str, str]) -> str:
    """The file: a line of heads, a line per learner; numbers in plain digits, minutes only where they are recorded.
    What is `told` of the whole list stands behind each of them."""
    written = StringIO(newline="")
    written.write(MARK)
    write_rows(_sheet(view, told), written)
    return written.getvalue()


def _sheet(view: ClassroomView, told: Mapping[str, str]) -> Sheet:
    minutes = view.minutes_recorded
    heads = [
        (_("Name"), ColumnKind.TEXT),
        (_("Sections"), ColumnKind.TEXT),
        (_("Level"), ColumnKind.TEXT),
        (_("Points"), ColumnKind.COUNT),
        (_("Reasons"), ColumnKind.TEXT),
        (_("Last active"), ColumnKind.DAY),
        (_("Events"), ColumnKind.COUNT),
        *([(_("Minutes"), ColumnKind.COUNT)] if minutes else []),
        (_("Score"), ColumnKind.NUMBER),
        (_("Contacted"), ColumnKind.DAY),
        *((name, ColumnKind.TEXT) for name in told),
    ]
    rows = [
        (
            row.name,
            ", ".join(row.sections),
            level_word(row.level),
            row.points,
            reasons_words(row.reasons),
            row.last_active,
            row.events,
            *([row.minutes] if minutes else []),
            round(row.score, 1) if row.score is not None else None,
            row.contacted,
            *told.values(),
        )
        for row in view.learners
    ]
    return Sheet("learners", "learners", tuple(Head(name, name, kind) for name, kind in heads), rows)
