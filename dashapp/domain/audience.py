"""Who will read a figure decides what may be in it."""

from enum import StrEnum

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
