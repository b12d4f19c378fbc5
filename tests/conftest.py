"""Fixtures that every room's tests share: servers are started when first asked for and live as long as the run."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Page, sync_playwright

from dashapp.data.database import Database
from dashapp.data.embedded import EmbeddedServer
from dashapp.settings import Settings, load_settings, setting_names
from deploy.local_kafka import LocalKafka
from tests.kept_pages import PATIENCE, KeptPages, watch
from tests.memory import temporary_files_in_memory
from tests.servers import TestDatabases, debian_cluster, headless_chromium, redis_server

CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
)
IN_MEMORY = pytest.StashKey[Path | None]()

# Seconds on a busy machine say nothing about the code, so examples have no time limit of their own.
hypothesis_settings.register_profile(
    "suite", deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
hypothesis_settings.register_profile("long", parent=hypothesis_settings.get_profile("suite"), max_examples=1000)


SLOW_ROOMS = (
    "tests/ingest/faults/",
    "tests/browser/",
    "tests/look/",
    "tests/security/test_walk.py",
    "tests/pages/",
    "tests/api/",
    "tests/ingest/",
    "tests/web/",
    "tests/data/",
    "tests/security/lti/",
    "tests/ground/",
)
"""Where a file may take half a minute, slowest first."""


# Last: what measures coverage gathers it in a folder that outlives the run's temporary files.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """The developer's own settings do not reach the tests; `-m long` looks at more examples."""
    config.stash[IN_MEMORY] = temporary_files_in_memory()
    for name in setting_names():
        os.environ.pop(name, None)
    log_plain_traces()
    hypothesis_settings.load_profile("long" if config.getoption("-m") == "long" else "suite")


def log_plain_traces() -> None:
    """As the service logs them: what structlog prints by itself, with colours and local variables, takes half a second
    for each exception."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Memory is given back."""
    if (folder := config.stash.get(IN_MEMORY, None)) is not None:
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first: a worker that begins one last would keep the others waiting."""
    rank = {room: place for place, room in enumerate(SLOW_ROOMS)}

    def place(item: pytest.Item) -> int:
        return next((rank[room] for room in SLOW_ROOMS if item.nodeid.startswith(room)), len(rank))

    items.sort(key=place)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """All that is imported and collected stays to the end: Python's collector of garbage would look through it again
    and again. With that, and by coming as seldom as here, it no longer takes a tenth of the time of the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Makes settings from the defaults and what is given, with a data folder of this test and without the demo."""

    def make(**values: Any) -> Settings:
        return load_settings(_env_file=None, **{"data_dir": tmp_path / "var", "demo": False, **values})

    return make


class SmallServer(EmbeddedServer):
    """With little memory of its own: making and dropping a database looks through all of it, which with two gigabytes
    took a fifth of the time of both."""

    def _settings(self) -> dict[str, str | int]:
        return {**super()._settings(), "shared_buffers": "64MB"}


@pytest.fixture(scope="session")
def embedded_postgres() -> Iterator[str]:
    """The administrator's URL of the PostgreSQL that the service brings along."""
    # Not below pytest's own folder: each run as root closes that one, and the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="la-embedded-"))
    server = SmallServer(folder)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def debian_postgres() -> Iterator[str]:
    """The administrator's URL of a cluster of the system's PostgreSQL."""
    with debian_cluster() as cluster:
        yield cluster.url


@pytest.fixture(scope="session", params=["embedded", "debian"])
def every_postgres(request: pytest.FixtureRequest) -> str:
    """A test that asks for this runs once on each server; its `database` is on that one."""
    return str(request.getfixturevalue(f"{request.param}_postgres"))


@pytest.fixture(scope="session")
def databases_of() -> Callable[[str], TestDatabases]:
    """Gives the databases of a server by its administrator's URL; each server's template is made once."""
    known: dict[str, TestDatabases] = {}
    return lambda url: known.setdefault(url, TestDatabases(url))


@pytest.fixture
def postgres_admin_url(request: pytest.FixtureRequest) -> str:
    """The embedded server's, unless the test asks for `every_postgres`."""
    name = "every_postgres" if "every_postgres" in request.fixturenames else "embedded_postgres"
    return str(request.getfixturevalue(name))


@pytest.fixture
def database(postgres_admin_url: str, databases_of: Callable[[str], TestDatabases]) -> Iterator[Database]:
    """A freshly migrated, empty database of this test's own."""
    with databases_of(postgres_admin_url).fresh() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def module_database(embedded_postgres: str, databases_of: Callable[[str], TestDatabases]) -> Iterator[Database]:
    """The same for all tests of a module: for data that is dear to load and only read."""
    with databases_of(embedded_postgres).fresh() as fresh:
        yield fresh


@pytest.fixture
def empty_database_url(postgres_admin_url: str, databases_of: Callable[[str], TestDatabases]) -> Iterator[str]:
    """The administrator's URL of a database without a schema."""
    with databases_of(postgres_admin_url).empty() as url:
        yield url


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A real Apache Kafka. Who stops it starts it again."""
    broker = LocalKafka(tmp_path_factory.mktemp("kafka"), short_lived=True)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real Redis."""
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


# Per module, not per session: while Playwright's synchronous interface is open, its thread has a running event loop,
# and tests of other modules that start one of their own would be refused.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=headless_chromium(), args=list(CHROMIUM_OPTIONS))
        yield opened
        opened.close()


@pytest.fixture
def page_errors() -> list[str]:
    """What went wrong in the browser so far: a test that provokes an error takes it off this list."""
    return []


@pytest.fixture
def new_page(browser: Browser, page_errors: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a page as a further person, with a session of its own; takes the options of Playwright's `new_context`.

    The test fails on any error on the console, any uncaught exception and any request that leaves the machine.
    """
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watch(page, page_errors)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert page_errors == []


@pytest.fixture(scope="module")
def kept_pages(browser: Browser) -> KeptPages:
    """The pages that tests of a module use one after the other."""
    return KeptPages(browser)


@pytest.fixture
def used_page(kept_pages: KeptPages, page_errors: list[str]) -> Iterator[Callable[..., Page]]:
    """As `new_page`, but quicker: the page has been used before, and has forgotten it."""
    taken = []

    def take(**options: Any) -> Page:
        page = kept_pages.take(options)
        taken.append((page, watch(page, page_errors)))
        return page

    yield take
    for page, end in taken:
        end()
        kept_pages.give_back(page)
    assert page_errors == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page in a fresh browser session; see `new_page` for what fails the test."""
    return new_page()
