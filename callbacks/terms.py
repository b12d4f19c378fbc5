"""The page of terms: entering, changing, removing one, and taking the last step back."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks import structure
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
from callbacks.structure import Done, chosen_key, key_in
from dashapp import ids
from dashapp.components import terms
from dashapp.data.database import DatabaseRole
from dashapp.data.store.terms import list_terms
from dashapp.domain.errors import NotFound
from dashapp.domain.parsing import day_of
from dashapp.domain.principal import Permission
from dashapp.domain.terms import Term, checked_term
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.structure.desk import InUse
from dashapp.security.structure.terms import TermAdministration
from dashapp.security.topics import Topic
from dashapp.words import _, local_date

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
        version, freshness = version_of(asked, topic), freshness_of(asked)
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
    quiet: dict[str, Any] = dict.fromkeys(("key", "head", "mover", "moving", *_FIELDS), no_update)
    entered = (form, key_in(key))
    return structure.decided(decision, quiet, lambda button: _act(asked, button, entered, decision), _move)


def _move(error: Exception) -> dict[str, Any]:
    """Where courses keep a term from going: asks to which term they move."""
    if not isinstance(error, InUse):
        return {}
    try:
        _kind, row = structure.row_of(ctx.triggered_id)
    except NotFound:
        return {}
    return {"mover": False, "moving": row}


def _act(asked: Asked, button: object, entered: tuple[Mapping[str, object], int | None], decision: object) -> Done:
    form, key = entered
    deciding = TermAdministration(structure.desk_of(asked))
    if button == Names.CLEAR:
        return None, None, _filled(None, None)
    if button == Names.SAVE:
        return _save(deciding, _entered(form), key)
    if button == Names.UNDO:
        return structure.take_back(asked, decision)
    if button == Names.MOVE:
        return _move_and_remove(deciding, form)
    kind, row = structure.row_of(button)
    if kind == "term-change":
        organisation = asked.principal.organisation_id
        with asked.services.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            found = next((one for one in list_terms(connection, organisation) if one.term_id == row), None)
        if found is None:
            raise NotFound("There is no such term.")
        return None, None, _filled(row, found.term, found.name)
    if kind == "term-remove":
        return _("The term is removed."), deciding.remove(row), _filled(None, None)
    raise NotFound("There is no such button.")


def _save(deciding: TermAdministration, term: Term, key: int | None) -> Done:
    change = deciding.add(term) if key is None else deciding.change(key, term)
    said = _("{term} is saved. Pages of its courses follow.").format(term=term.name)
    return said, change, _filled(None, None)


def _move_and_remove(deciding: TermAdministration, form: Mapping[str, object]) -> Done:
    key, into = key_in(form.get("moving")), chosen_key(form.get("into"))
    if key is None:
        raise NotFound("No term was named.")
    if into is None:
        return _("Choose the term to which its courses move."), None, {"undo": no_update, "decision": no_update}
    change = deciding.remove(key, into)
    said = _("The term is removed. Its courses, and what sources call by its name, belong to the other one.")
    return said, change, _filled(None, None)


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
    return {"key": key, "head": head, "mover": True, "moving": None, **fields}


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
            "mover": Output(Names.MOVER, "hidden"),
            "moving": Output(Names.MOVING, "data"),
            **{name: Output(control, "value") for name, control in _FIELDS.items()},
        },
        inputs={
            "pressed": {
                **{button: Input(button, "n_clicks") for button in (Names.SAVE, Names.CLEAR, Names.UNDO, Names.MOVE)},
                **{what: Input(Names.act(what, ALL), "n_clicks") for what in ("change", "remove")},
            },
            "form": {
                **{name: State(control, "value") for name, control in _FIELDS.items()},
                "into": State(Names.INTO, "value"),
                "moving": State(Names.MOVING, "data"),
            },
            "key": State(Names.KEY, "data"),
            "decision": State(Names.DECISION, "data"),
        },
    )
    registry.register(permission, decide, decided)
