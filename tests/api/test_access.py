"""Every address of the collectors demands a key; a key is believed for as long as it holds."""

import asyncio
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from dashapp.api.answers import Problem
from dashapp.api.keyring import FRESH_SECONDS, STALE_SECONDS, KeyRing
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.source_keys import list_keys, make_key, revoke_key
from dashapp.web.application import Application
from tests.api.conftest import XAPI, MakeSender, Sender, register_sender, viewed

OPEN = {"/xapi/about"}
"""What anybody may ask: a new one has to be written down here as well."""


def basic(text_: str) -> str:
    return "Basic " + b64encode(text_.encode()).decode()


def test_every_address_demands_a_key(collector: tuple[Application, MakeSender], sender: Sender) -> None:
    routes = collector[0].collectors.routes
    assert set(routes) == {"/api/v1/events", "/xapi/statements", "/caliper"}
    for path, route in routes.items():
        for method in route.methods:
            answer = sender.client.request(method, path, content=b"{}", headers=XAPI)
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.headers["content-type"] == "application/problem+json"


def test_only_the_versions_are_told_to_strangers(sender: Sender) -> None:
    assert {path for path in ("/xapi/about", "/xapi/", "/xapi/more") if sender.client.get(path).is_success} == OPEN


def test_a_session_is_no_key(collector: tuple[Application, MakeSender], sender: Sender) -> None:
    cookie = {"Cookie": "la_session=anything"}
    assert sender.client.post("/api/v1/events", json=viewed(1), headers=cookie).status_code == 401


def test_other_addresses_go_on_to_the_pages(sender: Sender) -> None:
    assert sender.client.get("/health/live").status_code == 200
    assert sender.client.post("/api/v1/nothing", json={}).status_code in (404, 405)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer la_",
        "Bearer la_{prefix}",
        "Bearer la_{prefix}_",
        "Bearer la_{prefix}_{other}",
        "Bearer la_aaaaaaaaaaaa_{secret}",
        "Bearer {prefix}_{secret}",
        "Bearer la_{prefix}-{secret}",
        "Bearer la_{prefix}_{secret}x",
        "Basic",
        "Basic !!!",
        "Basic /w==",
        "Digest la_{prefix}_{secret}",
        "la_{prefix}_{secret}",
    ],
)
def test_a_wrong_key_is_refused(sender: Sender, header: str) -> None:
    shown = header.format(prefix=sender.key.prefix, secret=sender.key.secret, other="x" * 43)
    answer = sender.client.post("/api/v1/events", json=viewed(1), headers={"Authorization": shown})
    assert answer.status_code == 401


def test_wrong_halves_are_refused(sender: Sender) -> None:
    for halves in (":", f"la_{sender.key.prefix}", f"la_{sender.key.prefix}:", f":{sender.key.secret}", "a:b"):
        answer = sender.client.post("/api/v1/events", json=viewed(1), headers={"Authorization": basic(halves)})
        assert answer.status_code == 401, halves


class Ring:
    """A key ring whose clock stands still until it is told to go on."""

    def __init__(self, database: Database) -> None:
        self.organisation, self.source, self.key = register_sender(database)
        self.database = database
        self.seconds = 1000.0
        self.now = datetime.now(UTC)
        self.ring = KeyRing(database, lambda: self.seconds, lambda: self.now)

    async def status(self, shown: str | None = None) -> int:
        """What a request with a bearer would be told."""
        try:
            await self.ring.find(f"Bearer {shown or self.key.whole}")
        except Problem as problem:
            return problem.status
        return 200

    async def read(self) -> None:
        """Waits for what is read beside the requests."""
        assert self.ring._reading is not None
        await self.ring._reading

    def revoke(self) -> None:
        with self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection:
            assert revoke_key(connection, self.organisation, self.key.prefix, datetime.now(UTC))


def test_a_revoked_key_is_refused_within_thirty_seconds(database: Database) -> None:
    held = Ring(database)

    async def story() -> None:
        assert await held.status() == 200
        held.revoke()
        held.seconds += STALE_SECONDS
        assert await held.status() == 401

    asyncio.run(story())
    assert STALE_SECONDS < 30


def test_keys_are_read_again_beside_the_requests(database: Database) -> None:
    held = Ring(database)

    async def story() -> None:
        assert await held.status() == 200
        await held.read()
        held.revoke()
        held.seconds += FRESH_SECONDS
        assert await held.status() == 200
        await held.read()
        assert await held.status() == 401

    asyncio.run(story())


def test_a_new_key_is_believed_at_once(database: Database) -> None:
    held = Ring(database)

    async def story() -> None:
        assert await held.status() == 200
        with database.transaction(DatabaseRole.JOBS, held.organisation) as connection:
            new = make_key(connection, held.organisation, held.source, datetime.now(UTC))
        held.seconds += 0.01
        assert await held.status(new.whole) == 200

    asyncio.run(story())


def test_a_key_that_has_expired_is_refused(database: Database) -> None:
    held = Ring(database)
    with database.transaction(DatabaseRole.JOBS, held.organisation) as connection:
        until = held.now + timedelta(hours=1)
        short = make_key(connection, held.organisation, held.source, held.now, until)

    async def story() -> None:
        assert await held.status(short.whole) == 200
        held.now += timedelta(hours=1)
        assert await held.status(short.whole) == 401

    asyncio.run(story())


def test_a_sender_that_is_disabled_is_refused(database: Database) -> None:
    held = Ring(database)
    with database.transaction(DatabaseRole.JOBS, held.organisation) as connection:
        connection.execute(text("UPDATE sources SET enabled = false"))
    assert asyncio.run(held.status()) == 401


def test_use_is_noted_to_the_hour(database: Database) -> None:
    held = Ring(database)

    async def story() -> None:
        assert await held.status() == 200
        await held.read()

    asyncio.run(story())
    with database.transaction(DatabaseRole.JOBS, held.organisation) as connection:
        (listed,) = list_keys(connection, held.organisation)
    assert listed.last_used_at is not None
    assert (listed.last_used_at.minute, listed.last_used_at.second) == (0, 0)
