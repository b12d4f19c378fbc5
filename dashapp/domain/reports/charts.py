"""Which answers a chart can show: how many measures, and what divides them."""

from collections.abc import Callable, Sequence
from typing import Final

from dashapp.domain.indicators.dictionary.terms import N_
from dashapp.domain.reports.document import Bars, Chart
from dashapp.domain.reports.measures import Measure
from dashapp.domain.reports.questions import Dimension, Question
from dashapp.domain.reports.reasons import Reason

OBSERVED: Final = frozenset({Dimension.LEARNER, Dimension.COURSE, Dimension.ACTIVITY})
"""Each value of these is one observation of a distribution."""
STRUCTURE: Final = frozenset({Dimension.UNIT, Dimension.COURSE, Dimension.SECTION})
STAGES: Final = frozenset({"enrolled", "active_learners", "scores", "at_risk"})
"""Counts of learners, of which one may be a part of another."""

Rule = Callable[[Question, Sequence[Measure]], Reason | None]


def why_not_drawn(question: Question, measures: Sequence[Measure], chart: Chart, bars: Bars) -> Reason | None:
    """Why a question that makes sense cannot be shown as this chart; None where it can."""
    if chart is Chart.BAR:
        return _bars(question, measures, bars)
    return _RULES[chart](question, measures)


def _parts(question: Question) -> int:
    """By how much it is divided, time included."""
    return sum(each is not None for each in (question.grain, question.split, question.across))


def _one_measure(measures: Sequence[Measure]) -> Reason | None:
    return None if len(measures) == 1 else Reason(N_("This chart shows one measure."))


def _one_unit(measures: Sequence[Measure]) -> Reason | None:
    if len({one.kind for one in measures}) > 1:
        return Reason(N_("Measures of different units do not share one axis: choose a table, or one measure."))
    return None


def _series(question: Question, measures: Sequence[Measure]) -> Reason | None:
    """Of what has an axis and one row of marks per series: either several measures, or a division, or the period
    before."""
    if question.with_before and _parts(question) > 1:
        return Reason(N_("The period before is shown beside one series: take the further division away."))
    if len(measures) > 1 and (_parts(question) > 1 or question.with_before):
        return Reason(N_("Several measures are shown without a further division and without the period before."))
    return _one_unit(measures)


def _number(question: Question, measures: Sequence[Measure]) -> Reason | None:
    return Reason(N_("A number is of everything: take time and divisions away.")) if _parts(question) else None


def _line(question: Question, measures: Sequence[Measure]) -> Reason | None:
    if question.grain is None:
        return Reason(N_("A line runs along time: choose days, weeks or months."))
    return _series(question, measures)


def _area(question: Question, measures: Sequence[Measure]) -> Reason | None:
    found = _line(question, measures) or _one_measure(measures)
    if found is None and question.with_before:
        return Reason(N_("Two areas would hide each other: choose a line for the period before."))
    if found is None and question.split is not None and not measures[0].adds_up:
        return _does_not_add_up(measures[0])
    return found


def _does_not_add_up(measure: Measure) -> Reason:
    return Reason(
        N_("Parts of “{measure}” do not add up to the whole, so they cannot be stacked."), measure=measure.key
    )


def _bars(question: Question, measures: Sequence[Measure], bars: Bars) -> Reason | None:
    if not 1 <= _parts(question) <= 2:
        return Reason(N_("Bars stand for time or for one or two divisions: choose one."))
    if bars is Bars.STACKED:
        return _stacked(question, measures)
    return _series(question, measures)


def _stacked(question: Question, measures: Sequence[Measure]) -> Reason | None:
    if _parts(question) != 2:
        return Reason(N_("Stacked bars need a further division."))
    return (
        _one_measure(measures)
        or _series(question, measures)
        or (None if measures[0].adds_up else _does_not_add_up(measures[0]))
    )


def _scatter(question: Question, measures: Sequence[Measure]) -> Reason | None:
    if len(measures) != 2:
        return Reason(N_("A scatter shows one measure against another: choose two."))
    if question.split is None or question.grain is not None or question.across is not None:
        return Reason(N_("Each dot stands for one value of one division: choose one, and no time."))
    return _without_before(question)


def _without_before(question: Question) -> Reason | None:
    if question.with_before:
        return Reason(N_("This chart has no room for the period before."))
    return None


def _histogram(question: Question, measures: Sequence[Measure]) -> Reason | None:
    found = _one_measure(measures) or _without_before(question)
    if found or question.grain is not None or question.across is not None:
        return found or Reason(N_("A histogram shows one distribution: take time and the second division away."))
    if question.split is Dimension.SCORE_BAND or question.split in OBSERVED:
        return None
    return Reason(N_("A histogram needs single values: divide by learner, course, assignment or score."))


def _box(question: Question, measures: Sequence[Measure]) -> Reason | None:
    found = _one_measure(measures) or _without_before(question)
    if found or question.grain is not None:
        return found or Reason(N_("A box plot has no time: choose none."))
    if question.split not in OBSERVED:
        return Reason(N_("A box plot needs single values: divide by learner, course or assignment."))
    if question.across is not None and question.across not in STRUCTURE:
        return Reason(N_("Boxes stand for units, courses or sections."))
    return None


def _heat(question: Question, measures: Sequence[Measure]) -> Reason | None:
    if _parts(question) != 2:
        return Reason(N_("A heat map has two sides: choose time and a division, or two divisions."))
    return _one_measure(measures) or _without_before(question)


def _tree(question: Question, measures: Sequence[Measure]) -> Reason | None:
    if question.split is None or question.grain is not None:
        return Reason(N_("A tree map shows parts of a whole: choose a division, and no time."))
    found = _one_measure(measures) or _without_before(question)
    return found or (None if measures[0].adds_up else _does_not_add_up(measures[0]))


def _funnel(question: Question, measures: Sequence[Measure]) -> Reason | None:
    if _parts(question) or question.with_before:
        return Reason(N_("A funnel shows numbers of everybody: take time, divisions and the period before away."))
    if len(measures) < 2 or any(one.key not in STAGES for one in measures):
        return Reason(N_("A funnel shows two or more counts of learners, such as enrolled and active."))
    return None


def _flows(question: Question, measures: Sequence[Measure]) -> Reason | None:
    if question.across is None or question.grain is not None:
        return Reason(N_("Flows run from one division to another: choose two, and no time."))
    found = _one_measure(measures) or _without_before(question)
    return found or (None if measures[0].adds_up else _does_not_add_up(measures[0]))


def _table(_question: Question, _measures: Sequence[Measure]) -> Reason | None:
    return None


_RULES: Final[dict[Chart, Rule]] = {
    Chart.KPI: _number,
    Chart.LINE: _line,
    Chart.AREA: _area,
    Chart.SCATTER: _scatter,
    Chart.HISTOGRAM: _histogram,
    Chart.BOX: _box,
    Chart.HEAT_MAP: _heat,
    Chart.TREE_MAP: _tree,
    Chart.FUNNEL: _funnel,
    Chart.SANKEY: _flows,
    Chart.TABLE: _table,
}
