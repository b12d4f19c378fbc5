"""What docs/caliper.md says is what the decoder does."""

import json
import re

import pytest
from msgspec.structs import replace

from dashapp.domain.errors import Refused
from dashapp.domain.events import LearningEvent, Topic
from ingest.caliper import decode
from ingest.caliper.decoding import MAX_ITEMS
from ingest.caliper.vocabulary import RULES
from ingest.native import decode as decode_native
from tests.ingest.caliper.samples import SOURCE
from tests.shared import REPOSITORY

TEXT = (REPOSITORY / "docs" / "caliper.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_each_example_is_taken_whole(number: int) -> None:
    example = json.loads(EXAMPLES[number])
    found = decode(EXAMPLES[number].encode(), SOURCE)
    assert not any(isinstance(each, Refused) for each in found), found
    assert len(found) == len(example.get("data", [example]))


def test_the_native_event_that_an_example_is_said_to_be_is_what_it_becomes() -> None:
    (native,) = re.findall(r"```json native\n(.*?)```", TEXT, re.DOTALL)
    (found,) = decode(EXAMPLES[0].encode(), SOURCE)
    assert isinstance(found, LearningEvent)
    plain = replace(found, activity_title=None, course_title=None, session=None)
    assert plain == decode_native(native.encode(), Topic.LEARNING, SOURCE)
    assert (found.activity_title, found.course_title) == ("Vector spaces", "Algebra, section 1")


def test_the_table_names_each_action_of_each_type_with_what_it_becomes() -> None:
    rows = re.findall(r"^\| `(\w+Event)` \| ([^|]+) \| `(\w+)` \|$", TEXT, re.MULTILINE)
    told = {(kind, action): verb for kind, actions, verb in rows for action in re.findall(r"`(\w+)`", actions)}
    assert told == {(kind, action): str(verb) for kind, rule in RULES.items() for action, verb in rule.actions.items()}


def test_the_most_items_are_those_that_are_told() -> None:
    assert f"at most {MAX_ITEMS:,}" in TEXT
