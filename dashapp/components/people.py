"""Everybody of an organisation: searched while somebody types, by filters that stand in the address."""

from typing import Final

import dash
import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.links import Links
from dashapp.components.people_words import name_or_hint, role_name, row_hint, row_roles, state_name
from dashapp.components.slots import Slot
from dashapp.domain.keys import PublicId
from dashapp.domain.people import (
    LONGEST_SEARCH,
    PAGE_ROWS,
    CourseName,
    HeldBy,
    PeopleFilters,
    PeopleView,
    PersonRow,
    PersonState,
)
from dashapp.ids import People, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "people"
CARDS: Final = (People.LIST,)
TYPING: Final = 200
"""Milliseconds of rest after which it is searched for what somebody types."""


def _frame() -> Frame:
    said = Definition(
        _(
            "Everybody whom events, rosters or sign-ins have named, each person once. A search finds parts"
            " of names and addresses, the names by which sources know people, and ids. That you looked is"
            " recorded in the audit trail."
        ),
        _("Now"),
        _("Nobody"),
        _("People and memberships"),
    )
    return Frame(PAGE, People.LIST, _("Who is there?"), "s12", said, None)


def search_field(name: str, label: str, hint: str) -> Component:
    """A field in which is searched while somebody types, as a chip."""
    control = dbc.Input(
        id=name,
        type="search",
        debounce=TYPING,
        placeholder=hint,
        autocomplete="off",
        maxLength=LONGEST_SEARCH,
        value="",
    )
    return html.Label([html.Span(label), control], className="la-chip", htmlFor=name)


def body(filters: PeopleFilters) -> Component:
    """The empty page with the controls as the address says."""
    pager = controls.pager(People.PLACE, (People.PREVIOUS, People.NEXT), (People.PAGE_NUMBER, filters.page))
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=People.TITLE),
                        html.P(card.skeleton("60%"), id=People.LEAD, className="la-lead"),
                    ]
                ),
                className="la-head",
            ),
            _filters(filters),
            html.Div(
                card.card(
                    _frame(),
                    [
                        _rows_place(),
                        pager,
                    ],
                ),
                className="la-grid",
            ),
        ],
        id=People.PAGE,
        className="la-page la-loading la-people",
    )


def _filters(filters: PeopleFilters) -> Component:
    everything = controls.option("", _("all"))
    roles = [everything, *(controls.option(role.value, role_name(role.value)) for role in HeldBy)]
    states = [everything, *(controls.option(state.value, state_name(state)) for state in PersonState)]
    chosen = str(filters.course) if filters.course else ""
    # The name of the course comes with the data; till then the choice has to have an entry for it.
    courses = [everything, *([controls.option(chosen, _("the chosen one"))] if chosen else [])]
    row = controls.filter_row(
        _("Filters"),
        [
            search_field(People.SEARCH, _("Search"), _("name, address or id")),
            controls.select_chip(People.ROLE, _("Role"), roles),
            controls.select_chip(People.STATE, _("State"), states),
            controls.select_chip(People.COURSE, _("Course"), courses),
            search_field(People.COURSE_SEARCH, _("Find a course"), _("code or title")),
        ],
    )
    for name, value in {
        People.SEARCH: filters.words,
        People.ROLE: filters.role.value if filters.role else "",
        People.STATE: filters.state.value if filters.state else "",
        People.COURSE: chosen,
    }.items():
        row[name].value = value
    return row


def _rows_place() -> Component:
    return html.Div(html.Span(className="la-sk block"), id=People.ROWS, className="la-people-rows")


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(People.PAGE, "className"),
        "title": Slot(People.TITLE, "children"),
        "lead": Slot(People.LEAD, "children"),
        "rows": Slot(People.ROWS, "children"),
        "place": Slot(People.PLACE, "children"),
        "previous": Slot(People.PREVIOUS, "disabled"),
        "next": Slot(People.NEXT, "disabled"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: PeopleView, filters: PeopleFilters, links: Links, organisation: PublicId) -> dict[str, object]:
    """The values of the page by the names of `slots`."""
    first = (view.page - 1) * PAGE_ROWS
    place = _("{first} to {last} of {total}").format(
        first=words.number(first + 1), last=words.number(first + len(view.rows)), total=words.number(view.total)
    )
    return {
        "page": "la-page la-people",
        "title": _title(view),
        "lead": _lead(view, filters),
        "rows": _table(view, links, organisation) if view.rows else _nothing(filters, links, organisation),
        "place": place if view.rows else "",
        "previous": view.page <= 1,
        "next": view.page >= view.pages,
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }


