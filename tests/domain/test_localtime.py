"""Local days and their minutes, held against a search through the calendar that knows nothing of how they are found."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashapp.domain.localtime import MINUTES_PER_DAY, DatedZone, LocalDays

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",  # + 5:30
    "Asia/Kathmandu",  # + 5:45
    "Australia/Lord_Howe",  # its summer time is half an hour
    "America/St_Johns",  # - 3:30
    "Pacific/Chatham",  # + 12:45
    "Pacific/Kiritimati",  # + 14
    "Pacific/Pago_Pago",  # - 11
    "America/Havana",  # clocks go back to midnight: there are two of them
    "Atlantic/Azores",  # so they do here
    "Asia/Beirut",  # clocks go forward at midnight: there is none
    "Antarctica/Troll",  # goes back by two hours
    "UTC",
]
EARLIEST = date(1970, 1, 1)
zones = st.sampled_from(ZONES)
# Years with changes on different days, and with rules that have been changed since.
seconds = st.integers(
    int(datetime(2008, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2032, 1, 1, tzinfo=UTC).timestamp())
)
MINUTE = timedelta(minutes=1)


def searched(instant: datetime, dated: list[DatedZone]) -> tuple[date, int]:
    """The local day and its minute, by looking at every quarter of an hour before."""
    begins = [_first_quarter(one.valid_from, ZoneInfo(one.zone)) for one in dated[1:]]
    number = sum(begin <= instant for begin in begins)
    zone = ZoneInfo(dated[number].zone)
    day = instant.astimezone(zone).date()
    if number < len(begins):
        day = min(day, dated[number + 1].valid_from - timedelta(days=1))
    minutes = (instant - _first_quarter(day, zone)) // MINUTE
    return day, min(minutes, MINUTES_PER_DAY - 1)


def _first_quarter(day: date, zone: ZoneInfo) -> datetime:
    """The first quarter of an hour that shows this date."""
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=30)
    while instant.astimezone(zone).date() < day:
        instant += timedelta(minutes=15)
    return instant


@given(zone=zones, epoch=seconds)
@example("Antarctica/Troll", int(datetime(2026, 10, 25, 23, 50, tzinfo=UTC).timestamp()))
@example("Atlantic/Azores", int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()))
@example("Atlantic/Azores", int(datetime(2026, 10, 25, 1, 30, tzinfo=UTC).timestamp()))
@example("Asia/Beirut", int(datetime(2026, 3, 28, 22, 0, tzinfo=UTC).timestamp()))
@example("Australia/Lord_Howe", int(datetime(2026, 4, 4, 15, 10, tzinfo=UTC).timestamp()))
def test_an_instant_lies_on_the_day_that_clocks_show_and_on_the_minutes_since_it_began(zone: str, epoch: int) -> None:
    dated = [DatedZone(EARLIEST, zone)]
    assert LocalDays(dated).locate(epoch) == searched(datetime.fromtimestamp(epoch, UTC), dated)


@given(one=zones, other=zones, day=st.dates(date(2009, 1, 1), date(2031, 1, 1)), hours=st.floats(-60, 60))
@example("Asia/Kolkata", "Europe/Berlin", date(2026, 5, 1), -4.0)
@example("Europe/Berlin", "Pacific/Chatham", date(2026, 5, 1), -20.0)
def test_a_change_of_the_zone_holds_from_the_first_instant_of_its_day_on(
    one: str, other: str, day: date, hours: float
) -> None:
    dated = [DatedZone(EARLIEST, one), DatedZone(day, other)]
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=int(hours * 3600))
    local = LocalDays(dated)
    assert local.locate(instant.timestamp()) == searched(instant, dated)
    # Days follow each other: an instant is on a day from its first instant on, and before that of the next day.
    found = local.day_of(instant)
    assert local.first_instant(found) <= instant < local.first_instant(found + timedelta(days=1))


@given(zone=zones, epoch=seconds)
def test_minutes_never_go_back_within_a_day(zone: str, epoch: int) -> None:
    local = LocalDays([DatedZone(EARLIEST, zone)])
    day, minute = local.locate(epoch)
    next_day, next_minute = local.locate(epoch + 60)
    assert (next_day, next_minute) > (day, minute) or (minute, next_minute) == (MINUTES_PER_DAY - 1,) * 2
    assert next_minute in (0, minute + 1, MINUTES_PER_DAY - 1)


@pytest.mark.parametrize(("zone", "day", "length"), [
    ("Europe/Berlin", date(2026, 3, 29), 23 * 60),
    ("Europe/Berlin", date(2026, 10, 25), 25 * 60),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24 * 60 + 30),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23 * 60 + 30),
    ("America/Havana", date(2026, 11, 1), 25 * 60),
    ("Asia/Beirut", date(2026, 3, 29), 23 * 60),
])  # fmt: skip
def test_a_day_is_as_long_as_it_is(zone: str, day: date, length: int) -> None:
    local = LocalDays([DatedZone(EARLIEST, zone)])
    last = local.first_instant(day + timedelta(days=1)) - MINUTE
    assert local.locate(local.first_instant(day).timestamp()) == (day, 0)
    assert local.locate(last.timestamp()) == (day, length - 1)


def test_without_a_zone_days_are_those_of_utc() -> None:
    assert LocalDays([]).locate(datetime(2026, 3, 4, 5, 6, tzinfo=UTC).timestamp()) == (date(2026, 3, 4), 306)
