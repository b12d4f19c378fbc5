"""Tables of other systems as files: CSV, tab-separated text, or one JSON object a line, by the names of their columns.

Canvas writes `key.id` and `value.title` where its table has `id` and `title`; both are called as the table does.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ingest.csv_files import Bad, CsvFile, Line, what_is_no_text
from ingest.text_files import BROKEN, CUT_OFF, FileError, Looked, Opened, look

LONGEST_LINE = 16 << 20
"""Bytes: a line is held in memory."""
_SECTIONS = ("key.", "value.")


class Table:
    """One file of rows."""

    def __init__(self, looked: Looked, names: dict[str, str] | None = None) -> None:
        """`names`: what columns are called here → what the file calls them. Raises FileError for an empty file."""
        self.looked = looked
        self.name = looked.path.name
        if looked.longest_line > LONGEST_LINE:
            raise FileError(f"{self.name} has a line of more than {LONGEST_LINE >> 20} megabytes: it is no table.")
        self._renamed = {theirs.lower(): ours for ours, theirs in (names or {}).items()}
        self._csv = None if _is_json(looked) else CsvFile(looked)
        self.opened = self._csv.opened if self._csv is not None else Opened(looked)
        header = self._csv.header if self._csv is not None else _keys(looked)
        self._columns: dict[str, str] = {}
        for name in header:
            self._columns.setdefault(self._ours(name), name)

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns, in small letters."""
        return frozenset(self._columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The same in the order of the file."""
        return tuple(self._columns)

    def need(self, columns: Sequence[str]) -> None:
        """Raises FileError where one of these is missing."""
        missing = [name for name in columns if name not in self._columns]
        if missing:
            has = ", ".join(self._columns)
            what = "column" if len(missing) == 1 else "columns"
            raise FileError(f"{self.name} has no {what} {', '.join(missing)}; it has: {has[:500]}.")

    def rows(self, columns: Sequence[str], after: int = 0) -> Iterator[Line | Bad]:
        """The rows behind position `after`; "" stands for what a row or the file does not have."""
        if self._csv is None:
            return self._json_rows(columns, after)
        return self._csv.rows([self._columns.get(name, "") for name in columns], after)

    def values(self, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """The values of all rows that can be read; the others are met again where they are noted."""
        for row in self.rows(columns):
            if not isinstance(row, Bad):
                yield row.values

    def _ours(self, name: str) -> str:
        plain = name.strip().lower()
        if plain in self._renamed:
            return self._renamed[plain]
        for section in _SECTIONS:
            plain = plain.removeprefix(section)
        return plain

    def _json_rows(self, columns: Sequence[str], after: int) -> Iterator[Line | Bad]:
        decoder = msgspec.json.Decoder(dict[str, Any])
        number = 0
        with self.opened.bytes() as file:
            try:
                for number, line in enumerate(file, 1):
                    if number <= after or not line.strip():
                        continue
                    try:
                        values = _flat(decoder.decode(line))
                    except (msgspec.DecodeError, RecursionError, ValueError) as error:
                        yield Bad(number, None, f"no JSON object: {str(error)[:200]}", number)
                        continue
                    chosen = tuple([_text(values.get(name)) for name in columns])
                    wrong = next((name for name, one in zip(columns, chosen, strict=True) if "\0" in one), None)
                    if wrong is not None:
                        yield Bad(number, wrong, what_is_no_text("\0") or "", number)
                        continue
                    yield Line(number, number, chosen)
            except BROKEN:
                yield Bad(number + 1, None, CUT_OFF)


def open_table(looked: Looked, names: dict[str, str] | None = None) -> Table:
    """The table in a file that has been looked at."""
    return Table(looked, names)


def look_at(paths: Sequence[Any], encoding: str | None = None) -> list[Looked]:
    """Looks at all files, and at what lies in folders. Raises FileError."""
    found = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
            if not inside:
                raise FileError(f"There are no files in {path}.")
            found += [look(file, encoding) for file in inside]
        else:
            found.append(look(path, encoding))
    return found


def _is_json(looked: Looked) -> bool:
    with Opened(looked).text() as text:
        try:
            return text.read(64).lstrip("\ufeff \t\r\n").startswith("{")
        except BROKEN:
            return False


def _keys(looked: Looked) -> list[str]:
    """The names in the first object that can be read: a deleted row has fewer, so a few are looked at."""
    names: dict[str, None] = {}
    with Opened(looked).bytes() as file:
        try:
            for _, line in zip(range(100), file, strict=False):
                try:
                    names.update(dict.fromkeys(_flat(msgspec.json.decode(line, type=dict[str, Any]))))
                except (msgspec.DecodeError, RecursionError, ValueError):
                    continue
        except BROKEN:
            pass
    return list(names)


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """The fields of a record of Canvas Data, or of a plain object."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if name in ("key", "value") and isinstance(value, dict):
            found.update(value)
        elif isinstance(value, dict):
            found.update({f"{name}.{inner}": one for inner, one in value.items()})
        else:
            found[name] = value
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
