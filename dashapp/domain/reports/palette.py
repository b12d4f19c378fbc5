"""What the builder offers to begin with: questions that people ask, each with a chart that answers it well, and the
plain parts of a page. Messages in English, translated where they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from dashapp.domain.audience import Audience
from dashapp.domain.indicators.dictionary.terms import N_
from dashapp.domain.reports.document import Bars, Block, Chart, Data, Heading, PageBreak, Text, Width
from dashapp.domain.reports.measures import MEASURES
from dashapp.domain.reports.periods import Grain, Moving, Unit
from dashapp.domain.reports.questions import Dimension, Order, Question
from dashapp.domain.reports.sense import why_not

NOBODY: Final = UUID(int=0)
"""The id of a block that stands in no report yet."""
WEEKS: Final = Moving(count=12)
MONTH: Final = Moving(count=4)


class Group(StrEnum):
    """Under which heading a question stands."""

    ACTIVITY = "activity"
    SCORES = "scores"
    HELP = "help"
    COURSE = "course"
    PAGE = "page"


GROUP_WORDS: Final[Mapping[Group, str]] = MappingProxyType(
    {
        Group.ACTIVITY: N_("Activity"),
        Group.SCORES: N_("Scores"),
        Group.HELP: N_("Help"),
        Group.COURSE: N_("Course"),
        Group.PAGE: N_("Page"),
    }
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry of the palette."""

    key: str
    group: Group
    title: str
    block: Block
    """Ready to be put into a report, but for its id."""


def fits(offer: Offer, audience: Audience) -> bool:
    """Whether it makes sense for a reader: what is asked by name is for who sees names."""
    block = offer.block
    return not isinstance(block, Data) or why_not(block.question, block.chart, audience, block.bars) is None


def number_of(measure: str) -> Data:
    """One value of a measure, of the last whole week, beside the one before where that may be told to everybody."""
    compared = bool(MEASURES[measure].grains) and MEASURES[measure].metric != "punctuality"
    question = Question(measures=(measure,), period=Moving(count=1), with_before=compared)
    return Data(id=NOBODY, chart=Chart.KPI, question=question, width=Width.THIRD)


