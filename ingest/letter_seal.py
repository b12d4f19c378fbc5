"""What a dead letter carries when it goes back onto a Kafka topic: which one it is, sealed against forgery."""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Final

from dashapp.data.store.arrivals import Letter

LETTER_HEADER: Final = "dead-letter"
_LONGEST: Final = 200


def seal(letter: Letter, body: bytes, key: str) -> bytes:
    """The header's value for a letter with these bytes."""
    said = f"{letter.letter_id} {letter.first_seen_at.isoformat()}"
    return f"{said} {_mark(said, body, key)}".encode()


def unseal(sealed: bytes, body: bytes, key: str) -> Letter | None:
    """The letter that a record with these bytes is; None where the seal is not ours, or that of other bytes."""
    if len(sealed) > _LONGEST or not sealed.isascii():
        return None
    said, _, mark = sealed.decode().rpartition(" ")
    if not hmac.compare_digest(mark, _mark(said, body, key)):
        return None
    letter_id, _, first_seen_at = said.partition(" ")
    return Letter(int(letter_id), datetime.fromisoformat(first_seen_at))


def _mark(said: str, body: bytes, key: str) -> str:
    return hmac.new(key.encode(), b"dead letter " + said.encode() + b" " + body, sha256).hexdigest()
