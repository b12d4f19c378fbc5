"""Who the actors of statements are."""

from hashlib import sha1, sha256
from typing import Final

from msgspec import UNSET

from dashapp.domain.errors import Refused
from dashapp.domain.events import Identifier, RefusalReason
from ingest.native.wire import PERSON_KIND
from ingest.xapi.wire import Actor

MAILBOX_ISSUER: Final = "mailto"
MAILBOX_KIND: Final = "mbox_sha1sum"
OPENID_ISSUER: Final = "openid"
OPENID_KIND: Final = "openid"
LONGEST_IDENTIFIER: Final = 1_000
"""Bytes of an issuer or a value: both of them fit into a row of an index."""


def bounded(value: str) -> str:
    """An identifier that fits into an index: one that is too long ends in its digest."""
    if len(value) <= LONGEST_IDENTIFIER // 4 or len(encoded := value.encode()) <= LONGEST_IDENTIFIER:
        return value
    return f"{value[:200]}#sha256-{sha256(encoded).hexdigest()}"


def person_of(actor: Actor) -> Identifier:
    """Who an actor is. Raises Refused for a group, unless it names one member only: then it is that person."""
    if actor.object_type == "Group":
        if actor.member is UNSET or len(actor.member) != 1:
            detail = "what a group did is counted for none of its members - at `/actor`"
            raise Refused(RefusalReason.GROUP_ACTOR, detail)
        actor = actor.member[0]
    if actor.account is not UNSET:
        return Identifier(bounded(actor.account.home_page), PERSON_KIND, bounded(actor.account.name))
    if actor.mbox is not UNSET:
        digest = sha1(actor.mbox.lower().encode(), usedforsecurity=False).hexdigest()
        return Identifier(MAILBOX_ISSUER, MAILBOX_KIND, digest)
    if actor.mbox_sha1sum is not UNSET:
        return Identifier(MAILBOX_ISSUER, MAILBOX_KIND, actor.mbox_sha1sum.lower())
    assert actor.openid is not UNSET
    return Identifier(OPENID_ISSUER, OPENID_KIND, bounded(actor.openid))


def is_same(one: Actor, other: Actor) -> bool:
    """Whether two actors have the same identifier in the same form."""
    return (one.account, one.mbox, one.mbox_sha1sum, one.openid) == (
        other.account,
        other.mbox,
        other.mbox_sha1sum,
        other.openid,
    )
