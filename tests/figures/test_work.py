"""The figures below the fold of a classroom's page draw what the view says."""

from dataclasses import replace
from functools import partial

from dashapp import figures
from dashapp.domain.views.classroom_work import UnitEngagement
from dashapp.figures import Screen, table_of
from tests.components import work_samples

VIEW = work_samples.full()


def test_hand_ins_draw_the_eight_newest_and_list_all() -> None:
    drawn = figures.hand_ins(VIEW.assignments or (), Screen())
    assert [len(trace.y) for trace in drawn.data] == [8] * 4
    assert [trace.x[1] for trace in drawn.data] == [5, 1, 2, 0]
    assert drawn.layout.yaxis.ticktext[0] == "Assignment 2"
    assert len(table_of(drawn).rows) == 10
    said = [note.text.replace("\u00a0", " ") for note in drawn.layout.annotations]
    assert said == ["◆ 1 late  ▲ 2 missing"] * 7, "nothing is said of the one that is not due"


def test_a_spread_has_a_panel_for_each_graded_assignment_with_its_median() -> None:
    drawn = figures.score_spreads(VIEW.assignments or (), Screen())
    bars = [trace for trace in drawn.data if trace.type == "bar"]
    assert len(bars) == 8
    assert list(bars[0].y) == [0, 0, 0, 1, 0, 1, 0, 2, 1, 1]
    medians = [trace.x[0] for trace in drawn.data if trace.type == "scatter"]
    assert set(medians) == {74}
    assert len(table_of(drawn).rows) == 9


def test_last_seen_prints_every_count_zero_too() -> None:
    drawn = figures.last_seen(VIEW.last_seen or (), Screen())
    assert [note.text for note in drawn.layout.annotations] == ["2", "1", "0", "2", "0", "1", "1", "1"]
    names = [row[0] for row in table_of(drawn).rows]
    assert names == ["today", "1", "2–3", "4–7", "8–14", "15–21", "longer", "never"]


def test_units_with_nothing_published_are_listed_but_not_drawn() -> None:
    drawn = figures.unit_engagement(VIEW.units or (), Screen())
    assert [list(trace.x) for trace in drawn.data] == [[87.5, 75.0, 0.0], [60.0, 50.0, 0.0]]
    assert [row[-1].replace("\u00a0", " ") for row in table_of(drawn).rows] == [
        "60 %",
        "50 %",
        "0 %",
        "nothing published",
    ]


def test_of_many_units_the_highest_levels_are_drawn_and_of_these_the_newest() -> None:
    chapters = [UnitEngagement(f"Chapter {number}", 0, 3, 1, 10.0, 5.0) for number in range(20)]
    pages = [UnitEngagement(f"Page {number}", 1, 1, 1, 10.0, 5.0) for number in range(40)]
    shown = figures.units_shown([part for pair in zip(chapters, pages, strict=False) for part in pair])
    assert [unit.title for unit in shown] == [f"Chapter {number}" for number in range(4, 20)]


def test_the_hardest_questions_are_drawn_and_all_are_listed() -> None:
    drawn = figures.question_tries(VIEW.questions or (), Screen())
    bars, rings, dots = drawn.data
    assert len(dots.x) == 20
    assert list(dots.x)[:4] == [0, 0, 0, 12.5]
    assert list(rings.x)[:4] == [25, 25, 25, 37.5]
    assert list(bars.base) == list(dots.x)
    assert len(table_of(drawn).rows) == 24


def test_the_forum_stacks_replies_on_threads_and_marks_the_authors() -> None:
    threads, replies, _halo, authors = figures.forum_weeks(VIEW, Screen()).data
    assert (list(threads.y)[:5], list(replies.y)[:5], list(authors.y)[:5]) == (
        [0, 1, 2, 0, 1], [0, 1, 2, 3, 4], [0, 2, 4, 3, 4],
    )  # fmt: skip


def test_hours_have_five_colours_above_a_true_zero() -> None:
    (shown,) = figures.hours_of_week(VIEW.hours or (), Screen()).data
    monday = list(shown.z[0])
    assert (monday[0], monday[14], monday[12], monday[9]) == (0, 5, 4, 1)
    assert figures.hour_steps(VIEW.hours or ()) == (0.3, 0.6, 0.9, 1.2, 1.5)


def test_the_least_used_types_are_put_together_and_a_week_adds_up() -> None:
    names = figures.types_shown(VIEW.types or ())
    assert [name for name, _shares in names] == ["page", "video", "quiz", "forum", "assignment", "all others"]
    assert sum(shares[0] for _name, shares in names) == 100
    assert len(figures.activity_types(VIEW, Screen()).data) == 6
    assert len(figures.activity_types(replace(VIEW, types=(VIEW.types or ())[:2]), Screen()).data) == 2


def test_on_a_narrow_screen_names_stand_whole_above_their_rows() -> None:
    long = "Assignment 3: the first draft <of> it"
    assignments = [replace(one, title=long) for one in (VIEW.assignments or ())[:2]]
    questions = [replace(one, quiz="Quiz 4: Structure", item="question-6") for one in (VIEW.questions or ())[:2]]
    units = [UnitEngagement(long, 0, 3, 1, 10.0, 5.0), UnitEngagement("Part", 1, 3, 1, 10.0, 5.0)]
    shown = long.replace("<", "&lt;").replace(">", "&gt;")
    for draw, names in (
        (partial(figures.hand_ins, assignments), [shown, shown]),
        (partial(figures.question_tries, questions), ["Quiz 4: Structure, question-6"] * 2),
        (partial(figures.unit_engagement, units), [shown, "\u2003Part"]),
    ):
        drawn = draw(Screen(narrow=True))
        notes = [note for note in drawn.layout.annotations if note.xref == "paper"]
        assert [(note.text, note.y) for note in notes] == [(name, place) for place, name in enumerate(names)]
        assert not drawn.layout.yaxis.ticktext
        for trace in drawn.data:
            assert all(place < row < place + 0.5 for place, row in enumerate(trace.y)), "below its name"
        beside = draw(Screen())
        assert len(beside.layout.yaxis.ticktext) == 2
        assert [list(trace.y) for trace in beside.data] == [[0, 1]] * len(beside.data)


def test_on_a_narrow_screen_a_median_leaves_its_line_to_the_name() -> None:
    one = replace(next(one for one in VIEW.assignments or () if any(one.scores)), title="Quiz 3: Argument")
    (note,) = figures.score_spreads([one], Screen(narrow=True)).layout.annotations
    assert note.text.replace("\u00a0", " ") == "<b>Quiz 3: Argument</b><br>74 %"
