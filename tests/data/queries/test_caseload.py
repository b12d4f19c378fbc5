"""An adviser sees the learners of the caseload over all their courses, and nobody else."""

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.queries.caseload import read_caseload
from dashapp.data.queries.student import read_student
from dashapp.data.store.caseloads import set_caseload
from dashapp.domain.errors import NotPermitted
from dashapp.domain.filters import Filters
from dashapp.domain.scope import scope_for_caseload, scope_for_classroom, scope_for_learner
from dashapp.domain.views import CaseloadView
from tests.data.queries.conftest import AS_OF, NOW, World, counted_statements, filled


@filled
def campus(world: World) -> World:
    """Amy advises ada (in both courses) and ben (in one); eight others learn in ALG, one in BIO."""
    others = [f"other{place}" for place in range(8)]
    for code in ("ALG", "BIO"):
        world.course(code)
    for name in ("ada", "ben", "amy", "zoe", *others):
        world.person(name)
    world.learners("ALG", "ada", "ben", *others)
    world.learners("BIO", "ada", "zoe")
    for name in ("ada", *others):
        world.seen(name, "ALG", "05-05 08:00", "05-06 08:00")
    world.task("BIO", "quiz")
    for name, score in (("ada", 2.0), ("zoe", 9.0)):
        world.submitted(name, "BIO", "quiz", "04-30 08:00")
        world.graded(name, "BIO", "quiz", "05-02 08:00", score)
    world.write()
    advise(world, "ada", "ben")
    return world


def advise(world: World, *names: str) -> tuple[int, int]:
    """How many were added, and how many ended."""
    with world.database.transaction(DatabaseRole.JOBS, world.organisation) as connection:
        keys = [world.person_id(name) for name in names]
        added, ended = set_caseload(connection, world.organisation, world.person_id("amy"), keys, NOW)
        return len(added), len(ended)


def caseload(world: World) -> CaseloadView:
    view: CaseloadView = world.read(read_caseload, scope_for_caseload(world.principal("amy")), AS_OF)
    return view


def test_the_list_holds_the_advised_learners_with_all_their_courses(campus: World) -> None:
    rows = {row.name: row for row in caseload(campus).learners}

    assert {name: row.courses for name, row in rows.items()} == {
        "Ada Example": ("ALG", "BIO"),
        "Ben Example": ("ALG",),
    }
    assert rows["Ben Example"].last_active is None
    assert rows["Ada Example"].average_score == pytest.approx(20.0)


def test_an_adviser_opens_the_pages_of_the_caseload_and_no_other(campus: World) -> None:
    amy = campus.principal("amy")
    ada, zoe = campus.person_id("ada"), campus.person_id("zoe")

    view = campus.read(read_student, scope_for_learner(amy, ada), AS_OF, Filters(), ada)
    assert [course.code for course in view.courses] == ["ALG", "BIO"]
    with pytest.raises(NotPermitted):
        scope_for_learner(amy, zoe)
    with pytest.raises(NotPermitted):
        campus.read(read_student, scope_for_learner(amy, ada), AS_OF, Filters(), zoe)


def test_an_adviser_opens_no_classroom(campus: World) -> None:
    with pytest.raises(NotPermitted):
        scope_for_classroom(campus.principal("amy"), campus.course_id("ALG"))


def test_nothing_tells_of_the_one_other_learner_of_a_small_course(campus: World) -> None:
    """Zoe's score would follow from the mean of two."""
    amy, ada = campus.principal("amy"), campus.person_id("ada")

    view = campus.read(read_student, scope_for_learner(amy, ada), AS_OF, Filters(), ada)

    reasons = dict(view.reasons)["BIO"]
    assert [reason.limit for reason in reasons if reason.rule == "low_score"] == [None]
    assert all(score.median is None for score in view.scores)


def test_who_leaves_the_caseload_is_gone(campus: World) -> None:
    assert advise(campus, "ada", "ben") == (0, 0)
    assert advise(campus, "ben") == (0, 1)

    assert [row.name for row in caseload(campus).learners] == ["Ben Example"]


def test_a_learner_who_was_merged_stays_in_the_caseload(campus: World) -> None:
    with campus.database.administration() as connection:
        connection.exec_driver_sql(
            "UPDATE analytics.people SET merged_into = %s WHERE person_id = %s",
            (campus.person_id("zoe"), campus.person_id("ben")),
        )
        connection.commit()

    assert campus.principal("amy").advises == {campus.person_id("ada"), campus.person_id("zoe")}


def test_an_empty_caseload_is_none(campus: World) -> None:
    advise(campus)

    with pytest.raises(NotPermitted):
        scope_for_caseload(campus.principal("amy"))


def test_the_list_takes_no_more_statements_than_eight(campus: World) -> None:
    scope = scope_for_caseload(campus.principal("amy"))

    def count(connection: object) -> int:
        with counted_statements(connection) as statements:  # type: ignore[arg-type]
            read_caseload(connection, scope, AS_OF)  # type: ignore[arg-type]
        return len(statements)

    assert campus.read(count) <= 8
