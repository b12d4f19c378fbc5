"""The job that sends messages to learners, and throws their texts away when they have been kept long enough."""

from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Event as Signal

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.messages import begin_due, finish, forget_texts, is_busy, put_back, settle, take_next
from dashapp.domain.clock import Clock
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import OrganisationId
from dashapp.domain.messages import Mail, Outcome
from dashapp.jobs.each import for_each_organisation
from dashapp.jobs.mail import MailServer
from dashapp.observability.logging import get_logger
from dashapp.settings import Settings

log = get_logger(__name__)


class Messages:
    """Sends what is due, one organisation after the other.

    Of every mail the state is written before the server is told, and after. A process that dies in between leaves a
    mail in hand: it is never sent again, and its author reads that nobody knows whether it arrived.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable: while the mail server is away, mails wait."""
        if self._settings.smtp_host is None:
            return
        for_each_organisation(self._database, lambda organisation: self._serve(organisation, stopping), stopping)

    def _serve(self, organisation: OrganisationId, stopping: Signal) -> None:
        with self._jobs(organisation) as connection:
            if not is_busy(connection, organisation):
                return
            begin_due(connection, organisation, self._clock())
        taken = self._take(organisation)
        if taken is not None:
            self._send_all(organisation, taken, stopping)
        with self._jobs(organisation) as connection:
            finish(connection, organisation, self._clock())

    def _send_all(self, organisation: OrganisationId, first: Mail, stopping: Signal) -> None:
        taken: Mail | None = first
        try:
            with MailServer(self._settings) as server:
                while taken is not None:
                    outcome = server.send(taken)
                    with self._jobs(organisation) as connection:
                        settle(connection, organisation, taken, outcome, self._clock())
                    log.info("mail.handed_over", outcome=outcome[0].value, code=outcome[1], message=taken.message_id)
                    # A connection that was lost is not used again; the next round opens another.
                    lost = outcome[0] is Outcome.UNKNOWN
                    taken = None if lost or stopping.is_set() else self._take(organisation)
        except Unavailable:
            if taken is not None:
                with self._jobs(organisation) as connection:
                    put_back(connection, organisation, taken, self._clock())
            raise

    def _take(self, organisation: OrganisationId) -> Mail | None:
        with self._jobs(organisation) as connection:
            return take_next(connection, organisation, self._clock())

    def _jobs(self, organisation: OrganisationId) -> AbstractContextManager[Connection]:
        return self._database.transaction(DatabaseRole.JOBS, organisation)


class MessageTexts:
    """Texts are kept as long as raw events."""

    def __init__(self, database: Database, days: int, clock: Clock) -> None:
        self._database = database
        self._kept = timedelta(days=days)
        self._clock = clock

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        for_each_organisation(self._database, self._forget, stopping)

    def _forget(self, organisation: OrganisationId) -> None:
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            forget_texts(connection, organisation, self._clock() - self._kept)
