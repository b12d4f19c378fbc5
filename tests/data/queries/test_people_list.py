"""Administrators find anybody of their organisation by what they know of them, and nobody of another one."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.folding import _MARKED, NAMES_SQL, folded
from dashapp.data.queries.people_list import find_by_words, find_courses, read_people
from dashapp.data.queries.person import read_person
from dashapp.data.store.granting import grant, set_test
from dashapp.data.store.merges import Merge, merge_people
from dashapp.domain.errors import NotFound
from dashapp.domain.events import Role
from dashapp.domain.keys import CourseId
from dashapp.domain.people import Grant, PeopleFilters, PeopleView, PersonView
from dashapp.domain.views import Freshness
from tests.campus import ADMINISTRATOR, ADVISER, LEARNERS, Campus, build_campus
from tests.served import web_settings

NOW = datetime.now(UTC)
FRESH = Freshness(NOW, 0.0)


@pytest.fixture
def college(database: Database) -> Campus:
    return build_campus(web_settings(database), database, studied=False)


def listed(campus: Campus, **given: object) -> PeopleView:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return read_people(connection, campus.organisation_id, PeopleFilters.parse(given), FRESH)


def names(campus: Campus, **given: object) -> list[str]:
    return [row.name for row in listed(campus, **given).rows]


def opened(campus: Campus, public_id: UUID) -> PersonView:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        return read_person(connection, campus.organisation_id, public_id, datetime.now(UTC), FRESH)


def execute(campus: Campus, statement: str) -> None:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        connection.exec_driver_sql(statement)


def course_key(campus: Campus, code: str = "ALG 1") -> Any:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation_id) as connection:
        found = connection.exec_driver_sql("SELECT course_id, public_id FROM courses WHERE code = %s", (code,))
        return found.one()


def test_people_are_found_by_parts_of_names_in_any_order_by_names_of_senders_and_by_id(college: Campus) -> None:
    ada = college.people["Ada Abel"]

    assert names(college, search="abel ad") == ["Ada Abel"]
    assert names(college, search="ADA.ABE") == ["Ada Abel"]
    assert names(college, search=str(ada.public_id)) == ["Ada Abel"]
    assert names(college, search="nobody of this name") == []
    assert names(college, search="%") == names(college, search="_") == []
    assert "Ada Abel" in names(college, search="  \0 ")


def test_marks_and_case_make_no_difference_on_any_server(every_postgres: str, database: Database) -> None:
    college = build_campus(web_settings(database), database, studied=False)
    execute(college, "UPDATE people SET given_name = 'ÉMILE', family_name = 'Øztürk-Łukasz' WHERE given_name = 'Ada'")

    for words in ("emile", "Émile", "ozturk", "ŁUKASZ", "øztürk émile"):
        assert names(college, search=words) == ["ÉMILE Øztürk-Łukasz"]


def test_the_database_folds_letters_as_the_service_does(database: Database) -> None:
    for one in (_MARKED, "Straße A\u030a", "plain Words", ""):
        statement = f"SELECT {NAMES_SQL} FROM (SELECT %s AS family_name, NULL AS given_name, NULL AS email) n"
        with database.transaction(DatabaseRole.JOBS, None) as connection:
            assert connection.exec_driver_sql(statement, (one,)).scalar_one().strip() == folded(one)


def test_the_list_stands_in_the_order_of_family_names_a_page_at_a_time(college: Campus) -> None:
    view = listed(college)

    assert [row.name.split()[-1] for row in view.rows] == sorted(row.name.split()[-1] for row in view.rows)
    assert (view.total, view.everybody, view.events_only, view.pages) == (len(college.people), 16, 0, 1)
    assert listed(college, page="99").rows == view.rows


def test_filters_narrow_the_list(college: Campus) -> None:
    algebra = course_key(college)

    assert names(college, role="administrator") == [ADMINISTRATOR]
    assert names(college, role="adviser") == [ADVISER]
    assert names(college, role="teacher") == ["Sue Stone", "Tess Thorne", "Theo Tull"]
    assert set(names(college, role="learner")) == {*LEARNERS["algebra"], *LEARNERS["botany"]}
    assert set(names(college, role="learner", course=str(algebra.public_id))) == set(LEARNERS["algebra"])
    assert names(college, role="teacher", course=str(algebra.public_id)) == ["Sue Stone", "Tess Thorne"]
    assert names(college, course="1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed") == []
    assert names(college, role="teacher", search="tull") == ["Theo Tull"]
    assert PeopleFilters.parse({"role": "x", "state": "y", "course": "z", "page": "-1"}) == PeopleFilters()


def test_states_are_filters(college: Campus) -> None:
    execute(college, "UPDATE people SET provisional = true, given_name = NULL WHERE given_name = 'Gus'")
    ada, ben = (college.people[name].person_id for name in ("Ada Abel", "Ben Brook"))
    with college.database.transaction(DatabaseRole.JOBS, college.organisation_id) as connection:
        merge_people(connection, college.organisation_id, Merge(ada, ben, "same", "a test", NOW))
    with college.database.transaction(DatabaseRole.JOBS, college.organisation_id) as connection:
        set_test(connection, college.organisation_id, college.people["Theo Tull"].person_id, True)

    assert [row.known_as for row in listed(college, state="events").rows] == ["gus.gold"]
    assert listed(college).events_only == 1
    assert names(college, state="test") == ["Theo Tull"]
    assert len(names(college, state="described")) == 14
    [both] = listed(college, state="merged").rows
    assert (both.stands_for, both.names, both.learns) == (1, 2, 2)
    # Who was merged is found, too, and is who stands for them.
    assert [row.public_id for row in listed(college, search="ben brook").rows] == [both.public_id]


def test_a_person_is_told_with_names_roles_and_where_they_come_from(college: Campus) -> None:
    ada, ben = (college.people[name] for name in ("Ada Abel", "Ben Brook"))
    algebra = course_key(college)
    with college.database.transaction(DatabaseRole.JOBS, college.organisation_id) as connection:
        given = Grant(Role.ASSISTANT, CourseId(algebra.course_id), None, NOW, None)
        grant(connection, college.organisation_id, ben.person_id, given)
    with college.database.transaction(DatabaseRole.JOBS, college.organisation_id) as connection:
        merge_people(connection, college.organisation_id, Merge(ada.person_id, ben.person_id, "twins", "Max", NOW))

    view = opened(college, ben.public_id)

    assert (view.public_id, view.name in ("Ada Abel", "Ben Brook")) == (ada.public_id, True)
    assert [(name.value, name.reason) for name in view.names] == [("ada.abel", None), ("ben.brook", "twins")]
    assert [(merge.reason, merge.by) for merge in view.merges] == [("twins", "Max")]
    roles = {(role.role, role.place, role.section, role.granted_by) for role in view.roles}
    assert ("assistant", "ALG 1 · Algebra", None, "administration") in roles
    assert ("learner", "ALG 1 · Algebra", "Section A", "event") in roles
    assert {role.source for role in view.roles} == {None, "lms-small"}


def test_the_page_of_an_adviser_lists_the_caseload(college: Campus) -> None:
    view = opened(college, college.people[ADVISER].public_id)

    assert ([one.name for one in view.advised], view.advised_total) == (["Ada Abel", "Ivy Ives"], 2)
    assert opened(college, college.people[ADMINISTRATOR].public_id).administers


def test_nobody_of_another_organisation_is_found_or_opened(database: Database, college: Campus) -> None:
    other = build_campus(web_settings(database), database, "other", studied=False)
    stranger = other.people["Ada Abel"]

    assert listed(college, search=str(stranger.public_id)).rows == ()
    assert listed(college, search="ada.abel").total == 1
    assert listed(college, course=str(course_key(other).public_id)).rows == ()
    with pytest.raises(NotFound):
        opened(college, stranger.public_id)
    with college.database.transaction(DatabaseRole.JOBS, college.organisation_id) as connection:
        assert len(find_by_words(connection, college.organisation_id, "abel")) == 1
        assert find_by_words(connection, college.organisation_id, "") == ()
        assert [one.name for one in find_courses(connection, college.organisation_id, "ALGEBRA")] == ["ALG 1 · Algebra"]
        assert len(find_courses(connection, college.organisation_id, "")) == 2
