"""What reports measure: which metric of the dictionary, in what kind of figure, by what it can be divided."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dashapp.domain.reports.answers import ColumnKind
from dashapp.domain.reports.periods import Grain
from dashapp.domain.reports.questions import Dimension

_COURSES: Final = frozenset({Dimension.UNIT, Dimension.COURSE})
_SECTIONS: Final = _COURSES | {Dimension.SECTION}
_LEARNERS: Final = _SECTIONS | {Dimension.LEARNER}
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
    """How time can divide it; none for what is told as of now only, whatever the period."""
    adds_up: bool = False
    """Whether parts add up to the whole, so that bars may be stacked; distinct people never do."""
    by_type: bool = False
    """Whether it can be of some types of activity only."""


_ALL: Final = (
    Measure("enrolled", "enrolled", ColumnKind.COUNT, _SECTIONS, _GRAINS),
    Measure("joined", "enrolled", ColumnKind.COUNT, _COURSES, _GRAINS, adds_up=True),
    Measure("withdrawn", "withdrawals", ColumnKind.COUNT, _COURSES, _GRAINS, adds_up=True),
    Measure(
        "active_learners",
        "active_learners_of_a_day",
        ColumnKind.COUNT,
        _SECTIONS | {Dimension.ACTIVITY_TYPE, Dimension.WEEKDAY},
        _GRAINS,
        by_type=True,
    ),
    Measure(
        "share_active",
        "active_learners_of_a_day",
        ColumnKind.PERCENT,
        _SECTIONS | {Dimension.ACTIVITY_TYPE, Dimension.WEEKDAY},
        _GRAINS,
        by_type=True,
    ),
    Measure(
        "events",
        "events",
        ColumnKind.COUNT,
        _LEARNERS | {Dimension.ACTIVITY_TYPE, Dimension.WEEKDAY, Dimension.HOUR},
        _GRAINS,
        adds_up=True,
        by_type=True,
    ),
    Measure("minutes", "time_on_task", ColumnKind.MINUTES, _LEARNERS | {Dimension.WEEKDAY}, _GRAINS),
    Measure("sessions", "sessions", ColumnKind.COUNT, _LEARNERS | {Dimension.WEEKDAY}, _GRAINS),
    Measure("score_median", "score", ColumnKind.PERCENT, _LEARNERS | {Dimension.ACTIVITY}, _NO_TIME),
    Measure(
        "scores",
        "score",
        ColumnKind.COUNT,
        _SECTIONS | {Dimension.ACTIVITY, Dimension.SCORE_BAND},
        _NO_TIME,
        adds_up=True,
    ),
    Measure(
        "handed_in",
        "punctuality",
        ColumnKind.COUNT,
        _LEARNERS | {Dimension.ACTIVITY, Dimension.HANDED_IN},
        _GRAINS,
        adds_up=True,
    ),
    Measure("share_on_time", "punctuality", ColumnKind.PERCENT, _LEARNERS | {Dimension.ACTIVITY}, _GRAINS),
    Measure("progress_median", "progress", ColumnKind.PERCENT, _LEARNERS, _NO_TIME),
    Measure("at_risk", "at_risk", ColumnKind.COUNT, _LEARNERS, _NO_TIME, adds_up=True),
    Measure("completion", "completion", ColumnKind.PERCENT, _COURSES | {Dimension.OUTCOME}, _NO_TIME),
)

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType({each.key: each for each in _ALL})
"""By key."""
