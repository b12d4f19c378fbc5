"""Who takes a schedule over: administrators give one to themselves or to somebody else of the staff."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from dashapp.data.database import Connection
from dashapp.data.queries.people import principals_for
from dashapp.data.queries.schedule_list import list_schedules
from dashapp.data.store.handing_over import NewAuthor, hand_over, leaves_accounts
from dashapp.data.store.reports import make_report, open_report
from dashapp.data.store.schedules import schedules_of
from dashapp.domain.audit import Action, person_subject
from dashapp.domain.keys import PublicId
from dashapp.domain.principal import Principal
from dashapp.domain.reports.document import NotAReport, read
from dashapp.domain.reports.keeping import ReportReader
from dashapp.domain.schedules.views import ListedSchedule
from dashapp.security.schedules import MOST_SCHEDULES, ScheduleRefused, Scheduling

SUBJECT: Final = "report"


@dataclass(frozen=True, slots=True)
class ScheduleLists:
    """What the list of schedules shows and does, for one principal. All raise Unavailable, and NotPermitted for who has
    no reports."""

    desk: Scheduling

    def all(self) -> tuple[ListedSchedule, ...]:
        """One's own, for administrators everybody's."""
        self.desk.demand()
        with self.desk.transaction() as connection:
            return list_schedules(connection, self.desk.principal, self.desk.services.clock())

    def hand_over(self, schedule: UUID, to: UUID | None = None) -> str:
        """Gives a schedule to somebody, by default to the administrator who asks; the name of its new author. Where
        they may not read its report they get a copy of it. Raises ScheduleRefused."""
        self.desk.demand()
        if not self.desk.principal.administers:
            raise ScheduleRefused("gone")
        now, organisation = self.desk.services.clock(), self.desk.organisation
        with self.desk.transaction() as connection:
            found = self.desk.own(connection, schedule)
            heir = self._heir(connection, to)
            if not heir.administers and leaves_accounts(connection, organisation, found.schedule_id):
                raise ScheduleRefused("way")
            if schedules_of(connection, organisation, heir.person_id) >= MOST_SCHEDULES:
                raise ScheduleRefused("theirs")
            report = self._report(connection, found, heir)
            new = NewAuthor(heir.person_id, report, heir.administers)
            hand_over(connection, organisation, found.schedule_id, new, now)
            subject = person_subject(heir.person_id)
            self.desk.record(connection, Action.SCHEDULE_HANDED_OVER, subject=subject, schedule=str(schedule))
        return heir.name

    def _heir(self, connection: Connection, to: UUID | None) -> Principal:
        if to is None:
            return self.desk.principal
        known = principals_for(connection, self.desk.organisation, [to], self.desk.services.clock())
        heir = known.get(PublicId(to))
        if heir is None or not (heir.administers or heir.teaches_in):
            raise ScheduleRefused("author")
        return heir

    def _report(self, connection: Connection, found: Any, heir: Principal) -> UUID | None:
        """The report as the new author may read it: a copy of what was sent last, where that is not theirs to read."""
        reader = ReportReader.of(heir)
        if found.report_id is None or open_report(connection, reader, found.report_id) is not None:
            return UUID(str(found.report_id)) if found.report_id else None
        try:
            report = read(orjson.dumps(found.document).decode())
        except NotAReport:
            raise ScheduleRefused("report") from None
        made = make_report(connection, reader, report, self.desk.services.clock())
        if made is None:
            raise ScheduleRefused("theirs")
        self.desk.record(connection, Action.REPORT_MADE, subject=f"{SUBJECT} {made}")
        return made
