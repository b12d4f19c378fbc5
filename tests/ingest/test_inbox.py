"""Without a broker the same loop reads the inbox table."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.store import inbox
from dashapp.data.store.recount import differences
from dashapp.data.store.status import IngestState
from dashapp.observability.metrics import Metrics
from dashapp.settings import Settings
from ingest.loop import Ingest
from ingest.native import encode
from tests.ingest.conftest import ISSUER, Campus, put, register, viewed
from tests.waiting import await_that

RunIngest = Callable[[Settings, Database], Ingest]
KEY = "a pseudonym key for tests only, 32 long"


@pytest.fixture
def inbox_settings(make_settings: Callable[..., Settings]) -> Settings:
    """No brokers, and a horizon that lets every event through."""
    return make_settings(data_retention_days=36_500, aggregate_retention_days=36_500)


@pytest.fixture
def running(inbox_settings: Settings, campus: Campus, run_ingest: RunIngest) -> Ingest:
    """An ingest that reads the inbox."""
    return run_ingest(inbox_settings, campus.database)


def bodies(*numbers: int) -> list[bytes]:
    return [encode(viewed(number), ISSUER) for number in numbers]


def test_messages_are_counted_and_taken_out(campus: Campus, running: Ingest) -> None:
    put(campus, bodies(*range(50)))
    await_that(lambda: campus.counted() == 50, "all messages are counted")
    assert campus.scalar("SELECT count(*) FROM inbox") == 0
    assert running.status().transport == "inbox"
    await_that(lambda: running.status().lag_events == 0, "nothing waits")
    with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
        assert differences(connection, campus.organisation_id) == {}


def test_a_message_can_name_the_topic_or_the_kind(campus: Campus, running: Ingest) -> None:
    put(campus, bodies(1), "learning")
    put(campus, bodies(2), "learning-events")
    put(campus, bodies(3), "gossip")
    await_that(lambda: running.status().committed_events == 3, "all are taken")
    assert campus.counted() == 2
    assert [reason for reason, _ in campus.letters()] == ["forbidden_kind"]


def test_a_message_of_a_sender_that_is_not_registered_is_a_dead_letter(campus: Campus, running: Ingest) -> None:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        connection.execute(text("UPDATE sources SET enabled = false"))
    put(campus, bodies(1))
    await_that(lambda: running.status().committed_events == 1, "it is taken")
    assert [reason for reason, _ in campus.letters()] == ["unknown_source"]


def test_a_message_that_commits_late_is_not_passed_by(campus: Campus, running: Ingest) -> None:
    """The late row has a lower id than rows that were taken before it could be seen."""
    with campus.database.transaction(DatabaseRole.WEB, None) as late:
        inbox.put(late, campus.source.source_id, "learning", bodies(1), KEY)
        put(campus, bodies(2, 3))
        await_that(lambda: campus.counted() == 2, "the others are counted")
        assert campus.scalar("SELECT count(*) FROM inbox") == 0
    await_that(lambda: campus.counted() == 3, "the late one is counted too")
    await_that(lambda: running.status().committed_events == 3, "it says so")


def test_two_readers_share_the_inbox_and_count_each_message_once(
    campus: Campus, inbox_settings: Settings, run_ingest: RunIngest
) -> None:
    small = inbox_settings.model_copy(update={"analytics_batch_size": 5})
    ingests = [run_ingest(small, campus.database) for _ in range(2)]
    number = 0

    def both_have_committed() -> bool:
        nonlocal number
        put(campus, bodies(*range(number, number + 100)))
        number += 100
        return all(ingest.status().committed_events > 0 for ingest in ingests)

    await_that(both_have_committed, "both have something to do")
    await_that(lambda: campus.counted() == number, "every message is counted once")
    await_that(lambda: sum(ingest.status().committed_events for ingest in ingests) == number, "they say so")


# ------------------------------------------------------------------ events that the database refuses


def administrate(campus: Campus, statement: str) -> None:
    with campus.database.administration() as connection:
        connection.execute(text("SET search_path = analytics"))
        connection.execute(text(statement))
        connection.commit()


def test_one_event_that_the_database_refuses_does_not_stop_the_others(
    campus: Campus, inbox_settings: Settings, run_ingest: RunIngest
) -> None:
    first = run_ingest(inbox_settings, campus.database)
    put(campus, bodies(999))
    await_that(lambda: campus.counted() == 1, "the first is counted")
    assert first.stop(30)
    administrate(campus, "ALTER TABLE raw_events ADD CONSTRAINT beast CHECK (clicks <> 666)")
    good = [encode(viewed(number), ISSUER) for number in range(40)]
    bad = [encode(viewed(number, count=666), ISSUER) for number in (100, 101)]
    put(campus, [*good[:13], bad[0], *good[13:29], bad[1], *good[29:]])
    ingest = run_ingest(inbox_settings, campus.database)
    await_that(lambda: ingest.status().committed_events == 42, "all are taken")
    assert campus.counted() == 41
    assert campus.letters() == [("not_storable", "the database refuses it: CheckViolation")] * 2
    assert ingest.status().state is IngestState.RUNNING
    with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
        assert differences(connection, campus.organisation_id) == {}


def test_the_event_that_lets_a_sum_grow_too_large_is_the_one_to_blame(
    campus: Campus, inbox_settings: Settings, run_ingest: RunIngest
) -> None:
    first = run_ingest(inbox_settings, campus.database)
    put(campus, bodies(1))
    await_that(lambda: campus.counted() == 1, "the first is counted")
    assert first.stop(30)
    administrate(campus, "UPDATE learner_course_days SET clicks = 9223372036854775000")
    put(campus, [encode(viewed(number, count=300), ISSUER) for number in range(2, 6)])
    run_ingest(inbox_settings, campus.database)
    await_that(lambda: campus.scalar("SELECT count(*) FROM inbox") == 0, "all are taken")
    assert campus.counted() == 3
    assert [reason for reason, _ in campus.letters()] == ["not_storable"] * 2


def test_what_is_nobodys_fault_calls_an_operator_and_loses_nothing(campus: Campus, running: Ingest) -> None:
    put(campus, bodies(1))
    await_that(lambda: campus.counted() == 1, "the first is counted")
    administrate(campus, "REVOKE INSERT ON raw_events FROM la_ingest")
    put(campus, bodies(2))
    await_that(lambda: running.status().state is IngestState.ALARMED, "it calls an operator")
    assert campus.scalar("SELECT count(*) FROM inbox") == 1
    assert campus.letters() == []
    administrate(campus, "GRANT INSERT ON raw_events TO la_ingest")
    await_that(lambda: campus.counted() == 2, "it catches up")
    await_that(lambda: running.status().state is IngestState.RUNNING, "it says that it runs")


# ------------------------------------------------------------------ the database away


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Database]:
    """A database on a server of this test's own, which it may stop."""
    database = embedded_database(tmp_path / "database")
    migrate(database)
    yield database
    database.close()


