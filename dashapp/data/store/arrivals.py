"""What comes from a transport into the store, and what the store hands back because it can never be taken."""

from datetime import datetime

import msgspec

from dashapp.domain.events import Event, RefusalReason, Source


class Letter(msgspec.Struct, frozen=True, gc=False):
    """What a record was before it was replayed."""

    letter_id: int
    first_seen_at: datetime
    """When it first came: the time of an event that names none."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a record stood and what it said, for the dead letters."""

    topic: str
    partition: int | None
    """None where the transport has no partitions: the inbox."""
    offset: int | None
    body: bytes
    received_at: datetime | None = None
    """The transport's own time of the record; None: now."""
    sender: str | None = None
    """The name that the record claims for its sender, if it claims one."""
    letter: Letter | None = None
    """The dead letter that the record is a replay of."""


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """One decoded event. `received_at` is the transport's time: an event without a time of its own gets it."""

    event: Event
    source: Source
    received_at: datetime
    place: Place


class Buried(msgspec.Struct, frozen=True, gc=False):
    """A record that can never be taken, with the reason; `source` is None where not even that is known."""

    place: Place
    source: Source | None
    reason: RefusalReason
    detail: str


def first_receipt(arrived: Arrived) -> datetime:
    """The time of an event that names none: when it first came, which for a replay was earlier than now."""
    letter = arrived.place.letter
    return arrived.received_at if letter is None else letter.first_seen_at
