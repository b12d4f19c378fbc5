"""The list of reports: those that the reader may read, and templates to begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import dash
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import card, report_extracts
from dashapp.components.attributes import attributes
from dashapp.components.card import Frame
from dashapp.components.definitions import Definition
from dashapp.components.links import Links
from dashapp.components.marks import icon
from dashapp.components.schedule_rows import received_rows
from dashapp.components.slots import Slot
from dashapp.domain.reports.keeping import ListedReport
from dashapp.domain.reports.templates import Template
from dashapp.domain.schedules.views import Received as ReceivedReport
from dashapp.domain.views import Freshness
from dashapp.ids import Extracts, Received, Reports, asof_of
from dashapp.words import _, ngettext

PAGE: Final = "reports"
CARDS: Final = (Reports.LIST, Received.LIST, Reports.TEMPLATES)
"""In the order in which they stand on the page."""
LARGEST_FILE: Final = 200_000
"""Bytes that a request to the server can carry besides all else."""


def body() -> Component:
    """The empty page."""
    head = html.Div(
        [
            html.H1(card.skeleton(), id=Reports.TITLE),
            html.P(card.skeleton("60%"), id=Reports.LEAD, className="la-lead"),
        ]
    )
    return html.Main(
        [
            html.Header([head, _actions()], className="la-head"),
            html.Div(
                [
                    html.Span(id=Reports.SAID, role="status"),
                    html.Button(
                        _("Undo"),
                        id=Reports.UNDO,
                        type="button",
                        hidden=True,
                        className="btn btn-sm btn-outline-secondary",
                        n_clicks=0,
                    ),
                ],
                className="la-row la-actions la-reports-said",
            ),
            html.Div([_list(), _received(), _templates()], className="la-grid"),
            *report_extracts.dialog(),
            *(dcc.Store(id=name) for name in (Reports.SENT, Reports.DELETED, Reports.GO, Reports.SHOWN)),
        ],
        id=Reports.PAGE,
        className="la-page la-loading la-reports",
    )


def _actions() -> Component:
    new = html.Button(_("New report"), id=Reports.NEW, type="button", className="btn btn-primary", n_clicks=0)
    file = html.Button(
        _("Import a file"),
        type="button",
        className="btn btn-outline-secondary",
        **attributes(data_la_report_file=str(LARGEST_FILE)),
    )
    schedules = dcc.Link(
        _("Schedules"), id=Reports.SCHEDULES, href=Links().schedules(), className="btn btn-outline-secondary"
    )
    return html.Div([schedules, report_extracts.opener(), file, new], className="la-row la-reports-actions")


def _frame(name: str, title: str, what: str, left_out: str) -> Frame:
    said = Definition(what, _("Now"), left_out, _("Reports of this organisation"))
    return Frame(PAGE, name, title, "s12", said, None)


def _list() -> Component:
    what = _("Reports that you have made, and those that somebody has shared with you. Each shows your own figures.")
    frame = _frame(Reports.LIST, _("Which reports are there?"), what, _("Reports of others that are not shared"))
    waiting = html.Div(html.Span(className="la-sk block"), id=Reports.ROWS, style={"minBlockSize": "6rem"})
    return card.card(frame, [waiting])


def _received() -> Component:
    what = _("Copies of scheduled reports that were made for you, as long as they are kept.")
    frame = _frame(Received.LIST, _("What has come to you?"), what, _("Copies that were made for others"))
    return card.card(frame, [html.Div(id=Received.ROWS)])


def _templates() -> Component:
    what = _("Reports to begin with. One that is made of a template is yours: change whatever you like.")
    frame = _frame(Reports.TEMPLATES, _("What do you want to tell?"), what, _("Templates that need figures by name"))
    waiting = html.Div(html.Span(className="la-sk block"), id=Reports.TEMPLATE_ROWS, style={"minBlockSize": "9rem"})
    return card.card(frame, [waiting])


def slots() -> dict[str, Slot]:
    """Where the values of `fill` go; `asof` is a list, one per card."""
    return {
        "page": Slot(Reports.PAGE, "className"),
        "title": Slot(Reports.TITLE, "children"),
        "lead": Slot(Reports.LEAD, "children"),
        "rows": Slot(Reports.ROWS, "children"),
        "schedules": Slot(Reports.SCHEDULES, "href"),
        "templates": Slot(Reports.TEMPLATE_ROWS, "children"),
        "received": Slot(Received.ROWS, "children"),
        "no_rows": Slot(Extracts.OPEN, "hidden"),
        "asof": Slot(asof_of(PAGE, dash.ALL), "children"),
    }


@dataclass(frozen=True, slots=True)
class Listed:
    """What there is for a reader."""

    reports: Sequence[ListedReport]
    received: Sequence[ReceivedReport] = ()
    by_name: bool = False
    """Whether they see anybody by name, whose rows they can take along."""


def fill(listed: Listed, templates: Sequence[Template], links: Links, freshness: Freshness) -> Mapping[str, object]:
    """The values of the page by the names of `slots`."""
    found = listed.reports
    own = sum(one.own for one in found)
    today = words.local_date(freshness.as_of, freshness.zone)
    return {
        "page": "la-page la-reports",
        "title": _title(len(found)),
        "lead": _lead(own, len(found) - own),
        "rows": _table(found, links, today, freshness.zone),
        "templates": html.Ul([_template(one) for one in templates], className="la-templates"),
        "schedules": links.schedules(),
        "no_rows": not listed.by_name,
        "received": received_rows(listed.received, links.prefix, freshness.zone),
        "asof": [card.asof_words(freshness)] * len(CARDS),
    }


def _title(number: int) -> str:
    if not number:
        return _("There is no report yet")
    return ngettext("{number} report", "{number} reports", number).format(number=words.number(number))


def _lead(own: int, shared: int) -> str:
    if not own and not shared:
        return _("Begin with one of the templates, or with an empty page.")
    if not shared:
        return _("Nobody has shared a report with you.")
    said = ngettext("{number} of them is shared with you.", "{number} of them are shared with you.", shared)
    return said.format(number=words.number(shared))


def _table(found: Sequence[ListedReport], links: Links, today: date, zone: str) -> Component:
    if not found:
        return card.state("none", _("No report yet"), _("What you make or what is shared with you stands here."))
    heads = [
        html.Th(_("Report"), scope="col"),
        html.Th(_("Made by"), scope="col", className="hide-phone"),
        html.Th(_("Shared"), scope="col", className="hide-phone"),
        html.Th(_("Last changed"), scope="col", className="hide-phone"),
        html.Th(html.Span(_("Actions"), className="visually-hidden"), scope="col"),
    ]
    rows = [_row(one, links, today, zone) for one in found]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="la-table la-courses")


def name_of(report: ListedReport) -> str:
    """What a report is called."""
    return report.title or _("A report without a title")


def _row(report: ListedReport, links: Links, today: date, zone: str) -> Component:
    changed = words.ago(words.local_date(report.changed_at, zone), today)
    owner = _("you") if report.own else report.owner or _("somebody")
    title = dcc.Link(html.Bdi(name_of(report), className="la-m"), href=links.report(report.public_id))
    return html.Tr(
        [
            html.Td(title),
            html.Td(html.Bdi(owner), className="la-2 hide-phone"),
            html.Td(_shared(report), className="la-2 hide-phone"),
            html.Td(changed, className="la-2 hide-phone"),
            html.Td(_menu(report), className="fit"),
        ]
    )


def _shared(report: ListedReport) -> str:
    if not report.own:
        return _("you may change it") if report.may_edit else _("you may read it")
    if not report.shares:
        return _("with nobody")
    return ngettext("with {number}", "with {number}", report.shares).format(number=words.number(report.shares))


def _menu(report: ListedReport) -> Component:
    label = _("Menu: {title}").format(title=name_of(report))
    entries = [_button("duplicate", report, _("Duplicate"))]
    if report.own:
        entries.append(_button("delete", report, _("Delete")))
    return html.Details(
        [
            html.Summary(icon("menu"), title=label, **attributes(aria_label=label)),
            html.Div(entries, className="la-pop"),
        ],
        className="la-menu la-end",
    )


def _button(what: str, report: ListedReport, label: str) -> Component:
    return html.Button(label, id=Reports.act(what, str(report.public_id)), type="button", n_clicks=0)


def _template(template: Template) -> Component:
    use = html.Button(
        [html.B(_(template.title)), html.Span(_(template.about), className="la-small la-2")],
        id=Reports.act("use", template.key),
        type="button",
        className="la-template",
        n_clicks=0,
    )
    return html.Li(use)
