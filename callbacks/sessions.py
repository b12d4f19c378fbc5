"""The pages of who is signed in where: the list, and ending one or all others."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.answering import PAGE_INPUTS, PageAddress, PageAnswer, answered, freshness_of, outputs_of, version_of
from dashapp import ids
from dashapp.components import sessions
from dashapp.data.queries.sessions import read_sessions
from dashapp.data.store.sessions import Ender, SessionChoice
from dashapp.domain.audit import ViewerRole
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.principal import Permission
from dashapp.observability.logging import get_logger
from dashapp.security.acting import acting
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.guard import current_session
from dashapp.security.sessions import Sessions
from dashapp.security.topics import Topic
from dashapp.words import _, ngettext, number

log = get_logger(__name__)


def show_sessions(asked: Asked, done: object, page: Mapping[str, object]) -> Any:
    """One's own sessions or, at the organisation's address, everybody's."""
    del done  # it only says that one has been ended
    at, principal = PageAddress.parse(page), asked.principal

    def read() -> PageAnswer:
        everybody = _is_everybodys(asked, at)
        view = read_sessions(
            asked.services.database, principal, asked.services.clock(), current_session().digest, everybody=everybody
        )
        person = None if everybody else principal.person_id
        topic = Topic(principal.organisation_id, principal.public_id, person=person)
        return PageAnswer(sessions.fill(view), topic, version_of(asked, topic), freshness_of(asked))

    return answered(asked, ids.Sessions.PAGE, read)


def end_of(held: Sessions) -> Any:
    """The handler that ends sessions of the app's own kind."""

    def end_session(asked: Asked, pressed: Mapping[str, object], page: Mapping[str, object]) -> dict[str, Any]:
        """Ends the chosen session, or all others of the reader; says what came of it."""
        nothing = {"said": no_update, "done": no_update}
        try:
            everybody = _is_everybodys(asked, PageAddress.parse(page))
        except (NotFound, NotPermitted):
            return nothing
        choice = _choice(asked, ctx.triggered_id, everybody=everybody) if _is_pressed(pressed) else None
        if choice is None:
            return nothing
        role = ViewerRole.ADMINISTRATOR if everybody else ViewerRole.SELF
        by = Ender(acting(asked.principal, role), asked.principal.person_id)
        count = held.end(asked.principal.organisation_id, choice, by)
        log.info("sessions.ended", count=count, everybody=everybody)
        said = ngettext("{number} session ended", "{number} sessions ended", count).format(number=number(count))
        return {"said": said if count else _("It had ended before"), "done": asked.services.clock().timestamp()}

    return end_session


def _is_everybodys(asked: Asked, at: PageAddress) -> bool:
    """Whether the address is the organisation's. Raises NotFound, NotPermitted where it is not the reader's to open."""
    if not at.has_id:
        return False
    if asked.services.reader.own_address(asked.principal.organisation_id) != at.required_id():
        raise NotFound("There is no such organisation.")
    if not asked.principal.administers:
        raise NotPermitted("Only administrators see who is signed in.")
    return True


def _is_pressed(pressed: Mapping[str, object]) -> bool:
    """Dash also asks when buttons appear."""
    return any(each.get("value") for each in ctx.triggered) and bool(pressed)


def _choice(asked: Asked, chosen: object, *, everybody: bool) -> SessionChoice | None:
    person = None if everybody else asked.principal.person_id
    if chosen == ids.Sessions.OTHERS and not everybody:
        return SessionChoice(person_id=person, but=current_session().digest)
    try:
        session = UUID(str(chosen.get("session"))) if isinstance(chosen, Mapping) else None
    except ValueError:
        return None
    return SessionChoice(session_id=session, person_id=person) if session is not None else None


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    address = {"address": PAGE_INPUTS["address"]}
    shown = Wiring(
        output=outputs_of(sessions.slots()),
        inputs={"done": Input(ids.Sessions.DONE, "data"), "page": address},
    )
    registry.register(Permission.SIGNED_IN, show_sessions, shown)
    ended = Wiring(
        output={"said": Output(ids.Sessions.SAID, "children"), "done": Output(ids.Sessions.DONE, "data")},
        inputs={
            "pressed": {
                "one": Input(ids.Sessions.end_of(ALL), "n_clicks"),
                "others": Input(ids.Sessions.OTHERS, "n_clicks"),
            },
            "page": {"address": State(ids.Shell.ADDRESS, "data")},
        },
    )
    registry.register(Permission.SIGNED_IN, end_of(registry.guard.sessions), ended)
