"""Which format a record has, told by its shape alone, and the events in it, whatever topic it came by.

Native: an object with a text `type`. xAPI: an object with `actor`, `verb` and `object`. Caliper: an object with
`sensor`, `data` and `dataVersion`, or a single event, with `type`, `action` and `eventTime`. An array holds any of
them.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, get_args

import msgspec
from msgspec import UNSET, Raw, UnsetType

from dashapp.domain.errors import Refused
from dashapp.domain.events import ContentEvent, Event, LearningEvent, RefusalReason, Source, Topic, UserEvent, Voided
from ingest import caliper, native, xapi
from ingest.bodies import check_size, check_text, refuse_unreadable

MAX_ITEMS: Final = 20_000
"""Of one array: more than fit into the default of MAX_EVENT_BYTES, since the smallest statement has 75 bytes."""
MOST_REFUSALS: Final = 100
"""Of one record: the others are counted in one letter, so that a record cannot become a flood of dead letters."""


class Format(StrEnum):
    """What a record is written in."""

    NATIVE = "native"
    XAPI = "xapi"
    CALIPER = "caliper"


Item = tuple[Event | Refused, bytes]
"""What became of one item of a record, and its bytes: those of the whole record where it has no items."""
_Decode = Callable[[bytes, Source], Sequence[Event | Refused]]

_DECODERS: Final[Mapping[Format, _Decode]] = MappingProxyType(
    {Format.XAPI: xapi.decode, Format.CALIPER: caliper.decode}
)
"""The decoders of formats of which one object may hold several events."""


class _Shape(msgspec.Struct):
    """What tells the formats apart, unread."""

    type: Raw | UnsetType = UNSET
    actor: Raw | UnsetType = UNSET
    verb: Raw | UnsetType = UNSET
    object: Raw | UnsetType = UNSET
    sensor: Raw | UnsetType = UNSET
    data: Raw | UnsetType = UNSET
    data_version: Raw | UnsetType = msgspec.field(default=UNSET, name="dataVersion")
    action: Raw | UnsetType = UNSET
    event_time: Raw | UnsetType = msgspec.field(default=UNSET, name="eventTime")


_TOPICS: Final[Mapping[type[Event], Topic]] = MappingProxyType(
    {
        LearningEvent: Topic.LEARNING,
        Voided: Topic.LEARNING,
        **dict.fromkeys(get_args(UserEvent), Topic.USER),
        **dict.fromkeys(get_args(ContentEvent), Topic.CONTENT),
    }
)
_SHAPE: Final = msgspec.json.Decoder(_Shape)
_ARRAY: Final = msgspec.json.Decoder(list[Raw])


def decode_record(body: bytes, topic: Topic, source: Source, max_bytes: int) -> list[Event | Refused]:
    """The events of one record in their order, each bad item as what it was refused for. Never raises.

    Empty where a valid envelope tells of nobody and nothing that is kept.

    `topic`: the kind of topic by which it came, which only native events are held against. The events of the other
    formats need the source's permission for the kind they are of.
    """
    return [outcome for outcome, _ in decode_items(body, topic, source, max_bytes)]


def decode_items(body: bytes, topic: Topic, source: Source, max_bytes: int) -> list[Item]:
    """The same, each with its own bytes."""
    if b'"verb"' in body and len(body) <= max_bytes and (event := _statement(body, source)) is not None:
        return [(event, body)]
    try:
        check_size(body, max_bytes)
        if body.lstrip()[:1] == b"[":
            return _bounded(_array(body, topic, source), body)
        _check_object(body)
        return _bounded(_object(body, topic, source), body)
    except Refused as refused:
        return [(refused.bare(), body)]


def _statement(body: bytes, source: Source) -> Event | Refused | None:
    """The event of a valid statement, which has no native type and so need not be recognised; None for all else."""
    try:
        check_text(body)
        event = xapi.decode_statement(body, source)
    except Refused:
        return None
    return event if type(event) is LearningEvent and Topic.LEARNING in source.allowed else _permitted(event, source)


def _check_object(body: bytes) -> None:
    try:
        check_text(body)
    except Refused as refused:
        # The items of an envelope are checked one by one there: a bad one does not spoil the others.
        if refused.reason is not RefusalReason.NUL_CHARACTER or recognise(body) is not Format.CALIPER:
            raise


def recognise(body: bytes) -> Format | None:
    """The format of one object; None where it has the shape of none. Raises Refused for what is no JSON."""
    try:
        shape = _SHAPE.decode(body)
    except msgspec.ValidationError:
        return None
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        refuse_unreadable(error)
    if shape.type is not UNSET and bytes(shape.type)[:1] == b'"':
        return Format.NATIVE if shape.action is UNSET or shape.event_time is UNSET else Format.CALIPER
    if shape.verb is not UNSET or (shape.actor is not UNSET and shape.object is not UNSET):
        return Format.XAPI
    if shape.data_version is not UNSET or (shape.sensor is not UNSET and shape.data is not UNSET):
        return Format.CALIPER
    return None


def kind_of(event: Event) -> Topic:
    """The kind of topic that an event belongs to; a voiding counts as a learning event."""
    return topic_of_type(type(event))


def topic_of_type(kind: type[Event]) -> Topic:
    """The same by the event's type."""
    return _TOPICS[kind]


