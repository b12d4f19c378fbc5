"""A start that cannot be: one sentence that names the setting, without a secret; and what a part that is away does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.servers import debian_cluster, free_port
from tests.shared import REPOSITORY
from tests.web.test_serve import WITHIN, running

SECRET = "s3cret-that-nobody-sees"


def start(folder: Path, **settings: str) -> tuple[int, str]:
    """The exit code of a start that is refused, and all that was written to stderr."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {"PORT": str(free_port()), "DATA_DIR": str(folder / "var"), "DEMO": "false", **settings}
    command = [sys.executable, str(REPOSITORY / "app.py")]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=WITHIN, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def strict_server() -> Iterator[str]:
    """The socket of a PostgreSQL that asks everybody but its administrator for a password."""
    with debian_cluster() as cluster:
        folder = cluster.url.rpartition("host=")[2]
        with psycopg2.connect(host=folder, user="postgres", dbname="postgres") as connection:
            connection.cursor().execute("CREATE ROLE analytics LOGIN PASSWORD 'another-one'")
        connection.close()
        rules = "local all postgres trust\nlocal all all scram-sha-256\n"
        (Path(folder) / "data" / "pg_hba.conf").write_text(rules)
        connection = psycopg2.connect(host=folder, user="postgres", dbname="postgres")
        connection.autocommit = True
        connection.cursor().execute("SELECT pg_reload_conf()")
        connection.close()
        yield folder


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        pytest.param({"PORT": "abc"}, "PORT is wrong: ", marks=pytest.mark.long),
        ({"REDIS_URL": f"http://:{SECRET}@127.0.0.1:1"}, "REDIS_URL should begin with redis://"),
        pytest.param({"DATABASE_URL": SECRET}, "DATABASE_URL should read postgresql://", marks=pytest.mark.long),
        pytest.param(
            {"SECRET_KEYS": SECRET},
            "SECRET_KEYS and PSEUDONYM_KEY need at least 32 characters",
            marks=pytest.mark.long,
        ),
    ],
    ids=str,
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    code, said = start(tmp_path, **settings)

    assert code == 2
    assert said.startswith(sentence)
    assert said.endswith(".\n")
    assert said.count("\n") == 1
    assert not (tmp_path / "var").exists()


@pytest.mark.long
@pytest.mark.parametrize(
    ("user", "name"),
    [
        (f"analytics:{SECRET}", "postgres"),
        pytest.param(f"nobody:{SECRET}", "postgres", marks=pytest.mark.long),
        pytest.param("postgres", "nothing", marks=pytest.mark.long),
    ],
)
def test_a_login_that_the_database_refuses_is_a_wrong_setting(
    tmp_path: Path, strict_server: str, user: str, name: str
) -> None:
    code, said = start(tmp_path, DATABASE_URL=f"postgresql://{user}@/{name}?host={strict_server}")

    assert (code, said) == (
        2,
        "The database refuses the login: check user, password and database in DATABASE_URL or the DB_* settings.\n",
    )


def test_a_database_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    code, said = start(tmp_path, DATABASE_URL=f"postgresql://somebody:{SECRET}@127.0.0.1:{free_port()}/nothing")

    assert (code, said) == (1, "The database cannot be reached, or does not answer in time.\n")


@pytest.mark.long
def test_a_cache_that_is_away_stops_nothing_and_is_said(tmp_path: Path) -> None:
    with running(tmp_path, REDIS_URL=f"redis://:{SECRET}@127.0.0.1:{free_port()}/0") as service:
        answer = service.answer("/health")

        assert answer.status_code == 200
        assert answer.json()["status"] == "degraded"
        assert answer.json()["parts"]["cache"] == {"status": "away", "kind": "redis"}
        assert service.answer("/set-up").status_code == 200

    assert SECRET not in service.said()
    assert "Traceback" not in service.said()
