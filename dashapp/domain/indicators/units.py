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
    """What learners have done with activities: one row per (learner, activity) with anything; shape (n,)."""

    unit: Longs
    """Place of the unit to which the activity belongs."""
    learner: Longs
    """0 to learners - 1."""
    completed: NDArray[np.bool_]
    """Whether the activity is published, and the learner has completed it."""


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
    published, completed = np.zeros(count), np.zeros(count)
    # A flag per unit and learner is far cheaper than sorting all that was done.
    seen = np.zeros((count, learners), dtype=bool)
    unit, at, learner, done = np.arange(count), touches.unit, touches.learner, touches.completed
    # One step up the tree per round. A tree is never deeper than it has units, a circle would be.
    for _level in range(count):
        inside, mine = unit >= 0, at >= 0
        unit, own = np.where(inside, unit, 0), inside * tree.published
        at, learner, done = at[mine], learner[mine], done[mine]
        published += np.bincount(unit, weights=own, minlength=count)
        completed += np.bincount(at, weights=done, minlength=count)
        seen[at, learner] = True
        if not inside.any():
            break
        unit, at = np.where(inside, tree.parent[unit], -1), tree.parent[at]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(published * learners > 0, 100.0 * completed / (published * learners), np.nan)
    return Engagement(published.astype(np.int64), seen.sum(axis=1), share)


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
