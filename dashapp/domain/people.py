"""People as their administrators see them: found by words, opened, given roles, merged and split."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self
from urllib.parse import urlencode
from uuid import UUID

from dashapp.domain.errors import AnalyticsError
from dashapp.domain.events import Role
from dashapp.domain.keys import CourseId, PersonId, PublicId, SectionId
from dashapp.domain.parsing import uuid_of
from dashapp.domain.views import Freshness

PAGE_ROWS: Final = 50
LONGEST_SEARCH: Final = 100
MOST_PAGES: Final = 100_000
MOST_FOUND: Final = 20
"""As many are offered where one is to be chosen."""
MOST_ADVISED: Final = 200
"""As many learners of a caseload stand on a page."""


class PersonState(StrEnum):
    """What is known of somebody, as a filter."""

    EVENTS_ONLY = "events"
    """Nobody has described them: events name them, and that is all."""
    DESCRIBED = "described"
    TEST = "test"
    MERGED = "merged"
    """They stand for others, too."""


class HeldBy(StrEnum):
    """Roles by which people are filtered."""

    LEARNER = "learner"
    TEACHER = "teacher"
    ASSISTANT = "assistant"
    ADMINISTRATOR = "administrator"
    ADVISER = "adviser"
    GUARDIAN = "guardian"


class Refusal(StrEnum):
    """Why something cannot be done to somebody: a sentence for whoever asked."""

    NOBODY = "There is no such person here."
    LAST_ADMINISTRATOR = "This is the last administrator: make another one first."
    OWN_ROLE = "Nobody ends their own role of an administrator: ask another administrator."
    OWN_MERGE = "Nobody merges themself with somebody else: ask another administrator."
    OWN_ACCOUNT = "Nobody closes their own account: ask another administrator."
    NO_ADMINISTRATOR = "They are no administrator."
    HELD = "They have this role there already in that time."
    DATES = "The role would end before it begins."
    NO_PLACE = "There is no such course or section."
    FROM_SOURCE = "A source has given this role, and only that source ends it."
    ROLE_ENDED = "This role has ended, or is another person's."
    SAME = "These are one person already."
    MEANWHILE = "Somebody has merged or split one of these two meanwhile: look at the preview again."
    SPLIT_ALREADY = "This merge does not exist, or has been taken back already."
    HAS_ACCOUNT = "They have an account already."
    NO_ACCOUNT = "They have no open account."
    NAME = "A name to sign in with has no spaces in it, and at most 254 characters."
    NAME_TAKEN = "Somebody else signs in with this name."


class CannotChange(AnalyticsError):
    """Something cannot be done to somebody; `refusal` says why, the text is its sentence."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class PeopleFilters:
    """The filters of the list as they stand in its address."""

    words: str = ""
    role: HeldBy | None = None
    state: PersonState | None = None
    course: UUID | None = None
    page: int = 1

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> Self:
        """From the texts of a URL or of controls, by the names of the URL; what is not understood is ignored."""
        said, number = given.get("search"), str(given.get("page") or "")
        digits = number.isascii() and number.isdigit() and len(number) < 10
        return cls(
            words=plain_words(said),
            role=next((one for one in HeldBy if one.value == given.get("role")), None),
            state=next((one for one in PersonState if one.value == given.get("state")), None),
            course=uuid_of(given.get("course")),
            page=min(max(int(number), 1), MOST_PAGES) if digits else 1,
        )

    @property
    def narrowed(self) -> bool:
        """Whether not everybody is meant."""
        return bool(self.words or self.role or self.state or self.course)

    def to_query(self) -> str:
        """The query string without "?", only what is set."""
        pairs = (("search", self.words), ("role", self.role), ("state", self.state), ("course", self.course))
        return urlencode([(name, str(value)) for name, value in pairs if value])


def plain_words(said: object) -> str:
    """What somebody types to search for, as it can be asked for."""
    text = said if isinstance(said, str) else ""
    shown = "".join(" " if letter.isspace() or not letter.isprintable() else letter for letter in text[:LONGEST_SEARCH])
    return " ".join(shown.split())


