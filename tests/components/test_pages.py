"""The three pages: empty body, slots and values fit together, and the sentences say what the data say."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import words
from dashapp.components import (
    caseload,
    classroom,
    classroom_work,
    contacts,
    courses,
    hindsight,
    institution,
    institution_further,
    student,
)
from dashapp.components.course_comparison import course_rows
from dashapp.components.learner_grid import NEVER, learner_columns, learner_rows
from dashapp.components.links import Links
from dashapp.components.sentences import (
    classroom_lead,
)
from dashapp.components.unnamed import GROUPED, NAMED
from dashapp.components.whose import Reader
from dashapp.domain.audience import Comparison
from dashapp.domain.filters import Filters
from dashapp.domain.views import Level, Reason, Rule
from dashapp.figures import Screen
from dashapp.figures.drawing import Drawing
from dashapp.ids import Classroom
from tests.components import hindsight_samples, samples, samples_further, work_samples
from tests.components import student_parts as student_samples
from tests.components.test_components import prop, text_of

PAGES = (student, classroom, institution, courses, caseload)
FILLED: dict[str, tuple[Any, Mapping[str, Any]]] = {
    "student": (student, student.fill(samples.student(), Screen(), Links())),
    "student by name": (
        student,
        student.fill(samples.student(level=Level.HELP), Screen(), Links(), reader=Reader.STAFF),
    ),
    "student in events": (student, student.fill(samples.student(minutes=False), Screen(), Links())),
    "student hidden": (student, student.fill(samples.student(hidden=True), Screen(), Links())),
    "new student": (student, student.fill(samples.new_student(), Screen(), Links())),
    "classroom": (classroom, classroom.fill(samples.classroom(), Screen(), Links())),
    "classroom in events": (classroom, classroom.fill(samples.classroom(minutes=False), Screen(), Links())),
    "new classroom": (classroom, classroom.fill(samples.new_classroom(), Screen(), Links())),
    "institution": (institution, institution.fill(samples.institution(), Screen(), Links())),
    "courses": (courses, courses.fill(samples.courses(), Screen(), Links())),
    "courses in groups": (courses, courses.fill(samples.courses(named=False), Screen(), Links())),
    "caseload": (caseload, caseload.fill(samples.caseload(), Screen(), Links())),
    "empty caseload": (caseload, caseload.fill(replace(samples.caseload(), learners=()), Screen(), Links())),
    "no courses": (courses, courses.fill(replace(samples.courses(), courses=()), Screen(), Links())),
    "hidden institution": (institution, institution.fill(samples.hidden_institution(), Screen(), Links())),
    "institution without courses": (
        institution,
        institution.fill(samples.institution(courses=()), Screen(), Links()),
    ),
}


PARTS: tuple[Any, ...] = (classroom_work, hindsight, student_samples.OWN_PAGE_PART, institution_further, contacts)
FILLED_PARTS: dict[str, tuple[Any, Mapping[str, Any]]] = {
    **student_samples.filled_parts(),
    "classroom work": (classroom_work, classroom_work.fill(work_samples.full(), Screen())),
    "looking back": (hindsight, hindsight.fill(hindsight_samples.full(), Screen())),
    "nothing to look back at": (hindsight, hindsight.fill(hindsight_samples.new(), Screen())),
    "looking back in groups": (hindsight, hindsight.fill(hindsight_samples.in_groups(), Screen())),
    "new classroom work": (classroom_work, classroom_work.fill(work_samples.new(), Screen())),
    "classroom work in groups": (classroom_work, classroom_work.fill(work_samples.in_groups(), Screen())),
    "institution further": (
        institution_further,
        institution_further.fill(samples_further.institution_further(), Screen(), "/data-quality"),
    ),
    "new institution further": (
        institution_further,
        institution_further.fill(samples_further.new_institution_further(), Screen()),
    ),
    "hidden institution further": (
        institution_further,
        institution_further.fill(samples_further.hidden_institution_further(), Screen()),
    ),
    "contacts": (contacts, contacts.fill(samples.contacts(), samples.student().freshness)),
    "no contacts": (contacts, contacts.fill((), samples.student().freshness)),
}


def plain(parts: Any) -> str:
    return text_of(parts).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("name", [*FILLED, *FILLED_PARTS])
def test_the_values_have_the_names_of_the_slots(name: str) -> None:
    page, values = {**FILLED, **FILLED_PARTS}[name]
    assert set(values) == set(page.slots())
    assert len(values["asof"]) == len(page.CARDS)
    assert "la-loading" not in values["filled" if name in FILLED_PARTS else "page"]


@pytest.mark.parametrize("page", [*PAGES, *PARTS])
def test_every_slot_points_to_a_component_of_the_empty_page(page: Any) -> None:
    body: Component = page.body()
    known = {str(each.id) for each in (body, *body._traverse()) if isinstance(each, Component) and hasattr(each, "id")}
    for name, slot in page.slots().items():
        if name != "asof":
            assert slot.id in known, name
    asof = [each for each in body._traverse() if getattr(each, "className", "") == "la-asof"]
    own = page.slots()["asof"].id["page"]
    assert [each.id["card"] for each in asof if each.id["page"] == own] == list(page.CARDS)


@pytest.mark.parametrize("page", PAGES)
def test_the_empty_page_has_no_data_and_says_that_it_loads(page: Any) -> None:
    body: Component = page.body()
    assert "la-loading" in prop(body, "className")
    assert all(not hasattr(each, "figure") for each in body._traverse() if isinstance(each, dcc.Graph))
    ids_given = [str(each.id) for each in body._traverse() if isinstance(each, Component) and hasattr(each, "id")]
    assert len(ids_given) == len(set(ids_given))


@pytest.mark.parametrize("name", [*FILLED, *FILLED_PARTS])
def test_words_cover_a_chart_exactly_where_there_is_nothing_to_draw(name: str) -> None:
    values = {**FILLED, **FILLED_PARTS}[name][1]
    for part, value in values.items():
        if isinstance(value, Drawing):
            assert (values[f"{part}_state"] is None) == bool(value.data), part


def test_a_row_of_a_learner_carries_what_is_sorted_by_and_what_is_read() -> None:
    view = samples.classroom()
    rows = learner_rows(view, Links(embedded=True))
    assert [row["name"] for row in rows] == [row.name for row in view.learners]
    first, second = rows[0], rows[1]
    assert first["href"] == f"/embed/learners/{view.learners[0].public_id}?course={view.course.public_id}"
    assert (first["level"], first["level_text"], first["last_text"]) == (0, "Needs help", "today")
    assert (second["score"], second["score_text"]) == (None, "–")
    assert [row["level_kind"] for row in rows[:4]] == ["help", "help", "watch", "watch"]


def test_a_learner_who_was_never_active_sorts_last() -> None:
    view = samples.classroom()
    never = replace(view, learners=(replace(view.learners[0], last_active=None),))
    row = learner_rows(never, Links())[0]
    assert (row["last"], row["last_text"]) == (NEVER, "never")


def test_the_day_of_the_last_mail_is_sorted_by_how_long_ago_it_was() -> None:
    view = samples.classroom()
    day = view.today - timedelta(days=3)
    written = replace(view, learners=(replace(view.learners[0], contacted=day), view.learners[1]))
    told = [(row["contacted"], row["contacted_text"]) for row in learner_rows(written, Links())]
    assert told == [(3, words.day(day)), (None, "–")]


def test_the_grid_shows_time_or_events_as_the_sources_record() -> None:
    headers = [[column.get("headerName") for column in learner_columns(minutes=minutes)] for minutes in (True, False)]
    assert "Time" in headers[0]
    assert "Time" not in headers[1]


def test_a_hidden_course_says_so_and_shows_nothing_else() -> None:
    hidden = course_rows(samples.institution(), Links())[-1]
    assert hidden["hidden"] is True
    assert set(hidden) == {"id", "code", "title", "hidden", "hidden_text"}


def grouped() -> Any:
    return replace(samples.classroom(), learners=(), heat=(), heat_rows=0, sections=(), named=False, enrolled=8)


def test_who_sees_groups_only_has_no_list_of_learners_and_no_filter_of_them() -> None:
    body = classroom.body()
    hidden = [each for each in body._traverse() if NAMED in str(getattr(each, "className", ""))]
    inside = {str(getattr(each, "id", "")) for part in hidden for each in part._traverse()}
    assert {Classroom.SECTION, Classroom.LEVEL, Classroom.LEARNERS, Classroom.HEAT} <= inside
    assert Classroom.DAYS not in inside
    assert GROUPED in str(classroom.fill(grouped(), Screen(), Links())["page"])
    assert GROUPED not in str(classroom.fill(samples.classroom(), Screen(), Links())["page"])
    assert plain(classroom_lead(grouped())).startswith("Administrators see groups only")


def test_the_fields_of_dates_show_the_range_that_holds_until_one_is_chosen() -> None:
    values = classroom.fill(samples.classroom(), Screen(), Links(), Filters(first=date(2026, 3, 2)))
    assert (values["first_holds"], values["last_holds"]) == ("", "7 May")


def test_all_courses_together_say_how_to_compare_with_a_median() -> None:
    everything = student.fill(samples.student(), Screen(), Links())
    one = student.fill(replace(samples.student(), chosen=samples.CCC.public_id), Screen(), Links())
    assert plain(everything["weeks_line"]) == "Time per week; choose one course to compare with its median"
    assert plain(one["weeks_line"]).endswith("is the median of the course")


def test_a_course_without_a_rule_that_applies_says_so_once() -> None:
    view = samples.student(level=Level.HELP)
    said = plain(student.fill(view, Screen(), Links())["why"])
    assert "No rule applies" in said
    assert "3 rules" in said
    assert "Yes" not in said
    assert said.count("No") == 1


@pytest.mark.parametrize("level", [Level.HELP, Level.WATCH])
def test_a_rule_that_applies_is_marked_as_urgent_as_the_level_that_it_led_to(level: Level) -> None:
    several = samples.student(level=level)
    one = replace(several, reasons=several.reasons[:1], levels=several.levels[:1])
    for view, said in ((several, "rule"), (one, "Yes")):
        why = student.fill(view, Screen(), Links())["why"]
        assert isinstance(why, Component)
        marked = [
            each.className
            for each in why._traverse()
            if "la-level" in str(getattr(each, "className", "")) and said in text_of(each)
        ]
        assert set(marked) == {f"la-level {level.value}"}


def test_a_chart_that_can_be_zoomed_says_how_to_see_all_of_it_again() -> None:
    hints = [text_of(each) for each in classroom.body()._traverse() if "la-hint" in str(getattr(each, "className", ""))]
    assert [each for each in hints if "zoom" in each] == [
        "Drag over the chart to zoom, double click to see all of it again"
    ]


def test_the_list_of_classrooms_says_where_most_need_help() -> None:
    view = samples.courses()
    values = courses.fill(view, Screen(), Links(embedded=True))
    said = plain(values["listed"])

    assert plain(values["title"]) == "8 learners need help in CCC, 3 in EEE"
    assert plain(values["lead"]) == "3 courses are under way."
    assert "Not under way" in said
    assert "82 % of all" in said
    assert f"/embed/courses/{samples.CCC.public_id}" in str(values["listed"])
    calm = replace(view, courses=view.courses[2:])
    assert plain(courses.fill(calm, Screen(), Links())["title"]) == "No learner needs help now"
    one = replace(view, courses=view.courses[:1])
    assert plain(courses.fill(one, Screen(), Links())["title"]) == "8 learners need help in CCC"


def test_the_list_of_classrooms_in_groups_shows_no_levels_and_hides_small_courses() -> None:
    values = courses.fill(samples.courses(named=False), Screen(), Links())
    said = plain(values["listed"])

    assert values["title"] == "Classrooms"
    assert "Administrators see groups only" in plain(values["lead"])
    assert "Needs help" not in said
    assert "Hidden for privacy: fewer than 5 learners" in said


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (Reader.LEARNER, ""),
        (Reader.STAFF, "The page of Ben T."),
        (Reader.ADVISER, "The page of Ben T., whom you advise"),
        (Reader.GUARDIAN, "The page of Ben T.: you read it as their guardian, and they can see that"),
    ],
)
def test_the_page_of_somebody_else_says_whose_it_is(reader: Reader, said: str) -> None:
    assert student.fill(samples.student(), Screen(), Links(), reader=reader)["whose"] == said


def test_a_caseload_opens_with_how_many_need_help() -> None:
    view = samples.caseload()
    quiet = tuple(replace(row, speaking=False) for row in view.learners)

    assert caseload.sentence(view) == "1 of 3 learners needs help"
    assert caseload.sentence(replace(view, learners=view.learners[1:])) == "No learner needs help now"
    assert caseload.sentence(replace(view, learners=quiet)) == "3 learners"
    listed = plain(caseload.fill(view, Screen(), Links())["listed"])
    assert "CCC: Away 11 teaching days" in listed


@pytest.mark.parametrize(
    ("compared", "words"),
    [(Comparison.HIDDEN, "hidden for privacy"), (Comparison.TOO_FEW, "too few")],
)
def test_a_page_without_a_comparison_says_why_on_each_card(compared: Comparison, words: str) -> None:
    view = samples.student(hidden=True)
    silent = (
        Reason(Rule.AWAY, 1, 7, 0),
        Reason(Rule.LITTLE_ACTIVITY, None, 20, 0, compared),
        Reason(Rule.LOW_SCORE, None, None, 0, compared),
        Reason(Rule.MISSED_DEADLINE, 0, 0, 0),
    )
    view = replace(
        view,
        courses=view.courses[:1],
        comparison=compared,
        scores=tuple(replace(score, comparison=compared) for score in view.scores),
        reasons=(("CCC", silent),),
        levels=(Level.CALM,),
    )

    filled = student.fill(view, Screen(), Links())

    for name in ("scores_line", "weeks_line"):
        assert words in str(filled[name]), name
    assert text_of(filled["why"]).count(words) == 2
    assert "median" not in text_of(filled["title"])


def test_a_classroom_of_three_has_no_median() -> None:
    view = samples.classroom()
    figures = replace(view.figures, median_score=None, scored=3)
    few = replace(view, learners=view.learners[:3], enrolled=3, figures=figures)
    filled = classroom.fill(few, Screen(), Links())
    assert "Too few to compare" in text_of(filled["strip"])
    assert "medians" not in str(filled["time_and_score_line"])
    assert not filled["time_and_score"].layout.shapes  # type: ignore[attr-defined]  # a figure


def test_an_institution_hidden_as_a_whole_says_so_everywhere_and_never_that_there_is_nothing() -> None:
    values = institution.fill(samples.hidden_institution(), Screen(), Links())
    strip = [plain(cell) for cell in values["strip"]]  # type: ignore[attr-defined]  # the four cells
    assert all("Hidden for privacy" in cell for cell in strip)
    for chart in ("tree", "days", "weeks", "scores"):
        assert values[f"{chart}_state"].className == "la-state private", chart  # type: ignore[attr-defined]


def test_a_row_opens_its_course_with_the_dates_of_the_page() -> None:
    dates = Filters.parse(first="2026-03-02", last="2026-04-05", unit="Science")
    href = course_rows(samples.institution(), Links(), dates)[0]["href"]
    assert href.endswith("?from=2026-03-02&to=2026-04-05")


def test_what_is_counted_as_enrolled_is_said() -> None:
    said = plain(institution.fill(samples.institution(), Screen(), Links())["strip"])
    assert "learners of 3 courses under way, each counted once" in said
    over = replace(samples.institution(), under_way=False)
    assert "none is under way" in plain(institution.fill(over, Screen(), Links())["strip"])


@pytest.mark.parametrize("odd", [None, "", "year", 7, ["week"]])
def test_an_unknown_span_of_time_is_days(odd: object) -> None:
    assert institution.span_of(odd) == ""
    assert institution.span_of("month") == "month"


def test_how_a_learner_stood_after_a_message_is_said_beside_how_they_stood_then() -> None:
    said = plain(contacts.fill(samples.contacts(), samples.student().freshness)["list"])

    for part in ("Tess Thorne", "Away 9 teaching days", "then: Needs help", "average score 31 %", "sent"):
        assert part in said
    assert "then2 Mar" in said
    assert "after 7 days9 Mar" in said
    assert "after 14 days16 Mar" in said
    assert "LevelNeeds helpWatchnot yet due" in said
    assert "Average score31 %44 %" in said
    assert "Progress12 %25 %" in said
    assert "Time in the 7 days before0 min1 h 35 min" in said
    assert "Active days of these 703" in said
    # A mail that did not go has nothing after it.
    assert said.count("after 7 days") == 1


def test_who_may_open_the_institutions_page_is_led_back_to_it_with_the_same_days() -> None:
    own, view = samples.public_id(7), grouped()

    def back(links: Links, **chosen: object) -> list[Any]:
        lead: Any = classroom.fill(view, Screen(), links, Filters.parse(section="a", **chosen))["lead"]
        return [prop(part, "href") for part in lead if isinstance(part, html.A)]

    links = Links("/la/", embedded=True, institution=own)
    page = f"/la/embed/organisations/{own}"
    assert back(links) == [page]
    assert back(links, first="2026-04-06", last="2026-05-03") == [f"{page}?from=2026-04-06&to=2026-05-03"]
    assert back(links, span="28d") == [f"{page}?from={view.first}"]
    assert back(Links()) == back(Links(alone=True, institution=own)) == []
