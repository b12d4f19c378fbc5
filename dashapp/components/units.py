"""Units of the organisation as a tree, programmes, and a form for one of each."""

from collections.abc import Mapping, Sequence
from typing import Final

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.links import Links
from dashapp.components.slots import Slot
from dashapp.domain.keys import PublicId
from dashapp.domain.structure import NONE, CourseFilters, ProgrammeRow, UnitRow, UnitsView
from dashapp.ids import Units, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "units"
CARDS: Final = (Units.TREE, Units.EDIT, Units.PROGRAMMES, Units.PROGRAMME_EDIT)
"""In the order in which they stand on the page."""
LOOK: Final = "la-page la-platforms la-structure"


def body() -> Component:
    """The empty page."""
    undo = html.Button(
        _("Undo"), id=Units.UNDO, type="button", hidden=True, className="btn btn-sm btn-outline-secondary"
    )
    head = html.Div(
        [html.H1(card.skeleton(), id=Units.TITLE), html.P(card.skeleton("60%"), id=Units.LEAD, className="la-lead")]
    )
    return html.Main(
        [
            html.Header(head, className="la-head"),
            html.Div([html.Span(id=Units.SAID, role="status"), undo], className="la-row la-actions"),
            html.Div([_tree(), _edit(), _programmes(), _edit_programme()], className="la-grid"),
            dcc.Store(id=Units.DECISION),
            dcc.Store(id=Units.KEY),
            dcc.Store(id=Units.PROGRAMME_KEY),
        ],
        id=Units.PAGE,
        className=f"{LOOK} la-loading",
    )


def _frame(name: str, title: str, width: str, what: str) -> Frame:
    said = Definition(what, _("Now"), _("Nothing"), _("Units and programmes"))
    return Frame(PAGE, name, title, width, said, None)


def _tree() -> Component:
    what = _(
        "Faculties, departments and whatever else offers courses. Courses name their unit; the number in brackets"
        " counts those of everything below it, too."
    )
    frame = _frame(Units.TREE, _("Which units offer courses?"), "s7", what)
    return card.card(frame, [html.Div(id=Units.TREE_ROWS)])


def _programmes() -> Component:
    what = _("What people study: a programme belongs to a unit, and courses to a programme.")
    frame = _frame(Units.PROGRAMMES, _("Which programmes are there?"), "s7", what)
    return card.card(frame, [html.Div(id=Units.PROGRAMME_ROWS)])


def _edit() -> Component:
    what = _("A unit, and the one above it. Sources may go on to call it by its names of before.")
    fields = (
        (Units.HEAD, Units.NAME, _("Name, such as Department of Physics")),
        (Units.PARENT, _("It belongs to"), _("nothing: it stands at the top")),
        (Units.SAVE, Units.CLEAR),
    )
    return card.card(_frame(Units.EDIT, _("What is a unit called, and where is it?"), "s5", what), [_form(*fields)])


def _edit_programme() -> Component:
    what = _("A programme, and the unit that offers it.")
    fields = (
        (Units.PROGRAMME_HEAD, Units.PROGRAMME_NAME, _("Name, such as Physics, bachelor")),
        (Units.PROGRAMME_UNIT, _("Offered by"), _("no unit")),
        (Units.PROGRAMME_SAVE, Units.PROGRAMME_CLEAR),
    )
    frame = _frame(Units.PROGRAMME_EDIT, _("Which unit offers a programme?"), "s5", what)
    return card.card(frame, [_form(*fields)])


