"""The cards below the fold of a classroom's page: lines, keys, and the states that never look alike."""

from dataclasses import replace
from datetime import date

from dash.development.base_component import Component

from dashapp.components import classroom_work
from dashapp.components.definitions import Subject, definition
from dashapp.components.definitions.classroom_work import SUBJECTS
from dashapp.domain.views import ClassroomWorkView
from dashapp.domain.views.classroom_work import Forum
from dashapp.figures import Screen
from tests.components import work_samples
from tests.components.test_components import text_of

CHARTS = ("assignments", "last_seen", "units", "scores", "questions", "forum", "hours", "types", "videos")


def values(view: ClassroomWorkView) -> dict[str, object]:
    return classroom_work.fill(view, Screen())


def said(part: object) -> str:
    return text_of(part).replace("\u00a0", " ").replace("\u202f", " ")


def states(view: ClassroomWorkView) -> dict[str, str]:
    found = values(view)
    return {name: "" if found[f"{name}_state"] is None else said(found[f"{name}_state"]) for name in CHARTS}


def test_every_chart_is_drawn_where_there_is_something() -> None:
    assert set(states(work_samples.full()).values()) == {""}


def test_every_chart_says_so_where_no_learner_matches_the_filters() -> None:
    found = states(replace(work_samples.full(), unmatched=True))
    assert all(text.startswith("No learner matches these filters") for text in found.values()), found


def test_every_chart_says_what_is_awaited_where_there_is_nothing() -> None:
    found = states(work_samples.new())
    assert all(text.startswith("No data yet") for text in found.values()), found
    assert "first answer" in found["questions"]


def test_every_chart_is_hidden_where_a_few_would_be_told() -> None:
    assert all(text.startswith("Hidden for privacy") for text in states(work_samples.in_groups()).values())
    assert all("Fewer than 5 learners" in text for text in states(work_samples.hidden()).values())


def test_hours_that_no_source_records_are_no_zero() -> None:
    view = replace(work_samples.full(), hours=(), hours_recorded=False)
    assert "Not recorded by this source" in states(view)["hours"]


def test_scores_of_a_few_are_hidden_not_awaited() -> None:
    few = tuple(replace(one, scores=()) for one in work_samples.full().assignments or ())
    view = replace(work_samples.full(), assignments=few)
    assert states(view)["scores"].startswith("Hidden for privacy")
    assert states(view)["assignments"] == ""


def test_what_is_not_drawn_is_named() -> None:
    found = values(work_samples.full())
    assert said(found["assignments_line"]) == (
        "Learners per assignment; the newest ones, in the table also quiz 1, assignment 1"
    )
    assert said(found["questions_line"]).endswith("20 of 24, the others in the table")
    many = replace(work_samples.full(), assignments=tuple(work_samples.assignment(number) for number in range(20)))
    assert said(values(many)["assignments_line"]).endswith("6 more")


def test_threads_without_an_answer_are_counted_in_the_line() -> None:
    view = work_samples.full()
    assert "2 of 13 threads are unanswered for more than 2 days" in said(values(view)["forum_line"])
    assert view.forum is not None
    none = replace(view, forum=Forum(view.forum.weeks, 0, 0))
    assert "unanswered" not in said(values(none)["forum_line"])


def test_a_key_goes_with_its_chart() -> None:
    found, covered = values(work_samples.full()), values(work_samples.new())
    keyed = [name for name in found if name.endswith("_key")]
    assert len(keyed) == 6
    assert all(isinstance(found[name], Component) for name in keyed)
    assert {covered[name] for name in keyed} == {None}
    assert "▲ missing" in said(found["assignments_key"])


def test_every_card_has_a_definition_of_four_parts() -> None:
    for subject in SUBJECTS | {Subject.VIDEOS}:
        one = definition(subject)
        assert all((one.what, one.span, one.left_out, one.source or one.metrics)), subject


def test_charts_of_days_say_so_while_none_of_the_chosen_dates_has_come() -> None:
    full = work_samples.full()
    empty = replace(full, to_come=date(2026, 6, 1), forum=Forum((), 0, 0), hours=(), types=(), videos=())
    found = states(empty)
    said_so = {name for name, text in found.items() if text.startswith("No day of the chosen dates has come yet")}
    assert said_so == {"forum", "hours", "types", "videos"}
    assert states(replace(empty, forum=None))["forum"].startswith("Hidden for privacy")
