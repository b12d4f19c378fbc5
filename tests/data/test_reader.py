"""Cached pages of two people: each sees their own, whoever came first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import redis
import sqlalchemy
from sqlalchemy import event

from dashapp.data.cache import build_cache
from dashapp.data.changes import ChangeWatcher
from dashapp.data.database import DatabaseRole
from dashapp.data.reader import PageReader
from dashapp.domain.errors import NotFound, NotPermitted
from dashapp.domain.events import Role
from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, OrganisationId, PersonId
from dashapp.domain.views import Freshness
from dashapp.settings import Settings
from tests.data.queries.conftest import NOW, World, at, filled, make_world

LEARNERS = ("ada", "ben", "cho", "dan", "eve", "fay")


@dataclass
class Told:
    """Versions that stand still until a test moves them."""

    number: int = 1
    behind: float = 0.0
    asked: list[tuple[OrganisationId, CourseId | None, PersonId | None]] = field(default_factory=list)

    def versions(
        self, organisation: OrganisationId, course: CourseId | None = None, person: PersonId | None = None
    ) -> str:
        self.asked.append((organisation, course, person))
        return str(self.number)

    def freshness(self) -> Freshness:
        return Freshness(NOW - timedelta(seconds=self.behind), self.behind)


@filled
def world(world: World) -> World:
    """ALG and BIO with six learners each, of whom Ada and Ben are in ALG, Ada in a section; two teachers of ALG and one
    of the section, one of BIO; two administrators."""
    for code in ("ALG", "BIO"):
        world.course(code)
    world.section("ALG", "A")
    for name in (*LEARNERS, "gus", "tutor", "second", "aide", "biologist", "dean", "provost"):
        world.person(name)
    world.learners("ALG", *LEARNERS)
    world.learners("BIO", "gus", *LEARNERS[1:])
    world.member("ada", "ALG", section="A")
    for name in ("tutor", "second"):
        world.member(name, "ALG", Role.TEACHER)
    world.member("aide", "ALG", Role.ASSISTANT, section="A")
    world.member("biologist", "BIO", Role.TEACHER)
    world.seen("ada", "ALG", "05-06 12:00")
    world.seen("ben", "ALG", "05-05 12:00", "05-06 12:00")
    world.write()
    for name in ("dean", "provost"):
        world.make_administrator(name)
    with world.database.administration() as connection:
        # The grant counts from the machine's now on; the tests speak about a day in May.
        connection.exec_driver_sql("UPDATE analytics.memberships SET starts_at = NULL WHERE role = 'administrator'")
        connection.commit()
    return world


@pytest.fixture
def told() -> Told:
    """The versions and the freshness of the test."""
    return Told()


@pytest.fixture(params=["memory", "redis"])
def reader(
    request: pytest.FixtureRequest, world: World, told: Told, make_settings: Callable[..., Settings]
) -> PageReader:
    """A reader with each kind of cache, at the world's now."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    cache = build_cache(make_settings(redis_url=url))
    if url:
        redis.Redis.from_url(url).flushdb()
    return PageReader(world.database, cache, lambda: NOW, told)


