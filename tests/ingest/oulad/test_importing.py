"""The import into a real database: its totals are the archive's own, however often it is interrupted or repeated."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.people import principal_for
from dashapp.data.store.organisations import find_organisation
from dashapp.domain.clock import system_clock
from dashapp.domain.filters import Filters
from dashapp.settings import Settings
from deploy.local_kafka import LocalKafka
from ingest.demo import demo_people
from ingest.history.pace import Pace
from ingest.history.ways import Refusal, Through
from ingest.loop import Ingest
from ingest.oulad.archive import Archive, ArchiveError, open_archive
from ingest.oulad.importing import TITLE, Importer, Wishes
from tests.ingest.oulad.imports import Csv, Imported, Silent, classroom_of, import_all, part_of, settings_in
from tests.ingest.oulad.recount import Presentation
from tests.shared import REPOSITORY, shared_file
from tests.waiting import await_that

LARGEST_KIB = 350 * 1024


def assert_totals_are_the_archives_own(imported: Imported, published: Csv) -> None:
    """Counts by plain reading of the files against counts in PostgreSQL, raw and aggregated."""
    rows, clicks = published.click_rows, published.clicks.total()
    handed_in = [row for row in published.submissions if row["is_banked"] == "0"]
    said = imported.one("SELECT count(*), sum(clicks) FROM raw_events WHERE verb IN ('viewed', 'interacted')")
    assert said == (rows, clicks)
    totals = (rows + len(handed_in), clicks + len(handed_in))
    for table in ("learner_course_days", "learner_course_day_types", "learner_activities", "course_days"):
        assert imported.one(f"SELECT sum(events), sum(clicks) FROM {table}") == totals, table
    for table in ("activity_days", "organisation_days"):
        assert imported.one(f"SELECT sum(events), sum(clicks) FROM {table}") == totals, table
    counted = imported.rows(
        "SELECT i.value, sum(a.clicks) FROM learner_activities a JOIN person_identifiers i USING (organisation_id,"
        " person_id) JOIN activity_identifiers n USING (organisation_id, course_id, activity_id) WHERE n.kind = 'site'"
        " GROUP BY 1"
    )
    assert dict(counted) == published.clicks
    assert_no_time_of_day_was_invented(imported)
    assert_submissions_are_the_archives_own(imported, published.submissions)
    assert_people_are_the_archives_own(imported, published)


def assert_no_time_of_day_was_invented(imported: Imported) -> None:
    assert (
        imported.one("SELECT count(*) FROM learner_course_days WHERE minutes IS NOT NULL OR first_at IS NOT NULL") == 0
    )
    assert imported.one("SELECT count(*) FROM course_hours") == 0


def assert_submissions_are_the_archives_own(imported: Imported, submissions: list[dict[str, str]]) -> None:
    scores = [float(row["score"]) for row in submissions if row["score"]]
    assert imported.one(
        "SELECT count(*), count(score), sum(score), count(*) FILTER (WHERE banked) FROM submissions WHERE day_precision"
    ) == (len(submissions), len(scores), sum(scores), sum(row["is_banked"] == "1" for row in submissions))


def assert_people_are_the_archives_own(imported: Imported, published: Csv) -> None:
    students = published.students
    people = {row["id_student"] for row in students}
    assert imported.one("SELECT count(*), count(*) FILTER (WHERE provisional) FROM people") == (len(people), 0)
    results = Counter(row["final_result"].lower() for row in students)
    assert dict(imported.rows("SELECT outcome, count(*) FROM outcomes GROUP BY 1")) == (results)
    assert imported.one("SELECT count(*) FROM demographics") == len(students)
    registered = published.registrations
    enrolled = imported.one(
        "SELECT count(*), count(ends_at) FROM memberships WHERE scope_kind = 'course' AND role = 'learner'"
    )
    assert enrolled == (len(registered), sum(bool(row["date_unregistration"]) for row in registered))
    assessments = published.assessments.values()
    assert imported.one("SELECT sum(weight), count(due_at) FROM activities WHERE max_score IS NOT NULL") == (
        sum(float(row["weight"]) for row in assessments),
        sum(bool(row["date"]) for row in assessments),
    )


# ------------------------------------------------------------------ the published archive


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module AAA of the published archive."""
    return part_of(shared_file("oulad.zip"), "AAA", tmp_path_factory.mktemp("part"))


