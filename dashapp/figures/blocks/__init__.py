"""Figures of reports' blocks: a block and its answer in, `Drawing` out. An answer without figures draws words."""

from collections.abc import Callable
from textwrap import wrap
from types import MappingProxyType
from typing import Final

from dashapp.domain.reports.answers import Answer, AnswerState
from dashapp.domain.reports.document import Chart, Data
from dashapp.figures.blocks.bars import bars
from dashapp.figures.blocks.dots import dots
from dashapp.figures.blocks.grid import table_of_answer
from dashapp.figures.blocks.heat_map import heat_map
from dashapp.figures.blocks.lines import lines
from dashapp.figures.blocks.numbers import funnel, numbers, table
from dashapp.figures.blocks.parts import flows, tree_map
from dashapp.figures.blocks.spreads import boxes, histogram
from dashapp.figures.drawing import Drawing
from dashapp.figures.theme import Screen, plain
from dashapp.figures.theme import words as only_words
from dashapp.words import _

__all__ = ["drawing_of", "state_text", "table_of_answer"]

LINE_LETTERS: Final = 60
"""Of a sentence that stands in place of a figure."""
Draw = Callable[[Data, Answer, Screen], Drawing]

_DRAWN: Final = MappingProxyType[Chart, Draw](
    {
        Chart.KPI: numbers,
        Chart.LINE: lines,
        Chart.AREA: lines,
        Chart.BAR: bars,
        Chart.SCATTER: dots,
        Chart.HISTOGRAM: histogram,
        Chart.BOX: boxes,
        Chart.HEAT_MAP: heat_map,
        Chart.TREE_MAP: tree_map,
        Chart.FUNNEL: funnel,
        Chart.SANKEY: flows,
        Chart.TABLE: table,
    }
)


def drawing_of(block: Data, answer: Answer, look: Screen) -> Drawing:
    """The figure of a block; what is to be said in its place where there is nothing to see."""
    said = state_text(answer)
    if said:
        return only_words("<br>".join(wrap(plain(said), LINE_LETTERS)), look, str(block.id))
    return _DRAWN[block.chart](block, answer, look)


def state_text(answer: Answer) -> str:
    """Why there is nothing to see; empty where there is."""
    match answer.state:
        case AnswerState.SHOWN:
            return ""
        case AnswerState.NO_DATA:
            return _("Nothing was recorded in this time")
        case AnswerState.HIDDEN:
            return _("Hidden for privacy: too few learners")
        case _:
            return answer.reason
