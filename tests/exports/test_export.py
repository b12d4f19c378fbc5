"""An export holds everything of one organisation as of one moment, exactly, and nothing of another."""

import csv
import errno
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.store.leaving.inventory import EVENTS, NOT_EXPORTED, SECRETS, exported_tables
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.keys import OrganisationId
from dashapp.domain.reports.exports import Trouble
from exports.leaving.archive import Step, WrittenExport, write_export
from exports.leaving.manifest import MANIFEST
from exports.leaving.verifying import verify_export
from exports.packing import ExportError
from tests.exports.conftest import SECRET, Two


def quiet(_step: Step) -> None:
    """Hears how far it is."""


@pytest.fixture
def written(two: Two, tmp_path: Path) -> WrittenExport:
    return write_export(two.leaving.database, two.leaving.organisation_id, tmp_path / "all" / "north.zip", quiet)


def table_of(path: Path, name: str) -> list[dict[str, str]]:
    with ZipFile(path) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(f"tables/{name}.csv").decode())))


def test_every_row_of_every_table_is_there_and_none_of_another_organisation(two: Two, written: WrittenExport) -> None:
    there = two.of(two.leaving)

    assert {file.table: file.rows for file in written.manifest.files if file.table} == {
        held.name: there[held.name] for held in exported_tables()
    }
    own = str(int(two.leaving.organisation_id))
    for held in exported_tables():
        if held.name not in (EVENTS, "inbox", "organisations"):
            found = {row.get("organisation_id") for row in table_of(written.path, held.name)}
            assert (held.name, found) == (held.name, {own})
    with ZipFile(written.path) as archive:
        assert b"lms-south" not in b"".join(archive.read(name) for name in archive.namelist())


def test_values_are_exact(two: Two, written: WrittenExport) -> None:
    people = table_of(written.path, "people")
    assert {"Ada Abel", "Max Moor"} <= {f"{row['given_name']} {row['family_name']}" for row in people}
    days = {row["minutes"] for row in table_of(written.path, "learner_course_days")}
    assert all(len(minutes) == 1500 for minutes in days)
    with two.leaving.database.transaction(DatabaseRole.JOBS, two.leaving.organisation_id) as connection:
        moments = connection.execute(text("SELECT received_at::text FROM submissions")).scalars()
        assert {row["received_at"] for row in table_of(written.path, "submissions")} == set(moments)
    assert table_of(written.path, "inbox")[0]["body"] == r"\x7bff"


def test_events_stand_one_in_a_line_with_whatever_is_in_them(two: Two, written: WrittenExport) -> None:
    with ZipFile(written.path) as archive:
        lines = archive.read(f"events/{EVENTS}.ndjson").decode().splitlines()
    events = [json.loads(line) for line in lines]

    assert len(events) == two.of(two.leaving)[EVENTS] > 100
    assert {event["organisation_id"] for event in events} == {int(two.leaving.organisation_id)}
    assert {"id": 'odd \0 "=1+1" ä'} in [event["event"] for event in events]
    assert all("body" not in event for event in events)