def _object(body: bytes, topic: Topic, source: Source) -> list[Item]:
    """What is in one object whose text has been checked."""
    found = recognise(body)
    decode = None if found is None else _DECODERS.get(found)
    if decode is None:
        # What has the shape of nothing is refused as a native event that lacks its type.
        return [(native.decode(body, topic, source, len(body)), body)]
    return [(_permitted(outcome, source), _part(outcome, body)) for outcome in decode(body, source)]


def _permitted(outcome: Event | Refused, source: Source) -> Event | Refused:
    if isinstance(outcome, Refused) or (kind := kind_of(outcome)) in source.allowed:
        return outcome
    return Refused(RefusalReason.FORBIDDEN_KIND, f"this source may not send {kind.value} events")


def _part(outcome: Event | Refused, body: bytes) -> bytes:
    return outcome.body if isinstance(outcome, Refused) and outcome.body is not None else body


def _array(body: bytes, topic: Topic, source: Source) -> list[Item]:
    """What is in an array; a bad item does not spoil the others."""
    try:
        raws: list[Any] = _ARRAY.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        refuse_unreadable(error)
    if not raws:
        raise Refused(RefusalReason.WRONG_TYPE, "an array without items")
    if len(raws) > MAX_ITEMS:
        raise Refused(RefusalReason.TOO_LARGE, f"{len(raws)} items, at most {MAX_ITEMS} are taken")
    items: list[Item] = []
    for index, raw in enumerate(raws):
        part = bytes(raw)
        if b'"verb"' in part and (event := _statement(part, source)) is not None:
            items.append((event, part))
            continue
        try:
            check_text(part)
            found = _object(part, topic, source)
        except Refused as refused:
            found = [(refused.bare(), part)]
        items += [(_within(outcome, index), own) for outcome, own in found]
    return items


def _within(outcome: Event | Refused, index: int) -> Event | Refused:
    """A refusal that says which item of an array it is about, and where in it, seen from the array."""
    if not isinstance(outcome, Refused):
        return outcome
    detail = outcome.detail.replace("at `/", f"at `/{index}/").replace("at `$", f"at `$[{index}]")
    return Refused(outcome.reason, f"item {index}: {detail}", outcome.body)


def _bounded(items: list[Item], body: bytes) -> list[Item]:
    if len(items) <= MOST_REFUSALS:
        return items
    refused = [number for number, (outcome, _) in enumerate(items) if isinstance(outcome, Refused)]
    if len(refused) <= MOST_REFUSALS:
        return items
    left_out = frozenset(refused[MOST_REFUSALS:])
    kept = [item for number, item in enumerate(items) if number not in left_out]
    last = items[refused[MOST_REFUSALS]][0]
    assert isinstance(last, Refused)
    detail = f"{len(left_out)} further items of the same record are refused; the first of them: {last.detail}"
    return [*kept, (Refused(last.reason, detail), body)]
