"""Secrets of organisations as they are kept in the database: sealed, so that who reads a backup has none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest
from typing import Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_SEAL: Final = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True, slots=True)
class Seals:
    """The seals of one purpose, which none of another purpose opens: by SECRET_KEYS, the newest first."""

    purpose: bytes
    secret_keys: Sequence[str]

    def seal(self, secret: str) -> str:
        """The secret as it is kept."""
        return jwe.encrypt_compact(_SEAL, secret, self._keys()[0])

    def open(self, sealed: str) -> str | None:
        """The secret; None where it was sealed with a key that is known no more."""
        for key in self._keys():
            try:
                return (jwe.decrypt_compact(sealed, key).plaintext or b"").decode()
            except (JoseError, ValueError):
                continue
        return None

    def _keys(self) -> list[OctKey]:
        return [OctKey.import_key(digest(key.encode(), self.purpose, sha256)) for key in self.secret_keys]
