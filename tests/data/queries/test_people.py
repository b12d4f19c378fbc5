from uuid import uuid4

import pytest

from dashapp.data.queries.courses import choices, find_course, read_campus, read_courses, risk_rules_of
from dashapp.data.queries.described import full_name
from dashapp.data.queries.people import find_person, principal_for
from dashapp.domain.errors import NotFound
from dashapp.domain.events import Role
from dashapp.domain.indicators.risk import RiskRules, Step
from dashapp.domain.keys import OrganisationId
from tests.data.queries.conftest import AS_OF, NOW, World, at, filled


@filled
def campus(world: World) -> World:
    """Ada learns in ALG and assists in BIO."""
    for code in ("ALG", "BIO"):
        world.course(code)
    world.person("ada")
    world.learners("ALG", "ada")
    world.member("ada", "BIO", Role.ASSISTANT)
    world.write()
    return world


def test_a_principal_has_the_roles_that_hold_now(campus: World) -> None:
    ada = campus.principal("ada")
    assert (ada.name, ada.organisation_id, ada.administers) == ("Ada Example", campus.organisation, False)
    assert ada.learns_in == {campus.course_id("ALG")}
    assert ada.teaches_in == {campus.course_id("BIO")}
    before = campus.principal("ada", at("02-01 08:00"))
    assert (before.learns_in, before.teaches_in) == (frozenset(), frozenset())


def test_who_teaches_a_course_does_not_learn_in_it(campus: World) -> None:
    campus.member("ada", "ALG", Role.TEACHER)
    campus.write()
    ada = campus.principal("ada")
    assert ada.learns_in == frozenset()
    assert campus.course_id("ALG") in ada.teaches_in


def test_an_administrator_whom_an_event_made_is_none(campus: World) -> None:
    with campus.database.administration() as connection:
        connection.exec_driver_sql(
            "INSERT INTO analytics.memberships (organisation_id, person_id, scope_kind, scope_id, role, granted_by)"
            " VALUES (%s, %s, 'organisation', %s, 'administrator', 'event')",
            (campus.organisation, campus.person_id("ada"), campus.organisation),
        )
        connection.commit()
    assert not campus.principal("ada").administers


def test_roles_of_a_merged_person_go_to_the_one_who_stands_for_them(campus: World) -> None:
    campus.course("ART")
    campus.learners("ART", "ada-twin")
    campus.write()
    twin = campus.public_id("ada-twin")
    with campus.database.administration() as connection:
        connection.exec_driver_sql(
            "UPDATE analytics.people SET merged_into = %s WHERE person_id = %s",
            (campus.person_id("ada"), campus.person_id("ada-twin")),
        )
        connection.commit()
    by_old_address = campus.read(principal_for, campus.organisation, twin, NOW)
    assert by_old_address.person_id == campus.person_id("ada")
    assert campus.course_id("ART") in by_old_address.learns_in
    assert campus.read(find_person, campus.organisation, twin) == campus.person_id("ada")


def test_unknown_and_foreign_ids_are_not_found(campus: World, other_world: World) -> None:
    other_world.course("SOUTH")
    other_world.person("zoe")
    other_world.write()
    foreign_course, foreign_person = other_world.public_id("SOUTH"), other_world.public_id("zoe")
    for organisation in (campus.organisation, other_world.organisation):
        # Even with the other organisation's key row-level security lets nothing through.
        for public_id in (uuid4(), foreign_course):
            with pytest.raises(NotFound):
                campus.read(find_course, organisation, public_id)
        for public_id in (uuid4(), foreign_person):
            with pytest.raises(NotFound):
                campus.read(find_person, organisation, public_id)
            with pytest.raises(NotFound):
                campus.read(principal_for, organisation, public_id, NOW)
    with pytest.raises(NotFound):
        campus.read(read_campus, OrganisationId(999), AS_OF)


def test_known_ids_are_found(campus: World) -> None:
    assert campus.read(find_course, campus.organisation, campus.public_id("ALG")) == campus.course_id("ALG")
    assert campus.read(find_person, campus.organisation, campus.public_id("ada")) == campus.person_id("ada")


def test_courses_under_way_are_the_first_choices(campus: World) -> None:
    campus.course("AAA", starts_on=at("08-01 08:00").date())
    campus.write()
    assert [choice.code for choice in campus.read(choices, campus.organisation, None, AS_OF)] == ["ALG", "BIO", "AAA"]
    only = campus.read(choices, campus.organisation, {campus.course_id("BIO")}, AS_OF)
    assert [choice.code for choice in only] == ["BIO"]


def test_a_course_may_have_rules_of_its_own(campus: World) -> None:
    with campus.database.administration() as connection:
        connection.exec_driver_sql(
            "UPDATE analytics.courses SET risk_rules = %s WHERE code = 'ALG'",
            ('{"away": [{"limit": 3, "points": 5}], "listed_share": 0.5}',),
        )
        connection.commit()
    (course,) = campus.read(read_courses, campus.organisation, [campus.course_id("ALG")])
    assert course.rules == RiskRules(away=(Step(3, 5),), listed_share=0.5)


def test_rules_that_cannot_be_understood_are_the_defaults() -> None:
    assert risk_rules_of({"away": "soon"}) == RiskRules()
    assert risk_rules_of(None) == RiskRules()


def test_a_name_is_what_is_known_of_it() -> None:
    assert full_name("Ada", "Lovelace") == "Ada Lovelace"
    assert full_name(None, "Lovelace") == "Lovelace"
    assert full_name(None, None) == ""
