"""The days of an institution's page: those that were asked for, and no other."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashapp.components import institution, institution_further
from dashapp.components.links import Links
from dashapp.figures import Screen
from dashapp.figures.drawing import Drawing
from tests.components import samples, samples_further


def test_days_after_the_chosen_ones_are_not_told_as_days_without_anybody() -> None:
    view = samples.institution()
    last = view.today - timedelta(days=10)
    chosen = replace(view, last=last, days=tuple(day for day in view.days if day.day <= last))
    drawn = institution.fill(chosen, Screen(), Links())["days"]
    assert isinstance(drawn, Drawing)
    (bars,) = drawn.traces
    assert len(bars["x"]) == len(chosen.days)
    assert min(bars["y"]) > 0
    assert "today" not in str(drawn.own_layout)


@pytest.mark.parametrize("span", ["", "week", "month"])
def test_charts_of_days_say_so_while_none_of_the_chosen_dates_has_come(span: str) -> None:
    given = samples.institution()
    bare = tuple(replace(course, weeks=()) for course in given.courses)
    empty = replace(given, to_come=date(2026, 6, 1), courses=bare, days=(), weeks=(), months=(), week_starts=())
    chosen = institution.Chosen(span=span)
    filled = institution.fill(empty, Screen(), Links(), chosen)
    said_so = {name for name, value in filled.items() if name.endswith("_state") and "has come yet" in str(value)}
    assert said_so == {"days_state", "weeks_state"}
    hidden = institution.fill(
        replace(samples.hidden_institution(), to_come=date(2026, 6, 1)), Screen(), Links(), chosen
    )
    assert "has come yet" not in str([hidden["days_state"], hidden["weeks_state"]])


def test_charts_of_weeks_below_say_so_while_none_of_the_chosen_dates_has_come() -> None:
    empty = replace(
        samples_further.institution_further(), to_come=date(2026, 6, 1), week_starts=(), enrolments=(), uses=()
    )
    filled = institution_further.fill(empty, Screen())
    said_so = {name for name, value in filled.items() if name.endswith("_state") and "has come yet" in str(value)}
    assert said_so == {"enrolments_state", "adoption_state"}
