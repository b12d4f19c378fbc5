"""What stands below the fold of the page of one learner."""

from collections.abc import Mapping
from typing import Any, Final

from dash import Input

from callbacks.answering import AS_OF, PageAddress, Values, as_of_lines, drawn, links_for, outputs_of, resting
from callbacks.further import Further, FurtherAsked, answered_further, register_further
from callbacks.student import CONTROLS, read_as
from dashapp import ids
from dashapp.components import student_further
from dashapp.components.student_further import OwnPart
from dashapp.domain.errors import NotFound
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.domain.views import StudentView
from dashapp.domain.views.student_further import StudentFurtherView
from dashapp.security.callbacks import Asked, CallbackRegistry
from dashapp.security.topics import Topic

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
    at = wanted.at
    topic, _reader = read_as(asked, at)
    view, further, own = read_view(asked, at, wanted.controls)
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


def read_view(
    asked: Asked, at: PageAddress, controls: Mapping[str, object]
) -> tuple[StudentView, StudentFurtherView, OwnPart | None]:
    """The page, what stands below its fold, and what only the learner sees. Raises NotFound and NotPermitted."""
    if at.preview:
        raise NotFound("Nobody has done anything on the page of nobody.")
    filters = Filters.parse(course=controls.get("course"))
    reader = asked.services.reader
    view, further = reader.student_further(asked.principal, at.required_id() if at.has_id else None, filters)
    # Who comes from /learners/… sees nothing of this kind, also of themself.
    return view, further, None if at.has_id else _own_part(asked, view, controls.get("spread"))


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
