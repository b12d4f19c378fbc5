"""Advisers and staff of sections through the whole application: pages, navigation, caches, and what has ended."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.store.caseloads import set_caseload
from dashapp.domain.events import MembershipChanged, Role
from dashapp.security import principals
from dashapp.security.caseload import main
from dashapp.security.topics import Topics
from dashapp.web.application import Application
from tests.campus import (
    ADMINISTRATOR,
    ADVISED,
    ADVISER,
    ALGEBRA,
    LEARNERS,
    SECTION_TEACHER,
    Campus,
    build_campus,
    identifier_of,
)
from tests.served import Visitor, address, web_settings

Strangers = Callable[[], Visitor]
NOTHING_HERE = "There is nothing here for you"
IN_A = LEARNERS["algebra"][::2]
IN_B = LEARNERS["algebra"][1::2]


def shown(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True)).replace("\\u002f", "/")


def values_in(answer: Any) -> str:
    """What the page is filled with, without the as-of lines, which move on."""
    response = answer.get_json()["response"] if answer.status_code == 200 and answer.get_json() else {}
    return json.dumps({name: value for name, value in response.items() if "asof" not in name})


def course_id(campus: Campus, code: str) -> str:
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        found = connection.execute(text("SELECT public_id FROM courses WHERE code = :code"), {"code": code})
        return str(found.scalar_one())


def tabs(visitor: Visitor) -> list[str]:
    links = visitor.ask("shell-nav", {"_pages_location.pathname": "/x"}).get_json()["response"]["shell-nav"]["children"]
    return [link["props"]["children"] for link in links]


def test_an_adviser_starts_at_the_caseload_and_opens_each_of_its_pages(campus: Campus, visitor: Strangers) -> None:
    amy = visitor().sign_in(campus, ADVISER)

    assert '"/caseload"' in shown(amy.ask("home-location", {"home-asked.data": True}))
    assert tabs(amy) == ["Caseload"]
    listed = shown(amy.ask("caseload-page", address(None)))
    for name in campus.people:
        page = shown(amy.ask("student-page", address(campus.people[name].public_id)))
        assert (name in listed) is (name in ADVISED)
        assert (NOTHING_HERE in page) is (name not in ADVISED)
    ada = shown(amy.ask("student-page", address(campus.people["Ada Abel"].public_id)))
    assert "The page of Ada Abel, whom you advise" in ada
    assert all(code in ada for code in ("ALG 1", "BOT 1"))


def test_an_adviser_opens_no_classroom_and_no_list_of_them(campus: Campus, visitor: Strangers) -> None:
    amy = visitor().sign_in(campus, ADVISER)

    assert NOTHING_HERE in shown(amy.ask("classroom-page", address(course_id(campus, "ALG 1"))))
    assert NOTHING_HERE in shown(amy.ask("courses-page", address(None)))


@pytest.mark.parametrize("name", ["Ada Abel", "Tess Thorne", ADMINISTRATOR])
def test_who_advises_nobody_has_no_caseload(campus: Campus, visitor: Strangers, name: str) -> None:
    assert NOTHING_HERE in shown(visitor().sign_in(campus, name).ask("caseload-page", address(None)))


def test_staff_of_a_section_see_its_learners_on_every_page(campus: Campus, visitor: Strangers) -> None:
    sue, tess = visitor().sign_in(campus, SECTION_TEACHER), visitor().sign_in(campus, "Tess Thorne")
    algebra = address(course_id(campus, "ALG 1"))

    both = shown(tess.ask("classroom-page", algebra))
    limited = shown(sue.ask("classroom-page", algebra))
    again = shown(tess.ask("classroom-page", algebra))

    assert all(name in both and name in again for name in (*IN_A, *IN_B))
    assert all(name in limited for name in IN_A)
    assert not any(name in limited for name in IN_B)
    for name in IN_B:
        assert NOTHING_HERE in shown(sue.ask("student-page", address(campus.people[name].public_id)))
    for name in IN_A:
        assert NOTHING_HERE not in shown(sue.ask("student-page", address(campus.people[name].public_id)))


def test_a_section_asked_for_by_the_control_opens_no_other_one(campus: Campus, visitor: Strangers) -> None:
    values = {**address(course_id(campus, "ALG 1")), "classroom-section.value": "B"}

    answer = shown(visitor().sign_in(campus, SECTION_TEACHER).ask("classroom-page", values))

    assert not any(name in answer for name in IN_B)


def test_staff_of_a_section_do_not_hear_when_somebody_of_another_does_something(
    application: Application, campus: Campus, visitor: Strangers
) -> None:
    answer = visitor().sign_in(campus, SECTION_TEACHER).ask("classroom-page", address(course_id(campus, "ALG 1")))

    token = answer.get_json()["sideUpdate"]["shell-topic"]["data"]["token"]
    topic = Topics(application.services.settings.secret_keys).read(token)
    assert topic is not None
    assert topic.course is None


def test_two_people_with_equal_inputs_never_share_an_answer(campus: Campus, visitor: Strangers) -> None:
    """Everybody asks for the same page of the same learner, one after the other and again the other way round."""
    ada = address(campus.people["Ada Abel"].public_id)
    everybody = ["Ada Abel", "Tess Thorne", "Theo Tull", SECTION_TEACHER, ADVISER, "Ben Brook", ADMINISTRATOR]

    def asked(name: str) -> str:
        return values_in(visitor().sign_in(campus, name).ask("student-page", ada))

    first = {name: asked(name) for name in everybody}
    second = {name: asked(name) for name in reversed(everybody)}

    assert first == second
    courses = {name: tuple(code in first[name] for code in ("Algebra quiz", "Botany quiz")) for name in everybody}
    assert courses == {
        "Ada Abel": (True, True),
        "Tess Thorne": (True, False),
        "Theo Tull": (False, True),
        SECTION_TEACHER: (True, False),
        ADVISER: (True, True),
        "Ben Brook": (False, False),
        ADMINISTRATOR: (False, False),
    }


def test_two_courses_in_one_browser_keep_to_the_address_of_each(campus: Campus, visitor: Strangers) -> None:
    """One teacher of both, two tabs: the answer is that of the address in the request, whatever came before."""
    with campus.database.administration() as connection:
        connection.exec_driver_sql(
            "INSERT INTO analytics.memberships (organisation_id, person_id, scope_kind, scope_id, role, granted_by)"
            " SELECT organisation_id, %s, 'course', course_id, 'teacher', 'administration' FROM analytics.courses",
            (campus.people["Hue Hall"].person_id,),
        )
        connection.commit()
    somebody = visitor().sign_in(campus, "Hue Hall")

    for _again in range(2):
        for code, own, other in (("ALG 1", "Ben Brook", "Ivy Ives"), ("BOT 1", "Ivy Ives", "Ben Brook")):
            values = values_in(somebody.ask("classroom-page", address(course_id(campus, code))))
            assert own in values
            assert other not in values
    with campus.database.administration() as connection:
        connection.exec_driver_sql(
            "DELETE FROM analytics.memberships WHERE granted_by = 'administration' AND scope_kind = 'course'"
        )
        connection.commit()


def test_a_member_who_was_demoted_since_the_sign_in_loses_the_page(
    application: Application, campus: Campus, visitor: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(principals, "REMEMBERED", 0.0)
    theo, botany = visitor().sign_in(campus, "Theo Tull"), address(course_id(campus, "BOT 1"))
    assert NOTHING_HERE not in shown(theo.ask("classroom-page", botany))
    role = (identifier_of("Theo Tull"), type(ALGEBRA)(ALGEBRA.issuer, "course", "botany"), Role.TEACHER)

    campus.load([MembershipChanged(f"ends-{uuid4()}", *role, False, datetime.now(UTC) - timedelta(minutes=1))])

    assert NOTHING_HERE in shown(theo.ask("classroom-page", botany))
    assert NOTHING_HERE in shown(theo.ask("student-page", address(campus.people["Ivy Ives"].public_id)))
    assert tabs(theo) == []
    campus.load([MembershipChanged(f"begins-{uuid4()}", *role, True, datetime.now(UTC) - timedelta(seconds=30))])
    assert NOTHING_HERE not in shown(theo.ask("classroom-page", botany))


def test_ids_of_another_organisation_open_nothing(campus: Campus, visitor: Strangers) -> None:
    other = build_campus(web_settings(campus.database), campus.database, "other", studied=False)
    asked = {
        "student-page": other.people["Ada Abel"].public_id,
        "classroom-page": course_id(other, "ALG 1"),
        "institution-page": uuid4(),
    }
    for name in ("Ada Abel", "Tess Thorne", ADMINISTRATOR, ADVISER):
        for page, named in asked.items():
            assert NOTHING_HERE in shown(visitor().sign_in(campus, name).ask(page, address(str(named)))), (name, page)


def test_a_roster_of_another_organisation_grants_nothing_here(campus: Campus, visitor: Strangers) -> None:
    """It names a person and a course exactly as the first organisation's source does."""
    other = build_campus(web_settings(campus.database), campus.database, "third", studied=False)
    role = (identifier_of("Ben Brook"), ALGEBRA, Role.TEACHER, True, datetime.now(UTC) - timedelta(days=1))
    other.load([MembershipChanged("teaches-there", *role)])

    ben = visitor().sign_in(campus, "Ben Brook")

    assert tabs(ben) == ["My page"]
    assert NOTHING_HERE in shown(ben.ask("classroom-page", address(course_id(campus, "ALG 1"))))


