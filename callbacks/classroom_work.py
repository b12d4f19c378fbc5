"""What stands below the fold of the page of one course."""

from typing import Any, Final

from callbacks.answering import AS_OF, Values, as_of_lines, drawn, outputs_of
from callbacks.classroom import CONTROLS
from callbacks.further import Further, FurtherAsked, answered_further, register_further
from dashapp import ids
from dashapp.components import classroom_work
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry
from dashapp.security.topics import Topic

PART: Final = Further(
    ids.Classroom.PAGE,
    classroom_work.PART,
    Permission.CLASSROOM_PAGE,
    outputs_of(classroom_work.slots()),
    CONTROLS,
)


def show_classroom_work(asked: Asked, wanted: FurtherAsked) -> Any:
    """What the learners of the course in the address did with its content, for the chosen section and dates."""
    filters = Filters.parse(**wanted.controls)
    return answered_further(asked, PART, wanted, lambda: _read(asked, wanted, filters))


def _read(asked: Asked, wanted: FurtherAsked, filters: Filters) -> tuple[Values, Topic]:
    principal, reader, at = asked.principal, asked.services.reader, wanted.at
    topic = Topic(
        principal.organisation_id, principal.public_id, course=reader.find_course(principal, at.required_id())
    )
    view = reader.classroom_work(principal, at.required_id(), filters)
    values = drawn(asked, at, view, lambda: classroom_work.fill(view, at.screen))
    return {**values, AS_OF: as_of_lines(view, classroom_work.CARDS)}, topic


def register(registry: CallbackRegistry) -> None:
    """Connects the part."""
    register_further(registry, PART, show_classroom_work)
