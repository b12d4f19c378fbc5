"""How much of a report is laid out as rows of tables: a document that people leaf through holds only so many."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from dashapp.domain.reports.answers import Answer, AnswerState
from dashapp.domain.reports.document import Chart, Report
from dashapp.domain.reports.exports import ExportFormat

MOST_LAID_ROWS: Final = 50_000
"""Of all tables together: some 1,000 pages. Files of tables hold any number."""
LAID_OUT: Final = frozenset({ExportFormat.PDF, ExportFormat.HTML})
"""Formats that are documents."""


def laid_rows(report: Report, answers: Mapping[UUID, Answer]) -> int:
    """The rows of all tables of a report; of a block without an answer none."""
    tables = (answers.get(block.id) for block in report.questions() if block.chart is Chart.TABLE)
    return sum(len(one.rows) for one in tables if one is not None and one.state is AnswerState.SHOWN)
