"""What holds for the bytes of a record in every format."""

import re
from typing import Final, NoReturn

import msgspec

from dashapp.domain.errors import Refused
from dashapp.domain.events import RefusalReason

LONGEST_DETAIL: Final = 300
"""Characters of a refusal's detail, which may quote the record."""

_ESCAPED_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def check_size(body: bytes, max_bytes: int) -> None:
    """Raises Refused for a record that is larger than the setting MAX_EVENT_BYTES."""
    if len(body) > max_bytes:
        raise Refused(RefusalReason.TOO_LARGE, f"{len(body)} bytes, at most {max_bytes} are taken")


def check_text(body: bytes) -> None:
    """Refuses what is not UTF-8 and what holds NUL, also in fields that nobody reads: the body is kept as text."""
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError as error:
            raise Refused(RefusalReason.NOT_UTF8, f"invalid UTF-8 at byte {error.start}") from None
    if b"\0" in body:
        raise Refused(RefusalReason.NUL_CHARACTER, f"NUL at byte {body.index(0)}")
    if b"u0000" in body and (found := _ESCAPED_NUL.search(body)):
        raise Refused(RefusalReason.NUL_CHARACTER, f"an escaped NUL at byte {found.start()}")


def refuse_unreadable(error: Exception) -> NoReturn:
    """The refusal behind an error of msgspec about what is no JSON at all, or too deep; raises anything else again."""
    if isinstance(error, msgspec.DecodeError):
        raise Refused(RefusalReason.NOT_JSON, str(error)[:LONGEST_DETAIL]) from None
    if isinstance(error, RecursionError):
        raise Refused(RefusalReason.TOO_LARGE, "nested too deeply") from None
    if isinstance(error, ValueError):
        # The bytes are UTF-8, so it is an escape that stands for no character.
        raise Refused(RefusalReason.NOT_JSON, str(error)[:LONGEST_DETAIL]) from None
    raise error
