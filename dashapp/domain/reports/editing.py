"""What can be changed of a block, one choice at a time: each choice with the change that it makes, or why it makes no
sense.

A choice brings along what has to change with it: who divides a number by week gets a line, who takes a measure without
a time gets a chart without one. So whatever is chosen is a block that makes sense, and a step that can be undone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dashapp.domain.audience import Audience
from dashapp.domain.reports.document import Bars, Chart, Data
from dashapp.domain.reports.measures import MEASURES, Measure
from dashapp.domain.reports.periods import Grain
from dashapp.domain.reports.questions import MOST_MEASURES, Choice, Dimension, Question
from dashapp.domain.reports.reasons import Reason
from dashapp.domain.reports.sense import why_not

PREFERRED: Final = (Chart.KPI, Chart.LINE, Chart.BAR, Chart.HEAT_MAP, Chart.TABLE)
"""In place of a chart that a new question does not fit into: the first one that it fits into."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a control. Exactly one of `block` and `why_not` is there."""

    value: str
    """Of an enum, a key of a measure, or "" for nothing."""
    block: Data | None
    """The block after the choice."""
    why_not: Reason | None


@dataclass(frozen=True, slots=True)
class Options:
    """All choices that depend on one another, by control."""

    measures: tuple[Option, ...]
    """One of each metric, the present one in the form that it has."""
    forms: tuple[Option, ...]
    """The other measures of the same metric: as a number, as a share."""
    further: tuple[Option, ...]
    """A measure beside the others; a present one but the first is taken away again."""
    grains: tuple[Option, ...]
    splits: tuple[Option, ...]
    acrosses: tuple[Option, ...]
    before: tuple[Option, ...]
    charts: tuple[Option, ...]
    bars: tuple[Option, ...]


def options_of(block: Data, audience: Audience) -> Options:
    """What the inspector offers. The block's first measure has to be there."""
    asked = block.question
    change = _Changes(block, audience)
    return Options(
        measures=tuple(change.to(key, _with_measure(asked, key)) for key in _one_of_each(asked)),
        forms=tuple(change.to(key, _with_measure(asked, key)) for key in _same_metric(asked.measures[0])),
        further=tuple(change.to(key, _with_further(asked, key)) for key in MEASURES if key != asked.measures[0]),
        grains=tuple(change.to(each or "", _updated(asked, grain=each)) for each in (None, *Grain)),
        splits=tuple(change.to(each or "", _with_split(asked, each)) for each in (None, *Dimension)),
        acrosses=tuple(change.to(each or "", _updated(asked, across=each)) for each in (None, *Dimension)),
        before=tuple(change.to("before" if each else "", _updated(asked, with_before=each)) for each in (False, True)),
        charts=tuple(change.drawn(each) for each in Chart),
        bars=tuple(change.standing(each) for each in Bars),
    )


