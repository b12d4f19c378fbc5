"""The session of a signed-in person: a signed cookie that names a key, never a role or a name.

What the person may do is read from the memberships at every request, so a cookie cannot keep a right that has ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Self
from uuid import UUID

from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId, PublicId
from dashapp.security.signing import Signer

COOKIE: Final = "la_session"
IDLE_LIMIT: Final = timedelta(hours=2)
"""Without any request for that long, the session ends. An open page that is looked at asks all the time."""
ABSOLUTE_LIMIT: Final = timedelta(hours=12)
"""However busy: after that one signs in again."""
RENEW_AFTER: Final = timedelta(minutes=5)
"""The cookie is set anew at most that often."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who signed in, when, and when they were last seen (seconds since 1970)."""

    organisation_id: OrganisationId
    person: PublicId
    started: int
    seen: int

    def to_text(self) -> str:
        """The form that is signed."""
        return f"{self.organisation_id}.{self.person.hex}.{self.started}.{self.seen}"

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The session of a signed text; None where it has another form."""
        parts = text.split(".")
        try:
            organisation, person, started, seen = parts
            return cls(OrganisationId(int(organisation)), PublicId(UUID(hex=person)), int(started), int(seen))
        except ValueError:
            return None


class Sessions:
    """Issues and reads the cookie's text. Safe to share between threads."""

    __slots__ = ("_clock", "_signer")

    def __init__(self, secret_keys: Sequence[str], clock: Clock) -> None:
        self._signer = Signer(secret_keys, "session")
        self._clock = clock

    def _now(self) -> int:
        return int(self._clock().timestamp())

    def issue(self, organisation_id: OrganisationId, person: PublicId) -> str:
        """The cookie's text for somebody who has just proved who they are."""
        now = self._now()
        return self._signer.sign(Session(organisation_id, person, now, now).to_text())

    def read(self, cookie: str | None) -> Session | None:
        """The session, if its signature holds and neither limit has passed."""
        text = self._signer.verify(cookie) if cookie else None
        session = Session.from_text(text) if text else None
        if session is None:
            return None
        now = self._now()
        idle = now - session.seen > IDLE_LIMIT.total_seconds()
        return None if idle or now - session.started > ABSOLUTE_LIMIT.total_seconds() else session

    def renewed(self, session: Session) -> str | None:
        """The cookie's new text when it is time for one."""
        now = self._now()
        if now - session.seen < RENEW_AFTER.total_seconds():
            return None
        return self._signer.sign(replace(session, seen=now).to_text())
