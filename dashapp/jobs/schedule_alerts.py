"""The jobs beside that of schedules: telling authors that nothing arrives, and removing what is kept no longer."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from threading import Event as Signal

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.received_files import ReceivedFiles
from dashapp.data.store.schedule_alerts import Silence, count_overdue, count_uncertain, forget_alert, take_silent
from dashapp.data.store.schedule_runs import kept_copies
from dashapp.data.store.schedules import forget_runs
from dashapp.domain.clock import Clock
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import OrganisationId
from dashapp.domain.messages import Outcome, one_line
from dashapp.domain.schedules.runs import FILES_KEPT
from dashapp.jobs.each import for_each_organisation
from dashapp.jobs.mail import MailServer
from dashapp.observability.logging import get_logger
from dashapp.settings import Settings
from dashapp.words import _, moment, use_locale
from dashapp.words.reports import locale_of

log = get_logger(__name__)


class ScheduleAlerts:
    """Looks for schedules that have not delivered. It shares nothing with the job that runs them, which may hang."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock

    def run(self, stopping: Signal) -> Mapping[str, int] | None:
        """One round; how many schedules are overdue, and how many runs uncertain. Raises Unavailable."""
        counted = Counter(schedules_overdue=0, schedule_runs_uncertain=0)
        for_each_organisation(self._database, lambda organisation: self._look(organisation, counted), stopping)
        # Of a round that was broken off nobody knows how many there are.
        return None if stopping.is_set() else counted

    def _look(self, organisation: OrganisationId, counted: Counter[str]) -> None:
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            silent = take_silent(connection, organisation, self._clock())
            counted["schedules_overdue"] += count_overdue(connection, organisation, self._clock())
            counted["schedule_runs_uncertain"] += count_uncertain(connection, organisation, self._clock())
        for one in silent:
            log.warning("schedules.silent", organisation_id=organisation, schedule=one.schedule_id)
            try:
                self._tell(organisation, one)
            except Unavailable:
                raise
            except Exception:
                # A mail that cannot be written must not keep the other authors' from being sent.
                log.exception("schedules.not_alerted", schedule=one.schedule_id)

    def _tell(self, organisation: OrganisationId, one: Silence) -> None:
        """A mail to the author or the administrators, where there is a way; the page says it in any case."""
        if not one.addresses or self._settings.smtp_host is None:
            return
        told = False
        try:
            with MailServer(self._settings) as server:
                for address in one.addresses:
                    with use_locale(locale_of(one.locale)):
                        made = _written(one, (*server.signed, address), self._clock())
                    outcome, code = server.hand_over(made, address)
                    told = told or outcome is not Outcome.LATER
                    log.info("schedules.alerted", schedule=one.schedule_id, outcome=outcome.value, code=code)
        except Unavailable:
            log.info("schedules.not_alerted_yet", schedule=one.schedule_id)
        if not told:
            # Of several who are told one is enough: the others see it on the page, and get no second mail.
            self._again(organisation, one)

    def _again(self, organisation: OrganisationId, one: Silence) -> None:
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            forget_alert(connection, organisation, one.schedule_id)


def _written(one: Silence, parties: tuple[str, str, str], at: datetime) -> EmailMessage:
    """The mail; `parties`: sender, host, recipient."""
    sender, host, recipient = parties
    name, _at, domain = sender.rpartition("@")
    title = one_line(one.title) or _("Report")
    made = EmailMessage(SMTP)
    made["Subject"] = _("Not delivered: {title}").format(title=title)
    made["From"] = Address(_("Learning analytics"), name, domain)
    made["To"] = recipient
    made["Date"] = format_datetime(at)
    made["Message-ID"] = make_msgid(domain=host)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(_told(one, title), cte="quoted-printable")
    return made


def _told(one: Silence, title: str) -> str:
    if one.without_author:
        return _(
            "The report “{title}” is paused: who scheduled it may have no reports any more. On the page “Schedules” you"
            " can take it over, hand it to somebody else, or end it."
        ).format(title=title)
    return _(
        "The report “{title}” was due on {due} and has not arrived with everybody. Its schedule says what has happened"
        " and what you can do."
    ).format(title=title, due=moment(one.due_at, one.time_zone))


class ReceivedReports:
    """Removes copies whose time is over, and what is known of runs that were long ago."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._files = ReceivedFiles.below(settings.data_dir)
        self._kept = timedelta(days=settings.data_retention_days)
        self._database = database
        self._clock = clock

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable."""
        for_each_organisation(self._database, self._tidy, stopping)

    def _tidy(self, organisation: OrganisationId) -> None:
        home, now = own_address(self._database, organisation), self._clock()
        with self._database.transaction(DatabaseRole.JOBS, organisation) as connection:
            forget_runs(connection, organisation, now - self._kept)
            kept = kept_copies(connection, organisation, now)
        gone = self._files.tidy(home, kept)
        dropped = self._files.tidy_dropped(home, now - FILES_KEPT)
        if dropped:
            log.info("received.dropped_removed", organisation_id=organisation, copies=dropped)
        if gone:
            log.info("received.removed", organisation_id=organisation, runs=gone)