def changes(before: Data, after: Data) -> dict[str, Any]:
    """What differs, in the words of the document; of the question only the parts that differ."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    found = {name: value for name, value in new.items() if name != "question" and value != old[name]}
    question = {name: value for name, value in new["question"].items() if value != old["question"][name]}
    return {**found, **({"question": question} if question else {})}


@dataclass(frozen=True, slots=True)
class _Changes:
    block: Data
    audience: Audience

    def to(self, value: str, question: Question) -> Option:
        """The choice of another question: with this chart, or the nearest that shows it."""
        reason = self._why_not(question, self.block.chart, self.block.bars)
        if reason is None:
            return Option(value, self._changed(question=question), None)
        for asked in _simpler(question, self.block.question):
            for chart, bars in self._charts():
                if self._why_not(asked, chart, bars) is None:
                    return Option(value, self._changed(question=asked, chart=chart, bars=bars), None)
        # Which of them stands in the way is said without the chart, where it is not the chart's fault.
        return Option(value, None, why_not(question, None, self.audience) or reason)

    def drawn(self, chart: Chart) -> Option:
        """The choice of another chart for the same question."""
        for bars in dict.fromkeys((self.block.bars, *Bars)):
            if self._why_not(self.block.question, chart, bars) is None:
                return Option(chart, self._changed(chart=chart, bars=bars), None)
        return Option(chart, None, self._why_not(self.block.question, chart, self.block.bars))

    def standing(self, bars: Bars) -> Option:
        """The choice of how bars stand."""
        reason = self._why_not(self.block.question, Chart.BAR, bars)
        return Option(bars, None if reason else self._changed(bars=bars), reason)

    def _charts(self) -> Iterator[tuple[Chart, Bars]]:
        for chart in dict.fromkeys((self.block.chart, *PREFERRED)):
            for bars in dict.fromkeys((self.block.bars, Bars.GROUPED)) if chart is Chart.BAR else (self.block.bars,):
                yield chart, bars

    def _why_not(self, question: Question, chart: Chart, bars: Bars) -> Reason | None:
        return why_not(question, chart, self.audience, bars)

    def _changed(self, **parts: object) -> Data:
        return self.block.model_copy(update=parts)


def _simpler(question: Question, before: Question) -> Iterator[Question]:
    """The question, and the same with less of what the choice was not about."""
    yield question
    without = _updated(question, with_before=False) if question.with_before and before.with_before else question
    yield without
    if without.across is not None and without.across is before.across:
        without = _updated(without, across=None)
        yield without
    if without.grain is not None and without.grain is before.grain:
        yield _updated(without, grain=None)
    if without.split is not None and without.split is before.split:
        yield _updated(without, split=without.across, across=None)
    if len(without.measures) > 1 and without.measures == before.measures:
        yield _updated(without, measures=without.measures[:1])


def _updated(question: Question, **parts: object) -> Question:
    """The question with other parts, without an order by what is no part of it any more."""
    changed = question.model_copy(update=parts)
    if changed.order is not None and changed.order.by not in _columns(changed):
        return changed.model_copy(update={"order": None})
    return changed


def _columns(question: Question) -> set[str]:
    named = {*question.measures, *(each.value for each in (question.split, question.across) if each)}
    named |= {question.grain.value} if question.grain else set()
    return named | ({f"{key}_before" for key in question.measures} if question.with_before else set())


def columns_of(question: Question) -> tuple[str, ...]:
    """By what its answer can be ordered, in the order of the columns."""
    parts = (question.grain, question.split, question.across)
    return (*(each.value for each in parts if each is not None), *question.measures)


def _with_split(question: Question, split: Dimension | None) -> Question:
    if split is None:
        return _updated(question, split=None, across=None)
    return _updated(question, split=split, across=None if question.across is split else question.across)


def _with_measure(question: Question, key: str) -> Question:
    """Another first measure, without what it cannot be divided by."""
    further = tuple(each for each in question.measures[1:] if each != key)
    return _kept(question, (key, *further))


def _with_further(question: Question, key: str) -> Question:
    if key in question.measures:
        return _updated(question, measures=tuple(each for each in question.measures if each != key))
    return _updated(question, measures=(*question.measures, key)[:MOST_MEASURES])


def _kept(question: Question, measures: tuple[str, ...]) -> Question:
    first = MEASURES[measures[0]]
    split = question.split if question.split in first.dimensions else None
    across = question.across if question.across in first.dimensions else None
    return _updated(
        question,
        measures=measures,
        grain=question.grain if first.grains else None,
        split=split or across,
        across=across if split else None,
        with_before=question.with_before and bool(first.grains),
        choice=_choice_kept(question.choice, first),
    )


def _choice_kept(choice: Choice, measure: Measure) -> Choice:
    dropped: Mapping[str, object] = {} if measure.by_type else {"activity_types": ()}
    if Dimension.SECTION not in measure.dimensions:
        dropped = {**dropped, "sections": ()}
    return choice.model_copy(update=dict(dropped))


def _one_of_each(question: Question) -> Iterator[str]:
    """One measure of each metric; of that of the present first one, the present one."""
    present = question.measures[0]
    seen: set[str] = set()
    for key, measure in MEASURES.items():
        if measure.metric in seen:
            continue
        seen.add(measure.metric)
        yield present if measure.metric == MEASURES[present].metric else key


def _same_metric(key: str) -> Iterator[str]:
    return (each for each, measure in MEASURES.items() if measure.metric == MEASURES[key].metric)
