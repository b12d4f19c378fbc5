"""What is taken out of a learner's page where it is not shown: no figure, and no word, from which it could be told."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp.components import student as page
from dashapp.components.links import Links
from dashapp.domain.audience import Comparison
from dashapp.domain.views import Level, Rule
from dashapp.domain.visibility import EVERYTHING, Policy, Shown, Visibility, with_override
from dashapp.figures import Screen
from dashapp.privacy.visibility import limited
from tests.components.samples import CCC, EEE, student
from tests.components.test_components import text_of

HELP = student(level=Level.HELP)


def hiding(*shown: Shown) -> Visibility:
    return Visibility(Policy(**{one.value: False for one in shown}))


def words_of(view: object) -> str:
    filled = page.fill(view, Screen(), Links())  # type: ignore[arg-type]  # a student's view
    return " ".join(text_of(part) if not isinstance(part, str) else part for part in filled.values() if part)


def test_where_nobody_has_decided_anything_the_page_stays_as_it_is() -> None:
    assert limited(HELP, EVERYTHING) == HELP


def test_without_risk_words_neither_level_nor_rules_nor_their_number_are_left() -> None:
    view = limited(HELP, hiding(Shown.RISK_WORDS))

    assert (view.level, view.levels, view.reasons, view.risk_shown) == (Level.CALM, (), (), False)
    said = words_of(view)
    for word in ("may need help", "rule applies", "rules apply", "Needs help", "Watch"):
        assert word not in said
    assert "Your institution does not show this here" in said
    assert view.scores == HELP.scores


def test_without_comparisons_no_median_is_left_and_rules_that_compare_say_so() -> None:
    view = limited(replace(HELP, reasons=HELP.reasons[:1], levels=HELP.levels[:1]), hiding(Shown.COMPARISONS))

    assert all(week.median_minutes is None and week.median_events is None for week in view.weeks)
    assert view.comparison is Comparison.NOT_SHOWN
    [(_course, rules)] = view.reasons
    told = {one.rule: (one.value, one.limit) for one in rules}
    assert told[Rule.LITTLE_ACTIVITY] == told[Rule.LOW_SCORE] == (None, None)
    assert told[Rule.AWAY] == (11, 7)
    assert "not shown here" in words_of(view)


def test_without_the_distribution_scores_stand_alone() -> None:
    view = limited(HELP, hiding(Shown.SCORE_DISTRIBUTION))

    assert [one.score for one in view.scores] == [one.score for one in HELP.scores]
    assert all(one.median is one.quartile_1 is one.quartile_3 is None for one in view.scores)


def test_a_course_that_decides_otherwise_does_so_for_itself_only() -> None:
    own = Visibility(Policy(), frozenset(Shown), ((CCC.public_id, Policy(risk_words=False, score_distribution=False)),))

    view = limited(HELP, own)

    assert [course for course, _reasons in view.reasons] == ["EEE"]
    assert (view.level, view.risk_shown) == (Level.CALM, True)
    assert all(one.median is None for one in view.scores)


def test_of_two_courses_that_share_a_code_the_stricter_decision_holds() -> None:
    twins = replace(HELP, courses=(CCC, replace(EEE, code="CCC")))
    own = Visibility(Policy(), frozenset(Shown), ((EEE.public_id, Policy(score_distribution=False)),))

    assert all(one.median is None for one in limited(twins, own).scores)


@pytest.mark.parametrize(
    ("quiet", "clock", "is_quiet"),
    [
        ((time(22), time(7)), time(23), True),
        ((time(22), time(7)), time(6, 59), True),
        ((time(22), time(7)), time(7), False),
        ((time(22), time(7)), time(12), False),
        ((time(12), time(13)), time(12), True),
        ((time(12), time(13)), time(13), False),
        ((time(12), time(12)), time(12), False),
        (None, time(12), False),
    ],
)
def test_quiet_hours_spare_risk_words_and_nothing_else(
    quiet: tuple[time, time] | None, clock: time, is_quiet: bool
) -> None:
    held = Visibility(Policy(), courses=((CCC.public_id, Policy()),), quiet=quiet)

    now = held.at(clock)

    assert held.is_quiet(clock) is is_quiet
    assert now.policy == Policy(risk_words=not is_quiet)
    assert now.of(CCC.public_id).risk_words is not is_quiet


@given(st.sets(st.sampled_from(Shown)), st.dictionaries(st.sampled_from(Shown), st.booleans()))
def test_a_course_decides_nothing_that_it_may_not(allowed: set[Shown], override: dict[Shown, bool]) -> None:
    held = with_override(Policy(), override, frozenset(allowed))

    for one in Shown:
        assert getattr(held, one.value) == (override[one] if one in override and one in allowed else True)
