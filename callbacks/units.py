"""The page of units and programmes: entering, changing, moving, removing one, and taking the last step back."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, Input, Output, State, no_update

from callbacks import structure
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
from callbacks.structure import Done, chosen_key, key_in
from dashapp import ids
from dashapp.components import units
from dashapp.data.database import DatabaseRole
from dashapp.data.queries.unit_tree import read_units
from dashapp.domain.errors import NotFound
from dashapp.domain.principal import Permission
from dashapp.domain.structure import UnitsView
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.structure.units import ProgrammeAdministration, UnitAdministration
from dashapp.security.topics import Topic
from dashapp.words import _

Names: Final = ids.Units
_UNIT_FIELDS: Final = ("key", "head", "name", "parent")
_PROGRAMME_FIELDS: Final = ("programme_key", "programme_head", "programme_name", "programme_unit")


def show_units(asked: Asked, decision: object, page: Mapping[str, object]) -> Any:
    """The tree of units, and the programmes."""
    del decision  # it only says that something has been decided
    at = PageAddress.parse(page)

    def read() -> PageAnswer:
        own = own_organisation(asked, at)
        topic = Topic(asked.principal.organisation_id, asked.principal.public_id)
        version, freshness = version_of(asked, topic), freshness_of(asked)
        return PageAnswer(units.fill(_view(asked), links_for(asked, at), own), topic, version, freshness)

    return answered(asked, Names.PAGE, read)


def _view(asked: Asked) -> UnitsView:
    organisation = asked.principal.organisation_id
    with asked.services.database.transaction(DatabaseRole.WEB, organisation) as connection:
        return read_units(connection, organisation)


def decide(asked: Asked, pressed: Mapping[str, object], form: Mapping[str, object], decision: object) -> dict[str, Any]:
    """Does what the pressed button says; the words say what came of it."""
    del pressed  # which one it was, and whether it was, says the context
    quiet = dict.fromkeys((*_UNIT_FIELDS, *_PROGRAMME_FIELDS), no_update)
    return structure.decided(decision, quiet, lambda button: _act(asked, button, form, decision), lambda _error: {})


def _act(asked: Asked, button: object, form: Mapping[str, object], decision: object) -> Done:
    if button == Names.UNDO:
        return structure.take_back(asked, decision)
    if button == Names.CLEAR:
        return None, None, _unit(None, "", None)
    if button == Names.PROGRAMME_CLEAR:
        return None, None, _programme(None, "", None)
    if button == Names.SAVE:
        return _save_unit(asked, form)
    if button == Names.PROGRAMME_SAVE:
        return _save_programme(asked, form)
    kind, row = structure.row_of(button)
    match kind:
        case "unit-change":
            return (
                None,
                None,
                next(
                    (_unit(row, one.name, one.parent_id) for one in _view(asked).units if one.unit_id == row),
                    _nothing(),
                ),
            )
        case "programme-change":
            found = (one for one in _view(asked).programmes if one.programme_id == row)
            return None, None, next((_programme(row, one.name, one.unit_id) for one in found), _nothing())
        case "unit-remove":
            change = UnitAdministration(structure.desk_of(asked)).remove(row)
            return _("The unit is removed."), change, _unit(None, "", None)
        case "programme-remove":
            change = ProgrammeAdministration(structure.desk_of(asked)).remove(row)
            return _("The programme is removed."), change, _programme(None, "", None)
    raise NotFound("There is no such button.")


def _nothing() -> dict[str, Any]:
    return {"said": _("That is not there any more. The list shows what is.")}


def _save_unit(asked: Asked, form: Mapping[str, object]) -> Done:
    deciding, name = UnitAdministration(structure.desk_of(asked)), form.get("name")
    parent, key = chosen_key(form.get("parent")), key_in(form.get("key"))
    text = name if isinstance(name, str) else ""
    change = deciding.change(key, text, parent) if key is not None else deciding.add(text, parent)
    return _("{name} is saved.").format(name=text.strip()), change, _unit(None, "", None)


def _save_programme(asked: Asked, form: Mapping[str, object]) -> Done:
    deciding, name = ProgrammeAdministration(structure.desk_of(asked)), form.get("programme_name")
    unit, key = chosen_key(form.get("programme_unit")), key_in(form.get("programme_key"))
    text = name if isinstance(name, str) else ""
    change = deciding.change(key, text, unit) if key is not None else deciding.add(text, unit)
    return _("{name} is saved.").format(name=text.strip()), change, _programme(None, "", None)


def _unit(key: int | None, name: str, parent: int | None) -> dict[str, Any]:
    """The form of units with one in it, or empty."""
    head = _("Change {name}").format(name=name) if key is not None else ""
    return {"key": key, "head": head, "name": name, "parent": str(parent or "")}


def _programme(key: int | None, name: str, unit: int | None) -> dict[str, Any]:
    head = _("Change {name}").format(name=name) if key is not None else ""
    fields = (key, head, name, str(unit or ""))
    return dict(zip(_PROGRAMME_FIELDS, fields, strict=True))


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    permission = Permission.ADMINISTRATION_PAGE
    shown = Wiring(
        output=outputs_of(units.slots()),
        inputs={"decision": Input(Names.DECISION, "data"), "page": PAGE_INPUTS},
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(permission, show_units, shown)
    fields = {
        "key": (Names.KEY, "data"),
        "head": (Names.HEAD, "children"),
        "name": (Names.NAME, "value"),
        "parent": (Names.PARENT, "value"),
        "programme_key": (Names.PROGRAMME_KEY, "data"),
        "programme_head": (Names.PROGRAMME_HEAD, "children"),
        "programme_name": (Names.PROGRAMME_NAME, "value"),
        "programme_unit": (Names.PROGRAMME_UNIT, "value"),
    }
    buttons = (Names.SAVE, Names.CLEAR, Names.PROGRAMME_SAVE, Names.PROGRAMME_CLEAR, Names.UNDO)
    rows = ("unit-change", "unit-remove", "programme-change", "programme-remove")
    decided = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "undo": Output(Names.UNDO, "hidden"),
            "decision": Output(Names.DECISION, "data"),
            **{name: Output(*place) for name, place in fields.items()},
        },
        inputs={
            "pressed": {
                **{button: Input(button, "n_clicks") for button in buttons},
                **{what: Input(Names.act(what, ALL), "n_clicks") for what in rows},
            },
            "form": {name: State(*place) for name, place in fields.items() if place[1] != "children"},
            "decision": State(Names.DECISION, "data"),
        },
    )
    registry.register(permission, decide, decided)
