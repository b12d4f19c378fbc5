"""What docs/history.md says, held against the code."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashapp.domain.events import Identifier, LearningEvent, Source, Topic, Verb
from dashapp.domain.keys import OrganisationId, SourceId
from ingest.history import __main__ as command
from ingest.history.mapped import read_mapped, read_mapping
from ingest.history.moodle.kinds import BY_NAME
from ingest.history.moodle.naming import MODULE_TYPES
from ingest.history.recorded import Notes
from ingest.history.tables import look_at
from tests.shared import REPOSITORY

TEXT = (REPOSITORY / "docs" / "history.md").read_text()


def test_the_table_of_modules_is_the_codes_own() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \| ([a-z ]+) \|$", TEXT, re.MULTILINE)
    told = {module: kind.replace(" ", "_") for names, kind in rows for module in re.findall(r"`(\w+)`", names)}
    assert told == {module: kind.value for module, kind in MODULE_TYPES.items()}


def test_events_of_moodle_that_mean_something_are_named() -> None:
    for name in BY_NAME:
        word = name.rpartition("\\")[2]
        if not word.startswith(("submission_", "user_enrolment", "role_")):
            assert word in TEXT, name


@pytest.mark.parametrize("kind", ["moodle", "canvas", "csv", "statements"])
def test_every_option_is_documented(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        command.main([kind, "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert len(options) > 8
    assert {option for option in options if option not in TEXT} == set()


def test_the_example_of_a_mapping_works(tmp_path: Path) -> None:
    (mapping,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    rules, table = tmp_path / "mapping.toml", tmp_path / "table.csv"
    rules.write_text(mapping)
    table.write_text("Number,What,When,Points,Reader,Book\n7,solved,02.03.2026 10:30,3,anna,b-1\n")
    source = Source(SourceId(1), OrganisationId(1), "north", "library", "https://library.example", frozenset(Topic))
    notes = Notes()
    history = read_mapped(look_at([table]), read_mapping(rules, ZoneInfo("UTC")), source)
    ((event,),) = [step.events for step in history.parts[0].steps(0, notes)]
    assert isinstance(event, LearningEvent)
    assert (event.verb, event.score) == (Verb.SUBMITTED, 3.0)
    assert event.person == Identifier("https://library.example", "account", "anna")
    assert notes.problems == []
