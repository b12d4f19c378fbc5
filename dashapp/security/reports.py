"""Reports of the people of an organisation: who makes, opens, shares and deletes which, with the audit trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from dashapp.data.database import Connection, DatabaseRole
from dashapp.data.store import report_shares, reports
from dashapp.data.store.audit import Action, record
from dashapp.domain.audit import ViewerRole
from dashapp.domain.errors import NotFound
from dashapp.domain.keys import PersonId
from dashapp.domain.reports.document import Report, read
from dashapp.domain.reports.keeping import (
    Colleague,
    ListedReport,
    OpenedReport,
    ReportReader,
    ReportShare,
    ReportVersion,
    SavedReport,
    ShareRole,
)
from dashapp.security.acting import acting
from dashapp.security.callbacks import Asked

SUBJECT: Final = "report"


@dataclass(frozen=True, slots=True)
class ReportDesk:
    """What one person can do with reports."""

    asked: Asked

    @property
    def reader(self) -> ReportReader:
        """As whom the store is asked."""
        return ReportReader.of(self.asked.principal)

    def all(self) -> tuple[ListedReport, ...]:
        """Those that may be read."""
        with self._connection() as connection:
            return reports.list_reports(connection, self.reader)

    def opened(self, public_id: UUID) -> OpenedReport:
        """One of them. Raises NotFound."""
        with self._connection() as connection:
            found = reports.open_report(connection, self.reader, public_id)
        if found is None:
            raise NotFound("There is no such report.")
        return found

    def make(self, report: Report) -> UUID | None:
        """A new one; None where there are as many as there may be."""
        with self._connection() as connection:
            made = reports.make_report(connection, self.reader, report, self._now())
            if made is not None:
                self._note(connection, Action.REPORT_MADE, made, {})
        return made

    def duplicate(self, public_id: UUID, title: str) -> UUID | None:
        """A copy of one's own of a report that one may read, with another title. Raises NotFound, NotAReport."""
        return self.make(read(self.opened(public_id).document).model_copy(update={"title": title}))

    def save(self, public_id: UUID, report: Report, made_from: int) -> SavedReport:
        """Keeps a change. Raises NotFound for who may not change it."""
        with self._connection() as connection:
            saved = reports.save_report(connection, self.reader, (public_id, report, made_from), self._now())
        if saved is None:
            raise NotFound("There is no such report to change.")
        return saved

    def delete(self, public_id: UUID) -> str | None:
        """The title of what was deleted."""
        with self._connection() as connection:
            title = reports.delete_report(connection, self.reader, public_id, self._now())
            if title is not None:
                self._note(connection, Action.REPORT_DELETED, public_id, {})
        return title

    def put_back(self, public_id: UUID) -> str | None:
        """The title of what is there again."""
        with self._connection() as connection:
            title = reports.put_back(connection, self.reader, public_id, self._now())
            if title is not None:
                self._note(connection, Action.REPORT_PUT_BACK, public_id, {})
        return title

    def versions(self, public_id: UUID) -> tuple[ReportVersion, ...]:
        """What it was, the latest first."""
        with self._connection() as connection:
            return reports.list_versions(connection, self.reader, public_id)

    def version(self, public_id: UUID, revision: int) -> str | None:
        """The document of one of them."""
        with self._connection() as connection:
            return reports.read_version(connection, self.reader, public_id, revision)

    def shares(self, public_id: UUID) -> tuple[ReportShare, ...]:
        """With whom it is shared, for its owner."""
        with self._connection() as connection:
            return report_shares.list_shares(connection, self.reader, public_id)

    def share(self, public_id: UUID, other: ShareRole | UUID, *, may_edit: bool) -> bool:
        """Shares it with a role or with a person of the staff, or changes what these may."""
        with self._connection() as connection:
            whom: ShareRole | PersonId | None = (
                other if isinstance(other, ShareRole) else report_shares.find_colleague(connection, self.reader, other)
            )
            if whom is None:
                return False
            done = report_shares.share(connection, self.reader, (public_id, whom, may_edit), self._now())
            if done:
                self._note(connection, Action.REPORT_SHARED, public_id, {"with": str(other), "may_edit": may_edit})
        return done

    def end_share(self, public_id: UUID, share: UUID) -> bool:
        """Ends one of the shares."""
        with self._connection() as connection:
            done = report_shares.end_share(connection, self.reader, public_id, share)
            if done:
                self._note(connection, Action.REPORT_UNSHARED, public_id, {})
        return done

    def colleagues(self, words: str) -> tuple[Colleague, ...]:
        """Staff whose names hold the words."""
        with self._connection() as connection:
            return report_shares.find_colleagues(connection, self.reader, words)

    def _now(self) -> datetime:
        return self.asked.services.clock()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        services, own = self.asked.services, self.asked.principal.organisation_id
        with services.database.transaction(DatabaseRole.WEB, own) as connection:
            yield connection

    def _note(self, connection: Connection, action: Action, public_id: UUID, more: dict[str, Any]) -> None:
        principal = self.asked.principal
        role = ViewerRole.ADMINISTRATOR if principal.administers else ViewerRole.STAFF
        what = {"subject": f"{SUBJECT} {public_id}", **more}
        record(connection, principal.organisation_id, acting(principal, role), action, what)
