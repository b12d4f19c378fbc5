"""How right the list of a small course was, whose figures can be counted by hand.

Twelve people were ever enrolled in ALG. On 30 March, four weeks into teaching, ten were there, of whom two may be
listed: Ada and Ben, who had never come. Ada left in April; so did Cho, who had come every week.
"""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection

from dashapp.data.database import Database
from dashapp.data.queries.hindsight import read_hindsight
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.keys import CourseId, SectionId
from dashapp.domain.views import HindsightView
from dashapp.domain.views.hindsight import Checkpoint
from dashapp.settings import load_settings
from tests.data.queries.conftest import AS_OF, World, at, counted_statements, make_world

DILIGENT = ("cho", "dan", "eve", "fay", "gus", "hal", "ivy", "jan")
WEEKLY = ("03-03 10:00", "03-10 10:00", "03-17 10:00", "03-24 10:00", "03-30 10:00")


@pytest.fixture(scope="module")
def world(module_database: Database) -> World:
    world = make_world(module_database, load_settings(_env_file=None), "looking-back")
    world.course("ALG")
    world.course("NEW", starts_on=date(2026, 4, 20))
    world.course("MET")
    world.learners("ALG", "ada", "ben", *DILIGENT, "kim")
    world.member("lee", "ALG", occurred_at=at("04-05 08:00"))
    for name in DILIGENT:
        world.seen(name, "ALG", *WEEKLY)
    for name, moment in (("kim", "03-20 08:00"), ("ada", "04-10 08:00"), ("cho", "04-20 08:00")):
        world.member(name, "ALG", active=False, occurred_at=at(moment))
    world.learners("NEW", "ada")
    world.seen("ben", "MET", *WEEKLY)
    world.write()
    return world


def read(world: World, course: str = "ALG") -> HindsightView:
    view: HindsightView = world.read(read_hindsight, world.named_scope(course), AS_OF, world.course_id(course))
    return view


def test_who_was_listed_and_who_has_left_since(world: World) -> None:
    view = read(world)
    assert view.checkpoints == (Checkpoint(date(2026, 3, 30), 5, 2, 1, 8, 1),)
    assert not view.ended
    assert not view.hidden


def test_it_takes_six_statements(world: World) -> None:
    def counted(connection: Connection) -> list[str]:
        with counted_statements(connection) as statements:
            read_hindsight(connection, world.named_scope("ALG"), AS_OF, world.course_id("ALG"))
        return statements

    assert 0 < len(world.read(counted)) <= 6


def test_a_young_course_and_one_without_a_roster_have_nothing_to_look_back_at(world: World) -> None:
    young, met = read(world, "NEW"), read(world, "MET")
    assert (young.checkpoints, young.rostered) == ((), True)
    assert (met.checkpoints, met.rostered) == ((), False)


def test_who_does_not_see_every_learner_by_name_sees_nothing(world: World) -> None:
    for scope in (
        world.everything(2),
        replace(world.named_scope("ALG"), sections=frozenset({(world.course_id("ALG"), SectionId(1))})),
    ):
        view = world.read(read_hindsight, scope, AS_OF, world.course_id("ALG"))
        assert view.hidden
        assert view.checkpoints == ()


def test_a_course_outside_of_the_scope_and_one_that_is_not_there_are_refused(world: World) -> None:
    with pytest.raises(NotPermitted):
        world.read(read_hindsight, world.named_scope("NEW"), AS_OF, world.course_id("ALG"))
    gone = replace(world.named_scope("ALG"), courses=frozenset({CourseId(999_999)}), audience=Audience.NAMED)
    with pytest.raises(NotFound):
        world.read(read_hindsight, gone, AS_OF, CourseId(999_999))
