"""The cards of a learner's page: what stands in the strip, and what could come next."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from dash import html

from dashapp.components import student
from dashapp.components.links import Links
from dashapp.components.student_lists import step_list
from dashapp.components.student_strip import strip_cells
from dashapp.domain.views import Day, Due
from dashapp.domain.views.content import Content, CourseProgress, NextStep, StepKind
from dashapp.figures import Screen
from dashapp.figures.summary import named
from tests.components import samples
from tests.components.student_samples import ADDRESS
from tests.components.test_components import prop, text_of


def plain(parts: Any) -> str:
    return text_of(parts).replace("\u00a0", " ").replace("\u202f", " ")


def cells(**changed: Any) -> list[tuple[str, str, str]]:
    """(title, value with what follows in small type, line) of the strip."""
    found = strip_cells(replace(samples.student(), **changed))
    return [(plain(cell.title), plain(f"{cell.value} {cell.small}".strip()), plain(list(cell.line))) for cell in found]


def test_progress_stands_beside_the_plan_over_all_courses() -> None:
    title, value, line = cells()[0]
    # 56 of 78 are 71.8 %; the plan has 36 + 20.
    assert (title, value, line) == ("Progress", "72 %", "56 of 78 activities, The same as the plan for today, 56")
    behind = Content(progress=(CourseProgress("CCC", 3, 40, 13),))
    assert cells(content=behind)[0][1:] == ("8 %", "3 of 40 activities, 10 fewer than the plan for today, 13")


def test_without_a_calendar_there_is_no_plan_and_without_activities_no_progress() -> None:
    unplanned = Content(progress=(CourseProgress("CCC", 1, 4, None), CourseProgress("EEE", 1, 4, 2)))
    assert cells(content=unplanned)[0][2] == "2 of 8 activities"
    assert cells(content=Content(progress=(CourseProgress("CCC", 0, 0, 0),)))[0][1] == "Nothing published yet"
    assert cells(content=Content())[0][1] == "Nothing published yet"


def test_the_next_deadline_is_the_first_that_is_still_open() -> None:
    _title, value, line = cells()[2]
    assert (value, line) == ("in 8 days", "Assignment 2, CCC, 22 % of markNot started")
    done = replace(samples.DUE, state="submitted", due_at=samples.DUE.due_at - timedelta(days=5))
    assert cells(due=(done, samples.DUE))[2][1] == "in 8 days"
    assert cells(due=(done,))[2][1:] == ("Nothing to hand in", "What is set is handed in")
    assert cells(due=())[2][1:] == ("Nothing to hand in", "No deadline is set")


def test_the_last_score_stands_beside_the_average_that_it_met() -> None:
    assert cells()[1] == ("Average score", "78 %", "Last score 55 %, 25 points lower than the average before it")
    assert cells(earlier_score=55.4)[1][2] == "Last score 55 %, the same as the average before it"
    assert cells(earlier_score=None)[1][2] == "The first score, with nothing before it to compare"


def test_active_days_stand_beside_the_same_days_of_the_own_last_weeks() -> None:
    # Thursday: of the first four days two this week; one, two, one and zero in the four weeks before.
    monday = date(2026, 5, 4)
    active = [monday, monday + timedelta(days=2), monday - timedelta(days=7)]
    active += [monday - timedelta(days=14), monday - timedelta(days=12), monday - timedelta(days=20)]
    # A Sunday counts for no week of which four days are looked at.
    days = tuple(Day(day, 5) for day in (*active, monday - timedelta(days=1)))
    _title, value, line = cells(days=days)[3]
    assert (value, line) == ("2 of 4", "1 higher than the average of the first 4 days of the last 4 weeks, 1")
    assert cells(days=days, weeks=())[3][2] == ""


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (0, "Was due Mon 4 May, 3 days ago; nothing has been handed in."),
        (1, "Due Fri 15 May, in 8 days; not opened yet."),
        (2, "Opened, and not finished."),
        (3, "55 % so far; a further attempt can raise it."),
    ],
)
def test_each_step_has_a_plain_reason_and_its_place(place: int, reason: str) -> None:
    item = step_list(samples.student(), Links()).children[place]
    said = [plain(part) for part in item.children[0].children]
    assert said[1] == reason
    assert said[2].startswith("EEE" if place == 1 else "CCC · ")


def test_a_step_is_opened_where_its_sender_says_it_is_and_never_from_a_session_of_one_page() -> None:
    (link,) = [each for each in step_list(samples.student(), Links())._traverse() if isinstance(each, html.A)]
    assert [prop(link, name) for name in ("href", "target", "rel")] == [ADDRESS, "_blank", "noopener noreferrer"]
    alone = step_list(samples.student(), Links(alone=True))
    assert not [each for each in alone._traverse() if isinstance(each, html.A)]


def test_no_step_is_a_fact_once_there_is_something_to_do() -> None:
    view = samples.student()
    calm = replace(view, content=replace(view.content, steps=()))
    assert plain(step_list(calm, Links())) == "Nothing is overdue, due soon or unfinished."
    assert "as soon as the course has activities" in plain(step_list(samples.new_student(), Links()))


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "\u202eevil\u202c", "x" * 500, ""])
def test_odd_names_of_activities_stay_texts(name: str) -> None:
    step = NextStep(StepKind.UNIT_UNTOUCHED, name, name)
    view = replace(
        samples.student(),
        content=replace(samples.student().content, steps=(step,)),
        due=(Due(name, name, samples.DUE.due_at, None, "opened"),),
    )
    filled = student.fill(view, Screen(), Links())
    for part in ("next", "due"):
        assert name in text_of(filled[part])
    # In a figure of the strip it is cut as in a sentence.
    assert named(name) in text_of(filled["strip"])
