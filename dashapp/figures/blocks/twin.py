"""The accessible twin of a block's figure: all rows of its answer, and a sentence."""

from dataclasses import replace

from dashapp.domain.reports.answers import Answer
from dashapp.figures.blocks.grid import table_of_answer
from dashapp.figures.theme import Table


def with_table(answer: Answer, said: str) -> Table:
    """The rows, and the sentence that says them in short."""
    return replace(table_of_answer(answer), summary=said)
