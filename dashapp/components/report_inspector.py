"""What the inspector of the builder offers for the block that is selected, as plain values that a script draws.

A control has a `name`, a `kind`, a `label` and a `value`; a choice brings the `change` that it makes to the block, or
says `why` there is none. What a person types goes to `path` in the block (or the report).
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from zoneinfo import available_timezones

from dashapp.components.report_words import block_name, shape_of
from dashapp.domain.audience import Audience
from dashapp.domain.indicators.metrics import metric
from dashapp.domain.reports.document import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    Bars,
    Block,
    Chart,
    Data,
    Heading,
    Orientation,
    Paper,
    Report,
    Text,
    Width,
)
from dashapp.domain.reports.editing import Option, Options, changes, columns_of, options_of
from dashapp.domain.reports.measures import MEASURES
from dashapp.domain.reports.periods import Fixed, Grain, Moving, Period, Unit
from dashapp.domain.reports.questions import MOST_ROWS, Choice, Dimension, Order, Question
from dashapp.domain.reports.sense import why_not
from dashapp.words import _, available_locales, language_name, number
from dashapp.words.report_periods import period_word
from dashapp.words.reports import bars_word, chart_word, dimension_word, grain_word, inside, measure_word, reason_text

Control = dict[str, Any]
PERIODS: Final = (
    Moving(count=7, unit=Unit.DAY),
    Moving(count=28, unit=Unit.DAY),
    Moving(count=1, whole=False),
    Moving(count=1),
    Moving(count=4),
    Moving(count=8),
    Moving(count=12),
    Moving(count=26),
    Moving(count=52),
    Moving(count=1, unit=Unit.MONTH, whole=False),
    Moving(count=1, unit=Unit.MONTH),
    Moving(count=3, unit=Unit.MONTH),
    Moving(count=6, unit=Unit.MONTH),
    Moving(count=12, unit=Unit.MONTH),
)


def controls_of(block: Block, audience: Audience, days: tuple[str, str], minimum: int) -> list[Control]:
    """The controls of a block. `days`: the first and the last day (ISO) that its time means now."""
    match block:
        case Heading():
            return [_typed("text", "text", _("Heading"), block.text, LONGEST_TITLE), _level(block)]
        case Text():
            hint = _("**bold**, *slanted*, lists with - and links like [words](https://…) are understood.")
            return [{**_typed("text", "textarea", _("Text"), block.text, LONGEST_TEXT), "note": hint}]
        case Data() if any(key not in MEASURES for key in block.question.measures):
            return [_typed("title", "text", _("Title"), block.title, LONGEST_TITLE), *_gone(block)]
        case Data():
            return _of_data(block, audience, days, minimum)
        case _:
            return []


def controls_of_report(report: Report) -> list[Control]:
    """The controls of the report itself."""
    papers = {Paper.A4: _("A4"), Paper.LETTER: _("Letter")}
    ways = {Orientation.PORTRAIT: _("Upright"), Orientation.LANDSCAPE: _("Across")}
    languages = {one: language_name(one) for one in available_locales()}
    zones = sorted(one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "posix/")))
    return [
        _typed("title", "text", _("Title"), report.title, LONGEST_TITLE),
        _plain("locale", "select", _("Language"), report.locale, languages),
        _plain("time_zone", "select", _("Time zone"), report.time_zone, {"UTC": "UTC", **{one: one for one in zones}}),
        _plain("paper", "segment", _("Paper"), report.paper, papers),
        _plain("orientation", "segment", _("The paper lies"), report.orientation, ways),
    ]


def _typed(name: str, kind: str, label: str, value: object, most: int) -> Control:
    return {"name": name, "kind": kind, "label": label, "value": value, "path": [name], "most": most}


def _plain(name: str, kind: str, label: str, value: object, words: dict[Any, str]) -> Control:
    options = [{"value": each, "label": text, "change": {name: each}} for each, text in words.items()]
    return {"name": name, "kind": kind, "label": label, "value": value, "options": options}


def _level(block: Heading) -> Control:
    words = {1: _("Large"), 2: _("Middle"), 3: _("Small")}
    options = [{"value": str(each), "label": text, "change": {"level": each}} for each, text in words.items()]
    return {"name": "level", "kind": "segment", "label": _("Size"), "value": str(block.level), "options": options}


def _gone(block: Data) -> list[Control]:
    said = _("This block asks for “{measure}”, which does not exist any more. Choose another measure.")
    missing = next(key for key in block.question.measures if key not in MEASURES)
    options = []
    for key in MEASURES:
        question = Question(measures=(key,), period=block.question.period, choice=block.question.choice)
        chart = Chart.KPI if why_not(question, Chart.KPI, Audience.NAMED) is None else Chart.TABLE
        after = block.model_copy(update={"question": question, "chart": chart})
        options.append({"value": key, "label": measure_word(key), "change": changes(block, after)})
    options.insert(0, {"value": "", "label": _("choose"), "why": _("choose")})
    control = {"name": "measure", "kind": "select", "label": _("Measure"), "value": "", "options": options}
    return [{**control, "note": said.format(measure=missing)}]


def _of_data(block: Data, audience: Audience, days: tuple[str, str], minimum: int) -> list[Control]:
    offered, asked = options_of(block, audience), block.question
    first = asked.measures[0]
    controls = [
        {**_typed("title", "text", _("Title"), block.title, LONGEST_TITLE), "hint": block_name(block)},
        {
            **_choice("measure", "select", _("Measure"), first, _named(offered.measures, block, measure_word)),
            "definition": _definition(first),
        },
    ]
    if len(offered.forms) > 1:
        forms = _named(offered.forms, block, measure_word)
        controls.append(_choice("form", "select", _("Shown as"), first, forms, half=True))
    controls += [*_divisions(block, offered), _further(block, offered), *_time(block, days), _filters(block, audience)]
    controls += [*_look(block, offered), *_order(block)]
    if audience is Audience.AGGREGATE:
        said = _("Groups under {number} learners are hidden. Set by the institution.")
        label = said.format(number=number(minimum))
        controls.append({"name": "privacy", "kind": "locked", "label": label, "value": True})
    return controls


def _divisions(block: Data, offered: Options) -> list[Control]:
    asked = block.question
    grains = _named(offered.grains, block, lambda key: grain_word(Grain(key)) if key else _("no time"))
    splits = _named(offered.splits, block, _dimension)
    before = {"": _("nothing"), "before": _("Period before")}
    controls = [
        _choice("grain", "select", _("Per"), asked.grain or "", grains, half=True),
        _choice("split", "select", _("Split by"), asked.split or "", splits, half=True),
    ]
    if asked.split is not None:
        acrosses = _named(offered.acrosses, block, _dimension)
        controls.append(_choice("across", "select", _("And by"), asked.across or "", acrosses, half=True))
    compared = _named(offered.before, block, before.__getitem__)
    value = "before" if asked.with_before else ""
    controls.append(_choice("before", "select", _("Compare with"), value, compared, half=True))
    return controls


def _dimension(key: str) -> str:
    return dimension_word(Dimension(key)) if key else _("nothing")


def _further(block: Data, offered: Options) -> Control:
    """Beside the first measure: chips of those that are there, and what can be added."""
    chips: list[dict[str, Any]] = []
    add: list[dict[str, Any]] = []
    for one in offered.further:
        present = one.value in block.question.measures
        (chips if present else add).append(_option(one, block, measure_word(one.value)))
    return {"name": "further", "kind": "chips", "label": _("Beside it"), "chips": chips, "options": add}


def _time(block: Data, days: tuple[str, str]) -> list[Control]:
    period = block.question.period
    known: list[Period] = [*PERIODS]
    if isinstance(period, Moving) and period not in known:
        known.append(period)
    options = [
        {"value": _period_key(one), "label": period_word(one), "change": _question(period=one.model_dump(mode="json"))}
        for one in known
    ]
    fixed = period if isinstance(period, Fixed) else {"kind": "fixed", "first": days[0], "last": days[1]}
    written = fixed.model_dump(mode="json") if isinstance(fixed, Fixed) else fixed
    options.append({"value": "fixed", "label": _("from day to day"), "change": _question(period=written)})
    controls: list[Control] = [_choice("period", "select", _("Time"), _period_key(period), options)]
    if isinstance(period, Fixed):
        value = [period.first.isoformat(), period.last.isoformat()]
        labels = [_("First day"), _("Last day")]
        controls.append({"name": "days", "kind": "days", "label": _("Days"), "value": value, "labels": labels})
    return controls


def _period_key(period: Period) -> str:
    if isinstance(period, Fixed):
        return "fixed"
    return f"{period.count}-{period.unit}-{'whole' if period.whole else 'now'}"


def _filters(block: Data, audience: Audience) -> Control:
    """What is chosen; a script draws it with the names that it was given with the report. `why`: by kind, why nothing
    more can be added."""
    asked = block.question
    tried: dict[str, dict[str, Any]] = {
        "courses": {"courses": (*asked.choice.courses, block.id)},
        "units": {"units": (*asked.choice.units, "another")},
        "sections": {"sections": (*asked.choice.sections, "another")},
        "activity_types": {"activity_types": asked.choice.activity_types or ("page",)},
    }
    why = {name: _why(block, audience, asked.choice.model_copy(update=change)) for name, change in tried.items()}
    value = asked.choice.model_dump(mode="json")
    names = {
        "courses": dimension_word(Dimension.COURSE),
        "units": dimension_word(Dimension.UNIT),
        "sections": dimension_word(Dimension.SECTION),
        "activity_types": dimension_word(Dimension.ACTIVITY_TYPE),
    }
    return {"name": "choice", "kind": "filters", "label": _("Filters"), "value": value, "why": why, "groups": names}


def _why(block: Data, audience: Audience, choice: Choice) -> str | None:
    asked = block.question.model_copy(update={"choice": choice})
    reason = why_not(asked, block.chart, audience, block.bars)
    return None if reason is None else reason_text(reason)


def _look(block: Data, offered: Options) -> list[Control]:
    charts = _named(offered.charts, block, lambda key: chart_word(Chart(key)))
    for one in charts:
        one["icon"] = shape_of(block.model_copy(update={"chart": Chart(one["value"]), "bars": Bars.GROUPED}))
    controls = [_choice("chart", "icons", _("Chart"), block.chart, charts)]
    if block.chart is Chart.BAR:
        bars = _named(offered.bars, block, lambda key: bars_word(Bars(key)))
        controls.append(_choice("bars", "segment", _("Bars"), block.bars, bars))
    if block.chart in (Chart.LINE, Chart.AREA, Chart.BAR) and block.question.split is not None:
        by = _("By {dimension}").format(dimension=inside(dimension_word(block.question.split)))
        stands = {True: _("One stands out"), False: by}
        options = [
            {"value": str(each), "label": text, "change": {"one_stands_out": each}} for each, text in stands.items()
        ]
        controls.append(_choice("colour", "segment", _("Colour"), str(block.one_stands_out), options))
    widths = {Width.THIRD: "⅓", Width.HALF: "½", Width.TWO_THIRDS: "⅔", Width.FULL: _("Full")}
    controls.append(_plain("width", "segment", _("Width"), block.width, widths))
    if block.chart in (Chart.LINE, Chart.AREA):
        label = _("Names at the ends of lines")
        control = {"name": "names_at_ends", "kind": "switch", "label": label, "value": block.names_at_ends}
        controls.append(control)
    return controls


def _order(block: Data) -> list[Control]:
    """By what the rows stand, and how many of them."""
    asked = block.question
    if asked.split is None:
        return []
    options = [{"value": "", "label": _("as it comes"), "change": _question(order=None)}]
    for key in columns_of(asked):
        word = _column_word(key)
        for descending, text in ((True, _("{column}, highest first")), (False, _("{column}, lowest first"))):
            order = Order(by=key, descending=descending)
            change = _question(order=order.model_dump(mode="json"))
            options.append({"value": f"{key}-{descending}", "label": text.format(column=word), "change": change})
    value = "" if asked.order is None else f"{asked.order.by}-{asked.order.descending}"
    most = {"name": "limit", "kind": "number", "label": _("At most"), "value": asked.limit, "most": MOST_ROWS}
    order_by = _choice("order", "select", _("Order"), value, options, half=True)
    return [order_by, {**most, "path": ["question", "limit"], "hint": _("all rows"), "half": True}]


def _column_word(key: str) -> str:
    if key in MEASURES:
        return measure_word(key)
    return grain_word(Grain(key)) if key in {each.value for each in Grain} else dimension_word(Dimension(key))


def _question(**parts: Any) -> dict[str, Any]:
    return {"question": parts}


def _choice(  # noqa: PLR0913 # one of each
    name: str, kind: str, label: str, value: str, options: Sequence[dict[str, Any]], *, half: bool = False
) -> Control:
    return {"name": name, "kind": kind, "label": label, "value": value, "options": list(options), "half": half}


def _named(options: Iterable[Option], block: Data, word: Any) -> list[dict[str, Any]]:
    return [_option(one, block, word(one.value)) for one in options]


def _option(option: Option, block: Data, label: str) -> dict[str, Any]:
    """What makes no sense stays in sight, with its reason."""
    if option.block is None:
        why = "" if option.why_not is None else reason_text(option.why_not)
        return {"value": option.value, "label": label, "why": why}
    return {"value": option.value, "label": label, "change": changes(block, option.block)}


def _definition(key: str) -> dict[str, str]:
    term = metric(MEASURES[key].metric).term
    said = {"name": _(term.name), "text": _(term.definition), "formula": _(term.formula)}
    return {**said, "left_out": _(term.left_out)} if term.left_out else said
