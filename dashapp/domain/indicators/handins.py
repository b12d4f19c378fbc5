"""Punctuality: what was due, and whether it came on time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.indicators.scores import Marks
from dashapp.domain.views import HandedIn

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When work is due; seconds since 1970, NaN where an activity has no deadline."""

    due_at: Floats
    """Extensions respected; shape (learners, activities)."""
    closes_at: Floats
    """Until when a submission whose source records days only is on time: the end of the due day. Same shape."""
    joined_at: Floats
    """When each learner joined, NaN: at the start; shape (learners,). What was due before is not theirs."""
    as_of: float


def missed(deadlines: Deadlines, marks: Marks, since: float) -> Flags:
    """Past due since `since`, neither handed in nor exempt; shape (learners, activities)."""
    due = deadlines.due_at
    joined = np.where(np.isnan(deadlines.joined_at), -np.inf, deadlines.joined_at)[:, None]
    with np.errstate(invalid="ignore"):
        window = (due < deadlines.as_of) & (due >= since) & (due > joined)
    return window & np.isnan(marks.submitted_at) & np.isnan(marks.percent) & ~marks.exempt & ~marks.banked


def _states(deadlines: Deadlines, marks: Marks, day_precision: Flags, learners: Longs) -> tuple[Flags, ...]:
    """On time, late, missing, not yet due: one matrix each, (learners at these places, activities)."""
    due, submitted, banked = deadlines.due_at[learners], marks.submitted_at[learners], marks.banked[learners]
    joined = np.nan_to_num(deadlines.joined_at[learners], nan=-np.inf)[:, None]
    with np.errstate(invalid="ignore"):
        theirs = ~np.isnan(due) & ~marks.exempt[learners] & (due > joined)
        past = theirs & (due < deadlines.as_of)
    limit = np.where(day_precision[learners], deadlines.closes_at[learners], due)
    came = ~np.isnan(submitted) | ~np.isnan(marks.percent[learners]) | banked
    with np.errstate(invalid="ignore"):
        late = came & (submitted > limit) & ~banked
    return theirs & came & ~late, theirs & late, past & ~came, theirs & ~past & ~came


def handed_in(deadlines: Deadlines, marks: Marks, day_precision: Flags, learner: int) -> HandedIn:
    """On time, late, missing, not yet due for the learner at this place. `day_precision`: (learners, activities)."""
    states = _states(deadlines, marks, day_precision, np.array([learner]))
    return HandedIn(*(int(state.sum()) for state in states))


def handed_in_by_activity(deadlines: Deadlines, marks: Marks, day_precision: Flags, learners: Longs) -> Longs:
    """The same counted over the learners at these places, for every activity; shape (4, activities)."""
    return np.stack([state.sum(axis=0) for state in _states(deadlines, marks, day_precision, learners)])
