"""The page about what students see: decisions, those of courses, taking the last one back."""

from collections.abc import Mapping
from typing import Any, Final

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
from dashapp import ids
from dashapp.components import visibility
from dashapp.data.database import DatabaseRole
from dashapp.data.store.visibility import read_visibility
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.keys import PublicId
from dashapp.domain.parsing import clock_of, uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.visibility import Override, Policy, Shown, Visibility
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic
from dashapp.security.visibility import VisibilityAdministration
from dashapp.words import _

Names: Final = ids.Visibility
_BUTTONS: Final = (Names.SAVE, Names.SAVE_COURSE, Names.UNDO)
_FORM: Final = {
    "shown": Names.SHOWN,
    "open": Names.OPEN,
    "advisers": Names.ADVISERS,
    "from": Names.QUIET_FROM,
    "to": Names.QUIET_TO,
    "course": Names.COURSE,
    **{one.value: Names.choice(one.value) for one in Shown},
}


def show_visibility(asked: Asked, decision: object, page: Mapping[str, object]) -> Any:
    """What holds now."""
    del decision  # it only says that something has been decided
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        own_organisation(asked, at)
        services, organisation = asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version = version_of(asked, topic)
        with services.database.transaction(DatabaseRole.WEB, organisation) as connection:
            held = read_visibility(connection, organisation)
        filled = visibility.fill(held, services.reader.classrooms(asked.principal))
        return PageAnswer(filled, topic, version, freshness_of(asked))

    return answered(asked, Names.PAGE, read)


def show_course(asked: Asked, course: object, decision: object, page: Mapping[str, object]) -> dict[str, Any]:
    """What the chosen course decides otherwise, and where it can be seen as a student."""
    del decision
    chosen = uuid_of(course)
    if chosen is None:
        return {"preview": "", "hidden": True, **{one.value: "" for one in Shown}}
    organisation = asked.principal.organisation_id
    with asked.services.database.transaction(DatabaseRole.WEB, organisation) as connection:
        held = read_visibility(connection, organisation)
    policy = held.of(chosen)
    links = links_for(asked, PageAddress.parse(page))
    return {
        "preview": links.preview(PublicId(chosen)),
        "hidden": False,
        **{one.value: _word(policy, held.policy, one) for one in Shown},
    }


def _word(policy: Policy, base: Policy, one: Shown) -> str:
    own, general = getattr(policy, one.value), getattr(base, one.value)
    return "" if own == general else "show" if own else "hide"


def decide(asked: Asked, pressed: Mapping[str, object], form: Mapping[str, object], decision: object) -> dict[str, Any]:
    """Does what the pressed button says; the words say what came of it."""
    button = str(ctx.triggered_id)
    quiet = {"said": no_update, "decision": no_update, "undo": no_update}
    if button not in _BUTTONS or not pressed.get(button):
        return quiet
    held = decision if isinstance(decision, Mapping) else {}
    try:
        said, before = _act(asked, button, form, held)
    except _Wrong as error:
        return {**quiet, "said": str(error)}
    except (NotFound, NotPermitted):
        return {**quiet, "said": _("Choose a course first.")}
    finally:
        asked.services.reader.visibilities.forget(asked.principal.organisation_id)
    number = held.get("number")
    told = {"number": number + 1 if isinstance(number, int) else 1, "before": before}
    return {"said": said, "decision": told, "undo": before is None}


class _Wrong(ValueError):
    """What was entered cannot be; the text says what to do."""


def _act(
    asked: Asked, button: str, form: Mapping[str, object], held: Mapping[str, object]
) -> tuple[str, dict[str, Any] | None]:
    """(words, what takes it back)"""
    services = asked.services
    deciding = VisibilityAdministration(services.database, services.clock, asked.principal)
    if button == Names.SAVE:
        before = deciding.decide(_decided(form))
        return _("Saved. Pages of students follow within seconds."), {"organisation": _written(before)}
    if button == Names.SAVE_COURSE:
        course = uuid_of(form.get("course"))
        if course is None:
            raise NotFound("No course was chosen.")
        was = deciding.override(course, _override(form))
        told = {one.value: value for one, value in was.items()}
        return _("Saved for this course."), {"course": str(course), "override": told}
    before_last = held.get("before")
    if not isinstance(before_last, Mapping):
        raise _Wrong(_("There is nothing to take back."))
    if isinstance(before_last.get("organisation"), Mapping):
        deciding.decide(_decided(before_last["organisation"]))
    elif (course := uuid_of(before_last.get("course"))) is not None:
        given = before_last.get("override")
        values = given if isinstance(given, Mapping) else {}
        deciding.override(course, {one: bool(values[one.value]) for one in Shown if one.value in values})
    return _("Taken back."), None


def _decided(form: Mapping[str, object]) -> Visibility:
    """What the form says. Raises _Wrong."""
    first, last = clock_of(form.get("from")), clock_of(form.get("to"))
    if (first is None) != (last is None):
        raise _Wrong(_("Enter both times of the quiet hours, or neither."))
    quiet = (first, last) if first is not None and last is not None else None
    policy = Policy(**{one.value: one in _chosen(form.get("shown")) for one in Shown})
    advisers = form.get("advisers")
    return Visibility(
        policy,
        _chosen(form.get("open")),
        advisers=isinstance(advisers, list) and visibility.ADVISERS in advisers,
        quiet=quiet,
    )


def _written(held: Visibility) -> dict[str, Any]:
    """Decisions in the form in which the page's controls have them."""
    first, last = held.quiet or (None, None)
    return {
        "shown": [one.value for one in Shown if getattr(held.policy, one.value)],
        "open": [one.value for one in Shown if one in held.open_to_courses],
        "advisers": [visibility.ADVISERS] if held.advisers else [],
        "from": first.isoformat("minutes") if first else "",
        "to": last.isoformat("minutes") if last else "",
    }


def _override(form: Mapping[str, object]) -> Override:
    return {one: form.get(one.value) == "show" for one in Shown if form.get(one.value) in ("show", "hide")}


def _chosen(given: object) -> frozenset[Shown]:
    return frozenset(one for one in Shown if isinstance(given, list) and one.value in given)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.ADMINISTRATION_PAGE
    shown = Wiring(
        output=outputs_of(visibility.slots()),
        inputs={"decision": Input(Names.DECISION, "data"), "page": PAGE_INPUTS},
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(permission, show_visibility, shown)
    of_course = Wiring(
        output={
            "preview": Output(Names.PREVIEW, "href"),
            "hidden": Output(Names.PREVIEW, "hidden"),
            **{one.value: Output(Names.choice(one.value), "value") for one in Shown},
        },
        inputs={
            "course": Input(Names.COURSE, "value"),
            "decision": Input(Names.DECISION, "data"),
            "page": {name: State(each.component_id, each.component_property) for name, each in PAGE_INPUTS.items()},
        },
    )
    registry.register(permission, show_course, of_course)
    decided = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "decision": Output(Names.DECISION, "data"),
            "undo": Output(Names.UNDO, "hidden"),
        },
        inputs={
            "pressed": {button: Input(button, "n_clicks") for button in _BUTTONS},
            "form": {name: State(control, "value") for name, control in _FORM.items()},
            "decision": State(Names.DECISION, "data"),
        },
    )
    registry.register(permission, decide, decided)
