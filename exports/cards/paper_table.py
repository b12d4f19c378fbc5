"""A table on paper: as wide as there is room for, long texts on several lines."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from dashapp.figures.letters import BOLD, measure
from dashapp.words import ngettext, number
from exports.cards.paper import EDGE, INNER, Ink, Paper, cut, seen, wrapped
from exports.cards.tables import Amounts

MOST_ROWS: Final = 40
"""That are drawn; the file of numbers has all."""
MOST_LINES: Final = 3
"""Of a cell; what is longer is cut, and whole in the file of numbers."""
LINE, ABOVE, BELOW, GAP = 16, 17, 9, 14
"""px: from line to line, above the first one to its foot, below the last one, and between columns."""
WIDEST: Final = 320
"""px that a column wants at most."""
NEEDED: Final = 140
"""px that it is given in any case, if its longest word wants them."""
BARS, HIGH = 96, 16
"""px that amounts along time take as bars, across and up."""
GROWS: Final = 1.6
"""So much wider than its texts a column becomes, where there is room for it."""
HEAD: Final = Ink(12, BOLD, "ink-3")
CELL: Final = Ink(12, colour="ink")


def write_table(paper: Paper, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Heads, unless none has words, and the first rows; it says how many there are where these are not all."""
    shown = [[cell if isinstance(cell, Amounts) else seen(cell) for cell in row] for row in rows[:MOST_ROWS]]
    widths = widths_of(heads, shown)
    lines = [(row, CELL) for row in shown]
    drawn = [cell for row in shown for cell in row if isinstance(cell, Amounts)]
    peak = max((value for cell in drawn for value in cell.values), default=0)
    for texts, ink in [(list(heads), HEAD), *lines] if any(heads) else lines:
        _row(paper, texts, widths, ink, peak)
    if len(shown) < len(rows):
        said = ngettext("The first {shown} of {total} row", "The first {shown} of {total} rows", len(rows))
        words = said.format(shown=number(len(shown)), total=number(len(rows)))
        paper.put(words, EDGE, paper.y + ABOVE, Ink(12))
        paper.y += ABOVE + BELOW


def _row(paper: Paper, texts: Sequence[str], widths: Sequence[float], ink: Ink, peak: float) -> None:
    x, deepest = float(EDGE), 1
    for place, (text, width) in enumerate(zip(texts, widths, strict=True)):
        if isinstance(text, Amounts):
            paper.bars([HIGH * value / peak if peak else 0 for value in text.values], x, paper.y + ABOVE, BARS)
            x += width
            continue
        # A text may go on over the empty cells behind it: that something is hidden, say.
        empty = sum(1 for _cell in takewhile(lambda cell: not cell, texts[place + 1 :])) if text else 0
        room = sum(widths[place : place + 1 + empty]) - GAP
        lines = wrapped(text, ink, room)
        if len(lines) > MOST_LINES:
            lines[MOST_LINES - 1 :] = [cut(" ".join(lines[MOST_LINES - 1 :]), room, ink)]
        for line, words in enumerate(lines):
            paper.put(words, x, paper.y + ABOVE + line * LINE, ink)
        deepest, x = max(deepest, len(lines)), x + width
    paper.y += ABOVE + BELOW + (deepest - 1) * LINE
    paper.rule()


def widths_of(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """The px of each column: what its longest words need, and of the rest as much as its texts want."""
    needed, wanted = [], []
    for place, head in enumerate(heads):
        # What goes on over the empty cells behind it needs no room of its own.
        cells = [row[place] for row in rows if place == len(heads) - 1 or any(row[place + 1 :])]
        if any(isinstance(cell, Amounts) for cell in cells):
            needed.append(GAP + max(BARS, measure(head, HEAD.size, HEAD.weight)))
            wanted.append(needed[-1])
            continue
        words = max((measure(word, CELL.size) for cell in cells for word in cell.split(" ")), default=0.0)
        title = max(measure(word, HEAD.size, HEAD.weight) for word in head.split(" "))
        needed.append(GAP + min(NEEDED, max(words, title)))
        whole = max((measure(cell, CELL.size) for cell in cells), default=0.0)
        wanted.append(max(needed[-1], GAP + min(WIDEST, max(whole, title))))
    if sum(wanted) <= INNER:
        share = min(INNER / sum(wanted), GROWS)
        return [each * share for each in wanted]
    if sum(needed) >= INNER:
        return [each * INNER / sum(needed) for each in needed]
    share = (INNER - sum(needed)) / (sum(wanted) - sum(needed))
    return [least + (most - least) * share for least, most in zip(needed, wanted, strict=True)]
