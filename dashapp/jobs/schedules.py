"""The job of schedules: writes what comes due, has copies made for each recipient, carries them, and tells the story.

Of every mail the state is written before the server is told, and after. A process that dies in between leaves a copy
of which nobody knows whether it arrived: it is not sent again without a person's word.
"""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Event as Signal
from typing import Final
from uuid import UUID

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.queries.organisations import own_address
from dashapp.data.queries.people import principal_for
from dashapp.data.received_files import ReceivedFiles
from dashapp.data.store.audit import record
from dashapp.data.store.deliveries import (
    begin_copy,
    due_copies,
    files_of,
    note_copy,
    recipient_of,
    settle_copy,
    settle_told,
)
from dashapp.data.store.report_stores import read_store
from dashapp.data.store.reports import open_report
from dashapp.data.store.schedule_runs import (
    LeaseLost,
    close_run,
    fail_run,
    put_run_back,
    take_run,
)
from dashapp.data.store.schedules import Scheduled, note_document, plan_due, scheduled, set_schedule_state
from dashapp.domain.audit import JOBS, Action, person_subject
from dashapp.domain.clock import Clock
from dashapp.domain.errors import NotFound, NotPermitted, Unavailable
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.document import NotAReport, Report, read
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.reports.keeping import ReportReader
from dashapp.domain.schedules.runs import (
    AUTHOR,
    MOST_ATTEMPTS,
    TO_ACCOUNTS,
    Copy,
    CopyState,
    ScheduleState,
    Settled,
    TakenRun,
    Way,
    host_of,
    next_try,
)
from dashapp.domain.schedules.stores import StoreAccess
from dashapp.jobs.carrying import Carrier, Parcel
from dashapp.jobs.each import for_each_organisation
from dashapp.jobs.making import CopyPlace, Maker, MakingError, Order, prepared, write_copy
from dashapp.observability.logging import get_logger
from dashapp.security.outgoing import Outgoing
from dashapp.security.received import ReceivedLinks
from dashapp.security.report_stores import opened_store
from dashapp.settings import Settings

log = get_logger(__name__)

MOST_AT_A_TIME: Final = 50
"""Runs of one organisation in a round: then the next one has its turn."""
LONGEST_TURN: Final = timedelta(minutes=20)
"""For the copies of one run: what is left then is made when the run is taken up again, after others."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One run in hand, with what it makes."""

    organisation: OrganisationId
    home: UUID
    """The public id of the organisation."""
    taken: TakenRun
    schedule: UUID
    report: Report
    formats: tuple[ExportFormat, ...]


