"""The session of somebody signed in: a random text in the browser, a row in the database, a memory between them.

The text is signed and names organisation, person and its own end, so that `/live` can tell it from a made-up one
without the database; everything else about it stands in the row. What the person may do is in neither: that is read
from the memberships at every request.

A thread per process reads every second which sessions were ended, wherever that happened, and writes once a minute
which ones were seen.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final, Self
from uuid import UUID

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.sessions import (
    Ender,
    KeptSession,
    NewSession,
    SessionChoice,
    begin_session,
    end_sessions,
    find_sessions,
    mark_seen,
    recently_ended,
)
from dashapp.domain.clock import Clock
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.domain.sessions import Carrier, Parent, SignInMethod, Voucher
from dashapp.observability.logging import get_logger
from dashapp.security.signing import Signer

COOKIE: Final = "la_session"
"""Its name over http; over https it has `HOST_ONLY` before it."""
HOST_ONLY: Final = "__Host-"
"""Browsers take a cookie with this prefix from this very host over https only, so that no sibling of the host can plant
one; its path is `/`."""
IDLE_LIMIT: Final = timedelta(hours=2)
"""Without any request for that long, the session ends. An open page that is looked at asks all the time."""
ABSOLUTE_LIMIT: Final = timedelta(hours=12)
"""However busy: after that one signs in again."""
SEEN_WRITTEN: Final = 60.0
"""Seconds: a row is moved on at most that often."""
LISTEN_EVERY: Final = 1.0
"""Seconds: what was ended anywhere is known to this process so soon."""
TRUSTED: Final = 5.0
"""Seconds: a process that has not heard of endings for that long asks the row at each request."""
MOST_KNOWN: Final = 50_000
LONGEST_TEXT: Final = 300
_LAP_SECONDS: Final = 120
"""Endings are read again for that long, so that a transaction that commits late is not missed."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Token:
    """What the signed text itself says."""

    carrier: Carrier
    organisation_id: OrganisationId
    person: PublicId
    expires: int
    """Seconds since 1970: the absolute limit."""

    def to_text(self) -> str:
        """The form that is signed, with 256 random bits."""
        random = secrets.token_urlsafe(32)
        return f"{self.carrier.value[0]}.{self.organisation_id}.{self.person.hex}.{self.expires}.{random}"

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The token of a signed text; None where it has another form."""
        parts = text.split(".")
        try:
            letter, organisation, person, expires, _random = parts
            carrier = _CARRIERS[letter]
            return cls(carrier, OrganisationId(int(organisation)), PublicId(UUID(hex=person)), int(expires))
        except (ValueError, KeyError):
            return None


_CARRIERS: Final = {each.value[0]: each for each in Carrier}


@dataclass(frozen=True, slots=True)
class Session:
    """A session that lasts."""

    organisation_id: OrganisationId
    person: PublicId
    carrier: Carrier
    digest: bytes
    """SHA-256 of the browser's text: its key in the table."""
    method: SignInMethod
    page: str | None
    """The only path that it opens; None: all of the person's."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a session travels, how far it reaches, and how long it lasts."""

    carrier: Carrier = Carrier.COOKIE
    page: str | None = None
    device: str = ""
    origin: str | None = None
    """The network from which it was begun."""
    idle: timedelta = IDLE_LIMIT
    absolute: timedelta = ABSOLUTE_LIMIT
    voucher: Voucher | None = None
    """On whose word it is begun; None: on the person's own."""
    parent: Parent | None = None
    """From which other session it is opened."""
    link_epoch: int | None = None
    """By which signed link: as `EmbedLink` has it."""


BY_COOKIE: Final = Manner()


@dataclass(slots=True)
class _Known:
    """A session in the memory of this process. Times in seconds since 1970."""

    session: Session
    seen: float
    idle: int
    expires: float
    written: float
    confirmed: float
    """By `monotonic`."""


