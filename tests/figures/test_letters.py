"""Letters: how wide they are, which of them nothing can draw, and that a document says so."""

from pathlib import Path

import pytest
from pypdf import PdfReader

from dashapp.domain.reports.document import Chart
from dashapp.figures.letters import BOLD, measure, read_face, widths_of
from exports.documents.pdf import write_pdf
from exports.missing_letters import letters_missing, named
from exports.pictures import Gallery, Pictures
from exports.typesetting import can_draw
from tests.exports.reports import asking, content
from tests.exports.test_documents import words_of

PLANE_16 = "\U0010fffd"
UNWRITABLE = "\U00012000"
"""Cuneiform: no font of a server has it."""


def test_a_line_is_as_wide_as_its_letters_and_bold_is_wider() -> None:
    assert measure("", 12) == 0
    assert measure("iii", 12) < measure("mmm", 12)
    assert measure("week", 24) == pytest.approx(2 * measure("week", 12))
    assert measure("week", 12, BOLD) > measure("week", 12)
    # By the table of the font: 0.6 of its size for a digit, as each of them.
    assert {measure(digit, 1000) for digit in "0123456789"} == {600.0}
    assert {ord(letter) for letter in "aÄŁжΩאا–…"} <= widths_of(400).keys()


def test_a_file_that_is_no_font_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "no.ttf").write_bytes(b"no font at all, in no way")
    with pytest.raises(ValueError, match="no font"):
        read_face(tmp_path / "no.ttf")


def test_what_the_fonts_have_is_not_missing_and_what_none_has_is_named_once() -> None:
    assert letters_missing(["Ada Łukasz Ünal", "שלום", "ملاحظة", "\u202eabc\u200b\n"]) == ""
    lacking = letters_missing([f"{UNWRITABLE}a{UNWRITABLE}", "b"])
    assert lacking == UNWRITABLE
    assert not can_draw(UNWRITABLE)
    assert can_draw("a")
    assert PLANE_16 not in letters_missing([PLANE_16]), "nobody's letters have no form anywhere"
    assert named("abc") == "a b c"
    assert named("x" * 100).endswith(" …")


def test_the_cover_names_letters_for_which_there_is_no_font(tmp_path: Path) -> None:
    made = content(asking(1, Chart.TABLE, f"The title {UNWRITABLE}"))
    lacking = write_pdf(made, Gallery(Pictures()), tmp_path / "x.pdf", lambda _done, _all: None)
    assert UNWRITABLE in lacking
    (cover, *_pages) = words_of(PdfReader(tmp_path / "x.pdf"))
    assert "The server has no font for these letters" in cover
    assert ((tmp_path / "x.pdf").read_bytes()).startswith(b"%PDF")
