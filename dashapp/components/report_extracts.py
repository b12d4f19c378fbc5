"""The dialog of rows in large numbers: of what, of which course, between which days, in which format."""

from collections.abc import Sequence
from typing import Final

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp.components.attributes import attributes
from dashapp.components.report_downloads import EVERY, format_word
from dashapp.domain.reports.exports import EXTRACTABLE, ExtractTable
from dashapp.domain.views import CourseChoice
from dashapp.ids import Extracts as Names
from dashapp.words import _

Option = dict[str, str]
EVERY_COURSE: Final = "all"
"""What stands for all courses: a select takes an empty value for none."""


def table_word(table: ExtractTable) -> str:
    """Of what somebody gets rows."""
    return {
        ExtractTable.EVENTS: _("Single events"),
        ExtractTable.LEARNER_DAYS: _("Days of each learner"),
        ExtractTable.COURSE_DAYS: _("Days of each course"),
    }[table]


def opener() -> Component:
    """The button that opens the dialog; hidden until it is known that the reader sees anybody by name."""
    return html.Button(
        _("Take rows along"),
        id=Names.OPEN,
        type="button",
        hidden=True,
        className="btn btn-outline-secondary",
        n_clicks=0,
        **attributes(data_la_opens=Names.DIALOG, aria_haspopup="dialog"),
    )


def dialog() -> list[Component]:
    """The closed dialog; it is filled when it is opened."""
    head = f"{Names.DIALOG}-title"
    close = html.Button(
        _("Close"), type="button", className="btn btn-outline-secondary", **attributes(data_la_closes="1")
    )
    about = _("All rows of the learners whom you see by name, however many there are: a file is never cut.")
    tables = [{"value": one.value, "label": table_word(one)} for one in ExtractTable]
    makes = [
        html.Button(
            format_word(form),
            id=Names.button("make", form.value),
            type="button",
            className="btn btn-outline-secondary",
            n_clicks=0,
        )
        for form in EXTRACTABLE
    ]
    fields = [
        _field(_("What"), dbc.Select(id=Names.TABLE, options=tables, value=ExtractTable.EVENTS.value)),
        _field(_("Course"), dbc.Select(id=Names.COURSE, options=course_options([]), value=EVERY_COURSE)),
        _field(_("First day"), dbc.Input(id=Names.FIRST, type="date", value="")),
        _field(_("Last day"), dbc.Input(id=Names.LAST, type="date", value="")),
    ]
    return [
        dcc.Interval(id=Names.TICK, interval=EVERY, disabled=True),
        html.Dialog(
            [
                html.Div([html.H2(_("Take rows along"), id=head), close], className="la-dialog-h"),
                html.P(about, className="la-small la-2"),
                html.Div(fields, className="la-extract-fields"),
                html.Div(makes, className="la-formats"),
                html.P(id=Names.SAID, className="la-small", role="status"),
                html.Div(id=Names.ROWS, className="la-download-rows"),
            ],
            id=Names.DIALOG,
            className="la-dialog la-report-dialog",
            **attributes(aria_labelledby=head),
        ),
    ]


def course_options(courses: Sequence[CourseChoice]) -> list[Option]:
    """All of the reader's own courses that are under way together, and each one."""
    each = [{"value": str(one.public_id), "label": f"{one.code} · {one.title}"} for one in courses]
    return [{"value": EVERY_COURSE, "label": _("All of yours under way")}, *each]


def _field(label: str, control: Component) -> Component:
    return html.Label([html.Span(label), control], className="la-field")
