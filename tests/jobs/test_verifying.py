"""The command that proves the audit trail."""

import subprocess
import sys
from pathlib import Path
from threading import Event as Signal

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import audit
from dashapp.data.store.sealing import Sealer
from dashapp.domain.audit import Action
from dashapp.jobs.__main__ import main
from tests.data.conftest import make_organisation
from tests.shared import REPOSITORY


@pytest.fixture
def at_home(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The command finds this database; there are two sealed rows and one that is not."""
    organisation = make_organisation(database, "north")
    for sealed in (True, True, False):
        with database.transaction(DatabaseRole.WEB, organisation) as connection:
            audit.record(connection, organisation, "somebody", Action.LOOKED, {"subject": "dead letter 1"})
        if sealed:
            Sealer(database).seal(Signal())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    return database


def test_it_says_that_all_is_well_and_names_the_tail(at_home: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify-audit"]) == 0

    said = capsys.readouterr().out
    assert "north: intact. Sealed rows: 2. Head 2:" in said
    assert "north: not sealed yet: 1, from row " in said
    assert "(no organisation): intact. Sealed rows: 0." in said


def test_it_names_the_first_broken_row(at_home: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with at_home.administration() as connection:
        connection.execute(text("UPDATE analytics.audit_log SET actor = 'x'"))
        first = connection.execute(text("SELECT min(audit_id) FROM analytics.audit_log")).scalar_one()
        connection.commit()

    assert main(["verify-audit", "--organisation", "north"]) == 1
    assert f"north: BROKEN at position 1 (row {first}): the row" in capsys.readouterr().out


def test_a_head_that_was_noted_is_compared(at_home: Database, capsys: pytest.CaptureFixture[str]) -> None:
    main(["verify-audit", "--organisation", "north"])
    head = capsys.readouterr().out.partition("Head ")[2].split()[0]

    assert main(["verify-audit", "--organisation", "north", "--expect", head]) == 0
    assert main(["verify-audit", "--organisation", "north", "--expect", f"1:{head[2:]}"]) == 1
    said = capsys.readouterr().out
    assert "made anew" in said
    assert "No organisation of this installation has the head that was named." in said


def test_a_head_of_another_organisation_is_told_from_a_changed_trail(
    at_home: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    south = make_organisation(at_home, "south")
    with at_home.transaction(DatabaseRole.WEB, south) as connection:
        audit.record(connection, south, "somebody", Action.LOOKED, {"subject": "dead letter 2"})
    Sealer(at_home).seal(Signal())
    main(["verify-audit", "--organisation", "south"])
    head = capsys.readouterr().out.partition("Head ")[2].split()[0]

    assert main(["verify-audit", "--organisation", "north", "--expect", head]) == 1

    said = capsys.readouterr().out
    assert "north: intact." in said
    assert "north: nothing was compared: the head that you name is one of south, not of this one." in said
    assert "BROKEN" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--organisation", "nowhere"], "There is no organisation named nowhere."),
        (["--expect", f"1:{'0' * 64}"], "Say with --organisation whose head it is."),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    at_home: Database, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["verify-audit", *arguments]) == 1
    assert capsys.readouterr().err == f"{words}\n"


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashapp.jobs"],
        env={"PYTHONPATH": str(REPOSITORY), "APP_ENV": "nowhere"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
