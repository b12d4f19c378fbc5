"""Files of a report: asked for in one of several formats, watched while they are made, cancelled, downloaded."""

from collections.abc import Mapping
from contextlib import suppress
from time import perf_counter
from typing import Any, Final
from uuid import UUID

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.answering import PageAddress, freshness_of, links_for, was_pressed
from dashapp import ids
from dashapp.components import report_downloads
from dashapp.data.database import Connection, DatabaseRole
from dashapp.data.store.export_runs import MOST_OPEN, ask_for_export, cancel_run, list_runs
from dashapp.domain.errors import Unavailable
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.reports.answers import Answer
from dashapp.domain.reports.document import Chart, NotAReport, Report, read_given
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.reports.laying import LAID_OUT, MOST_LAID_ROWS, laid_rows
from dashapp.domain.scope import AsOf
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.words import _, use_locale
from dashapp.words.reports import locale_of

Names: Final = ids.Report
LONGEST_COUNT: Final = 1.0
"""Seconds, after which no further table is counted before the file is begun."""


def keep_downloads(
    asked: Asked, pressed: Mapping[str, Any], wanted: object, page: Mapping[str, object]
) -> dict[str, Any]:
    """Has a file made of the report as it stands on the screen, or cancels one; and lists how far all of them are."""
    del pressed  # which of them it was is `ctx.triggered_id`
    nothing: dict[str, Any] = dict.fromkeys(("rows", "said", "still"), no_update)
    ticked = ctx.triggered_id == Names.DOWNLOAD_TICK
    if not was_pressed():
        return nothing
    principal = asked.principal
    # Before the transaction, which would keep a connection while questions are asked by another one.
    refused = None if ticked else _too_long(asked, wanted)
    with asked.services.database.transaction(DatabaseRole.JOBS, principal.organisation_id) as connection:
        said = no_update if ticked else refused or _do(asked, connection, wanted)
        runs = list_runs(connection, principal.organisation_id, principal.person_id)
    links, zone = links_for(asked, PageAddress.parse(page)), freshness_of(asked).zone
    rows = report_downloads.rows(runs, links, zone, Names.download)
    return {"rows": rows, "said": said, "still": not any(run.open for run in runs)}


def _too_long(asked: Asked, wanted: object) -> str | None:
    """Why no document is begun of a report whose tables are too long for one; None where nothing speaks against it."""
    button = ctx.triggered_id
    row = button.get("row") if isinstance(button, Mapping) else None
    if row not in LAID_OUT or not isinstance(wanted, Mapping):
        return None
    try:
        report = read_given(wanted.get("document"))
    except NotAReport:
        return None
    return report_downloads.too_many_rows() if _rows_of(asked, report) > MOST_LAID_ROWS else None


def _do(asked: Asked, connection: Connection, wanted: object) -> str:
    button = ctx.triggered_id
    if not isinstance(button, Mapping):
        return ""
    if button.get("type") == Names.download("cancel", "")["type"]:
        return cancelled(asked, connection, button.get("row"))
    form = next((one for one in ExportFormat if one.value == button.get("row")), None)
    if form is None:
        return _("There is no such format.")
    try:
        report = read_given(wanted.get("document") if isinstance(wanted, Mapping) else None)
    except NotAReport as error:
        return _("The server did not understand this report: {why}").format(why=error)
    made = ask_for_export(connection, asked.principal, report, form, asked.services.clock())
    return said_of(made)


def _rows_of(asked: Asked, report: Report) -> int:
    """How many rows its tables have, as far as that is known at once: the preview has asked the same a moment ago. What
    is not known is found out while the file is made."""
    reader, as_of = asked.services.reports, AsOf(asked.services.clock())
    found: dict[UUID, Answer] = {}
    until = perf_counter() + LONGEST_COUNT
    with use_locale(locale_of(report.locale)):
        for block in report.questions():
            if block.chart is not Chart.TABLE or perf_counter() > until:
                continue
            with suppress(Unavailable):
                found[block.id] = reader.answer(
                    asked.principal, block.question, report.time_zone, as_of, chart=block.chart, bars=block.bars
                )
    return laid_rows(report, found)


def cancelled(asked: Asked, connection: Connection, row: object) -> str:
    """Cancels a run of the reader's, by its key; what came of it."""
    key, principal = uuid_of(row), asked.principal
    whose = (principal.organisation_id, principal.person_id)
    done = key is not None and cancel_run(connection, *whose, key, asked.services.clock())
    return _("It is cancelled.") if done else _("It was not under way any more.")


def said_of(made: UUID | None) -> str:
    """What came of asking for a file: the run that makes it, None where there are too many."""
    return too_many() if made is None else _("It is being made. You can go on meanwhile.")


def too_many() -> str:
    """Why no further file is made now."""
    return _("{number} files are being made for you already. Wait for one of them.").format(number=MOST_OPEN)


def register(registry: CallbackRegistry) -> None:
    """Connects the dialog."""
    wiring = Wiring(
        output={
            "rows": Output(Names.DOWNLOAD_ROWS, "children"),
            "said": Output(Names.DOWNLOAD_SAID, "children"),
            "still": Output(Names.DOWNLOAD_TICK, "disabled"),
        },
        inputs={
            "pressed": {
                "open": Input(Names.DOWNLOAD_OPEN, "n_clicks"),
                "tick": Input(Names.DOWNLOAD_TICK, "n_intervals"),
                "make": Input(Names.download("make", ALL), "n_clicks"),
                "cancel": Input(Names.download("cancel", ALL), "n_clicks"),
            },
            "wanted": State(Names.WANTED, "data"),
            "page": {"address": State(ids.Shell.ADDRESS, "data")},
        },
        waits=True,
    )
    registry.register(Permission.REPORTS_PAGE, keep_downloads, wiring)
