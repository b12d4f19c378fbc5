"""Numbers written large, and the stages of a funnel."""

from textwrap import wrap
from typing import Final

from dashapp import words
from dashapp.domain.reports.answers import Answer, Column, ColumnKind, Value
from dashapp.domain.reports.document import Data
from dashapp.figures.blocks.grid import LETTER, side_of, table_of_answer, value_text
from dashapp.figures.blocks.summary_blocks import number_summary, stages_summary
from dashapp.figures.blocks.twin import with_table
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.theme import Note, Screen, annotation, figure, plain
from dashapp.words import _
from dashapp.words.reports import column_word

VALUE_SIZE: Final = 26
ABOUT_THE_SAME: Final = 0.01
"""A difference of less than this share of the greater value is none."""


def numbers(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """Each measure with its name above and the difference to the period before below."""
    pairs, side = _pairs(answer), side_of(block, screen)
    notes: list[Json] = []
    for number, (column, value, before) in enumerate(pairs):
        at: Json = {"xref": "paper", "yref": "paper"}
        across = number / len(pairs)
        name = annotation(Note(across, 1, plain(column_word(column)), "ink-2"), screen, **at, yanchor="top")
        figure_said = value_text(value, column.kind) or "–"
        large = annotation(
            Note(across, 1, f"<b>{plain(figure_said)}</b>", "ink"), screen, **at, yanchor="top", yshift=-18
        )
        large["font"] = {"size": VALUE_SIZE, "color": screen.colour("ink")}
        notes += [name, large]
        if before is not None:
            lines = wrap(plain(difference(value, before, column.kind)), max(12, int(side / len(pairs) / LETTER)))
            said = annotation(Note(across, 1, "<br>".join(lines), "ink-2"), screen, **at)
            notes.append({**said, "yanchor": "top", "yshift": -54, "align": "left"})
    hidden: Json = {"visible": False, "fixedrange": True, "range": [0, 1]}
    layout: Json = {
        "margin": {"l": 4, "r": 4, "t": 8, "b": 4},
        "xaxis": hidden,
        "yaxis": hidden,
        "annotations": notes,
    }
    return figure([], layout, screen, with_table(answer, number_summary(answer)), str(block.id))


def _pairs(answer: Answer) -> list[tuple[Column, Value, Value]]:
    """(column, value, value of the period before) of each measure."""
    row = dict(zip((column.key for column in answer.columns), answer.rows[0], strict=True))
    return [
        (column, row[column.key], row.get(f"{column.key}_before")) for column in answer.columns if not column.before
    ]


def difference(value: Value, before: Value, kind: ColumnKind) -> str:
    """ "40 fewer than in the period before": a word, never an arrow."""
    if not isinstance(value, int | float) or not isinstance(before, int | float):
        return _("nothing to compare with")
    gap = value - before
    if abs(gap) < ABOUT_THE_SAME * max(abs(value), abs(before), 1):
        return _("about the same as in the period before")
    counted = kind in (ColumnKind.COUNT, ColumnKind.MINUTES)
    said = words.percent_points(gap) if kind is ColumnKind.PERCENT else value_text(abs(gap), kind)
    if counted:
        text = _("{amount} more than in the period before") if gap > 0 else _("{amount} less than in the period before")
    else:
        text = (
            _("{amount} higher than in the period before") if gap > 0 else _("{amount} lower than in the period before")
        )
    return text.format(amount=said)


def funnel(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """A bar per measure, the first one on top, each with its share of the first."""
    stages = [
        (column_word(column), float(value) if isinstance(value, int | float) else 0.0)
        for column, value in zip(answer.columns, answer.rows[0], strict=True)
    ]
    most = max((value for _name, value in stages), default=0.0) or 1.0
    first = stages[0][1]
    said = [_stage(name, value, first) for name, value in stages]
    trace: Json = {
        "type": "bar",
        "orientation": "h",
        "x": [value for _name, value in stages],
        "base": [-value / 2 for _name, value in stages],
        "y": list(range(len(stages))),
        "marker": {"color": [screen.colour(f"seq-{max(3, 6 - number)}") for number in range(len(stages))]},
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    layout: Json = {
        "margin": {"l": 4, "r": 4, "t": 4, "b": 4},
        "bargap": 0.55,
        "xaxis": {"visible": False, "range": [-most / 2 * 1.02, most / 2 * 1.02]},
        "yaxis": {"visible": False, "range": [len(stages) - 0.5, -0.75], "rangemode": "normal"},
        "annotations": [
            annotation(Note(0, number, plain(text), "ink"), screen, xanchor="center", yanchor="bottom", yshift=14)
            for number, text in enumerate(said)
        ],
    }
    return figure([trace], layout, screen, with_table(answer, stages_summary(answer)), str(block.id))


def _stage(name: str, value: float, first: float) -> str:
    if value == first or not first:
        return _("{what}: {value}").format(what=name, value=words.number(value))
    share = _("{value} ({share})").format(value=words.number(value), share=words.percent(100 * value / first))
    return _("{what}: {value}").format(what=name, value=share)


def table(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """No drawing, only the rows: a page or a document sets them as a table."""
    hidden: Json = {"visible": False, "fixedrange": True, "range": [0, 1]}
    twin = table_of_answer(answer)
    return figure([], {"xaxis": hidden, "yaxis": hidden}, screen, twin, str(block.id))
