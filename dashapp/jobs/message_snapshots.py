"""The job that writes down how learners stood when they were written to, and 7 and 14 days after the mail.

Levels are those of the author's page: whoever is staff of sections only is answered for these, by the sections that
they had when they wrote, so that the level before and those after can be held against each other.
"""

from collections import defaultdict
from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.courses import read_campus
from dashapp.data.queries.situations import Sight, Writing, limits_when_writing, read_situations
from dashapp.data.store.message_snapshots import Unwritten, unwritten, write_snapshots
from dashapp.domain.audience import MINIMUM_GROUP
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound, Unavailable
from dashapp.domain.indicators.follow_up import looked_at
from dashapp.domain.keys import OrganisationId
from dashapp.domain.scope import AsOf
from dashapp.jobs.each import for_each_organisation
from dashapp.observability.logging import get_logger

log = get_logger(__name__)


class MessageSnapshots:
    """Looks back as of the instant that each snapshot speaks of: it is the same after a week of down time, but for
    events that came late in between."""

    def __init__(self, database: Database, clock: Clock, minimum_group: int = MINIMUM_GROUP) -> None:
        self._database = database
        self._clock = clock
        self._minimum_group = minimum_group

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        for_each_organisation(self._database, lambda organisation: self._serve(organisation, stopping), stopping)

    def _serve(self, organisation: OrganisationId, stopping: Signal) -> None:
        for sight, due in self._due(organisation).items():
            if stopping.is_set():
                return
            try:
                self._write(organisation, sight, due)
            except Unavailable:
                raise
            except Exception as error:
                # One course that cannot be read keeps no other one waiting.
                log.error("snapshots.failed", course=int(sight.course), exc_info=error)

    def _due(self, organisation: OrganisationId) -> dict[Sight, list[Unwritten]]:
        """What can be written now, by how it is looked at: those of one message are read at once."""
        now = self._clock()
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            waiting = unwritten(connection, organisation, now)
            if not waiting:
                return {}
            local = read_campus(connection, organisation, AsOf(now)).local
            instants = [(one, looked_at(one.written, one.days_after, local)) for one in waiting]
            ready = [(one, instant) for one, instant in instants if instant <= now]
            limits = limits_when_writing(connection, organisation, {_writing(one) for one, _instant in ready})
        due: dict[Sight, list[Unwritten]] = defaultdict(list)
        for one, instant in ready:
            due[Sight(one.course, instant, limits.get(_writing(one)), self._minimum_group)].append(one)
        return due

    def _write(self, organisation: OrganisationId, sight: Sight, due: list[Unwritten]) -> None:
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            try:
                found = read_situations(connection, organisation, sight, {one.stands_for for one in due})
            except NotFound:
                found = {}  # the course is gone: there is nothing to be said of it, ever
            write_snapshots(connection, organisation, due, found, (sight.instant, self._clock()))


def _writing(one: Unwritten) -> Writing:
    return Writing(one.author, one.written.created_at, one.course)
