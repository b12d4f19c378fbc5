"""Names in the chart of time and score give way to the names of its lines."""

from dataclasses import replace

from dashapp import figures
from dashapp.domain.views import Level
from dashapp.figures import Screen
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
