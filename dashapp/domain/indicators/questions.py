"""How hard the questions of a quiz are: who is right at the first attempt, and who in the end."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to one question, in any order; shape (n,)."""

    learner: Longs
    attempt: Longs
    at: Floats
    """Seconds since 1970."""
    right: Longs
    """1 right, 0 wrong, -1 where no source says so: such an answer is no attempt that could be judged."""


@dataclass(frozen=True, slots=True)
class Tries:
    """What became of one question."""

    learners: int
    answers: int
    first_right: int
    eventually_right: int


def tries(answers: Answers) -> Tries:
    """Counts of learners. The first attempt is the one of the lowest number, and of the earliest answer in it."""
    judged = answers.right >= 0
    learner, right = answers.learner[judged], answers.right[judged]
    if not len(learner):
        return Tries(0, 0, 0, 0)
    order = np.lexsort((answers.at[judged], answers.attempt[judged], learner))
    learner, right = learner[order], right[order]
    first = np.ones(len(learner), dtype=bool)
    first[1:] = learner[1:] != learner[:-1]
    ever = np.maximum.reduceat(right, np.flatnonzero(first))
    return Tries(int(first.sum()), len(learner), int(right[first].sum()), int(ever.sum()))
