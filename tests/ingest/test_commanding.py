"""How commands of the ingest begin."""

import pytest

from ingest.commanding import run_command


def test_a_wrong_setting_is_one_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANALYTICS_BATCH_SIZE", "many")
    assert run_command(lambda _settings, _database: 0) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ANALYTICS_BATCH_SIZE" in said
