"""Notes that a page was opened, or somebody found, before it is shown: one row per viewer, way of sign-in, subject,
page and quarter of an hour. A signed link shows what its maker sees to whoever has it, so a view by it is not one of
theirs.

Each process remembers what it has noted in this quarter, so that a page that updates itself costs a look into a
dictionary; several processes make one row, since the database takes a second one for the same.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text

from dashapp.data.database import Database, DatabaseRole
from dashapp.domain.audit import QUARTER_SECONDS, Action, Actor
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId

MOST_REMEMBERED: Final = 200_000
"""Views of one quarter; behind that they are forgotten, and the next one of each asks the database once more."""


@dataclass(frozen=True, slots=True)
class Viewing:
    """A page that somebody is about to see, or somebody whom a search there is about to show."""

    organisation_id: OrganisationId
    actor: Actor
    subject: str
    page: str
    action: Action = Action.VIEWED


class ViewNotes:
    """Safe to share between threads: at worst a view is written twice, which the database takes for one."""

    __slots__ = ("_clock", "_database", "_known", "_quarter")

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._quarter = 0
        self._known: set[tuple[object, ...]] = set()

    def note(self, viewing: Viewing) -> None:
        """Returns when the view is in the database. Raises Unavailable; then the page must not be shown."""
        # By this process's clock, like what it remembers: by the database's, a clock that is ahead would make it
        # remember a quarter in which nothing was written.
        quarter = self._quarter_now()
        if quarter != self._quarter or len(self._known) >= MOST_REMEMBERED:
            self._quarter, self._known = quarter, set()
        known = self._known
        # With its quarter: another thread may have begun the next one meanwhile.
        actor = viewing.actor
        key = (quarter, viewing.organisation_id, actor.key, actor.method, viewing.subject, viewing.page)
        if key in known:
            return
        self._write(viewing, datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC))
        known.add(key)

    def found_by(self, organisation: OrganisationId, actor: Actor) -> int:
        """How many people somebody's searches have shown in this quarter of an hour, in all processes."""
        quarter = datetime.fromtimestamp(self._quarter_now() * QUARTER_SECONDS, UTC)
        values = {"organisation": organisation, "actor": actor.key, "action": Action.PERSON_FOUND.value}
        with self._database.transaction(DatabaseRole.WEB, organisation) as connection:
            return int(connection.execute(_FOUND, {**values, "quarter": quarter}).scalar_one())

    def _quarter_now(self) -> int:
        return int(self._clock().timestamp()) // QUARTER_SECONDS

    def _write(self, viewing: Viewing, quarter: datetime) -> None:
        actor = viewing.actor
        with self._database.transaction(DatabaseRole.WEB, None) as connection:
            # The row is in the database when this returns, and outlives this process. A database that crashes within
            # the next 0.6 s may lose it; to wait for its disk would cost each first answer some milliseconds.
            connection.execute(_BEGIN, {"organisation": str(int(viewing.organisation_id))})
            connection.execute(
                _NOTE,
                {
                    "organisation": viewing.organisation_id,
                    "actor": actor.key,
                    "action": viewing.action.value,
                    "subject": viewing.subject,
                    "page": viewing.page,
                    "role": actor.role.value if actor.role is not None else None,
                    "origin": actor.origin,
                    "method": actor.method,
                    "quarter": quarter,
                },
            )


_BEGIN: Final = text(
    "SELECT set_config('la.organisation', :organisation, true), set_config('synchronous_commit', 'off', true)"
)
"""What `act_for` does and one thing more, in one way to the server and back."""
_FOUND: Final = text(
    "SELECT count(*) FROM audit_log"
    " WHERE organisation_id = :organisation AND actor = :actor AND quarter = :quarter AND action = :action"
)
_NOTE: Final = text(
    "INSERT INTO audit_log (organisation_id, at, actor, action, subject, detail, page, role, origin, method, quarter)"
    " VALUES (:organisation, clock_timestamp(), :actor, :action, :subject, '{}', :page, :role, :origin, :method,"
    " :quarter)"
    " ON CONFLICT (organisation_id, actor, subject, page, quarter, coalesce(method, ''))"
    " WHERE quarter IS NOT NULL DO NOTHING"
)
