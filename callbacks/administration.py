"""The overview of the administration."""

from collections.abc import Mapping
from typing import Any

from callbacks.answering import (
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    answered,
    freshness_of,
    links_for,
    outputs_of,
    refused,
    version_of,
)
from dashapp import ids
from dashapp.components import administration
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.administration import read_set_up
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import PublicId
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic
from dashapp.words import local_date


def own_organisation(asked: Asked, at: PageAddress) -> PublicId:
    """The organisation in the address, which is that of who asks. Raises NotFound where it is another one."""
    own = asked.services.reader.own_address(asked.principal.organisation_id)
    if own != at.required_id():
        raise NotFound("There is no such organisation.")
    return own


def show_administration(asked: Asked, page: Mapping[str, object]) -> Any:
    """Which steps of the set-up are left, and what is there."""
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        own, services, organisation = own_organisation(asked, at), asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version, now = version_of(asked, topic), services.clock()
        freshness = freshness_of(asked)
        with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            view = read_set_up(connection, organisation, local_date(now, freshness.zone), now)
        return PageAnswer(administration.fill(view, links_for(asked, at), own), topic, version, freshness)

    return answered(asked, ids.Administration.PAGE, read)


def register(registry: CallbackRegistry) -> None:
    """Connects the overview."""
    wiring = Wiring(
        output=outputs_of(administration.slots()),
        inputs={"page": PAGE_INPUTS},
        refused=lambda: refused(ids.Administration.PAGE),
    )
    registry.register(Permission.ADMINISTRATION_PAGE, show_administration, wiring)
