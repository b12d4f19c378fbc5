"""The page of one learner, for themself and for those who teach them."""

from collections.abc import Mapping
from typing import Any, Final

from dash import Input

from callbacks.answering import (
    AS_OF,
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    Values,
    answered,
    as_of_lines,
    drawn,
    links_for,
    outputs_of,
    version_of,
)
from dashapp import ids
from dashapp.components import student
from dashapp.components.whose import Reader
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.example import example_student
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.domain.views import StudentView
from dashapp.privacy.visibility import limited
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Basis, Topic
from dashapp.words import _

READERS: Final = {
    Basis.ANY: Reader.LEARNER,
    Basis.ADVISER: Reader.ADVISER,
    Basis.GUARDIAN: Reader.GUARDIAN,
    Basis.STAFF: Reader.STAFF,
}
"""As what the page says that it is read."""


CONTROLS: Final = {"course": Input(ids.Student.COURSE, "value")}
"""What the page's answer depends on, by the names of `Filters`."""


def show_learner(asked: Asked, course: object, page: Mapping[str, object]) -> Any:
    """Everything on the page of the learner in the address, or of oneself, over the chosen course."""
    at, filters = PageAddress.parse(page), Filters.parse(course=course)
    return answered(asked, ids.Student.PAGE, lambda: _read(asked, at, filters))


def _read(asked: Asked, at: PageAddress, filters: Filters) -> PageAnswer:
    if at.preview:
        return preview(asked, at)
    topic, reads = read_as(asked, at)
    version = version_of(asked, topic)
    view = read_view(asked, at, filters)
    links = links_for(asked, at)

    def fill() -> Values:
        return student.fill(view, at.screen, links, reader=reads)

    values = drawn(asked, at, view, fill, reads=reads)
    filled = {**values, AS_OF: as_of_lines(view, student.CARDS)}
    return PageAnswer(filled, topic, version, view.freshness, called=view.name)


def read_as(asked: Asked, at: PageAddress) -> tuple[Topic, Reader]:
    """Whom the page is about, and as what it is read. Raises NotFound."""
    principal, reader = asked.principal, asked.services.reader
    person = reader.find_person(principal, at.required_id()) if at.has_id else principal.person_id
    basis = Basis.of(reader.as_reader_of(principal, person), person)
    return Topic(principal.organisation_id, principal.public_id, person=person, basis=basis), READERS[basis]


def read_view(asked: Asked, at: PageAddress, filters: Filters) -> StudentView:
    """What the page shows. Raises NotFound and NotPermitted."""
    principal, reader = asked.principal, asked.services.reader
    own = not at.has_id or reader.find_person(principal, at.required_id()) == principal.person_id
    return reader.student(principal, filters) if own else reader.learner(principal, at.required_id(), filters)


def preview(asked: Asked, at: PageAddress) -> PageAnswer:
    """The page of an invented student of the course, as the decisions about visibility have it."""
    principal, reader = asked.principal, asked.services.reader
    course = reader.find_course(principal, at.required_id())
    if not principal.administers and course not in principal.teaches_in:
        raise NotPermitted("Only staff of the course see what its students see.")
    choice = next((one for one in reader.classrooms(principal) if one.public_id == at.public_id), None)
    if choice is None:
        raise NotFound("There is no such course.")
    topic = Topic(principal.organisation_id, principal.public_id, course)
    version, freshness = version_of(asked, topic), asked.services.live.freshness()
    names = (_("A student of {course}").format(course=choice.code), _("Quiz"))
    view = limited(example_student(choice, freshness, names), reader.visibility(principal.organisation_id))
    values = student.fill(view, at.screen, links_for(asked, at), reader=Reader.PREVIEW)
    return PageAnswer({**values, AS_OF: as_of_lines(view, student.CARDS)}, topic, version, freshness)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    wiring = Wiring(
        output=outputs_of(student.slots()),
        inputs={**CONTROLS, "page": PAGE_INPUTS},
    )
    registry.register(Permission.LEARNER_PAGE, show_learner, wiring)
