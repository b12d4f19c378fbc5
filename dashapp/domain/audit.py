"""The audit trail: who looked at, changed or exported whose data, when, from where, under which role.

Rows hold keys, no names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self
from urllib.parse import urlencode
from uuid import UUID

from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, PersonId
from dashapp.domain.views import Freshness

QUARTER_SECONDS: Final = 900
"""A viewer who keeps a page open leaves one row in so many seconds."""
LONGEST_NAME: Final = 80
MOST_PAGES: Final = 100_000


class Action(StrEnum):
    """What somebody did. A value, once written, is never given another meaning."""

    VIEWED = "page.viewed"
    LOOKED = "dead_letter.looked_at"
    LISTED = "dead_letters.listed"
    REPLAYED = "dead_letters.replayed"
    STOPPED = "dead_letters.replay_stopped"
    RESUMED = "dead_letters.replay_resumed"
    DISMISSED = "dead_letters.dismissed"
    REOPENED = "dead_letters.reopened"
    EXPORTED = "page.exported"
    CASELOAD = "caseload.changed"
    GUARDIAN_RULE = "guardians.rule_changed"
    GUARDIAN_INVITED = "guardian.invited"
    GUARDIAN_ACCEPTED = "guardian.accepted"
    GUARDIAN_ANSWERED = "guardian.answered_by_learner"
    GUARDIAN_CONFIRMED = "guardian.confirmed"
    GUARDIAN_ENDED = "guardian.ended"
    SIGNED_IN = "session.begun"
    SIGN_IN_REFUSED = "session.refused"
    SESSION_ENDED = "session.ended"
    PASSWORD_SET = "password.set"
    PASSWORD_LINK = "password.link_made"
    ACCOUNT_OPENED = "account.opened"
    ACCOUNT_CLOSED = "account.closed"
    ADMINISTRATOR_MADE = "administrator.made"
    ADMINISTRATOR_ENDED = "administrator.ended"
    PROVIDER_SET = "provider.set"
    PROVIDER_REMOVED = "provider.removed"
    PLATFORM_ADDRESS = "platform.address_made"
    PLATFORM_ADDED = "platform.added"
    PLATFORM_ON = "platform.switched_on"
    PLATFORM_OFF = "platform.switched_off"
    PLATFORM_REMOVED = "platform.removed"
    DEPLOYMENT_CONFIRMED = "platform.deployment_confirmed"
    DEPLOYMENT_WITHDRAWN = "platform.deployment_withdrawn"
    PLATFORM_KEY = "platform.key_changed"
    PERSON_FOUND = "person.found"
    PERSON_LINKED = "person.linked"
    COURSE_LINKED = "course.linked"
    KEY_MADE = "key.made"
    KEY_REVOKED = "key.revoked"
    SENDER_SET = "sender.set"
    SENDER_ON = "sender.switched_on"
    SENDER_OFF = "sender.switched_off"
    JOIN_RULE_MADE = "join_rule.made"
    JOIN_RULE_REMOVED = "join_rule.removed"
    EMBED_LINK = "embed_link.made"
    FRAMES = "frame_origins.changed"
    SPLIT = "person.split"
    MERGED = "person.merged"
    TEST_PERSON = "person.test_changed"
    ROLE_GRANTED = "role.granted"
    ROLE_ENDED = "role.ended"
    ORGANISATION_MADE = "organisation.made"
    TIME_ZONE_SET = "organisation.time_zone_set"
    TERM_SET = "term.set"
    TERM_REMOVED = "term.removed"
    UNIT_SET = "unit.set"
    UNIT_REMOVED = "unit.removed"
    PROGRAMME_SET = "programme.set"
    PROGRAMME_REMOVED = "programme.removed"
    COURSES_SET = "courses.set"
    COURSES_RELEASED = "courses.released"
    SECTION_SET = "section.set"
    SECTION_REMOVED = "section.removed"
    STRUCTURE_UNDONE = "structure.undone"
    VISIBILITY = "visibility.changed"
    MESSAGE_QUEUED = "message.queued"
    MESSAGE_TAKEN_BACK = "message.taken_back"
    SCHEDULE_SAVED = "schedule.saved"
    SCHEDULE_PAUSED = "schedule.paused"
    SCHEDULE_RESUMED = "schedule.resumed"
    SCHEDULE_ENDED = "schedule.ended"
    SCHEDULE_RUN = "schedule.run_asked_for"
    SCHEDULE_DELIVERED = "schedule.copy_delivered"
    SCHEDULE_TAKEN = "schedule.copy_downloaded"
    SCHEDULE_DECIDED = "schedule.copy_decided"
    SCHEDULE_WITHDRAWN = "schedule.copy_withdrawn"
    SCHEDULE_HANDED_OVER = "schedule.handed_over"
    STORE_SET = "schedule.store_set"
    STORE_REMOVED = "schedule.store_removed"
    REPORT_MADE = "report.made"
    REPORT_SHARED = "report.shared"
    REPORT_UNSHARED = "report.unshared"
    REPORT_DELETED = "report.deleted"
    REPORT_PUT_BACK = "report.put_back"
    ROSTER_SET = "roster.settings_changed"
    ROSTER_APPLIED = "roster.applied"
    ROSTER_UNDONE = "roster.undone"
    HISTORY_ASKED = "history.asked_for"
    HISTORY_BEGUN = "history.begun"
    HISTORY_CANCELLED = "history.cancelled"
    HISTORY_IMPORTED = "history.imported"
    FILE_SENT = "organisation.file_sent"
    EXPORT_REQUESTED = "organisation.export_requested"
    EXPORT_CANCELLED = "organisation.export_cancelled"
    EXPORT_WRITTEN = "organisation.exported"
    EXPORT_TAKEN = "organisation.export_downloaded"
    REPORT_EXPORTED = "report.exported"
    REPORT_TAKEN = "report.downloaded"
    DELETION_REQUESTED = "organisation.deletion_requested"
    DELETION_CANCELLED = "organisation.deletion_cancelled"
    DELETION_BEGUN = "organisation.deletion_begun"
    DELETED = "organisation.deleted"


class ViewerRole(StrEnum):
    """What somebody acted as: one person may be several of these, of different data."""

    SELF = "self"
    STAFF = "staff"
    ADVISER = "adviser"
    GUARDIAN = "guardian"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as what, from where. `key`: a person's public id, or an operator's login."""

    key: str
    role: ViewerRole | None = None
    origin: str | None = None
    """The network that the request came from, cut off so that it names no single machine."""
    method: str | None = None
    """How the session was begun."""

    def __str__(self) -> str:
        return self.key


