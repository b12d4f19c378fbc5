"""The page of connections: what has come from which system, and what administrators decide about them."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from callbacks.administration import own_organisation
from callbacks.answering import (
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    answered,
    freshness_of,
    outputs_of,
    refused,
    version_of,
)
from dashapp import ids
from dashapp.components import connections
from dashapp.components.connection_steps import Door
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.connections import read_connections
from dashapp.domain.connections import LearningSystem
from dashapp.domain.errors import NotFound
from dashapp.domain.events import Topic as Kind
from dashapp.domain.keys import SourceId
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.senders import ROTATION, Connected, NewSender, SenderAdministration, SenderRefused
from dashapp.security.topics import Topic
from dashapp.words import _, number

Names: Final = ids.Connections
_ROWS: Final = ("key", "rotate", "on", "off", "revoke")
_FORM: Final = {"system": Names.SYSTEM, "name": Names.NAME, "issuer": Names.ISSUER, "kinds": Names.KINDS}
LONGEST: Final = 300


def show_connections(asked: Asked, done: object, page: Mapping[str, object]) -> Any:
    """Everything on the page."""
    del done  # it only says that something has been decided
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        own_organisation(asked, at)
        services, organisation = asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version = version_of(asked, topic)
        with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            view = read_connections(connection, organisation, services.clock())
        filled = connections.fill(view, services.clock())
        return PageAnswer(filled, topic, version, freshness_of(asked))

    return answered(asked, Names.PAGE, read)


def decide(asked: Asked, pressed: Mapping[str, object], form: Mapping[str, object], done: object) -> dict[str, Any]:
    """Does what the pressed button says; the words say what came of it."""
    button = ctx.triggered_id
    quiet = {"said": no_update, "done": no_update, "steps": no_update, "name": no_update, "issuer": no_update}
    if button in (None, Names.SYSTEM):
        return {**quiet, "steps": _guide(asked, form)}
    if not _is_pressed(ctx.triggered):
        return quiet
    kept: dict[str, Any] = {}
    shown: Component | None = None
    try:
        if button == Names.ADD:
            said, shown = _connect(asked, form)
            kept = {"name": "", "issuer": ""}
        else:
            said, shown = _on_row(asked, button)
    except SenderRefused as error:
        said = _refusal(error)
    except NotFound:
        said = _("That is not there any more. The list shows what is.")
    steps = no_update if shown is None else shown
    return {**quiet, "said": said, "done": done + 1 if isinstance(done, int) else 1, "steps": steps, **kept}


def _is_pressed(triggered: object) -> bool:
    """Buttons that have just been drawn trigger as well, without a click."""
    return isinstance(triggered, list) and any(isinstance(one, dict) and one.get("value") for one in triggered)


def _connect(asked: Asked, form: Mapping[str, object]) -> tuple[str, Component]:
    kinds = form.get("kinds")
    chosen = frozenset(kind for kind in Kind if isinstance(kinds, list) and kind.value in kinds)
    made = administration(asked).connect(NewSender(_text(form.get("name")), _text(form.get("issuer")), chosen))
    said = _("{name} is connected. Its key and the steps stand beside; this page shows the first event as it comes.")
    return said.format(name=made.name), _shown(asked, made, _system(form))


def _on_row(asked: Asked, button: object) -> tuple[str, Component | None]:
    """(words, the key that was made)"""
    kind = str(button.get("type", "")) if isinstance(button, dict) else ""
    row = button.get("row") if isinstance(button, dict) else None
    deciding = administration(asked)
    if kind == "sender-revoke" and isinstance(row, str):
        deciding.revoke(row)
        return _("The key is revoked. Nobody takes it any more after 30 seconds."), None
    if not isinstance(row, int):
        raise NotFound("No sender was named.")
    source = SourceId(row)
    match kind:
        case "sender-key":
            made = deciding.make_key(source)
            return _("{name} has a key.").format(name=made.name), _shown(asked, made, None)
        case "sender-rotate":
            made = deciding.rotate(source)
            said = _("{name} has a new key. The old one still holds for {days} days.")
            return said.format(name=made.name, days=number(ROTATION.days)), _shown(asked, made, None)
        case "sender-on" | "sender-off":
            name = deciding.switch(source, enabled=kind == "sender-on")
            said = _("{name} is switched on.") if kind == "sender-on" else _("{name} is switched off.")
            return said.format(name=name), None
    raise NotFound("There is no such button.")


def _shown(asked: Asked, made: Connected, system: LearningSystem | None) -> Component:
    door = Door(asked.services.settings.public_url, made.name, f"la_{made.key.prefix}", made.key.secret)
    return connections.new_key(system, door)


def _guide(asked: Asked, form: Mapping[str, object]) -> Component | None:
    system = _system(form)
    return None if system is None else connections.guide(system, asked.services.settings.public_url)


def _system(form: Mapping[str, object]) -> LearningSystem | None:
    return next((one for one in LearningSystem if one.value == form.get("system")), None)


def _refusal(error: SenderRefused) -> str:
    return {
        "name": _("Give the system a name of letters and digits, such as Moodle."),
        "issuer": _("Enter the address of the system, such as https://moodle.example.edu."),
        "kinds": _("Choose at least one kind of event that it may send."),
        "taken": _("There is a sender of this name already. Choose another name, or make it a new key."),
    }[error.field]


def administration(asked: Asked) -> SenderAdministration:
    """What the administrator who asks may do."""
    services, settings = asked.services, asked.services.settings
    topics = tuple(settings.kafka_topics) if settings.kafka_brokers else ()
    return SenderAdministration(services.database, services.clock, topics, asked.principal)


def _text(given: object) -> str:
    return given[:LONGEST].replace("\0", "").encode("utf-8", "replace").decode() if isinstance(given, str) else ""


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.ADMINISTRATION_PAGE
    shown = Wiring(
        output=outputs_of(connections.slots()),
        inputs={"done": Input(Names.DONE, "data"), "page": PAGE_INPUTS},
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(permission, show_connections, shown)
    decided = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "done": Output(Names.DONE, "data"),
            "steps": Output(Names.STEPS, "children"),
            "name": Output(Names.NAME, "value"),
            "issuer": Output(Names.ISSUER, "value"),
        },
        inputs={
            "pressed": {
                "add": Input(Names.ADD, "n_clicks"),
                **{what: Input(Names.act(what, ALL), "n_clicks") for what in _ROWS},
            },
            "form": {
                "system": Input(Names.SYSTEM, "value"),
                **{name: State(control, "value") for name, control in _FORM.items() if name != "system"},
            },
            "done": State(Names.DONE, "data"),
        },
    )
    registry.register(permission, decide, decided)
