"""The goal of a learner: who sets it, for which course, what is no goal, and who sees it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from callbacks.student_goal import goal_of, outlook_of
from dashapp.data.database import DatabaseRole
from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor

Strangers = Callable[[], Visitor]
LEARNER, TEACHER = "Ada Abel", "Tess Thorne"


def wanted(public_id: object = None, **values: object) -> dict[str, Any]:
    given = {"shell-address": {"id": str(public_id) if public_id else None, "embedded": False}, **values}
    return {"student-further-wanted.data": {"values": given, "update": False}}


@pytest.fixture
def doors(application: Any) -> dict[str, str]:
    """The callbacks of the part and of the form, by short names."""
    names = list(application.guard.doors)
    found = {"part": "student-timeline.figure", "goal": "student-goal-said", "try": "student-what-if-said"}
    return {short: next(name for name in names if output in name).lstrip(".") for short, output in found.items()}


@pytest.fixture
def algebra(application: Any, campus: Campus) -> str:
    """The public id of the course."""
    sessions = application.guard.sessions
    cookie = sessions.issue(campus.organisation_id, campus.people[ADMINISTRATOR].public_id)
    principal = application.guard.find_principal(sessions.read(cookie))
    found = application.services.reader.classrooms(principal)
    return next(str(each.public_id) for each in found if each.code == "ALG 1")


def press(visitor: Visitor, door: str, course: object, goal: object, button: str = "student-goal-set") -> str:
    values = {
        f"{button}.n_clicks": 1,
        "student-goal-input.value": goal,
        "student-goal-outlook.data": {"course": course},
    }
    answer = visitor.ask(door, values, changedPropIds=[f"{button}.n_clicks"])
    assert answer.status_code in (200, 204)
    return str(answer.text)


def kept(campus: Campus) -> list[int]:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        found = connection.exec_driver_sql("SELECT goal FROM learner_goals ORDER BY goal")
        return [int(goal) for goal in found.scalars()]


def test_a_learner_sets_a_goal_sees_what_it_takes_and_clears_it(
    visitor: Strangers, campus: Campus, doors: dict[str, str], algebra: str
) -> None:
    ada = visitor().sign_in(campus, LEARNER)
    assert "Only you see it" in press(ada, doors["goal"], algebra, "70")
    assert kept(campus) == [70]
    chosen = {"student-course": algebra}
    said = json.loads(ada.ask(doors["part"], wanted(**chosen)).text)["response"]
    assert said["student-goal-clear"]["hidden"] is False
    assert "70" in said["student-goal-needed"]["children"]
    teacher = visitor().sign_in(campus, TEACHER).ask(doors["part"], wanted(campus.people[LEARNER].public_id, **chosen))
    told = json.loads(teacher.text)["response"]
    assert told["student-goal-needed"]["children"] == ""
    assert told["student-goal-outlook"]["data"] is None
    assert told["student-stored"]["children"] is None
    assert "Cleared" in press(ada, doors["goal"], algebra, None, "student-goal-clear")
    assert kept(campus) == []


@pytest.mark.parametrize("odd", [1000, -1, "seventy", "", None, [70], {"a": 1}, True, "nan", "inf", "1e400", "\ud800"])
def test_what_is_no_percentage_is_no_goal(
    visitor: Strangers, campus: Campus, doors: dict[str, str], algebra: str, odd: object
) -> None:
    assert goal_of(odd) is None
    ada = visitor().sign_in(campus, LEARNER)
    assert "Enter a whole number from 0 to 100" in press(ada, doors["goal"], algebra, odd)
    assert kept(campus) == []


@pytest.mark.parametrize("course", [None, "x", 7, "0b5b3a6e-0000-4000-8000-000000000000"])
def test_no_goal_is_kept_for_a_course_that_is_not_there(
    visitor: Strangers, campus: Campus, doors: dict[str, str], course: object
) -> None:
    ada = visitor().sign_in(campus, LEARNER)
    assert "Choose a course first" in press(ada, doors["goal"], course, 70)
    assert kept(campus) == []


def test_no_goal_is_kept_for_a_course_in_which_one_does_not_learn(
    visitor: Strangers, campus: Campus, doors: dict[str, str], algebra: str
) -> None:
    teacher = visitor().sign_in(campus, TEACHER)
    assert "Only you see it" not in press(teacher, doors["goal"], algebra, 70)
    assert kept(campus) == []


def test_trying_out_says_what_would_come_of_it_and_odd_values_say_nothing(
    visitor: Strangers, campus: Campus, doors: dict[str, str], algebra: str
) -> None:
    ada = visitor().sign_in(campus, LEARNER)
    held = {"course": algebra, "earned": 3300, "graded": 50, "rest": 50, "missing": 0}

    def tried(mean: object, outlook: object) -> str:
        answer = ada.ask(doors["try"], {"student-what-if.value": mean, "student-goal-outlook.data": outlook})
        assert answer.status_code == 200
        return str(json.loads(answer.text)["response"]["student-what-if-said"]["children"]).replace("\u00a0", " ")

    assert tried(74, held) == "With 74 %: 70 % at the end; at most 83 %"
    for mean, odd in ((1000, held), ("x", held), (50, None), (50, {**held, "rest": "y"}), (50, {**held, "earned": -1})):
        assert tried(mean, odd) == ""
    assert outlook_of({**held, "earned": float("nan")}) is None
    assert outlook_of({**held, "earned": 1e300}) is None


@pytest.mark.parametrize("odd", [None, 7, [], {"values": []}, {"values": {"student-course": "x", "shell-address": 3}}])
def test_an_odd_question_for_the_part_finds_nothing_of_others(
    visitor: Strangers, campus: Campus, doors: dict[str, str], odd: object
) -> None:
    answer = visitor().sign_in(campus, LEARNER).ask(doors["part"], {"student-further-wanted.data": odd})
    assert answer.status_code in (200, 204)
    assert "could not be read" not in answer.text


def test_a_learner_gets_no_part_of_another(visitor: Strangers, campus: Campus, doors: dict[str, str]) -> None:
    other = campus.people["Ben Boll"].public_id if "Ben Boll" in campus.people else campus.people[TEACHER].public_id
    answer = visitor().sign_in(campus, LEARNER).ask(doors["part"], wanted(other))
    assert "student-units" not in answer.text


@pytest.mark.parametrize("odd", [2**70, -1, True, 1.5, "7", None, []], ids=repr)
def test_what_the_page_has_counted_is_given_back_only_as_a_number_that_it_can_count(
    visitor: Strangers, campus: Campus, doors: dict[str, str], algebra: str, odd: object
) -> None:
    values = {
        "student-goal-set.n_clicks": 1,
        "student-goal-input.value": 50,
        "student-goal-outlook.data": {"course": algebra},
        "student-goal-decision.data": odd,
    }
    answer = visitor().sign_in(campus, LEARNER).ask(doors["goal"], values, changedPropIds=["student-goal-set.n_clicks"])
    assert answer.status_code == 200
    assert answer.get_json()["response"]["student-goal-decision"]["data"] == 1
