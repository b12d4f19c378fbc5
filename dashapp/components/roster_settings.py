"""How the rosters of a sender are read, as a form: the same settings as the command's."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp.components import controls
from dashapp.components.slots import Slot
from dashapp.domain.rosters import PLAIN_FIELDS, Classes, Naming, RosterForm, RosterSettings
from dashapp.ids import Rosters
from dashapp.words import _
from dashapp.words.roster_runs import column_label

NAMINGS: Final = ("people", "courses")
TEXTS: Final = (
    *(f"{which}-{part}" for which in NAMINGS for part in ("column", "issuer", "kind")),
    *("most-ended", "folder", "address", "every", "roles"),
)
SELECTS: Final = ("form", "classes", "whole", *(f"column-{field}" for field in PLAIN_FIELDS))
CONTROLS: Final = (*SELECTS, *TEXTS)
"""The names of all controls; their property is `value`."""


def form() -> Component:
    """The empty form."""
    save = html.Button(_("Save"), id=Rosters.SAVE, type="button", className="btn btn-sm btn-primary", n_clicks=0)
    return html.Div(
        [
            _shape(),
            _naming("people", _("By which name the learning platform's events know people")),
            _naming("courses", _("By which name they know courses")),
            _columns(),
            _schedule(),
            html.Div(save, className="la-row la-actions"),
        ],
        id=Rosters.SETTINGS_FORM,
        className="la-form la-roster-form",
    )


def _shape() -> Component:
    forms = [
        controls.option(RosterForm.ONEROSTER.value, _("OneRoster 1.1 or 1.2, CSV files")),
        controls.option(RosterForm.CSV.value, _("One plain CSV file, a line per enrolment")),
    ]
    classes = [
        controls.option(Classes.COURSE.value, _("A course of one term")),
        controls.option(Classes.SECTION.value, _("A section of its course")),
    ]
    most = _("How much one import may end without being asked to, in per cent")
    parts = [
        _select("form", _("What the files are"), forms),
        _select("classes", _("What a class of OneRoster is"), classes),
        _text("most-ended", most, kind="number"),
    ]
    return html.Div(parts, className="la-roster-set")


def _columns() -> Component:
    """Of plain CSV."""
    nothing = [controls.option("", _("guess, or none"))]
    columns = [_select(f"column-{field}", column_label(field), nothing) for field in PLAIN_FIELDS]
    hint = _("The columns of the file that was checked last can be chosen; what is left is guessed by its head.")
    roles = _("What words for roles mean, a line each: Dozent = teacher; nothing before = stands for no word")
    missing = [
        controls.option("1", _("has left")),
        controls.option("0", _("has not: files say changes only")),
    ]
    parts = [
        html.P(hint, className="la-small la-2"),
        html.Div(columns, className="la-roster-set"),
        _area("roles", roles),
        _select("whole", _("Who is missing in a file"), missing),
    ]
    return html.Details([html.Summary(_("Columns of a plain CSV file")), *parts], className="la-more")


def _schedule() -> Component:
    hint = _("Files that are new are taken in where nothing is in the way; either from a folder, or from an address.")
    parts = [
        _text("folder", _("Folder below ROSTER_FOLDER")),
        _text("address", _("Address, https://…")),
        _text("every", _("Looks every so many minutes"), kind="number"),
    ]
    place = html.Div(parts, className="la-roster-set")
    head = html.Summary(_("By schedule"))
    return html.Details([head, html.P(hint, className="la-small la-2"), place], className="la-more")


def _select(name: str, label: str, options: Sequence[controls.Option]) -> Component:
    control = dbc.Select(id=Rosters.setting(name), options=list(options), value=options[0]["value"], size="sm")
    # What stands there while nothing is chosen.
    control.placeholder = options[0]["label"]
    return html.Label([html.Span(label), control], className="la-field", htmlFor=Rosters.setting(name))


def _text(name: str, label: str, kind: str = "text") -> Component:
    control = dbc.Input(id=Rosters.setting(name), type=kind, value="", maxLength=2000, size="sm", autoComplete="off")
    return html.Label([html.Span(label), control], className="la-field", htmlFor=Rosters.setting(name))


def _area(name: str, label: str) -> Component:
    control = dbc.Textarea(id=Rosters.setting(name), value="", maxLength=4000, rows=3, size="sm")
    return html.Label([html.Span(label), control], className="la-field", htmlFor=Rosters.setting(name))


def _naming(which: str, title: str) -> Component:
    parts = [
        _text(
            f"{which}-column", _("Column, such as username") if which == "people" else _("Column, such as classCode")
        ),
        _text(f"{which}-issuer", _("Issuer, such as https://lms.example.edu")),
        _text(f"{which}-kind", _("Kind, such as account") if which == "people" else _("Kind, such as course")),
    ]
    return html.Fieldset([html.Legend(title), html.Div(parts, className="la-roster-set")])


def column_slots() -> dict[str, Slot]:
    """Where the columns to choose from go, by `options-<field>`."""
    return {f"options-{field}": Slot(Rosters.setting(f"column-{field}"), "options") for field in PLAIN_FIELDS}


def column_options(settings: RosterSettings | None, heads: Sequence[str]) -> dict[str, Any]:
    """The columns of the file that was checked last, and what is set already."""
    found = {}
    for field in PLAIN_FIELDS:
        held = settings.columns.get(field) if settings is not None else None
        names = [*([held] if held and held not in heads else []), *heads]
        options = [controls.option("", _("guess, or none")), *(controls.option(name, name) for name in names)]
        found[f"options-{field}"] = options
    return found


def values_of(settings: RosterSettings) -> dict[str, str]:
    """What the controls show."""
    values = {
        "form": settings.form.value,
        "classes": settings.classes.value,
        "whole": "1" if settings.whole else "0",
        "most-ended": str(settings.most_ended),
        "folder": settings.folder or "",
        "address": settings.address or "",
        "every": str(settings.every_minutes),
        "roles": "\n".join(f"{word} = {role}" for word, role in settings.roles.items()),
    }
    for which, naming in (("people", settings.people), ("courses", settings.courses)):
        values |= _naming_values(which, naming)
    return {**values, **{f"column-{field}": settings.columns.get(field, "") for field in PLAIN_FIELDS}}


def _naming_values(which: str, naming: Naming | None) -> Mapping[str, str]:
    held = naming or Naming("", "", "")
    return {f"{which}-column": held.column, f"{which}-issuer": held.issuer, f"{which}-kind": held.kind}
