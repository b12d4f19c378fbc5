"""The proof itself: it agrees with what stands, and sees every row that is wrong."""

from datetime import UTC, datetime

import pytest

from dashapp.data.database import DatabaseRole
from dashapp.data.store.recount import DEFINITIONS, differences, read_aggregates, recount_everything
from dashapp.domain.events import Verb
from tests.data.store.conftest import Campus, activity, viewed

MORNING = datetime(2026, 3, 16, 8, 30, tzinfo=UTC)


def learn(campus: Campus) -> None:
    common = {"activity": activity()}
    campus.write(
        viewed("ada", MORNING, **common),
        viewed("ada", MORNING, verb=Verb.SUBMITTED, score=3.0, max_score=4.0, **common),
        viewed("ada", MORNING, verb=Verb.ANSWERED, item="q1", response="x", correct=False, **common),
        viewed("ada", MORNING, verb=Verb.WATCHED, position_from=1.5, position_to=9.0, **common),
        viewed("ada", MORNING, verb=Verb.POSTED, post="p2", **common),
    )


def test_both_ways_to_read_the_aggregates_have_the_same_rows(campus: Campus) -> None:
    learn(campus)
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        stands, counted = (read(connection, campus.organisation) for read in (read_aggregates, recount_everything))
    assert stands == counted
    assert all(stands.values())


@pytest.mark.parametrize("table", DEFINITIONS)
def test_a_row_that_is_missing_is_found(campus: Campus, table: str) -> None:
    learn(campus)
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        attempt = connection.begin_nested()
        connection.exec_driver_sql(f"DELETE FROM {table}")
        assert differences(connection, campus.organisation) == {table: 1}
        attempt.rollback()


def test_a_minute_too_many_is_found(campus: Campus) -> None:
    learn(campus)
    with campus.database.transaction(DatabaseRole.JOBS, campus.organisation) as connection:
        attempt = connection.begin_nested()
        connection.exec_driver_sql("UPDATE learner_course_days SET minutes = set_bit(minutes, 3, 1)")
        assert differences(connection, campus.organisation) == {"learner_course_days": 2}
        attempt.rollback()
