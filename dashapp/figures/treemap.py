"""Organisation → faculty → course as nested rectangles: as large as the learners enrolled, as dark as they are active.

Drawn from filled polygons, since the plotly that pages carry has no tree map of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dashapp import words
from dashapp.domain.views import CourseRow, InstitutionView
from dashapp.figures import cells
from dashapp.figures.drawing import Drawing, Json
from dashapp.figures.summary_campus import tree_summary
from dashapp.figures.theme import Note, Screen, Table, annotation, figure, plain
from dashapp.figures.theme import words as only_words
from dashapp.words import _, ngettext

SHARE_STEPS: Final = (0, 40, 60, 75, 90)
"""% active in 7 days from which on the next colour holds; 0 is a true zero. Of a course under way most learners are
active in a week: steps are finest there, or all courses would look alike."""
HIDDEN_SHARE: Final = 0.05
"""The rectangle of the hidden courses of a unit, as a share of all learners shown: whatever is in it."""
WIDE, NARROW = (860.0, 340.0), (300.0, 420.0)
"""Width and height in px for which rectangles are laid out and texts are cut: the least that a screen has."""
HEAD: Final = 20.0
"""px of a unit's name above its courses."""
GAP: Final = 2.0
LETTER: Final = 7.2
"""px of a letter of 12 px, on the wide side."""
LIGHT_TEXT_FROM: Final = 4
"""From this colour on, texts are light."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Width times height."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a click on a rectangle opens; nothing where the reader may open nothing else."""

    course: Callable[[CourseRow], str | None]
    unit: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class _Block:
    box: Box
    text: str
    hover: str
    colour: int | None
    """The step of the amount; None: hidden."""
    href: str | None


def squarify(sizes: Sequence[float], box: Box) -> tuple[Box, ...]:
    """Rectangles of areas in proportion to `sizes`, as near to squares as they come, that fill the box together.

    Bruls, Huizing, van Wijk 2000 (doi 10.1007/978-3-7091-6783-0_4): largest first, a row is laid along the shorter side
    and takes one more as long as its worst ratio of sides does not get worse. In the order of `sizes`; one that is not
    positive gets an empty rectangle.
    """
    order = sorted((place for place, size in enumerate(sizes) if size > 0), key=lambda place: -sizes[place])
    result = [Box(box.x, box.y, 0.0, 0.0) for _size in sizes]
    scale = box.area / sum(sizes[place] for place in order) if order else 0.0
    free = box
    while order:
        side = min(free.width, free.height)
        row = [order.pop(0)]
        areas = [sizes[row[0]] * scale]
        while order and _worst([*areas, sizes[order[0]] * scale], side) <= _worst(areas, side):
            areas.append(sizes[order[0]] * scale)
            row.append(order.pop(0))
        placed, free = _lay(areas, free)
        for place, rectangle in zip(row, placed, strict=True):
            result[place] = rectangle
    return tuple(result)


def _worst(areas: Sequence[float], side: float) -> float:
    """The greatest ratio of the sides of rectangles that stand in one row along `side`."""
    depth = sum(areas) / side if side else 0.0
    if not depth:
        return float("inf")
    return max(max(depth * depth / area, area / (depth * depth)) for area in areas)


def _lay(areas: Sequence[float], free: Box) -> tuple[list[Box], Box]:
    """A row along the shorter side of what is free, and what is left."""
    upright = free.width >= free.height
    depth = sum(areas) / (free.height if upright else free.width)
    placed, at = [], free.y if upright else free.x
    for area in areas:
        length = area / depth
        placed.append(Box(free.x, at, depth, length) if upright else Box(at, free.y, length, depth))
        at += length
    if upright:
        return placed, Box(free.x + depth, free.y, max(0.0, free.width - depth), free.height)
    return placed, Box(free.x, free.y + depth, free.width, max(0.0, free.height - depth))


# ------------------------------------------------------------------ what stands in them


def step_of(share: float) -> int:
    """Which colour a share of active learners has."""
    return 0 if share <= 0 else sum(share >= step for step in SHARE_STEPS)


def _cut(text: str, width: float) -> str:
    letters = int((width - 8) / LETTER)
    if letters < 3:
        return ""
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"


def _course_block(course: CourseRow, box: Box, addresses: Addresses) -> _Block:
    share = 100 * (course.active_7 or 0) / course.enrolled if course.enrolled else 0.0
    learners = ngettext("{number} learner", "{number} learners", course.enrolled or 0)
    said = _("{course}: {learners}, {share} active in 7 days").format(
        course=_short(f"{course.code} {course.title}" if course.title != course.code else course.code),
        learners=learners.format(number=words.number(course.enrolled or 0)),
        share=words.percent(share),
    )
    # Each line is as high as 16 px.
    lines = [_cut(course.code, box.width)] if box.height >= 20 else []
    if lines and lines[0] and box.height >= 36:
        lines.append(_cut(words.percent(share), box.width))
    text = "<br>".join(plain(line) for line in lines if line)
    return _Block(box, text, said, step_of(share), addresses.course(course))


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79].rstrip()}…"


def _hidden_block(count: int, box: Box) -> _Block:
    said = ngettext("{number} course, hidden for privacy", "{number} courses, hidden for privacy", count)
    hover = said.format(number=words.number(count))
    named = _("Others, hidden")
    fits = box.height >= 20 and _cut(named, box.width) == named
    return _Block(box, plain(named) if fits else "", hover, None, None)


