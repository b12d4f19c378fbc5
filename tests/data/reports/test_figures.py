"""Every measure, counted by hand on a small campus, for who sees everybody by name and for who sees groups."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dashapp.data.database import Connection
from dashapp.data.queries.compared import read_compared
from dashapp.data.queries.institution_further import read_institution_further
from dashapp.domain.filters import Filters
from dashapp.domain.reports.answers import Answer, AnswerState, ColumnKind
from dashapp.domain.reports.periods import Fixed, Grain, Moving, Unit
from dashapp.domain.reports.questions import Choice, Dimension, Order
from dashapp.domain.scope import AsOf, Scope
from dashapp.domain.views import CourseRow, InstitutionFurtherView
from tests.data.queries.conftest import AS_OF, World, at, read_classroom, read_institution
from tests.data.reports.conftest import ask, table

WEEKS = [date(2026, 4, 13), date(2026, 4, 20), date(2026, 4, 27), date(2026, 5, 4)]
FILTERS = Filters.parse(first="2026-04-13", last="2026-05-10")
COURSE, UNIT, SECTION, LEARNER = Dimension.COURSE, Dimension.UNIT, Dimension.SECTION, Dimension.LEARNER


def days_of(answer: Answer) -> tuple[date, date]:
    assert answer.days is not None
    return answer.days.first, answer.days.last


def by_week(answer: Answer) -> list[Any]:
    assert [row[0] for row in answer.rows] == WEEKS
    return [row[-1] for row in answer.rows]


@pytest.mark.parametrize(
    ("measure", "by_dean", "by_tutor"),
    [
        ("active_learners", [6, 3, 1, 12], [6, 3, 0, 7]),
        ("enrolled", [24, 24, 23, 23], [9, 9, 8, 8]),
        ("joined", [1, 0, 0, 0], [1, 0, 0, 0]),
        ("withdrawn", [0, 0, 1, 0], [0, 0, 1, 0]),
        ("events", [6, 5, 1, 16], [6, 5, 0, 10]),
        # Ada of ALG at 8:00 and 8:20 is 21 minutes; each other minute is one by itself.
        ("minutes", [6, 24, 1, 20], [6, 24, 0, 10]),
        ("sessions", [6, 4, 1, 15], [6, 4, 0, 10]),
    ],
)
def test_figures_by_week(campus: World, measure: str, by_dean: list[int], by_tutor: list[int]) -> None:
    """The dean sees all courses in groups, the tutor ALG and TINY by name."""
    assert by_week(ask(campus, "dean", measure, grain=Grain.WEEK)) == by_dean
    assert by_week(ask(campus, "tutor", measure, grain=Grain.WEEK)) == by_tutor


@pytest.mark.parametrize(
    ("measure", "split", "by_tutor"),
    [
        ("enrolled", COURSE, {"ALG": 7, "TINY": 2}),
        ("enrolled", UNIT, {"Science": 8}),
        ("enrolled", SECTION, {"ALG Section a": 3, "ALG Section b": 4}),
        ("active_learners", SECTION, {"ALG Section a": 3, "ALG Section b": 4}),
        ("share_active", COURSE, {"ALG": 100.0, "TINY": 50.0}),
        ("score_median", COURSE, {"ALG": 65.0, "TINY": None}),
        ("scores", COURSE, {"ALG": 6, "TINY": 0}),
        ("share_on_time", SECTION, {"ALG Section a": 100.0 * 4 / 6, "ALG Section b": 100.0 * 3 / 8}),
        # Guy has handed nothing in, Zoe was never there.
        ("at_risk", COURSE, {"ALG": 1, "TINY": 1}),
    ],
)
def test_figures_by_a_division(campus: World, measure: str, split: Dimension, by_tutor: dict[str, float]) -> None:
    assert table(ask(campus, "tutor", measure, split=split)) == pytest.approx(by_tutor)


def test_who_teaches_a_section_sees_its_learners_only(campus: World) -> None:
    assert table(ask(campus, "aide", "events", split=LEARNER)) == {"Ada Example": 6, "Ben Example": 4, "Cho Example": 2}
    assert ask(campus, "aide", "enrolled").rows == ((3,),)
    left = ask(campus, "aide", "withdrawn")
    assert (left.state, left.reason[:12]) == (AnswerState.REFUSED, "Who has left")


def test_people_of_one_section_can_be_chosen(campus: World) -> None:
    chosen = Choice(sections=("b",))
    assert ask(campus, "tutor", "active_learners", choice=chosen).rows == ((4,),)
    assert ask(campus, "tutor", "events", choice=chosen).rows == ((1 + 4 + 3,),)


def test_who_is_in_two_courses_counts_once_and_so_does_their_time(campus: World) -> None:
    # Ada was in ALG at 10:05 and in BIO at 10:10 of 5 May: six minutes of the one person, in two courses one each.
    may = Fixed(first=date(2026, 5, 4), last=date(2026, 5, 10))
    assert ask(campus, "dean", "minutes", split=UNIT, period=may).rows == (("Arts", 0), ("Science", 5 + 6 + 1 + 6 + 2))
    assert table(ask(campus, "dean", "active_learners", split=UNIT)) == {"Arts": 1, "Science": 12}


def test_types_of_activity_weekdays_and_hours_are_told_apart_by_name_only(campus: World) -> None:
    types = table(ask(campus, "tutor", "events", split=Dimension.ACTIVITY_TYPE))
    assert types["video"] == 1
    assert sum(types.values()) == 21
    film = Choice(activity_types=("video",))
    assert ask(campus, "tutor", "active_learners", choice=film).rows == ((1,),)
    days = table(ask(campus, "tutor", "active_learners", split=Dimension.WEEKDAY))
    assert days == {"Mon": 2, "Tue": 7, "Wed": 2, "Thu": 0, "Fri": 0, "Sat": 6, "Sun": 0}
    hours = ask(campus, "tutor", "events", split=Dimension.HOUR, zone="Asia/Tokyo")
    # 12:00 in Berlin, where work was handed in on Saturday, is 19:00 in Tokyo.
    assert {row[0]: row[1] for row in hours.rows if row[1]} == {"17:00": 11, "18:00": 4, "19:00": 6}
    for split in (Dimension.ACTIVITY_TYPE, Dimension.WEEKDAY, Dimension.HOUR, LEARNER, SECTION):
        assert ask(campus, "dean", "events", split=split).state is AnswerState.REFUSED


def test_scores_fall_into_tenths_and_work_into_on_time_late_and_missing(campus: World) -> None:
    algebra = Choice(courses=(campus.public_id("ALG"),))
    bands = ask(campus, "tutor", "scores", split=Dimension.SCORE_BAND, choice=algebra)
    assert [row[1] for row in bands.rows] == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    came = table(ask(campus, "tutor", "handed_in", split=Dimension.HANDED_IN, choice=algebra))
    # Six of "one" and Ben's of "two" on time, Ada's of "two" late; one of "one" and five of "two" missing.
    assert came == {"On time": 7, "Late": 1, "Missing": 6}
    work = table(ask(campus, "tutor", "share_on_time", split=Dimension.ACTIVITY, choice=algebra))
    assert work == pytest.approx({"Task one": 100 * 6 / 7, "Task two": 100 / 7})
    weeks = ask(campus, "tutor", "handed_in", grain=Grain.WEEK, choice=algebra)
    assert by_week(weeks) == [0, 7, 0, 7]
    # Single tenths of few learners are nothing that who sees groups may know.
    assert ask(campus, "dean", "scores", split=Dimension.SCORE_BAND, choice=algebra).state is AnswerState.HIDDEN


# ------------------------------------------------------------------ the same as on the pages


def test_an_institution_reads_the_figures_of_its_page(campus: World) -> None:
    page = campus.read(read_institution, campus.everything(), AS_OF, FILTERS)
    assert by_week(ask(campus, "dean", "active_learners", grain=Grain.WEEK)) == [week.learners for week in page.weeks]
    assert ask(campus, "dean", "enrolled").rows == ((page.enrolled,),)
    rows = {row.code: row for row in page.courses if not row.hidden}
    figures: dict[str, Callable[[CourseRow], object]] = {
        "enrolled": lambda row: row.enrolled,
        "at_risk": lambda row: row.needs_help,
        "progress_median": lambda row: row.progress,
        "score_median": lambda row: row.score_median,
        "handed_in": lambda row: sum(row.handed or ()),
        "completion": lambda row: row.completed,
    }
    for key, figure in figures.items():
        assert table(ask(campus, "dean", key, split=COURSE)) in ({code: figure(row) for code, row in rows.items()}, {})
    came = ask(campus, "dean", "joined", "withdrawn", grain=Grain.WEEK)
    further = campus.read(_further, campus.everything())
    assert [row[1:] for row in came.rows] == [(week.joined, week.left) for week in further.enrolments]
    weekly = ask(campus, "dean", "events", grain=Grain.WEEK, split=COURSE)
    for code, row in rows.items():
        assert [each[2] for each in weekly.rows if each[1] == code] == list(row.weeks)


def _further(connection: Connection, scope: Scope) -> InstitutionFurtherView:
    compared = read_compared(connection, scope, AS_OF, FILTERS)
    return read_institution_further(connection, compared, FILTERS)


def test_a_classroom_reads_the_figures_of_its_page(campus: World) -> None:
    course, named = campus.course_id("ALG"), campus.named_scope("ALG")
    page = campus.read(read_classroom, named, AS_OF, FILTERS, course)
    algebra = Choice(courses=(campus.public_id("ALG"),))
    assert by_week(ask(campus, "tutor", "active_learners", grain=Grain.WEEK, choice=algebra)) == list(
        page.figures.weeks
    )
    daily = ask(campus, "tutor", "events", grain=Grain.DAY, choice=algebra)
    assert [row[1] for row in daily.rows] == [day.events for day in page.days]
    assert ask(campus, "tutor", "score_median", choice=algebra).rows == ((page.figures.median_score,),)
    assert ask(campus, "tutor", "at_risk", choice=algebra).rows == ((page.figures.at_risk,),)
    term = Fixed(first=date(2026, 3, 2), last=date(2026, 7, 31))
    on_time = page.figures.on_time
    share = ask(campus, "tutor", "share_on_time", choice=algebra, period=term).rows[0][0]
    assert share == pytest.approx(100 * on_time.on_time / on_time.due)
    progress = table(ask(campus, "tutor", "progress_median", split=LEARNER, choice=algebra))
    assert progress == pytest.approx({row.name: row.progress for row in page.learners})


# ------------------------------------------------------------------ time, comparison, order, limit


def test_moving_days_are_those_of_the_reports_time_zone(campus: World) -> None:
    # In Auckland the Monday has begun at noon of the Sunday before.
    sunday = AsOf(at("05-10 13:00"))
    last = Moving(count=1)
    assert days_of(ask(campus, "tutor", "events", period=last, as_of=sunday))[0] == date(2026, 4, 27)
    assert days_of(ask(campus, "tutor", "events", period=last, as_of=sunday, zone="Pacific/Auckland"))[0] == WEEKS[3]


def test_each_figure_has_that_of_the_period_before_beside_it(campus: World) -> None:
    fortnight = Fixed(first=date(2026, 4, 27), last=date(2026, 5, 10))
    found = ask(campus, "dean", "active_learners", grain=Grain.WEEK, with_before=True, period=fortnight)
    assert [column.key for column in found.columns] == ["week", "active_learners", "active_learners_before"]
    assert found.rows == ((WEEKS[2], 1, 6), (WEEKS[3], 12, 3))
    whole = ask(campus, "tutor", "enrolled", "joined", with_before=True)
    assert whole.rows == ((8, 8, 1, 0),)


def test_whole_weeks_and_months_of_whole_weeks_are_all_that_groups_are_told_by(campus: World) -> None:
    middle = Fixed(first=date(2026, 4, 15), last=date(2026, 4, 22))
    found = ask(campus, "dean", "active_learners", period=middle)
    assert days_of(found) == (date(2026, 4, 13), date(2026, 4, 26))
    months = ask(
        campus,
        "dean",
        "active_learners",
        grain=Grain.MONTH,
        period=Fixed(first=date(2026, 4, 1), last=AS_OF.instant.date()),
    )
    # By their Thursdays the weeks from 30 March to 27 April are of April, that from 4 May is of May, now under way.
    assert months.rows == ((date(2026, 4, 1), 7), (date(2026, 5, 1), 12))
    assert days_of(months)[0] == date(2026, 3, 30)
    now = Moving(count=1, unit=Unit.MONTH, whole=False)
    under_way = ask(campus, "dean", "active_learners", grain=Grain.MONTH, period=now, with_before=True)
    assert under_way.rows == ((date(2026, 5, 1), 12, None),)
    none = ask(campus, "dean", "active_learners", grain=Grain.MONTH, period=middle)
    assert (none.state, none.reason[:14]) == (AnswerState.REFUSED, "No whole month")


def test_what_the_limit_leaves_out_is_counted(campus: World) -> None:
    order = Order(by="events")
    first = ask(campus, "tutor", "events", split=LEARNER, order=order, limit=2)
    assert (first.rows, first.left_out) == ((("Ada Example", 7), ("Ben Example", 4)), 6)
    last = ask(campus, "tutor", "events", split=LEARNER, order=Order(by="learner", descending=True), limit=1)
    names = [str(row[0]) for row in ask(campus, "tutor", "events", split=LEARNER).rows]
    assert last.rows[0][0] == max(names, key=str.casefold)
    # With time it is whole lines that are left out, never single weeks.
    line = ask(campus, "dean", "events", grain=Grain.WEEK, split=COURSE, order=order, limit=1)
    assert ([row[:2] for row in line.rows], line.left_out) == ([(week, "ALG") for week in WEEKS], 4)


def test_nothing_is_unlike_zero(campus: World) -> None:
    future = Fixed(first=date(2027, 1, 1), last=date(2027, 1, 31))
    assert ask(campus, "tutor", "events", period=future).state is AnswerState.NO_DATA
    assert ask(campus, "tutor", "events", choice=Choice(units=("Arts",))).state is AnswerState.NO_DATA
    assert ask(campus, "tutor", "events", period=Fixed(first=date(2026, 1, 1), last=date(2026, 1, 2))).rows == ((0,),)
    assert ask(campus, "tutor", "completion").state is AnswerState.NO_DATA
    assert ask(campus, "dean", "completion").state is not AnswerState.SHOWN
    assert ask(campus, "tutor", "shoe_size").state is AnswerState.GONE


def test_a_file_of_figures_knows_what_stands_in_each_column(campus: World) -> None:
    found = ask(campus, "tutor", "events", "share_active", "minutes", split=COURSE)
    assert [(one.key, one.kind, one.measure) for one in found.columns] == [
        ("course", ColumnKind.TEXT, None),
        ("events", ColumnKind.COUNT, "events"),
        ("share_active", ColumnKind.PERCENT, "share_active"),
        ("minutes", ColumnKind.MINUTES, "minutes"),
    ]
