"""What can be taken along of the cards of the three pages, from their empty layouts and filled lists."""

import json
from typing import Any

import pytest
from dash import html
from dash.development.base_component import Component

from dashapp.components import classroom, contacts, institution, student
from dashapp.components.links import Links
from dashapp.components.student_content import stored_rows, unit_list, video_list
from dashapp.components.student_lists import due_list, step_list
from dashapp.domain.views.student_further import Stored, WatchedVideo
from tests.components import samples

PAGES: dict[str, Component] = {
    "student": student.body(),
    "another learner": html.Div([student.body(own=False), contacts.body()]),
    "classroom": classroom.body(),
    "institution": institution.body(),
}


def listed(part: Component) -> Any:
    """The rows that a list carries for its file."""
    (found,) = [
        json.loads(getattr(each, "data-la-listed"))
        for each in (part, *part._traverse())
        if isinstance(each, Component) and hasattr(each, "data-la-listed")
    ]
    return found


def plain(cells: list[str]) -> list[str]:
    return [cell.replace("\u00a0", " ").replace("\u202f", " ") for cell in cells]


@pytest.mark.parametrize("page", PAGES)
def test_every_card_of_a_page_has_a_menu_with_its_definition_and_its_numbers(page: str) -> None:
    cards = [each for each in PAGES[page]._traverse() if isinstance(each, html.Article)]
    assert len(cards) >= 9
    for each in cards:
        entries = [part for part in each._traverse() if isinstance(part, html.Button | html.A)]
        offered = {getattr(part, "data-la-download", None) for part in entries}
        file = any(hasattr(part, "data-la-file") for part in entries)
        title = next(part.children for part in each._traverse() if isinstance(part, html.H2))
        assert any(hasattr(part, "data-la-opens") for part in entries), title
        assert file or "csv" in offered, title
        assert {"png", "svg"} <= offered or "A list is words" in str(each), title


def test_lists_carry_what_they_show_cell_by_cell() -> None:
    view = samples.student()
    due, steps = listed(due_list(view)), listed(step_list(view, Links()))
    assert due["head"] == ["Activity", "Course", "Due", "Share of mark", "State"]
    assert [row[0] for row in due["rows"]] == [
        each.children[0].children[0].children for each in due_list(view).children
    ]
    assert len(steps["rows"]) == len(view.content.steps)
    assert steps["rows"][0][0] == view.content.steps[0].title
    units = listed(unit_list(view, Links()))["rows"]
    unit = view.content.units[0]
    assert units[0][:4] == [unit.title, unit.course, str(unit.done), str(unit.published)]


def test_videos_and_what_is_stored_are_rows_with_their_numbers() -> None:
    videos = listed(video_list([WatchedVideo("CCC", "Loops", 90.0, 180.0), WatchedVideo("CCC", "", 60.0, None)]))
    assert [plain(row) for row in videos["rows"]] == [
        ["Loops", "CCC", "50 % of 3 min"],
        ["A video without a name", "CCC", "1 min"],
    ]
    assert stored_rows(Stored(), samples.TODAY) == []
    held = stored_rows(Stored(since=samples.START, days=3, events=1), samples.TODAY)
    assert [row[:2] for row in held] == [("stored", "1 event"), ("stored", "3 days with activity")]
