"""`python -m ingest.roster` as an administrator meets it: also killed half-way, and twice at once."""

import csv
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.store.audit import operator
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.rosters.applying import Busy
from dashapp.data.store.rosters.undoing import undo
from dashapp.domain.roster_changes import Conflict, ConflictKind, Thing
from dashapp.words import PSEUDO_LOCALE, use_locale
from dashapp.words.rosters import conflict_sentence, thing_word
from ingest.roster import __main__ as command
from ingest.roster.importing import Reporter, Wishes
from tests.data.store.conftest import Campus
from tests.ingest.roster.archives import LMS, school, text_of, texts, user, write_zip
from tests.ingest.roster.conftest import T1, T2, Sis
from tests.shared import REPOSITORY
from tests.waiting import await_that

Run = Callable[..., tuple[int, list[str]]]
OF = ("--organisation", "north", "--source", "sis")


@pytest.fixture
def run(sis: Sis, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on the test's database; gives its exit code and its sentences."""
    monkeypatch.setenv("DATABASE_URL", sis.campus.database.url.render_as_string(hide_password=False))

    def start(name: str, *arguments: str) -> tuple[int, list[str]]:
        said: list[str] = []
        return command.main([name, *OF, *arguments], said.append), said

    return start


def test_files_are_checked_looked_at_taken_in_and_taken_back(sis: Sis, run: Run, tmp_path: Path) -> None:
    files = str(write_zip(tmp_path / "roster.zip", texts(school())))

    code, said = run("check", files)
    assert (code, "users.csv: 5 rows, utf-8" in said) == (0, True)
    code, said = run("plan", files)
    assert code == 0
    assert "      people: 5 added, 0 changed, 0 ended" in said
    fingerprint = said[-1].rpartition(" ")[2]
    assert sis.roles() == set()

    code, said = run("apply", files, "--plan", fingerprint, "--by", "registrar")
    assert (code, said[-1].startswith("Done: import ")) == (0, True)
    assert len(sis.roles()) == 4
    assert run("apply", files)[1][-1].startswith("Nothing has changed.")

    code, said = run("show")
    assert (code, ["unchanged" in said[-2], "by operator:registrar" in said[-1]]) == (0, [True, True])
    code, said = run("undo")
    assert code == 0
    assert said[1] == "Of the people that it had made 5 have gone, 0 stay: others use them."
    assert sis.roles() == set()
    assert run("undo")[0] == 1


def test_errors_are_told_and_written_where_no_spreadsheet_takes_them_for_formulas(
    sis: Sis, run: Run, tmp_path: Path
) -> None:
    files = school()
    files["enrollments"][0]["beginDate"] = "=1+1"
    folder, report = sis.write(files), tmp_path / "report.csv"

    for name in ("check", "plan", "apply"):
        code, said = run(name, str(folder), "--report", str(report))
        assert code == command.FOUND
        assert "enrollments.csv, line 2, beginDate: This is not a day, such as 2026-08-31. (=1+1)" in said
    assert sis.roles() == set()
    with report.open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["line"], row["column"], row["value"], row["stops"]) == ("2", "beginDate", "'=1+1", "yes")


