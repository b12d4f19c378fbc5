"""Groups of learners that events tell of: who is in one, in any order of arrival, and the filter that shows them."""

from typing import Any

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.domain.events import Role
from tests.data.queries.conftest import World, at, room


def names(world: World, **filters: Any) -> set[str]:
    return {row.name.split()[0].lower() for row in room(world, **filters).learners}


@pytest.fixture
def teams(campus: World) -> World:
    """Ada and Ben in team 1, Cho in team 2; Dan was in team 1 until April, and Eve is in both."""
    for name, team in (("ada", "Team 1"), ("ben", "Team 1"), ("cho", "Team 2"), ("dan", "Team 1")):
        campus.member(name, "ALG", group=team, occurred_at=at("03-02 08:00"))
    campus.member("dan", "ALG", group="Team 1", active=False, occurred_at=at("04-01 08:00"))
    for team in ("Team 1", "Team 2"):
        campus.member("eve", "ALG", group=team, occurred_at=at("03-02 08:00"))
    campus.write()
    return campus


def test_the_filter_of_the_page_has_the_groups_and_chooses_by_them(campus: World) -> None:
    assert room(campus).groups == ()
    campus.member("ada", "ALG", group="Team 1")
    campus.write()

    assert room(campus).groups == ("Team 1",)
    assert names(campus, group="Team 1") == {"ada"}
    # A group that the course does not have is ignored.
    assert len(names(campus, group="Team 9")) == 6


def test_who_is_in_a_group_is_as_of_the_day_and_in_several_at_once(teams: World) -> None:
    assert room(teams).groups == ("Team 1", "Team 2")
    assert names(teams, group="Team 1") == {"ada", "ben", "eve"}
    assert names(teams, group="Team 2") == {"cho", "eve"}


def test_a_removal_that_comes_before_the_joining_holds(campus: World) -> None:
    campus.member("ada", "ALG", group="Team 1", active=False, occurred_at=at("04-01 08:00"))
    campus.write()
    campus.member("ada", "ALG", group="Team 1", occurred_at=at("03-02 08:00"))
    campus.member("ben", "ALG", group="Team 1", occurred_at=at("03-02 08:00"))
    campus.write()

    assert names(campus, group="Team 1") == {"ben"}


def test_a_joining_that_is_repeated_or_taken_back_counts_once_or_not_at_all(teams: World) -> None:
    teams.member("ada", "ALG", group="Team 1", occurred_at=at("03-05 08:00"))
    teams.member("fay", "ALG", group="Team 1", occurred_at=at("03-05 08:00"))
    wrong = teams.events[-1].id
    teams.write()
    assert names(teams, group="Team 1") == {"ada", "ben", "eve", "fay"}

    teams.voided(wrong)
    teams.write()
    assert names(teams, group="Team 1") == {"ada", "ben", "eve"}


def test_who_leaves_the_course_leaves_its_groups_and_a_group_enrols_nobody(teams: World) -> None:
    teams.member("ben", "ALG", active=False, section="a", occurred_at=at("05-01 08:00"))
    teams.person("gus")
    teams.member("gus", "ALG", group="Team 1")
    teams.write()

    assert names(teams, group="Team 1") == {"ada", "eve"}
    assert "gus" not in names(teams)
    teams.member("ben", "ALG", active=False, occurred_at=at("05-02 08:00"))
    teams.write()
    with teams.database.transaction(DatabaseRole.JOBS, teams.organisation) as connection:
        ended = text("SELECT person_id, ends_at FROM memberships WHERE scope_kind = 'group' AND ends_at > '2026-05-01'")
        assert connection.execute(ended).all() == [(teams.person_id("ben"), at("05-02 08:00"))]


def test_a_group_gives_staff_no_power(teams: World) -> None:
    teams.person("ted")
    teams.member("ted", "ALG", Role.TEACHER, group="Team 1")
    teams.write()

    found = teams.principal("ted")
    assert not found.teaches_in
    assert names(teams, group="Team 1") == {"ada", "ben", "eve"}


def test_a_group_of_the_same_name_in_another_organisation_is_another_one(teams: World, other_world: World) -> None:
    other_world.course("ALG")
    for name in ("ada", "zoe"):
        other_world.person(name)
        other_world.member(name, "ALG")
    other_world.member("zoe", "ALG", group="Team 1")
    other_world.write()

    assert names(other_world, group="Team 1") == {"zoe"}
    assert names(teams, group="Team 1") == {"ada", "ben", "eve"}
