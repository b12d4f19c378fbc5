"""What is needed in the rest of a course to reach a score, by its weights and by which attempt counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dashapp.domain.views.content import Outlook
from dashapp.domain.views.course import CourseChoice

HIGHEST = 100.0
_CLOSE = 1e-9
"""What sums of weights may be off by."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One piece of work. `percent` is the score that counts, None: not graded."""

    weight: float
    percent: float | None = None
    missing: bool = False
    """Past its deadline, and nothing was handed in."""
    repeatable: bool = False
    """Another attempt can still raise the score."""


class Reach(StrEnum):
    """Whether a goal can be reached."""

    NEEDED = "needed"
    """With a mean in what is left."""
    REPEATING = "repeating"
    """Only where what can be tried again is tried again, too."""
    REACHED = "reached"
    """Whatever comes."""
    OUT_OF_REACH = "out_of_reach"
    NOTHING_LEFT = "nothing_left"
    """All is graded: the score is what it is."""
    NO_WORK = "no_work"
    """No work of any weight is known."""


@dataclass(frozen=True, slots=True)
class Needed:
    """`mean`: % needed on average in the rest (NEEDED), or in the rest and what is tried again (REPEATING)."""

    reach: Reach
    mean: float | None = None


def outlook(choice: CourseChoice, works: Sequence[Weighed], *, weighted: bool = True) -> Outlook:
    """Sums up the work of one course; what the learner is exempt from is not among it."""
    graded = [(one.weight, one.percent) for one in works if one.percent is not None]
    again = [(one.weight, one.percent) for one in works if one.percent is not None and one.repeatable]
    return Outlook(
        choice.public_id,
        choice.code,
        earned=sum(weight * percent for weight, percent in graded),
        graded=sum(weight for weight, _percent in graded),
        rest=sum(one.weight for one in works if one.percent is None and not one.missing),
        missing=sum(one.weight for one in works if one.percent is None and one.missing),
        repeatable=sum(weight for weight, _percent in again),
        repeatable_earned=sum(weight * percent for weight, percent in again),
        weighted=weighted,
    )


def needed(of: Outlook, goal: float) -> Needed:
    """What it takes to end with `goal` %. What is missing counts as zero."""
    if of.total <= 0:
        return Needed(Reach.NO_WORK)
    lacking = goal * of.total - of.earned
    if lacking <= _CLOSE * of.total:
        # With something left, only what cannot be lost any more is reached.
        return Needed(Reach.REACHED)
    if of.rest > 0 and lacking <= (HIGHEST + _CLOSE) * of.rest:
        return Needed(Reach.NEEDED, min(HIGHEST, lacking / of.rest))
    open_weight = of.rest + of.repeatable
    short = lacking + of.repeatable_earned
    if of.repeatable > 0 and short <= (HIGHEST + _CLOSE) * open_weight:
        return Needed(Reach.REPEATING, min(HIGHEST, short / open_weight))
    return Needed(Reach.OUT_OF_REACH if of.rest > 0 or of.repeatable > 0 else Reach.NOTHING_LEFT)


def final_score(of: Outlook, mean: float) -> float | None:
    """The score at the end with `mean` % in the rest, what is missing as zero; None where no work is known."""
    return (of.earned + of.rest * mean) / of.total if of.total > 0 else None
