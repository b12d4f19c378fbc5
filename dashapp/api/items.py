"""From a body to its items and from an item to a deposit: what the three collectors have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, get_args

import msgspec
from msgspec import Raw

from dashapp.api.answers import Answer, ItemError, Problem
from dashapp.data.store.senders import RegisteredSource
from dashapp.domain.errors import Refused
from dashapp.domain.events import Event, RefusalReason, Topic
from ingest.depositing import Deposit
from ingest.formats import decode_record
from ingest.native import wire

MOST_VALUES: Final = 500_000
"""Commas in one body, about its values. An item that is cut out of an array costs 64 bytes besides its own, so that ten
megabytes of empty items would need three hundred; this bounds them before they are made."""
_SPACES: Final = b" \t\r\n"
_ARRAY: Final = msgspec.json.Decoder(list[Raw])
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Which some programs for Windows put before a text."""

_STATUSES: Final = MappingProxyType(
    {
        RefusalReason.TOO_LARGE: 413,
        RefusalReason.FORBIDDEN_KIND: 403,
        RefusalReason.FORBIDDEN_ROLE: 403,
        RefusalReason.FOREIGN_ORGANISATION: 403,
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may hold."""

    body_bytes: int
    item_bytes: int
    items: int
    kafka_topics: dict[Topic, str] | None
    """By kind; None where records travel through the inbox."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An event of a request, to be held against an earlier one of the same id."""

    key: str
    content: int
    item: int


@dataclass(frozen=True, slots=True)
class Examined:
    """A request that has been found good: what to put into the transport, and what to answer then."""

    answer: Answer
    deposits: Sequence[Deposit] = ()
    refused: int = 0
    """Items that are left out."""
    claims: Sequence[Claim] = field(default=())
    """Where the sender has to be told of an id that stands for something else already."""

    def told(self) -> "Outcome":
        """What is left to tell when the deposits are safe."""
        return Outcome(self.answer, len(self.deposits), self.refused)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request that was taken."""

    answer: Answer
    accepted: int
    refused: int


def cut_array(body: bytes, limits: Limits) -> list[bytes]:
    """The items of a JSON array, or the one object, each as it came. Raises Problem."""
    body = body.removeprefix(BYTE_ORDER_MARK)
    first = body.lstrip(_SPACES)[:1]
    if first == b"{":
        return [body]
    if first != b"[":
        words = "The body is empty." if not first else "The body is neither a JSON object nor an array of them."
        raise Problem(400, words)
    if body.count(b",") > MOST_VALUES:
        raise Problem(413, f"A request has at most about {MOST_VALUES} values. Send fewer events at a time.")
    try:
        raws = _ARRAY.decode(body)
    except RecursionError:
        raise Problem(400, "The body is nested too deeply.") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise Problem(400, f"The body is no JSON: {error}.") from None
    _check_number(len(raws), limits)
    return [bytes(raw) for raw in raws]


def cut_lines(body: bytes, limits: Limits) -> list[bytes]:
    """The lines of newline-delimited JSON that are not empty. Raises Problem."""
    _check_number(body.count(b"\n"), limits)
    return [line for line in body.removeprefix(BYTE_ORDER_MARK).split(b"\n") if line.strip()]


def _check_number(number: int, limits: Limits) -> None:
    if number > limits.items:
        raise Problem(413, f"A request has at most {limits.items} events, not {number}. Send fewer at a time.")


class _Typed(msgspec.Struct):
    type: str = ""


_TYPED: Final = msgspec.json.Decoder(_Typed)
_KINDS: Final = MappingProxyType(
    {
        str(struct.__struct_config__.tag): topic
        for topic, union in (
            (Topic.LEARNING, wire.WireLearning),
            (Topic.USER, wire.WireUser),
            (Topic.CONTENT, wire.WireContent),
        )
        for struct in get_args(union)
    }
)
"""The kind of topic by the native type; of those in `_BOTH` it depends on the sender."""
_BOTH: Final = frozenset(str(each.__struct_config__.tag) for each in get_args(wire.WireLearning)) & frozenset(
    str(each.__struct_config__.tag) for each in get_args(wire.WireUser)
)


def topic_of(item: bytes, source: RegisteredSource) -> Topic:
    """The kind of topic of an item, by its native type; of anything else, what learners do."""
    try:
        name = _TYPED.decode(item).type
    except (msgspec.DecodeError, RecursionError, ValueError):
        return Topic.LEARNING
    if name in _BOTH:
        allowed = source.source.allowed
        return Topic.USER if Topic.USER in allowed and Topic.LEARNING not in allowed else Topic.LEARNING
    return _KINDS.get(name, Topic.LEARNING)


def examine_item(
    item: bytes, index: int, holder: RegisteredSource, limits: Limits
) -> tuple[Deposit | None, list[Event], list[ItemError]]:
    """What one item becomes: a deposit and its events, or the errors for which it is refused as a whole."""
    if item.lstrip(_SPACES)[:1] != b"{":
        return None, [], [ItemError(index, Refused(RefusalReason.WRONG_TYPE, "Expected an object"))]
    topic = topic_of(item, holder)
    events: list[Event] = []
    errors: list[ItemError] = []
    for outcome in decode_record(item, topic, holder.source, limits.item_bytes):
        if isinstance(outcome, Refused):
            errors.append(ItemError(index, outcome))
        else:
            events.append(outcome)
    if errors:
        return None, [], errors
    _check_topic(topic, holder, limits)
    return Deposit(holder, topic, item, _key(events)), events, []


def refuse(errors: Sequence[ItemError], sentence: str, status: int) -> Problem:
    """The refusal of a request for its bad items; `status` unless something else is wrong with all that are listed."""
    statuses = {_STATUSES.get(error.refused.reason, status) for error in errors}
    return Problem(statuses.pop() if len(statuses) == 1 else status, sentence, errors=errors)


def _check_topic(topic: Topic, holder: RegisteredSource, limits: Limits) -> None:
    """Over Kafka, a record of somebody who is not registered for its topic would not be believed."""
    if limits.kafka_topics is not None and limits.kafka_topics[topic] not in holder.topics:
        words = f"This sender is not registered for the Kafka topic of {topic.value} events: ask the administrator."
        raise Problem(403, words)


def _key(events: Iterable[Event]) -> bytes:
    for event in events:
        named = getattr(event, "person", None) or getattr(event, "course", None)
        if named is not None:
            return str(named.value).encode("utf-8", "replace")
    return b""