@pytest.fixture(scope="module")
def one_module(module_database: Database, tmp_path_factory: pytest.TempPathFactory, part: Path) -> Imported:
    """It, imported in several runs with interruptions, and once more without the memory of them."""
    directory, published = tmp_path_factory.mktemp("data"), open_archive(part)
    settings = settings_in(directory)
    wishes = Wishes()
    for rows in (90_000, 150_000):
        importer = Importer(settings, module_database, published, wishes, system_clock)
        tally = importer.run(Silent(importer, stop_after=rows))
        assert not tally.finished
        assert tally.refused == 0
    last = Importer(settings, module_database, published, wishes, system_clock)
    assert last.rows_done() >= 150_000
    tally = last.run(Silent())
    assert tally.finished
    assert (tally.seen, tally.refused, tally.held_back) == (0, 0, 0), "what is known to be in is not sent again"
    assert tally.rows == last.rows()
    return Imported(module_database)


@pytest.fixture(scope="module")
def one_module_as_published(part: Path) -> Csv:
    return Csv(part, {"AAA"})


@pytest.mark.shared_data
def test_the_totals_of_a_module_are_the_archives_own(one_module: Imported, one_module_as_published: Csv) -> None:
    assert_totals_are_the_archives_own(one_module, one_module_as_published)
    assert one_module.one("SELECT count(*) FROM dead_letters") == 0


@pytest.mark.shared_data
def test_a_classroom_says_what_a_recount_of_the_archive_says(one_module: Imported, part: Path) -> None:
    course, starts_on, ends_on = one_module.one(
        "SELECT course_id, starts_on, ends_on FROM courses WHERE code = 'AAA 2013J'"
    )
    first = starts_on - timedelta(days=60)
    view, work = classroom_of(one_module, course, Filters(first=first, last=ends_on))
    days = range(-60, (ends_on - starts_on).days + 1)
    counted = Presentation(part, "AAA", "2013J").recount(starts_on, days)

    assert view.enrolled == len(view.learners) == work.learners == len(counted.learners)
    assignments = {one.title.rsplit(" ", 1)[-1]: one for one in work.assignments or ()}
    due = {name: (one.on_time, one.late, one.missing) for name, one in assignments.items() if one.due_at}
    assert due == counted.handed_in
    assert {one.not_yet_due for one in assignments.values()} == {0}
    graded = {name: (one.graded, one.mean, one.median) for name, one in assignments.items() if one.graded}
    assert graded == {name: pytest.approx(values) for name, values in counted.scores.items()}
    active = [sum(row.weeks[place] > 0 for row in view.learners) for place in range(len(view.week_starts))]
    found = {start: number for start, number in zip(view.week_starts, active, strict=True) if number}
    assert found == counted.active
    assert {one.activity_type: sum(one.clicks) for one in work.types or ()} == counted.clicks
    assert {one.title: one.touched for one in work.units or () if one.touched} == {
        f"Week {week}": number for week, number in counted.touched.items()
    }
    assert not view.minutes_recorded
    assert (work.hours, work.hours_recorded) == ((), False)


@pytest.mark.long
@pytest.mark.shared_data
def test_an_import_that_has_lost_its_progress_changes_nothing(
    one_module: Imported, one_module_as_published: Csv, part: Path, tmp_path: Path
) -> None:
    tally = import_all(settings_in(tmp_path), one_module.database, open_archive(part))
    assert tally.finished
    assert tally.new == 0
    assert tally.refused == 0
    assert tally.seen > 180_000
    assert_totals_are_the_archives_own(one_module, one_module_as_published)