JOBS: Final = Actor("operator:jobs", ViewerRole.OPERATOR)
"""Who does what somebody asked for on a page."""
UNKNOWN_ACTOR: Final = "unknown"
"""The key of whoever has not proved who they are."""


def person_subject(person: PersonId) -> str:
    """How a row names the person whose data it is about."""
    return f"person {int(person)}"


def course_subject(course: CourseId) -> str:
    """How a row names a course."""
    return f"course {int(course)}"


def platform_subject(public_id: UUID) -> str:
    """How a row names a learning platform."""
    return f"platform {public_id}"


ORGANISATION_SUBJECT: Final = "organisation"


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """The filters of the page as they stand in its address. `first` and `last` are local days, both inclusive."""

    person: str = ""
    """A public id, or the name of somebody who is no learner; of who acted or whose data it was."""
    action: Action | None = None
    page: str | None = None
    """The page that was opened."""
    first: date | None = None
    last: date | None = None
    number: int = 1
    """Which page of the list."""

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> Self:
        """From the texts of a URL or of controls, by the names of the URL; what is not understood is ignored."""
        days = Filters.parse(first=given.get("from"), last=given.get("to"))
        person, number, page = given.get("person"), str(given.get("number") or ""), given.get("page")
        digits = number.isascii() and number.isdigit() and len(number) < 10
        return cls(
            person=" ".join(person[:LONGEST_NAME].replace("\0", " ").split()) if isinstance(person, str) else "",
            action=next((one for one in Action if one.value == given.get("action")), None),
            page=page if isinstance(page, str) and page.isascii() and page.isalpha() and len(page) < 30 else None,
            first=days.first,
            last=days.last,
            number=min(max(int(number), 1), MOST_PAGES) if digits else 1,
        )

    def to_query(self) -> str:
        """The query string without "?", only what is set."""
        pairs = [
            ("person", self.person),
            ("action", self.action),
            ("page", self.page),
            ("from", self.first.isoformat() if self.first else None),
            ("to", self.last.isoformat() if self.last else None),
        ]
        return urlencode([(name, value) for name, value in pairs if value])


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or something in a row, as this reader may see it."""

    key: str
    """What the row itself holds: a public id, a login, or the kind of thing with its number."""
    name: str | None = None
    """None: there is none, or the reader may not see it."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the list."""

    audit_id: int
    at: datetime
    actor: Named
    role: ViewerRole | None
    action: Action | None
    """None: an action that this version of the service does not know."""
    page: str | None
    about: str
    """What the subject is: person, course, organisation, or something else that stands in `subject`."""
    subject: Named
    origin: str | None
    method: str | None
    towards: Named | None = None
    """Who came to see the subject's data by it, or sees them no more."""
    begins: bool = True
    """Whether they came to see them."""


@dataclass(frozen=True, slots=True)
class AuditView:
    """The page of the trail."""

    rows: tuple[AuditRow, ...]
    total: int
    number: int
    pages: int
    sealed_until: datetime | None
    """When rows were last sealed; None: never."""
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class Opening:
    """Who opened a learner's page: for that learner."""

    role: ViewerRole | None
    name: str | None
    """Of staff of the learner's own courses; of others only the role is told."""
    last_at: datetime
    times: int
    """Quarters of an hour in which the page was opened."""
