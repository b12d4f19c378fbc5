"""Figures are pure: a view in, a figure out; the empty one is words, and each has its numbers as a table."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from dashapp import figures, words
from dashapp.domain.views import Day, Level
from dashapp.figures import Screen, Theme, table_of
from dashapp.figures.drawing import Drawing
from dashapp.figures.summary import summary
from dashapp.figures.theme import palette
from dashapp.words import use_locale
from tests.components import samples, samples_further, work_samples

Draw = Callable[[Screen], Drawing]
NOWHERE = figures.Addresses(lambda _course: None, lambda _unit: None)
SCREENS = [Screen(theme, narrow) for theme, narrow in product(Theme, (False, True))]


def _student(**kind: Any) -> dict[str, Draw]:
    view = samples.student(**kind)
    minutes = view.minutes_recorded
    return {
        "weeks": lambda screen: figures.weekly_activity(view.weeks, screen, minutes=minutes, revision="r"),
        "calendar": lambda screen: figures.activity_calendar(
            view.days, view.today, screen, minutes=minutes, revision="r"
        ),
        "scores": lambda screen: figures.scores_against_course(view.scores, screen, revision="r"),
    }


def _classroom(**kind: Any) -> dict[str, Draw]:
    view = samples.classroom(**kind)
    return {
        "heat": lambda screen: figures.learner_weeks(view, screen, revision="r"),
        "scatter": lambda screen: figures.time_and_score(view, screen, revision="r"),
        "days": lambda screen: figures.active_days(view.days, view.today, screen, last=view.last, revision="r"),
    }


def _work() -> dict[str, Draw]:
    view = work_samples.full()
    assignments = view.assignments or ()
    return {
        "hand-ins": lambda screen: figures.hand_ins(assignments, screen, revision="r"),
        "score spreads": lambda screen: figures.score_spreads(assignments, screen, revision="r"),
        "last seen": lambda screen: figures.last_seen(view.last_seen or (), screen, revision="r"),
        "units": lambda screen: figures.unit_engagement(view.units or (), screen, revision="r"),
        "questions": lambda screen: figures.question_tries(view.questions or (), screen, revision="r"),
        "forum": lambda screen: figures.forum_weeks(view, screen, revision="r"),
        "hours": lambda screen: figures.hours_of_week(view.hours or (), screen, revision="r"),
        "types": lambda screen: figures.activity_types(view, screen, revision="r"),
        "videos": lambda screen: figures.video_views(view.videos or (), screen, revision="r"),
    }


def _empty_work() -> dict[str, Draw]:
    view = work_samples.new()
    return {
        "hand-ins": lambda screen: figures.hand_ins((), screen),
        "score spreads": lambda screen: figures.score_spreads((), screen),
        "last seen": lambda screen: figures.last_seen(view.last_seen or (), screen),
        "units": lambda screen: figures.unit_engagement((), screen),
        "questions": lambda screen: figures.question_tries((), screen),
        "forum": lambda screen: figures.forum_weeks(view, screen),
        "hours": lambda screen: figures.hours_of_week(view.hours or (), screen),
        "types": lambda screen: figures.activity_types(view, screen),
        "videos": lambda screen: figures.video_views((), screen),
    }


def _institution() -> dict[str, Draw]:
    view, more = samples.institution(), samples_further.institution_further()
    return {
        "courses": lambda screen: figures.courses_by_week(
            view.courses, view.week_starts, view.today, screen, revision="r"
        ),
        "course_scores": lambda screen: figures.scores_by_course(view.courses, screen, revision="r"),
        "tree": lambda screen: figures.course_tree(view, screen, NOWHERE, name="Campus", revision="r"),
        "retention": lambda screen: figures.retention_triangle(more.stories, screen, revision="r"),
        "staying": lambda screen: figures.still_enrolled(more.stories, screen, revision="r"),
        "enrolments": lambda screen: figures.enrolment_weeks(more.enrolments, screen, revision="r"),
        "programmes": lambda screen: figures.programme_outcomes(more.programmes, screen, revision="r"),
        "adoption": lambda screen: figures.type_adoption(more.uses, more.week_starts, 2, screen, revision="r"),
        "active weeks": lambda screen: figures.active_spans(view.weeks, screen, monthly=False, revision="r"),
        "active months": lambda screen: figures.active_spans(view.months, screen, monthly=True, revision="r"),
    }


FULL = {
    **{f"student {name}": draw for name, draw in _student().items()},
    **{f"student in events {name}": draw for name, draw in _student(minutes=False).items()},
    **{f"student hidden {name}": draw for name, draw in _student(hidden=True).items()},
    **{f"classroom {name}": draw for name, draw in _classroom().items()},
    **{f"classroom in events {name}": draw for name, draw in _classroom(minutes=False, learners=60).items()},
    **{f"classroom of two {name}": draw for name, draw in _classroom(learners=2).items()},
    **{f"institution {name}": draw for name, draw in _institution().items()},
    **{f"classroom {name}": draw for name, draw in _work().items()},
}
EMPTY: dict[str, Draw] = {
    **_empty_work(),
    "weeks": lambda screen: figures.weekly_activity((), screen, minutes=True),
    "calendar": lambda screen: figures.activity_calendar((), samples.TODAY, screen, minutes=True),
    "scores": lambda screen: figures.scores_against_course((), screen),
    "heat": lambda screen: figures.learner_weeks(samples.new_classroom(), screen),
    "scatter": lambda screen: figures.time_and_score(samples.new_classroom(), screen),
    "days": lambda screen: figures.active_days((), samples.TODAY, screen),
    "days of a hidden group": lambda screen: figures.active_days(
        (Day(samples.TODAY, 3, learners=None),), samples.TODAY, screen
    ),
    "courses": lambda screen: figures.courses_by_week(
        (samples.HIDDEN_COURSE,), samples.WEEK_STARTS, samples.TODAY, screen
    ),
    "course scores": lambda screen: figures.scores_by_course((samples.HIDDEN_COURSE,), screen),
    "retention": lambda screen: figures.retention_triangle((samples_further.HIDDEN_STORY,), screen),
    "staying": lambda screen: figures.still_enrolled((samples_further.HIDDEN_STORY,), screen),
    "enrolments": lambda screen: figures.enrolment_weeks((), screen),
    "programmes": lambda screen: figures.programme_outcomes((), screen),
    "adoption": lambda screen: figures.type_adoption((), samples.WEEK_STARTS, 0, screen),
    "tree of hidden courses": lambda screen: figures.course_tree(
        samples.hidden_institution(), screen, NOWHERE, name="Campus"
    ),
    "active weeks": lambda screen: figures.active_spans((), screen, monthly=False),
    "active months": lambda screen: figures.active_spans((), screen, monthly=True),
}


def _without_empty(figure: Any) -> Any:
    """plotly leaves out lists of no annotations and no shapes."""
    layout = {name: part for name, part in figure["layout"].items() if part != []}
    return {**figure, "layout": layout}


@pytest.mark.parametrize("screen", SCREENS, ids=str)
@pytest.mark.parametrize("name", FULL)
def test_plotlys_schema_knows_every_property_and_changes_none(name: str, screen: Screen) -> None:
    drawn = FULL[name](screen)
    text = drawn.to_bytes().decode()
    assert json.loads(drawn.checked.to_json()) == _without_empty(json.loads(text))
    assert "bdata" not in text, "arrays travel as plain lists, which clientside code can read"
    assert drawn.layout.uirevision == "r"


@pytest.mark.parametrize("name", FULL)
def test_a_figure_has_its_numbers_as_a_table(name: str) -> None:
    table = table_of(FULL[name](Screen()))
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.head)}
    assert all(isinstance(cell, str) for row in table.rows for cell in row)


@pytest.mark.parametrize("name", FULL)
def test_a_figure_is_said_in_one_sentence_from_its_data(name: str) -> None:
    table = table_of(FULL[name](Screen()))
    cells = [cell for row in table.rows for cell in row]

    assert ": " in table.summary
    assert any(cell and any(letter.isdigit() for letter in cell) and cell in table.summary for cell in cells)


def test_a_sentence_says_the_highest_the_lowest_and_the_last() -> None:
    days = [Day(date(2026, 5, day), events=9, learners=learners) for day, learners in ((4, 7), (5, 2), (6, 5))]
    drawn = figures.active_days(days, date(2026, 5, 6), Screen())
    assert table_of(drawn).summary == "Active learners: highest 7 (Mon 4 May), lowest 2 (Tue 5 May), last 5 (Wed 6 May)"

    assert summary("Time", [("Mon", 5.0)], words.number) == "Time: 5 (Mon)"
    assert summary("Time", [("Mon", 5.0), ("Tue", 5.0)], words.number) == "Time: 5 throughout"
    no_order = summary("Score", [("Ada", 5.0), ("Ben", 3.0)], words.percent, in_time=False)
    assert no_order.replace("\u00a0", " ") == "Score: highest 5 % (Ada), lowest 3 % (Ben)"
    assert summary("Time", [], words.number) == ""


@pytest.mark.parametrize("screen", SCREENS, ids=str)
@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_figure_is_words_without_axes(name: str, screen: Screen) -> None:
    drawn = EMPTY[name](screen)
    assert len(drawn.data) == 0
    assert len(drawn.layout.annotations) == 1
    assert drawn.layout.annotations[0].text
    assert drawn.layout.xaxis.visible is False
    assert table_of(drawn).rows == ()


def _colours(part: Any) -> set[str]:
    if isinstance(part, dict):
        return set().union(*map(_colours, part.values()), set())
    if isinstance(part, list):
        return set().union(*map(_colours, part), set())
    return {part} if isinstance(part, str) and part.startswith("#") else set()


@pytest.mark.parametrize("screen", SCREENS, ids=str)
@pytest.mark.parametrize("name", FULL)
def test_every_colour_is_a_token_of_the_theme(name: str, screen: Screen) -> None:
    drawn = json.loads(FULL[name](screen).to_bytes())
    assert _colours(drawn) <= set(palette(screen.theme).values())


def test_a_theme_changes_colours_and_nothing_else() -> None:
    light, dark = (_student()["weeks"](Screen(theme)).to_plotly_json() for theme in Theme)
    assert light["data"][0]["y"] == dark["data"][0]["y"]
    assert light["data"][0]["marker"] != dark["data"][0]["marker"]


def test_the_unit_stands_once_at_the_last_tick() -> None:
    axis = _student()["weeks"](Screen()).layout.yaxis
    assert [text[-1:] for text in axis.ticktext].count("h") == 1
    assert axis.ticktext[-1].endswith("h")
    assert len(axis.tickvals) <= 6
    assert axis.range[0] == 0


def test_the_week_under_way_is_an_outline() -> None:
    bars = _student()["weeks"](Screen()).data[0]
    assert bars.marker.color[-1] == "rgba(0,0,0,0)"
    assert list(bars.marker.line.width[:-1]) == [0] * (samples.WEEKS - 1)


def test_a_hidden_median_is_not_in_the_figure_at_all() -> None:
    draw = _student(hidden=True)
    assert len(draw["weeks"](Screen()).data) == 1
    boxes, medians, own = draw["scores"](Screen()).data
    assert (len(boxes.x), len(medians.x), len(own.x)) == (0, 0, 2)


def test_a_day_without_activity_is_a_zero_and_a_day_to_come_is_blank() -> None:
    view = samples.student()
    calendar = figures.activity_calendar(view.days, view.today, Screen(), minutes=True).data[0]
    monday, tuesday = calendar.z[0], calendar.z[1]
    assert (monday[0], tuesday[0]) == (1, 0)
    assert calendar.z[4][-1] is None, "the Friday after today"


def test_a_calendar_begins_its_weeks_where_its_reader_does() -> None:
    monday, today = date(2026, 9, 7), date(2026, 9, 22)
    days = (Day(monday, 3, 5), Day(today, 3, 9))
    shown = {}
    for locale in ("en", "ar", "en_US"):
        with use_locale(locale):
            calendar = figures.activity_calendar(days, today, Screen(), minutes=True)
            first = calendar.layout.yaxis.ticktext[0].strip("\u2068\u2069")  # isolated where letters go the other way
            shown[locale] = [(row, first) for row in range(7) if calendar.data[0].z[row][0] not in (None, 0)]
    with use_locale("ar"):
        saturday = words.weekdays()[5]
    assert shown == {"en": [(0, "Mon")], "ar": [(2, saturday)], "en_US": [(1, "Sun")]}


@pytest.mark.parametrize("narrow", [False, True])
def test_the_days_before_the_first_whole_week_leave_their_label_to_the_month_that_begins(narrow: bool) -> None:
    first, today = date(2026, 9, 6), date(2026, 11, 23)
    drawn = figures.activity_calendar((Day(first, 3, 5),), today, Screen(narrow=narrow), minutes=True)
    assert list(drawn.layout.xaxis.ticktext) == ["Sept", "Oct", "Nov"]


def test_the_rows_of_the_heat_map_stand_in_the_order_of_the_list() -> None:
    view = samples.classroom()
    drawn = figures.learner_weeks(view, Screen())
    assert [text.split("  ")[0] for text in drawn.layout.yaxis.ticktext] == [row.name for row in view.learners]
    assert tuple(drawn.layout.yaxis.range) == (len(view.learners) - 0.5, -0.5)
    assert ["▲" in text for text in drawn.layout.yaxis.ticktext] == [row.level is Level.HELP for row in view.learners]


def test_only_those_to_look_at_are_named_and_nobody_without_a_score_is_drawn() -> None:
    view = samples.classroom()
    calm, watch, help_, names = figures.time_and_score(view, Screen()).data
    by_place = {(row.minutes or 0, row.score): row for row in view.learners if row.score is not None}
    named = [by_place[place] for place in zip(names.x, names.y, strict=True)]
    assert [text.strip("\u00a0") for text in names.text] == [row.name for row in named]
    assert {row.level for row in named} == {Level.HELP, Level.WATCH}
    assert sum(len(trace.x) for trace in (calm, watch, help_)) == sum(row.score is not None for row in view.learners)


def test_a_quiet_day_between_two_others_is_a_zero() -> None:
    days = (Day(samples.TODAY - timedelta(days=2), 9, learners=4), Day(samples.TODAY, 3, learners=2))
    drawn = figures.active_days(days, samples.TODAY, Screen())
    assert list(drawn.data[0].y) == [4, 0, 2]
    assert "<b>2</b>" in drawn.layout.annotations[0].text


def test_a_long_span_of_days_has_its_ticks_at_months() -> None:
    days = tuple(Day(samples.TODAY - timedelta(days=back), 9, learners=4) for back in range(120))
    assert list(figures.active_days(days, samples.TODAY, Screen()).layout.xaxis.ticktext) == [
        "Feb",
        "Mar",
        "Apr",
        "May",
    ]


def test_the_week_under_way_and_hidden_courses_are_left_out_of_the_comparison() -> None:
    view = samples.institution()
    drawn = figures.courses_by_week(view.courses, view.week_starts, view.today, Screen())
    assert {len(trace.x) for trace in drawn.data} == {samples.WEEKS - 1}
    assert "AAA" not in drawn.to_bytes().decode()


@pytest.mark.parametrize(
    ("stored", "screen"),
    [
        (None, Screen()),
        ("dark", Screen()),
        ({"theme": "dark", "narrow": True}, Screen(Theme.DARK, narrow=True)),
        ({"theme": ["dark"], "narrow": "yes"}, Screen()),
    ],
)
def test_what_the_browser_says_of_its_screen_is_not_trusted(stored: object, screen: Screen) -> None:
    assert Screen.parse(stored) == screen


def test_the_heat_map_names_every_learner_that_it_shows() -> None:
    view = samples.classroom(learners=40)
    heat = tuple(row.weeks for row in view.learners)
    drawn = figures.learner_weeks(replace(view, heat=heat, heat_rows=40), Screen())
    assert len(drawn.layout.yaxis.ticktext) == 40


def test_the_heat_map_numbers_the_weeks_of_the_course() -> None:
    view = replace(samples.classroom(), first_week=0)
    drawn = figures.learner_weeks(view, Screen())
    assert drawn.layout.xaxis.ticktext[:3] == ("2 Feb", "week 1", "2")
    assert drawn.data[0].customdata[0][0].startswith("Jomo W., week from 2 Feb: ")
    assert drawn.data[0].customdata[0][5].startswith("Jomo W., week 5: ")


@pytest.mark.parametrize(("minutes", "unit"), [(True, "Minutes"), (False, "Events")])
def test_the_table_of_the_heat_map_says_what_it_counts(minutes: bool, unit: str) -> None:
    drawn = figures.learner_weeks(samples.classroom(minutes=minutes), Screen())
    assert figures.table_of(drawn).unit.startswith(f"{unit} per learner and week")


def test_the_heat_map_shows_no_more_rows_than_can_be_read() -> None:
    view = replace(samples.classroom(learners=80), heat_rows=80)
    assert figures.heat_rows_shown(view) == 40
    assert figures.learner_weeks(view, Screen()).layout.yaxis.range[0] == 39.5
    assert figures.heat_rows_shown(samples.classroom(learners=3)) == 3


def test_the_names_of_marks_that_stand_close_lean_away_from_each_other() -> None:
    view = samples.student()
    close = replace(view.scores[1], score=63.0)
    drawn = figures.scores_against_course((close,), Screen(), own="score")
    assert [note.xanchor for note in drawn.layout.annotations[:2]] == ["right", "left"]


def test_names_are_shown_as_they_are_and_never_become_links() -> None:
    name = '<a href="https://elsewhere.example">a & b</a>'
    rows = tuple(replace(row, code=name) for row in samples.institution().courses)
    screen = Screen(Theme.LIGHT)
    drawn = (
        figures.courses_by_week(rows, samples.institution().week_starts, samples.institution().today, screen),
        figures.scores_by_course(rows, screen),
        figures.scores_against_course(
            [replace(row, activity=name) for row in samples.student().scores], screen, own=name
        ),
    )

    for each in drawn:
        told = each.to_plotly_json()
        told["layout"].pop("meta", None)
        assert "<a" not in json.dumps(told, default=str)
        assert any(name in cell for row in table_of(each).rows for cell in row)
