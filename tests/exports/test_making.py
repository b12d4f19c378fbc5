"""One file comes out, whole and described by a manifest, or a sentence and nothing."""

import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import openpyxl
import orjson
import pytest

from dashapp.domain.reports.document import Chart
from dashapp.domain.reports.exports import ExportFormat, Trouble
from exports.making import make
from exports.manifest import Manifest
from exports.packing import ExportError
from exports.pictures import Gallery, Pictures
from tests.exports.reports import NASTY, asking, content


class CancelledError(Exception):
    pass


def quiet(_done: int, _all: int) -> None:
    pass


@pytest.fixture(scope="module")
def gallery() -> Iterator[Gallery]:
    with Pictures() as pictures:
        yield Gallery(pictures)


TWO = content(asking(1, Chart.BAR, "First"), asking(2, Chart.TABLE, "Second"))


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (ExportFormat.PDF, "2026-03-16-weekly-report.pdf"),
        (ExportFormat.HTML, "2026-03-16-weekly-report.html"),
        (ExportFormat.XLSX, "2026-03-16-weekly-report.xlsx"),
        (ExportFormat.CSV, "2026-03-16-weekly-report.zip"),
        (ExportFormat.JSON, "2026-03-16-weekly-report.json"),
        (ExportFormat.PARQUET, "2026-03-16-weekly-report.zip"),
        (ExportFormat.PNG, "2026-03-16-weekly-report.png"),
        (ExportFormat.SVG, "2026-03-16-weekly-report.svg"),
    ],
)
def test_each_format_is_one_file_with_rows_and_hash_as_its_manifest_says(
    gallery: Gallery, tmp_path: Path, form: ExportFormat, name: str
) -> None:
    made = make(TWO, form, gallery, tmp_path / "export", quiet)
    body = made.path.read_bytes()
    assert (made.name, made.bytes, made.sha256) == (name, len(body), sha256(body).hexdigest())
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert [table.rows for table in made.manifest.tables] == [len(NASTY) + 1] * 2
    assert {table.filters for table in made.manifest.tables} == {"All courses"}
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_an_archive_holds_its_manifest_and_the_files_that_it_names(gallery: Gallery, tmp_path: Path) -> None:
    made = make(TWO, ExportFormat.CSV, gallery, tmp_path / "export", quiet)
    with zipfile.ZipFile(made.path) as archive:
        manifest = Manifest.model_validate_json(archive.read("manifest.json"))
        assert manifest == made.manifest
        assert [file.path for file in manifest.files] == ["01-first.csv", "02-second.csv"]
        for file in manifest.files:
            body = archive.read(file.path)
            assert (len(body), sha256(body).hexdigest()) == (file.bytes, file.sha256)


def test_a_report_of_one_table_is_no_archive(gallery: Gallery, tmp_path: Path) -> None:
    made = make(content(asking(1)), ExportFormat.CSV, gallery, tmp_path / "export", quiet)
    assert (made.name, made.media) == ("2026-03-16-weekly-report.csv", "text/csv; charset=utf-8")


def test_json_and_workbook_say_of_what_they_are_and_what_is_not_in_them(gallery: Gallery, tmp_path: Path) -> None:
    told = orjson.loads(make(TWO, ExportFormat.JSON, gallery, tmp_path / "j", quiet).path.read_bytes())
    assert told["as_of"] == "2026-03-16T09:30:05Z"
    assert [(table["count"], table["hidden"], table["left_out"]) for table in told["tables"]] == [(19, 2, 7)] * 2
    workbook = make(TWO, ExportFormat.XLSX, gallery, tmp_path / "x", quiet).path.read_bytes()
    book = openpyxl.load_workbook(BytesIO(workbook))
    assert book.sheetnames == ["First", "Second", "Notes"]
    notes = " ".join(str(cell.value) for row in book["Notes"] for cell in row)
    assert "7 more rows are left out by the limit of this block." in notes
    assert "16 Mar 2026, 10:30:05 (Europe/Berlin)" in notes


def test_figures_are_drawn_once_for_all_formats_and_all_recipients_who_see_the_same(tmp_path: Path) -> None:
    with Pictures() as pictures:
        gallery = Gallery(pictures)
        for recipient in range(3):
            for form in (ExportFormat.SVG, ExportFormat.PNG):
                make(TWO, form, gallery, tmp_path / f"{recipient}{form}", quiet)
        assert gallery.drawn == 1


def test_progress_is_told_by_block_and_what_it_raises_ends_the_making(gallery: Gallery, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    make(TWO, ExportFormat.PDF, gallery, tmp_path / "export", lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]
    (tmp_path / "export").unlink()

    def cancel(_done: int, _all: int) -> None:
        raise CancelledError

    for form in (ExportFormat.PDF, ExportFormat.CSV, ExportFormat.PNG):
        with pytest.raises(CancelledError):
            make(TWO, form, gallery, tmp_path / "export", cancel)
    assert list(tmp_path.iterdir()) == []


def test_without_a_browser_data_come_and_pictures_say_what_to_install(tmp_path: Path) -> None:
    gallery = Gallery(Pictures("/nowhere/chromium"))
    for form in (ExportFormat.PDF, ExportFormat.HTML, ExportFormat.PNG, ExportFormat.SVG):
        with pytest.raises(ExportError, match="apt-get install chromium") as refused:
            make(TWO, form, gallery, tmp_path / "export", quiet)
        assert refused.value.trouble is Trouble.BROWSER
    for form in (ExportFormat.CSV, ExportFormat.JSON, ExportFormat.PARQUET, ExportFormat.XLSX):
        assert make(TWO, form, gallery, tmp_path / f"data-{form}", quiet).bytes
    tables = content(asking(1, Chart.TABLE, "Only a table"))
    assert make(tables, ExportFormat.PDF, gallery, tmp_path / "pdf", quiet).bytes


def test_a_full_disk_is_told_in_words_and_leaves_nothing(
    gallery: Gallery, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # The browser that draws is there before: its own files are not what this is about.
    make(TWO, ExportFormat.HTML, gallery, tmp_path_factory.mktemp("before") / "export", quiet)
    for form in (ExportFormat.CSV, ExportFormat.JSON, ExportFormat.PARQUET, ExportFormat.XLSX, ExportFormat.HTML):
        with no_more_than(600), pytest.raises(ExportError, match="not enough space") as refused:
            make(TWO, form, gallery, tmp_path / "export", quiet)
        assert (form, refused.value.trouble) == (form, Trouble.SPACE)
        assert list(tmp_path.iterdir()) == []


@contextmanager
def no_more_than(size: int) -> Iterator[None]:
    """Every file that this process writes is full at this size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_folder_that_may_not_be_written_to_is_told_in_words(gallery: Gallery, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="may not write") as refused:
        make(TWO, ExportFormat.CSV, gallery, tmp_path / "file" / "export", quiet)
    assert refused.value.trouble is Trouble.FOLDER


def test_a_report_without_anything_for_a_format_says_so(gallery: Gallery, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no question"):
        make(content(), ExportFormat.CSV, gallery, tmp_path / "export", quiet)
    with pytest.raises(ExportError, match="no chart"):
        make(content(asking(1, Chart.TABLE)), ExportFormat.PNG, gallery, tmp_path / "export", quiet)
