"""Punctuality: what was due, and whether it came on time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashapp.domain.indicators.scores import Marks
from dashapp.domain.views import HandedIn

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
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
class Punctuality:
    """What each learner was to hand in; all of the shape (learners, activities)."""

    theirs: Flags
    """Work with a deadline that is theirs: neither exempt nor due before they joined."""
    past: Flags
    """Theirs, and past due."""
    came: Flags
    """Handed in, graded, or banked from an earlier run; whether or not theirs."""
    late: Flags
    """Came after the deadline."""

    @property
    def on_time(self) -> Flags:
        """Past due, and came on time."""
        return np.asarray(self.past & self.came & ~self.late, dtype=bool)


def came(marks: Marks) -> Flags:
    """Handed in, graded, or banked from an earlier run; shape (learners, activities)."""
    return np.asarray(~np.isnan(marks.submitted_at) | ~np.isnan(marks.percent) | marks.banked, dtype=bool)


def punctuality(deadlines: Deadlines, marks: Marks, day_precision: Flags) -> Punctuality:
    """The state of all work of all learners; `day_precision`: (learners, activities), where only days are known."""
    due, submitted = deadlines.due_at, marks.submitted_at
    joined = np.where(np.isnan(deadlines.joined_at), -np.inf, deadlines.joined_at)[:, None]
    with np.errstate(invalid="ignore"):
        theirs = ~np.isnan(due) & ~marks.exempt & (due > joined)
        past = theirs & (due < deadlines.as_of)
        there = came(marks)
        late = there & (submitted > np.where(day_precision, deadlines.closes_at, due)) & ~marks.banked
    return Punctuality(theirs, past, there, late)


def punctuality_of(deadlines: Deadlines, marks: Marks, day_precision: Flags, learner: int) -> Punctuality:
    """The same of the learner at this place; all of the shape (activities,)."""
    state = punctuality(deadlines, marks, day_precision)
    return Punctuality(*(flags[learner] for flags in (state.theirs, state.past, state.came, state.late)))


def _states(state: Punctuality) -> tuple[Flags, ...]:
    """On time, late, missing, not yet due: one matrix each."""
    theirs, past, came, late = state.theirs, state.past, state.came, state.late
    return theirs & came & ~late, theirs & late, past & ~came, theirs & ~past & ~came


def handed_in(deadlines: Deadlines, marks: Marks, day_precision: Flags, learner: int) -> HandedIn:
    """On time, late, missing, not yet due for the learner at this place. `day_precision`: (learners, activities)."""
    state = punctuality(deadlines, marks, day_precision)
    return HandedIn(*(int(flags[learner].sum()) for flags in _states(state)))


def handed_in_by_activity(deadlines: Deadlines, marks: Marks, day_precision: Flags, learners: Longs) -> Longs:
    """The same counted over the learners at these places, for every activity; shape (4, activities)."""
    state = punctuality(deadlines, marks, day_precision)
    return np.stack([flags[learners].sum(axis=0) for flags in _states(state)])
