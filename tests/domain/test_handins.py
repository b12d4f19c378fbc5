import numpy as np

from dashapp.domain.indicators.handins import Deadlines, handed_in, missed
from dashapp.domain.indicators.scores import Marks
from dashapp.domain.views import HandedIn

NONE = float("nan")
HOUR, DAY = 3600.0, 86_400.0
NOW = 100 * DAY


def marks(*submitted: float, **changes: object) -> Marks:
    shape = (1, len(submitted))
    values = {
        "percent": np.full(shape, NONE),
        "graded_at": np.full(shape, NONE),
        "submitted_at": np.array([submitted]),
        "exempt": np.zeros(shape, dtype=bool),
        "banked": np.zeros(shape, dtype=bool),
        **changes,
    }
    return Marks(**values)  # type: ignore[arg-type]  # the arrays above, by name


def deadlines(*due: float, joined: float = NONE) -> Deadlines:
    at = np.array([due])
    return Deadlines(at, (at // DAY + 1) * DAY, np.array([joined]), NOW)


def state(limits: Deadlines, work: Marks, *, only_days: bool = False) -> HandedIn:
    return handed_in(limits, work, np.full(work.percent.shape, only_days), 0)


def test_work_is_on_time_late_missing_or_not_yet_due() -> None:
    due = (90 * DAY, 91 * DAY, 92 * DAY, 101 * DAY)
    assert state(deadlines(*due), marks(89 * DAY, 91 * DAY + 1, NONE, NONE)) == HandedIn(1, 1, 1, 1)


def test_where_only_the_day_is_known_the_whole_due_day_is_on_time() -> None:
    due, same_day, next_day = 90 * DAY + HOUR, 90 * DAY + 12 * HOUR, 91 * DAY + 12 * HOUR
    assert state(deadlines(due), marks(same_day), only_days=True).on_time == 1
    assert state(deadlines(due), marks(next_day), only_days=True).late == 1
    assert state(deadlines(due), marks(same_day)).late == 1


def test_work_handed_in_early_is_no_longer_to_come() -> None:
    assert state(deadlines(101 * DAY), marks(99 * DAY)) == HandedIn(1, 0, 0, 0)


def test_banked_work_is_on_time() -> None:
    assert state(deadlines(90 * DAY), marks(95 * DAY, banked=np.array([[True]]))) == HandedIn(1, 0, 0, 0)


def test_a_grade_without_a_submission_is_work_that_came() -> None:
    assert state(deadlines(90 * DAY), marks(NONE, percent=np.array([[70.0]]))) == HandedIn(1, 0, 0, 0)


def test_exempt_work_what_was_due_before_joining_and_what_has_no_deadline_are_not_counted() -> None:
    nothing = HandedIn(0, 0, 0, 0)
    assert state(deadlines(90 * DAY), marks(NONE, exempt=np.array([[True]]))) == nothing
    assert state(deadlines(90 * DAY, joined=95 * DAY), marks(NONE)) == nothing
    assert state(deadlines(NONE), marks(NONE)) == nothing


def test_a_deadline_is_missed_within_the_window_only() -> None:
    limits = deadlines(80 * DAY, 90 * DAY, 99 * DAY, 101 * DAY)
    assert missed(limits, marks(NONE, NONE, NONE, NONE), NOW - 14 * DAY).tolist() == [[False, True, True, False]]
    assert missed(limits, marks(NONE, 95 * DAY, NONE, NONE), NOW - 14 * DAY).tolist() == [[False, False, True, False]]
