"""Reports as they are kept: whose they are, who may read and who may change them, and what they were before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from dashapp.domain.keys import OrganisationId, PersonId, PublicId
from dashapp.domain.principal import Principal

MOST_REPORTS: Final = 200
"""Of one owner, those that are deleted but can be put back included."""
MOST_VERSIONS: Final = 100
"""Of one report; older ones go."""
MOST_SHARES: Final = 200
"""Of one report."""
KEPT_DELETED: Final = timedelta(days=30)


class ShareRole(StrEnum):
    """Everybody of an organisation who is one of these now."""

    TEACHERS = "teachers"
    """Staff of at least one course."""
    ADMINISTRATORS = "administrators"


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Who asks for reports. What figures they see is decided by their scope, whatever report it is."""

    organisation: OrganisationId
    person: PersonId
    roles: tuple[ShareRole, ...] = ()

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """The principal with the roles that reports can be shared with."""
        held = ((ShareRole.TEACHERS, bool(principal.teaches_in)), (ShareRole.ADMINISTRATORS, principal.administers))
        return cls(principal.organisation_id, principal.person_id, tuple(role for role, holds in held if holds))


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A row of the list."""

    public_id: UUID
    title: str
    owner: str
    """Name of the owner; empty where nobody has told it."""
    own: bool
    may_edit: bool
    shares: int
    """With how many roles and people it is shared."""
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """A report as somebody opens it."""

    public_id: UUID
    document: str
    """JSON; `dashapp.domain.reports.document.read` makes a Report of it."""
    revision: int
    changed_at: datetime
    owner: str
    own: bool
    may_edit: bool


@dataclass(frozen=True, slots=True)
class SavedReport:
    """What came of saving."""

    revision: int
    """The one that holds now."""
    at: datetime
    """When that one was saved."""
    conflict: bool = False
    """Somebody else has saved meanwhile: nothing was changed."""


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """A row of the list of versions."""

    revision: int
    changed_at: datetime
    author: str
    """Name; empty where nobody has told it."""


@dataclass(frozen=True, slots=True)
class ReportShare:
    """With whom a report is shared."""

    public_id: UUID
    role: ShareRole | None
    """None: with one person."""
    name: str
    """Of the person; empty where nobody has told it, and for a role."""
    may_edit: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the staff with whom a report can be shared."""

    public_id: PublicId
    name: str
