"""What reports measure: which metric of the dictionary, in what kind of figure, by what it can be divided."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dashapp.domain.reports.answers import ColumnKind
from dashapp.domain.reports.periods import Grain
from dashapp.domain.reports.questions import Dimension

_STRUCTURE: Final = frozenset({Dimension.UNIT, Dimension.COURSE, Dimension.SECTION, Dimension.LEARNER})
_ACTIVITY: Final = _STRUCTURE | {Dimension.ACTIVITY_TYPE, Dimension.WEEKDAY}
_WORK: Final = _STRUCTURE | {Dimension.ACTIVITY}
_GRAINS: Final = frozenset(Grain)
_NO_TIME: Final[frozenset[Grain]] = frozenset()


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure."""

    key: str
    metric: str
    """The metric of the dictionary whose definition holds."""
    kind: ColumnKind
    dimensions: frozenset[Dimension]
    grains: frozenset[Grain]
    """How time can divide it; none for what is true at the end of the period only."""
    adds_up: bool = False
    """Whether parts add up to the whole, so that bars may be stacked; distinct people never do."""


_ALL: Final = (
    Measure("enrolled", "enrolled", ColumnKind.COUNT, _STRUCTURE, _GRAINS),
    Measure("joined", "enrolled", ColumnKind.COUNT, _STRUCTURE, _GRAINS, adds_up=True),
    Measure("withdrawn", "withdrawals", ColumnKind.COUNT, _STRUCTURE, _GRAINS, adds_up=True),
    Measure("active_learners", "active_7", ColumnKind.COUNT, _ACTIVITY, _GRAINS),
    Measure("share_active", "active_7", ColumnKind.PERCENT, _ACTIVITY, _GRAINS),
    Measure("events", "events", ColumnKind.COUNT, _ACTIVITY | {Dimension.HOUR}, _GRAINS, adds_up=True),
    Measure("minutes", "time_on_task", ColumnKind.MINUTES, _ACTIVITY, _GRAINS, adds_up=True),
    Measure("sessions", "sessions", ColumnKind.COUNT, _STRUCTURE, _GRAINS, adds_up=True),
    Measure("score_median", "score", ColumnKind.PERCENT, _WORK, _NO_TIME),
    Measure("scores", "score", ColumnKind.COUNT, _WORK | {Dimension.SCORE_BAND}, _NO_TIME, adds_up=True),
    Measure("handed_in", "punctuality", ColumnKind.COUNT, _WORK | {Dimension.HANDED_IN}, _GRAINS, adds_up=True),
    Measure("share_on_time", "punctuality", ColumnKind.PERCENT, _WORK, _GRAINS),
    Measure("progress_median", "progress", ColumnKind.PERCENT, _STRUCTURE, _NO_TIME),
    Measure("at_risk", "at_risk", ColumnKind.COUNT, _STRUCTURE, _NO_TIME, adds_up=True),
    Measure("completion", "completion", ColumnKind.PERCENT, _STRUCTURE | {Dimension.OUTCOME}, _NO_TIME),
)

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType({each.key: each for each in _ALL})
"""By key."""
