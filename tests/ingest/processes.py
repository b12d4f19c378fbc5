"""`python -m ingest` as an operator runs it, to be killed, stopped and woken."""

import os
import subprocess
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
from kafka import KafkaAdminClient

from dashapp.data.database import Database
from dashapp.settings import Settings
from tests.waiting import PATIENCE

REPOSITORY = Path(__file__).resolve().parents[2]


class Process:
    """One ingest process; what it logs stands in `log`."""

    def __init__(self, settings: Settings, database: Database, instance: str | None = None) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": database.url.render_as_string(hide_password=False),
            "DATA_DIR": str(settings.data_dir),
            "DEMO": "false",
            "ANALYTICS_BATCH_SIZE": str(settings.analytics_batch_size),
            "DATA_RETENTION_DAYS": "36500",
            "AGGREGATE_RETENTION_DAYS": "36500",
        }
        if settings.kafka_brokers:
            environment |= {
                "KAFKA_BROKERS": ",".join(settings.kafka_brokers),
                "KAFKA_TOPICS": ",".join(settings.kafka_topics),
                "KAFKA_GROUP": settings.kafka_group,
            }
        command = [sys.executable, "-m", "ingest", *(["--instance", instance] if instance else [])]
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.log = settings.data_dir / "ingest.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stderr=log)

    def signal(self, number: int) -> None:
        """Sends a signal to it."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.wait()

    def end(self) -> int:
        """Asks it to end; gives its exit code."""
        self._process.terminate()
        return self._process.wait(PATIENCE)

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def memory(self) -> float:
        """Its resident memory in MB."""
        return float(psutil.Process(self._process.pid).memory_info().rss / 2**20)


def members(bootstrap: str, group: str) -> set[str]:
    """The members of a stable consumer group; nobody while it rebalances."""
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        described = admin.describe_groups([group])[group]
    return {member["member_id"] for member in described["members"]} if described["group_state"] == "Stable" else set()
