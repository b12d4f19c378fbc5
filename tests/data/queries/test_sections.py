"""A teacher or assistant of one section sees its learners by name, and nothing that would tell of the others."""

import pytest
from sqlalchemy import text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.contacts import ContactsOf, read_contacts
from dashapp.data.queries.courses import read_campus
from dashapp.data.queries.overview import read_overview
from dashapp.data.queries.student import read_student
from dashapp.domain.audience import Audience
from dashapp.domain.errors import NotPermitted
from dashapp.domain.events import Role
from dashapp.domain.filters import Filters
from dashapp.domain.scope import AsOf, scope_for_classroom, scope_for_courses, scope_for_learner
from dashapp.domain.views import ClassroomView, Level, StudentView
from dashapp.domain.views.contacts import Contact
from tests.data.queries.conftest import AS_OF, World, at, counted_statements, filled, read_classroom
from tests.data.queries.test_limits import MOST_STATEMENTS
from tests.data.queries.test_message_snapshots import take, write

IN_A = ("ada", "ben", "cleo")
IN_B = ("dora", "eli", "fay", "gil", "hue", "ida")


@filled
def campus(world: World) -> World:
    """Section A has three learners, B six; tess teaches A, tom both, ass assists in B, all by section alone."""
    world.course("ALG")
    for section in ("A", "B"):
        world.section("ALG", section)
    for name in (*IN_A, *IN_B, "tess", "tom", "ass", "dean"):
        world.person(name)
    world.task("ALG", "quiz", due="05-01 10:00")
    for section, names in (("A", IN_A), ("B", IN_B)):
        for place, name in enumerate(names):
            world.member(name, "ALG", section=section)
            world.seen(name, "ALG", "05-05 08:00", f"05-06 0{place}:10")
            world.submitted(name, "ALG", "quiz", "04-30 08:00")
            world.graded(name, "ALG", "quiz", "05-02 08:00", float(place))
    world.member("tess", "ALG", Role.TEACHER, section="A")
    for section in ("A", "B"):
        world.member("tom", "ALG", Role.TEACHER, section=section)
    world.member("ass", "ALG", Role.ASSISTANT, section="B")
    world.write()
    return world


def classroom(world: World, name: str, filters: Filters | None = None) -> ClassroomView:
    scope = scope_for_classroom(world.principal(name), world.course_id("ALG"))
    view: ClassroomView = world.read(read_classroom, scope, AS_OF, filters or Filters(), world.course_id("ALG"))
    return view


def learner(world: World, name: str, other: str) -> StudentView:
    person = world.person_id(other)
    scope = scope_for_learner(world.principal(name), person)
    view: StudentView = world.read(read_student, scope, AS_OF, Filters(), person)
    return view


def names(view: ClassroomView) -> set[str]:
    return {row.name.split()[0].lower() for row in view.learners}


def test_a_teacher_of_a_section_sees_its_learners_only(campus: World) -> None:
    view = classroom(campus, "tess")

    assert names(view) == set(IN_A)
    assert view.sections == (("A", "Section A"),)
    assert (view.enrolled, view.figures.active_7) == (3, 3)
    assert sum(day.events for day in view.days) == 9
    assert max(day.learners or 0 for day in view.days) == 3
    # A median of three would be one of theirs.
    assert (view.figures.scored, view.figures.median_score) == (3, None)
    assert len(view.heat) == 3


def test_an_assistant_of_a_section_sees_its_learners_only(campus: World) -> None:
    assert names(classroom(campus, "ass")) == set(IN_B)


def test_who_teaches_every_section_sees_everybody(campus: World) -> None:
    assert names(classroom(campus, "tom")) == {*IN_A, *IN_B}
    assert names(classroom(campus, "tom", Filters(section="B"))) == set(IN_B)


def test_the_filter_of_sections_opens_no_other_one(campus: World) -> None:
    assert names(classroom(campus, "tess", Filters(section="B"))) == set(IN_A)


