"""Short texts that the browser keeps for us and cannot change.

One HMAC costs about a microsecond, so even ten thousand open pages can be checked at every question they ask. The first
of the keys signs, all of them verify: a key is rotated by putting the new one in front.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

SIGNATURE_BYTES: Final = 18
"""144 bits of the HMAC: 24 characters without padding, and far beyond guessing."""


class Signer:
    """Signs texts for one purpose; a text signed for another purpose is not accepted."""

    __slots__ = ("_keys",)

    def __init__(self, secret_keys: Sequence[str], purpose: str) -> None:
        """`secret_keys`: at least one, the newest first."""
        self._keys = tuple(hmac.digest(key.encode(), purpose.encode(), sha256) for key in secret_keys)

    def sign(self, text: str) -> str:
        """The text, a dot and its signature."""
        return f"{text}.{_signature(self._keys[0], text)}"

    def verify(self, signed: str) -> str | None:
        """The text that was signed, or None."""
        text, dot, signature = signed.rpartition(".")
        if not dot or not signed.isascii():
            return None
        for key in self._keys:
            if hmac.compare_digest(_signature(key, text), signature):
                return text
        return None


def _signature(key: bytes, text: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")[:SIGNATURE_BYTES]).decode("ascii")