@dataclass(frozen=True, slots=True)
class CourseName:
    """A course to choose."""

    public_id: PublicId
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody in a list. `name`: empty where no source has told it."""

    public_id: PublicId
    name: str
    email: str | None
    known_as: str | None
    """One of the names that senders use."""
    names: int
    """How many such names there are."""
    described: bool
    is_test: bool
    stands_for: int
    """How many people have been merged into this one."""
    learns: int
    teaches: int
    """Courses, as a teacher or an assistant."""
    roles: tuple[HeldBy, ...] = ()
    """What else they are: administrator, adviser, guardian."""


@dataclass(frozen=True, slots=True)
class PeopleView:
    """A page of the list."""

    rows: tuple[PersonRow, ...]
    total: int
    """Of those who fit the filters."""
    page: int
    pages: int
    everybody: int
    events_only: int
    course: CourseName | None
    """The course of the filter; None also where there is no such course."""
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class HeldName:
    """A name under which a source knows somebody, and the merge by which it became theirs."""

    issuer: str
    kind: str
    value: str
    merge_id: int | None = None
    merged_at: datetime | None = None
    reason: str | None = None

    def __str__(self) -> str:
        return f"{self.issuer} {self.kind} {self.value}"


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role in the words of the page: what, where, when, from whom."""

    membership_id: int
    role: str
    scope_kind: str
    place: str
    """The title of the course, or the name of the learner; empty for the organisation."""
    place_id: PublicId | None
    section: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    granted_by: str
    source: str | None

    def holds(self, at: datetime) -> bool:
        """Whether it holds at an instant."""
        return (self.starts_at is None or self.starts_at <= at) and not self.has_ended(at)

    def has_ended(self, at: datetime) -> bool:
        """Whether it lies behind."""
        return self.ends_at is not None and self.ends_at <= at

    @property
    def by_administration(self) -> bool:
        """Whether the administration may end it."""
        return self.granted_by == "administration"


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The account with which somebody signs in."""

    sign_in_name: str
    enabled: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class OwnMerge:
    """A merge of somebody that can be taken back."""

    merge_id: int
    reason: str
    by: str
    at: datetime
    names: tuple[HeldName, ...]


@dataclass(frozen=True, slots=True)
class Advised:
    """A learner of a caseload."""

    public_id: PublicId
    name: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody's page for their administrators."""

    person_id: PersonId
    public_id: PublicId
    name: str
    email: str | None
    described: bool
    is_test: bool
    said_by_administration: bool
    """Whether the administration has decided if they are a test person."""
    names: tuple[HeldName, ...]
    roles: tuple[HeldRole, ...]
    accounts: tuple[OwnAccount, ...]
    merges: tuple[OwnMerge, ...]
    advised: tuple[Advised, ...]
    advised_total: int
    sessions: int
    administers: bool
    now: datetime
    freshness: Freshness


# ------------------------------------------------------------------ previews


@dataclass(frozen=True, slots=True)
class Side:
    """One of two people who are to be one, or one who is to become two: what there is of them."""

    person_id: PersonId
    public_id: PublicId
    name: str
    email: str | None
    names: tuple[HeldName, ...]
    events: int
    """Whose raw rows are kept."""
    active_days: int
    courses: tuple[str, ...]
    submissions: int
    roles: tuple[str, ...]
    """Roles that the administration or a sign-in has granted and that hold now."""
    account: str | None
    """The name with which they sign in."""
    is_test: bool

    @property
    def administers(self) -> bool:
        """Whether they are an administrator of the organisation."""
        return HeldBy.ADMINISTRATOR.value in self.roles


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do: all of `absorbed` moves to `kept`, whose address and theirs both lead to `kept`."""

    kept: Side
    absorbed: Side
    described_as: str
    """The name that would hold: of the latest description."""
    state: str
    """What was looked at: where it differs when the merge is done, somebody has changed it meanwhile."""

    @property
    def both_sign_in(self) -> bool:
        """Whether there are two accounts, which would open the same pages."""
        return self.kept.account is not None and self.absorbed.account is not None

    @property
    def gives_administration(self) -> bool:
        """Whether one of them is an administrator and the other one is not."""
        return self.kept.administers != self.absorbed.administers


@dataclass(frozen=True, slots=True)
class SplitPreview:
    """What a split would do: `moving` becomes a person of its own again, `staying` is who is left."""

    merge_id: int
    staying: Side
    moving: Side
    older: int
    """Events whose raw rows are not kept: what they have counted stays where it is."""
    state: str


# ------------------------------------------------------------------ grants


@dataclass(frozen=True, slots=True)
class WantedRole:
    """A role as an administrator asks for it: on local days, both inclusive."""

    role: Role
    course: UUID
    section: int | None = None
    first: date | None = None
    """None: from now on."""
    last: date | None = None
    """None: it is not to end by itself."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that the administration gives in a course or in one section of it."""

    role: Role
    course: CourseId
    section: SectionId | None
    starts_at: datetime
    ends_at: datetime | None
