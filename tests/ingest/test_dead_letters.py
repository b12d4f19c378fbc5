"""What was refused is counted, comes again after a mistake was mended, and counts exactly once then."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event as Signal
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.arrivals import Buried, Letter, Place
from dashapp.data.store.dead_letters import bury, prune_letters
from dashapp.data.store.letter_replays import (
    move_portion,
    read_replay,
    request_replay,
    resume_replay,
    running_replays,
    stop_replay,
)
from dashapp.data.store.organisations import NewSource, register_source
from dashapp.data.store.recount import differences
from dashapp.domain.events import RefusalReason, Topic
from dashapp.domain.letters import LetterChoice, ReplayState
from dashapp.settings import Settings
from deploy.local_kafka import LocalKafka
from ingest.letter_seal import seal, unseal
from ingest.letters import LetterMover, Producer
from ingest.loop import Ingest
from ingest.native import encode
from ingest.replay import Command, _parser
from tests.ingest.conftest import ISSUER, Campus, put, viewed
from tests.waiting import PATIENCE, await_that

RunIngest = Callable[[Settings, Database], Ingest]
KEY = "a pseudonym key for tests only, 32 long"


@pytest.fixture
def inbox_settings(make_settings: Callable[..., Settings]) -> Settings:
    """No brokers, and a horizon that lets every event through."""
    return make_settings(data_retention_days=36_500, aggregate_retention_days=36_500)


def allow(campus: Campus, *kinds: Topic, topics: tuple[str, ...] = ()) -> None:
    """Lets the campus's sender send these kinds only."""
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        source = NewSource(campus.source.name, ISSUER, frozenset(kinds), topics)
        register_source(connection, campus.organisation_id, source)


def letters(campus: Campus) -> list[tuple[Any, ...]]:
    """(reason, state, count, attempts) of all letters in their order."""
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        query = "SELECT reason, state, count, attempts FROM dead_letters ORDER BY dead_letter_id"
        return [tuple(row) for row in connection.execute(text(query))]


def request(campus: Campus, **choice: Any) -> int:
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        replay_id = request_replay(connection, LetterChoice(**choice), "operator:test")
    assert replay_id is not None
    return replay_id


def recounted(campus: Campus) -> dict[str, int]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return differences(connection, campus.organisation_id)


def command(settings: Settings, campus: Campus, *arguments: str, stopping: Signal | None = None) -> tuple[int, str]:
    """Runs the operator's command; gives its exit code and what it says."""
    said = io.StringIO()
    run = Command(settings, campus.database, stopping or Signal(), said)
    return run.run(_parser().parse_args(arguments)), said.getvalue()


def test_the_same_refused_bytes_raise_a_count(campus: Campus, inbox_settings: Settings, run_ingest: RunIngest) -> None:
    running = run_ingest(inbox_settings, campus.database)
    put(campus, [b"no json"] * 3 + [b"other"])
    await_that(lambda: running.status().committed_events == 4, "all are taken")
    put(campus, [b"no json"])
    await_that(lambda: running.status().committed_events == 5, "the last one is taken")

    assert letters(campus) == [("not_json", "open", 4, 0), ("not_json", "open", 1, 0)]


def test_a_flood_of_different_ones_is_counted_and_not_kept(campus: Campus) -> None:
    def lay(first: int, last: int) -> None:
        now = datetime.now(UTC)
        buried = [
            Buried(Place("learning", None, 1, b"bad %d" % number, now), campus.source, RefusalReason.NOT_JSON, "why")
            for number in range(first, last)
        ]
        with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
            bury(connection, buried, KEY, most_per_day=5)

    lay(0, 4)
    lay(2, 40)
    lay(0, 100)

    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        rows = connection.execute(text("SELECT count, body_bytes FROM dead_letters ORDER BY dead_letter_id")).all()
    assert sum(row[0] for row in rows) == 4 + 38 + 100
    assert len(rows) == 6
    assert [row[1] for row in rows].count(0) == 1


