"""An answer as figures need it: categories along one side, a series of values for each line or kind of bar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from dashapp import words
from dashapp.domain.reports.answers import Answer, Column, ColumnKind, Value
from dashapp.domain.reports.document import Data, Width
from dashapp.domain.reports.measures import MEASURES
from dashapp.domain.reports.periods import Grain
from dashapp.figures.axes import Scale, count_scale, minutes_scale
from dashapp.figures.drawing import Json
from dashapp.figures.theme import Note, Screen, Table, annotation
from dashapp.words import _, ngettext
from dashapp.words.reports import column_word

Number = float | None
LETTER: Final = 7.0
"""px of a letter of 12 px, on the wide side."""
MOST_SERIES: Final = 40
"""Lines, or kinds of bars, in one plot; the table has all."""
SHORT: Final = 6
"""Letters of names so short that they are thinned out, not cut: of hours, say."""
LONGEST_UPRIGHT: Final = 12
"""Letters of a name that stands upright below a chart."""
_SIDES: Final = {Width.FULL: 560, Width.TWO_THIRDS: 400, Width.HALF: 290, Width.THIRD: 200}


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values, one for each category; None: there is none."""

    name: str
    values: tuple[Number, ...]
    before: bool = False
    """Of the period before."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Categories and series."""

    categories: tuple[Value, ...]
    along: Column
    """What the categories are of."""
    series: tuple[Series, ...]
    kind: ColumnKind
    by: Column | None = None
    """What the series are of; None: of measures."""

    @property
    def highest(self) -> float:
        """The greatest value; 0 where there is none."""
        return max((value or 0.0 for one in self.series for value in one.values), default=0.0)

    @property
    def names(self) -> tuple[str, ...]:
        """The categories in words."""
        return tuple(category_text(value, self.along) for value in self.categories)


def parts_of(answer: Answer) -> tuple[list[int], list[int]]:
    """The places of what divides, and of figures, among the columns."""
    figures = [place for place, column in enumerate(answer.columns) if column.measure is not None]
    return [place for place in range(len(answer.columns)) if place not in figures], figures


def grid_of(answer: Answer) -> Grid:
    """Of an answer that is divided by one or two parts: the first is the categories, the second the series."""
    parts, figures = parts_of(answer)
    along = answer.columns[parts[0]]
    categories = tuple(dict.fromkeys(row[parts[0]] for row in answer.rows))
    kind = answer.columns[figures[0]].kind
    if len(parts) == 1:
        found = {row[parts[0]]: row for row in answer.rows}
        series = tuple(
            Series(
                _("Period before") if answer.columns[place].before else column_word(answer.columns[place]),
                tuple(_number(found[each][place]) for each in categories),
                answer.columns[place].before,
            )
            for place in figures
        )
        return Grid(categories, along, series, kind)
    names = tuple(dict.fromkeys(row[parts[1]] for row in answer.rows))
    cells = {(row[parts[0]], row[parts[1]]): _number(row[figures[0]]) for row in answer.rows}
    series = tuple(Series(str(name), tuple(cells.get((each, name)) for each in categories)) for name in names)
    return Grid(categories, along, series, kind, answer.columns[parts[1]])


def _number(value: Value) -> Number:
    return float(value) if isinstance(value, int | float) else None


def bounded(grid: Grid, *, together: bool) -> tuple[Grid, int]:
    """The grid with the greatest series only, where there are more than a browser draws with ease, and how many are
    not drawn. `together`: their parts add up, so that the others are one series."""
    if len(grid.series) <= MOST_SERIES:
        return grid, 0
    order = sorted(range(len(grid.series)), key=lambda place: -sum(each or 0.0 for each in grid.series[place].values))
    kept = set(order[: MOST_SERIES - 1] if together else order[:MOST_SERIES])
    series = [one for place, one in enumerate(grid.series) if place in kept]
    others = [one for place, one in enumerate(grid.series) if place not in kept]
    if together:
        sums = [sum(one.values[place] or 0.0 for one in others) for place in range(len(grid.categories))]
        series.append(Series(others_text(len(others)), tuple(sums)))
    return replace(grid, series=tuple(series)), 0 if together else len(others)


def others_text(count: int) -> str:
    """What the small ones are called together."""
    return ngettext("{number} other", "{number} others", count).format(number=words.number(count))


def not_drawn(count: int, screen: Screen) -> list[Json]:
    """A line above the plot that says that not all is in it."""
    if not count:
        return []
    said = ngettext("{number} more in the table", "{number} more in the table", count)
    note = Note(1, 1, said.format(number=words.number(count)), "ink-3")
    return [annotation(note, screen, xref="paper", yref="paper", xanchor="right", yanchor="bottom")]


