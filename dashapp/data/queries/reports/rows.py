"""From figures in cells to the rows of an answer: which there are, in which order, and how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashapp.data.queries.reports.frame import Frame
from dashapp.domain.reports.answers import Answer, AnswerState, Column, ColumnKind, Value
from dashapp.domain.reports.measures import Measure
from dashapp.domain.reports.questions import MOST_ROWS, Dimension, Question

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]

ONLY_WHERE_FOUND: Final = frozenset({Dimension.ACTIVITY, Dimension.ACTIVITY_TYPE})
"""Values of these that nothing is told of are left out."""
WHOLE: Final = frozenset({ColumnKind.COUNT, ColumnKind.MINUTES})


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one measure; arrays of the frame's shape."""

    measure: Measure
    now: Floats
    hidden: Flags
    before: Floats | None = None

    def shown(self) -> Floats:
        """Without what is hidden."""
        return np.where(self.hidden, np.nan, self.now)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the cells that there are."""

    question: Question
    frame: Frame
    there: Flags

    @property
    def first_axis(self) -> int | None:
        """The place of the first dimension among the parts of a cell, if there are several parts."""
        axes = len(self.frame.axes)
        return 1 if axes and (self.question.grain is not None or axes > 1) else None


def answer_from(asked: Asked, figures: Sequence[Figures]) -> Answer:
    """The rows of all cells that there are, without hidden ones; `left_out`: those behind the limit."""
    there = np.broadcast_to(asked.there, asked.frame.shape) & _found(asked.frame, figures)
    covered = np.logical_and.reduce([one.hidden for one in figures])
    cells = np.flatnonzero((there & ~covered).reshape(-1))
    hidden = int((there & covered).sum())
    ordered = _ordered(asked, figures, cells)
    kept = _limited(asked, ordered)
    columns = _columns(asked, figures)
    values = [_values(asked, figures, column, kept) for column in columns]
    rows = tuple(zip(*values, strict=True))
    days = asked.frame.spans.days
    state = _state(figures, cells, hidden)
    if state is not AnswerState.SHOWN:
        return Answer(state, columns, (), days, hidden)
    return Answer(state, columns, rows, days, hidden, left_out=len(cells) - len(kept))


def _state(figures: Sequence[Figures], cells: Longs, hidden: int) -> AnswerState:
    """By all cells, also those behind the limit."""
    told = [one.shown() for one in figures] + [one.before for one in figures if one.before is not None]
    if any((~np.isnan(each.reshape(-1)[cells])).any() for each in told):
        return AnswerState.SHOWN
    return AnswerState.HIDDEN if hidden or any(one.hidden.any() for one in figures) else AnswerState.NO_DATA


def _found(frame: Frame, figures: Sequence[Figures]) -> Flags:
    """Cells whose assignment, or type of activity, anything is told of at any time."""
    axes = [place for place, axis in enumerate(frame.axes, 1) if axis.dimension in ONLY_WHERE_FOUND]
    if not axes:
        return np.ones(frame.shape, dtype=bool)
    told = np.zeros(frame.shape, dtype=bool)
    for one in figures:
        told |= ~np.isnan(one.now) & ((one.now != 0) | (one.measure.kind not in WHOLE))
    kept = [
        place
        for place, axis in enumerate(frame.axes, 1)
        if axis.dimension in ONLY_WHERE_FOUND or axis.dimension in (Dimension.COURSE, Dimension.UNIT, Dimension.SECTION)
    ]
    others = tuple(place for place in range(len(frame.shape)) if place not in kept)
    return np.broadcast_to(told.any(axis=others, keepdims=True), frame.shape)


# ------------------------------------------------------------------ order and limit


def _ordered(asked: Asked, figures: Sequence[Figures], cells: Longs) -> Longs:
    """By time and the order of each axis, or as the question says. What has no figure comes last."""
    order = asked.question.order
    if order is None or not len(cells):
        return cells
    parts = np.unravel_index(cells, asked.frame.shape)
    by = _by(asked, figures, order.by, cells)
    if asked.first_axis is None or by is None:
        key = _part(asked, order.by, parts) if by is None else by
        return cells[_ranked(key, order.descending)]
    # With time or a second division, values of the first one are ordered by what they have in all.
    group = parts[asked.first_axis]
    total = np.bincount(group, np.nan_to_num(by), asked.frame.shape[asked.first_axis]).astype(np.float64)
    rank = np.empty(len(total), dtype=np.int64)
    rank[_ranked(total, order.descending)] = np.arange(len(total))
    others = [part for place, part in enumerate(parts) if place != asked.first_axis]
    leading = [others[0]] if asked.question.grain is not None else []
    return cells[np.lexsort((*reversed(others), rank[group], *leading))]


def _ranked(key: Floats, descending: bool) -> Longs:
    values = -key if descending else key
    return np.argsort(np.where(np.isnan(values), np.inf, values), kind="stable")


def _by(asked: Asked, figures: Sequence[Figures], name: str, cells: Longs) -> Floats | None:
    """The figures of the column of this name; None where it is no measure."""
    for one in figures:
        if name == one.measure.key:
            return one.shown().reshape(-1)[cells]
        if one.before is not None and name == f"{one.measure.key}_before":
            return one.before.reshape(-1)[cells]
    return None


def _part(asked: Asked, name: str, parts: tuple[Longs, ...]) -> Floats:
    names = ["" if asked.question.grain is None else asked.question.grain.value]
    names += [axis.dimension.value for axis in asked.frame.axes]
    return parts[names.index(name)].astype(np.float64)


def _limited(asked: Asked, cells: Longs) -> Longs:
    """The first rows, or with time or a second division all rows of the first values of the first one."""
    limit = asked.question.limit
    if limit is not None and asked.first_axis is not None:
        group = np.unravel_index(cells, asked.frame.shape)[asked.first_axis]
        _different, first = np.unique(group, return_index=True)
        wanted = group[np.sort(first)[:limit]]
        cells = cells[np.isin(group, wanted)]
    elif limit is not None:
        cells = cells[:limit]
    return cells[:MOST_ROWS]


# ------------------------------------------------------------------ columns


def _columns(asked: Asked, figures: Sequence[Figures]) -> tuple[Column, ...]:
    grain = asked.question.grain
    columns = [] if grain is None else [Column(grain.value, ColumnKind.DAY)]
    columns += [Column(axis.dimension.value, ColumnKind.TEXT) for axis in asked.frame.axes]
    for one in figures:
        columns.append(Column(one.measure.key, one.measure.kind, one.measure.key))
        if one.before is not None:
            columns.append(Column(f"{one.measure.key}_before", one.measure.kind, one.measure.key, before=True))
    return tuple(columns)


def _values(asked: Asked, figures: Sequence[Figures], column: Column, cells: Longs) -> list[Value]:
    if column.measure is None:
        return _names(asked, column, cells)
    one = next(each for each in figures if each.measure.key == column.measure)
    values = (one.before if column.before and one.before is not None else one.shown()).reshape(-1)[cells]
    if column.kind in WHOLE:
        return [None if np.isnan(value) else round(value) for value in values.tolist()]
    return [None if np.isnan(value) else value for value in values.tolist()]


def _names(asked: Asked, column: Column, cells: Longs) -> list[Value]:
    parts = np.unravel_index(cells, asked.frame.shape)
    if column.kind is ColumnKind.DAY:
        names = asked.frame.spans.names
        return [names[place] for place in parts[0].tolist()]
    axis = next(place for place, each in enumerate(asked.frame.axes) if each.dimension.value == column.key)
    texts = asked.frame.axes[axis].texts
    return [texts[place] for place in parts[axis + 1].tolist()]