def test_the_command_makes_a_caseload_and_changes_nothing_for_a_name_it_does_not_know(
    campus: Campus, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", campus.database.url.render_as_string(hide_password=False))
    names = tmp_path / "learners.txt"
    said: list[str] = []
    command = ["--organisation", "small", "--adviser", identifier_of(ADVISER).value, "--learners", str(names)]
    named = identifier_of("Ben Brook")

    names.write_text(f"{named.issuer} {named.kind} {named.value}\n\nivy.ives\n")
    assert main(command, said.append) == 0
    assert said == ["2 learners: 1 added, 1 ended."]
    adviser, ada, ben = (campus.people[name].person_id for name in (ADVISER, "Ada Abel", "Ben Brook"))
    query = "SELECT subject, detail->>'for', detail->>'begins' FROM audit_log WHERE action = 'caseload.changed'"
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation_id) as connection:
        written = [tuple(row) for row in connection.execute(text(f"{query} ORDER BY audit_id"))]
    assert written == [
        (f"person {adviser}", None, None),
        (f"person {ben}", f"person {adviser}", "true"),
        (f"person {ada}", f"person {adviser}", "false"),
    ]
    names.write_text("ben.brook\nnobody.there\n")
    assert main(command, said.append) == 1
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        keys = [campus.people[name].person_id for name in ADVISED]
        added, ended = set_caseload(connection, campus.organisation_id, adviser, keys, datetime.now(UTC))
        assert (len(added), len(ended)) == (1, 1)
