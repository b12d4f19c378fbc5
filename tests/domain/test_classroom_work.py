"""The indicators of a classroom's further cards, against answers counted by hand."""

from datetime import date

import numpy as np

from dashapp.domain.indicators.forum import NO_REPLY, Posts, unanswered, written_per_week
from dashapp.domain.indicators.handins import Deadlines, handed_in_by_activity
from dashapp.domain.indicators.hours import active_hours, hours_of_week, plain_hours
from dashapp.domain.indicators.last_seen import last_seen
from dashapp.domain.indicators.minutes import DayMinutes
from dashapp.domain.indicators.questions import Answers, Tries, tries
from dashapp.domain.indicators.scores import Marks
from dashapp.domain.indicators.spread import score_bins, shares
from dashapp.domain.indicators.units import UnitTouches, UnitTree, course_order, engagement

NONE = float("nan")
DAY = 86_400.0
MONDAY = date(2026, 5, 4)


def longs(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


# ------------------------------------------------------------------ hand-ins


def test_hand_ins_are_counted_per_activity_for_the_chosen_learners() -> None:
    # Three learners, two activities due on days 90 and 101; it is day 100.
    due = np.array([[90 * DAY, 101 * DAY], [95 * DAY, 101 * DAY], [90 * DAY, 101 * DAY]])
    submitted = np.array([[89 * DAY, NONE], [94 * DAY, 99 * DAY], [NONE, NONE]])
    limits = Deadlines(due, due + DAY, np.array([NONE, NONE, NONE]), 100 * DAY)
    no = np.zeros((3, 2), dtype=bool)
    work = Marks(np.full((3, 2), NONE), np.full((3, 2), NONE), submitted, no, no)
    everybody = handed_in_by_activity(limits, work, no, longs(0, 1, 2))
    # The second learner is on time by an extension.
    assert everybody.T.tolist() == [[2, 0, 1, 0], [1, 0, 0, 2]]
    assert handed_in_by_activity(limits, work, no, longs(2)).T.tolist() == [[0, 0, 1, 0], [0, 0, 0, 1]]
    assert handed_in_by_activity(limits, work, no, longs()).tolist() == [[0, 0]] * 4


def test_scores_fall_into_tenths_of_the_scale() -> None:
    assert score_bins(np.array([0, 9.9, 10, 55, 99, 100, 130, -5, NONE])).tolist() == [3, 1, 0, 0, 0, 1, 0, 0, 0, 3]
    assert score_bins(np.array([])).tolist() == [0] * 10


def test_shares_of_a_week_add_up_to_a_hundred_and_an_empty_week_has_none() -> None:
    found = shares(np.array([[3, 0], [1, 0]]))
    assert found.tolist() == [[75, 0], [25, 0]]


# ------------------------------------------------------------------ last seen


def test_every_learner_is_in_one_group_of_last_seen() -> None:
    today = 1000
    ago = [0, 1, 2, 3, 4, 7, 8, 14, 15, 21, 22, 300]
    days = longs(*(today - each for each in ago), 0, today + 1)
    assert last_seen(days, today).tolist() == [2, 1, 2, 2, 2, 2, 2, 1]
    assert last_seen(longs(), today).tolist() == [0] * 8


# ------------------------------------------------------------------ units


def test_a_unit_stands_for_everything_below_it_and_counts_a_learner_once() -> None:
    # 0 holds 1 and 2, 3 stands alone; learner 0 was in 1 (both activities) and 2, learner 3 in 2.
    tree = UnitTree(parent=longs(-1, 0, 0, -1), published=longs(1, 2, 1, 0))
    done = np.array([True, True, True, False])
    found = engagement(tree, UnitTouches(unit=longs(1, 1, 2, 2), learner=longs(0, 0, 0, 3), completed=done), learners=4)
    assert found.published.tolist() == [4, 2, 1, 0]
    assert found.touched.tolist() == [2, 1, 2, 0]
    # 3 of 16, 2 of 8, 1 of 4, nothing to complete.
    assert found.completed_share[:3].tolist() == [18.75, 25, 25]
    assert np.isnan(found.completed_share[3])


def test_a_course_without_units_and_one_without_learners_have_no_engagement() -> None:
    nothing = UnitTouches(longs(), longs(), np.zeros(0, dtype=bool))
    assert engagement(UnitTree(longs(), longs()), nothing, 3).touched.tolist() == []
    found = engagement(UnitTree(longs(-1), longs(2)), nothing, 0)
    assert found.touched.tolist() == [0]
    assert np.isnan(found.completed_share[0])


def test_units_that_stand_in_a_circle_end_the_count() -> None:
    tree = UnitTree(longs(1, 0), longs(1, 1))
    found = engagement(tree, UnitTouches(longs(0), longs(0), np.array([True])), 1)
    assert found.touched.tolist() == [1, 1]
    assert course_order(tree.parent, longs(1, 2), ["a", "b"]) == [(0, 0), (1, 0)]


def test_units_stand_in_the_order_of_the_course_each_before_what_lies_below() -> None:
    parent, position = longs(-1, -1, 1, 1), longs(2, 1, 5, 4)
    assert course_order(parent, position, ["late", "early", "b", "a"]) == [(1, 0), (3, 1), (2, 1), (0, 0)]


# ------------------------------------------------------------------ questions


def test_the_first_try_is_the_earliest_answer_of_the_lowest_attempt() -> None:
    answers = Answers(
        learner=longs(1, 1, 2, 3, 3, 4),
        attempt=longs(2, 1, 1, 1, 1, 1),
        at=np.array([50.0, 60.0, 10.0, 20.0, 30.0, 5.0]),
        right=longs(1, 0, 1, 0, 1, -1),
    )
    # 1: wrong, right at the second attempt; 2: right at once; 3: wrong, then right within the attempt; 4: not judged.
    assert tries(answers) == Tries(learners=3, answers=5, first_right=1, eventually_right=3)


def test_a_question_that_nobody_judged_has_no_tries() -> None:
    assert tries(Answers(longs(1), longs(1), np.array([1.0]), longs(-1))) == Tries(0, 0, 0, 0)


# ------------------------------------------------------------------ the forum


def test_a_thread_is_unanswered_when_it_is_older_than_two_days_and_has_no_reply() -> None:
    posts = Posts(
        author=longs(1, 2, 3, 4, 1),
        at=np.array([1 * DAY, 2 * DAY, 3 * DAY, 9 * DAY, 9 * DAY]),
        post=longs(10, 11, 12, 13, 14),
        reply_to=longs(NO_REPLY, 10, NO_REPLY, NO_REPLY, 11),
    )
    # 10 has a reply, 12 has none, 13 is a day old; 11 and 14 are replies.
    assert unanswered(posts, 10 * DAY).tolist() == [False, False, True, False, False]


def test_posts_are_counted_once_and_their_authors_once_per_week() -> None:
    told = Posts(
        author=longs(1, 1, 1, 2),
        at=np.array([3.0, 1.0, 5.0, 6.0]),
        post=longs(10, 10, 11, 12),
        reply_to=longs(NO_REPLY, NO_REPLY, 10, NO_REPLY),
    )
    posts = told.once()
    assert posts.at.tolist() == [1, 5, 6]
    threads, replies, authors = written_per_week(posts, longs(0, 0, 1), 3)
    assert (threads.tolist(), replies.tolist(), authors.tolist()) == ([1, 1, 0], [1, 0, 0], [1, 1, 0])
    assert [part.tolist() for part in written_per_week(posts, longs(-1, 3, 9), 2)] == [[0, 0]] * 3


# ------------------------------------------------------------------ hours


def bits(*minutes: int) -> np.ndarray:
    row = np.zeros(1504, dtype=np.uint8)
    row[list(minutes)] = 1
    return np.packbits(row)


def test_an_hour_counts_once_per_learner_and_day() -> None:
    monday = MONDAY.toordinal()
    rows = DayMinutes(
        learner=longs(1, 1, 2), day=longs(monday, monday + 7, monday),
        bits=np.stack([bits(9 * 60, 9 * 60 + 40, 10 * 60), bits(9 * 60 + 5), bits(9 * 60 + 59, 1439)]),
    )  # fmt: skip
    cell = active_hours(rows, lambda _day: plain_hours())
    assert sorted(cell.tolist()) == [9, 9, 9, 10, 23]
    # Two Mondays and one Tuesday.
    mean = hours_of_week(cell, MONDAY, date(2026, 5, 11))
    assert (mean[0, 9], mean[0, 10], mean[0, 23], mean[1, 9], mean.sum()) == (1.5, 0.5, 0.5, 0, 2.5)


def test_hours_are_those_of_the_clock_on_a_day_that_skips_one() -> None:
    # 29 March 2026 in Berlin: after 01:59 comes 03:00.
    skipping = np.minimum(np.arange(100) // 4 + (np.arange(100) >= 8), 23)
    rows = DayMinutes(longs(1), longs(date(2026, 3, 29).toordinal()), bits(119, 120)[None])
    cell = active_hours(rows, lambda _day: skipping)
    assert cell.tolist() == [6 * 24 + 1, 6 * 24 + 3]


def test_nobody_with_minutes_has_no_hours() -> None:
    for rows in (
        DayMinutes(longs(), longs(), np.zeros((0, 188), dtype=np.uint8)),
        DayMinutes(longs(1), longs(5), np.zeros((1, 188), dtype=np.uint8)),
    ):
        cell = active_hours(rows, lambda _day: plain_hours())
        assert len(cell) == 0
        assert hours_of_week(cell, MONDAY, MONDAY).sum() == 0
