"""The parts of statements that come again and again: read once, and remembered by their bytes.

Most of a statement is its actor, its activity and what that belongs to, in the same words each time. Only what has been
found valid is remembered, and what does not fit here is read by `statements`, which also finds the words for an error.
"""

from functools import lru_cache
from typing import Final

import msgspec
from msgspec import UNSET, Raw, UnsetType, field

from dashapp.domain.events import Identifier
from ingest.xapi import rules
from ingest.xapi.belonging import Place, place_of
from ingest.xapi.forms import is_language, is_uuid, moment_of
from ingest.xapi.people import person_of
from ingest.xapi.vocabulary import MEANINGS, Meaning
from ingest.xapi.wire import Activity, Actor, ContextActivities, Extensions, Result, Verb

PEOPLE_REMEMBERED: Final = 16_384
PLACES_REMEMBERED: Final = 8_192
SURROUNDINGS_REMEMBERED: Final = 2_048
LONGEST_PART: Final = 2_048
"""Bytes of a part that is remembered: so all of them take some 10 MB, and 50 MB at the very most."""
_TELLING: Final = frozenset({Meaning.ANSWER, Meaning.POST})
"""What decides where a statement belongs; of all other meanings it is the same."""

_ACTOR: Final = msgspec.json.Decoder(Actor)
_VERB: Final = msgspec.json.Decoder(Verb)
_ACTIVITY: Final = msgspec.json.Decoder(Activity)
_AROUND: Final = msgspec.json.Decoder(ContextActivities)


class Unusual(Exception):
    """A statement that has to be read as a whole: it is rare, or it breaks a rule."""


class _ContextParts(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, rename="camel"):
    registration: str | UnsetType = UNSET
    context_activities: Raw | UnsetType = UNSET
    platform: str | UnsetType = UNSET
    revision: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    extensions: Extensions | UnsetType = UNSET


class StatementParts(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """A statement with its repeated parts unread."""

    actor: Raw
    verb: Raw
    about: Raw = field(name="object")
    id: str | UnsetType = UNSET
    result: Result | UnsetType = UNSET
    context: _ContextParts | UnsetType = UNSET
    timestamp: str | UnsetType = UNSET
    stored: str | UnsetType = UNSET
    authority: Raw | UnsetType = UNSET
    version: str | UnsetType = UNSET


def check(parts: StatementParts) -> None:
    """What has to be looked at in each statement anew. Raises Refused or Unusual."""
    if parts.id is not UNSET and not is_uuid(parts.id):
        raise Unusual
    rules.check_result(parts.result, "/result")
    if parts.version is not UNSET:
        rules.check_rest(UNSET, parts.version, UNSET)
    if parts.stored is not UNSET:
        moment_of(parts.stored, "/stored")
    if parts.authority is not UNSET:
        _check_authority(bytes(parts.authority))
    context = parts.context
    if context is UNSET:
        return
    if context.extensions is not UNSET:
        rules.check_extensions(context.extensions, "/context")
    if context.registration is not UNSET and not is_uuid(context.registration):
        raise Unusual
    if context.language is not UNSET and not is_language(context.language):
        raise Unusual


def person(raw: bytes) -> Identifier:
    """Who an actor is. Raises Refused or ValidationError."""
    return _person(raw) if len(raw) <= LONGEST_PART else _person.__wrapped__(raw)


def meaning(raw: bytes) -> Meaning:
    """What a verb says. Raises Refused or ValidationError."""
    return _meaning(raw) if len(raw) <= LONGEST_PART else _meaning.__wrapped__(raw)


def term(raw: bytes) -> str:
    """The IRI of a verb whose meaning has been asked for."""
    return _VERB.decode(raw).id


def place(about: bytes, around: bytes, language: str | None, said: Meaning, issuer: str) -> Place:
    """Where a statement about an activity belongs. `around`: contextActivities, or nothing. Raises Refused or
    ValidationError."""
    telling = said if said in _TELLING else Meaning.INTERACT
    if len(about) + len(around) + len(language or "") > LONGEST_PART:
        return _place.__wrapped__(about, around, language, telling, issuer)
    return _place(about, around, language, telling, issuer)


@lru_cache(maxsize=PEOPLE_REMEMBERED)
def _person(raw: bytes) -> Identifier:
    actor = _ACTOR.decode(raw)
    rules.check_actor(actor, "/actor")
    return person_of(actor)


def _check_authority(raw: bytes) -> None:
    """Raises Refused or ValidationError."""
    (_check_known_authority if len(raw) <= LONGEST_PART else _check_known_authority.__wrapped__)(raw)


@lru_cache(maxsize=256)
def _check_known_authority(raw: bytes) -> None:
    rules.check_rest(UNSET, UNSET, _ACTOR.decode(raw))


@lru_cache(maxsize=1_024)
def _meaning(raw: bytes) -> Meaning:
    verb = _VERB.decode(raw)
    rules.check_verb(verb, "/verb")
    return MEANINGS.get(verb.id, Meaning.INTERACT)


@lru_cache(maxsize=PLACES_REMEMBERED)
def _place(about: bytes, around: bytes, language: str | None, said: Meaning, issuer: str) -> Place:
    activity = _ACTIVITY.decode(about)
    rules.check_activity(activity, "/object")
    around_it = _surroundings(around) if len(around) <= LONGEST_PART else _surroundings.__wrapped__(around)
    return place_of(activity, around_it, language, said, issuer)


@lru_cache(maxsize=SURROUNDINGS_REMEMBERED)
def _surroundings(raw: bytes) -> ContextActivities:
    activities = _AROUND.decode(raw) if raw else ContextActivities()
    rules.check_all_activities(activities, "/context")
    return activities
