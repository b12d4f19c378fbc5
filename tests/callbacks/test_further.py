"""The parts of pages below the fold: who gets them, and what odd questions find."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.campus import ADMINISTRATOR, Campus
from tests.served import Visitor

Strangers = Callable[[], Visitor]


def wanted(course: object, **values: object) -> dict[str, Any]:
    given = {"shell-address": {"id": str(course), "embedded": False}, **values}
    return {"classroom-work-wanted.data": {"values": given, "update": False}}


@pytest.fixture
def algebra(application: Any, campus: Campus) -> str:
    """The public id of the course."""
    sessions = application.guard.sessions
    cookie = sessions.issue(campus.organisation_id, campus.people[ADMINISTRATOR].public_id)
    principal = application.guard.find_principal(sessions.read(cookie))
    found = application.services.reader.classrooms(principal)
    return next(str(each.public_id) for each in found if each.code == "ALG 1")


@pytest.fixture
def part(application: Any) -> str:
    """The part's callback."""
    return str(next(name for name in application.guard.doors if "classroom-videos.figure" in name)).lstrip(".")


def test_who_teaches_the_course_gets_the_part(visitor: Strangers, campus: Campus, part: str, algebra: str) -> None:
    answer = visitor().sign_in(campus, "Tess Thorne").ask(part, wanted(algebra))
    assert answer.status_code == 200
    assert answer.get_json()["response"]["classroom-work"] == {"className": "la-further"}


@pytest.mark.parametrize("name", ["Ada Abel", "Theo Tull"])
def test_who_does_not_teach_it_gets_nothing(
    visitor: Strangers, campus: Campus, part: str, algebra: str, name: str
) -> None:
    answer = visitor().sign_in(campus, name).ask(part, wanted(algebra)).get_json()
    assert answer["response"] == {}
    # It is not there, and nothing is awaited in its place.
    assert answer["sideUpdate"]["classroom-work"] == {"hidden": True, "className": "la-further"}


@pytest.mark.parametrize("odd", [None, 7, [], {"values": []}, {"values": {"shell-address": "x"}}])
def test_an_odd_question_finds_nothing(visitor: Strangers, campus: Campus, part: str, odd: object) -> None:
    answer = visitor().sign_in(campus, "Tess Thorne").ask(part, {"classroom-work-wanted.data": odd})
    assert answer.status_code == 204 or answer.get_json()["response"] == {}


def test_a_failure_leaves_what_is_on_the_screen(
    visitor: Strangers, campus: Campus, application: Any, part: str, algebra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(type(application.services.reader), "classroom_work", fails)
    tess = visitor().sign_in(campus, "Tess Thorne")
    first = tess.ask(part, wanted(algebra))
    assert "This card could not be read" in first.text
    again = wanted(algebra)
    again["classroom-work-wanted.data"]["update"] = True
    assert "could not be read" not in tess.ask(part, again).text
