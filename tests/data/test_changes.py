"""Versions and the watermark, from the writers' commits to the memory of the web process."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from time import monotonic, time

import pytest
from sqlalchemy import Connection, make_url, text

from dashapp.data import pace
from dashapp.data.changes import UNTOUCHED, ChangeWatcher, Rhythm
from dashapp.data.database import Database, DatabaseRole, embedded_database
from dashapp.data.migrations import migrate
from dashapp.data.pace import AHEAD, Pace, Said, next_turn
from dashapp.data.store.scope_changes import SLOTS, WriterSlot, claim_slot, prune_changes
from dashapp.data.store.status import IngestState, Report, report
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from tests.waiting import await_that

NORTH, SOUTH = OrganisationId(1), OrganisationId(2)
ALGEBRA, BOTANY = CourseId(11), CourseId(12)
ADA, BEN = PersonId(21), PersonId(22)
QUICK = Rhythm(advance=0.0, advance_organisation=0.0, gather=0.0, status=0.02, reconnect=0.02)
NEVER = 3600.0


def commit(
    database: Database,
    slot: int = 0,
    organisation: OrganisationId = NORTH,
    courses: tuple[CourseId, ...] = (ALGEBRA,),
    people: tuple[PersonId, ...] = (ADA,),
) -> None:
    with database.transaction(DatabaseRole.INGEST, organisation) as connection:
        WriterSlot(slot).record(connection, organisation, courses, people)


@pytest.fixture
def watching() -> Iterator[Callable[..., ChangeWatcher]]:
    """Starts watchers that end with the test."""
    with ExitStack() as ending:

        def start(database: Database, rhythm: Rhythm = QUICK) -> ChangeWatcher:
            watcher = ChangeWatcher(database, rhythm=rhythm)
            ending.callback(watcher.stop)
            watcher.start()
            return watcher

        yield start


Watching = Callable[..., ChangeWatcher]


def test_a_commit_raises_the_versions_of_what_it_touched_and_of_nothing_else(
    database: Database, watching: Watching
) -> None:
    watcher = watching(database)
    assert watcher.versions(NORTH, ALGEBRA) == UNTOUCHED
    commit(database)
    await_that(lambda: watcher.versions(NORTH) == "0.1")
    assert watcher.versions(NORTH, ALGEBRA) == "0.1"
    assert watcher.versions(NORTH, person=ADA) == "0.1"
    assert watcher.versions(NORTH, BOTANY) == watcher.versions(NORTH, person=BEN) == UNTOUCHED
    assert watcher.versions(SOUTH) == watcher.versions(SOUTH, ALGEBRA) == UNTOUCHED
    assert watcher.versions(NORTH, ALGEBRA, BEN) == "0.1_0"


def test_versions_name_the_last_touch_of_each_writer(database: Database, watching: Watching) -> None:
    watcher = watching(database)
    commit(database, slot=3)
    commit(database, slot=3, courses=(BOTANY,))
    commit(database, slot=1)
    await_that(lambda: watcher.versions(NORTH) == "1.1-3.2")
    assert watcher.versions(NORTH, ALGEBRA) == "1.1-3.1"
    assert watcher.versions(NORTH, BOTANY) == "3.2"


def test_a_process_that_starts_later_comes_to_the_same_versions(database: Database, watching: Watching) -> None:
    first = watching(database)
    for number in range(4):
        commit(database, slot=number % 2, courses=(ALGEBRA, BOTANY)[: number % 3])
    await_that(lambda: first.versions(NORTH) == "0.2-1.2")
    second = watching(database)
    for course in (None, ALGEBRA, BOTANY):
        assert second.versions(NORTH, course) == first.versions(NORTH, course)
    assert second.versions(NORTH, person=ADA) == first.versions(NORTH, person=ADA)


def test_versions_are_found_by_looking_when_no_notification_comes(
    database: Database, watching: Watching, as_superuser: Callable[[], Connection]
) -> None:
    watcher = watching(database)
    as_superuser().execute(
        text("INSERT INTO scope_changes VALUES (5, 1, 1, '{11}', '{}', NULL, clock_timestamp())")  # and no NOTIFY
    )
    await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "5.1")


def test_a_notification_wakes_a_watcher_that_would_look_much_later(database: Database, watching: Watching) -> None:
    watcher = watching(database, Rhythm(advance=0.0, advance_organisation=0.0, gather=0.0, poll=NEVER))
    commit(database)
    await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "0.1")


def test_a_busy_course_advances_at_its_own_pace_and_a_quiet_one_at_once(database: Database, watching: Watching) -> None:
    watcher = watching(database, Rhythm(advance=NEVER, advance_organisation=NEVER, gather=0.0))
    commit(database, courses=(ALGEBRA,), people=())
    await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "0.1")
    commit(database, courses=(ALGEBRA,), people=())
    commit(database, courses=(BOTANY,), people=())
    await_that(lambda: watcher.versions(NORTH, BOTANY) == "0.3")
    assert watcher.versions(NORTH, ALGEBRA) == "0.1"
    assert watcher.versions(NORTH) == "0.1"


def test_what_waited_for_its_pace_is_shown_in_the_end(database: Database, watching: Watching) -> None:
    watcher = watching(database, Rhythm(advance=0.05, advance_organisation=0.1, gather=0.0))
    for _ in range(10):
        commit(database)
    await_that(lambda: watcher.versions(NORTH, ALGEBRA, ADA) == "0.10_0.10" and watcher.versions(NORTH) == "0.10")


class Asked(Pace):
    """A process that asks for a pace as it is told to."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.asked = Said(seconds=seconds)

    def change(self, seconds: float) -> None:
        """Asks for another one."""
        self.asked = Said(seconds=seconds, since=time() + AHEAD, before=self.asked.seconds)

    def look(self) -> Said:
        return self.asked


