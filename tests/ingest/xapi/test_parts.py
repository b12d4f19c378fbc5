"""Statements read by their remembered parts become what they become when they are read as a whole."""

import json
import random
from typing import Any

from hypothesis import given

from dashapp.domain.errors import Refused
from dashapp.domain.events import Event
from ingest.xapi import decode_statement
from ingest.xapi.decoding import _decode_whole
from ingest.xapi.parts import LONGEST_PART
from tests.ingest.test_fuzz import SEED, SEEDS, a_statement, changed, places
from tests.ingest.xapi.statements import COURSE, ISSUER, SOURCE, statement, within


def outcome(body: bytes, *, whole: bool) -> Event | str:
    try:
        return _decode_whole(body, ISSUER) if whole else decode_statement(body, SOURCE)
    except Refused as refused:
        return f"{refused.reason}: {refused.detail}"


def hold(message: Any) -> None:
    body = json.dumps(message).encode()
    # Twice, since what was remembered the first time is used the second.
    assert outcome(body, whole=False) == outcome(body, whole=False) == outcome(body, whole=True)


@given(SEED)
def test_a_valid_statement_is_the_same_both_ways(seed: int) -> None:
    hold(a_statement(seed))


def test_a_changed_statement_is_the_same_both_ways() -> None:
    chance = random.Random(1)
    odd: list[Any] = [None, True, 0, "", "x", "en", "https://x.example", [], {}, {"en": "a"}]
    statements = [seed for seed in SEEDS if isinstance(seed, dict) and "verb" in seed]
    for _ in range(5_000):
        message = chance.choice([*statements, a_statement(chance.randrange(1_000))])
        for _ in range(chance.randint(1, 2)):
            message = changed(message, chance.choice(places(message)), chance.choice([..., *odd]))
        hold(message)


def test_parts_that_are_too_long_to_remember_are_read_all_the_same() -> None:
    long = {"en": "x" * LONGEST_PART}
    about = {"id": "https://lms.example/page/7", "definition": {"name": long}}
    around = within({**COURSE, "definition": {**COURSE["definition"], "description": long}})
    hold(statement(object=about, context=around, verb={"id": "https://x.example/did", "display": long}))
    hold(statement(actor={"mbox": "mailto:a@x.example", "name": long["en"]}))
