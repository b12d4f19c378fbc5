"""The list of schedules: shown, searched, and what its buttons do: pause, go on, end, withdraw, hand over."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from dash import ALL, Input, Output, State, ctx, no_update

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
from callbacks.schedules import ended_words, refusal
from callbacks.unchanged import SHOWN, changed_only
from dashapp import ids
from dashapp.components import schedule_list
from dashapp.components.controls import option
from dashapp.data.folding import folded
from dashapp.domain.errors import NotPermitted
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.schedules.runs import ScheduleState
from dashapp.domain.schedules.views import ListedSchedule
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.handing_over import ScheduleLists
from dashapp.security.schedules import ScheduleRefused, Scheduling
from dashapp.security.topics import Topic
from dashapp.words import _

Names: Final = ids.ScheduleList
_ACTS: Final = ("pause", "resume", "end", "undo", "take", "choose")
_LONGEST_WORDS: Final = 80


def show_list(asked: Asked, done: object, words: object, held: object, page: Mapping[str, object]) -> Any:
    """The schedules that fit what is searched for."""
    del done  # it only says that something has been done
    at = PageAddress.parse(page)

    def answer() -> PageAnswer:
        principal = asked.principal
        topic = Topic(principal.organisation_id, principal.public_id)
        version, freshness = version_of(asked, topic), freshness_of(asked)
        found = ScheduleLists(Scheduling(asked.services, principal)).all()
        shown = schedule_list.Shown(found, _fitting(found, words), principal.administers)
        values = schedule_list.fill(shown, links_for(asked, at), freshness)
        return PageAnswer(changed_only(values, held), topic, version, freshness)

    return answered(asked, Names.PAGE, answer)


def _fitting(found: Sequence[ListedSchedule], words: object) -> Sequence[ListedSchedule]:
    wanted = folded(words[:_LONGEST_WORDS]).split() if isinstance(words, str) else []
    return [one for one in found if all(word in folded(f"{one.title} {one.author}") for word in wanted)]


def keep_list(asked: Asked, pressed: Mapping[str, object], given: Mapping[str, object]) -> dict[str, Any]:
    """Does what the pressed button says; "choose" fills the dialog in which somebody is chosen."""
    del pressed  # which of them it was is `ctx.triggered_id`
    nothing: dict[str, Any] = dict.fromkeys(("said", "done", "handing", "what", "options", "to"), no_update)
    if not was_pressed():
        return nothing
    desk, button = Scheduling(asked.services, asked.principal), ctx.triggered_id
    number = given.get("done")
    done = number + 1 if isinstance(number, int) and not isinstance(number, bool) else 1
    try:
        if button == Names.HAND:
            said = _handed(desk, given.get("handing"), given.get("to"))
            return {**nothing, "said": said, "done": done}
        row = uuid_of(button.get("row")) if isinstance(button, Mapping) else None
        if row is None or not isinstance(button, Mapping):
            raise ScheduleRefused("gone")
        what = str(button.get("type")).removeprefix("schedulelist-")
        if what == "choose":
            return {**nothing, **_choice(desk, row)}
        return {**nothing, "said": _do(desk, what, row), "done": done}
    except ScheduleRefused as error:
        return {**nothing, "said": refusal(error.why), "done": done}
    except NotPermitted:
        return {**nothing, "said": refusal("gone")}


def _do(desk: Scheduling, what: str, row: UUID) -> str:
    match what:
        case "pause":
            desk.set_state(row, ScheduleState.PAUSED)
            return _("It is paused. What it would have sent meanwhile is not made up.")
        case "resume":
            desk.set_state(row, ScheduleState.ACTIVE)
            return _("It goes on.")
        case "end":
            desk.set_state(row, ScheduleState.ENDED)
            return _("It has ended. What was delivered stays where it is.")
        case "undo":
            return ended_words(desk.end_and_withdraw(row))
        case "take":
            ScheduleLists(desk).hand_over(row)
            return _("It is yours now. Where it was paused, have it go on.")
    raise ScheduleRefused("gone")


def _choice(desk: Scheduling, row: UUID) -> dict[str, Any]:
    """The dialog: of which schedule it speaks, and who can be chosen."""
    found = next((one for one in ScheduleLists(desk).all() if one.public_id == row), None)
    if found is None or not desk.principal.administers:
        raise ScheduleRefused("gone")
    people = [option(str(one.public_id), one.name) for one in desk.addressees()]
    return {"handing": str(row), "what": schedule_list.name_of(found), "options": people, "to": ""}


def _handed(desk: Scheduling, handing: object, to: object) -> str:
    row, person = uuid_of(handing), uuid_of(to)
    if row is None:
        raise ScheduleRefused("gone")
    if person is None:
        raise ScheduleRefused("author")
    name = ScheduleLists(desk).hand_over(row, person)
    return _("It is {name}'s now. Where it was paused, have it go on.").format(name=name)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    shown = Wiring(
        output={**outputs_of(schedule_list.slots()), SHOWN: Output(Names.SHOWN, "data")},
        inputs={
            "done": Input(Names.DONE, "data"),
            "words": Input(Names.WORDS, "value"),
            "held": State(Names.SHOWN, "data"),
            "page": PAGE_INPUTS,
        },
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(Permission.REPORTS_PAGE, show_list, shown)
    kept = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "done": Output(Names.DONE, "data"),
            "handing": Output(Names.HANDING, "data"),
            "what": Output(Names.WHAT, "children"),
            "options": Output(Names.TO, "options"),
            "to": Output(Names.TO, "value"),
        },
        inputs={
            "pressed": {
                "hand": Input(Names.HAND, "n_clicks"),
                **{what: Input(Names.act(what, ALL), "n_clicks") for what in _ACTS},
            },
            "given": {
                "done": State(Names.DONE, "data"),
                "handing": State(Names.HANDING, "data"),
                "to": State(Names.TO, "value"),
            },
        },
    )
    registry.register(Permission.REPORTS_PAGE, keep_list, kept)
