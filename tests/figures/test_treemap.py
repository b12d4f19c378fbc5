"""The tree map: rectangles of the right areas, and hidden courses whose size tells nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp import figures
from dashapp.figures import Screen, table_of
from dashapp.figures.treemap import Box, squarify, step_of
from tests.components import samples

NOWHERE = figures.Addresses(lambda _course: None, lambda _unit: None)


def test_the_example_of_the_paper_is_laid_out_as_in_the_paper() -> None:
    boxes = squarify([6, 6, 4, 3, 2, 2, 1], Box(0, 0, 6, 4))
    # Two of 6 above each other in a column of 3 × 4; then 4 and 3 beside each other; then 2, 2 and 1.
    assert boxes[0] == Box(0, 0, 3, 2)
    assert boxes[1] == Box(0, 2, 3, 2)
    assert (boxes[2].x, boxes[2].y) == (3, 0)
    assert boxes[2].height == boxes[3].height == pytest.approx(7 / 3)
    assert boxes[2].width == pytest.approx(12 / 7)


@given(st.lists(st.floats(0, 5000), max_size=40), st.floats(10, 2000), st.floats(10, 2000))
def test_areas_are_in_proportion_and_lie_inside(sizes: list[float], width: float, height: float) -> None:
    sizes = [size if size >= 1 else 0.0 for size in sizes]
    box = Box(3, 5, width, height)
    boxes = squarify(sizes, box)
    assert len(boxes) == len(sizes)
    total = sum(sizes)
    for size, one in zip(sizes, boxes, strict=True):
        assert one.area == pytest.approx(box.area * size / total if size else 0.0, rel=1e-6, abs=1e-6)
        assert one.x >= box.x - 1e-6
        assert one.y >= box.y - 1e-6
        assert one.x + one.width <= box.x + width + 1e-6 * width
        assert one.y + one.height <= box.y + height + 1e-6 * height


def test_shares_fall_into_the_steps_of_the_key() -> None:
    assert [step_of(share) for share in (0, 0.4, 39.9, 40, 89, 90, 100)] == [0, 1, 1, 2, 4, 5, 5]
    assert len({step_of(share) for share in (65, 84, 93)}) == 3, "courses that are in full swing are told apart"


def test_what_is_hidden_stands_in_no_size_no_text_and_no_table() -> None:
    drawn = figures.course_tree(samples.institution(), Screen(), NOWHERE, name="Campus")
    hidden = [trace for trace in drawn.data if trace.fillpattern.shape]
    assert [trace.text for trace in hidden] == ["1 course, hidden for privacy"]
    left, top, right, bottom = hidden[0].meta["box"]
    # 5 % of the 200 learners shown, whatever is in it.
    inside = 10 / 210
    assert (right - left + 2) * (bottom - top + 2) == pytest.approx(inside * (860 - 4) * (340 - 22))
    assert [row for row in table_of(drawn).rows if row[1] == "AAA"] == [("", "AAA", "hidden", "hidden")]


def test_two_hidden_courses_of_a_unit_are_one_rectangle_of_the_same_size() -> None:
    one = samples.institution()
    two = replace(one, courses=(*one.courses, replace(samples.HIDDEN_COURSE, code="ZZZ")))
    boxes = [
        [trace.meta["box"] for trace in figures.course_tree(view, Screen(), NOWHERE, name="Campus").data if trace.text]
        for view in (one, two)
    ]
    assert boxes[0] == boxes[1]


def test_a_rectangle_opens_its_course_and_a_name_its_unit() -> None:
    addresses = figures.Addresses(lambda course: f"/courses/{course.code}", lambda unit: f"?unit={unit}")
    drawn = figures.course_tree(samples.institution(), Screen(), addresses, name="Campus")
    assert [trace.meta["href"] for trace in drawn.data] == ["?unit=Science", "/courses/CCC", "/courses/EEE", None]


@pytest.mark.parametrize("narrow", [False, True])
def test_long_names_and_markup_are_cut_and_shown_as_they_are(narrow: bool) -> None:
    odd = replace(samples.course(1, "<b>" + "x" * 500, "y" * 500, 40), unit="<i>" + "u" * 500)
    view = replace(samples.institution(), courses=(odd,), unit_learners=((odd.unit, 100),))
    drawn = figures.course_tree(view, Screen(narrow=narrow), NOWHERE, name="Campus")
    texts = [note.text for note in drawn.layout.annotations] + [trace.text for trace in drawn.data if trace.text]
    assert any("&lt;b&gt;" in text for text in texts)
    assert all("<i>" not in text and len(text) < 300 for text in texts)
