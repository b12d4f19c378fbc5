"""`POST|PUT /xapi/statements`: what a learning record store answers to those who write to it (xAPI 1.0.3 and 2.0).

Nothing can be read here: the pages are what becomes of the statements.
"""

import re
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from dashapp.api.answers import Answer, Headers, ItemError, Problem, json_answer
from dashapp.api.items import BYTE_ORDER_MARK, Claim, Examined, Limits, cut_array, examine_item, refuse
from dashapp.api.requests import JSON, Request, check_media_type
from dashapp.data.store.keys import content_digest, event_key_text
from dashapp.data.store.senders import RegisteredSource
from dashapp.domain.errors import Refused
from dashapp.domain.events import RefusalReason
from ingest.bodies import refuse_unreadable
from ingest.depositing import Deposit
from ingest.formats import Format, recognise

VERSION_HEADER: Final = "x-experience-api-version"
THROUGH_HEADER: Final = "x-experience-api-consistent-through"
VERSIONS: Final = ("1.0.3", "2.0.0")
"""The newest of each line that is spoken: what is echoed, and what `/xapi/about` tells."""
_ASKED: Final = re.compile(r"(1\.0|2\.0)(?:\.\d{1,3})?")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


class _Known(msgspec.Struct):
    id: str | UnsetType = UNSET
    timestamp: Raw | UnsetType = UNSET


_KNOWN: Final = msgspec.json.Decoder(_Known)


class StatementCollector:
    """One statement or an array of them; all are taken or none."""

    name: Final = "xapi"

    def __init__(self, limits: Limits, consistent_through: Callable[[], datetime]) -> None:
        """`consistent_through`: up to when everything that came has been counted."""
        self._limits = limits
        self._consistent_through = consistent_through

    def about(self) -> Answer:
        """`GET /xapi/about`."""
        return json_answer(200, {"version": list(VERSIONS)})

    def headers(self, request: Request) -> Headers:
        """What every answer below `/xapi` has."""
        asked = _ASKED.fullmatch(request.headers.get(VERSION_HEADER, ""))
        version = VERSIONS[0] if asked is None or asked.group(1) == "1.0" else VERSIONS[1]
        through = self._consistent_through().astimezone(UTC).isoformat(timespec="milliseconds")
        return ((VERSION_HEADER, version), (THROUGH_HEADER, through.replace("+00:00", "Z")))

    def check(self, request: Request) -> None:
        """See `Collector.check`."""
        version = request.headers.get(VERSION_HEADER)
        if version is None:
            raise Problem(400, "The header X-Experience-API-Version is missing.")
        if _ASKED.fullmatch(version) is None:
            raise Problem(400, f"Of versions, 1.0 and 2.0 are spoken here: {' and '.join(VERSIONS)}.")
        if request.media_type == "multipart/mixed":
            words = (
                "Attachments are not taken. Send the statements alone, as application/json; a fileUrl may name each."
            )
            raise Problem(415, words)
        check_media_type(request, JSON)
        names = [name for name, _ in request.query]
        if request.method == "PUT":
            if names != ["statementId"]:
                raise Problem(400, "PUT takes the parameter statementId, and no other.")
            if not _UUID.fullmatch(request.query[0][1]):
                raise Problem(400, "The parameter statementId is no UUID.")
        elif names:
            raise Problem(400, "POST takes no parameters here.")

    def examine(self, request: Request, body: bytes, holder: RegisteredSource) -> Examined:
        """See `Collector.examine`. The answer to a POST is the ids of the statements, in their order."""
        named = request.query[0][1] if request.method == "PUT" else None
        items = cut_array(body, self._limits)
        if named is not None and items != [body.removeprefix(BYTE_ORDER_MARK)]:
            raise Problem(400, "PUT takes one statement, not an array.")
        deposits: list[Deposit] = []
        errors: list[ItemError] = []
        claims: list[Claim] = []
        ids: list[str] = []
        unnamed: Counter[bytes] = Counter()
        for index, item in enumerate(items):
            try:
                statement, own = _identified(item, named, unnamed, holder)
            except Refused as refused:
                errors.append(ItemError(index, refused.bare()))
                continue
            deposit, events, wrong = examine_item(statement, index, holder, self._limits)
            errors += wrong
            if deposit is not None:
                deposits.append(deposit)
                ids.append(own)
                claims += [Claim(event_key_text(each.id), content_digest(each), index) for each in events]
        if errors:
            raise refuse(errors, _sentence(errors, len(items)), 400)
        _check_distinct(ids)
        answer = Answer(204) if named is not None else json_answer(200, ids)
        return Examined(answer, deposits, claims=claims)


def _identified(item: bytes, named: str | None, unnamed: Counter[bytes], holder: RegisteredSource) -> tuple[bytes, str]:
    """A statement with its id in it, and the id. Raises Refused."""
    if recognise(item) is not Format.XAPI:
        raise Refused(RefusalReason.WRONG_TYPE, "Expected a statement with an actor, a verb and an object - at `$`")
    try:
        known = _KNOWN.decode(item)
    except msgspec.ValidationError as error:
        raise Refused(RefusalReason.WRONG_TYPE, str(error)) from None
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        refuse_unreadable(error)
    if known.id is not UNSET:
        if named is not None and known.id.lower() != named.lower():
            raise Refused(RefusalReason.WRONG_TYPE, "Expected the id that statementId names - at `$.id`")
        return item, known.id
    own = named or _made_id(item, known, unnamed, holder)
    start = item.index(b"{") + 1
    return b'%s"id":"%s",%s' % (item[:start], own.encode(), item[start:]), own


def _made_id(item: bytes, known: _Known, unnamed: Counter[bytes], holder: RegisteredSource) -> str:
    """An id for a statement without one.

    Where the statement has a time, the same bytes get the same id, so that a plugin that sends a batch again, because
    it did not hear our answer, does not count twice. Copies within one request are told apart by their number.
    """
    if known.timestamp is UNSET:
        return str(uuid.uuid4())
    number = unnamed[item]
    unnamed[item] += 1
    digest = blake2b(item, digest_size=16, salt=b"statement", person=holder.source.source_id.to_bytes(8, "big"))
    digest.update(number.to_bytes(4, "big"))
    return str(uuid.UUID(bytes=digest.digest(), version=5))


def _check_distinct(ids: list[str]) -> None:
    seen: set[str] = set()
    for index, own in enumerate(ids):
        if own.lower() in seen:
            twice = Refused(RefusalReason.CONFLICT, "the same id stands twice in this request - at `$.id`")
            raise Problem(400, "Two statements of a request have the same id.", errors=[ItemError(index, twice)])
        seen.add(own.lower())


def _sentence(errors: list[ItemError], items: int) -> str:
    if items == 1:
        return "The statement is refused."
    refused = len({error.index for error in errors})
    return f"{refused} of {items} statements are refused, so that none was taken."
