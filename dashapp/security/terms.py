"""What administrators decide about terms: their calendar, which courses follow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.store.audit import record
from dashapp.data.store.scope_changes import claim_slot
from dashapp.data.store.terms import (
    TermInUse,
    courses_following,
    read_term,
    remove_term,
    rename_term,
    set_term,
    term_of_name,
)
from dashapp.domain.audit import Action, ViewerRole
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError
from dashapp.domain.keys import OrganisationId
from dashapp.domain.principal import Principal
from dashapp.domain.terms import Term
from dashapp.security.acting import acting

__all__ = ["NameTaken", "TermAdministration", "TermInUse"]


class NameTaken(AnalyticsError):
    """Another term has this name already."""


@dataclass(frozen=True, slots=True)
class TermAdministration:
    """Acts for one administrator. Every action is done when it returns, and open pages of courses follow.

    All raise Unavailable.
    """

    database: Database
    clock: Clock
    principal: Principal

    @property
    def _organisation(self) -> OrganisationId:
        return self.principal.organisation_id

    def add(self, term: Term) -> int:
        """Makes a term; its key. Raises NameTaken."""
        with self._deciding() as connection:
            if term_of_name(connection, self._organisation, term.name) is not None:
                raise NameTaken("There is a term of this name already.")
            key = set_term(connection, self._organisation, term)
            self._record(connection, Action.TERM_SET, key)
        return key

    def change(self, key: int, term: Term) -> Term | None:
        """Gives a term another name and calendar; what it was before, None where it had no calendar.

        Raises NotFound and NameTaken.
        """
        with self._deciding() as connection:
            before = read_term(connection, self._organisation, key)
            other = term_of_name(connection, self._organisation, term.name)
            if other not in (None, key):
                raise NameTaken("There is a term of this name already.")
            rename_term(connection, self._organisation, key, term.name)
            set_term(connection, self._organisation, term)
            self._record(connection, Action.TERM_SET, key)
        return before

    def remove(self, key: int) -> Term | None:
        """Forgets a term; what it was. Raises NotFound, and TermInUse where courses belong to it."""
        with self._deciding() as connection:
            before = read_term(connection, self._organisation, key)
            remove_term(connection, self._organisation, key)
            self._record(connection, Action.TERM_REMOVED, key)
        return before

    @contextmanager
    def _deciding(self) -> Iterator[Connection]:
        """A transaction at whose end the pages of the courses are drawn anew whose calendar may be another one."""
        with (
            claim_slot(self.database, DatabaseRole.JOBS) as slot,
            self.database.transaction(DatabaseRole.JOBS, self._organisation) as connection,
        ):
            yield connection
            slot.record(connection, self._organisation, courses_following(connection, self._organisation), ())

    def _record(self, connection: Connection, action: Action, key: int) -> None:
        actor = acting(self.principal, ViewerRole.ADMINISTRATOR)
        record(connection, self._organisation, actor, action, {"subject": f"term {key}"})
