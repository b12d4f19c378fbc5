"""The thread that follows changes goes on, whatever it hears and whatever fails."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dashapp.data.changes import PACE_CHANNEL, ChangeWatcher
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.pace import Pace, Said
from tests.data.test_changes import ALGEBRA, NORTH, QUICK, Watching, commit, watching
from tests.waiting import await_that

__all__ = ["watching"]


@pytest.mark.parametrize(
    "said", ["inf 400 1 0 inf", "1e300 400 1 0 0", "-3600 400 1 0 0", "0 -1e9 1 0 0", "nan 1 1 0 0"]
)
def test_what_no_process_says_changes_nothing(database: Database, watching: Watching, said: str) -> None:
    watcher = watching(database)
    with database.transaction(DatabaseRole.WEB, NORTH) as connection:
        connection.execute(text("SELECT pg_notify(:channel, :said)"), {"channel": PACE_CHANNEL, "said": said})
    commit(database)
    await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "0.1")
    assert watcher.kept_back == 0
    assert watcher.freshness().behind_seconds < 3600


def test_an_error_that_nobody_thought_of_is_not_the_end(
    database: Database, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[ChangeWatcher] = []
    publish = ChangeWatcher._publish

    def fail_once(watcher: ChangeWatcher) -> None:
        if not failed:
            failed.append(watcher)
            raise ZeroDivisionError
        publish(watcher)

    monkeypatch.setattr(ChangeWatcher, "_publish", fail_once)
    watcher = watching(database)
    await_that(lambda: failed == [watcher])
    commit(database)
    await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "0.1")


def test_a_clock_behind_the_database_s_delays_no_turn(database: Database) -> None:
    pace = Pace()
    hour = timedelta(hours=1)
    watcher = ChangeWatcher(database, lambda: datetime.now(UTC) - hour, QUICK, pace)
    watcher.start()
    try:
        pace.hear(0, Said(seconds=1.0))
        commit(database)
        await_that(lambda: watcher.versions(NORTH, ALGEBRA) != "0", seconds=60)
    finally:
        watcher.stop()
