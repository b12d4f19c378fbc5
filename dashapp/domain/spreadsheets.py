"""What a file of values separated by commas needs so that a spreadsheet opens it as it is meant."""

import re
from typing import Final

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
