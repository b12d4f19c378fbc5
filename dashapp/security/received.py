"""Links to files of copies that were sent: signed, for who has them, until their time is over."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId
from dashapp.security.signing import Signer

PATH: Final = "/received"
LONGEST: Final = 200
"""Characters of what stands in such an address."""
_PURPOSE: Final = "file of a received report"


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One file of one copy."""

    organisation: OrganisationId
    delivery: UUID
    place: int
    """Among the files of the copy, from 0."""


@dataclass(frozen=True, slots=True)
class ReceivedLinks:
    """Makes and reads links. `public_url` is without a closing slash."""

    signer: Signer
    public_url: str
    clock: Clock

    @classmethod
    def of(cls, secret_keys: tuple[str, ...], public_url: str, clock: Clock) -> "ReceivedLinks":
        """By the settings."""
        return cls(Signer(secret_keys, _PURPOSE), public_url, clock)

    def link(self, file: ReceivedFile, until: datetime) -> str:
        """The address under which the file is there until an instant."""
        said = f"{int(file.organisation)}~{file.delivery.hex}~{file.place}~{int(until.timestamp())}"
        return f"{self.public_url}{PATH}/{self.signer.sign(said)}"

    def read(self, given: str) -> ReceivedFile | None:
        """The file that a link leads to; None where it is not ours, or its time is over."""
        said = self.signer.verify(given) if len(given) <= LONGEST else None
        if said is None:
            return None
        organisation, delivery, place, until = said.split("~")
        if datetime.fromtimestamp(int(until), UTC) <= self.clock():
            return None
        return ReceivedFile(OrganisationId(int(organisation)), UUID(delivery), int(place))
