"""Names in the chart of time and score give way to the names of its lines."""

from dataclasses import replace
from typing import Any

import orjson

from dashapp import figures
from dashapp.domain.views import Level
from dashapp.figures import Screen
from dashapp.figures.drawing import Drawing, written
from dashapp.figures.theme import table_of
from tests.components import samples


def test_no_name_lies_on_the_name_of_a_line() -> None:
    view = samples.classroom(learners=12)
    base = view.learners[0]
    crowd = [replace(base, name=f"L {place}", minutes=100 + place, score=50.0, level=Level.CALM) for place in range(11)]
    far = replace(base, name="Far", minutes=1100, score=10.0, level=Level.CALM)

    def place_of_name(score: float) -> tuple[str, ...]:
        corner = replace(base, name="Corner Learner", minutes=830, score=score, level=Level.HELP)
        shown = replace(view, learners=(*crowd, far, corner), unpicked=(), minutes_recorded=True)
        drawn = figures.time_and_score(shown, Screen())
        assert {note.text for note in drawn.layout.annotations} == {"median time", "median score"}
        return tuple(drawn.data[-1].textposition)

    assert place_of_name(80.0) == ("middle right",), "where nothing is in the way a name stands at the right"
    # The line of the median score, 50, is named at the right end, just above it.
    assert place_of_name(52.0) == ("middle left",)


def test_of_the_drawing_only_which_marks_stand_out_depends_on_who_is_picked() -> None:
    view = samples.classroom()
    whole = figures.time_and_score(view, Screen())
    chosen = tuple(row for row in view.learners if row.level is not Level.CALM)
    rest = tuple(row for row in view.learners if row.level is Level.CALM)
    drawn = figures.time_and_score(replace(view, learners=chosen, unpicked=rest), Screen())

    named = [*drawn.data[-1].x]
    calm, *others = ([*trace.selectedpoints] for trace in drawn.data)
    assert (calm, others) == ([], [[*range(len(trace.x))] for trace in drawn.data[1:]])
    assert named, "only who is not on course is named"
    layout = {name: part for name, part in as_json(drawn)["layout"].items() if name != "meta"}
    assert layout == {name: part for name, part in as_json(whole)["layout"].items() if name != "meta"}
    for trace in (traces := as_json(drawn)["data"]):
        del trace["selectedpoints"]
    assert traces == as_json(whole)["data"]
    assert len(table_of(drawn).rows) == sum(row.score is not None for row in chosen) < len(table_of(whole).rows)


def as_json(drawn: Drawing) -> Any:
    return orjson.loads(written(drawn))
