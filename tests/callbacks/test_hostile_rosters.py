"""Files of rosters that are made to do harm: the page says what is wrong, and nobody else is held up."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashapp.domain.roster_runs import RunState, RunTrouble
from ingest.roster.archive import open_archive
from tests.callbacks.rosters import Desk, application, desk, own
from tests.ingest.roster.archives import school, texts, write_zip

__all__ = ["application", "desk", "own"]


def damaged_lzma(path: Path) -> Path:
    """A zip file whose packing is none."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in texts(school()).items():
            archive.writestr(name, content)
    data = bytearray(path.read_bytes())
    first = data.find(b"PK\x03\x04")
    begin = first + 30 + struct.unpack("<H", data[first + 26 : first + 28])[0]
    data[begin + 4 : begin + 9] = b"\xff" * 5
    path.write_bytes(bytes(data))
    return path


def name_that_is_no_text(path: Path) -> Path:
    """A zip file with a name that claims to be UTF-8 and is not."""
    write_zip(path, {**texts(school()), "xxxx.csv": "a,b\n"})
    data = bytearray(path.read_bytes().replace(b"xxxx.csv", b"\xff\xfexx.csv"))
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags : at + flags + 2] = struct.pack("<H", 0x800)
            at = data.find(mark, at + 4)
    path.write_bytes(bytes(data))
    return path


def head_with_nul(path: Path) -> Path:
    """A column whose name holds NUL and half a letter."""
    files = dict(texts(school()))
    head, *rows = files["users.csv"].splitlines()
    files["users.csv"] = "\n".join([f"{head},a\0b", *(f"{row}," for row in rows)]) + "\n"
    return write_zip(path, files)


@pytest.mark.parametrize("made", [damaged_lzma, name_that_is_no_text, head_with_nul])
def test_a_hostile_file_ends_with_a_sentence(desk: Desk, tmp_path: Path, made: Callable[[Path], Path]) -> None:
    desk.send(made(tmp_path / "roster.zip"))

    run = desk.check()

    assert run.state in (RunState.DONE, RunState.FAILED)
    assert run.trouble is not RunTrouble.STOPPED
    desk.shown()


def test_what_nobody_has_thought_of_fails_alone_and_its_words_are_in_no_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def breaks(*_given: object) -> None:
        raise RuntimeError("Ada Ash of the file")

    monkeypatch.setattr("ingest.roster.running.Importer.plan", breaks)
    desk.send_school()
    with caplog.at_level("DEBUG"):
        run = desk.check()

    assert run.state is RunState.FAILED
    assert run.trouble is RunTrouble.STOPPED
    assert "Ada Ash" not in caplog.text


def test_files_that_are_a_flood_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.roster.archive.LARGEST_ALL", 1000)
    path = write_zip(tmp_path / "flood.zip", {f"{number}.csv": "x" * 400 for number in range(3)})

    with pytest.raises(Exception, match="together are larger"):
        open_archive(path).hashes()
