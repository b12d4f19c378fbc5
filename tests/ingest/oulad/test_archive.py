"""What an archive has to be, and the sentences for one that is not."""

import shutil
import zipfile
from pathlib import Path

import pytest

from ingest.oulad.archive import COLUMNS, ArchiveError, Table, open_archive


def test_a_directory_and_a_zip_of_the_same_files_are_the_same_archive(small_archive: Path, tmp_path: Path) -> None:
    zipped = tmp_path / "archive.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as writer:
        for file in small_archive.iterdir():
            writer.write(file, f"anonymisedData/{file.name}")
    one, other = open_archive(small_archive), open_archive(zipped)
    assert one.identity() == other.identity()
    for table in Table:
        assert list(one.rows(table)) == list(other.rows(table))
        assert one.count(table) == len(list(one.rows(table)))


def test_another_content_is_another_archive(small_archive: Path) -> None:
    before = open_archive(small_archive).identity()
    with (small_archive / "studentVle.csv").open("a") as file:
        file.write('"XXX","2020B","1","10","5","1"\n')
    assert open_archive(small_archive).identity() != before


def test_rows_can_be_read_from_any_position_on(small_archive: Path) -> None:
    archive = open_archive(small_archive)
    rows = list(archive.rows(Table.STUDENT_VLE))
    assert list(archive.rows(Table.STUDENT_VLE, after=3)) == rows[3:]


def test_columns_are_found_by_name_in_any_order(small_archive: Path) -> None:
    (small_archive / "courses.csv").write_text(
        "module_presentation_length,more,code_module,code_presentation\n9,x,A,2020J\n"
    )
    (row,) = open_archive(small_archive).rows(Table.COURSES)
    assert row.values == ("A", "2020J", "9")


@pytest.mark.parametrize("table", list(Table))
def test_a_missing_file_is_named(small_archive: Path, table: Table) -> None:
    (small_archive / f"{table}.csv").unlink()
    with pytest.raises(ArchiveError, match=rf"^{table}\.csv is missing in "):
        open_archive(small_archive)


@pytest.mark.parametrize("table", list(Table))
def test_a_missing_column_is_named(small_archive: Path, table: Table) -> None:
    file = small_archive / f"{table}.csv"
    column = COLUMNS[table][-1]
    file.write_text(file.read_text().replace(column, "something_else", 1))
    with pytest.raises(ArchiveError, match=rf"^{table}\.csv has no column {column}\.$"):
        open_archive(small_archive)


def test_a_zip_that_is_cut_off_is_not_taken_for_one(small_archive: Path, tmp_path: Path) -> None:
    zipped = Path(shutil.make_archive(str(tmp_path / "whole"), "zip", small_archive))
    cut = tmp_path / "cut.zip"
    cut.write_bytes(zipped.read_bytes()[: zipped.stat().st_size // 2])
    with pytest.raises(ArchiveError, match="neither a directory nor a whole zip file; it may be cut off"):
        open_archive(cut)


def test_a_zip_with_a_broken_member_says_which(small_archive: Path, tmp_path: Path) -> None:
    with (small_archive / "studentVle.csv").open("a") as file:
        file.writelines(f'"XXX","2020B","{n}","10","5","1"\n' for n in range(20_000))
    zipped = tmp_path / "broken.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as writer:
        for part in small_archive.iterdir():
            writer.write(part, part.name)
        entry = writer.getinfo("studentVle.csv")
    content = bytearray(zipped.read_bytes())
    middle = entry.header_offset + entry.compress_size // 2
    content[middle : middle + 40] = bytes(40)
    zipped.write_bytes(content)
    archive = open_archive(zipped)
    with pytest.raises(ArchiveError, match=r"^studentVle\.csv "):
        list(archive.rows(Table.STUDENT_VLE))


def test_a_row_that_is_cut_off_is_named_by_its_position(small_archive: Path) -> None:
    with (small_archive / "studentVle.csv").open("a") as file:
        file.write('"XXX","2020B","1')
    archive = open_archive(small_archive)
    whole = archive.count(Table.STUDENT_VLE)
    with pytest.raises(ArchiveError, match=rf"studentVle\.csv is cut off or broken in row {whole}\."):
        list(archive.rows(Table.STUDENT_VLE))


def test_a_path_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="There is no archive at"):
        open_archive(tmp_path / "nothing.zip")


def test_a_file_that_is_no_text_is_named(small_archive: Path) -> None:
    (small_archive / "vle.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ArchiveError, match=r"^vle\.csv cannot be read: "):
        open_archive(small_archive)
