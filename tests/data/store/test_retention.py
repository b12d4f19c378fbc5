"""Old raw events and inbox rows go; aggregates stay, and the ledger still says what was seen and what is too old."""

from datetime import UTC, datetime, timedelta
from threading import Event as Signal

import pytest
import sqlalchemy
from sqlalchemy import Connection, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.retention import prune_inbox
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import RefusalReason
from dashapp.jobs.retention import Retention
from tests.data.store.conftest import NOW, Campus, course, enrolled, viewed, voided, write_batch

LONG_AGO = NOW - timedelta(days=300)
LATER = NOW + timedelta(days=200)
"""When what happened at LONG_AGO is 500 days old."""
NEVER = Signal()


def months(campus: Campus) -> list[str]:
    found = campus.rows(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'raw_events'::regclass ORDER BY 1"
    )
    return [str(name)[-7:] for (name,) in found]


def aggregates(campus: Campus) -> list[list[tuple[object, ...]]]:
    tables = (
        *("learner_course_days", "learner_course_day_types", "learner_activities", "submissions"),
        *("course_days", "course_hours", "activity_days", "organisation_days", "event_ledger"),
    )
    return [campus.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4") for table in tables]


def retain(campus: Campus, now: datetime, days: int = 365) -> None:
    Retention(campus.database, days, lambda: now).run(NEVER)


@pytest.fixture
def old(database: Database) -> Campus:
    """A campus with events of 300 days ago and of now. Its aggregates outlive raw rows, so they equal no recount."""
    campus = Campus(database)
    campus.write(
        viewed("ada", LONG_AGO, id="old"), viewed("ada", LONG_AGO + timedelta(hours=1)), viewed("ada", NOW, id="new")
    )
    return campus


def test_whole_months_go_when_their_last_day_is_too_old_and_aggregates_stay(old: Campus) -> None:
    before = aggregates(old)
    assert months(old) == ["2025m05", "2026m03"]

    retain(old, LONG_AGO + timedelta(days=366))
    assert months(old) == ["2025m05", "2026m03"]  # its last day is not old enough yet

    retain(old, LATER)

    assert months(old) == ["2026m03"]
    assert aggregates(old) == before
    assert len(before[0]) == 2


def test_a_copy_of_what_is_gone_is_still_known_as_one(old: Campus) -> None:
    retain(old, LATER)
    before = aggregates(old)

    # In the transport since then, so that it is not too old for its arrival.
    written = old.write(viewed("ada", LONG_AGO, id="old"), received_at=LONG_AGO)

    assert (written.new, written.seen) == (0, 1)
    assert aggregates(old) == before


def test_other_content_under_an_id_that_is_gone_is_a_conflict(old: Campus) -> None:
    retain(old, LATER)

    written = old.write(viewed("ada", LONG_AGO, id="old", count=7), received_at=LONG_AGO)

    assert [letter.reason for letter in written.buried] == [RefusalReason.CONFLICT]


def test_a_new_event_of_that_time_is_too_old(old: Campus) -> None:
    retain(old, LATER)

    written = old.write(viewed("ada", LONG_AGO), received_at=LATER)

    assert [letter.reason for letter in written.buried] == [RefusalReason.TOO_OLD]
    assert months(old) == ["2026m03"]


def test_an_event_that_waited_in_the_transport_makes_its_month_again(old: Campus) -> None:
    retain(old, LATER)

    written = old.write(viewed("ben", LONG_AGO), received_at=LONG_AGO)
    late = write_batch(old.database, old.new_writer(), old.arrivals([viewed("eve", LONG_AGO)], LONG_AGO))

    assert (written.new, late.new) == (1, 1)
    assert months(old) == ["2025m05", "2026m03"]


def test_what_is_gone_can_be_voided_without_touching_what_was_counted(old: Campus) -> None:
    retain(old, LATER)
    before = aggregates(old)[:-1]

    old.write(voided(viewed("ada", LONG_AGO, id="old")))

    assert aggregates(old)[:-1] == before


def test_a_role_that_changes_later_takes_nothing_out_that_cannot_be_put_back(old: Campus) -> None:
    retain(old, LATER)
    before = old.rows("SELECT course_id, hour, events FROM course_hours ORDER BY 2")

    old.write(enrolled("ben", LONG_AGO, course=course()))

    assert old.rows("SELECT course_id, hour, events FROM course_hours ORDER BY 2") == before


@pytest.mark.parametrize("role", [DatabaseRole.WEB, DatabaseRole.INGEST])
def test_only_the_jobs_drop_months_and_never_those_of_today(database: Database, role: DatabaseRole) -> None:
    drop = text("SELECT drop_raw_partition(:before)")
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"),
        database.transaction(role, None) as connection,
    ):
        connection.execute(drop, {"before": LONG_AGO})
    with (
        pytest.raises(sqlalchemy.exc.DataError, match="are not old"),
        database.transaction(DatabaseRole.JOBS, None) as connection,
    ):
        connection.execute(drop, {"before": datetime.now(UTC) + timedelta(days=1)})


def test_months_are_told_from_other_tables_though_the_plan_looks_at_every_name(old: Campus) -> None:
    with old.database.transaction(DatabaseRole.JOBS, None) as connection:
        for way in ("nestloop", "mergejoin", "indexscan", "indexonlyscan", "bitmapscan"):
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
        dropped = connection.execute(text("SELECT drop_raw_partition(:before)"), {"before": NOW}).scalar_one()

    assert (str(dropped)[-7:], months(old)) == ("2025m05", ["2026m03"])


def test_a_writer_that_does_not_let_it_in_is_left_alone_until_the_next_round(old: Campus) -> None:
    with old.database.transaction(DatabaseRole.INGEST, old.organisation) as connection:
        connection.execute(text("UPDATE raw_events SET retracted = retracted"))
        with pytest.raises(Unavailable):
            retain(old, LATER)
    retain(old, LATER)

    assert months(old) == ["2026m03"]


def put(connection: Connection, received_at: datetime) -> None:
    connection.execute(
        text(
            "INSERT INTO inbox (slot, source_id, topic, body, received_at)"
            " VALUES (1, 1, 'learning-events', '{}', :received_at)"
        ),
        {"received_at": received_at},
    )


def test_what_nobody_has_read_in_thirty_days_leaves_the_inbox(database: Database) -> None:
    with database.transaction(DatabaseRole.WEB, None) as connection:
        for days in (0, 29, 31, 40):
            put(connection, NOW - timedelta(days=days))

    Retention(database, 365, lambda: NOW).run(NEVER)

    with database.transaction(DatabaseRole.INGEST, None) as connection:
        assert connection.execute(text("SELECT min(received_at), count(*) FROM inbox")).one() == (
            NOW - timedelta(days=29),
            2,
        )


def test_what_a_reader_has_in_hand_is_left_to_it(database: Database) -> None:
    with database.transaction(DatabaseRole.WEB, None) as connection:
        put(connection, NOW - timedelta(days=40))
    with database.transaction(DatabaseRole.INGEST, None) as reader:
        reader.execute(text("SELECT FROM inbox FOR UPDATE"))
        with database.transaction(DatabaseRole.JOBS, None) as connection:
            assert prune_inbox(connection, NOW) == 0
