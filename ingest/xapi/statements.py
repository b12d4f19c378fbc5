"""From bytes to a statement that keeps every rule of the specification."""

import re
from typing import Any, Final, NamedTuple, NoReturn

import msgspec
from msgspec import UNSET

from dashapp.domain.errors import Refused
from dashapp.domain.events import RefusalReason
from ingest.bodies import LONGEST_DETAIL, refuse_unreadable
from ingest.xapi import rules
from ingest.xapi.forms import broken, moment_of
from ingest.xapi.vocabulary import VOIDED
from ingest.xapi.wire import (
    Activity,
    ActivityStatement,
    ActorObject,
    AnyStatement,
    ObjectKind,
    StatementRef,
    SubStatement,
)

_USUAL: Final = msgspec.json.Decoder(ActivityStatement)
_ANY: Final = msgspec.json.Decoder(AnyStatement)
_KIND: Final = msgspec.json.Decoder(ObjectKind)
_ACTIVITY: Final = msgspec.json.Decoder(Activity)
_ACTOR: Final = msgspec.json.Decoder(ActorObject)
_REFERENCE: Final = msgspec.json.Decoder(StatementRef)
_SUB_STATEMENT: Final = msgspec.json.Decoder(SubStatement)
_PLACE: Final = re.compile(r" - at `(?:key in )?(\$[^`]*)`$")
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[([0-9]+|\.\.\.)\]")

Statement = ActivityStatement | AnyStatement
Object = Activity | ActorObject | StatementRef | SubStatement


class Said(NamedTuple):
    """A statement and its object, both in order."""

    statement: Statement
    object: Object


def read(body: bytes) -> Said:
    """The statement in `body`. Raises Refused, with the rule that it breaks and the place as a JSON pointer."""
    statement: Statement
    about: Object
    try:
        try:
            statement = _USUAL.decode(body)
            about = statement.object
        except msgspec.ValidationError:
            statement = _ANY.decode(body)
            about = _object(bytes(statement.object), "/object")
    except msgspec.ValidationError as error:
        _refuse(str(error), "")
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        refuse_unreadable(error)
    if statement.id is not UNSET:
        rules.check_uuid(statement.id, "/id")
    _check(statement, about, "")
    rules.check_rest(statement.stored, statement.version, statement.authority)
    if statement.verb.id == VOIDED and not isinstance(about, StatementRef):
        raise broken("the object of a voiding statement is a StatementRef", "/object")
    return Said(statement, about)


def _check(statement: Statement | SubStatement, about: Object, pointer: str) -> None:
    """What a statement and a SubStatement have in common."""
    rules.check_actor(statement.actor, pointer + "/actor")
    rules.check_verb(statement.verb, pointer + "/verb")
    is_activity = isinstance(about, Activity)
    if isinstance(about, Activity):
        rules.check_activity(about, pointer + "/object")
    else:
        _check_unusual(about, pointer + "/object")
    rules.check_result(statement.result, pointer + "/result")
    rules.check_context(statement.context, pointer + "/context", of_activity=is_activity)
    rules.check_attachments(statement.attachments, pointer + "/attachments")


def _check_unusual(about: Object, pointer: str) -> None:
    """An object that is no activity."""
    if isinstance(about, ActorObject):
        rules.check_actor(about, pointer)
    elif isinstance(about, StatementRef):
        rules.check_uuid(about.id, f"{pointer}/id")
    elif isinstance(about, SubStatement):
        inner = inner_object(about)
        if isinstance(inner, SubStatement):
            raise broken("a SubStatement holds no other SubStatement", f"{pointer}/object")
        _check(about, inner, pointer)
        if about.timestamp is not UNSET:
            moment_of(about.timestamp, f"{pointer}/timestamp")


def inner_object(about: SubStatement) -> Object:
    """The object of a SubStatement. Raises Refused."""
    return _object(bytes(about.object), "/object/object")


def _object(raw: bytes, pointer: str) -> Object:
    """Any object, by what it says that it is."""
    try:
        kind = _KIND.decode(raw).object_type
        decoder: Any
        if kind is UNSET or kind == "Activity":
            decoder = _ACTIVITY
        elif kind in ("Agent", "Group"):
            decoder = _ACTOR
        elif kind == "StatementRef":
            decoder = _REFERENCE
        elif kind == "SubStatement":
            decoder = _SUB_STATEMENT
        else:
            raise broken(
                "an object is an Activity, an Agent, a Group, a StatementRef or a SubStatement", f"{pointer}/objectType"
            )
        found: Object = decoder.decode(raw)
        return found
    except msgspec.ValidationError as error:
        _refuse(str(error), pointer)


def _refuse(message: str, pointer: str) -> NoReturn:
    """The refusal behind a message of msgspec, with the place as a JSON pointer."""
    place = _PLACE.search(message)
    where = pointer
    if place is not None:
        message = message[: place.start()]
        for name, index in _STEP.findall(place[1]):
            where += f"/{name or index}"
    detail = f"{message[:LONGEST_DETAIL]} - at `{where or '/'}`"
    raise Refused(RefusalReason.INVALID_STATEMENT, detail)
