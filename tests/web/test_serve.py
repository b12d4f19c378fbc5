"""The one command, as a process: what it says, how it starts and how it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.servers import free_port
from tests.shared import REPOSITORY
from tests.waiting import await_that

WITHIN = 60.0
"""Seconds that a busy machine may need for a start or an end."""


class Running:
    """A process of the service."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._out = folder / "output.txt"
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment |= {"PORT": str(self.port), "DATA_DIR": str(folder / "var"), "DEMO": "false", **settings}
        with self._out.open("ab") as out:
            # In a session of its own, so that a signal to us does not reach it.
            self.process = subprocess.Popen(
                [sys.executable, str(REPOSITORY / "app.py")],
                cwd=folder,
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """Everything it has written so far."""
        return self._out.read_text(encoding="utf-8")

    def answer(self, path: str) -> httpx.Response:
        """The first answer that it gives to this."""
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return httpx.get(self.base + path, timeout=WITHIN)
            except httpx.TransportError:
                time.sleep(0.05)
        pytest.fail(f"the service gave no answer: {self.said()}")

    def end(self, number: signal.Signals) -> int:
        """Its exit code after this signal."""
        self.process.send_signal(number)
        return self.process.wait(WITHIN)


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Running]:
    """The service, ended at the end of the block whatever happens."""
    service = Running(folder, **settings)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.end(signal.SIGTERM)


def servers_below(folder: Path) -> list[Any]:
    """PostgreSQL processes whose data lie below this folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if any("postgres" in part for part in command[:1]) and any(str(folder) in part for part in command):
            found.append(process)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_it_serves_and_ends_cleanly_the_database_too(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as service:
        assert service.answer("/health/live").status_code == 200
        assert service.answer("/health").json()["parts"]["database"] == {"status": "ok"}
        assert servers_below(tmp_path)
        await_that(lambda: len(service.answer("/health").json()["parts"]["jobs"]["each"]) >= 2, "the jobs have run")
        assert service.answer("/health").json()["parts"]["jobs"]["status"] == "ok"

        assert service.end(number) == 0

    assert "Traceback" not in service.said()
    assert f"Open {service.base} in a browser" in service.said()
    assert service.said().rstrip().endswith("Ended.")
    assert servers_below(tmp_path) == []


@pytest.mark.long
def test_ctrl_c_in_a_terminal_goes_to_every_process_and_still_ends_all_in_order(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        assert service.answer("/health").json()["parts"]["database"] == {"status": "ok"}

        os.killpg(service.process.pid, signal.SIGINT)

        assert service.process.wait(WITHIN) == 0

    assert "Traceback" not in service.said()
    assert service.said().rstrip().endswith("Ended.")
    assert servers_below(tmp_path) == []


def test_it_can_be_ended_while_it_starts(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        while "Starting the database" not in service.said():
            assert service.process.poll() is None, service.said()
            time.sleep(0.02)

        assert service.end(signal.SIGINT) == 0

    assert "Traceback" not in service.said()
    assert servers_below(tmp_path) == []


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    with running(tmp_path, ANALYTICS_BATCH_SIZE="many") as service:
        assert service.process.wait(WITHIN) == 2

    assert service.said().startswith("ANALYTICS_BATCH_SIZE is wrong")
    assert service.said().count("\n") == 1


def test_a_port_in_use_is_one_sentence_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with running(tmp_path, PORT=port) as service:
            assert service.process.wait(WITHIN) == 1

    assert service.said() == (
        f"127.0.0.1:{port} cannot be used (address already in use). Set PORT to another number.\n"
    )
    assert not (tmp_path / "var").exists()


def test_a_broker_that_is_away_at_the_start_stops_no_page(tmp_path: Path) -> None:
    with running(tmp_path, KAFKA_BROKERS=f"127.0.0.1:{free_port()}") as service:
        health = service.answer("/health")

        assert (health.status_code, health.json()["status"]) == (200, "degraded")
        assert health.json()["parts"]["transport"] == {"status": "away", "kind": "kafka"}
        assert service.answer("/set-up").status_code == 200
        assert service.end(signal.SIGTERM) == 0


@pytest.mark.long
def test_it_is_whole_again_soon_after_the_database_has_lost_a_process(tmp_path: Path) -> None:
    def well(service: Running) -> bool:
        return bool(service.answer("/health").json()["status"] == "ok")

    with running(tmp_path) as service:
        await_that(lambda: well(service), "the service is well")
        backends = [
            process
            for process in psutil.process_iter(["cmdline"])
            if process.name() == "postgres" and str(tmp_path) in process.cwd() and " la_" in process.cmdline()[0]
        ]
        backends[0].kill()
        # PostgreSQL ends all its sessions then, and recovers from its log.
        assert not psutil.wait_procs(backends, WITHIN)[1]

        await_that(lambda: service.answer("/set-up").status_code == 200, "pages are served")
        await_that(lambda: well(service), "it is well again")
        assert service.end(signal.SIGTERM) == 0

    assert "Traceback" not in service.said()


@pytest.mark.long
def test_the_demo_campus_is_there_again_at_the_second_start(tmp_path: Path) -> None:
    for start in (1, 2):
        with running(tmp_path, DEMO="true") as service:
            while "is ready" not in service.said().partition("Ended." if start == 2 else "\0")[2 if start == 2 else 0]:
                assert service.process.poll() is None, service.said()
                time.sleep(0.1)
            page = service.answer("/sign-in").text
            assert service.end(signal.SIGINT) == 0
        assert page.count('name="person"') >= 5
    assert "Traceback" not in service.said()
