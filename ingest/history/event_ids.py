"""Ids of events from what identifies a record where it comes from: the same record gives the same id, always."""

from hashlib import blake2b

EVENTS_PER_RECORD = 4
"""A record becomes at most these many events."""


class RisingIds:
    """UUIDs in the layout of version 7 that rise with the number of the record.

    Where version 7 has its clock stand 48 bits of a digest of the origin, then the number of the table, then that of
    the record. The ledger keeps such ids as they are, and since they rise, it writes its index in one place only.
    """

    __slots__ = ("_prefix",)

    def __init__(self, origin: bytes, table: int) -> None:
        """`origin`: a digest of at least six bytes; `table` is less than 4,096."""
        clock = origin[:6].hex()
        self._prefix = f"{clock[:8]}-{clock[8:]}-7{table:03x}-"

    def at(self, number: int, event: int = 0) -> str:
        """The id of the n-th event of a record; `number` is less than 2^60."""
        low = f"{0x8000_0000_0000_0000 | number * EVENTS_PER_RECORD + event:016x}"
        return f"{self._prefix}{low[:4]}-{low[4:]}"


def origin_of(*names: str) -> bytes:
    """A digest of where records come from."""
    return blake2b("\0".join(names).encode(), digest_size=16).digest()


def named_id(*parts: object) -> str:
    """The id of an event whose record has no number, or of which each content is an event of its own."""
    return blake2b("\0".join("" if part is None else str(part) for part in parts).encode(), digest_size=16).hexdigest()
