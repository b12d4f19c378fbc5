"""`POST /caliper`: the end of a Caliper sensor (1.1 and 1.2)."""

import re
from typing import Final

import msgspec
from msgspec import Raw

from dashapp.api.answers import Answer, ItemError, Problem
from dashapp.api.items import Examined, Limits, cut_array, examine_item, refuse
from dashapp.api.requests import JSON, Request, check_media_type
from dashapp.data.store.senders import RegisteredSource
from dashapp.domain.errors import Refused
from dashapp.domain.events import RefusalReason
from ingest.depositing import Deposit

JSON_LD: Final = "application/ld+json"


class _Envelope(msgspec.Struct):
    """What makes an envelope of an object; what is in it is the decoder's to read."""

    sensor: str
    send_time: str = msgspec.field(name="sendTime")
    data_version: str = msgspec.field(name="dataVersion")
    data: list[Raw]


_ITEM: Final = re.compile(r"item (\d+): ")
_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)


class CaliperCollector:
    """An envelope, or, as some sensors send several at a time, an array of envelopes."""

    name: Final = "caliper"

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def check(self, request: Request) -> None:
        """See `Collector.check`."""
        check_media_type(request, JSON, JSON_LD)

    def examine(self, request: Request, body: bytes, holder: RegisteredSource) -> Examined:
        """See `Collector.examine`. An envelope is taken as a whole or not at all."""
        deposits: list[Deposit] = []
        errors: list[ItemError] = []
        for index, item in enumerate(cut_array(body, self._limits)):
            _check_envelope(item, index, self._limits)
            deposit, _, wrong = examine_item(item, index, holder, self._limits)
            errors += [ItemError(index, _placed(each.refused)) for each in wrong]
            if deposit is not None:
                deposits.append(deposit)
        if errors:
            raise refuse(errors, "The envelope holds what cannot be taken, so nothing of it was.", 422)
        return Examined(Answer(200), deposits)


def _placed(refused: Refused) -> Refused:
    """A refusal with its place in the envelope, which the decoder names in words."""
    found = _ITEM.match(refused.detail)
    if found is None:
        return refused
    detail = refused.detail[found.end() :]
    return Refused(refused.reason, detail if " - at `" in detail else f"{detail} - at `/data/{found.group(1)}`")


def _check_envelope(item: bytes, index: int, limits: Limits) -> None:
    """Refuses what is no envelope with 400, as the sensor API wants it; what is in it gets 422 later."""
    if len(item) > limits.item_bytes:
        raise Problem(413, f"An envelope has at most {limits.item_bytes} bytes. Send fewer events at a time.")
    try:
        envelope = _ENVELOPE.decode(item)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        wrong = Refused(RefusalReason.WRONG_TYPE, str(error)[:300])
        words = "The body is no Caliper envelope. An event that has none goes to /api/v1/events."
        raise Problem(400, words, errors=[ItemError(index, wrong)]) from None
    if not envelope.data:
        wrong = Refused(RefusalReason.WRONG_TYPE, "Expected at least one event or entity - at `$.data`")
        raise Problem(400, "The envelope is empty.", errors=[ItemError(index, wrong)])
    if len(envelope.data) > limits.items:
        raise Problem(413, f"A request has at most {limits.items} events, not {len(envelope.data)}.")
