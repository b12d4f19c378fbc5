"""The choice of the course on a classroom's page: whatever is asked, it names only what the reader may open."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor

Strangers = Callable[[], Visitor]


def offered(visitor: Visitor, wanted: object) -> dict[str, Any]:
    answer = visitor.ask("classroom-course.options", {"classroom-courses-asked.data": wanted})
    assert answer.status_code in (200, 403)
    return answer.get_json()["response"] if answer.status_code == 200 else {}


def courses(application: Any, campus: Campus, name: str) -> dict[str, str]:
    principal = application.guard.find_principal.of(campus.organisation_id, campus.people[name].public_id)
    return {one.code: str(one.public_id) for one in application.services.reader.classrooms(principal)}


def test_who_opens_several_courses_chooses_among_these(visitor: Strangers, campus: Campus, application: Any) -> None:
    own = courses(application, campus, ADMINISTRATOR)
    answer = offered(visitor().sign_in(campus, ADMINISTRATOR), own["ALG 1"])

    assert {one["value"] for one in answer["classroom-course"]["options"]} == set(own.values())
    assert answer["classroom-course"]["value"] == own["ALG 1"]
    assert answer["classroom-course-place"]["hidden"] is False


@pytest.mark.parametrize("name", ["Tess Thorne", "Theo Tull"])
def test_a_teacher_of_one_course_is_offered_no_choice(
    visitor: Strangers, campus: Campus, application: Any, name: str
) -> None:
    everything = courses(application, campus, ADMINISTRATOR)
    for course in everything.values():
        answer = offered(visitor().sign_in(campus, name), course)
        assert "classroom-course" not in answer
        assert answer["classroom-course-place"]["hidden"] is True


@pytest.mark.parametrize("odd", [None, 7, "x" * 5000, ["a"], {"id": 1}])
def test_an_odd_question_is_offered_nothing(visitor: Strangers, campus: Campus, odd: object) -> None:
    assert "classroom-course" not in offered(visitor().sign_in(campus, ADMINISTRATOR), odd)


def test_learners_are_offered_nothing(visitor: Strangers, campus: Campus, application: Any) -> None:
    algebra = courses(application, campus, ADMINISTRATOR)["ALG 1"]
    assert "options" not in str(offered(visitor().sign_in(campus, "Ada Abel"), algebra))