def course_options(found: tuple[CourseName, ...], chosen: CourseName | None) -> list[controls.Option]:
    """The courses to choose from, and the chosen one also where the words do not fit it."""
    listed = [*found, *([chosen] if chosen and chosen not in found else [])]
    return [controls.option("", _("all")), *(controls.option(str(one.public_id), course_label(one)) for one in listed)]


def course_label(course: CourseName) -> str:
    """A course with its term, which tells two runs of one course apart."""
    return f"{course.name} ({course.detail})" if course.detail else course.name


def _title(view: PeopleView) -> str:
    if not view.everybody:
        return _("Nobody is known yet")
    people = ngettext("{number} person", "{number} people", view.everybody).format(number=words.number(view.everybody))
    if not view.events_only:
        return _("{people}, all described by a source").format(people=people)
    return _("{people}, {number} known from events only").format(people=people, number=words.number(view.events_only))


def _lead(view: PeopleView, filters: PeopleFilters) -> str:
    if filters.narrowed:
        said = ngettext("{number} fits what you have chosen.", "{number} fit what you have chosen.", view.total)
        return said.format(number=words.number(view.total))
    if view.events_only:
        return _("Who is known from events only has no name until a roster or the learning platform tells it.")
    return _("Search, or open somebody to see their names, roles and account.")


def _nothing(filters: PeopleFilters, links: Links, organisation: PublicId) -> Component:
    if filters.narrowed:
        more = html.A(_("Show everybody"), href=links.people(organisation), className="btn btn-outline-secondary")
        text = _("Search for a part of the name, the address, or the id that a source uses.")
        return card.state("none", _("Nobody fits"), text, more)
    return card.state("none", _("Nobody is known yet"), _("People appear here with the first roster or event."))


def _table(view: PeopleView, links: Links, organisation: PublicId) -> Component:
    head = (
        (_("Name"), None),
        (_("Address"), "hide-phone"),
        (_("Sources call them"), "la-wide"),
        (_("Role"), "hide-phone"),
        (_("State"), None),
    )
    cells = [html.Th(text, className=kind, **attributes(scope="col")) for text, kind in head]
    rows = [_row(row, links.person(organisation, row.public_id)) for row in view.rows]
    table = html.Table([html.Thead(html.Tr(cells)), html.Tbody(rows)], className="la-table")
    return html.Div(table, className="la-scroll", tabIndex=0, role="group", **attributes(aria_label=_frame().title))


def _row(row: PersonRow, href: str) -> Component:
    link = html.A(name_or_hint(row.name, row.known_as), href=href, **attributes(data_la_follow="1"))
    known = html.Bdi(row.known_as or "–")
    more = _("and {number} more").format(number=words.number(row.names - 1)) if row.names > 1 else ""
    return html.Tr(
        [
            html.Td([link, html.Span(f"{row_hint(row)} · {row_roles(row)}", className="la-2 la-below")]),
            html.Td(html.Bdi(row.email or "–"), className="la-2 hide-phone la-wrap"),
            html.Td([known, html.Span(more, className="la-3 la-apart")], className="la-2 la-wide"),
            html.Td(row_roles(row), className="la-2 hide-phone"),
            html.Td(_states(row)),
        ]
    )


def _states(row: PersonRow) -> list[Component]:
    said: list[Component] = []
    if not row.described:
        said.append(html.Span(_("events only"), className="la-tag"))
    if row.is_test:
        said.append(html.Span(_("test"), className="la-tag"))
    if row.stands_for:
        text = _("merged from {number}").format(number=words.number(row.stands_for + 1))
        said.append(html.Span(text, className="la-tag"))
    return said
