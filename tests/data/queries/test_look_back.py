"""What became of those whom the rules listed: counted by hand on a course of seven."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.look_back import read_look_back
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.events import Outcome, OutcomeRecorded, Role
from dashapp.domain.indicators.looking_back import Now
from dashapp.domain.scope import AsOf, Scope, scope_for_classroom
from dashapp.domain.views import Level
from dashapp.domain.views.look_back import LookBack, LookBackRow
from tests.data.queries.conftest import AS_OF, World, at, counted_statements, filled
from tests.data.queries.test_limits import MOST_STATEMENTS

EVERYBODY = ("ada", "ben", "cho", "dan", "eve", "fay", "gil")


@filled
def campus(world: World) -> World:
    """Of seven ada and ben have been away for weeks on 6 April; ben then leaves, and cho stays away since."""
    world.course("ALG")
    for name in (*EVERYBODY, "tutor", "new"):
        world.person(name)
    world.section("ALG", "A")
    world.learners("ALG", *EVERYBODY)
    world.member("tutor", "ALG", Role.TEACHER)
    world.member("new", "ALG", occurred_at=at("04-20 08:00"))
    for name in EVERYBODY:
        world.seen(name, "ALG", "03-03 08:00")
    for name in EVERYBODY[2:]:
        world.seen(name, "ALG", "04-02 08:00")
    for name in EVERYBODY[3:]:
        world.seen(name, "ALG", "05-06 08:00")
    # On the Monday itself, of which the list knows nothing.
    world.seen("ada", "ALG", "04-06 12:00", "05-06 08:00")
    world.member("ben", "ALG", active=False, occurred_at=at("04-15 08:00"))
    world.write()
    return world


def looked(world: World, as_of: AsOf = AS_OF, scope: Scope | None = None) -> LookBack:
    course = world.course_id("ALG")
    found: LookBack = world.read(read_look_back, scope or world.named_scope("ALG"), as_of, course)
    return found


def counts(view: LookBack) -> dict[Level, tuple[int, int, int]]:
    return {row.level: (row.learners, row.gone, row.listed) for row in view.rows}


def test_it_is_counted_who_has_left_and_who_is_listed_still(campus: World) -> None:
    course, scope = campus.course_id("ALG"), campus.named_scope("ALG")
    with (
        campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection,
        counted_statements(connection) as statements,
    ):
        view = read_look_back(connection, scope, AS_OF, course)

    assert (view.then, view.weeks, view.now) == (date(2026, 4, 6), 4, Now.RULES)
    # One place of seven is for who needs help, one for who is to watch: ada and ben, of whom ben has left.
    assert sum(row.gone for row in view.rows if row.level is not Level.CALM) == 1
    assert sum(row.learners for row in view.rows if row.level is not Level.CALM) == 2
    assert counts(view)[Level.CALM] == (5, 0, 1)
    # Nobody who joined later is counted.
    assert sum(row.learners for row in view.rows) == len(EVERYBODY)
    assert len(statements) <= MOST_STATEMENTS


def test_once_the_course_is_over_it_is_counted_who_passed(campus: World) -> None:
    for name, outcome in (("ada", Outcome.FAIL), ("cho", Outcome.PASS), ("dan", Outcome.DISTINCTION)):
        campus.events.append(
            OutcomeRecorded(
                campus._id(), campus._named("person", name), campus._named("course", "ALG"), outcome, at("08-10 08:00")
            )
        )
    # Enrolments end with the course, which is no leaving.
    campus.member("eve", "ALG", active=False, occurred_at=at("07-31 21:00"))
    campus.write(at("08-20 10:00"))
    view = looked(campus, AsOf(at("08-20 10:00")))

    assert (view.then, view.now) == (date(2026, 5, 11), Now.OVER)
    assert sum(row.gone for row in view.rows) == 1
    assert sum(row.listed for row in view.rows) == 2
    assert sum(row.others for row in view.rows) == 4


@pytest.mark.parametrize("as_of", ["03-01 10:00", "04-05 10:00"])
def test_before_enough_teaching_there_is_no_list(campus: World, as_of: str) -> None:
    assert looked(campus, AsOf(at(as_of))).rows == ()


def test_staff_of_a_section_are_told_of_its_learners_and_who_sees_groups_of_nobody(campus: World) -> None:
    for name in ("ada", "dan"):
        campus.member(name, "ALG", section="A")
    campus.person("tess")
    campus.member("tess", "ALG", Role.TEACHER, section="A")
    campus.write()
    scope = scope_for_classroom(campus.principal("tess"), campus.course_id("ALG"))

    assert sum(row.learners for row in looked(campus, scope=scope).rows) == 2
    with pytest.raises(NotPermitted):
        looked(campus, scope=replace(campus.named_scope("ALG"), audience=Audience.AGGREGATE))


def test_a_row_names_the_rest() -> None:
    given: dict[str, Any] = {"level": Level.HELP, "learners": 5, "gone": 2, "listed": 1}
    assert LookBackRow(**given).others == 2
