"""How right the list of the course in the address was: a part of its page."""

from typing import Any, Final

from callbacks.answering import AS_OF, Values, as_of_lines, drawn, outputs_of
from callbacks.further import Further, FurtherAsked, answered_further, register_further
from dashapp import ids
from dashapp.components import hindsight
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry
from dashapp.security.topics import Topic

PART: Final = Further(ids.Classroom.PAGE, hindsight.PART, Permission.CLASSROOM_PAGE, outputs_of(hindsight.slots()), {})


def show_hindsight(asked: Asked, wanted: FurtherAsked) -> Any:
    """Whom the rules listed on earlier days, and how it went on with them and with the others."""
    return answered_further(asked, PART, wanted, lambda: _read(asked, wanted))


def _read(asked: Asked, wanted: FurtherAsked) -> tuple[Values, Topic]:
    principal, reader, at = asked.principal, asked.services.reader, wanted.at
    course = reader.find_course(principal, at.required_id())
    topic = Topic(principal.organisation_id, principal.public_id, course=course)
    view = reader.hindsight(principal, at.required_id())
    values = drawn(asked, at, view, lambda: hindsight.fill(view, at.screen))
    return {**values, AS_OF: as_of_lines(view, hindsight.CARDS)}, topic


def register(registry: CallbackRegistry) -> None:
    """Connects the part."""
    register_further(registry, PART, show_hindsight)