@pytest.mark.shared_data
def test_the_shift_of_an_import_stays_and_another_one_is_refused(
    one_module: Imported, part: Path, tmp_path: Path
) -> None:
    in_a_month, published = datetime.now(UTC) + timedelta(days=30), open_archive(part)
    again = Importer(settings_in(tmp_path), one_module.database, published, Wishes(), lambda: in_a_month)
    assert again.days.runs["AAA", "2013J"].starts_on == one_module.one("SELECT starts_on FROM courses")
    with pytest.raises(Refusal, match="holds the archive shifted by"):
        import_all(settings_in(tmp_path), one_module.database, published, last_day=date(2020, 1, 1))


@pytest.mark.shared_data
@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_totals_of_the_whole_archive_are_its_own(database: Database, published: Archive, tmp_path: Path) -> None:
    # A year further back, nothing lies after today: some work was handed in long after its presentation.
    year_ago = datetime.now(UTC).date() - timedelta(days=371)
    url = database.url.render_as_string(hide_password=False)
    importing = subprocess.Popen(
        [sys.executable, "-m", "ingest.oulad", str(published.path), f"--shift-to={year_ago}"],
        cwd=REPOSITORY,
        env={**os.environ, "DATABASE_URL": url, "DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with importing:
        assert importing.stdout is not None
        said = importing.stdout.read()
        _, status, used = os.wait4(importing.pid, 0)
        importing.returncode = os.waitstatus_to_exitcode(status)
    assert importing.returncode == 0
    assert said.endswith(" new events, 0 known already, 0 refused.\n"), said
    assert used.ru_maxrss < LARGEST_KIB, "memory does not grow with the archive"
    modules = {"AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG"}
    assert_totals_are_the_archives_own(Imported(database), Csv(published.path, modules))


# ------------------------------------------------------------------ a small archive


@pytest.fixture
def archive(small_archive: Path) -> Archive:
    return open_archive(small_archive)


def test_demographics_can_be_written_but_not_read_by_who_imports(
    database: Database, archive: Archive, tmp_path: Path
) -> None:
    import_all(settings_in(tmp_path), database, archive)
    rows = Imported(database).rows("SELECT attributes FROM demographics ORDER BY person_id, course_id")
    assert len(rows) == 3
    assert {row.attributes["region"] for row in rows} == {"Wales", "Scotland"}
    for role in (DatabaseRole.INGEST, DatabaseRole.WEB):
        with (
            database.transaction(DatabaseRole.JOBS, None) as connection,
        ):
            organisation_id = find_organisation(connection, "oulad")
        with (
            pytest.raises(Exception, match="permission denied"),
            database.transaction(role, organisation_id) as connection,
        ):
            connection.execute(text("SELECT attributes FROM demographics"))


def test_what_lies_ahead_by_the_shift_is_left_out_and_counted(
    database: Database, archive: Archive, tmp_path: Path
) -> None:
    tally = import_all(settings_in(tmp_path), database, archive)
    assert tally.held_back == 1
    assert tally.refused == 0
    assert Imported(database).one("SELECT count(*) FROM submissions") == 3


def test_two_organisations_can_hold_the_archive_with_shifts_of_their_own(
    database: Database, archive: Archive, tmp_path: Path
) -> None:
    import_all(settings_in(tmp_path), database, archive)
    tally = import_all(settings_in(tmp_path), database, archive, organisation="elsewhere", last_day=date(2022, 1, 31))
    assert tally.new > 0
    starts = [Imported(database, name).one("SELECT max(starts_on) FROM courses") for name in ("oulad", "elsewhere")]
    assert starts[1] < date(2022, 1, 31) < starts[0]


def test_a_day_that_lies_ahead_is_no_end(database: Database, archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="lies ahead"):
        import_all(settings_in(tmp_path), database, archive, last_day=datetime.now(UTC).date() + timedelta(days=1))


def test_an_archive_that_breaks_in_the_middle_keeps_what_was_in(
    database: Database, small_archive: Path, tmp_path: Path
) -> None:
    whole = (small_archive / "studentVle.csv").read_text()
    (small_archive / "studentVle.csv").write_text(whole + "XXX,2020B")
    with pytest.raises(ArchiveError, match=r"studentVle\.csv is cut off or broken in row 7"):
        import_all(settings_in(tmp_path), database, open_archive(small_archive))


def test_an_administrator_can_be_appointed_whom_the_demo_sign_in_offers(
    database: Database, archive: Archive, tmp_path: Path
) -> None:
    for _ in range(2):
        import_all(settings_in(tmp_path), database, archive, administrator="Archive keeper")
    (person,) = demo_people(database)
    assert (person.name, person.role, person.detail) == ("Archive keeper", "administrator", TITLE)
    with database.transaction(DatabaseRole.WEB, person.organisation_id) as connection:
        principal = principal_for(connection, person.organisation_id, person.public_id, datetime.now(UTC))
    assert principal.administers


def test_through_the_inbox_the_ingest_counts_the_same(
    database: Database,
    archive: Archive,
    make_settings: Callable[..., Settings],
    run_ingest: Callable[[Settings, Database], Ingest],
) -> None:
    settings = make_settings(data_retention_days=1000)
    run_ingest(settings, database)
    tally = import_all(settings, database, archive, through=Through.INBOX, administrator="Archive keeper")
    assert tally.finished
    imported = Imported(database)
    await_that(lambda: imported.one("SELECT count(*) FROM inbox") == 0, "the inbox is empty")
    direct = Imported(database, "direct")
    import_all(settings, database, archive, organisation="direct")
    assert_the_same(imported, direct)


@pytest.mark.kafka
def test_through_kafka_the_ingest_counts_the_same(
    database: Database,
    archive: Archive,
    kafka_broker: LocalKafka,
    ingest_settings: Settings,
    run_ingest: Callable[[Settings, Database], Ingest],
) -> None:
    run_ingest(ingest_settings, database)
    tally = import_all(ingest_settings, database, archive)
    assert tally.finished
    assert tally.sent > 20
    direct = Imported(database, "direct")
    counted = import_all(ingest_settings, database, archive, organisation="direct", through=Through.HERE)
    assert counted.new == tally.sent
    imported = Imported(database)
    await_that(
        lambda: imported.one("SELECT count(*) FROM event_ledger") == tally.sent, "everything sent has been counted"
    )
    assert_the_same(imported, direct)


def assert_the_same(one: Imported, other: Imported) -> None:
    for statement in (
        "SELECT day, events, clicks, count(*) FROM learner_course_days GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        "SELECT attempt, score, banked, count(*) FROM submissions GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        "SELECT outcome, count(*) FROM outcomes GROUP BY 1 ORDER BY 1",
        "SELECT role, starts_at, ends_at FROM memberships WHERE role = 'learner' ORDER BY 1, 2, 3",
        "SELECT title, weight, due_at FROM activities ORDER BY 1, 2, 3",
        "SELECT attributes::text FROM demographics ORDER BY 1",
    ):
        assert one.rows(statement) == other.rows(statement), statement


def test_a_service_whose_horizon_is_too_near_is_not_sent_what_it_would_refuse(
    database: Database, archive: Archive, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match=r"DATA_RETENTION_DAYS is 100: .* or use --through here"):
        import_all(settings_in(tmp_path, data_retention_days=100), database, archive, through=Through.INBOX)


def test_kafka_without_brokers_is_no_way(database: Database, archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="KAFKA_BROKERS is not set"):
        import_all(settings_in(tmp_path), database, archive, through=Through.KAFKA)


def test_the_pace_spreads_events_evenly_and_ends_when_the_import_is_stopped(
    database: Database, archive: Archive, tmp_path: Path
) -> None:
    importer = Importer(settings_in(tmp_path), database, archive, Wishes(), system_clock)
    waited: list[float] = []
    now = 100.0

    class Stop:
        def wait(self, seconds: float) -> bool:
            nonlocal now
            waited.append(seconds)
            now += max(0.0, seconds)
            return False

        def is_set(self) -> bool:
            return len(waited) >= 4

    pace = Pace(50, Stop(), lambda: now)  # type: ignore[arg-type]  # the two methods that are used
    assert [pace.await_turn(100) for _ in range(4)] == [True, True, True, False]
    assert waited == [0.0, 2.0, 2.0, 2.0]
    assert importer.rows() == 25
    unhurried = import_all(settings_in(tmp_path), database, archive, speed=1_000)
    assert unhurried.finished
