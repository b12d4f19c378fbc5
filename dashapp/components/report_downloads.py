"""The dialog of files: a report in one of several formats, how far the making is, and what was made before."""

from collections.abc import Callable, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components.attributes import attributes
from dashapp.components.links import Links
from dashapp.domain.reports.exports import ExportFormat, ExportRun, ExportState, Trouble
from dashapp.domain.reports.laying import MOST_LAID_ROWS
from dashapp.ids import Report as Names
from dashapp.words import _, ngettext

Button = Callable[[str, object], dict[str, object]]
EVERY = 1_000
"""Milliseconds between two looks at what is being made."""


def format_word(form: ExportFormat) -> str:
    """What somebody gets."""
    return {
        ExportFormat.PDF: _("PDF document"),
        ExportFormat.XLSX: _("Excel workbook"),
        ExportFormat.CSV: _("Tables as CSV"),
        ExportFormat.JSON: _("Tables as JSON"),
        ExportFormat.PARQUET: _("Tables as Parquet"),
        ExportFormat.PNG: _("Charts as PNG"),
        ExportFormat.SVG: _("Charts as SVG"),
        ExportFormat.HTML: _("Web page"),
    }[form]


def trouble_word(trouble: Trouble) -> str:
    """Why there is no file."""
    return {
        Trouble.SPACE: _("The disk of the service is full. Whoever runs it has to make room."),
        Trouble.FOLDER: _("The service may not write its files. Whoever runs it can change that."),
        Trouble.BROWSER: _(
            "Charts are drawn by Chromium, which is not installed. The formats of tables work without it."
        ),
        Trouble.PICTURE: _("A chart could not be drawn. Try again."),
        Trouble.CELL: _("A text is longer than this format can hold."),
        Trouble.ROWS: too_many_rows(),
        Trouble.RIGHTS: _("You may not see these figures any more."),
        Trouble.STOPPED: _("The service was ended in the middle, several times. Try again."),
        Trouble.ERROR: _("The service failed over it; its log says why. Try again."),
    }[trouble]


def too_many_rows() -> str:
    """Why there is no document of a report whose tables are this long."""
    return _("There are more than {number} rows, which no document can hold. Choose Excel or CSV.").format(
        number=words.number(MOST_LAID_ROWS)
    )


def dialog() -> list[Component]:
    """The closed dialog; its list is read when it is opened."""
    close = html.Button(
        _("Close"), type="button", className="btn btn-outline-secondary", **attributes(data_la_closes="1")
    )
    order = (
        *(ExportFormat.PDF, ExportFormat.XLSX, ExportFormat.CSV, ExportFormat.JSON),
        *(ExportFormat.PARQUET, ExportFormat.PNG, ExportFormat.SVG, ExportFormat.HTML),
    )
    buttons = [
        html.Button(
            format_word(form),
            id=Names.download("make", form.value),
            type="button",
            className="btn btn-outline-secondary",
            n_clicks=0,
        )
        for form in order
    ]
    about = _("The whole report with your figures of this moment, or nothing: a file is never cut.")
    title = f"{Names.DOWNLOADS}-title"
    return [
        dcc.Interval(id=Names.DOWNLOAD_TICK, interval=EVERY, disabled=True),
        html.Dialog(
            [
                html.Div([html.H2(_("Take the report along"), id=title), close], className="la-dialog-h"),
                html.P(about, className="la-small la-2"),
                html.Div(buttons, className="la-formats"),
                html.P(id=Names.DOWNLOAD_SAID, className="la-small", role="status"),
                html.Div(id=Names.DOWNLOAD_ROWS, className="la-download-rows"),
            ],
            id=Names.DOWNLOADS,
            className="la-dialog la-report-dialog",
            **attributes(aria_labelledby=title),
        ),
    ]


def rows(runs: Sequence[ExportRun], links: Links, zone: str, button: Button) -> Component:
    """The last files of the reader, of all their reports, the newest first. `button`: the ids of its page."""
    if not runs:
        return html.P(_("No file has been made yet."), className="la-small la-2")
    return html.Ul([_row(run, links, zone, button) for run in runs], className="la-list")


def _row(run: ExportRun, links: Links, zone: str, button: Button) -> Component:
    title = run.title or _("A report without a title")
    named = html.Div(
        [
            html.Bdi(title, className="la-m"),
            html.Div([format_word(run.form), " · ", words.moment(run.requested_at, zone)], className="la-small la-2"),
            *_standing(run, zone),
        ],
        className="la-download-what",
    )
    return html.Li([named, *_actions(run, links, title, button)], className="la-row")


def _standing(run: ExportRun, zone: str) -> list[Component]:
    """How far it is, or what came of it."""
    match run.state:
        case ExportState.QUEUED:
            said = _("waits for its turn")
        case ExportState.RUNNING:
            label = _("How far it is")
            if run.steps is None:
                return [html.Progress(**attributes(aria_label=label))]
            most = max(run.steps, 1)
            return [html.Progress(value=str(run.steps_done), max=str(most), **attributes(aria_label=label))]
        case ExportState.DONE:
            counted = ngettext("{number} row", "{number} rows", run.rows or 0)
            counted = counted.format(number=words.number(run.rows or 0))
            kept = "" if run.expires_at is None else words.moment(run.expires_at, zone)
            said = _("{rows}, kept until {moment}").format(rows=counted, moment=kept)
        case ExportState.FAILED:
            said = trouble_word(run.trouble or Trouble.ERROR)
        case ExportState.CANCELLED:
            said = _("cancelled")
        case ExportState.EXPIRED:
            said = _("its time is over")
    return [html.Div(said, className="la-small la-2")]


def _actions(run: ExportRun, links: Links, title: str, button: Button) -> list[Component]:
    if run.open:
        label = _("Cancel: {title}").format(title=title)
        return [
            html.Button(
                _("Cancel"),
                id=button("cancel", str(run.public_id)),
                type="button",
                className="btn btn-sm btn-outline-secondary la-push",
                n_clicks=0,
                **attributes(aria_label=label),
            )
        ]
    if run.state is not ExportState.DONE:
        return []
    label = _("Download: {title}, {format}").format(title=title, format=format_word(run.form))
    return [
        html.A(
            _("Download"),
            href=links.exported_file(run.public_id),
            className="btn btn-sm btn-primary la-push",
            download="",
            **attributes(data_la_file="own", aria_label=label),
        )
    ]
