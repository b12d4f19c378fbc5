"""What takes too long is given up: it ends at its next step, holds nobody up, and leaves no file."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from threading import enumerate as enumerate_threads
from uuid import UUID

import pytest

from dashapp.data.received_files import ReceivedFiles
from dashapp.domain.reports.document import Chart
from dashapp.domain.reports.exports import ExportFormat, Trouble
from dashapp.domain.reports.laying import MOST_LAID_ROWS
from dashapp.domain.schedules.runs import File
from dashapp.jobs.making import CopyPlace, MakingError, Watch, write_copy
from dashapp.jobs.report_copies import ReadCopy
from exports.content import Content
from exports.making import make
from exports.packing import ExportError
from exports.pictures import Gallery, Pictures
from tests.exports.reports import asking, content, nasty_answer

SOON = timedelta(milliseconds=20)
PATIENT = 60.0
"""Seconds, after which a test gives up."""


@dataclass(frozen=True)
class Slow:
    """Writes a file, waits to be left behind, and tells its watch before and after it writes another one."""

    go_on: Signal
    ended: Signal = field(default_factory=Signal)
    raised: list[BaseException] = field(default_factory=list)
    makes_folder: bool = False
    likeness: str = "0" * 64

    def write(self, folder: Path, watch: Watch) -> tuple[File, ...]:
        (folder / "begun.csv").write_text("half")
        assert self.go_on.wait(PATIENT)
        try:
            if self.makes_folder:
                folder.mkdir(exist_ok=True)
                (folder / "late.csv").write_text("personal")
            watch(1, 2)
        except BaseException as error:
            self.raised.append(error)
            raise
        finally:
            self.ended.set()
        return (File("begun.csv", "text/csv", 0, ""),)


@pytest.fixture
def place(tmp_path: Path) -> CopyPlace:
    return CopyPlace(ReceivedFiles.below(tmp_path), UUID(int=1), UUID(int=2))


def threads() -> list[Thread]:
    """Those that make copies."""
    return [thread for thread in enumerate_threads() if thread.name == "schedule-making"]


def left(place: CopyPlace) -> list[Path]:
    return [path for path in place.files.root.rglob("*") if path.is_file() or path.name.endswith(".part")]


@pytest.mark.parametrize("makes_folder", [False, True], ids=["as it should", "even where it makes its folder anew"])
def test_what_is_left_behind_ends_at_its_next_step_and_leaves_nothing(place: CopyPlace, makes_folder: bool) -> None:
    slow = Slow(Signal(), makes_folder=makes_folder)
    with pytest.raises(MakingError, match="too_long"):
        write_copy(slow, "0" * 32, place, SOON)
    assert left(place) == []
    slow.go_on.set()
    assert slow.ended.wait(PATIENT)
    for thread in threads():
        thread.join(PATIENT)

    assert [str(error) for error in slow.raised] == ["The copy cannot be made: too_long."]
    assert (threads(), left(place)) == ([], [])


def test_what_is_in_time_is_told_of_no_end(place: CopyPlace) -> None:
    slow = Slow(Signal())
    slow.go_on.set()

    (file,) = write_copy(slow, "0" * 32, place, timedelta(seconds=PATIENT))
    assert (file.name, file.bytes, slow.raised) == ("begun.csv", 4, [])


def test_a_report_makes_no_folder_anew_that_has_been_removed(tmp_path: Path) -> None:
    with pytest.raises(ExportError):
        make(content(asking(1)), ExportFormat.CSV, Gallery(Pictures()), tmp_path / "gone" / ".csv", lambda *_: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", [ExportFormat.PDF, ExportFormat.HTML])
def test_every_format_of_a_copy_asks_its_watch_before_it_begins(tmp_path: Path, form: ExportFormat) -> None:
    copy = ReadCopy(content(asking(1, Chart.TABLE)), (form,), Gallery(Pictures()))

    def over(_done: int, _all: int) -> None:
        raise MakingError("too_long")

    with pytest.raises(MakingError, match="too_long"):
        copy.write(tmp_path, over)
    assert list(tmp_path.iterdir()) == []


def long_report(rows: int) -> Content:
    """Of two tables, which have so many rows together."""
    made, answer = content(asking(1, Chart.TABLE), asking(2, Chart.TABLE)), nasty_answer()
    blocks = made.report.questions()
    parts = (rows // 2, rows - rows // 2)
    long = zip(blocks, parts, strict=True)
    return replace(made, answers={block.id: replace(answer, rows=answer.rows[:1] * number) for block, number in long})


@pytest.mark.parametrize("form", [ExportFormat.PDF, ExportFormat.HTML])
def test_tables_that_are_too_long_for_a_document_are_refused_with_what_to_choose(
    tmp_path: Path, form: ExportFormat
) -> None:
    long = long_report(MOST_LAID_ROWS + 1)
    with pytest.raises(ExportError) as refused:
        make(long, form, Gallery(Pictures()), tmp_path / "export", lambda *_: None)
    assert refused.value.trouble is Trouble.ROWS
    with pytest.raises(MakingError) as not_made:
        ReadCopy(long, (form,), Gallery(Pictures())).write(tmp_path, lambda *_: None)

    assert (not_made.value.trouble, not_made.value.is_final) == ("rows", True)
    assert list(tmp_path.iterdir()) == []


def test_files_of_tables_hold_any_number_of_rows(tmp_path: Path) -> None:
    long = long_report(MOST_LAID_ROWS + 1)
    made = make(long, ExportFormat.CSV, Gallery(Pictures()), tmp_path / "export", lambda *_: None)

    assert made.manifest.rows == MOST_LAID_ROWS + 1
