"""By what a program can tell that a copy comes from here, and that nothing of it was changed."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

_PURPOSE: Final = "webhook of a schedule "


def signing_keys(secret_keys: Sequence[str], schedule: UUID) -> tuple[str, ...]:
    """The keys of a schedule's webhooks, the newest first: each follows from a secret of the installation, so that none
    is stored. A receiver is given the first one, which goes on to sign for as long as its secret stands in the list."""
    made = (hmac.digest(key.encode(), f"{_PURPOSE}{schedule}".encode(), sha256) for key in secret_keys)
    return tuple(each.hex() for each in made)


def signature(keys: Sequence[str], at: datetime, body: bytes) -> str:
    """The header by which the receiver checks: HMAC-SHA256 of the seconds, a dot and the body, by each key."""
    seconds = int(at.timestamp())
    signed = b"%d." % seconds + body
    return ",".join([f"t={seconds}", *(f"v1={hmac.digest(key.encode(), signed, sha256).hex()}" for key in keys)])
