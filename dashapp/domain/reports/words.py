"""What measures, dimensions, charts and the values of fixed dimensions are called: messages in English, translated by
`dashapp.words.reports` where they are shown."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dashapp.domain.events import Outcome
from dashapp.domain.indicators.dictionary.terms import N_
from dashapp.domain.reports.document import Bars, Chart
from dashapp.domain.reports.periods import Grain
from dashapp.domain.reports.questions import Dimension

MEASURE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "enrolled": N_("Enrolled learners"),
        "joined": N_("Joined a course"),
        "withdrawn": N_("Left a course"),
        "active_learners": N_("Active learners"),
        "share_active": N_("Share of learners active"),
        "events": N_("Events"),
        "minutes": N_("Time on task"),
        "sessions": N_("Sessions"),
        "score_median": N_("Median score"),
        "scores": N_("Learners with a score"),
        "handed_in": N_("Assignments due"),
        "share_on_time": N_("Handed in on time"),
        "progress_median": N_("Median progress"),
        "at_risk": N_("Learners who need help"),
        "completion": N_("Completion"),
    }
)
"""By key of the measure; with a unit, where it has one, only in the values."""

DIMENSION_WORDS: Final[Mapping[Dimension, str]] = MappingProxyType(
    {
        Dimension.UNIT: N_("Unit"),
        Dimension.COURSE: N_("Course"),
        Dimension.SECTION: N_("Section"),
        Dimension.ACTIVITY_TYPE: N_("Type of activity"),
        Dimension.ACTIVITY: N_("Assignment or quiz"),
        Dimension.WEEKDAY: N_("Weekday"),
        Dimension.HOUR: N_("Hour of the day"),
        Dimension.SCORE_BAND: N_("Score"),
        Dimension.HANDED_IN: N_("Handed in"),
        Dimension.OUTCOME: N_("Outcome"),
        Dimension.LEARNER: N_("Learner"),
    }
)

GRAIN_WORDS: Final[Mapping[Grain, str]] = MappingProxyType(
    {Grain.DAY: N_("Day"), Grain.WEEK: N_("Week"), Grain.MONTH: N_("Month")}
)

CHART_WORDS: Final[Mapping[Chart, str]] = MappingProxyType(
    {
        Chart.KPI: N_("Number"),
        Chart.LINE: N_("Lines"),
        Chart.AREA: N_("Area"),
        Chart.BAR: N_("Bars"),
        Chart.SCATTER: N_("Scatter"),
        Chart.HISTOGRAM: N_("Histogram"),
        Chart.BOX: N_("Box plot"),
        Chart.HEAT_MAP: N_("Heat map"),
        Chart.TREE_MAP: N_("Tree map"),
        Chart.FUNNEL: N_("Funnel"),
        Chart.SANKEY: N_("Flows"),
        Chart.TABLE: N_("Table"),
    }
)

BARS_WORDS: Final[Mapping[Bars, str]] = MappingProxyType(
    {Bars.GROUPED: N_("Side by side"), Bars.STACKED: N_("Stacked"), Bars.HORIZONTAL: N_("Lying")}
)

HANDED_IN_WORDS: Final = (N_("On time"), N_("Late"), N_("Missing"))
"""In the order in which they are shown."""

OUTCOME_WORDS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.DISTINCTION: N_("Distinction"),
        Outcome.PASS: N_("Pass"),
        Outcome.FAIL: N_("Fail"),
        Outcome.WITHDRAWN: N_("Withdrawn"),
    }
)

NO_UNIT: Final = N_("No unit")
BEFORE: Final = N_("{measure}, period before")
