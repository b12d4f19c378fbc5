"""The PDF of a report: cover, contents, running head and foot, tagged by PDF/UA-1, charts as vectors."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from dashapp.domain.reports.document import Data, Orientation, Paper
from dashapp.figures.theme import isolated
from dashapp.observability.logging import get_logger
from dashapp.words import _, language_tag, text_direction
from exports.content import Content
from exports.documents.cells import plain_text
from exports.documents.laid import COLUMNS, Layout
from exports.documents.limits import demand_few_rows
from exports.missing_letters import letters_missing, named
from exports.pictures import Gallery, PictureForm, Size
from exports.typesetting import POINTS_PER_PIXEL, LettersMissing, typeset_pdf, typeset_without_seal

log = get_logger(__name__)

TEMPLATE: Final = Path(__file__).with_name("report.typ")
MARGIN: Final = 56.0
"""Points, left and right."""
GUTTER: Final = 18.0
_WIDTHS: Final = {
    (Paper.A4, Orientation.PORTRAIT): 595.28,
    (Paper.A4, Orientation.LANDSCAPE): 841.89,
    (Paper.LETTER, Orientation.PORTRAIT): 612.0,
    (Paper.LETTER, Orientation.LANDSCAPE): 792.0,
}
"""Points."""
_PAPERS: Final = {Paper.A4: "a4", Paper.LETTER: "us-letter"}
_LETTER: Final = 5.2
"""Points: of one in a table, spaces between columns shared out among them."""
_HEIGHT: Final = 260
"""Of a chart, in CSS pixels."""
_LONGEST_HEAD: Final = 60

Watch = Callable[[int, int], None]


def write_pdf(content: Content, gallery: Gallery, path: Path, watch: Watch) -> str:
    """Writes the file, and gives the letters that no font of the machine has: the cover names them.

    Raises NoBrowser and PictureError where a chart cannot be drawn, ExportError where there is too much for a document,
    TypesettingError, OSError, and what `watch` raises.
    """
    demand_few_rows(content)
    rows = Layout(content, _Charts(content, gallery).part).rows(watch)
    _give_levels(rows)
    template, lacking = TEMPLATE.read_text(encoding="utf-8"), ""
    try:
        document = typeset_pdf(template, {"report": _data(content, rows)})
    except LettersMissing:
        lacking = letters_missing([_data(content, rows)])
        log.info("document.letters_missing", letters=len(lacking))
        document = typeset_without_seal(template, {"report": _data(content, rows, lacking)})
    path.write_bytes(document)
    return lacking


@dataclass(frozen=True, slots=True)
class _Charts:
    """Draws charts in the size in which they stand on the page, so that all their texts have one size."""

    content: Content
    gallery: Gallery

    def part(self, _block: Data, figure: bytes, span: int) -> dict[str, Any]:
        """What the page needs of a chart."""
        report = self.content.report
        page = _WIDTHS[report.paper, report.orientation] - 2 * MARGIN
        width = (page + GUTTER) * span / COLUMNS - GUTTER
        size = Size(round(width / POINTS_PER_PIXEL), _HEIGHT)
        return {"svg": self.gallery.picture(figure, PictureForm.SVG, size).decode()}


def _give_levels(rows: list[list[dict[str, Any]]]) -> None:
    """Headings go down by one level at a time, and what a question shows stands one below its heading: readers that
    speak a document find their way by levels."""
    level = 0
    for part in (part for row in rows for part in row):
        if part["kind"] == "heading":
            level = part["level"] = min(part["level"], level + 1)
        elif "title" in part:
            part["level"] = level + 1


def _data(content: Content, rows: list[list[dict[str, Any]]], lacking: str = "") -> str:
    report = content.report
    language, _dash, region = language_tag().partition("-")
    title = plain_text(report.title) or _("Report")
    organisation = plain_text(content.organisation)
    as_of = f"{isolated(content.as_of_words())} ({isolated(report.time_zone)})"
    told = list(dict.fromkeys(content.told(block) for block in report.questions()))
    facts = [(_("As of"), as_of), *([(_("Shows"), "\n".join(map(plain_text, told)))] if told else [])]
    if lacking:
        said = _("The server has no font for these letters: {letters}").format(letters=named(lacking))
        facts.append((_("Not drawn"), said))
    return orjson.dumps(
        {
            "title": title,
            "organisation": organisation,
            "organisation-short": _shortened(organisation),
            "as-of": _("As of {moment}").format(moment=as_of),
            "lang": language.lower(),
            "region": region.upper()[:2] or None,
            "rtl": text_direction() == "rtl",
            "paper": _PAPERS[report.paper],
            "flipped": report.orientation is Orientation.LANDSCAPE,
            "margin": MARGIN,
            "gutter": GUTTER,
            "letters": (_WIDTHS[report.paper, report.orientation] - 2 * MARGIN) / _LETTER,
            "words": {"page": _("Page {page} of {pages}"), "contents": _("Contents")},
            "facts": facts,
            "contents": sum("level" in part for row in rows for part in row) > 1,
            "rows": rows,
        }
    ).decode()


def _shortened(text: str) -> str:
    """As much as fits beside the title of a running head; the cover has the whole."""
    return text if len(text) <= _LONGEST_HEAD else f"{text[: _LONGEST_HEAD - 1]}…"