def test_a_role_in_the_whole_course_goes_beyond_one_in_a_section(campus: World) -> None:
    campus.member("tess", "ALG", Role.TEACHER, occurred_at=at("05-01 08:00"))
    campus.write()

    assert campus.principal("tess", at("04-30 08:00")).sections != frozenset()
    assert campus.principal("tess").sections == frozenset()
    assert names(classroom(campus, "tess")) == {*IN_A, *IN_B}


def test_who_leaves_the_whole_course_leaves_its_sections_too(campus: World) -> None:
    campus.member("tess", "ALG", Role.TEACHER, active=False, occurred_at=at("05-01 08:00"))
    campus.write()

    assert campus.principal("tess").teaches_in == frozenset()


def test_an_assistant_of_the_course_who_teaches_a_section_sees_the_course(campus: World) -> None:
    campus.member("tess", "ALG", Role.ASSISTANT)
    campus.write()

    assert campus.principal("tess").sections == frozenset()


def test_the_list_of_classrooms_counts_the_own_section(campus: World) -> None:
    (course,) = campus.read(read_overview, scope_for_courses(campus.principal("tess")), AS_OF).courses

    assert (course.enrolled, course.active_7) == (3, 3)
    assert (course.needs_help or 0) + (course.watch or 0) <= 3


def test_a_learner_of_another_section_has_no_page(campus: World) -> None:
    assert learner(campus, "tess", "ada").name == "Ada Example"
    with pytest.raises(NotPermitted):
        learner(campus, "tess", "dora")


def test_a_learner_who_changes_sections_changes_teachers(campus: World) -> None:
    campus.member("ada", "ALG", active=False, section="A", occurred_at=at("05-03 08:00"))
    campus.member("ada", "ALG", section="B", occurred_at=at("05-03 08:00"))
    campus.write()

    assert names(classroom(campus, "tess")) == {"ben", "cleo"}
    with pytest.raises(NotPermitted):
        learner(campus, "tess", "ada")
    assert learner(campus, "ass", "ada").name == "Ada Example"


def test_six_others_are_a_group_with_which_one_may_be_compared(campus: World) -> None:
    (score,) = learner(campus, "tess", "ada").scores

    assert score.median == pytest.approx(20.0)


def test_three_others_are_left_out_of_every_comparison(campus: World) -> None:
    """The assistant of B sees six of nine: a figure of all nine would tell of the three."""
    view = learner(campus, "ass", "hue")
    (score,) = view.scores

    assert score.median == pytest.approx(25.0)  # of B alone: 0, 10, … 50
    limits = [reason.limit for _code, reasons in view.reasons for reason in reasons if reason.rule == "low_score"]
    assert limits == [pytest.approx(18.8)]


def test_few_unseen_scores_hide_the_middle_of_a_task(campus: World) -> None:
    campus.task("ALG", "essay", due="05-02 10:00")
    for name in (*IN_A, "dora"):
        campus.submitted(name, "ALG", "essay", "04-30 08:00")
        campus.graded(name, "ALG", "essay", "05-02 09:00", 5.0)
    campus.write()

    essay = next(score for score in learner(campus, "tess", "ada").scores if score.activity == "Task essay")

    assert essay.median is None


@pytest.mark.parametrize("name", ["tess", "tom"])
def test_the_pages_of_a_section_take_no_more_statements_than_others(campus: World, name: str) -> None:
    principal, course, ada = campus.principal(name), campus.course_id("ALG"), campus.person_id("ada")
    asked = (
        (read_classroom, scope_for_classroom(principal, course), (AS_OF, Filters(), course)),
        (read_student, scope_for_learner(principal, ada), (AS_OF, Filters(), ada)),
        (read_overview, scope_for_courses(principal), (AS_OF,)),
    )
    for query, scope, rest in asked:

        def count(connection: object, query: object = query, scope: object = scope, rest: object = rest) -> int:
            with counted_statements(connection) as statements:  # type: ignore[arg-type]
                query(connection, scope, *rest)  # type: ignore[operator, misc]
            return len(statements)

        assert campus.read(count) <= MOST_STATEMENTS


