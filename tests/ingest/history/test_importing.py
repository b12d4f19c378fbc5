"""Histories into a real database: each record counts once, however often an import is interrupted, killed, repeated or
run beside itself, and nothing disappears without being said."""

import gzip
import itertools
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.recount import differences
from dashapp.domain.events import Topic
from dashapp.settings import Settings
from ingest.history.importing import strictly
from ingest.history.sieve import FEED_BEGAN, Wishes
from ingest.history.ways import Refusal, Through
from tests.ingest.conftest import Campus, register
from tests.ingest.history.imports import Silent, bring_in, check, importer_of, moodle
from tests.ingest.history.moodles import Row, week, write_log, write_report
from tests.ingest.history.written_out import LOG, write_table
from tests.ingest.oulad.imports import settings_in
from tests.shared import REPOSITORY
from tests.waiting import PATIENCE, await_that

LARGEST_KIB = 350 * 1024
VIEWED = "\\mod_page\\event\\course_module_viewed"
SAYS = "The user with id '{user}' viewed the 'page' activity with course module id '{module}'."


def many(count: int, before: timedelta = timedelta(days=20)) -> list[Row]:
    """Views by fifty people, one a second."""
    begin = int((datetime.now(UTC) - before).timestamp())
    return [
        Row(number, VIEWED, SAYS, begin + number, user=10 + number % 50, module=30 + number % 7)
        for number in range(1, count + 1)
    ]


def assert_recount_agrees(campus: Campus) -> None:
    with campus.database.transaction(DatabaseRole.INGEST, campus.organisation_id) as connection:
        assert differences(connection, campus.organisation_id) == {}


def forget(settings: Settings) -> None:
    """Loses the progress."""
    for file in (Path(settings.data_dir) / "imports").iterdir():
        file.unlink()


# ------------------------------------------------------------------ once


def test_twice_is_once_with_the_memory_of_it_and_without(campus: Campus, tmp_path: Path) -> None:
    settings, log = settings_in(tmp_path), write_log(tmp_path / "log.csv", week())
    first = bring_in(settings, campus, [log], moodle())
    assert (first.tally.new, first.tally.seen, first.tally.refused) == (86, 0, 0)
    again = bring_in(settings, campus, [log], moodle())
    assert (again.tally.rows, again.tally.new, again.tally.seen) == (0, 0, 0)
    assert any("An earlier run has brought everything" in sentence for sentence in again.said)
    forget(settings)
    once_more = bring_in(settings, campus, [log], moodle())
    assert (once_more.tally.new, once_more.tally.seen, once_more.tally.refused) == (0, 86, 0)
    assert_recount_agrees(campus)


def test_overlapping_exports_are_counted_once(campus: Campus, tmp_path: Path) -> None:
    rows = many(300)
    one, other = write_log(tmp_path / "one.csv", rows[:200]), write_log(tmp_path / "other.csv", rows[100:])
    settings = settings_in(tmp_path)
    assert bring_in(settings, campus, [one], moodle()).tally.new == 200
    second = bring_in(settings, campus, [other], moodle())
    assert (second.tally.new, second.tally.seen, second.tally.refused) == (100, 100, 0)
    assert campus.counted() == 300


def test_both_forms_of_a_log_give_the_same_sums(database: Database, tmp_path: Path) -> None:
    sums = []
    for name, write in (("table", write_log), ("report", write_report)):
        source = register(database, name, ())
        campus = Campus(database, source.organisation_id, source)
        path = write(tmp_path / f"{name}.csv", week())
        assert bring_in(settings_in(tmp_path), campus, [path], moodle(course=3)).tally.refused == 0
        sums.append(
            [
                campus.rows(statement)
                for statement in (
                    "SELECT i.value, day, events, clicks, minutes FROM learner_course_days"
                    " JOIN person_identifiers i USING (organisation_id, person_id) ORDER BY 1, 2",
                    "SELECT n.value, sum(events) FROM learner_activities"
                    " JOIN activity_identifiers n USING (organisation_id, course_id, activity_id)"
                    " GROUP BY 1 ORDER BY 1",
                    "SELECT attempt, submitted_at FROM submissions ORDER BY 1, 2",
                    "SELECT post, posted_at FROM forum_posts ORDER BY 1, 2",
                )
            ]
        )
    assert sums[0] == sums[1]
    assert all(sums[0])


# ------------------------------------------------------------------ interrupted, killed, beside itself


