"""The rows of a card as a sheet, as those of reports: what is a number, a share, a time or a day is one in the file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from dashapp.components.card_reading import Card, Grid, Words
from dashapp.domain.reports.answers import ColumnKind, Value
from dashapp.figures.cells import Cell
from dashapp.figures.theme import Table
from dashapp.words import _
from exports.tables.sheets import Head, Row, Sheet, distinct, typed

NONE: Final = frozenset({"", "–"})
"""What a table reads where there is no value."""
KIND: Final = "kind"
"""By which a column of a grid says in its context what its values are."""


class Amounts(str):
    """Numbers along time as one text; on paper they are looked at rather than read."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """In their order."""
        made = cls(" ".join(map(str, values)))
        made.values = tuple(values)
        return made


@dataclass(frozen=True, slots=True)
class CardRows:
    """The rows of a card: the values, and beside them the same as texts, as they are read on the page."""

    values: tuple[Row, ...]
    texts: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        """How many."""
        return len(self.values)

    def __iter__(self) -> Iterator[Row]:
        """The values."""
        return iter(self.values)


@dataclass(frozen=True, slots=True)
class CardSheet(Sheet):
    """A sheet whose rows are known as texts, too."""

    rows: CardRows


def sheet_of_card(card: Card) -> CardSheet:
    """The rows of a card."""
    match card.numbers:
        case Table() as table:
            return _of_table(card.name, table)
        case Grid() as grid:
            return _of_grid(card.name, grid.columns, grid.rows)
        case Words() as words:
            return _of_words(card.name, words.head, words.rows)


def _of_table(name: str, table: Table) -> CardSheet:
    kinds = [_kind_of([row[place] for row in table.rows]) for place in range(len(table.head))]
    values = tuple(tuple(_value(kind, cell) for kind, cell in zip(kinds, row, strict=True)) for row in table.rows)
    return _sheet(name, list(zip(table.head, kinds, strict=True)), CardRows(values, table.rows))


def _of_grid(name: str, columns: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> CardSheet:
    """The rows of a grid, each with the columns that have a name. A row that is hidden says so, and nothing else."""
    shown = [column for column in columns if column.get("headerName") and column.get("field")]
    kinds = [ColumnKind((column.get("context") or {}).get(KIND, ColumnKind.TEXT)) for column in shown]
    fields = [str(column["field"]) for column in shown]
    values, texts = [], []
    for row in rows:
        said = _texts_of(row, fields)
        texts.append(said)
        plain = row.get("hidden")
        values.append(
            tuple(
                text if plain or kind is ColumnKind.TEXT else typed(kind, row.get(field))
                for kind, field, text in zip(kinds, fields, said, strict=True)
            )
        )
    heads = [(str(column["headerName"]), kind) for column, kind in zip(shown, kinds, strict=True)]
    return _sheet(name, heads, CardRows(tuple(values), tuple(texts)))


def _of_words(name: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> CardSheet:
    width = max([len(head), *map(len, rows)], default=0)
    whole = tuple((*row, *("" for _place in range(width - len(row)))) for row in rows)
    heads = [(title, ColumnKind.TEXT) for title in (*head, *("" for _place in range(width - len(head))))]
    return _sheet(name, heads, CardRows(whole, whole))


def _sheet(name: str, heads: Sequence[tuple[str, ColumnKind]], rows: CardRows) -> CardSheet:
    labels = [label for label, _kind in heads]
    named = [_with_unit(label, kind) for label, kind in heads]
    keys = distinct(named) if all(named) else named
    return CardSheet(name, name, tuple(map(Head, keys, labels, (kind for _label, kind in heads))), rows)


def _with_unit(label: str, kind: ColumnKind) -> str:
    """What the digits of a column are of, where they alone do not say so."""
    if kind is ColumnKind.PERCENT:
        return _("{name} (%)").format(name=label)
    return _("{name} (min)").format(name=label) if kind is ColumnKind.MINUTES else label


def _kind_of(cells: Sequence[str]) -> ColumnKind:
    """What all cells of a column are that know their value; texts where they are of several kinds, or none knows."""
    kinds = {cell.kind for cell in cells if isinstance(cell, Cell)}
    return kinds.pop() if len(kinds) == 1 else ColumnKind.TEXT


def _value(kind: ColumnKind, cell: str) -> Value:
    """A cell without a value in a column of values keeps its words: that it is hidden, or still to come."""
    if kind is not ColumnKind.TEXT and isinstance(cell, Cell):
        return typed(kind, cell.value)
    return None if kind is not ColumnKind.TEXT and cell in NONE else str(cell)


def _texts_of(row: Mapping[str, Any], fields: Sequence[str]) -> tuple[str, ...]:
    if row.get("hidden"):
        first = str(row.get(fields[0], ""))
        return (first, str(row.get("hidden_text", "")), *("" for _field in fields[2:]))
    return tuple(_text(row.get(f"{field}_text", row.get(field))) for field in fields)


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return Amounts.of(value)
    return "" if value is None else str(value)
