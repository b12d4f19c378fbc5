"""What an institution page shows."""

from dataclasses import dataclass, field
from datetime import date

from dashapp.domain.keys import PublicId
from dashapp.domain.views.activity import Day
from dashapp.domain.views.freshness import Freshness


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One course in the institution's comparison; figures are None where `hidden`."""

    public_id: PublicId
    code: str
    title: str
    unit: str
    enrolled: int | None
    active_7: int | None
    active_7_before: int | None
    events_7: int | None
    weeks: tuple[int, ...] = field(default=())
    """Events per week over `InstitutionView.week_starts`."""
    score_median: float | None = None
    score_quartile_1: float | None = None
    score_quartile_3: float | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class InstitutionView:
    """Everything on an institution page."""

    name: str
    units: tuple[str, ...]
    chosen_unit: str | None
    enrolled: int | None
    active_7: int | None
    active_7_before: int | None
    events_7: int
    events_7_before: int
    courses: tuple[CourseRow, ...]
    week_starts: tuple[date, ...]
    days: tuple[Day, ...]
    today: date
    freshness: Freshness
    hidden: bool = False
    """The chosen unit is too small, or would give a smaller one away: its totals are not shown."""
    first: date | None = None
    """The first day of the whole weeks shown."""
    last: date | None = None
