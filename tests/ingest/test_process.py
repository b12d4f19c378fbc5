"""`python -m ingest`: its settings, its signals, its metrics; and what the parts of the loop do on their own."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dashapp.data.database import Database
from dashapp.data.store.writer import Prepared, Written
from dashapp.domain.errors import Refused
from dashapp.domain.events import RefusalReason, Topic
from dashapp.domain.keys import SourceId
from dashapp.settings import setting_names
from ingest.__main__ import main
from ingest.gathering import Batch, Gathered
from ingest.handover import Handover
from ingest.loop import outcomes
from ingest.native import encode
from ingest.sources import SourceRegistry
from tests.ingest.conftest import ISSUER, Campus, put, register, viewed
from tests.servers import free_port
from tests.waiting import PATIENCE, await_that

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(campus: Campus, tmp_path: Path) -> dict[str, str]:
    """Of a process that works on the test's database and its inbox."""
    ours = {name: value for name, value in os.environ.items() if name not in setting_names()}
    return {
        **ours,
        "DATABASE_URL": campus.database.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path / "var"),
        "DATA_RETENTION_DAYS": "36500",
        "AGGREGATE_RETENTION_DAYS": "36500",
    }


def test_the_process_counts_serves_metrics_and_ends_when_asked(campus: Campus, environment: dict[str, str]) -> None:
    port = free_port()
    command = [sys.executable, "-m", "ingest", "--metrics-port", str(port)]
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment)
    try:
        put(campus, [encode(viewed(1), ISSUER)])
        await_that(lambda: campus.counted() == 1, "the event is counted")
        await_that(lambda: b'{kind="learning",outcome="counted"} 1.0' in _metrics(port), "the metrics say so")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
    assert campus.rows("SELECT state FROM ingest_status") == []


def _metrics(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
        return bytes(answer.read())


def test_a_wrong_setting_is_one_sentence_and_exit_code_2(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {**environment, "ANALYTICS_BATCH_SIZE": "many"}.items():
        monkeypatch.setenv(name, value)
    assert main([]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ANALYTICS_BATCH_SIZE" in said


def test_the_process_waits_for_a_database_that_is_not_migrated(
    empty_database_url: str, environment: dict[str, str]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest"],
        cwd=REPOSITORY,
        env={**environment, "DATABASE_URL": empty_database_url},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stderr
        assert said is not None
        # The roles are those of the server, the schema is missing: it says so, and goes on waiting.
        await_that(lambda: "ingest." in said.readline(), "it says what it waits for")
        assert process.poll() is None
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.communicate()


# ------------------------------------------------------------------ senders


def test_the_registry_asks_again_but_not_for_every_stranger(database: Database) -> None:
    now = 0.0
    registry = SourceRegistry(database, lambda: now)
    with pytest.raises(Refused) as caught:
        registry.of_topic("learning-events", None)
    assert caught.value.reason is RefusalReason.UNKNOWN_SOURCE
    source = register(database, "campus", ["learning-events"])
    with pytest.raises(Refused):
        registry.of_topic("learning-events", None)
    now = 1.5
    assert registry.of_topic("learning-events", None) == source
    assert registry.of_topic("learning-events", "campus") == source
    assert registry.of_id(source.source_id) == source
    with pytest.raises(Refused):
        registry.of_topic("user-events", None)
    with pytest.raises(Refused):
        registry.of_id(SourceId(source.source_id + 1))


# ------------------------------------------------------------------ handing over


@pytest.fixture
def make_batch() -> Callable[[], Batch]:
    return lambda: Batch(Gathered(), Prepared((), (), 0), object())


def test_there_is_one_place_between_reader_and_writer(make_batch: Callable[[], Batch]) -> None:
    handover, first, second = Handover(), make_batch(), make_batch()
    assert handover.is_free()
    assert handover.is_idle()
    assert handover.offer(first)
    assert not handover.is_free()
    assert handover.take() is first
    assert handover.is_free()
    assert not handover.is_idle()
    assert handover.offer(second)
    assert handover.current() is first
    assert not handover.await_free(0)
    assert handover.withdraw() is second
    handover.done(failed=False)
    assert handover.is_idle()
    assert handover.withdraw() is None


def test_after_a_failure_nothing_is_taken_until_it_is_forgiven(make_batch: Callable[[], Batch]) -> None:
    handover, waiting = Handover(), make_batch()
    assert handover.offer(make_batch())
    handover.take()
    assert handover.offer(waiting)
    handover.done(failed=True)
    assert handover.has_failed()
    # The batch that waited already is not for the writer any more: the reader takes it back.
    taking = Thread(target=handover.take, daemon=True)
    taking.start()
    assert handover.withdraw() is waiting
    assert not handover.offer(make_batch())
    assert handover.await_free(0)
    handover.forgive()
    assert handover.offer(make_batch())
    taking.join(PATIENCE)
    assert not taking.is_alive()


def test_a_closed_handover_gives_nothing_more(make_batch: Callable[[], Batch]) -> None:
    handover = Handover()
    assert handover.offer(make_batch())
    handover.close()
    assert handover.take() is None


def test_outcomes_name_a_kind_only_where_it_is_known() -> None:
    def gathered(*kinds: Any) -> Gathered:
        records = Gathered()
        for kind in kinds:
            records.refused[kind] += 1
        return records

    assert outcomes(gathered(Topic.USER, Topic.USER, None), Written()) == {
        ("user", "refused"): 2,
        ("mixed", "refused"): 1,
    }
