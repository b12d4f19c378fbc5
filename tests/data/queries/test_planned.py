"""Statements whose plans a connection keeps: they find what the same statements find when they are planned anew."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, cast, select, text
from sqlalchemy.dialects.postgresql import BIT

from dashapp.data.database import DatabaseRole
from dashapp.data.queries import planned
from dashapp.data.queries.columns import read_columns
from dashapp.data.queries.courses import work_statement
from dashapp.data.queries.enrolment import roster
from dashapp.data.queries.names import NamesOf, names_and_sections
from dashapp.data.queries.planned import rows_of
from dashapp.data.queries.progress import done_statement
from dashapp.data.queries.shapes import MOST_KEYS, Shaped, planned_once
from dashapp.data.tables import courses, learner_course_days
from dashapp.domain.keys import CourseId, OrganisationId
from tests.data.queries.conftest import NOW, World

TODAY = NOW.date()


def _names_kept(connection: Connection) -> list[str]:
    return list(connection.execute(text("SELECT name FROM pg_prepared_statements ORDER BY name")).scalars())


def _columns(connection: Connection, asked: Shaped) -> Mapping[str, Any]:
    return {name: values.tolist() for name, values in read_columns(connection, asked).items()}


def test_columns_of_a_kept_plan_are_those_of_copy(campus: World) -> None:
    """Numbers, days, instants and flags; with what is missing; and without any row."""
    keys, nowhere = [campus.course_id("ALG")], [CourseId(0)]
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection:
        for courses_asked in (keys, nowhere, keys):
            for instant in (NOW, NOW - timedelta(days=400)):
                asked = planned_once(roster, campus.organisation, courses_asked, instant, TODAY)
                anew = _columns(connection, replace(asked, planned_once=False))
                np.testing.assert_equal(_columns(connection, asked), anew)
                assert bool(anew["person_id"]) == (courses_asked is keys and instant == NOW)


def test_sets_of_bits_come_whole(campus: World) -> None:
    def bits(organisation: int) -> Any:
        days = learner_course_days.c
        minutes = cast(days.minutes, BIT(1440)).label("minutes")
        return select(days.person_id, days.day, minutes).where(
            days.organisation_id == organisation, days.minutes.is_not(None)
        )

    with campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection:
        asked = planned_once(bits, campus.organisation)
        anew = _columns(connection, replace(asked, planned_once=False))
        assert _columns(connection, asked) == anew
        assert any(any(row) for row in anew["minutes"])


def test_a_null_where_none_is_declared_is_an_error_and_no_wrong_figure(campus: World) -> None:
    def of_programmes(organisation: int) -> Any:
        return select(courses.c.course_id, courses.c.programme_id).where(courses.c.organisation_id == organisation)

    with (
        campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection,
        pytest.raises(TypeError, match="a null"),
    ):
        read_columns(connection, planned_once(of_programmes, campus.organisation))


def test_rows_of_a_kept_plan_have_the_same_names_and_types(campus: World) -> None:
    course = campus.course_id("ALG")
    with campus.database.transaction(DatabaseRole.WEB, campus.organisation) as connection:
        people = [campus.person_id(name) for name in ("ada", "ben")]
        asked = NamesOf(campus.organisation, course, NOW, None, (TODAY, TODAY))
        for each in (
            planned_once(work_statement, campus.organisation, [course], None),
            planned_once(names_and_sections, asked, people),
        ):
            kept, anew = (
                rows_of(connection, one).mappings().all() for one in (each, replace(each, planned_once=False))
            )
            assert kept
            assert [dict(row) for row in kept] == [dict(row) for row in anew]
            assert [[type(value) for value in row.values()] for row in kept] == [
                [type(value) for value in row.values()] for row in anew
            ]


def test_a_connection_keeps_a_bounded_number_of_plans(campus: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planned, "MOST_PREPARED", 2)
    with campus.database.session(DatabaseRole.WEB) as connection:
        connection.execute(text(f"SET la.organisation = '{campus.organisation}'"))
        keys = [campus.course_id("ALG")]
        asked = [
            planned_once(roster, campus.organisation, keys, NOW, TODAY),
            planned_once(done_statement, campus.organisation, keys, NOW),
            planned_once(work_statement, campus.organisation, keys, None),
        ]
        first = _columns(connection, asked[0])
        for each in asked[1:]:
            read_columns(connection, each) if each is asked[1] else rows_of(connection, each).all()
        assert len(_names_kept(connection)) == 2
        # What was forgotten is prepared again.
        np.testing.assert_equal(_columns(connection, asked[0]), first)


def test_a_question_about_many_is_planned_for_them() -> None:
    keys = [CourseId(key) for key in range(MOST_KEYS + 1)]
    few, many = (planned_once(done_statement, OrganisationId(1), some, NOW) for some in (keys[:-1], keys))
    assert few.planned_once
    assert not many.planned_once
    assert few.shape is many.shape


def test_of_another_organisation_a_kept_plan_finds_nothing(campus: World) -> None:
    """A plan is made for one organisation and used for another one: row-level security asks at each use."""
    keys = [campus.course_id("ALG")]
    asked = planned_once(roster, campus.organisation, keys, NOW, TODAY)
    with campus.database.session(DatabaseRole.WEB) as connection:
        connection.execute(text(f"SET la.organisation = '{campus.organisation}'"))
        assert _columns(connection, asked)["person_id"]
        connection.execute(text(f"SET la.organisation = '{campus.organisation + 1}'"))
        assert not _columns(connection, asked)["person_id"]
