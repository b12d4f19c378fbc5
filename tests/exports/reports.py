"""A report with answers that are made by hand, for tests of the files that are made from it."""

from datetime import UTC, date, datetime
from uuid import UUID

from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind, Value
from dashapp.domain.reports.document import Block, Chart, Data, Heading, PageBreak, Report, Text, Width
from dashapp.domain.reports.periods import Days
from dashapp.domain.reports.questions import Question
from dashapp.figures.drawing import Drawing
from dashapp.figures.theme import Screen, Table, figure
from exports.content import Content, Wording

AS_OF = datetime(2026, 3, 16, 9, 30, 5, tzinfo=UTC)
DAYS = Days(date(2026, 2, 16), date(2026, 3, 15))
NASTY = (
    "=cmd|' /C calc'!A1",
    "+1+1",
    "@SUM(1)",
    "-2",
    "\t=1",
    'He said "yes", then\nleft',
    "#set page(width: 1pt)",
    "<script>alert(1)</script> & <b>bold</b>",
    "*not bold* _x_ `code` $math$ \\ ~ [link](javascript:alert(1))",
    "ملاحظة للطلاب",
    "שלום \u202eabc",
    "",
    "N" * 500,
    "日本語 · Ω ≤ ½",
    "https://example.org/x",
    "null",
    "1e5",
    "007",
)
COLUMNS = (
    Column("course", ColumnKind.TEXT),
    Column("week", ColumnKind.DAY),
    Column("events", ColumnKind.COUNT, "events"),
    Column("score_median", ColumnKind.PERCENT, "score_median"),
    Column("minutes", ColumnKind.MINUTES, "minutes"),
    Column("minutes_before", ColumnKind.MINUTES, "minutes", before=True),
    Column("ratio", ColumnKind.NUMBER),
    Column("seen_at", ColumnKind.INSTANT),
)


def identified(number: int) -> UUID:
    return UUID(int=number)


def nasty_answer() -> Answer:
    rows: list[tuple[Value, ...]] = [
        (name, date(2026, 3, 2), place * 1000, place / 3, 61.5 * place, None, -0.1 * place, AS_OF)
        for place, name in enumerate(NASTY)
    ]
    rows.append((None, None, 0, None, None, None, None, None))
    return Answer(AnswerState.SHOWN, COLUMNS, tuple(rows), DAYS, hidden=2, left_out=7)


def asking(number: int, chart: Chart = Chart.BAR, title: str = "", width: Width = Width.FULL) -> Data:
    question = Question(measures=("events",))
    return Data(id=identified(number), chart=chart, title=title, question=question, width=width)


def drawn(block: Data, answer: Answer) -> Drawing:
    trace = {
        "type": "bar",
        "x": [str(row[0])[:12] for row in answer.rows[:6]],
        "y": [row[2] or 0 for row in answer.rows[:6]],
        "marker": {"color": Screen().colour("chart-me")},
    }
    table = Table(("Course", "Events"), (), summary=f"{block.title or 'Events'}: more each week")
    return figure([trace], {}, Screen(), table, str(block.id))


WORDING = Wording(
    column=lambda column: f"{column.key.replace('_', ' ').title()}{' before' if column.before else ''}",
    question=lambda question: f"Question about {', '.join(question.measures)}",
    choice=lambda question: "Faculty of Science" if question.choice.units else "All courses",
)


def content(*blocks: Block, **more: object) -> Content:
    asked = [block for block in blocks if isinstance(block, Data)]
    given = {"title": "Weekly report", "time_zone": "Europe/Berlin", **more}
    report = Report.model_validate({**given, "blocks": [block.model_dump() for block in blocks]})
    return Content(report, {block.id: nasty_answer() for block in asked}, AS_OF, "Small College", WORDING, drawn)


__all__ = ["AS_OF", "NASTY", "Heading", "PageBreak", "Text", "asking", "content", "drawn", "identified", "nasty_answer"]
