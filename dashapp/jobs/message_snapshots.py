"""The job that writes down how learners stood when they were written to, and 7 and 14 days after the mail."""

from collections import defaultdict
from datetime import datetime
from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.courses import read_campus
from dashapp.data.queries.situations import read_situations
from dashapp.data.store.identified import all_organisations
from dashapp.data.store.message_snapshots import Unwritten, unwritten, write_snapshots
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound, Unavailable
from dashapp.domain.indicators.follow_up import looked_at
from dashapp.domain.keys import CourseId, OrganisationId
from dashapp.domain.scope import AsOf
from dashapp.observability.logging import get_logger

log = get_logger(__name__)


class MessageSnapshots:
    """Looks back as of the instant that each snapshot speaks of: it is the same after a week of down time, but for
    events that came late in between."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        with self._database.transaction(DatabaseRole.JOBS, None) as connection:
            found = all_organisations(connection)
        for organisation, _name, _title in found:
            for (course, instant), due in self._due(organisation).items():
                if stopping.is_set():
                    return
                try:
                    self._write(organisation, course, instant, due)
                except Unavailable:
                    raise
                except Exception as error:
                    # One course that cannot be read keeps no other one waiting.
                    log.error("snapshots.failed", course=int(course), exc_info=error)

    def _due(self, organisation: OrganisationId) -> dict[tuple[CourseId, datetime], list[Unwritten]]:
        """What can be written now, by course and instant: those of one message are read at once."""
        now = self._clock()
        due: dict[tuple[CourseId, datetime], list[Unwritten]] = defaultdict(list)
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            waiting = unwritten(connection, organisation, now)
            if not waiting:
                return due
            local = read_campus(connection, organisation, AsOf(now)).local
        for one in waiting:
            instant = looked_at(one.written, one.days_after, local)
            if instant <= now:
                due[one.course, instant].append(one)
        return due

    def _write(self, organisation: OrganisationId, course: CourseId, instant: datetime, due: list[Unwritten]) -> None:
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            try:
                found = read_situations(connection, organisation, course, instant, {one.stands_for for one in due})
            except NotFound:
                found = {}  # the course is gone: there is nothing to be said of it, ever
            write_snapshots(connection, organisation, due, found, (instant, self._clock()))
