"""Names and values of reports' blocks where there is little room: folded, turned or left to the table."""

import pytest

from dashapp.domain.reports.answers import Answer
from dashapp.domain.reports.document import Chart, Width
from dashapp.figures import Screen
from dashapp.figures.blocks import drawing_of
from dashapp.figures.blocks.grid import LONGEST_TURNED
from dashapp.figures.drawing import Json
from tests.figures.test_blocks import answer, block

SIXTH = ("COMP 101", "MATH 102", "PHYS 203", "CHEM 204", "BIOL 305", "HIST 306")


def axis(names: tuple[str, ...], width: Width, chart: Chart = Chart.BAR) -> Json:
    found = answer(["events"], ["course"], [(name, 10 + place) for place, name in enumerate(names)])
    layout: Json = drawing_of(block(chart, width=width), found, Screen()).own_layout["xaxis"]
    return layout


def test_names_that_find_no_room_side_by_side_are_set_on_two_lines_whole() -> None:
    shown = axis(SIXTH, Width.THIRD)
    assert shown["ticktext"][:2] == ["COMP<br>101", "MATH<br>102"]
    assert "tickangle" not in shown
    assert axis(SIXTH, Width.FULL)["ticktext"] == list(SIXTH)


def test_longer_names_are_turned_whole_and_cut_only_where_they_are_very_long() -> None:
    names = ("Introduction to algebra", "Botany", "Philosophy of science", "Comparative literature", "Chemistry", "Art")
    shown = axis(names, Width.THIRD)
    assert shown["tickangle"] == -40
    assert shown["ticktext"][1] == "Botany"
    assert shown["ticktext"][0].startswith("Introduction to")
    assert max(map(len, shown["ticktext"])) <= LONGEST_TURNED


def test_names_on_two_lines_hold_no_markup_of_theirs() -> None:
    shown = axis(("<b>a</b> b", "c & <i>d", "eeeee fffff", "ggggg hhhhh", "iiiii jjjjj", "kkkkk lllll"), Width.THIRD)
    assert not any("<b>" in text or "<i>" in text for text in shown["ticktext"])


def heat(minutes: int, columns: int) -> Answer:
    rows = [(f"C {place}", f"Type {row}", float(minutes + row)) for place in range(columns) for row in range(3)]
    return answer(["minutes"], ["course", "activity_type"], rows)


@pytest.mark.parametrize(
    ("columns", "said"), [(3, "2 h 59 min"), (8, "2:59"), (30, None)], ids=["room", "clock", "no room"]
)
def test_durations_never_run_into_the_cells_beside_them(columns: int, said: str | None) -> None:
    drawn = drawing_of(block(Chart.HEAT_MAP, width=Width.FULL), heat(179, columns), Screen())
    *cells, key = drawn.own_layout["annotations"]
    texts = {note["text"].replace("\u00a0", " ") for note in cells}
    assert (said in texts) if said else not texts
    assert ("hours:minutes" in key["text"]) == (said == "2:59")


def test_what_the_colours_of_a_map_mean_is_read_whole_in_a_narrow_place() -> None:
    for width, lines in ((Width.FULL, 1), (Width.THIRD, 2)):
        layout = drawing_of(block(Chart.HEAT_MAP, width=width), heat(179, 30), Screen()).own_layout
        said = layout["annotations"][-1]["text"].split("<br>")
        assert len(said) == lines
        assert layout["margin"]["b"] == 4 + 16 * lines
        assert said[0].startswith("Faintest")
