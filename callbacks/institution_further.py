"""What stands below the fold of the page of an organisation."""

from typing import Any, Final

from callbacks.answering import AS_OF, PageAddress, Values, as_of_lines, drawn, links_for, outputs_of
from callbacks.further import Further, FurtherAsked, answered_further, register_further
from callbacks.institution import CONTROLS
from dashapp import ids
from dashapp.components import institution_further
from dashapp.domain.errors import NotFound
from dashapp.domain.filters import Filters
from dashapp.domain.keys import PublicId
from dashapp.domain.principal import Permission
from dashapp.domain.views import InstitutionFurtherView
from dashapp.security.callbacks import Asked, CallbackRegistry
from dashapp.security.topics import Topic

PART: Final = Further(
    ids.Institution.PAGE,
    institution_further.PART,
    Permission.INSTITUTION_PAGE,
    outputs_of(institution_further.slots()),
    CONTROLS,
)


def show_institution_further(asked: Asked, wanted: FurtherAsked) -> Any:
    """Retention, enrolments, outcomes, adoption and data quality, for the chosen unit and dates."""
    filters = Filters.parse(**wanted.controls)
    return answered_further(asked, PART, wanted, lambda: _read(asked, wanted, filters))


def _read(asked: Asked, wanted: FurtherAsked, filters: Filters) -> tuple[Values, Topic]:
    principal, at = asked.principal, wanted.at
    view = read_view(asked, at, filters)
    links = links_for(asked, at)
    quality = None if links.alone else links.data_quality(PublicId(at.required_id()))
    values = drawn(asked, at, view, lambda: institution_further.fill(view, at.screen, quality), quality=quality)
    topic = Topic(principal.organisation_id, principal.public_id)
    return {**values, AS_OF: as_of_lines(view, institution_further.CARDS)}, topic


def read_view(asked: Asked, at: PageAddress, filters: Filters) -> InstitutionFurtherView:
    """What the part shows. Raises NotFound for the address of another organisation, NotPermitted."""
    if asked.services.reader.own_address(asked.principal.organisation_id) != at.required_id():
        raise NotFound("There is no such organisation.")
    return asked.services.reader.institution_further(asked.principal, filters)


def register(registry: CallbackRegistry) -> None:
    """Connects the part."""
    register_further(registry, PART, show_institution_further)
