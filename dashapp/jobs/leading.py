"""Who leads: of all processes of an installation the one that holds an advisory lock, for as long as its session lives.

A process that dies, or loses its connection, loses the lock with it, and the next one has it a second later.
"""

from collections.abc import Callable
from threading import Event as Signal
from typing import Final

from dashapp.data.database import Database, DatabaseRole
from dashapp.data.store.locks import is_there, try_to_lead
from dashapp.domain.errors import Unavailable
from dashapp.observability.logging import get_logger

log = get_logger(__name__)

ASKED_EVERY: Final = 1.0
"""Seconds between two looks, of the leader whether it still is, of the others whether they may."""
LONGEST_PAUSE: Final = 5.0
"""Seconds between two attempts while the database is away."""


class Leadership:
    """Calls `won` and `lost` in turn, from the thread that runs `run`."""

    def __init__(self, database: Database, won: Callable[[], None], lost: Callable[[], None]) -> None:
        self._database = database
        self._won = won
        self._lost = lost

    def run(self, stopping: Signal) -> None:
        """Tries to lead until it is to stop; gives the lead back then."""
        pause = ASKED_EVERY
        while not stopping.is_set():
            try:
                self._hold(stopping)
                pause = ASKED_EVERY
            except Unavailable as error:
                log.info("jobs.waiting", reason=str(error))
            except Exception:
                log.exception("jobs.leading_failed")
            stopping.wait(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    def _hold(self, stopping: Signal) -> None:
        """One session: it waits for the lock, then holds it for as long as it can."""
        with self._database.session(DatabaseRole.JOBS) as connection:
            while not try_to_lead(connection):
                if stopping.wait(ASKED_EVERY):
                    return
            log.info("jobs.leading")
            self._won()
            try:
                while not stopping.wait(ASKED_EVERY):
                    is_there(connection)
            finally:
                self._lost()
                log.info("jobs.not_leading")
