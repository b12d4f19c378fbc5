"""What an open page hears changes of: signed by the page's data callback, once its scope has been checked."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, Self
from uuid import UUID

from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.domain.principal import Principal
from dashapp.security.signing import Signer

LONGEST_TOPIC: Final = 200


class Basis(StrEnum):
    """As what somebody reads the page of another person: whoever becomes something else reads another page."""

    ANY = ""
    """It does not matter: the page shows them the same."""
    STAFF = "s"
    ADVISER = "a"
    GUARDIAN = "g"

    @classmethod
    def of(cls, principal: Principal, person: PersonId) -> "Basis":
        """What a principal is to a learner whose page they may see; staff, if nothing else."""
        if person == principal.person_id:
            return cls.ANY
        if person in principal.advises:
            return cls.ADVISER
        return cls.GUARDIAN if person in principal.guards else cls.STAFF


@dataclass(frozen=True, slots=True)
class Topic:
    """What a page shows, and to whom: a course, a person, or else the whole organisation."""

    organisation_id: OrganisationId
    viewer: PublicId
    course: CourseId | None = None
    person: PersonId | None = None
    basis: Basis = Basis.ANY
    """Of the page of a person."""

    def to_text(self) -> str:
        """The form that is signed."""
        return f"{self.organisation_id}.{self.viewer.hex}.{self.course or 0}.{self.person or 0}.{self.basis}"

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The topic of a signed text; None where it has another form."""
        parts = text.split(".")
        try:
            organisation, viewer, course, person, basis = parts
            return cls(
                OrganisationId(int(organisation)),
                PublicId(UUID(hex=viewer)),
                CourseId(int(course)) if int(course) else None,
                PersonId(int(person)) if int(person) else None,
                Basis(basis),
            )
        except ValueError:
            return None


class Topics:
    """Signs topics for pages, and reads what pages send back."""

    __slots__ = ("_signer",)

    def __init__(self, secret_keys: tuple[str, ...]) -> None:
        self._signer = Signer(secret_keys, "live topic")

    def sign(self, topic: Topic) -> str:
        """The text that a page keeps."""
        return self._signer.sign(topic.to_text())

    def read(self, signed: str) -> Topic | None:
        """The topic, if this service has signed it."""
        text = self._signer.verify(signed) if len(signed) <= LONGEST_TOPIC else None
        return Topic.from_text(text) if text else None


class Versions(Protocol):
    """What is needed of `dashapp.data.changes.ChangeWatcher`."""

    def versions(
        self, organisation: OrganisationId, course: CourseId | None = None, person: PersonId | None = None
    ) -> str:
        """The version of a course, a person or the whole organisation."""


def news_of(topic: Topic, live: Versions) -> str:
    """What changes when a page has to ask for data. That data are late, or cannot come, is no such news: each tick
    says it, and pages that all asked for their data on account of it would make everything later still."""
    return live.versions(topic.organisation_id, topic.course, topic.person)
