"""What became of the learners whom the rules listed some weeks before."""

from dataclasses import dataclass
from datetime import date

from dashapp.domain.indicators.looking_back import Now
from dashapp.domain.views.freshness import Freshness
from dashapp.domain.views.standing import Level


@dataclass(frozen=True, slots=True)
class LookBackRow:
    """The learners who were on one level then."""

    level: Level
    learners: int
    gone: int
    """Who has left the course since, or has not passed it."""
    listed: int
    """Who needs help or is to watch now; of a course that is over: who has passed it."""

    @property
    def others(self) -> int:
        """All the rest."""
        return self.learners - self.gone - self.listed


@dataclass(frozen=True, slots=True)
class LookBack:
    """A list of some weeks before, held against what is known now."""

    then: date | None
    """The Monday as of which it is made again; None: teaching has not gone on for long enough."""
    weeks: int
    """How many weeks lie between the two."""
    now: Now
    rows: tuple[LookBackRow, ...]
    """Needs help, watch, on course; empty where no rule spoke then."""
    freshness: Freshness