@pytest.mark.parametrize(
    ("kind", "role"),
    [("organisation", "teacher"), ("organisation", "instructor"), ("organisation_unit", "administrator")],
)
def test_a_role_over_the_institution_or_a_part_of_it_opens_nothing(campus: World, kind: str, role: str) -> None:
    with campus.database.administration() as connection:
        connection.exec_driver_sql(
            "INSERT INTO analytics.memberships (organisation_id, person_id, scope_kind, scope_id, role, granted_by)"
            " VALUES (%s, %s, %s, %s, %s, 'sign_in')",
            (campus.organisation, campus.person_id("dean"), kind, campus.organisation, role),
        )
        connection.commit()
    dean = campus.principal("dean")

    assert (dean.teaches_in, dean.administers, dean.sections) == (frozenset(), False, frozenset())


@pytest.mark.parametrize("role", ["adviser", "guardian", "administrator"])
def test_a_role_over_a_learner_that_an_event_granted_opens_nothing(campus: World, role: str) -> None:
    with campus.database.administration() as connection:
        connection.exec_driver_sql(
            "INSERT INTO analytics.memberships (organisation_id, person_id, scope_kind, scope_id, role, granted_by)"
            " VALUES (%s, %s, 'learners', %s, %s, 'event')",
            (campus.organisation, campus.person_id("dean"), campus.person_id("ada"), role),
        )
        connection.commit()
    dean = campus.principal("dean")

    assert (dean.advises, dean.guards, dean.administers) == (frozenset(), frozenset(), False)


def test_a_classroom_is_for_no_other_audience(campus: World) -> None:
    scope = campus.named_scope("ALG")
    for audience in (Audience.ONE, Audience.SELF):
        other = type(scope)(scope.organisation_id, scope.viewer, audience, None, None)
        with pytest.raises(NotPermitted):
            campus.read(read_classroom, other, AS_OF, Filters(), campus.course_id("ALG"))


def contacted(world: World, reader: str, now: str) -> list[Contact]:
    """What staff read about the messages to Dora."""
    who, instant = world.principal(reader), at(now)
    own = frozenset({world.course_id("ALG")})
    asked = ContactsOf(world.organisation, world.person_id("dora"), own, who.person_id, who.sections)
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        local = read_campus(connection, world.organisation, AsOf(instant)).local
        return list(read_contacts(connection, asked, instant, local))


def test_what_came_after_a_message_is_judged_as_its_author_sees_it(campus: World) -> None:
    """Of the course Dora is behind Ada, and to watch; of section B alone, in which nobody has less, she needs help."""
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        connection.execute(text("UPDATE people SET email = 'dora@example.edu' WHERE given_name = 'Dora'"))
    write(campus, ("dora",), at("05-07 10:00"), author="ass")
    write(campus, ("dora",), at("05-07 11:00"), author="tom")
    take(campus, at("05-15 10:00"))

    def levels(contact: Contact) -> list[Level | None]:
        return [one.situation.level for one in contact.standings if one.situation is not None]

    of_course, of_section = contacted(campus, "tom", "05-15 10:00")
    assert levels(of_course) == [Level.WATCH, Level.WATCH]
    # The first is what the author saw when writing, as the message has it.
    assert levels(of_section) == [Level.WATCH, Level.HELP]
    assert {row.level for row in classroom(campus, "ass").learners if row.name == "Dora Example"} == {Level.HELP}

    # Three learners are not in her section: what compares with all would tell of them. What she wrote herself does not.
    of_course, of_section = contacted(campus, "ass", "05-15 10:00")
    assert (of_course.level, of_course.reason, levels(of_course)) == (None, "", [None, None])
    assert of_course.standings[1].situation is not None
    assert of_course.standings[1].situation.score == 0.0
    assert levels(of_section) == [Level.WATCH, Level.HELP]
    assert of_section.level == Level.WATCH.value


def test_with_a_large_rest_of_the_course_everybody_reads_the_same_levels(campus: World) -> None:
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        connection.execute(text("UPDATE people SET email = 'dora@example.edu' WHERE given_name = 'Dora'"))
    write(campus, ("dora",), at("05-07 11:00"), author="tom")
    for number in range(2):
        campus.person(f"new{number}")
        campus.member(f"new{number}", "ALG", section="A")
    campus.write()

    (contact,) = contacted(campus, "ass", "05-15 10:00")
    assert contact.level == Level.WATCH.value
