"""The page about leaving: what there is, exports of it, and the request to delete it."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, Input, Output, State, ctx, no_update

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
    was_pressed,
)
from dashapp import ids
from dashapp.components import leaving
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.leaving import read_leaving
from dashapp.domain.leaving import GRACE
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.leaving import LeavingAdministration, LeavingRefused
from dashapp.security.topics import Topic
from dashapp.words import _, number

Names: Final = ids.Leaving
_BUTTONS: Final = (Names.START, Names.DELETE, Names.KEEP)


def show_leaving(asked: Asked, done: object, tick: object, page: Mapping[str, object]) -> Any:
    """Everything on the page."""
    del done, tick  # they only say that something has been decided, or that time has passed
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        own, services, organisation = own_organisation(asked, at), asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version = version_of(asked, topic)
        with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            view = read_leaving(connection, organisation)
        return PageAnswer(leaving.fill(view, links_for(asked, at), own), topic, version, freshness_of(asked))

    return answered(asked, Names.PAGE, read)


def decide(asked: Asked, pressed: Mapping[str, object], name: object, done: object) -> dict[str, Any]:
    """Does what the pressed button says; the words say what came of it."""
    button = ctx.triggered_id
    if not was_pressed():
        return {"said": no_update, "done": no_update, "name": no_update}
    kept: Any = no_update
    try:
        said = _act(asked, button, name)
        kept = "" if button == Names.DELETE else no_update
    except LeavingRefused as error:
        said = _refusal(error)
    return {"said": said, "done": done + 1 if isinstance(done, int) else 1, "name": kept}


def _act(asked: Asked, button: object, name: object) -> str:
    deciding = LeavingAdministration(asked.services.database, asked.services.clock, asked.principal)
    if button == Names.START:
        deciding.start_export()
        return _("Everything is being exported. You can leave this page: the file will stand here.")
    if button == Names.DELETE:
        deciding.ask_for_deletion(name.strip() if isinstance(name, str) else "")
        return _("The organisation will be deleted in {days} days. Until then you can cancel it below.").format(
            days=number(GRACE.days)
        )
    if button == Names.KEEP:
        deciding.cancel_deletion()
        return _("The deletion is cancelled. Everything stays.")
    row = button.get("row") if isinstance(button, dict) else None
    export = uuid_of(row)
    if export is None:
        raise LeavingRefused("gone")
    deciding.cancel_export(export)
    return _("The export is cancelled.")


def _refusal(error: LeavingRefused) -> str:
    return {
        "under_way": _("There is one under way already. The page shows how far it is."),
        "gone": _("That is not there any more. The page shows what is."),
        "name": _("That is not the short name of the organisation. Nothing was asked for."),
        "late": _("There is no deletion to cancel any more. The page shows how it stands."),
    }[error.why]


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.ADMINISTRATION_PAGE
    shown = Wiring(
        output=outputs_of(leaving.slots()),
        inputs={
            "done": Input(Names.DONE, "data"),
            "tick": Input(Names.TICK, "n_intervals"),
            "page": PAGE_INPUTS,
        },
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(permission, show_leaving, shown)
    decided = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "done": Output(Names.DONE, "data"),
            "name": Output(Names.NAME, "value"),
        },
        inputs={
            "pressed": {
                **{button: Input(button, "n_clicks") for button in _BUTTONS},
                "cancel": Input(Names.cancel(ALL), "n_clicks"),
            },
            "name": State(Names.NAME, "value"),
            "done": State(Names.DONE, "data"),
        },
    )
    registry.register(permission, decide, decided)
