"""What a document that people leaf through can hold."""

from dashapp.domain.reports.exports import Trouble
from dashapp.domain.reports.laying import MOST_LAID_ROWS, laid_rows
from exports.content import Content
from exports.packing import ExportError


def demand_few_rows(content: Content) -> None:
    """Raises ExportError where all tables together have more rows: they are set in one piece, which takes memory and
    cannot be stopped in the middle."""
    rows = laid_rows(content.report, content.answers)
    if rows > MOST_LAID_ROWS:
        raise ExportError(Trouble.ROWS, f"The tables have {rows} rows; a document holds {MOST_LAID_ROWS}.")
