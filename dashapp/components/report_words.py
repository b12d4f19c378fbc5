"""What the blocks of a report are called, and how their values are said."""

from datetime import date, datetime

from dashapp import words
from dashapp.domain.reports.answers import Column, ColumnKind, Value
from dashapp.domain.reports.document import Bars, Block, Chart, Data, Heading, PageBreak, Text
from dashapp.domain.reports.questions import Question
from dashapp.words import _
from dashapp.words.report_periods import period_word
from dashapp.words.reports import chart_word, dimension_word, grain_word, inside, measure_word, question_text

_SHAPES = {
    Chart.KPI: "number",
    Chart.LINE: "line",
    Chart.AREA: "area",
    Chart.BAR: "columns",
    Chart.SCATTER: "dots",
    Chart.HISTOGRAM: "columns",
    Chart.BOX: "box",
    Chart.HEAT_MAP: "heat",
    Chart.TREE_MAP: "tree",
    Chart.FUNNEL: "funnel",
    Chart.SANKEY: "flows",
    Chart.TABLE: "table",
}


def shape_of(block: Block) -> str:
    """The name of the small drawing that stands for a block (`assets/reports.css`)."""
    match block:
        case Heading():
            return "heading"
        case Text():
            return "text"
        case PageBreak():
            return "page"
        case Data(chart=Chart.BAR, bars=Bars.HORIZONTAL):
            return "bars"
        case Data():
            return _SHAPES[block.chart]


def block_name(block: Block) -> str:
    """What a block is called in the builder."""
    match block:
        case Heading():
            return block.text or _("Heading")
        case Text():
            return " ".join(block.text.split())[:80] or _("Text")
        case PageBreak():
            return _("New page")
        case Data():
            return block.title or question_text(block.question)


def block_line(block: Block) -> str:
    """What it consists of, below its name."""
    match block:
        case Heading():
            return _("Heading")
        case Text():
            return _("Text")
        case PageBreak():
            return ""
        case Data():
            parts = question_parts(block.question)
            # The measure of an untitled number is its name already.
            told = parts[1:] if block.chart is Chart.KPI and not block.title else parts
            return " · ".join([chart_word(block.chart), *told])


def question_parts(question: Question) -> list[str]:
    """Measures, divisions and time of a question, each by itself."""
    parts = [words.listing([measure_word(key) for key in question.measures])]
    if question.grain is not None:
        parts.append(_("per {grain}").format(grain=inside(grain_word(question.grain))))
    for each in (question.split, question.across):
        if each is not None:
            parts.append(_("by {dimension}").format(dimension=inside(dimension_word(each))))
    parts.append(period_word(question.period))
    return parts


def value_text(column: Column, value: Value) -> str:
    """A value of an answer as people read it; a dash where there is none."""
    if value is None:
        return "–"
    match column.kind:
        case ColumnKind.PERCENT if isinstance(value, int | float):
            return words.percent(value)
        case ColumnKind.MINUTES if isinstance(value, int | float):
            return words.duration(value)
        case ColumnKind.COUNT | ColumnKind.NUMBER if isinstance(value, int | float):
            return words.number(value) if column.kind is ColumnKind.COUNT else words.number(value, 1)
        case ColumnKind.DAY if isinstance(value, date) and not isinstance(value, datetime):
            return words.month(value) if column.key == "month" else words.short_day(value)
        case _:
            return str(value)


def is_figure(column: Column) -> bool:
    """Whether a column holds figures, which stand at its end."""
    return column.kind in (ColumnKind.COUNT, ColumnKind.NUMBER, ColumnKind.PERCENT, ColumnKind.MINUTES)
