"""The audit trail: who looked at what, when, from where and as what; searched by filters that stand in the address."""

from collections.abc import Sequence
from typing import Final

import dash
from dash import html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, controls
from dashapp.components.attributes import attributes
from dashapp.components.audit_words import (
    PAGES,
    action_groups,
    action_word,
    method_word,
    page_word,
    role_word,
    somebody_unknown,
    subject_words,
)
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.slots import Slot
from dashapp.domain.audit import UNKNOWN_ACTOR, AuditFilters, AuditRow, AuditView, Named
from dashapp.ids import Audit, asof_of
from dashapp.words import _

PAGE: Final = "audit"
CARDS: Final = (Audit.LIST,)
MOST_COUNTED: Final = 10_000
"""As many rows can be turned through; a narrower search finds those behind."""


def _frame() -> Frame:
    said = Definition(
        _(
            "Each time that somebody opened a page with data of others, signed in or out, downloaded a list, or changed"
            " something that decides who sees what. A page that stays open is one entry in a quarter of an hour; wrong"
            " passwords for an account are entries until it is locked. Entries are added and never changed, and"
            " sealed within a minute, so that a change would be found. Names of learners stand here only where you"
            " teach them."
        ),
        _("The chosen days; entries are kept for as long as the service is run"),
        _("What operators do on the machine itself for no organisation"),
        _("Audit trail"),
    )
    line = _("The latest first; networks instead of full addresses")
    return Frame(PAGE, Audit.LIST, _("Who did what?"), "s12", said, line)