@pytest.fixture
def transactions(world: World) -> Iterator[list[str]]:
    """What the web role sends to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engine = world.database.engine(DatabaseRole.WEB)
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_two_students_see_their_own_page(reader: PageReader, world: World) -> None:
    ada, ben = world.principal("ada"), world.principal("ben")
    for _ in range(2):
        for principal, name, events in ((ada, "Ada Example", 1), (ben, "Ben Example", 2)):
            view = reader.student(principal, Filters())
            assert view.name == name
            assert sum(week.events for week in view.weeks) == events


def test_two_teachers_see_their_own_classroom_only(reader: PageReader, world: World) -> None:
    pairs = (("tutor", "ALG", "BIO"), ("biologist", "BIO", "ALG"))
    for _ in range(2):
        for name, own, other in pairs:
            principal = world.principal(name)
            assert reader.classroom(principal, world.public_id(own), Filters()).course.code == own
            with pytest.raises(NotPermitted):
                reader.classroom(principal, world.public_id(other), Filters())


def test_a_teacher_and_an_administrator_of_one_classroom_see_names_and_groups(reader: PageReader, world: World) -> None:
    course = world.public_id("ALG")
    for _ in range(2):
        assert len(reader.classroom(world.principal("tutor"), course, Filters()).learners) == 6
        assert reader.classroom(world.principal("dean"), course, Filters()).learners == ()


def test_a_teacher_of_four_sees_all_four_and_an_administrator_no_figure_of_them(
    reader: PageReader, world: World
) -> None:
    few = LEARNERS[:4]
    world.course("TINY")
    world.learners("TINY", *few)
    world.member("tutor", "TINY", Role.TEACHER)
    world.task("TINY", "one", "05-05 20:00")
    for place, name in enumerate(few):
        world.seen(name, "TINY", "05-06 12:00")
        world.submitted(name, "TINY", "one", "05-04 10:00", score=5.0 + place)
    world.write()
    course = world.public_id("TINY")

    for _ in range(2):
        named = reader.classroom(world.principal("tutor"), course, Filters())
        work = reader.classroom_work(world.principal("tutor"), course, Filters())
        assert (named.named, named.hidden, named.enrolled) == (True, False, 4)
        assert {row.name: row.score for row in named.learners} == {
            "Ada Example": 50, "Ben Example": 60, "Cho Example": 70, "Dan Example": 80
        }  # fmt: skip
        assert [row.events for row in named.learners] == [2] * 4
        assert (named.figures.learners, named.figures.active_7, named.figures.scored) == (4, 4, 4)
        assert (named.figures.median_score, named.figures.on_time.share, named.figures.at_risk) == (65, 100, 0)
        assert sum(day.learners or 0 for day in named.days) == 8
        assert len(named.heat) == 4
        assert not work.hidden
        assert [(one.on_time, one.late, one.missing) for one in work.assignments or ()] == [(4, 0, 0)]

        grouped = reader.classroom(world.principal("dean"), course, Filters())
        assert (grouped.named, grouped.hidden, grouped.enrolled) == (False, True, None)
        assert (grouped.learners, grouped.heat, grouped.days) == ((), (), ())
        assert grouped.figures.learners == 0
        assert reader.classroom_work(world.principal("dean"), course, Filters()).hidden


def test_what_all_teachers_of_a_course_see_is_computed_once(
    reader: PageReader, world: World, transactions: list[str]
) -> None:
    course = world.public_id("ALG")
    first = reader.classroom(world.principal("tutor"), course, Filters())
    work = reader.classroom_work(world.principal("tutor"), course, Filters())
    other = world.principal("second")
    transactions.clear()
    assert reader.classroom(other, course, Filters()) == first
    assert reader.classroom_work(other, course, Filters()) == work
    assert transactions == []


def test_what_all_administrators_see_is_computed_once(
    reader: PageReader, world: World, transactions: list[str]
) -> None:
    course, one, other = world.public_id("ALG"), world.principal("dean"), world.principal("provost")
    pages = [reader.institution(one, Filters()), reader.classroom(one, course, Filters()), reader.courses(one)]
    transactions.clear()
    again = [reader.institution(other, Filters()), reader.classroom(other, course, Filters()), reader.courses(other)]
    assert again == pages
    assert transactions == []


def test_to_choose_other_learners_of_a_course_reads_nothing_anew(
    reader: PageReader, world: World, transactions: list[str]
) -> None:
    course, tutor = world.public_id("ALG"), world.principal("tutor")
    reader.classroom(tutor, course, Filters())
    transactions.clear()
    (only,) = reader.classroom(tutor, course, Filters(section="A")).learners
    assert only.name == "Ada Example"
    picked = reader.classroom(tutor, course, Filters.parse(learners=[str(world.public_id("ben"))]))
    assert [row.name for row in picked.learners] == ["Ben Example"]
    assert len(picked.unpicked) == 5
    assert len(reader.classroom(tutor, course, Filters.parse(seen="never", against="rest")).learners) == 4
    assert all("set_config" in statement for statement in transactions)
    reader.classroom(tutor, course, Filters.parse(activity="page"))
    assert not all("set_config" in statement for statement in transactions)


def test_who_sees_a_section_only_shares_no_answer_with_who_sees_all_of_the_course(
    reader: PageReader, world: World
) -> None:
    course = world.public_id("ALG")
    for _ in range(2):
        assert len(reader.classroom(world.principal("tutor"), course, Filters()).learners) == 6
        (only,) = reader.classroom(world.principal("aide"), course, Filters()).learners
        assert only.name == "Ada Example"


def test_a_learner_and_their_two_teachers_see_different_courses_of_one_page(reader: PageReader, world: World) -> None:
    ben = world.public_id("ben")
    for _ in range(2):
        assert [one.code for one in reader.learner(world.principal("ben"), ben, Filters()).courses] == ["ALG", "BIO"]
        assert [one.code for one in reader.learner(world.principal("tutor"), ben, Filters()).courses] == ["ALG"]
        assert [one.code for one in reader.learner(world.principal("biologist"), ben, Filters()).courses] == ["BIO"]


def test_nobody_opens_a_page_that_is_not_theirs(reader: PageReader, world: World) -> None:
    ada, tutor, dean = (world.principal(name) for name in ("ada", "tutor", "dean"))
    with pytest.raises(NotPermitted):
        reader.learner(ada, world.public_id("ben"), Filters())
    with pytest.raises(NotPermitted):
        reader.learner(tutor, world.public_id("gus"), Filters())
    with pytest.raises(NotPermitted):
        reader.learner(dean, world.public_id("ada"), Filters())
    with pytest.raises(NotPermitted):
        reader.student(tutor, Filters())
    with pytest.raises(NotPermitted):
        reader.classroom(ada, world.public_id("ALG"), Filters())
    with pytest.raises(NotPermitted):
        reader.institution(tutor, Filters())
    with pytest.raises(NotFound):
        reader.classroom(tutor, uuid4(), Filters())
    with pytest.raises(NotFound):
        reader.learner(tutor, uuid4(), Filters())


def test_two_administrators_of_two_organisations_see_their_own(
    reader: PageReader, world: World, make_settings: Callable[..., Settings]
) -> None:
    south = make_world(world.database, make_settings(), "south")
    south.course("SOUTH")
    south.person("rector")
    south.write()
    south.make_administrator("rector")
    with world.database.administration() as connection:
        connection.exec_driver_sql("UPDATE analytics.memberships SET starts_at = NULL WHERE role = 'administrator'")
        connection.commit()
    for _ in range(2):
        assert reader.institution(world.principal("dean"), Filters()).name == "University of North"
        assert reader.institution(south.principal("rector"), Filters()).name == "University of South"
    with pytest.raises(NotFound):
        reader.classroom(south.principal("rector"), world.public_id("ALG"), Filters())


def test_an_answer_is_kept_until_its_version_changes(
    reader: PageReader, world: World, told: Told, transactions: list[str]
) -> None:
    ada = world.principal("ada")
    reader.student(ada, Filters())
    transactions.clear()
    reader.student(ada, Filters())
    assert transactions == []
    world.seen("ada", "ALG", "05-07 09:00")
    world.write()
    assert sum(week.events for week in reader.student(ada, Filters()).weeks) == 1
    told.number += 1
    assert sum(week.events for week in reader.student(ada, Filters()).weeks) == 2


def test_a_page_follows_the_versions_of_all_it_shows(reader: PageReader, world: World, told: Told) -> None:
    organisation, ben = world.organisation, world.principal("ben")
    told.asked.clear()
    reader.student(ben, Filters())
    assert set(told.asked) == {
        (organisation, world.course_id("ALG"), None),
        (organisation, world.course_id("BIO"), None),
        (organisation, None, ben.person_id),
    }
    told.asked.clear()
    reader.institution(world.principal("dean"), Filters())
    assert told.asked == [(organisation, None, None)]


def test_the_filters_that_a_page_does_not_know_make_no_further_answers(
    reader: PageReader, world: World, transactions: list[str]
) -> None:
    dean = world.principal("dean")
    reader.institution(dean, Filters())
    transactions.clear()
    reader.institution(dean, Filters(section="a", level="help", course=uuid4()))
    assert transactions == []


def test_a_kept_answer_is_as_fresh_as_the_data_are_now(reader: PageReader, world: World, told: Told) -> None:
    ada = world.principal("ada")
    assert reader.student(ada, Filters()).freshness.behind_seconds == 0
    told.behind = 90
    freshness = reader.student(ada, Filters()).freshness
    assert (freshness.behind_seconds, freshness.zone) == (90, "Europe/Berlin")


def test_a_kept_page_by_address_asks_the_database_nothing(
    reader: PageReader, world: World, transactions: list[str]
) -> None:
    tutor = world.principal("tutor")
    addresses = world.public_id("ALG"), world.public_id("ada")
    reader.classroom(tutor, addresses[0], Filters())
    reader.learner(tutor, addresses[1], Filters())
    transactions.clear()
    reader.classroom(tutor, addresses[0], Filters())
    reader.learner(tutor, addresses[1], Filters())
    assert transactions == []


def test_an_address_of_one_organisation_is_not_known_in_another(
    reader: PageReader, world: World, make_settings: Callable[..., Settings]
) -> None:
    south = make_world(world.database, make_settings(), "south")
    south.person("rector")
    south.write()
    course = world.public_id("ALG")
    assert reader.find_course(world.principal("tutor"), course) == world.course_id("ALG")
    with pytest.raises(NotFound):
        reader.find_course(south.principal("rector"), course)


def test_classrooms_to_choose_from_are_those_one_may_open(reader: PageReader, world: World) -> None:
    assert [one.code for one in reader.classrooms(world.principal("tutor"))] == ["ALG"]
    assert [one.code for one in reader.classrooms(world.principal("dean"))] == ["ALG", "BIO"]
    assert reader.classrooms(world.principal("ada")) == ()


def test_the_list_of_classrooms_is_kept_for_each_reader(
    reader: PageReader, world: World, transactions: list[str]
) -> None:
    tutor, biologist, dean = (world.principal(name) for name in ("tutor", "biologist", "dean"))
    for _ in range(2):
        assert [each.course.code for each in reader.courses(tutor).courses] == ["ALG"]
        assert [each.course.code for each in reader.courses(biologist).courses] == ["BIO"]
        assert [each.course.code for each in reader.courses(dean).courses] == ["ALG", "BIO"]
        assert reader.courses(tutor).courses[0].active_7 == 2
    transactions.clear()
    reader.courses(tutor)
    assert transactions == []
    with pytest.raises(NotPermitted):
        reader.courses(world.principal("ada"))


def test_a_right_that_ends_ends_with_the_principal(reader: PageReader, world: World) -> None:
    course = world.public_id("ALG")
    reader.classroom(world.principal("tutor"), course, Filters())
    world.member("tutor", "ALG", Role.TEACHER, active=False, occurred_at=at("05-07 09:00"))
    world.write()
    with pytest.raises(NotPermitted):
        reader.classroom(world.principal("tutor"), course, Filters())


def test_with_the_real_watcher_a_written_event_reaches_the_next_answer(
    world: World, make_settings: Callable[..., Settings]
) -> None:
    def now() -> datetime:
        return NOW

    watcher = ChangeWatcher(world.database)
    watcher.start()
    try:
        reader = PageReader(world.database, build_cache(make_settings()), now, watcher)
        ada = world.principal("ada")
        before = reader.student(ada, Filters())
        token = watcher.versions(world.organisation, None, ada.person_id)
        world.seen("ada", "ALG", "05-07 09:00")
        world.write()
        with world.database.session(DatabaseRole.WEB) as connection:
            wait_until(connection, lambda: watcher.versions(world.organisation, None, ada.person_id) != token)
        after = reader.student(ada, Filters())
    finally:
        watcher.stop()
    assert after.weeks[-1].events == before.weeks[-1].events + 1


def wait_until(connection: sqlalchemy.Connection, reached: Callable[[], bool]) -> None:
    """Waits on the server's clock, at most ten seconds, in steps that let the watcher's thread run."""
    for _ in range(500):
        if reached():
            return
        connection.execute(sqlalchemy.text("SELECT pg_sleep(0.02)"))
    raise AssertionError("the watcher did not see the change")
