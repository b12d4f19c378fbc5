"""The list of reports, the builder and its preview: slots and values fit, states differ, every text is translated."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import report_builder, report_downloads, report_sharing, reports
from dashapp.components.links import Links
from dashapp.components.report_inspector import controls_of, controls_of_report
from dashapp.components.report_palette import questions
from dashapp.components.report_sheet import Ink, difference, pages, part_of
from dashapp.components.report_words import block_line, block_name, shape_of, value_text
from dashapp.domain.audience import Audience
from dashapp.domain.keys import PublicId
from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind
from dashapp.domain.reports.document import Bars, Block, Chart, Data, Heading, PageBreak, Report, Text
from dashapp.domain.reports.exports import ExportFormat, ExportRun, ExportState, Trouble
from dashapp.domain.reports.keeping import Colleague, ListedReport, ReportShare, ReportVersion, ShareRole
from dashapp.domain.reports.palette import OFFERS
from dashapp.domain.reports.periods import Fixed, Grain, Moving, Unit
from dashapp.domain.reports.questions import Choice, Dimension, Order, Question
from dashapp.domain.reports.templates import TEMPLATES
from dashapp.domain.views import Freshness
from dashapp.figures.blocks import drawing_of
from dashapp.figures.drawing import Drawing
from dashapp.figures.theme import Screen
from dashapp.words import PSEUDO_LOCALE, use_locale
from dashapp.words.report_periods import period_word
from tests.components.test_components import text_of
from tests.words.visible import untranslated

NOW = datetime(2026, 5, 7, 9, 30, tzinfo=UTC)
FRESHNESS = Freshness(NOW, 0.0, zone="Europe/Berlin")
ROW = ListedReport(uuid4(), "Weekly", "Tess Thorne", own=True, may_edit=True, shares=2, changed_at=NOW)
ROWS = (ROW, replace(ROW, public_id=uuid4(), title="", own=False, may_edit=False), replace(ROW, shares=0))
COUNT, SHARE = Column("events", ColumnKind.COUNT, "events"), Column("share_active", ColumnKind.PERCENT, "share_active")
COURSE = Column("course", ColumnKind.TEXT)
QUESTION = Question(measures=("events",), split=Dimension.COURSE, period=Moving(count=4))


def block(chart: Chart = Chart.TABLE, **parts: Any) -> Data:
    return Data(**{"id": uuid4(), "chart": chart, "question": QUESTION, **parts})


def draw(block: Data, answer: Answer) -> Drawing:
    return drawing_of(block, answer, Screen())


def drawn(*blocks: Block, answers: dict[UUID, Answer] | None = None) -> str:
    found, ink = answers or {}, Ink(draw, 5)
    made = pages(Report(title="Weekly", blocks=blocks), "As of then")
    on = [[text_of(part_of(one, found.get(one.id), ink)) for one in page.blocks] for page in made]
    return "\n".join("\n".join([*parts, text_of(page.paper)]) for parts, page in zip(on, made, strict=True))


def shown(one: Data, answer: Answer) -> str:
    return drawn(one, answers={one.id: answer})


def test_every_slot_of_the_list_points_to_a_component_of_the_empty_page() -> None:
    body: Component = reports.body()
    known = {str(each.id) for each in (body, *body._traverse()) if isinstance(each, Component) and hasattr(each, "id")}

    assert {slot.id for name, slot in reports.slots().items() if name != "asof"} <= known
    filled = reports.fill(reports.Listed(ROWS), tuple(TEMPLATES.values()), Links(), FRESHNESS)
    assert set(filled) == set(reports.slots())
    said = text_of(filled["rows"])
    for part in ("Weekly", "A report without a title", "you", "with 2", "you may read it", "with nobody", "today"):
        assert part in said
    assert filled["title"] == "3 reports"
    assert reports.fill(reports.Listed(()), (), Links(), FRESHNESS)["title"] == "There is no report yet"


def test_pages_are_parted_by_breaks_and_numbered() -> None:
    said = drawn(Heading(id=uuid4(), text="One"), PageBreak(id=uuid4()), Text(id=uuid4(), text="**Two**"))

    assert said.index("One") < said.index("1 of 2") < said.index("2 of 2")
    assert "Nothing stands on this page yet." in drawn()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(AnswerState.NO_DATA), "No data yet"),
        (Answer(AnswerState.HIDDEN), "Fewer than 5 learners"),
        (Answer(AnswerState.REFUSED, reason="Choose one."), "This makes no sense togetherChoose one."),
        (Answer(AnswerState.GONE, reason="It is gone."), "This measure is goneIt is gone."),
    ],
)
def test_what_cannot_be_shown_says_why_and_never_looks_like_something_else(answer: Answer, words: str) -> None:
    assert words in shown(block(), answer)


def test_a_block_without_an_answer_says_so_and_the_others_stay() -> None:
    whole, lost = block(title="Whole"), block(title="Lost")
    said = drawn(whole, lost, answers={whole.id: Answer(AnswerState.SHOWN, (COURSE, COUNT), (("ALG 1", 5),))})

    assert "ALG 1" in said
    assert "This could not be read" in said


def test_a_table_says_what_it_does_not_show() -> None:
    rows = tuple((f"C {number}", number * 1000) for number in range(20))
    said = shown(block(), Answer(AnswerState.SHOWN, (COURSE, COUNT), rows, hidden=2, left_out=3, notes=("A note.",)))

    for part in ("C 14", "14\u202f000", "5 further rows in the document", "2 rows are hidden", "3 further rows"):
        assert part in said
    assert "C 15" not in said
    assert "A note." in said


def test_a_number_stands_beside_the_period_before() -> None:
    before = Column("events_before", ColumnKind.COUNT, "events", before=True)
    said = shown(block(Chart.KPI), Answer(AnswerState.SHOWN, (COUNT, before), ((1200, 1000),)))

    assert "1\u202f200" in said
    assert "200 more than before" in said
    assert difference(COUNT, 5, 9) == "4 fewer than before"
    assert difference(COUNT, 5, 5) == "as in the period before"
    assert difference(COUNT, 5, None) == "no figure of the period before"
    assert difference(SHARE, 70.2, 60.0) == "10\u00a0points higher than before"


def test_values_are_said_in_their_units() -> None:
    day = Column("week", ColumnKind.DAY)
    assert value_text(SHARE, 59.6) == "60\u00a0%"
    assert value_text(Column("minutes", ColumnKind.MINUTES, "minutes"), 179) == "2\u00a0h 59\u00a0min"
    assert value_text(day, date(2026, 5, 4)) == "4 May"
    assert value_text(replace(day, key="month"), date(2026, 5, 1)) == "May"
    assert value_text(COUNT, None) == "–"
    assert value_text(COURSE, "ALG 1") == "ALG 1"


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Moving(count=4), "last 4 full weeks"),
        (Moving(count=1), "last full week"),
        (Moving(count=1, unit=Unit.MONTH, whole=False), "this month so far"),
        (Moving(count=7, unit=Unit.DAY, whole=False), "last 7 days with today"),
        (Fixed(first=date(2026, 5, 1), last=date(2026, 5, 7)), "1 May to 7 May"),
    ],
)
def test_a_time_is_said_in_words(period: Moving | Fixed, words: str) -> None:
    assert period_word(period) == words


def test_blocks_are_called_by_their_titles_or_their_questions() -> None:
    assert block_name(block(title="Mine")) == "Mine"
    assert block_name(block()) == "Events by course"
    assert block_line(block()) == "Table · Events · by course · last 4 full weeks"
    assert shape_of(block(Chart.BAR, bars=Bars.HORIZONTAL)) == "bars"
    assert block_name(Text(id=uuid4())) == "Text"


def test_controls_say_what_holds_and_what_each_choice_changes() -> None:
    one = block(question=QUESTION.model_copy(update={"order": Order(by="events"), "limit": 5}))
    controls = {each["name"]: each for each in controls_of(one, Audience.AGGREGATE, ("2026-04-06", "2026-05-03"), 5)}

    assert controls["split"]["value"] == "course"
    assert controls["order"]["value"] == "events-True"
    assert (controls["limit"]["value"], controls["limit"]["path"]) == (5, ["question", "limit"])
    assert controls["period"]["value"] == "4-week-whole"
    fixed = controls["period"]["options"][-1]["change"]["question"]["period"]
    assert fixed == {"kind": "fixed", "first": "2026-04-06", "last": "2026-05-03"}
    assert "staff of their courses only" in controls["choice"]["why"]["sections"]
    assert controls["choice"]["why"]["courses"] is None
    assert controls["privacy"]["kind"] == "locked"
    learner = next(each for each in controls["split"]["options"] if each["value"] == "learner")
    assert "change" not in learner
    assert learner["why"]
    assert json.dumps(list(controls.values()))


def test_a_fixed_time_has_its_days_and_a_plain_part_its_words() -> None:
    one = block(question=QUESTION.model_copy(update={"period": Fixed(first=date(2026, 5, 1), last=date(2026, 5, 7))}))
    controls = {each["name"]: each for each in controls_of(one, Audience.NAMED, ("", ""), 5)}

    assert controls["days"]["value"] == ["2026-05-01", "2026-05-07"]
    assert "privacy" not in controls
    assert [each["name"] for each in controls_of(Text(id=uuid4()), Audience.NAMED, ("", ""), 5)] == ["text"]
    assert [each["name"] for each in controls_of(Heading(id=uuid4()), Audience.NAMED, ("", ""), 5)] == ["text", "level"]
    assert controls_of(PageBreak(id=uuid4()), Audience.NAMED, ("", ""), 5) == []


def test_palettes_hold_only_what_makes_sense_for_the_reader() -> None:
    named, grouped = text_of(questions(Audience.NAMED)), text_of(questions(Audience.AGGREGATE))

    assert "Who has done least?" in named
    assert "Who has done least?" not in grouped
    assert all(one.title in named for one in OFFERS.values())


RUN = ExportRun(
    public_id=uuid4(),
    title="Weekly",
    form=ExportFormat.PDF,
    state=ExportState.RUNNING,
    requested_at=NOW,
    started_at=NOW,
    finished_at=None,
    steps_done=2,
    steps=7,
    name=None,
    bytes=None,
    rows=None,
    sha256=None,
    trouble=None,
    expires_at=None,
)
RUNS = (
    RUN,
    replace(RUN, steps=None),
    *(replace(RUN, state=state) for state in ExportState if state is not ExportState.RUNNING),
    *(replace(RUN, state=ExportState.FAILED, trouble=trouble) for trouble in Trouble),
    *(replace(RUN, form=form, rows=1200, expires_at=NOW, state=ExportState.DONE) for form in ExportFormat),
)


def test_a_file_says_how_far_it_is_what_came_of_it_and_where_it_is() -> None:
    links = Links("/la/")

    [bar] = [
        one
        for one in report_downloads.rows([RUN], links, "UTC", ids.Report.download)._traverse()
        if type(one).__name__ == "Progress"
    ]
    assert (bar.value, bar.max) == ("2", "7")
    done = report_downloads.rows(
        [replace(RUN, state=ExportState.DONE, rows=1200, expires_at=NOW)], links, "UTC", ids.Report.download
    )
    assert "1\u202f200 rows, kept until 7 May, 09:30:00" in text_of(done)
    assert [one.href for one in done._traverse() if hasattr(one, "href")] == [f"/la/exports/{RUN.public_id}"]
    failed = text_of(
        report_downloads.rows(
            [replace(RUN, state=ExportState.FAILED, trouble=Trouble.SPACE)], links, "UTC", ids.Report.download
        )
    )
    assert "The disk of the service is full" in failed
    assert text_of(report_downloads.rows([], links, "UTC", ids.Report.download)) == "No file has been made yet."


def test_every_text_is_translated() -> None:
    share = ReportShare(uuid4(), ShareRole.TEACHERS, "", may_edit=True)
    shares = (share, replace(share, role=None, name="Tess Thorne", may_edit=False))
    versions = (ReportVersion(2, NOW, "Tess Thorne"), ReportVersion(1, NOW, ""))
    blocks = [block(chart) for chart in (Chart.BAR, Chart.LINE)]
    asked = Question(measures=("events",), grain=Grain.WEEK, split=Dimension.COURSE, choice=Choice(units=("Science",)))
    with use_locale(PSEUDO_LOCALE):
        texts: list[Any] = [reports.body(), report_builder.body(), questions(Audience.NAMED)]
        texts += [
            value
            for name, value in reports.fill(reports.Listed(ROWS), tuple(TEMPLATES.values()), Links(), FRESHNESS).items()
        ]
        texts += [report_sharing.share_rows(shares), report_sharing.share_rows(())]
        texts += [report_sharing.version_rows(versions, "UTC"), report_sharing.version_rows((), "UTC")]
        texts += [report_sharing.colleague_rows((), "x"), report_sharing.colleague_rows((), "")]
        texts += [report_sharing.colleague_rows((Colleague(PublicId(uuid4()), "Tess Thorne"),), "x")]
        texts += [
            report_downloads.rows(RUNS, Links(), "UTC", ids.Report.download),
            report_downloads.rows((), Links(), "UTC", ids.Report.download),
        ]
        labels = [
            each["label"]
            for one in (*blocks, block(question=asked))
            for each in controls_of(one, Audience.AGGREGATE, ("", ""), 5)
        ]
        labels += [each["label"] for each in controls_of_report(Report())]
        labels += [option["label"] for each in controls_of_report(Report())[3:] for option in each["options"]]
    known = ("Tess Thorne", "Weekly", "la-page la-reports", "A4", "en-XA-u-nu-latn", "/schedules")
    assert untranslated([*texts, *labels], known) == []
