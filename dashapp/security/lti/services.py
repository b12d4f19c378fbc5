"""Asking a platform as the tool: an access token by a signed assertion, and the roster of a course with it."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urljoin

from dashapp.data.store.lti.platforms import Platform
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.lti import ROSTER_SCOPE, LaunchRefused, Member
from dashapp.security.lti.places import origin_of
from dashapp.security.lti.signing_keys import SigningKeys
from dashapp.security.outgoing import Answer, OutgoingError, Question

ASSERTION_HOLDS: Final = 60
"""Seconds."""
LARGEST_PAGE: Final = 16_777_216
"""Bytes of one page of a roster: Moodle sends a course as one, some 500 bytes for each member."""
PAGE_SECONDS: Final = 20.0
MOST_PAGES: Final = 200
MOST_MEMBERS: Final = 50_000
_ROSTER_TYPE: Final = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_NEXT: Final = re.compile(r'<([^<>]+)>\s*;[^,<]*\brel\s*=\s*"?next\b', re.IGNORECASE)


class RosterError(AnalyticsError):
    """A platform did not give a roster that can be used; the text says why, without personal data."""


class Asking(Protocol):
    """What is needed of `dashapp.security.outgoing.Outgoing`."""

    def post_form(self, url: str, values: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        """The JSON with which a form is answered. Raises OutgoingError."""

    def ask(self, question: Question) -> Answer:
        """The answer, whatever its status. Raises OutgoingError."""


@dataclass(frozen=True, slots=True)
class PlatformServices:
    """Asks platforms. Safe to share between threads."""

    outgoing: Asking
    signing_keys: SigningKeys
    clock: Clock

    def roster(self, platform: Platform, context_id: str, url: str) -> list[Member]:
        """All members of a course. `url` is that of the stored, signed claim. Raises RosterError."""
        token = self._token(platform)
        members: dict[str, Member] = {}
        asked = url
        for _ in range(MOST_PAGES):
            answer = self._page(asked, token)
            for member in _members_in(answer, context_id):
                members[member.sub] = member
            if len(members) > MOST_MEMBERS:
                raise RosterError("The roster is longer than is taken.")
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                break
            asked = urljoin(asked, following[1])
            if origin_of(asked) != origin_of(url):
                raise RosterError("The roster goes on at another host.")
        else:
            raise RosterError("The roster has no end.")
        if not members:
            # Whoever launched is a member: a list of nobody is a fault, and shall not end everybody's roles.
            raise RosterError("The roster names nobody.")
        return list(members.values())

    def _token(self, platform: Platform) -> str:
        now = int(self.clock().timestamp())
        claims = {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": platform.token_audience,
            "iat": now,
            "exp": now + ASSERTION_HOLDS,
            "jti": secrets.token_urlsafe(16),
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self.signing_keys.sign(platform.organisation_id, claims),
            "scope": ROSTER_SCOPE,
        }
        try:
            answer = self.outgoing.post_form(platform.token_url, form)
        except OutgoingError as error:
            raise RosterError(f"The platform gives no access token. {error}") from None
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise RosterError("The platform gives no access token.")
        return token

    def _page(self, url: str, token: str) -> Answer:
        headers = {"Accept": _ROSTER_TYPE, "Authorization": f"Bearer {token}"}
        try:
            answer = self.outgoing.ask(Question(url, headers=headers, limit=LARGEST_PAGE, seconds=PAGE_SECONDS))
        except OutgoingError as error:
            raise RosterError(f"The roster cannot be read. {error}") from None
        if answer.status != 200:
            raise RosterError(f"The roster cannot be read: the platform answers {answer.status}.")
        return answer


def _members_in(answer: Answer, context_id: str) -> list[Member]:
    try:
        said = answer.json()
    except OutgoingError:
        raise RosterError("The roster is no JSON.") from None
    listed = said.get("members") if isinstance(said, dict) else None
    if not isinstance(listed, list):
        raise RosterError("The roster has no members.")
    context = said.get("context")
    named = context.get("id") if isinstance(context, dict) else None
    if named is not None and str(named) != context_id:
        raise RosterError("The roster is that of another course.")
    return [member for one in listed if (member := _member(one)) is not None]


def _member(said: Any) -> Member | None:
    """A member who is active; None for others, and for an entry that names nobody."""
    if not isinstance(said, dict) or said.get("status", "Active") != "Active":
        return None
    try:
        return Member.parse(said.get("user_id"), said.get("roles"), said, said.get("lis_person_sourcedid"))
    except LaunchRefused:
        return None