def test_settings_are_kept_and_told(sis: Sis, run: Run) -> None:
    code, said = run(
        *("set", "--people-known-as", "username", LMS, "account", "--courses-known-as", "classCode", LMS, "course"),
        *("--classes", "section", "--most-ended", "30", "--every", "15", "--address", "https://sis.example/roster.zip"),
    )

    assert code == 0
    assert f"people: username {LMS} account" in said
    assert run("show")[1][:-1] == said
    assert sis.campus.value("SELECT count(*) FROM audit_log WHERE action = 'roster.settings_changed'") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--most-ended", "101"),
        ("--every", "1"),
        ("--folder", "x", "--address", "https://x.example"),
        ("--address", "ftp://x.example"),
        ("--column", "colour=Red"),
        ("--role", "teacher"),
    ],
)
def test_settings_that_cannot_be_are_one_sentence(
    sis: Sis, run: Run, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("set", *arguments)[0] == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_plain_csv_is_taken_in_by_the_settings(sis: Sis, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Nr,Kurs,Art\n1,ALG,D\n2,ALG,S\n", encoding="utf-8")
    columns = ("--column", "person=Nr", "--column", "course=Kurs", "--column", "role=Art")
    assert run("set", "--form", "csv", *columns, "--role", "D=teacher", "--role", "S=learner")[0] == 0

    code, said = run("apply", str(path))

    assert (code, "person is read from the column Nr" in said) == (0, True)
    assert sis.roles() == {("1", "ALG", None, "teacher"), ("2", "ALG", None, "learner")}
    path.write_text("Nr,Kurs,Art\n1,ALG,D\n", encoding="utf-8")
    assert run("apply", str(path))[0] == 1
    assert run("apply", str(path), "--accept-endings")[0] == 0


def test_what_the_command_says_of_conflicts_and_things_is_translated() -> None:
    with use_locale(PSEUDO_LOCALE):
        said = [conflict_sentence(Conflict(kind, "a", "b")) for kind in ConflictKind]
        said += [thing_word(thing) for thing in Thing]
    assert all(sentence.startswith("[") for sentence in said)
    assert len(set(said)) == len(said)


# ------------------------------------------------------------------ killed, and twice at once


def test_an_import_that_is_killed_half_way_has_changed_nothing_and_can_be_done_again(sis: Sis, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "roster.zip", texts(school()))
    before = sis.state()
    program = f"""
import os, signal
from pathlib import Path
from datetime import UTC, datetime
from sqlalchemy import make_url
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.audit import operator
from dashapp.data.store.rosters.sources import find_roster_source
from ingest.roster.importing import Importer, Reporter, Wishes
database = Database(make_url(os.environ["DATABASE_URL"]))
with database.transaction(DatabaseRole.JOBS, {int(sis.campus.organisation)}) as connection:
    source = find_roster_source(connection, {int(sis.campus.organisation)}, "sis")
def die(step):
    # People, courses and enrolments have been written by now, and nothing has been committed.
    if step == "roles":
        os.kill(os.getpid(), signal.SIGKILL)
importer = Importer(database, {int(sis.campus.organisation)}, source, Reporter(step=die))
importer.apply(Path({str(path)!r}), Wishes(operator("test"), datetime.now(UTC)))
"""
    environment = {**os.environ, "DATABASE_URL": sis.campus.database.url.render_as_string(hide_password=False)}

    died = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, env=environment, check=False, timeout=110)

    assert died.returncode == -signal.SIGKILL
    assert sis.state() == before
    assert sis.campus.value("SELECT count(*) FROM roster_imports") == 0
    sis.apply(school())
    assert len(sis.roles(T1)) == 4


def test_a_second_import_of_the_same_source_is_told_and_of_another_one_waits(sis: Sis) -> None:
    files = sis.write(school())
    reached, go_on = threading.Event(), threading.Event()

    def step(name: str) -> None:
        if name == "enrolments":
            reached.set()
            go_on.wait(100)

    slow = sis.importer.__class__(sis.campus.database, sis.campus.organisation, sis.source, Reporter(step=step))
    thread = threading.Thread(target=lambda: slow.apply(files, Wishes(operator("test"), T1)))
    thread.start()
    assert reached.wait(100)
    with pytest.raises(Busy, match="at this moment"):
        sis.importer.apply(files, Wishes(operator("test"), T2))
    with pytest.raises(Busy, match="at this moment"):
        undo(sis.campus.database, sis.campus.organisation, sis.source, operator("test"), T2)
    go_on.set()
    thread.join(100)
    assert len(sis.roles(T1)) == 4


def test_a_roster_waits_for_the_events_that_are_being_written(sis: Sis) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with sis.campus.database.transaction(DatabaseRole.JOBS, sis.campus.organisation) as connection:
        own_organisation(connection, sis.campus.organisation)
        thread = threading.Thread(target=lambda: sis.apply(school()))
        thread.start()
        await_that(lambda: sis.campus.value(waiting) == 1, "the roster waits for the organisation")
        assert sis.campus.value("SELECT count(*) FROM roster_imports") == 0
    thread.join(100)
    assert len(sis.roles(T1)) == 4


def test_another_organisation_is_never_touched(sis: Sis, run: Run, tmp_path: Path) -> None:
    south = Campus(sis.campus.database, "south")
    path = tmp_path / "one.csv"
    path.write_text(text_of(["id"], [{"id": "1"}]), encoding="utf-8")

    assert command.main(["apply", "--organisation", "south", "--source", "sis", str(path)]) == 1
    files = school()
    files["users"].append(user("u9", "Zoe"))
    sis.apply(files)
    assert south.rows("SELECT 1 FROM people") == []
    assert south.rows("SELECT 1 FROM memberships") == []
