"""`python -m ingest.history` as an administrator at a terminal meets it."""

import csv
from pathlib import Path

import pytest

from ingest.history import __main__ as command
from tests.ingest.conftest import ISSUER, Campus
from tests.ingest.history.moodles import week, write_log
from tests.ingest.history.written_out import LOG, write_table

TO = ["--organisation", "campus", "--source", "campus", "--through", "here"]


@pytest.fixture
def data_dir(campus: Campus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of an administrator beside the running service."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", campus.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("DEMO", "false")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_log_is_looked_at_brought_in_and_brought_in_again(
    campus: Campus, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = str(write_log(data_dir / "log.csv", week()))
    assert command.main(["moodle", log, *TO, "--check"]) == 0
    said = capsys.readouterr().out
    assert "86 events would be counted:" in said
    assert "They are of 3 people in 1 courses." in said
    assert "9  grades, completion and enrolments: they are read from their own tables" in said
    assert "Say --until with the moment at which the feed began" in said
    assert campus.counted() == 0
    assert command.main(["moodle", log, *TO]) == 0
    told = capsys.readouterr()
    assert "86 new events, 0 known already, 0 refused." in told.out
    assert "Events are counted by this process." in told.out + told.err
    assert command.main(["moodle", log, *TO]) == 0
    assert "0 new events, 0 known already, 0 refused." in capsys.readouterr().out
    assert campus.scalar("SELECT count(*) FROM event_ledger") == 86


def test_lines_that_cannot_be_taken_are_shown_written_and_told_by_the_exit_code(
    campus: Campus, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[list[object]] = [list(row.as_table()) for row in week()]
    for row in rows[:30]:
        row[LOG.index("timecreated")] = "=cmd()"
    log = str(write_table(data_dir / "=log.csv", LOG, rows))
    problems = data_dir / "problems.csv"
    assert command.main(["moodle", f"logstore_standard_log={log}", *TO, "--problems", str(problems)]) == 3
    said = capsys.readouterr().out
    assert "30 records could not be taken:" in said
    assert "=log.csv, line 2, column timecreated: no whole number: '=cmd()'" in said
    assert "… and 10 more; --problems FILE has the first thousand." in said
    with problems.open(newline="", encoding="utf-8-sig") as file:
        header, first, *rest = csv.reader(file)
    assert header == ["file", "line", "column", "reason"]
    assert first == ["'=log.csv", "2", "timecreated", "no whole number: '=cmd()'"]
    assert len(rest) == 29
    assert campus.counted() == 56


def test_strict_brings_nothing_in_and_says_why(
    campus: Campus, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[list[object]] = [list(row.as_table()) for row in week()]
    rows[5][LOG.index("userid")] = "anna"
    log = str(write_table(data_dir / "log.csv", LOG, rows))
    assert command.main(["moodle", log, *TO, "--strict"]) == 2
    assert "1 records cannot be taken, so by --strict nothing is imported." in capsys.readouterr().err
    assert campus.counted() == 0
    assert command.main(["moodle", str(write_log(data_dir / "whole.csv", week())), *TO, "--strict"]) == 0
    assert "9  grades, completion" in capsys.readouterr().out, "what the first look has noted is not noted twice"


def test_an_encoding_that_is_guessed_is_said(
    campus: Campus, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ("id", "firstname", "lastname", "email", "deleted", "timemodified")
    users = data_dir / "mdl_user.csv"
    write_table(users, columns, [(5, "Änne", "Öhm", "", 0, 1_700_000_000)])
    users.write_bytes(users.read_text().encode("cp1252"))
    assert command.main(["moodle", str(users), *TO]) == 0
    assert "mdl_user.csv is no UTF-8 and is read as Windows-1252; --encoding says otherwise." in capsys.readouterr().out
    assert campus.rows("SELECT given_name, family_name FROM people") == [("Änne", "Öhm")]


def test_a_new_source_is_made_by_its_issuer_but_not_by_a_look(
    campus: Campus, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = str(write_log(data_dir / "log.csv", week()))
    to = ["--organisation", "campus", "--source", "old-moodle", "--through", "here"]
    assert command.main(["moodle", log, *to]) == 2
    assert "There is no source named old-moodle." in capsys.readouterr().err
    made = [*to, "--issuer", "https://old.example"]
    count = "SELECT count(*) FROM sources WHERE name = 'old-moodle'"
    assert command.main(["moodle", log, *made, "--check"]) == 0
    assert campus.scalar(count) == 0
    assert command.main(["moodle", log, *made]) == 0
    assert campus.scalar(count) == 1
    assert command.main(["moodle", log, *to, "--issuer", "https://other.example"]) == 2
    assert "has the issuer https://old.example, not https://other.example" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["moodle", "nothing.csv", *TO], "nothing.csv cannot be read: No such file or directory."),
        (["moodle", "log.csv", *TO[:1], "elsewhere", *TO[2:]], "There is no organisation named elsewhere."),
        (["moodle", "log.csv", *TO[:5], "kafka"], "KAFKA_BROKERS is not set, so nothing can be sent to Kafka."),
        (["canvas", "log.csv", *TO], "log.csv is no table of Canvas Data that is known here"),
        (["csv", "log.csv", *TO, "--mapping", "nothing.toml"], "nothing.toml cannot be read: No such file"),
        (["statements", "log.csv", *TO], "log.csv begins neither with an object nor with an array of JSON."),
    ],
)
def test_what_is_wrong_is_one_sentence(
    data_dir: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_log(data_dir / "log.csv", week())
    assert command.main(arguments) in (1, 2)
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "wrong", ["--zone=Mars/Base", "--encoding=klingon", "--speed=0", "--until=soon", "--through=pigeon", "--column=x"]
)
def test_an_option_that_makes_no_sense_is_refused(data_dir: Path, wrong: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["moodle", "log.csv", *TO, wrong])


def test_until_is_local_where_it_has_no_offset(
    campus: Campus, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The week begins at 9:30 in Berlin, where the campus is, and its log goes on for almost an hour.
    log = str(write_log(data_dir / "log.csv", week()))
    assert command.main(["moodle", log, *TO, "--check", "--until", "2026-03-02"]) == 0
    assert "0 events would be counted" in capsys.readouterr().out
    assert command.main(["moodle", log, *TO, "--check", "--until", "2026-03-02T09:40"]) == 0
    some = capsys.readouterr().out
    assert command.main(["moodle", log, *TO, "--check", "--until", "2026-03-02T08:40+00:00"]) == 0
    assert some == capsys.readouterr().out
    assert "what happened since the live feed began (--until)" in some


def test_a_database_that_is_away_is_one_sentence_and_exit_code_1(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert command.main(["moodle", str(write_log(data_dir / "log.csv", week())), *TO]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_folder_of_tables_is_read_as_a_whole(campus: Campus, data_dir: Path) -> None:
    folder = data_dir / "export"
    folder.mkdir()
    write_log(folder / "mdl_logstore_standard_log.csv", week())
    columns = ("id", "shortname", "fullname", "startdate", "enddate", "timemodified")
    write_table(folder / "mdl_course.csv", columns, [(3, "ALG", "Algebra", 0, 0, 1_700_000_000)])
    assert command.main(["moodle", str(folder), *TO]) == 0
    assert campus.rows("SELECT c.title, i.value FROM courses c JOIN course_identifiers i USING (course_id)") == [
        ("Algebra", f"{ISSUER}/course/view.php?id=3")
    ]
