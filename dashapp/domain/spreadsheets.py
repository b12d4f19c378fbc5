"""What is written for spreadsheets: a cell must not become a formula in one."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet would take for the beginning of a formula: names and values come from senders."""
MARK: Final = "\ufeff"
"""Tells spreadsheets that a file is in UTF-8."""


def harmless(cell: object) -> object:
    """The cell, with a sign before it that keeps it a text where it would be a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
