"""Courses of more learners than a browser can sort: what is left out is said."""

from dataclasses import replace
from typing import Any

from dashapp import figures, words
from dashapp.components import classroom
from dashapp.components.learner_grid import MOST_ROWS, learner_rows, narrowed_to
from dashapp.components.links import Links
from dashapp.domain.views import ClassroomView
from dashapp.figures import Screen
from dashapp.figures.scatter import MOST_MARKS
from dashapp.figures.theme import table_of
from tests.components import samples

LARGE = 20_000
SAID = f"Shown are the first {words.number(MOST_ROWS)} of the list"


def large(learners: int) -> ClassroomView:
    """A course of so many, the first of whom stand as in the small one."""
    view = samples.classroom()
    row = replace(view.learners[0], score=50.0, minutes=90)
    others = (replace(row, public_id=samples.public_id(place), name=f"Learner {place}") for place in range(learners))
    return replace(view, learners=tuple(others))


def filled(view: ClassroomView) -> dict[str, Any]:
    return dict(classroom.fill(view, Screen(), Links()))


def test_a_list_of_thousands_shows_the_first_and_says_how_the_others_are_found() -> None:
    view = large(LARGE)
    values = filled(view)
    listed = values["learners"]["rows"]
    assert [row["name"] for row in listed] == [row.name for row in view.learners[:MOST_ROWS]]
    assert values["learners_line"].startswith(f"{words.number(LARGE)} learners")
    assert SAID in values["learners_line"]
    assert SAID in values["time_and_score_line"]


def test_a_list_that_holds_all_says_nothing_of_it() -> None:
    values = filled(large(MOST_ROWS))
    assert len(values["learners"]["rows"]) == MOST_ROWS
    assert "Shown are" not in values["learners_line"] + values["time_and_score_line"]


def test_a_chart_of_thousands_draws_the_first_and_keeps_the_lines_of_all() -> None:
    view = large(LARGE)
    # Those who are not drawn move the median.
    high = tuple(replace(row, score=90.0) for row in view.learners[MOST_MARKS:])
    view = replace(view, learners=(*view.learners[:MOST_MARKS], *high))
    drawn = figures.time_and_score(view, Screen())
    assert sum(len(trace.x) for trace in drawn.data[:3]) == MOST_MARKS
    assert drawn.layout.shapes[1].y0 == 90.0
    assert len(table_of(drawn).rows) == MOST_MARKS


def test_those_who_are_picked_are_drawn_before_all_others() -> None:
    view = large(LARGE)
    chosen, rest = view.learners[-5:], view.learners[:-5]
    drawn = figures.time_and_score(replace(view, learners=chosen, unpicked=rest), Screen())
    marked = {each for trace in drawn.data[:3] for each in trace.ids}
    assert {str(row.public_id) for row in chosen} <= marked
    assert len(marked) == MOST_MARKS


def test_the_rows_are_the_same_whoever_is_picked() -> None:
    view = samples.classroom()
    every = [row["id"] for row in learner_rows(view, Links())]
    for step in (2, 3):
        chosen, rest = view.learners[::step], tuple(row for row in view.learners if row not in view.learners[::step])
        picked = replace(view, learners=chosen, unpicked=rest)
        assert [row["id"] for row in learner_rows(picked, Links())] == every
        assert narrowed_to(picked) == {"ids": [str(row.public_id) for row in chosen]}
    assert narrowed_to(view) == {"ids": None}


def test_of_a_course_larger_than_its_list_the_picked_ones_are_the_rows() -> None:
    view = large(MOST_ROWS + 2)
    picked = replace(view, learners=view.learners[-2:], unpicked=view.learners[:-2])
    assert [row["name"] for row in learner_rows(picked, Links())] == [row.name for row in view.learners[-2:]]
    assert narrowed_to(picked) == {"ids": None}
