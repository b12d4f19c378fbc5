"""What stands below the fold of the page of one learner."""

from typing import Any, Final

from dash import Input

from callbacks.answering import AS_OF, Values, as_of_lines, drawn, links_for, outputs_of, resting
from callbacks.further import Further, FurtherAsked, answered_further, register_further
from callbacks.student import CONTROLS
from dashapp import ids
from dashapp.components import student_further
from dashapp.components.student_further import OwnPart
from dashapp.domain.errors import NotFound
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.domain.views import StudentView
from dashapp.security.callbacks import Asked, CallbackRegistry
from dashapp.security.topics import Basis, Topic

PART: Final = Further(
    ids.Student.PAGE,
    student_further.PART,
    Permission.LEARNER_PAGE,
    outputs_of(student_further.slots()),
    {
        **CONTROLS,
        "spread": Input(ids.Student.SPREAD_ON, "value"),
        "goal": Input(ids.Student.GOAL_DECISION, "data"),
    },
)


def show_student_further(asked: Asked, wanted: FurtherAsked) -> Any:
    """The work, the units and the videos of the learner in the address; of oneself the goal and what is stored, too."""
    return answered_further(asked, PART, wanted, lambda: _read(asked, wanted))


def _read(asked: Asked, wanted: FurtherAsked) -> tuple[Values, Topic]:
    principal, reader, at = asked.principal, asked.services.reader, wanted.at
    if at.preview:
        raise NotFound("Nobody has done anything on the page of nobody.")
    person = reader.find_person(principal, at.required_id()) if at.has_id else principal.person_id
    basis = Basis.of(reader.as_reader_of(principal, person), person)
    topic = Topic(principal.organisation_id, principal.public_id, person=person, basis=basis)
    filters = Filters.parse(course=wanted.controls.get("course"))
    view, further = reader.student_further(principal, at.required_id() if at.has_id else None, filters)
    # Who comes from /learners/… sees nothing of this kind, also of themself.
    own = None if at.has_id else _own_part(asked, view, wanted.controls.get("spread"))
    links = links_for(asked, at)
    values = drawn(
        asked,
        at,
        further,
        lambda: student_further.fill(further, view, at.screen, links, own),
        page=(asked.services.drawn.digests.of(view, "freshness"), resting(view.freshness)),
        own=own,
    )
    return {**values, AS_OF: as_of_lines(further, student_further.CARDS)}, topic


def _own_part(asked: Asked, view: StudentView, spread: object) -> OwnPart:
    services, principal = asked.services, asked.principal
    return OwnPart(
        services.reader.own_state(principal, view),
        services.reader.openings.of(principal, services.clock()),
        spread is True,
        services.settings.data_retention_days,
    )


def register(registry: CallbackRegistry) -> None:
    """Connects the part."""
    register_further(registry, PART, show_student_further)
