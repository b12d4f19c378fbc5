from datetime import date, timedelta

from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.student import read_student
from dashapp.data.queries.student_further import read_own_state, read_watched
from dashapp.data.store.goals import clear_goal, set_goal
from dashapp.domain.events import ActivityType, Verb
from dashapp.domain.filters import Filters
from dashapp.domain.keys import PublicId
from dashapp.domain.scope import scope_for_student
from dashapp.domain.views.student_further import OwnState, Stored, WatchedVideo
from tests.data.queries.conftest import AS_OF, NOW, World, counted_statements, filled

MOST_STATEMENTS_OF_A_PAGE = 12
OTHERS = ("ben", "cho", "dan")
QUIET = ("eve", "fay")


def watched(world: World, name: str, video: str, moment: str, *stretches: tuple[float, float]) -> None:
    activity = world._named("activity", video)
    world._learning(name, "ALG", Verb.WATCHED, moment, activity=activity, segments=stretches)


@filled
def campus(world: World) -> World:
    world.course("ALG")
    world.course("BIO")
    for name in ("ada", *OTHERS, *QUIET):
        world.person(name)
    world.learners("ALG", "ada", *OTHERS, *QUIET)
    world.learners("BIO", "ada")
    video = {"activity_type": ActivityType.VIDEO, "max_score": None}
    world.task("ALG", "loops", **video)
    world.task("ALG", "files", **video)
    world.task("ALG", "sheet", "05-20 20:00", weight=1.0)
    watched(world, "ada", "loops", "05-05 08:00", (0, 60), (30, 90))
    watched(world, "ada", "files", "05-06 08:00", (10, 20))
    for name in OTHERS:
        watched(world, name, "loops", "05-05 09:00", (0, 120))
    watched(world, "ben", "files", "05-05 09:00", (0, 300))
    world.submitted("ada", "ALG", "sheet", "05-06 09:00", score=8.0)
    world.seen("ada", "BIO", "05-06 10:00")
    world.write()
    return world


def own_state(world: World, name: str, *courses: str) -> OwnState:
    found: OwnState = world.read(
        read_own_state, (world.organisation, world.person_id(name)), [world.public_id(code) for code in courses]
    )
    return found


def test_videos_are_the_own_ones_with_a_length_where_enough_others_have_watched(campus: World) -> None:
    whose, algebra = (campus.organisation, campus.person_id("ada")), [campus.public_id("ALG")]
    assert campus.read(read_watched, whose, algebra) == (
        WatchedVideo("ALG", "Task files", 10.0, None),
        WatchedVideo("ALG", "Task loops", 90.0, 120.0),
    )
    assert campus.read(read_watched, whose, [campus.public_id("BIO")]) == ()
    assert campus.read(read_watched, whose, []) == ()


def test_what_is_stored_is_counted_over_the_courses_that_are_named(campus: World) -> None:
    # Three events in ALG, one in BIO; two days; two videos and a sheet.
    assert own_state(campus, "ada", "ALG", "BIO").stored == Stored(
        date(2026, 5, 5), days=2, events=4, activities=3, submissions=1, stretches=3
    )
    assert own_state(campus, "ada", "BIO").stored == Stored(date(2026, 5, 6), days=1, events=1)
    assert own_state(campus, "ada").stored == Stored()


def test_a_goal_is_its_owners_follows_a_merge_and_is_taken_back(campus: World) -> None:
    ada, ben = ((campus.organisation, campus.person_id(name)) for name in ("ada", "ben"))
    algebra, biology = campus.course_id("ALG"), campus.course_id("BIO")
    shown = PublicId(campus.public_id("ALG"))
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        set_goal(connection, ada, algebra, 70, NOW)
        set_goal(connection, ada, algebra, 80, NOW)
        set_goal(connection, ben, algebra, 60, NOW + timedelta(days=1))
    assert own_state(campus, "ada", "ALG", "BIO").goals == ((shown, 80),)
    assert own_state(campus, "cho", "ALG").goals == ()
    assert own_state(campus, "ada", "BIO").goals == ()
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        merged = text("UPDATE people SET merged_into = :kept WHERE person_id = :absorbed")
        connection.execute(merged, {"kept": ada[1], "absorbed": ben[1]})
        clear_goal(connection, ada, biology)
    assert own_state(campus, "ada", "ALG").goals == ((shown, 60),)
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        clear_goal(connection, ada, algebra)
    assert own_state(campus, "ada", "ALG").goals == ()


def test_a_page_with_all_its_parts_takes_at_most_twelve_statements(campus: World) -> None:
    ada, algebra = campus.principal("ada"), [campus.public_id("ALG")]
    whose = (campus.organisation, ada.person_id)
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection:
        with counted_statements(connection) as statements:
            chosen = Filters.parse(course=algebra[0])
            read_student(connection, scope_for_student(ada), AS_OF, chosen, ada.person_id)
            read_watched(connection, whose, algebra)
            read_own_state(connection, whose, algebra)
        # And one for who has looked, which is remembered for a minute.
        assert len(statements) + 1 == MOST_STATEMENTS_OF_A_PAGE
