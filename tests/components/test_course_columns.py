"""The columns of the list of courses have room for what they say of large courses."""

import pytest

from dashapp import words
from dashapp.components.course_comparison import course_columns
from dashapp.figures.font import width
from dashapp.words import use_locale

LETTERS, BESIDE = 13, 16
"""px of the list's letters, and beside them on both sides of a cell."""


@pytest.mark.parametrize(
    ("locale", "change"),
    [("en", "9,999 fewer"), ("de", "9.999 weniger"), ("fr", "9 999 de moins"), ("es", "9.999 menos")],
)
def test_what_is_said_of_thousands_has_room(locale: str, change: str) -> None:
    with use_locale(locale):
        columns = {column.get("field"): column["width"] for column in course_columns() if "width" in column}
        said = {"change": change, **dict.fromkeys(("help", "left"), f"{words.number(9_999)}, {words.percent(99)}")}

    for name, text in said.items():
        needed = width(text, LETTERS)
        assert needed is not None
        assert columns[name] >= needed + BESIDE
