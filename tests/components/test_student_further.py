"""The cards below the fold of a learner's page: work, the goal, units, videos, the others, and what is stored."""

from dataclasses import replace
from typing import Any

import pytest
from dash import html

from dashapp.components import student_further
from dashapp.components.links import Links
from dashapp.components.student_content import SHOWN_UNTOUCHED, unit_list
from dashapp.components.student_goal import needed_words, what_if_words
from dashapp.domain.views import HandedIn
from dashapp.domain.views.content import UnitProgress, Untouched
from tests.components import samples
from tests.components.student_parts import filled, one_course, own
from tests.components.student_samples import ADDRESS, outlook
from tests.components.test_components import prop, text_of


def plain(parts: Any) -> str:
    return text_of(parts).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("handed", "said"),
    [
        (HandedIn(4, 1, 1, 3), "Handed in 5 of 6 due, 1 late, 1 missing"),
        (HandedIn(5, 0, 0, 3), "Handed in 5 of 5 due, all on time"),
        (HandedIn(0, 0, 0, 3), "Nothing was due yet"),
    ],
)
def test_the_timeline_says_how_much_was_handed_in(handed: HandedIn, said: str) -> None:
    assert plain(filled(replace(one_course(), handed_in=handed))["timeline_line"]) == said


@pytest.mark.parametrize(
    ("changed", "goal", "said"),
    [
        # 3,300 of 100 with 50 left.
        ({}, 70, "For 70 % you need 74 % on average in the rest."),
        ({}, None, "Set a goal to see what it takes in the rest."),
        ({}, 33, "33 % is reached, whatever comes."),
        ({}, 84, "84 % cannot be reached any more; a lower goal can."),
        (
            {"repeatable": 30.0, "repeatable_earned": 1500.0},
            90,
            "For 90 % you need 90 % on average in the rest and in what can still be tried again.",
        ),
        ({"rest": 0.0}, 66, "66 % is reached."),
        ({"rest": 0.0}, 67, "Everything is graded: 67 % was not reached."),
        ({"earned": 0.0, "graded": 0.0, "rest": 0.0}, 70, "Your goal is 70 %. No graded work is known yet."),
        ({"earned": 0.0, "graded": 0.0, "rest": 0.0}, None, "No graded work is known yet. A goal can be set already."),
        (
            {"missing": 10.0},
            60,
            "For 60 % you need 66 % on average in the rest. Missing work, 9 % of the weight, counts as zero.",
        ),
        (
            {"weighted": False},
            70,
            "For 70 % you need 74 % on average in the rest. The course has no weights; maximum scores stand for them.",
        ),
    ],
)
def test_what_a_goal_takes_is_said_in_words(changed: dict[str, Any], goal: int | None, said: str) -> None:
    assert plain(needed_words(outlook(**changed), goal)) == said


def test_what_would_come_of_it_is_said_with_the_best_that_can() -> None:
    assert plain(what_if_words(outlook(), 74)) == "With 74 %: 70 % at the end; at most 83 %"
    assert plain(what_if_words(outlook(rest=0.0), 74)) == "Nothing is left to be graded."


def test_a_goal_is_for_one_course_and_for_oneself_alone() -> None:
    values = filled(part=own())
    assert (values["goal_form"], values["goal_clear"], values["goal_input"]) == (False, False, "70")
    assert "you need 74 %" in plain(values["goal_needed"])
    several = replace(one_course(), content=replace(one_course().content, outlooks=(outlook(), outlook())))
    assert filled(several, own())["goal_form"] is True
    assert "choose one course to set a goal" in str(filled(several, own())["goal_line"])
    others = filled()
    assert (others["goal_form"], others["goal_outlook"], others["goal_needed"]) == (True, None, "")
    assert "70" not in str(others["goal"].layout.annotations[0].text)


def test_the_spread_is_shown_only_while_it_is_asked_for_and_says_why_where_it_is_not() -> None:
    assert filled(part=own(spread=True))["spread_state"] is None
    assert not filled(part=own(spread=False))["spread"].data
    assert "only while you ask" in text_of(filled(part=own(spread=False))["spread_state"])
    assert not filled()["spread"].data
    hidden = replace(one_course(), content=replace(one_course().content, distribution=()))
    assert "Hidden for privacy" in text_of(filled(hidden, own())["spread_state"])
    several = replace(hidden, content=replace(hidden.content, outlooks=(outlook(), outlook())))
    assert "Choose one course" in text_of(filled(several, own())["spread_state"])


def test_units_say_how_far_and_how_well_and_link_what_is_not_opened() -> None:
    units = filled()["units"]
    first, second, rest = (plain(item) for item in units.children)
    assert first == "Loops and files · CCC5 of 5 donemastery 82 %"
    assert second == "Recursion · CCC1 of 4 donenothing graded2 not opened yetquiz 1assignment 1"
    assert rest.startswith("Outside of units · EEE0 of 2 done")
    links = [each for each in units._traverse() if isinstance(each, html.A)]
    assert [prop(link, "href") for link in links] == [ADDRESS]
    alone = unit_list(one_course(), Links(alone=True))
    assert not [each for each in alone._traverse() if isinstance(each, html.A)]


def test_many_untouched_activities_are_a_number() -> None:
    unit = UnitProgress("CCC", "U", 0, 20, None, tuple(Untouched(f"a{number}") for number in range(20)))
    view = replace(one_course(), content=replace(one_course().content, units=(unit,)))
    assert plain(unit_list(view, Links())).endswith(f"a{SHOWN_UNTOUCHED - 1}and 8 more")


def test_videos_say_a_share_only_where_their_length_is_known() -> None:
    known, unknown = (plain(item) for item in filled()["videos"].children)
    assert known == "Loops · CCC75 % of 12 min"
    assert unknown == "Recursion · EEE5 minlength not known"


def test_what_is_stored_is_counted_with_how_long_it_is_kept_and_the_last_three_who_looked() -> None:
    said = plain(filled(part=own())["stored"])
    assert said.startswith("Since Mon 2 Feb:412 events48 days with activity56 activities5 submissions40 answers")
    assert "forum" not in said
    assert "Single events are kept for 365 days; what is counted of them stays until it is deleted." in said
    assert said.count("2 times") == 3
    assert filled()["stored"] is None
    nothing = student_further.OwnPart(replace(own().state, stored=type(own().state.stored)()), (), False, 1)
    assert "Nothing has been recorded about you" in plain(filled(part=nothing)["stored"])


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\u202eevil", "x" * 500, ""])
def test_odd_names_stay_texts(name: str) -> None:
    unit = UnitProgress(name, name, 0, 1, None, (Untouched(name),))
    view = replace(one_course(), content=replace(one_course().content, units=(unit,)))
    assert name in text_of(filled(view)["units"])


def test_the_empty_part_of_another_hides_what_is_the_learners_alone() -> None:
    hidden = [
        each
        for each in student_further.body(own=False)._traverse()
        if "la-not-own" in str(getattr(each, "className", ""))
    ]
    assert len(hidden) == 3
    shown = student_further.body(own=True)._traverse()
    assert not [each for each in shown if "la-not-own" in str(getattr(each, "className", ""))]
    assert samples.student().content.outlooks
