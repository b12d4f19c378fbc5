"""The server that the service brings along: started, shared, stopped, and found usable after any crash."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil  # type: ignore[import-untyped]  # it ships no types
import psycopg2
import pytest
from sqlalchemy import text

from dashapp.data import embedded
from dashapp.data.database import DatabaseRole, database_from, embedded_database
from dashapp.data.embedded import EmbeddedServer
from dashapp.data.migrations import is_migrated, migrate
from dashapp.domain.errors import SettingsError, Unavailable

OTHER_PROCESS = """
import sys
from pathlib import Path
from dashapp.data.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.start()
print("started", flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder through which the server's user gets: pytest closes its own ones again whenever a run begins."""
    with TemporaryDirectory(prefix="la-embedded-") as name:
        yield Path(name)


@pytest.fixture
def directory(folder: Path) -> Iterator[Path]:
    """A directory whose server does not outlive the test."""
    yield folder / "database"
    last = EmbeddedServer(folder / "database")
    if last.postmaster_pid is not None:
        last.start()
        last.stop()
    assert last.postmaster_pid is None


def ask(server: EmbeddedServer, question: str) -> object:
    url = server.admin_url().set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            rows = cursor.fetchall() if cursor.description else [(None,)]
            return rows[0][0]
    finally:
        connection.close()


def other_process(directory: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def end(process: "subprocess.Popen[str]", kind: int | None = None) -> None:
    if kind is not None:
        process.send_signal(kind)
    process.communicate()


def test_it_starts_stops_and_keeps_what_was_written(directory: Path) -> None:
    server = EmbeddedServer(directory)
    assert server.start().startswith("postgresql+psycopg2://postgres@/learning_analytics?host=")
    ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    assert server.postmaster_pid is None
    server.start()
    assert ask(server, "SELECT answer FROM kept") == 42
    server.stop()


def test_it_is_safe_against_power_loss_and_listens_to_nobody_outside(directory: Path) -> None:
    server = EmbeddedServer(directory)
    server.start()
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "jit": "off",
        "max_wal_size": "4GB",
        "TimeZone": "UTC",
        "log_min_error_statement": "panic",
    }
    assert {name: ask(server, f"SHOW {name}") for name in expected} == expected
    assert (directory.stat().st_mode & 0o777) == 0o700
    server.stop()


def test_starting_twice_and_stopping_twice_is_the_same_as_once(directory: Path) -> None:
    server = EmbeddedServer(directory)
    assert server.start() == server.start()
    server.stop()
    server.stop()
    assert server.postmaster_pid is None


def test_two_processes_share_one_server_and_the_last_one_ends_it(directory: Path) -> None:
    other = other_process(directory)
    server = EmbeddedServer(directory)
    server.start()
    pid = server.postmaster_pid
    end(other)
    assert server.postmaster_pid == pid
    assert ask(server, "SELECT 1") == 1
    server.stop()
    assert server.postmaster_pid is None


def test_the_first_one_leaves_and_the_second_one_goes_on(directory: Path) -> None:
    server = EmbeddedServer(directory)
    server.start()
    other = other_process(directory)
    server.stop()
    assert server.postmaster_pid is not None
    end(other)
    assert server.postmaster_pid is None


def test_a_killed_process_leaves_a_server_that_the_next_one_takes_over_and_ends(directory: Path) -> None:
    end(other_process(directory), signal.SIGKILL)
    server = EmbeddedServer(directory)
    left = server.postmaster_pid
    assert left is not None
    server.start()
    assert server.postmaster_pid == left
    server.stop()
    assert server.postmaster_pid is None


def test_after_a_killed_server_everything_committed_is_there(directory: Path) -> None:
    server = EmbeddedServer(directory)
    server.start()
    ask(server, "CREATE TABLE kept AS SELECT n FROM generate_series(1, 1000) AS n")
    assert server.postmaster_pid is not None
    psutil.Process(server.postmaster_pid).kill()
    server.stop()
    assert (directory / "cluster" / "postmaster.pid").exists()
    server.start()
    assert ask(server, "SELECT count(*) FROM kept") == 1000
    server.stop()


def test_a_process_id_that_something_else_has_by_now_does_not_keep_it_from_starting(directory: Path) -> None:
    server = EmbeddedServer(directory)
    server.start()
    ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    pid_file = directory / "cluster" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    assert server.postmaster_pid is not None
    psutil.Process(server.postmaster_pid).kill()
    server.stop()
    # As after a power loss: the number now belongs to a process of ours, which is no PostgreSQL.
    bystander = subprocess.Popen(["sleep", "600"], user=embedded.SYSTEM_USER if os.geteuid() == 0 else None)
    try:
        pid_file.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
        server.start()
        assert ask(server, "SELECT answer FROM kept") == 42
        server.stop()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_path_too_long_for_a_socket_is_no_obstacle(folder: Path) -> None:
    server = EmbeddedServer(folder / ("long" * 30) / "database")
    server.start()
    assert ask(server, "SELECT 1") == 1
    server.stop()


def test_a_directory_with_something_else_in_it_is_left_alone(directory: Path) -> None:
    (directory / "cluster").mkdir(parents=True)
    (directory / "cluster" / "diary.txt").write_text("dear diary")
    with pytest.raises(Unavailable, match=r"holds diary\.txt but no database"):
        EmbeddedServer(directory).start()
    assert (directory / "cluster" / "diary.txt").read_text() == "dear diary"


def test_a_server_that_cannot_start_says_why(directory: Path) -> None:
    server = EmbeddedServer(directory)
    server.start()
    server.stop()
    configuration = directory / "cluster" / "postgresql.conf"
    configuration.write_text(configuration.read_text() + "\nnonsense = 1\n")
    with pytest.raises(Unavailable, match="nonsense"):
        server.start()


def test_what_an_operator_set_by_hand_wins(directory: Path) -> None:
    server = EmbeddedServer(directory)
    server.start()
    ask(server, "ALTER SYSTEM SET work_mem = '7MB'")
    server.stop()
    server.start()
    assert ask(server, "SHOW work_mem") == "7MB"
    server.stop()


def test_a_small_machine_gets_a_small_server(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_memory", lambda: 256 * 1024 * 1024)
    monkeypatch.setattr(embedded, "_dynamic_shared_memory", lambda: "mmap")
    server = EmbeddedServer(directory)
    server.start()
    assert ask(server, "SHOW shared_buffers") == "64MB"
    assert ask(server, "SELECT count(*) FROM generate_series(1, 1000)") == 1000
    server.stop()


def test_without_a_database_in_the_settings_the_embedded_one_is_migrated_and_used(folder: Path) -> None:
    from dashapp.settings import load_settings

    settings = load_settings(_env_file=None, data_dir=folder / "var", demo=False)
    database = database_from(settings)
    try:
        migrate(database)
        assert is_migrated(database, DatabaseRole.WEB)
    finally:
        database.close()
    assert EmbeddedServer(folder / "var" / "database").postmaster_pid is None


def test_closing_ends_the_sessions_of_the_embedded_server(directory: Path) -> None:
    database = embedded_database(directory)

    def close_within() -> None:
        with database.transaction(DatabaseRole.JOBS, None) as connection:
            connection.execute(text("SELECT 1"))
            database.close()
            connection.execute(text("SELECT 1"))

    migrate(database)
    with pytest.raises(Unavailable):
        close_within()
    assert EmbeddedServer(directory).postmaster_pid is None


def test_a_folder_that_cannot_be_made_is_a_wrong_setting(folder: Path) -> None:
    (folder / "file").write_text("in the way")
    with pytest.raises(SettingsError, match=r"^DATA_DIR cannot be used: "):
        EmbeddedServer(folder / "file" / "below").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as a user of their own")
def test_servers_that_start_in_one_moment_on_a_new_machine_share_the_new_user() -> None:
    name = f"la-test-{os.getpid()}"
    program = "import sys; from dashapp.data.embedded import system_user; print(system_user(sys.argv[1]).pw_name)"
    started = [
        subprocess.Popen([sys.executable, "-c", program, name], stdout=subprocess.PIPE, text=True) for _ in range(5)
    ]
    try:
        assert [one.communicate()[0].strip() for one in started] == [name] * 5
    finally:
        subprocess.run(["userdel", name], check=True, capture_output=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes users")
def test_a_user_that_cannot_be_made_is_named_with_the_reason() -> None:
    with pytest.raises(Unavailable, match=r"the user not:a:name could not be made: .*not:a:name"):
        embedded.system_user("not:a:name")
