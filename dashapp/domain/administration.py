"""How far an organisation has been set up: what the overview of the administration shows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """What has to be done before pages are whole, in the order in which it is done best."""

    CALENDAR = "calendar"
    SENDER = "sender"
    EVENTS = "events"
    PEOPLE = "people"
    TEACHERS = "teachers"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class SetUpState:
    """What there is of an organisation. Counts are of what is there now."""

    organisation: str
    zone: str
    term: str | None
    """The name of the term that is under way; of several the one that began last."""
    terms: int
    courses: int
    unnamed_courses: int
    """Courses that only events have named."""
    people: int
    unnamed_people: int
    learners: int
    """People who learn in any course now."""
    teachers: int
    senders: int
    keys: int
    """Keys of senders that hold."""
    last_event_at: datetime | None
    platforms: int
    administrators: int
    accounts: int
    providers: int

    @property
    def done(self) -> dict[Step, bool]:
        """Which steps have been taken."""
        return {
            Step.CALENDAR: self.term is not None,
            Step.SENDER: self.senders > 0,
            Step.EVENTS: self.last_event_at is not None,
            Step.PEOPLE: self.people > self.unnamed_people and self.learners > 0,
            Step.TEACHERS: self.teachers > 0,
            Step.PLATFORM: self.platforms + self.providers > 0 or self.accounts > self.administrators,
        }
