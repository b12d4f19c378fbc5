"""Statements on their way through a transport into the tables: records that hold many events, or none."""

import json
from collections.abc import Callable
from typing import Any

from kafka import KafkaProducer
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.arrivals import Buried, Place
from dashapp.data.store.recount import differences
from dashapp.domain.events import RefusalReason
from dashapp.settings import Settings
from ingest.committing import once_each
from ingest.loop import Ingest
from tests.ingest.caliper.samples import envelope
from tests.ingest.conftest import Campus, put
from tests.ingest.xapi.statements import COURSE, QUIZ, VIDEO, statement, verb, within
from tests.waiting import await_that

Run = Callable[[Settings, Database], Ingest]
EXTENSION = "https://w3id.org/xapi/video/extensions/"


def numbered(number: int, **changes: Any) -> dict[str, Any]:
    return statement(id=f"0195e1c4-8a51-7c3e-9d0a-{number:012d}", **changes)


def watched(number: int, segments: str) -> dict[str, Any]:
    return numbered(
        number,
        verb=verb("terminated"),
        object=VIDEO,
        result={"extensions": {f"{EXTENSION}time": 60, f"{EXTENSION}played-segments": segments}},
        context=within(COURSE, extensions={f"{EXTENSION}session-id": "s-1"}),
    )


def encoded(*said: dict[str, Any]) -> bytes:
    return json.dumps(said if len(said) > 1 else said[0]).encode()


def bodies(campus: Campus) -> list[tuple[str, bytes]]:
    """(reason, body) of all dead letters."""
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        rows = connection.execute(text("SELECT reason, body FROM dead_letters ORDER BY dead_letter_id"))
        return [(row.reason, bytes(row.body)) for row in rows]


def is_right(campus: Campus) -> bool:
    with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
        return differences(connection, campus.organisation_id) == {}


def is_empty(campus: Campus) -> bool:
    return bool(campus.scalar("SELECT count(*) = 0 FROM inbox"))


def forever(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(data_retention_days=36_500, aggregate_retention_days=36_500)


def test_one_record_may_hold_good_and_bad_statements(
    campus: Campus, make_settings: Callable[..., Settings], run_ingest: Run
) -> None:
    bad = numbered(2, actor={})
    put(campus, [encoded(numbered(1), bad, numbered(3), watched(4, "0[.]12[,]30"))])
    run_ingest(forever(make_settings), campus.database)
    await_that(lambda: is_empty(campus), "the record is done with")
    assert campus.counted() == 3
    ((reason, body),) = bodies(campus)
    assert (reason, json.loads(body)) == ("invalid_statement", bad)
    assert campus.rows("SELECT position_from, position_to, session, number FROM video_segments ORDER BY 1") == [
        (0, 12, "s-1", 1),
        (30, 60, "s-1", 2),
    ]
    assert is_right(campus)


def test_of_a_record_only_the_conflicting_statement_is_refused(
    campus: Campus, make_settings: Callable[..., Settings], run_ingest: Run
) -> None:
    run_ingest(forever(make_settings), campus.database)
    put(campus, [encoded(numbered(1))])
    await_that(lambda: campus.counted() == 1, "the first is counted")
    other = numbered(1, object=QUIZ)
    put(campus, [encoded(numbered(1), other, numbered(2))])
    await_that(lambda: campus.counted() == 2 and is_empty(campus), "the second record is done with")
    ((reason, body),) = bodies(campus)
    assert (reason, json.loads(body)) == ("conflict", other)


def test_a_voiding_statement_takes_everything_back(
    campus: Campus, make_settings: Callable[..., Settings], run_ingest: Run
) -> None:
    run_ingest(forever(make_settings), campus.database)
    reference = {"objectType": "StatementRef", "id": watched(1, "")["id"].upper()}
    undo = numbered(9, verb=verb("voided"), object=reference, context=None)
    put(campus, [encoded(watched(1, "0[.]12[,]30"), numbered(2))])
    await_that(lambda: campus.counted() == 2, "both are counted")
    put(campus, [encoded(undo)])
    await_that(lambda: campus.counted() == 1, "one is taken back")
    assert campus.scalar("SELECT count(*) FROM video_segments") == 0
    assert is_right(campus)


def test_a_record_with_nothing_in_it_is_done_with_at_once(
    campus: Campus, make_settings: Callable[..., Settings], run_ingest: Run
) -> None:
    run_ingest(forever(make_settings), campus.database)
    put(campus, [envelope()])
    await_that(lambda: is_empty(campus), "the empty envelope is gone")
    put(campus, [encoded(numbered(1))])
    await_that(lambda: campus.counted() == 1, "the next record is counted")


def test_offsets_count_records_and_batches_count_events(
    kafka_campus: Campus,
    ingest_settings: Settings,
    topics: tuple[str, str, str],
    producer: KafkaProducer,
    run_ingest: Run,
) -> None:
    # Every topic takes every format, and a batch is far smaller than what one record holds.
    settings = ingest_settings.model_copy(update={"analytics_batch_size": 10})
    arrays = [[numbered(1_000 * n + each) for each in range(300)] for n in range(9)]
    for number, array in enumerate(arrays):
        producer.send(topics[number % 3], encoded(*array), partition=0)
    producer.flush()
    ingest = run_ingest(settings, kafka_campus.database)
    await_that(lambda: ingest.status().committed_events == 2_700, "everything is counted")
    assert kafka_campus.counted() == 2_700
    assert kafka_campus.letters() == []
    assert kafka_campus.rows(
        "SELECT topic, next_offset FROM transport_offsets WHERE next_offset > 0 ORDER BY topic"
    ) == sorted((topic, 3) for topic in topics)
    assert is_right(kafka_campus)


def test_a_flood_of_bad_statements_is_few_small_letters(
    campus: Campus, make_settings: Callable[..., Settings], run_ingest: Run
) -> None:
    bad = [numbered(number, actor={}) for number in range(2_000)]
    put(campus, [encoded(*bad[:1_000], numbered(5_000), *bad[1_000:])])
    run_ingest(forever(make_settings), campus.database)
    await_that(lambda: is_empty(campus), "the record is done with")
    assert campus.counted() == 1
    kept = bodies(campus)
    assert {reason for reason, _ in kept} == {"invalid_statement"}
    assert len(kept) <= 101
    assert sum(len(body) for _, body in kept) < 200_000


def test_letters_about_the_same_bytes_keep_them_once() -> None:
    body, small = b"x" * 2_000, b"y"
    letters = [
        Buried(Place("learning", None, number, each), None, RefusalReason.CONFLICT, "why")
        for number, each in enumerate((body, body, small, small))
    ]
    assert [letter.place.body for letter in once_each(letters)] == [body, b"", small, small]