def _inside(box: Box, head: float) -> Box:
    return Box(box.x + GAP, box.y + head, max(0.0, box.width - 2 * GAP), max(0.0, box.height - head - GAP))


def _unit_blocks(courses: Sequence[CourseRow], box: Box, hidden_size: float, addresses: Addresses) -> list[_Block]:
    visible = [course for course in courses if not course.hidden and course.enrolled]
    covered = sum(course.hidden for course in courses)
    sizes = [float(course.enrolled or 0) for course in visible] + ([hidden_size] if covered else [])
    boxes = squarify(sizes, box)
    blocks = [_course_block(course, at, addresses) for course, at in zip(visible, boxes, strict=False)]
    return [*blocks, _hidden_block(covered, boxes[-1])] if covered else blocks


def _trace(block: _Block, screen: Screen) -> Json:
    box = block.box
    right, bottom = box.x + max(0.0, box.width - GAP), box.y + max(0.0, box.height - GAP)
    fill: Json = (
        {"fillpattern": {"shape": "/", "size": 7, "solidity": 0.2, "fgcolor": screen.colour("ink-3"),
                         "bgcolor": screen.colour("sunken")}}
        if block.colour is None
        else {"fillcolor": screen.amounts()[block.colour]}
    )  # fmt: skip
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [box.x, right, right, box.x, box.x],
        "y": [box.y, box.y, bottom, bottom, box.y],
        "fill": "toself",
        **fill,
        "line": {"width": 0},
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": block.hover,
        "meta": {"box": [box.x, box.y, right, bottom], "href": block.href},
    }


def _label(block: _Block, screen: Screen) -> Json:
    light = block.colour is not None and block.colour >= LIGHT_TEXT_FROM
    note = Note(block.box.x + 4, block.box.y + 3, block.text, "surface" if light else "ink")
    ground: Json = {"bgcolor": screen.colour("surface")} if block.colour is None else {}
    return annotation(note, screen, yanchor="top", align="left", **ground)


def course_tree(
    view: InstitutionView, screen: Screen, addresses: Addresses, *, name: str, revision: str = ""
) -> Drawing:
    """The compared courses by unit. Hidden ones are put together, hatched, and of a size that says nothing.

    `name`: what units without a name of their own are called.
    """
    units: dict[str, list[CourseRow]] = {}
    for course in view.courses:
        units.setdefault(course.unit, []).append(course)
    total = sum(course.enrolled or 0 for course in view.courses if not course.hidden)
    if not total:
        return only_words(_("No course to show yet"), screen, revision)
    hidden_size = HIDDEN_SHARE * total
    width, height = NARROW if screen.narrow else WIDE
    sizes = [_size(courses, hidden_size) for courses in units.values()]
    boxes = squarify(sizes, Box(0.0, 0.0, width, height))
    known = dict(view.unit_learners)
    traces: list[Json] = []
    notes: list[Json] = []
    for (unit, courses), box in zip(units.items(), boxes, strict=True):
        head = _head(unit or name, known.get(unit), box)
        if head:
            notes.append(annotation(Note(box.x + 4, box.y + HEAD / 2, head, "ink-2"), screen))
            place = Box(box.x, box.y, box.width, HEAD)
            traces.append(
                {"type": "scatter", "x": [], "y": [], "meta": {"box": _corners(place), "href": addresses.unit(unit)}}
            )
        for block in _unit_blocks(courses, _inside(box, HEAD if head else GAP), hidden_size, addresses):
            traces.append(_trace(block, screen))
            notes += [_label(block, screen)] if block.text else []
    axis: Json = {"visible": False, "fixedrange": True}
    layout: Json = {
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": {**axis, "range": [0, width]},
        "yaxis": {**axis, "range": [height, 0], "rangemode": "normal"},
        "annotations": notes,
        "hovermode": "closest",
    }
    return figure(traces, layout, screen, _table(view, known, name), revision)


def _corners(box: Box) -> list[float]:
    return [box.x, box.y, box.x + box.width, box.y + box.height]


def _size(courses: Sequence[CourseRow], hidden_size: float) -> float:
    visible = sum(course.enrolled or 0 for course in courses if not course.hidden)
    return visible + (hidden_size if any(course.hidden for course in courses) else 0.0)


def _head(unit: str, learners: int | None, box: Box) -> str:
    """The name of a unit with its learners, as much of it as there is room for."""
    if box.height < 3 * HEAD:
        return ""
    named = _cut(unit, box.width)
    if learners is None or not named:
        return plain(named)
    said = ngettext("{number} learner", "{number} learners", learners).format(number=words.number(learners))
    longer = f"{named} · {said}"
    return f"<b>{plain(named)}</b> · {plain(said)}" if _cut(longer, box.width) == longer else f"<b>{plain(named)}</b>"


def _table(view: InstitutionView, known: Mapping[str, int], name: str) -> Table:
    head = (_("Unit"), _("Course"), _("Enrolled"), _("Active in 7 days"))
    rows: list[tuple[str, ...]] = []
    for unit in dict.fromkeys(course.unit for course in view.courses):
        total = cells.number(known[unit]) if unit in known else _("hidden")
        rows.append((unit or name, _("all"), total, ""))
        for course in view.courses:
            if course.unit != unit:
                continue
            if course.hidden:
                rows.append(("", course.code, _("hidden"), _("hidden")))
            else:
                share = 100 * (course.active_7 or 0) / course.enrolled if course.enrolled else 0.0
                rows.append(("", course.code, cells.number(course.enrolled or 0), cells.percent(share)))
    return Table(head, tuple(rows), summary=tree_summary(view.courses))
