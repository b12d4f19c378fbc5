"""Typst with the service's own fonts: sets pages from a text and the files that it names, all of them in memory."""

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

import typst

from dashapp.domain.errors import AnalyticsError
from dashapp.figures.letters import FONTS

POINTS_PER_PIXEL: Final = 0.75
_DOTS_PER_INCH: Final = 96
_NO_GLYPH: Final = "could not be displayed with font"


class LettersMissing(AnalyticsError):
    """The standard of the PDF allows no letter for which no font has a form, and there is one."""


class TypesettingError(AnalyticsError):
    """The pages could not be set: an error of ours, since whatever people write is escaped."""


def typeset_pdf(source: str, inputs: Mapping[str, str]) -> bytes:
    """A tagged PDF by PDF/UA-1. `inputs`: what the source finds in `sys.inputs`.

    Raises LettersMissing where a letter cannot be written by any font of the machine, TypesettingError.
    """
    try:
        return _compiled(source, inputs, "pdf", ("ua-1",))
    except TypesettingError as error:
        if _NO_GLYPH in str(error):
            raise LettersMissing("There are letters that no font of this machine has.") from error
        raise


def typeset_without_seal(source: str, inputs: Mapping[str, str]) -> bytes:
    """The same, tagged too, where letters are missing: they stand as empty boxes. Raises TypesettingError."""
    return _compiled(source, inputs, "pdf", ())


def can_draw(letter: str) -> bool:
    """Whether any of the fonts has a form for a letter, those that Typst brings along among them."""
    source = '#set document(title: "-")\n#sys.inputs.letter'
    try:
        _compiled(source, {"letter": letter}, "pdf", ("ua-1",))
    except TypesettingError:
        return False
    return True


def font_files() -> tuple[str, ...]:
    """The files of the fonts that documents are set with, those of the machine among them."""
    return tuple(sorted({one.path for one in _fonts().fonts() if one.path}))


def png_of(svg: bytes, width: int, height: int, scale: float) -> bytes:
    """A drawing of so many CSS pixels as dots on white, written in the service's fonts. Raises TypesettingError."""
    return _compiled(_sheet(width, height), {"svg": svg.decode()}, "png", (), _DOTS_PER_INCH * scale)


def pdf_of(svg: bytes, width: int, height: int) -> bytes:
    """A drawing as a PDF of one page of its size. Raises TypesettingError."""
    return _compiled(_sheet(width, height), {"svg": svg.decode()}, "pdf", ())


def _sheet(width: int, height: int) -> str:
    size = f"width: {width * POINTS_PER_PIXEL}pt, height: {height * POINTS_PER_PIXEL}pt"
    return f'#set page({size}, margin: 0pt, fill: white)\n#image(bytes(sys.inputs.svg), format: "svg", {size})'


@cache
def _fonts() -> typst.Fonts:
    """The service's own; Typst's and those of the machine for letters that these do not have."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(FONTS)])


def _compiled(
    source: str,
    inputs: Mapping[str, str],
    form: Literal["pdf", "png"],
    standards: tuple[Literal["ua-1"], ...],
    dots: float | None = None,
) -> bytes:
    compiler = typst.Compiler(source.encode(), font_paths=_fonts(), sys_inputs=dict(inputs))
    try:
        pages = compiler.compile(format=form, ppi=dots, pdf_standards=list(standards))
    except typst.TypstError as error:
        raise TypesettingError(f"The pages could not be set: {error.message}") from error
    if not isinstance(pages, bytes):
        raise TypesettingError("The pages could not be set: there is not one file.")
    return pages
