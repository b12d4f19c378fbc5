from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.goals import set_goal
from dashapp.domain.keys import CourseId, PersonId
from tests.data.conftest import make_organisation


def test_pages_read_goals_cannot_write_them_and_no_goal_is_beyond_a_percentage(database: Database) -> None:
    organisation = make_organisation(database, "north")
    with database.transaction(DatabaseRole.WEB, organisation) as connection:
        for privilege, may in (("SELECT", True), ("INSERT", False), ("UPDATE", False), ("DELETE", False)):
            asked = text("SELECT has_table_privilege(current_user, 'learner_goals', :privilege)")
            assert connection.execute(asked, {"privilege": privilege}).scalar_one() is may
    with pytest.raises(IntegrityError), database.transaction(DatabaseRole.JOBS, organisation) as connection:
        set_goal(connection, (organisation, PersonId(1)), CourseId(1), 101, datetime(2026, 5, 7, tzinfo=UTC))