def test_an_interrupted_import_goes_on_where_it_was(campus: Campus, tmp_path: Path) -> None:
    settings, log = settings_in(tmp_path), write_log(tmp_path / "log.csv", many(25_000))
    first = bring_in(settings, campus, [log], moodle(), stop_after=10_000)
    assert not first.tally.finished
    assert campus.counted() == first.tally.new < 25_000
    rest = bring_in(settings, campus, [log], moodle())
    assert rest.tally.finished
    assert (rest.tally.new, rest.tally.seen) == (25_000 - first.tally.new, 0), (
        "what is known to be in is not sent again"
    )
    assert campus.counted() == 25_000
    assert any("Going on behind record 20,000 of log.csv" in sentence for sentence in rest.said), rest.said


def command(log: Path, *more: str) -> list[str]:
    given = ["--organisation", "campus", "--source", "campus", "--through", "here", *more]
    return [sys.executable, "-m", "ingest.history", "moodle", str(log), *given]


def environment(settings: Settings, database: Database) -> dict[str, str]:
    url = database.url.render_as_string(hide_password=False)
    return {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(settings.data_dir), "DEMO": "false"}


def start(settings: Settings, database: Database, log: Path, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(log, *more),
        cwd=REPOSITORY,
        env=environment(settings, database),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def marked(settings: Settings) -> bool:
    return any((Path(settings.data_dir) / "imports").glob("*.json"))


def test_an_import_that_is_killed_goes_on_and_counts_nothing_twice(campus: Campus, tmp_path: Path) -> None:
    settings, log = settings_in(tmp_path / "var"), write_log(tmp_path / "log.csv", many(6_000))
    with start(settings, campus.database, log, "--speed", "1000") as process:
        await_that(lambda: marked(settings), "a mark is kept")
        process.send_signal(signal.SIGKILL)
    counted = campus.counted()
    assert 0 < counted < 6_000
    with start(settings, campus.database, log) as process:
        said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert campus.counted() == campus.scalar("SELECT count(*) FROM event_ledger") == 6_000
    assert f"{6_000 - counted:,} new events" in said


def test_ctrl_c_ends_after_the_batch_in_hand_and_says_how_to_go_on(campus: Campus, tmp_path: Path) -> None:
    settings, log = settings_in(tmp_path / "var"), write_log(tmp_path / "log.csv", many(6_000))
    with start(settings, campus.database, log, "--speed", "1000") as process:
        await_that(lambda: marked(settings), "a mark is kept")
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Interrupted: the same command goes on from here." in said
    assert 0 < campus.counted() < 6_000


def test_a_second_import_of_the_same_files_is_told_of_the_first(campus: Campus, tmp_path: Path) -> None:
    settings, log = settings_in(tmp_path / "var"), write_log(tmp_path / "log.csv", many(4_000))
    with start(settings, campus.database, log, "--speed", "1000") as process:
        await_that(lambda: marked(settings), "a mark is kept")
        with pytest.raises(Refusal, match="The same import is running already, in another process"):
            bring_in(settings, campus, [log], moodle())
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert campus.counted() == 4_000


def test_two_imports_at_once_on_two_machines_count_everything_once(campus: Campus, tmp_path: Path) -> None:
    log = write_log(tmp_path / "log.csv", many(20_000))
    processes = [start(settings_in(tmp_path / name), campus.database, log) for name in ("one", "other")]
    said = [process.communicate(timeout=PATIENCE) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert campus.counted() == campus.scalar("SELECT count(*) FROM event_ledger") == 20_000
    assert campus.letters() == []


# ------------------------------------------------------------------ what cannot be taken


def test_one_bad_line_of_a_large_file_is_named_and_all_others_are_counted(campus: Campus, tmp_path: Path) -> None:
    rows: list[list[object]] = [list(row.as_table()) for row in many(30_000)]
    rows[17_000][LOG.index("timecreated")] = "soon"
    log = write_table(tmp_path / "log.csv", LOG, rows)
    result = bring_in(settings_in(tmp_path), campus, [log], moodle())
    assert result.problems() == ["log.csv, line 17002, column timecreated: no whole number: 'soon'"]
    assert campus.counted() == 29_999


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_one_bad_line_of_half_a_million_is_named_and_memory_stays_flat(campus: Campus, tmp_path: Path) -> None:
    rows = ([*row.as_table()] for row in many(500_000))
    log = tmp_path / "log.csv"
    write_table(log, LOG, rows)
    with log.open("r+b") as file:
        lines = itertools.islice(file, 250_000)
        place = sum(len(line) for line in lines)
        file.seek(place)
        broken = file.readline()
        file.seek(place)
        file.write(broken[:-3].replace(b",", b'"', 1) + broken[-3:])
    settings = settings_in(tmp_path / "var")
    with start(settings, campus.database, log) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 3
    assert "1 records could not be taken:" in said
    assert "log.csv, line 250001: " in said
    assert campus.counted() == 499_999
    assert used.ru_maxrss < LARGEST_KIB


def test_strict_imports_nothing_where_a_single_line_is_bad(campus: Campus, tmp_path: Path) -> None:
    rows: list[list[object]] = [list(row.as_table()) for row in many(50)]
    rows[40][LOG.index("userid")] = "anna"
    importer = importer_of(settings_in(tmp_path), campus, [write_table(tmp_path / "log.csv", LOG, rows)], moodle())
    wishes = Wishes(Through.HERE, datetime.now(UTC))
    with pytest.raises(Refusal, match="1 records cannot be taken, so by --strict nothing is imported"):
        strictly(importer, wishes, Silent())
    assert campus.counted() == 0


def test_a_packed_log_that_is_cut_off_is_counted_as_far_as_it_goes(campus: Campus, tmp_path: Path) -> None:
    content = gzip.compress(write_log(tmp_path / "whole.csv", many(20_000)).read_bytes())
    path = tmp_path / "log.csv.gz"
    path.write_bytes(content[: len(content) // 2])
    result = bring_in(settings_in(tmp_path), campus, [path], moodle())
    assert 1_000 < campus.counted() == result.tally.new < 20_000
    assert result.problems()[-1].endswith("the packed file is cut off or damaged here; what follows is missing")


def test_rows_of_the_future_are_named_and_not_counted(campus: Campus, tmp_path: Path) -> None:
    log = write_log(tmp_path / "log.csv", [*many(5), *[Row(9, VIEWED, SAYS, 4_000_000_000, module=30)]])
    result = bring_in(settings_in(tmp_path), campus, [log], moodle())
    assert campus.counted() == 5
    assert result.problems() == ["log.csv, line 7: lies in the future: 2096-10-02 07:06 UTC"]
    assert campus.letters() == []


def test_what_a_live_feed_tells_is_left_to_it_from_a_moment_on(campus: Campus, tmp_path: Path) -> None:
    rows = many(100)
    began = datetime.fromtimestamp(rows[60].at, UTC)
    result = bring_in(settings_in(tmp_path), campus, [write_log(tmp_path / "log.csv", rows)], moodle(), until=began)
    assert campus.counted() == 60
    assert result.notes.left_out == {FEED_BEGAN: 40}


def test_history_from_long_ago_is_counted_here_and_left_out_with_a_word_elsewhere(
    campus: Campus, tmp_path: Path
) -> None:
    settings = settings_in(tmp_path, data_retention_days=100)
    log = write_log(tmp_path / "log.csv", [*many(40, timedelta(days=900)), *many(50)[40:]])
    elsewhere = check(settings, campus, [log], moodle(), through=Through.INBOX)
    assert elsewhere.notes.left_out == {"older than DATA_RETENTION_DAYS (100); --through here takes it": 40}
    result = bring_in(settings, campus, [log], moodle())
    assert (result.tally.new, result.tally.refused) == (50, 0)
    assert campus.scalar("SELECT count(*) FROM learner_course_days WHERE day < now() - interval '890 days'") > 0


def test_what_the_source_may_not_send_is_left_out(database: Database, tmp_path: Path) -> None:
    source = register(database, "campus", (), frozenset({Topic.LEARNING}))
    campus = Campus(database, source.organisation_id, source)
    columns = ("id", "firstname", "lastname", "email", "deleted", "timemodified")
    users = write_table(tmp_path / "mdl_user.csv", columns, [(5, "Anna", "Ärmel", "", 0, 1_700_000_000)])
    result = bring_in(settings_in(tmp_path), campus, [users, write_log(tmp_path / "log.csv", many(5))], moodle())
    assert result.tally.new == 5
    assert result.notes.left_out == {"user events, which this source may not send": 1}


def test_a_check_writes_nothing_and_says_what_would_be_counted(campus: Campus, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    found = check(settings, campus, [write_log(tmp_path / "log.csv", week())], moodle())
    assert found.kinds["viewed"] == 65
    assert found.kinds["submitted"] == 6
    assert (len(found.people), len(found.courses)) == (3, 1)
    assert campus.scalar("SELECT count(*) FROM event_ledger") == 0
    assert campus.scalar("SELECT count(*) FROM people") == 0
    assert not (Path(settings.data_dir) / "imports").exists()
