"""The public keys of platforms, fetched when a token names one that is not known yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic
from typing import Any, Final, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from dashapp.domain.lti import LaunchRefused
from dashapp.security.outgoing import OutgoingError

PlatformKey = RSAKey | ECKey
FRESH: Final = 3600.0
"""Seconds for which a key set is believed without asking again."""
STALE: Final = 24 * 3600.0
"""While a platform does not answer, what it said before is believed for that long."""
BETWEEN: Final = 10.0
"""Seconds between two questions to one platform: unknown key ids are free to invent."""
LARGEST_KEYSET: Final = 262_144
MOST_KEYS: Final = 50
SHORTEST_RSA: Final = 2048
MOST_KEYSETS: Final = 1000


class GetJson(Protocol):
    """What is needed of `dashapp.security.outgoing.Outgoing`."""

    def get_json(self, url: str, headers: Mapping[str, str] | None = None, limit: int = ...) -> Any:
        """The JSON at an address. Raises OutgoingError."""


@dataclass(frozen=True, slots=True)
class _Keyset:
    keys: Mapping[str, PlatformKey]
    read_at: float
    tried_at: float


class PlatformKeys:
    """Remembers key sets by their addresses. Safe to share between threads."""

    def __init__(self, outgoing: GetJson, clock: Callable[[], float] = monotonic) -> None:
        """`clock`: seconds that only rise."""
        self._outgoing = outgoing
        self._clock = clock
        self._known: dict[str, _Keyset] = {}
        self._asking: dict[str, Event] = {}
        """Questions that are under way."""
        self._lock = Lock()

    def find(self, url: str, key_id: object) -> PlatformKey:
        """The key of a platform. Raises LaunchRefused where it has none of this id, or cannot be asked."""
        if not isinstance(key_id, str):
            raise LaunchRefused("the token names no key")
        now = self._clock()
        known = self._known.get(url)
        key = known.keys.get(key_id) if known else None
        if known is not None and key is not None and now - known.read_at < FRESH:
            return key
        return _believed(self._ask(url, now, waits=key is None), key_id, now)

    def _ask(self, url: str, now: float, *, waits: bool) -> _Keyset:
        """What the platform shows now, or what it said before where it was asked just now.

        A whole class may come in the moment in which nothing is known yet: one of them asks, and who needs the answer
        waits for it. The question is bounded in time.
        """
        with self._lock:
            asking, known = self._asking.get(url), self._known.get(url)
            is_mine = asking is None and (known is None or now - known.tried_at >= BETWEEN)
            if is_mine:
                asking = self._asking[url] = Event()
        if asking is not None and is_mine:
            try:
                self._read(url, known, now)
            finally:
                with self._lock:
                    del self._asking[url]
                asking.set()
        elif asking is not None and waits:
            asking.wait()
        return self._known.get(url, _Keyset({}, now - STALE, now))

    def _read(self, url: str, before: _Keyset | None, now: float) -> None:
        kept = _Keyset(before.keys, before.read_at, now) if before else _Keyset({}, now - STALE, now)
        try:
            kept = _Keyset(_keys_in(self._outgoing.get_json(url, limit=LARGEST_KEYSET)), now, now)
        except OutgoingError:
            pass
        finally:
            with self._lock:
                if len(self._known) >= MOST_KEYSETS:
                    self._known.clear()
                self._known[url] = kept


def _believed(known: _Keyset, key_id: str, now: float) -> PlatformKey:
    key = known.keys.get(key_id)
    if key is None or now - known.read_at >= STALE:
        raise LaunchRefused("the platform shows no such key now")
    return key


def _keys_in(said: Any) -> dict[str, PlatformKey]:
    """The keys that can verify signatures; whatever else a set holds is left out."""
    listed = said.get("keys") if isinstance(said, dict) else None
    found: dict[str, PlatformKey] = {}
    for one in listed[:MOST_KEYS] if isinstance(listed, list) else []:
        if not isinstance(one, dict) or not isinstance(one.get("kid"), str) or one.get("use", "sig") != "sig":
            continue
        try:
            key: PlatformKey | None = None
            if one.get("kty") == "RSA":
                key = RSAKey.import_key(one)
                if key.public_key.key_size < SHORTEST_RSA:
                    continue
            elif one.get("kty") == "EC":
                key = ECKey.import_key(one)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if key is not None:
            found[one["kid"]] = key
    return found
