"""Charts over time of a few days, weeks or months look like those of many."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from dashapp import figures
from dashapp.figures import Screen
from dashapp.figures.drawing import Drawing
from tests.components import samples, samples_further, work_samples

Draw = Callable[[Screen], Drawing]


def _few(count: int) -> dict[str, Draw]:
    """Columns over so many days, weeks or months."""
    view, more, work = samples.institution(), samples_further.institution_further(), work_samples.full()
    learner = samples.student()
    forum = work.forum and replace(work.forum, weeks=work.forum.weeks[-count:])
    room = replace(work, forum=forum, week_starts=work.week_starts[-count:])
    return {
        "days": lambda screen: figures.active_days(view.days[-count:], view.today, screen),
        "active weeks": lambda screen: figures.active_spans(view.weeks[-count:], screen, monthly=False),
        "active months": lambda screen: figures.active_spans(view.months[-count:], screen, monthly=True),
        "enrolments": lambda screen: figures.enrolment_weeks(more.enrolments[-count:], screen),
        "forum": lambda screen: figures.forum_weeks(room, screen),
        "a learner's weeks": lambda screen: figures.weekly_activity(learner.weeks[-count:], screen, minutes=True),
    }


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("name", _few(1))
def test_a_few_columns_over_time_are_no_walls(name: str, count: int, narrow: bool) -> None:
    drawn = _few(count)[name](Screen(narrow=narrow))
    first, last = drawn.layout.xaxis.range
    assert all(bar.width is None for bar in drawn.data if bar.type == "bar")
    column = (1 - drawn.layout.bargap) / (last - first)
    assert 0 < column <= (0.12 if narrow else 0.06)


@pytest.mark.parametrize("narrow", [False, True])
def test_many_columns_stand_as_close_as_they_should(narrow: bool) -> None:
    view = samples.institution()
    drawn = figures.active_days(view.days, view.today, Screen(narrow=narrow))
    assert drawn.layout.bargap == 0.22


def test_the_only_week_of_a_course_is_a_mark_within_its_panel() -> None:
    view = samples.institution()
    starts = (view.today - timedelta(days=10), view.today - timedelta(days=3))
    courses = tuple(replace(course, weeks=course.weeks[-2:]) for course in view.courses)
    drawn = figures.courses_by_week(courses, starts, view.today, Screen())
    assert {trace.mode for trace in drawn.data} == {"markers"}
    first, last = drawn.layout.xaxis.range
    assert all(first < x < last for trace in drawn.data for x in trace.x)
    usual = figures.courses_by_week(view.courses, view.week_starts, view.today, Screen())
    assert {trace.mode for trace in usual.data} == {"lines"}
