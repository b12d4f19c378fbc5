"""What stands below the fold of an institution page."""

from dataclasses import dataclass
from datetime import date, datetime

from dashapp.domain.keys import PublicId
from dashapp.domain.views.freshness import Freshness


@dataclass(frozen=True, slots=True)
class CourseStory:
    """How many of those who were enrolled at the start of a course stay, and stay active; nothing where `hidden`."""

    public_id: PublicId
    code: str
    starts_on: date
    running: bool
    at_start: int | None
    retention: tuple[float, ...] = ()
    """% of `at_start` who were active in each period of four weeks that is over."""
    still_enrolled: tuple[float, ...] = ()
    """% of `at_start` who were enrolled at the start of each week, the first one first."""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class EnrolmentWeek:
    """Enrolments that began and ended in one week, over the running courses that are shown."""

    start: date
    joined: int
    left: int
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """How the courses of a programme ended; shares of the known outcomes, None where hidden."""

    name: str
    courses: int
    known: int | None
    completed: float | None
    passed: float | None


@dataclass(frozen=True, slots=True)
class TypeUse:
    """In how many courses a type of activity was used, week by week."""

    activity_type: str
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """One sender in the last 14 days: % of its score, what was refused, and when something came last."""

    name: str
    score: float | None
    received: int
    refused: int
    last_received: datetime | None
    silent: bool
    """It has sent nothing for longer than a day, or never."""


@dataclass(frozen=True, slots=True)
class InstitutionFurtherView:
    """Enrolments, retention, outcomes, adoption and the quality of the data."""

    stories: tuple[CourseStory, ...]
    """The newest courses that have begun, of the chosen unit; the oldest first."""
    week_starts: tuple[date, ...]
    enrolments: tuple[EnrolmentWeek, ...]
    programmes: tuple[ProgrammeRow, ...]
    """Of the whole organisation, whatever unit is chosen."""
    uses: tuple[TypeUse, ...]
    """Those that most courses use first."""
    courses: int
    """Courses of which `uses` could count each."""
    score: float | None
    """Of the data of all sources together."""
    sources: tuple[SourceCheck, ...]
    """The worst first."""
    today: date
    freshness: Freshness
    chosen_unit: str | None = None
    late: float | None = None
    """% of what all sources sent as it happened that came too late; None where nothing did."""
    to_come: date | None = None
    """As in `InstitutionView`."""
    private: bool = False
    """There are running courses, and all of them are hidden."""
