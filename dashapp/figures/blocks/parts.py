"""Parts of a whole as nested rectangles, and flows from one division to another: drawn from filled polygons, since the
plotly that pages carry has no such charts of its own."""

from collections.abc import Mapping, Sequence
from typing import Final

from dashapp.domain.reports.answers import Answer, ColumnKind
from dashapp.domain.reports.document import Data
from dashapp.figures.blocks.colours import MOST_COLOURS
from dashapp.figures.blocks.grid import cut, others_text, parts_of, side_of, value_text
from dashapp.figures.blocks.summary_blocks import cells_summary
from dashapp.figures.blocks.twin import with_table
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.theme import Note, Screen, annotation, figure, plain
from dashapp.figures.theme import words as only_words
from dashapp.figures.treemap import GAP, HEAD, LETTER, Box, squarify
from dashapp.words import _

TREE_HEIGHT: Final = 320.0
FLOW_WIDTH, FLOW_HEIGHT = 600.0, 300.0
NODE: Final = 10.0
"""Width of the bar at each end of a flow."""
NODE_GAP: Final = 8.0
CURVE: Final = 16
"""Points of each edge of a flow."""
LEAST_TEXT: Final = 15.0
"""px of height of what can bear a name."""
MOST_NAMES: Final = 24
"""Values of each division that are drawn by themselves: the others are one."""
Parts = Mapping[tuple[str, str], float]
"""The amount of each pair of values; the second is empty where there is one division."""


def tree_map(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """As large as the amounts; with two divisions the second lies within the first."""
    amounts, kind = _amounts(answer)
    if not amounts:
        return only_words(_("Everything is zero"), screen, str(block.id))
    width, height = float(side_of(block, screen)), TREE_HEIGHT
    tops = list(dict.fromkeys(first for first, _second in amounts))
    sizes = [sum(value for (first, _second), value in amounts.items() if first == top) for top in tops]
    traces: list[Json] = []
    notes: list[Json] = []
    nested = len(parts_of(answer)[0]) > 1
    for number, (top, box) in enumerate(zip(tops, squarify(sizes, Box(0.0, 0.0, width, height)), strict=True)):
        colour = screen.colour(f"cat-{number % MOST_COLOURS + 1}")
        inside = [(second, value) for (first, second), value in amounts.items() if first == top]
        if nested:
            head = _fitting(top, box.width)
            notes += [annotation(Note(box.x + 4, box.y + HEAD / 2, f"<b>{plain(head)}</b>", "ink-2"), screen)]
            box = Box(box.x + GAP, box.y + HEAD, max(0.0, box.width - 2 * GAP), max(0.0, box.height - HEAD - GAP))
        else:
            inside = [(top, inside[0][1])]
        for (name, value), place in zip(inside, squarify([value for _name, value in inside], box), strict=True):
            said = f"{top}, {name}: {value_text(value, kind)}" if nested else f"{name}: {value_text(value, kind)}"
            traces.append(_rectangle(place, colour, said))
            notes += _label(place, name, value_text(value, kind), screen)
    layout = _bare(width, height) | {"annotations": notes}
    return figure(traces, layout, screen, with_table(answer, cells_summary(answer)), str(block.id))


def _amounts(answer: Answer) -> tuple[dict[tuple[str, str], float], ColumnKind]:
    """What is more than nothing; the smallest ones together, where there are many."""
    parts, (place, *_more) = parts_of(answer)
    found: dict[tuple[str, str], float] = {}
    for row in answer.rows:
        value = row[place]
        if isinstance(value, int | float) and value > 0:
            key = str(row[parts[0]]), str(row[parts[1]]) if len(parts) > 1 else ""
            found[key] = found.get(key, 0.0) + float(value)
    return _together(_together(found, 0), 1), answer.columns[place].kind


def _together(amounts: Parts, side: int) -> dict[tuple[str, str], float]:
    """The amounts with the smallest values of one division as one value."""
    sums: dict[str, float] = {}
    for pair, value in amounts.items():
        sums[pair[side]] = sums.get(pair[side], 0.0) + value
    if len(sums) <= MOST_NAMES:
        return dict(amounts)
    kept = set(sorted(sums, key=lambda name: -sums[name])[: MOST_NAMES - 1])
    others = others_text(len(sums) - len(kept))
    result: dict[tuple[str, str], float] = {}
    for pair, value in amounts.items():
        name = pair[side] if pair[side] in kept else others
        key = (name, pair[1]) if side == 0 else (pair[0], name)
        result[key] = result.get(key, 0.0) + value
    return result


def _fitting(text: str, width: float) -> str:
    letters = int((width - 8) / LETTER)
    return cut(text, letters) if letters >= 3 else ""


def _rectangle(box: Box, colour: str, said: str) -> Json:
    right, bottom = box.x + max(0.0, box.width - GAP), box.y + max(0.0, box.height - GAP)
    return _polygon([box.x, right, right, box.x, box.x], [box.y, box.y, bottom, bottom, box.y], colour, said)


def _polygon(across: Sequence[float], down: Sequence[float], colour: str, said: str) -> Json:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(across),
        "y": list(down),
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0},
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": said,
    }