# ------------------------------------------------------------------ in words


def value_text(value: Value, kind: ColumnKind) -> str:
    """A value with its unit; nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, str):
        return value
    match kind:
        case ColumnKind.PERCENT:
            return words.percent(value)
        case ColumnKind.MINUTES:
            return words.duration(value)
        case ColumnKind.NUMBER:
            return words.number(value, 1)
        case _:
            return words.number(value)


def category_text(value: Value, column: Column) -> str:
    """A category as a table and a tooltip name it."""
    if not isinstance(value, date):
        return "" if value is None else str(value)
    if column.key == Grain.MONTH.value:
        return f"{words.month(value)} {value.year}"
    return words.day(value)


def tick_text(value: Value, column: Column) -> str:
    """A category below its axis."""
    if not isinstance(value, date):
        return "" if value is None else str(value)
    if column.key == Grain.MONTH.value:
        return f"{words.month(value)} {value.year}" if value.month == 1 else words.month(value)
    return words.short_day(value)


def cut(text: str, letters: int) -> str:
    """A text that is not longer than there is room for."""
    return text if len(text) <= letters else f"{text[: max(1, letters - 1)].rstrip()}…"


def table_of_answer(answer: Answer) -> Table:
    """All rows, ready to be read."""
    head = tuple(column_word(column) for column in answer.columns)
    rows = tuple(
        tuple(_cell(value, column) for value, column in zip(row, answer.columns, strict=True)) for row in answer.rows
    )
    return Table(head, rows)


def _cell(value: Value, column: Column) -> str:
    if column.measure is None:
        return category_text(value, column)
    return value_text(value, column.kind) or "–"


# ------------------------------------------------------------------ axes


def scale_of(highest: float, kind: ColumnKind) -> Scale:
    """An axis from 0 for values of this kind."""
    match kind:
        case ColumnKind.MINUTES:
            return minutes_scale(highest)
        case ColumnKind.PERCENT:
            return _percent_scale(highest)
        case _:
            return count_scale(highest)


def _percent_scale(highest: float) -> Scale:
    """Up to the next ten where all are small, so that they can be told apart; else up to 100."""
    top = 100 if highest > 50 else max(10, 10 * -(-int(highest + 0.999) // 10))
    step = {10: 5, 20: 5, 30: 10, 40: 10, 50: 10}.get(top, 25)
    ticks = list(range(0, top + 1, step))
    texts = [words.number(tick) for tick in ticks[:-1]] + [words.percent(ticks[-1])]
    return Scale(tuple(ticks), tuple(texts), max(top, highest) * 1.03)


def time_ticks(grid: Grid, narrow: bool) -> Json:
    """Ticks of an axis whose positions are 0, 1, 2 …: as many as there is room for."""
    return _thinned([tick_text(value, grid.along) for value in grid.categories], 4 if narrow else 7)


def side_of(block: Data, screen: Screen) -> int:
    """px across which a block has at least, for which names are cut."""
    return min(_SIDES[block.width], 260) if screen.narrow else _SIDES[block.width]


def name_ticks(grid: Grid, side: int, most: int) -> Json:
    """Names below an axis whose positions are 0, 1, 2 …, at most so many. Where the room of each is too small for them,
    they stand upright: cut, those of two courses could be the same."""
    texts = [tick_text(value, grid.along) for value in grid.categories]
    count, longest = len(texts), max((len(text) for text in texts), default=0)
    every = max(1, -(-count // most))
    if longest <= SHORT:
        every = max(every, -(-int(count * (longest + 1) * LETTER) // side))
    # A name may take the room of the names that are left out beside it.
    letters = max(3, int(every * side / max(1, count) / LETTER))
    places = list(range(0, count, every))
    upright = letters < min(longest, LONGEST_UPRIGHT)
    shown = [cut(texts[place], LONGEST_UPRIGHT if upright else letters) for place in places]
    return {"tickvals": places, "ticktext": shown, **({"tickangle": -90} if upright else {})}


def _thinned(texts: Sequence[str], room: int) -> Json:
    every = max(1, -(-len(texts) // room))
    places = list(range(0, len(texts), every))
    return {"tickvals": places, "ticktext": [texts[place] for place in places]}


def is_time(column: Column) -> bool:
    """Whether a column holds days."""
    return column.kind is ColumnKind.DAY


def adds_up(answer: Answer) -> bool:
    """Whether parts of the first measure add up to the whole."""
    _parts, figures = parts_of(answer)
    measure = answer.columns[figures[0]].measure
    return measure is not None and measure in MEASURES and MEASURES[measure].adds_up
