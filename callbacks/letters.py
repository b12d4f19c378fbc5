"""The page of what was refused: read, look at one, replay, dismiss, take back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from dash import ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.answering import (
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    answered,
    outputs_of,
    refused,
    version_of,
)
from dashapp import ids
from dashapp.components import card, letters
from dashapp.components.letter_words import opened
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.letters import LetterReader
from dashapp.data.store.letter_decisions import dismiss, reopen
from dashapp.data.store.letter_replays import request_replay, resume_replay, stop_replay
from dashapp.domain.audit import ViewerRole
from dashapp.domain.errors import NotFound
from dashapp.domain.letters import MOST_CHOSEN, Letter, LetterChoice, LetterFilters
from dashapp.domain.principal import Permission
from dashapp.security.acting import acting
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic
from dashapp.words import _, moment, ngettext, number

Letters: Final = ids.Letters

_CONTROLS: Final = {
    "state": Letters.STATE,
    "source": Letters.SOURCE,
    "topic": Letters.TOPIC,
    "reason": Letters.REASON,
    "from": Letters.FIRST,
    "to": Letters.LAST,
    "page": Letters.PAGE_NUMBER,
}
"""The parameters of the address and the controls that they stand for."""
_BUTTONS: Final = {
    Letters.REPLAY: "replay",
    Letters.REPLAY_ALL: "replay_all",
    Letters.DISMISS: "dismiss",
    Letters.DISMISS_ALL: "dismiss_all",
    Letters.UNDO: "undo",
    Letters.STOP: "stop",
    Letters.RESUME: "resume",
}


def show_letters(asked: Asked, chosen: Mapping[str, object], done: object, page: Mapping[str, object]) -> Any:
    """The list, why they were refused, and how far the latest replay is."""
    del done  # it only says that something has been decided
    at, filters = PageAddress.parse(page), LetterFilters.parse(chosen)

    def read() -> PageAnswer:
        _check_address(asked, at)
        topic = Topic(asked.principal.organisation_id, asked.principal.public_id)
        version = version_of(asked, topic)
        view = LetterReader(asked.services.database).view(asked.principal, filters, asked.services.live.freshness())
        return PageAnswer(letters.fill(view, filters), topic, version, view.freshness)

    return answered(asked, Letters.PAGE, read)


def show_letter(asked: Asked, letter: object, page: Mapping[str, object]) -> Any:
    """One letter with its bytes; who looks is recorded."""
    at, wanted = PageAddress.parse(page), LetterFilters.parse({"letter": letter}).letter
    if wanted is None:
        return letters.nothing_opened()
    try:
        _check_address(asked, at)
        found = LetterReader(asked.services.database).letter(
            asked.principal, wanted, acting(asked.principal, ViewerRole.ADMINISTRATOR)
        )
    except NotFound:
        return card.state("none", _("This entry is gone"), _("Entries are kept for 30 days after they came last."))
    return opened(found, _moments(asked, found))


def _moments(asked: Asked, letter: Letter) -> dict[str, str]:
    zone = LetterReader(asked.services.database).zone(asked.principal)
    looks = [f"{who} ({moment(at, zone)})" for who, at in letter.looked_at]
    first, last = moment(letter.row.first_seen_at, zone), moment(letter.row.last_seen_at, zone)
    return {"first": first, "last": last, "looks": ", ".join(looks)}


def decide(
    asked: Asked, pressed: Mapping[str, object], given: Mapping[str, object], chosen: Mapping[str, object]
) -> dict[str, Any]:
    """Replays, dismisses, takes back, stops: what the pressed button says. The words say what came of it."""
    button = _BUTTONS.get(str(ctx.triggered_id))
    if button is None or not pressed.get(button):
        return {"said": no_update, "undo": no_update, "decision": no_update, "selected": no_update}
    decision = given.get("decision")
    before = decision if isinstance(decision, Mapping) else {}
    said, at = _act(asked, button, {**given, "chosen": chosen}, before)
    rounds = before.get("number")
    count = rounds + 1 if isinstance(rounds, int) else 1
    stamp = at.isoformat() if at is not None else None
    return {"said": said, "undo": at is None, "decision": {"at": stamp, "number": count}, "selected": []}


def _act(
    asked: Asked, button: str, given: Mapping[str, object], before: Mapping[str, object]
) -> tuple[str, datetime | None]:
    """(words, the instant of a dismissal that can be taken back)"""
    organisation = asked.principal.organisation_id
    actor = acting(asked.principal, ViewerRole.ADMINISTRATOR)
    if button in ("stop", "resume"):
        return _switch(asked, button, given), None
    with asked.services.database.transaction(DatabaseRole.WEB, organisation) as connection:
        if button == "undo":
            at = _instant(before.get("at"))
            changed = reopen(connection, organisation, at, actor) if at is not None else 0
            said = ngettext("{number} event is open again", "{number} events are open again", changed)
            return said.format(number=number(changed)), None
        choice = _choice(asked, button, given)
        if button.startswith("dismiss"):
            changed, at = dismiss(connection, organisation, choice, actor)
            said = ngettext("{number} event dismissed", "{number} events dismissed", changed)
            return said.format(number=number(changed)), at if changed else None
        replay_id = request_replay(connection, choice, actor)
    if replay_id is None:
        return _("There is nothing to replay: what was not kept whole has to be sent again."), None
    return _("The replay has begun. Its progress stands above."), None


def _choice(asked: Asked, button: str, given: Mapping[str, object]) -> LetterChoice:
    """The selected rows, or all that the filters mean."""
    if button.endswith("_all"):
        chosen = given.get("chosen")
        filters = LetterFilters.parse(chosen if isinstance(chosen, Mapping) else {})
        return LetterReader(asked.services.database).choice(asked.principal, filters)
    rows = given.get("selected")
    named = [row.get("id") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    keys = (LetterFilters.parse({"letter": name}).letter for name in named[:MOST_CHOSEN])
    return LetterChoice(asked.principal.organisation_id, ids=tuple(key for key in keys if key is not None))


def _switch(asked: Asked, button: str, given: Mapping[str, object]) -> str:
    replay_id, organisation = given.get("run"), asked.principal.organisation_id
    if not isinstance(replay_id, int) or not 0 < replay_id < 2**63:
        return _("There is no replay to change.")
    change = stop_replay if button == "stop" else resume_replay
    with asked.services.database.transaction(DatabaseRole.WEB, organisation) as connection:
        changed = change(connection, replay_id, acting(asked.principal, ViewerRole.ADMINISTRATOR))
    if not changed:
        return _("There is no replay to change.")
    return _("The replay is stopped.") if button == "stop" else _("The replay goes on.")


def _instant(text: object) -> datetime | None:
    try:
        given = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return given.astimezone(UTC) if given is not None and given.tzinfo is not None else None


def _check_address(asked: Asked, at: PageAddress) -> None:
    if asked.services.reader.own_address(asked.principal.organisation_id) != at.required_id():
        raise NotFound("There is no such organisation.")


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.DEAD_LETTERS_PAGE
    shown = Wiring(
        output=outputs_of(letters.slots()),
        inputs={
            "chosen": {name: Input(control, "value") for name, control in _CONTROLS.items()},
            "done": Input(Letters.DECISION, "data"),
            "page": PAGE_INPUTS,
        },
        refused=lambda: refused(Letters.PAGE),
    )
    registry.register(permission, show_letters, shown)
    address = {"address": PAGE_INPUTS["address"]}
    looked = Wiring(
        output=Output(Letters.DETAIL, "children"),
        inputs={"letter": Input(Letters.LETTER, "value"), "page": address},
        refused=letters.nothing_opened,
    )
    registry.register(permission, show_letter, looked)
    decided = Wiring(
        output={
            "said": Output(Letters.SAID, "children"),
            "undo": Output(Letters.UNDO, "hidden"),
            "decision": Output(Letters.DECISION, "data"),
            "selected": Output(Letters.GRID, "selectedRows"),
        },
        inputs={
            "pressed": {name: Input(button, "n_clicks") for button, name in _BUTTONS.items()},
            "given": {
                "selected": State(Letters.GRID, "selectedRows"),
                "decision": State(Letters.DECISION, "data"),
                "run": State(Letters.RUN, "data"),
            },
            "chosen": {name: State(control, "value") for name, control in _CONTROLS.items()},
        },
    )
    registry.register(permission, decide, decided)
    _connect_scripts(registry)


def _connect_scripts(registry: CallbackRegistry) -> None:
    """What needs no server: turning pages, and which buttons have something to do."""
    controls = [control for control in _CONTROLS.values() if control != Letters.PAGE_NUMBER]
    registry.app.clientside_callback(
        ClientsideFunction("letters", "turn"),
        Output(Letters.PAGE_NUMBER, "value"),
        Input(Letters.PREVIOUS, "n_clicks"),
        Input(Letters.NEXT, "n_clicks"),
        *(Input(control, "value") for control in controls),
        State(Letters.PAGE_NUMBER, "value"),
        prevent_initial_call=True,
    )
    registry.app.clientside_callback(
        ClientsideFunction("letters", "selected"),
        Output(Letters.REPLAY, "disabled"),
        Output(Letters.DISMISS, "disabled"),
        Input(Letters.GRID, "selectedRows"),
        Input(Letters.STATE, "value"),
    )
