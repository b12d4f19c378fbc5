"""The identity of an event and of its content, as the ledger keeps them."""

import re
from hashlib import blake2b
from typing import Final
from uuid import UUID

import msgspec

from dashapp.domain.events import Event

_CANONICAL: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-79a-f][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
"""A UUID as RFC 9562 writes it. Version 8 is left out: it is the form of our own digests, so a sender's UUID and a
digest of another sender's text can never be the same key."""
is_own_key: Final = _CANONICAL.fullmatch
"""Truthy for the ids that are their own keys."""

encode: Final = msgspec.json.Encoder().encode
"""The one encoding of events: what a digest is taken of and what raw rows hold."""

_AFTER_ID: Final = b'","'
"""Ends the id, which is an event's first field, where the id needs no backslash."""
_AFTER_OWN_KEY: Final = len('{"id":"00000000-0000-0000-0000-000000000000",')
_ANY_ID: Final = re.compile(rb'"(?:[^"\\]|\\.)*",')
"""Any id, with the comma that follows."""


def event_key(text: str) -> UUID:
    """The key of an event id within its source: the id itself where it is a UUID, else its digest as a version 8 UUID.

    Time-ordered ids (UUID version 7) keep their order, and with it the locality of the ledger's index.
    """
    return UUID(event_key_text(text))


def event_key_text(text: str) -> str:
    """`event_key` as canonical text, which is what COPY wants; ten times faster."""
    return text if is_own_key(text) else digested_key(text)


def digested_key(text: str) -> str:
    """128 bits of BLAKE2b, of which 6 say that this is a UUID of version 8 (RFC 9562, custom)."""
    name = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    variant = "89ab"[int(name[16], 16) & 3]
    return f"{name[:8]}-{name[8:12]}-8{name[13:16]}-{variant}{name[17:20]}-{name[20:]}"


def content_digest(event: Event) -> int:
    """64 signed bits over everything that the sender said except the id.

    A time that the sender did not give is not part of it: the same event sent twice without a time is a copy.
    """
    return digest_of_encoded(encode(event))


def digest_of_encoded(body: bytes, *, own_key: bool = False) -> int:
    """`content_digest` of an event that has been encoded by `encode` already. `own_key`: whether its id is one, which
    is known to be a text of 36 plain characters."""
    begin = _AFTER_OWN_KEY if own_key else _end_of_id(body)
    return int.from_bytes(blake2b(body[begin:], digest_size=8).digest(), "big", signed=True)


def _end_of_id(body: bytes) -> int:
    end = body.index(_AFTER_ID, 7)
    if b"\\" in body[7 : end + 1]:
        whole = _ANY_ID.match(body, 6)
        assert whole is not None
        return whole.end()
    return end + 2
