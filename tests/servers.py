"""Real servers for tests, each on a free port or socket in a folder of its own, ended with the test run."""

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import redis
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from dashapp.data.database import Database, database_from
from dashapp.data.migrations import migrate
from dashapp.settings import load_settings

TEMPLATE = "la_template"
T = TypeVar("T")
READY_WITHIN = 30.0


class ServerMissing(Exception):
    """A server that tests need is not installed; the text says which package has it."""


def program(name: str, package: str) -> str:
    """The path of an installed program. ServerMissing names the Debian package where there is none."""
    path = shutil.which(name)
    if path is None:
        raise ServerMissing(f"{name} is missing: install the package {package} (`make test` does so when it may).")
    return path


def headless_chromium() -> str:
    """The path of a Chromium that opens no windows, which takes a quarter less of the processor; else of Chromium."""
    return shutil.which("chromium-headless-shell") or chromium()


def chromium() -> str:
    """The path of the system's Chromium, or of a browser that is one."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise ServerMissing("Chromium is missing: install the package chromium (`make test` does so when it may).")
    return path


def firefox() -> str:
    """The path of the system's Firefox, which only long tests need."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        text = "Firefox is missing: install the package firefox-esr (`make test-long` does so when it may)."
        raise ServerMissing(text)
    return path


def geckodriver() -> str:
    """The path of what steers Firefox: beside the Python that runs, where `make test-long` puts it, or on the PATH."""
    folders = (str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))
    path = shutil.which("geckodriver", path=os.pathsep.join(folders))
    if path is None:
        text = "geckodriver is missing: install cargo 1.88 or newer, with which `make test-long` builds it."
        raise ServerMissing(text)
    return path


def free_port() -> int:
    """A TCP port of the loopback that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def newest_debian_postgres() -> Path:
    """The folder of programs of the newest PostgreSQL that the system's packages installed."""
    folders = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if not folders:
        raise ServerMissing("PostgreSQL is missing: install the package postgresql (`make test` does so when it may).")
    return max(folders, key=lambda folder: float(folder.parent.name))


def _unprivileged() -> str | None:
    """Whom a server runs as, since PostgreSQL refuses root; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class DebianCluster:
    """A cluster of the system's PostgreSQL in a folder of its own, reached over its own unix socket."""

    def __init__(self, folder: Path) -> None:
        """Makes the cluster; starts nothing."""
        self._programs = newest_debian_postgres()
        self._folder = folder
        self._user = _unprivileged()
        if self._user is not None:
            shutil.chown(folder, self._user)
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    @property
    def url(self) -> str:
        """The administrator's URL; the same after every start."""
        return f"postgresql+psycopg2://postgres@/postgres?host={self._folder}"

    def start(self) -> None:
        """Returns when it answers."""
        # Without fsync: the tests kill processes, not the machine.
        options = f"-k {self._folder} -c listen_addresses= -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Ends it at once, without a checkpoint, as a crash would: the next start recovers from its log."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._folder / "data"), *arguments]
        done = subprocess.run(command, user=self._user, cwd=self._folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ServerMissing(f"{program} failed: {(done.stderr or done.stdout).strip()}")


@contextmanager
def debian_cluster() -> Iterator[DebianCluster]:
    """A running cluster of the system's PostgreSQL, taken away afterwards."""
    # Directly below the temporary folder: a socket's path may have 107 characters, and the user must get through.
    folder = Path(tempfile.mkdtemp(prefix="la-pg-"))
    try:
        cluster = DebianCluster(folder)
        cluster.start()
        try:
            yield cluster
        finally:
            with suppress(ServerMissing):  # a test may have stopped it
                cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """A Redis that keeps nothing; gives its URL."""
    path = program("redis-server", "redis-server")
    port = free_port()
    command = [path, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen([*command, "--dir", str(folder)], stdout=log, stderr=log)
    url = f"redis://127.0.0.1:{port}/0"
    try:
        _await_redis(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _await_redis(url: str, process: subprocess.Popen[bytes]) -> None:
    client = redis.Redis.from_url(url)
    deadline = time.monotonic() + READY_WITHIN
    try:
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(redis.ConnectionError):
                client.ping()
                return
            time.sleep(0.02)
    finally:
        client.close()
    raise ServerMissing(f"redis-server did not answer at {url}.")


class TestDatabases:
    """Freshly migrated databases on one server, made quickly: migrated once, then copied per test."""

    __test__ = False

    def __init__(self, admin_url: str) -> None:
        """`admin_url` is a superuser's; the template is made at the first use."""
        self._url = make_url(admin_url)
        self._admin = sa.create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._numbers = itertools.count(1)
        self._template_made = False
        self._filled: dict[str, tuple[str, Any]] = {}

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """A migrated and otherwise empty database, dropped afterwards."""
        if not self._template_made:
            self._make_template()
        with self._copy_of(TEMPLATE) as database:
            yield database

    @contextmanager
    def filled(self, key: str, fill: Callable[[Database], T]) -> Iterator[tuple[Database, T]]:
        """A copy of a database that was filled once for all who ask by this key, dropped afterwards; and what `fill`
        gave then. A copy takes as long as an empty one, a third of the time of loading the small campus."""
        if key not in self._filled:
            if not self._template_made:
                self._make_template()
            name = f"filled_{next(self._numbers)}"
            self._execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
            database = self._open(name)
            try:
                self._filled[key] = name, fill(database)
            finally:
                database.dispose()
        name, given = self._filled[key]
        with self._copy_of(name) as database:
            yield database, given

    @contextmanager
    def _copy_of(self, template: str) -> Iterator[Database]:
        name = f"t_{next(self._numbers)}"
        # By files: in memory it takes half the time of a copy through the log.
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        database = self._open(name)
        try:
            yield database
        finally:
            database.dispose()
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The administrator's URL of a database without any schema, dropped afterwards: for tests of migrations."""
        name = f"t_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        try:
            yield self._url_of(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _make_template(self) -> None:
        # Without fsync: the tests kill processes, not the machine.
        self._execute("ALTER SYSTEM SET fsync = off")
        self._execute("SELECT pg_reload_conf()")
        self._execute(f"CREATE DATABASE {TEMPLATE}")
        database = self._open(TEMPLATE)
        try:
            migrate(database)
        finally:
            database.dispose()
        self._template_made = True

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _open(self, name: str) -> Database:
        return database_from(load_settings(_env_file=None, database_url=self._url_of(name)))

    def _execute(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(sa.text(statement))
