"""What a search over everything that a reader may open has found."""

from dataclasses import dataclass
from typing import Final

from dashapp.domain.keys import PublicId

MOST_FOUND: Final = 10
"""Of each kind."""
MOST_WORDS: Final = 80
"""Characters of a search that are looked at."""


@dataclass(frozen=True, slots=True)
class FoundCourse:
    """A course by its code and title; `learnt`: the reader learns in it, so that it opens on their own page."""

    public_id: PublicId
    name: str
    detail: str
    learnt: bool = False


@dataclass(frozen=True, slots=True)
class FoundLearner:
    """A learner whose page the reader may open, with the codes of courses in which that is so."""

    public_id: PublicId
    name: str
    courses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """At most `MOST_FOUND` of each kind."""

    courses: tuple[FoundCourse, ...] = ()
    learners: tuple[FoundLearner, ...] = ()
