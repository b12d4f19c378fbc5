from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.goals import clear_goal, read_goals, set_goal
from dashapp.domain.keys import CourseId, PersonId
from tests.data.conftest import make_organisation

AT = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
ALG, BIO = CourseId(1), CourseId(2)


def test_a_goal_is_set_replaced_and_cleared_and_follows_its_person_through_a_merge(database: Database) -> None:
    organisation = make_organisation(database, "north")
    with database.transaction(DatabaseRole.JOBS, organisation) as connection:
        insert = text("INSERT INTO people (organisation_id) VALUES (:organisation) RETURNING person_id")
        ada, once, ben = (
            PersonId(connection.execute(insert, {"organisation": organisation}).scalar_one()) for _each in range(3)
        )
        mine, others = (organisation, ada), (organisation, ben)
        assert read_goals(connection, mine) == {}
        set_goal(connection, mine, ALG, 70, AT)
        set_goal(connection, mine, BIO, 55, AT)
        set_goal(connection, mine, ALG, 80, AT + timedelta(days=1))
        set_goal(connection, (organisation, once), ALG, 60, AT + timedelta(days=2))
        assert read_goals(connection, mine) == {ALG: 80, BIO: 55}
        assert read_goals(connection, others) == {}
        connection.execute(
            text("UPDATE people SET merged_into = :kept WHERE person_id = :absorbed"), {"kept": ada, "absorbed": once}
        )
        assert read_goals(connection, mine) == {ALG: 60, BIO: 55}
        clear_goal(connection, others, BIO)
        clear_goal(connection, mine, ALG)
        assert read_goals(connection, mine) == {BIO: 55}
    with pytest.raises(IntegrityError), database.transaction(DatabaseRole.JOBS, organisation) as connection:
        set_goal(connection, mine, ALG, 101, AT)


def test_pages_read_goals_and_cannot_write_them(database: Database) -> None:
    organisation = make_organisation(database, "north")
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        for privilege, may in (("SELECT", True), ("INSERT", False), ("UPDATE", False), ("DELETE", False)):
            asked = text("SELECT has_table_privilege(current_user, 'learner_goals', :privilege)")
            assert connection.execute(asked, {"privilege": privilege}).scalar_one() is may
