"""What administrators decide about leaving: exports of everything, and the deletion of their organisation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.audit import record
from dashapp.data.store.leaving.departures import ask_for_deletion, cancel_deletion, open_departure
from dashapp.data.store.leaving.exports import ask_for_export, cancel_export
from dashapp.data.store.organisations import read_short_name
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, ViewerRole
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId
from dashapp.domain.leaving import GRACE
from dashapp.domain.principal import Principal
from dashapp.security.acting import acting


class LeavingRefused(AnalyticsError):
    """It cannot be done; `why`: under_way, gone, name or late."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class LeavingAdministration:
    """Acts for one administrator, of their own organisation only. All raise LeavingRefused and Unavailable."""

    database: Database
    clock: Clock
    principal: Principal

    @property
    def _organisation(self) -> OrganisationId:
        return self.principal.organisation_id

    def start_export(self) -> UUID:
        """Has everything exported soon."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            made = ask_for_export(connection, self._organisation, self._key, self.clock())
            if made is None:
                raise LeavingRefused("under_way")
            self._record(connection, Action.EXPORT_REQUESTED, export=str(made))
        return made

    def cancel_export(self, export: UUID) -> None:
        """Ends an export that is not done yet."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            if not cancel_export(connection, self._organisation, export, self.clock()):
                raise LeavingRefused("gone")
            self._record(connection, Action.EXPORT_CANCELLED, export=str(export))

    def ask_for_deletion(self, name: str) -> datetime:
        """Has the organisation deleted after `GRACE`; when that is. `name`: its short name, typed by who asks."""
        now = self.clock()
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            if name != read_short_name(connection, self._organisation):
                raise LeavingRefused("name")
            if open_departure(connection, self._organisation) is not None:
                raise LeavingRefused("under_way")
            departure = ask_for_deletion(connection, self._organisation, self._key, now, now + GRACE)
            self._record(connection, Action.DELETION_REQUESTED, departure=departure.departure_id)
        return departure.due_at

    def cancel_deletion(self) -> None:
        """Takes the request back."""
        with self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection:
            if not cancel_deletion(connection, self._organisation, self._key, self.clock()):
                raise LeavingRefused("late")
            self._record(connection, Action.DELETION_CANCELLED)

    @property
    def _key(self) -> str:
        return str(self.principal.public_id)

    def _record(self, connection: Connection, action: Action, **detail: object) -> None:
        actor = acting(self.principal, ViewerRole.ADMINISTRATOR)
        record(connection, self._organisation, actor, action, {"subject": ORGANISATION_SUBJECT, **detail})
