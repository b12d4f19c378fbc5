"""The dialog in which staff of a course write to learners: it is filled, previewed, sent, and taken back."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from dash import ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.answering import PAGE_INPUTS, PageAddress, was_pressed
from dashapp import ids
from dashapp.components import messages
from dashapp.components.message_templates import template_for, template_text
from dashapp.data.store.messages import TooManyMails
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.messages import MOST_AN_HOUR, Draft, Template
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.messages import Addressed, Messaging
from dashapp.words import _, current_locale, number

Messages: Final = ids.Messages
MOST_CHOSEN: Final = 5_000
"""Learners of one message: their ids go to and fro with each question, which has 256 KiB (`dashapp.security.guard`)."""
_PAGE: Final = {"address": State(PAGE_INPUTS["address"].component_id, PAGE_INPUTS["address"].component_property)}
_FORM: Final = {"template": Messages.TEMPLATE, "subject": Messages.SUBJECT, "body": Messages.BODY}


def prepare_message(asked: Asked, pressed: Mapping[str, object], picked: object, page: Mapping[str, object]) -> Any:
    """To whom a message would go, for the button that was pressed."""
    if not was_pressed():
        return dict.fromkeys(("who", "to", "template", "ask", "asked"), no_update)
    everybody = ctx.triggered_id == Messages.HELP and bool(pressed.get("help"))
    nobody = {"who": [], "to": messages.to_whom([], [], 0), "template": "", "ask": True, "asked": ""}
    to = _chosen(asked, page, None if everybody else _ids(picked))
    if to is None:
        return nobody
    if len(to.learners) > MOST_CHOSEN:
        return {**nobody, "to": messages.too_many(MOST_CHOSEN)}
    reachable = [one.row for one in to.reachable]
    said = messages.to_whom(
        reachable,
        [one.row for one in to.learners if not one.has_address],
        sum(one.recently for one in to.reachable),
    )
    can_send = Messaging(asked.services, asked.principal).can_send
    return {
        "who": [str(one.row.public_id) for one in to.learners],
        "to": said if can_send else [*said, messages.not_set_up()],
        "template": template_for(to.learners[0].row).value if to.learners else Template.BLANK.value,
        "ask": not (can_send and reachable),
        "asked": _("{mails} will be sent. Now?").format(mails=messages.mails(len(reachable))),
    }


def begin_text(asked: Asked, template: object, who: object) -> Any:
    """The words of a template, for each opening and each choice."""
    del asked, who  # the template says it all; a new choice of learners begins anew
    subject, body = template_text(Template.parse(template)) if template else ("", "")
    return {"subject": subject, "body": body}


def preview_message(asked: Asked, form: Mapping[str, object], who: object, page: Mapping[str, object]) -> Any:
    """The text as the first learner reads it."""
    draft = Draft.parse(form.get("template"), form.get("subject"), form.get("body"))
    to = _chosen(asked, page, _ids(who)) if who else None
    first = next(iter((to.reachable or to.learners) if to is not None else ()), None)
    return messages.preview(draft, first.row if first else None, to.course if to else None)


def copy_texts(
    asked: Asked, pressed: object, form: Mapping[str, object], who: object, page: Mapping[str, object]
) -> Any:
    """The texts for all who were chosen, those without an address too: where nothing can be sent, they are copied."""
    if not was_pressed() or not pressed:
        return no_update
    draft = Draft.parse(form.get("template"), form.get("subject"), form.get("body"))
    if draft is None:
        return {"text": "", "said": _("A message needs a subject and a text that are not too long.")}
    to = _chosen(asked, page, _ids(who)) if who else None
    if to is None or not to.learners:
        return {"text": "", "said": _("Nobody of those who were chosen can be written to.")}
    rows = [one.row for one in to.learners]
    text = messages.texts(draft, rows, to.course)
    if text is None:
        return {"text": "", "said": _("All these texts together are too long to be copied. Choose fewer learners.")}
    return {"text": text, "said": messages.copied(rows), "failed": messages.not_copied()}


def decide_message(
    asked: Asked, pressed: Mapping[str, object], given: Mapping[str, object], page: Mapping[str, object]
) -> Any:
    """Sends it, or takes it back."""
    nothing = {"said": no_update, "sent": no_update, "undo": no_update, "asked": no_update}
    if not was_pressed():
        return nothing
    if ctx.triggered_id == Messages.UNDO and pressed.get("undo"):
        return {**nothing, "said": _take_back(asked, given.get("sent")), "undo": True}
    if ctx.triggered_id != Messages.SEND or not pressed.get("send"):
        return nothing
    said, message = _send(asked, given, page)
    return {
        "said": said,
        "sent": str(message) if message else None,
        "undo": message is None,
        "asked": True,
    }


def _send(asked: Asked, given: Mapping[str, object], page: Mapping[str, object]) -> tuple[str, UUID | None]:
    """(what came of it, the message where it is queued)"""
    draft = Draft.parse(given.get("template"), given.get("subject"), given.get("body"))
    if draft is None:
        return _("A message needs a subject and a text that are not too long."), None
    to = _chosen(asked, page, _ids(given.get("who")))
    if to is None or not to.reachable:
        return _("Nobody of those who were chosen can be written to."), None
    try:
        message = Messaging(asked.services, asked.principal).send(to, draft, current_locale(), messages.reason_of)
    except TooManyMails as error:
        said = _("You can send {most} mails within an hour; {left} are left now. Choose fewer learners, or wait.")
        return said.format(most=number(MOST_AN_HOUR), left=number(error.left)), None
    except (NotPermitted, NotFound):
        return _("Nothing was sent."), None
    said = _("{mails} will go in 10 seconds.").format(mails=messages.mails(len(to.reachable)))
    without = [one.row for one in to.learners if not one.has_address]
    if without:
        said += " " + _("Not to {names}: no address is known.").format(names=messages.names(without))
    return said, message


def _take_back(asked: Asked, sent: object) -> str:
    message = uuid_of(sent)
    if message is not None and Messaging(asked.services, asked.principal).take_back(message):
        return _("Taken back. Nothing was sent.")
    return _("It is too late to take it back: the mails are on their way.")


def _chosen(asked: Asked, page: Mapping[str, object], wanted: set[UUID] | None) -> Addressed | None:
    """Those of the wanted whom the reader sees by name; None where there is nothing to see."""
    try:
        return Messaging(asked.services, asked.principal).chosen(PageAddress.parse(page).required_id(), wanted)
    except (NotPermitted, NotFound):
        return None


def _ids(given: object) -> set[UUID]:
    """Of more than one message may have, one too many."""
    found = (uuid_of(one) for one in given[: MOST_CHOSEN + 1]) if isinstance(given, list) else ()
    return {one for one in found if one is not None}


def register(registry: CallbackRegistry) -> None:
    """Connects the dialog."""
    permission = Permission.CLASSROOM_PAGE
    prepared = Wiring(
        output={
            "who": Output(Messages.WHO, "data"),
            "to": Output(Messages.TO, "children"),
            "template": Output(Messages.TEMPLATE, "value"),
            "ask": Output(Messages.ASK, "disabled"),
            "asked": Output(f"{Messages.ASKED}-words", "children"),
        },
        inputs={
            "pressed": {"selected": Input(Messages.SELECTED, "n_clicks"), "help": Input(Messages.HELP, "n_clicks")},
            "picked": State(Messages.PICKED, "data"),
            "page": _PAGE,
        },
        waits=True,
    )
    registry.register(permission, prepare_message, prepared)
    begun = Wiring(
        output={"subject": Output(Messages.SUBJECT, "value"), "body": Output(Messages.BODY, "value")},
        inputs={"template": Input(Messages.TEMPLATE, "value"), "who": Input(Messages.WHO, "data")},
        waits=True,
    )
    registry.register(permission, begin_text, begun)
    previewed = Wiring(
        output=Output(Messages.PREVIEW, "children"),
        inputs={
            "form": {name: Input(control, "value") for name, control in _FORM.items()},
            "who": State(Messages.WHO, "data"),
            "page": _PAGE,
        },
        waits=True,
    )
    registry.register(permission, preview_message, previewed)
    _register_copying(registry)
    decided = Wiring(
        output={
            "said": Output(Messages.SAID, "children"),
            "sent": Output(Messages.SENT, "data"),
            "undo": Output(Messages.UNDO, "hidden"),
            "asked": Output(Messages.ASKED, "hidden"),
        },
        inputs={
            "pressed": {"send": Input(Messages.SEND, "n_clicks"), "undo": Input(Messages.UNDO, "n_clicks")},
            "given": {
                **{name: State(control, "value") for name, control in _FORM.items()},
                "who": State(Messages.WHO, "data"),
                "sent": State(Messages.SENT, "data"),
            },
            "page": _PAGE,
        },
        waits=True,
    )
    registry.register(permission, decide_message, decided)
    _register_selection(registry)


def _register_selection(registry: CallbackRegistry) -> None:
    """A row is some hundred bytes of words and weeks, its id forty."""
    registry.app.clientside_callback(
        ClientsideFunction("messages", "selected"),
        Output(Messages.SELECTED, "disabled"),
        Output(Messages.PICKED, "data"),
        Input(ids.Classroom.LEARNERS, "selectedRows"),
    )


def _register_copying(registry: CallbackRegistry) -> None:
    copied = Wiring(
        output=Output(Messages.COPIED, "data"),
        inputs={
            "pressed": Input(Messages.COPY, "n_clicks"),
            "form": {name: State(control, "value") for name, control in _FORM.items()},
            "who": State(Messages.WHO, "data"),
            "page": _PAGE,
        },
        waits=True,
    )
    registry.register(Permission.CLASSROOM_PAGE, copy_texts, copied)
    registry.app.clientside_callback(
        ClientsideFunction("messages", "copy"),
        Output(Messages.SAID, "children", allow_duplicate=True),
        Input(Messages.COPIED, "data"),
        prevent_initial_call=True,
    )
