"""What a page may cost, and what its statements may touch."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import BigInteger, BindParameter, bindparam, func, literal, literal_column, null, select, text

from dashapp.data.database import DatabaseRole
from dashapp.data.queries import columns
from dashapp.data.queries.columns import or_missing, read_columns
from dashapp.data.queries.overview import read_overview
from dashapp.data.queries.student import read_student
from dashapp.data.tables import learner_course_days
from dashapp.domain.errors import Unavailable
from dashapp.domain.events import Role
from dashapp.domain.filters import Filters
from dashapp.domain.scope import scope_for_courses, scope_for_learner, scope_for_student
from tests.data.queries.conftest import AS_OF, World, counted_statements, filled, read_classroom, read_institution

MOST_STATEMENTS = 9


@filled
def campus(world: World) -> World:
    """One course with everything in it that makes a page ask more."""
    world.course("ALG")
    world.section("ALG", "a")
    for name in ("ada", "ben", "cho", "dan", "eve", "fay", "tutor"):
        world.person(name)
    world.task("ALG", "one", "04-20 20:00")
    for name in ("ada", "ben", "cho", "dan", "eve", "fay"):
        world.member(name, "ALG", section="a")
        world.seen(name, "ALG", "05-06 12:00", "04-28 12:00")
        world.submitted(name, "ALG", "one", "04-18 10:00", score=8.0)
    world.member("tutor", "ALG", Role.TEACHER)
    world.write()
    return world


def sent(world: World, query: Callable[..., Any], *arguments: Any) -> list[str]:
    """The statements that a query sends."""
    with world.database.transaction(DatabaseRole.WEB, world.organisation) as connection:
        with counted_statements(connection) as statements:
            query(connection, *arguments)
        return statements


def rounds(world: World) -> dict[str, list[str]]:
    ada, tutor = world.principal("ada"), world.principal("tutor")
    course, narrow = world.course_id("ALG"), Filters.parse(section="a", first="2026-03-02", last="2026-03-08")
    return {
        "own page": sent(world, read_student, scope_for_student(ada), AS_OF, Filters(), ada.person_id),
        "learner": sent(world, read_student, scope_for_learner(tutor, ada.person_id), AS_OF, narrow, ada.person_id),
        "classroom": sent(world, read_classroom, world.named_scope("ALG"), AS_OF, narrow, course),
        "classroom in groups": sent(world, read_classroom, world.everything(), AS_OF, Filters(), course),
        "institution": sent(world, read_institution, world.everything(), AS_OF, Filters()),
        "courses": sent(world, read_overview, scope_for_courses(tutor), AS_OF),
        "courses in groups": sent(world, read_overview, world.everything(), AS_OF),
    }


def test_every_page_needs_at_most_nine_statements(campus: World) -> None:
    for name, statements in rounds(campus).items():
        assert 4 <= len(statements) <= MOST_STATEMENTS, (name, statements)


def test_the_number_of_statements_does_not_grow_with_the_learners(campus: World) -> None:
    before = {name: len(statements) for name, statements in rounds(campus).items()}
    for number in range(30):
        campus.member(f"more-{number}", "ALG", section="a")
        campus.seen(f"more-{number}", "ALG", "05-06 12:00")
    campus.write()
    assert {name: len(statements) for name, statements in rounds(campus).items()} == before


def test_no_page_reads_raw_events_or_restricted_tables(campus: World) -> None:
    for statements in rounds(campus).values():
        for statement in statements:
            for table in ("raw_events", "event_ledger", "demographics", "person_identifiers", "dead_letters"):
                assert table not in statement


def test_every_statement_names_its_organisation(campus: World) -> None:
    for statements in rounds(campus).values():
        assert all("organisation_id" in statement for statement in statements)


def test_more_rows_than_the_limit_are_an_error_and_not_a_slow_page(
    campus: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "ROW_LIMIT", 5)
    with pytest.raises(Unavailable):
        campus.read(read_classroom, campus.named_scope("ALG"), AS_OF, Filters(), campus.course_id("ALG"))


def test_a_statement_that_takes_too_long_is_ended(campus: World) -> None:
    def sleep(connection: Any) -> None:
        connection.execute(text("SET LOCAL statement_timeout = '20ms'"))
        slow = select(literal_column("1", BigInteger).label("one")).where(func.pg_sleep(5).is_(None))
        read_columns(connection, slow)

    with pytest.raises(Unavailable):
        campus.read(sleep)


def test_columns_come_back_with_their_types_and_what_is_missing(campus: World) -> None:
    days = learner_course_days.c
    found = campus.read(
        read_columns,
        select(
            days.day,
            days.events,
            or_missing(days.first_at),
            or_missing(func.nullif(days.last_at, days.last_at, type_=days.last_at.type).label("none")).label("none"),
            or_missing(days.minutes),
            days.minutes.is_not(None).label("recorded"),
        ).where(days.person_id == int(campus.person_id("ada")), days.day == "2026-05-06"),
    )
    assert found["day"].tolist() == [739_742]
    assert found["events"].tolist() == [1]
    assert found["first_at"].tolist() == [1778068800.0]
    assert str(found["none"][0]) == "nan"
    assert found["minutes"].shape == (1, 188)
    assert int(found["minutes"].sum()) > 0
    assert found["recorded"].tolist() == [True]


def test_no_rows_are_empty_columns(campus: World) -> None:
    nobody = select(learner_course_days.c.person_id).where(learner_course_days.c.person_id == -1)
    assert campus.read(read_columns, nobody)["person_id"].tolist() == []


def test_a_null_where_none_is_expected_is_an_error(campus: World) -> None:
    with pytest.raises(TypeError):
        campus.read(read_columns, select(null().cast(BigInteger).label("nothing")))


def test_a_type_without_a_fixed_width_is_an_error(campus: World) -> None:
    with pytest.raises(TypeError):
        campus.read(read_columns, select(literal("text").label("words")))
    with pytest.raises(TypeError):
        or_missing(literal_column("x", BigInteger))


def test_values_reach_the_statement_as_parameters_only(campus: World) -> None:
    evil: BindParameter[str] = bindparam("evil", "'; DROP TABLE learner_course_days; --")
    statement = select(learner_course_days.c.events).where(evil == "100 %")
    assert campus.read(read_columns, statement)["events"].tolist() == []


def test_another_organisations_rows_stay_hidden_from_a_wrong_query(campus: World, other_world: World) -> None:
    everything = select(learner_course_days.c.organisation_id, learner_course_days.c.person_id)
    assert len(campus.read(read_columns, everything)["person_id"]) > 0
    assert other_world.read(read_columns, everything)["person_id"].tolist() == []
