"""A deletion takes everything of one organisation, goes on after a kill, and leaves others and one nameless row."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.changes import ChangeWatcher
from dashapp.data.database import DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.store.audit import operator
from dashapp.data.store.leaving.departures import (
    Departure,
    DepartureState,
    ask_for_deletion,
    cancel_deletion,
    due_departures,
    find_departure,
    open_departure,
)
from dashapp.data.store.leaving.exports import Finished, ask_for_export, finish_export, take_export
from dashapp.data.store.senders import read_senders
from dashapp.data.store.sessions import recently_ended
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.clock import system_clock
from dashapp.domain.errors import NotFound
from dashapp.domain.events import Event
from dashapp.domain.sessions import SignInMethod
from dashapp.security.principals import Principals
from dashapp.security.sessions import Sessions
from exports.leaving.deleting import SETTLE, Deletion, folders_below
from ingest.sources import REFRESH_SECONDS
from tests.campus import ADMINISTRATOR, LEARNERS, Campus
from tests.exports.conftest import Two

BY = operator("tester")
ASKED_BY = "0a1b2c3d-0000-4000-8000-000000000001"
AT_ONCE = timedelta(0)


def ask(campus: Campus, due: timedelta = AT_ONCE) -> Departure:
    now = datetime.now(UTC)
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return ask_for_deletion(connection, campus.organisation_id, ASKED_BY, now, now + due)


def deletion(campus: Campus, folder: Path, **values: Any) -> Deletion:
    given = {"settle": AT_ONCE, "portion": 40, **values}
    return Deletion(campus.database, folders_below(folder), system_clock, **given)


def quiet(_table: str, _rows: int) -> None:
    """Hears what is gone."""


def tombstone(two: Two, departure: Departure) -> dict[str, Any]:
    row = two.truth.execute(text("SELECT * FROM departures WHERE departure_id = :d"), {"d": departure.departure_id})
    return dict(row.mappings().one())


def test_nothing_is_left_in_any_table_and_nobody_else_has_lost_a_row(two: Two, tmp_path: Path) -> None:
    before, others = two.of(two.leaving), two.of(two.staying)
    assert all(before.values())

    done = deletion(two.leaving, tmp_path).run(ask(two.leaving), BY, Signal(), quiet)

    assert {table: rows for table, rows in two.of(two.leaving).items() if rows} == {}
    assert two.of(two.staying) == others
    assert done is not None
    # Sessions that end tell it, and open pages are told: both are rows of their own.
    told = {"ended_sessions", "scope_changes"}
    assert {table: rows for table, rows in done.removed.items() if table not in told} == {
        table: rows for table, rows in before.items() if table not in told
    }


def test_what_stays_says_who_and_when_and_names_nobody(two: Two, tmp_path: Path) -> None:
    departure = ask(two.leaving)
    deletion(two.leaving, tmp_path).run(departure, BY, Signal(), quiet)

    kept = tombstone(two, departure)
    assert (kept["state"], kept["requested_by"], kept["former_id"]) == ("done", ASKED_BY, two.leaving.organisation_id)
    assert kept["started_at"] <= kept["finished_at"]
    trail = two.truth.execute(
        text("SELECT action, actor, detail FROM audit_log WHERE organisation_id IS NULL ORDER BY audit_id")
    ).all()
    assert [(row.action, row.actor) for row in trail] == [
        ("organisation.deletion_begun", BY.key),
        ("organisation.deleted", BY.key),
    ]
    said = f"{kept} {trail}".casefold()
    names = {
        part for name in (*LEARNERS["algebra"], ADMINISTRATOR, "North College") for part in name.casefold().split()
    }
    assert [name for name in sorted(names) if re.search(rf"\b{name}\b", said)] == []


def test_the_hash_of_the_last_export_stays_and_no_file_does(two: Two, tmp_path: Path) -> None:
    organisation, now = two.leaving.organisation_id, datetime.now(UTC)
    with two.leaving.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        connection.execute(text("DELETE FROM organisation_exports"))
        ask_for_export(connection, organisation, ASKED_BY, now)
        turn = take_export(connection, organisation, now)
        assert turn is not None
        assert finish_export(connection, turn, Finished(1, 2, "c0ffee", now, now))
    folder = ExportFolder.below(tmp_path)
    departure = ask(two.leaving)
    file = folder.file(departure.former_public_id, turn.key)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"all of it")
    sent = UploadFolder.below(tmp_path)
    sent.make(departure.former_public_id)
    sent.file(departure.former_public_id, turn.key).write_bytes(b"a roster")

    deletion(two.leaving, tmp_path).run(departure, BY, Signal(), quiet)

    assert tombstone(two, departure)["export_sha256"] == "c0ffee"
    assert not file.parent.exists()
    assert not sent.of(departure.former_public_id).exists()


def test_one_that_is_stopped_half_way_goes_on_where_it_stood(two: Two, tmp_path: Path) -> None:
    before, others = two.of(two.leaving), two.of(two.staying)
    departure, stopping, gone = ask(two.leaving), Signal(), 0

    def stop_soon(_table: str, rows: int) -> None:
        nonlocal gone
        gone += rows
        if gone > sum(before.values()) / 2:
            stopping.set()

    assert deletion(two.leaving, tmp_path).run(departure, BY, stopping, stop_soon) is None
    half = two.of(two.leaving)
    assert 0 < sum(half.values()) < sum(before.values())
    assert (half["organisations"], half["sources"]) == (1, before["sources"])
    with two.leaving.database.transaction(DatabaseRole.JOBS, None) as connection:
        [found] = due_departures(connection, datetime.now(UTC))
    assert found.state is DepartureState.RUNNING

    done = deletion(two.leaving, tmp_path).run(found, BY, Signal(), quiet)

    assert done is not None
    assert sum(two.of(two.leaving).values()) == 0
    assert done.removed["raw_events"] == before["raw_events"]
    assert two.of(two.staying) == others


def test_two_that_run_at_once_take_each_row_once(two: Two, tmp_path: Path) -> None:
    before, departure = two.of(two.leaving), ask(two.leaving)
    nested: list[Departure | None] = []

    def run_another(_table: str, _rows: int) -> None:
        if not nested:
            nested.append(None)
            nested[0] = deletion(two.leaving, tmp_path).run(departure, BY, Signal(), quiet)

    deletion(two.leaving, tmp_path).run(departure, BY, Signal(), run_another)

    kept = tombstone(two, departure)
    assert nested[0] is not None
    assert kept["removed"]["raw_events"] == before["raw_events"]
    assert sum(two.of(two.leaving).values()) == 0


def test_from_its_beginning_nobody_sends_signs_in_or_stays_signed_in(two: Two, tmp_path: Path) -> None:
    campus = two.leaving
    sessions = Sessions(("k" * 32,), system_clock, campus.database)
    text_of_session = sessions.issue(campus.organisation_id, campus.people[ADMINISTRATOR].public_id, SignInMethod.LOCAL)
    assert sessions.read(text_of_session) is not None
    stopping = Signal()
    seen: dict[str, Any] = {}

    def look(_table: str, _rows: int) -> None:
        if not seen:
            with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
                seen["senders"] = [one.source.name for one in read_senders(connection)]
            with campus.database.transaction(DatabaseRole.WEB, None) as connection:
                seen["ended"] = len(recently_ended(connection, 60))
            stopping.set()

    deletion(campus, tmp_path).run(ask(campus), BY, stopping, look)

    assert "lms-north" not in seen["senders"]
    assert "lms-south" in seen["senders"]
    assert seen["ended"] > 0
    sessions.follow()
    assert sessions.read(text_of_session) is None
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        for table, column in (("accounts", "enabled"), ("identity_providers", "enabled"), ("lti_platforms", "enabled")):
            assert not connection.execute(text(f"SELECT bool_or({column}) FROM {table}")).scalar_one()
        for table in ("source_keys", "service_keys"):
            assert connection.execute(text(f"SELECT count(revoked_at) = count(*) FROM {table}")).scalar_one()


def test_the_end_waits_until_every_process_has_forgotten_the_senders(two: Two, tmp_path: Path) -> None:
    assert SETTLE.total_seconds() > REFRESH_SECONDS

    class Watching(Signal):
        """Writes down how long it is waited for, and what is still there then."""

        def wait(self, timeout: float | None = None) -> bool:
            assert timeout is not None
            waited.append((timeout, two.of(two.leaving)["organisations"]))
            return False

    waited: list[tuple[float, int]] = []
    deletion(two.leaving, tmp_path, settle=SETTLE).run(ask(two.leaving), BY, Watching(), quiet)

    [(seconds, organisations)] = waited
    assert organisations == 1
    assert seconds > REFRESH_SECONDS


def test_a_batch_that_was_under_way_is_taken_as_well(two: Two, tmp_path: Path) -> None:
    """Events of a sender that a process still believes come in between, with people and courses of their own."""
    campus = two.leaving
    late: list[Event] = []

    def send_late(table: str, _rows: int) -> None:
        if table == "people" and not late:
            late.append(campus.view("Zed Zest"))
            campus.load(list(late))

    done = deletion(campus, tmp_path).run(ask(campus), BY, Signal(), send_late)

    assert late
    assert done is not None
    assert {table: rows for table, rows in two.of(campus).items() if rows} == {}


def test_what_comes_after_the_end_is_swept_away(two: Two, tmp_path: Path) -> None:
    done = deletion(two.leaving, tmp_path).run(ask(two.leaving), BY, Signal(), quiet)
    assert done is not None
    stray = {"o": int(two.leaving.organisation_id)}
    two.truth.execute(
        text("INSERT INTO audit_log (organisation_id, at, actor, action, subject, detail)"
             " VALUES (:o, now(), 'x', 'page.viewed', 's', '{}')"), stray)  # fmt: skip
    two.truth.execute(text("INSERT INTO programmes (organisation_id, name) VALUES (:o, 'late')"), stray)
    others = two.of(two.staying)

    assert deletion(two.leaving, tmp_path).sweep(done) == 2

    assert sum(two.of(two.leaving).values()) == 0
    assert two.of(two.staying) == others
    assert tombstone(two, done)["swept_at"] is not None


def test_open_pages_and_versions_of_others_go_on(two: Two, tmp_path: Path) -> None:
    watcher = ChangeWatcher(two.leaving.database)
    watcher.start()
    try:
        two.leaving.load([two.leaving.view("Ada Abel")])
        newest = two.truth.execute(text("SELECT slot, max(version) FROM scope_changes GROUP BY slot")).all()

        deletion(two.leaving, tmp_path).run(ask(two.leaving), BY, Signal(), quiet)

        after: dict[int, int] = {
            row.slot: row.max
            for row in two.truth.execute(text("SELECT slot, max(version) FROM scope_changes GROUP BY slot")).all()
        }
        # A version that is given out twice would be news that nobody hears.
        assert all(after.get(slot, 0) >= version for slot, version in newest)
        assert {slot for slot, _version in newest} == set(after)
        assert watcher.versions(two.leaving.organisation_id)
    finally:
        watcher.stop()


def test_a_request_is_cancelled_until_it_begins_and_asked_for_once(two: Two, tmp_path: Path) -> None:
    organisation, week = two.leaving.organisation_id, timedelta(days=7)
    first, again = ask(two.leaving, week), ask(two.leaving)
    assert first.departure_id == again.departure_id
    now = datetime.now(UTC)
    with two.leaving.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        assert due_departures(connection, now) == ()
        assert [one.departure_id for one in due_departures(connection, now + week)] == [first.departure_id]
        assert not cancel_deletion(connection, two.staying.organisation_id, ASKED_BY, now)
        assert cancel_deletion(connection, organisation, ASKED_BY, now)
        assert open_departure(connection, organisation) is None
    before = two.of(two.leaving)

    assert deletion(two.leaving, tmp_path).run(first, BY, Signal(), quiet) is None

    assert two.of(two.leaving) == before
    running = ask(two.leaving)
    stopping = Signal()
    stopping.set()
    deletion(two.leaving, tmp_path).run(running, BY, stopping, quiet)
    with two.leaving.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        assert not cancel_deletion(connection, organisation, ASKED_BY, now)
        kept = find_departure(connection, first.departure_id)
    assert kept is not None
    assert kept.state is DepartureState.CANCELLED


def test_the_trail_and_the_organisation_cannot_be_deleted_while_nobody_leaves(two: Two) -> None:
    organisation = two.leaving.organisation_id
    for table in ("audit_log", "audit_seals", "audit_chains", "organisations"):
        with two.leaving.database.transaction(DatabaseRole.JOBS, organisation) as connection:
            assert connection.execute(text(f"DELETE FROM {table}")).rowcount == 0
    ask(two.leaving)
    with two.leaving.database.transaction(DatabaseRole.JOBS, organisation) as connection:
        assert connection.execute(text("DELETE FROM audit_log")).rowcount == 0
    with pytest.raises(NotFound), two.leaving.database.transaction(DatabaseRole.JOBS, None) as connection:
        ask_for_deletion(connection, organisation.__class__(999), ASKED_BY, datetime.now(UTC), datetime.now(UTC))


def test_who_was_signed_in_is_nobody_afterwards(two: Two, tmp_path: Path) -> None:
    person = two.leaving.people[ADMINISTRATOR].public_id
    principals = Principals(two.leaving.database, system_clock)
    assert principals.of(two.leaving.organisation_id, person) is not None
    deletion(two.leaving, tmp_path).run(ask(two.leaving), BY, Signal(), quiet)
    assert principals.of(two.leaving.organisation_id, person) is None
