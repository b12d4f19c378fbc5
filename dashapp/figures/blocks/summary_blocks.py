"""What the figure of a block shows, in a sentence or a few, from its data."""

from collections.abc import Sequence
from typing import Final

from dashapp import words
from dashapp.domain.reports.answers import Answer, ColumnKind
from dashapp.figures.blocks.grid import Grid, Series, grid_of, parts_of, value_text
from dashapp.figures.summary import named, sentences, summary
from dashapp.words import _, ngettext
from dashapp.words.reports import column_word

MOST_SAID: Final = 3
"""Series that are told one by one; the table has all."""


def series_summary(grid: Grid, *, in_time: bool) -> str:
    """Highest, lowest and last of each of the first series."""
    told = [_one(one, grid, in_time=in_time) for one in grid.series[:MOST_SAID]]
    further = len(grid.series) - MOST_SAID
    return sentences(*told, _further(further))


def _one(one: Series, grid: Grid, *, in_time: bool) -> str:
    points = [(named(name), value) for name, value in zip(grid.names, one.values, strict=True) if value is not None]
    return summary(named(one.name), points, lambda value: value_text(value, grid.kind), in_time=in_time)


def _further(count: int) -> str:
    if count <= 0:
        return ""
    return ngettext("{number} further series", "{number} further series", count).format(number=words.number(count))


def number_summary(answer: Answer) -> str:
    """Every measure with its value, and that of the period before."""
    told = []
    for column, value in zip(answer.columns, answer.rows[0], strict=True):
        said = value_text(value, column.kind) or _("no figure")
        told.append(_("{what}: {value}").format(what=column_word(column), value=said))
    return sentences(*told)


def cells_summary(answer: Answer) -> str:
    """Of a map or of flows: where most and least is."""
    parts, figures = parts_of(answer)
    column = answer.columns[figures[0]]
    points = []
    for row in answer.rows:
        value = row[figures[0]]
        if isinstance(value, int | float):
            where = words.listing([named(value_text(row[part], answer.columns[part].kind)) for part in parts])
            points.append((where, float(value)))
    return summary(column_word(column), points, lambda value: value_text(value, column.kind), in_time=False)


def dots_summary(answer: Answer) -> str:
    """How many dots there are, and how far they reach on both axes."""
    _parts, figures = parts_of(answer)
    many = ngettext("{number} dot", "{number} dots", len(answer.rows)).format(number=words.number(len(answer.rows)))
    return sentences(many, *(_reach(answer, place) for place in figures))


def _reach(answer: Answer, place: int) -> str:
    column = answer.columns[place]
    values = [float(row[place]) for row in answer.rows if isinstance(row[place], int | float)]  # type: ignore[arg-type] # checked in the same line
    if not values:
        return ""
    low, high = (value_text(value, column.kind) for value in (min(values), max(values)))
    return _("{what} from {low} to {high}").format(what=column_word(column), low=low, high=high)


def spread_summary(name: str, values: Sequence[float], kind: ColumnKind) -> str:
    """Lowest, median and highest of single values."""
    if not values:
        return ""
    ordered = sorted(values)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    low, mid, high = (value_text(value, kind) for value in (ordered[0], middle, ordered[-1]))
    return _("{what}: {number} values from {low} to {high}, median {median}").format(
        what=named(name), number=words.number(len(ordered)), low=low, high=high, median=mid
    )


def stages_summary(answer: Answer) -> str:
    """Each stage with its share of the first one."""
    row = answer.rows[0]
    first = row[0] if isinstance(row[0], int | float) else 0
    told = []
    for column, value in zip(answer.columns, row, strict=True):
        said = value_text(value, column.kind) or _("no figure")
        if first and isinstance(value, int | float) and column is not answer.columns[0]:
            said = _("{value} ({share})").format(value=said, share=words.percent(100 * value / first))
        told.append(_("{what}: {value}").format(what=column_word(column), value=said))
    return sentences(*told)


def bars_summary(answer: Answer) -> str:
    """Of bars, by their categories."""
    grid = grid_of(answer)
    return series_summary(grid, in_time=grid.along.kind is ColumnKind.DAY)
