"""Who is chosen on a classroom's page, and what is said of them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, text

from dashapp.domain.events import ActivityType, Verb
from dashapp.domain.filters import Filters
from dashapp.domain.scope import AsOf
from dashapp.domain.views import ClassroomView
from dashapp.domain.views.cohort import Before, OnTime
from tests.data.queries.conftest import AS_OF, World, at, read_classroom, room


def names(view: ClassroomView) -> set[str]:
    return {row.name.partition(" ")[0].lower() for row in view.learners}


def test_every_filter_of_learners_speaks_of_the_whole_page_and_moves_no_level(campus: World) -> None:
    campus.task("ALG", "quiz", activity_type=ActivityType.QUIZ)
    campus.submitted("cho", "ALG", "quiz", "05-05 10:00")
    campus.submitted("dan", "ALG", "quiz", "04-05 10:00")
    campus.write()
    everybody = room(campus)
    levels = {row.public_id: row.level for row in everybody.learners}
    cases: dict[str, tuple[dict[str, Any], set[str]]] = {
        "level": ({"level": "help"}, {"fay"}),
        "seen": ({"seen": "never"}, {"fay"}),
        "score": ({"score": "60-80"}, {"ada"}),
        "activity": ({"activity": "quiz"}, {"cho", "dan"}),
        "activity on these days": ({"activity": "quiz", "first": "2026-05-01"}, {"cho"}),
        "picked": ({"learners": [str(campus.public_id("ben")), str(campus.public_id("tutor"))]}, {"ben"}),
        "together": ({"section": "b", "seen": "7d", "score": "80-100"}, {"cho", "dan", "eve"}),
        "nobody": ({"level": "help", "seen": "today"}, set()),
    }
    for case, (given, expected) in cases.items():
        view = room(campus, **given)
        assert names(view) == expected, case
        assert (view.enrolled, view.everybody) == (len(expected), 6), case
        assert len(view.heat) == len(expected), case
        assert sum(day.events for day in view.days) == sum(row.events for row in view.learners), case
        assert all(levels[row.public_id] is row.level for row in view.learners), case


def test_the_numbers_beside_the_levels_are_of_all_other_filters(campus: World) -> None:
    assert room(campus).level_counts == (1, 1, 4)
    assert room(campus, level="help").level_counts == (1, 1, 4)
    assert room(campus, level="help", section="a").level_counts == (0, 1, 1)


def test_a_group_of_the_course_chooses_its_learners(campus: World, as_superuser: Callable[[], Connection]) -> None:
    put_into_group(campus, as_superuser(), "red", ["ada", "cho"])
    assert names(room(campus, group="red")) == {"ada", "cho"}
    assert names(room(campus, group="red", section="a")) == {"ada"}
    assert len(room(campus, group="green").learners) == 6
    assert room(campus, section="b").groups == ("red",)


def test_a_second_choice_is_told_beside_the_first_on_the_same_days(campus: World) -> None:
    campus.task("ALG", "quiz", activity_type=ActivityType.QUIZ)
    campus.submitted("cho", "ALG", "quiz", "05-05 10:00")
    campus.write()
    assert room(campus).other is None
    rest = room(campus, section="a", against="rest")
    whole = room(campus).figures
    assert rest.other is not None
    assert (rest.figures.learners, rest.other.learners) == (2, 4)
    assert tuple(map(sum, zip(rest.figures.weeks, rest.other.weeks, strict=True))) == whole.weeks
    assert rest.figures.on_time.due + rest.other.on_time.due == whole.on_time.due
    assert (rest.figures.at_risk, rest.other.at_risk, whole.at_risk) == (0, 1, 1)
    # What the second choice used is asked for by itself.
    used = room(campus, against="query:activity=quiz&range=7d", first="2026-04-01")
    assert used.other is not None
    assert (used.figures.learners, used.other.learners, len(used.other.weeks)) == (6, 1, len(used.week_starts))
    nobody = room(campus, against="query:level=help&seen=today").other
    assert nobody is not None
    assert (nobody.learners, nobody.weeks) == (0, (0,) * 10)


def put_into_group(campus: World, connection: Connection, group: str, people: Sequence[str]) -> None:
    made = connection.execute(
        text("INSERT INTO learner_groups (organisation_id, course_id, name) VALUES (:o, :c, :n) RETURNING group_id"),
        {"o": campus.organisation, "c": campus.course_id("ALG"), "n": group},
    ).scalar_one()
    for name in people:
        connection.execute(
            text(
                "INSERT INTO memberships (organisation_id, person_id, scope_kind, scope_id, role, granted_by)"
                " VALUES (:o, :p, 'group', :g, 'learner', 'event')"
            ),
            {"o": campus.organisation, "p": campus.person_id(name), "g": made},
        )
    connection.commit()


def test_the_strip_speaks_of_the_chosen_learners_and_of_the_week_before(campus: World) -> None:
    figures = room(campus).figures
    # Ada has 70 %, four have 80 %, Fay has nothing: a week ago all five had 80 %.
    assert (figures.median_score, figures.scored) == (80, 5)
    assert figures.on_time == OnTime(due=12, on_time=6)
    assert figures.deadlines == (OnTime(6, 5), OnTime(6, 1))
    assert (figures.learners, figures.joined, figures.at_risk) == (6, 0, 1)
    assert figures.weeks == (0, 0, 0, 0, 0, 0, 5, 0, 5, 5)
    assert figures.before == Before(at_risk=1, median_score=80, on_time=OnTime(6, 5))
    section = room(campus, section="a").figures
    assert (section.learners, section.at_risk, section.median_score, section.scored) == (2, 0, None, 2)
    assert section.on_time == OnTime(4, 3)
    assert section.before == Before(at_risk=0, median_score=None, on_time=OnTime(2, 2))
    nobody = room(campus, level="help", seen="today").figures
    assert (nobody.learners, nobody.on_time, nobody.median_score, nobody.weeks) == (0, OnTime(), None, (0,) * 10)


def test_who_joined_within_the_week_is_in_no_figure_of_the_week_before(campus: World) -> None:
    campus.person("gil")
    campus.member("gil", "ALG", occurred_at=at("05-03 08:00"))
    campus.seen("gil", "ALG", "05-06 12:00")
    campus.write()
    figures = room(campus).figures
    assert (figures.learners, figures.joined) == (7, 1)
    # What was due before Gil came is not theirs; the second task was due after.
    assert figures.on_time == OnTime(due=13, on_time=6)
    assert figures.before == Before(at_risk=1, median_score=80, on_time=OnTime(6, 5))


def test_progress_is_what_was_handed_in_completed_or_looked_at_of_what_is_published(campus: World) -> None:
    page, video = campus._named("activity", "page"), campus._named("activity", "video")
    campus.task("ALG", "page", activity_type=ActivityType.PAGE)
    campus.task("ALG", "video", activity_type=ActivityType.VIDEO)
    campus.task("ALG", "later", activity_type=ActivityType.PAGE, published_at=at("06-01 08:00"))
    campus.seen("cho", "ALG", "05-01 09:00", "05-02 09:00", activity=page)
    campus.seen("cho", "ALG", "05-01 09:00", activity=video)
    campus.seen("cho", "ALG", "05-01 09:00", activity=campus._named("activity", "later"))
    campus._learning("dan", "ALG", Verb.COMPLETED, "05-01 09:00", activity=video)
    campus._learning("dan", "ALG", Verb.COMPLETED, "05-01 09:00", activity=campus._named("activity", "one"))
    campus.write()
    progress = {row.name.partition(" ")[0].lower(): row.progress for row in room(campus).learners}
    # Five are published: three assignments, a page, a video.
    expected = {"ada": 2, "ben": 1, "cho": 2, "dan": 2, "eve": 1, "fay": 0}
    assert progress == {name: pytest.approx(20 * done) for name, done in expected.items()}


def test_the_trend_is_of_teaching_weeks_whatever_dates_are_shown(campus: World) -> None:
    campus.seen("ben", "ALG", "03-30 09:00", "04-01 09:00", "03-20 09:00")
    campus.write()
    # The weeks from 13 April on against those from 23 March on; the week under way is in neither.
    choices: tuple[dict[str, Any], ...] = ({}, {"span": "7d"})
    for given in choices:
        rows = {row.name.partition(" ")[0].lower(): row.trend for row in room(campus, **given).learners}
        assert (rows["ada"], rows["ben"], rows["fay"]) == ((5, 0), (3, 2), (0, 0))


def test_a_course_of_less_than_six_teaching_weeks_has_no_trend(campus: World) -> None:
    assert {row.trend for row in room(campus, as_of=AsOf(at("04-10 10:00"))).learners} == {None}


def test_who_sees_groups_only_chooses_no_learners(campus: World) -> None:
    def grouped(**given: object) -> ClassroomView:
        scope, course = campus.everything(), campus.course_id("ALG")
        view: ClassroomView = campus.read(read_classroom, scope, AS_OF, Filters.parse(**given), course)
        return view

    picked = [str(campus.public_id("ada"))]
    forged = {"section": "a", "level": "help", "seen": "never", "score": "none", "activity": "quiz", "learners": picked}
    assert grouped(**forged) == grouped()
