"""Who posts: the keys of all senders, in memory, renewed every few seconds, so that no request waits for them."""

import asyncio
import binascii
import hmac
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from dashapp.api.answers import Problem
from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.source_keys import MARK, PREFIX_LENGTH, HeldKey, hash_of, note_use, read_keys
from dashapp.domain.errors import Unavailable
from dashapp.observability.logging import get_logger

FRESH_SECONDS: Final = 10.0
"""After this the keys are read again beside the requests."""
STALE_SECONDS: Final = 25.0
"""After this nobody is believed before the keys are read again: a revocation has to hold within 30 s."""
ASK_AGAIN_SECONDS: Final = 0.2
"""An unknown key makes the ring look again, since it may be new, but not more often than this: who shows it waits."""
_NOBODY: Final = hash_of("")
_ASK: Final = (("www-authenticate", 'Bearer realm="collector", Basic realm="collector", charset="UTF-8"'),)

log = get_logger(__name__)


class KeyRing:
    """The keys of one process. For one event loop."""

    def __init__(
        self,
        database: Database,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Reads nothing yet."""
        self._database = database
        self._monotonic = monotonic
        self._now = now
        self._keys: Mapping[str, HeldKey] = {}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._used: set[str] = set()
        self._noted: dict[str, datetime] = {}

    async def find(self, authorization: str | None) -> HeldKey:
        """The key that a request shows. Raises Problem: 401 for none or a wrong one, 503 when nobody can be asked."""
        shown = _shown(authorization)
        if shown is None:
            raise Problem(401, "Show a key: Authorization: Bearer la_…, or Basic with its two halves.", _ASK)
        prefix, secret = shown
        asked = self._monotonic()
        age = asked - self._read_at
        if age >= STALE_SECONDS:
            await self._read()
        elif age >= FRESH_SECONDS:
            self._begin_reading()
        # One that is unknown may have been made since: nobody is turned away by what was read before they asked.
        while (key := self._keys.get(prefix)) is None and self._read_at < asked:
            await asyncio.sleep(self._read_at + ASK_AGAIN_SECONDS - self._monotonic())
            await self._read()
        # Time tells which prefixes exist, since for others the keys are read again; a prefix is no secret, though, and
        # has 60 random bits. How much of a secret is right it does not tell.
        right = hmac.compare_digest(hash_of(secret), _NOBODY if key is None else key.secret_hash)
        if key is None or not right:
            raise Problem(401, "The key is wrong, or has been revoked.", _ASK)
        if key.expires_at is not None and key.expires_at <= self._now():
            raise Problem(401, "The key has expired.", _ASK)
        self._note_use(prefix)
        return key

    def _note_use(self, prefix: str) -> None:
        """Has the use of a key noted beside the request, once an hour."""
        hour = self._now().replace(minute=0, second=0, microsecond=0)
        if self._noted.get(prefix) != hour:
            self._noted[prefix] = hour
            self._used.add(prefix)
            self._begin_reading()

    def _load(self, used: set[str]) -> Mapping[str, HeldKey]:
        """Reads the keys, in a thread of its own, and notes which have been used. Raises Unavailable."""
        with self._database.transaction(DatabaseRole.INGEST, None) as connection:
            if used:
                note_use(connection, used)
            return {key.prefix: key for key in read_keys(connection)}

    async def _read(self) -> None:
        """Waits until the keys have been read. Raises Problem where they cannot be."""
        try:
            await asyncio.shield(self._begin_reading())
        except Unavailable:
            raise Problem(
                503, "Keys cannot be checked now. Send it again in a moment.", (("retry-after", "5"),)
            ) from None

    def _begin_reading(self) -> "asyncio.Task[None]":
        """One reading at a time, for all who wait."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._renew())
            self._reading.add_done_callback(_note_failure)
        return self._reading

    async def _renew(self) -> None:
        begun = self._monotonic()
        used, self._used = self._used, set()
        self._keys = await asyncio.to_thread(self._load, used)
        self._read_at = begun


def _note_failure(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("collector.keys_not_read", error=type(error).__name__)


def _shown(authorization: str | None) -> tuple[str, str] | None:
    """The prefix and the secret of a header; None where it holds no key."""
    scheme, _, value = (authorization or "").strip().partition(" ")
    value = value.strip()
    match scheme.lower():
        case "bearer":
            return _halves(value)
        case "basic":
            try:
                user, colon, password = b64decode(value, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError, ValueError):
                return None
            if not colon:
                return None
            # Who puts the whole key into the field for the password means the same.
            return _halves(password) if password.startswith(MARK) else (user.removeprefix(MARK), password)
    return None


def _halves(key: str) -> tuple[str, str] | None:
    prefix, secret = key[len(MARK) : len(MARK) + PREFIX_LENGTH], key[len(MARK) + PREFIX_LENGTH :]
    return (prefix, secret[1:]) if key.startswith(MARK) and secret.startswith("_") else None
