from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dashapp.domain.indicators.minutes import DayMinutes, FirstMinute, TimePerDay, time_on_task
from dashapp.domain.localtime import DatedZone, LocalDays

BERLIN = LocalDays([DatedZone(date(1970, 1, 1), "Europe/Berlin")])
NEW_YORK = LocalDays([DatedZone(date(1970, 1, 1), "America/New_York")])


def first_minute_in(local: LocalDays) -> FirstMinute:
    return lambda day: int(local.first_instant(day).timestamp()) // 60


def packed(*events: tuple[int, datetime], local: LocalDays = BERLIN) -> DayMinutes:
    """Learner-days of (learner, aware instant) events, one row per learner and day."""
    bits: dict[tuple[int, int], NDArray[np.uint8]] = defaultdict(lambda: np.zeros(1504, dtype=np.uint8))
    for learner, instant in events:
        day, minute = local.locate(instant.timestamp())
        bits[learner, day.toordinal()][minute] = 1
    keys = list(bits)
    rows = np.packbits(np.array([bits[key] for key in keys], dtype=np.uint8).reshape(len(keys), 1504), axis=1)
    return DayMinutes(
        np.array([key[0] for key in keys], dtype=np.int64), np.array([key[1] for key in keys], dtype=np.int64), rows
    )


def figures(time: TimePerDay) -> list[tuple[int, date, int, int]]:
    return [
        (int(learner), date.fromordinal(int(day)), int(minutes), int(sessions))
        for learner, day, minutes, sessions in zip(time.learner, time.day, time.minutes, time.sessions, strict=True)
    ]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_one_event_is_one_minute_and_one_session() -> None:
    time = time_on_task(packed((1, at("2026-05-04T10:00:30"))), first_minute_in(BERLIN))
    assert figures(time) == [(1, date(2026, 5, 4), 1, 1)]


def test_a_gap_of_theta_is_filled_and_a_longer_one_begins_a_new_session() -> None:
    events = [(1, at("2026-05-04T10:00")), (1, at("2026-05-04T10:30")), (1, at("2026-05-04T11:01"))]
    time = time_on_task(packed(*events), first_minute_in(BERLIN), theta=30)
    assert figures(time) == [(1, date(2026, 5, 4), 31 + 1, 2)]


def test_a_larger_theta_joins_what_a_smaller_one_parts() -> None:
    events = [(1, at("2026-05-04T10:00")), (1, at("2026-05-04T10:45"))]
    assert time_on_task(packed(*events), first_minute_in(BERLIN), theta=30).total == 2
    assert time_on_task(packed(*events), first_minute_in(BERLIN), theta=60).total == 46


def test_a_session_over_midnight_is_one_session_and_its_minutes_fall_on_both_days() -> None:
    # 23:50 and 00:10 of Berlin's clock.
    events = [(1, at("2026-05-04T21:50")), (1, at("2026-05-04T22:10"))]
    time = time_on_task(packed(*events), first_minute_in(BERLIN))
    assert figures(time) == [(1, date(2026, 5, 4), 10, 1), (1, date(2026, 5, 5), 11, 0)]


def test_the_night_in_which_the_clock_goes_back_has_its_real_minutes() -> None:
    # New York, 1 November 2026: 01:50 comes twice, one hour apart; the second is 60 minutes later, not 0.
    events = [(1, at("2026-11-01T05:50")), (1, at("2026-11-01T06:10")), (1, at("2026-11-01T06:30"))]
    time = time_on_task(packed(*events, local=NEW_YORK), first_minute_in(NEW_YORK))
    assert figures(time) == [(1, date(2026, 11, 1), 41, 1)]


def test_a_session_over_the_end_of_a_day_of_23_hours_stays_one_session() -> None:
    # Berlin, 29 March 2026 ends after 23 hours, at 22:00 UTC.
    events = [(1, at("2026-03-29T21:45")), (1, at("2026-03-29T22:05"))]
    time = time_on_task(packed(*events), first_minute_in(BERLIN))
    assert figures(time) == [(1, date(2026, 3, 29), 15, 1), (1, date(2026, 3, 30), 6, 0)]


def test_the_same_minutes_of_two_courses_count_once() -> None:
    first = packed((7, at("2026-05-04T10:00")), (7, at("2026-05-04T10:20")))
    second = packed((7, at("2026-05-04T10:10")), (7, at("2026-05-04T10:20")))
    pairs = [(first.learner, second.learner), (first.day, second.day), (first.bits, second.bits)]
    both = DayMinutes(*(np.concatenate(pair) for pair in pairs))  # type: ignore[arg-type]  # of three types
    assert figures(time_on_task(both, first_minute_in(BERLIN))) == [(7, date(2026, 5, 4), 21, 1)]


def test_nothing_gives_nothing() -> None:
    nothing = DayMinutes(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 188), np.uint8))
    assert figures(time_on_task(nothing, first_minute_in(BERLIN))) == []


MOMENTS = st.integers(0, 5 * 24 * 60).map(lambda minute: at("2026-10-23T00:00") + timedelta(minutes=minute))


@given(st.lists(st.tuples(st.integers(1, 3), MOMENTS), max_size=60), st.integers(1, 90))
def test_it_equals_a_plain_walk_through_the_minutes(events: list[tuple[int, datetime]], theta: int) -> None:
    expected: dict[tuple[int, date], list[int]] = defaultdict(lambda: [0, 0])
    for learner in {one for one, _ in events}:
        minutes = sorted({int(moment.timestamp()) // 60 for one, moment in events if one == learner})
        for index, minute in enumerate(minutes):
            gap = minutes[index + 1] - minute if index + 1 < len(minutes) else None
            length = gap if gap is not None and gap <= theta else 1
            for filled in range(minute, minute + length):
                expected[learner, BERLIN.locate(filled * 60)[0]][0] += 1
            if index == 0 or minute - minutes[index - 1] > theta:
                expected[learner, BERLIN.locate(minute * 60)[0]][1] += 1
    time = time_on_task(packed(*events), first_minute_in(BERLIN), theta)
    assert figures(time) == [(*key, expected[key][0], expected[key][1]) for key in sorted(expected)]
