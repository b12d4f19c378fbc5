"""What ingest keeps of the quality of what it takes, and when that becomes an alert."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta

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
from dashapp.domain.quality import Counts
from dashapp.settings import Settings
from ingest.bulk import bulk_loader
from ingest.loop import Ingest
from ingest.native import encode
from tests.ingest.conftest import ISSUER, Campus, await_that, put, viewed

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


def test_a_score_under_the_limit_opens_one_alert_which_closes_when_it_is_over(campus: Campus) -> None:
    now = [datetime(2026, 3, 2, 12, tzinfo=UTC)]
    told: list[float] = []
    keeper = QualityKeeper(lambda source, score: told.append(score), lambda: now[0])

    def come(number: int) -> None:
        with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
            keeper.keep(connection, 3, {}, letters(campus.source, number, now[0]))
        now[0] += JUDGED_EVERY

    def alerts() -> list[tuple[object, ...]]:
        with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
            found = connection.execute(text("SELECT opened_at, closed_at, lowest_score FROM quality_alerts ORDER BY 1"))
            return [tuple(row) for row in found]

    come(99)
    assert alerts() == []
    assert told[-1] < 95
    come(1)
    come(5)
    assert [closed for _opened, closed, _lowest in alerts()] == [None]
    with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
        connection.execute(text("UPDATE quality_hours SET received = 100000"))
    come(0)
    assert alerts()[0][1] is None, "nobody said anything of this organisation"
    come(1)
    assert alerts()[0][1] is not None
    assert told[-1] > 95


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
