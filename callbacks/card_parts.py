"""What a card of a page shows, read anew for its file: for the reader, by the page's controls, for white paper."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from dash import Input

import callbacks.classroom
import callbacks.contacts
import callbacks.data_quality
import callbacks.institution
import callbacks.institution_further
import callbacks.student
import callbacks.student_further
from callbacks.answering import PageAddress, links_for
from callbacks.saved_views import with_view
from dashapp import ids
from dashapp.components import (
    classroom,
    classroom_filters,
    classroom_work,
    contacts,
    hindsight,
    institution,
    institution_further,
    quality,
    student,
    student_further,
)
from dashapp.components.card_reading import Part
from dashapp.components.links import Links
from dashapp.domain.errors import NotFound
from dashapp.domain.filters import Filters
from dashapp.domain.keys import PublicId
from dashapp.domain.principal import Permission
from dashapp.domain.views import ClassroomView, Freshness, StudentView
from dashapp.figures import Screen
from dashapp.security.callbacks import Asked
from dashapp.security.topics import Topic
from dashapp.words import _, day

Controls = Mapping[str, Any]
"""What the controls of a page hold, by the names under which its own callbacks hear them."""
PAPER: Final = Screen()
"""Light, and wide."""


@dataclass(frozen=True, slots=True)
class Read:
    """A part of a page with the cards in it, and what is to be said of it besides."""

    part: Part
    topic: Topic
    freshness: Freshness
    of: str
    filters: str
    path: str
    """Of the page, below the public address."""


@dataclass(frozen=True, slots=True)
class Room:
    """A kind of page whose cards can be taken along."""

    name: str
    """How the ids of the page and of its cards begin."""
    permission: Permission
    controls: Mapping[str, Input]
    parts: tuple[tuple[Collection[str], Callable[[Asked, PageAddress, Controls], Read]], ...]

    def read(self, asked: Asked, at: PageAddress, controls: Controls, card: str) -> Read:
        """The part that holds the card. Raises NotFound and NotPermitted, as the page itself."""
        for cards, read in self.parts:
            if card in cards:
                return read(asked, at, controls)
        raise NotFound("The page has no such card.")


def _chosen(pairs: Mapping[str, str]) -> str:
    return " · ".join(f"{name}: {value}" for name, value in pairs.items() if value)


def _days(first: date | None, last: date | None) -> dict[str, str]:
    """With their years."""
    return {name: day(one, date.min) for name, one in ((_("From"), first), (_("To"), last)) if one is not None}


# ------------------------------------------------------------------ the page of a learner


def _learner_path(at: PageAddress) -> str:
    if at.preview:
        return Links().preview(PublicId(at.required_id()))
    return Links().learner(PublicId(at.required_id())) if at.has_id else Links().me()


def _of_course(view: StudentView) -> str:
    codes = {one.public_id: one.code for one in view.courses}
    return _chosen({_("Course"): codes.get(view.chosen, "") if view.chosen else _("All courses")})


def _student(asked: Asked, at: PageAddress, controls: Controls) -> Read:
    if at.preview:
        shown = callbacks.student.preview(asked, at)
        part = Part(student.body(), student.slots(), shown.values)
        return Read(part, shown.topic, shown.freshness, shown.called, "", _learner_path(at))
    topic, reader = callbacks.student.read_as(asked, at)
    view = callbacks.student.read_view(asked, at, Filters.parse(course=controls.get("course")))
    values = student.fill(view, PAPER, links_for(asked, at), reader=reader)
    part = Part(student.body(own=not at.has_id), student.slots(), values)
    return Read(part, topic, view.freshness, view.name, _of_course(view), _learner_path(at))


def _student_further(asked: Asked, at: PageAddress, controls: Controls) -> Read:
    topic, _reader = callbacks.student.read_as(asked, at)
    view, further, own = callbacks.student_further.read_view(asked, at, controls)
    values = student_further.fill(further, view, PAPER, links_for(asked, at), own)
    part = Part(student_further.body(own=not at.has_id), student_further.slots(), values)
    return Read(part, topic, view.freshness, view.name, _of_course(view), _learner_path(at))


def _contacts(asked: Asked, at: PageAddress, controls: Controls) -> Read:
    del controls  # what has been done for a learner is of all courses that the reader teaches
    values, topic = callbacks.contacts.read_values(asked, at)
    view = asked.services.reader.learner(asked.principal, at.required_id(), Filters())
    part = Part(contacts.body(), contacts.slots(), values)
    return Read(part, topic, view.freshness, view.name, "", _learner_path(at))


# ------------------------------------------------------------------ the page of a course


def _course_topic(asked: Asked, at: PageAddress) -> Topic:
    principal = asked.principal
    course = asked.services.reader.find_course(principal, at.required_id())
    return Topic(principal.organisation_id, principal.public_id, course=course)


def _room_filters(view: ClassroomView, filters: Filters, kept: str) -> str:
    told = classroom_filters.told_filters(view, filters) if view.named else {}
    return _chosen({**_days(view.first, view.last), **told, _("Compared with"): kept})


def _classroom(asked: Asked, at: PageAddress, controls: Controls) -> Read:
    topic, filters = _course_topic(asked, at), Filters.parse(**controls)
    resolved, kept = with_view(asked, at, filters)
    view = asked.services.reader.classroom(asked.principal, at.required_id(), resolved)
    values = classroom.fill(view, PAPER, links_for(asked, at), filters, kept)
    return _of_room(Part(classroom.body(), classroom.slots(), values), topic, view, (filters, kept))


def _classroom_work(asked: Asked, at: PageAddress, controls: Controls) -> Read:
    topic, filters = _course_topic(asked, at), Filters.parse(**controls)
    resolved, kept = with_view(asked, at, filters)
    reader = asked.services.reader
    work = reader.classroom_work(asked.principal, at.required_id(), resolved)
    # The same question as the page's own, so that it is answered once.
    view = reader.classroom(asked.principal, at.required_id(), resolved)
    part = Part(classroom_work.body(), classroom_work.slots(), classroom_work.fill(work, PAPER))
    return _of_room(part, topic, view, (filters, kept))


def _hindsight(asked: Asked, at: PageAddress, controls: Controls) -> Read:
    del controls  # it looks back at the whole course
    topic, view = _course_topic(asked, at), asked.services.reader.hindsight(asked.principal, at.required_id())
    part = Part(hindsight.body(), hindsight.slots(), hindsight.fill(view, PAPER))
    of, path = f"{view.course.code} {view.course.title}".strip(), Links().course(view.course.public_id)
    return Read(part, topic, view.freshness, of, "", path)


def _of_room(part: Part, topic: Topic, view: ClassroomView, chosen: tuple[Filters, str]) -> Read:
    of, path = f"{view.course.code} {view.course.title}".strip(), Links().course(view.course.public_id)
    return Read(part, topic, view.freshness, of, _room_filters(view, *chosen), path)


# ------------------------------------------------------------------ the pages of an organisation


def _whole(asked: Asked) -> Topic:
    return Topic(asked.principal.organisation_id, asked.principal.public_id)


def _institution(asked: Asked, at: PageAddress, controls: Controls) -> Read:
    filters = _institution_filters(controls)
    view = callbacks.institution.read_view(asked, at, filters)
    span, own = institution.span_of(controls.get("span")), PublicId(at.required_id())
    chosen = institution.Chosen(filters, span, own)
    values = institution.fill(view, PAPER, links_for(asked, at), chosen)
    told = _chosen({_("Unit"): view.chosen_unit or "", **_days(view.first, view.last)})
    part = Part(institution.body(), institution.slots(), values)
    return Read(part, _whole(asked), view.freshness, view.name, told, Links().organisation(own))


def _institution_further(asked: Asked, at: PageAddress, controls: Controls) -> Read:
    filters = _institution_filters(controls)
    further = callbacks.institution_further.read_view(asked, at, filters)
    # The same question as the page's own, for the name and the days.
    view = callbacks.institution.read_view(asked, at, filters)
    part = Part(institution_further.body(), institution_further.slots(), institution_further.fill(further, PAPER))
    told = _chosen({_("Unit"): view.chosen_unit or "", **_days(view.first, view.last)})
    path = Links().organisation(PublicId(at.required_id()))
    return Read(part, _whole(asked), further.freshness, view.name, told, path)


def _institution_filters(controls: Controls) -> Filters:
    return Filters.parse(**{name: controls.get(name) for name in callbacks.institution.CONTROLS})


def _quality(asked: Asked, at: PageAddress, controls: Controls) -> Read:
    del controls  # the page has none
    view = callbacks.data_quality.read_view(asked, at)
    part = Part(quality.body(), quality.slots(), quality.fill(view, PAPER))
    return Read(part, _whole(asked), view.freshness, "", "", Links().data_quality(PublicId(at.required_id())))


ROOMS: Final = (
    Room(
        "student",
        Permission.LEARNER_PAGE,
        MappingProxyType(
            {name: callbacks.student_further.PART.controls[name] for name in ("course", "spread")},
        ),
        (
            (student.CARDS, _student),
            (student_further.CARDS, _student_further),
            ((ids.Contacts.LIST,), _contacts),
        ),
    ),
    Room(
        "classroom",
        Permission.CLASSROOM_PAGE,
        MappingProxyType(callbacks.classroom.CONTROLS),
        (
            (classroom.CARDS, _classroom),
            (classroom_work.CARDS, _classroom_work),
            (hindsight.CARDS, _hindsight),
        ),
    ),
    Room(
        "institution",
        Permission.INSTITUTION_PAGE,
        MappingProxyType({**callbacks.institution.CONTROLS, "span": Input(ids.Institution.SPAN, "value")}),
        ((institution.CARDS, _institution), (institution_further.CARDS, _institution_further)),
    ),
    Room("quality", Permission.INSTITUTION_PAGE, MappingProxyType({}), ((quality.CARDS, _quality),)),
)
"""All of them."""
