"""Engagement per unit of a course: a unit stands for everything below it in the tree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UnitTree:
    """The units of one course, in any order; arrays of the shape (units,)."""

    parent: Longs
    """The place of the unit above, -1 at the top."""
    published: Longs
    """Activities of the unit itself that learners can open."""


@dataclass(frozen=True, slots=True)
class UnitTouches:
    """What learners have done in units themselves: one row per (unit, learner) with anything; shape (n,)."""

    unit: Longs
    learner: Longs
    completed: Longs
    """Published activities of the unit that the learner has completed."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """Per unit with all that lies below it; shape (units,)."""

    published: Longs
    touched: Longs
    """Distinct learners: who was in two parts of a unit counts once."""
    completed_share: Floats
    """Completed ÷ (learners × published), 0 to 100; NaN where there is nothing to complete."""


def engagement(tree: UnitTree, touches: UnitTouches, learners: int) -> Engagement:
    """The engagement of so many learners with every unit."""
    count = len(tree.parent)
    published = np.zeros(count, dtype=np.int64)
    completed = np.zeros(count, dtype=np.int64)
    pairs = []
    unit, at = np.arange(count), touches.unit
    # One step up the tree per round. A tree is never deeper than it has units, a circle would be.
    for _level in range(count):
        inside, mine = unit >= 0, at >= 0
        np.add.at(published, unit[inside], tree.published[inside])
        np.add.at(completed, at[mine], touches.completed[mine])
        pairs.append(np.stack([at[mine], touches.learner[mine]]))
        if not inside.any():
            break
        unit = np.where(inside, tree.parent[np.maximum(unit, 0)], -1)
        at = np.where(mine, tree.parent[np.maximum(at, 0)], -1)
    every = np.concatenate(pairs, axis=1) if pairs else np.zeros((2, 0), dtype=np.int64)
    touched = np.bincount(np.unique(every, axis=1)[0], minlength=count) if every.size else np.zeros(count)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(published * learners > 0, 100.0 * completed / (published * learners), np.nan)
    return Engagement(published, touched.astype(np.int64), share)


def course_order(parent: Longs, position: Longs, name: list[str]) -> list[tuple[int, int]]:
    """(place, depth) of every unit: by position, then name, each before what lies below it.

    A unit whose parent is not there, or that stands in a circle, counts as one at the top.
    """
    children: dict[int, list[int]] = {}
    for place in sorted(range(len(parent)), key=lambda one: (int(position[one]), name[one])):
        children.setdefault(int(parent[place]), []).append(place)
    ordered: list[tuple[int, int]] = []
    seen: set[int] = set()
    waiting = [(place, 0) for place in reversed(children.get(-1, []))]
    while waiting:
        place, depth = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        ordered.append((place, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(place, []))]
    return ordered + [(place, 0) for place in range(len(parent)) if place not in seen]
