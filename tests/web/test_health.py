"""Health says what works; only what keeps pages from being served makes it 503."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.job_status import JobRun, note_run
from dashapp.data.store.partitions import NO_PARTITION, PartitionLag
from dashapp.domain.errors import Unavailable
from dashapp.domain.views import Freshness
from dashapp.web import health
from dashapp.web.application import Application
from tests.served import application_on

NOW = datetime(2026, 5, 7, 10, 42, 7, tzinfo=UTC)


@pytest.fixture
def own_application(database: Database) -> Iterator[Application]:
    """An app of this test's own, on an empty database."""
    with application_on(database) as made:
        yield made


def say(application: Application, monkeypatch: pytest.MonkeyPatch, freshness: Freshness) -> None:
    """Lets the watcher report this."""
    monkeypatch.setattr(type(application.services.live), "freshness", lambda _self: freshness)


def ask(application: Application, path: str = "/health") -> Any:
    return application.server.test_client().get(path)


def test_all_is_well(own_application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    say(own_application, monkeypatch, Freshness(NOW, 0.2))

    answer = ask(own_application)

    assert (answer.status_code, answer.get_json()["status"]) == (200, "ok")


def test_a_broker_that_is_away_degrades_and_does_not_stop_the_pages(
    own_application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(own_application, monkeypatch, Freshness(NOW, 0.0, transport_away=True))

    answer = ask(own_application)

    assert (answer.status_code, answer.get_json()["status"]) == (200, "degraded")
    assert answer.get_json()["parts"]["transport"] == {"status": "away", "kind": "inbox"}


def test_a_lag_over_the_threshold_degrades(own_application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    say(own_application, monkeypatch, Freshness(NOW, 5.1))

    parts = ask(own_application).get_json()["parts"]

    assert parts["ingest"] == {"status": "late", "lag_ms": 5100, "threshold_ms": 5000}


def test_what_pages_are_not_told_yet_is_no_lag_of_the_ingest(
    own_application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(own_application, monkeypatch, Freshness(NOW, 61.5))
    monkeypatch.setattr(type(own_application.services.live), "kept_back", 61.0)

    told = ask(own_application).get_json()

    assert told["status"] == "ok"
    assert told["parts"]["ingest"] == {"status": "ok", "lag_ms": 500, "threshold_ms": 5000}
    assert told["parts"]["pages"] == {"status": "late", "kept_back_ms": 61000}


def lag(partition: int, **more: Any) -> PartitionLag:
    said: dict[str, Any] = {"behind": 0, "waiting_seconds": 0.0, "complete_until": None, "committed_at": None}
    return PartitionLag("kafka", "learning-events", partition, **{**said, "alarm": None, "silent": False, **more})


def test_each_partition_is_told_of_and_the_worst_word_stands_for_all(
    own_application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(own_application, monkeypatch, Freshness(NOW, 5.1))
    lags = (
        lag(0, committed_at=NOW),
        lag(1, behind=7, waiting_seconds=5.1),
        lag(2, silent=True, waiting_seconds=30.0),
        lag(NO_PARTITION, alarm="The topic learning-events does not exist."),
    )
    monkeypatch.setattr(type(own_application.services.live), "partitions", lambda _self: lags)

    answer = ask(own_application)
    part = answer.get_json()["parts"]["partitions"]

    assert answer.status_code == 200
    assert part["status"] == "alarmed"
    assert [each["status"] for each in part["each"]] == ["ok", "late", "silent", "alarmed"]
    assert [each["partition"] for each in part["each"]] == [0, 1, 2, None]
    assert part["each"][0]["last_commit"] == "2026-05-07T10:42:07+00:00"
    assert part["each"][1] == {
        "topic": "learning-events",
        "partition": 1,
        "status": "late",
        "behind": 7,
        "waiting_ms": 5100,
        "last_commit": None,
    }
    assert part["each"][3]["alarm"] == "The topic learning-events does not exist."


def test_metrics_tell_of_the_partitions_that_there_are_now(
    own_application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    lags = [lag(0, committed_at=NOW), lag(1, behind=7, waiting_seconds=5.1)]
    monkeypatch.setattr(type(own_application.services.live), "partitions", lambda _self: tuple(lags))

    text = ask(own_application, "/metrics").get_data(as_text=True)

    for line in (
        'analytics_partition_behind_records{partition="1",topic="learning-events"} 7.0',
        'analytics_partition_waiting_seconds{partition="1",topic="learning-events"} 5.1',
        f'analytics_partition_last_commit_timestamp_seconds{{partition="0",topic="learning-events"}} {NOW.timestamp()}',
    ):
        assert _value(line) in {_value(each) for each in text.splitlines()}
    lags.pop()
    assert 'partition="1"' not in ask(own_application, "/metrics").get_data(as_text=True)


def _value(line: str) -> tuple[str, float] | str:
    name, _space, number = line.rpartition(" ")
    return (name, float(number)) if name.startswith("analytics_partition") else line


def test_no_writer_at_work_is_a_transport_that_is_away(own_application: Application) -> None:
    assert ask(own_application).get_json()["parts"]["transport"]["status"] == "away"


def test_without_the_database_no_page_can_be_served(
    own_application: Application, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(own_application, monkeypatch, Freshness(NOW, 0.0))
    with database.administration() as connection:
        connection.exec_driver_sql("DROP TABLE analytics.alembic_version")
        connection.commit()

    answer = ask(own_application)

    assert (answer.status_code, answer.get_json()["status"]) == (503, "unavailable")
    assert ask(own_application, "/health/live").status_code == 200


def test_connections_that_the_database_has_ended_are_replaced_before_anybody_notices(
    own_application: Application, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "ASKED_AGAIN", 0.0)
    assert ask(own_application).get_json()["parts"]["database"] == {"status": "ok"}
    with database.administration() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )

    assert ask(own_application).get_json()["parts"]["database"] == {"status": "ok"}


def test_while_the_database_does_not_answer_one_probe_waits_and_the_others_are_told(
    own_application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking, answer = Event(), Event()

    def hang(*_args: Any) -> bool:
        asking.set()
        assert answer.wait(20)
        raise Unavailable("The database cannot be reached.")

    assert ask(own_application).get_json()["parts"]["database"] == {"status": "ok"}
    monkeypatch.setattr(health, "ASKED_AGAIN", 0.0)
    monkeypatch.setattr(health, "is_migrated", hang)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(ask, own_application)
        assert asking.wait(20)
        assert ask(own_application).get_json()["parts"]["database"] == {"status": "ok"}
        answer.set()
        assert first.result().status_code == 503


def test_metrics_time_the_answers_by_route_and_never_by_address(own_application: Application) -> None:
    ask(own_application, "/courses/018f6f7e-0000-7000-8000-000000000001")

    text = ask(own_application, "/metrics").get_data(as_text=True)

    assert 'analytics_api_response_time_seconds_count{method="GET",route="/<path:path>",status="3xx"} 1.0' in text
    assert "018f6f7e" not in text


@pytest.mark.parametrize(
    "options",
    [
        {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}},
        *({"headers": {name: "203.0.113.9"}} for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")),
        {"headers": {"X-Forwarded-Proto": "https"}},
    ],
    ids=str,
)
def test_metrics_are_for_this_machine_and_trusted_ones(own_application: Application, options: dict[str, Any]) -> None:
    assert own_application.server.test_client().get("/metrics", **options).status_code == 404


def ran(database: Database, trouble: str | None = None, every: float = 20.0) -> None:
    """A run of a job that has just ended."""
    with database.transaction(DatabaseRole.JOBS, None) as connection:
        note_run(connection, JobRun("audit_sealing", every, 0.25, trouble))


def test_a_job_that_fails_or_that_nobody_runs_any_more_degrades(
    own_application: Application, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(own_application, monkeypatch, Freshness(NOW, 0.2))
    monkeypatch.setattr(health, "ASKED_AGAIN", 0.0)

    def job() -> tuple[str, str]:
        answer = ask(own_application).get_json()
        return answer["status"], answer["parts"]["jobs"]["status"]

    assert job() == ("ok", "ok")
    ran(database)
    assert job() == ("ok", "ok")
    ran(database, "ValueError")
    assert job() == ("degraded", "failing")
    with database.administration() as connection:
        connection.execute(text("UPDATE analytics.job_status SET started_at = now() - interval '2 minutes'"))
        connection.commit()
    assert job() == ("degraded", "silent")
    ran(database)
    assert job() == ("ok", "ok")
    figures = ask(own_application, "/metrics").get_data(as_text=True)
    assert 'analytics_job_runs{job="audit_sealing"} 3.0' in figures
    assert 'analytics_job_failures{job="audit_sealing"} 1.0' in figures


def test_what_a_job_has_counted_stays_a_gauge_while_later_runs_count_nothing(
    own_application: Application, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "ASKED_AGAIN", 0.0)
    counted = {"schedules_overdue": 3, "schedule_runs_uncertain": 2, "of_a_newer_version": 9}
    for figures in (counted, {}):
        with database.transaction(DatabaseRole.JOBS, None) as connection:
            note_run(connection, JobRun("schedule_alerts", 60, 0.1, None, figures))

    shown = ask(own_application, "/metrics").get_data(as_text=True)
    assert "analytics_schedules_overdue 3.0" in shown
    assert "analytics_schedule_runs_uncertain 2.0" in shown
    assert "of_a_newer_version" not in shown
