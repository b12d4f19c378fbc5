"""The list of reports: shown, and what its buttons do: make, duplicate, import, delete and put back."""

from collections.abc import Mapping
from typing import Any, Final

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.answering import (
    PAGE_INPUTS,
    PageAddress,
    PageAnswer,
    answered,
    freshness_of,
    links_for,
    outputs_of,
    refused,
    version_of,
    was_pressed,
)
from callbacks.unchanged import SHOWN, changed_only
from dashapp import ids
from dashapp.components import reports
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotFound
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission, Principal
from dashapp.domain.reports.document import NotAReport, Report, read
from dashapp.domain.reports.keeping import MOST_REPORTS
from dashapp.domain.reports.templates import TEMPLATES, for_audience, report_of
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.reports import ReportDesk
from dashapp.security.schedules import Scheduling
from dashapp.security.topics import Topic
from dashapp.words import _, current_locale

Names: Final = ids.Reports
NOTHING: Final = ("said", "undo", "deleted", "go")


def audience_of(principal: Principal) -> Audience:
    """In which form somebody sees figures of a report: by name for who only teaches, in groups for administrators."""
    return Audience.AGGREGATE if principal.administers else Audience.NAMED


def show_reports(asked: Asked, deleted: object, shown: object, page: Mapping[str, object]) -> Any:
    """The list, and the templates that make sense for the reader."""
    del deleted  # it only says that something has been done
    at = PageAddress.parse(page)

    def answer() -> PageAnswer:
        principal = asked.principal
        topic = Topic(principal.organisation_id, principal.public_id)
        version, freshness = version_of(asked, topic), freshness_of(asked)
        found, offered = ReportDesk(asked).all(), for_audience(audience_of(principal))
        received = Scheduling(asked.services, principal).received()
        listed = reports.Listed(found, received, by_name=bool(principal.teaches_in))
        values = reports.fill(listed, offered, links_for(asked, at), freshness)
        return PageAnswer(changed_only(values, shown), topic, version, freshness)

    return answered(asked, Names.PAGE, answer)


def keep_reports(
    asked: Asked, pressed: Mapping[str, Any], sent: object, deleted: object, page: Mapping[str, object]
) -> dict[str, Any]:
    """Does what the pressed button says, or takes a file in; what was made is opened."""
    del pressed  # which of them it was is `ctx.triggered_id`
    nothing: dict[str, Any] = dict.fromkeys(NOTHING, no_update)
    if not was_pressed():
        return nothing
    desk, held = ReportDesk(asked), deleted if isinstance(deleted, Mapping) else {}
    try:
        done = _do(desk, ctx.triggered_id, sent, held)
    except (NotFound, NotAReport) as error:
        return {**nothing, "said": _refusal(error), "undo": True}
    if "made" in done:
        made = done.pop("made")
        if made is None:
            said = _("There are {number} reports already: delete one first.").format(number=MOST_REPORTS)
            return {**nothing, "said": said, "undo": True}
        return {**nothing, "go": {"href": links_for(asked, PageAddress.parse(page)).report(made)}}
    number = held.get("number")
    again = {"id": done.pop("id"), "number": number + 1 if isinstance(number, int) else 1}
    return {**nothing, "deleted": again, **done}


def _refusal(error: Exception) -> str:
    if isinstance(error, NotAReport):
        return _("This file is no report: {why}").format(why=error)
    return _("This report is not there any more.")


def _do(desk: ReportDesk, button: object, sent: object, held: Mapping[str, object]) -> dict[str, Any]:
    if button == Names.NEW:
        return {"made": desk.make(_empty(desk.asked))}
    if button == Names.SENT:
        text = sent.get("text") if isinstance(sent, Mapping) else None
        return {"made": desk.make(read(text if isinstance(text, str) else ""))}
    if button == Names.UNDO:
        return _put_back(desk, held)
    row = button.get("row") if isinstance(button, Mapping) else None
    if isinstance(button, Mapping) and button.get("type") == Names.act("use", "")["type"]:
        template = TEMPLATES.get(str(row))
        if template is None:
            raise NotFound("There is no such template.")
        return {"made": desk.make(report_of(template, _, current_locale(), freshness_of(desk.asked).zone))}
    key = uuid_of(row)
    if key is None or not isinstance(button, Mapping):
        raise NotFound("No report was named.")
    if button.get("type") == Names.act("duplicate", "")["type"]:
        title = read(desk.opened(key).document).title
        return {"made": desk.duplicate(key, _("Copy of {title}").format(title=title or _("a report"))[:200])}
    gone = desk.delete(key)
    if gone is None:
        raise NotFound("There is no such report.")
    said = _("“{title}” is deleted. It can be put back for 30 days.").format(title=gone or _("A report"))
    return {"said": said, "undo": False, "id": str(key)}


def _put_back(desk: ReportDesk, held: Mapping[str, object]) -> dict[str, Any]:
    key = uuid_of(held.get("id"))
    title = desk.put_back(key) if key is not None else None
    if title is None:
        raise NotFound("There is no such report.")
    said = _("“{title}” is there again.").format(title=title or _("A report without a title"))
    return {"said": said, "undo": True, "id": None}


def _empty(asked: Asked) -> Report:
    return Report(title=_("New report"), locale=current_locale(), time_zone=freshness_of(asked).zone)


def register(registry: CallbackRegistry) -> None:
    """Connects the page."""
    shown = Wiring(
        output={**outputs_of(reports.slots()), SHOWN: Output(Names.SHOWN, "data")},
        inputs={
            "deleted": Input(Names.DELETED, "data"),
            "shown": State(Names.SHOWN, "data"),
            "page": PAGE_INPUTS,
        },
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(Permission.REPORTS_PAGE, show_reports, shown)
    kept = Wiring(
        output={
            "said": Output(Names.SAID, "children"),
            "undo": Output(Names.UNDO, "hidden"),
            "deleted": Output(Names.DELETED, "data"),
            "go": Output(Names.GO, "data"),
        },
        inputs={
            "pressed": {
                "new": Input(Names.NEW, "n_clicks"),
                "undo": Input(Names.UNDO, "n_clicks"),
                "use": Input(Names.act("use", dash.ALL), "n_clicks"),
                "duplicate": Input(Names.act("duplicate", dash.ALL), "n_clicks"),
                "delete": Input(Names.act("delete", dash.ALL), "n_clicks"),
            },
            "sent": Input(Names.SENT, "data"),
            "deleted": State(Names.DELETED, "data"),
            "page": {"address": State(ids.Shell.ADDRESS, "data")},
        },
    )
    registry.register(Permission.REPORTS_PAGE, keep_reports, kept)
    registry.app.clientside_callback(ClientsideFunction("reports", "go"), Input(Names.GO, "data"))
