"""The days of an institution's page: those that were asked for, and no other."""

from dataclasses import replace
from datetime import timedelta

from dashapp.components import institution
from dashapp.components.links import Links
from dashapp.figures import Screen
from dashapp.figures.drawing import Drawing
from tests.components import samples


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
