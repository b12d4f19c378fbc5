"""Messages of teachers to learners: what one is made of, and what may be in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.views import Level, Reason

HELD: Final = timedelta(seconds=10)
"""So long a message waits before it is sent: its author can take it back."""
MOST_AN_HOUR: Final = 300
"""Mails of one author."""
LONGEST_SUBJECT: Final = 150
LONGEST_BODY: Final = 5_000
_PLACE: Final = re.compile(r"\{(name|course|reason)\}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


class Template(StrEnum):
    """What a message was begun with."""

    MISSED_DEADLINE = "missed_deadline"
    AWAY = "away"
    LOW_SCORE = "low_score"
    BLANK = "blank"

    @classmethod
    def parse(cls, given: object) -> Self:
        """BLANK for what is none."""
        return next((one for one in cls if one.value == given), cls("blank"))


class MessageState(StrEnum):
    """Of a message."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """To nobody at all."""
    TAKEN_BACK = "taken_back"


class MailState(StrEnum):
    """Of the mail to one learner."""

    WAITING = "waiting"
    SENDING = "sending"
    """Written before the mail server is told; who finds it long after does not know whether it was."""
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The sending process died, or the connection did, before the server's answer: it is not sent again."""
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a teacher has written, with placeholders."""

    template: Template
    subject: str
    body: str

    @classmethod
    def parse(cls, template: object, subject: object, body: object) -> Self | None:
        """From what the browser sent; None where a text is missing or too long. A subject has one line."""
        if not isinstance(subject, str) or not isinstance(body, str):
            return None
        if len(subject) > 4 * LONGEST_SUBJECT or len(body) > 4 * LONGEST_BODY:
            return None
        head = one_line(subject)
        lines = _CONTROL.sub(" ", body.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not head or not lines or len(head) > LONGEST_SUBJECT or len(lines) > LONGEST_BODY:
            return None
        return cls(Template.parse(template), head, lines)


def one_line(text: str) -> str:
    """The text without line ends and what else would end or change a header."""
    return " ".join(_CONTROL.sub(" ", text).split())


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, once: what stands in a value is never read as a placeholder."""
    return _PLACE.sub(lambda found: values.get(found[1], ""), text)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A learner to whom a message goes, with what was known then."""

    person: PersonId
    reason_words: str
    reasons: tuple[Reason, ...]
    level: Level
    score: float | None
    has_address: bool

    def reasons_kept(self) -> list[dict[str, Any]]:
        """The rules that apply, with their values, as they are stored."""
        return [{"rule": one.rule.value, "value": one.value} for one in self.reasons if one.points > 0]


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that is to be queued."""

    organisation: OrganisationId
    course: CourseId
    author: PersonId
    draft: Draft
    language: str
    at: datetime
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that has been taken in hand."""

    message_id: int
    person: PersonId
    public_id: UUID
    """Makes the mail's own Message-ID."""
    attempts: int
    address: str
    subject: str
    body: str
    language: str
    reply_to: tuple[str, str] | None
    """Name and address of the author."""
    created_at: datetime


class Outcome(StrEnum):
    """What came of handing one mail to the server."""

    SENT = "sent"
    REFUSED = "refused"
    """For good."""
    LATER = "later"
    """It may be tried again: the server has not taken it."""
    UNKNOWN = "unknown"
    """The connection was lost before the answer."""


RETRIES: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""How long after each try the next one follows; after the last one it has failed."""
AWAY: Final = timedelta(minutes=1)
"""So long a mail waits for which the mail server was away: others go first, should it be the mail that it minds."""
LONGEST_WAIT: Final = timedelta(days=2)
"""For a mail server that is away."""
GIVEN_UP: Final = timedelta(minutes=10)
"""A mail that is so long in hand is in nobody's hand any more."""


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a mail that was tried so often is tried again; None: not any more."""
    return now + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