def _label(box: Box, name: str, value: str, screen: Screen) -> list[Json]:
    """The name, and the value where there is room, on a plate of the surface's colour so that both read on any hue."""
    fitting = _fitting(name, box.width - 6)
    if not fitting or box.height < LEAST_TEXT + 6:
        return []
    lines = [plain(fitting), *([plain(value)] if box.height >= 2 * LEAST_TEXT + 12 else [])]
    note = Note(box.x + 4, box.y + 4, "<br>".join(lines), "ink")
    return [annotation(note, screen, yanchor="top", align="left", bgcolor=screen.colour("surface"), borderpad=2)]


def _bare(width: float, height: float) -> Json:
    axis: Json = {"visible": False, "fixedrange": True}
    return {
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": {**axis, "range": [0, width]},
        "yaxis": {**axis, "range": [height, 0], "rangemode": "normal"},
        "hovermode": "closest",
    }


# ------------------------------------------------------------------ flows


def flows(block: Data, answer: Answer, screen: Screen) -> Drawing:
    """From the values of the first division, left, to those of the second one, right: as thick as the amounts."""
    amounts, kind = _amounts(answer)
    if not amounts:
        return only_words(_("Everything is zero"), screen, str(block.id))
    lefts = list(dict.fromkeys(first for first, _second in amounts))
    # In the order of the answer's rows, not of the first flows.
    second = parts_of(answer)[0][1]
    ends = {name for _first, name in amounts}
    told = dict.fromkeys(str(row[second]) for row in answer.rows)
    rights = [*(name for name in told if name in ends), *sorted(ends - set(told))]
    total = sum(amounts.values())
    room = FLOW_HEIGHT - NODE_GAP * (max(len(lefts), len(rights)) - 1)
    scale = max(room, FLOW_HEIGHT / 3) / total
    left = _stacked_nodes(lefts, 0, amounts, scale)
    right = _stacked_nodes(rights, 1, amounts, scale)
    traces, used = [], {**{("l", name): top for name, (top, _size) in left.items()},
                        **{("r", name): top for name, (top, _size) in right.items()}}  # fmt: skip
    for (one, other), value in sorted(
        amounts.items(), key=lambda pair: (lefts.index(pair[0][0]), rights.index(pair[0][1]))
    ):
        colour = _faint(screen.colour(f"cat-{lefts.index(one) % MOST_COLOURS + 1}"))
        said = f"{one} → {other}: {value_text(value, kind)}"
        traces.append(_flow((used["l", one], used["r", other], value * scale), colour, said))
        used["l", one] += value * scale
        used["r", other] += value * scale
    grey = screen.colour("chart-others")
    traces += [_node(0.0, place, grey) for place in left.values()]
    traces += [_node(FLOW_WIDTH - NODE, place, grey) for place in right.values()]
    notes = _ends(left, amounts, 0, kind, screen) + _ends(right, amounts, 1, kind, screen)
    lowest = max(top + size for top, size in (*left.values(), *right.values()))
    layout = _bare(FLOW_WIDTH, max(FLOW_HEIGHT, lowest)) | {"annotations": notes}
    side = 60 if screen.narrow else 130
    layout["margin"] = {"l": side, "r": side, "t": 8, "b": 8}
    return figure(traces, layout, screen, with_table(answer, cells_summary(answer)), str(block.id))


def _stacked_nodes(names: Sequence[str], side: int, amounts: Parts, scale: float) -> dict[str, tuple[float, float]]:
    """(top, height) of each node of a side, one below the other."""
    at, found = 0.0, {}
    for name in names:
        size = scale * sum(value for pair, value in amounts.items() if pair[side] == name)
        found[name] = at, size
        at += size + NODE_GAP
    return found


def _flow(place: tuple[float, float, float], colour: str, said: str) -> Json:
    """An S from the left to the right, as thick at both ends."""
    start, end, thick = place
    first, last = NODE, FLOW_WIDTH - NODE
    steps = [number / CURVE for number in range(CURVE + 1)]
    across = [first + (last - first) * step for step in steps]
    # A cubic with level ends.
    upper = [start + (end - start) * (3 * step**2 - 2 * step**3) for step in steps]
    lower = [each + thick for each in upper]
    return _polygon([*across, *reversed(across), across[0]], [*upper, *reversed(lower), upper[0]], colour, said)


def _node(across: float, place: tuple[float, float], colour: str) -> Json:
    top, size = place
    right, bottom = across + NODE, top + size
    node = _polygon([across, right, right, across, across], [top, top, bottom, bottom, top], colour, "")
    return {**node, "hoverinfo": "skip"}


def _ends(
    nodes: Mapping[str, tuple[float, float]], amounts: Parts, side: int, kind: ColumnKind, screen: Screen
) -> list[Json]:
    """Name and amount beside each node; names of nodes that are too thin for one are in the tooltips and the table."""
    notes, free = [], 0.0
    letters = 7 if screen.narrow else 16
    for name, (top, size) in nodes.items():
        middle = top + size / 2
        if middle - LEAST_TEXT / 2 < free:
            continue
        free = middle + LEAST_TEXT / 2
        total = sum(value for pair, value in amounts.items() if pair[side] == name)
        text = plain(f"{cut(name, letters)} {value_text(total, kind)}")
        at, shift = (0.0, -6) if side == 0 else (FLOW_WIDTH, 6)
        anchor = "right" if side == 0 else "left"
        notes.append(annotation(Note(at, middle, text, "ink"), screen, xanchor=anchor, xshift=shift))
    return notes


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.4)"
