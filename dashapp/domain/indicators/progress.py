"""Progress: activities completed ÷ activities published to the learner."""

from dataclasses import dataclass

from dashapp.domain.events import ActivityType

BY_VIEW = frozenset({ActivityType.PAGE, ActivityType.RESOURCE})
"""Nothing but looking at them can be done with these, so a first view completes them."""


@dataclass(frozen=True, slots=True)
class ActivityState:
    """What one learner has done with one published activity."""

    activity_type: ActivityType
    completed: bool = False
    submitted: bool = False
    viewed: bool = False


def is_complete(state: ActivityState) -> bool:
    """A completion event, else a submission, else (resources) a first view."""
    return state.completed or state.submitted or (state.activity_type in BY_VIEW and state.viewed)


def share(done: int, published: int) -> float | None:
    """Progress in %; None where nothing has been published."""
    return min(100.0, 100.0 * done / published) if published else None
