"""What has been done for a learner, below the fold of their page: for staff of a course of theirs only."""

from typing import Any, Final

from callbacks.answering import PageAddress, Values, outputs_of
from callbacks.further import Further, FurtherAsked, answered_further, register_further
from dashapp import ids
from dashapp.components import contacts
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.contacts import ContactsOf, read_contacts
from dashapp.data.queries.courses import read_campus
from dashapp.domain.errors import NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.principal import Permission
from dashapp.domain.scope import AsOf
from dashapp.security.callbacks import Asked, CallbackRegistry
from dashapp.security.topics import Basis, Topic

PART: Final = Further(ids.Student.PAGE, contacts.PART, Permission.LEARNER_PAGE, outputs_of(contacts.slots()), {})


def show_contacts(asked: Asked, wanted: FurtherAsked) -> Any:
    """Messages to the learner in the address, and what came after them."""
    return answered_further(asked, PART, wanted, lambda: read_values(asked, wanted.at))


def read_values(asked: Asked, at: PageAddress) -> tuple[Values, Topic]:
    """The values of the part, and whom it is about. Raises NotFound and NotPermitted."""
    principal, reader = asked.principal, asked.services.reader
    if at.preview:
        raise NotPermitted("The page of nobody has no messages.")
    person = reader.find_person(principal, at.required_id())
    basis = Basis.of(reader.as_reader_of(principal, person), person)
    if basis is not Basis.STAFF or not principal.teaches_in:
        raise NotPermitted("What staff have done is for staff.")
    # It raises where the learner is in no course, or no section, of the principal's.
    view = reader.learner(principal, at.required_id(), Filters())
    shared = {reader.find_course(principal, one.public_id) for one in view.courses} & principal.teaches_in
    organisation, now = principal.organisation_id, asked.services.clock()
    wanted_of = ContactsOf(
        organisation, person, frozenset(shared), principal.person_id, principal.sections, reader.minimum_group
    )
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        local = read_campus(connection, organisation, AsOf(now)).local
        found = read_contacts(connection, wanted_of, now, local)
    topic = Topic(organisation, principal.public_id, person=person, basis=basis)
    return contacts.fill(found, view.freshness), topic


def register(registry: CallbackRegistry) -> None:
    """Connects the part."""
    register_further(registry, PART, show_contacts)
