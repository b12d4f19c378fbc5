"""What administrators decide about senders of events: which there are, with which keys, and what they may send."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.audit import record
from dashapp.data.store.organisations import NewSource, OrganisationError, read_short_name, register_source
from dashapp.data.store.source_keys import (
    MARK,
    KnownSource,
    MadeKey,
    enable_source,
    expire_keys,
    find_source,
    make_key,
    revoke_key,
    source_of_id,
)
from dashapp.domain.audit import Action, ViewerRole
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.domain.events import Topic
from dashapp.domain.keys import OrganisationId, SourceId
from dashapp.domain.principal import Principal
from dashapp.security.acting import acting

ROTATION: Final = timedelta(days=7)
"""So long do the older keys of a sender still hold once it has a new one: time to enter it there."""
LONGEST_NAME: Final = 40
LONGEST_ISSUER: Final = 200


class SenderRefused(AnalyticsError):
    """A sender cannot be like that; `field` says what is wrong: name, issuer, kinds or taken."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class NewSender:
    """What somebody entered about a system that shall send events."""

    name: str
    issuer: str
    allowed: frozenset[Topic]


@dataclass(frozen=True, slots=True)
class Connected:
    """A sender that was made, with its first key: the only moment at which the key is known."""

    name: str
    key: MadeKey


@dataclass(frozen=True, slots=True)
class SenderAdministration:
    """Acts for one administrator. Every action is done when it returns; all raise Unavailable and NotFound."""

    database: Database
    clock: Clock
    topics: tuple[str, ...]
    """The Kafka topics on which a new sender is believed, where there is a Kafka."""
    principal: Principal

    @property
    def _organisation(self) -> OrganisationId:
        return self.principal.organisation_id

    def connect(self, new: NewSender) -> Connected:
        """Registers a sender and makes its first key. Raises SenderRefused."""
        issuer = _issuer(new.issuer)
        if not new.allowed:
            raise SenderRefused("kinds")
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            name = self._name(connection, new.name)
            if find_source(connection, self._organisation, name) is not None:
                raise SenderRefused("taken")
            try:
                made = NewSource(name, issuer, new.allowed, self.topics)
                source = register_source(connection, self._organisation, made)
            except OrganisationError:
                raise SenderRefused("taken") from None
            self._record(connection, Action.SENDER_SET, f"sender {name}", allowed=sorted(new.allowed))
            return Connected(name, self._make_key(connection, source))

    def make_key(self, source: SourceId) -> Connected:
        """A further key of a sender; the others hold."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            known = self._source(connection, source)
            return Connected(known.name, self._make_key(connection, source))

    def rotate(self, source: SourceId) -> Connected:
        """A new key of a sender; the others end after `ROTATION`, those that end sooner as they would have."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            known = self._source(connection, source)
            expire_keys(connection, self._organisation, source, self.clock() + ROTATION)
            return Connected(known.name, self._make_key(connection, source))

    def revoke(self, prefix: str) -> None:
        """Ends a key."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            if not revoke_key(connection, self._organisation, prefix, self.clock()):
                raise NotFound("There is no such key.")
            self._record(connection, Action.KEY_REVOKED, f"key {MARK}{prefix}")

    def switch(self, source: SourceId, *, enabled: bool) -> str:
        """Believes a sender, or does not any more; its name. What it has sent stays."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            known = self._source(connection, source)
            enable_source(connection, self._organisation, source, enabled=enabled)
            action = Action.SENDER_ON if enabled else Action.SENDER_OFF
            self._record(connection, action, f"sender {known.name}")
        return known.name

    def _make_key(self, connection: Connection, source: SourceId) -> MadeKey:
        key = make_key(connection, self._organisation, source, self.clock())
        self._record(connection, Action.KEY_MADE, f"key {MARK}{key.prefix}")
        return key

    def _source(self, connection: Connection, source: SourceId) -> KnownSource:
        known = source_of_id(connection, self._organisation, source)
        if known is None:
            raise NotFound("There is no such sender.")
        return known

    def _name(self, connection: Connection, entered: str) -> str:
        """Names are unique in the installation, so each begins with that of its organisation."""
        plain = _slug(entered)
        if not plain:
            raise SenderRefused("name")
        own = read_short_name(connection, self._organisation)
        return plain if plain == own or plain.startswith(f"{own}-") else f"{own}-{plain}"

    def _record(self, connection: Connection, action: Action, subject: str, **detail: Collection[str]) -> None:
        actor = acting(self.principal, ViewerRole.ADMINISTRATOR)
        record(connection, self._organisation, actor, action, {"subject": subject, **detail})


def _slug(entered: str) -> str:
    plain = unicodedata.normalize("NFKD", entered.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].strip("-")


def _issuer(entered: str) -> str:
    """Who gives the ids out: an address as a rule, written in one way. Raises SenderRefused."""
    text = entered.strip()
    if not text or len(text) > LONGEST_ISSUER or not text.isprintable() or any(letter.isspace() for letter in text):
        raise SenderRefused("issuer")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise SenderRefused("issuer") from None
    if not parts.scheme and re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?(/.*)?", text):
        return _issuer(f"https://{text}")  # an address as people write it; its events name it whole
    # Moodle and others name themselves without a slash at the end.
    return text.rstrip("/") if parts.scheme in ("http", "https") and parts.netloc else text
