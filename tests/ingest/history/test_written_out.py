"""A course of the published archive, written out as a Moodle and as a Canvas would have recorded it, and backfilled: it
equals the direct import of the archive. The archive knows days, so each click stands at noon."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashapp.data.database import Database
from dashapp.domain.events import Source
from dashapp.settings import Settings
from ingest.history.canvas.files import Canvas, read_canvas
from ingest.history.moodle.files import Moodle, read_moodle
from ingest.oulad.archive import open_archive
from tests.ingest.conftest import ISSUER, Campus, register
from tests.ingest.history.imports import Reading, bring_in
from tests.ingest.history.written_out import ASSESSMENTS, ZONE, Presentation, write_canvas, write_moodle
from tests.ingest.oulad.imports import CLICKS, Csv, import_all, part_of, settings_in
from tests.ingest.oulad.imports import Imported as Direct
from tests.shared import shared_file

FEW = 12
"""Students of the test that runs every time."""

Sums = dict[Any, Any]


def _clicks(path: Path) -> list[tuple[str, str, int, int]]:
    with zipfile.ZipFile(path) as opened, opened.open(CLICKS) as file:
        rows = csv.reader(io.TextIOWrapper(file))
        next(rows)
        return [(row[2], row[3], int(row[4]), int(row[5])) for row in rows]


def _imported(database: Database, folder: Path, few: int | None) -> tuple[Direct, Presentation]:
    """Module AAA, imported from the archive itself, and what the archive says of it."""
    path = part_of(shared_file("oulad.zip"), "AAA", folder, few)
    tally = import_all(settings_in(folder), database, open_archive(path))
    assert tally.finished
    published, direct = Csv(path, {"AAA"}), Direct(database)
    sites = {row["id_site"]: row["activity_type"] for row in published.table("vle")}
    starts_on = direct.one("SELECT starts_on FROM courses")
    students = frozenset(row["id_student"] for row in published.students)
    return direct, Presentation(published, _clicks(path), starts_on, sites, students)


@pytest.fixture(scope="module")
def some(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> tuple[Direct, Presentation]:
    return _imported(module_database, tmp_path_factory.mktemp("direct"), FEW)


@pytest.fixture
def whole(database: Database, tmp_path: Path) -> tuple[Direct, Presentation]:
    return _imported(database, tmp_path, None)


def moodle_of(source: Source) -> Reading:
    return lambda files, notes: read_moodle(files, Moodle(ISSUER, source.issuer, ZONE), notes, datetime.now(UTC))


def canvas_of(source: Source) -> Reading:
    return lambda files, notes: read_canvas(files, Canvas(source.issuer, ZONE), notes, datetime.now(UTC))


_PERSON = "JOIN person_identifiers i USING (organisation_id, person_id)"
_DAYS = f"SELECT i.value, day, clicks FROM learner_course_days {_PERSON} WHERE clicks > 0"
_ACTIVITIES = f"""SELECT i.value, n.value, n.kind, sum(clicks) FROM learner_activities a {_PERSON}
    JOIN activity_identifiers n USING (organisation_id, course_id, activity_id)
    JOIN activities t USING (organisation_id, course_id, activity_id)
    WHERE coalesce(t.described_type, t.claimed_type) IS DISTINCT FROM 'course_home' GROUP BY 1, 2, 3"""
_WORK = f"""SELECT i.value, n.value, n.kind, min(submitted_at), max(score) FROM submissions s {_PERSON}
    JOIN activity_identifiers n USING (organisation_id, course_id, activity_id) GROUP BY 1, 2, 3"""
_ROLES = (
    f"SELECT i.value, starts_at, ends_at FROM memberships {_PERSON} WHERE scope_kind = 'course' AND role = 'learner'"
)


def _end(value: str) -> str:
    """The number at the end of an identifier."""
    return value.rpartition(":")[2].rpartition("=")[2]


def _place(kind: str, value: str) -> int:
    number = int(_end(value))
    if kind == "assessment" or ":assignment:" in value:
        number += ASSESSMENTS
    return number


def sums_of(direct: Direct, told: Presentation) -> dict[str, Sums]:
    """Clicks a day, clicks by activity, hand-ins with scores, and enrolments, by learner."""

    def mine(rows: list[Any]) -> list[Any]:
        return [row for row in rows if _end(row[0]) in told.students]

    return {
        "days": {(_end(who), day): clicks for who, day, clicks in mine(direct.rows(_DAYS))},
        "activities": {
            (_end(who), _place(kind, value)): clicks for who, value, kind, clicks in mine(direct.rows(_ACTIVITIES))
        },
        "work": {
            (_end(who), _place(kind, value)): (at, score) for who, value, kind, at, score in mine(direct.rows(_WORK))
        },
        "roles": {_end(who): (begins, ends) for who, begins, ends in mine(direct.rows(_ROLES))},
    }


PLATFORMS = [("moodle", write_moodle, moodle_of), ("canvas", write_canvas, canvas_of)]


def _compare(
    direct: Direct, told: Presentation, settings: Settings, written: Path, name: str, of: Callable[[Source], Reading]
) -> None:
    source = register(direct.database, name, ())
    campus = Campus(direct.database, source.organisation_id, source)
    result = bring_in(settings, campus, [written], of(source))
    assert result.tally.finished
    assert (result.problems(), result.tally.seen, result.tally.refused) == ([], 0, 0)
    ours, theirs = sums_of(Direct(direct.database, name), told), sums_of(direct, told)
    assert len(theirs["days"]) > 100
    assert len(theirs["roles"]) == len(told.students)
    for what in ("days", "activities", "work", "roles"):
        assert ours[what] == theirs[what], what


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "write", "of"),
    [pytest.param("moodle", write_moodle, moodle_of, marks=pytest.mark.long), ("canvas", write_canvas, canvas_of)],
)
def test_learners_of_a_course_written_out_and_backfilled_equal_the_direct_import(
    some: tuple[Direct, Presentation], tmp_path: Path, name: str, write: Any, of: Any
) -> None:
    direct, told = some
    assert len(told.students) == FEW
    _compare(direct, told, settings_in(tmp_path), write(tmp_path / name, told), name, of)


@pytest.mark.long
@pytest.mark.shared_data
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("name", "write", "of"), PLATFORMS)
def test_a_whole_course_written_out_and_backfilled_equals_the_direct_import(
    whole: tuple[Direct, Presentation], tmp_path: Path, name: str, write: Any, of: Any
) -> None:
    direct, told = whole
    _compare(direct, told, settings_in(tmp_path), write(tmp_path / name, told), name, of)
