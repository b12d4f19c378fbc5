"""Who acts in a request, as the audit trail tells it: the person's key, their role, the network, the way of sign-in."""

from flask import g, has_request_context, request

from dashapp import ids
from dashapp.data.viewing import Viewing
from dashapp.domain.audit import ORGANISATION_SUBJECT, Actor, ViewerRole, course_subject, person_subject
from dashapp.domain.keys import PersonId
from dashapp.domain.principal import Principal
from dashapp.security.callbacks import Asked
from dashapp.security.devices import network_of
from dashapp.security.topics import Topic


def acting(principal: Principal, role: ViewerRole) -> Actor:
    """The principal of the running request, acting in a role."""
    if not has_request_context():
        return Actor(str(principal.public_id), role)
    method = getattr(g.get("session"), "method", None)
    return Actor(str(principal.public_id), role, network_of(request.remote_addr), str(method) if method else None)


def note_view(asked: Asked, page: str, topic: Topic) -> None:
    """Notes that the page which `topic` is about is shown now. Raises Unavailable; then it must not be shown."""
    if topic.person is not None:
        subject = person_subject(topic.person)
    elif topic.course is not None:
        subject = course_subject(topic.course)
    else:
        subject = ORGANISATION_SUBJECT
    actor = acting(asked.principal, _role_on(asked.principal, page, topic))
    viewing = Viewing(asked.principal.organisation_id, actor, subject, page.removesuffix("-page"))
    asked.services.views.note(viewing)


def _role_on(principal: Principal, page: str, topic: Topic) -> ViewerRole:
    """What the principal opens a page as. Some pages are opened as one thing only, whatever else somebody is."""
    if page in (ids.Person.PAGE, ids.Guardians.PAGE):
        return ViewerRole.ADMINISTRATOR
    if page == ids.Caseload.PAGE:
        return ViewerRole.ADVISER if principal.advises else ViewerRole.GUARDIAN
    return role_towards(principal, topic)


def role_towards(principal: Principal, topic: Topic) -> ViewerRole:
    """What the principal is to those whose data a page shows."""
    if topic.person is not None:
        return _role_towards_person(principal, topic.person)
    if topic.course is not None and topic.course in principal.teaches_in:
        return ViewerRole.STAFF
    if principal.administers or principal.teaches_in:
        return ViewerRole.ADMINISTRATOR if principal.administers else ViewerRole.STAFF
    if principal.advises:
        return ViewerRole.ADVISER
    return ViewerRole.GUARDIAN if principal.guards else ViewerRole.SELF


def _role_towards_person(principal: Principal, person: PersonId) -> ViewerRole:
    """Who may see somebody's page and is nothing else to them is their guardian."""
    if person == principal.person_id:
        return ViewerRole.SELF
    if person in principal.advises:
        return ViewerRole.ADVISER
    guardian = person in principal.guards or not principal.teaches_in
    return ViewerRole.GUARDIAN if guardian else ViewerRole.STAFF
