"""No body, however mangled, makes a collector raise anything but the problem that it answers."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp.api.answers import Problem
from dashapp.api.caliper import CaliperCollector
from dashapp.api.collectors import Collector
from dashapp.api.items import Examined, Limits
from dashapp.api.native import EventCollector
from dashapp.api.requests import Request, plain_body
from dashapp.api.xapi import StatementCollector
from dashapp.data.store.actor_hashes import actor_hashes
from dashapp.data.store.senders import RegisteredSource
from dashapp.domain.events import Source, Topic
from dashapp.domain.keys import OrganisationId, SourceId
from tests.api.conftest import ISSUER, viewed
from tests.api.test_envelopes import envelope, event
from tests.api.test_statements import statement

LIMITS = Limits(body_bytes=1_000_000, item_bytes=100_000, items=1000, kafka_topics=None)
HOLDER = RegisteredSource(
    Source(SourceId(1), OrganisationId(1), "college", "lms", ISSUER, frozenset(Topic)), frozenset()
)
COLLECTORS: dict[str, Collector] = {
    "events": EventCollector(LIMITS),
    "xapi": StatementCollector(LIMITS, lambda: datetime(2026, 3, 2, tzinfo=UTC)),
    "caliper": CaliperCollector(LIMITS),
}
SEEDS: dict[str, list[bytes]] = {
    "events": [
        orjson.dumps([viewed(1), viewed(2, score=3)]),
        orjson.dumps({"type": "voided", "id": "a", "target": "b"}),
    ],
    "xapi": [orjson.dumps([statement(1), statement(2)]), orjson.dumps(statement(3, result={"score": {"scaled": 0.5}}))],
    "caliper": [orjson.dumps(envelope(event(1), event(2)))],
}
BITS = (
    b'"',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b"null",
    b"NaN",
    b"1e999",
    b"\xff",
    b"\0",
    b"9" * 50,
)


def examined(name: str, body: bytes, method: str = "POST") -> Examined | None:
    """What a collector makes of a body; None where it refuses it. The records can be put into the inbox."""
    query = (("statementId", "00000000-0000-4000-8000-000000000001"),) if method == "PUT" else ()
    request = Request(method, "/", query, {"content-encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {})
    try:
        found = COLLECTORS[name].examine(request, plain_body(request, body, LIMITS.body_bytes), HOLDER)
    except Problem as problem:
        assert_refused(problem)
        return None
    for deposit in found.deposits:
        actor_hashes(deposit.body, "a key for tests only, 32 characters long")
    return found


def assert_refused(problem: Problem) -> None:
    assert problem.answer().status in (400, 403, 413, 422)


def mangled(body: bytes, chance: random.Random) -> bytes:
    """The body with some bytes taken out, doubled, or replaced."""
    for _ in range(chance.randrange(1, 5)):
        start = chance.randrange(len(body) + 1)
        end = min(len(body), start + chance.randrange(12))
        body = body[:start] + chance.choice((b"", chance.choice(BITS), body[start:end] * 2)) + body[end:]
    return body


@pytest.mark.parametrize("name", COLLECTORS)
@given(seed=st.integers(0, 2**32), method=st.sampled_from(("POST", "PUT")))
def test_a_mangled_body_is_taken_or_refused(name: str, seed: int, method: str) -> None:
    chance = random.Random(seed)
    for body in SEEDS[name]:
        examined(name, mangled(body, chance), method)


@pytest.mark.parametrize("name", COLLECTORS)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(name: str, body: bytes) -> None:
    examined(name, body)
    examined(name, b"\x1f\x8b\x08" + body)


@pytest.mark.parametrize("name", COLLECTORS)
@pytest.mark.parametrize("depth", [10, 90, 200, 300, 490, 700, 900, 980, 1000, 1020, 2000, 50_000])
def test_any_depth_is_taken_or_refused(name: str, depth: int) -> None:
    for nest in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
        for seed in SEEDS[name]:
            examined(name, seed.replace(b'"id":', b'"more":' + nest + b',"id":', 1))
        examined(name, nest)


def test_every_depth_near_the_limit_is_taken_or_refused() -> None:
    # In a thread, as in the service, where few calls lie below.
    with ThreadPoolExecutor(1) as threads:
        for depth in range(940, 1010):
            body = orjson.dumps(viewed(1)).replace(b'"id":', b'"more":' + b"[" * depth + b"]" * depth + b',"id":', 1)
            threads.submit(examined, "events", body).result()


@pytest.mark.parametrize("name", COLLECTORS)
def test_what_is_not_mangled_is_taken(name: str) -> None:
    for seed in SEEDS[name]:
        found = examined(name, seed)
        assert found is not None
        assert found.deposits
