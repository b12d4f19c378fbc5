"""What the pages of terms, units and courses have in common: who decides, what came of it, and taking it back."""

from collections.abc import Callable, Mapping
from typing import Any

from dash import ctx, no_update

from callbacks.answering import was_pressed
from dashapp.domain.audit import ViewerRole
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.terms import TermError, TermFault
from dashapp.security.acting import acting
from dashapp.security.callbacks import Asked
from dashapp.security.structure.desk import ChangedMeanwhile, Circle, Desk, InUse, NameTaken
from dashapp.security.structure.units import NameMissing
from dashapp.words import _, listing, ngettext, number
from dashapp.words.terms import term_objection

Done = tuple[str | None, int | None, dict[str, Any]]
"""(what is said; None: nothing was decided, the change that can be taken back, what controls show)"""
REFUSALS = (InUse, NameTaken, NameMissing, Circle, ChangedMeanwhile, NotFound, TermError)


def desk_of(asked: Asked) -> Desk:
    """Where the administrator who asks decides."""
    services, principal = asked.services, asked.principal
    actor = acting(principal, ViewerRole.ADMINISTRATOR)
    return Desk(services.database, services.clock, principal.organisation_id, actor)


def pressed() -> Any:
    """The id of the button that was pressed; None where buttons have only been drawn, which triggers as well."""
    return ctx.triggered_id if was_pressed() else None


def row_of(button: Any) -> tuple[str, int]:
    """(kind, row) of a button in a row of a list. Raises NotFound."""
    row = key_in(button.get("row")) if isinstance(button, dict) else None
    if row is None:
        raise NotFound("Nothing was named.")
    return str(button.get("type")), row


def decided(
    decision: object, quiet: Mapping[str, Any], act: Callable[[Any], Done], refused: Callable[[Exception], Any]
) -> dict[str, Any]:
    """The outputs `said`, `undo`, `decision` and those of `quiet`, after `act` has done what the pressed button says.

    `decision`: what the page's store of decisions holds. `refused` gives further outputs where it could not be done.
    """
    nothing: dict[str, Any] = {"said": no_update, "undo": no_update, "decision": no_update, **quiet}
    button = pressed()
    if button is None:
        return nothing
    try:
        said, change, filled = act(button)
    except REFUSALS as error:
        return {**nothing, "said": refusal(error), **refused(error)}
    if said is None:
        return {**nothing, **filled}
    held = decision if isinstance(decision, Mapping) else {}
    counted = held.get("number")
    told = {"number": counted + 1 if isinstance(counted, int) else 1, "change": change}
    return {**nothing, "said": said, "decision": told, "undo": change is None, **filled}


def take_back(asked: Asked, decision: object) -> Done:
    """Takes the page's last decision back. Raises NotFound and ChangedMeanwhile."""
    change = key_in(decision.get("change")) if isinstance(decision, Mapping) else None
    if change is None:
        raise NotFound("There is nothing to take back.")
    desk_of(asked).take_back(change)
    return _("Taken back."), None, {}


def key_in(given: object) -> int | None:
    """The key that a store or a button's id holds."""
    return given if isinstance(given, int) and 0 < given < 2**63 else None


def chosen_key(given: object) -> int | None:
    """The key that a choice holds; None for none. Raises NotFound where it holds something else."""
    digits = str(given) if given else ""
    if not digits:
        return None
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        raise NotFound("There is no such choice.")
    return int(digits)


def refusal(error: AnalyticsError | ValueError) -> str:
    """Why it was not done, and what to do."""
    if isinstance(error, InUse):
        return _("It cannot go: {users}.").format(users=users_words(error))
    if isinstance(error, NameTaken):
        return _("“{name}” has this name already, or is called so by a source. Choose another name.").format(
            name=error.by
        )
    if isinstance(error, NameMissing):
        return _("Enter a name.")
    if isinstance(error, Circle):
        return _("A unit cannot stand below itself. Choose another place.")
    if isinstance(error, ChangedMeanwhile):
        return _("It was changed again meanwhile, so it cannot be taken back. Change it by hand.")
    if isinstance(error, TermError):
        if error.fault is TermFault.BREAK_OUTSIDE and error.place is not None:
            return _("Break {number}: This break is not within the days of teaching.").format(number=error.place + 1)
        return term_objection(error)
    return _("That is not there any more. The list shows what is.")


def users_words(error: InUse) -> str:
    """Who keeps a thing from going: "12 courses belong to it"."""
    said = {
        "courses": lambda count: ngettext("{number} course", "{number} courses", count),
        "units": lambda count: ngettext("{number} unit", "{number} units", count),
        "programmes": lambda count: ngettext("{number} programme", "{number} programmes", count),
        "members": lambda count: ngettext("{number} person", "{number} people", count),
    }
    parts = [said[what](count).format(number=number(count)) for what, count in error.users.items()]
    total = sum(error.users.values())
    return ngettext("{things} belongs to it", "{things} belong to it", total).format(things=listing(parts))
