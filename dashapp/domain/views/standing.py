"""How much a learner needs somebody, and the rules that say so."""

from dataclasses import dataclass
from enum import StrEnum

from dashapp.domain.audience import Comparison


class Level(StrEnum):
    """How much a learner needs somebody: by points over the thresholds of the course."""

    HELP = "help"
    WATCH = "watch"
    CALM = "calm"


class Rule(StrEnum):
    """The rules behind the level; `dashapp.domain.indicators.risk` defines them."""

    AWAY = "away"
    LITTLE_ACTIVITY = "little_activity"
    LOW_SCORE = "low_score"
    MISSED_DEADLINE = "missed_deadline"


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule with the learner's value, the limit it is held against, and its points (0: it does not apply).

    Values: AWAY teaching days · LITTLE_ACTIVITY % of the course median of the last full week · LOW_SCORE % ·
    MISSED_DEADLINE number of deadlines. None: the rule cannot speak yet.
    """

    rule: Rule
    value: float | None
    limit: float | None
    points: int
    comparison: Comparison = Comparison.SHOWN
    """Why a rule that compares with the course does not speak, where it would have something to go by."""
