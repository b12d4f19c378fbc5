"""What an open page hears changes of: signed by the page's data callback, once its scope has been checked."""

from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from dashapp.domain.keys import CourseId, OrganisationId, PersonId, PublicId
from dashapp.security.signing import Signer

LONGEST_TOPIC: Final = 200


@dataclass(frozen=True, slots=True)
class Topic:
    """What a page shows, and to whom: a course, a person, or else the whole organisation."""

    organisation_id: OrganisationId
    viewer: PublicId
    course: CourseId | None = None
    person: PersonId | None = None

    def to_text(self) -> str:
        """The form that is signed."""
        return f"{self.organisation_id}.{self.viewer.hex}.{self.course or 0}.{self.person or 0}"

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The topic of a signed text; None where it has another form."""
        parts = text.split(".")
        try:
            organisation, viewer, course, person = parts
            return cls(
                OrganisationId(int(organisation)),
                PublicId(UUID(hex=viewer)),
                CourseId(int(course)) if int(course) else None,
                PersonId(int(person)) if int(person) else None,
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
