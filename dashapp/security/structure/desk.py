"""Where a decision about the structure is made: in one transaction, checked, in the audit trail, followed by pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.audit import record
from dashapp.data.store.scope_changes import claim_slot
from dashapp.data.store.structure_changes import ChangedMeanwhile, Changes, changing, keep, take_back
from dashapp.data.store.structure_checks import Circle, InUse, NameTaken
from dashapp.domain.audit import Action, Actor
from dashapp.domain.clock import Clock
from dashapp.domain.keys import OrganisationId

__all__ = ["ChangedMeanwhile", "Circle", "Decision", "Desk", "InUse", "NameTaken"]

MOST_NAMED: Final = 2_000
"""So many courses stand in one row of the audit trail; of more than these, their number."""


@dataclass(slots=True)
class Decision:
    """One decision while it is made."""

    connection: Connection
    changes: Changes
    change: int | None = None
    """By which it can be taken back; known when it is made. None: nothing has become another one."""
    notes: list[tuple[Action, dict[str, object]]] = field(default_factory=list)

    def note(self, action: Action, subject: str, **detail: object) -> None:
        """Writes into the audit trail what is done: keys and counts. Nothing is written where nothing changes."""
        self.notes.append((action, {"subject": subject, **detail}))


@dataclass(frozen=True, slots=True)
class Desk:
    """Acts for one administrator, or for whoever runs a command. Everything is done when a method returns.

    Raises Unavailable.
    """

    database: Database
    clock: Clock
    organisation: OrganisationId
    actor: Actor

    @contextmanager
    def deciding(self) -> Iterator[Decision]:
        """A transaction at whose end the change is checked and kept, and pages of its courses are drawn anew.

        Raises InUse, NameTaken, Circle and NotFound; then nothing is done.
        """
        with (
            claim_slot(self.database, DatabaseRole.JOBS) as slot,
            self.database.transaction(DatabaseRole.JOBS, self.organisation) as connection,
        ):
            with changing(connection, self.organisation) as changes:
                decision = Decision(connection, changes)
                yield decision
                things = changes.finish()
            decision.change = keep(connection, self.organisation, things, self.actor.key, self.clock())
            if things:
                for action, what in decision.notes:
                    record(connection, self.organisation, self.actor, action, {**what, "change": decision.change})
                slot.record(connection, self.organisation, changes.courses, ())

    def take_back(self, change: int) -> None:
        """Puts everything back to how it was before a change. Raises NotFound and ChangedMeanwhile, and what a decision
        raises where it cannot be so any more."""
        with self.deciding() as decision:
            take_back(decision.connection, decision.changes, self.organisation, change, self.clock())
            decision.note(Action.STRUCTURE_UNDONE, f"change {change}")
