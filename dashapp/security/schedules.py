"""Who has reports made again and again, and for whom: staff for those who teach with them, administrators for all."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from dashapp.data.database import Connection, DatabaseRole
from dashapp.data.queries.people import keys_of, principals_for
from dashapp.data.queries.schedules import addressees, read_received, read_schedules
from dashapp.data.store.audit import record
from dashapp.data.store.deliveries import accept_copy, decide_copy
from dashapp.data.store.report_stores import read_store
from dashapp.data.store.schedules import (
    add_schedule,
    ask_now,
    change_schedule,
    find_schedule,
    schedule_of_copy,
    schedules_of,
    set_schedule_state,
)
from dashapp.data.store.withdrawing import withdraw_all, withdraw_copy
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole, person_subject
from dashapp.domain.errors import AnalyticsError, NotFound, NotPermitted
from dashapp.domain.keys import OrganisationId, PersonId
from dashapp.domain.mail import usable_address
from dashapp.domain.principal import Principal
from dashapp.domain.reports.document import Report
from dashapp.domain.reports.exports import ExportFormat
from dashapp.domain.schedules.cron import Cron, NotACron
from dashapp.domain.schedules.runs import FORMATS, NewSchedule, ScheduleState, Target, Way, host_of
from dashapp.domain.schedules.views import Addressee, Received, ScheduleView
from dashapp.security.acting import acting
from dashapp.security.guard import stands_alone
from dashapp.security.outgoing import Outgoing, OutgoingError
from dashapp.services import Services

MOST_SCHEDULES: Final = 50
"""Of one author."""
MOST_TARGETS: Final = 200
"""Of one schedule."""
MOST_HOOKS: Final = 3
_OF_ADMINISTRATORS: Final = frozenset({Way.WEBHOOK, Way.FOLDER, Way.STORE, Way.OUTSIDE})
_ACTIONS: Final = {
    ScheduleState.ACTIVE: Action.SCHEDULE_RESUMED,
    ScheduleState.PAUSED: Action.SCHEDULE_PAUSED,
    ScheduleState.ENDED: Action.SCHEDULE_ENDED,
}


class ScheduleRefused(AnalyticsError):
    """It cannot be saved or done; `why`: nobody, many, person, address, hook, store, way, zone, formats, time, gone,
    busy, full, author, theirs or report."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The schedule is refused: {why}.")
        self.why = why


@dataclass(frozen=True, slots=True)
class Wish:
    """To whom and how, as somebody has chosen it. `person`: a public id; None: whoever chooses."""

    way: Way
    person: UUID | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """When and in which formats."""

    cron: str
    time_zone: str
    formats: tuple[ExportFormat, ...]


