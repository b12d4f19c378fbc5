"""A writer that falls silent within a COPY holds its locks until its session is ended."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.silence import end_silent_writers
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import OrganisationId
from tests.data.conftest import make_organisation


class Sleeper:
    """Owns an organisation, and sleeps while PostgreSQL waits for the rest of its rows."""

    def __init__(self, database: Database, role: DatabaseRole, organisation: OrganisationId) -> None:
        """Falls asleep when `work` runs."""
        self._database, self._role, self._organisation = database, role, organisation
        self.asleep, self.awake = Event(), Event()

    def read(self, _size: int = -1) -> str:
        """What COPY asks for: nothing more, after a long time."""
        self.asleep.set()
        assert self.awake.wait(60)
        return ""

    def work(self) -> None:
        """One transaction."""
        with self._database.transaction(self._role, None) as connection:
            own_organisation(connection, self._organisation)
            connection.execute(text("CREATE TEMPORARY TABLE taken (number integer) ON COMMIT DROP"))
            cursor = connection.connection.cursor()
            cursor.copy_expert("COPY taken FROM STDIN", self)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Where sleepers work."""
    with ThreadPoolExecutor() as pool:
        yield pool


def asleep(threads: ThreadPoolExecutor, sleeper: Sleeper) -> "Future[None]":
    working = threads.submit(sleeper.work)
    assert sleeper.asleep.wait(20)
    return working


def is_locked(database: Database, organisation: OrganisationId) -> bool:
    with database.transaction(DatabaseRole.INGEST, None) as connection:
        connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
        try:
            own_organisation(connection, organisation)
        except Exception as error:
            if "lock timeout" not in str(error):
                raise
            connection.rollback()
            return True
    return False


@pytest.mark.usefixtures("every_postgres")
def test_what_a_silent_writer_locked_is_free_again(database: Database, threads: ThreadPoolExecutor) -> None:
    organisation = make_organisation(database, "north")
    sleeper = Sleeper(database, DatabaseRole.INGEST, organisation)
    working = asleep(threads, sleeper)
    try:
        assert end_silent_writers(database, 60) == 0
        assert is_locked(database, organisation)
        assert end_silent_writers(database, 0) == 1
        with database.transaction(DatabaseRole.INGEST, None) as connection:
            own_organisation(connection, organisation)
    finally:
        sleeper.awake.set()
    with pytest.raises(Unavailable):
        working.result(20)


def test_others_that_wait_for_their_client_are_left(database: Database, threads: ThreadPoolExecutor) -> None:
    """Jobs copy for as long as it takes; and a session that waits for its next statement has its own limit."""
    organisation = make_organisation(database, "north")
    sleeper = Sleeper(database, DatabaseRole.JOBS, organisation)
    working = asleep(threads, sleeper)
    try:
        with database.transaction(DatabaseRole.INGEST, None) as idle:
            idle.execute(text("SELECT 1"))
            assert end_silent_writers(database, 0) == 0
            idle.execute(text("SELECT 1"))
    finally:
        sleeper.awake.set()
    working.result(20)
