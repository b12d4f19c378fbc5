"""The service for benchmarks in Chromium: `app.py` in a process of its own, by itself with the demo campus.

Browser, web server, ingest and database share the machine.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from dashapp.data.database import Database, embedded_database
from dashapp.data.migrations import migrate
from dashapp.domain.clock import system_clock
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.security.sessions import Sessions
from dashapp.security.sign_in import DemoPerson
from dashapp.settings import Settings, load_settings
from ingest.demo import DemoCampus, demo_people, ensure_demo_campus

REPOSITORY = Path(__file__).resolve().parents[1]
PORT = 3117
PATIENCE = 2400
"""Looks, 25 ms apart."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, and the path of the page to be painted."""

    organisation_id: OrganisationId
    public_id: PublicId
    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Site:
    """The running service."""

    base: str
    settings: Settings
    database: Database

    def enter(self, browser: Browser, visitor: Visitor | DemoPerson, **look: Any) -> BrowserContext:
        """A fresh browser session of somebody; `look` as `Browser.new_context` takes it."""
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **look})
        cookie = Sessions(self.settings.secret_keys, system_clock, self.database).issue(
            visitor.organisation_id, visitor.public_id
        )
        context.add_cookies([{"name": "la_session", "value": cookie, "url": self.base}])
        return context


@dataclass(frozen=True, slots=True)
class DemoSite(Site):
    """The service with the demo campus."""

    campus: DemoCampus
    people: Sequence[DemoPerson]

    def somebody(self, role: str) -> DemoPerson:
        """The first of the offered people with this role."""
        return next(each for each in self.people if each.role == role)


@contextmanager
def demo_site() -> Iterator[DemoSite]:
    """The demo campus as it was at the start of the day, so that nobody has been active today; the service does not run
    yet."""
    with tempfile.TemporaryDirectory(prefix="la-benchmark-") as folder:
        settings = load_settings(_env_file=None, data_dir=Path(folder), port=PORT)
        database = embedded_database(Path(folder) / "database")
        try:
            migrate(database)
            yesterday = datetime.now(UTC).replace(hour=0, minute=0) - timedelta(hours=12)
            campus = ensure_demo_campus(settings, database, lambda: yesterday)
            with database.administration() as connection:
                # As the database does by itself within half a minute.
                connection.exec_driver_sql("ANALYZE")
                connection.commit()
            yield DemoSite(f"http://127.0.0.1:{PORT}", settings, database, campus, demo_people(database))
        finally:
            database.close()


@contextmanager
def running(settings: Settings, **further: str) -> Iterator[None]:
    """The service, once it answers; `further` are settings by their names in the environment."""
    port = int(further.get("PORT", settings.port))
    environment = {**os.environ, "PORT": str(port), "DATA_DIR": str(settings.data_dir), "DEMO": "false", **further}
    process = subprocess.Popen([sys.executable, "app.py"], cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL)
    try:
        await_answer(port, lambda: process.poll() is None)
        yield
    finally:
        process.terminate()
        process.wait()


def await_answer(port: int, lives: Callable[[], bool] = lambda: True) -> None:
    """Until a process of the service answers on this port."""
    while lives():
        try:
            urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5).close()
        except OSError:
            time.sleep(0.1)
            continue
        if lives():  # what answers may be another one, which has the port already
            return
    raise SystemExit("The service did not start.")


@contextmanager
def chromium(engine: str = "--js-flags=--no-enable-lazy-source-positions") -> Iterator[Browser]:
    """The system's Chromium; `engine`: how it runs scripts, as an option of its own.

    Whoever steers it has a debugger attached, for which V8 notes where every exception was thrown: of plotly's start,
    which throws a dozen inside of one function of 1.5 MB, it parses all of that three times more. That is 180 ms of the
    main thread that no reader waits for; told beforehand to note the places, it does not.
    """
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        flags = ["--no-sandbox", "--disable-gpu", engine]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


def seconds_of(page: Page, expression: str) -> float:
    """What an expression in the page has become that counts milliseconds and is null at first."""
    for _attempt in range(PATIENCE):
        milliseconds = page.evaluate(expression)
        if milliseconds is not None:
            return float(milliseconds) / 1000
        page.wait_for_timeout(25)
    raise SystemExit(f"{page.url} was not painted within a minute.")
