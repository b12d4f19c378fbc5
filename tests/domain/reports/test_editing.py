"""Whatever the builder offers makes sense, whatever was chosen before; what it does not offer has a reason."""

from dataclasses import fields
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashapp.domain.audience import Audience
from dashapp.domain.reports.document import Bars, Chart, Data
from dashapp.domain.reports.editing import Option, Options, changes, columns_of, options_of
from dashapp.domain.reports.measures import MEASURES
from dashapp.domain.reports.palette import OFFERS, fits, number_of
from dashapp.domain.reports.periods import Grain
from dashapp.domain.reports.questions import Choice, Dimension, Order, Question
from dashapp.domain.reports.sense import why_not
from dashapp.domain.reports.templates import TEMPLATES, for_audience, report_of

NAMED, AGGREGATE = Audience.NAMED, Audience.AGGREGATE
BLOCK = Data(
    id=UUID(int=1),
    chart=Chart.LINE,
    question=Question(measures=("share_active",), grain=Grain.WEEK, split=Dimension.COURSE),
)


def every(options: Options) -> list[Option]:
    return [one for field in fields(options) for one in getattr(options, field.name)]


def makes_sense(block: Data, audience: Audience) -> bool:
    return why_not(block.question, block.chart, audience, block.bars) is None


def option(options: tuple[Option, ...], value: str) -> Option:
    return next(one for one in options if one.value == value)


@settings(max_examples=60, deadline=None)
@given(
    start=st.sampled_from([one.block for one in OFFERS.values() if isinstance(one.block, Data)]),
    audience=st.sampled_from([NAMED, AGGREGATE]),
    steps=st.lists(st.integers(0, 10_000), max_size=8),
)
def test_every_choice_leads_to_a_block_that_makes_sense(start: Data, audience: Audience, steps: list[int]) -> None:
    block = start if makes_sense(start, audience) else number_of("active_learners")
    for step in steps:
        offered = every(options_of(block, audience))
        for one in offered:
            assert (one.block is None) is not (one.why_not is None), one
            assert one.block is None or makes_sense(one.block, audience), one
        left = [one.block for one in offered if one.block is not None]
        block = left[step % len(left)]


def test_a_choice_brings_along_what_has_to_change_with_it() -> None:
    number = number_of("active_learners")
    by_week = option(options_of(number, NAMED).grains, "week").block
    assert by_week is not None
    assert changes(number, by_week) == {"chart": "line", "question": {"grain": "week"}}

    without_time = option(options_of(BLOCK, NAMED).measures, "at_risk").block
    assert without_time is not None
    assert changes(BLOCK, without_time) == {"chart": "bar", "question": {"measures": ["at_risk"], "grain": None}}
    assert changes(BLOCK, BLOCK) == {}


def test_what_is_not_offered_says_why() -> None:
    by_name = option(options_of(BLOCK, AGGREGATE).splits, "section")
    assert by_name.why_not is not None
    assert "single learners" in by_name.why_not.text


def test_an_order_by_what_is_gone_goes_with_it() -> None:
    asked = BLOCK.question.model_copy(update={"grain": None, "order": Order(by="share_active")})
    block = BLOCK.model_copy(update={"chart": Chart.BAR, "question": asked})
    after = option(options_of(block, NAMED).measures, "at_risk").block
    assert after is not None
    assert after.question.order is None
    kept = option(options_of(block, NAMED).bars, Bars.HORIZONTAL).block
    assert kept is not None
    assert kept.question.order == Order(by="share_active")
    assert columns_of(asked) == ("course", "share_active")


def test_a_measure_beside_the_first_is_added_and_taken_away() -> None:
    table = BLOCK.model_copy(
        update={"chart": Chart.TABLE, "question": Question(measures=("events",), split=Dimension.COURSE)}
    )
    added = option(options_of(table, NAMED).further, "minutes").block
    assert added is not None
    assert added.question.measures == ("events", "minutes")
    again = option(options_of(added, NAMED).further, "minutes").block
    assert again is not None
    assert again.question.measures == ("events",)


def test_a_choice_of_types_is_given_up_where_a_measure_does_not_know_them() -> None:
    asked = Question(measures=("events",), choice=Choice(sections=("A",), activity_types=("quiz",)))
    block = Data(id=UUID(int=2), chart=Chart.KPI, question=asked)
    after = option(options_of(block, NAMED).measures, "withdrawn").block
    assert after is not None
    assert after.question.choice == Choice()


@pytest.mark.parametrize("audience", [NAMED, AGGREGATE])
def test_there_are_ten_templates_for_teachers_and_for_administrators(audience: Audience) -> None:
    found = for_audience(audience)

    assert len(found) >= 10
    for template in found:
        report = report_of(template, str.upper, "de", "Europe/Berlin")
        assert report.title == template.title.upper()
        assert (report.locale, report.time_zone, len(report.blocks)) == ("de", "Europe/Berlin", len(template.parts))
        assert all(makes_sense(block, audience) for block in report.questions())
        assert all(not block.title or block.title.isupper() for block in report.questions())


def test_every_question_of_the_palette_makes_sense_for_a_teacher_and_no_name_is_asked_of_groups() -> None:
    assert all(fits(one, NAMED) for one in OFFERS.values())
    grouped = [one.block for one in OFFERS.values() if fits(one, AGGREGATE) and isinstance(one.block, Data)]
    assert all(Dimension.LEARNER not in (one.question.split, one.question.across) for one in grouped)
    assert len(grouped) > 8
    assert set(OFFERS) > {part for one in TEMPLATES.values() for part in one.parts if isinstance(part, str)}
    assert {key for one in grouped for key in one.question.measures} < set(MEASURES)
