"""The sentences with which pages open, and the words of rules."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dashapp.components import classroom
from dashapp.components.links import Links
from dashapp.components.reasons import reason_sentence, rule_limit, rule_value
from dashapp.components.sentences import (
    classroom_lead,
    classroom_sentence,
    institution_lead,
    institution_sentence,
    student_lead,
    student_sentence,
)
from dashapp.domain.filters import Filters
from dashapp.domain.views import Level, Reason, Rule
from dashapp.domain.views.content import CourseProgress
from dashapp.figures import Screen
from dashapp.figures.drawing import Drawing
from tests.components import samples
from tests.components.test_components import text_of


def plain(parts: Any) -> str:
    return text_of(parts).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("level", "own", "said"),
    [
        (Level.CALM, True, "You are on course. Assignment 2 is due in 8 days."),
        (Level.CALM, False, "Ben T. is on course. Assignment 2 is due in 8 days."),
        (Level.WATCH, True, "Something to watch: score 41 %"),
        (Level.HELP, True, "You may need help: away 11 teaching days, no activity last week, missed 2 deadlines"),
        (Level.HELP, False, "Ben T. needs help: away 11 teaching days, no activity last week, missed 2 deadlines"),
    ],
)
def test_a_learners_page_opens_with_its_answer(level: Level, own: bool, said: str) -> None:
    assert plain(student_sentence(samples.student(level=level), own=own)) == said


@pytest.mark.parametrize(
    ("done", "own", "opening"),
    [
        (45, True, "You are on course."),
        (44, True, "You are 6 activities behind the plan."),
        (44, False, "Ben T. is 6 activities behind the plan."),
    ],
)
def test_whoever_is_a_tenth_behind_the_plan_is_not_called_on_course(done: int, own: bool, opening: str) -> None:
    view = samples.student(level=Level.CALM)
    progress = (CourseProgress("CCC", done, 60, 50),)
    view = replace(view, content=replace(view.content, progress=progress))
    assert plain(student_sentence(view, own=own)) == f"{opening} Assignment 2 is due in 8 days."
    unplanned = replace(view.content, progress=(*progress, CourseProgress("EEE", 0, 60, None)))
    assert plain(student_sentence(replace(view, content=unplanned))).startswith("You are on course.")


@pytest.mark.parametrize(
    ("level", "own", "opening"),
    [
        (Level.HELP, True, "You may need help in"),
        (Level.HELP, False, "Ben T. needs help in"),
        (Level.WATCH, True, "Something to watch in"),
        (Level.WATCH, False, "Ben T., to watch in"),
    ],
)
def test_rules_in_several_courses_name_the_course_with_the_most(level: Level, own: bool, opening: str) -> None:
    mild, grave = samples.reasons(score=41), samples.reasons(away=11, share=0, missed=2)
    view = replace(samples.student(level=level), reasons=(("CCC", mild), ("EEE", grave)))
    expected = f"{opening} 2 courses, most in EEE: away 11 teaching days, no activity last week, missed 2 deadlines"
    assert plain(student_sentence(view, own=own)) == expected


def test_without_rules_that_speak_the_page_states_a_fact() -> None:
    silent = replace(samples.student(), reasons=(("CCC", samples.SILENT),))
    assert student_sentence(silent) == "Active on 4 of the last 7 days"
    assert student_sentence(samples.new_student()) == "Nothing has been recorded yet"


def test_the_line_below_compares_with_oneself_first() -> None:
    view = samples.student()
    assert (
        plain(student_lead(view))
        == "The last score, 55 % in CCC assignment 1, is 25 points below your own average before it."
    )
    near = replace(view, earlier_score=56.0)
    assert plain(student_lead(near, own=False)).endswith("is about the same as their own average before it.")
    first = replace(view, scores=view.scores[:1], earlier_score=None)
    assert plain(student_lead(first)) == "Active on 48 days since Mon 2 Feb."
    assert plain(student_lead(replace(view, scores=()))) == "Active on 48 days since Mon 2 Feb."
    assert plain(student_lead(samples.new_student())) == "The page fills within seconds of the first activity."


@pytest.mark.parametrize(
    ("learners", "speaking", "said"),
    [
        (8, True, "2 of 8 learners need help, 2 more to watch"),
        (4, True, "1 of 4 learners needs help, 1 more to watch"),
        (2, True, "No learner needs help now"),
        (8, False, "6 of 8 learners were active in the last 7 days"),
    ],
)
def test_a_classroom_opens_with_how_many_need_help(learners: int, speaking: bool, said: str) -> None:
    assert plain(classroom_sentence(samples.classroom(learners=learners, speaking=speaking))) == said


def test_who_may_not_see_single_learners_reads_of_the_group_and_why() -> None:
    view = replace(samples.classroom(), learners=(), heat=(), heat_rows=0, sections=(), named=False, enrolled=8)

    assert plain(classroom_sentence(view)) == "6 of 8 learners were active in the last 7 days"
    filled = classroom.fill(view, Screen(), Links())
    assert filled["count"] == "8 learners"
    assert filled["learners_line"] == "Single learners are shown to those who teach the course."
    hidden = replace(view, hidden=True, enrolled=None)
    assert plain(classroom_sentence(hidden)).endswith("are hidden for privacy")
    assert classroom.fill(hidden, Screen(), Links())["count"] == ""


def test_a_classroom_with_learners_to_watch_alone_says_so() -> None:
    view = samples.classroom()
    watched = replace(view, learners=view.learners[2:])
    assert plain(classroom_sentence(watched)) == "No learner needs help now, 2 to watch"
    assert plain(classroom_sentence(replace(view, learners=view.learners[:2]))) == "2 of 2 learners need help"
    assert classroom_sentence(samples.new_classroom()) == "No learner is enrolled in CCC yet"


def test_filters_that_no_learner_matches_are_not_taken_for_a_course_without_learners() -> None:
    nobody = replace(samples.new_classroom(), unmatched=True, days=samples.classroom().days)
    assert classroom_sentence(nobody) == "No learner of CCC matches these filters"
    filled = classroom.fill(nobody, Screen(), Links())
    for name in ("heat_state", "time_and_score_state", "days_state"):
        assert "No learner matches these filters" in str(filled[name])
    strip = str(filled["strip"])
    assert "No learner matches these filters" in strip
    assert "graded" not in strip
    assert "No data yet" not in str(filled)


def test_the_most_frequent_reason_and_the_next_deadline_stand_below() -> None:
    said = plain(classroom_lead(samples.classroom()))
    assert said.startswith("Most frequent reason: ")
    assert said.endswith("2 learners. Assignment 2 is due on Fri 15 May, in 8 days.")
    assert plain(classroom_lead(samples.classroom(speaking=False))).startswith("No rule speaks")


def test_the_institution_opens_with_its_quietest_course() -> None:
    view = samples.institution()
    assert plain(institution_sentence(view)) == "CCC is the quietest of 2 courses: 40 % active in 7 days"
    assert (
        plain(institution_lead(view))
        == "CCC has 20 active learners fewer than the week before. EEE gained 10 active learners."
    )
    one = samples.institution(courses=(samples.course(1, "CCC", "Computing", 61),))
    assert plain(institution_sentence(one)) == "110 of 200 learners were active in 7 days"
    assert plain(institution_lead(one)) == "CCC gained 1 active learner."
    same = samples.institution(courses=(samples.course(1, "CCC", "Computing", 60),))
    assert "about the same" in plain(institution_lead(same))
    assert institution_sentence(samples.hidden_institution()) == "The figures are hidden for privacy"
    nobody = replace(samples.institution(courses=()), enrolled=0, active_7=0)
    assert institution_sentence(nobody) == "No learner is enrolled yet"
    totals_hidden = replace(one, enrolled=None, active_7=None, hidden=True)
    assert plain(institution_sentence(totals_hidden)) == "61 % of CCC were active in 7 days"


def test_reasons_are_said_with_their_values() -> None:
    assert plain(reason_sentence(*samples.reasons(away=11, share=12, score=31, missed=1))) == (
        "Away 11 teaching days, last week 12 % of the median, score 31 %, missed 1 deadline"
    )
    assert reason_sentence(*samples.reasons()) == ""


def test_limits_say_when_a_rule_begins_to_apply() -> None:
    away, share, score, missed = samples.reasons(away=11)
    assert [plain(rule_limit(each)) for each in (away, share, score, missed)] == [
        "more than 7",
        "under 20 %",
        "under 53 %",
        "1 or more",
    ]
    assert plain(rule_value(away)) == "11"
    silent = Reason(Rule.AWAY, None, None, 0)
    assert (rule_value(silent), rule_limit(silent)) == ("not yet", "not yet")


def test_pages_say_so_while_none_of_the_chosen_dates_has_come() -> None:
    said, to_come = "No day of the chosen dates has come yet", date(2026, 6, 1)
    below = "They begin on Mon 1 Jun. Choose an earlier day; what does not depend on these dates is shown as it is now."
    for sentence, lead, view in (
        (institution_sentence, institution_lead, samples.institution()),
        (classroom_sentence, classroom_lead, samples.classroom()),
    ):
        later: Any = replace(view, to_come=to_come)
        assert (sentence(later), plain(lead(later))) == (said, below)
    hidden = replace(samples.new_classroom(), hidden=True, named=False, to_come=to_come)
    assert "hidden for privacy" in classroom_sentence(hidden)


def test_the_charts_of_a_classroom_say_so_while_none_of_the_chosen_dates_has_come() -> None:
    chosen = Filters(first=date(2026, 6, 1))
    view = replace(samples.classroom(), to_come=chosen.first, days=(), week_starts=(), heat=(), heat_rows=0)
    filled = classroom.fill(view, Screen(), Links(), chosen)
    for name in ("heat", "time_and_score", "days"):
        drawing = filled[name]
        assert isinstance(drawing, Drawing)
        assert (drawing.traces, "No day of the chosen dates" in str(filled[f"{name}_state"])) == ([], True)
    assert "the first" not in str(filled["heat_line"])
    assert (filled["days_line"], filled["last_holds"]) == ("Learners per day, from Mon 1 Jun", "")
    groups = classroom.fill(replace(view, learners=(), named=False, enrolled=8), Screen(), Links(), chosen)
    assert "Hidden for privacy" in str(groups["heat_state"])
    assert "No day of the chosen dates" in str(groups["days_state"])
