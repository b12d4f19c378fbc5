"""Rows in large numbers: asked for on the list of reports, watched while they are made, cancelled, downloaded."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from dash import ALL, Input, Output, State, ctx, no_update
from pydantic import ValidationError

from callbacks.answering import PageAddress, freshness_of, links_for, was_pressed
from callbacks.report_downloads import cancelled, said_of
from dashapp import ids, words
from dashapp.components import report_downloads
from dashapp.components.report_extracts import EVERY_COURSE, course_options, table_word
from dashapp.data.database import Connection, DatabaseRole
from dashapp.data.store.export_runs import ask_for_extract, list_runs
from dashapp.domain.principal import Permission
from dashapp.domain.reports.exports import EXTRACTABLE, Extract
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.words import _

Names: Final = ids.Extracts
FIRST_SHOWN: Final = timedelta(days=27)
"""How far before today the first day is to begin with."""


def keep_extracts(
    asked: Asked, pressed: Mapping[str, Any], chosen: Mapping[str, Any], page: Mapping[str, object]
) -> dict[str, Any]:
    """Fills the dialog when it is opened, has rows written, or cancels that; and lists how far all files are."""
    del pressed  # which of them it was is `ctx.triggered_id`
    nothing: dict[str, Any] = dict.fromkeys(("rows", "said", "still", "courses", "first", "last"), no_update)
    if not was_pressed():
        return nothing
    principal, button = asked.principal, ctx.triggered_id
    with asked.services.database.transaction(DatabaseRole.JOBS, principal.organisation_id) as connection:
        said = no_update if button == Names.TICK else _do(asked, connection, chosen)
        runs = list_runs(connection, principal.organisation_id, principal.person_id)
    freshness = freshness_of(asked)
    rows = report_downloads.rows(runs, links_for(asked, PageAddress.parse(page)), freshness.zone, Names.button)
    filled = {"rows": rows, "said": said, "still": not any(run.open for run in runs)}
    if button != Names.OPEN:
        return {**nothing, **filled}
    today = words.local_date(freshness.as_of, freshness.zone)
    days = {"first": today - FIRST_SHOWN, "last": today}
    kept = {name: no_update if chosen.get(name) else day.isoformat() for name, day in days.items()}
    # Of other courses administrators see groups only.
    own = asked.services.reader.classrooms(replace(principal, administers=False))
    return {**nothing, **filled, **kept, "courses": course_options(own)}


def _do(asked: Asked, connection: Connection, chosen: Mapping[str, Any]) -> str:
    button = ctx.triggered_id
    if not isinstance(button, Mapping):
        return ""
    if button.get("type") == Names.button("cancel", "")["type"]:
        return cancelled(asked, connection, button.get("row"))
    form = next((one for one in EXTRACTABLE if one.value == button.get("row")), None)
    if form is None:
        return _("There is no such format.")
    course = chosen.get("course")
    wanted = {name: chosen.get(name) for name in ("table", "first", "last")}
    try:
        extract = Extract.model_validate({**wanted, "courses": [] if course == EVERY_COURSE else [course]})
    except ValidationError:
        return _("Choose what, and two days of which the first is not after the last.")
    title = table_word(extract.table)
    made = ask_for_extract(connection, asked.principal, (title, extract), form, asked.services.clock())
    return said_of(made)


def register(registry: CallbackRegistry) -> None:
    """Connects the dialog."""
    wiring = Wiring(
        output={
            "rows": Output(Names.ROWS, "children"),
            "said": Output(Names.SAID, "children"),
            "still": Output(Names.TICK, "disabled"),
            "courses": Output(Names.COURSE, "options"),
            "first": Output(Names.FIRST, "value"),
            "last": Output(Names.LAST, "value"),
        },
        inputs={
            "pressed": {
                "open": Input(Names.OPEN, "n_clicks"),
                "tick": Input(Names.TICK, "n_intervals"),
                "make": Input(Names.button("make", ALL), "n_clicks"),
                "cancel": Input(Names.button("cancel", ALL), "n_clicks"),
            },
            "chosen": {
                "table": State(Names.TABLE, "value"),
                "course": State(Names.COURSE, "value"),
                "first": State(Names.FIRST, "value"),
                "last": State(Names.LAST, "value"),
            },
            "page": {"address": State(ids.Shell.ADDRESS, "data")},
        },
        waits=True,
    )
    registry.register(Permission.REPORTS_PAGE, keep_extracts, wiring)
