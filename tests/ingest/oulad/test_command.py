"""`python -m ingest.oulad` as a person at a terminal meets it."""

import signal
from pathlib import Path

import pytest

from ingest.history.terminal import INTERRUPTED
from ingest.history.ways import Reporter
from ingest.oulad import __main__ as command
from ingest.oulad.importing import Importer, Tally


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "var"
    monkeypatch.setenv("DATA_DIR", str(directory))
    monkeypatch.chdir(tmp_path)
    return directory


def test_an_import_ends_with_what_became_of_it_and_can_be_repeated(
    small_archive: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([str(small_archive), "--speed", "max"]) == 0
    first = capsys.readouterr()
    assert "0 refused" in first.out
    assert "1 rows lie after today by the shift and were left out" in first.out
    assert "whole weeks" in first.out + first.err
    assert command.main([str(small_archive)]) == 0
    assert "0 new events" in capsys.readouterr().out


def test_ctrl_c_ends_after_the_batch_in_hand_and_says_how_to_go_on(
    small_archive: Path, data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Importer.run

    def interrupted(importer: Importer, reporter: Reporter) -> Tally:
        signal.raise_signal(signal.SIGINT)
        return run(importer, reporter)

    monkeypatch.setattr(Importer, "run", interrupted)
    before = signal.getsignal(signal.SIGINT)
    assert command.main([str(small_archive)]) == INTERRUPTED
    assert "Interrupted: the same command goes on from here." in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is before


def test_a_wrong_archive_is_one_sentence_and_exit_code_2(
    tmp_path: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(b"PK\x03\x04 and no more")
    assert command.main([str(cut)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "may be cut off" in said
    assert not data_dir.exists(), "nothing is started for an archive that cannot be read"


def test_a_wish_that_cannot_be_met_is_one_sentence_and_exit_code_2(
    small_archive: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([str(small_archive), "--only", "ZZZ"]) == 2
    assert capsys.readouterr().err == "The archive has no module ZZZ.\n"


def test_a_database_that_is_away_is_one_sentence_and_exit_code_1(
    small_archive: Path, data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert command.main([str(small_archive)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_wrong_setting_is_one_sentence_and_exit_code_2(
    small_archive: Path, data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_BATCH_SIZE", "many")
    assert command.main([str(small_archive)]) == 2
    assert "ANALYTICS_BATCH_SIZE" in capsys.readouterr().err


@pytest.mark.parametrize("speed", ["0", "-5", "fast"])
def test_a_speed_that_is_none_is_refused(small_archive: Path, speed: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main([str(small_archive), f"--speed={speed}"])


def test_a_broker_that_goes_away_is_one_sentence_and_exit_code_1(
    small_archive: Path, data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BROKERS", "127.0.0.1:1")
    monkeypatch.setenv("DATA_RETENTION_DAYS", "1000")
    assert command.main([str(small_archive)]) == 1
    assert "The broker did not take the events" in capsys.readouterr().err