def test_no_secret_leaves_and_the_manifest_names_what_was_left_out(written: WrittenExport) -> None:
    with ZipFile(written.path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert SECRET not in everything
    assert SECRET.hex().encode() not in everything
    assert {file.table: set(file.left_out) for file in written.manifest.files if file.left_out} == {
        table: set(columns) for table, columns in SECRETS.items()
    }
    assert written.manifest.left_out == NOT_EXPORTED


def test_what_is_written_meanwhile_is_not_seen(two: Two, tmp_path: Path) -> None:
    before = two.of(two.leaving)
    seen: list[str] = []

    def change(step: Step) -> None:
        if not seen:
            two.truth.execute(
                text("INSERT INTO programmes (organisation_id, name) VALUES (:o, 'late'); DELETE FROM submissions"),
                {"o": int(two.leaving.organisation_id)},
            )
        seen.append(step.table)

    made = write_export(two.leaving.database, two.leaving.organisation_id, tmp_path / "one.zip", change)

    rows = {file.table: file.rows for file in made.manifest.files}
    assert seen
    assert (rows["programmes"], rows["submissions"]) == (before["programmes"], before["submissions"])
    assert two.of(two.leaving)["submissions"] == 0


def test_a_whole_export_is_proved(written: WrittenExport) -> None:
    verdict = verify_export(written.path)
    assert verdict.faults == ()
    assert verdict.manifest == written.manifest
    assert written.path.stat().st_mode & 0o077 == 0


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> Path:
    """A copy with other contents; None leaves a file out."""
    changed = path.with_name("changed.zip")
    with ZipFile(path) as archive, ZipFile(changed, "w") as copy:
        for name in archive.namelist():
            body = change(name, archive.read(name))
            if body is not None:
                copy.writestr(name, body)
        for name, body in (more or {}).items():
            copy.writestr(name, body)
    return changed


def test_a_changed_a_missing_and_an_added_file_are_found(written: WrittenExport) -> None:
    def altered(name: str, body: bytes) -> bytes | None:
        if name == "tables/terms.csv":
            return None
        return body.replace(b"Ada", b"Eve") if name == "tables/people.csv" else body

    faults = verify_export(rewritten(written.path, altered, {"tables/more.csv": b"a\n"})).faults

    assert set(faults) == {
        "tables/more.csv is not in the manifest.",
        "tables/people.csv is not what was written: its SHA-256 differs.",
        "tables/terms.csv is missing.",
    }


def test_what_is_no_export_is_told_in_words(written: WrittenExport, tmp_path: Path) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(written.path.read_bytes()[:-500])
    foreign = rewritten(written.path, lambda name, body: None if name == MANIFEST else body)
    for path, words in (
        (tmp_path / "nothing.zip", "There is no file"),
        (cut, "is no whole ZIP file"),
        (foreign, "has no manifest.json"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(AnalyticsError, match=words):
            verify_export(path)
    with pytest.raises(AnalyticsError, match="cannot be understood"):
        verify_export(rewritten(written.path, lambda name, body: b"{}" if name == MANIFEST else body))


def test_a_damaged_byte_is_found(written: WrittenExport) -> None:
    body = bytearray(written.path.read_bytes())
    with ZipFile(written.path) as archive:
        place = archive.getinfo("tables/people.csv").header_offset
    body[place + 200] ^= 0xFF
    written.path.write_bytes(body)
    assert any(fault.startswith("tables/people.csv is") for fault in verify_export(written.path).faults)


def test_an_unknown_organisation_is_not_exported(two: Two, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        write_export(two.leaving.database, OrganisationId(999), tmp_path / "none.zip", quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_folder_is_told_in_words(two: Two, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="may not write to") as refused:
        write_export(two.leaving.database, two.leaving.organisation_id, tmp_path / "file" / "a.zip", quiet)
    assert refused.value.trouble is Trouble.FOLDER


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_is_told_in_words_and_leaves_nothing(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "full.zip"
    real_open = os.open

    def full(name: str, *given: int) -> int:
        return real_open("/dev/full", os.O_WRONLY) if str(name).endswith(".part") else real_open(name, *given)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(ExportError, match="not enough space") as refused:
        write_export(two.leaving.database, two.leaving.organisation_id, path, quiet)
    assert refused.value.trouble is Trouble.SPACE
    assert isinstance(refused.value.__cause__, OSError)
    assert refused.value.__cause__.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


class GaveUpError(Exception):
    pass


def test_one_that_is_ended_half_way_leaves_nothing_and_the_database_as_it_was(two: Two, tmp_path: Path) -> None:
    def give_up(step: Step) -> None:
        raise GaveUpError(step.table)

    for _time in range(8):  # more than there are connections
        with pytest.raises(GaveUpError):
            write_export(two.leaving.database, two.leaving.organisation_id, tmp_path / "half.zip", give_up)
    assert list(tmp_path.iterdir()) == []
    with two.leaving.database.transaction(DatabaseRole.JOBS, None) as connection:
        waiting = connection.execute(text("SELECT count(*) FROM pg_stat_activity WHERE state ~ 'in transaction'"))
        assert waiting.scalar_one() == 0
