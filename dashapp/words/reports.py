"""What reports say, in the language of the reader."""

from dashapp.domain.events import ActivityType, Outcome
from dashapp.domain.reports import words as said
from dashapp.domain.reports.answers import Column
from dashapp.domain.reports.document import Bars, Chart
from dashapp.domain.reports.periods import Grain
from dashapp.domain.reports.questions import Dimension, Question
from dashapp.domain.reports.reasons import Reason
from dashapp.words.activity_types import type_word
from dashapp.words.catalogue import _, best_locale, current_locale
from dashapp.words.dates import weekdays
from dashapp.words.quantities import listing, number, percent


def measure_word(key: str) -> str:
    """What a measure is called; one that is gone goes by its key."""
    known = said.MEASURE_WORDS.get(key)
    return key if known is None else _(known)


def dimension_word(dimension: Dimension) -> str:
    """What a dimension is called."""
    return _(said.DIMENSION_WORDS[dimension])


def grain_word(grain: Grain) -> str:
    """What a grain is called."""
    return _(said.GRAIN_WORDS[grain])


def chart_word(chart: Chart) -> str:
    """What a chart is called."""
    return _(said.CHART_WORDS[chart])


def bars_word(bars: Bars) -> str:
    """How bars stand."""
    return _(said.BARS_WORDS[bars])


def locale_of(said: str) -> str:
    """The nearest language that there are words in: a report may have been written anywhere."""
    return best_locale(said.replace("_", "-"), said.replace("-", "_"))


def inside(name: str) -> str:
    """A name as it stands inside of a sentence: German writes nouns with a capital letter there too."""
    return name if current_locale().startswith("de") else name.lower()


def reason_text(reason: Reason) -> str:
    """Why something cannot be asked or drawn."""
    return _(reason.text).format(
        measure=measure_word(reason.measure),
        dimension="" if reason.dimension is None else dimension_word(reason.dimension),
        chart="" if reason.chart is None else chart_word(reason.chart),
    )


def column_word(column: Column) -> str:
    """What stands at the head of a column of an answer."""
    if column.measure is not None:
        name = measure_word(column.measure)
        return _(said.BEFORE).format(measure=name) if column.before else name
    if column.key in {each.value for each in Grain}:
        return grain_word(Grain(column.key))
    return dimension_word(Dimension(column.key))


def question_text(question: Question) -> str:
    """The question in words, for a block without a title: "Active learners by week and course"."""
    measures = listing([measure_word(key) for key in question.measures])
    by = [] if question.grain is None else [grain_word(question.grain)]
    by += [dimension_word(each) for each in (question.split, question.across) if each is not None]
    if not by:
        return measures
    return _("{measures} by {divisions}").format(measures=measures, divisions=listing([inside(each) for each in by]))


def fixed_values(dimension: Dimension) -> tuple[str, ...] | None:
    """The values of a dimension whose values are always the same, in their order; None for any other."""
    match dimension:
        case Dimension.WEEKDAY:
            return weekdays()
        case Dimension.HOUR:
            return tuple(f"{hour:02}:00" for hour in range(24))
        case Dimension.SCORE_BAND:
            return tuple(
                _("{low} to {high}").format(low=number(low), high=percent(low + 10)) for low in range(0, 100, 10)
            )
        case Dimension.HANDED_IN:
            return tuple(_(each) for each in said.HANDED_IN_WORDS)
        case Dimension.OUTCOME:
            return tuple(_(said.OUTCOME_WORDS[each]) for each in Outcome)
        case Dimension.ACTIVITY_TYPE:
            return tuple(type_word(each) for each in ActivityType)
        case _:
            return None
