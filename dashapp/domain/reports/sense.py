"""Which questions make sense, for whom and as which chart, and why another one does not.

The builder offers what is said to make sense here, and the reader refuses everything else, by the same words: what
comes from a browser may be anything.
"""

from typing import Final

from dashapp.domain.audience import Audience
from dashapp.domain.indicators.dictionary.terms import N_
from dashapp.domain.reports.charts import why_not_drawn
from dashapp.domain.reports.document import Bars, Chart
from dashapp.domain.reports.measures import MEASURES, Measure
from dashapp.domain.reports.periods import Grain
from dashapp.domain.reports.questions import Dimension, Question
from dashapp.domain.reports.reasons import Reason

__all__ = ["Reason", "why_not"]

GROUPED_DIMENSIONS: Final = frozenset(
    {Dimension.UNIT, Dimension.COURSE, Dimension.HANDED_IN, Dimension.SCORE_BAND, Dimension.OUTCOME}
)
"""By what figures may be divided for who sees groups only: unit, course, and how something ended there."""
WORK: Final = frozenset({"handed_in", "share_on_time"})
MIXED: Final = (
    {Dimension.HOUR, Dimension.ACTIVITY_TYPE},
    {Dimension.HOUR, Dimension.LEARNER},
    {Dimension.HOUR, Dimension.SECTION},
    {Dimension.ACTIVITY_TYPE, Dimension.LEARNER},
)
"""What is not recorded together, or would be more than anybody reads."""


def why_not(question: Question, chart: Chart | None, audience: Audience, bars: Bars = Bars.GROUPED) -> Reason | None:
    """Why a question makes no sense, or not as this chart (None: as a table of any form); None where it does."""
    measures = [MEASURES[key] for key in question.measures if key in MEASURES]
    if len(measures) < len(question.measures):
        return Reason(N_("A measure that this block names does not exist any more."))
    found = _of_measures(question, measures) or _of_choice(question, measures)
    if found is None and audience is Audience.AGGREGATE:
        found = _for_groups(question, measures)
    elif found is None and audience is not Audience.NAMED:
        found = Reason(N_("Reports are for staff of courses and for administrators."))
    if found is None and chart is not None:
        found = why_not_drawn(question, measures, chart, bars)
    return found or _of_order(question)


# ------------------------------------------------------------------ whoever asks


def _dimensions(question: Question) -> list[Dimension]:
    return [each for each in (question.split, question.across) if each is not None]


def _of_measures(question: Question, measures: list[Measure]) -> Reason | None:
    if len(set(question.measures)) < len(question.measures):
        return Reason(N_("The same measure is asked for twice."))
    if question.across is not None and question.split is None:
        return Reason(N_("A second division needs a first one."))
    if question.split is not None and question.split is question.across:
        return Reason(N_("Both divisions are the same."))
    for one in measures:
        for dimension in _dimensions(question):
            if dimension not in one.dimensions:
                return Reason(
                    N_("“{measure}” cannot be divided by “{dimension}”."), measure=one.key, dimension=dimension
                )
        if question.grain is not None and not one.grains:
            return Reason(N_("“{measure}” is told as of now only, so it cannot be divided by time."), measure=one.key)
        if question.with_before and not one.grains:
            return Reason(N_("“{measure}” is told as of now only, so there is no period before it."), measure=one.key)
    pair = set(_dimensions(question))
    if pair in MIXED:
        return Reason(N_("These two divisions cannot be combined."))
    return _of_time(question)


def _of_time(question: Question) -> Reason | None:
    pair = _dimensions(question)
    if question.grain is not None and len(pair) == 2:
        return Reason(N_("With time there is room for one further division only."))
    if question.grain is Grain.DAY and Dimension.WEEKDAY in pair:
        return Reason(N_("Each day is one weekday: choose weeks or months, or no time."))
    if question.grain is Grain.DAY and Dimension.LEARNER in pair:
        return Reason(N_("Learners by day are too many figures: choose weeks or months."))
    return None


def _of_choice(question: Question, measures: list[Measure]) -> Reason | None:
    choice = question.choice
    for one in measures:
        if choice.activity_types and not one.by_type:
            return Reason(
                N_("“{measure}” is not told apart by types of activity: take that choice away."), measure=one.key
            )
        if choice.sections and Dimension.SECTION not in one.dimensions:
            return Reason(N_("“{measure}” is of whole courses, not of sections."), measure=one.key)
    if choice.sections and Dimension.HOUR in _dimensions(question):
        return Reason(N_("Hours are counted for whole courses, not for sections."))
    if choice.activity_types and Dimension.HOUR in _dimensions(question):
        return Reason(N_("Hours are not told apart by types of activity."))
    return None


def _of_order(question: Question) -> Reason | None:
    if question.order is None:
        return None
    keys = {*question.measures, *(each.value for each in _dimensions(question))}
    keys |= {f"{key}_before" for key in question.measures} if question.with_before else set()
    keys |= {question.grain.value} if question.grain else set()
    return None if question.order.by in keys else Reason(N_("It is ordered by a column that it does not have."))


# ------------------------------------------------------------------ who sees groups only


def _for_groups(question: Question, measures: list[Measure]) -> Reason | None:
    dimensions, choice = _dimensions(question), question.choice
    for each in dimensions:
        if each is Dimension.LEARNER:
            return Reason(N_("Single learners are seen by staff of their courses only."))
        if each not in GROUPED_DIMENSIONS:
            return Reason(
                N_("“{dimension}” makes groups so small that they would tell of single learners."), dimension=each
            )
    if question.grain is Grain.DAY:
        return Reason(N_("Single days would tell of single learners: choose weeks or months."))
    if choice.sections:
        return Reason(N_("Sections are seen by staff of their courses only."))
    if choice.activity_types:
        return Reason(N_("Types of activity make groups so small that they would tell of single learners."))
    for one in measures:
        if one.key in WORK and (question.grain is not None or question.with_before):
            return Reason(
                N_("In some weeks “{measure}” would tell of single learners: it is told as of now only."),
                measure=one.key,
            )
    return _of_sums(question)


def _of_sums(question: Question) -> Reason | None:
    """Free sums of courses could be taken from one another: only organisation, units and courses have totals."""
    choice = question.choice
    if choice.units and choice.courses:
        return Reason(N_("Choose units or courses, not both."))
    by_course = Dimension.COURSE in _dimensions(question)
    by_unit = Dimension.UNIT in _dimensions(question)
    if by_course:
        return None
    if choice.courses and by_unit:
        return Reason(N_("Totals of units are of all their courses: take the choice of courses away."))
    if len(choice.courses) > 1:
        return Reason(N_("Sums of chosen courses could tell of single learners: divide by course, or choose one."))
    if len(choice.units) > 1 and not by_unit:
        return Reason(N_("Sums of chosen units could tell of single learners: divide by unit, or choose one."))
    return None
