"""Who will read a figure decides what may be in it."""

from enum import StrEnum
from typing import Final

MINIMUM_GROUP = 5
"""The default k: a group of fewer learners is hidden from those who may not see each member by name."""


class Audience(StrEnum):
    """`SELF` reads the own data, `NAMED` may see every member by name, `AGGREGATE` only groups of at least k.

    `ONE` sees some learners by name and nobody else of their courses: advisers and guardians.
    """

    SELF = "self"
    NAMED = "named"
    AGGREGATE = "aggregate"
    ONE = "one"


FEWEST_OTHERS: Final = 3
"""Others with whom a learner can be compared at all: a median of fewer is one of them, or half-way between two."""


class Comparison(StrEnum):
    """Whether a learner may be compared with the others of a group, and if not, why."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    """For privacy: so few others are in the group that a figure of it would tell theirs."""
    TOO_FEW = "too_few"
    """For a reader who sees each of them by name anyway: a figure of so few means nothing."""
    NOT_SHOWN = "not_shown"
    """The learner's organisation, or the course, has decided not to show it to learners."""


def comparison(audience: Audience, others: int, minimum_group: int = MINIMUM_GROUP) -> Comparison:
    """With so many *others* in the group, besides the learner. Every figure that compares somebody asks here."""
    if audience is not Audience.NAMED and others < minimum_group:
        return Comparison.HIDDEN
    return Comparison.TOO_FEW if others < FEWEST_OTHERS else Comparison.SHOWN
