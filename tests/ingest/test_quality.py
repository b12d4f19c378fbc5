"""What ingest keeps of the quality of what it takes, and when that becomes an alert."""

import math
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from threading import Event as Signal

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.arrivals import Buried, Place
from dashapp.data.store.quality import JUDGED_EVERY, QualityKeeper
from dashapp.domain.events import (
    ActivityDescribed,
    ActivityType,
    Event,
    Identifier,
    Precision,
    RefusalReason,
    Source,
    Verb,
)
from dashapp.domain.quality import HELD_BY, WINDOW, Counts
from dashapp.jobs.quality_alerts import QualityAlerts
from dashapp.settings import Settings
from ingest.bulk import bulk_loader
from ingest.loop import Ingest
from ingest.native import encode
from tests.ingest.conftest import ISSUER, Campus, put, viewed
from tests.waiting import await_that

RunIngest = Callable[[Settings, Database], Ingest]
QUIZ = Identifier(ISSUER, "activity", "quiz")


@pytest.fixture
def running(make_settings: Callable[..., Settings], campus: Campus, run_ingest: RunIngest) -> Ingest:
    return run_ingest(make_settings(data_retention_days=36_500, aggregate_retention_days=36_500), campus.database)


def kept(campus: Campus) -> Counts:
    names = [field.name for field in fields(Counts)]
    return Counts(*(int(campus.scalar(f"SELECT coalesce(sum({name}), 0) FROM quality_hours")) for name in names))


def take(campus: Campus, running: Ingest, events: list[Event], *raw: bytes, topic: str = "learning") -> None:
    before = running.status().committed_events
    put(campus, [*(encode(event, ISSUER) for event in events), *raw], topic)
    expected = before + len(events) + len(raw)
    await_that(lambda: running.status().committed_events == expected, "all are taken")


def test_each_event_is_judged_once_when_it_comes(campus: Campus, running: Ingest) -> None:
    now = datetime.now(UTC)
    fine = replace(viewed(1), occurred_at=now, activity=QUIZ)
    course = fine.course
    take(campus, running, [ActivityDescribed("a", course, QUIZ, now, ActivityType.QUIZ, title="Quiz")], topic="content")
    events: list[Event] = [
        fine,
        replace(fine, id="without its activity", activity=None),
        replace(fine, id="about the unknown", activity=Identifier(ISSUER, "activity", "never described")),
        replace(fine, id="too good", verb=Verb.GRADED, score=12.0, max_score=10.0),
        replace(fine, id="slow", occurred_at=now - timedelta(minutes=5)),
        replace(fine, id="late", occurred_at=now - timedelta(hours=3)),
        replace(fine, id="history", occurred_at=now - timedelta(days=30)),
        replace(fine, id="of the day", occurred_at=now - timedelta(hours=20), precision=Precision.DAY),
    ]
    take(campus, running, events, b"no event at all")
    take(campus, running, [fine])
    take(campus, running, [replace(fine, count=2)])
    assert [reason for reason, _ in campus.letters()] == ["not_json", "conflict"]
    assert kept(campus) == Counts(
        received=12, refused=2, repeated=1, learning=10, unknown=1, incomplete=1, out_of_range=1, live=9, late=1, slow=2
    )
    assert campus.scalar("SELECT count(DISTINCT course_id) FROM quality_hours") == 2


def test_who_stands_twice_in_one_batch_is_counted_as_received_twice(campus: Campus, running: Ingest) -> None:
    take(campus, running, [viewed(1), viewed(1)])
    assert kept(campus).received == 2
    assert kept(campus).repeated == 1


def letters(source: Source, number: int, now: datetime) -> list[Buried]:
    place = Place("learning", None, None, b"x", now)
    return [Buried(place, source, RefusalReason.NOT_JSON, "no JSON")] * number


class Judged:
    """A campus whose letters come when the test says so, by a clock of the test."""

    def __init__(self, campus: Campus) -> None:
        self.campus = campus
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        self.told: list[float] = []
        self.keeper = QualityKeeper(lambda _source, score: self.told.append(score), lambda: self.now)

    def come(self, number: int) -> None:
        """So many refused events, and the time after which a sender is judged again."""
        with self.campus.database.transaction(DatabaseRole.INGEST, self.campus.organisation_id) as connection:
            self.keeper.keep(connection, 3, {}, letters(self.campus.source, number, self.now))
        self.now += JUDGED_EVERY

    def pass_by(self, time: timedelta) -> None:
        """Nothing comes for so long; then the job runs."""
        self.now += time
        QualityAlerts(self.campus.database, lambda: self.now).run(Signal())

    def alerts(self) -> list[tuple[object, ...]]:
        """(opened, closed, lowest score), the oldest first."""
        with self.campus.database.transaction(DatabaseRole.JOBS, self.campus.organisation_id) as connection:
            found = connection.execute(text("SELECT opened_at, closed_at, lowest_score FROM quality_alerts ORDER BY 1"))
            return [tuple(row) for row in found]

    def change_counts(self, changes: str) -> None:
        """What has been counted is something else from now on."""
        with self.campus.database.transaction(DatabaseRole.INGEST, self.campus.organisation_id) as connection:
            connection.execute(text(f"UPDATE quality_hours SET {changes}"))


