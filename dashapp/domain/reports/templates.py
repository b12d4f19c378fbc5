"""Reports to begin with. Messages in English, translated when a report is made of one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import uuid4

from dashapp.domain.audience import Audience
from dashapp.domain.indicators.dictionary.terms import N_
from dashapp.domain.reports.document import Block, Chart, Data, Heading, Orientation, PageBreak, Report, Text
from dashapp.domain.reports.palette import NOBODY, OFFERS, number_of
from dashapp.domain.reports.periods import Grain, Moving, Unit
from dashapp.domain.reports.questions import Dimension, Question
from dashapp.domain.reports.sense import why_not

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Template:
    """One of them. `parts`: keys of the palette, or blocks whose texts are messages."""

    key: str
    title: str
    about: str
    """For which occasion, in a sentence."""
    parts: tuple[str | Block, ...]
    orientation: Orientation = Orientation.PORTRAIT

    def blocks(self) -> tuple[Block, ...]:
        """Its blocks; those of the palette have their questions for titles."""
        return tuple(self._titled(part) if isinstance(part, str) else part for part in self.parts)

    @staticmethod
    def _titled(key: str) -> Block:
        offer = OFFERS[key]
        return offer.block.model_copy(update={"title": offer.title})


def for_audience(audience: Audience) -> tuple[Template, ...]:
    """Those of which every block makes sense for a reader."""
    return tuple(each for each in TEMPLATES.values() if all(_makes_sense(one, audience) for one in each.blocks()))


def report_of(template: Template, say: Say, locale: str, zone: str) -> Report:
    """A new report. `say` translates a message."""
    blocks = tuple(_said(block, say) for block in template.blocks())
    return Report(
        title=say(template.title), locale=locale, time_zone=zone, orientation=template.orientation, blocks=blocks
    )


def _makes_sense(block: Block, audience: Audience) -> bool:
    return not isinstance(block, Data) or why_not(block.question, block.chart, audience, block.bars) is None


def _said(block: Block, say: Say) -> Block:
    told: dict[str, object] = {"id": uuid4()}
    if isinstance(block, Data) and block.title:
        told["title"] = say(block.title)
    if isinstance(block, (Heading, Text)) and block.text:
        told["text"] = say(block.text)
    return block.model_copy(update=told)


def _heading(text: str) -> Heading:
    return Heading(id=NOBODY, text=text, level=2)


def _text(text: str) -> Text:
    return Text(id=NOBODY, text=text)


_BREAK: Final = PageBreak(id=NOBODY)
_NUMBERS: Final = (number_of("enrolled"), number_of("active_learners"), number_of("share_on_time"))
_WEEK_NUMBERS: Final = (number_of("active_learners"), number_of("minutes"), number_of("sessions"))
_BY_UNIT: Final = (
    Data(
        id=NOBODY,
        chart=Chart.LINE,
        title=N_("Which faculties are active?"),
        question=Question(measures=("share_active",), grain=Grain.WEEK, split=Dimension.UNIT, period=Moving(count=12)),
    ),
    Data(
        id=NOBODY,
        chart=Chart.TABLE,
        title=N_("How do faculties compare?"),
        question=Question(
            measures=("enrolled", "share_active", "score_median", "at_risk"),
            split=Dimension.UNIT,
            period=Moving(count=4),
        ),
    ),
)
_BY_MONTH: Final = Data(
    id=NOBODY,
    chart=Chart.BAR,
    title=N_("How many are active each month?"),
    question=Question(
        measures=("active_learners",), grain=Grain.MONTH, period=Moving(count=6, unit=Unit.MONTH), with_before=True
    ),
)
_TEMPLATES: Final = (
    Template(
        "weekly_courses",
        N_("Weekly course report"),
        N_("Every Monday: who was active, what was handed in, where help is needed."),
        (
            _text(N_("The last whole week, beside the one before.")),
            *(number_of(key) for key in ("enrolled", "active_learners", "share_active")),
            "who_is_active",
            "score_by_course",
            "handed_in",
            "who_needs_help",
        ),
    ),
    Template(
        "own_class",
        N_("My class this week"),
        N_("For a lesson plan: activity by day, assignments, and who has done least."),
        (*_WEEK_NUMBERS, "active_over_time", "which_days", "assignments", "least_active"),
    ),
    Template(
        "support",
        N_("Who needs support"),
        N_("For a talk with advisers: where learners need help and how active they are."),
        (number_of("at_risk"), number_of("share_active"), number_of("score_median"), "who_needs_help", "who_is_active"),
    ),
    Template(
        "by_name",
        N_("Learners by name"),
        N_("For staff of a course: time, activity and score of each learner."),
        ("least_active", "time_and_score"),
        Orientation.LANDSCAPE,
    ),
    Template(
        "assignments",
        N_("Assignments and deadlines"),
        N_("After a deadline: what came on time, late or not at all."),
        (number_of("share_on_time"), number_of("handed_in"), number_of("scores"), "handed_in", "assignments"),
    ),
    Template(
        "deadlines_by_course",
        N_("Deadlines across courses"),
        N_("Which courses receive their work on time."),
        ("handed_in", "score_by_course", "courses_in_figures"),
    ),
    Template(
        "scores",
        N_("Scores so far"),
        N_("At mid-term: how scores are spread, and how courses compare."),
        (*(number_of(key) for key in ("score_median", "scores", "progress_median")), "score_spread", "score_by_course"),
    ),
    Template(
        "activity",
        N_("Activity over the term"),
        N_("When and how long learners work."),
        (*_WEEK_NUMBERS, "active_over_time", "how_long", "who_is_active"),
    ),
    Template(
        "rhythm",
        N_("Days and hours of study"),
        N_("To set office hours and deadlines: when learners are there."),
        ("which_hours", "which_days", "what_is_used"),
    ),
    Template(
        "enrolment",
        N_("Enrolment and withdrawals"),
        N_("For the faculty board: who joins, who leaves, how far they get."),
        (number_of("enrolled"), number_of("joined"), number_of("withdrawn"), "how_many_stay", "stages"),
    ),
    Template(
        "completion",
        N_("Completion of courses"),
        N_("At the end of a term: how learners finished, course by course."),
        (number_of("completion"), number_of("enrolled"), number_of("withdrawn"), "how_it_ended", "courses_in_figures"),
    ),
    Template(
        "faculties",
        N_("Faculties side by side"),
        N_("For deans: activity, scores and need for help by faculty or department."),
        (number_of("enrolled"), number_of("share_active"), number_of("at_risk"), *_BY_UNIT),
    ),
    Template(
        "months",
        N_("Month by month"),
        N_("For a yearly report: activity in whole months, and who joined and left."),
        (number_of("enrolled"), number_of("joined"), number_of("withdrawn"), _BY_MONTH, "courses_in_figures"),
    ),
    Template(
        "board",
        N_("Report for the board"),
        N_("Two pages for a meeting: the figures that matter, and where trouble is."),
        (
            *_NUMBERS,
            "active_over_time",
            "how_many_stay",
            _BREAK,
            _heading(N_("Where trouble is")),
            "who_needs_help",
            "courses_in_figures",
        ),
    ),
)

TEMPLATES: Final[Mapping[str, Template]] = MappingProxyType({each.key: each for each in _TEMPLATES})
"""By key."""
