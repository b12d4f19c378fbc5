"""What a commit has touched, written in that same commit, so that readers know which of their answers are stale."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, text

from dashapp.data.database import Database, DatabaseRole
from dashapp.domain.errors import Unavailable
from dashapp.domain.keys import CourseId, OrganisationId, PersonId

SLOTS = 64
"""How many writers there can be at once. Readers look at each slot, so more would cost them."""
RETAINED = timedelta(hours=1)
"""How long changes are kept. What is cached under a version must not live longer than that."""
CHANNEL = "la_changes"
"""The channel on which waiting readers are woken."""

_WRITERS = 7312
"""Kind of the session lock by which a writer holds a slot: it keeps writers apart, for speed."""
_VERSIONS = 7313
"""Kind of the transaction lock under which a slot's versions are given out: it keeps them in order, for truth."""

_CLAIM = text("SELECT pg_try_advisory_lock(:kind, :slot)")
_ORDER = text("SELECT pg_advisory_xact_lock(:kind, :slot)")
# The newest version of a slot is never pruned, so that counting goes on from it.
_RECORD = text(
    "INSERT INTO scope_changes"
    " (slot, version, organisation_id, courses, people, oldest_received_at, committed_at)"
    " SELECT :slot, coalesce((SELECT max(version) FROM scope_changes WHERE slot = :slot), 0) + 1,"
    " :organisation, :courses, :people, :oldest, clock_timestamp()"
).bindparams(bindparam("courses", type_=ARRAY(BigInteger)), bindparam("people", type_=ARRAY(BigInteger)))
_WAKE = text("SELECT pg_notify(:channel, '')")
_TIDYING = 7314
"""Kind of the lock that keeps two writers from tidying up at once, in whatever order each meets the rows."""
_TIDY = text("SELECT pg_try_advisory_xact_lock(:kind, 0)")
_PRUNE = text(
    "DELETE FROM scope_changes c USING"
    " (SELECT slot, max(version) AS newest FROM scope_changes GROUP BY slot) s"
    " WHERE c.slot = s.slot AND c.version < s.newest AND c.committed_at < clock_timestamp() - :retained"
)

NOBODY = 0
"""No organisation has this key."""
_SLOTS_OF = text("SELECT DISTINCT slot FROM scope_changes WHERE organisation_id = :organisation ORDER BY slot")
_FORGET = text("DELETE FROM scope_changes WHERE organisation_id = :organisation")


@dataclass(frozen=True, slots=True)
class WriterSlot:
    """The place of one writer among all. Safe to use from one thread at a time."""

    slot: int

    def record(
        self,
        connection: Connection,
        organisation: OrganisationId,
        courses: Collection[CourseId],
        people: Collection[PersonId],
        oldest_received_at: datetime | None = None,
    ) -> None:
        """Says that this transaction touches these courses and people (canonical keys); the last thing in it.

        Other transactions of the same slot wait from here to the end of this one, so that versions become visible in
        their order even where two processes believe to hold the slot: one was stopped, lost its session, and woke up.
        """
        connection.execute(_ORDER, {"kind": _VERSIONS, "slot": self.slot})
        connection.execute(
            _RECORD,
            {
                "slot": self.slot,
                "organisation": organisation,
                "courses": sorted(courses),
                "people": sorted(people),
                "oldest": oldest_received_at,
            },
        )
        connection.execute(_WAKE, {"channel": CHANNEL})


def prune_changes(connection: Connection) -> int:
    """Forgets the changes of all slots that are older than the retained hour; how many rows went.

    In a transaction of its own, every minute or so; where another process is at it, nothing happens.
    """
    if not connection.execute(_TIDY, {"kind": _TIDYING}).scalar_one():
        return 0
    return connection.execute(_PRUNE, {"retained": RETAINED}).rowcount


def forget_organisation(connection: Connection, organisation: OrganisationId) -> int:
    """Forgets all changes of an organisation that is gone; how many rows went.

    Counting goes on from the newest version of a slot: where that was the organisation's, a row of nobody takes its
    place, under the lock of the slot. In a transaction of its own, since it holds those locks to its end.
    """
    for slot in connection.execute(_SLOTS_OF, {"organisation": organisation}).scalars().all():
        connection.execute(_ORDER, {"kind": _VERSIONS, "slot": slot})
        connection.execute(_RECORD, {"slot": slot, "organisation": NOBODY, "courses": [], "people": [], "oldest": None})
    return connection.execute(_FORGET, {"organisation": organisation}).rowcount


@contextmanager
def claim_slot(database: Database, role: DatabaseRole = DatabaseRole.INGEST) -> Iterator[WriterSlot]:
    """A slot that no other writer holds, to the end of the block or of the process.

    Raises Unavailable when the database cannot be reached or all slots are taken.
    """
    with database.session(role) as connection:
        # The lowest free one: the fewer slots are in use, the shorter are the versions that readers compare.
        for slot in range(SLOTS):
            if connection.execute(_CLAIM, {"kind": _WRITERS, "slot": slot}).scalar_one():
                yield WriterSlot(slot)
                return
        raise Unavailable(f"All {SLOTS} places for writers are taken.")
