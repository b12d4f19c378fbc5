"""How right the list of a classroom was, below the fold of its page: for staff, of the learners whom they see."""

from typing import Any, Final

from callbacks.answering import Values, outputs_of
from callbacks.further import Further, FurtherAsked, answered_further, register_further
from dashapp import ids
from dashapp.components import look_back
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.look_back import read_look_back
from dashapp.domain.principal import Permission
from dashapp.domain.scope import AsOf, scope_for_classroom
from dashapp.security.callbacks import Asked, CallbackRegistry
from dashapp.security.topics import Topic

PART: Final = Further(ids.Classroom.PAGE, look_back.PART, Permission.CLASSROOM_PAGE, outputs_of(look_back.slots()), {})


def show_look_back(asked: Asked, wanted: FurtherAsked) -> Any:
    """What became of the learners whom the rules listed some weeks before."""
    return answered_further(asked, PART, wanted, lambda: _read(asked, wanted))


def _read(asked: Asked, wanted: FurtherAsked) -> tuple[Values, Topic]:
    principal, reader = asked.principal, asked.services.reader
    course = reader.find_course(principal, wanted.at.required_id())
    scope = scope_for_classroom(principal, course, reader.minimum_group)
    with asked.services.database.transaction(DatabaseRole.WEB, principal.organisation_id) as connection:
        view = read_look_back(connection, scope, AsOf(asked.services.clock()), course)
    return look_back.fill(view), Topic(principal.organisation_id, principal.public_id, course=course)


def register(registry: CallbackRegistry) -> None:
    """Connects the part."""
    register_further(registry, PART, show_look_back)
