"""A report with figures of its own, so that each has to be drawn: for `benchmarks.exports`."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind, Value
from dashapp.domain.reports.document import Block, Chart, Data, PageBreak, Report
from dashapp.domain.reports.periods import Days, Grain
from dashapp.domain.reports.questions import Dimension, Question
from dashapp.figures.blocks import drawing_of
from dashapp.figures.theme import Screen
from exports.content import Content
from exports.wording import wording_for

WEEKS, COURSES = 20, 4
FIRST = date(2026, 1, 5)
COLUMNS = (
    Column("week", ColumnKind.DAY),
    Column("course", ColumnKind.TEXT),
    Column("active_learners", ColumnKind.COUNT, "active_learners"),
)
QUESTION = Question(measures=("active_learners",), grain=Grain.WEEK, split=Dimension.COURSE)


def report_of(first: int, charts: int) -> Content:
    """So many charts, each on a page, of figures that no other `first` has."""
    blocks: list[Block] = []
    for number in range(first, first + charts):
        blocks += [
            Data(id=UUID(int=2 * number + 1), chart=Chart.LINE, title=f"Active learners {number}", question=QUESTION),
            PageBreak(id=UUID(int=2 * number + 2)),
        ]
    report = Report(title="Active learners by week and course", blocks=tuple(blocks[:-1]))
    answers = {block.id: _answer(int(block.id)) for block in report.questions()}
    look = Screen()
    as_of = datetime(2026, 6, 1, 9, tzinfo=UTC)
    return Content(
        report, answers, as_of, "Small College", wording_for({}), lambda block, found: drawing_of(block, found, look)
    )


def _answer(seed: int) -> Answer:
    rows: list[tuple[Value, ...]] = [
        (FIRST + timedelta(weeks=week), f"Course {course}", 100 * course + (seed * 7 + week * (course + 3)) % 90)
        for course in range(1, COURSES + 1)
        for week in range(WEEKS)
    ]
    last = FIRST + timedelta(weeks=WEEKS, days=-1)
    return Answer(AnswerState.SHOWN, COLUMNS, tuple(rows), Days(FIRST, last))