@dataclass(frozen=True, slots=True)
class Scheduling:
    """Acts for one principal. All raise Unavailable, and NotPermitted for who has no reports."""

    services: Services
    principal: Principal

    @property
    def organisation(self) -> OrganisationId:
        """In which they act."""
        return self.principal.organisation_id

    def schedules(self, report_id: UUID | None) -> tuple[ScheduleView, ...]:
        """Those of a report, or all: one's own; administrators see everybody's."""
        self.demand()
        with self.transaction() as connection:
            return read_schedules(connection, self.principal, report_id, self.services.clock())

    def addressees(self) -> tuple[Addressee, ...]:
        """Who can be chosen."""
        self.demand()
        with self.transaction() as connection:
            return addressees(connection, self.principal, self.services.clock())

    def received(self) -> tuple[Received, ...]:
        """What has been delivered to the principal themself."""
        with self.transaction() as connection:
            return read_received(connection, self.organisation, self.principal.person_id, self.services.clock())

    def save(
        self, report: tuple[Report, UUID | None], plan: Plan, wishes: Collection[Wish], schedule: UUID | None = None
    ) -> UUID:
        """Saves a schedule, by default a new one; its public id. Raises ScheduleRefused."""
        self.demand()
        self._check(plan)
        self._check_hooks(wishes)
        now = self.services.clock()
        with self.transaction() as connection:
            targets = self._targets(connection, wishes)
            new = NewSchedule(*report, plan.cron, plan.time_zone, plan.formats, targets)
            try:
                if schedule is None:
                    if schedules_of(connection, self.organisation, self.principal.person_id) >= MOST_SCHEDULES:
                        raise ScheduleRefused("full")
                    saved = add_schedule(connection, self.organisation, self.principal.person_id, new, now)
                else:
                    self.own(connection, schedule)
                    change_schedule(connection, self.organisation, schedule, new, now)
                    saved = schedule
            except NotACron:
                raise ScheduleRefused("time") from None
            hosts = sorted({host for one in targets if (host := host_of(one.way, one.address))})
            ways = sorted({one.way.value for one in targets})
            said = {"schedule": str(saved), "recipients": len(targets), "ways": ways, "hosts": hosts}
            self.record(connection, Action.SCHEDULE_SAVED, **said)
        return saved

    def set_state(self, schedule: UUID, state: ScheduleState) -> None:
        """Pauses it, has it go on, or ends it. Raises ScheduleRefused."""
        self.demand()
        with self.transaction() as connection:
            self.own(connection, schedule)
            set_schedule_state(connection, self.organisation, schedule, state, self.services.clock())
            self.record(connection, _ACTIONS[state], schedule=str(schedule))

    def end_and_withdraw(self, schedule: UUID) -> int:
        """Ends it, and takes back what has come of it; how many copies. Raises ScheduleRefused."""
        self.demand()
        with self.transaction() as connection:
            self.own(connection, schedule)
            now = self.services.clock()
            count = withdraw_all(connection, self.organisation, schedule, now)
            set_schedule_state(connection, self.organisation, schedule, ScheduleState.ENDED, now)
            self.record(connection, Action.SCHEDULE_ENDED, schedule=str(schedule), withdrawn=count)
        return count

    def withdraw(self, copy: UUID) -> None:
        """Takes a copy back: links and downloads of it end. Raises ScheduleRefused."""
        self.demand()
        with self.transaction() as connection:
            try:
                self.own(connection, schedule_of_copy(connection, self.organisation, copy)[0])
                person = withdraw_copy(connection, self.organisation, copy, self.services.clock())
            except NotFound:
                raise ScheduleRefused("gone") from None
            self.record(connection, Action.SCHEDULE_WITHDRAWN, subject=person_subject(person), copy=str(copy))

    def run_now(self, schedule: UUID) -> None:
        """Has it made at once. Raises ScheduleRefused."""
        self.demand()
        with self.transaction() as connection:
            self.own(connection, schedule)
            now, me = self.services.clock(), self.principal.person_id
            if ask_now(connection, self.organisation, schedule, me, now) is None:
                raise ScheduleRefused("busy")
            self.record(connection, Action.SCHEDULE_RUN, schedule=str(schedule))

    def decide(self, copy: UUID, *, send: bool) -> None:
        """Decides about a copy: whether it is sent (again). One for somebody without an account is an administrator's
        to decide. Raises ScheduleRefused."""
        self.demand()
        with self.transaction() as connection:
            try:
                schedule, way = schedule_of_copy(connection, self.organisation, copy)
                self.own(connection, schedule)
                if way is Way.OUTSIDE and not self.principal.administers:
                    raise NotPermitted("Only administrators send copies outside.")
                decided = decide_copy if send else accept_copy
                decided(connection, self.organisation, copy, self.principal.person_id, self.services.clock())
            except NotFound:
                raise ScheduleRefused("gone") from None
            self.record(connection, Action.SCHEDULE_DECIDED, copy=str(copy), sent=send)

    # -------------------------------------------------------------- who may what

    def demand(self) -> None:
        """Raises NotPermitted for who has no reports."""
        if stands_alone() or not (self.principal.administers or self.principal.teaches_in):
            raise NotPermitted("Reports are for staff and for administrators.")

    def own(self, connection: Connection, schedule: UUID) -> Any:
        """The row of a schedule that they may change. Raises ScheduleRefused where it is somebody else's or not there,
        which looks the same."""
        try:
            found = find_schedule(connection, self.organisation, schedule)
        except NotFound:
            raise ScheduleRefused("gone") from None
        me = self.principal
        if not (me.administers or found.author_id in keys_of(connection, self.organisation, me.person_id)):
            raise ScheduleRefused("gone")
        return found

    def _check(self, plan: Plan) -> None:
        if plan.time_zone not in available_timezones():
            raise ScheduleRefused("zone")
        if not plan.formats or not set(plan.formats) <= set(FORMATS):
            raise ScheduleRefused("formats")
        try:
            Cron.parse(plan.cron)
        except NotACron:
            raise ScheduleRefused("time") from None

    def _check_hooks(self, wishes: Collection[Wish]) -> None:
        """Before the database is asked for anything: names are looked up, which may take seconds."""
        hooks = [wish.address or "" for wish in wishes if wish.way is Way.WEBHOOK]
        if len(hooks) > MOST_HOOKS or (hooks and not self.principal.administers):
            raise ScheduleRefused("way")
        for url in hooks:
            try:
                Outgoing(self.services.settings).check(url.strip())
            except OutgoingError:
                raise ScheduleRefused("hook") from None

    def _targets(self, connection: Connection, wishes: Collection[Wish]) -> tuple[Target, ...]:
        if not wishes:
            raise ScheduleRefused("nobody")
        if len(wishes) > MOST_TARGETS:
            raise ScheduleRefused("many")
        if any(wish.way in _OF_ADMINISTRATORS for wish in wishes) and not self.principal.administers:
            raise ScheduleRefused("way")
        if any(wish.way is Way.STORE for wish in wishes) and read_store(connection, self.organisation) is None:
            raise ScheduleRefused("store")
        asked = {wish.person for wish in wishes if wish.person is not None}
        known = principals_for(connection, self.organisation, asked, self.services.clock())
        found = {UUID(str(public_id)): one for public_id, one in known.items() if self._may_choose(one)}
        if asked - set(found):
            raise ScheduleRefused("person")
        me = self.principal.person_id
        return tuple(
            dict.fromkeys(self._target(wish, found[wish.person].person_id if wish.person else me) for wish in wishes)
        )

    def _may_choose(self, other: Principal) -> bool:
        if other.person_id == self.principal.person_id:
            return True
        if self.principal.administers:
            return other.administers or bool(other.teaches_in)
        return bool(self.principal.teaches_in & other.teaches_in)

    def _target(self, wish: Wish, person: PersonId) -> Target:
        me = self.principal.person_id
        match wish.way:
            case Way.MAIL | Way.DOWNLOAD:
                return Target(wish.way, person)
            case Way.FOLDER | Way.STORE:
                return Target(wish.way, me)
            case Way.OUTSIDE:
                address = usable_address(wish.address)
                if address is None:
                    raise ScheduleRefused("address")
                return Target(wish.way, me, address)
            case Way.WEBHOOK:
                return Target(wish.way, me, (wish.address or "").strip())

    def record(self, connection: Connection, action: Action, **detail: object) -> None:
        """Writes a row of the trail."""
        role = ViewerRole.ADMINISTRATOR if self.principal.administers else ViewerRole.STAFF
        what = {"subject": ORGANISATION_SUBJECT, **detail}
        record(connection, self.organisation, acting(self.principal, role), action, what)

    def transaction(self) -> AbstractContextManager[Connection]:
        """One on the organisation, by the role that alone sees schedules."""
        return self.services.database.transaction(DatabaseRole.JOBS, self.organisation)