@pytest.fixture
def judged(campus: Campus) -> Judged:
    return Judged(campus)


def test_a_score_under_the_limit_opens_one_alert_which_closes_when_it_is_over(judged: Judged) -> None:
    judged.come(99)
    assert judged.alerts() == []
    assert judged.told[-1] < 95
    judged.come(1)
    judged.come(5)
    assert [closed for _opened, closed, _lowest in judged.alerts()] == [None]
    judged.change_counts("received = 100000")
    judged.come(0)
    assert judged.alerts()[0][1] is None, "nobody said anything of this organisation"
    judged.come(1)
    assert judged.alerts()[0][1] is not None
    assert judged.told[-1] > 95


def test_the_alert_of_a_source_that_falls_silent_ends_when_nothing_is_left_to_judge(judged: Judged) -> None:
    judged.come(100)
    judged.pass_by(WINDOW - timedelta(hours=2))
    assert [closed for _opened, closed, _lowest in judged.alerts()] == [None], "a day holds it still"

    judged.pass_by(timedelta(hours=2))

    assert [closed for _opened, closed, _lowest in judged.alerts()] == [judged.now]
    judged.come(100)
    assert [closed is None for _opened, closed, _lowest in judged.alerts()] == [False, True], "it is bad again"


def test_the_alert_of_a_source_whose_bad_events_are_a_day_old_ends_although_nothing_comes(judged: Judged) -> None:
    judged.come(100)
    judged.now += timedelta(hours=5)
    judged.come(100)
    with judged.campus.database.transaction(DatabaseRole.INGEST, judged.campus.organisation_id) as connection:
        last = "(SELECT max(hour) FROM quality_hours)"
        connection.execute(text(f"UPDATE quality_hours SET received = 150, refused = 0 WHERE hour = {last}"))
    judged.pass_by(timedelta(hours=1))
    assert judged.alerts()[0][1] is None, "four of ten were bad"

    judged.pass_by(WINDOW - timedelta(hours=4))

    assert judged.alerts()[0][1] == judged.now


@pytest.mark.parametrize(("left", "ends"), [(HELD_BY, False), (HELD_BY - 1, True)])
def test_too_few_events_hold_no_alert(judged: Judged, left: int, ends: bool) -> None:
    judged.come(100)
    judged.change_counts(f"received = {left - 1}, refused = {left - 1}")
    judged.come(1)
    assert (judged.alerts()[0][1] is not None) is ends


def test_too_few_events_hold_no_alert_where_the_job_looks(judged: Judged) -> None:
    judged.come(100)
    judged.change_counts(f"received = {HELD_BY}, refused = {HELD_BY}")
    judged.pass_by(timedelta(minutes=1))
    assert judged.alerts()[0][1] is None
    judged.change_counts(f"received = {HELD_BY - 1}, refused = {HELD_BY - 1}")
    judged.pass_by(timedelta(minutes=1))
    assert judged.alerts()[0][1] == judged.now


def test_the_score_of_a_source_of_which_nothing_is_left_is_taken_back(judged: Judged) -> None:
    judged.come(100)
    assert judged.told[-1] < 95
    judged.change_counts("source_id = source_id + 1")
    other = replace(judged.campus.source, source_id=judged.campus.source.source_id + 1, name="other")
    with judged.campus.database.transaction(DatabaseRole.INGEST, judged.campus.organisation_id) as connection:
        judged.keeper.keep(connection, 3, {}, letters(other, 1, judged.now))
    assert math.isnan(judged.told[-1])


def test_another_organisation_sees_none_of_it(campus: Campus, running: Ingest) -> None:
    take(campus, running, [viewed(1)])
    with campus.database.transaction(DatabaseRole.WEB, None) as connection:
        assert connection.execute(text("SELECT count(*) FROM quality_hours")).scalar_one() == 0


def test_what_an_importer_brings_is_neither_late_nor_unknown_by_the_order_within_a_batch(
    make_settings: Callable[..., Settings], campus: Campus
) -> None:
    now = datetime.now(UTC)
    seen = replace(viewed(1), occurred_at=now - timedelta(hours=5), activity=QUIZ)
    described = ActivityDescribed("a", seen.course, QUIZ, now - timedelta(days=9), ActivityType.QUIZ, title="Quiz")
    with bulk_loader(make_settings(), campus.database) as loader:
        assert [counted.new for counted in loader.load(campus.source, [[seen, described]], lambda: now)] == [2]
    assert kept(campus) == Counts(received=2, learning=1)
    assert kept(campus).score() == 100
