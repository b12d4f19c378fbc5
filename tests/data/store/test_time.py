"""Events that come late, early or with any offset land on the local day and minute on which they happened."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.organisations import OrganisationError, change_time_zone
from dashapp.domain.events import Event, Precision, RefusalReason, Role
from dashapp.domain.keys import OrganisationId
from dashapp.domain.localtime import DatedZone
from tests.data.store.conftest import NOW, Campus, activity, enrolled, viewed
from tests.data.store.test_any_order import empty
from tests.domain.test_localtime import EARLIEST, ZONES, searched

DAY = timedelta(days=1)


def landed(campus: Campus) -> list[tuple[date, int]]:
    """Every (day, minute) on which somebody was active."""
    return [
        (day, minute)
        for day, minutes in campus.rows("SELECT day, minutes::text FROM learner_course_days ORDER BY day")
        for minute, active in enumerate(minutes or "")
        if active == "1"
    ]


def zoned(campus: Campus, zones: list[DatedZone]) -> None:
    """Gives the organisation the zones as if it had always had them; writers find out by themselves."""
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        connection.execute(text("DELETE FROM organisation_time_zones"))
        for one in zones:
            connection.execute(
                text("INSERT INTO organisation_time_zones VALUES (:organisation, :day, :zone)"),
                {"organisation": campus.organisation, "day": one.valid_from, "zone": one.zone},
            )
        connection.execute(text("UPDATE organisations SET structure_epoch = structure_epoch + 1"))


@pytest.fixture(scope="module")
def any_campus(module_database: Database) -> Campus:
    return Campus(module_database)


# Around the changes of clocks in spring and in autumn, north and south; a year is the horizon of raw events.
NIGHTS = [date(2025, 10, 5), date(2025, 10, 26), date(2025, 11, 2), date(2026, 3, 8), date(2026, 3, 29)]
RECEIVED = datetime(2026, 4, 6, 12, 0, tzinfo=UTC)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """An instant within two days of a change, written with any offset."""
    night = draw(st.sampled_from(NIGHTS))
    seconds = draw(st.integers(-2 * 86_400, 2 * 86_400))
    at = datetime(night.year, night.month, night.day, tzinfo=UTC) + timedelta(seconds=seconds)
    return at.astimezone(draw(offsets))


@settings(max_examples=max(1, settings.default.max_examples if settings.default else 50))
@given(
    times=st.lists(instants(), min_size=1, max_size=12),
    zone=st.sampled_from(ZONES),
    later=st.sampled_from(ZONES),
    change=st.sampled_from(NIGHTS),
)
@example([datetime(2025, 10, 26, 23, 50, tzinfo=UTC)], "Antarctica/Troll", "Antarctica/Troll", NIGHTS[0])
@example([datetime(2025, 10, 26, 0, 10 * n, tzinfo=UTC) for n in range(6)], "Atlantic/Azores", "UTC", NIGHTS[4])
def test_any_offset_lands_where_zoneinfo_has_it_across_changes_of_clocks_and_of_the_zone(
    any_campus: Campus, times: list[datetime], zone: str, later: str, change: date
) -> None:
    campus, dated = any_campus, [DatedZone(EARLIEST, zone), DatedZone(change, later)]
    empty(campus)
    zoned(campus, dated)
    events: list[Event] = [viewed("ada", at, activity=activity()) for at in times]
    half = len(events) // 2
    for batch in (events[half:], events[:half]):
        if batch:
            campus.write(*batch, received_at=RECEIVED)
    assert landed(campus) == sorted({searched(at.astimezone(UTC), dated) for at in times})
    assert campus.differences() == {}


def test_what_comes_days_late_lands_on_its_own_day(campus: Campus) -> None:
    late = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)  # half past two in Berlin, for the second time
    campus.write(viewed("ada", late), viewed("ada", late - timedelta(hours=1)), received_at=NOW)
    assert landed(campus) == [(date(2025, 10, 26), 150), (date(2025, 10, 26), 210)]


def test_a_clock_that_is_a_little_ahead_is_believed_also_into_tomorrow(campus: Campus) -> None:
    received = datetime(2026, 3, 19, 22, 58, tzinfo=UTC)  # two minutes before midnight in Berlin
    written = campus.write(
        viewed("ada", received + timedelta(minutes=4)), viewed("ada", received + timedelta(minutes=6)),
        received_at=received,
    )  # fmt: skip
    assert landed(campus) == [(date(2026, 3, 20), 2)]
    assert [one.reason for one in written.buried] == [RefusalReason.IN_THE_FUTURE]


def test_without_a_time_of_its_own_an_event_lands_when_it_came(campus: Campus) -> None:
    received = datetime(2026, 3, 19, 23, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    campus.write(viewed("ada", None), received_at=received)
    assert landed(campus) == [(date(2026, 3, 20), 240)]


def test_a_day_without_an_hour_has_no_minute_whatever_the_offset(campus: Campus) -> None:
    noon = datetime(2026, 3, 19, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    campus.write(viewed("ada", noon, precision=Precision.DAY))
    assert campus.rows("SELECT day, minutes FROM learner_course_days") == [(date(2026, 3, 19), None)]


def test_a_role_that_ends_where_the_zone_changes_leaves_out_its_own_days_only(campus: Campus) -> None:
    change = date(2026, 3, 10)
    zoned(campus, [DatedZone(EARLIEST, "Asia/Kolkata"), DatedZone(change, "America/New_York")])
    begins = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # midnight in New York
    campus.write(
        enrolled("ada", begins - DAY, Role.TEACHER),
        enrolled("ada", begins, Role.TEACHER, active=False),
        *(viewed("ada", begins + timedelta(hours=hours)) for hours in (-6, -1, 1)),
    )
    assert campus.rows("SELECT day, events FROM course_days") == [(change, 1)]


def test_a_zone_changes_for_days_to_come_only_and_events_of_both_sides_land_by_their_own(
    campus: Campus, database: Database
) -> None:
    today = datetime.now(UTC).date()
    with pytest.raises(OrganisationError, match="day after tomorrow"):
        _change(database, campus.organisation, today + DAY, "Asia/Kolkata")
    change = today + 3 * DAY
    _change(database, campus.organisation, change, "Asia/Kolkata")
    dated = [DatedZone(EARLIEST, "Europe/Berlin"), DatedZone(change, "Asia/Kolkata")]
    first = datetime(change.year, change.month, change.day, tzinfo=UTC)
    times = [first + timedelta(hours=hours) for hours in (-30, -7, -5, 0, 20)]
    campus.write(*(viewed("ada", at) for at in times), received_at=first + DAY)
    assert landed(campus) == sorted(searched(at, dated) for at in times)


def _change(database: Database, organisation: OrganisationId, day: date, zone: str) -> None:
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        change_time_zone(connection, organisation, day, zone)
