"""Keyed hashes of the actors in a message that is kept as it came, so that an erasure finds it without reading it."""

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, Final

import msgspec

_ACTOR_FIELDS: Final = frozenset({"actor", "person", "learner", "user", "student", "member", "account", "agent"})
"""Everything below these names somebody."""
_PERSONAL_FIELDS: Final = frozenset({"email", "mbox", "mbox_sha1sum", "given_name", "family_name", "openid"})
_ENOUGH: Final = 1000
"""Actors of one message; a message that names more than this is no event."""
_FIELD: Final = re.compile(
    rb'"(?:id|value|name|actor|person|user|email|mbox|mbox_sha1sum|sub)"\s*:\s*"((?:[^"\\]|\\.){1,400})"'
)
"""For what is no JSON, a truncated message for example: any text that may be an actor's."""


def actor_hash(value: str, key: str) -> bytes:
    """16 bytes that stand for an actor's id, e-mail address or name; useless without the key."""
    return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16, key=_short(key)).digest()


def actor_hashes(body: bytes, key: str) -> list[bytes]:
    """The hashes of every actor that a message names, in a fixed order. Better one too many than one too few."""
    return sorted({actor_hash(value, key) for value in actors(body)})


def actors(body: bytes) -> set[str]:
    """The ids, addresses and names of people in a message, as texts."""
    try:
        message = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return {found.decode("utf-8", "replace") for found in _FIELD.findall(body)[:_ENOUGH]}
    found: set[str] = set()
    for value in _below(message):
        found.add(value)
        if len(found) >= _ENOUGH:
            break
    return found


def _below(message: Any) -> Iterator[str]:
    """Texts at or below fields that name somebody. Without recursion: what the decoder lets through may be so deep that
    a function which calls itself would not."""
    waiting: list[tuple[Any, bool]] = [(message, False)]
    while waiting:
        value, within = waiting.pop()
        if isinstance(value, dict):
            waiting += [
                (inner, within or name in _ACTOR_FIELDS or name in _PERSONAL_FIELDS) for name, inner in value.items()
            ]
        elif isinstance(value, list):
            waiting += [(inner, within) for inner in value]
        elif within and isinstance(value, str):
            yield value


def _short(key: str) -> bytes:
    """BLAKE2b takes keys of at most 64 bytes; a longer one is digested first."""
    encoded = key.encode()
    return encoded if len(encoded) <= 64 else blake2b(encoded).digest()