class Schedules:
    """Does what is due, one organisation after the other."""

    def __init__(self, settings: Settings, database: Database, maker: Maker, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._maker = maker
        self._clock = clock
        self._files = ReceivedFiles.below(settings.data_dir)
        self._outgoing = Outgoing(settings)
        self._links = ReceivedLinks.of(tuple(settings.secret_keys), settings.public_url, clock)

    def run(self, stopping: Signal) -> None:
        """One round. Raises Unavailable while the database is away."""
        for_each_organisation(self._database, lambda organisation: self._serve(organisation, stopping), stopping)

    def _serve(self, organisation: OrganisationId, stopping: Signal) -> None:
        with self._jobs(organisation) as connection:
            plan_due(connection, organisation, self._clock())
        with Carrier(self._settings, self._outgoing, self._links, self._clock, self._files) as carrier:
            for _count in range(MOST_AT_A_TIME):
                if stopping.is_set():
                    return
                with self._jobs(organisation) as connection:
                    taken = take_run(connection, organisation, self._clock())
                if taken is None:
                    return
                try:
                    work = self._begin(organisation, taken)
                    if work is not None:
                        self._work_on(work, carrier, stopping)
                except LeaseLost:
                    log.warning("schedules.lease_lost", run=taken.run_id)
                except Unavailable:
                    self._again(organisation, taken)
                    raise

    def _begin(self, organisation: OrganisationId, taken: TakenRun) -> _Work | None:
        home = own_address(self._database, organisation)
        with self._jobs(organisation) as connection:
            found = scheduled(connection, organisation, taken.schedule_id)
        trouble = AUTHOR
        try:
            author = self._author(organisation, found)
            trouble = "gone"
            document = self._document(author, found)
            # What cannot be read is of a newer version of the service, which has been taken back since.
            trouble = "report"
            report: Report | None = read(document)
        except (NotFound, NotPermitted, NotAReport):
            document, report = found.document, None
        with self._jobs(organisation) as connection:
            if report is None:
                fail_run(connection, organisation, taken, trouble, self._clock())
                if trouble in (AUTHOR, "gone"):
                    # It would fail each time, and tell its author each time.
                    set_schedule_state(connection, organisation, found.public_id, ScheduleState.PAUSED, self._clock())
                return None
            if document != found.document:
                note_document(connection, organisation, taken.schedule_id, report)
        return _Work(organisation, home, taken, found.public_id, report, found.formats)

    def _author(self, organisation: OrganisationId, found: Scheduled) -> Principal:
        """Whose schedule it is. Raises NotFound, and NotPermitted where they may have no reports any more."""
        author = self._principal(organisation, found.author)
        if not (author.administers or author.teaches_in):
            raise NotPermitted("Reports are for staff and for administrators.")
        return author

    def _document(self, author: Principal, found: Scheduled) -> str:
        """The report as it is now, as its author may read it. Raises NotFound."""
        if found.report_id is None:
            return found.document
        with self._database.transaction(DatabaseRole.WEB, author.organisation_id) as connection:
            opened = open_report(connection, ReportReader.of(author), found.report_id)
        if opened is None:
            raise NotFound("The report is gone, or not shared with the author any more.")
        return opened.document

    def _principal(self, organisation: OrganisationId, person: PersonId) -> Principal:
        """Somebody with the roles that hold now. Raises NotFound."""
        with self._jobs(organisation) as connection:
            found = recipient_of(connection, organisation, person)
        if found is None:
            raise NotFound("There is no such person any more.")
        with self._database.transaction(DatabaseRole.WEB, organisation) as connection:
            return principal_for(connection, organisation, found[0], self._clock())

    def _work_on(self, work: _Work, carrier: Carrier, stopping: Signal) -> None:
        until = self._clock() + LONGEST_TURN
        for copy in self._due(work):
            if _is_to_be_made(copy, carrier) and not stopping.is_set() and self._clock() <= until:
                self._make(work, copy)
        for copy in self._due(work):
            if copy.files and not stopping.is_set():
                self._send(work, copy, carrier)
        with self._jobs(work.organisation) as connection:
            outcome = close_run(connection, work.organisation, work.taken, self._clock())
        log.info("schedules.run", run=work.taken.run_id, outcome=outcome.value if outcome else "goes on")

    def _again(self, organisation: OrganisationId, taken: TakenRun) -> None:
        """While the database is away nothing can be told: then the lease ends, and the run is taken up again."""
        now = self._clock()
        again = next_try(taken.attempts, now) if taken.attempts < MOST_ATTEMPTS else None
        with suppress(Unavailable, LeaseLost), self._jobs(organisation) as connection:
            if again is None:
                fail_run(connection, organisation, taken, "unavailable", now)
            else:
                put_run_back(connection, organisation, taken, again, failed=True)

    def _due(self, work: _Work) -> tuple[Copy, ...]:
        with self._jobs(work.organisation) as connection:
            return due_copies(connection, work.organisation, work.taken, self._clock())

    # -------------------------------------------------------------- making

    def _make(self, work: _Work, copy: Copy) -> None:
        """Has one copy made, or finds one with the same figures."""
        try:
            principal = self._reader(work, copy)
            what, copied_as = prepared(self._maker, Order(work.report, principal, work.formats, work.taken.as_of))
            with self._jobs(work.organisation) as connection:
                files = files_of(connection, work.organisation, work.taken, copied_as, self._clock())
            place = CopyPlace(self._files, work.home, work.taken.public_id)
            if files is None or not self._files.copy(work.home, work.taken.public_id, copied_as).is_dir():
                files = write_copy(what, copied_as, place)
            with self._jobs(work.organisation) as connection:
                made = (copy, copied_as, files, work.report)
                note_copy(connection, work.organisation, work.taken, made, self._clock())
        except (NotPermitted, NotFound):
            self._settle(work, copy, Settled(CopyState.NO_ACCESS))
        except MakingError as error:
            self._not_made(work, copy, error)
        except Unavailable:
            # One reader's questions may be too much for the database at this moment; the others have their copies
            # all the same. Where it is away for all of them, this cannot be written either.
            self._not_made(work, copy, MakingError("unavailable"))

    def _not_made(self, work: _Work, copy: Copy, error: MakingError) -> None:
        again = None if error.is_final else next_try(copy.attempts + 1, self._clock())
        state = CopyState.FAILED if again is None else CopyState.WAITING
        self._settle(work, replace(copy, attempts=copy.attempts + 1), Settled(state, error.trouble, again))

    def _reader(self, work: _Work, copy: Copy) -> Principal:
        """Who the copy is for, with the roles that hold now. What goes to no account is what nobody is named in, by the
        word of an administrator: also where that one teaches. Raises NotPermitted, NotFound."""
        principal = self._principal(work.organisation, copy.person)
        if copy.way in TO_ACCOUNTS:
            return principal
        if not principal.administers:
            raise NotPermitted("Only administrators have copies go to programs, folders and people outside.")
        return Principal(
            principal.organisation_id, principal.person_id, principal.public_id, principal.name, administers=True
        )

    # -------------------------------------------------------------- sending

    def _send(self, work: _Work, copy: Copy, carrier: Carrier) -> None:
        if copy.way is Way.OUTSIDE and not copy.is_approved:
            self._settle(work, copy, Settled(CopyState.HELD))
            return
        parcel = self._parcel(work, copy)
        if parcel.address is None and copy.way is Way.MAIL:
            self._settle(work, copy, Settled(CopyState.NO_ADDRESS))
            return
        try:
            carrier.ready(copy.way)
        except Unavailable as error:
            log.info("schedules.waiting", reason=str(error))
            self._settle(work, copy, carrier.waits(parcel))
            return
        # To be known before anybody is told of it.
        with self._jobs(work.organisation) as connection:
            if not begin_copy(connection, work.organisation, work.taken, copy, self._clock()):
                return
        try:
            came, tried = carrier.carry(parcel), 1
        except Unavailable:
            # The server has gone before it was told of anything. This was no try.
            came, tried = carrier.waits(parcel), 0
        self._told(work, replace(copy, attempts=copy.attempts + tried), came)

    def _parcel(self, work: _Work, copy: Copy) -> Parcel:
        address = copy.address
        if copy.way is Way.MAIL:
            with self._jobs(work.organisation) as connection:
                found = recipient_of(connection, work.organisation, copy.person)
            address = found[1] if found else None
        taken = work.taken
        folder = self._files.copy(work.home, taken.public_id, copy.copied_as or "")
        store = self._store(work.organisation) if copy.way is Way.STORE else None
        return Parcel(
            work.organisation, copy, work.report, address, work.home, work.schedule, folder, taken.due_at, taken.as_of,
            store,
        )  # fmt: skip

    def _store(self, organisation: OrganisationId) -> StoreAccess | None:
        """None where no store is set, or its secret cannot be opened any more."""
        with self._jobs(organisation) as connection:
            found = read_store(connection, organisation)
        return opened_store(self._settings.secret_keys, found)

    def _settle(self, work: _Work, copy: Copy, came: Settled) -> None:
        """What became of a copy of which nobody was told. Raises LeaseLost."""
        with self._jobs(work.organisation) as connection:
            settle_copy(connection, work.organisation, work.taken, (copy, came), self._clock())
        log.info("schedules.copy", delivery=copy.delivery_id, way=copy.way.value, state=came.state.value)

    def _told(self, work: _Work, copy: Copy, came: Settled) -> None:
        """What came of telling somebody, as far as nobody else has the copy in hand by now."""
        with self._jobs(work.organisation) as connection:
            counts = settle_told(connection, work.organisation, work.taken, (copy, came), self._clock())
            if not counts:
                log.warning("schedules.overtaken", delivery=copy.delivery_id, state=came.state.value)
                return
            if came.state is CopyState.SENT:
                what = {"subject": person_subject(copy.person), "delivery": str(copy.public_id), "way": copy.way.value}
                host = host_of(copy.way, copy.address)
                what |= {"host": host} if host else {}
                record(connection, work.organisation, JOBS, Action.SCHEDULE_DELIVERED, what)
        log.info("schedules.copy", delivery=copy.delivery_id, way=copy.way.value, state=came.state.value)

    def _jobs(self, organisation: OrganisationId) -> AbstractContextManager[Connection]:
        return self._database.transaction(DatabaseRole.JOBS, organisation)


def _is_to_be_made(copy: Copy, carrier: Carrier) -> bool:
    """A copy that has waited is made again before it goes out: its reader may see less by now. What was approved stays
    as it is."""
    if not copy.files:
        return True
    try:
        carrier.ready(copy.way)
    except Unavailable:
        return False
    return copy.way is not Way.OUTSIDE
