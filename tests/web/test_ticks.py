"""`python -m dashapp.web.ticks` answers `/live` as the web process does, and nothing else."""

import asyncio
import gc
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashapp.data.database import Database
from dashapp.data.store.sessions import Ender, SessionChoice
from dashapp.domain.audit import Actor
from dashapp.domain.clock import system_clock
from dashapp.observability.metrics import build_metrics
from dashapp.security.sessions import Sessions
from dashapp.security.topics import Topic, Topics
from dashapp.settings import Settings, load_settings
from dashapp.web import ticks
from dashapp.web.live import LiveApp
from dashapp.web.serve import raise_file_limit
from dashapp.web.ticks import ticking, whole_collections_seldom
from tests.campus import Campus
from tests.servers import free_port
from tests.shared import REPOSITORY
from tests.waiting import await_that

WITHIN = 60.0
"""Seconds that a busy machine may need."""


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(_env_file=None, public_url="http://school.example/analytics")


@pytest.fixture
def app(settings: Settings, module_database: Database) -> Iterator[LiveApp]:
    with ticking(settings, module_database, build_metrics()) as app:
        yield app


def ask(app: LiveApp, path: str, cookie: str = "", topic: str = "") -> int:
    """The status of the answer."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": f"topic={topic}".encode(),
        "headers": [(b"cookie", f"la_session={cookie}".encode())],
    }
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


def await_status(app: LiveApp, status: int, cookie: str, topic: str) -> None:
    """Until a page's tick is answered like that: the threads follow the database."""
    deadline = time.monotonic() + WITHIN
    while (told := ask(app, "/analytics/live", cookie, topic)) != status:
        assert time.monotonic() < deadline, f"still answered by {told}"
        time.sleep(0.05)


def test_a_session_of_the_web_process_hears_of_its_page_until_it_is_ended_there(
    app: LiveApp, settings: Settings, module_database: Database, campus: Campus
) -> None:
    college, ada = campus.organisation_id, campus.people["Ada Abel"]
    elsewhere = Sessions(settings.secret_keys, system_clock, module_database)
    cookie = elsewhere.issue(college, ada.public_id)
    topic = Topics(settings.secret_keys).sign(Topic(college, ada.public_id, person=ada.person_id))
    assert ask(app, "/analytics/live", "forged", topic) == 401
    await_status(app, 200, cookie, topic)

    choice = SessionChoice(digest=sha256(cookie.encode()).digest())
    elsewhere.end(college, choice, Ender(Actor("somebody")))

    await_status(app, 401, cookie, topic)


def test_the_page_of_somebody_whom_one_may_not_see_stays_untold(
    app: LiveApp, settings: Settings, module_database: Database, campus: Campus
) -> None:
    college, ada, ben = campus.organisation_id, campus.people["Ada Abel"], campus.people["Ben Brook"]
    cookie = Sessions(settings.secret_keys, system_clock, module_database).issue(college, ada.public_id)
    topic = Topics(settings.secret_keys).sign(Topic(college, ada.public_id, person=ben.person_id))

    await_status(app, 403, cookie, topic)


def test_garbage_is_looked_for_among_everything_at_intervals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    before, seen = gc.get_threshold(), []
    monkeypatch.setattr(ticks, "WHOLE_SECONDS", 0.01)
    note = lambda phase, about: seen.append(about["generation"]) if phase == "stop" else None  # noqa: E731
    gc.callbacks.append(note)
    try:
        with whole_collections_seldom():
            assert gc.get_threshold()[2] >= 1_000_000
            await_that(lambda: seen.count(2) >= 2)
    finally:
        gc.callbacks.remove(note)
    assert gc.get_threshold() == before


def test_every_other_address_is_the_web_process_s(app: LiveApp) -> None:
    assert ask(app, "/analytics/me") == 404
    assert ask(app, "/live") == 404
    assert ask(app, "/health/live") == 200


def test_over_https_it_believes_only_the_cookie_of_this_very_host(module_database: Database) -> None:
    secure = load_settings(_env_file=None, public_url="https://school.example")
    with ticking(secure, module_database, build_metrics()) as app:
        assert app.cookie == "__Host-la_session"


@pytest.mark.long
def test_as_a_process_it_answers_even_without_its_database_and_ends_when_it_is_told() -> None:
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"}
    command = [sys.executable, "-m", "dashapp.web.ticks", "--port", str(port)]
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + WITHIN
        while True:
            assert time.monotonic() < deadline
            assert process.poll() is None
            try:
                told = httpx.get(f"http://127.0.0.1:{port}/live", timeout=WITHIN)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        assert told.status_code == 401
    finally:
        process.send_signal(signal.SIGTERM)
        _out, said = process.communicate(timeout=WITHIN)
    assert process.returncode == 0
    assert "Traceback" not in said


@pytest.mark.long
def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "var"), "ANALYTICS_BATCH_SIZE": "many"}
    command = [sys.executable, "-m", "dashapp.web.ticks"]

    ended = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert ended.stderr.startswith("ANALYTICS_BATCH_SIZE is wrong")


def test_a_process_that_serves_may_have_as_many_connections_as_the_machine_gives() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1] - 1, before[1]))
    try:
        raise_file_limit()

        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