def _form(named: tuple[str, str, str], placed: tuple[str, str, str], buttons: tuple[str, str]) -> Component:
    """`named`: ids of the head and the name, and its label; `placed`: a choice of units, its label, that of none."""
    head, name, label = named
    place, place_label, none = placed
    save, clear = buttons
    return html.Div(
        [
            html.P(id=head, className="la-m"),
            html.Label(
                [html.Span(label), dbc.Input(id=name, type="text", value="", maxLength=120, autoComplete="off")],
                className="la-field",
                htmlFor=name,
            ),
            html.Label(
                [html.Span(place_label), dbc.Select(id=place, options=[], value="", placeholder=none)],
                className="la-field",
                htmlFor=place,
            ),
            html.Div(
                [
                    html.Button(_("Save"), id=save, type="button", className="btn btn-sm btn-primary", n_clicks=0),
                    html.Button(
                        _("Start a new one"),
                        id=clear,
                        type="button",
                        className="btn btn-sm btn-outline-secondary",
                        n_clicks=0,
                    ),
                ],
                className="la-row la-actions",
            ),
        ],
        className="la-form",
    )


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Units.PAGE, "className"),
        "title": Slot(Units.TITLE, "children"),
        "lead": Slot(Units.LEAD, "children"),
        "tree": Slot(Units.TREE_ROWS, "children"),
        "programmes": Slot(Units.PROGRAMME_ROWS, "children"),
        "parents": Slot(Units.PARENT, "options"),
        "units": Slot(Units.PROGRAMME_UNIT, "options"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: UnitsView, links: Links, organisation: PublicId) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    units = ngettext("{number} unit", "{number} units", len(view.units)).format(number=words.number(len(view.units)))
    programmes = ngettext("{number} programme", "{number} programmes", len(view.programmes))
    title = _("{units}, {programmes}").format(
        units=units, programmes=programmes.format(number=words.number(len(view.programmes)))
    )
    options = [controls.option(str(unit.unit_id), _indented(unit)) for unit in view.units]
    return {
        "page": LOOK,
        "title": title if view.units else _("There is no unit yet"),
        "lead": _lead(view),
        "tree": _tree_rows(view, links, organisation),
        "programmes": _programme_rows(view.programmes, links, organisation),
        "parents": [controls.option("", _("nothing: it stands at the top")), *options],
        "units": [controls.option("", _("no unit")), *options],
        "asof": [card.asof_words(None)] * len(CARDS),
    }


def _indented(unit: UnitRow) -> str:
    return f"{chr(0xA0) * 4 * unit.depth}{unit.name}"


def _lead(view: UnitsView) -> str:
    if not view.without_unit:
        return _("Every course belongs to a unit.") if view.units else _("Courses can be compared by unit.")
    said = ngettext("{number} course belongs to no unit.", "{number} courses belong to no unit.", view.without_unit)
    return said.format(number=words.number(view.without_unit))


def _tree_rows(view: UnitsView, links: Links, organisation: PublicId) -> Component:
    if not view.units:
        text = _("Enter the first one beside, such as a faculty. Descriptions of courses may bring units, too.")
        return card.state("none", _("No unit"), text)
    rows = [_unit(unit, links, organisation) for unit in view.units]
    if view.without_unit:
        href = links.course_list(organisation, CourseFilters(unit=NONE).to_query())
        none = _number_of_courses(view.without_unit)
        rows.append(
            html.Li(html.Div([html.Span(_("no unit"), className="la-2"), _link(none, href)], className="la-row"))
        )
    return html.Ul(rows, className="la-list la-tree")


def _number_of_courses(count: int) -> str:
    return ngettext("{number} course", "{number} courses", count).format(number=words.number(count))


def _link(text: str, href: str) -> Component:
    return html.A(text, href=href, className="la-small", **attributes(data_la_follow="1"))


def _unit(unit: UnitRow, links: Links, organisation: PublicId) -> Component:
    said = _number_of_courses(unit.courses)
    if unit.courses_below != unit.courses:
        said = _("{courses} ({total} with all below)").format(courses=said, total=words.number(unit.courses_below))
    href = links.course_list(organisation, CourseFilters(unit=unit.unit_id).to_query())
    name = html.Span(unit.name, className="la-m")
    return html.Li(
        [html.Div([name, _link(said, href)], className="la-row"), _buttons("unit", unit.unit_id)],
        style={"--depth": str(unit.depth)},
        **attributes(aria_level=str(unit.depth + 1)),
    )


def _programme_rows(rows: Sequence[ProgrammeRow], links: Links, organisation: PublicId) -> Component:
    if not rows:
        return card.state("none", _("No programme"), _("Courses need none; enter one beside to group them by it."))
    return html.Ul([_programme(row, links, organisation) for row in rows], className="la-list la-tree")


def _programme(row: ProgrammeRow, links: Links, organisation: PublicId) -> Component:
    href = links.course_list(organisation, CourseFilters(programme=row.programme_id).to_query())
    name = html.Span(
        [html.Span(row.name, className="la-m"), html.Span(f" {row.unit or ''}", className="la-2 la-small")]
    )
    return html.Li(
        [
            html.Div([name, _link(_number_of_courses(row.courses), href)], className="la-row"),
            _buttons("programme", row.programme_id),
        ]
    )


def _buttons(kind: str, row: int) -> Component:
    sure = html.Div([_button(f"{kind}-remove", row, _("Remove it now"))], className="la-pop")
    return html.Div(
        [
            _button(f"{kind}-change", row, _("Change")),
            html.Details([html.Summary(_("Remove")), sure], className="la-menu la-end"),
        ],
        className="la-row la-actions",
    )


def _button(what: str, row: int, label: str) -> Component:
    name: Mapping[str, object] = Units.act(what, row)
    return html.Button(label, id=dict(name), type="button", className="btn btn-sm btn-outline-secondary", n_clicks=0)
