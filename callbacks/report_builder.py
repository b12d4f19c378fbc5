"""The builder of a report: opened, shown while it is edited, and saved."""

from collections.abc import Mapping
from time import perf_counter
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import ALL, ClientsideFunction, Input, Output, no_update

from callbacks.answering import PAGE_INPUTS, PageAddress, PageAnswer, answered, freshness_of, refused, version_of
from callbacks.report_readers import Seen, choices_of, looked_at_as, reader_options
from dashapp import ids, words
from dashapp.components import card, report_builder
from dashapp.components.report_inspector import controls_of, controls_of_report
from dashapp.components.report_palette import questions
from dashapp.components.report_sheet import Sheet, pages
from dashapp.components.report_words import block_line, block_name, shape_of
from dashapp.domain.errors import NotFound, Unavailable
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.reports.answers import Answer
from dashapp.domain.reports.document import Block, Data, NotAReport, Report, read, read_given
from dashapp.domain.scope import AsOf
from dashapp.figures.blocks import drawing_of
from dashapp.figures.theme import Screen
from dashapp.security.acting import note_view
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.reports import ReportDesk
from dashapp.security.topics import Topic
from dashapp.words import _, ngettext, use_locale
from dashapp.words.reports import locale_of

Names: Final = ids.Report
PAPER: Final = Screen(narrow=True)
"""The pane is as wide as a phone."""
LONGEST_PREVIEW: Final = 8.0
"""Seconds. After that no further question of a preview is begun: others wait for the thread."""


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


def show_preview(asked: Asked, wanted: object, seen_as: object, version: object) -> dict[str, Any]:
    """The pages of the document that is being edited with the reader's own figures, and what can be changed of the
    selected block."""
    del version  # it only says that there is news
    given = wanted if isinstance(wanted, Mapping) else {}
    nothing: dict[str, Any] = {"sheet": no_update, "foot": no_update, "offers": no_update}
    if not given:
        return nothing
    number = given.get("number") if isinstance(given.get("number"), int) else 0
    try:
        report = read_given(given.get("document"))
    except NotAReport as error:
        said = _("The server did not understand this report: {why}").format(why=error)
        return {**nothing, "offers": {"number": number, "trouble": said}}
    principal = asked.principal
    note_view(asked, Names.PAGE, Topic(principal.organisation_id, principal.public_id))
    seen = looked_at_as(asked, seen_as if isinstance(seen_as, str) else "")
    began = perf_counter()
    with use_locale(locale_of(report.locale)):
        answers = _answers(asked, seen, report)
        took = perf_counter() - began
        sheet = pages(_sheet(asked, report, answers))
    offers = {"number": number, **_offers(asked, seen, report, uuid_of(given.get("selected")))}
    return {"sheet": sheet, "foot": _read_words(answers, took), "offers": offers}


def _answers(asked: Asked, seen: Seen, report: Report) -> dict[UUID, Answer]:
    """The answers that can be had now; a block without one says so. Questions that are new are asked for a while only:
    what is known by then comes from the cache next time."""
    reader, as_of = asked.services.reports, AsOf(asked.services.clock())
    found: dict[UUID, Answer] = {}
    until = perf_counter() + LONGEST_PREVIEW
    for block in report.questions():
        if perf_counter() > until:
            break
        question = seen.limited(block.question)
        try:
            found[block.id] = reader.answer(
                seen.principal, question, report.time_zone, as_of, chart=block.chart, bars=block.bars
            )
        except Unavailable:
            continue
    return found


def _sheet(asked: Asked, report: Report, answers: Mapping[UUID, Answer]) -> Sheet:
    freshness, minimum = asked.services.live.freshness(), asked.services.settings.minimum_group_size
    said = _("As of {moment}").format(moment=words.moment(freshness.as_of, report.time_zone))
    return Sheet(report, answers, lambda block, answer: drawing_of(block, answer, PAPER), minimum, said)


def _read_words(answers: Mapping[UUID, Answer], took: float) -> str:
    rows = sum(len(answer.rows) for answer in answers.values())
    said = ngettext("{number} row read in {time} ms", "{number} rows read in {time} ms", rows)
    return said.format(number=words.number(rows), time=words.number(took * 1000))


def _offers(asked: Asked, seen: Seen, report: Report, selected: UUID | None) -> dict[str, Any]:
    block = next((one for one in report.blocks if one.id == selected), None)
    blocks = {str(one.id): _told(one) for one in report.blocks}
    if block is None:
        return {"selected": None, "blocks": blocks, "controls": controls_of_report(report)}
    return {"selected": str(block.id), "blocks": blocks, "controls": _controls(asked, seen, report, block)}


def _controls(asked: Asked, seen: Seen, report: Report, block: Block) -> list[dict[str, Any]]:
    today = asked.services.clock().astimezone(ZoneInfo(report.time_zone)).date()
    days = ("", "")
    audience = seen.audience(asked)
    if isinstance(block, Data):
        span = block.question.period.days(today)
        days = (span.first.isoformat(), span.last.isoformat())
        audience = asked.services.reports.audience(seen.principal, seen.limited(block.question).choice)
    return controls_of(block, audience, days, asked.services.settings.minimum_group_size)


def _told(block: Block) -> dict[str, str]:
    return {"name": block_name(block), "line": block_line(block), "shape": shape_of(block)}


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
    shown = Wiring(
        output={
            "sheet": Output(Names.SHEET, "children"),
            "foot": Output(Names.FOOT, "children"),
            "offers": Output(Names.OFFERS, "data"),
        },
        inputs={
            "wanted": Input(Names.WANTED, "data"),
            "seen_as": Input(Names.AS, "value"),
            "version": Input(ids.Shell.VERSION, "data"),
        },
        waits=True,
    )
    registry.register(permission, show_preview, shown)
    saved = Wiring(
        output=Output(Names.SAVED, "data"),
        inputs={"saving": Input(Names.SAVING, "data")},
        waits=True,
    )
    registry.register(permission, save_report, saved)
    for heard, name in ((Names.OPENED, "opened"), (Names.OFFERS, "offered"), (Names.SAVED, "saved")):
        registry.app.clientside_callback(ClientsideFunction("report", name), Input(heard, "data"))
