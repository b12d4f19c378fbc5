"""When schedules are due, held against a search through every minute; what changes of clocks do to them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashapp.domain.schedules.cron import Cron, NotACron
from dashapp.domain.schedules.rhythm import Every, Rhythm, rhythm_of
from dashapp.domain.schedules.runs import RETRIES, CopyState, RunState, next_try, outcome_of

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "America/Havana"),
    "Antarctica/Troll",
    "Pacific/Apia",  # had no 30 December 2011
    "Asia/Kathmandu",
    "UTC",
]
MINUTE = timedelta(minutes=1)
crons = st.builds(
    lambda minute, hours, days, weekdays: f"{minute} {hours} {days} * {weekdays}",
    st.integers(0, 59),
    st.one_of(st.just("*"), st.sets(st.integers(0, 23), min_size=1).map(lambda found: ",".join(map(str, found)))),
    st.sampled_from(["*", "*", "1", "15-20", "1-31/2"]),
    st.sampled_from(["*", "*", "mon", "1-5", "6,7"]),
)
begins = st.one_of(
    st.integers(0, 60 * 24 * 366 * 20).map(lambda minutes: datetime(2008, 1, 1, tzinfo=UTC) + minutes * MINUTE),
    # Around changes: Berlin and Havana in spring and autumn, the day that Apia did not have.
    st.sampled_from([(2026, 3, 28), (2026, 10, 24), (2026, 3, 7), (2026, 10, 31), (2011, 12, 29), (2026, 4, 4)]).map(
        lambda day: datetime(*day, 3, 17, tzinfo=UTC)
    ),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def searched(cron: Cron, begin: datetime, minutes: int, zone: ZoneInfo) -> list[datetime]:
    """What is due, by looking at what the clock shows in every minute, and at what it leaves out."""
    found = set()
    for count in range(1, minutes + 1):
        now = begin + count * MINUTE
        shown = now.astimezone(zone)
        if shown.fold == 0 and _fits(cron, shown):
            found.add(now)
        # Clocks that were put forward leave times out: each is moved forward by as much.
        left_out = (shown.utcoffset() or timedelta()) - (
            (now - timedelta(days=2)).astimezone(zone).utcoffset() or 0 * MINUTE
        )
        earlier = shown.replace(tzinfo=None) - left_out
        if left_out > timedelta() and not _exists(earlier, zone) and _fits(cron, earlier):
            found.add(now)
    return sorted(found)


def _fits(cron: Cron, shown: datetime) -> bool:
    return shown.minute == cron.minute and shown.hour in cron.hours and cron.has_day(shown.date())


def _exists(shown: datetime, zone: ZoneInfo) -> bool:
    return shown.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == shown


@settings(max_examples=60, deadline=None)
@given(crons, begins, st.sampled_from(ZONES).map(ZoneInfo))
def test_a_schedule_is_due_exactly_when_a_search_through_every_minute_finds_it(
    said: str, begin: datetime, zone: ZoneInfo
) -> None:
    cron, days = Cron.parse(said), 3
    found = searched(cron, begin, days * 24 * 60, zone)
    assert list(cron.between(begin + MINUTE, begin + timedelta(days=days), zone)) == found


@settings(max_examples=100, deadline=None)
@given(crons, begins, st.sampled_from(ZONES).map(ZoneInfo))
def test_the_next_time_lies_always_later_and_nothing_lies_between(said: str, begin: datetime, zone: ZoneInfo) -> None:
    cron = Cron.parse(said)
    first = cron.after(begin, zone)
    assert first > begin
    assert cron.after(first - MINUTE, zone) == first
    assert cron.after(first, zone) > first


@pytest.mark.parametrize(
    ("cron", "after", "due"),
    [
        ("30 2 * * *", "2026-03-28T12:00", "2026-03-29T01:30"),  # 02:30 is left out, so 03:30 in summer time
        ("30 2 * * *", "2026-03-29T12:00", "2026-03-30T00:30"),
        ("30 2 * * *", "2026-10-24T12:00", "2026-10-25T00:30"),  # there are two, the first one counts
        ("30 2 * * *", "2026-10-25T00:30", "2026-10-26T01:30"),
        ("0 7 * * mon", "2026-03-23T06:00", "2026-03-30T05:00"),  # seven o'clock before and after the change
        ("0 0 29 2 *", "2026-01-01T00:00", "2028-02-28T23:00"),
        ("0 12 13 * fri", "2026-11-02T00:00", "2026-11-06T11:00"),  # one of both is enough, as in cron
    ],
)
def test_due_times_around_changes_of_clocks_are_those_of_the_rule(cron: str, after: str, due: str) -> None:
    assert Cron.parse(cron).after(at(after), BERLIN) == at(due)


def test_a_time_that_clocks_leave_out_and_the_one_it_moves_to_are_one_run() -> None:
    found = Cron.parse("0 * * * *").between(at("2026-03-29T00:00"), at("2026-03-29T03:00"), BERLIN)
    assert found == (at("2026-03-29T00:00"), at("2026-03-29T01:00"), at("2026-03-29T02:00"), at("2026-03-29T03:00"))


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        ("0 7 * *", "form"),
        ("", "form"),
        ("0 7 * * * *", "form"),
        ("0" * 200 + " 7 * * *", "form"),
        ("* 7 * * *", "often"),
        ("0,30 7 * * *", "often"),
        ("60 7 * * *", "field"),
        ("0 24 * * *", "field"),
        ("0 7 0 * *", "field"),
        ("0 7 * 13 *", "field"),
        ("0 7 * * 8", "field"),
        ("0 7 5-1 * *", "field"),
        ("0 7 */2 * *", "field"),
        ("0 */0 * * *", "field"),
        ("0 7 * * mon-fry", "field"),
        ("0 ٧ * * *", "field"),
        ("0 7 30 2 *", "never"),
    ],
)
def test_what_is_no_time_of_a_report_is_refused_with_the_reason(cron: str, why: str) -> None:
    with pytest.raises(NotACron) as refused:
        Cron.parse(cron)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("rhythm", "cron"),
    [
        (Rhythm(Every.DAY, time(7, 5)), "5 7 * * *"),
        (Rhythm(Every.WEEK, time(7), frozenset({1})), "0 7 * * 1"),
        (Rhythm(Every.WEEK, time(18, 30), frozenset({0, 5})), "30 18 * * 0,5"),
        (Rhythm(Every.MONTH, time(0), day=15), "0 0 15 * *"),
    ],
)
def test_a_rhythm_that_people_choose_is_a_cron_and_comes_back_from_it(rhythm: Rhythm, cron: str) -> None:
    assert rhythm.cron() == cron
    assert rhythm_of(Cron.parse(cron)) == rhythm


@pytest.mark.parametrize("cron", ["0 7,8 * * *", "0 7 * 3 *", "0 7 1,2 * *", "0 7 1 * mon"])
def test_what_no_words_are_for_stays_a_cron(cron: str) -> None:
    assert rhythm_of(Cron.parse(cron)) == Rhythm(Every.OTHERWISE)


def test_a_run_has_come_to_what_its_copies_have() -> None:
    sent, failed, unsure = CopyState.SENT, CopyState.FAILED, CopyState.UNCERTAIN
    assert outcome_of([sent, CopyState.WAITING]) is None
    assert outcome_of([sent, CopyState.SENDING]) is None
    assert outcome_of([sent, CopyState.HELD]) is RunState.DONE
    assert outcome_of([sent, failed]) is RunState.PARTLY
    assert outcome_of([unsure, failed]) is RunState.PARTLY
    assert outcome_of([failed, CopyState.NO_ACCESS]) is RunState.FAILED
    assert outcome_of([]) is RunState.FAILED


def test_waiting_grows_with_each_try_until_it_is_given_up() -> None:
    now = at("2026-03-02T09:00")
    waits = [next_try(count, now) for count in range(1, len(RETRIES) + 2)]
    assert waits[-1] is None
    kept = [wait for wait in waits if wait is not None]
    assert kept == sorted(kept)
    assert len(kept) == len(RETRIES)