def test_a_replay_counts_what_can_be_taken_now_and_leaves_the_rest_open(
    campus: Campus, inbox_settings: Settings, run_ingest: RunIngest
) -> None:
    allow(campus, Topic.CONTENT)
    running = run_ingest(inbox_settings, campus.database)
    put(campus, [encode(viewed(number), ISSUER) for number in range(20)])
    put(campus, [encode(viewed(30), ISSUER).replace(b'"viewed"', b'"gazed"'), b"no json"])
    await_that(lambda: running.status().committed_events == 22, "all are refused")
    assert campus.counted() == 0
    assert running.stop(30)
    judged = "SELECT sum(received) || ' received, ' || sum(refused) || ' refused' FROM quality_hours"
    assert campus.scalar(judged) == "22 received, 22 refused"

    allow(campus, *Topic)
    run_ingest(inbox_settings, campus.database)
    replay_id = request(campus)
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        assert read_replay(connection, replay_id).total == 22

    def ended() -> bool:
        with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
            replay = read_replay(connection, replay_id)
        return replay.state is ReplayState.DONE and replay.under_way == 0

    await_that(ended, "the replay has ended")
    assert campus.counted() == 20
    found = letters(campus)
    assert found[:20] == [("forbidden_kind", "replayed", 1, 0)] * 20
    # The type is looked at only where the sender may send the kind: the reason is the new one.
    assert sorted(found[20:]) == [("not_json", "open", 1, 1), ("unknown_type", "open", 1, 1)]
    assert recounted(campus) == {}
    assert campus.scalar(judged) == "22 received, 22 refused", "a replay is nothing that the sender did"


def test_an_event_without_a_time_keeps_the_time_at_which_it_first_came(
    campus: Campus, inbox_settings: Settings, run_ingest: RunIngest
) -> None:
    first = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    body = encode(viewed(1, occurred_at=None), ISSUER)
    place = Place("learning", None, 1, body, first)
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        bury(connection, [Buried(place, campus.source, RefusalReason.FORBIDDEN_KIND, "why")], KEY)

    run_ingest(inbox_settings, campus.database)
    request(campus)

    await_that(lambda: campus.counted() == 1, "it is counted")
    assert campus.scalar("SELECT occurred_at FROM raw_events") == first


def lay_down(campus: Campus, numbers: range) -> None:
    """Letters that come through when they are replayed."""
    buried = [
        Buried(
            Place("learning", None, number, encode(viewed(number), ISSUER), datetime.now(UTC)),
            campus.source,
            RefusalReason.FORBIDDEN_KIND,
            "why",
        )
        for number in numbers
    ]
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        bury(connection, buried, KEY)


def test_a_replay_that_was_stopped_goes_on_where_it_was(
    campus: Campus, inbox_settings: Settings, run_ingest: RunIngest
) -> None:
    lay_down(campus, range(10))
    replay_id = request(campus)
    mover = LetterMover(inbox_settings, campus.database, Producer(inbox_settings))
    assert move_portion(campus.database, DatabaseRole.INGEST, replay_id, mover.move, 4) == 4
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        assert stop_replay(connection, replay_id, "operator:test")
        assert not stop_replay(connection, replay_id, "operator:test")
    assert move_portion(campus.database, DatabaseRole.INGEST, replay_id, mover.move, 4) == 0
    run_ingest(inbox_settings, campus.database)
    await_that(lambda: campus.counted() == 4, "the moved ones are counted")

    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        assert resume_replay(connection, replay_id, "operator:test")

    await_that(lambda: campus.counted() == 10, "all are counted")
    assert recounted(campus) == {}


def test_who_dies_between_moving_and_passing_does_it_again_without_harm(
    campus: Campus, inbox_settings: Settings, run_ingest: RunIngest
) -> None:
    lay_down(campus, range(6))
    replay_id = request(campus)
    mover = LetterMover(inbox_settings, campus.database, Producer(inbox_settings))
    move_portion(campus.database, DatabaseRole.INGEST, replay_id, mover.move)
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        connection.execute(text("UPDATE dead_letter_replays SET last_id = 0, moved = 0, state = 'running'"))

    assert move_portion(campus.database, DatabaseRole.INGEST, replay_id, mover.move) == 6
    assert campus.scalar("SELECT count(*) FROM inbox") == 12
    run_ingest(inbox_settings, campus.database)

    await_that(lambda: campus.scalar("SELECT count(*) FROM inbox") == 0, "all are taken")
    await_that(lambda: {row[1] for row in letters(campus)} == {"replayed"}, "all came through")
    assert campus.counted() == 6


def test_letters_go_when_their_time_is_over(campus: Campus) -> None:
    lay_down(campus, range(3))
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        connection.execute(
            text("UPDATE dead_letters SET last_seen_at = :at WHERE body LIKE '%event-1%'"),
            {"at": datetime.now(UTC) - timedelta(days=31)},
        )
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        assert prune_letters(connection) == 1
    assert len(letters(campus)) == 2


def test_the_command_lists_counts_and_replays(campus: Campus, inbox_settings: Settings, run_ingest: RunIngest) -> None:
    lay_down(campus, range(7))
    run_ingest(inbox_settings, campus.database)

    assert command(inbox_settings, campus, "--list", "--reason", "not_json") == (0, "Nothing was refused.\n")
    assert command(inbox_settings, campus, "--list")[1].count("forbidden_kind") == 7
    assert command(inbox_settings, campus, "--dry-run") == (0, "7 letters would be replayed.\n")
    code, said = command(inbox_settings, campus, "--source", campus.source.name, "--since", "2026-01-01")

    assert code == 0
    assert said.endswith("7 came through, 0 refused again.\n")
    assert campus.counted() == 7
    assert command(inbox_settings, campus) == (0, "There is nothing to replay.\n")


