"""A report laid out: rows of blocks with everything that stands in them, ready for a document of any kind."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from dashapp.domain.reports.answers import Answer, AnswerState
from dashapp.domain.reports.document import Block, Chart, Data, Heading, PageBreak, Text
from dashapp.figures.theme import table_of
from dashapp.words import _
from exports.content import Content, is_drawn, omitted_words, state_words
from exports.documents.cells import NOTHING, breakable, cell_words, is_right, plain_text
from exports.documents.markdown import nodes_of
from exports.tables.sheets import Head, Sheet

COLUMNS: Final = 12
LEAST_SHARE: Final = 4
LETTERS_BETWEEN: Final = 2
LETTERS_OF_A_COLUMN: Final = 8
"""So many stand, in the size of tables, in a twelfth of a page's width; a little less."""
_BREAKS: Final = re.compile(r"[ \n\u200b/-]")
MOST_SHARE: Final = 32
Part = dict[str, Any]

Drawer = Callable[[Data, bytes, int], Part]
"""Makes of a block's figure, with so many twelfths of a page, what the document needs to show it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Lays out one report."""

    content: Content
    draw: Drawer

    def rows(self, watch: Callable[[int, int], None]) -> list[list[Part]]:
        """Rows of parts; each part has its `span`."""
        done, parts = 0, []
        sheets = {block.id: sheet for block, sheet in self.content.sheets()}
        for block in self.content.report.blocks:
            parts.append(self._part(block, sheets))
            if isinstance(block, Data):
                done += 1
                watch(done, len(sheets))
        return list(rows_of(parts))

    def _part(self, block: Block, sheets: dict[UUID, Sheet]) -> Part:
        match block:
            case Heading():
                return {"kind": "heading", "level": block.level, "text": plain_text(block.text), "span": COLUMNS}
            case Text():
                return {"kind": "text", "nodes": _cleaned(nodes_of(block.text)), "span": COLUMNS}
            case PageBreak():
                return {"kind": "page_break", "span": COLUMNS}
            case Data():
                return self._data(block, sheets[block.id])

    def _data(self, block: Data, sheet: Sheet) -> Part:
        answer = self.content.answer(block)
        part: Part = {
            "title": plain_text(self.content.title(block)),
            "told": plain_text(self.content.told(block)),
            "notes": [plain_text(words) for words in omitted_words(answer)],
            "span": int(block.width),
        }
        if answer.state is not AnswerState.SHOWN or not answer.rows:
            words = plain_text(state_words(answer) or _("Nothing matches."))
            return {**part, "kind": "empty", "words": words, "figure": block.chart is Chart.KPI}
        if block.chart is Chart.KPI:
            return {**part, "kind": "value", **self._value(answer, sheet)}
        if is_drawn(block, answer):
            drawing = self.content.draw(block, answer)
            told = plain_text(table_of(drawing).summary) or part["title"]
            return {**part, "kind": "figure", "alt": told, **self.draw(block, drawing.to_bytes(), int(block.width))}
        return {**part, "kind": "table", **self._table(sheet, int(block.width))}

    def _table(self, sheet: Sheet, span_asked: int) -> Part:
        zone, kinds = self.content.report.time_zone, [head.kind for head in sheet.heads]
        rows = [[cell_words(kind, value, zone) for kind, value in zip(kinds, row, strict=True)] for row in sheet.rows]
        labels = [plain_text(head.label) for head in sheet.heads]
        columns = [[label, *(row[place] for row in rows)] for place, label in enumerate(labels)]
        heads = [
            {"label": label, "right": is_right(head.kind), "share": _share(texts)}
            for head, label, texts in zip(sheet.heads, labels, columns, strict=True)
        ]
        least = sum(_unbroken(texts) + LETTERS_BETWEEN for texts in columns)
        # What would not fit beside others has a row of its own, where it is set smaller rather than cut.
        span = {"span": COLUMNS} if least > LETTERS_OF_A_COLUMN * span_asked else {}
        return {"heads": heads, "rows": rows, "least": least, **span}

    def _value(self, answer: Answer, sheet: Sheet) -> Part:
        """The figure of each measure, and of the period before."""
        zone, (row, *_rest) = self.content.report.time_zone, tuple(sheet.rows)
        columns = list(zip(answer.columns, sheet.heads, row, strict=True))
        shown: list[Part] = []
        for column, head, value in columns:
            if column.measure is None or column.before:
                continue
            before = next((v for c, _h, v in columns if c.before and c.measure == column.measure), None)
            words = "" if before is None else _words(head, before, zone)
            label = _("Period before: {value}").format(value=words) if words else ""
            shown.append({"label": plain_text(head.label), "value": _words(head, value, zone), "before": label})
        return {"values": shown or [{"label": "", "value": NOTHING, "before": ""}]}


def rows_of(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """The parts as they stand beside each other: what no longer fits begins a new row."""
    row: list[Part] = []
    for part in parts:
        if row and sum(each["span"] for each in row) + part["span"] > COLUMNS:
            yield row
            row = []
        row.append(part)
    if row:
        yield row


def _share(texts: Sequence[str]) -> int:
    """How much of a table's width a column gets, in letters: by its longest text, within bounds, but never less than
    what cannot be broken, so that all find their place."""
    return LETTERS_BETWEEN + max(_unbroken(texts), min(max(map(len, texts)), MOST_SHARE), LEAST_SHARE)


def _unbroken(texts: Iterable[str]) -> int:
    """The longest piece without a place to break."""
    return max((len(piece) for text in texts for piece in _BREAKS.split(text)), default=0)


def _words(head: Head, value: Any, zone: str) -> str:
    return cell_words(head.kind, value, zone)


def _cleaned(nodes: list[Part]) -> list[Part]:
    return [
        {
            **node,
            **({"text": breakable(node["text"])} if "text" in node else {}),
            **({"parts": _cleaned(node["parts"])} if "parts" in node else {}),
        }
        for node in nodes
    ]