def test_a_database_that_goes_away_is_waited_for(
    own_server: Database, inbox_settings: Settings, run_ingest: RunIngest, metrics: Metrics
) -> None:
    source = register(own_server, "campus", ())
    campus = Campus(own_server, source.organisation_id, source)
    ingest = run_ingest(inbox_settings, own_server)
    put(campus, bodies(1))
    await_that(lambda: campus.counted() == 1, "the first is counted")
    assert own_server.server is not None
    own_server.server.stop()
    await_that(lambda: ingest.status().state is IngestState.WAITING, "it says that it waits")
    assert "database" in ingest.status().detail
    own_server.server.start()
    put(campus, bodies(2, 3))
    await_that(lambda: campus.counted() == 3, "it catches up")
    await_that(lambda: ingest.status().state is IngestState.RUNNING, "it says that it runs")
    await_that(lambda: ingest.status().committed_events == 3, "it says so")
    assert metrics.events_processed.labels("learning", "counted")._value.get() == 3


def test_an_ingest_that_is_stopped_leaves_what_it_has_not_written(
    campus: Campus, inbox_settings: Settings, run_ingest: RunIngest
) -> None:
    ingest = run_ingest(inbox_settings, campus.database)
    assert ingest.stop(30)
    assert not ingest.status().alive
    put(campus, bodies(1))
    assert campus.scalar("SELECT count(*) FROM inbox") == 1


def test_day_events_of_before_the_horizon_are_refused(
    campus: Campus, make_settings: Callable[..., Settings], run_ingest: RunIngest
) -> None:
    now = datetime.now(UTC)
    ingest = run_ingest(make_settings(data_retention_days=30), campus.database)
    put(
        campus,
        [
            encode(viewed(1, occurred_at=now - timedelta(days=29)), ISSUER),
            encode(viewed(2, occurred_at=now - timedelta(days=31)), ISSUER),
            encode(viewed(3, occurred_at=None), ISSUER),
        ],
    )
    await_that(lambda: ingest.status().committed_events == 3, "all are taken")
    assert campus.counted() == 2
    assert [reason for reason, _ in campus.letters()] == ["too_old"]