_BY_COURSE: Final = Dimension.COURSE
_OFFERS: Final = (
    Offer(
        "who_is_active",
        Group.ACTIVITY,
        N_("Who is active?"),
        Data(
            id=NOBODY,
            chart=Chart.LINE,
            question=Question(measures=("share_active",), grain=Grain.WEEK, split=_BY_COURSE, period=WEEKS),
        ),
    ),
    Offer(
        "active_over_time",
        Group.ACTIVITY,
        N_("How many are active each week?"),
        Data(
            id=NOBODY,
            chart=Chart.LINE,
            question=Question(measures=("active_learners",), grain=Grain.WEEK, period=WEEKS, with_before=True),
        ),
    ),
    Offer(
        "which_days",
        Group.ACTIVITY,
        N_("On which days do they work?"),
        Data(
            id=NOBODY,
            chart=Chart.HEAT_MAP,
            question=Question(measures=("active_learners",), grain=Grain.WEEK, split=Dimension.WEEKDAY, period=WEEKS),
        ),
    ),
    Offer(
        "which_hours",
        Group.ACTIVITY,
        N_("On which days and hours?"),
        Data(
            id=NOBODY,
            chart=Chart.HEAT_MAP,
            question=Question(
                measures=("events",), split=Dimension.WEEKDAY, across=Dimension.HOUR, period=Moving(count=4)
            ),
        ),
    ),
    Offer(
        "how_long",
        Group.ACTIVITY,
        N_("How long do they work?"),
        Data(
            id=NOBODY,
            chart=Chart.BAR,
            question=Question(measures=("minutes",), grain=Grain.WEEK, period=WEEKS),
        ),
    ),
    Offer(
        "what_is_used",
        Group.ACTIVITY,
        N_("What do they use?"),
        Data(
            id=NOBODY,
            chart=Chart.BAR,
            bars=Bars.HORIZONTAL,
            question=Question(measures=("events",), split=Dimension.ACTIVITY_TYPE, period=MONTH),
            width=Width.HALF,
        ),
    ),
    Offer(
        "score_spread",
        Group.SCORES,
        N_("How are the scores spread?"),
        Data(
            id=NOBODY,
            chart=Chart.HISTOGRAM,
            question=Question(measures=("scores",), split=Dimension.SCORE_BAND, period=WEEKS),
            width=Width.HALF,
        ),
    ),
    Offer(
        "score_by_course",
        Group.SCORES,
        N_("How do courses score?"),
        Data(
            id=NOBODY,
            chart=Chart.BAR,
            bars=Bars.HORIZONTAL,
            question=Question(measures=("score_median",), split=_BY_COURSE, period=WEEKS),
            width=Width.HALF,
        ),
    ),
    Offer(
        "handed_in",
        Group.SCORES,
        N_("What was handed in?"),
        Data(
            id=NOBODY,
            chart=Chart.BAR,
            bars=Bars.STACKED,
            question=Question(measures=("handed_in",), split=_BY_COURSE, across=Dimension.HANDED_IN, period=WEEKS),
            width=Width.HALF,
        ),
    ),
    Offer(
        "assignments",
        Group.SCORES,
        N_("Which assignments are late or missing?"),
        Data(
            id=NOBODY,
            chart=Chart.BAR,
            bars=Bars.STACKED,
            question=Question(
                measures=("handed_in",), split=Dimension.ACTIVITY, across=Dimension.HANDED_IN, period=WEEKS, limit=20
            ),
        ),
    ),
    Offer(
        "time_and_score",
        Group.SCORES,
        N_("Time against score"),
        Data(
            id=NOBODY,
            chart=Chart.SCATTER,
            question=Question(measures=("minutes", "score_median"), split=Dimension.LEARNER, period=WEEKS),
        ),
    ),
    Offer(
        "time_and_score_by_course",
        Group.SCORES,
        N_("Activity against score, by course"),
        Data(
            id=NOBODY,
            chart=Chart.SCATTER,
            question=Question(measures=("share_active", "score_median"), split=_BY_COURSE, period=WEEKS),
            width=Width.HALF,
        ),
    ),
    Offer(
        "who_needs_help",
        Group.HELP,
        N_("Where do learners need help?"),
        Data(
            id=NOBODY,
            chart=Chart.BAR,
            bars=Bars.HORIZONTAL,
            question=Question(
                measures=("at_risk",), split=_BY_COURSE, period=MONTH, order=Order(by="at_risk"), limit=20
            ),
        ),
    ),
    Offer(
        "least_active",
        Group.HELP,
        N_("Who has done least?"),
        Data(
            id=NOBODY,
            chart=Chart.TABLE,
            question=Question(
                measures=("minutes", "events", "score_median"),
                split=Dimension.LEARNER,
                period=MONTH,
                order=Order(by="events", descending=False),
                limit=25,
            ),
        ),
    ),
    Offer(
        "how_many_stay",
        Group.COURSE,
        N_("How many join and leave?"),
        Data(
            id=NOBODY,
            chart=Chart.BAR,
            question=Question(measures=("joined", "withdrawn"), grain=Grain.WEEK, period=WEEKS),
        ),
    ),
    Offer(
        "how_it_ended",
        Group.COURSE,
        N_("How did they finish?"),
        Data(
            id=NOBODY,
            chart=Chart.BAR,
            question=Question(
                measures=("completion",),
                split=_BY_COURSE,
                across=Dimension.OUTCOME,
                period=Moving(count=12, unit=Unit.MONTH),
            ),
        ),
    ),
    Offer(
        "courses_in_figures",
        Group.COURSE,
        N_("How do the courses compare?"),
        Data(
            id=NOBODY,
            chart=Chart.TABLE,
            question=Question(
                measures=("enrolled", "share_active", "score_median", "at_risk"), split=_BY_COURSE, period=MONTH
            ),
        ),
    ),
    Offer(
        "stages",
        Group.COURSE,
        N_("How many get that far?"),
        Data(
            id=NOBODY,
            chart=Chart.FUNNEL,
            question=Question(measures=("enrolled", "active_learners", "scores"), period=WEEKS),
            width=Width.HALF,
        ),
    ),
    Offer("number", Group.PAGE, N_("One value"), number_of("active_learners")),
    Offer("heading", Group.PAGE, N_("Heading"), Heading(id=NOBODY)),
    Offer("text", Group.PAGE, N_("Text"), Text(id=NOBODY)),
    Offer(
        "table",
        Group.PAGE,
        N_("Table"),
        Data(
            id=NOBODY,
            chart=Chart.TABLE,
            question=Question(measures=("active_learners", "minutes"), split=_BY_COURSE, period=MONTH),
        ),
    ),
    Offer("page_break", Group.PAGE, N_("New page"), PageBreak(id=NOBODY)),
)

OFFERS: Final[Mapping[str, Offer]] = MappingProxyType({each.key: each for each in _OFFERS})
"""By key, in the order of the palette."""