def test_the_command_that_is_interrupted_stops_the_replay(campus: Campus, inbox_settings: Settings) -> None:
    lay_down(campus, range(3))
    interrupted = Signal()
    interrupted.set()

    code, said = command(inbox_settings, campus, stopping=interrupted)

    assert code == 1
    assert "is stopped" in said
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        assert running_replays(connection) == []


def test_a_look_by_the_command_is_recorded_and_its_bytes_do_no_harm(campus: Campus, inbox_settings: Settings) -> None:
    place = Place("learning", None, 1, b"\x1b[2Jbad", datetime.now(UTC))
    with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
        bury(connection, [Buried(place, None, RefusalReason.UNKNOWN_SOURCE, "why")], KEY)
    number = campus.database
    with number.transaction(DatabaseRole.JOBS, None) as connection:
        letter_id = connection.execute(text("SELECT dead_letter_id FROM dead_letters")).scalar_one()

    _, said = command(inbox_settings, campus, "--show", str(letter_id))

    assert "\x1b" not in said
    with number.transaction(DatabaseRole.JOBS, None) as connection:
        [action] = connection.execute(text("SELECT action FROM audit_log")).scalars()
    assert action == "dead_letter.looked_at"


def test_a_seal_holds_for_its_own_bytes_only() -> None:
    letter = Letter(7, datetime(2026, 3, 2, tzinfo=UTC))
    sealed = seal(letter, b"body", KEY)
    assert unseal(sealed, b"body", KEY) == letter
    assert unseal(sealed, b"other", KEY) is None
    assert unseal(sealed.replace(b"7", b"8", 1), b"body", KEY) is None
    assert unseal(b"\xff", b"body", KEY) is None


@pytest.mark.kafka
def test_a_letter_from_kafka_goes_back_onto_its_topic(
    kafka_campus: Campus, ingest_settings: Settings, run_ingest: RunIngest, producer: KafkaProducer
) -> None:
    topic = ingest_settings.kafka_topics[0]
    body = encode(viewed(1), ISSUER)
    producer.send(topic, body, headers=[("source", b"stranger")]).get(PATIENCE)
    running = run_ingest(ingest_settings, kafka_campus.database)
    await_that(lambda: letters(kafka_campus) == [("unknown_source", "open", 1, 0)], "it is refused")
    request(kafka_campus, reason=RefusalReason.UNKNOWN_SOURCE)
    await_that(lambda: letters(kafka_campus) == [("unknown_source", "open", 1, 1)], "it is refused again")

    with kafka_campus.database.transaction(DatabaseRole.JOBS, kafka_campus.organisation_id) as connection:
        source = NewSource("stranger", ISSUER, frozenset(Topic), ingest_settings.kafka_topics)
        register_source(connection, kafka_campus.organisation_id, source)
    assert running.stop(30)
    run_ingest(ingest_settings, kafka_campus.database)
    request(kafka_campus)

    await_that(lambda: kafka_campus.counted() == 1, "it is counted")
    await_that(lambda: letters(kafka_campus) == [("unknown_source", "replayed", 1, 1)], "it came through")


@pytest.mark.kafka
def test_the_dead_letter_topic_is_told(
    kafka_campus: Campus,
    ingest_settings: Settings,
    make_settings: Callable[..., Settings],
    kafka_broker: LocalKafka,
    run_ingest: RunIngest,
    producer: KafkaProducer,
) -> None:
    told = f"dead-{ingest_settings.kafka_topics[0]}"
    kafka_broker.create_topic(told)
    settings = make_settings(**{**ingest_settings.model_dump(), "kafka_dead_letter_topic": told})
    producer.send(ingest_settings.kafka_topics[0], b"no json").get(PATIENCE)
    run_ingest(settings, kafka_campus.database)

    consumer = KafkaConsumer(
        told,
        bootstrap_servers=kafka_broker.bootstrap,
        auto_offset_reset="earliest",
        consumer_timeout_ms=int(PATIENCE * 1000),
    )
    record = next(iter(consumer))
    consumer.close()

    assert record.value == b"no json"
    headers = dict(record.headers)
    assert (headers["reason"], headers["source"], headers["offset"]) == (b"not_json", b"campus", b"0")
    assert headers["topic"].decode() == ingest_settings.kafka_topics[0]
