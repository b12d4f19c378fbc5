"""What each figure says in a sentence, against answers counted by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dashapp import figures, words
from dashapp.domain.views import ActiveSpan, CourseStory, EnrolmentWeek, ProgrammeRow, TypeUse
from dashapp.domain.views.classroom_work import AssignmentWork, ForumWeek, QuestionTries, TypeWeeks, UnitEngagement
from dashapp.domain.views.content import ScoreBin, WorkRow, WorkState
from dashapp.figures import Screen, table_of
from dashapp.figures import summary_campus as campus
from dashapp.figures import summary_own as own
from dashapp.figures import summary_work as work
from dashapp.figures.summary import LONGEST_NAME, direction, named, sentences, summary
from dashapp.figures.theme import isolated
from dashapp.words import use_locale
from tests.components import samples

DUE = datetime(2026, 5, 20, 20, tzinfo=UTC)
ZONE = "Europe/London"


def plain(said: str) -> str:
    return said.replace("\u00a0", " ").replace("\u202f", " ")


def hand_in(title: str, on_time: int, late: int, missing: int, to_come: int = 0) -> AssignmentWork:
    return AssignmentWork(title, DUE, on_time, late, missing, to_come, (0,) * 10, 0, None, None)


@pytest.mark.parametrize(
    ("values", "way"),
    [
        ([1, 2, 3, 4, 5], 0),
        ([1, 2, 3, 4, 5, 6], 1),
        ([6, 5, 4, 3, 2, 1], -1),
        ([100, 100, 0, 0, 105, 104], 0),
        ([0, 0, 0, 0, 0, 0], 0),
    ],
)
def test_a_row_of_values_goes_where_its_last_third_lies_from_its_first(values: list[float], way: int) -> None:
    assert direction(values) == way


def test_a_week_that_is_not_over_is_no_lowest_one_and_turns_no_direction() -> None:
    points = [(str(place), float(place)) for place in range(1, 8)] + [("8", 0.0)]
    assert summary("Time", points, words.number, under_way=True) == (
        "Time: highest 7 (7), lowest 1 (1), so far 0 (8); rising on the whole"
    )


def test_a_name_is_cut_and_an_empty_sentence_leaves_no_mark() -> None:
    assert named("A" * 500) == "A" * (LONGEST_NAME - 1) + "…"
    assert sentences("", "One", "", "Two") == "One. Two"


def test_what_was_due_is_said_with_where_most_is_missing() -> None:
    due = [hand_in("Essay", 5, 1, 2), hand_in("", 3, 0, 5), hand_in("Quiz", 0, 0, 0, 8)]
    assert plain(work.hand_in_summary(due, "Work without a title")) == (
        "Handed in: 50 % on time of 16 that were due, 1 late, 7 missing; most missing: 5 (Work without a title)"
    )
    assert work.hand_in_summary(due[2:], "") == "Handed in: nothing was due yet, 8 to come"


def test_medians_of_assignments_are_said_with_their_number() -> None:
    scored = [replace(hand_in(name, 1, 0, 0), median=median) for name, median in (("Essay", 74.0), ("Quiz", 51.0))]
    assert plain(work.spread_summary([*scored, hand_in("Talk", 1, 0, 0)], "")) == (
        "Median score: highest 74.0 % (Essay), lowest 51.0 % (Quiz). Assignments with scores: 3"
    )


def test_those_who_are_away_are_counted() -> None:
    names = ("today", "1", "2–3", "4–7", "8–14", "15–21", "longer", "never")
    assert work.last_seen_summary((2, 1, 0, 4, 0, 1, 3, 1), names) == (
        "Last seen, of 12 learners: 2 today, 3 more than 21 days ago, 1 never. Most in one column: 4 (days ago: 4–7)"
    )


def test_units_without_anything_published_are_not_the_least_touched() -> None:
    units = (
        UnitEngagement("Loops", 0, 4, 7, 87.5, 60.0),
        UnitEngagement("Files", 0, 1, 2, 25.0, 70.0),
        UnitEngagement("Later", 0, 0, 0, 0.0, None),
    )
    assert plain(work.unit_summary(units)) == (
        "Touched: highest 88 % (Loops), lowest 25 % (Files). Completed: highest 70 % (Files), lowest 60 % (Loops)"
    )


def test_the_hardest_question_is_said_at_the_first_try_and_in_the_end() -> None:
    questions = [QuestionTries("Quiz", "a", 8, 11, 2, 6), QuestionTries("", "b", 8, 9, 4, 4)]
    assert plain(work.question_summary(questions, "No title")) == (
        "Right at the first try: highest 50 % (No title, b), lowest 25 % (Quiz, a). "
        "Right in the end: highest 75 % (Quiz, a), lowest 50 % (No title, b). Questions: 2"
    )


def test_the_busiest_hour_and_weekday_need_not_be_the_same() -> None:
    hours = [[0.0] * 24 for _day in range(7)]
    hours[1][14] = 3.0
    hours[4][9], hours[4][10] = 2.0, 2.5
    assert work.hours_summary(hours, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")) == (
        "Learners active in the hour, on average: highest 3.0 (Tue, 14:00); busiest weekday Fri;"
        " nobody in 165 of 168 hours"
    )


def test_posts_and_writers_are_said_by_week() -> None:
    weeks = [ForumWeek(date(2026, 5, 4), 1, 4, 2), ForumWeek(date(2026, 5, 11), 2, 0, 5)]
    assert work.forum_summary(weeks, ["1", "2"]) == (
        "Posts: highest 5 (week 1), lowest 2 (week 2), last 2 (week 2). Most learners who wrote in a week: 5 (week 2)"
    )


def test_types_are_said_by_their_share_in_all_events() -> None:
    types = [TypeWeeks(name, (number, number), (0, 0), (0.0, 0.0)) for name, number in (("quiz", 2), ("page", 5))]
    types += [TypeWeeks("video", (3, 3), (0, 0), (0.0, 0.0)), TypeWeeks("forum", (0, 0), (0, 0), (0.0, 0.0))]
    assert plain(work.type_summary(types)) == (
        "Share of all events: page 50 %, video 30 %, quiz 20 %. Types of activity: 4"
    )


def test_active_learners_and_courses_are_said_with_the_span_under_way() -> None:
    spans = [
        ActiveSpan(date(2026, 5, day), date(2026, 5, day + 6), learners, 2) for day, learners in ((4, 30), (11, 20))
    ]
    spans.append(ActiveSpan(date(2026, 5, 18), date(2026, 5, 24), 4, 2, under_way=True))
    assert campus.active_summary(spans, ["4 May", "11 May", "18 May"]) == (
        "Active learners: highest 30 (4 May), lowest 20 (11 May), so far 4 (18 May)."
        " Courses with activity: 2 throughout"
    )


def test_enrolments_are_summed_and_their_peak_named() -> None:
    weeks = [EnrolmentWeek(date(2026, 5, day), joined, 0) for day, joined in ((4, 30), (11, 5))]
    assert (
        plain(campus.enrolment_summary(weeks))
        == "Joined: 35 in all, most 30 (week from 4 May). Left the course: 0 in all"
    )


def test_programmes_and_types_are_said_from_best_to_least() -> None:
    rows = [ProgrammeRow("Science", 3, 300, 71.0, 52.0), ProgrammeRow("Arts", 1, 90, 60.0, 58.0)]
    assert plain(campus.programme_summary(rows)) == (
        "Completed: highest 71 % (Science), lowest 60 % (Arts). Passed: highest 58 % (Arts), lowest 52 % (Science)"
    )
    assert campus.adoption_summary([TypeUse("page", (3, 1)), TypeUse("quiz", (0, 2))], 4) == (
        "Courses of 4 that used the type in its best week: highest 3 (page), lowest 2 (quiz). Types of activity: 2"
    )


def test_of_a_hidden_course_it_is_said_only_that_it_is_hidden() -> None:
    key = samples.public_id(1)
    seen = [
        CourseStory(key, code, date(2026, 2, 2), True, 100, (90.0, share), (100.0, share + 9))
        for code, share in (("CCC", 70.0), ("EEE", 80.0))
    ]
    hidden = CourseStory(key, "AAA", date(2026, 2, 2), True, None, hidden=True)
    said = plain(campus.retention_summary([*seen, hidden]))
    assert said == (
        "Still active in the last four weeks that are over: highest 80 % (EEE, Mon 2 Feb),"
        " lowest 70 % (CCC, Mon 2 Feb). 1 course is hidden for privacy"
    )
    assert "AAA" not in said
    assert plain(campus.staying_summary(seen)) == "Still enrolled: highest 89 % (EEE), lowest 79 % (CCC)"


def test_the_tree_names_the_largest_course_and_no_hidden_one() -> None:
    big, small = samples.institution().courses[:2]
    rows = [replace(big, code="BIG", enrolled=200, active_7=50, hidden=False)]
    rows += [replace(small, code="SMALL", enrolled=10, active_7=9, hidden=False), samples.HIDDEN_COURSE]
    assert plain(campus.tree_summary(rows)) == (
        "Active in 7 days: highest 90 % (SMALL), lowest 25 % (BIG). Largest course: BIG, 200 enrolled."
        " 1 course is hidden for privacy"
    )


def test_work_is_counted_by_state_and_the_next_deadline_named() -> None:
    def row(title: str, state: WorkState, day: int) -> WorkRow:
        return WorkRow("CCC", title, state, datetime(2026, 5, day, 10, tzinfo=UTC))

    rows = [row("a", WorkState.DONE, 1), row("b", WorkState.DONE, 2), row("c", WorkState.MISSING, 3)]
    rows += [row("e", WorkState.DUE, 25), row("d", WorkState.DUE, 21)]
    states = {WorkState.DONE: "On time", WorkState.MISSING: "Missing", WorkState.DUE: "Still to do"}
    assert own.work_summary(rows, states, DUE, ZONE) == (
        "Work, 5 in all: On time 2, Missing 1, Still to do 2. Next due: CCC d, Thu 21 May"
    )
    assert own.work_summary(rows[:3], states, DUE, ZONE) == "Work, 3 in all: On time 2, Missing 1"


def test_others_and_groups_are_said_without_a_name() -> None:
    assert plain(own.others_summary([ScoreBin(0, 50, 6), ScoreBin(50, 100, 9)], ["0 to 50 %", "50 to 100 %"], 61)) == (
        "Scores of the others, 15 learners: most, 9, have 50 to 100 %. You: 61 %"
    )
    groups = [("mine", [50.0, 75.0]), ("the others", [20.0, 20.0])]
    assert plain(own.cohorts_summary(groups, ["1", "2"])) == (
        "mine: highest 75 % (week 2), lowest 50 % (week 1), last 75 % (week 2). the others: 20 % throughout"
    )


def test_the_trend_is_said_with_its_mean_and_the_goal() -> None:
    scores = samples.student().scores
    said = table_of(figures.score_trend(scores, 70, Screen(), ZONE)).summary
    assert plain(said).endswith("Goal: 70 %")
    assert "Mean of the last three: " in said


def test_a_sentence_is_in_the_language_of_its_reader() -> None:
    with use_locale("en_XA"):
        said = table_of(figures.last_seen((1, 0, 0, 0, 0, 0, 0, 1), Screen())).summary
    assert said.startswith("[")


def test_texts_of_a_plot_keep_their_own_direction_where_the_page_reads_from_the_right() -> None:
    assert isolated("axis starts at 95\u00a0%") == "axis starts at 95\u00a0%"
    with use_locale("ar"):
        drawn = figures.last_seen((1, 0, 0, 0, 0, 0, 0, 1), Screen())
        assert isolated("\u00a0\u00a0Ada Abel") == "\u00a0\u00a0\u2068Ada Abel\u2069", "the gap to the mark stays"
        assert isolated("") == ""
    texts = [*drawn.layout.xaxis.ticktext, *drawn.data[0].customdata, drawn.layout.annotations[0].text]
    assert all(text.startswith("\u2068") and text.endswith("\u2069") for text in texts)
    assert "\u2068" not in str(table_of(drawn)), "the table reads as the page does"
