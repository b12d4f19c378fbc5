"""The page of everybody of an organisation, for its administrators."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ClientsideFunction, Input, Output, State

from callbacks.administration import own_organisation
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
from dashapp.components import people
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.people_list import find_course, find_courses, read_people
from dashapp.domain.people import PeopleFilters, plain_words
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic

People: Final = ids.People
_CONTROLS: Final = {
    "search": People.SEARCH,
    "role": People.ROLE,
    "state": People.STATE,
    "course": People.COURSE,
    "page": People.PAGE_NUMBER,
}
"""The parameters of the address and the controls that they stand for."""


def show_people(asked: Asked, chosen: Mapping[str, object], page: Mapping[str, object]) -> Any:
    """A page of the list."""
    at, filters = PageAddress.parse(page), PeopleFilters.parse(chosen)

    def read() -> PageAnswer:
        own, services, organisation = own_organisation(asked, at), asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version, freshness = version_of(asked, topic), freshness_of(asked)
        with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            view = read_people(connection, organisation, filters, freshness)
        return PageAnswer(people.fill(view, filters, links_for(asked, at), own), topic, version, freshness)

    return answered(asked, People.PAGE, read)


def offer_courses(asked: Asked, search: object, chosen: object) -> Any:
    """The courses to choose from, as somebody types."""
    organisation = asked.principal.organisation_id
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        found = find_courses(connection, organisation, plain_words(search))
        held = find_course(connection, organisation, PeopleFilters.parse({"course": chosen}))
    return people.course_options(found, held)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    shown = Wiring(
        output=outputs_of(people.slots()),
        inputs={
            "chosen": {name: Input(control, "value") for name, control in _CONTROLS.items()},
            "page": PAGE_INPUTS,
        },
        refused=lambda: refused(People.PAGE),
    )
    registry.register(Permission.ADMINISTRATION_PAGE, show_people, shown)
    offered = Wiring(
        output=Output(People.COURSE, "options"),
        inputs={"search": Input(People.COURSE_SEARCH, "value"), "chosen": State(People.COURSE, "value")},
    )
    registry.register(Permission.ADMINISTRATION_PAGE, offer_courses, offered)
    registry.app.clientside_callback(
        ClientsideFunction("letters", "turn"),
        Output(People.PAGE_NUMBER, "value"),
        Input(People.PREVIOUS, "n_clicks"),
        Input(People.NEXT, "n_clicks"),
        *(Input(control, "value") for control in _CONTROLS.values() if control != People.PAGE_NUMBER),
        State(People.PAGE_NUMBER, "value"),
        prevent_initial_call=True,
    )
