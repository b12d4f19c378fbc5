"""The dialogs of a report: shared with whom, and restored to what."""

import json
from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.answering import PageAddress, freshness_of, was_pressed
from callbacks.palette import clean
from dashapp import ids
from dashapp.components import report_sharing
from dashapp.domain.errors import NotFound
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.reports.document import NotAReport, read
from dashapp.domain.reports.keeping import ShareRole
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.reports import ReportDesk
from dashapp.words import _

Names: Final = ids.Report


def keep_shares(
    asked: Asked, pressed: Mapping[str, Any], given: Mapping[str, object], page: Mapping[str, object]
) -> dict[str, Any]:
    """Shares, stops sharing, finds somebody by name; and lists with whom the report is shared then."""
    nothing: dict[str, Any] = dict.fromkeys(("rows", "found", "said"), no_update)
    if not was_pressed() and ctx.triggered_id != Names.SHARE_WORDS:
        return nothing
    desk, words = ReportDesk(asked), clean(pressed.get("words"))
    try:
        key = PageAddress.parse(page).required_id()
        if not desk.opened(key).own:
            raise NotFound("Reports are shared by their owners.")
        said = _do(desk, key, given)
    except NotFound:
        return {**nothing, "said": _("This report is not there any more, or not yours to share.")}
    found = report_sharing.colleague_rows(desk.colleagues(words) if words else (), words)
    return {"rows": report_sharing.share_rows(desk.shares(key)), "found": found, "said": said}


def _do(desk: ReportDesk, key: Any, given: Mapping[str, object]) -> str:
    """What the pressed button says; the words say what came of it."""
    button = ctx.triggered_id
    may_edit = given.get("edit") == ["edit"]
    if button == Names.SHARE_ADD:
        role = next((one for one in ShareRole if one.value == given.get("role")), None)
        if role is None:
            return _("Write a name, and choose the person below.")
        return _shared(desk.share(key, role, may_edit=may_edit))
    if not isinstance(button, Mapping):
        return ""
    row = uuid_of(button.get("row"))
    if row is None:
        raise NotFound("Nobody was named.")
    if button.get("type") == Names.share("with", "")["type"]:
        return _shared(desk.share(key, row, may_edit=may_edit))
    return _("It is shared with them no longer.") if desk.end_share(key, row) else _("It was not shared with them.")


def _shared(done: bool) -> str:
    return _("It is shared.") if done else _("It could not be shared: it is with too many, or nobody has this name.")


def keep_versions(asked: Asked, pressed: Mapping[str, Any], held: object, page: Mapping[str, object]) -> dict[str, Any]:
    """Lists the versions; of one that shall be restored, its document goes to the script."""
    del pressed  # which of them it was is `ctx.triggered_id`
    nothing: dict[str, Any] = {"rows": no_update, "read": no_update}
    if not was_pressed():
        return nothing
    desk, button = ReportDesk(asked), ctx.triggered_id
    try:
        key = PageAddress.parse(page).required_id()
        if not isinstance(button, Mapping):
            rows = report_sharing.version_rows(desk.versions(key), freshness_of(asked).zone)
            return {**nothing, "rows": rows}
        revision = button.get("row")
        known = isinstance(revision, int) and 0 < revision < 2**31
        document = desk.version(key, revision) if isinstance(revision, int) and known else None
        if document is None:
            raise NotFound("There is no such version.")
        number = held.get("number") if isinstance(held, Mapping) else None
        restored = json.loads(read(document).model_dump_json())
    except (NotFound, NotAReport):
        return nothing
    return {**nothing, "read": {"document": restored, "number": number + 1 if isinstance(number, int) else 1}}


def register(registry: CallbackRegistry) -> None:
    """Connects the dialogs."""
    page = {"address": State(ids.Shell.ADDRESS, "data")}
    shared = Wiring(
        output={
            "rows": Output(Names.SHARE_ROWS, "children"),
            "found": Output(Names.SHARE_FOUND, "children"),
            "said": Output(Names.SHARE_SAID, "children"),
        },
        inputs={
            "pressed": {
                "open": Input(Names.SHARE_OPEN, "n_clicks"),
                "add": Input(Names.SHARE_ADD, "n_clicks"),
                "words": Input(Names.SHARE_WORDS, "value"),
                "with": Input(Names.share("with", ALL), "n_clicks"),
                "end": Input(Names.share("end", ALL), "n_clicks"),
            },
            "given": {"role": State(Names.SHARE_ROLE, "value"), "edit": State(Names.SHARE_EDIT, "value")},
            "page": page,
        },
        waits=True,
    )
    registry.register(Permission.REPORTS_PAGE, keep_shares, shared)
    versions = Wiring(
        output={"rows": Output(Names.VERSION_ROWS, "children"), "read": Output(Names.VERSION_READ, "data")},
        inputs={
            "pressed": {
                "open": Input(Names.VERSION_OPEN, "n_clicks"),
                "restore": Input(Names.restore(ALL), "n_clicks"),
            },
            "held": State(Names.VERSION_READ, "data"),
            "page": page,
        },
        waits=True,
    )
    registry.register(Permission.REPORTS_PAGE, keep_versions, versions)
    registry.app.clientside_callback(ClientsideFunction("report", "restored"), Input(Names.VERSION_READ, "data"))
