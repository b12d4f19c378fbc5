"""Parts of a page: cards, strips, states, marks, links."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from dash import html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.components import card, controls, grids, marks, shell
from dashapp.components.definitions import Subject, definition
from dashapp.components.differences import amount_against, count_against, emphasised
from dashapp.components.links import Links
from dashapp.components.shell import Tab
from dashapp.components.strip import Cell, cells, value_parts
from dashapp.domain.filters import Filters
from dashapp.domain.keys import PublicId
from dashapp.domain.views import Freshness, Level
from dashapp.figures.drawing import Drawing
from dashapp.words import duration, number
from tests.components import samples
from tests.words.visible import texts_of


def text_of(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Component):
        return text_of(getattr(part, "children", None) or "")
    if isinstance(part, Drawing):
        return part.to_bytes().decode()
    return "".join(text_of(each) for each in part)


def prop(part: Component, name: str) -> Any:
    """A property of a component; None where it has not been set."""
    return part.to_plotly_json()["props"].get(name)


def found(tree: Component, kind: type[Component]) -> list[Any]:
    return [part for part in (tree, *tree._traverse()) if isinstance(part, kind)]


def a_card(*, table: bool = True) -> Component:
    frame = card.Frame("student", "student-weeks", "Week by week", "s7", definition(Subject.WEEKS), "", table)
    return card.chart(frame, 236, phone=200) if table else card.card(frame, [])


def test_a_card_opens_its_definition_with_range_and_what_is_left_out() -> None:
    dialog = found(a_card(), html.Dialog)[0]
    buttons = [each.to_plotly_json()["props"] for each in found(a_card(), html.Button)]
    assert any(each.get("data-la-opens") == dialog.id for each in buttons)
    terms = [text_of(each) for each in found(dialog, html.Dt)]
    assert terms == ["What it says", "Metrics", "Formula", "Time range", "As of", "Left out", "Read from"]
    said = text_of(dialog)
    assert "Time on task: minutes with an event + minutes of gaps" in said
    assert "Days of each learner in each course learner_course_days" in said
    assert said.count("submissions") == 1
    assert all(text_of(each) for each in found(dialog, html.Dd))


def test_only_a_chart_has_a_data_table() -> None:
    def tables(tree: Component) -> list[str]:
        props = [each.to_plotly_json()["props"] for each in found(tree, html.Button)]
        return [each["data-la-table"] for each in props if "data-la-table" in each]

    assert tables(a_card()) == ["student-weeks"]
    assert tables(a_card(table=False)) == []


def test_the_menu_of_a_card_has_one_order_and_offers_what_can_be_taken_along() -> None:
    def entries(tree: Component) -> list[str]:
        menu = next(each for each in found(tree, html.Details) if each.className == "la-menu")
        return [text_of(each) for each in menu._traverse() if isinstance(each, html.Button | html.A)]

    everything = ["Definition", "Data table", "Picture PNG", "Drawing SVG", "Numbers CSV"]
    assert entries(a_card()) == everything
    assert entries(a_card(table=False)) == everything[:1]
    frame = card.Frame("classroom", "a-grid", "Who?", "s12", definition(Subject.LEARNERS))
    assert entries(card.card(frame, [grids.grid("a-grid", [], 100, "Who?")])) == [everything[0], *everything[2:]]


def test_a_chart_has_one_height_whatever_it_shows() -> None:
    plot = next(each for each in found(a_card(), html.Div) if getattr(each, "className", "") == "la-plot")
    assert plot.style == {"--tall": "236px", "--tall-phone": "200px"}
    assert ids.state_of("student-weeks") in {getattr(each, "id", None) for each in plot._traverse()}


@pytest.mark.parametrize("subject", Subject)
@pytest.mark.parametrize("organisation", [False, True])
def test_every_subject_has_its_definition(subject: Subject, organisation: bool) -> None:
    shared = {Subject.ACTIVE_DAYS}
    compared = {Subject.CLASSROOMS, Subject.COURSES, Subject.COURSE_WEEKS, Subject.COURSE_SCORES, Subject.COURSE_TREE}
    further = {Subject.RETENTION, Subject.STILL_ENROLLED, Subject.ENROLMENTS, Subject.PROGRAMMES, Subject.ADOPTION}
    of_organisation = compared | further | {Subject.QUALITY} | shared
    if organisation != (subject in of_organisation) and subject not in shared:
        return
    said = definition(subject, organisation=organisation)
    assert said.what
    assert said.span
    assert said.left_out
    # The tables come from the dictionary, or are said in words: never both.
    assert bool(said.source) is not bool(said.metrics)
    assert [each.key for each in said.terms()] == list(said.metrics)


@pytest.mark.parametrize(
    ("fresh", "said", "late"),
    [
        (samples.FRESH, "As of 10:42:07 · 0.4 s behind", False),
        (samples.LATE, "Late: as of 09:55:12 · 47 min behind", True),
        (
            Freshness(samples.FRESH.as_of, 0.0, transport_away=True, zone="UTC"),
            "Late: as of 08:42:07 · 0.0 s behind",
            True,
        ),
    ],
)
def test_a_card_says_as_of_when_and_when_it_is_late(fresh: Freshness, said: str, late: bool) -> None:
    line = card.asof_words(fresh)
    assert isinstance(line, html.Span)
    assert text_of(line).replace("\u00a0", " ") == said
    assert (prop(line, "className") == "late") is late


def test_the_states_never_look_alike_and_each_says_what_to_do() -> None:
    states = [card.no_data("The first quiz opens on Mon 1 Jun."), card.hidden(), card.failed("7F3K-21")]
    assert len({prop(each, "className") for each in states}) == len(states)
    assert text_of(states[1]) == "Hidden for privacyFewer than 5 learners"
    assert "7F3K-21" in text_of(states[2])
    assert text_of(found(states[2], html.Button)[0]) == "Try again"


def test_units_stand_in_small_type_behind_their_numbers() -> None:
    parts = value_parts(duration(179))
    assert [text_of(part) for part in parts] == ["2", "h", "59", "min"]
    assert [isinstance(part, html.Small) for part in parts] == [False, True, False, True]
    assert [text_of(part) for part in value_parts(number(5965))] == ["5\u202f965"]
    assert text_of(value_parts("12 k events")[1]) == "k events"


def test_a_strip_has_a_cell_for_each_value() -> None:
    made = cells(
        [Cell("Average", "78 %"), Cell("Score", "No score yet", kind="quiet"), Cell("Active", "23", small="of 28")]
    )
    assert [text_of(each) for each in made] == ["Average78%", "ScoreNo score yet", "Active23of 28"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (amount_against(150, 190, duration, "your average"), "**40 min lower** than your average"),
        (amount_against(190, 150, duration, "your average"), "**40 min higher** than your average"),
        (amount_against(185, 190, duration, "your average"), "**About the same** as your average"),
        (amount_against(0, 0, duration, "your average"), "**About the same** as your average"),
        (count_against(16, 32, number, "last week"), "**16 fewer** than last week"),
        (count_against(32, 16, number, "last week"), "**16 more** than last week"),
        (count_against(16, 16, number, "last week"), "**The same** as last week"),
        (emphasised("{bold}", "Higher"), "**Higher**"),
    ],
)
def test_a_difference_is_a_word_first(parts: tuple[Any, ...], said: str) -> None:
    marked = "".join(f"**{text_of(part)}**" if isinstance(part, html.B) else text_of(part) for part in parts)
    assert marked.replace("\u00a0", " ") == said


def test_a_level_is_a_shape_and_a_word() -> None:
    assert [(prop(marks.level(each), "className"), text_of(marks.level(each))) for each in Level] == [
        ("la-level help", "Needs help"),
        ("la-level watch", "Watch"),
        ("la-level calm", "On course"),
    ]
    assert len(found(marks.level_key(), html.Span)) == 3


def test_columns_of_a_line_share_one_scale_and_are_said_aloud() -> None:
    line = marks.spark([0, 5, 10], peak=20, last_open=True)
    assert [(each.className, each.style) for each in line.children] == [
        ("zero", {"--v": "0.0%"}),
        (None, {"--v": "25.0%"}),
        ("open", {"--v": "50.0%"}),
    ]
    assert getattr(line, "aria-label") == "Values, oldest first: 0, 5, 10"
    assert marks.spark([]).children == []


def test_links_stay_inside_of_a_frame_and_below_the_prefix() -> None:
    person = PublicId(UUID(int=5))
    assert Links().me() == "/me"
    assert Links("/la/", embedded=True).learner(person) == f"/la/embed/learners/{person}"
    assert Links("/la").course(person, Filters(section="t4")) == f"/la/courses/{person}?section=t4"
    assert Links().organisation(person) == f"/organisations/{person}"


def test_controls_are_native_and_labelled() -> None:
    chip = controls.select_chip("a-select", "Section", [controls.option("t4", "Tutor group 4")])
    assert prop(chip, "htmlFor") == "a-select"
    assert text_of(chip.children[0]) == "Section"
    field, holds = controls.date_chip("a-day", "From").children[1].children
    assert (field.id, field.type, holds.id) == ("a-day", "date", "a-day-holds")
    assert getattr(controls.segments("a", "Course", []), "aria-label") == "Course"
    assert getattr(controls.chips("a", "Level", []), "aria-label") == "Level"


def test_the_current_page_is_marked_in_the_navigation() -> None:
    one, two = shell.tab_links([Tab("My page", "/me", current=True), Tab("Classrooms", "/courses")])
    assert getattr(one, "aria-current") == "page"
    assert not hasattr(two, "aria-current")
    assert prop(two, "href") == "/courses"


@pytest.mark.parametrize(
    ("name", "initials"), [("Tina Hale", "TH"), ("Ben", "B"), ("Ana María de Souza", "AS"), ("", "")]
)
def test_an_account_shows_initials_and_the_way_out(name: str, initials: str) -> None:
    menu = shell.account(name, "/sign-out")
    assert text_of(found(menu, html.Summary)[0]) == initials
    assert found(menu, html.A)[0].href == "/sign-out"


def test_scripts_get_their_words_as_json() -> None:
    said = json.loads(shell.client_words())
    assert said["locale"] == "en-u-nu-latn"
    assert "{time}" in said["asof"]


def test_the_rate_of_updates_can_be_chosen_and_paused() -> None:
    frame = html.Div(shell.frame(html.Div()))
    rate = frame[ids.Shell.RATE]
    assert [each["value"] for each in rate.options] == [1000, 2000, 5000, 10000, 30000, 0]
    assert rate.persistence_type == "local"


def test_a_page_that_is_only_words_says_where_to_go() -> None:
    page = shell.message("Nothing is here", "The address is unknown.", ("To my page", "/me"))
    assert found(page, html.A)[0].href == "/me"


def test_a_line_above_all_cards_says_that_data_is_late_or_cannot_come() -> None:
    assert shell.notice(samples.FRESH) == []
    assert shell.notice(samples.LATE) == []
    late = shell.notice(replace(samples.LATE, late=True))
    assert next(texts_of(late)).startswith("New activity arrives late at the moment.")
    assert [*texts_of(late)][-1] == "Late: as of 09:55:12 · 47\u00a0min behind"
    away = shell.notice(replace(samples.LATE, late=True, transport_away=True))
    assert next(texts_of(away)).startswith("New activity cannot be received at the moment.")