def test_a_pace_that_one_process_asks_for_is_kept_by_all(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "STEPS", (0.0, NEVER))
    asking, rhythm = Asked(NEVER), Rhythm(advance=0.0, advance_organisation=0.0, gather=0.0, status=0.02)
    with ExitStack() as ending:
        watchers = [ChangeWatcher(database, rhythm=rhythm, pace=own) for own in (asking, Pace())]
        for watcher in watchers:
            ending.callback(watcher.stop)
            watcher.start()
            await_that(lambda watcher=watcher: watcher.freshness().behind_seconds > NEVER)  # type: ignore[misc]
        commit(database, courses=(BOTANY,))
        for watcher in watchers:
            # Read, and kept back.
            await_that(lambda watcher=watcher: (NORTH, "c", BOTANY) in watcher._touches)  # type: ignore[misc]
            assert watcher.versions(NORTH, BOTANY) == watcher.versions(NORTH) == UNTOUCHED
            assert watcher.freshness().behind_seconds > NEVER
        # What was touched meanwhile has its turn.
        asking.change(0.0)
        await_that(lambda: all(watcher._pace.seconds_at(time() + AHEAD) == 0 for watcher in watchers))
        later = time() + AHEAD
        await_that(lambda: time() > later)
        commit(database, courses=(ALGEBRA,))
        for watcher in watchers:
            await_that(lambda watcher=watcher: watcher.versions(NORTH, ALGEBRA) == "0.2")  # type: ignore[misc]
            assert watcher.versions(NORTH, BOTANY) == UNTOUCHED


def test_processes_show_the_same_turn_of_a_busy_course_whenever_they_read_it(database: Database) -> None:
    early = Rhythm(advance=0.0, advance_organisation=0.0, gather=0.0, status=0.02, read_by=0.2)
    late = replace(early, gather=0.05, poll=0.1, read_by=0.4)
    with ExitStack() as ending:
        asking = Asked(2.0)
        watchers = [ChangeWatcher(database, rhythm=early, pace=asking)]
        watchers.append(ChangeWatcher(database, rhythm=late))
        for watcher in watchers:
            ending.callback(watcher.stop)
            watcher.start()
        await_that(lambda: all(watcher.freshness().behind_seconds > 1 for watcher in watchers))
        shown: list[set[str]] = [set(), set()]
        begun = monotonic()
        while monotonic() < begun + 12.0:
            if monotonic() > begun + 5.0 and asking.asked.seconds == 2.0:
                asking.change(3.0)
            commit(database)
            for seen, watcher in zip(shown, watchers, strict=True):
                seen.add(watcher.versions(NORTH, ALGEBRA))
    first, second = ({version for version in seen if version != UNTOUCHED} for seen in shown)
    assert 3 <= len(first) <= 7
    # The later one may not have come to the last of them.
    assert second <= first
    assert len(first - second) <= 1


