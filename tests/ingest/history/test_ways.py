"""The ways of a history: through the transport the running ingest counts the same, and a live feed meets the same."""

import gzip
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import inbox
from dashapp.domain.events import Topic
from dashapp.settings import Settings
from deploy.local_kafka import LocalKafka
from ingest.history.ways import Through
from ingest.loop import Ingest
from tests.ingest.conftest import Campus
from tests.ingest.history.imports import archive, bring_in, moodle
from tests.ingest.history.moodles import week, write_log
from tests.ingest.oulad.imports import settings_in
from tests.ingest.xapi.statements import statement
from tests.shared import shared_file
from tests.waiting import await_that


def test_a_live_feed_of_the_same_statements_counts_nothing_twice_before_or_after(
    campus: Campus,
    tmp_path: Path,
    make_settings: Callable[..., Settings],
    run_ingest: Callable[[Settings, Database], Ingest],
) -> None:
    settings = make_settings(data_retention_days=36_500, aggregate_retention_days=36_500)
    ids = [f"6690e6c9-3ef0-4ed3-8b37-{number:012d}" for number in range(40)]
    bodies = [json.dumps(statement(id=one)).encode() for one in ids]
    run_ingest(settings, campus.database)

    def live(some: list[bytes]) -> None:
        with campus.database.transaction(DatabaseRole.INGEST, None) as connection:
            inbox.put(connection, campus.source.source_id, Topic.LEARNING, some, "")
        await_that(lambda: campus.scalar("SELECT count(*) FROM inbox") == 0, "the inbox is empty")

    live(bodies[:25])
    path = tmp_path / "archive.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join(bodies[10:35])))
    result = bring_in(settings, campus, [path], archive(campus))
    assert (result.tally.new, result.tally.seen, result.tally.refused) == (10, 15, 0)
    live(bodies)
    assert campus.scalar("SELECT count(*) FROM event_ledger") == 40
    assert campus.letters() == []


def test_through_the_inbox_the_ingest_counts_the_same(
    campus: Campus,
    tmp_path: Path,
    make_settings: Callable[..., Settings],
    run_ingest: Callable[[Settings, Database], Ingest],
) -> None:
    settings = make_settings(data_retention_days=36_500, aggregate_retention_days=36_500)
    log = write_log(tmp_path / "log.csv", week())
    run_ingest(settings, campus.database)
    assert bring_in(settings, campus, [log], moodle(), through=Through.INBOX).tally.sent == 86
    await_that(lambda: campus.scalar("SELECT count(*) FROM inbox") == 0, "the inbox is empty")
    here = bring_in(settings, campus, [log], moodle())
    assert (here.tally.new, here.tally.seen, here.tally.refused) == (0, 86, 0), "they are the very same events"
    assert campus.letters() == []


@pytest.mark.shared_data
def test_an_archive_goes_through_the_inbox_in_its_own_words(
    campus: Campus,
    tmp_path: Path,
    make_settings: Callable[..., Settings],
    run_ingest: Callable[[Settings, Database], Ingest],
) -> None:
    settings = make_settings(data_retention_days=36_500, aggregate_retention_days=36_500)
    run_ingest(settings, campus.database)
    statements = [json.loads(line) for line in _real_statements(300)]
    path = tmp_path / "archive.json"
    path.write_text(json.dumps(statements))
    assert bring_in(settings, campus, [path], archive(campus), through=Through.INBOX).tally.sent == 300
    await_that(lambda: campus.scalar("SELECT count(*) FROM inbox") == 0, "the inbox is empty")
    here = bring_in(settings, campus, [path], archive(campus))
    assert (here.tally.new, here.tally.seen, here.tally.refused) == (0, 300, 0), "they are the very same events"


def test_an_event_of_an_archive_that_is_refused_leaves_its_own_words_as_a_dead_letter(
    campus: Campus, tmp_path: Path
) -> None:
    one = "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"
    bodies = [json.dumps(statement(id=one, timestamp=f"2026-03-02T1{hour}:00:00Z")) for hour in (0, 1)]
    path = tmp_path / "archive.ndjson"
    path.write_text("\n".join(bodies))
    result = bring_in(settings_in(tmp_path), campus, [path], archive(campus))
    assert (result.tally.new, result.tally.refused) == (1, 1)
    with campus.database.transaction(DatabaseRole.JOBS, None) as connection:
        (letter,) = connection.execute(text("SELECT reason, body FROM dead_letters")).all()
    assert letter.reason == "conflict"
    assert bytes(letter.body).decode() == bodies[1]


def _real_statements(count: int) -> list[bytes]:
    with gzip.open(shared_file("xapi-video-statements.json.gz")) as file:
        return list(itertools.islice(file, count))


@pytest.mark.kafka
def test_through_kafka_the_ingest_counts_the_same(
    kafka_campus: Campus,
    kafka_broker: LocalKafka,
    tmp_path: Path,
    ingest_settings: Settings,
    run_ingest: Callable[[Settings, Database], Ingest],
) -> None:
    log = write_log(tmp_path / "log.csv", week())
    run_ingest(ingest_settings, kafka_campus.database)
    sent = bring_in(ingest_settings, kafka_campus, [log], moodle(), through=Through.KAFKA).tally.sent
    await_that(lambda: bool(kafka_campus.scalar("SELECT count(*) FROM event_ledger") == sent), "all are taken")
    here = bring_in(ingest_settings, kafka_campus, [log], moodle())
    assert (here.tally.new, here.tally.seen, here.tally.refused) == (0, sent, 0)
