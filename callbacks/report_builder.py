"""The builder of a report: opened, and saved."""

from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, ClientsideFunction, Input, Output

from callbacks.answering import PAGE_INPUTS, PageAddress, PageAnswer, answered, freshness_of, refused, version_of
from callbacks.report_readers import choices_of, looked_at_as, reader_options
from dashapp import ids, words
from dashapp.components import card, report_builder
from dashapp.components.report_palette import questions
from dashapp.domain.errors import NotFound
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.reports.document import NotAReport, Report, read, read_given
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.reports import ReportDesk
from dashapp.security.topics import Topic
from dashapp.words import _

Names: Final = ids.Report


def open_report(asked: Asked, page: Mapping[str, object]) -> Any:
    """The document as it is kept, the questions that make sense for the reader, and what may be done with it."""
    at = PageAddress.parse(page)

    def answer() -> PageAnswer:
        key = at.required_id()
        found = ReportDesk(asked).opened(key)
        principal = asked.principal
        topic = Topic(principal.organisation_id, principal.public_id)
        version, freshness = version_of(asked, topic), freshness_of(asked)
        seen = looked_at_as(asked, "")
        opened = {
            "id": str(key),
            "revision": found.revision,
            "mayEdit": found.may_edit,
            "saved": words.clock(found.changed_at, freshness.zone),
            "choices": choices_of(asked),
            **_document_of(found.document),
        }
        values = {
            "page": "la-page la-report" if found.may_edit else "la-page la-report read-only",
            "palette": questions(seen.audience(asked)),
            "opened": opened,
            "readers": reader_options(asked),
            "share": not found.own,
            "versions": not found.may_edit,
            "asof": [card.asof_words(freshness)],
        }
        return PageAnswer(values, topic, version, freshness)

    return answered(asked, Names.PAGE, answer)


def _document_of(kept: str) -> dict[str, object]:
    """The document; of one that this version of the service cannot read, why."""
    try:
        return {"document": read(kept).model_dump(mode="json")}
    except NotAReport as error:
        said = _("This report cannot be opened: {why}").format(why=error)
        return {"document": Report().model_dump(mode="json"), "trouble": said, "mayEdit": False}


def save_report(asked: Asked, saving: object) -> dict[str, Any]:
    """Keeps the document that a script sends; where somebody has saved meanwhile, it says so instead."""
    given = saving if isinstance(saving, Mapping) else {}
    number, key, revision = given.get("number"), uuid_of(given.get("id")), given.get("revision")
    # What the browser asked for, by which it tells answers that come late from those that it waits for.
    told: dict[str, Any] = {"number": number if isinstance(number, int) else 0, "id": str(key) if key else None}
    try:
        # The address may have gone on to another page, for which the last change of this report was sent.
        if key is None or not isinstance(revision, int) or isinstance(revision, bool):
            raise NotFound("No report was named.")
        saved = ReportDesk(asked).save(key, read_given(given.get("document")), revision)
    except NotFound:
        return {**told, "trouble": _("This report is not there any more, or not yours to change.")}
    except NotAReport as error:
        return {**told, "trouble": _("The server did not understand this report: {why}").format(why=error)}
    clock = words.clock(saved.at, freshness_of(asked).zone)
    return {**told, "revision": saved.revision, "saved": clock, "conflict": saved.conflict}


def register(registry: CallbackRegistry) -> None:
    """Connects the builder."""
    permission, address = Permission.REPORTS_PAGE, {"address": PAGE_INPUTS["address"]}
    opened = Wiring(
        output={
            "page": Output(Names.PAGE, "className"),
            "palette": Output(Names.PALETTE, "children"),
            "opened": Output(Names.OPENED, "data"),
            "readers": Output(Names.AS, "options"),
            "share": Output(Names.SHARE_OPEN, "hidden"),
            "versions": Output(Names.VERSION_OPEN, "hidden"),
            "asof": Output(ids.asof_of(report_builder.PAGE, ALL), "children"),
        },
        inputs={"page": address},
        refused=lambda: refused(Names.PAGE),
    )
    registry.register(permission, open_report, opened)
    saved = Wiring(
        output=Output(Names.SAVED, "data"),
        inputs={"saving": Input(Names.SAVING, "data")},
        waits=True,
    )
    registry.register(permission, save_report, saved)
    for heard, name in ((Names.OPENED, "opened"), (Names.SAVED, "saved")):
        registry.app.clientside_callback(ClientsideFunction("report", name), Input(heard, "data"))
