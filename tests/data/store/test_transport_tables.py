"""Offsets, inbox and dead letters."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import inbox, offsets
from dashapp.data.store.actor_hashes import actor_hash, actor_hashes, actors
from dashapp.data.store.arrivals import Buried, Place
from dashapp.data.store.dead_letters import MAX_BODY_BYTES, bury
from dashapp.data.store.offsets import LostOwnership, Move, Partition, Position
from dashapp.domain.events import RefusalReason
from dashapp.domain.keys import SourceId
from tests.data.store.conftest import Campus

KEY = "a key for tests"
PARTITION = Partition("cluster", "group", "learning-events", 3)


def move(database: Database, expected: Position | None, following: Position) -> None:
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        offsets.move(connection, [Move(PARTITION, expected, following)])


def position(database: Database) -> Position | None:
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        return offsets.read(connection, "cluster", "group", ["learning-events"]).get(PARTITION)


def test_offsets_move_from_where_the_mover_believes_them_to_be(database: Database) -> None:
    assert position(database) is None
    move(database, None, Position("topic-1", 10))
    move(database, Position("topic-1", 10), Position("topic-1", 25))
    assert position(database) == Position("topic-1", 25)


@pytest.mark.parametrize("expected", [None, Position("topic-1", 9), Position("topic-0", 10)])
def test_a_stalled_former_owner_cannot_set_them_back(database: Database, expected: Position | None) -> None:
    move(database, None, Position("topic-1", 10))
    with pytest.raises(LostOwnership):
        move(database, expected, Position("topic-1", 5))
    assert position(database) == Position("topic-1", 10)


def test_of_two_owners_that_begin_at_once_one_loses(database: Database) -> None:
    together, outcomes = Barrier(2), list[str]()

    def begin(following: int) -> None:
        try:
            with database.transaction(DatabaseRole.INGEST, None) as connection:
                together.wait(10)
                offsets.move(connection, [Move(PARTITION, None, Position("topic-1", following))])
            outcomes.append("won")
        except LostOwnership:
            outcomes.append("lost")

    threads = [Thread(target=begin, args=(following,)) for following in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost", "won"]


def put(campus: Campus, *bodies: bytes) -> None:
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        inbox.put(connection, SourceId(campus.source.source_id), "learning-events", bodies, KEY)


def test_messages_are_taken_once_and_come_again_when_the_taker_fails(campus: Campus) -> None:
    put(campus, b"one", b"two", b"\x00\xff")
    with campus.database.transaction(DatabaseRole.INGEST, None) as first:
        taken = inbox.take(first, 2)
        with campus.database.transaction(DatabaseRole.INGEST, None) as second:
            rest = inbox.take(second, 10)
            inbox.remove(second, [one.inbox_id for one in rest])
    assert [one.body for one in taken] == [b"one", b"two"]
    assert [one.body for one in rest] == [b"\x00\xff"]
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        assert [one.body for one in inbox.take(connection, 10)] == [b"one", b"two"]


def test_a_row_that_commits_late_is_taken_though_later_ones_are_gone(campus: Campus) -> None:
    with campus.database.transaction(DatabaseRole.INGEST, None) as late:
        inbox.put(late, SourceId(campus.source.source_id), "learning-events", [b"late"], KEY)
        put(campus, b"early")
        with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
            inbox.remove(connection, [one.inbox_id for one in inbox.take(connection, 10)])
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        assert [one.body for one in inbox.take(connection, 10)] == [b"late"]


def test_what_one_actor_sends_falls_into_one_slot_and_readers_share_the_slots(campus: Campus) -> None:
    ada, bob = b'{"id":"%d","actor":{"id":"ada"}}', b'{"id":"%d","actor":{"id":"bob"}}'
    put(campus, *(body % number for number in range(3) for body in (ada, bob)))
    slots = dict(campus_slots(campus))
    assert len(slots) == 2
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        [slot, _] = slots
        assert len(inbox.take(connection, 10, [slot])) == 3


def campus_slots(campus: Campus) -> list[tuple[int, int]]:
    with campus.database.administration() as connection:
        rows = connection.exec_driver_sql("SELECT slot, count(*) FROM analytics.inbox GROUP BY slot").all()
    return [(row[0], row[1]) for row in rows]


def test_messages_are_taken_up_to_a_number_of_bytes_but_at_least_one(campus: Campus) -> None:
    put(campus, b"a" * 900, b"b" * 900, b"c" * 900, b"d")
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        assert [one.body[:1] for one in inbox.take(connection, 10, most_bytes=1_000)] == [b"a", b"b"]
        assert [one.body[:1] for one in inbox.take(connection, 10, most_bytes=1)] == [b"a"]
        assert len(inbox.take(connection, 10)) == 4


def test_a_dead_letter_is_cut_and_can_be_found_by_its_actors(campus: Campus) -> None:
    body = b'{"actor":{"id":"ada","name":"Ada"},"course":{"id":"algebra"},"x":"' + b"x" * 100_000 + b'"}'
    place = Place("learning-events", 1, 7, body, datetime(2026, 3, 1, tzinfo=UTC))
    letters = [
        Buried(place, campus.source, RefusalReason.CONFLICT, "why\0"),
        Buried(Place("inbox-topic", None, None, b"\xff"), None, RefusalReason.NOT_UTF8, "where"),
    ]
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        bury(connection, letters, KEY)
    query = """SELECT organisation_id, transport, record_offset, reason, detail, length(body), body_bytes, actor_hashes
        FROM dead_letters ORDER BY dead_letter_id"""
    first, second = campus.rows(query)
    assert first[:7] == (campus.organisation, "kafka", 7, "conflict", "why\ufffd", MAX_BODY_BYTES, len(body))
    assert {bytes(one) for one in first[7]} == {actor_hash("ada", KEY), actor_hash("Ada", KEY)}
    assert second[:4] == (None, "inbox", None, "not_utf8")


def test_actors_are_found_in_what_is_no_json_and_hashes_need_the_key() -> None:
    assert "ada" in actors(b'{"actor": {"id": "ada"}, "course"')
    assert actors(b'{"actor":{"account":{"name":"ada"}},"object":{"id":"x"},"users":[{"email":"a@b.example"}]}') == {
        "ada",
        "a@b.example",
    }
    assert actors(b"[" * 100_000) == set()
    assert actor_hashes(b'{"actor":"ada"}', KEY) != actor_hashes(b'{"actor":"ada"}', "k" * 100)
