"""What the operators' commands say where nothing can be done yet."""

from collections.abc import Callable, Sequence

import pytest

from ingest import joins, keys, rebuild, replay

COMMANDS: dict[str, tuple[Callable[[Sequence[str]], int], tuple[str, ...]]] = {
    "keys": (keys.main, ("list", "--organisation", "college")),
    "joins": (joins.main, ("list", "--organisation", "college")),
    "replay": (replay.main, ("--list",)),
    "rebuild": (rebuild.main, ("--from", "2026-03-01", "--to", "2026-03-02")),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_database_that_is_not_prepared_is_said_in_a_sentence(
    name: str, empty_database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    command, arguments = COMMANDS[name]
    assert command(arguments) == 1
    assert capsys.readouterr().err == (
        "The database is not prepared for this version yet: start the service once, which does that.\n"
    )
