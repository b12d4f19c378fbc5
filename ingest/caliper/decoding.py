"""From the bytes of a Caliper envelope, or of a single event, to the domain's events. Whatever is wrong is refused."""

import re
from datetime import datetime
from typing import Final, NoReturn

import msgspec
from msgspec import UNSET

from dashapp.domain.errors import Refused
from dashapp.domain.events import Event, LearningEvent, RefusalReason, Source, Topic
from ingest.bodies import LONGEST_DETAIL, check_text, refuse_unreadable
from ingest.caliper import wire
from ingest.caliper.describing import described_events, described_in_passing
from ingest.caliper.learning import learning_event

MAX_ITEMS: Final = 20_000
"""Of one envelope: more than fit into the default of MAX_EVENT_BYTES, since the smallest event has over 200 bytes."""

_ENVELOPE: Final = msgspec.json.Decoder(wire.Envelope)
_EVENT: Final = msgspec.json.Decoder(wire.Event)
_DESCRIBED: Final = msgspec.json.Decoder(wire.Described)
_SHAPE: Final = msgspec.json.Decoder(wire.Shape)

_VERSION: Final = re.compile(r"https?://purl\.imsglobal\.org/ctx/caliper/v1p[12](/[\w.\-]+)?/?")
_URN: Final = "urn:uuid:"
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_PLACE: Final = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_MISSING: Final = re.compile(r"required field `([^`]*)`")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[([^\]]*)\]")


def decode(body: bytes, source: Source) -> list[Event | Refused]:
    """The events of an envelope, or of one event that came without, in their order.

    Never raises: a bad item stands in the list as a Refused whose detail has its index and a JSON pointer, and a bad
    envelope is one Refused alone. What is valid but tells of nobody and nothing that the service keeps, such as an
    event of an anonymous person, is left out.
    """
    try:
        return _decode(body, source)
    except Refused as refused:
        return [refused]


def _decode(body: bytes, source: Source) -> list[Event | Refused]:
    try:
        envelope: wire.Envelope = _ENVELOPE.decode(body)
    except msgspec.ValidationError as error:
        return _without_envelope(body, source, str(error))
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        refuse_unreadable(error)
    _check_envelope(envelope)
    sound = _is_sound(body)
    found: list[Event | Refused] = []
    for index, raw in enumerate(envelope.data):
        try:
            if not sound:
                check_text(bytes(raw))
            outcomes = _item(raw, source, envelope.send_time)
        except Refused as refused:
            outcomes = [refused]
        found += [_within(each, index, raw) if isinstance(each, Refused) else each for each in outcomes]
    return found


def _is_sound(body: bytes) -> bool:
    """Whether no item can hold what is no text; where one may, each is checked by itself."""
    try:
        check_text(body)
    except Refused:
        return False
    return True


def _check_envelope(envelope: wire.Envelope) -> None:
    if not envelope.sensor:
        _invalid("an envelope names its `sensor`", "/sensor")
    if envelope.send_time.tzinfo is None:
        _invalid("a time is in UTC, written with `Z`", "/sendTime")
    if not _VERSION.fullmatch(envelope.data_version):
        _invalid("the `dataVersion` is that of Caliper 1.1 or 1.2", "/dataVersion")
    if not envelope.data:
        _invalid("an envelope holds at least one event or entity", "/data")
    if len(envelope.data) > MAX_ITEMS:
        raise Refused(RefusalReason.TOO_LARGE, f"{len(envelope.data)} items, at most {MAX_ITEMS} are taken")


def _without_envelope(body: bytes, source: Source, why: str) -> list[Event | Refused]:
    """What is no envelope: a single event, else refused as the envelope that it is not."""
    try:
        shape: wire.Shape = _SHAPE.decode(body)
    except msgspec.ValidationError:
        shape = wire.Shape()
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        refuse_unreadable(error)
    if shape.data is UNSET and shape.data_version is UNSET and shape.send_time is UNSET and _is_event(shape):
        check_text(body)
        return _item(body, source, None)
    raise _misshapen(why)


def _is_event(shape: wire.Shape) -> bool:
    named = isinstance(shape.type, str) and shape.type.endswith("Event")
    return named or not (shape.actor is shape.action is shape.event_time is UNSET)


def _item(raw: bytes | msgspec.Raw, source: Source, sent_at: datetime | None) -> list[Event | Refused]:
    """What one item of an envelope, whose text has been checked, says. Raises Refused."""
    try:
        return _event(_EVENT.decode(raw), source)
    except msgspec.ValidationError as error:
        why = str(error)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        refuse_unreadable(error)
    try:
        if _is_event(_SHAPE.decode(raw)):
            raise _misshapen(why)
        return list(described_events(_DESCRIBED.decode(raw), source, sent_at))
    except msgspec.ValidationError as error:
        raise _misshapen(str(error)) from None
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        refuse_unreadable(error)


def _event(event: wire.Event, source: Source) -> list[Event | Refused]:
    found = learning_event(event, _event_id(event.id), source.issuer)
    if found is None:
        return []
    if Topic.LEARNING not in source.allowed:
        raise Refused(RefusalReason.FORBIDDEN_KIND, "this source may not send learning events")
    return _with_description(event, found, source)


def _with_description(event: wire.Event, found: LearningEvent, source: Source) -> list[Event | Refused]:
    try:
        described = described_in_passing(event, found.course, source)
    except Refused as refused:
        # The event itself is sound: what it says in passing about the work is refused alone.
        return [found, refused]
    return [found] if described is None else [found, described]


def _event_id(said: str) -> str:
    """The UUID in lower case, from its URN; some platforms leave the URN's prefix out."""
    name = said[len(_URN) :] if said[: len(_URN)].lower() == _URN else said
    if not _UUID.fullmatch(name):
        _invalid("the `id` of an event is a UUID, written as a URN", "/id")
    return name.lower()


def _within(refused: Refused, index: int, raw: msgspec.Raw) -> Refused:
    """A refusal seen from the envelope, with the bytes of its item."""
    detail = refused.detail.replace("at `/", f"at `/data/{index}/").replace("/`", "`")
    return Refused(refused.reason, f"item {index}: {detail}"[:LONGEST_DETAIL], bytes(raw))


def _invalid(rule: str, pointer: str) -> NoReturn:
    raise Refused(RefusalReason.INVALID_STATEMENT, f"{rule} - at `{pointer}`")


def _misshapen(why: str) -> Refused:
    """The refusal behind a message of msgspec about a missing field or a wrong type, its path as a JSON pointer."""
    steps: list[str] = []
    if (place := _PLACE.search(why)) is not None:
        steps = [step or inner for step, inner in _STEP.findall(place["path"])]
        why = why[: place.start()]
    if (missing := _MISSING.search(why)) is not None:
        steps.append(missing[1])
    pointer = "".join(f"/{step}" for step in steps) or "/"
    return Refused(RefusalReason.INVALID_STATEMENT, f"{why} - at `{pointer}`"[:LONGEST_DETAIL])
