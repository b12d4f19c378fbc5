"""What a file of values separated by commas needs so that a spreadsheet opens it as it is meant."""

import csv
import re
from collections.abc import Iterable
from typing import Final, Protocol

_BLANK: Final = r"[\s\u200b-\u200f\u2060\ufeff]"
FORMULA: Final = re.compile(rf"^(?=[\t\r\n])|(?:^|(?<=[;,|\t\r\n]))(?={_BLANK}*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a spreadsheet would see a formula begin: names come from senders. Also behind what other settings of it than a
comma take for the end of a cell, behind blanks that nobody sees, and with the wide signs that some read as the plain
ones."""
MARK: Final = "\ufeff"
"""Tells spreadsheets that the file is in UTF-8."""


def harmless(cell: object) -> object:
    """The same cell as a text that no spreadsheet takes for a formula: names come from senders."""
    return FORMULA.sub("'", cell) if isinstance(cell, str) else cell


class Written(Protocol):
    """An open file of text."""

    def write(self, text: str, /) -> object:
        """Takes text."""


def write_lines(file: Written, rows: Iterable[Iterable[object]], *, mark: bool = True) -> None:
    """Rows as CSV, the head first, of which no text is taken for a formula. `mark`: whether it begins with the sign by
    which spreadsheets know UTF-8."""
    if mark:
        file.write(MARK)
    csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)
