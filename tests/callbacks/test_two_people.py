"""Two people on the same kind of page see their own data only, whatever they send and whoever asked before."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from dashapp.security.topics import Topics
from tests.campus import ADMINISTRATOR, LEARNERS, TEACHERS, Campus
from tests.served import Visitor, address

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    # Dash writes what it sends so that it may stand inside of HTML.
    return str(answer.get_data(as_text=True)).replace("\\u002f", "/")


@pytest.fixture
def courses(application: Any, campus: Campus) -> dict[str, str]:
    """The public ids of the courses, by code."""
    principal = application.guard.find_principal(
        application.guard.sessions.read(
            application.guard.sessions.issue(campus.organisation_id, campus.people[ADMINISTRATOR].public_id)
        )
    )
    return {each.code: str(each.public_id) for each in application.services.reader.classrooms(principal)}


def test_everybody_sees_their_own_page(campus: Campus, visitor: Strangers) -> None:
    ada = shown(visitor().sign_in(campus, "Ada Abel").ask("student-page", address(None)))
    ben = shown(visitor().sign_in(campus, "Ben Brook").ask("student-page", address(None)))
    again = shown(visitor().sign_in(campus, "Ada Abel").ask("student-page", address(None)))

    assert "BOT 1" in ada
    assert "BOT 1" not in ben
    assert again.partition('"sideUpdate"')[0] == ada.partition('"sideUpdate"')[0]


def test_a_student_cannot_open_the_page_of_another(campus: Campus, visitor: Strangers) -> None:
    other = address(campus.people["Ben Brook"].public_id)

    answer = shown(visitor().sign_in(campus, "Ada Abel").ask("student-page", other))

    assert NOTHING_HERE in answer
    assert "student-title" not in answer


def test_a_teacher_opens_the_learners_of_the_own_course_only(campus: Campus, visitor: Strangers) -> None:
    tess = visitor().sign_in(campus, "Tess Thorne")

    assert NOTHING_HERE not in shown(tess.ask("student-page", address(campus.people["Ben Brook"].public_id)))
    assert NOTHING_HERE in shown(tess.ask("student-page", address(campus.people["Ivy Ives"].public_id)))


def test_of_a_learner_of_two_courses_each_teacher_sees_the_own_one(campus: Campus, visitor: Strangers) -> None:
    ada = address(campus.people["Ada Abel"].public_id)

    tess = shown(visitor().sign_in(campus, "Tess Thorne").ask("student-page", ada))
    theo = shown(visitor().sign_in(campus, "Theo Tull").ask("student-page", ada))

    assert ("Algebra quiz" in tess, "Botany quiz" in tess) == (True, False)
    assert ("Algebra quiz" in theo, "Botany quiz" in theo) == (False, True)


def test_a_classroom_is_for_its_own_teacher(campus: Campus, visitor: Strangers, courses: dict[str, str]) -> None:
    algebra = address(courses["ALG 1"])

    tess = shown(visitor().sign_in(campus, "Tess Thorne").ask("classroom-page", algebra))
    theo = shown(visitor().sign_in(campus, "Theo Tull").ask("classroom-page", algebra))
    ada = shown(visitor().sign_in(campus, "Ada Abel").ask("classroom-page", algebra))

    assert all(name in tess for name in LEARNERS["algebra"])
    assert NOTHING_HERE in theo
    assert NOTHING_HERE in ada
    assert not any(name in theo + ada for name in LEARNERS["algebra"])


def test_an_administrator_sees_no_names_and_no_small_group(
    campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    max_moor = visitor().sign_in(campus, ADMINISTRATOR)

    algebra = shown(max_moor.ask("classroom-page", address(courses["ALG 1"])))
    botany = shown(max_moor.ask("classroom-page", address(courses["BOT 1"])))

    assert NOTHING_HERE not in algebra
    assert not any(name in algebra + botany for names in LEARNERS.values() for name in names)


@pytest.mark.parametrize("name", ["Ada Abel", "Tess Thorne"])
def test_the_institution_is_for_its_administrator(
    campus: Campus, visitor: Strangers, application: Any, name: str
) -> None:
    home = shown(visitor().sign_in(campus, ADMINISTRATOR).ask("home-location", {"home-asked.data": True}))
    public_id = home.partition("/organisations/")[2].partition('"')[0]

    theirs = shown(visitor().sign_in(campus, ADMINISTRATOR).ask("institution-page", address(public_id)))
    ours = shown(visitor().sign_in(campus, name).ask("institution-page", address(public_id)))

    assert "ALG 1" in theirs
    assert NOTHING_HERE in ours
    assert "ALG 1" not in ours


@pytest.mark.parametrize("name", ["Ada Abel", "Tess Thorne"])
def test_the_quality_of_the_data_is_for_the_administrator(campus: Campus, visitor: Strangers, name: str) -> None:
    home = shown(visitor().sign_in(campus, ADMINISTRATOR).ask("home-location", {"home-asked.data": True}))
    public_id = home.partition("/organisations/")[2].partition('"')[0]

    theirs = shown(visitor().sign_in(campus, ADMINISTRATOR).ask("quality-page", address(public_id)))
    ours = shown(visitor().sign_in(campus, name).ask("quality-page", address(public_id)))

    assert "Open alerts" in theirs
    assert NOTHING_HERE not in theirs
    assert NOTHING_HERE in ours


@pytest.mark.parametrize("page", ["student-page", "classroom-page", "institution-page", "quality-page"])
@pytest.mark.parametrize("named", ["00000000-0000-4000-8000-000000000000", "nonsense", ""])
def test_an_unknown_address_reads_like_one_that_is_not_permitted(
    campus: Campus, visitor: Strangers, page: str, named: str
) -> None:
    name = {
        "student-page": "Ada Abel",
        "classroom-page": "Tess Thorne",
        "institution-page": ADMINISTRATOR,
        "quality-page": ADMINISTRATOR,
    }[page]

    assert NOTHING_HERE in shown(visitor().sign_in(campus, name).ask(page, address(named)))


@pytest.mark.parametrize(
    ("name", "home"), [("Ada Abel", '"/me"'), ("Tess Thorne", '"/courses/'), (ADMINISTRATOR, '"/organisations/')]
)
def test_everybody_starts_on_the_page_of_their_role(campus: Campus, visitor: Strangers, name: str, home: str) -> None:
    assert home in shown(visitor().sign_in(campus, name).ask("home-location", {"home-asked.data": True}))


@pytest.mark.parametrize(
    ("name", "tabs"),
    [
        ("Ada Abel", ["My page"]),
        ("Tess Thorne", ["ALG 1", "Reports"]),
        (ADMINISTRATOR, ["Institution", "Classrooms", "Reports", "Administration"]),
    ],
)
def test_the_navigation_names_only_what_the_role_may_open(
    campus: Campus, visitor: Strangers, name: str, tabs: list[str]
) -> None:
    values = {"_pages_location.pathname": "/me"}

    answer = visitor().sign_in(campus, name).ask("shell-nav", values).get_json()

    links = answer["response"]["shell-nav"]["children"]
    assert [link["props"]["children"] for link in links] == tabs


def test_the_account_menu_is_drawn_once_since_it_may_be_open(campus: Campus, visitor: Strangers) -> None:
    somebody = visitor().sign_in(campus, "Tess Thorne")
    first = somebody.ask("shell-nav", {"_pages_location.pathname": "/"}).get_json()["response"]["shell-account"]
    assert "Your sessions" in json.dumps(first["children"])

    held = {"_pages_location.pathname": "/courses", "shell-account.data-named": first["data-named"]}
    assert "children" not in somebody.ask("shell-nav", held).get_json()["response"]["shell-account"]

    other = {**held, "shell-account.data-named": "Somebody else"}
    again = somebody.ask("shell-nav", other).get_json()["response"]["shell-account"]
    assert again["children"] == first["children"]


def current_tab(visitor: Visitor, path: str, search: str = "") -> list[str]:
    values = {"_pages_location.pathname": path, "_pages_location.search": search}
    links = visitor.ask("shell-nav", values).get_json()["response"]["shell-nav"]["children"]
    return [link["props"]["children"] for link in links if "aria-current" in link["props"]]


def test_the_page_of_a_learner_stands_under_the_classroom_it_was_opened_from(
    campus: Campus, visitor: Strangers, courses: dict[str, str]
) -> None:
    tess, ada = visitor().sign_in(campus, "Tess Thorne"), visitor().sign_in(campus, "Ada Abel")
    ben = f"/learners/{campus.people['Ben Brook'].public_id}"

    assert current_tab(tess, ben, f"?course={courses['ALG 1']}") == ["ALG 1"]
    assert current_tab(tess, ben) == ["ALG 1"]
    assert current_tab(tess, f"/embed{ben}") == ["ALG 1"]
    assert current_tab(tess, ben, f"?course={courses['BOT 1']}") == []
    assert current_tab(tess, f"/learners/{campus.people['Ivy Ives'].public_id}") == []
    assert current_tab(tess, "/learners/nobody", "?course=none") == []
    assert current_tab(ada, ben, f"?course={courses['ALG 1']}") == []


def test_the_list_of_classrooms_is_ones_own(campus: Campus, visitor: Strangers) -> None:
    tess = shown(visitor().sign_in(campus, "Tess Thorne").ask("courses-page", address(None)))
    max_moor = shown(visitor().sign_in(campus, ADMINISTRATOR).ask("courses-page", address(None)))
    ada = shown(visitor().sign_in(campus, "Ada Abel").ask("courses-page", address(None)))

    assert ("Algebra" in tess, "Botany" in tess) == (True, False)
    assert ("Algebra" in max_moor, "Botany" in max_moor) == (True, True)
    assert NOTHING_HERE in ada


def test_an_administrator_does_not_hear_when_somebody_of_a_hidden_course_does_something(
    application: Any, campus: Campus, courses: dict[str, str], visitor: Strangers
) -> None:
    topics = Topics(application.services.settings.secret_keys)

    def topic_of(name: str) -> Any:
        answer = visitor().sign_in(campus, name).ask("classroom-page", address(courses["BOT 1"]))
        token = json.loads(shown(answer))["sideUpdate"]["shell-topic"]["data"]["token"]
        return topics.read(token)

    assert topic_of(TEACHERS["botany"]).course is not None
    assert topic_of(ADMINISTRATOR).course is None