@dataclass(slots=True, eq=False)
class Sessions:
    """Begins, reads and ends the sessions of one installation. Safe to share between threads.

    `start` the thread that follows endings; without it every reading asks the row.
    """

    secret_keys: Sequence[str]
    clock: Clock
    database: Database
    _signer: Signer = field(init=False)
    _known: dict[bytes, _Known] = field(default_factory=dict, init=False)
    _ended: dict[bytes, float] = field(default_factory=dict, init=False)
    """Digests, and until when (by the clock) they have to be remembered."""
    _unconfirmed: dict[bytes, Token] = field(default_factory=dict, init=False)
    _heard: float = field(default=float("-inf"), init=False)
    _flushed: float = field(default=float("-inf"), init=False)
    _thread: Thread | None = field(default=None, init=False)
    _stopping: Event = field(default_factory=Event, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        self._signer = Signer(self.secret_keys, "session")

    # ------------------------------------------------------------------ one session

    def issue(
        self,
        organisation_id: OrganisationId,
        person: PublicId,
        method: SignInMethod = SignInMethod.DEMO,
        manner: Manner = BY_COOKIE,
    ) -> str:
        """Begins a session of somebody who has just proved who they are; gives the text for the browser.

        Raises NotFound where there is no such person, NotBelieved where what it rests on is over,
        Unavailable while the database is away.
        """
        now = self.clock()
        parent = manner.parent
        expires = now + manner.absolute if parent is None else min(now + manner.absolute, parent.expires_at)
        text = self._signer.sign(Token(manner.carrier, organisation_id, person, int(expires.timestamp())).to_text())
        new = NewSession(
            organisation_id=organisation_id,
            person=person,
            digest=_digest(text),
            method=method,
            carrier=manner.carrier,
            device=manner.device,
            page=manner.page,
            started_at=now,
            idle_seconds=int(manner.idle.total_seconds()),
            expires_at=expires,
            voucher=manner.voucher,
            parent=parent.digest if parent is not None else None,
            link_epoch=manner.link_epoch,
        )
        with self.database.transaction(DatabaseRole.WEB, organisation_id) as connection:
            begin_session(connection, new, manner.origin)
        return text

    def read(self, text: str | None) -> Session | None:
        """The session of a browser's text, if it lasts; it counts as seen. Raises Unavailable."""
        if not text or len(text) > LONGEST_TEXT:
            return None
        digest = _digest(text)
        known = self._lasting(digest)
        if known is None or monotonic() - max(known.confirmed, self._heard) > TRUSTED:
            token = self._token(text, digest)
            if token is None:
                return None
            self._confirm(token.organisation_id, {digest: token})
            known = self._lasting(digest)
        return self._seen(known).session if known is not None else None

    def glance(self, text: str) -> Session | Token | None:
        """What `/live` has to know: answered from memory, else from the signed text, which the thread then confirms."""
        if not text or len(text) > LONGEST_TEXT:
            return None
        digest = _digest(text)
        known = self._lasting(digest)
        if known is not None:
            return self._seen(known).session
        token = self._token(text, digest)
        if token is not None:
            self._unconfirmed[digest] = token
        return token

    def end(self, organisation_id: OrganisationId, choice: SessionChoice, by: Ender) -> int:
        """Ends the chosen sessions of an organisation: here at once, in other processes within a second or two.

        Gives how many there were. Raises Unavailable.
        """
        with self.database.transaction(DatabaseRole.WEB, organisation_id) as connection:
            ended = end_sessions(connection, organisation_id, choice, by)
        self._forget(ended)
        return len(ended)

    def _now(self) -> float:
        return self.clock().timestamp()

    def _token(self, text: str, digest: bytes) -> Token | None:
        """What the text says, if it is ours and neither its time is over nor has it been ended."""
        signed = self._signer.verify(text) if digest not in self._ended else None
        token = Token.from_text(signed) if signed else None
        return token if token is not None and token.expires > self._now() else None

    def _lasting(self, digest: bytes) -> _Known | None:
        """What is remembered of a session whose limits have not passed."""
        known = self._known.get(digest)
        if known is None or digest in self._ended:
            return None
        now = self._now()
        return known if now < known.expires and now - known.seen <= known.idle else None

    def _seen(self, known: _Known) -> _Known:
        known.seen = self._now()
        return known

    def _forget(self, digests: Sequence[bytes]) -> None:
        until = self._now() + 2 * ABSOLUTE_LIMIT.total_seconds()
        for digest in digests:
            self._ended.setdefault(digest, until)
            self._known.pop(digest, None)

    def _confirm(self, organisation_id: OrganisationId, tokens: dict[bytes, Token]) -> None:
        """Reads the rows of texts that are ours; those without one, or with a limit passed, are over."""
        with self.database.transaction(DatabaseRole.WEB, organisation_id) as connection:
            found = find_sessions(connection, organisation_id, tuple(tokens))
        now, confirmed = self._now(), monotonic()
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        for digest, token in tokens.items():
            kept = found.get(digest)
            if kept is None or _over(kept, now):
                self._forget([digest])
            else:
                self._known[digest] = _known(kept, token, confirmed)

    # ------------------------------------------------------------------ the thread

    def start(self) -> None:
        """Starts following endings; the first reading is done when this returns, if the database answers."""
        try:
            self.follow()
        except Exception as error:
            # Away, or not migrated yet: the thread tries again, and until then each reading asks the row.
            log.warning("sessions.not_followed", error=type(error).__name__)
        self._thread = Thread(target=self._run, name="sessions", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; what was seen last is written, if the database answers."""
        if self._thread is None or self._stopping.is_set():
            return
        self._stopping.set()
        self._thread.join()
        try:
            self._write_seen(0.0)
        except Unavailable:
            log.warning("sessions.seen_not_written")

    def follow(self) -> None:
        """Reads what was ended and confirms what `glance` has let through; the thread does it every second.

        Raises Unavailable.
        """
        asked = monotonic()
        first = self._heard == float("-inf")
        seconds = int(ABSOLUTE_LIMIT.total_seconds()) * 2 if first else _LAP_SECONDS + int(asked - self._heard)
        with self.database.transaction(DatabaseRole.WEB, None) as connection:
            self._forget(recently_ended(connection, seconds))
        self._heard = asked
        waiting, self._unconfirmed = self._unconfirmed, {}
        by_organisation: dict[OrganisationId, dict[bytes, Token]] = {}
        for digest, token in list(waiting.items()):
            by_organisation.setdefault(token.organisation_id, {})[digest] = token
        for organisation_id, tokens in by_organisation.items():
            self._confirm(organisation_id, tokens)
        if asked - self._flushed >= SEEN_WRITTEN:
            self._flushed = asked
            self._write_seen(SEEN_WRITTEN)
            self._tidy()

    def _run(self) -> None:
        away = False
        while not self._stopping.wait(LISTEN_EVERY):
            try:
                self.follow()
                away = False
            except Unavailable:
                if not away:
                    log.warning("sessions.database_away")
                away = True
            except Exception as error:
                # The thread goes on: without it, ended sessions would go on elsewhere.
                log.error("sessions.failed", exc_info=error)

    def _write_seen(self, after: float) -> None:
        """Writes the rows of sessions that were seen, unless that was done less than `after` seconds before."""
        with self._lock:
            by_organisation: dict[OrganisationId, dict[bytes, datetime]] = {}
            moved = [known for known in list(self._known.values()) if known.seen - known.written > after]
            for known in moved:
                at = datetime.fromtimestamp(known.seen, UTC)
                by_organisation.setdefault(known.session.organisation_id, {})[known.session.digest] = at
            for organisation_id, seen in by_organisation.items():
                with self.database.transaction(DatabaseRole.WEB, organisation_id) as connection:
                    mark_seen(connection, organisation_id, seen)
            for known in moved:
                known.written = known.seen

    def _tidy(self) -> None:
        """Forgets what is over by its limits anyway."""
        now = self._now()
        for digest, until in list(self._ended.items()):
            if until < now:
                del self._ended[digest]
        for digest, known in list(self._known.items()):
            if now >= known.expires or now - known.seen > known.idle:
                self._known.pop(digest, None)


def named_cookie(name: str, public_url: str) -> str:
    """The name under which the browser keeps a cookie of a service at this address."""
    return f"{HOST_ONLY if public_url.startswith('https:') else ''}{name}"


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _over(kept: KeptSession, now: float) -> bool:
    return now >= kept.expires_at.timestamp() or now - kept.seen_at.timestamp() > kept.idle_seconds


def _known(kept: KeptSession, token: Token, confirmed: float) -> _Known:
    session = Session(token.organisation_id, token.person, token.carrier, kept.digest, kept.method, kept.page)
    seen = kept.seen_at.timestamp()
    return _Known(session, seen, kept.idle_seconds, kept.expires_at.timestamp(), seen, confirmed)
