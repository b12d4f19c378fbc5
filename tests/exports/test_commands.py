"""`python -m exports.leaving`: figures first, the name twice before anything goes, and words where it cannot be."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event as Signal

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.store.audit import operator
from dashapp.data.store.leaving.departures import ask_for_deletion, due_departures
from dashapp.domain.clock import system_clock
from exports.leaving import __main__ as commands
from exports.leaving.deleting import Deletion, folders_below
from tests.exports.conftest import Two
from tests.shared import REPOSITORY


@pytest.fixture
def environment(two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    values = {
        "DATABASE_URL": two.leaving.database.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path / "var"),
        "DEMO": "false",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **values}


def run(*arguments: str) -> tuple[int, str]:
    said: list[str] = []
    code = commands.main(arguments, said.append)
    return code, "\n".join(said)


@pytest.mark.usefixtures("environment")
def test_an_export_is_weighed_written_and_proved(two: Two, tmp_path: Path) -> None:
    file = tmp_path / "north.zip"
    people = two.of(two.leaving)["people"]

    code, said = run("export", "--organisation", "north", "--dry-run", "--out", str(file))
    assert code == 0
    assert ["people", f"{people:,}", "rows"] in [line.split()[:3] for line in said.splitlines()]
    assert "Nothing was written." in said
    assert not file.exists()

    code, said = run("export", "--organisation", "north", "--out", str(file))
    assert code == 0
    assert "SHA-256" in said
    assert run("verify", str(file))[0] == 0
    trail = two.truth.execute(text("SELECT count(*) FROM audit_log WHERE action = 'organisation.exported'"))
    assert trail.scalar_one() == 1
    file.write_bytes(file.read_bytes()[:1000])
    assert run("verify", str(file))[0] == 1


@pytest.mark.usefixtures("environment")
def test_a_deletion_tells_what_would_go_and_what_it_does_not_reach(
    two: Two, capsys: pytest.CaptureFixture[str]
) -> None:
    before = two.of(two.leaving)

    code, said = run("delete", "--organisation", "north")

    assert code == 0
    assert "Learning from" in said
    for words in ("records in Kafka", "backups", "Nothing was deleted."):
        assert words in said
    for wrong in ((), ("--name", "south"), ("--name", "North")):
        assert run("delete", "--organisation", "north", "--yes", *wrong)[0] == 1
        assert "Nothing was deleted." in capsys.readouterr().err
    assert run("delete", "--organisation", "nobody", "--yes", "--name", "nobody")[0] == 1
    assert "There is no organisation named nobody." in capsys.readouterr().err
    assert two.of(two.leaving) == before


@pytest.mark.usefixtures("environment")
def test_with_the_name_twice_it_is_deleted_and_the_others_stay(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "Deletion", partial(Deletion, settle=timedelta(0)))
    others = two.of(two.staying)

    code, said = run("delete", "--organisation", "north", "--yes", "--name", "north")

    assert code == 0
    assert "stays, without a name" in said
    assert sum(two.of(two.leaving).values()) == 0
    assert two.of(two.staying) == others


@pytest.mark.usefixtures("environment")
def test_what_was_asked_for_on_the_page_is_taken_back(two: Two) -> None:
    now = datetime.now(UTC)
    with two.leaving.database.transaction(DatabaseRole.JOBS, two.leaving.organisation_id) as connection:
        ask_for_deletion(connection, two.leaving.organisation_id, "somebody", now, now + timedelta(days=7))

    assert "A deletion is requested" in run("delete", "--organisation", "north")[1]
    assert run("delete", "--organisation", "north", "--cancel")[0] == 0
    assert run("delete", "--organisation", "north", "--cancel")[0] == 1


def test_one_that_is_killed_half_way_is_gone_on_with_by_the_jobs(
    two: Two, environment: dict[str, str], tmp_path: Path
) -> None:
    others = two.of(two.staying)
    command = [sys.executable, "-m", "exports.leaving", "delete", "--organisation", "north", "--yes", "--name", "north"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env={**environment, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("raw_events"):
                process.send_signal(signal.SIGKILL)
                break
        process.wait(60)
    left = two.of(two.leaving)
    assert left["organisations"] == 1
    assert left["raw_events"] == 0 or left["people"] > 0

    with two.leaving.database.transaction(DatabaseRole.JOBS, None) as connection:
        [departure] = due_departures(connection, datetime.now(UTC))
    deletion = Deletion(two.leaving.database, folders_below(tmp_path), system_clock, timedelta(0))
    assert deletion.run(departure, operator("jobs"), Signal(), lambda _table, _rows: None) is not None

    assert sum(two.of(two.leaving).values()) == 0
    assert two.of(two.staying) == others
