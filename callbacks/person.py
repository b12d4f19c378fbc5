"""Somebody's entry, for their administrators: read, searches for whom to merge or advise, previews."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from dash import Input, Output, State, ctx, no_update

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
from callbacks.person_decisions import administration, is_key, register_decisions
from dashapp import ids
from dashapp.components import controls, person
from dashapp.components.merge_words import merge_words, split_words
from dashapp.components.people import course_label
from dashapp.components.people_words import name_or_hint, refusal_words, row_hint, row_roles
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.people_list import find_by_words, find_courses
from dashapp.data.queries.person import read_person, sections_of
from dashapp.domain.errors import NotFound
from dashapp.domain.parsing import uuid_of
from dashapp.domain.people import CannotChange, PersonRow, Refusal, plain_words
from dashapp.domain.principal import Permission
from dashapp.security.acting import note_view
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic
from dashapp.words import _

Person: Final = ids.Person


def show_person(asked: Asked, decision: object, who: object, page: Mapping[str, object]) -> Any:
    """Everything on the page. That it was looked at is noted with whose entry it is."""
    del decision  # it only says that something has been decided
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        own, services, organisation = own_organisation(asked, at), asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version, freshness = version_of(asked, topic), freshness_of(asked)
        with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            view = read_person(connection, organisation, _needed(uuid_of(who)), services.clock(), freshness)
        about = Topic(organisation, asked.principal.public_id, person=view.person_id)
        return PageAnswer(person.fill(view, links_for(asked, at), own), topic, version, freshness, about)

    return answered(asked, Person.PAGE, read)


def find_people(asked: Asked, search: object, who: object) -> Any:
    """Whom the words may mean, but not the one whose entry it is. Whoever searches here has looked at the list."""
    words, organisation = plain_words(search), asked.principal.organisation_id
    if not words:
        return []
    note_view(asked, ids.People.PAGE, Topic(organisation, asked.principal.public_id))
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        found = find_by_words(connection, organisation, words)
    return [_option(row) for row in found if str(row.public_id) != str(who).lower()]


def find_learners(asked: Asked, search: object, who: object) -> Any:
    """The same for the caseload."""
    return find_people(asked, search, who)


def _option(row: PersonRow) -> controls.Option:
    hint = " · ".join(part for part in (row_hint(row), row_roles(row)) if part not in ("", "–"))
    return controls.option(str(row.public_id), person.found_label(name_or_hint(row.name, row.known_as), hint))


def offer_courses(asked: Asked, search: object) -> Any:
    """The courses in which a role can be given, as somebody types."""
    organisation = asked.principal.organisation_id
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        found = find_courses(connection, organisation, plain_words(search))
    return [controls.option(str(one.public_id), course_label(one)) for one in found]


def offer_sections(asked: Asked, course: object) -> Any:
    """The sections of the chosen course."""
    chosen, organisation = uuid_of(course), asked.principal.organisation_id
    if chosen is None:
        return {"options": person.section_options(()), "value": person.WHOLE}
    with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        found = sections_of(connection, organisation, chosen)
    return {"options": person.section_options(found), "value": person.WHOLE}


def preview(asked: Asked, looked: Mapping[str, object], who: object) -> dict[str, Any]:
    """What a merge with the chosen person, or the split of the chosen merge, would move; nothing is done."""
    nothing = {"preview": None, "plan": None, "confirm": True, "label": no_update, "cancel": True}
    own = uuid_of(who)
    if own is None or ctx.triggered_id in (Person.DECISION, Person.CANCEL):
        return nothing
    other = uuid_of(looked.get("other"))
    try:
        if ctx.triggered_id == Person.LOOK:
            split = looked.get("split")
            return _split_preview(asked, str(split.get("row")) if isinstance(split, Mapping) else "")
        if other is None:
            return nothing
        return _merge_preview(asked, own, other, stands=looked.get("stands"))
    except (CannotChange, NotFound) as error:
        refusal = error.refusal if isinstance(error, CannotChange) else Refusal.NOBODY
        return {**nothing, "preview": person.refused_words(refusal_words(refusal))}


def _split_preview(asked: Asked, merge_id: str) -> dict[str, Any]:
    if not is_key(merge_id):
        raise CannotChange(Refusal.SPLIT_ALREADY)
    seen = administration(asked).preview_split(int(merge_id))
    plan = {"kind": "split", "merge": seen.merge_id, "state": seen.state}
    return {"preview": split_words(seen), "plan": plan, "confirm": False, "label": _("Split them"), "cancel": False}


def _merge_preview(asked: Asked, own: UUID, other: UUID, stands: object) -> dict[str, Any]:
    pair = (other, own) if stands == person.OTHER else (own, other)
    seen = administration(asked).preview_merge(*pair)
    plan = {"kind": "merge", "kept": str(pair[0]), "absorbed": str(pair[1]), "state": seen.state}
    return {"preview": merge_words(seen), "plan": plan, "confirm": False, "label": _("Merge them"), "cancel": False}


def _needed(public_id: UUID | None) -> UUID:
    if public_id is None:
        raise NotFound("The address holds no id.")
    return public_id


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.ADMINISTRATION_PAGE
    who = Input(Person.WHO, "data")
    shown = Wiring(
        output=outputs_of(person.slots()),
        inputs={"decision": Input(Person.DECISION, "data"), "who": who, "page": PAGE_INPUTS},
        refused=lambda: refused(Person.PAGE),
    )
    registry.register(permission, show_person, shown)
    for search, result, handler in (
        (Person.OTHER_SEARCH, Person.OTHER, find_people),
        (Person.LEARNER_SEARCH, Person.LEARNER, find_learners),
    ):
        found = Wiring(
            output=Output(result, "options"),
            inputs={"search": Input(search, "value"), "who": State(Person.WHO, "data")},
        )
        registry.register(permission, handler, found)
    courses = Wiring(
        output=Output(Person.GIVE_COURSE, "options"), inputs={"search": Input(Person.GIVE_SEARCH, "value")}
    )
    registry.register(permission, offer_courses, courses)
    sections = Wiring(
        output={
            "options": Output(Person.GIVE_SECTION, "options"),
            "value": Output(Person.GIVE_SECTION, "value"),
        },
        inputs={"course": Input(Person.GIVE_COURSE, "value")},
    )
    registry.register(permission, offer_sections, sections)
    _register_preview(registry)
    register_decisions(registry)


def _register_preview(registry: CallbackRegistry) -> None:
    looked = Wiring(
        output={
            "preview": Output(Person.PREVIEW, "children"),
            "plan": Output(Person.PLAN, "data"),
            "confirm": Output(Person.CONFIRM, "hidden"),
            "label": Output(Person.CONFIRM, "children"),
            "cancel": Output(Person.CANCEL, "hidden"),
        },
        inputs={
            "looked": {
                "other": Input(Person.OTHER, "value"),
                "stands": Input(Person.STANDS, "value"),
                "split": Input(Person.LOOK, "data"),
                "cancel": Input(Person.CANCEL, "n_clicks"),
                "decision": Input(Person.DECISION, "data"),
            },
            "who": State(Person.WHO, "data"),
        },
    )
    registry.register(Permission.ADMINISTRATION_PAGE, preview, looked)
