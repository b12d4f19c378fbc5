"""Looking back at the list: which days are looked at, who counts as lost, and what is counted of them."""

from datetime import date

import numpy as np
import pytest

from dashapp.domain.events import Outcome
from dashapp.domain.indicators.calendar import TeachingCalendar
from dashapp.domain.indicators.enrolments import CODES, Enrolments
from dashapp.domain.indicators.hindsight import checkpoint, checkpoint_days, lost
from dashapp.domain.views import Level

START, END = date(2026, 3, 2), date(2026, 7, 31)


def calendar(start: date | None = START, end: date | None = END, *breaks: tuple[date, date]) -> TeachingCalendar:
    return TeachingCalendar(start, end, breaks)


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2026, 4, 26), []),
        (date(2026, 4, 27), [date(2026, 3, 30)]),
        (date(2026, 5, 25), [date(2026, 3, 30), date(2026, 4, 27)]),
        # Four weeks before the end: later ones have nothing to come true in.
        (date(2027, 1, 1), [date(2026, 3, 30), date(2026, 4, 27), date(2026, 5, 25), date(2026, 6, 22)]),
    ],
)
def test_every_fourth_week_is_looked_at_that_lies_four_weeks_back(today: date, days: list[date]) -> None:
    assert list(checkpoint_days(calendar(), today)) == days


def test_a_break_and_a_course_without_a_start_have_none() -> None:
    days = checkpoint_days(calendar(START, END, (date(2026, 3, 28), date(2026, 4, 3))), date(2026, 5, 25))
    assert list(days) == [date(2026, 4, 27)]
    assert checkpoint_days(calendar(None), date(2026, 5, 25)) == ()


def test_lost_is_who_left_before_the_end_or_did_not_pass() -> None:
    never, end = float("inf"), 100.0
    outcome = [0, 0, 0, CODES[Outcome.FAIL], CODES[Outcome.PASS], CODES[Outcome.WITHDRAWN]]
    ends = np.array([never, 50.0, 100.0, never, never, never])
    enrolments = Enrolments(np.arange(6), np.zeros(6), ends, np.array(outcome))
    assert lost(enrolments, end).tolist() == [False, True, False, True, False, True]


def test_the_shares_of_a_checkpoint() -> None:
    levels = [Level.HELP, Level.HELP, Level.WATCH, Level.CALM, Level.CALM, Level.CALM]
    fate = np.array([True, False, True, False, False, False])
    one = checkpoint(START, 1, levels, fate)
    assert (one.listed, one.listed_lost, one.others, one.others_lost) == (2, 1, 4, 1)
    assert (one.of_listed, one.of_others, one.found) == (50.0, 25.0, 50.0)


def test_nobody_listed_and_nobody_lost_have_no_share() -> None:
    one = checkpoint(START, 1, [Level.CALM, Level.CALM], np.array([False, False]))
    assert (one.of_listed, one.of_others, one.found) == (None, 0.0, None)
