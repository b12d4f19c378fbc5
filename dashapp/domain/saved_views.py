"""Filters of a course's page that somebody keeps under a name."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, OrganisationId, PersonId

MOST_VIEWS: Final = 50
"""Of one person in one course."""
LONGEST_NAME: Final = 100
LONGEST_QUERY: Final = 4_000


@dataclass(frozen=True, slots=True)
class ViewsOf:
    """Whose views of which course: they are nobody else's."""

    organisation: OrganisationId
    person: PersonId
    course: CourseId


@dataclass(frozen=True, slots=True)
class SavedView:
    """One of them. `query` is what stands in the address behind "?"."""

    public_id: UUID
    name: str
    query: str

    def filters(self) -> Filters:
        """What it chooses; what can no longer be understood is ignored."""
        return filters_of(self.query)


def filters_of(query: str) -> Filters:
    """Filters from what stands in an address behind "?"."""
    return Filters.of_query(dict(parse_qsl(query[:LONGEST_QUERY], errors="ignore")))


def name_of(given: object) -> str:
    """A name as it is kept: one line without marks that nobody sees; empty where nothing remains."""
    if not isinstance(given, str):
        return ""
    shown = "".join(each if each.isprintable() else " " for each in given[: 10 * LONGEST_NAME])
    return " ".join(shown.split())[:LONGEST_NAME].strip()