def body(filters: AuditFilters) -> Component:
    """The empty page with the controls as the address says."""
    pager = controls.pager(Audit.PLACE, (Audit.PREVIOUS, Audit.NEXT), (Audit.PAGE_NUMBER, filters.number))
    return html.Main(
        [
            html.Header(
                html.Div(
                    [
                        html.H1(card.skeleton(), id=Audit.TITLE),
                        html.P(card.skeleton("60%"), id=Audit.LEAD, className="la-lead"),
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
        id=Audit.PAGE,
        className="la-page la-loading la-audit",
    )


def _filters(filters: AuditFilters) -> Component:
    everything = controls.option("", _("all"))
    actions = [everything]
    for title, group in action_groups().items():
        # A native select of groups would do the same; this one knows options only, so a group begins with its title.
        actions.append({**controls.option(f"- {title}", title), "disabled": True})
        actions += [controls.option(action.value, action_word(action)) for action in group]
    pages = [everything, *(controls.option(page, page_word(page)) for page in PAGES)]
    row = controls.filter_row(
        _("Filters"),
        [
            controls.text_chip(Audit.PERSON, _("Person"), _("id, or name of staff")),
            controls.select_chip(Audit.ACTION, _("What"), actions),
            controls.select_chip(Audit.OPENED, _("Page"), pages),
            controls.date_chip(Audit.FIRST, _("From")),
            controls.date_chip(Audit.LAST, _("To")),
        ],
    )
    for name, value in {
        Audit.PERSON: filters.person,
        Audit.ACTION: filters.action.value if filters.action else "",
        Audit.OPENED: filters.page or "",
        Audit.FIRST: filters.first.isoformat() if filters.first else None,
        Audit.LAST: filters.last.isoformat() if filters.last else None,
    }.items():
        row[name].value = value
    return row


def _rows_place() -> Component:
    return html.Div(html.Span(className="la-sk block"), id=Audit.ROWS, className="la-audit-rows")


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Audit.PAGE, "className"),
        "title": Slot(Audit.TITLE, "children"),
        "lead": Slot(Audit.LEAD, "children"),
        "rows": Slot(Audit.ROWS, "children"),
        "place": Slot(Audit.PLACE, "children"),
        "previous": Slot(Audit.PREVIOUS, "disabled"),
        "next": Slot(Audit.NEXT, "disabled"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


def fill(view: AuditView, page_rows: int) -> dict[str, object]:
    """The values of the page by the names of `slots`; `page_rows`: the rows of a full page."""
    first = (view.number - 1) * page_rows
    place = _("{first} to {last} of {total}").format(
        first=words.number(first + 1), last=words.number(first + len(view.rows)), total=_total(view)
    )
    return {
        "page": "la-page la-audit",
        "title": _title(view),
        "lead": _lead(view),
        "rows": _table(view) if view.rows else _nothing(),
        "place": place if view.rows else "",
        "previous": view.number <= 1,
        "next": view.number >= view.pages,
        "asof": [card.asof_words(view.freshness)] * len(CARDS),
    }


def _total(view: AuditView) -> str:
    number = words.number(view.total)
    return _("{number} or more").format(number=number) if view.total >= MOST_COUNTED else number


def _title(view: AuditView) -> str:
    said = words.ngettext("{number} entry in the audit trail", "{number} entries in the audit trail", view.total)
    return said.format(number=_total(view))


def _lead(view: AuditView) -> str:
    if view.sealed_until is None:
        return _("Nothing has been sealed yet.")
    zone = view.freshness.zone
    today = words.local_date(view.freshness.as_of, zone)
    day = words.local_date(view.sealed_until, zone)
    when = words.clock(view.sealed_until, zone)
    if day != today:
        when = _("{day}, {time}").format(day=words.short_day(day), time=when)
    return _("Last sealed at {time}. Whoever acts stands here by name only if they are staff.").format(time=when)


def _nothing() -> Component:
    return card.state("none", _("Nothing fits the choice"), _("Choose other filters to see more."))


def _table(view: AuditView) -> Component:
    head: Sequence[tuple[str, str | None]] = (
        (_("When"), None),
        (_("Who"), None),
        (_("As"), "hide-phone"),
        (_("What"), None),
        (_("Whose data, or what"), "hide-phone"),
        (_("From"), "la-wide"),
    )
    cells = [html.Th(text, className=kind, **attributes(scope="col")) for text, kind in head]
    rows = [_row(row, view.freshness.zone) for row in view.rows]
    table = html.Table([html.Thead(html.Tr(cells)), html.Tbody(rows)], className="la-table")
    return html.Div(table, className="la-scroll", tabIndex=0, role="group", **attributes(aria_label=_frame().title))


def _row(row: AuditRow, zone: str) -> Component:
    day = words.short_day(words.local_date(row.at, zone))
    role = role_word(row.role) if row.role is not None else "–"
    origin = [part for part in (row.origin, method_word(row.method)) if part]
    return html.Tr(
        [
            html.Td([day, html.Span(words.clock(row.at, zone), className="la-2")], className="la-when"),
            html.Td([_actor(row.actor), html.Span(role, className="la-2 la-below")]),
            html.Td(role, className="la-2 hide-phone"),
            html.Td([_what(row), html.Span(_whose(row), className="la-below")]),
            html.Td(_whose(row), className="hide-phone"),
            html.Td(" · ".join(origin) or "–", className="la-2 la-wide"),
        ]
    )


def _who(named: Named) -> Component:
    if named.name is not None:
        return html.Bdi(named.name, className="la-m")
    return html.Bdi(named.key, className="la-public-id", title=named.key)


def _actor(named: Named) -> Component:
    return html.Span(somebody_unknown(), className="la-2") if named.key == UNKNOWN_ACTOR else _who(named)


def _whose(row: AuditRow) -> Component:
    whose: Component = html.Bdi(subject_words(row.about, row.subject.key))
    if row.subject.name is not None or (row.about in ("person", "course") and row.subject.key != row.about):
        whose = _who(row.subject)
    if row.towards is None:
        return whose
    said = _("seen by") if row.begins else _("not seen any more by")
    return html.Span([whose, html.Span([said, " ", _who(row.towards)], className="la-2 la-towards")])


def _what(row: AuditRow) -> str:
    if row.page is not None:
        return _("Opened: {page}").format(page=page_word(row.page))
    return action_word(row.action) if row.action is not None else _("An action of a newer version")
