"""Names that sources send with anything in them: what is left of them for a page."""

import pytest

from dashapp.domain.names import legible, shown


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Ada Abel", "Ada Abel"),
        ("left \u202eright", "left right"),
        ("open \u2067\u202b\u202d end", "open end"),
        ("bell\x07 \x1b[31mred\x00", "bell [31mred"),
        ("two\nlines\r\nand\u2028more\ttabs", "two lines and more tabs"),
        ("  wide \u3000\u00a0 blanks ", "wide blanks"),
        ("\u200b\u200d\ufeff\u00ad", ""),
        ("\u3000\u00a0 \u2003", ""),
        ("\u3164\u115f", ""),
        ("محمد بن عبد الله", "محمد بن عبد الله"),
        ("a\u0301b", "a\u0301b"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("👩\u200d👩\u200d👧 🏳️\u200d🌈", "👩\u200d👩\u200d👧 🏳️\u200d🌈"),
        ("<b>bold</b> {{7*7}}", "<b>bold</b> {{7*7}}"),
        ("W" * 500, "W" * 500),
    ],
)
def test_a_name_is_shown_without_what_is_not_seen(name: str, left: str) -> None:
    assert shown(name) == left


def test_blanks_that_a_chart_sets_itself_stay_in_a_legible_text() -> None:
    assert legible("\u00a0\u00a0Ada\u202e: 5\u2002min") == "\u00a0\u00a0Ada: 5\u2002min"
