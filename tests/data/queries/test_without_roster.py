"""A course that is known from events alone: who works there counts as a learner until a roster says who learns."""

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.student import read_student
from dashapp.data.store.granting import grant
from dashapp.domain.audience import Audience
from dashapp.domain.events import ActivityType, Identifier, LearningEvent, MembershipChanged, Role, Verb
from dashapp.domain.filters import Filters
from dashapp.domain.keys import CourseId, PersonId
from dashapp.domain.people import Grant
from dashapp.domain.scope import AsOf, Scope, scope_for_student
from dashapp.domain.views import ClassroomView, ClassroomWorkView
from tests.data.queries.conftest import AS_OF, World, at, read_classroom, read_classroom_work

STARTED = "https://lms.example/courses/session01/"
COURSE = Identifier("https://lms.example", "course", STARTED)


def watched(world: World, name: str, moment: str) -> None:
    world.events.append(
        LearningEvent(
            world._id(), Verb.WATCHED, world._named("person", name), COURSE,
            at(moment), activity=world._named("activity", "film"), activity_type=ActivityType.VIDEO,
            segments=((0.0, 30.0),), duration=60.0,
        )
    )  # fmt: skip


def key_of(world: World) -> CourseId:
    return CourseId(world._one("SELECT course_id FROM course_identifiers WHERE value = :value", value=STARTED)[0])


def room(world: World, as_of: AsOf = AS_OF) -> ClassroomView:
    course = key_of(world)
    scope = Scope(world.organisation, PersonId(0), Audience.NAMED, frozenset({course}), None)
    view: ClassroomView = world.read(read_classroom, scope, as_of, Filters(), course)
    return view


def test_who_did_something_counts_as_a_learner_and_the_course_goes_by_its_identifier(world: World) -> None:
    for name in ("ada", "ben"):
        watched(world, name, "05-06 12:00")
    world.write()

    view = room(world)

    assert view.course.code == "session01"
    assert not view.rostered
    assert view.active_7 == 2
    # Nobody has told their names.
    assert {row.name for row in view.learners} == {world.public_id(name).hex[:8] for name in ("ada", "ben")}
    course = key_of(world)
    scope = Scope(world.organisation, PersonId(0), Audience.NAMED, frozenset({course}), None)
    work: ClassroomWorkView = world.read(read_classroom_work, scope, AS_OF, Filters(), course)
    assert [video.learners[0] for video in work.videos] == [2]


def test_a_learner_has_a_page_of_their_own_there(world: World) -> None:
    watched(world, "ada", "05-06 12:00")
    world.write()

    principal = world.principal("ada")
    view = world.read(read_student, scope_for_student(principal), AS_OF, Filters(), principal.person_id)

    assert principal.learns_in == {key_of(world)}
    assert [course.code for course in view.courses] == ["session01"]


def test_staff_and_test_people_are_no_learners_there_either(world: World) -> None:
    for name in ("ada", "tutor", "robot"):
        watched(world, name, "05-06 12:00")
    world.person("robot", is_test=True)
    world.events.append(_role(world, "tutor", Role.TEACHER))
    world.write()

    assert [row.public_id for row in room(world).learners] == [world.public_id("ada")]


def test_from_the_first_enrolment_on_only_the_enrolled_count(world: World) -> None:
    for name in ("ada", "ben"):
        watched(world, name, "05-06 12:00")
    world.events.append(_role(world, "ada", Role.LEARNER))
    world.write()

    view = room(world)
    assert view.rostered
    assert [row.public_id for row in view.learners] == [world.public_id("ada")]
    assert not world.principal("ben").learns_in


def _role(world: World, name: str, role: Role) -> MembershipChanged:
    return MembershipChanged(world._id(), world._named("person", name), COURSE, role, True, at("02-20 08:00"))


def test_whom_the_administration_adds_is_a_learner_there_once_and_all_others_stay(world: World) -> None:
    for name in ("ada", "ben"):
        watched(world, name, "05-06 12:00")
    world.person("cleo")
    world.write()
    for name in ("ada", "cleo"):
        person = PersonId(world._one("SELECT person_id FROM person_identifiers WHERE value = :value", value=name)[0])
        with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
            new = Grant(Role.LEARNER, key_of(world), None, at("05-01 12:00"), None)
            grant(connection, world.organisation, person, new)

    view = room(world)

    assert sorted(row.public_id for row in view.learners) == sorted(map(world.public_id, ("ada", "ben", "cleo")))
    assert world.principal("ben").learns_in == {key_of(world)}
