"""What docs/xapi.md says is what the decoder does."""

import re

import pytest
from msgspec.structs import replace

from dashapp.domain.errors import Refused
from dashapp.domain.events import LearningEvent, Topic, Voided
from ingest.native import decode as decode_native
from ingest.xapi import decode
from ingest.xapi.belonging import OUTSIDE, OUTSIDE_TITLE
from ingest.xapi.decoding import LONGEST_RESPONSE
from ingest.xapi.people import LONGEST_IDENTIFIER
from ingest.xapi.vocabulary import ACTIVITY_TYPES, COURSE_TYPES, MEANINGS, PLATFORM_TYPES
from tests.ingest.xapi.statements import SOURCE
from tests.shared import REPOSITORY

TEXT = (REPOSITORY / "docs" / "xapi.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)


def rows(heading: str, columns: int) -> list[list[str]]:
    """The cells of the first table under a heading."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [cells for cells in lines[2:] if len(cells) == columns]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_each_example_is_taken(example: str) -> None:
    assert not any(isinstance(outcome, Refused) for outcome in decode(example.encode(), SOURCE))


def test_the_native_event_that_an_example_is_said_to_be_is_what_it_becomes() -> None:
    (native,) = re.findall(r"```json native\n(.*?)```", TEXT, re.DOTALL)
    (found,) = decode(EXAMPLES[0].encode(), SOURCE)
    assert isinstance(found, LearningEvent)
    assert (found.activity_title, found.course_title) == ("Quiz 1", "Algebra")
    plain = replace(found, activity_title=None, course_title=None)
    assert plain == decode_native(native.encode(), Topic.LEARNING, SOURCE)
    (undone,) = decode(EXAMPLES[1].encode(), SOURCE)
    assert undone == Voided("0195e1c4-8a51-7c3e-9d0a-5b7a2f6c1e02", found.id)


def test_the_table_of_verbs_names_each_that_is_known() -> None:
    told = [verb for _, verbs, _ in rows("Verbs", 3) for verb in re.findall(r"`([^`]+)`", verbs)]
    assert sorted(told) == sorted(MEANINGS)
    groups = [{MEANINGS[verb] for verb in re.findall(r"`([^`]+)`", verbs)} for _, verbs, _ in rows("Verbs", 3)]
    assert all(len(meanings) == 1 for meanings in groups)


def test_the_table_of_types_names_each_that_is_known() -> None:
    told = {
        iri: kind.strip("`") for kind, types in rows("Activity types", 2) for iri in re.findall(r"`([^`]+)`", types)
    }
    known = {iri: str(kind) for iri, kind in ACTIVITY_TYPES.items()}
    assert told == {**known, **dict.fromkeys(COURSE_TYPES, "a course"), **dict.fromkeys(PLATFORM_TYPES, "a platform")}


def test_the_limits_are_those_that_are_told() -> None:
    assert f"`{OUTSIDE}`" in TEXT
    assert f'"{OUTSIDE_TITLE}"' in TEXT
    assert f"more than {LONGEST_IDENTIFIER:,} bytes" in TEXT
    assert f"first {LONGEST_RESPONSE:,} characters" in TEXT