def test_a_course_that_is_touched_once_is_shown_at_its_turn(database: Database, watching: Watching) -> None:
    rhythm = Rhythm(advance=0.0, gather=0.0, status=0.02, read_by=0.0)
    watcher = ChangeWatcher(database, rhythm=rhythm, pace=Asked(1.0))
    watcher.start()
    try:
        await_that(lambda: watcher.freshness().behind_seconds >= 1)
        commit(database)
        await_that(lambda: watcher.versions(NORTH, ALGEBRA) != UNTOUCHED)
        turn = float(watcher.versions(NORTH, ALGEBRA).removeprefix("t"))
        assert turn == pytest.approx(next_turn(NORTH + ALGEBRA, 1.0, turn - 0.5), abs=0.001)
    finally:
        watcher.stop()


def test_changes_older_than_the_retained_hour_are_forgotten_and_pruned(
    database: Database, watching: Watching, as_superuser: Callable[[], Connection]
) -> None:
    watcher = watching(database, Rhythm(advance=0.0, advance_organisation=0.0, gather=0.0, forget=0.02))
    superuser = as_superuser()
    for slot, version, minutes in ((0, 1, 90), (0, 2, 80), (1, 1, 70), (1, 2, 50)):
        superuser.execute(
            text(
                "INSERT INTO scope_changes VALUES"
                " (:slot, :version, 1, '{11}', '{}', NULL, clock_timestamp() - make_interval(mins => :minutes))"
            ),
            {"slot": slot, "version": version, "minutes": minutes},
        )
    await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "1.2")
    assert watching(database).versions(NORTH, ALGEBRA) == "1.2"
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        assert prune_changes(connection) == 2
    assert superuser.execute(text("SELECT slot, version FROM scope_changes ORDER BY 1, 2")).all() == [(0, 2), (1, 2)]
    commit(database, slot=0)
    await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "0.3-1.2")


def test_what_nothing_touches_for_an_hour_is_untouched_again(
    database: Database, watching: Watching, as_superuser: Callable[[], Connection]
) -> None:
    later = [datetime.now(UTC)]
    watcher = ChangeWatcher(database, lambda: later[0], Rhythm(advance=0.0, gather=0.0, forget=0.02))
    watcher.start()
    try:
        commit(database)
        await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "0.1")
        later[0] += timedelta(hours=2)
        await_that(lambda: watcher.versions(NORTH, ALGEBRA) == UNTOUCHED)
    finally:
        watcher.stop()


def test_versions_come_in_order_though_two_writers_believe_to_hold_one_slot(
    database: Database, as_superuser: Callable[[], Connection]
) -> None:
    together = Barrier(4)

    def write(_: int) -> None:
        together.wait()
        for _ in range(10):
            commit(database, slot=7)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(4)))
    versions = as_superuser().execute(text("SELECT version FROM scope_changes ORDER BY committed_at")).scalars().all()
    assert versions == list(range(1, 41))


def test_each_writer_holds_a_slot_of_its_own_and_gives_it_back(database: Database) -> None:
    with claim_slot(database) as first:
        with claim_slot(database) as second:
            assert first.slot != second.slot
        with claim_slot(database) as third:
            assert third.slot == second.slot


def test_when_all_slots_are_taken_a_writer_is_told_so(
    database: Database, as_superuser: Callable[[], Connection]
) -> None:
    as_superuser().execute(
        text("SELECT pg_advisory_lock(7312, slot) FROM generate_series(0, :last) AS slot"), {"last": SLOTS - 1}
    )
    with pytest.raises(Unavailable, match="All 64 places"), claim_slot(database):
        pass


def test_before_the_first_reading_a_version_is_shared_with_nobody(tmp_path: Path) -> None:
    watchers = [
        ChangeWatcher(Database(make_url(f"postgresql+psycopg2:///none?host={tmp_path}")), rhythm=QUICK)
        for _ in range(2)
    ]
    for watcher in watchers:
        watcher.start(wait=0.05)
    tokens = {watcher.versions(NORTH, ALGEBRA) for watcher in watchers}
    for watcher in watchers:
        watcher.stop()
    assert len(tokens) == 2
    assert UNTOUCHED not in tokens


