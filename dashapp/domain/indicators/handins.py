"""Punctuality: what was due, and whether it came on time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.indicators.scores import Marks
from dashapp.domain.views import HandedIn

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


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


@dataclass(frozen=True, slots=True)
class WorkFlags:
    """What has become of each activity for one learner; all of the shape (activities,). Exempt work is not theirs."""

    theirs: Flags
    """With a deadline that is the learner's own."""
    came: Flags
    late: Flags
    past: Flags
    """Theirs, and the deadline is over."""


def work_flags(deadlines: Deadlines, marks: Marks, day_precision: Flags, learner: int) -> WorkFlags:
    """Of the learner at this place. `day_precision`: (learners, activities)."""
    due, submitted = deadlines.due_at[learner], marks.submitted_at[learner]
    joined = deadlines.joined_at[learner]
    theirs = ~np.isnan(due) & ~marks.exempt[learner]
    if not np.isnan(joined):
        theirs &= np.nan_to_num(due, nan=-np.inf) > joined
    past = theirs & (np.nan_to_num(due, nan=np.inf) < deadlines.as_of)
    limit = np.where(day_precision[learner], deadlines.closes_at[learner], due)
    came = ~np.isnan(submitted) | ~np.isnan(marks.percent[learner]) | marks.banked[learner]
    with np.errstate(invalid="ignore"):
        late = came & (submitted > limit) & ~marks.banked[learner]
    return WorkFlags(theirs, came, late, past)


def handed_in(deadlines: Deadlines, marks: Marks, day_precision: Flags, learner: int) -> HandedIn:
    """On time, late, missing, not yet due for the learner at this place. `day_precision`: (learners, activities)."""
    work = work_flags(deadlines, marks, day_precision, learner)
    return HandedIn(
        int((work.theirs & work.came & ~work.late).sum()),
        int((work.theirs & work.late).sum()),
        int((work.past & ~work.came).sum()),
        int((work.theirs & ~work.past & ~work.came).sum()),
    )
