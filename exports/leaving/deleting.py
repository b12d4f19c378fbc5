"""Deletes an organisation: closes it, takes its rows away in portions, and leaves a row that says so.

Each portion is a transaction of its own and each step may be done again, so a deletion that was killed goes on where it
stood. What stays is one row without a name, and one in the trail of the operators.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from dashapp.data.database import Connection, Database, DatabaseRole
from dashapp.data.export_files import ExportFolder
from dashapp.data.received_files import ReceivedFiles
from dashapp.data.store.audit import record
from dashapp.data.store.leaving.departures import (
    Departure,
    DepartureState,
    begin_deletion,
    find_departure,
    finish_deletion,
    note_removed,
    note_swept,
)
from dashapp.data.store.leaving.removing import PORTION, Part, StillReferred, parts, remove_portion, remove_rest
from dashapp.data.store.locks import own_organisation
from dashapp.data.store.scope_changes import claim_slot
from dashapp.data.upload_files import UploadFolder
from dashapp.domain.audit import ORGANISATION_SUBJECT, Action, Actor
from dashapp.domain.clock import Clock
from dashapp.domain.errors import AnalyticsError, NotFound
from dashapp.ending import Waiting
from dashapp.observability.logging import get_logger

log = get_logger(__name__)

SETTLE: Final = timedelta(seconds=45)
"""From the closing to the end: longer than any process remembers a sender, a key or a session."""
SWEPT_AFTER: Final = timedelta(minutes=10)
"""When it is looked through once more, for what a process that hung in between has written after all."""
MOST_ROUNDS: Final = 20

Tell = Callable[[str, int], None]
"""Is told the table and how many rows of it have just gone."""


class Folder(Protocol):
    """Files that organisations have outside of the database."""

    def remove(self, organisation: UUID) -> None:
        """Removes all files of an organisation, by its public id."""


def folders_below(data_dir: Path) -> tuple[Folder, ...]:
    """Everything that organisations have as files, by the setting DATA_DIR: what goes with them when they leave."""
    made = ExportFolder.below(data_dir), ExportFolder.of_reports(data_dir)
    return (*made, UploadFolder.below(data_dir), ReceivedFiles.below(data_dir))


@dataclass(frozen=True, slots=True)
class Deletion:
    """Deletes organisations of one installation. Every method raises Unavailable."""

    database: Database
    folders: Sequence[Folder]
    clock: Clock
    settle: timedelta = SETTLE
    portion: int = PORTION

    def run(self, departure: Departure, by: Actor, stopping: Waiting, tell: Tell) -> Departure | None:
        """Begins a deletion or goes on with it; None where it is to go on later, or has been cancelled.

        `by`: who carries it out, for the trail.
        """
        begun = self._begin(departure, by)
        if begun is None:
            return None
        for _round in range(MOST_ROUNDS):
            if not self._empty(begun, stopping, tell) or self._is_to_end(begun, stopping):
                return None
            try:
                return self._finish(begun, by)
            except StillReferred:
                log.info("deletion.another_round", departure=begun.departure_id)
        raise AnalyticsError("Rows of the organisation come faster than they go. Run it again later.")

    def sweep(self, departure: Departure) -> int:
        """Looks a deletion that is done through once more; how many rows that had come late are gone now."""
        with self._acting(departure) as connection:
            gone = remove_rest(connection, departure.former_id, departure.source_ids)
            for table, rows in gone.items():
                note_removed(connection, departure, table, rows)
            note_swept(connection, departure, self.clock())
        self._remove_files(departure)
        return sum(gone.values())

    def _acting(self, departure: Departure) -> AbstractContextManager[Connection]:
        return self.database.transaction(DatabaseRole.JOBS, departure.former_id)

    def _begin(self, departure: Departure, by: Actor) -> Departure | None:
        with self._acting(departure) as connection:
            if not begin_deletion(connection, departure, self.clock()):
                return None
            if departure.state is DepartureState.REQUESTED:
                self._record(connection, departure, by, Action.DELETION_BEGUN)
            begun = find_departure(connection, departure.departure_id)
        assert begun is not None
        with claim_slot(self.database, DatabaseRole.JOBS) as slot, self._acting(departure) as connection:
            # Open pages ask again, and hear that there is nothing for them any more.
            slot.record(connection, departure.former_id, [], [])
        log.info("deletion.begun", departure=departure.departure_id)
        return begun

    def _empty(self, departure: Departure, stopping: Waiting, tell: Tell) -> bool:
        """Takes everything away that goes in portions; False where the process is to end."""
        with self._acting(departure) as connection:
            found = list(parts(connection))
        for part in found:
            gone = self.portion
            while gone:
                if stopping.is_set():
                    return False
                gone = self._remove(departure, part)
                if gone:
                    tell(part.held.name, gone)
        return True

    def _remove(self, departure: Departure, part: Part) -> int:
        try:
            with self._acting(departure) as connection:
                gone = remove_portion(connection, part, departure.former_id, departure.source_ids, self.portion)
                if gone:
                    note_removed(connection, departure, part.held.name, gone)
        except StillReferred:
            return 0  # the next round comes by here again
        return gone

    def _is_to_end(self, departure: Departure, stopping: Waiting) -> bool:
        """Waits until nobody believes the organisation's senders and sessions any more."""
        assert departure.started_at is not None
        left = departure.started_at + self.settle - self.clock()
        return stopping.wait(max(0.0, left.total_seconds()))

    def _finish(self, departure: Departure, by: Actor) -> Departure:
        """What is left goes in one transaction, in which nobody writes for the organisation. Raises StillReferred."""
        with self._acting(departure) as connection:
            own_organisation(connection, departure.former_id)
            for table, rows in remove_rest(connection, departure.former_id, departure.source_ids).items():
                note_removed(connection, departure, table, rows)
            if finish_deletion(connection, departure, self.clock()):
                self._record(connection, departure, by, Action.DELETED)
            done = find_departure(connection, departure.departure_id)
        self._remove_files(departure)
        if done is None:
            raise NotFound("The row of the deletion is gone.")
        log.info("deletion.done", departure=departure.departure_id, rows=sum(done.removed.values()))
        return done

    def _remove_files(self, departure: Departure) -> None:
        for folder in self.folders:
            folder.remove(departure.former_public_id)

    def _record(self, connection: Connection, departure: Departure, by: Actor, action: Action) -> None:
        """In the trail of the operators, which outlives the organisation's."""
        what = {
            "subject": ORGANISATION_SUBJECT,
            "departure": departure.departure_id,
            "organisation": int(departure.former_id),
            "requested_by": departure.requested_by,
        }
        record(connection, None, by, action, what)