def test_a_watcher_can_be_stopped_before_it_was_started_and_twice(database: Database) -> None:
    watcher = ChangeWatcher(database)
    watcher.stop()
    watcher.stop()


def test_it_survives_a_server_that_goes_and_comes_back(watching: Watching) -> None:
    folder = TemporaryDirectory(prefix="la-changes-")
    database = embedded_database(Path(folder.name) / "database")
    assert database.server is not None
    try:
        migrate(database)
        watcher = watching(database)
        commit(database)
        await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "0.1")
        behind = watcher.freshness().behind_seconds
        database.close()
        await_that(lambda: watcher.freshness().behind_seconds > behind + 1.5)
        assert watcher.versions(NORTH, ALGEBRA) == "0.1"
        database.server.start()
        commit(database)
        await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "0.2")
        await_that(lambda: watcher.freshness().behind_seconds < 1)
    finally:
        watcher.stop()
        database.close()
        folder.cleanup()


def test_a_process_with_very_many_open_files_can_watch(database: Database, watching: Watching) -> None:
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        watcher = watching(database)
        commit(database)
        await_that(lambda: watcher.versions(NORTH, ALGEBRA) == "0.1")
    finally:
        for descriptor in opened:
            os.close(descriptor)


# ------------------------------------------------------------------ the watermark


def say(database: Database, slot: int, state: IngestState, oldest: datetime | None = None) -> None:
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        report(connection, slot, Report("inbox", state, 1 if oldest else 0, oldest))


def test_nothing_that_waits_means_complete_until_now(database: Database, watching: Watching) -> None:
    say(database, 0, IngestState.RUNNING)
    watcher = watching(database)
    await_that(lambda: not watcher.freshness().transport_away)
    freshness = watcher.freshness()
    assert freshness.behind_seconds == 0
    assert abs(datetime.now(UTC) - freshness.as_of) < timedelta(seconds=60)


def test_the_data_is_complete_until_the_oldest_event_that_waits_anywhere(
    database: Database, watching: Watching
) -> None:
    oldest = datetime.now(UTC) - timedelta(minutes=7)
    say(database, 0, IngestState.RUNNING, oldest + timedelta(minutes=3))
    say(database, 1, IngestState.RUNNING, oldest)
    say(database, 2, IngestState.RUNNING)
    watcher = watching(database)
    await_that(lambda: watcher.freshness().as_of == oldest)
    assert watcher.freshness().behind_seconds >= 420


@pytest.mark.parametrize("state", [IngestState.WAITING, IngestState.ALARMED])
def test_a_writer_that_waits_for_its_broker_is_told_of(
    database: Database, watching: Watching, state: IngestState
) -> None:
    say(database, 0, IngestState.RUNNING)
    watcher = watching(database)
    await_that(lambda: not watcher.freshness().transport_away)
    say(database, 1, state)
    await_that(lambda: watcher.freshness().transport_away)


def test_without_any_writer_at_work_the_transport_is_away(
    database: Database, watching: Watching, as_superuser: Callable[[], Connection]
) -> None:
    watcher = watching(database)
    await_that(lambda: watcher.freshness().transport_away)
    say(database, 0, IngestState.RUNNING)
    await_that(lambda: not watcher.freshness().transport_away)
    as_superuser().execute(text("UPDATE ingest_status SET reported_at = reported_at - interval '20 seconds'"))
    await_that(lambda: watcher.freshness().transport_away)


def test_the_row_of_a_killed_writer_does_not_hold_back_the_watermark_of_the_living(
    database: Database, watching: Watching, as_superuser: Callable[[], Connection]
) -> None:
    say(database, 0, IngestState.ALARMED, datetime.now(UTC) - timedelta(minutes=7))
    as_superuser().execute(text("UPDATE ingest_status SET reported_at = reported_at - interval '20 seconds'"))
    say(database, 1, IngestState.RUNNING)
    watcher = watching(database)
    await_that(lambda: not watcher.freshness().transport_away)
    assert watcher.freshness().behind_seconds == 0
