"""Roles derived of many people at once are those that are derived one by one."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2 import extensions

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store import memberships
from dashapp.data.store.rosters.deriving import CONCERNED, derive_concerned
from dashapp.domain.events import MembershipChanged, Role
from tests.data.store.conftest import Campus, course, person
from tests.data.store.test_any_order import empty

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
instants = st.integers(0, 6).map(lambda days: BEGIN + timedelta(days=days))
facts = st.lists(
    st.builds(
        MembershipChanged,
        id=st.uuids(version=4).map(str),
        person=st.sampled_from(["ada", "bob"]).map(person),
        course=st.sampled_from(["algebra", "logic"]).map(course),
        role=st.sampled_from([Role.LEARNER, Role.TEACHER]),
        active=st.sampled_from([True, True, False]),
        occurred_at=instants,
        section=st.sampled_from([None, None, "a", "b"]),
        ends_at=st.one_of(st.none(), instants),
        group=st.sampled_from([None, None, "team"]),
    ).filter(lambda event: event.section is None or event.group is None),
    min_size=1,
    max_size=7,
    unique_by=lambda event: event.id,
)


@pytest.fixture(scope="module")
def any_campus(module_database: Database) -> Campus:
    return Campus(module_database)


def roles(campus: Campus) -> list[tuple[Any, ...]]:
    return campus.rows(
        """SELECT person_id, scope_kind, scope_id, role, source_id, starts_at, ends_at, granted_by FROM memberships
        ORDER BY 1, 2, 3, 4, 5, 6, 7"""
    )


@settings(max_examples=max(1, (settings.default.max_examples if settings.default else 50) * 2))
@given(said=facts, kept=st.booleans())
def test_deriving_at_once_equals_deriving_one_by_one(
    any_campus: Campus, said: list[MembershipChanged], kept: bool
) -> None:
    empty(any_campus)
    any_campus.write(*said)
    wanted = roles(any_campus)
    with any_campus.database.transaction(DatabaseRole.INGEST, any_campus.organisation) as connection:
        cursor = cast(extensions.cursor, connection.connection.cursor())
        organisation = int(any_campus.organisation)
        # From nothing, and from what holds already.
        if not kept:
            cursor.execute("DELETE FROM memberships")
        cursor.execute(CONCERNED)
        cursor.execute("INSERT INTO la_r_concerned SELECT person_id FROM people WHERE merged_into IS NULL")
        derive_concerned(cursor, organisation)
    assert roles(any_campus) == wanted
    with any_campus.database.transaction(DatabaseRole.INGEST, any_campus.organisation) as connection:
        cursor = cast(extensions.cursor, connection.connection.cursor())
        cursor.execute("SELECT person_id FROM people WHERE merged_into IS NULL")
        memberships.derive(cursor, organisation, [key for (key,) in cursor.fetchall()])
    assert roles(any_campus) == wanted
