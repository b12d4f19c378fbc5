"""The page of terms: entering, changing, removing one, and taking the last step back."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.administration import own_organisation
from callbacks.answering import PAGE_INPUTS, PageAddress, PageAnswer, answered, outputs_of, refused, version_of
from dashapp import ids
from dashapp.components import terms
from dashapp.data.database import DatabaseRole
from dashapp.data.store.terms import list_terms
from dashapp.domain.errors import NotFound
from dashapp.domain.parsing import day_of
from dashapp.domain.principal import Permission
from dashapp.domain.terms import Term, TermError, checked_term
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.terms import NameTaken, TermAdministration, TermInUse
from dashapp.security.topics import Topic
from dashapp.words import _, local_date, ngettext, number
from dashapp.words.terms import term_objection

Names: Final = ids.Terms
_NUMBERS: Final = range(1, Names.BREAKS + 1)
_FIELDS: Final = {
    "name": Names.NAME,
    "starts": Names.STARTS,
    "ends": Names.ENDS,
    **{f"first{place}": Names.pause(place, "first") for place in _NUMBERS},
    **{f"last{place}": Names.pause(place, "last") for place in _NUMBERS},
}


def show_terms(asked: Asked, decision: object, page: Mapping[str, object]) -> Any:
    """All terms, the newest first."""
    del decision  # it only says that something has been decided
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        own_organisation(asked, at)
        services, organisation = asked.services, asked.principal.organisation_id
        topic = Topic(organisation, asked.principal.public_id)
        version, freshness = version_of(asked, topic), services.live.freshness()
        with services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            rows = list_terms(connection, organisation)
        today = local_date(services.clock(), freshness.zone)
        return PageAnswer(terms.fill(rows, today), topic, version, freshness)

    return answered(asked, Names.PAGE, read)


def decide(
    asked: Asked, pressed: Mapping[str, object], form: Mapping[str, object], key: object, decision: object
) -> dict[str, Any]:
    """Does what the pressed button says; the words say what came of it."""
    del pressed  # which one it was, and whether it was, says the context
    quiet: dict[str, Any] = dict.fromkeys(("said", "decision", "undo", "key", "head", *_FIELDS), no_update)
    button = ctx.triggered_id
    if button is None or not any(one.get("value") for one in ctx.triggered):
        return quiet
    held = decision if isinstance(decision, Mapping) else {}
    try:
        said, undo, filled = _act(asked, button, (form, key if isinstance(key, int) else None), held)
    except TermError as error:
        return {**quiet, "said": term_objection(error)}
    except NameTaken:
        return {**quiet, "said": _("There is a term of this name already. Choose another name, or change that one.")}
    except TermInUse as error:
        words = ngettext("{number} course belongs to it", "{number} courses belong to it", error.courses)
        asked_for = _("It cannot go: {courses}. Give them another term first.")
        return {**quiet, "said": asked_for.format(courses=words.format(number=number(error.courses)))}
    except NotFound:
        return {**quiet, "said": _("That is not there any more. The list shows what is.")}
    if said is None:
        return {**quiet, **filled}
    counted = held.get("number")
    told = {"number": counted + 1 if isinstance(counted, int) else 1, "before": undo}
    return {**quiet, "said": said, "decision": told, "undo": undo is None, **filled}


Done = tuple[str | None, dict[str, Any] | None, dict[str, Any]]
"""(what is said; None: nothing was decided, what takes it back, what the form shows)"""


def _act(
    asked: Asked, button: object, entered: tuple[Mapping[str, object], int | None], held: Mapping[str, object]
) -> Done:
    form, key = entered
    deciding = TermAdministration(asked.services.database, asked.services.clock, asked.principal)
    if button == Names.CLEAR:
        return None, None, _filled(None, None)
    if button == Names.SAVE:
        return _save(deciding, _entered(form), key)
    if button == Names.UNDO:
        return _undo(deciding, held.get("before"))
    kind, row = (button.get("type"), button.get("row")) if isinstance(button, dict) else (None, None)
    if not isinstance(row, int):
        raise NotFound("No term was named.")
    if kind == "term-change":
        organisation = asked.principal.organisation_id
        with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            found = next((one for one in list_terms(connection, organisation) if one.term_id == row), None)
        if found is None:
            raise NotFound("There is no such term.")
        return None, None, _filled(row, found.term, found.name)
    if kind == "term-remove":
        before = deciding.remove(row)
        undo = None if before is None else {"add": _written(before)}
        return _("The term is removed."), undo, _filled(None, None)
    raise NotFound("There is no such button.")


def _save(deciding: TermAdministration, term: Term, key: int | None) -> Done:
    said = _("{term} is saved. Pages of its courses follow.").format(term=term.name)
    if key is None:
        return said, {"remove": deciding.add(term)}, _filled(None, None)
    before = deciding.change(key, term)
    undo = None if before is None else {"change": key, **_written(before)}
    return said, undo, _filled(None, None)


def _undo(deciding: TermAdministration, before: object) -> Done:
    if not isinstance(before, Mapping):
        raise NotFound("There is nothing to take back.")
    if isinstance(before.get("remove"), int):
        deciding.remove(before["remove"])
    elif isinstance(before.get("change"), int):
        deciding.change(before["change"], _entered(before))
    elif isinstance(before.get("add"), Mapping):
        deciding.add(_entered(before["add"]))
    return _("Taken back."), None, {}


def _entered(form: Mapping[str, object]) -> Term:
    """What the fields say. Raises TermError."""
    name = form.get("name")
    pauses = [(day_of(form.get(f"first{place}")), day_of(form.get(f"last{place}"))) for place in _NUMBERS]
    text = name.replace("\0", "") if isinstance(name, str) else ""
    return checked_term(text, day_of(form.get("starts")), day_of(form.get("ends")), pauses)


def _written(term: Term) -> dict[str, str]:
    """A term in the form in which the fields have it."""
    pauses = dict(enumerate(term.breaks, 1))
    days = {place: pauses.get(place, (None, None)) for place in _NUMBERS}
    return {
        "name": term.name,
        "starts": term.starts_on.isoformat(),
        "ends": term.ends_on.isoformat(),
        **{f"first{place}": first.isoformat() if first else "" for place, (first, _last) in days.items()},
        **{f"last{place}": last.isoformat() if last else "" for place, (_first, last) in days.items()},
    }


def _filled(key: int | None, term: Term | None, name: str = "") -> dict[str, Any]:
    """The form with a term in it, or empty."""
    fields = _written(term) if term is not None else {**dict.fromkeys(_FIELDS, ""), "name": name}
    head = _("Change {term}").format(term=name) if key is not None else ""
    return {"key": key, "head": head, **fields}


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.ADMINISTRATION_PAGE
    shown = Wiring(
        output=outputs_of(terms.slots()),
        inputs={"decision": Input(Names.DECISION, "data"), "page": PAGE_INPUTS},
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(permission, show_terms, shown)
    decided = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "decision": Output(Names.DECISION, "data"),
            "undo": Output(Names.UNDO, "hidden"),
            "key": Output(Names.KEY, "data"),
            "head": Output(Names.HEAD, "children"),
            **{name: Output(control, "value") for name, control in _FIELDS.items()},
        },
        inputs={
            "pressed": {
                **{button: Input(button, "n_clicks") for button in (Names.SAVE, Names.CLEAR, Names.UNDO)},
                **{what: Input(Names.act(what, ALL), "n_clicks") for what in ("change", "remove")},
            },
            "form": {name: State(control, "value") for name, control in _FIELDS.items()},
            "key": State(Names.KEY, "data"),
            "decision": State(Names.DECISION, "data"),
        },
    )
    registry.register(permission, decide, decided)
