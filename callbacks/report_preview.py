"""The live preview of a report that is being edited. Of its blocks only what the browser does not hold yet is asked,
drawn and sent.

Two names stand for a block. That of its question says all that its answer depends on, with the moment for which it is
asked: the questions of a report that is edited are asked for one moment, until there is news or some minutes are over.
That of its part says all that can be seen of it: what is asked anew and looks the same is not sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from time import perf_counter
from typing import Any, Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import orjson
from dash import ClientsideFunction, Input, Output, State, ctx, no_update

from callbacks.report_readers import Seen, looked_at_as
from dashapp import ids, words
from dashapp.components.report_inspector import controls_of, controls_of_report
from dashapp.components.report_sheet import Ink, pages, part_of
from dashapp.components.report_words import block_line, block_name, shape_of
from dashapp.domain.errors import Unavailable
from dashapp.domain.parsing import uuid_of
from dashapp.domain.principal import Permission
from dashapp.domain.reports.answers import Answer
from dashapp.domain.reports.document import Block, Data, NotAReport, PageBreak, Report, read_given
from dashapp.domain.scope import AsOf
from dashapp.figures.blocks import drawing_of
from dashapp.figures.drawing import written
from dashapp.figures.theme import Screen
from dashapp.security.acting import note_view
from dashapp.security.callbacks import Asked, CallbackRegistry, Wiring
from dashapp.security.topics import Topic
from dashapp.words import _, ngettext, use_locale
from dashapp.words.reports import locale_of

Names: Final = ids.Report
SCREEN: Final = Screen(narrow=True)
"""The pane is as wide as a phone."""
LONGEST_PREVIEW: Final = 8.0
"""Seconds. After that no further question of a preview is begun: others wait for the thread."""
ONE_MOMENT: Final = timedelta(minutes=5)
"""How long a report is edited as of the same moment where there is no news."""
MOST_HELD: Final = 1_000
"""Names that a browser may say it holds."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a browser says that it holds. It is believed: whoever lies sees nothing where something would be."""

    moment: datetime | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    """By the name of a question that of the part that shows its answer."""
    parts: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, given: object) -> Self:
        """From whatever the browser sent."""
        told = given if isinstance(given, Mapping) else {}
        answers, parts = told.get("answers"), told.get("parts")
        known = answers if isinstance(answers, Mapping) and len(answers) <= MOST_HELD else {}
        listed = parts if isinstance(parts, list) and len(parts) <= MOST_HELD else []
        names = frozenset(one for one in listed if isinstance(one, str))
        return cls(
            _instant(told.get("moment")),
            {one: part for one, part in known.items() if isinstance(part, str) and part in names},
            names,
        )

    def moment_at(self, now: datetime) -> datetime:
        """The moment that holds: that of the browser, for a while."""
        kept = self.moment
        return kept if kept is not None and now - ONE_MOMENT <= kept <= now else now


def _instant(said: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


@dataclass(slots=True)
class Preview:
    """One preview in the making."""

    asked: Asked
    seen: Seen
    report: Report
    held: Held
    moment: datetime
    rows: int = 0
    """That were read for it."""
    questions: int = 0
    took: float = 0.0
    sent: dict[str, orjson.Fragment] = field(default_factory=dict)

    def given(self) -> Any:
        """What the browser draws the pages of (`assets/report_pages.js`)."""
        until = perf_counter() + LONGEST_PREVIEW
        named = {one.id: self._named(one, until) for one in self.report.blocks if not isinstance(one, PageBreak)}
        freshness = self.asked.services.live.freshness()
        as_of = words.moment(min(freshness.as_of, self.moment), self.report.time_zone)
        made = pages(self.report, _("As of {moment}").format(moment=as_of))
        said = [
            {"paper": page.paper, "blocks": [(str(one.id), *named[one.id]) for one in page.blocks]} for page in made
        ]
        return orjson.Fragment(written({"moment": self.moment.isoformat(), "pages": said, "parts": self.sent}))

    def _named(self, block: Block, until: float) -> tuple[str | None, str]:
        """The names of its question and of its part, which is sent along where the browser has none of this name."""
        if not isinstance(block, Data):
            return None, self._part(block, None)
        question = self._question_name(block)
        known = self.held.answers.get(question)
        if known is not None:
            return question, known
        answer = self._answer(block) if perf_counter() <= until else None
        # What could not be read is asked again next time.
        return question if answer is not None else None, self._part(block, answer)

    def _question_name(self, block: Data) -> str:
        one = self.seen.principal
        rights = (one.person_id, one.administers, sorted(one.teaches_in), sorted(one.sections), self.seen.course)
        return _name(block, self.report.time_zone, words.current_locale(), self.moment, rights)

    def _answer(self, block: Data) -> Answer | None:
        """The answer, from the cache where it is known there; None where it cannot be had now."""
        reader, question, began = self.asked.services.reports, self.seen.limited(block.question), perf_counter()
        zone, as_of = self.report.time_zone, AsOf(self.moment)
        try:
            found = reader.answer(self.seen.principal, question, zone, as_of, chart=block.chart, bars=block.bars)
        except Unavailable:
            return None
        finally:
            self.took += perf_counter() - began
        self.questions += 1
        self.rows += len(found.rows)
        return found

    def _part(self, block: Block, answer: Answer | None) -> str:
        minimum = self.asked.services.settings.minimum_group_size
        name = _name(block, self.report.time_zone, words.current_locale(), answer, minimum)
        if name not in self.held.parts and name not in self.sent:
            ink = Ink(lambda block, answer: drawing_of(block, answer, SCREEN), minimum)
            self.sent[name] = orjson.Fragment(written(part_of(block, answer, ink)))
        return name

    def read_words(self) -> Any:
        """How much was read; where nothing was, what was said before stays."""
        if not self.questions:
            return no_update
        said = ngettext("{number} row read in {time} ms", "{number} rows read in {time} ms", self.rows)
        return said.format(number=words.number(self.rows), time=words.number(self.took * 1000))


def _name(block: Block, *depends_on: object) -> str:
    whole = (block.model_dump_json(), *depends_on)
    return blake2b(msgspec.msgpack.encode(whole), digest_size=12).hexdigest()


def show_preview(asked: Asked, wanted: object, seen_as: object, version: object, held: object) -> dict[str, Any]:
    """The pages of the document that is being edited with the reader's own figures, and what can be changed of the
    selected block."""
    del version  # that it has changed says that there is news
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
    known, now = Held.parse(held), asked.services.clock()
    moment = now if f"{ids.Shell.VERSION}.data" in ctx.triggered_prop_ids else known.moment_at(now)
    preview = Preview(asked, seen, report, known, moment)
    with use_locale(locale_of(report.locale)):
        sheet = preview.given()
    offers = {"number": number, **_offers(asked, seen, report, uuid_of(given.get("selected")))}
    return {"sheet": sheet, "foot": preview.read_words(), "offers": offers}


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


def register(registry: CallbackRegistry) -> None:
    """Connects the preview."""
    shown = Wiring(
        output={
            "sheet": Output(Names.SHEET, "given"),
            "foot": Output(Names.FOOT, "children"),
            "offers": Output(Names.OFFERS, "data"),
        },
        inputs={
            "wanted": Input(Names.WANTED, "data"),
            "seen_as": Input(Names.AS, "value"),
            "version": Input(ids.Shell.VERSION, "data"),
            "held": State(Names.HELD, "data"),
        },
        waits=True,
    )
    registry.register(Permission.REPORTS_PAGE, show_preview, shown)
    registry.app.clientside_callback(ClientsideFunction("report", "offered"), Input(Names.OFFERS, "data"))
